"""The pages and publications of a home that only holds the groups of other authorities: what they withhold is said on
each and lowers what it covers, and what their registers know is unknown here, not zero."""

from pathlib import Path
from typing import Any

import pytest

from estimator.builds.merged_groups import merge
from estimator.core.errors import LANGUAGES
from estimator.governance.register.register import Register
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.publications.groups_file import published_groups
from estimator.reporting.publications.reen_rollup import read_merged, rollup
from estimator.results.reading import current_results
from tests.dashboard.test_dashboard_pages import page
from tests.reporting.authority import case, facts, plain, rows_of, run, text
from tests.support import built, sobria

READ, HELD = 4.0, 12.0  # kWh of the groups that are merged, and of those that an authority withholds
TOLD = READ / (READ + HELD)
OUTSIDE = {
    "fr": "Hors de ces chiffres : 12 kWh, retenus par 1 collectivité. Hors de ces chiffres aussi,",
    "en": "Outside these figures: 12 kWh, withheld by 1 authority. Outside these figures too,",
}


@pytest.fixture(scope="module")
def wider(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three communes: 1 and 3 kWh at desks; the second withholds 12 kWh, the third everything, untold."""
    home, folder = tmp_path_factory.mktemp("wider"), tmp_path_factory.mktemp("files")
    kept: dict[str, dict[str, Any]] = {"54010": {}, "54011": {"withheld": 2, "withheld_kwh": HELD}}
    kept["54012"] = {"withheld": 2, "withheld_kwh": None, "groups": ()}
    for code, kwh in zip(kept, (1.0, 3.0, 5.0), strict=True):
        alone = tmp_path_factory.mktemp(code)
        case(Register(alone), "Courrier", code, "courrier")
        built(alone, run("courrier", kwh, requests=500.0))
        made = published_groups(facts(alone, code)).model_copy(update=kept[code]).sealed()
        (folder / f"{code}.json").write_text(made.model_dump_json(), "utf-8")
    merge(home, sorted(folder.iterdir()))
    return home


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", ["reen", "beges", "data", "schema-impact", "budget-vert"])
def test_each_publication_says_what_is_withheld(wider: Path, kind: str, lang: str) -> None:
    """The two tables and the data package are in French in every language."""
    said = plain(text(wider, kind, lang=lang))
    french = kind in ("data", "schema-impact")
    assert OUTSIDE["fr" if french else lang] in said


def test_what_is_withheld_lowers_what_every_document_covers(wider: Path) -> None:
    """4 of 16 kWh: 25 % in the totals, on the sheet, in each publication, as in the review of the communes."""
    totals = current_results(wider).totals()
    assert {amount.covers for amount in totals.indicators.values()} == {TOLD}
    assert min(totals.coverage.by_figure.values()) == pytest.approx(TOLD)
    body = facts(wider).body["indicators"]
    assert body["gwp"]["value"].covers == pytest.approx(read_merged(wider).figure("gwp").covers) == pytest.approx(TOLD)
    lines = rows_of(text(wider, "beges"), ";")
    assert {line["part_couverte_pourcent"] for line in lines} == {"25"}
    table, _ = text(wider, "data").split("\n{", 1)
    assert {float(row["covers"]) for row in rows_of(table)} == {TOLD}
    assert "valeur est connue : 25 %" in plain(text(wider, "schema-impact"))
    assert "100 %" not in plain(text(wider, "schema-impact")).replace("100 % mesuré", "")


def test_the_review_and_the_terminal_say_it(wider: Path) -> None:
    assert OUTSIDE["fr"] in plain(rendered(rollup(read_merged(wider), "fr"), "txt"))
    assert OUTSIDE["fr"] in plain(sobria(wider, "indicators").stdout)
    said = plain(sobria(wider, "totals").stdout)
    assert "Couverture : 25 % de l'électricité connue" in said and "12 kWh, retenus par 1 collectivité" in said


def test_a_month_of_a_file_of_a_year_does_not_know_its_part(wider: Path) -> None:
    """What is withheld of 2026 has no month: in March both are of unknown electricity; in 2025 nothing is."""
    march, before = facts(wider, period="2026-03"), facts(wider, period="2025")
    assert march.scope.outside == (0.0, 0, 2) and before.scope.outside == (0.0, 0, 0)
    assert "retenu par 2 collectivités" in plain(march.outside) and before.outside == ""


@pytest.mark.parametrize(("screen", "lang"), [("accueil", "fr"), ("mesures", "en"), ("synthese", "fr")])
def test_each_page_says_it(wider: Path, monkeypatch: pytest.MonkeyPatch, screen: str, lang: str) -> None:
    monkeypatch.setenv("SOBRIA_HOME", str(wider))
    assert OUTSIDE[lang] in plain(page(screen, lang))
