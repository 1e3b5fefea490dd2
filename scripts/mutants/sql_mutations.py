"""The mutations of a SQL file: comments and texts are left alone."""

import re
from collections.abc import Iterator

from scripts.mutants.mutations import SWAPPED, Mutation, akin, nearest

_HIDDEN = re.compile(r"--[^\n]*|'[^']*'")
_OPERAND = r"(?:\w+(?:\.\w+)?)?\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|\d+\.\d+|\w+(?:\.\w+)?"
_PATTERNS = {
    "arithmetic": re.compile(r"(?<=[\w)])(?<!SELECT)\s+([-+*/])\s(?=[\w(])"),
    "comparison": re.compile(r"(?<![<>])([<>]=?)(?![<>=])"),
    "constant": re.compile(r"(?<![\w.$])(\d+(?:\.\d+)?(?:e-?\d+)?)(?![\w.])"),
    "dropped term": re.compile(rf"(?<=[\w)])(?<!SELECT)(\s+[-+*/]\s(?:{_OPERAND}))"),
    "neighbour": re.compile(r"(?<![\w.])(?<!AS )((?:[a-z_]\w*\.)?[a-z_]\w*)(?![\w.(])"),
}


def sql_mutations(text: bytes) -> Iterator[Mutation]:
    """All of them; none leaves the text as it was."""
    said = text.decode()
    hidden = _HIDDEN.sub(lambda found: " " * len(found.group()), said)
    names = sorted(set(_PATTERNS["neighbour"].findall(hidden)))
    for family, pattern in _PATTERNS.items():
        for found in pattern.finditer(hidden):
            start, end = (len(said[:place].encode()) for place in found.span(1))
            line = hidden.count("\n", 0, found.start(1)) + 1
            for after in _instead(family, found.group(1), names):
                yield Mutation(family, line, line, start, end, found.group(1), after)


def _instead(family: str, said: str, names: list[str]) -> list[str]:
    """What may stand in its place: for a column another one of its table, or where none is named, of an akin name."""
    if family == "neighbour":
        table, dot, _ = said.rpartition(".")
        if dot:
            return nearest(said, (name for name in names if name.startswith(f"{table}.")))
        return akin(said, (name for name in names if "." not in name and name != said))
    if family == "constant":
        return [f"{2 * float(said):g}"] if float(said) else []
    return [""] if family == "dropped term" else [SWAPPED[said]]
