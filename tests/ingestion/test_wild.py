"""The reader and the ledger on traces found in public repositories, against numbers computed here with pandas."""

import csv
import json
from collections import Counter
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from estimator.ingestion.importing import ImportReport, import_paths
from estimator.ledger import Ledger
from tests.traces_support import context, counting, judged

APPROX = 1e-9
COORDINATES = ("longitude", "latitude")


@pytest.fixture(scope="session")
def wild(shared_data: Path) -> Path:
    """The folder of wild traces."""
    return shared_data / "traces_wild"


@pytest.fixture(scope="session")
def index(wild: Path) -> dict[str, int]:
    """Data rows expected, by file name."""
    with (wild / "index.csv").open(newline="") as file:
        return {row["file"]: int(row["rows"]) for row in csv.DictReader(file)}


@pytest.fixture(scope="session")
def all_of_them(
    wild: Path, index: dict[str, int], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Ledger, ImportReport]:
    """Every file in one ledger."""
    ledger = Ledger(tmp_path_factory.mktemp("wild"))
    return ledger, import_paths(ledger, [wild / name for name in index], context())


def alone(path: Path, home: Path) -> tuple[int, float, int]:
    """(rows that count, their IT energy [kWh], rows refused) of one file in a ledger of its own."""
    ledger = Ledger(home)
    report = import_paths(ledger, [path], context())
    rows = counting(ledger).values()
    return len(rows), sum(sum(parts[:4]) for parts in rows), report.account.quarantined


