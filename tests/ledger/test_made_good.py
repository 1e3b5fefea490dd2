"""A part is lost, and the files that it came from are imported again: what is then missing, and what is not."""

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from estimator.governance.register.register import author
from estimator.ledger import Ledger
from estimator.ledger.append import Append
from estimator.ledger.compaction import compact
from estimator.ledger.journal import Import
from estimator.ledger.read_result import ReadResult
from estimator.ledger.reconciliation import reconcile
from estimator.ledger.rows import Activity, Refused
from estimator.ledger.withdrawals import Target, bring_back, withdraw
from tests.support import FileRead, activity, append, sobria

DSI = author("DSI", "essai")
NAMES = {"F": "f.csv", "F1": "f.csv", "F2": "f.csv", "F3": "f.csv", "G": "g.csv", "H": "h.csv"}
VERSIONS: Iterator[int] = count(1)  # of the reader: the parts of two imports of the same rows are never the same


def rows(sha: str, letters: str, **more: object) -> list[Activity]:
    """One row a letter, of March, or of April for a capital; a letter is one row whichever file states it."""
    version = next(VERSIONS)
    return [
        activity(
            f"2026-0{3 + of.isupper()}-01T10:00:00",
            row_id=f"{ord(of):032x}",
            line=2 + place,
            file_name=NAMES[sha],
            file_sha=sha,
            reader_version=version,
            **more,
        )
        for place, of in enumerate(letters)
    ]


def refused(sha: str, letters: str) -> list[Refused]:
    told = {"file_name": NAMES[sha], "file_sha": sha, "reader": "test", "code": "bad_number", "header": "", "text": ""}
    return [Refused.model_validate(told | {"row_id": f"{ord(of):032x}", "line": 90}) for of in letters]


def bring(home: Path, aside: str = "", **files: str) -> Import:
    """Import the files of these hashes together, each with its rows, and the refused rows of the first; the entry."""
    ledger = Ledger(home)
    known = {done.event for done in ledger.imports.read()[0]}
    append(ledger, [row for sha, letters in files.items() for row in rows(sha, letters)], refused(min(files), aside))
    return next(done for done in Ledger(home).imports.read()[0] if done.event not in known)


def lose(home: Path, done: Import, kind: str = "activities") -> None:
    """Delete the parts of this kind that an import wrote."""
    for part in done.wrote:
        if part.startswith(kind):
            (home / "ledger" / part).unlink()


def told(home: Path) -> tuple[int, int, int, int, int, int]:
    """read, accepted, quarantined, duplicates, withdrawn, missing: the first is the sum of the others."""
    found = reconcile(Ledger(home))
    counts = (found.accepted, found.quarantined, found.duplicates, found.withdrawn, found.missing)
    assert found.read == sum(counts) and min(counts) >= 0 and found.superseded == 0
    assert bool(found.missing) is bool(found.faults) and found.missing == Ledger(home).lost_rows()
    return found.read, *counts


def test_a_file_imported_again_makes_good_the_part_that_it_had_written(tmp_path: Path) -> None:
    """3 rows lost, and 3 read again: 6 read, 3 of them count, and 3 were read twice."""
    lose(tmp_path, bring(tmp_path, F="abc"))
    assert told(tmp_path) == (3, 0, 0, 0, 0, 3)
    bring(tmp_path, F="abc")
    assert told(tmp_path) == (6, 3, 0, 3, 0, 0)
    bring(tmp_path, F="abc")
    assert told(tmp_path) == (9, 3, 0, 6, 0, 0)
    lose(tmp_path, sorted(Ledger(tmp_path).imports.read()[0], key=lambda done: done.order)[1])
    assert told(tmp_path) == (9, 0, 0, 6, 0, 3), "lost once more"
    bring(tmp_path, F="abc")
    assert told(tmp_path) == (12, 3, 0, 9, 0, 0)


def begin(home: Path, sha: str, some: list[Activity]) -> None:
    """An import that is killed once its rows are written."""
    killed = Append(Ledger(home))
    killed.take(FileRead(NAMES[sha], sha), [ReadResult(some, [], len(some))])
    killed.flush()


def lose_the_only_part(home: Path) -> None:
    compact(Ledger(home))
    [part] = Ledger(home).parts()
    (home / "ledger" / part).unlink()


