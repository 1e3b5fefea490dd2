"""A ledger that lacks rows: every command that writes figures for others says it, and so does what has room for it."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from estimator.ledger import Ledger
from tests.ledger.test_ledger import bring, snapshot
from tests.reporting.test_exports import sheet_of
from tests.support import Done, sobria
from tests.traces_support import text

LOST = "! Il manque 3 lignes importées : un fichier du registre a disparu, ou est coupé."
SAID = "des lignes importées, dont un fichier du registre a disparu"
COMMANDS = [
    *(f"export e.{kind}{inside}" for kind in ("csv", "xlsx", "parquet", "otlp") for inside in ("", " --inside")),
    *(f"report {kind} --out f" for kind in ("reen-file --territory metropole", "groups --territory metropole")),
    *(f"report {kind} --out f" for kind in ("schema-impact", "data", "boamps", "reen", "beges", "budget-vert")),
    *("report evidence", "indicators", "indicators --out s.html", "levers"),
    *("explain", "explain total.energy"),
]


@pytest.fixture
def lacking(home: Path) -> Path:
    """A home of which a part of three rows was deleted."""
    bring(home, text(snapshot("a", 1, 60, 1), snapshot("b", 2, 120, 2), snapshot("c", 1, 60, 1)))
    (wrote,) = (done.wrote for done in Ledger(home).imports.read()[0] if done.sources[0].name == "emissions.csv")
    (home / "ledger" / next(iter(wrote))).unlink()
    return home


def told(home: Path, folder: Path, command: str) -> Done:
    """What a command says, its files written in a folder."""
    first, *rest = command.split()
    out = [str(folder / word) if "." in word and not word.startswith("total") or word == "f" else word for word in rest]
    return sobria(home, first, *out)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_that_writes_figures_says_that_rows_are_lost(lacking: Path, tmp_path: Path, command: str) -> None:
    assert told(lacking, tmp_path, command).stderr.count(LOST) == 1


def test_nothing_is_said_of_a_ledger_that_has_all_its_rows(home: Path, tmp_path: Path) -> None:
    bring(home, text(snapshot("a", 1, 60, 1)))
    for command in ("export e.xlsx --inside", "indicators", "levers", "explain"):
        assert "! Il manque" not in told(home, tmp_path, command).stderr
    assert not any("manque" in str(line.get("A")) for line in sheet_of(tmp_path / "e.xlsx", 2))


def test_what_has_room_for_it_says_it_too(lacking: Path, tmp_path: Path) -> None:
    for command in ("export e.xlsx", "export e.parquet", "export e.otlp", "indicators --out s.html"):
        told(lacking, tmp_path, command)
    method = {str(line.get("A")): str(line.get("B")) for line in sheet_of(tmp_path / "e.xlsx", 2)}
    assert SAID in method["Lignes qui manquent"]
    assert SAID in (pq.read_schema(tmp_path / "e.parquet").metadata[b"sobria.lacks_rows"]).decode()
    resource = json.loads((tmp_path / "e.otlp").read_text())["resourceMetrics"][0]["resource"]
    assert SAID in {one["key"]: one["value"]["stringValue"] for one in resource["attributes"]}["lacks_rows"]
    assert SAID in (tmp_path / "s.html").read_text()
    assert SAID in sobria(lacking, "indicators").stdout
