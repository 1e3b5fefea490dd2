"""Small files made into one: the same totals to the digit, and nothing lost whenever it is killed."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.builds.build import build
from estimator.cli.streams import JSON_VERSION
from estimator.core import parquet_files
from estimator.core.locks import file_lock, held
from estimator.governance.register.register import author
from estimator.ingestion import importing
from estimator.ingestion.importing import import_paths
from estimator.ingestion.quarantine import retry
from estimator.ledger import ACTIVITY_SCHEMA, Ledger, append, compaction
from estimator.ledger.append import Append
from estimator.ledger.compaction import Compacted, CompactionRunning, compact, pack
from estimator.ledger.files import IMPORTING
from estimator.ledger.reconciliation import reconcile
from estimator.ledger.withdrawals import Target, bring_back, withdraw
from estimator.results.reading import Results
from tests.ledger.test_ledger import SNAPSHOTS, bring, prefixes, snapshot
from tests.support import examples, row_ids, sobria
from tests.traces_support import context, counting, read, text

DSI = author("DSI", "essai")
ROWS = [snapshot("ab"[n % 2], n, 60 * n, 0.1 * n) for n in range(1, 6)]
CONTENT = text(*ROWS, {"cpu_energy": -1}, snapshot("f", 1, 60, 1) | {"timestamp": "2026-02-02T10:00:00"})


def said(home: Path) -> dict[str, Any]:
    """All that a build says in figures."""
    found = Results(build(home).path)
    totals = found.totals().model_dump(exclude={"build"})
    return totals | {"services": found.services(), "runs": found.runs()}


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that grew, imported as it grew: a small file an import, in two months, and one of refused rows."""
    home = tmp_path_factory.mktemp("grown")
    for content in prefixes(CONTENT)[1:]:
        bring(home, content)
    return home


@pytest.fixture
def home(grown: Path, tmp_path: Path) -> Path:
    """A copy, which a test may change."""
    return Path(shutil.copytree(grown, tmp_path / "home"))


@pytest.mark.parametrize("late", [None, (append, "changes"), (importing, "withdraw_restated_elsewhere")])
@pytest.mark.parametrize(
    ("second", "told"), [(snapshot("a", 2, 120, 2), (1, 1, [])), (snapshot("a", 1, 60, 3), (1, 0, ["row_restated"]))]
)
def test_an_import_whose_parts_are_packed_meanwhile_tells_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, second: Any, told: tuple[int, int, list[str]], late: Any
) -> None:
    """A run of 1 kWh that goes on to 2 in another file, which supersedes it; or that another file states as 3."""
    bring(tmp_path, text(snapshot("a", 1, 60, 1), snapshot("b", 1, 60, 1)))
    packed = list[Compacted]()
    if late:
        module, name = late
        function = getattr(module, name)

        def packs(*given: Any) -> Any:
            packed.append(compact(Ledger(tmp_path)))
            return function(*given)

        monkeypatch.setattr(module, name, packs)
    (tmp_path / "suite.csv").write_text(text(second), "utf-8")
    report = import_paths(Ledger(tmp_path), [tmp_path / "suite.csv"], context())
    account = report.account
    assert (account.accepted, account.supersedes, [remark.code for remark in report.remarks]) == told
    assert not late or packed[0].deleted == 2
    assert not reconcile(Ledger(tmp_path)).missing


