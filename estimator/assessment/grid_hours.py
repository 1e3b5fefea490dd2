"""Electricity by half-hour: what an hour emits over its year, and the best window of a day, each with its interval.

An hour's intensity is Σ over sources of power × life-cycle factor ÷ Σ power, of what is produced: imports, exports and
line losses are not counted. Only ratios of it are used, drawn on the same technologies: the level stays that of the
yearly factor, so that no family is mixed with another.
"""

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from estimator.assessment import uncertainty
from estimator.catalogue.hourly_mix import HALF_HOUR, HourlyMix, technologies
from estimator.core.errors import SobriaError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

COVERED = 0.9  # least share of the half-hours of a year, or of a day's window, that must be there [1]
YEAR = 365 * 48  # [half-hours]
USUAL = 28  # days that a usual day is taken from
CACHED = 16
SAMPLED = 37  # one half-hour in 37 tells the doubt of a year: no hour of the day nor day of the week is left out


class Ratio(NamedTuple):
    """A ratio of two intensities, and its 5 % and 95 % points."""

    low: float
    central: float
    high: float


@dataclass(frozen=True)
class BestWindow:
    """The hours of a day that emit least for a computation of some hours, as its clock says them: with the offset in
    the hour that comes twice.

    over_mean, over_now, over_worst: intensity of the window over that of the day, of now and of the worst window.
    """

    days: tuple[date, ...]
    start: str
    end: str
    worst_start: str
    now: str | None
    over_mean: Ratio
    over_now: Ratio | None
    over_worst: Ratio


def intensities(mix: HourlyMix, drawn: bool = False, places: slice = slice(None)) -> "Array":
    """Intensity of half-hours [kgCO2e/kWh], (half-hours,); with a row a draw of the technologies if `drawn`."""
    import numpy as np

    power = np.array(mix.power[places])
    items = technologies().values()
    factors = np.array([uncertainty.draw(item) if drawn else [item.value] for item in items], dtype=float)
    found: Array = factors.T @ (power / power.sum(axis=1, keepdims=True)).T
    return found if drawn else found[0]


@lru_cache(maxsize=CACHED)
def year_mean(mix: HourlyMix, year: int) -> float | None:
    """Intensity of what is produced in a year [kgCO2e/kWh]: of the 365 days that end with the table where it ends in
    that year. None where a tenth of the half-hours is missing."""
    import numpy as np

    end = min(_half(datetime(year + 1, 1, 1, tzinfo=UTC)), mix.halves[-1] + 1)
    first, last = bisect_left(mix.halves, end - YEAR), bisect_left(mix.halves, end)
    if end <= _half(datetime(year, 1, 1, tzinfo=UTC)) or last - first < COVERED * YEAR:
        return None
    weight = np.array(mix.power[first:last]).sum(axis=1)
    return float((intensities(mix, places=slice(first, last)) * weight).sum() / weight.sum())


def doubt(mix: HourlyMix, year: int) -> tuple[float, float] | None:
    """Powers to which the ratios of hours to their year are raised at their 5 % and 95 % points, 1 at their value: the
    slope of the logarithm of drawn ratios on that of the ratios. None without that year."""
    import numpy as np

    mean = year_mean(mix, year)
    if mean is None:
        return None
    end = bisect_left(mix.halves, _half(datetime(year + 1, 1, 1, tzinfo=UTC)))
    places = slice(max(end - YEAR, 0), end, SAMPLED)
    central, drawn = np.log(intensities(mix, places=places) / mean), np.log(intensities(mix, True, places))
    central, drawn = central - central.mean(), drawn - drawn.mean(axis=1, keepdims=True)
    low, _, high = uncertainty.points(drawn @ central / (central @ central))
    return low, high


