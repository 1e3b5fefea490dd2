"""Groups that are merged where the same is counted already: refused before anything is written, with what to do."""

import json
from pathlib import Path

import pytest

from estimator.builds.merged_groups import merged_files
from estimator.builds.published_groups import PublishedGroups
from estimator.governance.register.register import Register
from tests.dashboard.test_dashboard_pages import page
from tests.reporting.authority import case, letters_file, plain, run, text
from tests.support import built, kept, sobria

CODE = "54010"
SAID = {
    "fr": ("Ce dossier compte déjà, par lui-même, des usages de 54010 (2026-03)", "dans un dossier neuf"),
    "en": ("This home already counts, by itself, uses of 54010 (2026-03)", "in a new home"),
}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A commune with 2 kWh in March 2026."""
    return letters_file(tmp_path_factory.mktemp("communes") / "commune", CODE)


def _home(folder: Path, commune: str, kwh: float = 1.0, month: str = "2026-03") -> Path:
    case(Register(folder), "Chat", commune, "chat")
    built(folder, run("chat", kwh, month, requests=300.0))
    return folder


@pytest.mark.parametrize("lang", kept(SAID, "fr"))
def test_a_home_with_uses_of_the_same_commune_in_these_months_does_not_merge_it(
    file: Path, tmp_path: Path, lang: str
) -> None:
    home = _home(tmp_path, CODE)
    said = plain(sobria(home, "ledger", "merge", str(file), code=1, lang=lang).stderr)
    assert all(words in said for words in SAID[lang]) and "54010.json" in said and "withdraw" in said
    assert merged_files(home) == [] and not (home / "authorities").exists()


@pytest.mark.parametrize(("commune", "month"), [("metropole", "2026-03"), (CODE, "2025-12")])
def test_uses_of_others_or_of_other_months_stay_beside(file: Path, tmp_path: Path, commune: str, month: str) -> None:
    """1 kWh at the desks of the métropole, or of the commune before its file: 3 kWh in all."""
    home = _home(tmp_path, commune, month=month)
    sobria(home, "ledger", "merge", str(file))
    assert [one.territory for one in merged_files(home)] == [CODE]


def test_the_same_lines_are_found_without_a_register(file: Path, tmp_path: Path) -> None:
    """The métropole read the 2 kWh of the commune too, under another name of service, and registered nothing."""
    built(tmp_path, run("autre nom", 2, requests=500.0))
    for lang, words in (("fr", "a lu les mêmes lignes (autre nom)"), ("en", "read the same lines (autre nom)")):
        assert words in plain(sobria(tmp_path, "ledger", "merge", str(file), code=1, lang=lang).stderr)
    built(tmp_path / "apart", run("autre nom", 3, requests=500.0))
    sobria(tmp_path / "apart", "ledger", "merge", str(file))


FRENCH = ("fr", "comptent deux fois")


@pytest.mark.parametrize(("lang", "words"), kept([FRENCH, ("en", "count twice")], FRENCH))
def test_lines_that_come_after_their_groups_are_said_to_count_twice(
    file: Path, tmp_path: Path, lang: str, words: str
) -> None:
    """The 2 kWh of the commune, as its groups, then as its lines: said by the totals and by an import, with what to
    withdraw."""
    sobria(tmp_path, "ledger", "merge", str(file))
    assert words not in sobria(tmp_path, "totals", lang=lang).stdout
    built(tmp_path, run("autre nom", 2, requests=500.0))
    said = plain(sobria(tmp_path, "totals", lang=lang).stdout)
    assert words in said and "(autre nom)" in said and "withdraw --file" in said
    imported = sobria(tmp_path, "import", str(Path(__file__).parents[2] / "docs" / "modele-declaration.csv"), lang=lang)
    assert words in plain(imported.stderr)


def test_an_import_beside_a_damaged_file_of_groups_is_written_and_said_so(file: Path, tmp_path: Path) -> None:
    """The totals refuse that file, and say what to do; the import did what was asked of it."""
    sobria(tmp_path, "ledger", "merge", str(file))
    (held,) = (tmp_path / "authorities").glob("*.json")
    held.write_text("{", "utf-8")
    model = Path(__file__).parents[2] / "docs" / "modele-declaration.csv"
    assert sobria(tmp_path, "import", str(model)).stdout
    assert held.name in plain(sobria(tmp_path, "totals", code=1).stderr)


@pytest.fixture(scope="module")
def doubled(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The 2 kWh of the commune as its groups, then the same lines, and 5 kWh of the métropole in April: 9 kWh told, of
    which 2 count twice."""
    home = tmp_path_factory.mktemp("doubled")
    sobria(home, "ledger", "merge", str(file))
    case(Register(home), "Siège", "metropole", "siege")
    built(home, run("autre nom", 2, requests=500.0), run("siege", 5, "2026-04", requests=500.0))
    return home


TWICE = {
    "fr": "Compté deux fois dans ces chiffres, par des groupes réunis et par des mesures de ce dossier : Commune 54010",
    "en": "Counted twice in these figures, by merged groups and by measurements of this home: Commune 54010",
}


