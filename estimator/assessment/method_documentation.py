"""The method as data, for the documentation and the screens: system boundary, indicators, formulas, published cases."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from estimator.assessment.calculation_steps import PLAIN, in_words, references
from estimator.assessment.coefficients import COEFFICIENTS, Coefficient
from estimator.assessment.evaluation import the_system
from estimator.assessment.expressions import render, to_latex
from estimator.assessment.impacts import FIGURES, SUPPLEMENTARY
from estimator.catalogue.csv_tables import rows
from estimator.catalogue.tables import Catalogue
from estimator.core.errors import say

BOUNDARY = ("servers_use", "servers_made", "end_of_life", "site", "network", "training", "terminals", "building")
OUTSIDE = {"training", "terminals", "building"}
PARTLY = {"end_of_life": "servers_made"}  # counted within another, where that one is
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
COLUMNS = (
    "mode", "name", "address", "cases", "outputs", "valued", "inside", "transcribed", "median_width",
    *(f"ratio_p{round(100 * q)}" for q in QUANTILES), "day", "factors_version",
)  # fmt: skip


@dataclass(frozen=True)
class Element:
    """A line of the system boundary: what it is, whether it is included, how."""

    name: str
    counted: str
    how: str
    inside: bool
    partly: bool = False


@dataclass(frozen=True)
class Term:
    """A part of an indicator: the first known of these results; an optional one may be absent."""

    results: tuple[str, ...]
    labels: tuple[str, ...]
    optional: bool


@dataclass(frozen=True)
class Indicator:
    """The sum that defines an indicator [unit]."""

    id: str
    unit: str
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class MethodRule:
    """A formula or a coefficient: its result [unit], its text in words and in symbols, its reference."""

    name: str
    label: str
    unit: str
    words: str
    symbols: str
    reference: str


@dataclass(frozen=True)
class ValidationLine:
    """A line of the summary of published cases; widths and ratios are None without any valued case [1].

    mode: "prediction" by family of publications, "indicator" and "device" (the same predictions, cut otherwise),
    "reproduction" by family, "fault" (cases; `inside`: how many were detected), "left_out".
    """

    mode: str
    name: str
    address: str
    cases: int
    outputs: int
    valued: int
    inside: int
    transcribed: int
    median_width: float | None
    ratios: Mapping[float, float]
    day: str
    factors_version: str


def boundary(lang: str, uncounted: Collection[str] = ()) -> tuple[Element, ...]:
    """The system boundary: what is included and what is not, nor here. uncounted: names of `BOUNDARY`."""
    return tuple(
        Element(
            say("boundary", name, lang),
            say("boundary", f"{name}_counted", lang),
            say("boundary", f"{name}_how", lang),
            name not in OUTSIDE and PARTLY.get(name, name) not in uncounted,
            name in PARTLY and PARTLY[name] not in uncounted,
        )
        for name in BOUNDARY
    )


def indicators(catalogue: Catalogue, lang: str) -> tuple[Indicator, ...]:
    """The indicators, in the order of the charter, then the additional ones."""
    return tuple(
        Indicator(
            figure.id,
            figure.unit,
            tuple(
                Term(p.results, tuple(catalogue.quantities[r].label(lang) for r in p.results), not p.required)
                for p in figure.parts
            ),
        )
        for figure in FIGURES + SUPPLEMENTARY
    )


def formulas(catalogue: Catalogue, lang: str) -> tuple[MethodRule, ...]:
    """Every formula, in evaluation order."""
    names = catalogue.quantities
    return tuple(
        MethodRule(
            item.name,
            names[item.name].label(lang),
            names[item.name].unit,
            in_words(item.tree, lambda name: names[name].label(lang), lang),
            to_latex(item.tree, say("formulas", "or_else", lang)),
            references(item)[lang],
        )
        for item in the_system().formulas
    )


def coefficients(catalogue: Catalogue, lang: str) -> tuple[MethodRule, ...]:
    """The coefficients, evaluated once a group after factor selection."""
    names = catalogue.quantities

    def label(name: str) -> str:
        return names[name].label(lang)

    def plain(item: Coefficient) -> str:
        return render(item.tree, str, "{:g}".format, PLAIN)

    return tuple(
        MethodRule(c.name, label(c.name), names[c.name].unit, in_words(c.tree, label, lang), plain(c), "")
        for c in COEFFICIENTS
    )


@cache
def validation_results() -> tuple[ValidationLine, ...]:
    """Our own figures on published cases, as `python -m scripts.validation_summary` wrote them."""
    results = resources.files("factors") / "results"
    return tuple(_validation_line(row) for _, row in rows(results, "validation_summary.csv"))


def _validation_line(row: Mapping[str, str]) -> ValidationLine:
    counts: dict[str, Any] = {
        name: int(row[name] or 0) for name in ("cases", "outputs", "valued", "inside", "transcribed")
    }
    columns = {q: row[f"ratio_p{round(100 * q)}"] for q in QUANTILES}
    return ValidationLine(
        mode=row["mode"],
        name=row["name"],
        address=row["address"],
        median_width=float(row["median_width"]) if row["median_width"] else None,
        ratios={q: float(value) for q, value in columns.items() if value},
        day=row["day"],
        factors_version=row["factors_version"],
        **counts,
    )
