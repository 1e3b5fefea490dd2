"""Rows exported from a dashboard: of each run, whether a row is a part of it, or holds all that came before."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from estimator.ledger.rows import COMPONENTS, Activity

WAYS = READINGS, PARTS, UNTOLD = "readings_proven", "increments_proven", "increments_suspected"
SLACK_S, SLACK = 2.0, 0.02  # that times written to the second may be apart, and clocks [s, 1]


def judged(rows: Sequence[Activity]) -> Iterator[Activity]:
    """These rows, read as snapshots of their runs, in the same order: those of a run that is not proven to be of
    snapshots are parts of it; a run of several rows has the check that says which."""
    runs = defaultdict(list)
    for row in rows:
        runs[row.run_key].append(row)
    codes = {key: code_of(run) for key, run in runs.items() if len(run) > 1}
    for row in rows:
        code = codes.get(row.run_key)
        told = {"checks": tuple(sorted({*row.checks, code}))} if code else {}
        part = {} if code == READINGS else {"cumulative": False, "run_key": row.row_id}
        yield row.model_copy(update=told | part)


def code_of(run: Sequence[Activity]) -> str:
    """READINGS where the duration grows as the clock does and energy never falls; PARTS where the rows after the first
    fit in the time since it ended; UNTOLD where neither holds, or both."""
    parts = [f"{name}_energy_kwh" for name in COMPONENTS]
    told = ((row.end_us / 1e6, row.duration_s, sum(getattr(row, part) or 0 for part in parts)) for row in run)
    ends, durations, energies = np.array(sorted(told)).T
    elapsed, grown = np.diff(ends), np.diff(durations)
    readings = (abs(grown - elapsed) <= SLACK_S + SLACK * elapsed).all() and (np.diff(energies) >= 0).all()
    fit = durations[1:].sum() <= SLACK_S + (1 + SLACK) * elapsed.sum()
    return UNTOLD if readings == fit else READINGS if readings else PARTS
