"""Units of a measured option by impact: those of which it is known stand for all, the others are left out of it."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from estimator.assessment.evaluation import ActivityGroup
from estimator.assessment.impacts import FIGURES, ImpactIndicator, is_counted
from estimator.comparison.verdict_rules import UnknownUnits
from estimator.core.errors import say
from estimator.core.number_format import exact_text
from estimator.core.typography import lowered

Counted = Sequence[tuple[ActivityGroup, float]]  # groups, each with the units that it counts: none where it waits


def known_groups(counted: Counted, figure: ImpactIndicator) -> tuple[ActivityGroup, ...]:
    """The groups that a figure is of: those of the units of which it is known, as if they were all the units, with what
    counts no unit. Where a group that counts none is unknown, or all are, the figure is: the unknown ones alone."""
    unknown = [(group, units) for group, units in counted if not _known(figure, group)]
    left = left_out(counted, figure)
    if left is None:
        return tuple(group for group, _ in unknown or counted)
    times = left.of / (left.of - left.units)
    known = [(group, units) for group, units in counted if _known(figure, group)]
    return tuple(scaled(group, times) if units else group for group, units in known)


def left_out(counted: Counted, figure: ImpactIndicator) -> UnknownUnits | None:
    """The units that a figure leaves out, of all of them; None where it is of them all, or of none."""
    unknown = [units for group, units in counted if not _known(figure, group)]
    whole, without = (math.fsum(of) for of in ((units for _, units in counted), unknown))
    return UnknownUnits(without, whole) if unknown and all(unknown) and without < whole else None


def scaled(group: ActivityGroup, times: float) -> ActivityGroup:
    """The activity of so many times these runs, on the same share of their machine."""
    return ActivityGroup(_amounts(group.amounts, times), group.bounds)


def left_words(left: Mapping[str, UnknownUnits], lang: str) -> str:
    """« 80 des 2 540 unités », by figure; each number with its figures, where it is not that of all."""
    alike: dict[UnknownUnits, list[str]] = {}
    for name, found in left.items():
        alike.setdefault(found, []).append(name)
    said = []
    for found, names in alike.items():
        facts = {name: exact_text(units, "1", lang) for name, units in vars(found).items()}
        only = len(names) < len(FIGURES)
        told = {"figures": figures_words(names, lang)} if only else {}
        said.append(say("left_out", "of_figures" if only else "of_all", lang, **facts, **told))
    return say("compare", "and", lang).join(said)


def figures_words(names: Iterable[str], lang: str) -> str:
    """« électricité du site, eau consommée »"""
    return ", ".join(lowered(say("figures", name, lang)) for name in names)


def _known(figure: ImpactIndicator, group: ActivityGroup) -> bool:
    return is_counted(figure, group, group.values)


def _amounts(amounts: Mapping[str, Any], times: float) -> dict[str, float]:
    return {n: v * times if n != "resource_share" and v is not None else v for n, v in amounts.items()}
