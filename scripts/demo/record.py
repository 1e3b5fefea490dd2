"""Record the project's sample traces with its own tracker, on the machine at hand: python -m scripts.demo.record

Takes some minutes and replaces scripts/demo/traces and scripts/demo/facts.csv. Nothing is synthetic: each line
is a run that took place at its stated time, on this machine.
"""

import csv
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from time import perf_counter, process_time, sleep
from typing import Any

from estimator.tracking.run_command import run_command
from estimator.tracking.tracker import Tracker, TrackOptions
from scripts.demo.workloads import WORKLOADS, DemoWorkload

HERE = Path(__file__).parent
TRACES, FACTS = HERE / "traces", HERE / "facts.csv"
REPEATS = {"tri-courriers-grand-apprentissage": 2}
HOST = "class/server-unknown"  # a rented machine: its host is unknown
WITHOUT_HOST = {"recherche-deliberations"}
TOGETHER = ("recherche-deliberations", "rapprochement-adresses")
FAILING = "import time\nend = time.time() + 2\nwhile time.time() < end: pass\nraise SystemExit(3)"


@dataclass(frozen=True)
class Fact:
    """Facts missing from the trace of a run: processor time of the run and of the whole machine [s], accuracy."""

    run_id: str
    service: str
    model: str
    items: int
    item: str
    accuracy: float
    duration_s: float
    own_cpu_s: float
    machine_busy_s: float
    load_before: float
    note: str = ""


def main() -> None:
    """Record everything, or one service for the runs that are simultaneous."""
    if len(sys.argv) == 4 and sys.argv[1] == "--together":
        workload = next(w for w in WORKLOADS if w.service == sys.argv[2])
        home = Path(sys.argv[3])
        append(home / "together.csv", record(workload, workload.prepare(2), home, "two runs at once"))
        return
    shutil.rmtree(TRACES, ignore_errors=True)
    FACTS.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="sobria-") as folder:
        home = Path(folder)
        for workload in WORKLOADS:
            given = workload.prepare(1)
            for _ in range(REPEATS.get(workload.service, 3)):
                append(FACTS, record(workload, given, home))
        together(home)
        fail(home)
        file_away(home)
    for name, shape in {"instantanes": flushed, "avec-pue": with_pue, "par-taches": in_tasks}.items():
        plain_codecarbon(name, shape)


def record(workload: DemoWorkload, given: Any, home: Path, note: str = "") -> Fact:
    """One run of a workload, measured."""
    options = TrackOptions(home=home, sampling_s=1.0, project=workload.service, **run_facts(workload))
    load, busy, cpu, wall = os.getloadavg()[0], busy_s(), process_time(), perf_counter()
    with Tracker(options, importer=lambda home, traces: None) as run:
        busy, cpu, wall = busy_s(), process_time(), perf_counter()
        done = workload.work(given)
        run.items(done.items)
        spent = process_time() - cpu, busy_s() - busy, perf_counter() - wall
    if run.run_id is None or run.problem:
        raise RuntimeError(f"{workload.service}: {run.problem}")
    print(f"{workload.service}: {spent[2]:.1f} s, {done.accuracy:.3f}", file=sys.stderr, flush=True)
    accuracy, own, machine, duration = (round(value, 3) for value in (done.accuracy, *spent))
    model, item = workload.model or "", workload.item
    return Fact(
        run.run_id, workload.service, model, done.items, item, accuracy, duration, own, machine, round(load, 2), note
    )


def run_facts(workload: DemoWorkload) -> dict[str, Any]:
    """Facts of a run of this workload known beforehand."""
    host = None if workload.service in WITHOUT_HOST else HOST
    return {"use_case": workload.use_case, "model": workload.model, "host": host, "item_unit": workload.item}


def busy_s() -> float:
    """Processor time of the whole machine since its start, all users: user, nice, system [s]."""
    ticks = Path("/proc/stat").read_text("ascii").split()[1:4]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def together(home: Path) -> None:
    """Two services measured simultaneously on one machine: each trace includes the electricity of both."""
    module = [sys.executable, "-m", "scripts.demo.record", "--together"]
    running = [subprocess.Popen([*module, service, str(home)], cwd=HERE.parents[1]) for service in TOGETHER]
    if any(process.wait() for process in running):
        raise RuntimeError("a run that was to take place with another one failed")
    with (home / "together.csv").open(encoding="utf-8", newline="") as file, FACTS.open("a", newline="") as facts:
        facts.writelines(line for line in file if not line.startswith("run_id,"))


def fail(home: Path) -> None:
    """A command that runs for two seconds, then fails with status 3."""
    options = TrackOptions(home=home, sampling_s=1.0, project="lecture-formulaires", host=HOST)
    if run_command([sys.executable, "-c", FAILING], options, importer=lambda home, traces: None) != 3:
        raise RuntimeError("the failing command was to end with status 3")


def file_away(home: Path) -> None:
    """Move each run next to the others of its service."""
    for trace in sorted((home / "traces").rglob("*.csv")):
        with trace.open(encoding="utf-8", newline="") as file:
            folder = TRACES / next(csv.DictReader(file))["project_name"]
        folder.mkdir(parents=True, exist_ok=True)
        for part in (trace, trace.with_suffix(".sobria.json")):
            shutil.move(part, folder / part.name)


def append(file: Path, fact: Fact) -> None:
    """Append a line to a file of facts, with a header."""
    new = not file.exists()
    with file.open("a", encoding="utf-8", newline="") as opened:
        table = csv.DictWriter(opened, [field.name for field in fields(Fact)], lineterminator="\n")
        if new:
            table.writeheader()
        table.writerow(asdict(fact))


def plain_codecarbon(name: str, shape: Callable[[Any], None]) -> None:
    """A trace of codecarbon alone: no sidecar, so the metering mode is unknown."""
    from codecarbon import OfflineEmissionsTracker

    folder = TRACES / "codecarbon-seul" / name
    folder.mkdir(parents=True)
    tracker = OfflineEmissionsTracker(
        project_name=f"codecarbon-seul-{name}",
        country_iso_code="FRA",
        output_dir=str(folder),
        measure_power_secs=1,
        log_level="critical",
        pue=1.3 if shape is with_pue else 1.0,
    )
    shape(tracker)


def flushed(tracker: Any) -> None:
    """Three cumulative rows of one run."""
    tracker.start()
    for _ in range(2):
        sleep(1.5)
        tracker.flush()
    sleep(1.5)
    tracker.stop()


def with_pue(tracker: Any) -> None:
    """Energies multiplied by codecarbon by a PUE of 1.3."""
    tracker.start()
    sleep(3)
    tracker.stop()


def in_tasks(tracker: Any) -> None:
    """Three tasks in a file of their own, and a run whose duration is wrongly that of the last one."""
    for name, seconds in (("charger", 1.0), ("classer", 1.5), ("ecrire", 0.5)):
        tracker.start_task(name)
        sleep(seconds)
        tracker.stop_task(name)
    tracker.stop()


if __name__ == "__main__":
    main()
