"""The period of the yearly review of a territory: chosen as every report chooses it, or asked; one authority without it
decides for nobody, and what is of other months is said, by whom and how much."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from estimator.builds.merged_groups import merge
from estimator.core.errors import LANGUAGES
from estimator.governance.register.register import Register
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.publications.groups_file import published_groups
from estimator.reporting.publications.reen_rollup import rollup
from estimator.reporting.publications.territory_files import FilesRefused, read_files, read_merged
from tests.reporting.authority import case, facts, plain, rows_of, run
from tests.support import built, refuses, sobria

# kWh at a desk of each commune, by month; and the periods that each publishes. 54012 has nothing of 2027.
READ = {"54010": {"2025-11": 6.0, "2026-02": 1.0}, "54011": {"2025-12": 3.0}, "54012": {"2026-01": 2.0, "2026-05": 4.0}}
FILES = {"54010": ["2025", "2026"], "54011": ["2025"], "54012": ["2026-T1", "2026-T2", "2027"]}


@pytest.fixture(scope="module")
def national(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three communes, their files merged: 9 kWh of 2025 and 7 of 2026, and an empty file of 2027."""
    home, folder = tmp_path_factory.mktemp("national"), tmp_path_factory.mktemp("files")
    for code, read in READ.items():
        alone = tmp_path_factory.mktemp(code)
        case(Register(alone), "Courrier", code, "courrier")
        built(alone, *(run("courrier", kwh, month, requests=500.0) for month, kwh in read.items()))
        for period in FILES[code]:
            made = published_groups(facts(alone, code, period=period, by=f"Mairie {code}"))
            (folder / f"{code}-{period}.json").write_text(made.model_dump_json(), "utf-8")
    merge(home, sorted(folder.iterdir()))
    return home


def _kwh(home: Path, **asked: Any) -> dict[str, float]:
    """The electricity of the machines of each commune of a review."""
    return {file.territory: sum(file.proof_kwh.values()) for file in read_merged(home, **asked).files}


def test_an_empty_file_of_a_year_to_come_does_not_choose_the_period(national: Path) -> None:
    """The last month known is of May 2026: 1 + 2 + 4 of 16 kWh; 9 of 16 are of 2025, nothing of 2027."""
    review = read_merged(national)
    assert str(review.period) == "2026" and _kwh(national) == pytest.approx({"54010": 1, "54012": 6})
    assert review.left_out_share == pytest.approx(9 / 16)
    assert [(one.territory, one.period, one.nothing) for one in review.left_out] == [
        ("54010", "2025", False),
        ("54011", "2025", False),
        ("54012", "2027", True),
    ]
    assert review.source.several == ("54012",), "two quarters"
    body = json.loads(sobria(national, "report", "reen-rollup", "--json").stdout)
    assert body["period"] == "2026" and body["missing"] == ["54011"] and body["months"]["54012"] == [202601, 202605]
    assert [one["energy"]["central"] is None for one in body["left_out"]] == [False, False, True]


def test_what_is_of_other_months_is_said_of_each_authority(national: Path, tmp_path: Path) -> None:
    out = tmp_path / "bilan.txt"
    told = plain(sobria(national, "report", "reen-rollup", "--out", str(out)).stdout)
    said = plain(out.read_text("utf-8"))
    lead = "la période « année 2026 ». D'autres mois ont été remis, qui n'y sont pas : année 2025, année 2027 ; ils ont"
    for text in (told, said):
        assert f"{lead} 56 % de l'électricité" in text
    assert "Sans fichier de cette période (1)" in said and "Commune 54011 (a remis : année 2025)" in said
    assert (
        "Commune 54010 : année 2025, entre" in said
        and "Commune 54012 : année 2027, aucun usage mesuré ni déclaré" in said
    )
    assert "Commune 54012 : plusieurs fichiers" in said
    english = plain(rendered(rollup(read_merged(national), "en"), "txt"))
    assert "they have 56% of the electricity" in english and "54012: year 2027, no use measured or declared" in english
    lines = rows_of(rendered(rollup(read_merged(national), "fr"), "csv"), ";")
    [line] = [row for row in lines if row["territoire"] == "54010" and "hors des sommes" in row["texte"]]
    assert line["central"] == "" and "année 2025" in plain(line["texte"])


@pytest.mark.parametrize(
    ("period", "found"),
    [
        ("2025", {"54010": 6, "54011": 3}),
        ("2026-T1", {"54010": 1, "54012": 2}),
        ("2026-05", {"54010": 0, "54012": 4}),
        ("2025-11..2026-02", {"54010": 7, "54011": 3, "54012": 2}),
        ("2027", {"54012": 0}),
    ],
)
def test_a_period_that_is_asked_has_its_months_whatever_the_files(
    national: Path, period: str, found: dict[str, float]
) -> None:
    """The sums are of the months asked, in files of a year or of a quarter; all else is told to be of other months."""
    review = read_merged(national, period=period)
    assert _kwh(national, period=period) == pytest.approx(found)
    out = 16 - sum(found.values())
    assert review.left_out_share == pytest.approx(out / 16)
    assert sum(one.read_kwh for one in review.left_out) == pytest.approx(out)


