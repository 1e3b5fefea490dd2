"""The direct phrases of the charter, in three lists: checked, not yet, and not a matter of figures."""

from functools import cache
from importlib import resources
from typing import Literal

from pydantic import Field, model_validator

from estimator.catalogue.csv_tables import records
from estimator.catalogue.schema import TableRow

Group = Literal["checked", "not_yet", "not_figures"]


class Phrase(TableRow):
    """A phrase as written in the charter, and its meaning in English.

    group: checked by a share; not_yet: something is missing; not_figures: no figure can tell. Of a checked one:
    indicator: source of its evidence; reads: the share that proves it; covered_by: the share that says only that data
    or a text exists; target: the share from which it is fulfilled unless the council voted another; sets_limit: whether
    the phrase itself sets this target.
    """

    id: str
    phrase: str = Field(min_length=1)
    gloss: str = Field(min_length=1)
    group: Group = "checked"
    indicator: str
    reads: str
    covered_by: str = ""
    target: float = Field(gt=0, le=1)
    sets_limit: Literal["yes", "no"]
    source: str
    locator: str = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> "Phrase":
        if (self.group == "checked") != bool(self.indicator and (self.reads or self.covered_by)):
            raise ValueError("a checked phrase has an indicator and a share, and only such a one")
        return self


@cache
def phrases() -> tuple[Phrase, ...]:
    """All of them, in display order. FactorsRefused."""
    return tuple(phrase for _, phrase in records(resources.files("factors"), "charter.csv", Phrase))


def checked() -> tuple[Phrase, ...]:
    """The phrases that a share checks."""
    return tuple(phrase for phrase in phrases() if phrase.group == "checked")
