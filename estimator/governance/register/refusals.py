"""Refusals of the register that list everything wrong at once, and the reading of fields into types."""

from estimator.core.errors import SobriaError
from estimator.core.refusals import ListedRefusal


class UseCaseUnknown(SobriaError):
    """A use case that the register does not hold."""


class UseCaseKnown(SobriaError):
    """An id that another use case has."""


class StageRefused(ListedRefusal):
    """A stage whose conditions are not met."""


class StageOrder(SobriaError):
    """A stage that does not follow the present one."""


class ClosedUseCase(SobriaError):
    """A step forward of a use case that a decision has closed."""

    code = "use_case_closed"


class ChangeRefused(ListedRefusal):
    """A change that takes away what the present stage needs."""


class NotThere(SobriaError):
    """An event or an attachment that a use case does not have."""

    code = "register_not_there"
