"""Shares of electricity as they may leave: to the percent, so that a total times a share is no amount of a few.

A share times a total that is told is a sum over part of its uses, by proof, by site or by country: to its last digit
it would be that of a small use as well as a figure of it is. Shares of a count of use cases stay as they are.
"""

import math
from collections.abc import Mapping
from typing import Any

LITTLE, MOST = 0.01, 0.99  # beyond which a share is told as less, or more, than that [1]
RESIDUE = 1e-9  # that sums of floats leave of nothing, or of all [1]
SHARES = ("share", "unknown", "attached", "impossible")
EACH = ("proof", "publisher", "weights", "licence", "place", "law")  # of what there is a share of each


def told_share(share: float) -> float:
    """A share to the percent [1], as a text says it; between nothing and the least, or the most and all, half-way."""
    if RESIDUE < share < LITTLE or MOST < share < 1 - RESIDUE:
        return LITTLE / 2 if share < LITTLE else (1 + MOST) / 2
    return math.floor(100 * share + 0.5) / 100


def told_shares(found: Mapping[str, Any]) -> dict[str, Any]:
    """The same body with each share of electricity in it to the percent: those named in SHARES, all those of EACH."""
    counted = found.get("numerator") is not None
    return {name: value if counted else _told(name, value) for name, value in found.items()}


def _told(name: str, value: Any) -> Any:
    if name in EACH and isinstance(value, Mapping):
        return {kind: told_share(share) for kind, share in value.items()}
    if isinstance(value, Mapping):
        return told_shares(value)
    if isinstance(value, list):
        return [told_shares(one) if isinstance(one, Mapping) else one for one in value]
    return told_share(value) if name in SHARES and isinstance(value, float) else value
