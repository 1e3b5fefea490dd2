"""Merged files of groups in their home: a killed merge, what takes the place of what, what is taken out."""

import json
import os
import signal
from pathlib import Path

import pytest

from estimator.assessment.explanation import formulas_version
from estimator.assessment.uncertainty import SEED
from estimator.builds import merged_groups
from estimator.builds.merge_journal import MERGING, lost_merges, stray_merges, unfinished_merges
from estimator.builds.merged_groups import MergeRefused, merge, merged_files, remove
from estimator.builds.published_groups import FORMAT, PublishedGroups
from estimator.builds.published_review import COUNTED
from estimator.catalogue.load import load
from estimator.core.errors import SobriaError
from estimator.core.locks import file_lock
from estimator.governance.register.register import author as register_author
from estimator.reporting.summary.standing import outside_text
from estimator.results.reading import current_results
from tests.reporting.authority import facts, plain
from tests.support import sobria

WHO = ("--who", "Service énergie", "--why", "envoyé par erreur")


def _file(folder: Path, code: str, period: str = "2026", hour: int = 10, by: str = "Mairie") -> Path:
    """A file without a group, of an authority that recorded nothing, written at this hour."""
    held = PublishedGroups(
        format=FORMAT,
        territory=code,
        administration=by,
        period=period,
        made_at=f"2026-03-01T{hour:02}:00:00+00:00",
        mark="",
        build="0" * 16,
        factors_version=load().version,
        formulas_version=formulas_version(),
        withheld=0,
        withheld_kwh=0.0,
        review={"uses": 0, "seed": SEED, "shares": dict.fromkeys(COUNTED, (0, 0)), "months": (), "services": ()},
        servings=(),
        groups=(),
    ).sealed()
    path = folder / f"{code}-{period}-{hour}-{by}.json"
    path.write_text(held.model_dump_json(), "utf-8")
    return path


def _killed(home: Path, paths: list[Path], at: int) -> bool:
    """Merge in another process, killed in the place of its change of names number `at`; whether it was."""
    if not (child := os.fork()):
        kept, left = os.replace, [at]

        def renamed(source: Path, target: Path) -> None:
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            kept(source, target)

        os.replace = renamed  # type: ignore[assignment]
        try:
            merge(home, paths, replace=True)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def test_a_merge_killed_anywhere_is_told_or_is_none_and_ends_when_it_is_made_again(tmp_path: Path) -> None:
    """A quarter there, then its year and two others: 3 entries and 3 files, killed in the place of each. Never does the
    quarter count beside its year; what is partly there is told; the same merge ends it, and its journal is whole."""
    quarter = _file(tmp_path, "54010", "2026-T1", 9)
    paths = [_file(tmp_path, code) for code in ("54010", "54011", "54012")]
    for at in range(1, 7):
        home = tmp_path / f"home{at}"
        merge(home, [quarter])
        assert _killed(home, paths, at)
        mine = [file.period for file in merged_files(home) if file.territory == "54010"]
        assert mine == (["2026-T1"] if at <= 4 else ["2026"])
        assert bool({*unfinished_merges(home), *lost_merges(home)}) == (at > 1)
        merge(home, paths, replace=True)
        assert [file.territory for file in merged_files(home)] == ["54010", "54011", "54012"]
        assert unfinished_merges(home) == [*lost_merges(home)] == []
        assert not (home / "authorities" / "54010_2026-T1.json").exists()
    assert not _killed(tmp_path / "whole", paths, 7) and not unfinished_merges(tmp_path / "whole")
    merge(tmp_path / "told", [quarter])
    assert _killed(tmp_path / "told", paths, 6)
    for command, code in (("history", 0), ("verify", 1)):
        said = sobria(tmp_path / "told", "ledger", command, code=code)
        assert "Réunion inachevée de 54010_2026-T1.json :" in plain(said.stdout), said
        assert "Il manque le fichier de groupes 54012_2026.json" in plain(said.stdout + said.stderr), said
    found = current_results(tmp_path / "told").totals().outside
    assert "Réunion inachevée de 54010_2026-T1.json :" in plain(outside_text(found, "fr"))
    assert "not ended" in outside_text(facts(tmp_path / "told").scope.outside, "en"), "on Synthèse, and in documents"
    body = json.loads(sobria(tmp_path / "told", "ledger", "history", "--json").stdout)
    assert body["unfinished_merges"] == ["54010_2026-T1.json"] and [*body["lost_merges"]] == ["54012_2026.json"]


