"""What the review of a territory says of its files: months counted twice, months over, parts that are not known."""

import json
from pathlib import Path
from typing import Any

import pytest

from estimator.builds.merged_groups import merge
from estimator.builds.published_groups import PublishedGroups
from estimator.governance.register.register import Register
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.publications.groups_file import published_groups
from estimator.reporting.publications.reen_file import commune_file
from estimator.reporting.publications.reen_rollup import rollup
from estimator.reporting.publications.territory_files import read_files, read_merged
from estimator.reporting.publications.territory_review import TerritoryReview
from tests.reporting.authority import case, facts, plain, rows_of, run
from tests.support import built, sobria

ONE, OTHER = "54395", "54547"
MARCH, APRIL, MAY = "2026-03", "2026-04", "2026-05"
SAID = {"fr": "disent exactement les mêmes chiffres ({})", "en": "tell exactly the same amounts ({})"}


def _home(folder: Path, code: str, *read: tuple[float, str]) -> Path:
    """The home of a commune, with one assistant and its kWh of months."""
    case(Register(folder / code), "Assistant", code, "assistant")
    built(folder / code, *(run("assistant", kwh, month, requests=500.0) for kwh, month in read))
    return folder / code


def _groups(home: Path, code: str, period: str = "2026", **kept: Any) -> PublishedGroups:
    made = published_groups(facts(home, code, period=period))
    return made.model_copy(update=kept).sealed()


def _merged(folder: Path, *files: PublishedGroups) -> Path:
    for number, file in enumerate(files):
        (folder / f"{number}.json").write_text(file.model_dump_json(), "utf-8")
    merge(folder / "national", sorted(folder.glob("*.json")), why="un service partagé")
    return folder / "national"


def _said(review: TerritoryReview, lang: str) -> str:
    return plain(rendered(rollup(review, lang), "txt"))


@pytest.fixture
def two(tmp_path: Path) -> dict[str, Path]:
    """5 kWh of March and 2 of April that both read; 90 of May in one, 30 in the other."""
    shared = ((5.0, MARCH), (2.0, APRIL))
    return {c: _home(tmp_path, c, *shared, (kwh, MAY)) for c, kwh in ((ONE, 90.0), (OTHER, 30.0))}


def test_months_counted_twice_have_their_own_electricity(two: dict[str, Path], tmp_path: Path) -> None:
    """5 + 2 kWh of two months, and not the 97 of the three."""
    review = read_merged(_merged(tmp_path, *(_groups(home, code) for code, home in two.items())))
    [twice] = review.twice()
    assert twice.energy and twice.months == 2 and twice.energy.central == pytest.approx(7, rel=1e-3)
    assert review.as_dict()["twice"][0]["energy"]["central"] == pytest.approx(7, rel=1e-3)
    assert "(2 mois, électricité : 6,9" in _said(review, "fr") and "(2 months, electricity: 6.9" in _said(review, "en")


def test_files_that_tell_more_months_give_no_amount_of_these(two: dict[str, Path], tmp_path: Path) -> None:
    """Each file has one electricity of its three months: the two that both count are said alone. Where a file has no
    other month, its own is said."""
    (tmp_path / "communes").mkdir()
    for code, home in two.items():
        held = commune_file(facts(home, code, by=""))
        (tmp_path / f"communes/{code}.json").write_text(held.model_dump_json(), "utf-8")
    review = read_files(tmp_path / "communes")
    assert [twice.energy for twice in review.twice()] == [None]
    assert review.as_dict()["twice"][0]["energy"] == {"low": None, "central": None, "high": None}
    assert SAID["fr"].format("2 mois") in _said(review, "fr") and SAID["en"].format("2 months") in _said(review, "en")
    held = commune_file(facts(two[OTHER], OTHER, by="", period="2026-03..2026-04"))
    body = held.model_dump(mode="json") | {"period": "2026"}
    (tmp_path / f"communes/{OTHER}.json").write_text(json.dumps(body), "utf-8")
    [twice] = read_files(tmp_path / "communes").twice()
    assert twice.energy and twice.energy.central == pytest.approx(7, rel=1e-3)


def test_months_to_come_were_not_handed_over(two: dict[str, Path], tmp_path: Path) -> None:
    """A file of the year written in November: the review of its first quarter leaves out April to October."""
    file = _groups(two[ONE], ONE, made_at="2026-11-20T10:00:00+01:00")
    home = _merged(tmp_path, file)
    assert [one.period for one in read_merged(home, period="2026-T1").left_out] == ["2026-04..2026-10"]
    text = plain(sobria(home, "report", "reen-rollup", "--period", "2026-T1").stdout)
    assert "avril 2026 à octobre 2026" in text and "décembre" not in text


