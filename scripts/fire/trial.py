"""One trial: start all processes, kill at random, then check the ledger against the acknowledged imports."""

import random
import signal
import time
from collections import Counter
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

from estimator.core.duckdb_engine import connect
from estimator.core.home import FORMAT, HomeFile
from estimator.ingestion.context import reading_context
from estimator.ingestion.http.payloads import ParsedPayload, Payload, post, read_body
from estimator.ingestion.http.server import listen
from estimator.ingestion.http.tokens import Tokens
from estimator.ingestion.importing import import_paths
from estimator.ingestion.reader import open_trace
from estimator.ingestion.readers import read_trace
from estimator.ledger import Ledger
from estimator.ledger.archive import export, restore
from estimator.ledger.compaction import compact
from estimator.ledger.current_rows import current_rows_sql
from estimator.ledger.reconciliation import Reconciliation, reconcile
from estimator.ledger.rows import Kind
from estimator.results.making import build
from estimator.results.reading import Results
from scripts.fire.roles import ROLES, TrialPlace

FOLDERS = ("home", "files", "sent", "acknowledged", "reads", "compactions")
TRACKERS, SERVICES = 2, 4
ENDING_S = 300.0


@dataclass(frozen=True)
class FireTrial:
    """Duration [s], processes by role, kills, the random seed, the role of those killed, any by default, and the
    address of the bucket of the ledger, where it is in one: then rows come by imports alone."""

    seconds: float = 60
    writers: int = 8
    readers: int = 3
    kills: int = 100
    seed: int = 1
    victims: str = ""
    store: str = ""


@dataclass(frozen=True)
class Outcome:
    """Counts of the trial, and its failures, expected to be none."""

    standing: Reconciliation
    imports: int
    acknowledged: int
    answered: int
    reads: int
    compactions: int
    killed: Counter[str]
    failed: tuple[str, ...]
    lost: int
    doubled: int
    differing: int
    totals_differ: bool
    restored_differs: bool

    @property
    def sound(self) -> bool:
        """Whether something was done, nothing lost, duplicated, torn or missing, and no process failed."""
        wrong = (self.failed, self.standing.faults, self.lost, self.doubled, self.differing)
        return self.acknowledged > 0 and not any((*wrong, self.totals_differ, self.restored_differs))


