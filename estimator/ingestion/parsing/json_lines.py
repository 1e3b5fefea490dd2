"""A block of lines of JSON whose fields were taken by column, however they were; the names that their objects hold."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from estimator.core.json_once import Pairs, Shape, pairs

Path = tuple[str, ...]  # the names of a field, from the outermost object
_REMEMBERED = 10_000


class JsonLines(ABC):
    """A block of lines. `first`: the number of the first; `names`: a number of the names of the objects of each;
    `alike`: mask of those that Python reads alike, if each name is there once; `empty`: of those without a sign."""

    def __init__(self, first: int, names: np.ndarray, alike: np.ndarray, empty: np.ndarray) -> None:
        self.first, self.names, self.alike, self.empty = first, names, alike, empty

    def __len__(self) -> int:
        return len(self.alike)

    @abstractmethod
    def text(self, place: int) -> str:
        """A line, without its end."""

    @abstractmethod
    def strings(self, path: Path) -> pa.Array:
        """The texts between the quotes of strings without escapes, null for others."""

    @abstractmethod
    def numbers(self, path: Path) -> pa.Array:
        """The texts of numbers: null where there is nothing, a text that is no number where there is something else."""

    @abstractmethod
    def shared(self, varying: Sequence[str]) -> Sequence[pa.Array]:
        """Columns that are equal for two lines only where all fields taken are, but for those of these names."""


class ObjectNames:
    """The names that objects hold, from one text of each kind of them."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._known: dict[int, tuple[frozenset[str], bool]] = {}

    def of(self, number: int, text: str) -> tuple[frozenset[str], bool]:
        """The names of the object of a text, and whether it holds each once, as do those inside whose fields are
        taken."""
        known = self._known.get(number)
        if known is None:
            found = pairs(text)
            names = frozenset(name for name, _ in found) if isinstance(found, Pairs) else frozenset[str]()
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[number] = names, _once(found, self._shape)
        return known


def _once(found: Any, shape: Shape) -> bool:
    """Whether this is an object, or the text of one, that holds each of its names once, as do those inside."""
    found = pairs(found) if isinstance(found, str) else found
    if not isinstance(found, Pairs):
        return False
    names = [name for name, _ in found]
    inside = [(value, shape[name]) for name, value in found if shape.get(name) is not None]
    return len(names) == len(set(names)) and all(_once(value, its) for value, its in inside if value is not None)
