"""What can be proposed without AI for a task: programs of the table of alternatives, the first the most usual."""

from functools import cache
from importlib import resources

from estimator.catalogue.csv_tables import records
from estimator.catalogue.load import added_alternatives
from estimator.catalogue.schema import Proposal


@cache
def _shipped() -> tuple[Proposal, ...]:
    return tuple(found for _, found in records(resources.files("factors"), "proposals.csv", Proposal))


def _table() -> tuple[Proposal, ...]:
    """Ours, then those of other packages: what is the most usual stays so."""
    return (*_shipped(), *(found for added in added_alternatives() for found in added.proposals))


def proposal_named(row: str) -> Proposal | None:
    """The row of this name, or of one of its values (`…/minutes`)."""
    return next((found for found in _table() if row in (found.row, f"{found.row}/minutes")), None)


def proposals(task: str) -> tuple[Proposal, ...]:
    """The programs proposed for a task, in the order of the table; none where no program does it."""
    return tuple(found for found in _table() if found.task == task)
