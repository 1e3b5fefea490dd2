"""Rows exported from a dashboard: of each run, whether a row is a part of it, or holds all that came before."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise, starmap

from estimator.ledger.rows import COMPONENTS, Activity

READINGS, PARTS, UNTOLD = "readings_proven", "increments_proven", "increments_suspected"
SLACK_S, SLACK = 2.0, 0.02  # that times written to the second may be apart, and clocks [s, 1]


def judged(rows: Sequence[Activity]) -> Iterator[Activity]:
    """These rows, read as snapshots of their runs, in the same order: those of a run that is not proven to be of
    snapshots are parts of it; a run of several rows has the check that says which."""
    runs = defaultdict(list)
    for row in rows:
        runs[row.run_key].append(row)
    codes = {key: code_of(run) for key, run in runs.items()}
    for row in rows:
        code = codes[row.run_key]
        told = {"checks": tuple(sorted({*row.checks, code}))} if code else {}
        part = {} if code == READINGS else {"cumulative": False, "run_key": row.row_id}
        yield row.model_copy(update=told | part)


def code_of(run: Sequence[Activity]) -> str | None:
    """READINGS where the duration grows as the clock does and energy never falls; PARTS where the rows after the first
    fit in the time since it ended; UNTOLD where neither holds, or both; None for a single row."""
    if len(run) == 1:
        return None
    rows = sorted(run, key=lambda row: (row.end_us, row.duration_s))
    readings = all(starmap(_grows, pairwise(rows)))
    after = sum(row.duration_s for row in rows[1:])
    parts = after <= _elapsed(rows[0], rows[-1]) + _slack(rows[0], rows[-1])
    return UNTOLD if readings == parts else READINGS if readings else PARTS


def _grows(row: Activity, later: Activity) -> bool:
    apart = abs(later.duration_s - row.duration_s - _elapsed(row, later))
    return apart <= _slack(row, later) and _energy(later) >= _energy(row)


def _elapsed(row: Activity, later: Activity) -> float:
    return (later.end_us - row.end_us) / 1e6


def _slack(row: Activity, later: Activity) -> float:
    return SLACK_S + SLACK * _elapsed(row, later)


def _energy(row: Activity) -> float:
    return sum(getattr(row, f"{name}_energy_kwh") or 0.0 for name in COMPONENTS)
