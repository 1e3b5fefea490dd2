"""What several tests need: the command, factors made for the occasion, cells, small ledgers."""

import asyncio
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, TextIOWrapper
from itertools import count, product
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from unittest.mock import patch

import pytest
from _pytest.mark import ParameterSet
from hypothesis import settings

from estimator.builds.build import build
from estimator.builds.current import BuildResult
from estimator.builds.equation_selection import ledger_factors
from estimator.catalogue.load import load
from estimator.catalogue.schema import Factor
from estimator.catalogue.selection import SelectedFactor
from estimator.cli import main
from estimator.core import home as core_home
from estimator.core.errors import SobriaError
from estimator.ledger import Account, Ledger
from estimator.ledger.append import Append
from estimator.ledger.files import KINDS
from estimator.ledger.read_result import ReadResult
from estimator.ledger.rows import Activity, Kind, Refused
from estimator.places.placing import HomePlace, Knowledge, Placed, Seen, placed
from estimator.results.reading import Results

T = TypeVar("T")
Test = TypeVar("Test", bound=Callable[..., object])
Done = subprocess.CompletedProcess[str]


def answered(*arguments: str, given: str = "") -> Done:
    """What the command prints and its exit code, run in this process; one that waits needs `sobria_process`."""
    read, printed, said = (TextIOWrapper(BytesIO(text.encode()), "utf-8") for text in (given, "", ""))
    with (
        patch.object(sys, "argv", ["sobria", *arguments]),
        patch.object(sys, "stdin", read),
        patch.dict(os.environ),
        patch.object(core_home, "_OF_HOME", []),  # as a process of its own has no tables of another home
        chdir("."),
        redirect_stdout(printed),
        redirect_stderr(said),
        pytest.raises(SystemExit) as ended,
    ):
        main()
    printed.seek(0)
    said.seek(0)
    return Done(arguments, int(ended.value.code or 0), printed.read(), said.read())


@contextmanager
def refuses(code: str, match: str | None = None) -> Iterator[pytest.ExceptionInfo[SobriaError]]:
    """A refusal of this code is raised, its English sentence matching."""
    with pytest.raises(SobriaError, match=match) as refusal:
        yield refusal
    assert refusal.value.code == code


def sobria(home: Path, *arguments: str, code: int = 0, lang: str = "fr", given: str = "") -> Done:
    """The same on a home and in a language, with the exit code that is expected."""
    found = answered("--home", str(home), "--lang", lang, *arguments, given=given)
    assert found.returncode == code, found.stdout + found.stderr
    return found


def sobria_process(*arguments: str, code: int = 0, **environment: str) -> Done:
    """The command as people start it: a process of its own, with these variables and the exit code expected."""
    line = [sys.executable, "-m", "estimator.cli", *arguments]
    found = subprocess.run(line, capture_output=True, text=True, env=os.environ | environment, timeout=60, check=False)
    assert found.returncode == code, found.stdout + found.stderr
    return found


def factor(name: str, value: float, low: float, high: float, **more: object) -> Factor:
    """A factor of the quantity `name` that exists for a test only."""
    fields: dict[str, object] = {field: "" for field in Factor.model_fields}
    fields |= {
        "id": f"test/{name}",
        "quantity": name,
        "subject": "test",
        "role": "default",
        "unit": "1",
        "source": "test",
    }
    fields |= {"value": value, "low": low, "high": high, "bounds_kind": "min_max", "quality": "1/1/1/1", "locator": "-"}
    fields |= {"valid_from": None, "valid_to": None, "review_by": None, "missing_reason": None}
    return Factor.model_validate(fields | more)


def bounds_of(spread: float = 1.2, **values: float) -> dict[str, SelectedFactor]:
    """Every factor quantity bound to an arbitrary value within its plausible range, bounds at × and ÷ spread."""
    found = {}
    for index, name in enumerate(ledger_factors()):
        quantity = load().quantities[name]
        low, high = max(quantity.floor, quantity.ceiling * 1e-5), quantity.ceiling
        value = values.get(quantity.id, min(max(low * (1.5 + 0.1 * index), low * spread), high / spread))
        item = factor(quantity.id, value, max(value / spread, quantity.floor), min(value * spread, high))
        found[quantity.id] = SelectedFactor(quantity.id, "test", item)
    return found


