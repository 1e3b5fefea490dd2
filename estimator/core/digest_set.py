"""A hash set of 16-byte digests, 16 bytes each, with membership tests on whole arrays; where it has a folder, what does
not fit in a few megabytes lies there."""

from binascii import hexlify, unhexlify
from collections.abc import Iterable, Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pyarrow as pa

from estimator.core.digest_files import Filed, Halves, Level, filed, merged, opened, sort

SIZE = 16
HELD = 2**17  # digests that a level has in memory at most, where there is a folder for it [2 MiB]
_FEW = 4096
_BITS = 24  # of a digest, its first ones, by which a sieve tells those that a set may hold [2 MiB]
_WORTH = 16  # a sieve costs as much to make as searching for one in so many of the digests of a set
_OF_BYTE = np.left_shift(np.uint8(1), np.arange(8, dtype=np.uint8))


def digests_of(contents: Iterable[bytes], start: bytes = b"") -> list[bytes]:
    """The digest of each of these, after what all start with; a copy of one begun costs half as much as another one."""
    found, begun = [], blake2b(start, digest_size=SIZE)
    for content in contents:
        one = begun.copy()
        one.update(content)
        found.append(one.digest())
    return found


def of_bytes(joined: bytes) -> np.ndarray:
    """Concatenated digests as an integer array of shape (n, 2)."""
    return np.frombuffer(joined, ">u8").astype(np.uint64).reshape(-1, 2)


def of_column(column: pa.ChunkedArray) -> np.ndarray:
    """A column without nulls of digests, 32 hexadecimal digits each, as an integer array of shape (n, 2)."""
    found = [np.empty((0, 2), np.uint64)]
    for chunk in column.chunks:
        if len(chunk):
            start = int(np.frombuffer(chunk.buffers()[1], np.int32)[chunk.offset])
            found.append(of_bytes(unhexlify(chunk.buffers()[2].slice(start, len(chunk) * 2 * SIZE))))
    return np.concatenate(found)


def hexadecimal(digests: Sequence[bytes]) -> pa.StringArray:
    """The column of these digests, 32 hexadecimal digits each."""
    ends = np.arange(len(digests) + 1, dtype=np.int32) * 2 * SIZE
    digits = hexlify(b"".join(digests))
    return pa.StringArray.from_buffers(len(digests), pa.py_buffer(ends), pa.py_buffer(digits))


