"""The best hours of a day: by hand on a table of two levels, on a real day, and the text of `sobria when`."""

import json
from datetime import date, datetime, time
from pathlib import Path

import pytest

from estimator.assessment.grid_hours import best_window, intensities, year_mean
from estimator.catalogue.hourly_mix import CLOCK, SOURCES, HourlyMix
from tests.catalogue.test_hourly_mix import REAL
from tests.support import refuses, sobria

PARIS = CLOCK["FRA"]
MIDNIGHT = 1_736_895_600 // 1800  # 2025-01-15 00:00 in Paris
DAY = date(2025, 1, 15)


def power(nuclear: float, gas: float) -> tuple[float, ...]:
    return tuple({"nucleaire": nuclear, "gaz": gas}.get(source, 0.0) for source in SOURCES)


def table(dirty: set[int], days: int = 1) -> HourlyMix:
    """Half nuclear, half gas in these half-hours of each day; nuclear alone in the others."""
    levels = [power(1, 1) if half % 48 in dirty else power(2, 0) for half in range(48 * days)]
    return HourlyMix("FRA", tuple(range(MIDNIGHT, MIDNIGHT + 48 * days)), tuple(levels))


def test_intensity_is_the_mean_of_what_is_produced() -> None:
    """12 g for nuclear, 490 g for gas: 251 g for half and half."""
    found = intensities(table({0}))
    assert found[0] == pytest.approx(0.251) and found[1] == pytest.approx(0.012)


def test_the_best_window_by_hand() -> None:
    """Gas from 00:00 to 12:00 and from 16:00 on: four clean hours from 12:00. 12 g over a mean of (40 × 251 + 8 × 12)
    ÷ 48 = 211.2 g, so about 0.057; now, at 18:00, is 251 g: 0.048."""
    dirty = {*range(24), *range(32, 48)}
    best = best_window(table(dirty), 4, DAY, time(18), PARIS)
    assert (best.start, best.end) == ("12:00", "16:00") and best.days == (DAY,)
    assert best.over_mean.central == pytest.approx(0.057, rel=0.2)
    assert best.over_now is not None and best.over_now.central == pytest.approx(0.048, rel=0.2)
    assert best.over_mean.low < best.over_mean.central < best.over_mean.high < 0.2
    assert best_window(table(dirty), 3.6, DAY, None, PARIS).end == "16:00", "rounded up to a half-hour"


def test_a_constant_day_cannot_be_bettered() -> None:
    best = best_window(table(set()), 2, DAY, time(9), PARIS)
    assert best.over_now is not None
    for ratio in (best.over_mean, best.over_worst, best.over_now):
        assert ratio == pytest.approx((1, 1, 1))


def test_a_day_that_is_not_whole_is_refused() -> None:
    with refuses("day_not_covered") as refused:
        best_window(table({0}), 2, date(2025, 1, 16), None, PARIS)
    assert "2025-01-16" in refused.value.message("fr") and "2025-01-15" in refused.value.message("en")


def test_a_start_that_does_not_end_within_the_day_is_refused() -> None:
    """20 hours: the last start is at 4:00, and no other hour stands for noon."""
    with refuses("start_too_late") as refused:
        best_window(table({0}), 20, DAY, time(12), PARIS)
    assert "12:00" in refused.value.message("fr") and "04:00" in refused.value.message("en")
    assert best_window(table({0}), 20, DAY, time(4), PARIS).over_now is not None


@pytest.mark.parametrize(
    ("day", "halves", "dirty", "start"),
    [
        (date(2025, 3, 30), 46, 4, "03:00"),
        (date(2025, 10, 26), 50, 5, "02:30 (UTC+0200)"),
        (date(2025, 10, 26), 50, 7, "02:30 (UTC+0100)"),
    ],
)
def test_on_a_day_of_23_or_25_hours_an_hour_is_that_of_the_clock(
    day: date, halves: int, dirty: int, start: str
) -> None:
    """Clean once 2, 2.5 or 3.5 hours have passed: after 01:59 it is 03:00 in spring; in autumn 02:30 comes after 2.5
    hours and again after 3.5. The last half-hour of each day begins at 23:30."""
    midnight = int(datetime.combine(day, time(), PARIS).timestamp()) // 1800
    levels = tuple(power(1, 1) if half < dirty else power(2, 0) for half in range(halves))
    mix = HourlyMix("FRA", tuple(range(midnight, midnight + halves)), levels)
    best = best_window(mix, (halves - dirty) / 2, day, None, PARIS)
    assert (best.start, best.end) == (start, "24:00")
    assert best_window(mix, 0.5, day, time(23, 30), PARIS).now == "23:30"
    if halves == 46:
        with refuses("hour_skipped") as refused:
            best_window(mix, 2, day, time(2, 30), PARIS)
        assert "02:30" in refused.value.message("fr") and "2025-03-30" in refused.value.message("en")


def test_the_mean_of_a_year_needs_nine_tenths_of_it() -> None:
    """One gas half-hour in two: (12 + 490) ÷ 2 weighted by production, 1 to 1 in each. 30 days are no year."""
    levels = tuple(power(2, 0) if half % 2 else power(0, 2) for half in range(48 * 366))
    whole = HourlyMix("FRA", tuple(range(MIDNIGHT, MIDNIGHT + len(levels))), levels)
    assert year_mean(whole, 2025) == pytest.approx(0.251)
    assert year_mean(whole, 2026) == pytest.approx(0.251), "the 365 days that end with the table"
    assert year_mean(whole, 2024) is None and year_mean(whole, 2027) is None
    assert year_mean(table({0}, 30), 2025) is None


def test_when_answers_from_the_real_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """20 December 2021: the night, a tenth under the day; the text gives ratio, interval and what is left out."""
    monkeypatch.setenv("SOBRIA_FACTORS", str(REAL.parents[1]))
    asked = ("when", "--hours", "4", "--day", "2021-12-20", "--now", "19:00")
    body = json.loads(sobria(tmp_path, *asked, "--json").stdout)
    assert body["window"] == ["01:30", "05:30"] and body["days"] == ["2021-12-20"]
    assert 0.85 < body["over_mean"]["low"] < body["over_mean"]["central"] < body["over_mean"]["high"] < 0.95
    french, english = (sobria(tmp_path, *asked, lang=lang).stdout for lang in ("fr", "en"))
    assert "de 01:30 à 05:30" in french and "sur un départ à 19:00 : × 0,91 (entre × 0,87 et × 0,94)" in french
    assert "from 01:30 to 05:30" in english and "over a start at 19:00: × 0.91 (between × 0.87 and × 0.94)" in english
    assert "ne change pas à coup sûr" not in french


def test_when_without_a_table_says_how_to_have_one(tmp_path: Path) -> None:
    refused = sobria(tmp_path, "when", "--hours", "4", code=1)
    assert "éCO2mix" in refused.stderr and "hours/FRA" in refused.stderr
