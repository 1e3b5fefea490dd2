"""Sorted digests, in memory or in a file that is read a block at a time: a set of any size then takes little memory."""

import mmap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, BinaryIO, NamedTuple

import numpy as np

from estimator.core.atomic_files import publish

BLOCK = 2**16  # digests of a block of a file, which is read as one [1 MiB]
_DIGEST = 16


class Halves(NamedTuple):
    """Digests in memory, as their first and second 8 bytes; sorted by the first."""

    first: np.ndarray
    second: np.ndarray

    @property
    def size(self) -> int:
        """How many they are."""
        return len(self.first)

    def blocks(self) -> Iterator["Halves"]:
        """The same, BLOCK at most at a time."""
        yield from (self.part(start, start + BLOCK) for start in range(0, self.size, BLOCK))

    def part(self, start: int, end: int) -> "Halves":
        """Those from one place to another."""
        return Halves(self.first[start:end], self.second[start:end])

    def membership(self, asked: "Halves") -> np.ndarray:
        """Which of these are here: a boolean each."""
        at = np.searchsorted(self.first, asked.first)
        found = np.zeros(len(at), bool)
        open_ = np.flatnonzero(at < self.size)
        open_ = open_[self.first[at[open_]] == asked.first[open_]]
        while len(open_):  # rarely loops twice: digests with the same first half are adjacent
            found[open_] = self.second[at[open_]] == asked.second[open_]
            at[open_] += 1
            open_ = open_[~found[open_] & (at[open_] < self.size)]
            open_ = open_[self.first[at[open_]] == asked.first[open_]]
        return found