def test_a_merged_file_that_is_lost_is_told_everywhere_and_is_a_fault(tmp_path: Path) -> None:
    """One of two, then both; not while a merge runs, which writes its journal first; until it is merged again, or taken
    out."""
    home, paths = tmp_path / "home", [_file(tmp_path, code) for code in ("54010", "54011")]
    merge(home, paths)
    for left, name in enumerate(("54011_2026.json", "54010_2026.json"), 1):
        (home / "authorities" / name).unlink()
        asked = [["totals"], ["build"], ["ledger", "history"]]
        for command in (*asked, ["ledger", "export", str(tmp_path / f"{left}.tar")]):
            said = sobria(home, *command)
            told = plain(said.stdout + said.stderr)
            assert told.count("! Il manque le fichier de groupes") == 1 and name in told, told
            assert "ledger merge" in told
        told = plain(sobria(tmp_path / f"back{left}", "ledger", "restore", str(tmp_path / f"{left}.tar")).stdout)
        assert told.count("! Il manque le fichier de groupes") == 1 and name in told, "its journal came with it"
        found = sobria(home, "ledger", "verify", code=1)
        assert name in found.stderr and "inachevée" not in found.stdout and "rien à prouver" not in found.stdout
    assert [*json.loads(sobria(home, "totals", "--json").stdout)["lost_merges"]] == sorted(lost_merges(home))
    assert "54010_2026.json" in outside_text(facts(home).scope.outside, "en"), "on Synthèse, and in documents"
    with file_lock(home / MERGING):
        assert lost_merges(home) == {} and unfinished_merges(home) == ["54010_2026.json", "54011_2026.json"]
    sobria(home, "ledger", "merge", str(paths[0]))
    assert [*lost_merges(home)] == ["54011_2026.json"]
    sobria(home, "ledger", "withdraw", "--file", "54011_2026.json", *WHO)
    assert lost_merges(home) == {} and "Il manque" not in sobria(home, "ledger", "verify").stdout


def test_files_that_no_entry_tells_are_recorded_by_the_same_merge(tmp_path: Path) -> None:
    """As a merge killed before the journal came first left them."""
    path, home = _file(tmp_path, "54010"), tmp_path / "home"
    (home / "authorities").mkdir(parents=True)
    (home / "authorities" / "54010_2026.json").write_bytes(path.read_bytes())
    assert stray_merges(home) == ["54010_2026.json"] and unfinished_merges(home) == merged_files(home) == []
    assert len(merge(home, [path])) == 1 and stray_merges(home) == unfinished_merges(home) == []
    [entry] = json.loads(sobria(home, "ledger", "history", "--json").stdout)["merges"]
    assert entry["file"] == path.name


def test_a_year_takes_the_place_of_its_quarters_and_what_is_refused_says_what_works(tmp_path: Path) -> None:
    """Two quarters, then the year: --replace is advised, and works; a period that cuts the year is not merged, and the
    withdrawal that the refusal gives makes room for it."""
    home = tmp_path / "home"
    merge(home, [_file(tmp_path, "54010", period, 9) for period in ("2026-T1", "2026-T2")])
    year, cut = _file(tmp_path, "54010"), _file(tmp_path, "54010", "2026-12..2027-03", 11)
    with pytest.raises(MergeRefused) as refusal:
        merge(home, [year])
    said = refusal.value.message("en")
    assert (
        "1 file of groups cannot be merged" in said and [i["code"] for i in refusal.value.items] == ["merge_twice"] * 2
    )
    assert said.count("--replace") == 2 and "--replace" in refusal.value.message("fr")
    assert len(merge(home, [year], replace=True)) == 1
    assert [file.period for file in merged_files(home)] == ["2026"]
    assert plain(sobria(home, "ledger", "history").stdout).count(", à la place de ") == 1
    with pytest.raises(MergeRefused, match="withdraw --file 54010_2026.json"):
        merge(home, [cut], replace=True)
    sobria(home, "ledger", "withdraw", "--file", "54010_2026.json", *WHO)
    assert len(merge(home, [cut])) == 1
    with pytest.raises(MergeRefused, match="given too"):
        merge(tmp_path / "other", [year, cut], replace=True)


def test_a_merged_file_is_taken_out_damaged_or_not_and_the_history_keeps_it(tmp_path: Path) -> None:
    """By its name here, or that of the file received; a dry run and an author that is missing take nothing out."""
    home, paths = tmp_path / "home", [_file(tmp_path, code) for code in ("54010", "54011")]
    merge(home, paths)
    sobria(home, "ledger", "withdraw", "--file", "54010_2026.json", "--dry-run")
    sobria(home, "ledger", "withdraw", "--file", "54010_2026.json", code=1)
    assert len(merged_files(home)) == 2
    assert "n'est plus réuni" in plain(sobria(home, "ledger", "withdraw", "--file", paths[0].name, *WHO).stdout)
    assert [file.territory for file in merged_files(home)] == ["54011"] and not unfinished_merges(home)
    there = home / "authorities" / "54011_2026.json"
    assert "1 fichier de groupes réuni ; 0 défaut" in plain(sobria(home, "ledger", "verify").stdout)
    there.write_text(there.read_text("utf-8").replace("Mairie", "Maire"), "utf-8")
    found = sobria(home, "ledger", "verify", code=1)
    assert "il n'y a rien à prouver" not in plain(found.stdout) and "empreinte différente" in found.stderr
    assert "withdraw --file 54011_2026.json" in found.stderr
    sobria(home, "ledger", "withdraw", "--file", "54011_2026.json", *WHO)
    assert merged_files(home) == [] and "rien à prouver" in plain(sobria(home, "ledger", "verify").stdout)
    out = json.loads(sobria(home, "ledger", "history", "--json").stdout)["removals"]
    assert [(one["file"], one["who"]) for one in out] == [(f"{c}_2026.json", WHO[1]) for c in ("54010", "54011")]
    assert "envoyé par erreur" in plain(sobria(home, "ledger", "history").stdout)
    assert len(merge(home, paths)) == 2 and not unfinished_merges(home)


