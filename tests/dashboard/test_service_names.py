"""Services are called by the use case that the register attaches them to, and only those that have a figure count."""

import re
from html import unescape
from pathlib import Path

import pytest

from dashboard.explanation.explanation import explain_view
from dashboard.shared import estimator_gateway
from dashboard.shared.texts import t
from estimator.core.errors import SobriaError
from estimator.governance.placed_imports import mended
from estimator.governance.register.attachments import service_names
from estimator.governance.register.register import Register, author
from estimator.places.journal import PlaceJournal
from estimator.results.reading import Results, current_results
from tests.builds.test_sample_mark import FACTS
from tests.dashboard.test_connect import screen, text
from tests.dashboard.test_coverage import COUNTS_ALONE
from tests.dashboard.test_dashboard_pages import page
from tests.dashboard.test_places_page import SAID
from tests.support import activity, built, kept

WHO = author("Direction du numérique", "essai")


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Register:
    """A register with the use cases « Tri » and « Accueil »."""
    monkeypatch.setenv("SOBRIA_HOME", str(tmp_path))
    found = Register(tmp_path)
    for name in ("Tri", "Accueil"):
        found.create(FACTS | {"name": name}, WHO)
    monkeypatch.setattr(estimator_gateway, "register", lambda: found)
    estimator_gateway._open_build.cache_clear()
    return found


def attach(register: Register, case: str, pattern: str) -> None:
    register.attach(case, {"service_key": pattern, "host": None, "model": None, "since": None}, WHO)


def test_a_key_has_the_name_of_its_only_use_case(register: Register) -> None:
    attach(register, "tri", "tri-*")
    attach(register, "accueil", "voix")
    attach(register, "tri", "voix")  # two use cases hold it
    keys = ["tri-messages", "voix", "autre"]
    assert service_names(keys, register.use_cases()) == {"tri-messages": "Tri"}


def test_keys_of_one_name_are_told_apart(register: Register) -> None:
    """Of one use case, or of two that are called alike."""
    attach(register, "tri", "tri-a")
    attach(register, register.create(FACTS | {"name": "Tri", "task": "trier encore"}, WHO).id, "tri-b")
    told = {"tri-a": "Tri (tri-a)", "tri-b": "Tri (tri-b)"}
    assert service_names(told, register.use_cases()) == told
    attach(register, "accueil", "voix-*")
    told = {"voix-a": "Accueil (voix-a)", "voix-b": "Accueil (voix-b)"}
    assert service_names(told, register.use_cases()) == told


@pytest.fixture
def named(register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of three services, one of the use « Tri », two of « Accueil », where people may write."""
    attach(register, "tri", "courriers-llm")
    attach(register, "accueil", "voix-*")
    built(tmp_path, *(activity(service_key=key, zone=None) for key in (*KEYS, "essai")))
    for room in ("shared.permissions", "connect.places_form", "register.forms"):
        monkeypatch.setattr(f"dashboard.{room}.may_write", lambda: True)
    return tmp_path


KEYS = {"courriers-llm": "Tri", "voix-a": "Accueil (voix-a)", "voix-b": "Accueil (voix-b)"}


def test_wherever_a_service_is_chosen_it_has_the_name_of_its_use(named: Path) -> None:
    """Lieux, the sheet that it is attached on, and an option of Comparer, whose file and sentences have the key: both
    are there; one of no use keeps its key."""
    names, (case, *_) = {*KEYS.values(), "essai"}, Register(named).use_cases()
    lieux = next(box for box in screen("lieux").selectbox if box.key == "place service")
    sheet = screen("registre", cas=case.id, faire="rattacher").selectbox
    card = [box for box in screen("comparer", exemple="oui", compare_more_0="true").selectbox if "essai" in box.options]
    attached = next(box for box in sheet if "essai" in box.options)
    assert set(lieux.options) == set(attached.options) == names and card
    assert all({"Tri (courriers-llm)", *(names - {"Tri"})} < set(box.options) for box in card)


@pytest.mark.parametrize("typed", ["courriers-llm", "Tri", "tri"])
def test_a_service_is_placed_by_its_key_or_by_the_name_of_its_use(named: Path, typed: str) -> None:
    mended(named, {"service": typed}, SAID, "fr", False)
    assert [entry.said.service for entry in PlaceJournal(named).rules()] == ["courriers-llm"]
    assert "service « Tri » → Salle informatique, France" in text(screen("lieux"))


def test_what_is_no_service_is_refused_with_the_names_of_near_ones(named: Path) -> None:
    with pytest.raises(SobriaError, match=r"Accueil \(voix-a\), Accueil \(voix-b\)\."):
        mended(named, {"service": "voix"}, SAID, "fr", False)
    assert not PlaceJournal(named).rules()


def test_the_explanation_of_a_figure_names_the_use_and_not_the_key(named: Path) -> None:
    found = current_results(named).explain("service.courriers-llm.energy")
    said = str(explain_view(found, "fr"))
    assert "du service « Tri »" in unescape(said).replace("\xa0", " ")
    assert "service « courriers-llm »" not in unescape(said).replace("\xa0", " ")


@pytest.mark.parametrize("lang", kept(["fr", "en"], "fr"))
def test_the_home_page_names_its_services_and_counts_those_with_a_figure(
    register: Register, tmp_path: Path, lang: str
) -> None:
    attach(register, "tri", "tri-messages")
    found: Results = built(
        tmp_path, activity(service_key="tri-messages"), activity(service_key="seuls", **COUNTS_ALONE)
    )
    assert len(found.services()) == 2
    text = page("accueil", lang)
    assert "<b>Tri</b>" in text and "<b>tri-messages</b>" not in text
    assert re.search(r"<h2>.*, (d’|de |from |le |on |du ).*20\d\d</h2>", text), "a rank is that of a period"
    assert t("home.services", lang, n=1) in text and t("home.services", lang, n=2) not in text
    assert t("home.without", lang, n=1) in text