class Filed:
    """Digests in a file of blocks, each its first halves, then its second ones; sorted by the first. What was read of a
    block is given back. name: of the file, where it has one that outlives this process."""

    def __init__(self, file: BinaryIO, name: str = "") -> None:
        self.name = name
        self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.size = len(self._map) // _DIGEST
        ends = [(int(block.first[0]), int(block.first[-1])) for block in self.blocks()]
        self._lowest, self._highest = np.array(ends, np.uint64).reshape(-1, 2).T

    def blocks(self) -> Iterator[Halves]:
        """All of them, BLOCK at most at a time; each is read before the next is asked for."""
        for number in range(-(-self.size // BLOCK)):
            yield self._block(number)
            self._give_back(number)

    def membership(self, asked: Halves) -> np.ndarray:
        """Which of these are here: a boolean each. Blocks that can hold none of them are not read."""
        found = np.zeros(asked.size, bool)
        starts = np.searchsorted(asked.first, self._lowest, side="left")
        ends = np.searchsorted(asked.first, self._highest, side="right")
        for number in np.flatnonzero(ends > starts).tolist():
            here = slice(starts[number], ends[number])
            found[here] |= self._block(number).membership(asked.part(here.start, here.stop))
            self._give_back(number)
        return found

    def keep(self, folder: Path, start: str) -> None:
        """Keep the file, on disk, under a name with this start, then the hash of its content. OSError."""
        if not self.name:
            name = start + self._hash()
            publish(folder, name, self._bytes())
            self.name = name

    def is_whole(self) -> bool:
        """Whether the content of a file that was kept is that of its name."""
        return self.name.endswith(self._hash())

    def _hash(self) -> str:
        content = blake2b(digest_size=_DIGEST)
        for data in self._bytes():
            content.update(data)
        return content.hexdigest()

    def _bytes(self) -> Iterator[bytes]:
        yield from map(_bytes_of, self.blocks())

    def _block(self, number: int) -> Halves:
        count = min(BLOCK, self.size - number * BLOCK)
        halves = np.frombuffer(self._map, "<u8", 2 * count, number * BLOCK * _DIGEST)
        return Halves(halves[:count], halves[count:])

    def _give_back(self, number: int) -> None:
        """What was read stays with the system, which may need its place, and not with this process."""
        self._map.madvise(mmap.MADV_DONTNEED, number * BLOCK * _DIGEST)


class Pile:
    """Digests as they come, as arrays of shape (n, 2), until they are taken together. folder: where they lie meanwhile,
    in a file that goes with the process, but for the last BLOCK; without one, or on a full disk, they are in memory."""

    def __init__(self, folder: Path | None) -> None:
        self._folder, self._filed = folder, 0
        self._file: IO[bytes] | None = None
        self._held: list[np.ndarray] = []

    def add(self, digests: np.ndarray) -> None:
        """Add an array of them."""
        self._held.append(digests)
        if self._folder and sum(map(len, self._held)) >= BLOCK:
            with suppress(OSError):
                self._write(self._folder, np.concatenate(self._held).tobytes())

    def taken(self) -> Iterator[np.ndarray]:
        """All of them, BLOCK at most at a time where they lie in a file; none is left."""
        if self._file:
            for start in range(0, self._filed, BLOCK * _DIGEST):
                self._file.seek(start)
                data = self._file.read(min(BLOCK * _DIGEST, self._filed - start))
                yield np.frombuffer(data, np.uint64).reshape(-1, 2)
        held, self._held, self._filed = self._held, [], 0
        yield from held

    def _write(self, folder: Path, data: bytes) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = self._file or TemporaryFile(dir=folder)  # noqa: SIM115 (until this process ends)
        self._file.seek(self._filed)
        self._file.write(data)
        self._file.flush()
        self._held, self._filed = [], self._filed + len(data)


Level = Halves | Filed


def sort(parts: Sequence[Halves]) -> Halves:
    """All of these, sorted."""
    first, second = (np.concatenate([part[half] for part in parts]) for half in (0, 1))
    order = np.argsort(first, kind="stable")
    return Halves(first[order], second[order])


def merged(levels: Iterable[Level]) -> Iterator[Halves]:
    """All the digests of these levels, sorted, some blocks at a time."""
    left = [level.blocks() for level in levels if level.size]
    held = [next(blocks) for blocks in left]
    while held:
        bound = min(block.first[-1] for block in held)
        cuts = [int(np.searchsorted(block.first, bound, side="right")) for block in held]
        yield sort([block.part(0, cut) for block, cut in zip(held, cuts, strict=True)])
        rest = [block.part(cut, block.size) for block, cut in zip(held, cuts, strict=True)]
        rest = [block if block.size else next(blocks, block) for block, blocks in zip(rest, left, strict=True)]
        left = [blocks for block, blocks in zip(rest, left, strict=True) if block.size]
        held = [block for block in rest if block.size]


def filed(levels: Iterable[Level], folder: Path) -> Filed:
    """These levels, of which one holds some, as one in a file of this folder, which goes with the process. OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryFile(dir=folder) as file:
        pending = [Halves(np.empty(0, np.uint64), np.empty(0, np.uint64))]
        for some in merged(levels):
            pending.append(some)
            if sum(part.size for part in pending) >= BLOCK:
                pending = [_write_whole_blocks(file, sort(pending))]
        for block in sort(pending).blocks():
            file.write(_bytes_of(block))
        file.flush()
        return Filed(file)


def opened(path: Path) -> Filed | None:
    """A file that was kept; None where it is gone, or is no longer what it was."""
    try:
        with path.open("rb") as file:
            found = Filed(file, path.name)
    except (OSError, ValueError):  # the last of an empty file, which cannot be mapped
        return None
    return found if found.is_whole() else None


def _write_whole_blocks(file: BinaryIO, digests: Halves) -> Halves:
    """Write the blocks that are full; what is left."""
    full = digests.size // BLOCK * BLOCK
    for block in digests.part(0, full).blocks():
        file.write(_bytes_of(block))
    return digests.part(full, digests.size)


def _bytes_of(block: Halves) -> bytes:
    return b"".join(half.astype("<u8", copy=False).tobytes() for half in block)
