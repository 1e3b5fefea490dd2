"""Runs that each measured a whole computer that nobody named: where they may be of one, both count, and it is said."""

from pathlib import Path
from typing import Any

import pytest

from estimator.builds import row_status, settled_parts
from estimator.builds.build import build
from estimator.builds.machine_overlaps import Span, others_met
from estimator.builds.mended_runs import Mends
from estimator.catalogue.load import load
from estimator.core.duckdb_engine import DuckDB
from estimator.ledger import Ledger
from estimator.ledger.rows import Activity
from estimator.results.reading import Results
from scripts.walk_rollups import compare, said, said_in_full
from tests.support import NUMBERS, activity, append, built, sobria

CODE = "machine_twice"
WHOLE: dict[str, Any] = {"reader": "codecarbon", "scope": "machine", "gap": "gap/none"}


def whole(start: str, hours: float = 1.0, **more: object) -> Activity:
    """A run that read the electricity of the whole of a computer that it does not name: 1 kWh."""
    return activity(f"2026-03-{start}:00", hours, **WHOLE | {"run_id": f"r{next(NUMBERS)}"} | more)


def looked_at(found: Results) -> int:
    return sum(check["count"] for check in found.checks() if check["code"] == CODE)


def test_runs_of_a_service_at_one_time_may_be_counted_twice_and_all_count(tmp_path: Path) -> None:
    """10 h to 11 h and 10 h 30 to 11 h 30, 1 kWh each: 2 kWh, both looked at; the one of the afternoon is not."""
    rows = [whole("01T10:00", file_sha="a"), whole("01T10:30", file_sha="b"), whole("01T15:00", file_sha="a")]
    found = built(tmp_path, *rows)
    assert looked_at(found) == 2
    assert found.totals().indicators["it_energy"]["at_factor_values"] == pytest.approx(2 + 1)
    text = " ".join(sobria(tmp_path, "totals").stdout.split())
    assert "peut-être comptée deux fois" in text
    assert found.mends() == Mends(check=2) and found.to_mend() == found.to_mend(in_file=True) == []
    assert "2 exécutions à vérifier" in text and "rien d'ici ne corrige" not in text, "maybe nothing is to be done"


def test_runs_of_two_services_of_one_file_may_be_of_one_computer(tmp_path: Path) -> None:
    rows = [whole("01T10:00", service_key=service) for service in ("chatbot", "courrier")]
    assert looked_at(built(tmp_path, *rows)) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"device_as_read": "1 x NVIDIA L4", "device_count": 1},  # another computer
        {"machine_units": 8.0},
        {"zone_as_read": "Germany"},
        {"service_key": "courrier", "file_sha": "another"},  # nothing in common
        {"machine_id": "m1"},  # named: known to be another, or told of otherwise
        {"scope": "process"},  # its own program alone
        {"resource_share": 0.5},  # a part of its computer
        {"start": "01T10:59", "hours": 1 / 60 + 0.5 / 3600},  # clocks are cut to the second
    ],
)
def test_what_is_of_another_computer_or_time_is_not_counted_twice(tmp_path: Path, other: dict[str, Any]) -> None:
    first = whole("01T10:00", hours=59 / 60 + 0.5 / 3600)
    other = {"start": "01T10:20", **other}
    assert looked_at(built(tmp_path, first, whole(**other))) == 0


def test_a_run_without_machine_inside_another_is_found_however_many_follow(tmp_path: Path) -> None:
    """A day, and ten runs of a minute inside it, one an hour: eleven."""
    rows = [whole("01T00:00", 24.0), *(whole(f"01T{hour:02}:10", 1 / 60) for hour in range(8, 18))]
    assert looked_at(built(tmp_path, *rows)) == 11


def test_spans_of_other_parts_are_those_of_the_same_name_and_time() -> None:
    """b holds what ran during a of the same name; its other name, and what c did before, are not met."""
    spans = {
        "a": [Span("service x", 10, 20)],
        "b": [Span("service x", 15, 30), Span("service y", 10, 20)],
        "c": [Span("service x", 0, 10)],
    }
    assert others_met(spans) == {"a": [Span("service x", 15, 30)], "b": [Span("service x", 10, 20)], "c": []}


def test_parts_that_are_not_read_again_hide_no_overlap_with_one_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three parts of three runs: the first of each meet, by their service (10 h to 13 h, 12 h to 13 h) or their file
    (12 h 30 to 13 h); the others are alone. Once the second is withdrawn, the third still meets the first by its file.
    """
    monkeypatch.setattr(row_status, "LARGE", 0)
    monkeypatch.setattr(settled_parts, "MOST_ASIDE", 0.9)
    ledger = Ledger(tmp_path)
    meeting = (
        whole("01T10:00", 3.0, service_key="a", file_sha="1"),
        whole("01T12:00", 1.0, service_key="a", file_sha="2", file_name="second.csv"),
        whole("01T12:30", 0.5, service_key="b", file_sha="1"),
    )
    counts = []
    for part, row in enumerate(meeting):
        alone = [whole(f"{10 + part}T0{hour}:00", file_sha=f"alone-{part}") for hour in (1, 4)]
        append(ledger, [row, *alone])
        counts.append(_looked_at_as_in_full(tmp_path))
    sobria(tmp_path, "ledger", "withdraw", "--file", "second.csv", "--who", "DSI", "--why", "essai")
    counts.append(_looked_at_as_in_full(tmp_path))
    assert counts == [0, 2, 3, 2]
    kept = DuckDB.read(build(tmp_path).path).rows("SELECT COUNT(*) AS n FROM kept_energy")
    assert kept == [{"n": 3}]


def _looked_at_as_in_full(home: Path) -> int:
    """How many runs may be counted twice, of a build that says what one of which every row is read says."""
    made = DuckDB.read(build(home).path)
    compare("here", said(made), said_in_full(home, load()))
    return int(made.rows(f"SELECT COUNT(*) AS n FROM run_checks WHERE code = '{CODE}'")[0]["n"])