def test_rows_of_a_killed_import_that_a_later_one_knew_are_lost_with_the_part_that_they_were_packed_in(
    tmp_path: Path,
) -> None:
    """2 rows, and 3 of a killed import, packed; these are then known to the import that reads them again: 5 are lost,
    whoever is asked."""
    bring(tmp_path, G="ab")
    begin(tmp_path, "F", rows("F", "cde"))
    compact(Ledger(tmp_path))
    bring(tmp_path, F="cde")
    lose_the_only_part(tmp_path)
    assert told(tmp_path) == (8, 0, 0, 3, 0, 5)


def test_parts_that_were_packed_lose_no_more_rows_than_the_part_that_they_are_in(tmp_path: Path) -> None:
    """2 of 3 rows were written before, by an import that was killed; the part of 3 is lost, and 2 were read twice."""
    some = rows("F", "abc")
    begin(tmp_path, "F", some[:2])
    (beside,) = Ledger(tmp_path).parts()
    (tmp_path / "ledger" / beside).rename(away := tmp_path / "away")
    append(Ledger(tmp_path), some)
    away.rename(tmp_path / "ledger" / beside)
    lose_the_only_part(tmp_path)
    assert told(tmp_path) == (5, 0, 0, 2, 0, 3)


def test_calls_of_a_gateway_read_again_leave_nothing_missing_and_can_be_exported(tmp_path: Path) -> None:
    """2 calls, received at another moment: their part has another name."""
    call = {"request_id": "", "call_type": "acompletion", "model": "gpt-4o-mini", "custom_llm_provider": "openai"}
    call |= {"prompt_tokens": 3334, "completion_tokens": 492, "total_tokens": 3826}
    call |= {"startTime": "2026-10-01T00:00:00.000Z", "endTime": "2026-10-01T00:00:06.903Z", "metadata": {}}
    traces, home = tmp_path / "two.ndjson", tmp_path / "z"
    traces.write_text("".join(json.dumps(call | {"request_id": f"chatcmpl-{one}"}) + "\n" for one in range(2)))
    sobria(home, "import", str(traces))
    next((home / "ledger" / "activities" / "month=202610").glob("part-*")).unlink()
    sobria(home, "ledger", "verify", code=1)
    sobria(home, "import", str(traces))
    found = json.loads(sobria(home, "ledger", "verify", "--json").stdout)
    assert [found[name] for name in ("read", "accepted", "duplicates", "missing")] == [4, 2, 2, 0]
    assert "ledger verify" not in sobria(home, "totals").stdout
    sobria(home, "ledger", "export", str(tmp_path / "saved.tar"))


def test_of_two_months_only_the_lost_one_is_written_again(tmp_path: Path) -> None:
    done = bring(tmp_path, F="abC")
    (tmp_path / "ledger" / next(part for part in done.wrote if "202603" in part)).unlink()
    assert told(tmp_path) == (3, 1, 0, 0, 0, 2)
    assert bring(tmp_path, F="abC").duplicates == 1
    assert told(tmp_path) == (6, 3, 0, 3, 0, 0)


def test_of_several_files_of_a_part_those_not_read_again_are_missing(tmp_path: Path) -> None:
    """F has 2 rows and G 3, in one part."""
    lose(tmp_path, bring(tmp_path, F="ab", G="cde"))
    bring(tmp_path, F="ab")
    assert told(tmp_path) == (7, 2, 0, 2, 0, 3)
    bring(tmp_path, G="cde")
    assert told(tmp_path) == (10, 5, 0, 5, 0, 0)


def test_a_file_of_some_of_the_rows_makes_nothing_good(tmp_path: Path) -> None:
    lose(tmp_path, bring(tmp_path, F1="abc"))
    bring(tmp_path, F2="ab")
    assert told(tmp_path) == (5, 2, 0, 0, 0, 3)


def test_a_file_that_could_be_read_in_part_makes_good_what_was_read(tmp_path: Path) -> None:
    """The same file, of which 2 of 3 rows are read before an error; then all of it."""
    lose(tmp_path, bring(tmp_path, F="abc"))
    bring(tmp_path, F="ab")
    assert told(tmp_path) == (5, 2, 0, 2, 0, 1)
    bring(tmp_path, F="abc")
    assert told(tmp_path) == (8, 3, 0, 5, 0, 0)