def kept(cases: Iterable[T], *some: T) -> list[ParameterSet]:
    """Cases of a test: the suite runs some of them, scripts.proofs all."""
    marks = {True: [pytest.mark.proof], False: [pytest.mark.proof, pytest.mark.long]}
    return [pytest.param(*(case if isinstance(case, tuple) else [case]), marks=marks[case in some]) for case in cases]


def spread(*axes: Iterable[object]) -> list[ParameterSet]:
    """Every combination, of which the suite runs a diagonal: each value of each axis, those of the shorter in turn."""
    lists = [list(axis) for axis in axes]
    diagonal = [tuple(axis[n % len(axis)] for axis in lists) for n in range(max(map(len, lists)))]
    return kept(product(*lists), *diagonal)


def examples(few: int, many: int, **more: Any) -> Callable[[Test], Test]:
    """Settings of a property: few examples in the suite, many when scripts.proofs runs it."""
    number = many if settings.get_current_profile_name() == "long" else few
    return lambda test: pytest.mark.proof(settings(max_examples=number, **more)(test))


NUMBERS = count()


def moment(text: str) -> int:
    """Microseconds of a UTC date such as 2026-01-31T23:00:00."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


def at(**later: float) -> str:
    """A UTC date so much later than now, such as 2026-01-31T23:00:00Z."""
    return (datetime.now(UTC) + timedelta(**later)).strftime("%Y-%m-%dT%H:%M:%SZ")


def activity(start: str = "2026-03-01T10:00:00", hours: float = 1.0, **more: object) -> Activity:
    """A run in France on a server of unknown hosting, 1 kWh read from an unknown meter, unless said otherwise."""
    start_us = moment(start)
    end_us = start_us + round(hours * 3.6e9)
    months = [int(datetime.fromtimestamp(us / 1e6, UTC).strftime("%Y%m")) for us in (start_us, end_us)]
    fields: dict[str, object] = {
        "row_id": hashlib.blake2b(str(next(NUMBERS)).encode(), digest_size=16).hexdigest(),
        "start_us": start_us,
        "end_us": end_us,
        "start_month": months[0],
        "end_month": months[1],
        "duration_s": hours * 3600,
        "time_basis": "offset",
        "file_name": "test.csv",
        "file_sha": "0",
        "line": 2,
        "reader": "test",
        "reader_version": 1,
        "service_key": "essai",
        "zone": "FRA",
        "host": "class/server-unknown",
        "machine": "machine/rack-server",
        "cpu_energy_kwh": 1.0,
        "cpu_mode": "mode/unknown",
        "machine_hours": hours,
        "resource_share": 1.0,
    }
    fields |= more
    fields.setdefault("run_key", fields["row_id"])
    return Activity.model_validate(fields)


class FileRead(NamedTuple):
    """A file that rows were read from."""

    name: str
    sha: str


def row_ids(ledger: Ledger, *kinds: Kind) -> set[str]:
    """Ids of the rows of these kinds, of any by default, withdrawn or not."""
    return {row.row_id for kind in kinds or KINDS for row in ledger.copies(kind, ledger.files(kind))}


def append(ledger: Ledger, rows: Sequence[Activity], refused: Sequence[Refused] = ()) -> Account:
    """Bring rows into a ledger as an import does, file by file."""
    bringing = Append(ledger)
    for file in sorted({FileRead(row.file_name, row.file_sha) for row in (*rows, *refused)}):
        mine = [row for row in rows if (row.file_name, row.file_sha) == file]
        aside = [row for row in refused if (row.file_name, row.file_sha) == file]
        bringing.take(file, [ReadResult(mine, aside, len(mine) + len(aside))])
    return bringing.account()


def built(home: Path, *rows: Activity) -> Results:
    """The build of a ledger that holds these rows."""
    append(Ledger(home), rows)
    made: BuildResult = build(home)
    return Results(made.path)


def place_of(row: Activity, day: date = date(2026, 3, 1)) -> Placed:
    """Where a row ran, in a home where nothing is said of places."""
    unread = row.zone is None and row.zone_as_read is not None and "supposed_place" not in row.checks
    unread = unread and not {"host_unread", "no_country"} <= {*row.checks}
    told = (None, row.service_key, row.model, None, row.served_at, row.provider, row.host, row.zone)
    return placed(Seen(*told, "host_of_provider" in row.checks, unread), Knowledge([], [], HomePlace(None, None)), day)


def waited(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine, run in a thread of its own: browser tests leave a loop running in theirs."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()
