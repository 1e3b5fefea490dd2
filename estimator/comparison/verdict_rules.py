"""Verdict between two options on one indicator, from their paired ratio."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

LOWER_ALWAYS, LOWER_MOSTLY, EQUIVALENT = "lower_always", "lower_mostly", "equivalent"
UNDECIDED, NOT_COMPARABLE, NOT_STUDIED = "undecided", "not_comparable", "not_studied"
SETTLED: Mapping[str, float] = {LOWER_ALWAYS: 1.0, LOWER_MOSTLY: 0.5}  # that say which is lower, and how firmly [1]

UNLIKE = "unlike_server"  # why two are not compared: one keeps a server alone, the other is supposed to share one

FAR = 1.1  # ratio from which two options differ
ROUNDING = 1e-9  # of a ratio: below, of the arithmetic alone
MOST = 0.90  # share of draws for « most cases »
LEANING = 0.75  # share of draws from which an impact leans to an option, short of a verdict
TAIL = 0.05  # share of draws beyond the 5 % point, or the 95 % point
MARGIN = 0.015  # margin by which a share must pass its threshold

Side = Literal["a", "b"]


@dataclass(frozen=True, eq=False)
class OptionPair:
    """Options A and B on one indicator, in one unit [any].

    a, b: paired draws, shape (draws,), or one number without uncertainty; None: not estimable.
    value_a, value_b: at factor values. corners: (a, b) with shared factors at the same bound.
    """

    a: "Array | float | None"
    b: "Array | float | None"
    value_a: float | None
    value_b: float | None
    corners: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True)
class OptionRatio:
    """Ratio B/A: 5 % point, median and 95 % point of the draws, and value at factor values [1]."""

    low: float
    median: float
    high: float
    at_factor_values: float

    def inverse(self) -> "OptionRatio":
        """Ratio A/B."""
        return OptionRatio(1 / self.high, 1 / self.median, 1 / self.low, 1 / self.at_factor_values)


@dataclass(frozen=True)
class Shares:
    """Shares of the draws [1]: A lower than B, B lower than A; B at least 1.1 times A, A at least 1.1 times B."""

    a_lower: float
    b_lower: float
    a_far_lower: float
    b_far_lower: float


@dataclass(frozen=True)
class UnknownUnits:
    """Units of a measured option that a figure leaves out, being unknown there, of all of its units."""

    units: float
    of: float


class Apart(NamedTuple):
    """Parts by which two options are not comparable: those of A only, of B only, of both in unlike amounts."""

    a: tuple[str, ...] = ()
    b: tuple[str, ...] = ()
    both: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """A verdict with its evidence. ratio is None when a value is zero; reason: why there is no comparison, missing: the
    codes of what an unknown part lacks, apart: the parts that are counted, or unknown, otherwise on either side;
    without: parts unknown in both options, in the same amount, counted in neither; supposed: the label of an untested
    option of which all answers are taken as accepted; left_out: labels of options, with the units that it leaves out.
    """

    verdict: str
    lower: Side | None = None
    ratio: OptionRatio | None = None
    shares: Shares | None = None
    reason: str | None = None
    missing: tuple[str, ...] = ()
    apart: Apart = Apart()
    without: tuple[str, ...] = ()
    supposed: str = ""
    left_out: tuple[tuple[str, UnknownUnits], ...] = ()

    @property
    def share(self) -> float | None:
        """Share of the draws in which the lower option of the verdict is lower; A, where it names none [1]."""
        if self.shares is None:
            return None
        return self.shares.b_lower if self.lower == "b" else self.shares.a_lower


def compare(pair: OptionPair) -> Comparison:
    """The paired ratio of two options and its verdict, by `decide`.

    Not estimable values are not comparable, with the reason. ValueError: negative or
    not finite values, arrays of unequal shapes.
    """
    if pair.a is None or pair.b is None or pair.value_a is None or pair.value_b is None:
        a_unknown, b_unknown = pair.a is None or pair.value_a is None, pair.b is None or pair.value_b is None
        which = "neither" if a_unknown and b_unknown else "a_not" if a_unknown else "b_not"
        return Comparison(NOT_COMPARABLE, reason=f"{which}_estimable")
    a, b = _paired_arrays(pair.a, pair.b)
    _paired_arrays(pair.value_a, pair.value_b)
    shares = shares_of(a, b)
    verdict, lower = decide(shares, pair.corners)
    return Comparison(verdict, lower, _ratio(a, b, pair.value_a, pair.value_b), shares)


def shares_of(a: "Array", b: "Array") -> Shares:
    """The shares of paired draws in which either is lower, and far lower."""
    return Shares(*(float(found.mean()) for found in (a < b, b < a, _far(a, b), _far(b, a))))


def decide(shares: Shares, corners: Sequence[tuple[float, float]] = ()) -> tuple[str, Side | None]:
    """The verdict and the lower option, from shares of the draws and paired bound cases.

    A verdict requires its shares to pass their threshold by 1.5 points; short of that, the weaker one:
    - lower_always: lower in all bound cases and in every draw, and lower by a ratio of 1.1 or more in
      95 + 1.5 % of them (the 5 % point of the ratio is then above 1.1);
    - equivalent: a ratio of 1.1 or more, either way, in 5 - 1.5 % of the draws at most;
    - lower_mostly: lower in 90 + 1.5 % of the draws, and not equivalent;
    - undecided: otherwise.
    No rule on a number of draws is stable at one exact share: of independent draws (`uncertainty.DRAWS`, 4,096), shares
    vary by 1.4 points over 1,000 seeds. This one errs on the weaker side. With a true share of 90 %, one seed of 1,700
    gives « most », with 89.5 % one of 100,000; with 93 % all but one of 9,000; in between, the draws decide. « All
    cases » is given by one seed of 200,000 at a true share of 99.7 %, of 470 at 99.85 %, and by all but 4 of 10,000
    if one draw in ten million contradicts it and the rest holds.
    """
    sides: tuple[tuple[Side, float, float, bool], ...] = (
        ("a", shares.a_lower, shares.a_far_lower, all(a < b for a, b in corners)),
        ("b", shares.b_lower, shares.b_far_lower, all(b < a for a, b in corners)),
    )
    for side, lower, far, corners_agree in sides:
        if corners_agree and lower == 1 and far >= 1 - TAIL + MARGIN:
            return LOWER_ALWAYS, side
    if max(shares.a_far_lower, shares.b_far_lower) <= TAIL - MARGIN:
        return EQUIVALENT, None
    for side, lower, _, _ in sides:
        if lower >= MOST + MARGIN:
            return LOWER_MOSTLY, side
    return UNDECIDED, None


def _paired_arrays(a: "Array | float", b: "Array | float") -> "tuple[Array, Array]":
    import numpy as np

    first, second = (np.asarray(values, dtype=np.float64) for values in (a, b))
    if first.ndim and second.ndim and first.shape != second.shape:
        raise ValueError(f"draws of A and B are not paired: shapes {first.shape} and {second.shape}")
    for name, values in (("A", first), ("B", second)):
        if not (np.isfinite(values) & (values >= 0)).all():
            raise ValueError(f"values of {name} must be finite and not negative")
    left, right = np.broadcast_arrays(np.atleast_1d(first), np.atleast_1d(second))
    if not left.size:
        raise ValueError("no draws to compare")
    return left, right


def _far(low: "Array", high: "Array") -> "NDArray[np.bool_]":
    """Where `high` is at least 1.1 times `low`; two zeros are equal."""
    found: NDArray[np.bool_] = (high >= (FAR - ROUNDING) * low) & (high > low)
    return found


def _ratio(a: "Array", b: "Array", value_a: float, value_b: float) -> OptionRatio | None:
    """B / A; None when zeros make a point of it undefined. Swapping A and B gives its inverse."""
    import numpy as np

    with np.errstate(divide="ignore", over="ignore"):
        ratio = np.divide(b, a, out=np.ones(a.shape), where=(a > 0) | (b > 0))
    low, below = (float(q) for q in np.quantile(ratio, (0.05, 0.5), method="lower"))
    above, high = (float(q) for q in np.quantile(ratio, (0.5, 0.95), method="higher"))
    if low <= 0 or math.isinf(high) or value_a <= 0 or value_b <= 0:
        return None
    median = below if below == above else math.sqrt(below) * math.sqrt(above)
    return OptionRatio(low, median, high, value_b / value_a)