class Sieve:
    """What a set surely does not hold: a bit for each beginning of a digest. It spares most of the search of digests
    that are new, one in sixteen of which passes it in a set of a million."""

    def __init__(self) -> None:
        self._bits = np.zeros(2**_BITS // 8, np.uint8)

    def add(self, first: np.ndarray) -> None:
        """Add digests, by their first 8 bytes."""
        byte, bit = self._places(first)
        np.bitwise_or.at(self._bits, byte, bit)

    def may_hold(self, first: np.ndarray) -> np.ndarray:
        """Which of these it may hold: a boolean each."""
        byte, bit = self._places(first)
        found: np.ndarray = (self._bits[byte] & bit) != 0
        return found

    @staticmethod
    def _places(first: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        starts = (first >> np.uint64(64 - _BITS)).astype(np.int64)
        return starts >> 3, _OF_BYTE[starts & 7]


class Digests:
    """Hash set of digests, in sorted levels of decreasing size: additions stay cheap whatever the size of the set.
    folder: where levels of HELD digests or more are written, in files that go with the process unless they are kept; on
    a disk that takes none they stay in memory."""

    def __init__(self, digests: np.ndarray | None = None, folder: Path | None = None) -> None:
        self._levels: list[Level] = []
        self._few: set[tuple[int, int]] = set()
        self.folder = folder
        self._sieve: Sieve | None = None  # of a large set, once it was asked for so many that making it is worth it
        self._asked = 0
        if digests is not None:
            self.add(digests)

    def __len__(self) -> int:
        return len(self._few) + sum(level.size for level in self._levels)

    def digests(self) -> np.ndarray:
        """All of them once, sorted, as an array of shape (n, 2)."""
        self._settle()
        return _once(self._levels)

    def keep(self, start: str) -> tuple[np.ndarray, list[str]]:
        """Keep the files of this set, in its folder under names with this start: what lies in none, as `digests`, and
        the names. OSError."""
        self._settle()
        names = []
        for level in self._levels:
            if isinstance(level, Filed) and self.folder:
                level.keep(self.folder, start)
                names.append(level.name)
        return _once([level for level in self._levels if isinstance(level, Halves)]), names

    def recall(self, names: Sequence[str]) -> bool:
        """Add what these files of its folder hold, to a set that is empty; False where one of them is not whole."""
        found = [opened(self.folder / name) for name in names] if self.folder else []
        self._levels = [level for level in found if level]
        return len(self._levels) == len(names)

    def forget(self) -> None:
        """Drop the oldest half of the digests, or more: levels are in the order of their additions."""
        self._settle()
        del self._levels[:1]

    def add(self, digests: np.ndarray) -> None:
        """Add an array of shape (n, 2); digests already present are ignored."""
        self._add(sort([Halves(digests[:, 0], digests[:, 1])]))

    def holds(self, digests: np.ndarray) -> np.ndarray:
        """Membership of an array of shape (n, 2): n booleans."""
        return self.meet(digests, add=False)

    def meet(self, digests: np.ndarray, add: bool = True) -> np.ndarray:
        """Membership of an array of shape (n, 2), then add the new ones. Equal digests that are new all give False."""
        self._settle()
        if not (self._levels or add):
            return np.zeros(len(digests), bool)
        order = np.argsort(digests[:, 0])
        asked = Halves(digests[order, 0], digests[order, 1])
        held = self._membership(asked)
        if add:
            new = ~held
            self._add(Halves(asked.first[new], asked.second[new]) if held.any() else asked)
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

    def _membership(self, asked: Halves) -> np.ndarray:
        """Which of these sorted digests are in a level: a boolean each."""
        self._asked += asked.size
        size = sum(level.size for level in self._levels)
        if self._sieve is None and size > HELD // 2 and self._asked > size // _WORTH:
            self._sieve = Sieve()
            for level in self._levels:
                for block in level.blocks():
                    self._sieve.add(block.first)
        likely = np.arange(asked.size) if self._sieve is None else np.flatnonzero(self._sieve.may_hold(asked.first))
        left = Halves(asked.first[likely], asked.second[likely])
        found, held = np.zeros(left.size, bool), np.zeros(asked.size, bool)
        for level in self._levels if left.size else ():
            found |= level.membership(left)
        held[likely] = found
        return held

    def _add(self, level: Halves) -> None:
        if not level.size:
            return
        if self._sieve is not None:
            self._sieve.add(level.first)
        together: list[Level] = [level]
        while self._levels and self._levels[-1].size < 2 * sum(one.size for one in together):
            together.append(self._levels.pop())
        self._levels.append(self._joined(together))

    def _joined(self, levels: Sequence[Level]) -> Level:
        """These levels as one."""
        if self.folder and sum(level.size for level in levels) >= HELD:
            with suppress(OSError):
                return filed(levels, self.folder)
        return sort([block for level in levels for block in level.blocks()])

    def _settle(self) -> None:
        if self._few:
            few, self._few = self._few, set()
            self.add(np.array(sorted(few), np.uint64).reshape(-1, 2))


def _once(levels: Sequence[Level]) -> np.ndarray:
    """The digests of these levels once, sorted, as an array of shape (n, 2)."""
    found = np.concatenate([np.empty((0, 2), np.uint64), *(np.stack(part, axis=1) for part in merged(levels))])
    return found[np.any(np.diff(found, axis=0, prepend=~found[:1]), axis=1)]


def _contains(level: Level, first: int, second: int) -> bool:
    if isinstance(level, Filed):
        return bool(level.membership(Halves(np.array([first], np.uint64), np.array([second], np.uint64)))[0])
    at = int(np.searchsorted(level.first, np.uint64(first)))
    while at < level.size and int(level.first[at]) == first:
        if int(level.second[at]) == second:
            return True
        at += 1
    return False
