"""A ledger in a bucket: the figures of one in a folder, writers that cannot erase each other, reads of what is asked.

The servers are real programs on 127.0.0.1; none of them proves what a real storage does when its power is cut. The
suite has one of them; `python -m scripts.object_stores` installs two more; `python -m scripts.proofs` runs the rest.
python -m scripts.fire --store localbucket --writers 2 --readers 1 --kills 50 --seconds 420 kills for longer.
"""

import gc
import hashlib
import json
import shutil
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pytest

from estimator.builds import row_status
from estimator.builds.build import How
from estimator.builds.build_identity import SECRET
from estimator.builds.merge_journal import lost_merges, stray_merges
from estimator.builds.merged_groups import merge, merged_files
from estimator.core import duckdb_engine
from estimator.core.duckdb_engine import DuckDB, connect
from estimator.core.fields import Author
from estimator.core.home import AUTHORITIES, FORMAT, HomeFile, default_home, home_at, home_file, named_home
from estimator.core.storage import objects, s3_files
from estimator.core.storage.objects import ObjectStore
from estimator.core.storage.s3_files import StoreRefused
from estimator.core.storage.storage import Patience, StoreFailed, put_one, storage_at
from estimator.governance.register.register import Register
from estimator.ledger import Ledger
from estimator.ledger.archive import export, restore
from estimator.ledger.compaction import Compacted, CompactionRunning, compact
from estimator.ledger.reconciliation import reconcile
from estimator.ledger.withdrawals import Target, bring_back, withdraw
from estimator.places.journal import PlaceJournal
from estimator.results.making import build
from estimator.results.reading import Results
from scripts.bench import tokens
from scripts.fire.__main__ import account
from scripts.fire.trial import FireTrial, run
from scripts.object_stores import BUCKET, KEYS, serving, there
from tests.reporting.authority import case, plain
from tests.reporting.test_groups_in_place import _file
from tests.skipped import NO_STORES
from tests.support import activity, append, refuses, sobria, sobria_process

NO_MORE = [pytest.mark.skipif(not there(server), reason=NO_STORES) for server in ("moto", "nanio")]

WHO = Author(who="Service numérique", why="essai")
BUSY = CompactionRunning(home="essai")
NUMBERS = count()


def _forget() -> None:
    """What this process knows of a server that was stopped."""
    for known in (s3_files._filesystem, objects._check_conditional, duckdb_engine._in_memory):
        known.cache_clear()


