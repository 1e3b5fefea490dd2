"""Role of each process of the trial until its deadline; an error ends it, and is counted by its parent."""

import asyncio
import csv
import io
import json
import os
import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import requests
import uvicorn

from estimator.core.storage import objects
from estimator.ingestion.context import reading_context
from estimator.ingestion.http import listening
from estimator.ingestion.http.connections import Bounds
from estimator.ingestion.http.endpoints import Limits
from estimator.ingestion.http.server import create_app, listen
from estimator.ingestion.importing import import_paths
from estimator.ledger import Ledger
from estimator.ledger.compaction import CompactionRunning, compact
from estimator.ledger.reconciliation import reconcile
from estimator.results.making import build
from estimator.results.reading import Results

COLUMNS = (
    "timestamp,project_name,run_id,duration,emissions,cpu_energy,gpu_energy,ram_energy,energy_consumed,"
    "country_iso_code,codecarbon_version,tracking_mode,pue"
).split(",")
START = datetime(2025, 1, 1)  # 500,000 minutes on, all is past: a row to come is refused until its day
SHARED_FILES = 12
PATIENCE_S = 60.0
HURRIED = 5.0, 1.0, 180.0  # a lease, its renewal, and how long replaced parts stay [s]


class TrialPlace(NamedTuple):
    """Location of a trial: its home, its input files, its deadline [monotonic s], the port and a token of its door, and
    whether its ledger is in a bucket."""

    folder: Path
    until: float
    port: int
    token: str
    in_bucket: bool = False

    def lasts(self) -> bool:
        """Until the deadline, and on a slow machine until an import is acknowledged, for a minute more at most."""
        late = time.monotonic() - self.until
        return late < 0 or (late < PATIENCE_S and not any(self.acknowledged.iterdir()))

    @property
    def home(self) -> Path:
        if self.in_bucket:  # so that the trial does not wait for those it killed, and sees files deleted
            objects.LEASE_S, objects.RENEWED_S, objects.ObjectStore.keeps_s = HURRIED
        return self.folder / "home"

    @property
    def files(self) -> Path:
        return self.folder / "files"

    @property
    def sent(self) -> Path:
        return self.folder / "sent"

    @property
    def acknowledged(self) -> Path:
        return self.folder / "acknowledged"

    @property
    def common(self) -> Path:
        return self.folder / "emissions.csv"


