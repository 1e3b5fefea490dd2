"""What leaves of a use of which neither the agents nor the uses are known: told, and named to who writes it."""

from pathlib import Path

import pytest

from estimator.core.errors import LANGUAGES
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.register.register import Register
from tests.reporting.authority import WHO, case, plain, run
from tests.support import built, sobria

STATED = {"date": "2026-03-01", "trained": 1, "with_access": 12, "kind": "essai"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that runs by night, its agents not stated; one stated, one counted, one that residents use."""
    made = tmp_path_factory.mktemp("home")
    ids = {
        name: case(Register(made), name, key=name.lower(), service=name)
        for name in ("Nuit", "Dit", "Compte", "Guichet")
    }
    Register(made).change(ids["Guichet"], {"users": "habitants"}, WHO)
    Commitments(made).state_training(STATED | {"service": "Dit"}, voter("Ressources humaines", "déclaration"))
    rows = [run(name.lower(), 5) for name in ("Nuit", "Dit", "Guichet")]
    built(made, *rows, run("compte", 5, requests=900.0))
    return made


ASKED = [
    "report groups --territory metropole --out {out}.json --administration Ville",
    "report data --out {out}",
    "report reen --out {out}.html",
    "report evidence --out {out}.csv",
    "export {out}.csv",
    "indicators --out {out}.html",
    "indicators --json",
]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("asked", ASKED)
def test_each_command_that_writes_what_leaves_names_the_use_that_may_be_of_few(
    home: Path, tmp_path: Path, asked: str, lang: str
) -> None:
    said = plain(sobria(home, *asked.format(out=tmp_path / "made").split(), lang=lang).stderr)
    assert {"fr": "« Nuit »", "en": "“Nuit”"}[lang] in said and "sobria commitments training SERVICE --trained" in said
    assert not any(name in said for name in ("Dit »", "Dit”", "Compte", "Guichet"))


@pytest.mark.parametrize("asked", ["export --inside {out}.csv", "indicators"])
def test_who_reads_what_stays_inside_is_told_nothing_of_it(home: Path, tmp_path: Path, asked: str) -> None:
    assert "Nuit" not in sobria(home, *asked.format(out=tmp_path / "made").split()).stderr


def test_a_document_of_one_use_names_that_one_alone(home: Path) -> None:
    found = {use.name: use.id for use in Register(home).use_cases()}
    said = {name: plain(sobria(home, "report", "resident", id).stderr) for name, id in found.items()}
    assert {name for name, text in said.items() if "commitments training" in text} == {"Nuit"}


def test_its_agents_once_stated_it_is_named_no_more(tmp_path: Path) -> None:
    case(Register(tmp_path), "Nuit", key="nuit", service="Nuit")
    built(tmp_path, run("nuit", 5))
    asked = ("report", "data", "--out", str(tmp_path / "made"))
    assert "Nuit" in sobria(tmp_path, *asked).stderr
    said = ("--with-access", "12", "--trained", "2", "--kind", "atelier", "--who", "DSI", "--date", "2026-03-01")
    sobria(tmp_path, "commitments", "training", "Nuit", *said)
    assert "Nuit" not in sobria(tmp_path, *asked).stderr
