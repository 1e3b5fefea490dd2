"""Factors of the hours of runs, from generation by half-hour that a user added: the factor of the year times their
ratio to it."""

from datetime import UTC, date, datetime

from estimator.assessment.grid_hours import doubt, intensities, year_mean
from estimator.catalogue.hourly_mix import HALF_HOUR, HourlyMix, own_hours
from estimator.catalogue.selection import SelectedFactor, select_factor
from estimator.catalogue.tables import Catalogue
from estimator.core.duckdb_engine import DuckDB

GRID = "grid_gwp"
MARK = "@"  # between a zone and the ratio of its hours to their year, two decimals
HALF_US = HALF_HOUR * 1_000_000
LONGEST_H = 48  # nothing tells when in its days a longer run took its electricity [h]
COVERED = 0.9  # least share of a run whose half-hours are known [1]

_RUN_HOURS = f"""
CREATE TABLE run_hours AS
WITH ends AS (
  SELECT row_id, located.zone, start_us, end_us, GREATEST(end_us - start_us, 1) AS span,
    LEAST(start_us - start_us % {HALF_US}, last_us) AS begins_us,
    LEAST(GREATEST(end_us, start_us + 1) - GREATEST(end_us, start_us + 1) % {HALF_US}, last_us) AS ends_us
  FROM located
  JOIN (SELECT zone, MAX(at_us) AS last_us FROM hour_steps GROUP BY zone) AS covered ON covered.zone = located.zone
  WHERE status = 'current' AND time_basis <> 'day' AND end_us - start_us <= {LONGEST_H} * 3600000000
),
means AS (
  SELECT
    ends.row_id,
    (ending.known - beginning.known + ending.here * (end_us - ending.at_us)
      - beginning.here * (start_us - beginning.at_us)) AS known, span,
    (ending.summed - beginning.summed + ending.ratio * (GREATEST(end_us, start_us + 1) - ending.at_us)
      - beginning.ratio * (start_us - beginning.at_us)) AS summed
  FROM ends
  JOIN hour_steps AS beginning ON beginning.zone = ends.zone AND beginning.at_us = ends.begins_us
  JOIN hour_steps AS ending ON ending.zone = ends.zone AND ending.at_us = ends.ends_us
)
SELECT row_id, '{MARK}' || printf('%.2f', summed / known) AS hours FROM means WHERE known >= {COVERED} * span
"""


def hours_table(engine: DuckDB) -> None:
    """Table `run_hours`: the mark of the hours of each run of at most two days that they cover for nine tenths."""
    if not own_hours():
        engine.run("CREATE TABLE run_hours (row_id VARCHAR, hours VARCHAR)")
        return
    columns: dict[str, list[object]] = {name: [] for name in ("zone", "at_us", "here", "ratio", "known", "summed")}
    for mix in own_hours().values():
        known = summed = 0.0
        ratios = _ratios(mix)
        for half in range(mix.halves[0], mix.halves[-1] + 2):
            ratio = ratios.get(half)
            row = (mix.zone, half * HALF_US, float(ratio is not None), ratio or 0.0, known, summed)
            for name, value in zip(columns, row, strict=True):
                columns[name].append(value)
            known += HALF_US * (ratio is not None)
            summed += HALF_US * (ratio or 0.0)
    types = dict.fromkeys(columns, "DOUBLE") | {"zone": "VARCHAR", "at_us": "BIGINT"}
    engine.load("hour_steps", columns, types)
    engine.run(_RUN_HOURS)
    engine.run("DROP TABLE hour_steps")


def select_of_hours(catalogue: Catalogue, name: str, subject: str, day: date) -> SelectedFactor:
    """The factor of a quantity for a zone, or for hours of it: then that of the year times their ratio to it."""
    zone, _, ratio = subject.partition(MARK)
    found = select_factor(catalogue, name, zone, day)
    item, mix = found.factor, own_hours().get(zone) if ratio else None
    powers = doubt(mix, day.year) if mix else None
    if name != GRID or item is None or powers is None:
        return found
    assert item.value is not None and item.low is not None and item.high is not None
    times = float(ratio)
    low, high = sorted(times**power for power in powers)
    note = f"{item.note} × {ratio} : ces heures, sur leur année (éco2mix, RTE, Licence Ouverte, vos tables).".strip()
    made = {
        "id": f"{item.id}/hours-{ratio}",
        "value": item.value * times,
        "low": item.low * min(low, times),
        "high": item.high * max(high, times),
        "note": note,
        "drawn_as": item.doubt,
    }
    return SelectedFactor(name, zone, item.model_copy(update=made), found.fallback_level)


def _ratios(mix: HourlyMix) -> dict[int, float]:
    """Half-hour -> its intensity over that of its year, for the years that the table covers."""
    means: dict[int, float | None] = {}
    found = {}
    for half, value in zip(mix.halves, intensities(mix).tolist(), strict=True):
        year = datetime.fromtimestamp(half * HALF_HOUR, UTC).year
        if year not in means:
            means[year] = year_mean(mix, year)
        mean = means[year]
        if mean:
            found[half] = value / mean
    return found
