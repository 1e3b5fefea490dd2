"""A mould of lines of JSON: what is the same in them, and where they differ by a text or a number. It is made of one
line, read by Python: what was found of this one by writing something else there holds for the others."""

import re
from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from estimator.core.json_once import Pairs, Shape, pairs
from estimator.ingestion.parsing.json_bytes import are_marks, escapes_in
from estimator.ingestion.parsing.json_lines import Path

NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
HALF = re.compile(rb"\\u[dD][89a-fA-F]")  # the escape of half of a character
_TRIED = 128  # texts with backslashes, of a mould


class Hole(NamedTuple):
    """What differs from a line to another: whether it is a number; which of the fields taken it is in, and whether it
    is all of its value: a text in a list is not."""

    number: bool
    path: Path | None
    whole: bool


class Run(NamedTuple):
    """What is the same in all lines, before a hole or the end: its bytes, how many of them are before its first mark,
    and how many were from the hole above it to this mark."""

    text: bytes
    before: int
    after: int


class Mould:
    """What is the same in some lines, and where they differ. Their marks are the quotes and the control characters, the
    last of which ends a line. `spans`: where its holes start and end in its line; `slashes`: backslashes that are the
    same in all; `others`: the fields taken that say the same in all, and something. fixed: where holes would start that
    say the same in all too; `texts`: what these say, where it is all of the value of a field taken, without escapes;
    `steady`: by run, whether the hole above it may be as long in all lines."""

    def __init__(self, number: int, line: bytes, shape: Shape, fixed: Collection[int] = ()) -> None:
        self.number, self.line, self._shape = number, line, shape
        self._said = Said(line, shape)
        self.opened, self.hidden = self._said.opened, self._said.hidden
        self._takes: dict[tuple[int, str], bool] = {}
        self.spans: list[tuple[int, int]] = []
        self.texts: dict[Path, str] = {}
        self.runs: list[Run] = []
        self.holes: list[Hole] = []
        marks = np.flatnonzero(are_marks(np.frombuffer(self.hidden, np.uint8))).tolist()
        begins, before, after = 0, marks[0], 0
        for at, end in pairwise(marks):
            if found := self._hole(at + 1, end):
                hole, (start, stop) = found
                if start in fixed:
                    text = line[start:stop].decode()
                    self.texts |= {hole.path: text} if hole.path and hole.whole and "\\" not in text else {}
                    continue
                self.runs.append(Run(self.hidden[begins:start], before, after))
                self.holes.append(hole)
                self.spans.append((start, stop))
                begins, before, after = stop, end - stop, end - start
        self.runs.append(Run(self.hidden[begins:], before, after))
        self.steady = [False, *(not hole.number for hole in self.holes)]
        self.slashes = sum(run.text.count(b"\\") for run in self.runs)
        differ = {hole.path for hole in self.holes}
        self.others = {path for path, value in self._said.taken.items() if value is not None and path not in differ}

    def _hole(self, start: int, end: int) -> tuple[Hole, tuple[int, int]] | None:
        """The hole between two marks, and where it starts and ends; None where another text and another number would
        both make another line than one that differs by a value."""
        found = NUMBER.search(self.line, start, end)
        text = start, start + len(self.line[start:end].rstrip(b"\\"))
        for span, others in ((text, (b"x", b"y")), (found.span() if found else None, (b"7", b"8"))):
            if span is None:
                continue
            other = others[self.line[slice(*span)] == others[0]]
            now = self._with(span, other)
            if self._said.differ(now):
                path = next((path for path, value in now.taken.items() if value != self._said.taken[path]), None)
                return Hole(span is not text, path, path is not None and str(now.taken[path]) == other.decode()), span
        return None

    def _with(self, span: tuple[int, int], other: bytes) -> "Said":
        return Said(self.line[: span[0]] + other + self.line[span[1] :], self._shape)

    def takes(self, place: int, text: str) -> bool:
        """Whether a text in a hole makes a line that differs by one value: it has backslashes, and no mark."""
        known = self._takes.get((place, text))
        if known is None:
            if len(self._takes) >= _TRIED or HALF.search(text.encode()):
                return False
            known = self._said.differ(self._with(self.spans[place], text.encode())) is not None
            self._takes[place, text] = known
        return known


class Said:
    """What a line says: its form, and its texts and numbers in their order; the value of each field taken, None where
    there is none. The first nested object of the shape may be written as a text."""

    def __init__(self, line: bytes, shape: Shape) -> None:
        self._line = line
        self.values: list[Any] = []
        found = pairs(line.decode())
        first = next((name for name, inside in shape.items() if inside is not None), None)
        self.opened = isinstance(found, Pairs) and any(
            name == first and isinstance(value, str) for name, value in found
        )
        if isinstance(found, Pairs):
            found = Pairs((name, _opened(value) if name == first else value) for name, value in found)
        self.form = self._form(found) if isinstance(found, Pairs) else None
        self.taken = dict(_leaves(found, shape))

    @property
    def hidden(self) -> bytes:
        """The line, in which no quote is escaped; as it is where its first nested object is a text."""
        return self._line if self.opened else escapes_in(self._line, np.array([len(self._line) - 1])).hidden

    def _form(self, value: Any) -> Any:
        if isinstance(value, _Opened):
            return "text", self._form(value.found)
        if isinstance(value, Pairs):
            return "object", [(name, self._form(inside)) for name, inside in value]
        if isinstance(value, list):
            return [self._form(inside) for inside in value]
        if value is None or isinstance(value, bool):
            return value
        self.values.append(value)
        return "value" if isinstance(value, str) else "number"

    def differ(self, other: "Said") -> list[int] | None:
        """The place of the value by which another line differs, if any; None where it differs by more."""
        if self.form is None or self.form != other.form:
            return None
        places = [n for n, both in enumerate(zip(self.values, other.values, strict=True)) if both[0] != both[1]]
        return places if len(places) <= 1 else None


class _Opened(NamedTuple):
    """An object that is written as a text."""

    found: Pairs


def _opened(value: Any) -> Any:
    """The object that a text is; any other text, as the name of one."""
    if not isinstance(value, str):
        return value
    found = pairs(value)
    return _Opened(found) if isinstance(found, Pairs) else _Opened(Pairs([(value, None)]))


def _leaves(said: Any, shape: Shape, above: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The value of each field taken, by its path; None where there is none."""
    said = said.found if isinstance(said, _Opened) else said
    values = dict(said) if isinstance(said, Pairs) else {}
    for name, inside in shape.items():
        if inside is None:
            yield (*above, name), values.get(name)
        else:
            yield from _leaves(values.get(name), inside, (*above, name))
