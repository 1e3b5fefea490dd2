"""What an append knows of a ledger before it writes: its rows and its journal, read once, then followed."""

import io
import json
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from hashlib import blake2b
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from estimator.core import atomic_files
from estimator.core.digest_files import Pile
from estimator.core.digest_set import SIZE, Digests, of_column
from estimator.ledger.files import KINDS, Ledger, as_models
from estimator.ledger.journal import Import, RowsWithdrawal
from estimator.ledger.restatements import RESTATED_BY
from estimator.ledger.rows import Activity, Kind, Refused
from estimator.ledger.versions import COLLECTED
from estimator.ledger.withdrawn_rows import copy_of

WINDOW = timedelta(days=31)
_OF_RUNS = ("file_name", "run_id", "end_us", "reader")
_MARKED = "@[0-9a-f]{12}$"  # the end of the runs of a sender, and of no other
MOST = 256 * 2**20 // SIZE  # ids held of the rows that senders sent
_START = ".standing"  # of the names of what is kept, beside the builds: it can be removed without loss
KEPT = f"{_START}-rows"  # what stood, from one import to the next
_FILED = f"{_START}-ids-"  # files of ids, which it names
_LOOSE = "loose"  # in place of a sender: the ids of parts that no import recorded
OFTEN = 64  # entries of the journal, parts and thousands of rows that were read, from which what stands is kept anew


class KnownRows:
    """Rows that one append deduplicates against: those that stand, withdrawn copies by id, and its own so far."""

    def __init__(self, ids: Mapping[str, Digests], gone: Mapping[str, set[str]], dead: set[str], own: Digests) -> None:
        self._ids, self._gone, self._dead, self._own = ids, gone, set(dead), own
        self._of_file = Pile(own.folder)  # of the file that is read, of which none can be that of another
        self._apart = _LOOSE not in ids  # they are those of senders, by sender

    def has(self, row: Activity | Refused) -> bool:
        """Whether the row already counts, or is an identical withdrawn copy."""
        stands = any(ids.holds_one(row.row_id) for ids in (self._own, *self._standing(row.file_name)))
        if stands and row.row_id not in self._dead:
            return True
        return row.row_id in self._gone and copy_of(row) in self._gone[row.row_id]

    def any_of(self, name: str) -> bool:
        """Whether there are some of a file of this name, not all withdrawn."""
        stands = self._standing(name)
        dead = (any(ids.holds_one(row_id) for ids in stands) for row_id in self._dead)
        return len(self._own) + sum(map(len, stands)) > sum(dead)

    def settle(self) -> None:
        """What comes next may repeat the rows that are distinct among themselves: it is another file, or not so."""
        for digests in self._of_file.taken():
            self._own.add(digests)

    def withdrawn(self, row_ids: Iterable[str]) -> int:
        """Count of the rows of which every copy was withdrawn."""
        return sum(row_id in self._dead for row_id in row_ids) if self._dead else 0

    def meet(self, rows: pa.Table, distinct: bool) -> np.ndarray:
        """The same for a table of activities of one file: n booleans. New rows are then added to the append's own.
        distinct: as in `ReadResult`."""
        digests = of_column(rows["row_id"])
        held = self._own.meet(digests, add=not distinct)
        if distinct:
            self._of_file.add(digests)
        if len(rows):
            for ids in self._standing(rows["file_name"][0].as_py()):
                held |= ids.holds(digests)
        if self._gone:
            rare = pc.is_in(rows["row_id"], value_set=pa.array(list(self._gone))).to_numpy()
            for place in np.flatnonzero(rare).tolist():
                row = as_models("activities", rows[place : place + 1])[0]
                held[place] = (held[place] and row.row_id not in self._dead) or copy_of(row) in self._gone[row.row_id]
                if not held[place]:
                    self._dead.discard(row.row_id)
        return held

    def add_one(self, row_id: str) -> None:
        """Add a row that counts from now on."""
        self._own.add_one(row_id)
        self._dead.discard(row_id)

    def _standing(self, name: str) -> Sequence[Digests]:
        return [self._ids[name]] if self._apart else [self._ids[""], self._ids[_LOOSE]]


