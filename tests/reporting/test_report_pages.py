"""The printed reports: what they say, on how many pages, without outside request."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from estimator.core.errors import LANGUAGES
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.register.register import Register
from estimator.reporting.publications.write import write_report
from tests.reporting.authority import WHO, case, facts, plain, run, settle, text
from tests.support import built, kept


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return settle(tmp_path / "home")


# Printed pages


def test_the_review_says_both_periods_the_objective_and_what_cannot_be_said(home: Path) -> None:
    """4 kWh in 2025, 3 in 2026: the objective of the métropole stands beside."""
    page = plain(text(home, "reen", "metropole"))
    assert "environ 3,0 kWh" in page and "entre 3,9 et 4,1 kWh" in page
    assert "−20 % en 2027 (référence 2025)" in page
    vote = "Objectifs en vigueur, votés le 15 janvier 2026 (Conseil, délibération 12)"
    assert f"{vote} : « Électricité consommée par l'IA » et « Trajectoire de l'électricité »." in page
    assert page.count("objectif non fixé") == 3 + 7, "three footprints and seven practices without a vote"
    assert "30 % (12 sur 40)" in page and "donnée absente" in page
    assert "Une note de A à E" in page
    assert "<script" not in page and "http" not in page


def test_the_budget_note_rates_nothing(home: Path) -> None:
    page = plain(text(home, "budget-vert"))
    assert "3 axes sur 6" in page and page.count("Non étudié") == 3
    assert "Montant mandaté" in page and "couvre 60 %" in page
    assert not re.search(r"favorable|défavorable|neutre", page)


def heavy(home: Path) -> Path:
    """Many use cases of long names, a decision on each, and an objective on every indicator that can have one."""
    settle(home)
    register, commitments = Register(home), Commitments(home)
    for number in range(12):
        made = case(register, f"{number} réponse aux courriers des habitants de la métropole et de ses communes")
        said = {
            "date": f"2026-02-{number + 1:02}",
            "what": "continuer",
            "reasons": "utile",
            "by": "Bureau de la métropole",
        }
        register.decide(made, said, WHO)
    vote = {"territory": "metropole", "by": "Conseil", "date": "2026-01-15", "document": "délibération 2026-12"}
    vote |= {"reference_year": 2025, "due_year": 2030}
    for name in ("energy", "water", "adpe", "gwp"):
        commitments.vote_objective({**vote, "indicator": name, "change_percent": -20}, voter("Conseil", "vote"))
    for name in ("right_sized", "non_ai_reviewed", "sober_hosting", "coverage", "trained", "published"):
        share = {"indicator": name, "value": 100, "unit": "%"}
        commitments.vote_objective(vote | share, voter("Conseil", "vote"))
    built(home, *(run(c.name.lower(), 1) for c in register.use_cases()[:8]))
    return home


@pytest.mark.browser
@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_the_review_prints_on_two_pages_and_the_note_on_one(screen: Page, tmp_path: Path, lang: str) -> None:
    homes = [settle(tmp_path / "light"), heavy(tmp_path / "heavy")]
    asked: list[str] = []
    screen.on("request", lambda request: asked.append(request.url))
    for home in homes:
        for kind, pages in (("reen", 2), ("budget-vert", 1)):
            file = tmp_path / f"{home.name}-{kind}.html"
            write_report(kind, facts(home, "metropole", lang), file)
            screen.goto(file.as_uri())
            printed = screen.pdf(prefer_css_page_size=True)
            assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == pages, file.name
            screen.set_viewport_size({"width": 320, "height": 800})
            assert screen.evaluate("document.documentElement.scrollWidth") <= 320
    assert all(url.startswith("file:") for url in asked)
