"""A log that grows and is rotated: each of its rows counts once, under the name that it had and the one that it has."""

import json
from pathlib import Path

import pytest

from estimator.core.duckdb_engine import connect
from estimator.ingestion.importing import import_paths
from estimator.ingestion.readers import find_files
from estimator.ledger import Ledger
from tests.traces_support import context, counting


def request(number: int, **said: str | int | None) -> str:
    """A request of LiteLLM of a second of its own; one of three has no id."""
    second = f"2026-03-01T10:{number // 60:02}:{number % 60:02}"
    told = {"request_id": f"r{number}" if number % 3 else None, "call_type": "completion", "model": "mistral-large-3"}
    told |= {"startTime": f"{second}Z", "endTime": f"{second}.5Z", "prompt_tokens": 10, "completion_tokens": 5} | said
    return json.dumps({name: value for name, value in told.items() if value is not None}) + "\n"


def lines(first: int, last: int) -> str:
    return "".join(request(number) for number in range(first, last))


@pytest.mark.parametrize("rotated", ["gateway.jsonl.1", "gateway.jsonl-20261115", "gateway.jsonl.2026-11-15_00"])
def test_a_rotated_log_is_read_and_no_row_of_it_twice(tmp_path: Path, rotated: str) -> None:
    """Of 10 rows, 1 is set aside; 5 come before the rotation, 4 after: 18 rows count, 6 of them without id."""
    folder, ledger = tmp_path / "logs", Ledger(tmp_path / "home")
    folder.mkdir()
    log = folder / "gateway.jsonl"
    log.write_text(lines(1, 10) + request(0, startTime=None), "utf-8")
    assert import_paths(ledger, [folder], context()).account.accepted == 9
    with log.open("a", encoding="utf-8") as file:
        file.write(lines(10, 15))
    log.rename(folder / rotated)
    log.write_text(lines(20, 24), "utf-8")
    done = import_paths(ledger, [folder], context())
    assert (done.left, done.account.accepted, done.account.duplicates, done.account.quarantined) == ((), 9, 10, 0)
    assert len(counting(ledger)) == 18


def test_a_rotated_log_has_the_sidecar_of_the_name_it_had(tmp_path: Path) -> None:
    (tmp_path / "gateway.jsonl-20261115").write_text(lines(1, 3), "utf-8")
    (tmp_path / "gateway.jsonl.sobria.json").write_text('{"use_case": "courrier"}', "utf-8")
    ledger = Ledger(tmp_path / "home")
    assert not import_paths(ledger, [tmp_path / "gateway.jsonl-20261115"], context()).remarks
    with ledger.reading(), connect() as connection:
        kept = f"SELECT DISTINCT service_key FROM ({ledger.rows_sql('activities')})"
        assert connection.execute(kept).fetchall() == [("courrier",)]


def test_only_a_number_or_a_date_after_a_known_ending_is_a_rotation(tmp_path: Path) -> None:
    wanted = ["a.csv.1", "a.log.2", "emissions.csv-20261115-1794700800"]
    for name in (*wanted, "a.jsonl.old", "a.py.1", "run-2026", "a.jsonl.1.tmp"):
        (tmp_path / name).write_text(lines(1, 2), "utf-8")
    assert [Path(path).name for path in find_files([tmp_path]).traces] == wanted
