"""The ledger: an append-only store of activity rows; which rows count is decided at read time."""

from estimator.ledger.append import Account
from estimator.ledger.arrow_schemas import ACTIVITY_SCHEMA
from estimator.ledger.files import Ledger, LedgerTorn

__all__ = ["ACTIVITY_SCHEMA", "Account", "Ledger", "LedgerTorn"]
