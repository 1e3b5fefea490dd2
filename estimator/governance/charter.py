"""The phrases of the charter that SobrIA can check, each with its evidence."""

from functools import cache
from importlib import resources
from typing import Literal

from pydantic import Field

from estimator.catalogue.csv_tables import records
from estimator.catalogue.schema import TableRow


class Phrase(TableRow):
    """A phrase as written in the charter, and its meaning in English.

    indicator: source of its evidence; reads: the share that proves it; target: the share from which it is fulfilled
    unless the council voted another; sets_limit: whether the phrase itself sets this target.
    """

    id: str
    phrase: str = Field(min_length=1)
    gloss: str = Field(min_length=1)
    indicator: str
    reads: str
    target: float = Field(gt=0, le=1)
    sets_limit: Literal["yes", "no"]
    source: str
    locator: str = Field(min_length=1)


@cache
def phrases() -> tuple[Phrase, ...]:
    """In display order. FactorsRefused."""
    return tuple(phrase for _, phrase in records(resources.files("factors"), "charter.csv", Phrase))
