"""Lines of JSON cast in a few moulds: the texts and the numbers by which they differ are found by where their quotes
stand, and taken without reading the rest."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from estimator.ingestion.parsing.json_lines import JsonLines, Path, Shape
from estimator.ingestion.parsing.json_mould import HALF, NUMBER, Mould, Said, marks_of

_WORD = 8  # bytes compared at once
_ZEROS, _TO_TEN, _TOPS = (np.uint64(int(f"{byte:02x}" * _WORD, 16)) for byte in (ord("0"), 0x76, 0x80))
_LONGEST_LINE = 32 << 10  # of which a mould is made [B]
_LONGEST_NUMBER = 40
_NEW, _MOST = 8, 64  # moulds made of a block, and of a file
_FEW = 64  # lines of which one may be in no mould: beyond, another way of reading the block is faster
_IS_NUMBER = f"^{NUMBER.pattern.decode()}$"


class _Cast(NamedTuple):
    """The lines of a block that are in a mould: their places, and where each of its holes starts and ends."""

    mould: Mould
    places: np.ndarray
    spans: list[tuple[np.ndarray, np.ndarray]]

    def of(self, kept: np.ndarray) -> "_Cast":
        """Those of a mask."""
        spans = [(start[kept], end[kept]) for start, end in self.spans]
        return self if kept.all() else _Cast(self.mould, self.places[kept], spans)


class _Block:
    """A block of lines, each with its end: its marks, and the first of each line."""

    def __init__(self, text: bytes) -> None:
        self.text, self.bytes = text, np.frombuffer(text, np.uint8)
        self._marks = marks_of(self.bytes)
        ends = np.flatnonzero(self.bytes[self._marks] == ord("\n"))
        self._firsts = np.concatenate([[0], ends[:-1] + 1])
        self.sizes = ends - self._firsts + 1  # marks of each line
        self.ends = self._marks[ends]
        self.starts = np.concatenate([[0], self.ends[:-1] + 1])
        slashes = np.flatnonzero(self.bytes == ord("\\")) if b"\\" in text else None
        lines = None if slashes is None else np.searchsorted(self.ends, slashes)
        self.slashes = None if lines is None else np.bincount(lines, minlength=len(ends))  # backslashes of each line

    def line(self, place: int) -> bytes:
        """A line, with its end."""
        return self.text[self.starts[place] : self.ends[place] + 1]

    def cast(self, mould: Mould, places: np.ndarray) -> _Cast:
        """Which of these lines, of as many marks as those of a mould, are in it."""
        first, end = self._firsts[places], self.starts[places]
        alike, spans = np.ones(len(places), bool), []
        for n, run in enumerate(mould.runs):
            start = self._marks[first + run.mark] - run.before
            spans += [(end, start)] if n else []
            alike &= ((start >= end) if n else (start == end)) & self._say(run.text, start)
            end = start + len(run.text)
        found = _Cast(mould, places, spans).of(alike)
        sound = self._sound(found)
        for hole, span in zip(mould.holes, found.spans, strict=True) if len(found.places) else ():
            if hole.number:
                sound &= self._numbers(*span)
        return found.of(sound)

    def _say(self, text: bytes, starts: np.ndarray) -> np.ndarray:
        """Whether this text stands at each of these places."""
        if not text:
            return np.ones(len(starts), bool)
        first, count = len(text) % _WORD or _WORD, -(-len(text) // _WORD)
        hidden = _WORD - first
        if count * _WORD > len(self.text):
            return np.array([start >= 0 and self.text.startswith(text, start) for start in starts.tolist()])
        within = (starts >= hidden) & (starts + len(text) <= len(self.text))
        words = self._words(np.where(within, starts - hidden, 0), count)
        words[:, 0] >>= np.uint64(8 * hidden)
        said = np.frombuffer(text[:first].ljust(_WORD, b"\0") + text[first:], "<u8")
        found: np.ndarray = within
        for column in (words == said).T:
            found = found & column
        for place in np.flatnonzero(~within).tolist():  # the first line of a block, or the last
            found[place] = starts[place] >= 0 and self.text.startswith(text, int(starts[place]))
        return found

    def _words(self, starts: np.ndarray, count: int) -> np.ndarray:
        """So many words from each of these places."""
        size = count * _WORD
        read = np.ndarray((len(self.text) - size + 1,), f"V{size}", self.text, strides=(1,))
        words: np.ndarray = read[starts].view("<u8").reshape(-1, count)
        return words

    def _sound(self, cast: _Cast) -> np.ndarray:
        """Whether the texts in holes that have backslashes leave each line what it is."""
        if self.slashes is None:
            return np.ones(len(cast.places), bool)
        sound: np.ndarray = self.slashes[cast.places] == cast.mould.slashes
        more = np.flatnonzero(~sound)
        sound[more] = True
        for place, (start, end) in enumerate(cast.spans) if len(more) else ():
            encoded = self.texts(start[more], end[more]).dictionary_encode()
            texts = encoded.dictionary.to_pylist()
            taken = ["\\" not in text or cast.mould.takes(place, text) for text in texts]
            sound[more] &= np.array(taken)[encoded.indices.to_numpy()]
        return sound

    def repeated(self, start: np.ndarray, end: np.ndarray) -> pa.Array | None:
        """The text that starts and ends there, once, where it is the same everywhere."""
        once = self.texts(start[:1], end[:1])
        alike = np.all(end - start == end[0] - start[0]) and np.all(self._say(once[0].as_py().encode(), start))
        return once if alike else None

    def texts(self, start: np.ndarray, end: np.ndarray) -> pa.Array:
        """The texts that start and end there."""
        sizes = end - start
        size = int(sizes[0])
        if size and np.all(sizes == size):
            ends = np.arange(len(start) + 1, dtype=np.int32) * size
            data = np.ndarray((len(self.text) - size + 1,), f"V{size}", self.text, strides=(1,))[start]
        else:
            ends, places = _places(start, sizes)
            data = self.bytes[places]
        return pa.StringArray.from_buffers(len(start), pa.py_buffer(ends), pa.py_buffer(data))

    def _numbers(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Whether numbers stand there, of a length that Python takes."""
        sizes = end - start
        zero = self.bytes[start] == ord("0")
        if len(sizes) and sizes.min() > 0 and sizes.max() <= _WORD and end[0] >= _WORD:
            hidden = (8 * (_WORD - sizes)).astype(np.uint64)
            digits = (self._words(end - _WORD, 1)[:, 0] >> hidden) ^ (_ZEROS >> hidden)
            whole = ((digits + _TO_TEN | digits) & _TOPS) == 0
            if np.all(whole & ~(zero & (sizes > 1))):
                return np.ones(len(sizes), bool)
        ends, places = _places(start, sizes)
        digits = self.bytes[places] - np.uint8(ord("0"))
        others = np.flatnonzero(digits > 9)
        rows = np.searchsorted(ends, others, side="right") - 1
        point = (digits[others] == ord(".") - ord("0") + 256) & (others > ends[rows]) & (others < ends[rows + 1] - 1)
        zero = (self.bytes[start] == ord("0")) & (self.bytes[start + 1] != ord("."))
        doubtful = (sizes == 0) | (zero & (sizes > 1)) | (np.bincount(rows, minlength=len(start)) > 1)
        doubtful[rows[~point]] = True
        sound: np.ndarray = sizes <= _LONGEST_NUMBER
        doubtful &= sound
        if doubtful.any():
            sound[doubtful] = _match(self.texts(start[doubtful], end[doubtful]), _IS_NUMBER)
        return sound