class Standing:
    """Rows that stand in a ledger, and its journal. They are only ever read from files: what a failed append would have
    added is never known.

    Ids beyond a few megabytes lie in files beside the builds: what it takes is bounded, whatever the ledger holds.
    `recent`: only what senders sent, by sender, in parts written within 31 days, and at most `most` ids: beyond, the
    sender that has the most forgets its oldest. The moments of their runs are of all parts, and none is forgotten.
    """

    def __init__(self, ledger: Ledger, recent: bool = False, most: int = MOST) -> None:
        self._ledger, self.recent, self._most = ledger, recent, most
        self._folder = ledger.home / "builds"
        self._begin()
        if not recent:
            self._recall()

    def _begin(self) -> None:
        self._since = 0  # what was read since what stands was kept, as OFTEN counts it
        self._entries: set[str] = set()
        self._compacted: dict[str, set[str]] = {}
        self._named: set[str] = set()
        self._parts: set[str] = set()
        self._moments = Digests(folder=self._folder)  # of the readings of runs that senders told
        self.loose: dict[str, int] = {}  # parts that no import recorded, with their rows
        self.withdrawn: set[str] = set()  # the withdrawals in force
        self._forgot: set[str] = set()
        self._skipped = False
        self.heads: set[str] = set()
        self.read_files: set[str] = set()
        self.versions: dict[str, set[str]] = {}  # hashes of the contents imported under each name
        self._ids: dict[Kind, defaultdict[str, Digests]] = {kind: defaultdict(Digests) for kind in KINDS}
        for ids in () if self.recent else self._ids.values():
            ids |= {name: self.few() for name in ("", _LOOSE)}
        self._gone: dict[Kind, defaultdict[str, set[str]]] = {kind: defaultdict(set) for kind in KINDS}
        self._dead: dict[Kind, set[str]] = {kind: set() for kind in KINDS}

    def follow(self) -> None:
        """Read what appeared: parts, journal entries, withdrawals. ledger_torn."""
        with self._ledger.reading():
            present = self._ledger.present()  # before the compactions, which say what replaced a part that is gone
            self._follow_journal()
            withdrawals = self._ledger.in_force()
            lost = self._parts - present - set().union(*self._compacted.values())
            if lost or not self.withdrawn <= {one.event for one in withdrawals}:  # taken, or brought back, by a person
                self._begin()
                self._follow_journal()
            self._withdraw([one for one in withdrawals if one.event not in self.withdrawn], present)
            read = self._parts if self.recent else self._parts - self.loose.keys()
            merged = {made for made, parts in self._compacted.items() if parts <= read}
            new = present - read - (self.loose.keys() - self._named) - merged - self._replaced(present)
            for kind in KINDS:
                self._read(kind, sorted(part for part in new if part.startswith(kind)))
            self._parts = present
            self.loose = {part: rows for part, rows in self.loose.items() if part in present - self._named}
            self._compacted = {made: parts for made, parts in self._compacted.items() if parts & present}

    def journal(self) -> list[Import]:
        """Imports recorded since the last call."""
        found = self._ledger.imports.appeared(self._entries)
        self._since += len(found)
        for done in found:
            self.heads = self.heads - {*done.after} | {done.event}
            self._named |= done.wrote.keys() | done.relied.keys()
            if not self.recent:
                self.read_files |= {source.sha for source in done.sources}
                for source in done.sources:
                    self.versions.setdefault(source.name, set()).add(source.sha)
        return found

    def keep(self) -> None:
        """Keep what stands for the next import, which then reads what appeared since. Parts that no import recorded are
        read each time, and all of them once more after a withdrawal."""
        if self.recent or self._since < OFTEN:
            return
        told: dict[str, Any] = {"entries": self._entries, "named": self._named, "heads": self.heads}
        told |= {"parts": self._parts - self.loose.keys(), "compacted": self._compacted, "versions": self.versions}
        told |= {"withdrawn": self.withdrawn, "gone": self._gone, "dead": self._dead}
        with suppress(OSError):
            kept: dict[Kind, Any] = {}
            told["filed"] = filed = dict[Kind, list[str]]()
            for kind, ids in self._ids.items():
                kept[kind], filed[kind] = ids[""].keep(_FILED)
            file = io.BytesIO()
            np.savez(file, about=np.frombuffer(json.dumps(told, default=sorted).encode(), np.uint8), **kept)
            data = file.getvalue()
            atomic_files.publish(self._folder, KEPT, blake2b(data).digest() + data)
            self._since, named = 0, {KEPT, *chain.from_iterable(filed.values())}
            for old in self._folder.glob(f"{_START}*"):  # what another import still reads stays until it ends
                if old.name not in named:
                    old.unlink(missing_ok=True)

    def _recall(self) -> None:
        """Begin from what an earlier import kept, where it is whole."""
        try:
            data = (self._folder / KEPT).read_bytes()
        except OSError:
            return
        size = blake2b().digest_size
        if blake2b(data[size:]).digest() != data[:size]:
            return
        kept = np.load(io.BytesIO(data[size:]))
        told = json.loads(kept["about"].tobytes())
        for kind, names in told["filed"].items():
            if not self._ids[kind][""].recall(names):
                self._begin()
                return
        self._entries, self._named = set(told["entries"]), set(told["named"])
        self._parts, self.heads = set(told["parts"]), set(told["heads"])
        self._compacted = {made: set(parts) for made, parts in told["compacted"].items()}
        self.versions = {name: set(shas) for name, shas in told["versions"].items()}
        self.read_files = set(chain.from_iterable(self.versions.values()))
        self.withdrawn = set(told["withdrawn"])
        for kind in KINDS:
            self._ids[kind][""].add(kept[kind])
            self._gone[kind].update({row_id: set(copies) for row_id, copies in told["gone"][kind].items()})
            self._dead[kind] = set(told["dead"][kind])

    def few(self) -> Digests:
        """A set of ids that takes little memory: none yet."""
        return Digests(folder=None if self.recent else self._folder)

    def known(self, kind: Kind) -> KnownRows:
        """The rows of a kind that an append deduplicates against."""
        return KnownRows(self._ids[kind], self._gone[kind], self._dead[kind], self.few())

    def unrecorded(self, ids: Digests) -> dict[str, int]:
        """Parts that hold one of these rows, each with the count of its own, that no import has recorded: theirs was
        killed, or still runs. Of several parts with one row, the first. A part that is gone may have held some."""
        found, seen = dict[str, int](), self.few()
        with self._ledger.reading():
            present = self._ledger.present()
            for part, rows in self.loose.items() if len(ids) else ():
                there = part not in present | self._replaced(present)
                for batch in self._ledger.batches(part, ["row_id"]) if part in present else ():
                    digests = of_column(batch["row_id"])
                    of_ids = ids.holds(digests)
                    there |= not np.all(seen.meet(digests[of_ids]))
                if there:
                    found[part] = rows
        return found

    def may_repeat(self, row: Activity) -> bool:
        """Whether this row, which is not known, may be one that was sent before what is held."""
        return row.file_name in self._forgot or (self._skipped and row.end_us < 1e6 * _oldest())

    def may_restate(self, rows: Sequence[Activity], but: Collection[str]) -> bool:
        """Whether a part, apart from these, may hold a reading of the same run as one of these rows, at its moment."""
        at = [(row.run_id, row.end_us) for row in rows]
        return bool(self._moments.holds(_moments(at)).any()) or not self._ledger.present() <= self._parts.union(but)

    def _follow_journal(self) -> None:
        self.journal()
        for one in self._ledger.compactions.appeared(self._entries):
            self._compacted[one.made] = set(one.replaced)
            self._named.add(one.made)

    def _replaced(self, present: set[str]) -> set[str]:
        """Parts whose rows are in another of these, or of those that it replaced: they may be deleted at any time."""
        found, left = set[str](), [made for made in self._compacted if made in present]
        while left:
            parts = self._compacted.get(left.pop(), set()) - found
            found |= parts
            left += parts
        return found

    def _withdraw(self, new: Sequence[RowsWithdrawal], present: set[str]) -> None:
        """Follow these withdrawals: which of their rows no part holds otherwise. Those read after tell theirs."""
        for kind in KINDS if new else ():
            rows = self._ledger.copies(kind, self._ledger.withdrawn_files(kind, new))
            for row in rows:
                self._gone[kind][row.row_id].add(copy_of(row))
            ids = {row.row_id for row in rows}
            self._dead[kind] |= ids
            there = sorted(part for part in present if part.startswith(f"{kind}/")) if ids and self._parts else []
            self._revive(kind, self._ledger.holding(ids, there) if there else [], ids)
        self.withdrawn |= {one.event for one in new}

    def _revive(self, kind: Kind, parts: Iterable[str], ids: Collection[str]) -> None:
        """Of these rows, those of which a copy that was not withdrawn stands in these parts are not dead."""
        files = list(map(self._ledger.address, parts))
        stored = self._ledger.copies(kind, files, pc.field("row_id").isin(list(ids))) if files else []
        self._dead[kind] -= {row.row_id for row in stored if copy_of(row) not in self._gone[kind][row.row_id]}

    def _read(self, kind: Kind, parts: list[str]) -> None:
        """Read the ids of parts that appeared, and which of their rows a withdrawal left."""
        if self.recent:
            old = {part for part in parts if self._ledger.store.modified(part) < _oldest()}
            self._read_runs(kind, old)
            parts, self._skipped = [part for part in parts if part not in old], self._skipped or bool(old)
        for part in parts:
            read = held = 0
            for table in self._ledger.batches(part, ["row_id", *_OF_RUNS][: None if self.recent else 1]):
                rows = self._by_sender(table) if self.recent else {"" if part in self._named else _LOOSE: table}
                for name, of_name in rows.items():
                    self._ids[kind][name].add(of_column(of_name["row_id"]))
                read, held = read + len(table), held + sum(map(len, rows.values()))
            self._since += 1 + read // 1000
            if part not in self._named and held:
                self.loose[part] = read
        if self._gone[kind]:
            self._revive(kind, parts, self._gone[kind])
        self._bound()

    def _read_runs(self, kind: Kind, parts: Collection[str]) -> None:
        """Read the moments of runs alone."""
        for part in parts if kind == "activities" else ():
            for table in self._ledger.batches(part, _OF_RUNS):
                self._moments.add(_moments_told(table))

    def _by_sender(self, table: pa.Table) -> dict[str, pa.Table]:
        """The rows that senders sent, by sender; the moments of their runs are held."""
        self._moments.add(_moments_told(table))
        names = [name for name in table["file_name"].unique().to_pylist() if name.startswith(COLLECTED)]
        return {name: table.filter(pc.equal(table["file_name"], name)) for name in names}

    def _bound(self) -> None:
        """Forget the oldest ids of whoever has the most."""
        held = {(kind, name): ids for kind in KINDS for name, ids in self._ids[kind].items()} if self.recent else {}
        while sum(map(len, held.values())) > self._most:
            (_, name), most = max(held.items(), key=lambda one: len(one[1]))
            most.forget()
            self._forgot.add(name)


def _moments_told(rows: pa.Table) -> np.ndarray:
    """The moments of the runs that senders told among these rows, as `_moments`."""
    if not set(_OF_RUNS) <= set(rows.schema.names):
        return _moments([])
    marked = pc.match_substring_regex(rows["run_id"], _MARKED)  # null where there is no run
    told = rows.filter(pc.and_(marked, pc.equal(rows["reader"], RESTATED_BY)))
    return _moments(list(zip(told["run_id"].to_pylist(), told["end_us"].to_pylist(), strict=True)))


def _moments(at: Sequence[tuple[str | None, int]]) -> np.ndarray:
    """Digests of runs at a moment [us] each, as an array of shape (n, 2); another process makes others."""
    hashes = np.fromiter(map(hash, at), np.int64, len(at))
    ends = np.fromiter((end for _, end in at), np.int64, len(at))
    return np.stack([hashes, ends], axis=1).view(np.uint64)


def _oldest() -> float:
    """The time from which what was written is held [s]."""
    return time.time() - WINDOW.total_seconds()
