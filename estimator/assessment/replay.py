"""Replay of a downloaded explanation, compared with the figures stored in it."""

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from estimator.assessment.explanation import replay
from estimator.core.errors import SobriaError

BOUNDS = ("low", "central", "high", "at_factor_values", "envelope")
PRECISION = 1e-9  # relative tolerance of a reproduced number: machines differ in the last digits of a sum


_OTHER_SHAPE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)  # of Unicode, JSON and pydantic too


class ReplayFileRefused(SobriaError):
    """A file that is not a downloaded explanation."""


class ReplayedBound(NamedTuple):
    """A bound of a figure, as stored in the file and as reproduced."""

    figure: str
    bound: str
    file: Any
    replayed: Any

    @property
    def agrees(self) -> bool:
        """Whether both are the same number, or both unknown."""
        if isinstance(self.file, list) and isinstance(self.replayed, list):
            return len(self.file) == len(self.replayed) and all(map(_same, self.file, self.replayed))
        return _same(self.file, self.replayed)


def replay_file(path: Path) -> dict[str, Any]:
    """{"indicators", "figure", "amount", "compared", "differences"} of a replayed explanation.

    figure, amount: the one figure that the file explains, "" and nothing when it explains all. compared: count of
    numbers compared; differences: {"figure", "bound", "file", "replayed"} of each that differs,
    with a relative tolerance of 1e-9. ReplayFileRefused, ReplayRefused.
    """
    try:
        stored = json.loads(path.read_text("utf-8"))
        found = replay(stored["replay"])
    except _OTHER_SHAPE as error:
        raise ReplayFileRefused(file=path.name) from error
    figure = stored["replay"]["figure"] or ""
    amount = _amount_at(found, figure)
    pairs = [*_pairs(stored.get("indicators"), found), *_pairs(stored.get("amount"), amount, figure)]
    wrong = {(p.figure, p.bound): p._asdict() for p in pairs if not p.agrees}
    body = {"indicators": found, "figure": figure, "amount": amount, "compared": len(pairs)}
    return body | {"differences": list(wrong.values())}


def _amount_at(found: Mapping[str, Any], figure: str) -> Mapping[str, Any]:
    """The amount of a figure in a tree of figures; empty without a figure name."""
    for step in figure.split("."):
        found = found.get(step, {})
    return found


def _pairs(said: Any, found: Mapping[str, Any], figure: str = "") -> Iterator[ReplayedBound]:
    """Each bound of each figure present in both."""
    if not isinstance(said, Mapping):
        return
    for name, value in found.items():
        if name in BOUNDS and name in said:
            older = name == "central" and "at_factor_values" not in said  # before 2026-11-26, it was in `central`
            yield ReplayedBound(
                figure, name, said[name], found["at_factor_values"] if older and value is not None else value
            )
        elif isinstance(value, Mapping) and name != "missing":
            yield from _pairs(said.get(name), value, f"{figure}.{name}".lstrip("."))


def _same(said: Any, found: Any) -> bool:
    if isinstance(said, bool) or not isinstance(said, int | float) or not isinstance(found, int | float):
        return said is None and found is None
    return math.isclose(said, found, rel_tol=PRECISION)
