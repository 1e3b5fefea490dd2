"""What `ledger merge`, `ledger withdraw --file` and `report groups` say of what they did, and what they refuse."""

import errno
import json
import os
from datetime import date
from pathlib import Path
from unittest.mock import patch

import pytest

from estimator.builds.merged_groups import merged_files
from estimator.core import locks
from estimator.governance.register.register import Register
from estimator.reporting.publications.groups_file import published_groups
from estimator.reporting.publications.territory_files import read_merged
from estimator.results import making
from tests.reporting.authority import case, facts, plain, run
from tests.reporting.test_groups_in_place import WHO, _file
from tests.support import built, refuses, sobria


def test_what_is_merged_while_another_builds_is_said_and_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second of two merges: its files are written, so the code is 0; its totals are not known, and not zero."""
    make, home = making.make_build, tmp_path / "home"
    monkeypatch.setattr(making, "make_build", lambda home, tables, _, *rest: make(home, tables, 0.0, *rest))
    for lang, code, words in (("fr", "54010", "C'est écrit, ne le redites pas"), ("en", "54011", "It is written")):
        (home / "builds").mkdir(parents=True, exist_ok=True)
        with locks.file_lock(home / "builds" / ".lock"):
            said = plain(sobria(home, "ledger", "merge", str(_file(tmp_path, code)), lang=lang).stdout)
        assert words in said and ("1 fichier réuni dans" in said or "1 file merged" in said) and "sobria totals" in said
    with locks.file_lock(home / "builds" / ".lock"):
        body = json.loads(sobria(home, "ledger", "merge", str(_file(tmp_path, "54012")), "--json").stdout)
    assert body["merged"] == ["54012_2026.json"] and body["build"] is None and body["authorities"] is None
    assert body["missing"]["code"] == "build_locked_written"
    assert [file.territory for file in merged_files(home)] == ["54010", "54011", "54012"]
    assert len(json.loads(sobria(home, "totals", "--json").stdout)["authorities"]) == 3


SAME = ("--why", "la même mairie")


def test_a_file_without_a_name_keeps_the_name_that_is_known(tmp_path: Path) -> None:
    """« Mairie de Nancy », then a correction that says no name, then nothing at all of its first file."""
    home = tmp_path / "home"
    sobria(home, "ledger", "merge", str(_file(tmp_path, "54010", by="Mairie de Nancy")))
    unnamed = str(_file(tmp_path, "54010", hour=11, by=""))
    for lang, words in (("fr", "« Mairie de Nancy », dit par un fichier d'avant, est gardé"), ("en", "is kept")):
        apart = tmp_path / lang
        sobria(apart, "ledger", "merge", str(_file(tmp_path, "54010", by="Mairie de Nancy")))
        assert words in plain(sobria(apart, "ledger", "merge", "--replace", *SAME, unnamed, lang=lang).stdout)
    body = json.loads(sobria(home, "ledger", "merge", "--replace", *SAME, unnamed, "--json").stdout)
    assert body["names_kept"] == {"54010": "Mairie de Nancy"} and body["renamed"] == {}
    assert body["authorities"][0]["administration"] == "Mairie de Nancy"
    sobria(home, "ledger", "merge", *SAME, str(_file(tmp_path, "54010", "2027-T1", by="")))
    assert "Commune 54010 Mairie de Nancy" in plain(sobria(home, "ledger", "merge", unnamed).stdout)
    again = json.loads(
        sobria(home, "ledger", "merge", *SAME, str(_file(tmp_path, "54010", "2025", by="Ville")), "--json").stdout
    )
    assert again["renamed"] == {"54010": ["Mairie de Nancy", "Ville"]}


def test_the_review_has_the_name_that_is_known(tmp_path: Path) -> None:
    for code in ("54010", "54011"):
        case(Register(tmp_path / code), "Courrier", code, "courrier")
        built(tmp_path / code, run("courrier", 1, requests=500.0))
    home = tmp_path / "national"
    for by in ("Mairie", ""):
        path = tmp_path / "54010.json"
        path.write_text(published_groups(facts(tmp_path / "54010", "54010", by=by)).model_dump_json(), "utf-8")
        sobria(home, "ledger", "merge", "--replace", *SAME, str(path))
    assert [file.administration for file in read_merged(home).files] == ["Mairie"]


def test_a_file_that_was_taken_out_already_is_said_to_be(tmp_path: Path) -> None:
    """By its name here or as it was received; another file is not known at all."""
    home, path = tmp_path / "home", _file(tmp_path, "54010")
    sobria(home, "ledger", "merge", str(path))
    sobria(home, "ledger", "withdraw", "--file", "54010_2026.json", *WHO)
    for name in ("54010_2026.json", path.name):
        said = plain(sobria(home, "ledger", "withdraw", "--file", name, *WHO, code=1).stderr)
        assert "a déjà été ôté le 2" in said and "Service énergie ; raison : envoyé par erreur" in said and name in said
    english = sobria(home, "ledger", "withdraw", "--file", path.name, *WHO, code=1, lang="en").stderr
    assert "was taken out already" in english and "sobria ledger merge" in english
    said = plain(sobria(home, "ledger", "withdraw", "--file", "54011_2026.json", *WHO, code=1).stderr)
    assert "Aucune ligne qui compte encore" in said
    assert len(json.loads(sobria(home, "ledger", "history", "--json").stdout)["removals"]) == 1
    sobria(home, "ledger", "merge", str(path))
    sobria(home, "ledger", "withdraw", "--file", path.name, *WHO)


@pytest.mark.parametrize("kind", ["groups", "reen-file"])
def test_a_period_that_has_not_begun_is_not_handed_over(tmp_path: Path, kind: str) -> None:
    """On 30 June 2026, July is refused, and June is not: it is running."""
    case(Register(tmp_path), "Courrier", "54010", "courrier")
    built(tmp_path, run("courrier", 1, requests=500.0))
    with refuses("period_ahead", "2026-07 has not begun: today is 2026-06-30"):
        published_groups(facts(tmp_path, "54010", period="2026-07", today=date(2026, 6, 30)))
    assert published_groups(facts(tmp_path, "54010", period="2026-06", today=date(2026, 6, 30))).period == "2026-06"
    out = tmp_path / "out.json"
    asked = ["report", kind, "--territory", "54010", "--period", "2090", "--out", str(out)]
    assert "n'a pas commencé" in plain(sobria(tmp_path, *asked, code=1).stderr) and not out.exists()


def test_a_disk_that_is_full_after_a_merge_says_that_it_is_done(tmp_path: Path) -> None:
    """The file and its entry are in place when the totals are made again: nothing is to be said again."""
    home, given = tmp_path / "home", _file(tmp_path, "54010")
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "draft")
    with patch("estimator.results.reading.current_results", side_effect=full):
        said = plain(sobria(home, "ledger", "merge", str(given)).stdout)
    assert "1 fichier réuni" in said and "C'est écrit, ne le redites pas" in said and "disque est plein" in said
    assert "Rien n'a été remplacé" not in said and len(merged_files(home)) == 1


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    """A pipe that nobody writes to."""
    os.mkfifo(tmp_path / "tube")
    said = sobria(tmp_path / "home", "ledger", "merge", str(tmp_path / "tube"), code=1).stderr
    assert "tube : n'est pas un fichier ordinaire" in plain(said) and not (tmp_path / "home").exists()


def test_a_merged_file_that_is_damaged_is_told_of_no_writing(tmp_path: Path) -> None:
    """Where nothing was to be written."""
    home = tmp_path / "home"
    sobria(home, "ledger", "merge", str(_file(tmp_path, "54010")))
    there = home / "authorities" / "54010_2026.json"
    there.write_text(there.read_text("utf-8").replace("Mairie", "Maire"), "utf-8")
    for command in ("totals", "build"):
        said = plain(sobria(home, command, code=1).stderr)
        assert "1 défaut d'un fichier de groupes réuni" in said and "écrit :" not in said, said
