"""« DONNÉES FICTIVES » over everything that a home of demonstration prints or exports, and over nothing else."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from estimator.comparison.five_fields import scenario_from
from estimator.comparison.scenario import Asked
from estimator.governance.register.register import Register, author
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.project.context import facts_of
from estimator.reporting.project.evaluation import evaluation
from tests.home import copied
from tests.support import activity, built, sobria

MARKS = {"fr": "DONNÉES FICTIVES", "en": "FICTITIOUS DATA"}
PRINTING = (("totals",), ("indicators",), ("explain", "total.energy"))
FACTS: dict[str, Any] = {
    "name": "Tri", "task": "trier", "unit": "message", "service": "Accueil", "commune": "metropole",
    "owner_role": "Responsable", "benefit": "", "model": "", "host": "", "scenario": "", "data_sensitivity": "",
    "alternative": {}, "threshold": None, "volume_per_month": None, "concurrency": None, "review_months": 12,
}  # fmt: skip


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a run and a use case."""
    home = tmp_path_factory.mktemp("real")
    built(home, activity())
    Register(home).create(FACTS, author("Direction du numérique", "essai"))
    return home


@pytest.fixture(scope="module", params=[True, False])
def home(request: pytest.FixtureRequest, real: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bool]:
    """A copy of it, of demonstration or not."""
    return copied(real, tmp_path_factory.mktemp("copy"), sample=request.param), request.param


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


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_sheet_of_a_use_of_the_register_bears_the_mark(home: tuple[Path, bool], lang: str) -> None:
    """Its figures are of tables alone: it is the register that is invented."""
    asked = Asked(people=1, uses=400, per="month", task="summarise", models=("set/light",), place="class/server-room")
    (case,) = Register(home[0]).use_cases()
    for use_case, marked in ((case.id, home[1]), ("", False)):
        of_it = scenario_from(asked, lang).model_copy(update={"use_case": use_case})
        assert (MARKS[lang] in rendered(evaluation(facts_of(of_it, lang, home[0])), "txt")) is marked
