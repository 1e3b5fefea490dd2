"""What was merged because a reason was stated, and may count twice, is said with that reason wherever it counts."""

import json
from pathlib import Path

import pytest

from estimator.builds.merged_groups import merge, remove
from estimator.core.fields import Author
from estimator.governance.register.register import Register
from estimator.reporting.publications.groups_file import published_groups
from tests.dashboard.test_dashboard_pages import page
from tests.reporting.authority import case, facts, plain, run, text
from tests.reporting.test_merge_alike import NANCY, OTHER, _published, _read
from tests.support import built, sobria

WHY = "deux sites\nd'un même contrat"
PAIR = {
    "fr": (
        "Compté deux fois peut-être : Commune",
        f"Commune {NANCY} Mairie {NANCY} (année 2026)",
        f"Commune {OTHER} Mairie {OTHER} (année 2026)",
        "exactement la même chose (1er trimestre 2026)",
        "« deux sites d'un même contrat »",
    ),
    "en": ("Perhaps counted twice: ", f"Mairie {NANCY}", f"Mairie {OTHER}", "“deux sites d'un même contrat”"),
}


@pytest.fixture(scope="module")
def national(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """22.41 kWh of January and March 2026 under two codes, let in by a reason."""
    folder, home = tmp_path_factory.mktemp("files"), tmp_path_factory.mktemp("national")
    files = [str(_published(folder, NANCY, *_read())), str(_published(folder, OTHER, *_read("accueil")))]
    sobria(home, "ledger", "merge", *files, "--why", WHY)
    return home


@pytest.mark.parametrize("lang", PAIR)
def test_totals_indicators_and_documents_say_it(national: Path, tmp_path: Path, lang: str) -> None:
    """Of the year, and of no month without any of it."""
    out = tmp_path / "review.txt"
    sobria(national, "report", "reen-rollup", "--period", "2026", "--out", str(out), lang=lang)
    asked = [["explain", number] for number in ("total.energy", "sheet.all.2026.gwp", "sheet.authorities.2026.energy")]
    asked += [["explain", f"sheet.{OTHER}.2026.energy"], ["totals"], ["indicators", "--period", "2026"]]
    said = [sobria(national, *one, lang=lang).stdout for one in asked]
    said += [out.read_text("utf-8"), text(national, "reen", lang=lang), text(national, "beges", lang=lang)]
    for one in map(plain, said):
        assert all(words in one for words in PAIR[lang]), one
    later = sobria(national, "indicators", "--period", "2026-T2", lang=lang).stdout
    assert PAIR[lang][0] not in plain(later)


@pytest.mark.parametrize("screen", ["accueil", "mesures", "synthese", "explication"])
def test_each_page_says_it(national: Path, monkeypatch: pytest.MonkeyPatch, screen: str) -> None:
    monkeypatch.setenv("SOBRIA_HOME", str(national))
    said = plain(page(screen, "fr", territoire="all", id="total.energy"))
    assert all(words in said for words in PAIR["fr"])


def test_json_tells_which_files_and_why(national: Path) -> None:
    [pair] = json.loads(sobria(national, "totals", "--json").stdout)["reasoned"]
    assert {one["territory"] for one in pair["of"]} == {NANCY, OTHER} and pair["same"]
    assert pair["months"] == [202601, 202603] and pair["why"] == "deux sites d'un même contrat"
    body = json.loads(sobria(national, "report", "reen-rollup", "--period", "2026", "--json").stdout)
    assert body["reasoned"] == [pair]


def test_two_names_of_one_code_are_said_and_what_was_taken_out_is_not(tmp_path: Path) -> None:
    """Vandœuvre's 2025, then Nancy's 2026 under its code: all is told under the last name."""
    for year, by in (("2025", "Vandœuvre"), ("2026", "Nancy")):
        case(Register(tmp_path / by), "Courrier", OTHER, "courrier")
        built(tmp_path / by, run("courrier", 3, f"{year}-03", requests=500.0))
        told = published_groups(facts(tmp_path / by, OTHER, by=by, period=year)).model_dump_json()
        (tmp_path / f"{year}.json").write_text(told, "utf-8")
        merge(tmp_path / "home", [tmp_path / f"{year}.json"], why="communes réunies" if by == "Nancy" else "")
    said = plain(sobria(tmp_path / "home", "totals").stdout)
    for words in ("Deux collectivités peut-être", "Nancy (année 2026)", "Vandœuvre (année 2025)", "communes réunies"):
        assert words in said
    assert "Compté deux fois" not in said
    remove(tmp_path / "home", f"{OTHER}_2025.json", Author(who="Service énergie", why="code faux"))
    assert "Deux collectivités" not in plain(sobria(tmp_path / "home", "totals").stdout)


def test_a_reason_that_nothing_needed_is_not_said(tmp_path: Path) -> None:
    """3.21 and 4.56 kWh of two communes."""
    (tmp_path / "files").mkdir()
    kwh = {NANCY: 3.21, OTHER: 4.56}
    files = [_published(tmp_path / "files", code, run("chat", kwh[code], requests=700.0)) for code in kwh]
    merge(tmp_path / "home", files, why="essai")
    assert json.loads(sobria(tmp_path / "home", "totals", "--json").stdout)["reasoned"] == []
