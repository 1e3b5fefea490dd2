"""Decompression of a gzip body, never holding more bytes than the limit."""

import zlib

from estimator.core.errors import SobriaError

GZIP = ("gzip", "x-gzip")
MEMBERS = 256  # the bytes after a member are copied to read the next: without a limit, empty ones take quadratic time
_WRAPPED = zlib.MAX_WBITS | 16  # header and checksum of gzip around the data


def unpacked(data: bytes, most: int) -> bytes:
    """The bytes of one gzip member, or of several concatenated ones. collect_too_large above `most`,
    collect_packed_torn, collect_packed_pieces."""
    found = bytearray()
    for _ in range(MEMBERS):
        if not data:
            return bytes(found)
        member = zlib.decompressobj(_WRAPPED)
        try:
            found += member.decompress(data, most + 1 - len(found))
        except zlib.error as error:
            raise SobriaError("collect_packed_torn") from error
        if len(found) > most:
            raise SobriaError("collect_too_large", most=most)
        if not member.eof:
            raise SobriaError("collect_packed_torn")
        data = member.unused_data
    if data:
        raise SobriaError("collect_packed_pieces", most=MEMBERS)
    return bytes(found)
