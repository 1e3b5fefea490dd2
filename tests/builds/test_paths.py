"""A home by any path: what its signs would name as a pattern is not read, and signs that cut a path are refused."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from estimator.builds import row_status
from estimator.builds.build import How, build
from estimator.core.home import home_file
from estimator.ledger import Ledger
from scripts.bench.tokens import write_requests
from tests.support import activity, append, refuses, sobria

# Each with the path of a copy, which it would name too, or name in its place, as a pattern.
PATHS = [("x [2026]/é'a", "x 2/é'a"), ("y*z", "yAz"), ("c,d [e]", "c,d e")]


def _told(home: Path) -> Iterator[Any]:
    """What is said of a home, before and after its small parts are packed in one; of a run; of rows withdrawn."""
    with patch.object(row_status, "LARGE", 10_000):
        yield from _totals(home)
        assert "," in str(home) or [*home.glob("builds/*.parts/part-*")]
        yield json.loads(sobria(home, "explain", f"run.{'0' * 31}1.energy", "--json").stdout)["amount"]
        sobria(home, *"ledger withdraw --file un.csv --who DSI --why essai".split())
        yield "un.csv" in sobria(home, "ledger", "history").stdout
        yield json.loads(sobria(home, "ledger", "compact", "--json").stdout)
        yield json.loads(sobria(home, "ledger", "verify", "--json").stdout)
        yield from _totals(home)


def _totals(home: Path) -> Iterator[Any]:
    found = json.loads(sobria(home, "totals", "--json").stdout)
    yield {name: found[name] for name in ("indicators", "coverage", "proof", "unfinished", "lost_rows")}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of 3 000 requests, in a part that counts as large, and of two runs."""
    home = tmp_path_factory.mktemp("rows")
    write_requests(home, 3_000, 3)
    append(Ledger(home), [activity(file_name="un.csv")])
    append(Ledger(home), [activity(hours=2.0)])
    return home


@pytest.fixture(scope="module")
def told(rows: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Any]]:
    """The same with its build, and what is said of it by this plain path."""
    folder = tmp_path_factory.mktemp("told")
    built = shutil.copytree(rows, folder / "built")
    with patch.object(row_status, "LARGE", 10_000):
        sobria(built, "totals")
    return built, [*_told(shutil.copytree(built, folder / "plain"))]


@pytest.mark.parametrize(("name", "copy"), PATHS)
def test_a_path_is_no_pattern(tmp_path: Path, rows: Path, told: tuple[Path, list[Any]], name: str, copy: str) -> None:
    """The same is said of the same rows as in a plain folder, a copy of the home being where the pattern leads."""
    shutil.copytree(told[0], tmp_path / copy)
    assert [*_told(shutil.copytree(rows, tmp_path / name))] == told[1]


@pytest.mark.parametrize(
    ("name", "told"), [("donn\udce9es", "« donn\\xe9es »"), ("é" * 128, "255 octets"), ("a" * 256, "« aaa")]
)
def test_a_home_of_a_name_that_is_no_text_or_too_long_is_refused(tmp_path: Path, name: str, told: str) -> None:
    """In words, by the name at fault however deep it is: a traceback of DuckDB, or « OSError 36 »."""
    home = tmp_path / ("d" * 90) / name / "registre"
    said = sobria(home, "totals", code=1).stderr
    assert "ne peut pas être un dossier de SobrIA" in said and told in said and "Traceback" not in said
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(("name", "told"), [("relev\udce9.csv", "relev\\xe9.csv"), ("a\nb.csv", "a\\nb.csv")])
def test_a_file_of_a_name_that_is_no_line_of_text_is_refused(tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / name).write_text("rien", "utf-8")
    for command in ("import", "check"):
        done = sobria(tmp_path / "home", command, str(tmp_path / name), code=1)
        assert told in done.stdout + done.stderr and "Renommez ce fichier" in done.stdout + done.stderr
        assert name not in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["est-ce là ?", "a\\b"])
def test_a_path_in_which_no_build_is_written_is_refused(tmp_path: Path, name: str) -> None:
    """Before anything is written, in words; the folder may be named from the one where the command runs."""
    with refuses("home_path", r"let no build be written there: [?\\]"):
        home_file(tmp_path / name)
    for command in (("import", str(tmp_path)), ("totals",), ("places", "list")):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "note.txt").touch()
        said = sobria(tmp_path / name, *command, code=1).stderr
        assert "Renommez ce dossier" in said and name in said
    assert [path.name for path in (tmp_path / name).iterdir()] == ["note.txt"]


def test_spark_is_refused_a_comma_before_anything_starts(tmp_path: Path) -> None:
    """Without Java nor pyspark too."""
    with refuses("spark_path", "may have no comma"):
        build(tmp_path / "c,d", how=How(spark="local[2]"))
    assert not (tmp_path / "c,d").exists()
