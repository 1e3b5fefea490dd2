"""The self-audit of the screens against the RGAA, read from rgaa.csv: one row a criterion; rate and state follow."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

from estimator.catalogue.csv_tables import rows

MET, NOT_MET, NOT_APPLICABLE, NOT_CHECKED = "met", "not_met", "not_applicable", "not_checked"
STATES = (MET, NOT_MET, NOT_APPLICABLE, NOT_CHECKED)
HALF = 0.5  # share of the criteria that hold from which the law says « partiellement conforme »


class RgaaCriterion(NamedTuple):
    """A criterion: its number, its state, what it asks in our own words, what proves the state, and when."""

    number: str
    state: str
    asks: str
    proof: str
    tests: tuple[str, ...]
    day: str

    @property
    def theme(self) -> int:
        """The theme, which the number begins with."""
        return int(self.number.partition(".")[0])


class Audit(NamedTuple):
    """The criteria, and what the law asks to say of them."""

    criteria: tuple[RgaaCriterion, ...]

    def of(self, state: str) -> list[RgaaCriterion]:
        """The criteria in a state."""
        return [c for c in self.criteria if c.state == state]

    @property
    def applicable(self) -> int:
        """The criteria that these pages have something to show for."""
        return len(self.criteria) - len(self.of(NOT_APPLICABLE))

    @property
    def rate(self) -> float:
        """Share of the applicable criteria that hold; one that was not checked counts as one that does not."""
        return len(self.of(MET)) / self.applicable

    @property
    def state(self) -> str:
        """ "none", "partial" or "full": an audit that left a criterion unchecked is none yet."""
        if self.of(NOT_CHECKED) or self.rate < HALF:
            return "none"
        return "partial" if self.of(NOT_MET) else "full"

    @property
    def day(self) -> str:
        """The last day on which something was looked at."""
        return max(c.day for c in self.criteria)

    @property
    def themes(self) -> list[int]:
        """The themes in their order."""
        return sorted({c.theme for c in self.criteria})

    def counts(self, theme: int) -> list[int]:
        """How many criteria of a theme are in each of STATES."""
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
