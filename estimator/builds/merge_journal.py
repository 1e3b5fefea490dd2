"""Journal of the merges of a home: when each file of groups came, from whom, what it replaced, who took it out.

An entry is written before its file: one whose file is not there is of a merge that runs or was stopped, or of a file
that was lost since, which the journal does not tell apart. Its order is that of writing, whatever the clocks said. It
is where the ledger is, which several machines may read; the files are on those that merged them.
"""

import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from estimator.core.event_log import Kept, RecordFolder
from estimator.core.fields import Text
from estimator.core.home import AUTHORITIES, home_file
from estimator.core.locks import held
from estimator.core.storage.folder import LocalFolder
from estimator.core.storage.storage import storage_at

FOLDER, REMOVALS = "journal", "removals"  # inside that of the files
MERGING = ".merging"  # lock of the merges of a home


class JournalEntry(Kept):
    """An entry of either kind. rank: one more than the entries that were there when it was written; 0, not kept, of
    those before ranks, which their dates order."""

    rank: int = Field(default=0, ge=0)

    @model_serializer(mode="wrap")
    def _as_written(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        found: dict[str, Any] = written(self)
        return {name: value for name, value in found.items() if value or name not in ("rank", "why")}

    @property
    def place(self) -> tuple[int, str, str]:
        """What sorts entries as they were written."""
        return self.rank, *self.order


R = TypeVar("R", bound=JournalEntry)
_OF_BUCKETS: dict[str, RecordFolder[Any]] = {}  # by their addresses


class GroupsMerge(JournalEntry):
    """A file of groups that was merged: its name when given, its digest, and those of the files whose place it took,
    separated by spaces, empty for none. why: what whoever merged it said, not kept where nothing was."""

    file: str
    format: str
    territory: str
    administration: str
    period: str
    made_at: str
    digest: str
    replaces: str
    why: str = ""

    @property
    def name(self) -> str:
        """Its name in the home."""
        return f"{self.territory}_{self.period}.json"


class GroupsRemoval(JournalEntry):
    """A merged file that was taken out: its name in the home, and its digest, empty if it could not be read."""

    file: str
    digest: str
    who: Text
    why: Text


def merges(home: Path) -> RecordFolder[GroupsMerge]:
    """The merges of a home, where they are written."""
    return _written(home, FOLDER, GroupsMerge)


def removals(home: Path) -> RecordFolder[GroupsRemoval]:
    """The files taken out of a home, where they are written."""
    return _written(home, REMOVALS, GroupsRemoval)


def _written(home: Path, name: str, kind: type[R]) -> RecordFolder[R]:
    """A part of the journal, where the ledger of a home is. What was read of a bucket is not read again."""
    if not home_file(home).store:
        return _here(home, name, kind)
    place = storage_at(home, f"{AUTHORITIES}/{name}")
    return _OF_BUCKETS.setdefault(str(place), RecordFolder(place, kind))


def _here(home: Path, name: str, kind: type[R]) -> RecordFolder[R]:
    return RecordFolder(LocalFolder(home / AUTHORITIES / name), kind)


def merges_of(home: Path) -> list[GroupsMerge]:
    """Those that its journal tells, as they were written. OSError."""
    return _entries(home, FOLDER, GroupsMerge)


def removals_of(home: Path) -> list[GroupsRemoval]:
    """The same of the files taken out."""
    return _entries(home, REMOVALS, GroupsRemoval)


def _entries(home: Path, name: str, kind: type[R]) -> list[R]:
    """A part of the journal, with what a version before wrote of it here."""
    folders = {str(one.place): one for one in (_written(home, name, kind), _here(home, name, kind))}
    found = {one.event: one for folder in folders.values() for one in _readable(folder)}
    return sorted(found.values(), key=lambda one: one.place)


def carry(home: Path) -> None:
    """Write where the ledger is what a version before wrote here: other machines know of it then."""
    if home_file(home).store:
        old, out = _readable(_here(home, FOLDER, GroupsMerge)), _readable(_here(home, REMOVALS, GroupsRemoval))
        with merges(home).writing(old), removals(home).writing(out):
            pass


def _in_order(home: Path) -> Sequence[GroupsMerge | GroupsRemoval]:
    return sorted([*merges_of(home), *removals_of(home)], key=lambda one: one.place)


def next_rank(home: Path) -> int:
    """Of an entry that is to be written. OSError."""
    return 1 + max((one.rank for one in _in_order(home)), default=0)


def _readable(kept: RecordFolder[R]) -> list[R]:
    """The records of a folder. OSError of one that may not be read, which is no torn one: what it tells would be told
    of none."""
    records, faults = kept.read()
    kept.place.read([fault.about for fault in faults])
    return records


def recorded(home: Path) -> dict[str, str]:
    """The digest of each file that should be in a home, by name, as its journal tells."""
    found = dict[str, str]()
    for record in _in_order(home):
        if isinstance(record, GroupsRemoval):
            found.pop(record.file, None)
        else:
            gone = record.replaces.split()
            found = {name: digest for name, digest in found.items() if digest not in gone}
            found[record.name] = record.digest
    return found


def authority_names(home: Path) -> dict[str, str]:
    """The last name of each authority whose files are in a home, by its code, as these files gave it; one without any
    has the name before it only where whoever merged it said why."""
    told = dict[str, tuple[GroupsMerge, str]]()
    for record in _in_order(home):
        if isinstance(record, GroupsRemoval):
            told.pop(record.file, None)
            continue
        before = _last_names(told.values()).get(record.territory, "") if record.why else ""
        gone = {record.digest, *record.replaces.split()}
        told = {name: one for name, one in told.items() if name != record.name and one[0].digest not in gone}
        told[record.name] = record, record.administration or before
    return _last_names(one for name, one in told.items() if (home / AUTHORITIES / name).exists())


def _last_names(told: Iterable[tuple[GroupsMerge, str]]) -> dict[str, str]:
    return {record.territory: name for record, name in told if name}


def replaced_by(home: Path, digests: Collection[str]) -> dict[str, list[GroupsMerge]]:
    """The files whose place each of these took, by its name in the home: as they came."""
    came = {one.digest: one for one in merges_of(home)}
    mine = [came[digest] for digest in digests if digest in came]
    return {one.name: [came[old] for old in one.replaces.split() if old in came] for one in mine if one.replaces}


def given_names(home: Path, digests: Collection[str]) -> dict[str, str]:
    """The name that each of these files had when it was given, by its name in the home."""
    return {one.name: one.file for one in merges_of(home) if one.digest in digests}


def taken_out(home: Path, text: str) -> GroupsRemoval | None:
    """The last removal of a file of that name in the home, or that had it when it was given; None of another."""
    names = {text, *(one.name for one in merges_of(home) if one.file == text)}
    gone = [one for one in removals_of(home) if one.file in names]
    return gone[-1] if gone else None


def in_place(home: Path) -> dict[str, str]:
    """The digest that each file that was merged states, by its name in the home: one that its journal holds under that
    name, with that digest, or whose content cannot be read, which is then empty. OSError where they are not shown."""
    return {name: digest for name, digest, merged in _there(home) if merged}


def stated(home: Path) -> dict[str, str]:
    """The digest that each file there states, merged or not, by its name; empty where it cannot be read."""
    return {name: digest for name, digest, _ in _there(home)}


def stray_merges(home: Path) -> list[str]:
    """The names of the other files that are with those merged: nothing of them counts."""
    return sorted(name for name, _, merged in _there(home) if not merged)


def _there(home: Path) -> Iterator[tuple[str, str, bool]]:
    """Each file that a home has, the digest that it states, and whether it was merged as it is."""
    folder, held = home / AUTHORITIES, dict[str, set[str]]()
    names = sorted(name for name in _listed(folder) if name.endswith(".json") and not name.startswith("."))
    for record in _in_order(home) if names else ():
        if isinstance(record, GroupsRemoval):
            held.pop(record.file, None)
        else:
            held.setdefault(record.name, {""}).add(record.digest)
    for name in names:
        digest = _stated(folder / name)
        yield name, digest, digest in held.get(name, ())


def _listed(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []


def _stated(path: Path) -> str:
    with suppress(OSError, ValueError, RecursionError, KeyError, TypeError):
        return str(json.loads(path.read_bytes())["digest"])
    return ""


def superseded(home: Path, there: Mapping[str, str]) -> set[str]:
    """The digests of the files whose place another one, which is there, has taken: they do not count, even if a merge
    that was stopped left them. there: as `in_place` tells."""
    records = merges_of(home) if there else []
    return {old for one in records if there.get(one.name) == one.digest for old in one.replaces.split()}


def unfinished_merges(home: Path) -> list[str]:
    """The names of the files that a merge left in place that its journal gives another's, or, while a merge runs, of
    those that it tells and that are not there: one was stopped, or has not ended."""
    there, told, lost = in_place(home), recorded(home), lost_merges(home)
    apart = (n for n in there.keys() | told.keys() if there.get(n) != "" and there.get(n) != told.get(n))
    return sorted(set(apart) - lost.keys())


def lost_merges(home: Path) -> dict[str, str]:
    """The day of the merge of each file that the journal of a home tells and that is not there, by its name: lost, or
    never put there by a merge that was stopped. None while a merge runs, which writes them."""
    gone = recorded(home).keys() - in_place(home).keys()
    if not gone or _merging(home):
        return {}
    days = {one.name: one.at[:10] for one in merges_of(home)}
    return {name: days[name] for name in sorted(gone)}


def _merging(home: Path) -> bool:
    """Whether a merge runs in a home; not known where its lock cannot be opened, which is of who cannot write there."""
    with suppress(OSError):
        return held(home / MERGING)
    return False
