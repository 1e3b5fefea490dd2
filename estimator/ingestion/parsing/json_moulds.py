"""Lines of JSON cast in a few moulds: the texts and the numbers by which they differ are found by where their quotes
stand, and taken without reading the rest."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from estimator.core.json_once import Shape
from estimator.ingestion.parsing.json_bytes import LONG, Bytes, are_marks, escapes_in, line_ends
from estimator.ingestion.parsing.json_lines import JsonLines, Path
from estimator.ingestion.parsing.json_mould import HALF, NUMBER, Hole, Mould, Run, Said

_MORE = 8  # bytes in which the end of a hole is looked for, beyond those of the first line; then twice as many
_WORD = 8  # bytes looked at together
_ZEROS, _POINTS, _TO_TEN, _LOW, _TOPS = (
    np.uint64(int(f"{byte:02x}" * _WORD, 16)) for byte in (ord("0"), ord(".") ^ ord("0"), 0x76, 0x7F, 0x80)
)
_ONE, _EIGHT, _BYTE = map(np.uint64, (1, 8, 0xFF))
_MOST_READ = 16 << 20  # to make a mould of a line: its bytes, as often as it has quotes
MANY = 1 << 17  # lines of a block, most of which are then blank
_LONGEST_NUMBER = 40
_NEW, _MOST = 8, 64  # moulds made of a block, and of a file
_POOR = 2  # of a block, that take fewer lines than may be in none
_FEW = 64  # lines of which one may be in no mould: beyond, another way of reading the block is faster


class _Cast(NamedTuple):
    """The lines of a block that are in a mould: their places, where each of its holes starts and ends, and the texts
    that stand in those of a field taken, in which a quote that is escaped may be hidden."""

    mould: Mould
    places: np.ndarray
    spans: list[tuple[np.ndarray, np.ndarray]]
    texts: list[pa.Array | None]

    def of(self, kept: np.ndarray) -> "_Cast":
        """Those of a mask."""
        if kept.all():
            return self
        spans = [(start[kept], end[kept]) for start, end in self.spans]
        texts = [text if text is None else text.filter(pa.array(kept)) for text in self.texts]
        return _Cast(self.mould, self.places[kept], spans, texts)

    def taken(self) -> Iterator[tuple[Hole, pa.Array]]:
        """The holes of a field taken, and their texts."""
        return ((hole, text) for hole, text in zip(self.mould.holes, self.texts, strict=True) if text is not None)


class _Block:
    """A block of lines, each with its end. What is read of several lines at once is in their order."""

    def __init__(self, text: bytes, ends: np.ndarray) -> None:
        self.text, self.bytes, self.ends = text, np.frombuffer(text, np.uint8), ends
        self.starts = np.concatenate([[0], self.ends[:-1] + 1])
        self.escapes = escapes_in(text, self.ends) if b"\\" in text else None
        self._said = Bytes(text)
        self._hidden = Bytes(self.escapes.hidden) if self.escapes else self._said

    def line(self, place: int) -> bytes:
        """A line, with its end."""
        return self.text[self.starts[place] : self.ends[place] + 1]

    def cast(self, mould: Mould, places: np.ndarray) -> _Cast:
        """Which of these lines are in a mould: what is the same in all stands where each hole ends."""
        found, end = _Cast(mould, places, [], []), self.starts[places]
        said = self._said if mould.opened else self._hidden
        for n, run in enumerate(mould.runs):
            sound: np.ndarray | bool = True
            if n:
                start, hole = end, mould.holes[n - 1]
                if mould.steady[n] and (inside := _steady(said, start, run)) is not None:
                    found.spans.append((start, start + inside.shape[1]))
                    found.texts.append(_texts_of(inside) if hole.path else None)
                    end = start + inside.shape[1] + len(run.text)
                    continue
                mould.steady[n] = False
                if hole.number:
                    end, sound = self._numbers(start, run)
                else:
                    end = _ends(said, start, run)
                found.spans.append((start, end))
                found.texts.append(self.texts(start, end) if hole.path else None)
            alike = said.say(run.text, end) & sound
            found, end = found.of(alike), (end if alike.all() else end[alike]) + len(run.text)
        return found.of(self._sound(found))

    def _sound(self, cast: _Cast) -> np.ndarray:
        """Whether the texts in holes that have backslashes leave each line what it is."""
        if self.escapes is None:
            return np.ones(len(cast.places), bool)
        if not cast.mould.opened:
            whole: np.ndarray = self.escapes.faults[cast.places] == 0
            return whole
        sound: np.ndarray = self.escapes.slashes[cast.places] == cast.mould.slashes
        more = np.flatnonzero(~sound)
        sound[more] = True
        for place, (start, end) in enumerate(cast.spans) if len(more) else ():
            encoded = self.texts(start[more], end[more]).dictionary_encode()
            texts = encoded.dictionary.to_pylist()
            taken = ["\\" not in text or cast.mould.takes(place, text) for text in texts]
            sound[more] &= np.array(taken)[encoded.indices.to_numpy()]
        return sound

    def same(self, cast: _Cast) -> list[int]:
        """Where, in the line of a mould, the holes of texts start that say the same in all of these lines."""
        found, line = [], cast.mould.hidden
        said = self._said if cast.mould.opened else self._hidden
        for hole, (start, stop), (starts, ends) in zip(cast.mould.holes, cast.mould.spans, cast.spans, strict=True):
            if not hole.number and np.all(ends - starts == stop - start) and said.say(line[start:stop], starts).all():
                found.append(start)
        return found

    def texts(self, start: np.ndarray, end: np.ndarray) -> pa.Array:
        """The texts that start and end there: one in two of those that the block is cut into there."""
        cuts = np.stack([start, end], axis=1).astype(np.int32)
        texts = pa.StringArray.from_buffers(max(0, cuts.size - 1), pa.py_buffer(cuts), pa.py_buffer(self.text))
        return texts.take(pa.array(np.arange(0, cuts.size, 2)))

    def _numbers(self, start: np.ndarray, run: Run) -> tuple[np.ndarray, np.ndarray]:
        """Where the numbers that start there end, before this run, and whether they are numbers of JSON, of a length
        that Python takes."""
        sizes, points = np.zeros((2, len(start)), np.uint8)
        longest = min(run.after - run.before, _LONGEST_NUMBER - 1)
        words = (self._said.read(start, _WORD * (longest // _WORD + 1)).view("<u8") ^ _ZEROS).T
        for n, digits in enumerate(words):
            odd = ((digits & _LOW) + _TO_TEN | digits) & _TOPS
            others = odd & (((digits ^ _POINTS) & _LOW) + _LOW | digits)
            above = (others & -others) - _ONE
            more = sizes == _WORD * n
            sizes += more * (np.bitwise_count(above) >> 3)
            points += more * np.bitwise_count(odd & above)
        first, second = words[0] & _BYTE, words[0] >> _EIGHT & _BYTE
        end: np.ndarray = start + sizes
        plain = (sizes > 0) & (points < 2) & (first < 10) & (self.bytes[end] == run.text[0])
        plain &= (first > 0) | (sizes == 1) | (second == ord(".") ^ ord("0"))
        if points.any():
            plain &= self.bytes[end - 1] != ord(".")
        sound = np.ones(len(start), bool)
        if len(others := np.flatnonzero(~plain)):
            end[others] = _ends(self._said, start[others], run)
            both = zip(start[others].tolist(), end[others].tolist(), strict=True)
            sound[others] = [b - a <= _LONGEST_NUMBER and bool(NUMBER.fullmatch(self.text, a, b)) for a, b in both]
        return end, sound


def _steady(lines: Bytes, starts: np.ndarray, run: Run) -> np.ndarray | None:
    """The bytes in the holes that start there, where all are as long as that of the first line, before this run: none
    is looked for further."""
    size = run.after - run.before
    if not 0 < size <= LONG or are_marks(inside := lines.read(starts, size)).any():
        return None
    return inside if lines.say(run.text, starts + size).all() else None


def _ends(lines: Bytes, starts: np.ndarray, run: Run) -> np.ndarray:
    """Where the holes that start there end, before this run, as the next mark tells."""
    ends: np.ndarray = np.maximum(lines.marks(starts, run.after + _MORE) - run.before, starts)
    return ends


def _texts_of(said: np.ndarray) -> pa.Array:
    """Texts of one length, from the bytes of each."""
    count, size = said.shape
    ends = np.arange(count + 1, dtype=np.int32) * size
    return pa.StringArray.from_buffers(count, pa.py_buffer(ends), pa.py_buffer(said))


class Moulds:
    """The moulds of a file."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._moulds: list[Mould] = []
        self._count = 0
        self._wider: dict[int, int] = {}  # of those that are not to be made narrower: the number of a wider one, or 0
        self._left = self._pause = 0  # blocks to be read otherwise, and how many were, the last time

    def of(self, first: int, text: bytes) -> JsonLines | None:
        """The lines of a block; None where too many are in no mould."""
        if self._left:
            self._left -= 1
            return None
        text = text if text.endswith(b"\n") else text + b"\n"
        ends = line_ends(text, MANY)
        if ends is None:
            return None
        block = _Block(text, ends)
        casts, left = list[_Cast](), np.ones(len(block.ends), bool)
        for mould in chain(self._moulds.copy(), self._new(block, left)):
            casts.append(block.cast(mould, np.flatnonzero(left)))
            left[casts[-1].places] = False
            if not left.any():
                break
        casts = sorted((cast for cast in casts if len(cast.places)), key=lambda cast: -len(cast.places))
        used = [cast.mould for cast in casts]
        known = used + [mould for mould in self._moulds if mould not in used]
        numbers = {mould.number for mould in used}
        self._moulds = [mould for mould in known if self._wider.get(mould.number) not in numbers]
        if casts and 2 * len(casts[0].places) > len(left):
            self._narrow(block, casts[0])
        if _FEW * np.count_nonzero(left) >= len(left):
            self._left = self._pause = 2 * self._pause + 1
            return None
        return _MouldedLines(first, block, casts)

    def _new(self, block: _Block, left: np.ndarray) -> Iterator[Mould]:
        """Moulds of the first of the lines that are left, each once the lines in the last one are left no more; none
        after some that take few."""
        tried, poor = -1, 0
        for _ in range(_NEW):
            places = np.flatnonzero(left)
            tried = next((place for place in places.tolist() if place > tried), -1)
            if tried < 0 or poor == _POOR:
                return
            if made := self._made(block.line(tried)):
                self._moulds.append(made)
                yield made
                poor += bool(_FEW * (len(places) - np.count_nonzero(left)) < len(left))

    def _narrow(self, block: _Block, cast: _Cast) -> None:
        """Look first for lines that say the same where these all do, as long as others do too: fewer holes take less
        time."""
        wide = cast.mould
        if wide.number in self._wider or self._count == _MOST:
            return
        self._wider[wide.number] = 0
        if fixed := block.same(cast):
            self._count += 1
            self._wider[-self._count] = wide.number
            self._moulds.insert(0, Mould(-self._count, wide.line, self._shape, fixed))

    def _made(self, line: bytes) -> Mould | None:
        """The mould of a line; None where it is no object, or too long, or there are many."""
        if self._count == _MOST or len(line) > _MOST_READ:
            return None
        said = Said(line, self._shape)
        if said.form is None or len(line) * said.hidden.count(b'"') > _MOST_READ:
            return None
        if said.opened and HALF.search(line):
            return None
        self._count += 1
        return Mould(-self._count, line, self._shape)


