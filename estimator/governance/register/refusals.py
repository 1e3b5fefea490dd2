"""Refusals of the register that list every fault, and validation of fields."""

from estimator.core.errors import SobriaError
from estimator.core.refusals import ListedRefusal


class UseCaseUnknown(SobriaError):
    """No use case of the register has this id."""


class UseCaseKnown(SobriaError):
    """The id is already used by another use case."""


class StageRefused(ListedRefusal):
    """A stage whose conditions are not met."""


class StageOrder(SobriaError):
    """A stage that does not follow the current one."""


class ClosedUseCase(SobriaError):
    """A step forward of a use case closed by a decision."""

    code = "use_case_closed"


class ChangeRefused(ListedRefusal):
    """A change that removes what the current stage requires."""


class RegisterTorn(ListedRefusal):
    """A file of the register is damaged: what is written after it may contradict it."""


class NotThere(SobriaError):
    """The use case has no such event or attachment."""

    code = "register_not_there"