@pytest.fixture(scope="module", params=["localbucket", pytest.param("moto", marks=NO_MORE[0])])
def bucket(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a bucket of each server."""
    with serving(request.param, tmp_path_factory.mktemp("server") / "bucket") as store:
        _forget()
        yield store.url
    _forget()


def _home(folder: Path, url: str) -> Path:
    HomeFile(format=FORMAT, store=url).write(folder)
    return folder


@pytest.fixture
def home(bucket: str, tmp_path: Path) -> Path:
    """A home whose ledger is in the bucket, alone under its prefix."""
    return _home(tmp_path / "home", f"{bucket}/{next(NUMBERS)}")


def _rows() -> list[Any]:
    """Three months, a task twice in one file, a growing run, 8 kWh in all."""
    found = [activity(f"2026-0{month}-05T10:00:00", service_key="courrier", line=month) for month in (1, 2, 3)]
    grown = {"cumulative": True, "run_key": "run", "run_id": "run", "file_name": "grown.csv", "file_sha": "9"}
    found += [activity(hours=hours, cpu_energy_kwh=hours, line=line, **grown) for line, hours in ((2, 1.0), (3, 5.0))]
    return found


def test_a_ledger_in_a_bucket_is_the_one_of_a_folder(home: Path, tmp_path: Path) -> None:
    """The same rows, brought twice, withdrawn and brought back, packed, checked, archived: the same account, the same
    figures, and no part on this machine. 3 × 1 kWh, and 5 kWh of the last state of the run."""
    here, rows = tmp_path / "here", _rows()
    found = []
    for place in (home, here):
        ledger = Ledger(place)
        accounts = [append(ledger, rows[:3]).as_dict(), append(ledger, rows[2:]).as_dict()]
        gone = withdraw(ledger, Target("file", "grown.csv"), WHO)
        without = Results(build(place).path).totals().indicators["it_energy"].at_factor_values
        bring_back(ledger, gone.withdrawal, WHO)
        kept = compact(ledger)
        totals = Results(build(place).path).totals()
        parts = [sorted(ledger.parts()), reconcile(ledger).as_dict(), kept.before, kept.after]
        found.append((accounts, without, totals.indicators, totals.proof, parts))
        assert without == pytest.approx(3.0)
        assert totals.indicators["it_energy"].at_factor_values == pytest.approx(8.0)
    assert found[0] == found[1]
    assert not list(home.rglob("part-*")) and not (home / "ledger" / "imports").exists()
    export(Ledger(home), tmp_path / "archive.tar")
    back = tmp_path / "back"
    assert restore(tmp_path / "archive.tar", back) == reconcile(Ledger(home)) and not home_file(back).store
    with refuses("restore_in_store"):
        restore(tmp_path / "archive.tar", home)


def test_a_trial_import_writes_nothing_there(home: Path, root: Path) -> None:
    """`check` says what the import would do, duplicates included, and leaves the bucket as it is."""
    file = next((root / "tests" / "traces" / "good").glob("*.csv"))
    sobria(home, "import", str(file))
    before = storage_at(home, "").names()
    told = json.loads(sobria(home, "check", str(file), "--json").stdout)
    assert told["account"]["accepted"] == 0 < told["account"]["duplicates"] and storage_at(home, "").names() == before


def test_two_machines_see_one_home(home: Path, tmp_path: Path) -> None:
    """What one says of places and of the register is read by the other, whose rows it counts: 1 + 2 kWh."""
    other = _home(tmp_path / "other", home_file(home).store)
    append(Ledger(home), [activity(service_key="courrier")])
    case(Register(home), "Courriers", key="courrier")
    PlaceJournal(home).add_rule({"service": "courrier", "host": "class/desk", "zone": "FRA"}, WHO)
    append(Ledger(other), [activity(service_key="courrier", cpu_energy_kwh=2.0)])
    one, two = (Results(build(place).path) for place in (home, other))
    assert one.totals().indicators == two.totals().indicators
    assert two.totals().indicators["it_energy"].at_factor_values == pytest.approx(3.0)
    assert [use.name for use in Register(other).use_cases()] == ["Courriers"]


def _requests(home: Path, parts: int, rows: int, monkeypatch: pytest.MonkeyPatch) -> str:
    """As many parts of so many requests, with names like real ones, all read where they lie; the name of a row."""
    monkeypatch.setattr(row_status, "LARGE", 1)
    ids = []

    class Named(Ledger):
        def write(self, rows: pa.Table, refused: Any, wrote: dict[str, int] | None = None) -> None:
            for name in ("row_id", "run_key"):
                place, told = rows.schema.get_field_index(name), f"{name} {{}}".format
                names = [hashlib.blake2b(told(n).encode(), digest_size=16).hexdigest() for n in rows[name].to_pylist()]
                rows = rows.set_column(place, rows.schema.field(name), pa.array(names))
            ids.append(rows["row_id"][7].as_py())
            super().write(rows, refused, wrote)

    monkeypatch.setattr(tokens, "Ledger", Named)
    for number in range(parts):
        tokens.write_requests(home, rows, 4, f"{number}.json", number * rows)
    return str(ids[1])


@pytest.mark.long
def test_one_run_is_explained_without_reading_the_others(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes that the store sends: a build reads the columns that it wants about once; the explanation of one run of
    24 parts, 5 % of the ledger at most: the ends of all parts, and one part."""
    row_id = _requests(home, 24, 20_000, monkeypatch)
    ledger, sent = Ledger(home), Counter[str]()
    there = sum(ledger.store.size(part) for part in ledger.parts())
    fetched = type(s3_files.filesystem())._call_s3

    async def counted(self: Any, method: Any, *given: Any, **asked: Any) -> Any:
        answer = await fetched(self, method, *given, **asked)
        sent["bytes"] += answer["ContentLength"] if getattr(method, "__name__", method) == "get_object" else 0
        return answer

    monkeypatch.setattr(type(s3_files.filesystem()), "_call_s3", counted)
    made = build(home)
    assert there / 10 < sent["bytes"] < 1.5 * there
    assert not list(home.rglob("part-*.parquet"))
    (opened,) = [made.opened] if made.opened else [DuckDB.read(made.path)]
    opened.close()
    sent.clear()
    results = Results(made.path)
    told = results.explain(f"run.{row_id}.energy")
    assert 0 < sent["bytes"] <= 0.05 * there
    assert told.as_dict()["trace"]["total"] == 1 and results.run(row_id)["row_id"] == row_id
    assert results.runs(limit=1)["total"] == 480_000


def test_what_a_compaction_replaced_stays_for_a_day(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody says that he reads there: the 6 parts stay beside the one that replaces them, and count no more; the
    build of before is still read."""
    row_id = _requests(home, 6, 500, monkeypatch)
    before, ledger = Results(build(home).path), Ledger(home)
    assert compact(ledger) == Compacted(6, 1, 0, 6) and len(ledger.present()) == 7
    assert before.run(row_id)["row_id"] == row_id
    monkeypatch.setattr(ObjectStore, "keeps_s", 0.0)
    assert compact(Ledger(home)) == Compacted(1, 1, 6, 0)
    assert Results(build(home).path).totals().indicators == before.totals().indicators


def test_what_spark_left_beside_a_build_goes_and_its_names_stay(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of a folder that became a bucket: they stay while the build is open, and go with the next. What tells where
    in the bucket a run is stays, and is read."""
    row_id = _requests(home, 2, 500, monkeypatch)
    path = build(home).path
    reader, left = Results(path), path.with_suffix(".parts") / "rows-00000001"
    there = sorted(file.name for file in left.parent.iterdir())
    left.mkdir()
    build(home, how=How(full=True))
    assert left.exists() and reader.run(row_id)["row_id"] == row_id
    del reader
    gc.collect()
    build(home, how=How(full=True))
    assert sorted(file.name for file in left.parent.iterdir()) == there
    assert Results(path).run(row_id)["row_id"] == row_id


def test_an_import_reads_nothing_that_may_be_deleted(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts that a compaction replaced are deleted once they were listed: their rows are known from the one that holds
    them."""
    ledger, rows = Ledger(home), _rows()[:1]
    append(ledger, rows)
    append(ledger, [activity("2026-01-07T10:00:00")])
    assert compact(ledger).kept == 2
    listed = ledger.present()
    ledger.store.delete(listed - set(ledger.parts()))
    monkeypatch.setattr(Ledger, "present", lambda _: set(listed))
    assert append(Ledger(home), rows).duplicates == 1
    monkeypatch.undo()
    assert reconcile(Ledger(home)).faults == ()


def test_what_is_not_for_a_bucket_or_is_taken_from_it_is_said(home: Path) -> None:
    """Spark reads a folder; a part that somebody deletes while it is read is no fault of SobrIA."""
    ledger = Ledger(home)
    append(ledger, [activity()])
    with refuses("spark_store", "shared folder"):
        build(home, how=How(spark="local[2]"))
    with refuses("store_refused", "may the key"), ledger.still() as held, connect() as connection:
        sql = held.rows_sql("activities")
        ledger.store.delete(ledger.parts())
        connection.execute(sql).fetchall()


def _store(url: str, folder: Path) -> ObjectStore:
    """A bucket as seen from a machine of its own."""
    _, _, prefix = url.partition(f"{BUCKET}/")
    return ObjectStore(BUCKET, f"{prefix}/{next(NUMBERS)}", folder)


def test_a_name_is_given_once(bucket: str, tmp_path: Path) -> None:
    """Eight writers of one name: one of them has it, and the others leave it."""
    store, won = _store(bucket, tmp_path), list[bytes]()

    def put(data: bytes) -> None:
        if store._put("part", data):
            won.append(data)

    writers = [threading.Thread(target=put, args=(bytes([number]),)) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(won) == 1 and store.read(["part", "none"]) == {"part": won[0]}


def test_threads_read_one_object_each_from_its_own_place(bucket: str, tmp_path: Path) -> None:
    """DuckDB asks several ranges of one file together: with one place for all, it read bytes of another range."""
    store, data = _store(bucket, tmp_path), bytes(range(256)) * 2
    put_one(store, "part", data)
    file = store.opened("part")
    file.seek(7)
    other = threading.Thread(target=file.seek, args=(100,))
    other.start()
    other.join()
    assert file.read(9) == data[7:16] and file.tell() == 16


def test_a_lease_is_held_by_one_and_ends_with_its_holder(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two machines. Held, it is refused to the other; released, or of a holder that was killed, it is taken; the holder
    that comes back too late does not have it."""
    monkeypatch.setattr(objects, "LEASE_S", 3.0)
    one = _store(bucket, tmp_path / "one")
    other = ObjectStore(one._bucket, one._prefix, tmp_path / "other")
    with one.lease("compacting"), refuses("compaction_running"), other.lease("compacting", Patience(0, BUSY)):
        pass
    with other.lease("compacting", Patience(0, BUSY)):
        pass
    place = one.below(f"{objects.LEASES}/compacting")
    killed = objects._Lease.taken(place)
    assert killed and objects._Lease.taken(place) is None
    started = time.monotonic()
    with other.lease("compacting", Patience(30, BUSY)):
        assert time.monotonic() - started > 1
        assert not killed._follow(b"again")
    assert len(place.names()) == 1


def test_a_lease_is_renewed_while_it_is_held(bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "LEASE_S", 3.0)
    monkeypatch.setattr(objects, "RENEWED_S", 0.5)
    one = _store(bucket, tmp_path / "one")
    other = ObjectStore(one._bucket, one._prefix, tmp_path / "other")
    with one.lease("compacting"):
        began = time.monotonic()
        with refuses("compaction_running"), other.lease("compacting", Patience(5, BUSY)):
            pass
        assert time.monotonic() - began > objects.LEASE_S, "it would have ended, had nobody renewed it"


@NO_MORE[1]
def test_a_store_without_conditional_writes_is_refused(tmp_path: Path, root: Path) -> None:
    """nanio writes over an object that exists: nothing but the trial is written there, and both languages say so."""
    file = next((root / "tests" / "traces" / "good").glob("*.csv"))
    with serving("nanio", tmp_path / "bucket") as store:
        _forget()
        home = _home(tmp_path / "home", store.url)
        said = sobria(home, "import", str(file), code=1).stderr
        assert "ne sait pas refuser d'écrire un objet qui existe" in said and store.url in said
        assert "cannot refuse to write" in sobria(home, "import", str(file), code=1, lang="en").stderr
        assert storage_at(home, "").names() == set()
    _forget()


def test_a_store_that_stops_is_said_and_the_import_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server is stopped, then started on the same folder: what was acknowledged is there, and what is brought
    again counts once."""
    folder, home, rows = tmp_path / "bucket", tmp_path / "home", _rows()[:3]
    with serving("localbucket", folder) as store:
        _forget()
        append(Ledger(_home(home, store.url)), rows[:1])
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    with refuses("store_unreachable", "does not answer"):
        append(Ledger(home), rows)
    with serving("localbucket", folder):
        _forget()
        again = append(Ledger(home), rows)
        assert (again.duplicates, again.accepted) == (1, 2)
        assert reconcile(Ledger(home)).faults == ()
    _forget()


def test_what_is_not_an_address_or_a_bucket_is_said(bucket: str, tmp_path: Path) -> None:
    for given in ("s3://A", "s3://seau/../autre", "s3://cle:secret@seau", "s3:seau"):
        with refuses("store_address", "bucket"):
            home_at(given)
    with refuses("store_refused", "NoSuchBucket"):
        Ledger(_home(tmp_path / "home", "s3://absent/prefixe")).present()
    said = sobria_process("--home", "s3://A", "totals", code=1).stderr
    assert "s3://SEAU" in said and "Traceback" not in said


@pytest.mark.parametrize(
    ("answered", "told"),
    [
        ("SignatureDoesNotMatch", ("store_key_unknown", "AWS_SECRET_ACCESS_KEY together")),
        ("RequestTimeTooSkewed", ("store_clock", "Set it right")),
        ("SlowDown", ("store_busy", "in a few minutes")),
        ("InternalError", ("store_broken", "Neither the bucket nor the key")),
        ("500", ("store_broken", "tell whoever runs this storage")),
        ("QuotaExceeded", ("store_full", "Raise its quota")),
        ("AccessDenied", ("store_refused", "may the key")),
    ],
)
def test_each_refusal_of_a_store_says_what_to_do(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answered: str, told: tuple[str, str]
) -> None:
    """What the store answers is quoted once, and what to do about it is said."""
    from botocore.exceptions import ClientError

    def refuse(method: str, **_: Any) -> None:
        raise ClientError({"Error": {"Code": answered, "Message": "Non."}}, method)

    monkeypatch.setattr(s3_files.filesystem(), "call_s3", refuse)
    with refuses(*told) as refusal:
        _store(bucket, tmp_path).names()
    assert str(refusal.value).count(f"{answered}, Non") == 1


def test_merged_groups_are_said_to_stay_on_the_machine_that_merged_them(home: Path, tmp_path: Path) -> None:
    """Another machine at the same address has the rows of the ledger, and not them."""
    said = plain(sobria(home, "ledger", "merge", str(_file(tmp_path, "54010"))).stdout)
    assert "Ces groupes restent sur cette machine" in said and f"le registre est à s3://{BUCKET}" in said


def test_another_machine_says_which_merged_groups_it_does_not_count(home: Path, bucket: str, tmp_path: Path) -> None:
    """Until they are merged there too. What one takes out counts for none; what a version before wrote in its own
    journal is known to all from the next merge or removal on."""
    path, other = _file(tmp_path, "54010"), _home(tmp_path / "other", str(home_file(home).store))
    assert "54010" not in sobria(other, "totals").stdout
    sobria(home, "ledger", "merge", str(path))
    assert not lost_merges(home) and list(lost_merges(other)) == ["54010_2026.json"]
    told = "Il manque le fichier de groupes 54010_2026.json (Commune 54010), dont la réunion est au journal"
    found = sobria(other, "ledger", "verify", code=1)
    for said in (sobria(other, "totals").stdout, sobria(other, "ledger", "history").stdout, found.stderr):
        assert told in plain(said) and "ici ou sur une autre machine" in plain(said)
    sobria(other, "ledger", "merge", str(path))
    assert not lost_merges(other) and "54010" in sobria(other, "totals").stdout
    sobria(home, "ledger", "withdraw", "--file", "54010_2026.json", "--who", "DSI", "--why", "essai")
    assert stray_merges(other) == ["54010_2026.json"] and not merged_files(other)


def test_the_journal_that_a_version_before_kept_here_is_carried_to_the_bucket(home: Path, tmp_path: Path) -> None:
    """It counts as it is, and other machines know of it from the next merge on."""
    merge(tmp_path / "before", [_file(tmp_path, "54010")])
    shutil.copytree(tmp_path / "before" / AUTHORITIES, home / AUTHORITIES)
    other = _home(tmp_path / "other", str(home_file(home).store))
    assert [file.territory for file in merged_files(home)] == ["54010"] and not lost_merges(other)
    merge(home, [_file(tmp_path, "54020")])
    assert list(lost_merges(other)) == ["54010_2026.json", "54020_2026.json"] and not lost_merges(home)


def test_a_part_that_was_cut_in_the_bucket_is_said_to_be_damaged(home: Path) -> None:
    """Somebody else wrote over it: the storage refused nothing."""
    ledger = Ledger(home)
    append(ledger, [activity()])
    (part,) = ledger.parts()
    content = ledger.store.read([part])[part][:900]
    s3_files.filesystem().call_s3("put_object", Bucket=BUCKET, Key=ledger.store._inside(part), Body=content)  # type: ignore[attr-defined]
    _forget()
    with refuses("ledger_torn", part.rpartition("/")[2]):
        build(home)


def test_a_key_that_may_not_delete_brings_no_row(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lease could not end: the import is refused before its first row."""
    called = ObjectStore._call

    def refused(store: ObjectStore, method: str, **asked: Any) -> Any:
        if method == "delete_object":
            raise StoreFailed("store_refused", address=store, told="AccessDenied")
        return called(store, method, **asked)

    _forget()
    monkeypatch.setattr(ObjectStore, "_call", refused)
    with refuses("store_refused", "delete"), Ledger(home).importing():
        append(Ledger(home), _rows())
    assert storage_at(home, "").names() == set()
    _forget()


def test_a_home_in_a_bucket_is_named_by_its_address(home: Path, bucket: str, tmp_path: Path) -> None:
    assert (
        named_home(home).startswith(f"{bucket}/") and named_home(home, whole=False) == Path(home_file(home).store).name
    )
    assert named_home(tmp_path) == str(tmp_path) and named_home(tmp_path, whole=False) == tmp_path.name
    assert home_file(home).store in sobria(home, "totals").stdout


def test_a_key_that_may_only_read_reads(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is put in a bucket to be read, whatever else this process has done there; a row more is refused."""
    append(Ledger(home), _rows())
    _forget()

    def refused(*_: Any, **__: Any) -> bool:
        raise StoreRefused("store_refused", "AccessDenied", address="s3://seau", told="AccessDenied")

    monkeypatch.setattr(ObjectStore, "_put", refused)
    with Ledger(home).reading():
        assert len(Ledger(home).files("activities")) > 1
    made = build(home)
    assert Results(made.path).totals().indicators["it_energy"].at_factor_values == pytest.approx(8.0)
    assert build(home).id == made.id and (home / SECRET).exists(), "of this machine alone"
    with refuses("store_refused", "AccessDenied"):
        append(Ledger(home), [activity()])
    _forget()


def test_a_missing_key_is_said(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither variables nor a profile: the server is not said to be silent, since nothing was asked of it."""
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    _forget()
    with refuses("store_key", "AWS_ACCESS_KEY_ID"):
        Ledger(_home(tmp_path / "home", "s3://seau/prefixe")).present()
    _forget()


def test_the_variable_names_a_bucket(bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """$SOBRIA_HOME: a folder of this machine of that address alone, for what the bucket does not hold."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("SOBRIA_HOME", f"{bucket}/{next(NUMBERS)}/")
    home = default_home()
    assert home.is_relative_to(tmp_path) and home == default_home() != home_at(f"{bucket}/autre")
    append(Ledger(home), [activity()])
    assert json.loads(sobria_process("totals", "--json").stdout)["coverage"]["runs"] == 1
    put_one(storage_at(home, "ledger"), "activities/month=202601/part-x.txt", b"")
    assert len(Ledger(home).parts()) == 1


@pytest.mark.long
def test_a_few_seconds_of_fire_in_a_bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two writers and a compaction, killed: nothing acknowledged is lost, nothing counts twice."""
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    with serving("localbucket", tmp_path / "bucket") as store:
        _forget()
        outcome = run(FireTrial(seconds=8, writers=2, readers=1, kills=3, store=store.url), tmp_path / "trial")
    _forget()
    assert outcome.sound, account(outcome)
    assert outcome.killed.total() == 3
