"""The page « Leviers » and the decisions of the Synthèse: what `sobria levers` says, the first of each service."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from dashboard.shared import estimator_gateway
from dashboard.shared.texts import t
from estimator.core.refusals import on_a_page
from estimator.governance.indicators.anonymity import untold_ids
from estimator.governance.indicators.open_scope import scope_of
from estimator.governance.levers.levers import first_text, levers, together_text
from estimator.reporting.summary.decisions import LEAST, MOST, decisions, gain_text
from tests.dashboard.test_dashboard_pages import LANGUAGES, page
from tests.support import kept


@pytest.fixture
def shown(metropole: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SOBRIA_HOME", str(metropole))
    estimator_gateway._open_build.cache_clear()
    yield metropole
    estimator_gateway._open_build.cache_clear()


@pytest.mark.parametrize("lang", kept(LANGUAGES, "en"))
def test_the_page_says_every_lever_and_what_is_missing(shown: Path, lang: str) -> None:
    text = unescape(page("leviers", lang))
    found = levers(scope_of(shown).sources)
    assert f"<h1>{t('levers.title', lang)}</h1>" in text
    for lever in found.levers:
        assert re.search(f"<h[34]>{re.escape(lever.title[lang])}</h", text)
        assert f"<p>{gain_text(lever, lang)} " in text and lever.check[lang] in text
        assert lever.after is None or t("levers.after", lang, n=lever.after) in text
    first, head = found.of(None)[0], text.partition('class="answer"')[2].partition("</p>")[0]
    assert first_text(found, lang) in head and first.sentence[lang] in head and first.check[lang] in head
    assert re.search({"fr": "au moins .*, 19 fois sur 20", "en": "at least .*, 19 times out of 20"}[lang], head)
    assert all(f"<b>{one.number}. {one.title[lang]}</b>" in text for one in found.of(None)), "drawn by its number"
    assert together_text(found, lang) in text and {one.number for one in found.of(None)} == set(found.added)
    assert all(f">{on_a_page(none.why[lang])}<" in text for none in found.not_told)
    assert "sobria levers" not in text.split(t("levers.part_it", lang))[0]
    assert f"<summary><h3>{t('levers.others', lang, n=len(found.levers) - 3)}</h3></summary>" in text
    assert ["1 autre levier", "1 other lever"][lang == "en"] in t("levers.others", lang, n=1)


@pytest.mark.parametrize(("lang", "said"), [("fr", "tout le territoire"), ("en", "the whole territory")])
def test_the_page_says_of_which_territory_it_is(shown: Path, lang: str, said: str) -> None:
    """Its levers are of every service, those that no use holds too; Synthèse, whose territory is chosen, has others."""
    head = page("leviers", lang).partition("<h1>")[2].partition("</header>")[0]
    assert said in head and f'href="synthese{"?lang=en" if lang == "en" else ""}"' in head


def test_an_empty_home_has_no_lever(empty_home: Path) -> None:
    assert "<h1>" in page("leviers", "fr") and t("levers.first", "fr") not in page("leviers", "fr")


def test_the_decisions_are_the_first_lever_of_each_service_that_is_worth_one(
    metropole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the métropole: a lighter model for the assistant, the server of minutes off at night; the move of the sorting
    of messages, which is told only with others in 2025, is told by no name."""
    scope = scope_of(metropole)
    found, every = decisions(scope), levers(scope.sources)
    assert every.used is not None
    worth = [one for one in every.of(None) if (one.gain.low or 0.0) >= LEAST * (every.used.central or 0.0)]
    named = [one for one in worth if one.use_case not in untold_ids(scope, one.months)]
    assert [one.use_case for one in worth if one not in named] == ["tri-messages"]
    assert [d["title"] for d in found][: len(named)] == [one.title for one in named]
    assert [(d["kind"], d["cases"]) for d in found][:2] == [
        ("smaller", ["assistant-agents"]),
        ("waiting", ["transcription-conseils"]),
    ]
    assert len(found) == MOST
    monkeypatch.setattr("estimator.reporting.summary.decisions.LEAST", 0.02)
    assert [d["kind"] for d in decisions(scope)][:2] == ["smaller", "waiting"]
    assert "place" not in [d["kind"] for d in decisions(scope)], "45 kWh for sure, of 8,300"
    elsewhere = scope_of(metropole, "99001")
    ids = {case.id for case in elsewhere.cases}
    assert all(set(d["cases"]) <= ids for d in decisions(elsewhere))
    monkeypatch.setattr("estimator.reporting.summary.decisions.untold_ids", lambda *_: {"assistant-agents"})
    assert "assistant-agents" not in {case for d in decisions(scope) for case in d["cases"] if d["kind"] == "smaller"}