def test_as_many_rows_of_another_part_of_the_file_make_nothing_good(tmp_path: Path) -> None:
    """a and b were read before an error, then c and d: c and d lost, the rows a and b are as many, not the same."""
    bring(tmp_path, F="ab")
    lose(tmp_path, bring(tmp_path, F="abcd"))
    assert told(tmp_path) == (6, 2, 0, 2, 0, 2)
    bring(tmp_path, F="ab")
    assert told(tmp_path) == (8, 2, 0, 4, 0, 2)
    bring(tmp_path, F="abcd")
    assert told(tmp_path) == (12, 4, 0, 8, 0, 0)


def test_a_file_that_grew_needs_only_its_lost_rows(tmp_path: Path) -> None:
    bring(tmp_path, F1="ab")
    lose(tmp_path, bring(tmp_path, F2="abcd"))
    assert told(tmp_path) == (6, 2, 0, 2, 0, 2)
    bring(tmp_path, F2="abcd")
    assert told(tmp_path) == (10, 4, 0, 6, 0, 0)


def test_the_last_version_of_a_file_that_grew_makes_all_of_them_good(tmp_path: Path) -> None:
    """F1 wrote 2 rows, F2 2 and F3 2, so that there are 6: F3 read again, the 6 stand."""
    lost = [bring(tmp_path, **{sha: "abcdef"[: 2 * n]}) for n, sha in enumerate(("F1", "F2", "F3"), 1)]
    lose(tmp_path, lost[0])
    lose(tmp_path, lost[1])
    assert told(tmp_path) == (12, 2, 0, 6, 0, 4)
    bring(tmp_path, F3="abcdef")
    assert told(tmp_path) == (18, 6, 0, 12, 0, 0)


def test_a_later_version_without_the_former_rows_makes_only_its_own_good(tmp_path: Path) -> None:
    """F1 states a and b, F2 a, c and d: b is in none that is read again."""
    for done in [bring(tmp_path, F1="ab"), bring(tmp_path, F2="acd")]:
        lose(tmp_path, done)
    bring(tmp_path, F2="acd")
    assert told(tmp_path) == (8, 3, 0, 4, 0, 1)


def test_the_rest_of_a_file_is_not_taken_for_its_first_rows(tmp_path: Path) -> None:
    """F1 lost, F2 writes a and b; F1 taken from a backup, then the part of c and d lost: 2 rows of F2 stand, and c and
    d do not."""
    first, second = bring(tmp_path, F1="ab"), bring(tmp_path, F2="abcd")
    saved = {part: (tmp_path / "ledger" / part).read_bytes() for part in first.wrote}
    lose(tmp_path, first)
    bring(tmp_path, F2="abcd")
    for part, data in saved.items():
        (tmp_path / "ledger" / part).write_bytes(data)
    lose(tmp_path, second)
    assert told(tmp_path) == (10, 2, 0, 6, 0, 2)


def test_versions_read_again_in_their_order_are_whole(tmp_path: Path) -> None:
    lost = [bring(tmp_path, **{sha: "abcdef"[: 2 * n]}) for n, sha in enumerate(("F1", "F2", "F3"), 1)]
    for done in lost:
        lose(tmp_path, done)
    for n, sha in enumerate(("F1", "F2", "F3"), 1):
        bring(tmp_path, **{sha: "abcdef"[: 2 * n]})
        assert told(tmp_path)[-1] == 6 - 2 * n
    assert told(tmp_path) == (24, 6, 0, 18, 0, 0)


def test_several_lost_imports_are_made_good_one_by_one(tmp_path: Path) -> None:
    for done in [bring(tmp_path, F="ab"), bring(tmp_path, G="cde"), bring(tmp_path, H="f")]:
        lose(tmp_path, done)
    for left, (sha, letters) in ((4, ("F", "ab")), (1, ("G", "cde")), (0, ("H", "f"))):
        bring(tmp_path, **{sha: letters})
        assert told(tmp_path)[-1] == left