@pytest.mark.parametrize("asked", ["also_in", "only_in", "unfinished"])
def test_parts_packed_while_one_waits_to_read_them(home: Path, monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    """A server packs what it received while an import counts its rows: what it names is gone once nothing moves."""
    ledger, reading, packed = Ledger(home), Ledger.reading, list[Compacted]()
    mine = [part for part in ledger.parts() if "month=202602" in part]
    others = [part for part in ledger.parts() if part.startswith("activities/") and part not in mine]

    @contextmanager
    def late(self: Ledger) -> Iterator[None]:
        if not packed:
            packed.append(Compacted(0, 0, 0, 0))
            packed.append(compact(Ledger(home)))
        with reading(self):
            yield

    monkeypatch.setattr(Ledger, "reading", late)
    if asked == "unfinished":
        monkeypatch.setattr(ledger, "_recorded", dict)
        assert ledger.unfinished() == ["emissions.csv"]
    else:
        found = getattr(ledger, asked)(*(["activities"] if asked == "also_in" else []), mine, others)
        assert found == (0 if asked == "also_in" else ledger.table(mine[0])["row_id"].to_pylist())
    assert packed[1].deleted and not set(others) & ledger.present()


def test_totals_are_the_same_to_the_digit(home: Path) -> None:
    before, ids, account = said(home), row_ids(Ledger(home)), reconcile(Ledger(home))
    assert compact(Ledger(home)) == Compacted(7, 3, 5, 0)
    assert said(home) == before
    assert row_ids(Ledger(home)) == ids and reconcile(Ledger(home)) == account
    assert len(Ledger(home).present()) == 3
    assert compact(Ledger(home)) == Compacted(3, 3, 0, 0)
    bring(home, text(snapshot("z", 40, 60, 1)))
    assert compact(Ledger(home)) == Compacted(4, 3, 2, 0)
    assert reconcile(Ledger(home)).faults == ()


@examples(2, 20)
@given(st.lists(SNAPSHOTS, min_size=2, max_size=4), st.integers(1, 4))
def test_compacting_between_any_two_imports_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]], place: int
) -> None:
    plain, compacted = (tmp_path_factory.mktemp(name) for name in ("plain", "compacted"))
    for number, content in enumerate(prefixes(text(*rows))):
        for home in (plain, compacted):
            bring(home, content)
        if number % place == 0:
            compact(Ledger(compacted))
    assert counting(Ledger(compacted)) == counting(Ledger(plain))
    assert reconcile(Ledger(compacted)) == reconcile(Ledger(plain))
    assert said(compacted) == said(plain)


