"""Files that are with those merged, and were not merged as they are: they count nowhere, and are told everywhere."""

import io
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from estimator.builds.merge_journal import stray_merges, unfinished_merges
from estimator.builds.merged_groups import MergedRefused, merge, merged_files
from estimator.core.home import AUTHORITIES
from estimator.ledger import Ledger
from estimator.reporting.summary.standing import outside_text
from estimator.results.reading import current_results
from tests.ledger.test_read_only_home import _refusing
from tests.reporting.authority import facts, plain
from tests.reporting.test_groups_in_place import WHO, _file
from tests.support import activity, append, sobria


def _home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    merge(home, [_file(tmp_path, code) for code in ("54010", "54011")])
    return home


def _shown(home: Path) -> list[str]:
    """The files that a build counts."""
    found = current_results(home).totals().authorities
    return [f"{part.territory} {file.period}" for part in found for file in part.files]


def test_a_copy_made_by_hand_counts_nowhere_and_is_a_fault(tmp_path: Path) -> None:
    """The same file under another name, whose command is quoted for a shell; and a quarter beside the year."""
    home = _home(tmp_path)
    folder, (quarter, copy) = home / AUTHORITIES, ("54011_2026-T1.json", "54011_2026 (copie).json")
    before = current_results(home).totals()
    shutil.copy(folder / "54011_2026.json", folder / copy)
    shutil.copy(_file(tmp_path, "54011", "2026-T1"), folder / quarter)
    assert stray_merges(home) == [copy, quarter] and unfinished_merges(home) == []
    after = current_results(home).totals()
    assert _shown(home) == ["54010 2026", "54011 2026"] and after.build["build"] == before.build["build"]
    for command in (["totals"], ["ledger", "history"], ["ledger", "merge", str(_file(tmp_path, "54011"))]):
        said = plain(sobria(home, *command).stdout)
        assert said.count("SobrIA n'a pas réuni") == 1 and "inachevée" not in said, said
        assert "sobria ledger withdraw --file '54011_2026 (copie).json' --who" in said, said
    found = sobria(home, "ledger", "verify", code=1)
    assert "2 fichiers de groupes réunis ; 2 défauts" in plain(found.stdout) and "chaque ligne" not in found.stdout
    assert copy in found.stderr and quarter in found.stderr
    assert copy in outside_text(facts(home).scope.outside, "en"), "on Synthèse, and in documents"
    for name in (copy, quarter):
        sobria(home, "ledger", "withdraw", "--file", name, *WHO)
    assert "0 défaut" in plain(sobria(home, "ledger", "verify").stdout) and stray_merges(home) == []


def test_two_files_swapped_by_name_count_nowhere_until_they_are_merged_again(tmp_path: Path) -> None:
    """And one that was sealed again under its own name: neither its journal nor its sender wrote it."""
    home, one, other = _home(tmp_path), "54010_2026.json", "54011_2026.json"
    for name, target in ((one, "x"), (other, one), ("x", other)):
        (home / AUTHORITIES / name).rename(home / AUTHORITIES / target)
    assert merged_files(home) == [] and stray_merges(home) == [one, other]
    found = sobria(home, "ledger", "verify", "--json", code=1)
    body = json.loads(found.stdout)
    assert [*body["lost_merges"]] == body["stray_merges"] == [one, other]
    sobria(home, "ledger", "merge", *(str(_file(tmp_path, code)) for code in ("54010", "54011")))
    assert _shown(home) == ["54010 2026", "54011 2026"] and stray_merges(home) == []
    shutil.copy(_file(tmp_path, "54010", hour=12), home / AUTHORITIES / one)
    assert stray_merges(home) == [one] and _shown(home) == ["54011 2026"]


def test_two_machines_that_merged_the_same_months_are_refused(tmp_path: Path) -> None:
    """A folder that two machines write, put together by another program: each has merged, one a quarter of the year."""
    home = _home(tmp_path)
    merge(tmp_path / "else", [_file(tmp_path, "54011", "2026-T1")])
    shutil.copytree(tmp_path / "else" / AUTHORITIES, home / AUTHORITIES, dirs_exist_ok=True)
    with pytest.raises(MergedRefused, match="54011_2026-T1.json"):
        merged_files(home)
    said = sobria(home, "totals", code=1).stderr
    assert "réuni aussi" in said and "rien n'a été écrit" not in said
    assert "réuni aussi" in sobria(home, "ledger", "verify", code=1).stderr
    sobria(home, "ledger", "withdraw", "--file", "54011_2026-T1.json", *WHO)
    assert _shown(home) == ["54010 2026", "54011 2026"]


@contextmanager
def _closed(place: Path) -> Iterator[None]:
    """Context of a file, or a folder and all that it holds, that may not be read: what the system says of it, even to
    who may read all."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name in ((os, "listdir"), (os, "scandir"), (io, "open")):
            patch.setattr(module, name, _refusing(getattr(module, name), place, lambda *_: True))
        yield


@pytest.mark.parametrize("closed", ["", "journal", "54011_2026.json"])
def test_what_may_not_be_read_is_no_home_without_merged_files(tmp_path: Path, closed: str) -> None:
    """The folder of the files, its journal, one file: no lower figure, no « unfinished », nothing sound."""
    home, given = _home(tmp_path), _file(tmp_path, "54012")
    with _closed(home / AUTHORITIES / closed):
        for command in (["totals"], ["ledger", "verify"], ["ledger", "merge", str(given)]):
            said = sobria(home, *command, code=1)
            told = plain(said.stdout + said.stderr)
            assert "Traceback" not in told and "droits" in told, told
            assert "inachevée" not in told and "chaque ligne" not in told, told


def test_an_entry_that_may_not_be_read_is_refused_and_a_torn_one_is_of_no_file(tmp_path: Path) -> None:
    """A folder of the ledger too: its rows would be missing from every sum."""
    home = _home(tmp_path)
    entry = min((home / AUTHORITIES / "journal").iterdir())
    with _closed(entry):
        assert "droits" in plain(sobria(home, "totals", code=1).stderr)
    entry.write_text("{", "utf-8")
    assert len(merged_files(home)) == len(stray_merges(home)) == 1
    append(Ledger(home), [activity()])
    month = next((home / "ledger" / "activities").iterdir())
    with _closed(month):
        assert "droits" in plain(sobria(home, "totals", code=1).stderr)