def test_an_authority_without_a_measure_of_the_period_is_no_zero(national: Path) -> None:
    """In May, 54010 has a file of the year and no group: nothing recorded, in words, in no figure."""
    said = plain(rendered(rollup(read_merged(national, period="2026-05"), "fr"), "txt"))
    assert (
        "Sans aucun usage mesuré ni déclaré sur cette période (1), ce qui ne veut pas dire rien d'utilisé : Commune"
        in said
    )
    assert "Connue de : 1 sur 2" in said
    [file] = [file for file in read_merged(national, period="2027").files]
    assert file.nothing and all(figure.central is None for figure in file.figures.values())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_command_of_the_terminal_makes_the_same_review(national: Path, tmp_path: Path, lang: str) -> None:
    """As the terminal says it where the review is written, and the review, which officials read, does not; in the home
    of the groups, then of a folder of files, where that folder is."""
    asked = ["report", "reen-rollup", "--period", "2025", "--communes", "54010,54999"]
    first, out = sobria(national, *asked, lang=lang).stdout, str(tmp_path / "bilan.txt")
    again = _said(sobria(national, *asked, "--out", out, lang=lang).stdout)
    assert sobria(national, *again, lang=lang).stdout == first and "54999" in first and "sobria report" not in first


def test_the_command_of_the_terminal_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "nos communes"
    _reen_files(tmp_path / "home", folder)
    monkeypatch.chdir(tmp_path)
    asked = ("report", "reen-rollup", str(folder), "--period", "2026")
    first, said = (sobria(tmp_path / "home", *asked, *out).stdout for out in ((), ("--out", "bilan.txt")))
    assert sobria(tmp_path / "home", *_said(said)).stdout == first and "là où est le dossier nos" in plain(said)


def _said(text: str) -> list[str]:
    """The command that the terminal says, without its first word."""
    [found] = re.findall(r"sobria (report reen-rollup .*?)\. (?:Ouvrir|To open)", plain(text))
    return shlex.split(found)


def _reen_files(home: Path, folder: Path) -> None:
    """2 kWh of 2025 and 3 of 2026 of one commune, a file each."""
    folder.mkdir()
    case(Register(home), "Courrier", "54010", "courrier")
    built(home, run("courrier", 2, "2025-03", requests=500.0), run("courrier", 3, requests=500.0))
    for year in ("2025", "2026"):
        command = ["report", "reen-file", "--territory", "54010", "--period", year, "--out"]
        sobria(home, *command, str(folder / f"{year}.json"))


def test_files_of_other_periods_are_set_aside_where_one_is_asked(tmp_path: Path) -> None:
    """Without --period they are refused, as before, and the refusal says that one can be asked."""
    folder = tmp_path / "communes"
    _reen_files(tmp_path / "home", folder)
    with pytest.raises(FilesRefused, match="choose a period here with --period"):
        read_files(folder)
    review = read_files(folder, period="2025")
    assert [file.period for file in review.files] == ["2025"] and review.left_out_share == pytest.approx(3 / 5)
    with refuses("reen_no_period", "2025, 2026"):
        read_files(folder, period="2024")


def test_codes_and_periods_that_are_none_are_refused(national: Path, tmp_path: Path) -> None:
    for lang, words in (("fr", "Corrigez-les"), ("en", "Correct them")):
        said = sobria(national, "report", "reen-rollup", "--communes", "54010,abc", code=1, lang=lang).stderr
        assert "abc" in said and words in said and "54395" in said
    (tmp_path / "attendues.txt").write_text("54010 Nancy\n", "utf-8")
    with refuses("communes_expected", "attendues.txt: “Nancy” was read"):
        read_files(tmp_path)
    said = plain(sobria(national, "report", "reen-rollup", "--period", "2024", code=1).stderr)
    assert "Périodes remises : 2025, 2026, 2026-T1, 2026-T2, 2027" in said and "--period" in said


def test_the_measurements_of_the_home_itself_are_said_to_be_in_no_sum(national: Path, tmp_path: Path) -> None:
    """5 kWh of its own in 2026, beside the groups of others: 7 kWh as before."""
    home = tmp_path / "metropole"
    built(home, run("siege", 5))
    merge(home, sorted((national / "authorities").glob("*.json")))
    review = read_merged(home)
    assert sum(_kwh(home).values()) == pytest.approx(7) and review.source.own and review.source.own.central
    assert "ses propres mesures de cette période" in plain(rendered(rollup(review, "fr"), "txt"))
    assert read_merged(home, period="2025").source.own is None