@pytest.mark.parametrize("step", ["write the record", "make the file", "delete"])
def test_killed_at_any_step_nothing_is_lost(home: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    before, account, ledger = said(home), reconcile(Ledger(home)), Ledger(home)
    place: tuple[object, str] = {
        "write the record": (ledger.compactions, "write"),
        "make the file": (compaction, "put_one"),
        "delete": (compaction, "_delete"),
    }[step]
    monkeypatch.setattr(*place, killed)
    with pytest.raises(KeyboardInterrupt):
        compact(ledger)
    monkeypatch.undo()
    assert said(home) == before and reconcile(Ledger(home)) == account
    bring(home, text(snapshot("z", 40, 60, 1)))
    compact(Ledger(home))
    found = reconcile(Ledger(home))
    assert found.faults == () and found.accepted == account.accepted + 1 and found.read == account.read + 1
    assert len(Ledger(home).present()) == 3


def test_the_old_files_stay_for_those_who_read_them(home: Path) -> None:
    ledger = Ledger(home)
    with ledger.still() as held:
        files = held.files("activities")
        assert compact(Ledger(home), wait_s=0.0) == Compacted(7, 3, 0, 5)
        assert all(Path(file).exists() for file in files) and held.files("activities") == files
    assert compact(Ledger(home)) == Compacted(3, 3, 5, 0)


def test_parts_replaced_while_the_lost_rows_are_counted_are_no_loss(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """7 parts, of which 5 are replaced while the first is opened: they stay until it is over, and are read. Once nobody
    reads, the 5 go, and 7 - 5 + 1 = 3 parts hold every row: 0 lost."""
    looked, packed = Ledger._looks_whole, list[Compacted]()

    def looks_whole(ledger: Ledger, name: str) -> bool:
        if not packed:
            packed.append(Compacted(0, 0, 0, 0))
            packed.append(compact(Ledger(home), wait_s=0.0))
        return looked(ledger, name)

    monkeypatch.setattr(Ledger, "_looks_whole", looks_whole)
    assert Ledger(home).lost_rows() == 0 and packed[1] == Compacted(7, 3, 0, 5)
    assert compact(Ledger(home)) == Compacted(3, 3, 5, 0) and Ledger(home).lost_rows() == 0


def test_a_home_without_a_ledger_has_lost_no_row(tmp_path: Path) -> None:
    """Nothing recorded: 0 rows, and no folder is made to say so."""
    assert Ledger(tmp_path).lost_rows() == 0 and list(tmp_path.iterdir()) == []


def test_old_files_are_not_deleted_for_a_torn_one(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "_delete", lambda *_: (0, 0))
    before = reconcile(Ledger(home))
    compact(Ledger(home))
    monkeypatch.undo()
    made = next(home / "ledger" / c.made for c in Ledger(home).compactions.read()[0] if "202603" in c.made)
    made.write_bytes(made.read_bytes()[:-1] + b"?")
    compaction._delete(Ledger(home), 1.0)
    found = reconcile(Ledger(home))
    assert (found.accepted, found.missing, found.torn) == (before.accepted, 0, 1)


def test_a_lost_settled_file_is_missed_with_all_its_rows(home: Path) -> None:
    compact(Ledger(home))
    made = next(home / "ledger" / c.made for c in Ledger(home).compactions.read()[0] if "202603" in c.made)
    made.unlink()
    found = reconcile(Ledger(home))
    assert found.missing == 5 and [f.code for f in found.faults] == ["missing"]
    assert found.faults[0].file.endswith(made.name)


def test_withdrawals_hold_before_and_after(home: Path) -> None:
    """What was withdrawn stays so once its file was merged with others, and can still be brought back."""
    bring(home, text(snapshot("wrong", 50, 60, 7)), name="essai.csv")
    whole = said(home)
    taken = withdraw(Ledger(home), Target("file", "essai.csv"), DSI)
    less = said(home)
    compact(Ledger(home))
    assert said(home) == less
    bring_back(Ledger(home), taken.withdrawal, DSI)
    assert said(home) == whole and reconcile(Ledger(home)).faults == ()


def of_tomorrow(home: Path, values: list[str | None], **more: Any) -> None:
    """The first rows of the ledger again, in a part of a newer version: with columns that this one does not know."""
    table = parquet_files.read_part(Path(next(f for f in Ledger(home).files("activities") if "part-" in f)))
    table = parquet_files.conform(table, ACTIVITY_SCHEMA)
    rows = pa.concat_tables([table[:1]] * len(values)).append_column("seen_by", pa.array(values, pa.string()))
    for name, value in more.items():
        rows = rows.append_column(name, pa.array([value] * len(values)))
    parquet_files.write_part(home / "ledger" / "activities" / f"month={rows['start_month'][0]}", rows)


def test_columns_of_a_newer_version_are_carried(home: Path) -> None:
    """Two rows that differ by such a column only are two, and one in two parts is one."""
    of_tomorrow(home, ["a", "b"], counts=[1, 2])
    of_tomorrow(home, ["b"], counts=[1, 2], other=1.5)
    compact(Ledger(home))
    found = pa.concat_tables(map(parquet_files.read_part, parts_with(home, "seen_by")), promote_options="permissive")
    rows = [(row["seen_by"], row["counts"], row["other"]) for row in found.to_pylist() if row["seen_by"]]
    assert sorted(rows, key=str) == [("a", [1, 2], None), ("b", [1, 2], 1.5), ("b", [1, 2], None)]
    assert len(parts_with(home, "seen_by")) == 1
    compact(Ledger(home))
    bring(home, text(snapshot("z", 40, 60, 1)))
    compact(Ledger(home))
    assert len(parts_with(home, "other")) == 1 and reconcile(Ledger(home)).faults == ()


def parts_with(home: Path, column: str) -> list[Path]:
    paths = [home / "ledger" / name for name in Ledger(home).parts()]
    return [path for path in paths if column in pq.read_schema(path).names]


def test_columns_of_a_newer_version_that_do_not_agree_leave_their_parts_apart(home: Path) -> None:
    of_tomorrow(home, ["a"], of_two_kinds="text")
    of_tomorrow(home, ["a"], of_two_kinds=[1.5])
    before = len(parts_with(home, "of_two_kinds"))
    compact(Ledger(home))
    assert before == len(parts_with(home, "of_two_kinds")) == 2


def test_a_part_of_another_kind_of_killed_import_keeps_its_account(home: Path) -> None:
    """Rows that no import acknowledged count as read, before and after they are merged."""
    Ledger(home).write(parquet_files.table_of(read(text(snapshot("orphan", 55, 60, 1)))[0], ACTIVITY_SCHEMA), [])
    before = reconcile(Ledger(home))
    compact(Ledger(home))
    assert reconcile(Ledger(home)) == before


def test_a_file_that_holds_all_the_others_stays(tmp_path: Path) -> None:
    """The same rows written by two processes under two names: merged, they are the first file, byte for byte."""
    content = text(snapshot("a", 1, 60, 1), snapshot("b", 2, 60, 2))
    ledger = Ledger(tmp_path)
    ledger.prepare()
    for name in ("a.csv", "b.csv"):
        ledger.write(parquet_files.table_of(read(content, name=name)[0], ACTIVITY_SCHEMA), [])
    before = said(tmp_path)
    assert compact(ledger) == Compacted(2, 1, 1, 0)
    assert said(tmp_path) == before and reconcile(ledger).faults == ()


def test_two_do_not_compact_at_once(home: Path) -> None:
    with file_lock(Ledger(home).folder / ".compacting"), pytest.raises(CompactionRunning):
        compact(Ledger(home))
    assert compact(Ledger(home)).after == 3


def test_the_command_says_what_it_did(home: Path) -> None:
    assert "7 fichiers avant, 3 après ; 5 anciens effacés" in sobria(home, "ledger", "compact").stdout
    body = json.loads(sobria(home, "ledger", "compact", "--json").stdout)
    assert body == {"version": JSON_VERSION, "before": 3, "after": 3, "deleted": 0, "kept": 0}


def one_by_one(home: Path) -> Path:
    """Twelve imports of one run each, all of one month."""
    home.mkdir(exist_ok=True)
    for n in range(12):
        bring(home, text(snapshot(f"run-{n}", n, 60, 0.1 * n)), name=f"{n}.csv")
    return home


def test_an_import_packs_what_earlier_ones_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A month being crowded at four parts: the imports 5, 8 and 11 find four, and leave one beside their own; after 12
    there are three. Five at most being packed at once, twelve leave 12 - 5 + 1 = 8, then 8 - 5 + 1 = 4, then one."""
    plain = one_by_one(tmp_path / "plain")
    monkeypatch.setattr(compaction, "CROWD", 4)
    packed = one_by_one(tmp_path / "packed")
    assert (len(Ledger(plain).present()), len(Ledger(packed).present())) == (12, 3)
    assert reconcile(Ledger(packed)) == reconcile(Ledger(plain)) and said(packed) == said(plain)
    left = []
    for most in ((5, 1000), (5, 10**6), (5, 10**6), (5, 10**6)):  # a part has more than 1,000 bytes
        monkeypatch.setattr(compaction, "MOST", most)
        pack(Ledger(plain))
        left.append(len(Ledger(plain).present()))
    assert left == [12, 8, 4, 1] and reconcile(Ledger(packed)) == reconcile(Ledger(plain))


def test_a_compaction_merges_so_many_bytes_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve parts of one size, four being merged at once, make three; none is merged that has as many bytes alone."""
    ledger = Ledger(one_by_one(tmp_path))
    before, account = said(tmp_path), reconcile(ledger)
    sizes = [ledger.store.size(name) for name in ledger.parts()]
    monkeypatch.setattr(compaction, "MOST", (512, min(sizes)))
    assert compact(ledger).after == 12
    monkeypatch.setattr(compaction, "MOST", (512, 4 * max(sizes)))
    assert compact(ledger).after == 3
    assert reconcile(ledger) == account and said(tmp_path) == before


def test_no_import_waits_for_packing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is packed while another import runs, which may read its own parts, nor while another process compacts. A
    byte changed in a part, of what an import does not read, stops no import, and is not merged as if it were sound."""
    monkeypatch.setattr(compaction, "CROWD", 4)
    for name, shared in ((IMPORTING, True), (".compacting", False)):
        home = tmp_path / name
        Ledger(home).prepare()
        with file_lock(home / "ledger" / name, shared=shared):
            assert len(Ledger(one_by_one(home)).present()) == 12
    torn = home / "ledger" / sorted(Ledger(home).parts())[0]
    torn.write_bytes(torn.read_bytes().replace(b"codecarbon", b"codecarbom"))
    assert bring(home, text(snapshot("z", 40, 60, 1)), name="z.csv").accepted == 1
    assert reconcile(Ledger(home)).torn == 1 and len(Ledger(home).present()) == 13


def test_rows_parsed_again_are_an_import_as_others_see_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its parts are packed by nobody before it has counted their rows."""
    account, seen = Append.account, []
    monkeypatch.setattr(Append, "account", lambda self: seen.append(held(home / "ledger" / IMPORTING)) or account(self))
    retry(Ledger(home), context())
    assert seen == [True] and not held(home / "ledger" / IMPORTING)
