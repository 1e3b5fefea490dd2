"""A hash set of 16-byte digests, 16 bytes of memory each, with membership tests on whole arrays."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

SIZE = 16
_NIBBLE = np.zeros(256, np.uint8)
_NIBBLE[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16)
_FEW = 4096


def of_bytes(joined: bytes) -> np.ndarray:
    """Concatenated digests as an integer array of shape (n, 2)."""
    return np.frombuffer(joined, ">u8").astype(np.uint64).reshape(-1, 2)


def of_column(column: pa.ChunkedArray) -> np.ndarray:
    """A column without nulls of digests, 32 hexadecimal digits each, as an integer array of shape (n, 2)."""
    found = [np.empty((0, 2), np.uint64)]
    for chunk in column.chunks:
        if len(chunk):
            start = int(np.frombuffer(chunk.buffers()[1], np.int32)[chunk.offset])
            digits = np.frombuffer(chunk.buffers()[2], np.uint8)[start : start + len(chunk) * 2 * SIZE]
            halves = _NIBBLE[digits].reshape(-1, 2)
            found.append(of_bytes((halves[:, 0] << 4 | halves[:, 1]).tobytes()))
    return np.concatenate(found)


def hexadecimal(digests: Sequence[bytes]) -> pa.StringArray:
    """The column of these digests, 32 hexadecimal digits each."""
    ends = np.arange(len(digests) + 1, dtype=np.int32) * 2 * SIZE
    digits = b"".join(digests).hex().encode()
    return pa.StringArray.from_buffers(len(digests), pa.py_buffer(ends), pa.py_buffer(digits))


class _Level(NamedTuple):
    """Digest halves, sorted by the first half."""

    first: np.ndarray
    second: np.ndarray


class Digests:
    """Hash set of digests, in sorted levels of decreasing size: additions stay cheap whatever the size of the set."""

    def __init__(self, digests: np.ndarray | None = None) -> None:
        self._levels: list[_Level] = []
        self._few: set[tuple[int, int]] = set()
        if digests is not None:
            self.add(digests)

    def __len__(self) -> int:
        return len(self._few) + sum(len(level.first) for level in self._levels)

    def digests(self) -> np.ndarray:
        """All of them once, sorted, as an array of shape (n, 2)."""
        self._settle()
        found = np.concatenate([np.empty((0, 2), np.uint64), *(np.stack(level, axis=1) for level in self._levels)])
        found = found[np.argsort(found[:, 0], kind="stable")]
        return found[np.any(np.diff(found, axis=0, prepend=~found[:1]), axis=1)]

    def forget(self) -> None:
        """Drop the oldest half of the digests, or more: levels are in the order of their additions."""
        self._settle()
        del self._levels[:1]

    def add(self, digests: np.ndarray) -> None:
        """Add an array of shape (n, 2); digests already present are ignored."""
        self._add(_level(digests[:, 0], digests[:, 1]))

    def holds(self, digests: np.ndarray) -> np.ndarray:
        """Membership of an array of shape (n, 2): n booleans."""
        return self.meet(digests, add=False)

    def meet(self, digests: np.ndarray, add: bool = True) -> np.ndarray:
        """Membership of an array of shape (n, 2), then add the new ones. Equal digests that are new all give False."""
        self._settle()
        order = np.argsort(digests[:, 0], kind="stable")
        asked = _Level(digests[order, 0], digests[order, 1])
        held = np.zeros(len(digests), bool)
        for level in self._levels:
            held |= _membership(level, asked)
        if add:
            new = ~held
            self._add(_Level(asked.first[new], asked.second[new]) if held.any() else asked)
        found = np.empty(len(digests), bool)
        found[order] = held
        return found

    def holds_one(self, digest: str) -> bool:
        """Membership of one digest in hexadecimal."""
        first, second = int(digest[:SIZE], 16), int(digest[SIZE:], 16)
        return (first, second) in self._few or any(_contains(level, first, second) for level in self._levels)

    def add_one(self, digest: str) -> None:
        """Add one digest in hexadecimal."""
        self._few.add((int(digest[:SIZE], 16), int(digest[SIZE:], 16)))
        if len(self._few) > _FEW:
            self._settle()

    def _add(self, level: _Level) -> None:
        if not len(level.first):
            return
        while self._levels and len(self._levels[-1].first) < 2 * len(level.first):
            smaller = self._levels.pop()
            level = _level(np.concatenate([smaller.first, level.first]), np.concatenate([smaller.second, level.second]))
        self._levels.append(level)

    def _settle(self) -> None:
        few, self._few = self._few, set()
        self.add(np.array(sorted(few), np.uint64).reshape(-1, 2))


def _level(first: np.ndarray, second: np.ndarray) -> _Level:
    order = np.argsort(first, kind="stable")
    return _Level(first[order], second[order])


def _membership(level: _Level, asked: _Level) -> np.ndarray:
    """Membership in a level of digests sorted by their first half."""
    at = np.searchsorted(level.first, asked.first)
    found = np.zeros(len(at), bool)
    open_ = np.flatnonzero(at < len(level.first))
    open_ = open_[level.first[at[open_]] == asked.first[open_]]
    while len(open_):  # rarely loops twice: digests with the same first half are adjacent
        found[open_] = level.second[at[open_]] == asked.second[open_]
        at[open_] += 1
        open_ = open_[~found[open_] & (at[open_] < len(level.first))]
        open_ = open_[level.first[at[open_]] == asked.first[open_]]
    return found


def _contains(level: _Level, first: int, second: int) -> bool:
    at = int(np.searchsorted(level.first, np.uint64(first)))
    while at < len(level.first) and int(level.first[at]) == first:
        if int(level.second[at]) == second:
            return True
        at += 1
    return False