@pytest.mark.parametrize("lang", TWICE)
def test_what_counts_twice_is_said_by_every_document_of_the_whole_territory(doubled: Path, lang: str) -> None:
    """March is in the year and not in April; the métropole counts its own 5 kWh once."""
    month = {"fr": "(mars 2026)", "en": "(March 2026)"}[lang]
    for kind in ("reen", "beges", "budget-vert"):
        assert f"{TWICE[lang]} {month}" in plain(text(doubled, kind, lang=lang))
    said = plain(sobria(doubled, "indicators", "--period", "2026", lang=lang).stdout)
    assert TWICE[lang] in said
    assert TWICE[lang] not in plain(sobria(doubled, "indicators", "--period", "2026-04", lang=lang).stdout)
    assert TWICE[lang] not in plain(text(doubled, "reen", "metropole", lang))


@pytest.mark.parametrize(
    ("screen", "lang"), [("accueil", "fr"), ("mesures", "en"), ("synthese", "fr"), ("explication", "fr")]
)
def test_each_page_says_what_counts_twice(
    doubled: Path, monkeypatch: pytest.MonkeyPatch, screen: str, lang: str
) -> None:
    monkeypatch.setenv("SOBRIA_HOME", str(doubled))
    assert TWICE[lang] in plain(page(screen, lang, territoire="all", id="total.energy"))


def test_json_and_verify_tell_which_months_count_twice(doubled: Path, file: Path, tmp_path: Path) -> None:
    """Unknown where no group is merged; none where nothing counts twice."""
    told = {CODE: [202603]}
    assert json.loads(sobria(doubled, "totals", "--json").stdout)["counted_twice"] == told
    assert (
        json.loads(sobria(doubled, "indicators", "--period", "2026", "--json").stdout)["outside"]["counted_twice"]
        == told
    )
    assert json.loads(sobria(doubled, "ledger", "verify", "--json").stdout)["counted_twice"] == told
    said = plain(sobria(doubled, "ledger", "verify").stdout)
    assert "comptent deux fois" in said and "(autre nom)" in said and "rien ne manque" not in said
    sobria(tmp_path / "merged", "ledger", "merge", str(file))
    built(tmp_path / "own", run("autre nom", 2))
    for home, expected in (("merged", {}), ("own", None)):
        assert json.loads(sobria(tmp_path / home, "totals", "--json").stdout)["counted_twice"] == expected


@pytest.mark.parametrize(
    ("lang", "words"), [("fr", "Elles ne s'ajoutent pas à ces sommes"), ("en", "They do not add to these sums")]
)
def test_a_review_of_groups_says_that_what_the_home_counts_is_in_it_already(
    doubled: Path, tmp_path: Path, lang: str, words: str
) -> None:
    """Its sums are of the groups alone, 2 kWh on each site: nothing counts twice in them, and the 7 kWh beside them do
    not add."""
    body = json.loads(sobria(doubled, "report", "reen-rollup", "--period", "2026", "--json").stdout)
    assert body["counted_twice"] == {CODE: [202603]}
    out = tmp_path / "review.txt"
    sobria(doubled, "report", "reen-rollup", "--period", "2026", "--out", str(out), lang=lang)
    said = plain(out.read_text("utf-8"))
    assert words in said and "54010" in said and TWICE[lang] not in said


@pytest.mark.parametrize("number", ["total.energy", "sheet.all.2026.energy"])
def test_an_explained_total_says_what_it_counts_twice(doubled: Path, number: str) -> None:
    """On the error output, beside its JSON too; a service of the home says nothing."""
    for asked in ([], ["--json"]):
        assert "comptent deux fois" in plain(sobria(doubled, "explain", number, *asked).stderr)
    assert sobria(doubled, "explain", "service.siege.energy").stderr == ""


def test_months_of_which_a_file_tells_no_group_do_not_count_twice(file: Path, tmp_path: Path) -> None:
    """The file of 2026 tells of March alone: the commune's uses of May are counted once, by the home."""
    sobria(_home(tmp_path, CODE, month="2026-05"), "ledger", "merge", str(file))
    assert json.loads(sobria(tmp_path, "totals", "--json").stdout)["counted_twice"] == {}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_file_that_withholds_all_is_not_merged_where_its_uses_are_counted(
    file: Path, tmp_path: Path, lang: str
) -> None:
    """Two small uses in March, told as withheld, beside the commune's own March, or before it."""
    body = json.loads(file.read_text("utf-8"))
    body |= {"groups": [], "servings": [], "withheld": 2, "uses_withheld": 2, "withheld_kwh": 2.0, "digest": ""}
    body["review"] |= {"services": [], "months": []}
    small = tmp_path / "small.json"
    small.write_text(PublishedGroups.model_validate_json(json.dumps(body)).sealed().model_dump_json(), "utf-8")
    home, later = _home(tmp_path / "home", CODE), tmp_path / "later"
    said = plain(sobria(home, "ledger", "merge", str(small), code=1, lang=lang).stderr)
    assert {"fr": "Ce fichier retient des usages de 54010", "en": "This file withholds uses of 54010"}[lang] in said
    assert "2026-03" in said and merged_files(home) == []
    sobria(tmp_path / "before", "ledger", "merge", str(small))
    sobria(_home(tmp_path / "other", CODE, month="2025-12"), "ledger", "merge", str(small))
    sobria(later, "ledger", "merge", str(small))
    said = plain(sobria(_home(later, CODE), "totals", lang=lang).stdout)
    assert {"fr": "qui les disent retenus", "en": "which say that they are withheld"}[lang] in said
    assert json.loads(sobria(later, "totals", "--json").stdout)["counted_twice"] == {}
