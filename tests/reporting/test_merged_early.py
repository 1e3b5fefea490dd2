"""A file of a year written in March of that year is no file of the whole year: said wherever its sums are told, and
not compared with a whole one."""

import json
from pathlib import Path

import pytest

from estimator.builds.merged_groups import merge
from estimator.governance.register.register import Register
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.publications.groups_file import published_groups
from estimator.reporting.publications.reen_rollup import rollup
from estimator.reporting.publications.territory_files import read_merged
from tests.dashboard.test_dashboard_pages import page
from tests.reporting.authority import case, facts, plain, run
from tests.support import built, sobria

NANCY, OTHER = "54395", "54547"
SAID = {
    "fr": "ou écrits avant la fin de la leur : Commune 54395 (a remis : 2024, 2025-01..2025-02)",
    "en": "or were written before theirs ended: Commune 54395 (handed over: 2024, 2025-01..2025-02)",
}


@pytest.fixture(scope="module")
def national(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nancy's 2025, written on 20 March 2025, and that of another commune, written after the year; 2024 of both. Each
    has 10 kWh in February 2024, 10 or 13 in June, 11 in February 2025; the other one 12 in June 2025."""
    home, folder = tmp_path_factory.mktemp("national"), tmp_path_factory.mktemp("files")
    for code in (NANCY, OTHER):
        alone = tmp_path_factory.mktemp(code)
        case(Register(alone), "Courrier", code, "courrier")
        rows = [
            (10.0, "2024-02"),
            (10.0 if code == NANCY else 13.0, "2024-06"),
            (11.0, "2025-02"),
            *([(12.0, "2025-06")] if code == OTHER else []),
        ]
        built(alone, *(run("courrier", kwh, month, requests=500.0) for kwh, month in rows))
        for year in ("2024", "2025"):
            made = published_groups(facts(alone, code, period=year))
            early = {"made_at": "2025-03-20T10:00:00+00:00"} if (code, year) == (NANCY, "2025") else {}
            (folder / f"{code}-{year}.json").write_text(
                made.model_copy(update=early).sealed().model_dump_json(), "utf-8"
            )
    merge(home, sorted(folder.iterdir()))
    return home


@pytest.mark.parametrize("lang", SAID)
def test_documents_and_the_terminal_say_which_months_an_authority_lacks(national: Path, lang: str) -> None:
    found = facts(national, period="2025", lang=lang)
    assert SAID[lang] in plain(found.outside)
    assert SAID[lang] in plain(sobria(national, "indicators", "--period", "2025", lang=lang).stdout)
    assert SAID[lang] in plain(rendered(rollup(read_merged(national, period="2025"), lang), "txt"))
    way_out = {
        "fr": "Une commune absorbée remet toute l'année (--period ANNÉE)",
        "en": "An absorbed commune hands over the whole year (--period YEAR)",
    }
    assert way_out[lang] in plain(found.outside)
    assert facts(national, period="2024", lang=lang).outside == "", "both handed over the whole of 2024"


@pytest.mark.parametrize(("screen", "lang"), [("accueil", "fr"), ("synthese", "en")])
def test_pages_and_json_say_it(national: Path, monkeypatch: pytest.MonkeyPatch, screen: str, lang: str) -> None:
    assert json.loads(sobria(national, "totals", "--json").stdout)["lacking"] == {NANCY: "2024, 2025-01..2025-02"}
    assert SAID[lang] in plain(sobria(national, "totals", lang=lang).stdout)
    monkeypatch.setenv("SOBRIA_HOME", str(national))
    assert SAID[lang] in plain(page(screen, lang, territoire="all", periode="2025"))


def test_a_year_written_in_march_is_not_compared_with_a_whole_one(national: Path) -> None:
    """34 kWh after 40 would be said to be 15 % less: June of Nancy was not written yet."""
    change = facts(national, period="2025").body["indicators"]["energy"]["change"]
    assert "share" not in change and "(2024, 2025-01..2025-02)" in change["missing"]["fr"]