def trace(rows: Sequence[Sequence[object]]) -> str:
    """The text of a file of these rows."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])
    return file.getvalue()


def row(run: str, minute: int, energy: float) -> list[object]:
    """A snapshot of a run; its time may be before that of the previous row: clocks go backwards."""
    moment = (START + timedelta(minutes=minute)).isoformat(timespec="seconds")
    return [moment, "service", run, 60, 0, energy, 0, 0, energy, "FRA", "3.3.2", "machine", ""]


def shared(number: int) -> str:
    """A file imported by several writers under different names: identical in every process."""
    drawn = random.Random(number)
    return trace([row(f"shared-{number}-{n}", drawn.randrange(500_000), drawn.random()) for n in range(20)])


def writer(place: TrialPlace, seed: int) -> None:
    """Import files of new rows, of growing runs, of duplicates of others, of rows to be refused."""
    drawn = random.Random(f"{seed}/{os.getpid()}/{time.monotonic()}")
    behind = timedelta(seconds=drawn.randrange(100_000))
    ledger = Ledger(place.home, lambda: datetime.now(UTC) - behind * drawn.random())
    context = reading_context(place.home)
    grown: list[list[object]] = []
    while place.lasts():
        kind = drawn.choice(("new", "growing", "shared"))
        if kind == "shared":
            text = shared(drawn.randrange(SHARED_FILES))
        elif kind == "growing":
            run = f"growing-{seed}-{os.getpid()}"
            grown.append(row(run, 10 * len(grown) + drawn.randrange(-300, 300), 0.1 * len(grown)))
            text = trace(grown)
        else:
            runs = [row(uuid4().hex, drawn.randrange(500_000), drawn.random()) for _ in range(drawn.randrange(1, 30))]
            text = trace([*runs, row(uuid4().hex, 1, -1.0)])
        path = place.files / f"{uuid4().hex}.csv"
        path.write_text(text, "utf-8")
        import_paths(ledger, [path], context)
        acknowledge(place, path)


def acknowledge(place: TrialPlace, path: Path) -> None:
    """Record that the import of a file has returned."""
    with (place.acknowledged / path.name).open("w") as file:
        os.fsync(file.fileno())


def tracker(place: TrialPlace, seed: int) -> None:
    """Append rows to one CSV, as codecarbon does: without any lock, the header written by whoever finds no file."""
    drawn = random.Random(f"{seed}/{os.getpid()}")
    while place.lasts():
        text = trace([row(uuid4().hex, drawn.randrange(500_000), drawn.random())])
        if not place.common.exists():
            place.common.write_text(text, "utf-8")
        else:
            with place.common.open("a", encoding="utf-8") as file:
                file.write(text.split("\n", 1)[1])
        time.sleep(0.02)


def collector(place: TrialPlace, seed: int) -> None:
    """Import that CSV while it grows; its content just before must be found afterwards."""
    ledger, context = Ledger(place.home), reading_context(place.home)
    time.sleep(1.0)  # at first, processes that find no file may overwrite each other
    while place.lasts():
        time.sleep(0.1)
        if place.common.exists():
            seen = place.common.read_text("utf-8").rpartition("\n")[0] + "\n"
            import_paths(ledger, [place.common], context)
            path = place.files / f"{uuid4().hex}.csv"
            path.write_text(seen, "utf-8")
            acknowledge(place, path)


def reader(place: TrialPlace, seed: int) -> None:
    """Build, read the totals and the account: none may fail, and no acknowledged row may be missing at any time."""
    while place.lasts():
        Results(build(place.home, wait_s=600).path).totals()
        found = reconcile(Ledger(place.home))
        if found.faults:
            raise ValueError(f"{found}")
        (place.folder / "reads" / uuid4().hex).touch()


def compactor(place: TrialPlace, seed: int) -> None:
    """Compact repeatedly."""
    while place.lasts():
        with suppress(CompactionRunning):  # by the door
            compact(Ledger(place.home), wait_s=1.0)
        (place.folder / "compactions" / uuid4().hex).touch()
        time.sleep(0.5)


def door(place: TrialPlace, seed: int) -> None:
    """Receive rows over HTTP."""
    app = create_app(place.home, Limits())
    server = uvicorn.Server(listening.config(app, Bounds(), "fr", ws="none", lifespan="off"))

    async def serving() -> None:
        task = asyncio.create_task(server.serve(sockets=[listen("127.0.0.1", place.port)]))
        while place.lasts():
            await asyncio.sleep(0.1)
        server.should_exit = True
        await task

    asyncio.run(serving())


def service(place: TrialPlace, seed: int) -> None:
    """Post a run at a time, again until it is answered, and now and then one that was answered."""
    drawn = random.Random(f"{seed}/{os.getpid()}/{time.monotonic()}")
    headers = {"authorization": f"Bearer {place.token}", "content-type": "application/json"}
    while place.lasts():
        path = place.sent / f"{uuid4().hex}.json"
        cells = dict(zip(COLUMNS, row(uuid4().hex, drawn.randrange(500_000), drawn.random()), strict=True))
        path.write_text(json.dumps({name: value for name, value in cells.items() if value != ""}), "utf-8")
        times = 1 + drawn.randrange(2)
        while times and place.lasts():
            with suppress(requests.RequestException):  # it was killed, and starts again
                url = f"http://127.0.0.1:{place.port}/v1/codecarbon"
                answered = requests.post(url, path.read_bytes(), headers=headers, timeout=60)
                if answered.status_code not in (201, 503):
                    raise ValueError(answered.text)
                if answered.status_code == 201:
                    times -= 1
                    acknowledge(place, path)
            time.sleep(0.01)


ROLES: dict[str, Callable[[TrialPlace, int], None]] = {
    "writer": writer,
    "tracker": tracker,
    "collector": collector,
    "reader": reader,
    "compactor": compactor,
    "door": door,
    "service": service,
}
