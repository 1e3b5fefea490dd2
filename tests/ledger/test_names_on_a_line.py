"""A file whose name has a line break, in a ledger written before names were checked: it is told on one line, and as it
was to a program."""

import json
from pathlib import Path

import pytest

from estimator.core.typography import escaped
from tests.dashboard.test_dashboard_pages import page
from tests.support import activity, built, sobria

NAME, SHOWN = "mars\n2026.csv", "mars\\n2026.csv"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 1 kWh of that file."""
    home = tmp_path_factory.mktemp("home")
    built(home, activity("2026-03-05T10:00:00", line=2, file_name=NAME, file_sha="ab" * 32, service_key="chat"))
    return home


@pytest.mark.parametrize(
    "asked", [["ledger", "history"], ["explain", "total.energy"], ["ledger", "withdraw", "--dry-run", "--file", NAME]]
)
def test_it_is_one_line_at_the_terminal(home: Path, asked: list[str]) -> None:
    said = sobria(home, *asked).stdout
    assert SHOWN in said and NAME not in said


def test_it_is_one_line_on_the_page_of_a_run(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOBRIA_HOME", str(home))
    (trace,) = json.loads(sobria(home, "explain", "total.energy", "--json").stdout)["trace"]["lines"]
    assert trace["file_name"] == NAME, "as it was, for programs"
    for told in (page("mesures", "fr", execution=trace["row_id"]), page("explication", "fr", id="total.energy")):
        assert SHOWN in told and NAME not in told


def test_every_line_break_is_written_out() -> None:
    assert escaped("a\nb\r\nc\u2028d\u2029e\x85f") == "a\\nb\\r\\nc\\u2028d\\u2029e\\x85f"
