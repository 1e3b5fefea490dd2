"""Amounts as they may leave: of a sum that holds merged or withheld uses, to two significant figures.

Several impacts of one sum are several equations: as uses run on different machines, exact electricity of the machines
and of the whole site, month by month, would give the two small uses of which it is the sum. Rounded as the documents
print them, they do not. A sum of uses that are all told one by one keeps its figures.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from estimator.assessment.impacts import Amount
from estimator.core.interval import Interval
from estimator.core.number_format import two_figures
from estimator.governance.indicators.told_shares import told_share

T = TypeVar("T", bound=Interval)
AMOUNTS = ("low", "central", "high", "at_factor_values", "as_read_kwh", "weight_kwh")
SHARES = ("coverage", "covers", "made", "made_partly")  # of the electricity of a sum [1]


def told_amount(value: float) -> float:
    """An amount to two significant figures [its unit]."""
    return float(two_figures(value))


def told_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """The same row of a table with its amounts rounded, and its shares to the percent."""
    kinds = dict.fromkeys(AMOUNTS, told_amount) | dict.fromkeys(SHARES, told_share)
    return {name: kinds[name](value) if name in kinds and value is not None else value for name, value in row.items()}


def told_interval(amount: T) -> T:
    """The same amount rounded, its bounds, its shares and its parts too [its unit]."""
    found: dict[str, Any] = told_row({name: getattr(amount, name) for name in (*AMOUNTS, *SHARES) if name in amount})
    if isinstance(amount, Amount):
        found["parts"] = {name: told_interval(part) for name, part in amount.parts.items()}
        if amount.at_factor_values is not None:
            found["at_factor_values"] = told_amount(amount.at_factor_values)
        if amount.envelope:
            found["envelope"] = tuple(map(told_amount, amount.envelope))
    return amount.model_copy(update=found)
