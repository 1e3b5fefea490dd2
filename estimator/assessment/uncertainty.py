"""Draws of a factor: distribution by kind of bounds, dependence by id and correlation group."""

import hashlib
import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from estimator.catalogue.schema import Factor
from estimator.core.interval import Interval

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

DRAWS = 4_096
STATED = 3  # outcomes before the draws: at factor values, every result lowered, every result raised
KEPT = 1024  # factors whose draws are kept
SEED = 20_260_101
GROUP_CORRELATION = 0.7  # expert judgement, stated on the method page
Z95 = 1.6448536269514722  # 95 % point of the standard normal
SHARES = frozenset({"occupancy", "machine_share", "resource_share", "model_active_share"})
EXCEEDED = frozenset({"p5_p95", "rival_sources"})  # 5 and 95 % points: what another source publishes can be passed
AT_LEAST_ONE = frozenset({"pue", "serving_flight", "host_ratio", "provisioning_factor"})


def draw(item: Factor, count: int = DRAWS, seed: int = SEED) -> "Array | float":
    """Draws of one factor [unit of the factor]; a single number when its bounds are equal.

    The same factor has the same draws wherever it is used; factors with one key of draws (`drawn_as`) have the
    same normal scores; within a correlation group, scores have a correlation of 0.7.
    ValueError when the factor has no value.
    """
    found = outcomes(item, True, count, seed)
    return found if isinstance(found, float) else found[STATED:]


def outcomes(item: Factor, raises: bool, count: int = DRAWS, seed: int = SEED) -> "Array | float":
    """Value of a factor, the bound that lowers results, the bound that raises them, then its draws, so that one
    evaluation of the formulas gives all; a single number when its bounds are equal. ValueError without a value.

    raises: whether the factor raises the results that depend on it.
    """
    if item.value is None or item.low is None or item.high is None:
        raise ValueError(f"{item.id} has no value to draw from")
    if item.low == item.high:
        return item.value
    return _outcomes(item, raises, count, seed)


class Statistics(NamedTuple):
    """A result at factor values, in the bound cases that lower and raise it, and its draws."""

    value: float
    low: float
    high: float
    draws: "Array | float"


def statistics(found: "Array | float") -> Statistics:
    """A result evaluated on outcomes, taken apart."""
    if isinstance(found, int | float):
        return Statistics(*(float(found),) * 4)
    value, low, high = found[:STATED].tolist()
    return Statistics(value, low, high, found[STATED:])


@lru_cache(maxsize=KEPT)
def _outcomes(item: Factor, raises: bool, count: int, seed: int) -> "Array":
    import numpy as np

    ends = (item.low, item.high) if raises else (item.high, item.low)
    found = np.concatenate([(item.value, *ends), _draw(item, count, seed)])
    found.setflags(write=False)
    return found


def _draw(item: Factor, count: int, seed: int) -> "Array":
    import numpy as np

    order = _order(f"factor/{item.doubt}", count, seed)
    scores, levels = _slices(count)[order], _levels(count)[order]
    if item.correlation_group:
        shared = _slices(count)[_order(f"group/{item.correlation_group}", count, seed)]
        scores = math.sqrt(GROUP_CORRELATION) * shared + math.sqrt(1 - GROUP_CORRELATION) * scores
        levels = _uniform(scores)
    shift = 1.0 if item.quantity == "pue" else 0.0
    a, m, b = (float(v) - shift for v in (item.low, item.value, item.high) if v is not None)
    if item.bounds_kind in EXCEEDED and a > 0:
        spread = np.where(scores < 0, math.log(m / a), math.log(b / m))
        drawn = m * np.exp(scores / Z95 * spread)
    elif a > 0 and item.quantity not in SHARES:
        drawn = np.exp(_two_sided(levels, math.log(a), math.log(m), math.log(b)))
    else:
        drawn = _two_sided(levels, a, m, b)
    drawn = np.minimum(drawn, 1.0) if item.quantity in SHARES else drawn + shift
    return np.maximum(drawn, 1.0) if item.quantity in AT_LEAST_ONE else drawn


@lru_cache(maxsize=KEPT)
def _order(name: str, count: int, seed: int) -> "NDArray[np.int64]":
    """Strata of equal probability in the order of the draws, each once (Latin hypercube): the distribution of each
    factor is exact, and shares and intervals depend far less on the seed."""
    import numpy as np

    digest = hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=16).digest()
    order = np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big"))).permutation(count)
    order.setflags(write=False)
    return order


@lru_cache(maxsize=8)
def _slices(count: int) -> "Array":
    """Normal score in the middle of each of `count` strata of equal probability."""
    import numpy as np

    grid, area = _normal_table()
    return np.interp((np.arange(count) + 0.5) / count, area, grid)


@lru_cache(maxsize=8)
def _levels(count: int) -> "Array":
    """The probability of each of these scores."""
    return _uniform(_slices(count))


@lru_cache(maxsize=1)
def _normal_table() -> "tuple[Array, Array]":
    import numpy as np

    grid = np.linspace(-8.0, 8.0, 16_001)
    return grid, np.array([0.5 * (1.0 + math.erf(z / math.sqrt(2.0))) for z in grid])


def _uniform(scores: "Array") -> "Array":
    """Normal distribution function, interpolated in a table of step 0.001 (error under 1e-7)."""
    import numpy as np

    return np.interp(scores, *_normal_table())


def _two_sided(u: "Array", low: float, median: float, high: float) -> "Array":
    """Quantile function of two half triangles of equal chance that meet at the median, each highest there."""
    import numpy as np

    below = low + (median - low) * np.sqrt(2 * u)
    above = high - (high - median) * np.sqrt(2 * (1 - u))
    return np.where(u < 0.5, below, above)


def interval(values: Any, unit: str = "1") -> Interval:
    """The interval of draws [unit]; the number itself, three times, without uncertainty."""
    return Interval.of(points(values), unit)


def points(values: Any) -> tuple[float, float, float]:
    """5 % point, median and 95 % point of draws; the number itself, three times, without uncertainty."""
    low, median, high = points_of_each([values])[0]
    return low, median, high


def points_of_each(several: "Sequence[Array | float]") -> list[tuple[float, ...]]:
    """The points of several draws of one length, found together."""
    drawn = [values for values in several if not isinstance(values, int | float)]
    cuts: Iterator[list[float]] = iter(())
    if drawn:
        import numpy as np

        cuts = iter(_points(np.array(drawn)).tolist())
    return [(float(v),) * 3 if isinstance(v, int | float) else tuple(next(cuts)) for v in several]


def _points(matrix: "Array") -> "Array":
    """Points of draws, one row each, straight between their two neighbours."""
    matrix.sort(axis=1)
    below, above, part = _places(matrix.shape[1])
    found: Array = matrix[:, below] * (1 - part) + matrix[:, above] * part
    return found


@lru_cache(maxsize=8)
def _places(count: int) -> "tuple[NDArray[np.int64], NDArray[np.int64], Array]":
    """Ranks below and above the 5 % point, the median and the 95 % point of so many draws, and how far between."""
    import numpy as np

    place = np.array((0.05, 0.5, 0.95)) * (count - 1)
    below = place.astype(np.int64)
    return below, np.minimum(below + 1, count - 1), place - below
