"""What a running collector knows of its ledger: read once, followed, and never more than what is on disk."""

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import numpy as np
import pytest

from estimator.core.digest_set import Digests
from estimator.governance.register.register import author
from estimator.ingestion.http.payloads import Payload, Receipt, post, read_body, settle
from estimator.ingestion.http.sender_rows import Sender
from estimator.ledger import Ledger, standing
from estimator.ledger.append import Append
from estimator.ledger.compaction import compact
from estimator.ledger.reconciliation import reconcile
from estimator.ledger.standing import Standing
from estimator.ledger.withdrawals import Target, bring_back, withdraw
from tests.traces_support import context, judged

A, B = Sender("courrier", "a" * 12), Sender("accueil", "b" * 12)
RUN = {"run_id": "r", "project_name": "essai", "duration": 60, "cpu_energy": 10, "gpu_energy": 0, "ram_energy": 0}
RUN |= {"timestamp": "2026-03-01T10:00:00", "country_iso_code": "FRA", "codecarbon_version": "3.3.2"}
AGO_S = 32 * 24 * 3600
DSI = author("DSI", "essai")


class Collecting:
    """A collector that has run since the first row."""

    def __init__(self, home: Path, most: int = standing.MOST) -> None:
        self.ledger = Ledger(home)
        self.standing = Standing(self.ledger, recent=True, most=most)

    def send(self, *runs: str, sender: Sender = A, **given: object) -> Receipt:
        """Post runs of one body: of another name, another run."""
        data = json.dumps([RUN | {"run_id": run} | given for run in runs]).encode()
        return post(self.ledger, [read_body(Payload(sender, "codecarbon", data), context())], self.standing)[0]

    def counts(self, *runs: str, sender: Sender = A, **given: object) -> tuple[int, int, int]:
        """Of these runs, those accepted, known, and accepted without having been compared with all."""
        receipt = self.send(*runs, sender=sender, **given)
        return receipt.accepted, receipt.duplicates, receipt.unjudged


@pytest.fixture
def door(tmp_path: Path) -> Collecting:
    return Collecting(tmp_path)


def current_kwh(door: Collecting) -> list[float]:
    """The kWh of processor of the rows that count."""
    return sorted(row["cpu_energy_kwh"] for row in judged(door.ledger) if row["status"] == "current")


def test_each_part_is_read_once_whatever_the_ledger_holds(door: Collecting) -> None:
    """Each post reads the part of the one before; a compaction merges parts that were read, and is not read."""
    read, batches = list[str](), Ledger.batches

    def counted(ledger: Ledger, name: str, columns: Sequence[str]) -> Any:
        read.append(name)
        return batches(ledger, name, columns)

    with patch.object(Ledger, "batches", counted):
        for n in range(5):
            door.send(f"run-{n}")
        assert len(read) == len(set(read)) == 4
        door.standing.follow()
        assert len(read) == 5
    compact(door.ledger)
    with patch.object(Ledger, "batches", counted):
        assert door.counts("run-0", "run-4") == (0, 2, 0)
        assert len(read) == len(set(read)) == 5


def test_what_another_program_writes_is_seen(door: Collecting) -> None:
    door.send("a")
    assert Collecting(door.ledger.home).counts("b") == (1, 0, 0)
    assert door.counts("a", "b", "c") == (1, 2, 0)
    assert door.counts("b", sender=B) == (1, 0, 0)


def test_other_parts_are_read_for_a_run_only_where_its_moment_was_told(door: Collecting) -> None:
    """Three runs, then the first a minute later with 12 kWh, need none; its first moment again, with 11 kWh, needs one
    search."""
    with patch.object(Ledger, "of_same_runs", autospec=True, side_effect=Ledger.of_same_runs) as sought:
        for run in "abc":
            door.send(run)
        door.send("a", timestamp="2026-03-01T10:01:00", duration=120, cpu_energy=12)
        assert not sought.called
        door.send("a", cpu_energy=11)
        assert sought.call_count == 1
    assert current_kwh(door) == [10, 10, 12]
    assert [entry.rows for entry in door.ledger.in_force()] == [1]


@pytest.mark.parametrize("ago_s", [0, AGO_S])
def test_a_run_told_before_the_collector_began_is_corrected_however_old(ago_s: int, door: Collecting) -> None:
    door.send("a", "b")
    for part in door.ledger.present():
        os.utime(door.ledger.folder / part, (time.time() - ago_s,) * 2)
    later = Collecting(door.ledger.home)
    later.send("c")
    later.send("a", cpu_energy=9)
    assert current_kwh(later) == [9, 10, 10]


def test_a_run_that_another_collector_tells_meanwhile_is_corrected(door: Collecting) -> None:
    """It ends between the first look of this one at the ledger and its own entry, and tells 12 kWh of the same run."""
    door.send("b")
    other, acknowledge = Collecting(door.ledger.home), Append.acknowledge

    def after_the_other(posting: Append) -> None:
        with patch.object(Append, "acknowledge", acknowledge):
            other.send("a", cpu_energy=12)
        acknowledge(posting)

    with patch.object(Append, "acknowledge", after_the_other):
        door.send("a", cpu_energy=11)
    assert current_kwh(door) == [10, 11]


