"""RGAA self-audit of the screens, from rgaa.csv: one row a criterion; rate and state are computed."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

from estimator.catalogue.csv_tables import rows

MET, NOT_MET, NOT_APPLICABLE, NOT_CHECKED = "met", "not_met", "not_applicable", "not_checked"
STATES = (MET, NOT_MET, NOT_APPLICABLE, NOT_CHECKED)
HALF = 0.5  # share of criteria met from which the law says « partiellement conforme »


class RgaaCriterion(NamedTuple):
    """A criterion: its number, its state, its requirement in our words, its evidence, and the date."""

    number: str
    state: str
    asks: str
    proof: str
    tests: tuple[str, ...]
    day: str

    @property
    def theme(self) -> int:
        """The theme, which is the first part of the number."""
        return int(self.number.partition(".")[0])


class Audit(NamedTuple):
    """The criteria, and the statement required by law."""

    criteria: tuple[RgaaCriterion, ...]

    def of(self, state: str) -> list[RgaaCriterion]:
        """The criteria in a state."""
        return [c for c in self.criteria if c.state == state]

    @property
    def applicable(self) -> int:
        """The criteria that apply to these pages."""
        return len(self.criteria) - len(self.of(NOT_APPLICABLE))

    @property
    def rate(self) -> float:
        """Share of the applicable criteria that are met; an unchecked one counts as not met."""
        return len(self.of(MET)) / self.applicable

    @property
    def state(self) -> str:
        """Conformity: "none" as long as a criterion is unchecked, else "none", "partial" or "full"."""
        if self.of(NOT_CHECKED) or self.rate < HALF:
            return "none"
        return "partial" if self.of(NOT_MET) else "full"

    @property
    def day(self) -> str:
        """The date of the last check."""
        return max(c.day for c in self.criteria)

    @property
    def themes(self) -> list[int]:
        """The themes in their order."""
        return sorted({c.theme for c in self.criteria})

    def counts(self, theme: int) -> list[int]:
        """Count of criteria of a theme by state of STATES."""
        return [sum(c.theme == theme for c in self.of(state)) for state in STATES]


@cache
def audit() -> Audit:
    """The audit of these screens."""
    return read(row for _, row in rows(resources.files(__package__), "rgaa.csv"))


def read(table: Iterable[Mapping[str, str]]) -> Audit:
    """The audit in the rows of a table."""
    return Audit(
        tuple(
            RgaaCriterion(r["criterion"], r["state"], r["asks"], r["proof"], tuple(r["tests"].split()), r["day"])
            for r in table
        )
    )
