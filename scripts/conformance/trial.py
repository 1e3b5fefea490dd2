"""One trial: a client is driven, a collector or an import reads what it sends or writes, and the rows are judged."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq

from estimator.core.duckdb_engine import connect
from estimator.ledger import Ledger
from estimator.ledger.current_rows import current_rows_sql
from estimator.places.placing import HomePlace, Knowledge, Seen, placed
from scripts.conformance.clients import Client
from scripts.conformance.servers import Exchange, FakeModel, Relay, serving
from scripts.messages import ROOT

SECRET = "Untel-Fictif"  # stands in every prompt, answer, key and name of a person
MODEL = "gpt-oss-20b"
LONGEST_S = 420
Row = dict[str, Any]


class Trial(NamedTuple):
    """What a client sent, wrote and printed, the rows expected and those found, and what is wrong, in words."""

    exchanges: list[Exchange]
    files: dict[str, str]
    expected: list[Row]
    found: list[Row]
    faults: list[str]
    printed: str


def tried(client: Client, programs: Path, work: Path) -> Trial:
    """Drive a client in a new home and judge what came of it."""
    model, home, out = FakeModel(f"Bonjour {SECRET}, tout va bien."), work / "home", work / "out"
    out.mkdir(parents=True)
    token = json.loads(_sobria(home, "collect", "token", "add", client.name, "--json").stdout)["token"]
    with collecting(home) as collector:
        relay = Relay(collector)
        with (
            serving(lambda method, path, body, headers: model.answer(method, path, body)) as upstream,
            serving(relay.pass_on) as collect,
        ):
            named = {"UPSTREAM": upstream, "COLLECT": collect, "TOKEN": token, "SECRET": SECRET, "MODEL": MODEL}
            faults = _driven(client, programs, work, named | {"OUT": str(out)})
    (work / "exchanges.txt").write_text("\n\n".join(map(repr, relay.exchanges)), "utf-8")
    files = {path.name: path.read_text("utf-8").replace(str(work), "/essai") for path in sorted(out.iterdir())}
    if files:
        done = _sobria(home, "import", str(out), *client.importing)
        faults += [f"import: {done.stderr.strip() or done.stdout.strip()}"] if done.returncode else []
    faults += [_refused(one) for one in relay.exchanges if not 200 <= one.status < 300]
    given = work / "expected.json"
    expected = json.loads(given.read_text("utf-8")) if given.exists() else model.served
    found = [row for row in rows_in(home, upstream) if row["status"] == "current"]
    faults += differences(client, expected, found)
    if SECRET in kept_in(home) or SECRET.encode() in _bytes_of(home):
        faults.append("a prompt or a key is on the disk")
    if client.name.startswith("sobria-") and any(SECRET.encode() in one.body for one in relay.exchanges):
        faults.append("a prompt or a key was sent")
    printed = (work / "driver.log").read_text("utf-8")
    return Trial(relay.exchanges, files, expected, found, faults, printed)


def differences(client: Client, expected: list[Row], found: list[Row]) -> list[str]:
    """What is wrong with the rows that count: their number, counts, place."""
    faults = []
    told = [sorted(_told(row, client.fields) for row in rows) for rows in (expected, found)]
    if not expected:
        faults.append("the client called nothing")
    if told[0] != told[1]:
        faults.append(f"rows of {', '.join(client.fields)}: expected {told[0]}, found {told[1]}")
    places = {row["at"] for row in found}
    return faults + ([f"said to run at {places}, not {client.at}"] if found and places != {client.at} else [])


def _told(row: Row, fields: Sequence[str]) -> str:
    values = (row.get(field) for field in fields)
    return " ".join(f"{value:.6g}" if isinstance(value, int | float) else value or "-" for value in values)


def rows_in(home: Path, upstream: str = "") -> list[Row]:
    """The rows of a home with their status, `energy` [kWh] and `at`: where they are said to run."""
    ledger = Ledger(home)
    with connect() as connection:
        connection.execute(f"CREATE TABLE activities AS {ledger.rows_sql('activities')}")
        cursor = connection.execute(current_rows_sql())
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [row | {"at": _place(row, upstream.removeprefix("http://")), "energy": _kwh(row)} for row in rows]


def _kwh(row: Row) -> float:
    """Electricity of the machine [kWh]."""
    return sum(row[f"{part}_energy_kwh"] or 0.0 for part in ("cpu", "gpu", "ram", "other"))


def _place(row: Row, upstream: str) -> str:
    if upstream and row["served_at"] == upstream:
        return "upstream"
    told = (None, row["service_key"], row["model"], None, row["served_at"], row["provider"], row["host"], row["zone"])
    seen = Seen(*told, False, False)
    return str(placed(seen, Knowledge([], [], HomePlace(None, None)), date.today()).host)


def kept_in(home: Path) -> str:
    """All that a home holds, as text."""
    texts = []
    for path in sorted(path for path in home.rglob("*") if path.is_file()):
        texts.append(path.name)
        parquet = path.suffix == ".parquet"
        texts.append(str(pq.ParquetFile(path).read().to_pylist()) if parquet else path.read_text("utf-8", "replace"))
    return "\n".join(texts)


@contextmanager
def collecting(home: Path) -> Iterator[str]:
    """The address of a collector of this home, on a free port."""
    command = [sys.executable, "-m", "estimator.cli", "--home", str(home), "--lang", "en", "collect", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT) as process:
        assert process.stdout
        try:
            yield next(word for word in process.stdout.readline().split() if word.startswith("http")).rstrip("/.")
        finally:
            process.kill()


def _driven(client: Client, programs: Path, work: Path, named: dict[str, str]) -> list[str]:
    """Run the driver with nothing of the surroundings of this process but a path."""
    home = work / "user"
    home.mkdir()
    environment = {f"CONFORMANCE_{name}": text for name, text in named.items()}
    environment |= {"CONFORMANCE_EXPECTED": str(work / "expected.json"), "HOME": str(home)}
    environment["PYTHONPATH"] = f"{ROOT}:{ROOT / 'estimator' / 'public'}"
    environment |= {"PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin", "NO_PROXY": "127.0.0.1", "LANG": "C.UTF-8"}
    python = sys.executable if client.npm else str(programs / "python")
    command = [python, "-m", f"scripts.conformance.drivers.{client.driver}", *client.arguments]
    try:
        done = subprocess.run(
            command, env=environment, cwd=work, capture_output=True, text=True, timeout=LONGEST_S, check=False
        )
    except subprocess.TimeoutExpired:
        (work / "driver.log").touch()
        return [f"still running after {LONGEST_S} s"]
    (work / "driver.log").write_text(done.stdout + done.stderr, "utf-8")
    said = (done.stderr or done.stdout).strip().rpartition("\n")[2]
    return [f"driver ended by {done.returncode}: {said}"] if done.returncode else []


def _refused(exchange: Exchange) -> str:
    text = exchange.answer.decode("utf-8", "replace")
    return f"{exchange.path}: {exchange.status} {text[:300]}"


def _sobria(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "estimator.cli", "--home", str(home), "--lang", "en", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, env=os.environ)


def _bytes_of(home: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


def working_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for one trial."""
    return tempfile.TemporaryDirectory(prefix="sobria-conformance-")
