"""A body sent in gzip brought back to its bytes, of which no more than the limit is ever held."""

import zlib

from estimator.ingestion.http.endpoints import BodyTooLarge, PackedInPieces, PackedTorn

GZIP = ("gzip", "x-gzip")
MEMBERS = 256  # what follows a member is copied to read the next: without a bound, empty ones would cost their square
_WRAPPED = zlib.MAX_WBITS | 16  # a header and a sum of gzip around the data


def unpacked(data: bytes, most: int) -> bytes:
    """The bytes of one gzip member, or of several that follow each other. BodyTooLarge above `most`, PackedTorn,
    PackedInPieces."""
    found = bytearray()
    for _ in range(MEMBERS):
        if not data:
            return bytes(found)
        member = zlib.decompressobj(_WRAPPED)
        try:
            found += member.decompress(data, most + 1 - len(found))
        except zlib.error as error:
            raise PackedTorn() from error
        if len(found) > most:
            raise BodyTooLarge(most=most)
        if not member.eof:
            raise PackedTorn()
        data = member.unused_data
    if data:
        raise PackedInPieces(most=MEMBERS)
    return bytes(found)
