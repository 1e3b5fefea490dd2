"""In which months a use of two agents ran is told by nothing that leaves: neither its name, a count, nor a month."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from estimator.core.errors import LANGUAGES
from estimator.governance.indicators.anonymity import withheld
from estimator.governance.register.register import Register
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.summary.summary import synthesis
from estimator.reporting.uses.context import use_facts
from estimator.reporting.uses.documents import DOCUMENTS
from estimator.reporting.uses.evidence import evidence
from estimator.reporting.uses.sci import CarbonIntensity, sci
from tests.reporting.authority import facts, files_of, plain, run
from tests.reporting.test_synthesis import case, heads
from tests.support import built, refuses

TOWN, ALONE = "54395", "54547"
AGENTS = {"un": 40, "deux": 30, "quatre": 4, "trois": 3, "zdeux": 2}
APRIL, MAY = "2026-04", "2026-05"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town where a use of two agents runs in May, and not in April, as four others do; one that never runs."""
    home = tmp_path_factory.mktemp("town")
    register = Register(home, now=lambda: datetime(2026, 1, 11, tzinfo=UTC))
    for name, agents in AGENTS.items():
        case(register, name, f"service {name}", TOWN)
        heads(home, f"service {name}", agents)
    case(register, "muet", "service muet", TOWN)
    rows = [run(name, 10.0, month, requests=900.0) for name in AGENTS for month in (APRIL, MAY)]
    built(home, *(row for row in rows if (row.service_key, row.start_month) != ("zdeux", 202604)))
    return home


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_small_use_is_neither_with_nor_without_data(town: Path, lang: str) -> None:
    """« un » and « deux » have data and « muet » none, in both months; the three small ones are apart in both."""
    fr, en = "2 sur 3 dits un par un", "2 of 3 told one by one"
    said = {"reen": {"fr": fr, "en": en}[lang], "data": fr, "schema-impact": fr, "beges": ""}
    for month in (APRIL, MAY):
        found = facts(town, TOWN, lang, period=month)
        entry = found.body["indicators"]["coverage"]
        assert entry["value"]["apart"] == 3 and entry["silent"] == ["muet"]
        assert found.body["indicators"]["per_service"]["silent"] == ["muet"]
        for kind, counted in said.items():
            texts = plain(" ".join(files_of(kind, found).values()))
            assert counted in texts and "zdeux" not in texts, kind


def test_its_documents_say_the_same_with_data_or_without(town: Path) -> None:
    for month in (APRIL, MAY):
        of_it = use_facts(town, "zdeux", "fr", month)
        page = plain(rendered(DOCUMENTS["resident"](of_it), "html"))
        assert "ne sont pas publiés un par un" in page and "aucune mesure" not in page
        assert "pas publiés un par un" in evidence(of_it)["1.5"].evidence
        with refuses("score_without_figures", "not published one by one"):
            sci(CarbonIntensity(of_it))


def test_the_months_of_a_use_alone_in_its_town_are_not_told(tmp_path: Path) -> None:
    """It ran in February and June: its town says the year that was asked, and no month."""
    for name, agents, where in (("un", 40, TOWN), ("zdeux", 2, ALONE)):
        case(Register(tmp_path), name, f"service {name}", where)
        heads(tmp_path, f"service {name}", agents)
    built(tmp_path, *(run(name, 9.0, f"2026-{m}", requests=900.0) for name in ("un", "zdeux") for m in ("02", "06")))
    found = facts(tmp_path, ALONE)
    assert withheld(found.scope)
    assert json.loads(files_of("reen-file", found)[""])["months"] == []
    body = synthesis(found.scope)
    assert body["measured"] == body["months"] == []
    assert [*body["indicators"]["energy"]["history"]] == found.scope.period.months()
    for kind in ("reen", "schema-impact"):
        text = plain(" ".join(files_of(kind, found).values()))
        assert "2 mois" not in text and "2026-02" not in text and "2026-06" not in text, kind
    assert "2026-12-31" in text


def test_a_period_without_data_is_not_said_to_show_few_agents(tmp_path: Path) -> None:
    """Nothing ran in October: only the periods known to have data are said to be of few agents, or to give them by
    difference. That of the two alone is not known, in either month: its year is, which would not be withheld."""
    for name, agents, where in (("un", 40, TOWN), ("zdeux", 2, ALONE)):
        case(Register(tmp_path), name, f"service {name}", where)
        heads(tmp_path, f"service {name}", agents)
    built(tmp_path, *(run(name, 9.0, "2026-11", requests=900.0) for name in ("un", "zdeux")))

    def why(territory: str, period: str) -> str:
        return str(facts(tmp_path, territory, period=period).body["indicators"]["energy"]["value"].missing["code"])

    assert (why(TOWN, "2026-11"), why(TOWN, "2026-10")) == ("by_difference", "period_apart")
    assert {why(ALONE, period) for period in ("2026-11", "2026-10", "2026-T4")} == {"period_apart"}
    assert (why(ALONE, "2026"), why(TOWN, "2026")) == ("small_group", "by_difference")
    review = plain(files_of("reen", facts(tmp_path, TOWN, period="2026-11"))[""])
    assert review.count("qu'elle ait des données ou non") == 4, "October, in each of the four footprints"
