"""Decompression of a gzip body, never holding more bytes than the limit."""

import zlib

from estimator.ingestion.http.endpoints import BodyTooLarge, PackedInPieces, PackedTorn

GZIP = ("gzip", "x-gzip")
MEMBERS = 256  # the bytes after a member are copied to read the next: without a limit, empty ones take quadratic time
_WRAPPED = zlib.MAX_WBITS | 16  # header and checksum of gzip around the data


def unpacked(data: bytes, most: int) -> bytes:
    """The bytes of one gzip member, or of several concatenated ones. BodyTooLarge above `most`, PackedTorn,
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