def test_a_file_name_that_two_authorities_gave_is_not_guessed(tmp_path: Path) -> None:
    """Both sent « groupes.json »: the refusal and the history give the names that work."""
    home = tmp_path / "home"
    for code in ("54010", "54011"):
        _file(tmp_path, code).rename(tmp_path / "groupes.json")
        merge(home, [tmp_path / "groupes.json"])
    for lang in ("fr", "en"):
        said = sobria(home, "ledger", "withdraw", "--file", "groupes.json", *WHO, code=1, lang=lang).stderr
        assert "54010_2026.json, 54011_2026.json" in said or "54010_2026.json and 54011_2026.json" in said, said
    assert "groupes.json, ici 54011_2026.json" in plain(sobria(home, "ledger", "history").stdout)
    sobria(home, "ledger", "withdraw", "--file", "54010_2026.json", *WHO)
    sobria(home, "ledger", "withdraw", "--file", "groupes.json", *WHO)
    assert merged_files(home) == []


@pytest.mark.parametrize("asked", [0, 1])
def test_a_file_that_was_given_under_two_names_is_taken_out_by_either(tmp_path: Path, asked: int) -> None:
    """One file is merged, and its history has both names."""
    home, given = tmp_path / "home", [_file(tmp_path, "54010"), tmp_path / "doublon.json"]
    given[1].write_bytes(given[0].read_bytes())
    assert len(merge(home, given)) == len(merged_files(home)) == 1
    told = json.loads(sobria(home, "ledger", "history", "--json").stdout)["merges"]
    assert sorted(one["file"] for one in told) == sorted(path.name for path in given)
    sobria(home, "ledger", "withdraw", "--file", given[asked].name, *WHO)
    assert merged_files(home) == [] and not lost_merges(home)


def test_another_name_of_the_same_authority_is_told(tmp_path: Path) -> None:
    home = tmp_path / "home"
    merge(home, [_file(tmp_path, "54010")])
    path = _file(tmp_path, "54010", hour=11, by="Autre mairie")
    said = plain(sobria(home, "ledger", "merge", "--replace", "--why", "fusion", str(path)).stdout)
    assert "54010 : « Autre mairie » écrit maintenant là où « Mairie » écrivait" in said


def test_two_merges_at_once_are_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another program merges, nothing is read nor written: both would count the same months of an authority."""
    home, path = tmp_path / "home", _file(tmp_path, "54010")
    merge(home, [path])
    monkeypatch.setattr(merged_groups, "WAIT_S", 0.1)
    with file_lock(home / MERGING):
        for refused in (
            lambda: merge(home, [_file(tmp_path, "54010", hour=11)], replace=True),
            lambda: remove(home, "54010_2026.json", register_author("Service énergie", "essai")),
        ):
            with pytest.raises(SobriaError, match="Another merge is running"):
                refused()
    assert [file.moment.hour for file in merged_files(home)] == [10] and not unfinished_merges(home)
    assert len(merge(home, [_file(tmp_path, "54011")])) == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_file_that_an_editor_saved_again_is_read_where_its_content_is_the_same(tmp_path: Path, encoding: str) -> None:
    """Its digest is of what it tells, and not of how it is written; in the code page of a machine, it is not JSON."""
    given = _file(tmp_path, "54010", by="Mairie d'Écrouves")
    text = given.read_text("utf-8")
    given.write_bytes(text.encode(encoding))
    if encoding == "cp1252":
        said = sobria(tmp_path / "home", "ledger", "merge", str(given), code=1).stderr
        assert "enregistré de nouveau" in said and "Traceback" not in said
    else:
        (file,) = merge(tmp_path / "home", [given])
        assert file == PublishedGroups.read(text.encode()) and merged_files(tmp_path / "home") == [file]


def test_what_a_killed_merge_left_goes_after_an_hour(tmp_path: Path) -> None:
    """Killed in place of its first file: four drafts stay, in the folder of the files and in that of the journal. A
    command that comes in the hour, when the merge may run, leaves them, and those of a build are left by all."""
    home = tmp_path / "home"
    assert _killed(home, [_file(tmp_path, code) for code in ("54010", "54011")], 1)
    left = sorted((home / "authorities").rglob(".*.tmp"))
    slow = home / "builds" / ".1.duckdb.0f.tmp"
    slow.parent.mkdir(exist_ok=True)
    slow.touch()
    theirs = home / "photos" / ".a.0f.tmp"  # of a folder that is not SobrIA's
    theirs.parent.mkdir()
    theirs.touch()
    sobria(home, "ledger", "verify")
    assert len(left) == 4 and all(path.exists() for path in left)
    for path in (*left, slow, theirs):
        os.utime(path, (0, 0))
    sobria(home, "ledger", "verify")
    assert not any(path.exists() for path in left) and slow.exists() and theirs.exists()
