"""What can be proposed without AI for a task: programs of the table of alternatives, the first the most usual."""

from datetime import date
from functools import cache
from importlib import resources

from pydantic import Field

from estimator.catalogue.csv_tables import records
from estimator.catalogue.schema import TableRow


class Proposal(TableRow):
    """A program, or a person, that meets a need without AI. acts: supposed for one use of the task; minutes: of a
    person at their screen for it, where it takes some [min]."""

    task: str = Field(pattern=r"^task/[a-z-]+$")
    alternative: str = Field(pattern=r"^alternative/[a-z-]+$")
    acts: float = Field(gt=0)
    minutes: float | None = Field(gt=0)
    source: str
    locator: str
    review_by: date
    note: str

    @property
    def row(self) -> str:
        """The name of this row."""
        return f"{self.task}/{self.alternative}"


@cache
def _table() -> tuple[Proposal, ...]:
    return tuple(found for _, found in records(resources.files("factors"), "proposals.csv", Proposal))


def proposal_named(row: str) -> Proposal | None:
    """The row of this name, or of one of its values (`…/minutes`)."""
    return next((found for found in _table() if row in (found.row, f"{found.row}/minutes")), None)


def proposals(task: str) -> tuple[Proposal, ...]:
    """The programs proposed for a task, in the order of the table; none where no program does it."""
    return tuple(found for found in _table() if found.task == task)
