"""« DONNÉES FICTIVES » over everything that a home of demonstration prints or exports, and over nothing else."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from estimator.builds.queries import SAMPLE_MARK
from estimator.governance.register.register import Register, author
from tests.support import activity, built, sobria

MARKS = {"fr": "DONNÉES FICTIVES", "en": "FICTITIOUS DATA"}
PRINTING = (("totals",), ("indicators",), ("explain", "total.energy"))
FACTS: dict[str, Any] = {
    "name": "Tri", "task": "trier", "unit": "message", "service": "Accueil", "commune": "metropole",
    "owner_role": "Responsable", "benefit": "", "model": "", "host": "", "scenario": "", "data_sensitivity": "",
    "alternative": {}, "threshold": None, "volume_per_month": None, "concurrency": None, "review_months": 12,
}  # fmt: skip


@pytest.fixture(params=[True, False])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, bool]:
    """A home with a run and a use case, of demonstration or not."""
    built(tmp_path, activity())
    Register(tmp_path).create(FACTS, author("Direction du numérique", "essai"))
    if request.param:
        (tmp_path / SAMPLE_MARK).touch()
    return tmp_path, request.param


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_what_is_printed_begins_with_the_mark(home: tuple[Path, bool], lang: str) -> None:
    for command in PRINTING:
        said = sobria(home[0], *command, lang=lang).stdout
        assert said.startswith(MARKS[lang]) == home[1] and (MARKS[lang] in said) == home[1], command


def test_json_says_it(home: tuple[Path, bool]) -> None:
    for command in PRINTING:
        assert json.loads(sobria(home[0], *command, "--json").stdout)["sample"] is home[1], command


def test_each_row_of_the_register_says_it(home: tuple[Path, bool], tmp_path: Path) -> None:
    file = tmp_path / "registre.csv"
    sobria(home[0], "register", "export", str(file))
    (row,) = csv.DictReader(file.open(encoding="utf-8-sig", newline=""), delimiter=";")
    assert row["marque"] == (MARKS["fr"] if home[1] else "")
