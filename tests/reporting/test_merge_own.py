"""Groups that are merged where the same is counted already: refused before anything is written, with what to do."""

from pathlib import Path

import pytest

from estimator.builds.merged_groups import merge, merged_files
from estimator.builds.published_groups import PublishedGroups
from estimator.governance.register.register import Register
from estimator.reporting.publications.groups_file import published_groups
from tests.reporting.authority import case, facts, plain, run
from tests.support import built, sobria

CODE = "54010"
SAID = {
    "fr": ("Ce dossier compte déjà, par lui-même, des usages de 54010 (2026-03)", "dans un dossier neuf"),
    "en": ("This home already counts, by itself, uses of 54010 (2026-03)", "in a new home"),
}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A commune with 2 kWh in March 2026."""
    home = tmp_path_factory.mktemp("commune")
    case(Register(home), "Courrier", CODE, "courrier")
    built(home, run("courrier", 2, requests=500.0))
    path = tmp_path_factory.mktemp("files") / "54010.json"
    path.write_text(published_groups(facts(home, CODE)).model_dump_json(), "utf-8")
    return path


def _home(folder: Path, commune: str, kwh: float = 1.0, month: str = "2026-03") -> Path:
    case(Register(folder), "Chat", commune, "chat")
    built(folder, run("chat", kwh, month, requests=300.0))
    return folder


@pytest.mark.parametrize("lang", SAID)
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


def test_a_damaged_review_is_no_fault_of_the_command(file: Path, tmp_path: Path) -> None:
    """What it cannot compare, it merges: the review itself is checked when it is made."""
    held = PublishedGroups.model_validate_json(file.read_bytes())
    for number, services in enumerate(("x", [1], [{"months": [1]}], [{"months": {"mars": "0"}}])):
        path = tmp_path / f"{number}.json"
        path.write_text(held.model_copy(update={"review": {"services": services}}).sealed().model_dump_json(), "utf-8")
        assert merge(tmp_path / f"home{number}", [path])
        sobria(_home(tmp_path / f"own{number}", "metropole"), "ledger", "merge", str(path))


@pytest.mark.parametrize(("lang", "words"), [("fr", "comptent deux fois"), ("en", "count twice")])
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