def run(trial: FireTrial, folder: Path) -> Outcome:
    """The trial, in an empty folder."""
    for name in FOLDERS:
        (folder / name).mkdir(parents=True)
    context = get_context("forkserver")
    context.set_forkserver_preload(["scripts.fire.roles"])
    first = context.Process(target=len, args=((),))  # the server has preloaded all modules when it ends
    first.start()
    first.join()
    with listen("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    if trial.store:
        HomeFile(format=FORMAT, store=trial.store).write(folder / "home")
    _, token = Tokens(folder / "home").add("service")
    place = TrialPlace(folder, time.monotonic() + trial.seconds, port, token, bool(trial.store))
    killed, failed = _fire(trial, place, context)
    return _judge(place, killed, failed)


def _fire(trial: FireTrial, place: TrialPlace, context: ForkServerContext) -> tuple[Counter[str], tuple[str, ...]]:
    """Run all processes, each restarted when killed: those killed, and those that failed."""
    drawn = random.Random(trial.seed)
    team = ["writer"] * trial.writers + ["reader"] * trial.readers + ["compactor"]
    team += [] if trial.store else ["tracker"] * TRACKERS + ["service"] * SERVICES + ["door", "collector"]

    def start(role: str, number: int) -> tuple[str, BaseProcess]:
        process = context.Process(target=ROLES[role], args=(place, number))
        process.start()
        return role, process

    at_work = [start(role, number) for number, role in enumerate(team)]
    killed: Counter[str] = Counter()
    failed: list[str] = []
    moments = sorted(drawn.uniform(time.monotonic() + 0.1 * trial.seconds, place.until) for _ in range(trial.kills))
    for number, moment in enumerate(moments, start=len(at_work)):
        time.sleep(max(0.0, moment - time.monotonic()))
        victim = drawn.choice([n for n, (role, _) in enumerate(at_work) if trial.victims in ("", role)])
        role, process = at_work[victim]
        process.kill()
        process.join()
        killed.update([role] if process.exitcode == -signal.SIGKILL else [])
        failed += [role] if process.exitcode not in (0, -signal.SIGKILL) else []
        at_work[victim] = start(role, number)
    for role, process in at_work:
        process.join(ENDING_S)
        failed += [role] if process.exitcode != 0 else []
    return killed, tuple(failed)


def _judge(place: TrialPlace, killed: Counter[str], failed: tuple[str, ...]) -> Outcome:
    """Acknowledged rows are present; a new import of all files gives the same rows as one in an empty home."""
    ledger = Ledger(place.home)
    files = sorted(place.files.iterdir())
    acknowledged = {path.name for path in place.acknowledged.iterdir()}
    bodies = {path.name: _body(place, path) for path in sorted(place.sent.iterdir())}
    after_fire = reconcile(ledger)
    lost = _lost(ledger, [path for path in files if path.name in acknowledged])
    rows = _ids(ledger, "activities")
    lost += sum(row.row_id not in rows for name in bodies.keys() & acknowledged for row in bodies[name].result.rows)
    whole = Ledger(place.folder / "whole")
    for target in (ledger, whole):
        import_paths(target, [*files, *([place.common] if place.common.exists() else [])], reading_context(place.home))
        post(target, list(bodies.values()))
    doubled, found = _counted_rows(ledger)
    _, expected = _counted_rows(whole)
    totals = [Results(build(home).path).totals() for home in (place.home, whole.home)]
    compact(ledger)
    export(ledger, place.folder / "ledger.tar")
    restored = restore(place.folder / "ledger.tar", place.folder / "restored")
    again = Results(build(place.folder / "restored").path).totals()
    return Outcome(
        after_fire,
        len(files) + len(bodies),
        len(acknowledged),
        len(bodies.keys() & acknowledged),
        len(list((place.folder / "reads").iterdir())),
        len(list((place.folder / "compactions").iterdir())),
        killed,
        failed,
        lost,
        doubled,
        len(found.items() ^ expected.items()),
        totals[0].indicators != totals[1].indicators,
        restored != reconcile(ledger) or again.indicators != totals[0].indicators,
    )


def _body(place: TrialPlace, path: Path) -> ParsedPayload:
    """A body that was sent, as it is received."""
    sender = Tokens(place.home).sender_of(place.token)
    assert sender
    return read_body(Payload(sender, "codecarbon", path.read_bytes()), reading_context(place.home))


def _ids(ledger: Ledger, kind: Kind) -> set[str]:
    return {row.row_id for row in ledger.copies(kind, ledger.files(kind))}


def _lost(ledger: Ledger, files: list[Path]) -> int:
    """Rows of these files missing from the ledger."""
    context = reading_context(ledger.home)
    rows = _ids(ledger, "activities")
    everything = rows | _ids(ledger, "quarantine")
    lost = 0
    for path in files:
        result = read_trace(open_trace(path), context)
        lost += sum(row.row_id not in rows for row in result.rows)
        lost += sum(row.row_id not in everything for row in result.refused)
    return lost


def _counted_rows(ledger: Ledger) -> tuple[int, dict[str, float]]:
    """Count of duplicate current rows, and the electricity of each current one [kWh]."""
    with ledger.still() as held, connect() as connection:
        connection.execute(f"CREATE VIEW activities AS {held.rows_sql('activities')}")
        rows = connection.execute(
            f"SELECT row_id, cpu_energy_kwh FROM ({current_rows_sql()}) WHERE status = 'current'"
        ).fetchall()
    return len(rows) - len({row_id for row_id, _ in rows}), dict(rows)
