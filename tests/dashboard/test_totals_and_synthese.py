"""`sobria totals` and Synthèse over the same months of the same home: the same numbers, and the same limits of them."""

import re
from html import unescape
from pathlib import Path

import pytest

from dashboard.summary.estimator_gateway import SummaryScope, body, state
from dashboard.summary.page import drawn
from estimator.core.errors import say
from estimator.core.periods import Period
from estimator.core.proof_shares import proof_words
from estimator.governance.indicator_list import FOOTPRINTS
from estimator.governance.register.register import Register
from estimator.reporting.publications.groups_file import published_groups
from estimator.reporting.summary.standing import outside_text
from estimator.results.reading import current_results
from tests.builds.test_doubted_figures import CARD
from tests.dashboard.test_dashboard_pages import page
from tests.reporting.authority import case, facts, plain, run
from tests.support import activity, built, sobria

NOTHING = {"fr": "Aucune mesure encore", "en": "No measurement yet"}
TWICE = {
    "fr": ("des usages de 54547 (2026-03) : ils comptent deux fois", "Commune 54547 (mars 2026)"),
    "en": ("uses of 54547 (2026-03)", "Commune 54547 (March 2026)"),
}
UNESTIMATED = {"fr": "non estimable", "en": "cannot be estimated"}


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two communes: one wrote its 2026 in March; the other has a measurement that no use has."""
    national, files = tmp_path_factory.mktemp("national"), []
    for code, kwh in (("54395", 3.0), ("54547", 1.0)):
        commune = tmp_path_factory.mktemp(code)
        case(Register(commune), "Courrier", code, "courrier")
        rows = [run("courrier", kwh, month, requests=500.0) for month in ("2026-02", "2026-03")]
        built(commune, *rows, *([run("oublie", 2.0)] if code == "54547" else []))
        made = published_groups(facts(commune, code, period="2026"))
        early = {"made_at": "2026-03-20T10:00:00+00:00"} if code == "54395" else {}
        files.append(commune / "a.json")
        files[-1].write_text(made.model_copy(update=early).sealed().model_dump_json(), "utf-8")
    sobria(national, "ledger", "merge", *map(str, files))
    return national


@pytest.fixture(scope="module")
def both(merged: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same beside rows of the home: of a use, of one of the two communes, which counts twice, of a card without its
    processor, and of an electricity that nobody knows."""
    home = tmp_path_factory.mktemp("both")
    sobria(home, "ledger", "merge", *map(str, sorted((merged / "authorities").glob("*.json"))))
    case(Register(home), "Interne", "metropole", "interne")
    case(Register(home), "Guichet", "54547", "guichet")
    unread = activity(hours=100, service_key="sans", cpu_energy_kwh=None, **CARD, checks=("cpu_not_metered",))
    unknown = run("muet", 0.0, other_mode="mode/not_declared", other_energy_kwh=None, requests=5.0)
    built(home, *(run(name, 5.0, requests=500.0) for name in ("interne", "guichet")), unread, unknown)
    return home


@pytest.mark.parametrize("lang", NOTHING)
@pytest.mark.parametrize("name", ["metropole", "merged", "both"])
def test_both_tell_the_same_numbers_and_limits(
    name: str, lang: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The example, a home that merges two communes, and one that counts beside them: each of the four amounts, what it
    covers and what of its manufacture it holds, the proof, and every sentence that limits them all."""
    home: Path = request.getfixturevalue(name)
    monkeypatch.setenv("SOBRIA_HOME", str(home))
    now, totals = state(), current_results(home).totals()
    assert now is not None
    asked = SummaryScope(now, "all", str(Period.over(current_results(home).months())))
    shown = plain(unescape(re.sub(r"<[^>]+>", " ", "".join(map(str, drawn(asked, lang, False, ("", "")))))))
    lines = sobria(home, "totals", lang=lang).stdout.splitlines()
    for figure in FOOTPRINTS:
        head = say("figures", figure, lang)
        (line,) = [line for line in lines if line.strip().startswith(f"{head}  ")]
        for told in plain(line.strip().removeprefix(head)).strip().split(", "):
            assert told.casefold() in shown.casefold(), (figure, told)
    printed = plain(" ".join(lines))
    limits = plain(outside_text(totals.outside, lang)).rstrip(".").split(". ")
    for told in filter(None, [*limits, plain(proof_words(totals.proof, lang))]):
        assert told in printed and told in shown, told
    assert (len(limits) == 3) == (name != "metropole"), "what no use has there, the months that lack, and what to do"
    assert (TWICE[lang][0] in printed) == (TWICE[lang][1] in shown) == (name == "both")
    assert body(asked)["outside"]["unread"] == totals.at_least == (plain(say("authorities", "unread", lang)) in shown)
    assert totals.at_least == (name == "both")
    assert bool(totals.coverage.unknown) == (UNESTIMATED[lang] in shown), totals.coverage.unknown


@pytest.mark.parametrize("lang", NOTHING)
def test_both_say_that_nothing_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    monkeypatch.setenv("SOBRIA_HOME", str(tmp_path))
    assert NOTHING[lang] in page("synthese", lang) and NOTHING[lang] in sobria(tmp_path, "totals", lang=lang).stdout