def test_a_lost_merged_part_is_made_good_by_all_the_files_of_its_imports(tmp_path: Path) -> None:
    """3 imports of 2, 3 and 1 rows, merged in one part, which is lost."""
    for sha, letters in (("F", "ab"), ("G", "cde"), ("H", "f")):
        bring(tmp_path, **{sha: letters})
    compact(Ledger(tmp_path))
    (tmp_path / "ledger" / Ledger(tmp_path).compactions.read()[0][0].made).unlink()
    bring(tmp_path, F="ab", G="cde")
    assert told(tmp_path) == (11, 5, 0, 5, 0, 1)
    bring(tmp_path, H="f")
    compact(Ledger(tmp_path))
    assert told(tmp_path) == (12, 6, 0, 6, 0, 0)


def test_rows_of_a_lost_part_left_by_a_killed_import_are_missing(tmp_path: Path) -> None:
    """The next import relied on it: nothing says of which file its rows were."""
    ledger = Ledger(tmp_path)
    killed = Append(ledger)
    killed.take(FileRead("f.csv", "F"), [ReadResult(rows("F", "ab"), [], 2)])
    killed.flush()
    done = bring(tmp_path, F="ab")
    assert done.relied and not done.wrote
    for part in done.relied:
        (tmp_path / "ledger" / part).unlink()
    bring(tmp_path, F="ab")
    assert told(tmp_path)[-1] == 2


def test_rows_set_aside_are_found_where_they_are(tmp_path: Path) -> None:
    """2 rows and 1 refused: either part lost, the file is read again."""
    for kind, missing in (("activities", 2), ("quarantine", 1)):
        home = tmp_path / kind
        lose(home, bring(home, aside="x", F="ab"), kind)
        assert told(home)[-1] == missing
        bring(home, aside="x", F="ab")
        assert told(home) == (6, 2, 1, 3, 0, 0)


def test_a_row_taken_out_of_quarantine_is_missing_where_only_its_refusal_stands(tmp_path: Path) -> None:
    """x was refused, then read: the part of the second reading lost, it waits in quarantine again."""
    bring(tmp_path, aside="x", F="ab")
    again = bring(tmp_path, F="abx")
    lose(tmp_path, again)
    assert told(tmp_path)[-1] == 1
    bring(tmp_path, F="abx")
    assert told(tmp_path) == (9, 3, 0, 6, 0, 0)


def test_a_file_withdrawn_once_it_was_read_again_stays_whole(tmp_path: Path) -> None:
    lose(tmp_path, bring(tmp_path, F="abc"))
    bring(tmp_path, F="abc")
    gone = withdraw(Ledger(tmp_path), Target("file", "f.csv"), DSI)
    assert told(tmp_path) == (6, 0, 0, 3, 3, 0)
    bring_back(Ledger(tmp_path), gone.withdrawal, DSI)
    assert told(tmp_path) == (6, 3, 0, 3, 0, 0)


@pytest.mark.parametrize("undone", [False, True])
def test_a_file_withdrawn_before_it_was_read_otherwise_makes_nothing_good(tmp_path: Path, undone: bool) -> None:
    """The same rows, read otherwise: what was lost is the first reading, which the withdrawal undone would count."""
    first = bring(tmp_path, F="abc")
    gone = withdraw(Ledger(tmp_path), Target("file", "f.csv"), DSI)
    append(Ledger(tmp_path), rows("F", "abc", zone="DEU"))
    if undone:
        bring_back(Ledger(tmp_path), gone.withdrawal, DSI)
    assert told(tmp_path) == (6, 3, 0, 3, 0, 0)
    lose(tmp_path, first)
    assert told(tmp_path) == (6, 3, 0, 0, 0, 3)


def test_a_lost_part_is_counted_where_the_withdrawn_rows_are_lost_too(tmp_path: Path) -> None:
    """3 rows, of which the part is lost; 2 of another file, withdrawn, of which the copies are lost: nothing proves
    that the 3 stand, and 3 are told, without a fault."""
    lost = bring(tmp_path, F="abc")
    bring(tmp_path, G="de")
    withdraw(Ledger(tmp_path), Target("file", "g.csv"), DSI)
    for name in Ledger(tmp_path).store.names("withdrawn"):
        (tmp_path / "ledger" / name).unlink()
    lose(tmp_path, lost)
    assert Ledger(tmp_path).lost_rows() == 3