def best_window(mix: HourlyMix, hours: float, day: date | None, now: clock | None, zone: ZoneInfo) -> BestWindow:
    """The best window of a day of the table, or of its last 28 days taken together. day_not_covered, hour_skipped,
    start_too_late.

    now: hour of the local day to compare with; hours: of the computation [h], rounded up to a half-hour.
    """
    import numpy as np

    count = math.ceil(hours * 2)
    days = _days(mix, day, zone)
    if not days:
        first, last = (datetime.fromtimestamp(h * HALF_HOUR, zone).date() for h in (mix.halves[0], mix.halves[-1]))
        raise SobriaError("day_not_covered", day=day or last, first=first, last=last, zone=mix.zone)
    drawn = np.stack([intensities(mix, True, places) for _, places in days])  # (days, draws, 48)
    sums = np.concatenate([np.zeros((*drawn.shape[:2], 1)), drawn.cumsum(axis=2)], axis=2)
    means = (sums[:, :, count:] - sums[:, :, :-count]) / count  # (days, draws, starts)
    typical = np.median(means, axis=1).mean(axis=0)
    best, worst = int(typical.argmin()), int(typical.argmax())
    one = days[0][0]
    place = None if now is None else _place(one, now, zone)
    if place is not None and place >= means.shape[2]:
        until = _hour(one, means.shape[2] - 1, zone)
        raise SobriaError("start_too_late", now=f"{now:%H:%M}", hours=f"{count / 2:g}", last=until)
    of_now = None if place is None else means[:, :, place]
    return BestWindow(
        days=tuple(found for found, _ in days),
        start=_hour(one, best, zone),
        end=_hour(one, best + count, zone),
        worst_start=_hour(one, worst, zone),
        now=None if place is None else _hour(one, place, zone),
        over_mean=_ratio(means[:, :, best] / drawn.mean(axis=2)),
        over_now=None if of_now is None else _ratio(means[:, :, best] / of_now),
        over_worst=_ratio(means[:, :, best] / means[:, :, worst]),
    )


def _days(mix: HourlyMix, day: date | None, zone: ZoneInfo) -> Sequence[tuple[date, slice]]:
    """Days that the table has whole, with their places in it; the last 28 of 24 hours where none is asked for."""
    wanted = iter([day]) if day else _back(datetime.fromtimestamp(mix.halves[-1] * HALF_HOUR, zone).date(), 2 * USUAL)
    found = []
    for one in wanted:
        start, end = (_half(datetime.combine(d, clock(), zone)) for d in (one, one + timedelta(days=1)))
        first = bisect_left(mix.halves, start)
        if mix.halves[first : first + end - start] == tuple(range(start, end)) and (day or end - start == 48):
            found.append((one, slice(first, first + end - start)))
        if len(found) == USUAL:
            break
    return found[::-1]


def _back(last: date, count: int) -> Iterator[date]:
    return (last - timedelta(days=n) for n in range(count))


def _place(day: date, now: clock, zone: ZoneInfo) -> int:
    """Half-hours from midnight to an hour of a day, the first of one that comes twice. hour_skipped."""
    moment = datetime.combine(day, now, zone)
    if moment.astimezone(UTC).astimezone(zone).time() != now:
        raise SobriaError("hour_skipped", now=f"{now:%H:%M}", day=day)
    return _half(moment) - _half(datetime.combine(day, clock(), zone))


def _hour(day: date, halves: int, zone: ZoneInfo) -> str:
    """The hour of the clock so many half-hours after the midnight of a day: 24:00 at its end."""
    moment = datetime.fromtimestamp((_half(datetime.combine(day, clock(), zone)) + halves) * HALF_HOUR, zone)
    offset, other = (moment.replace(fold=fold).utcoffset() for fold in (moment.fold, 1 - moment.fold))
    told = f" (UTC{moment:%z})" if offset != other else ""
    return "24:00" if moment.date() != day else f"{moment:%H:%M}{told}"


def _half(moment: datetime) -> int:
    return int(moment.timestamp()) // HALF_HOUR


def _ratio(values: Any) -> Ratio:
    low, central, high = uncertainty.points(values.ravel())
    return Ratio(low, central, high)