def test_the_sums_say_how_many_months_they_have(two: dict[str, Path], tmp_path: Path) -> None:
    review = read_merged(_merged(tmp_path, *(_groups(home, code) for code, home in two.items())))
    assert "année 2026 (3 mois sur 12)" in rollup(review, "fr").kind.replace("\xa0", " ")
    assert "(3 months of 12)" in rollup(review, "en").kind.replace("\xa0", " ")


@pytest.mark.parametrize(
    "kept", [{"withheld": 2, "uses_withheld": 2, "withheld_kwh": 40.0}, {"withheld": None, "withheld_kwh": None}]
)
def test_a_commune_that_withholds_some_is_known_in_part(
    two: dict[str, Path], tmp_path: Path, kept: dict[str, Any]
) -> None:
    """One of two withholds some groups, of an electricity that it tells or not."""
    files = _groups(two[ONE], ONE), _groups(two[OTHER], OTHER, **kept)
    review = read_merged(_merged(tmp_path, *files))
    assert [file.territory for file in review.knowing_partly("energy")] == [OTHER]
    assert review.as_dict()["indicators"]["energy"]["communes_partly"] == 1
    assert "2 sur 2, dont 1 en partie" in _said(review, "fr") and "1 of them in part" in _said(review, "en")


@pytest.mark.parametrize(
    ("lang", "words"),
    [("fr", "groupes sont hors de ces chiffres"), ("en", "some groups are out of these figures")],
)
def test_a_quarter_of_what_withholds_some_of_a_year_says_it(
    two: dict[str, Path], tmp_path: Path, lang: str, words: str
) -> None:
    """What is withheld is told of the year: of a quarter, that some is, under its name, of unknown share."""
    files = _groups(two[ONE], ONE), _groups(two[OTHER], OTHER, withheld=2, uses_withheld=2, withheld_kwh=40.0)
    review = read_merged(_merged(tmp_path, *files), period="2026-T1")
    text = _said(review, lang)
    rows = rows_of(str(rendered(rollup(review, lang), "csv")), ";")
    told = {row["territoire"]: row for row in rows if row["indicateur"] == "energy" and row["unite"]}
    assert words in text and words in plain(told[OTHER]["texte"]) and words not in plain(told[ONE]["texte"])
    assert told[OTHER]["couvre"] == "" and told[ONE]["couvre"] != ""


@pytest.mark.parametrize(
    ("lang", "words"),
    [("fr", "Aucun des services que nomment ces fichiers"), ("en", "that they withhold cannot")],
)
def test_only_services_that_files_name_are_compared(tmp_path: Path, lang: str, words: str) -> None:
    review = read_merged(_merged(tmp_path, _groups(_home(tmp_path, ONE, (5.0, MARCH)), ONE)))
    assert words in _said(review, lang)


@pytest.mark.parametrize(
    ("lang", "out", "minimums"),
    [
        (
            "fr",
            "retire de son dossier le fichier qui le mesure et remet le sien",
            "ferait de toutes ces sommes des min",
        ),
        ("en", "withdraws from its home the file that measures it and hands", "make all these sums minimums"),
    ],
)
def test_what_is_counted_twice_is_taken_out_by_withdrawing_its_file(
    two: dict[str, Path], tmp_path: Path, lang: str, out: str, minimums: str
) -> None:
    """In the review without a command, as all that is printed; the command is for who writes it. Done at one of the
    two, with March, April and May in one file: nothing is counted twice, and nothing waits for a use."""
    home = _merged(tmp_path, *(_groups(two[code], code) for code in two))
    asked = ("report", "reen-rollup", "--period", "2026", "--out", str(tmp_path / "out.html"))
    said = plain(sobria(home, *asked, lang=lang).stdout)
    printed = _said(read_merged(home), lang)
    assert out in printed and "ledger withdraw" not in printed
    assert "sobria ledger withdraw --file" in said and minimums in said
    own = _home(tmp_path / "again", ONE, (90.0, MAY))
    alone = _merged(tmp_path / "again", _groups(own, ONE), _groups(two[OTHER], OTHER))
    assert not any(one.certain for one in read_merged(alone).twice())
    assert "ledger withdraw" not in plain(sobria(alone, *asked, lang=lang).stdout)
