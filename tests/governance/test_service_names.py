"""A service is one, however its name is typed where its agents are stated and in the register."""

import unicodedata
from datetime import date
from pathlib import Path

import pytest

from estimator.core.searched_text import as_compared
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.indicators.small_uses import heads_of, small_ids
from estimator.governance.register.register import Register
from tests.reporting.authority import case, facts, plain, run
from tests.support import built, sobria

TYPED = [
    ("Direction de l’eau", "Direction de l'eau"),
    ("Direction de lʼeau", "Direction de l'eau"),
    ("Propreté", unicodedata.normalize("NFD", "Propreté")),
    ("Cabinet  du\xa0maire", "Cabinet du maire"),
    ("Cabinet du\u202fmaire ", "Cabinet du maire"),
    ("État-civil", "État\u2011civil"),
    ("État-civil", "ETAT CIVIL"),
    ("Cœur de ville", "Coeur de ville"),
    ("Prévention – jeunesse", "Prévention - Jeunesse"),
    ("Ｃabinet", "Cabinet"),
]


def state(home: Path, service: str, agents: int) -> None:
    said = {"service": service, "date": "2026-01-02", "trained": 1, "with_access": agents, "kind": "essai"}
    Commitments(home).state_training(said, voter("RH", "déclaration"))


@pytest.mark.parametrize(("registered", "stated"), TYPED)
def test_two_agents_are_those_of_the_use_however_their_service_is_typed(
    tmp_path: Path, registered: str, stated: str
) -> None:
    """333 requests a month: told by its name, were the two agents not read as its own."""
    made = case(Register(tmp_path), "Notes", "54395", "notes", registered)
    state(tmp_path, stated, 2)
    built(tmp_path, run("notes", 1.7, requests=333.0))
    scope = facts(tmp_path, "54395").scope
    assert small_ids(scope) == {made} and [*heads_of(scope).values()] == [2]


def test_services_that_are_two_stay_two() -> None:
    names = ("Pôle 1", "Pôle 2", "Voirie", "Voiries", "???", "!!!", "")
    assert len({as_compared(name) for name in names}) == len(names)


def test_a_service_stated_twice_under_two_ways_of_typing_counts_once(tmp_path: Path) -> None:
    """40 agents, then 44 of the same: 44, and not 84."""
    for name, agents in (("État civil", 40), ("ETAT-CIVIL", 44)):
        state(tmp_path, name, agents)
    found = Commitments(tmp_path).trained(date(2026, 6, 1))
    assert found is not None and (found.with_access, found.services) == (44, 1)


def test_agents_of_a_service_that_no_use_has_are_said_to_count_for_none(tmp_path: Path) -> None:
    case(Register(tmp_path), "Notes", "54395", "notes", "Cabinet du maire")
    asked = "--trained 1 --with-access 2 --kind atelier --who RH --date 2026-01-02".split()
    for lang, none, near in (("fr", "Aucun usage du registre", "Noms voisins"), ("en", "No use", "Names near it")):
        said = plain(sobria(tmp_path, "commitments", "training", "Cabinet", *asked, lang=lang).stderr)
        assert none in said and near in said and "Cabinet du maire" in said
        said = plain(sobria(tmp_path, "commitments", "training", "Ordures", *asked, lang=lang).stderr)
        assert none in said and near not in said
        assert none not in sobria(tmp_path, "commitments", "training", "CABINET DU  MAIRE", *asked, lang=lang).stderr


def test_what_leaves_names_agents_stated_of_a_service_that_is_nearly_that_of_a_use(tmp_path: Path) -> None:
    """« Cabinet du mair » was typed before its use was registered: 900 requests, so it is told by its name."""
    state(tmp_path, "Cabinet du mair", 2)
    state(tmp_path, "Ordures", 2)
    case(Register(tmp_path), "Notes", "54395", "notes", "Cabinet du maire")
    built(tmp_path, run("notes", 1.7, requests=900.0))
    said = plain(sobria(tmp_path, "report", "data", "--out", str(tmp_path / "made")).stderr)
    assert "Cabinet du mair »" in said and "Noms voisins" in said and "Ordures" not in said
