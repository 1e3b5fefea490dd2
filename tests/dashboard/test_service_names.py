"""Services are called by the use case that the register attaches them to, and only those that have a figure count."""

import re
from pathlib import Path

import pytest

from dashboard.register import service_names
from dashboard.shared.texts import t
from estimator.governance.register.register import Register, author
from estimator.results.reading import Results
from tests.builds.test_sample_mark import FACTS
from tests.dashboard.test_coverage import COUNTS_ALONE
from tests.dashboard.test_dashboard_pages import page
from tests.support import activity, built, kept

WHO = author("Direction du numérique", "essai")


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Register:
    """A register with the use cases « Tri » and « Accueil »."""
    monkeypatch.setenv("SOBRIA_HOME", str(tmp_path))
    found = Register(tmp_path)
    for name in ("Tri", "Accueil"):
        found.create(FACTS | {"name": name}, WHO)
    monkeypatch.setattr(service_names, "register", lambda: found)
    return found


def attach(register: Register, case: str, pattern: str) -> None:
    register.attach(case, {"service_key": pattern, "host": None, "model": None, "since": None}, WHO)


def test_a_key_has_the_name_of_its_only_use_case(register: Register) -> None:
    attach(register, "tri", "tri-*")
    attach(register, "accueil", "voix")
    attach(register, "tri", "voix")  # two use cases hold it
    assert service_names.service_names(["tri-messages", "voix", "autre"]) == {"tri-messages": "Tri"}


def test_keys_of_one_use_case_are_told_apart(register: Register) -> None:
    attach(register, "tri", "tri-*")
    assert service_names.service_names(["tri-a", "tri-b"]) == {"tri-a": "Tri (tri-a)", "tri-b": "Tri (tri-b)"}


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
