"""What the sheet of a commune says its figures lack: its file hands it over, and the review of a territory says it."""

import json
from pathlib import Path
from typing import Any

import pytest

from estimator.core.errors import LANGUAGES
from estimator.governance.register.register import Register
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.publications.reen_file import commune_file
from estimator.reporting.publications.reen_rollup import rollup
from estimator.reporting.publications.territory_files import read_files
from tests.dashboard.test_coverage import COUNTS_ALONE
from tests.reporting.authority import case, facts, plain, rows_of, run, text
from tests.support import activity, built

ONE, OTHER = "54395", "54547"
GAPS = {
    "fr": "ors de ces chiffres, faute de données : Eau (juillet 2026 à août 2026)",
    "en": "ot in these figures, for lack of data: Eau (July 2026 to August 2026)",
}
UNKNOWN = {
    "fr": "lectricité non connue, hors de ces chiffres : au moins 1 exécution",
    "en": "lectricity not known, not in these figures: at least 1 run",
}
PARTLY = {"fr": "2 sur 2, dont 1 en partie", "en": "2 of 2, 1 of them in part"}
UNSAID = {"fr": "2 sur 2, dont 1 peut-être en partie", "en": "2 of 2, 1 of them in part perhaps"}
BEFORE = {"fr": "ne dit pas ce qui manque à ces chiffres", "en": "does not say what these figures lack"}


def _unknown(service: str, month: str, requests: float = 500.0) -> Any:
    return activity(f"{month}-06T10:00:00", service_key=service, **COUNTS_ALONE | {"requests": requests})


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The letters take 1 kWh a month from January to August, July's being unknown; the water stops after June."""
    home = tmp_path / ONE
    for name in ("Courrier", "Eau"):
        case(Register(home), name, ONE)
    rows = [run("courrier", 1, f"2026-{n:02}", requests=500.0) for n in (1, 2, 3, 4, 5, 6, 8)]
    rows += [run("eau", 1, f"2026-{n:02}", requests=500.0) for n in range(1, 7)]
    built(home, *rows, _unknown("courrier", "2026-07"))
    return home


def _folder(home: Path, tmp_path: Path, *left: str) -> Path:
    """Its file, without these fields, beside that of a commune that lacks nothing."""
    case(Register(tmp_path / OTHER), "Voirie", OTHER)
    built(tmp_path / OTHER, run("voirie", 2, requests=500.0))
    folder = tmp_path / "communes"
    folder.mkdir()
    for code, of in ((ONE, home), (OTHER, tmp_path / OTHER)):
        body = commune_file(facts(of, code)).model_dump(mode="json")
        body = {name: value for name, value in body.items() if code != ONE or name not in left}
        (folder / f"{code}.json").write_text(json.dumps(body), "utf-8")
    return folder


def _of(rows: list[dict[str, str]], code: str) -> dict[str, str]:
    return next(row for row in rows if (row["territoire"], row["indicateur"]) == (code, "energy"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_review_says_what_the_sheet_of_a_commune_does(home: Path, tmp_path: Path, lang: str) -> None:
    """7 kWh of the letters and 6 of the water, without the run of July nor the water of July and August: one commune of
    two knows a part of its electricity, and how much of it is not known."""
    said = plain(text(home, "reen", ONE, lang))
    assert GAPS[lang] in said and UNKNOWN[lang] in said
    review = read_files(_folder(home, tmp_path))
    told = plain(rendered(rollup(review, lang), "txt"))
    assert GAPS[lang] in told and UNKNOWN[lang] in told and PARTLY[lang] in told and BEFORE[lang] not in told
    rows = rows_of(str(rendered(rollup(review, lang), "csv")), ";")
    assert GAPS[lang] in plain(_of(rows, ONE)["texte"]) and UNKNOWN[lang] in plain(_of(rows, ONE)["texte"])
    assert (_of(rows, ONE)["couvre"], _of(rows, OTHER)["couvre"]) == ("", "1")
    gaps = [{"name": "Eau", "periods": ["2026-07..2026-08"]}]
    none = {"gaps": [], "unknown_runs": 0, "unread": False, "lacks_rows": False}
    assert review.as_dict()["lacks"] == {ONE: none | {"gaps": gaps, "unknown_runs": 1}, OTHER: none}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_file_of_before_is_read_and_not_said_to_be_whole(home: Path, tmp_path: Path, lang: str) -> None:
    """It says nothing of what it lacks: known of two communes, of one perhaps in part; what it covers is not said."""
    review = read_files(_folder(home, tmp_path, "lacks"))
    told = plain(rendered(rollup(review, lang), "txt"))
    assert UNSAID[lang] in told and BEFORE[lang] in told and GAPS[lang] not in told and UNKNOWN[lang] not in told
    rows = rows_of(str(rendered(rollup(review, lang), "csv")), ";")
    assert (_of(rows, ONE)["couvre"], _of(rows, OTHER)["couvre"]) == ("", "1")
    body = review.as_dict()
    assert body["lacks"][ONE] is None and body["indicators"]["energy"]["communes_unsaid"] == 1


def test_the_file_of_a_commune_says_nothing_of_a_use_that_is_not_told_there(tmp_path: Path) -> None:
    """« Petit » and « Infime » have 9 requests a month: merged, neither their months nor their unknown run leave."""
    for name in ("Courrier", "Agenda", "Petit", "Infime"):
        case(Register(tmp_path), name, ONE, service=name)
    rows = [run(key, 9, f"2026-{n:02}", requests=500.0) for key in ("courrier", "agenda") for n in range(1, 7)]
    rows += [run("petit", 1, f"2026-{n:02}", requests=9.0) for n in (1, 2, 4)]
    rows += [run("infime", 1, f"2026-{n:02}", requests=9.0) for n in (1, 2, 3, 5)]
    built(tmp_path, *rows, _unknown("petit", "2026-04", 9.0))
    lacks = commune_file(facts(tmp_path, ONE)).lacks
    assert lacks is not None and (lacks.gaps, lacks.unknown_runs) == ((), 0)
