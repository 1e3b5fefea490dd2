"""Overhead of `sobria track` on a command, against codecarbon alone with the same settings, in alternated runs.

python -m scripts.bench.track [--runs 15]
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

CODECARBON = """
import subprocess
from codecarbon import OfflineEmissionsTracker
given = {"project_name": "true", "country_iso_code": "FRA", "measure_power_secs": 5, "tracking_mode": "machine"}
given |= {"save_to_file": False, "log_level": "error", "allow_multiple_runs": True, "api_call_interval": 3}
tracker = OfflineEmissionsTracker(**given)
tracker.start()
subprocess.run(["true"])
tracker.stop()
"""


def main() -> None:
    """Print medians [s] of elapsed and of processor time, and the median ratio of ours to codecarbon's, round by round.

    codecarbon alone writes no file, which is its cheapest use; ours has imported its row into a ledger on return.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory(prefix="sobria-") as folder:
        script = Path(folder) / "alone.py"
        script.write_text(CODECARBON, "utf-8")
        ours = [sys.executable, "-m", "estimator.cli", "track", "--home", folder, "--zone", "FRA", "--", "true"]
        times = alternated({"true": ["true"], "codecarbon": [sys.executable, str(script)], "sobria": ours}, runs)
        parts = len(list(Path(folder).glob("ledger/activities/month=*/part-*.parquet")))
    for way, taken in times.items():
        elapsed, processor = (statistics.median(column) for column in zip(*taken, strict=True))
        print(f"{way}: {elapsed:.3f} s elapsed, {processor:.3f} s of processor")
    for rank, name in enumerate(("elapsed", "processor")):
        pairs = zip(times["sobria"], times["codecarbon"], strict=True)
        ratios = sorted(ours[rank] / theirs[rank] for ours, theirs in pairs)
        print(f"sobria / codecarbon, {name}: {statistics.median(ratios):.3f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")
    print(f"rows in the ledger: {parts} of {runs + 1}")


def alternated(ways: Mapping[str, Sequence[str]], runs: int) -> dict[str, list[tuple[float, float]]]:
    """Elapsed and processor time [s] of each command, alternated, after a first round to warm the caches."""
    times: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
    for number in range(runs + 1):
        for way, command in ways.items():
            taken = timed(command)
            if number:
                times[way].append(taken)
    return times


def timed(command: Sequence[str]) -> tuple[float, float]:
    """Elapsed and processor time [s] of a command, with that of the programs that it waited for."""
    began, before = time.perf_counter(), os.times()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    elapsed, after = time.perf_counter() - began, os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return elapsed, spent


if __name__ == "__main__":
    main()
