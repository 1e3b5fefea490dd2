"""The heap of this process while large files are read: a block takes the memory that the one before gave back, which
the system would else take away, and clear again each time."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ctypes import CDLL
from typing import Any

# Of <malloc.h>, of the GNU library alone: with another one, the heap is as that one has it.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_HELD = 32 << 20  # what is larger has pages of its own, gone with it; and what the heap keeps of free ones, at most [B]


@contextmanager
def one_heap() -> Iterator[None]:
    """All threads of this process in one heap, which keeps its free pages; they are given back at the end."""
    library: Any = None
    with suppress(OSError, TypeError):
        library = CDLL(None)
    if not hasattr(library, "mallopt"):
        yield
        return
    for option, value in ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, _HELD), (_TRIM_THRESHOLD, _HELD)):
        library.mallopt(option, value)
    try:
        yield
    finally:
        library.malloc_trim(0)
