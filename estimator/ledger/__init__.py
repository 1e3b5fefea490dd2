"""The ledger: an append-only store of activity rows; which rows count is decided at read time."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from estimator.ledger.append import Account as Account
    from estimator.ledger.arrow_schemas import ACTIVITY_SCHEMA as ACTIVITY_SCHEMA
    from estimator.ledger.files import Ledger as Ledger

_HOMES = {"Account": "append", "ACTIVITY_SCHEMA": "arrow_schemas", "Ledger": "files"}


def __getattr__(name: str) -> Any:
    """Imported on first use: the rows of a ledger are described without Arrow."""
    if name not in _HOMES:
        raise AttributeError(f"module 'estimator.ledger' has no attribute {name!r}")
    return getattr(import_module(f"estimator.ledger.{_HOMES[name]}"), name)