def _match(texts: pa.Array, pattern: str) -> np.ndarray:
    found: np.ndarray = pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)
    return found


def _places(starts: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of texts that start there, where each ends once they are joined, after 0, and the place of each byte."""
    ends = np.zeros(len(sizes) + 1, np.int32)
    np.cumsum(sizes, out=ends[1:])
    return ends, np.arange(ends[-1], dtype=np.int32) + np.repeat((starts - ends[:-1]).astype(np.int32), sizes)


class Moulds:
    """The moulds of a file."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._of_size = defaultdict[int, list[Mould]](list)
        self._count = 0
        self._left = self._pause = 0  # blocks to be read otherwise, and how many were, the last time

    def of(self, first: int, text: bytes) -> JsonLines | None:
        """The lines of a block; None where too many are in no mould."""
        if self._left:
            self._left -= 1
            return None
        block = _Block(text if text.endswith(b"\n") else text + b"\n")
        casts, left, tries = list[_Cast](), np.ones(len(block.sizes), bool), _NEW
        for size in np.unique(block.sizes).tolist():
            places, moulds, tried = np.flatnonzero(block.sizes == size), self._of_size[size], 0
            while len(places) and (tried < len(moulds) or tries):
                if tried == len(moulds):
                    tries -= 1
                    if not (made := self._made(block.line(int(places[0])))):
                        places = places[1:]
                        continue
                    moulds.append(made)
                casts.append(block.cast(moulds[tried], places))
                left[casts[-1].places] = False
                places, tried = places[left[places]], tried + 1
        casts = [cast for cast in casts if len(cast.places)]
        if _FEW * np.count_nonzero(left) >= len(left):
            self._left = self._pause = 2 * self._pause + 1
            return None
        return _MouldedLines(first, block, casts)

    def _made(self, line: bytes) -> Mould | None:
        """The mould of a line; None where it is no object, or too long, or there are many."""
        if self._count == _MOST or len(line) > _LONGEST_LINE or HALF.search(line):
            return None
        if Said(line, self._shape).form is None:
            return None
        self._count += 1
        return Mould(-self._count, line, self._shape)


class _MouldedLines(JsonLines):
    """Lines that are each in a mould, but for a few."""

    def __init__(self, first: int, block: _Block, casts: Sequence[_Cast]) -> None:
        self._block, self._casts = block, casts
        count = len(block.sizes)
        order = np.full(count, -1)
        order[np.concatenate([cast.places for cast in casts])] = np.arange(sum(len(cast.places) for cast in casts))
        names = np.zeros(count, np.int64)
        for cast in casts:
            names[cast.places] = cast.mould.number
        super().__init__(first, names, names < 0)
        self._order = None if len(casts) == 1 and self.alike.all() else pa.array(order, mask=order < 0)

    def text(self, place: int) -> str:
        return self._block.line(place).decode().removesuffix("\n")

    def strings(self, path: Path) -> pa.Array:
        def of(cast: _Cast) -> pa.Array:
            for hole, span in zip(cast.mould.holes, cast.spans, strict=True):
                if hole.path == path and hole.whole and not hole.number:
                    texts = self._block.texts(*span)
                    escaped = self._block.slashes is not None
                    return pc.if_else(pc.match_substring(texts, "\\"), None, texts) if escaped else texts
            return pa.nulls(len(cast.places), pa.string())

        return self._together(of)

    def numbers(self, path: Path) -> pa.Array:
        def of(cast: _Cast) -> pa.Array:
            for hole, span in zip(cast.mould.holes, cast.spans, strict=True):
                if hole.path == path and hole.whole and hole.number:
                    return self._block.texts(*span)
            other = path in cast.mould.others or any(hole.path == path for hole in cast.mould.holes)
            return pa.repeat(pa.scalar("?" if other else None, pa.string()), len(cast.places))

        return self._together(of)

    def shared(self, varying: Sequence[str]) -> Sequence[pa.Array]:
        def spans(cast: _Cast) -> list[tuple[np.ndarray, np.ndarray]]:
            both = zip(cast.mould.holes, cast.spans, strict=True)
            return [span for hole, span in both if hole.path and hole.path[-1] not in varying]

        def of(cast: _Cast, place: int) -> pa.Array:
            found = spans(cast)[place : place + 1]
            if found and self._order is None and (once := self._block.repeated(*found[0])):
                return pa.DictionaryArray.from_arrays(np.zeros(len(cast.places), np.int32), once)
            return self._block.texts(*found[0]) if found else pa.nulls(len(cast.places), pa.string())

        most = max(len(spans(cast)) for cast in self._casts)
        return [pa.array(self.names), *(self._together(partial(of, place=place)) for place in range(most))]

    def _together(self, of: Callable[[_Cast], pa.Array]) -> pa.Array:
        """A column of all lines, from those of the lines of each mould."""
        found = [of(cast) for cast in self._casts]
        return found[0] if self._order is None else pa.concat_arrays(found).take(self._order)
