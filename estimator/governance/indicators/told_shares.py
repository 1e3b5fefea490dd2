"""Shares of electricity as they may leave: to the percent; of a sum that holds merged uses, all, nothing, or not told.

A share times a total that is told is a sum over part of its uses, by proof, by site or by country: to its last digit
it would be that of a small use as well as a figure of it is. In a sum of uses that are told one by one, the percent is
enough. In one that holds uses told only together, that part may be one of these alone: the only one that is measured,
or at its site. So such a share is told where it is all of the sum or nothing of it, which says nothing of how much any
use takes, and is else not told: None, with why. Shares of a count of use cases stay as they are.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

from estimator.catalogue.schema import PROOFS
from estimator.core.errors import sentences
from estimator.core.number_format import significant
from estimator.core.proof_shares import is_whole, percents_of_whole
from estimator.governance.indicators.sovereignty import WEIGHTS

LITTLE, MOST = 0.01, 0.99  # beyond which a share is told as less, or more, than that [1]
RESIDUE = 1e-9  # that sums of floats leave of nothing, or of all [1]
SHARES = ("share", "unknown", "attached", "impossible")
EACH = ("proof", "publisher", "weights", "licence", "place", "law")  # of what there is a share of each
LISTED = {"proof": PROOFS, "weights": WEIGHTS}  # those of them of which every kind is named, whatever there is
Told = Callable[[float], float | None]


def told_share(share: float) -> float:
    """A share to the percent [1], as a text says it; between nothing and the least, or the most and all, half-way."""
    if RESIDUE < share < LITTLE or MOST < share < 1 - RESIDUE:
        return LITTLE / 2 if share < LITTLE else (1 + MOST) / 2
    return math.floor(100 * share + 0.5) / 100


def share_of_ceiling(amount: float, ceiling: float, exact: float | None = None) -> float:
    """The share [1] of a ceiling that an amount is, to two significant figures, as amounts of electricity are told: one
    more would be of what is rounded. Never all of it, nor on its other side, where it is not: to three figures then, or
    nearly all. exact: that of the amount before it was rounded."""
    share = amount / ceiling
    side = _side(share if exact is None else exact)
    told = (float(significant(share, figures)) for figures in (2, 3))
    return next((found for found in told if _side(found) == side), 1 + side * (1 - MOST) / 2)


def _side(share: float) -> int:
    """1 above all, -1 below, 0 of all."""
    return (share > 1 + RESIDUE) - (share < 1 - RESIDUE)


def share_of_merged(share: float) -> float | None:
    """A share of a sum that holds merged uses [1]: 0 where it is nothing of it, 1 where it is all of it, else None."""
    return float(share > RESIDUE) if share <= RESIDUE or share >= 1 - RESIDUE else None


def each_of_merged(shares: Mapping[str, float]) -> dict[str, float]:
    """The shares that make up such a sum, by name [1]: those of one that is all of it, else none of them."""
    return _each(shares, share_of_merged)


def why_untold() -> dict[str, str]:
    """Why a share is not told, by language, after its code."""
    return sentences("indicators_missing", "share_of_merged")


def told_shares(found: Mapping[str, Any]) -> dict[str, Any]:
    """The same body with each share of electricity in it to the percent: those named in SHARES, all those of EACH."""
    return _body(found, told_share)


def shares_of_merged(found: Mapping[str, Any]) -> dict[str, Any]:
    """The same body of a sum that holds merged uses: `untold` names the shares that are not told, `missing` why."""
    return _body(found, share_of_merged)


def _body(found: Mapping[str, Any], told: Told) -> dict[str, Any]:
    counted = found.get("numerator") is not None
    body = {name: value if counted else _told(name, value, told) for name, value in found.items()}
    lost = [name for name in SHARES if found.get(name) is not None and body[name] is None]
    each = [name for name in EACH if isinstance(found.get(name), Mapping) and found[name]]
    lost += [name for name in each if not body[name] or None in body[name].values()]
    return body | {"untold": lost, "missing": why_untold()} if lost else body


def _told(name: str, value: Any, told: Told) -> Any:
    if name in EACH and isinstance(value, Mapping):
        parts = _parts(value) if told is told_share else _each(value, told)
        return parts or dict.fromkeys(LISTED.get(name, ()) if value else ())
    if isinstance(value, Mapping):
        return _body(value, told)
    if isinstance(value, list):
        return [_body(one, told) if isinstance(one, Mapping) else one for one in value]
    return told(value) if name in SHARES and isinstance(value, float) else value


def _each(shares: Mapping[str, float], told: Told) -> dict[str, float]:
    found = {name: told(share) for name, share in shares.items()}
    known = {name: share for name, share in found.items() if share is not None}
    return known if known.keys() == found.keys() else {}


def _parts(shares: Mapping[str, float]) -> dict[str, float]:
    """These shares to the percent; the percentages of one whole add up to 100."""
    if not is_whole(shares.values()):
        return _each(shares, told_share)
    percents = zip(shares.items(), percents_of_whole([*shares.values()]), strict=True)
    return {
        name: percent / 100 if LITTLE <= share <= MOST else told_share(share) for (name, share), percent in percents
    }