def by_pandas(path: Path) -> pd.DataFrame:
    """The rows that hold a whole timestamp and numbers, as pandas reads them."""
    table = pd.read_csv(path)
    whole = table.timestamp.astype(str).str.match(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
    return table[whole & table.energy_consumed.notna() & table.duration.notna()]


def test_every_file_is_read_with_the_rows_of_the_index(
    all_of_them: tuple[Ledger, ImportReport], index: dict[str, int]
) -> None:
    _, report = all_of_them
    assert report.errors == ()
    assert {file.name: file.read for file in report.files} == index
    assert (report.account.files, report.account.read) == (125, sum(index.values())) == (125, 19_665)


def test_what_became_of_the_rows(all_of_them: tuple[Ledger, ImportReport]) -> None:
    ledger, report = all_of_them
    account = report.account
    assert account.read == account.accepted + account.superseded + account.quarantined + account.duplicates
    statuses = Counter(row["status"] for row in judged(ledger))
    known = {"duplicate": account.duplicates}  # copies of rows that two files state, counted once
    assert statuses == {"current": account.accepted, "superseded": account.superseded} | known
    assert {code for _, code, _ in report.faults} == {
        "bad_timestamp",
        "wrong_width",
        "empty_energy",
        "other_tool",
    }


@pytest.mark.long
def test_a_second_import_finds_nothing_new(
    all_of_them: tuple[Ledger, ImportReport], wild: Path, index: dict[str, int]
) -> None:
    ledger, _ = all_of_them
    names = ledger.names()
    again = import_paths(ledger, [wild / name for name in reversed(index)], context()).account
    assert (again.read, again.duplicates) == (19_665, 19_665)
    assert ledger.names() == names


@pytest.mark.parametrize(
    ("name", "counted"),
    [
        ("BAGUIAN01__BlueBoard__1.csv", (196, 0)),
        ("bigscience-workshop__carbon-footprint__1.csv", (4, 638)),
        ("Spain-AI__worshop-ia-sostenible__1.csv", (13, 0)),
    ],
)
def test_of_a_cumulative_run_the_last_snapshot_counts(
    wild: Path, index: dict[str, int], tmp_path: Path, name: str, counted: tuple[int, int]
) -> None:
    """Each run of these files only grows, in order of time: its energy is its greatest, and runs without id add up."""
    table = by_pandas(wild / name).sort_values(["timestamp", "duration"], kind="stable")
    runs = table.groupby("run_id")[["duration", "energy_consumed"]]
    assert (runs.diff().dropna() >= 0).all().all()
    nameless = table[table.run_id.isna()].energy_consumed
    expected = table.groupby("run_id").energy_consumed.max().sum() + nameless.sum()
    found = alone(wild / name, tmp_path)
    assert found == (
        table.run_id.nunique() + len(nameless),
        pytest.approx(expected, rel=APPROX),
        index[name] - len(table),
    )
    assert (found[0], found[2]) == counted


def test_an_export_is_read_run_by_run(wild: Path, tmp_path: Path) -> None:
    """Runs whose duration grows by as much as the clock, to a second, are read at their last row: 22 of 233, 409 rows
    and 10.62 kWh; the rows of the others add up, 3.13 kWh."""
    path = wild / "HAL200000__Codecarbon_CHN__1.csv"
    table = pd.read_csv(path)
    table["timestamp"] = pd.to_datetime(table.timestamp, format="ISO8601")
    runs = table.sort_values("timestamp").groupby("run_id")
    apart = (runs.duration.diff() - runs.timestamp.diff().dt.total_seconds()).abs()
    readings = apart.groupby(table.run_id).max() < 1
    held = table.run_id.map(readings)
    expected = table[held].groupby("run_id").energy_consumed.max().sum() + table[~held].energy_consumed.sum()
    assert (readings.sum(), held.sum(), round(expected, 2)) == (22, 409, 13.75)
    assert alone(path, tmp_path) == (1387 - 409 + 22, pytest.approx(expected, rel=APPROX), 0)


def test_tasks_are_added_up(wild: Path, tmp_path: Path) -> None:
    """0.00394636 kWh to load the model and 0.00234293 kWh to ask it."""
    path = wild / "sashavor__co2_inference__2.csv"
    assert alone(path, tmp_path) == (2, pytest.approx(0.00394636230584313 + 0.0023429323210023877, rel=APPROX), 0)


def test_a_pue_of_the_wild_is_undone(wild: Path, tmp_path: Path) -> None:
    path = wild / "danielwetzel__llm-customization__1.csv"
    table = pd.read_csv(path)
    assert set(table.pue) == {1.22} and table.run_id.is_unique
    assert alone(path, tmp_path)[1] == pytest.approx(table.energy_consumed.sum() / 1.22, rel=1e-9)


def test_no_coordinate_is_anywhere_in_the_ledger(
    all_of_them: tuple[Ledger, ImportReport], wild: Path, index: dict[str, int]
) -> None:
    ledger, _ = all_of_them
    secrets: set[str] = set()
    for name in index:
        table = pd.read_csv(wild / name, dtype=str, encoding="latin-1", on_bad_lines="skip", skipinitialspace=True)
        table.columns = table.columns.str.strip()
        for column in set(COORDINATES) & set(table.columns):
            values = table[column].dropna().str.strip()
            secrets |= set(values[values.str.match(r"^-?\d{1,3}\.\d+$")])
    assert len(secrets) > 100
    stored = []
    for path in (*ledger.files("activities"), *ledger.files("quarantine")):
        data = pq.ParquetFile(path).read()
        stored += [json.dumps(row, ensure_ascii=False) for row in data.to_pylist()]
        assert not set(COORDINATES) & set(data.column_names)
    text = "\n".join(stored)
    assert not [name for name in COORDINATES if name in text]
    cells = {cell.strip(' "[]{}\\') for cell in text.replace("\n", ",").replace(":", ",").split(",")}
    assert secrets & cells == set()
    assert not [secret for secret in secrets if len(secret) > 7 and secret in text]


def test_no_trace_keeps_what_an_unknown_column_holds(all_of_them: tuple[Ledger, ImportReport]) -> None:
    """One of the files has a column of prompts, another of descriptions."""
    ledger, report = all_of_them
    unused = {name for file in report.files for name in file.unused}
    assert {"prompt", "experiment_description", "algorithm"} <= unused
    stored = [
        str(pq.ParquetFile(path).read().to_pylist()) for path in ledger.files("activities") + ledger.files("quarantine")
    ]
    assert not [text for text in stored if "total sales" in text or "logisticRegression" in text]


def test_real_traces_are_read_whole(shared_data: Path, tmp_path: Path) -> None:
    """40 runs of three sessions, and a session with 5 runs, one of which has 3 tasks."""
    ledger = Ledger(tmp_path)
    account = import_paths(ledger, [shared_data / "traces_real"], context()).account
    assert (account.files, account.read, account.accepted, account.superseded) == (5, 24 + 10 + 6 + 5 + 3, 45, 3)
    assert (account.quarantined, account.duplicates) == (0, 0)
    expected = 0.0
    for path in (shared_data / "traces_real").rglob("emissions.csv"):
        table = pd.read_csv(path)
        expected += (table.energy_consumed / table.pue).sum()
    assert sum(sum(parts[:4]) for parts in counting(ledger).values()) == pytest.approx(expected, rel=APPROX)
