"""The ledger: what was done, written once and never changed; whether a row counts is judged when it is read."""

from estimator.ledger.append import Account
from estimator.ledger.arrow_schemas import ACTIVITY_SCHEMA
from estimator.ledger.files import Ledger, LedgerTorn

__all__ = ["ACTIVITY_SCHEMA", "Account", "Ledger", "LedgerTorn"]
