"""What a mutation is: a piece of a text with another in its place, on a line, of one of five families."""

from collections.abc import Iterable
from typing import NamedTuple

FAMILIES = ("arithmetic", "comparison", "constant", "dropped term", "neighbour")
SWAPPED = {"+": "-", "-": "+", "*": "/", "/": "*", "<": "<=", "<=": "<", ">": ">=", ">=": ">"}


class Mutation(NamedTuple):
    """Bytes `start` to `end` of a text replaced by `after`, on the lines `line` to `last`."""

    family: str
    line: int
    last: int
    start: int
    end: int
    before: str
    after: str

    def made(self, text: bytes) -> bytes:
        """The text with this mutation."""
        return text[: self.start] + self.after.encode() + text[self.end :]


def nearest(name: str, others: Iterable[str]) -> list[str]:
    """The other names that share a word with this one; all of them where none does."""
    apart = sorted({*others} - {name})
    return akin(name, apart) or apart


def akin(name: str, others: Iterable[str]) -> list[str]:
    """The names that share a word with this one."""
    return [other for other in others if _words(other) & _words(name)]


def _words(name: str) -> set[str]:
    return set(name.rpartition(".")[2].split("_"))