@pytest.mark.parametrize("full", ["write", "acknowledge"])
def test_what_was_not_acknowledged_is_sent_again_and_counts_once(door: Collecting, full: str) -> None:
    """The disk is full before the rows, or between them and their record: the second then relies on the part."""
    door.send("a")
    target = (
        "estimator.ledger.parts_in_hand.put_one" if full == "write" else "estimator.core.event_log.RecordFolder.write"
    )
    with patch(target, side_effect=OSError("full")), pytest.raises(OSError, match="full"):
        door.send("b")
    assert door.counts("b") == ((1, 0, 0) if full == "write" else (0, 1, 0))
    held = reconcile(door.ledger)
    assert (held.accepted, held.missing, held.faults) == (2, 0, ())
    relied = [part for done in door.ledger.imports.read()[0] for part in done.relied]
    assert len(relied) == (full == "acknowledge")


def test_what_was_withdrawn_is_known_and_counts_no_more(door: Collecting) -> None:
    """Sent again as it was, a withdrawn row stays withdrawn; brought back, it counts once."""
    door.send("a", "b")
    ids = {row["run_id"]: row["row_id"] for row in judged(door.ledger)}
    withdraw(door.ledger, Target("run", f"a@{A.mark}"), DSI)
    assert door.counts("a", "b") == (0, 2, 0)
    known = door.standing.known("activities")
    assert [known.withdrawn([ids[f"{run}@{A.mark}"]]) for run in "ab"] == [1, 0]
    assert door.counts("a", cpu_energy=11) == (1, 0, 0)
    (gone,) = door.ledger.in_force()
    bring_back(door.ledger, gone.event, DSI)
    assert door.counts("a", "b") == (0, 2, 0)
    held = reconcile(door.ledger)
    assert (held.accepted + held.superseded, held.withdrawn, held.faults) == (3, 0, ())


def test_a_repeat_of_more_than_31_days_ago_is_written_and_judged_by_the_build(door: Collecting) -> None:
    """Rows of March, in a part written 32 days ago, are not read; sent again they are written, and count once. A run
    that ended a minute ago cannot have been sent before."""
    door.send("a")
    for part in door.ledger.present():
        os.utime(door.ledger.folder / part, (time.time() - AGO_S,) * 2)
    later = Collecting(door.ledger.home)
    assert later.counts("a", "c") == (2, 0, 2)
    assert later.counts("a", "c") == (0, 2, 0)
    assert later.counts("b", timestamp=time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() - 7200))) == (1, 0, 0)
    assert sorted(row["status"] for row in judged(later.ledger)) == ["current", "current", "current", "duplicate"]
    held = reconcile(later.ledger)
    assert (held.read, held.accepted, held.duplicates, held.faults) == (6, 3, 3, ())


def test_who_sends_the_most_forgets_first(tmp_path: Path) -> None:
    """Of 4 ids held, A has 4 when B sends its own: A forgets, its rows are no longer compared with all, B is known."""
    door = Collecting(tmp_path, most=4)
    door.send(*"wxyz")
    door.send("r", sender=B)
    assert door.counts("r", sender=B) == (0, 1, 0)
    assert door.counts("w") == (1, 0, 1)
    assert reconcile(door.ledger).accepted == 5


def test_a_part_that_a_person_took_away_is_no_longer_known(door: Collecting) -> None:
    door.send("a")
    assert door.counts("a") == (0, 1, 0)
    for part in door.ledger.present():
        (door.ledger.folder / part).unlink()
    assert door.counts("a") == (1, 0, 0)


def test_a_large_part_stays_apart_from_the_small_ones(door: Collecting) -> None:
    """4,000 runs in one part, then 4 of one run each: the 4 are merged, and the large part is not written again."""
    door.send(*(uuid4().hex for _ in range(4000)))
    (large,) = door.ledger.present()
    for _ in range(4):
        door.send(uuid4().hex)
    assert len(door.ledger.present()) == 5
    settle(door.ledger)
    assert len(door.ledger.present()) == 2 and large in door.ledger.present()
    settle(door.ledger)
    assert len(door.ledger.present()) == 2
    assert reconcile(door.ledger).accepted == 4004


def test_the_oldest_digests_are_forgotten_first() -> None:
    held = Digests()
    batches = [np.arange(n * 200, n * 200 + 200, dtype=np.uint64).reshape(-1, 2) for n in range(6)]
    for batch in batches:
        held.add(batch)
    held.forget()
    kept = [bool(np.all(held.holds(batch))) for batch in batches]
    assert kept == sorted(kept) and kept[-1] and not kept[0] and len(held) == 100 * sum(kept)