class _MouldedLines(JsonLines):
    """Lines that are each in a mould, but for a few."""

    def __init__(self, first: int, block: _Block, casts: Sequence[_Cast]) -> None:
        self._block, self._casts = block, casts
        count = len(block.ends)
        order = np.full(count, -1)
        order[np.concatenate([cast.places for cast in casts])] = np.arange(sum(len(cast.places) for cast in casts))
        names = np.zeros(count, np.int64)
        for cast in casts:
            names[cast.places] = cast.mould.number
        super().__init__(first, names, names < 0, block.ends == block.starts)
        self._order = None if len(casts) == 1 and self.alike.all() else pa.array(order, mask=order < 0)

    def text(self, place: int) -> str:
        return self._block.line(place).decode().removesuffix("\n")

    def strings(self, path: Path) -> pa.Array:
        def of(cast: _Cast) -> pa.Array:
            for hole, texts in cast.taken():
                if hole.path == path and hole.whole and not hole.number:
                    escaped = self._block.escapes is not None
                    return pc.if_else(pc.match_substring(texts, "\\"), None, texts) if escaped else texts
            return pa.repeat(pa.scalar(cast.mould.texts.get(path), pa.string()), len(cast.places))

        return self._together(of)

    def numbers(self, path: Path) -> pa.Array:
        def of(cast: _Cast) -> pa.Array:
            for hole, texts in cast.taken():
                if hole.path == path and hole.whole and hole.number:
                    return texts
            other = path in cast.mould.others or any(hole.path == path for hole in cast.mould.holes)
            return pa.repeat(pa.scalar("?" if other else None, pa.string()), len(cast.places))

        return self._together(of)

    def shared(self, varying: Sequence[str]) -> Sequence[pa.Array]:
        def texts(cast: _Cast) -> list[pa.Array]:
            return [text for hole, text in cast.taken() if hole.path and hole.path[-1] not in varying]

        def of(cast: _Cast, place: int) -> pa.Array:
            found = texts(cast)[place : place + 1]
            return found[0] if found else pa.nulls(len(cast.places), pa.string())

        most = max(len(texts(cast)) for cast in self._casts)
        return [pa.array(self.names), *(self._together(partial(of, place=place)) for place in range(most))]

    def _together(self, of: Callable[[_Cast], pa.Array]) -> pa.Array:
        """A column of all lines, from those of the lines of each mould."""
        found = [of(cast) for cast in self._casts]
        return found[0] if self._order is None else pa.concat_arrays(found).take(self._order)
