"""Versions of a file, which keep their common rows once: what is withdrawn, or brought back, must not break another."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from shlex import quote
from typing import Any

from estimator.core.errors import LANGUAGES, SobriaError
from estimator.core.periods import short_day
from estimator.ledger.files import Ledger
from estimator.ledger.journal import Import, ImportedFile, RowsWithdrawal

COLLECTED = "collect-"  # prefix of the name of a payload sent by a service, in place of a file name
IMPORT = "import:"  # start of the target of the withdrawal of an import


def withdrawn_imports(ledger: Ledger) -> dict[str, Import]:
    """Imports whose rows are withdrawn, by the id of the withdrawal, which `bring_back` undoes; the last one first."""
    held = [one for one in ledger.in_force() if one.target.startswith(IMPORT)]
    done = ledger.imports.read()[0] if held else []
    return {
        one.event: found
        for one in sorted(held, key=lambda one: one.order, reverse=True)
        for found in done
        if found.event.startswith(one.target.removeprefix(IMPORT))
    }


def contents_of_several_names(ledger: Ledger) -> dict[str, Counter[str]]:
    """The contents of files imported under several names, by hash: how many rows each name wrote, for such a content is
    one file, whose rows stand under the name that wrote them."""
    found = defaultdict[str, Counter[str]](Counter)
    for done in ledger.imports.read()[0]:
        for source in done.sources:
            if not source.name.startswith(COLLECTED):  # a sender, whose rows are its own
                found[source.sha][source.name] += source.new
    return {sha: names for sha, names in found.items() if len(names) > 1}


def names_that_hold(ledger: Ledger, pattern: str) -> list[str]:
    """The names under which the rows of files of these names stand, for the same content was imported under both."""
    found = set[str]()
    for names in contents_of_several_names(ledger).values():
        asked = {name for name in names if fnmatchcase(name, pattern)}
        if any(not names[name] for name in asked):
            found |= {name for name, new in names.items() if new} - asked
    return sorted(found)


def check_versions(ledger: Ledger, asked: str, mine: Mapping[str, int], by_name: bool) -> None:
    """several_files_named: files of one name that have no row in common, as codecarbon names all of its own.
    versions_share_rows: another file of the same name, whose import stays, states rows that were written with these.
    mine: the rows that would be withdrawn, by hash of their file."""
    done = [one for one in ledger.imports.read()[0] if not one.moved]
    sources = [source for one in done for source in one.sources]
    versions = _sharing(sources)
    if by_name and len(mine) > 1 and not versions & mine.keys() and not asked.startswith(COLLECTED):
        each = ", ".join(f"{sha[:12]} ({count})" for sha, count in sorted(mine.items()))
        raise SobriaError("several_files_named", file=asked, count=len(mine), list=each, one=min(mine)[:12])
    names = {source.name for source in sources if source.sha in mine}
    names -= {name for name in names if by_name and fnmatchcase(name, asked)}  # of all versions of these
    versions -= {source.sha for one in withdrawn_imports(ledger).values() for source in one.sources}
    for source in sources:
        if source.name in names and source.sha not in mine and source.sha in versions:
            code = "sendings_share_rows" if source.name.startswith(COLLECTED) else "versions_share_rows"
            when = _moment(min(one.at for one in done if source in one.sources))
            facts = {"file": source.name, "named": quote(source.name), "sha": source.sha[:12], **when}
            raise SobriaError(code, target=asked, **facts)


def check_whole(ledger: Ledger, undone: RowsWithdrawal, mine: Mapping[str, int]) -> None:
    """restore_other_first: rows of these files are kept with another version, which was withdrawn since they were
    imported, and would be missing. mine: the rows that would come back, by hash of their file."""
    if not undone.target.startswith((IMPORT, "file:")):
        return
    done = [one for one in ledger.imports.read()[0] if not one.moved]
    versions = _sharing(source for one in done for source in one.sources) & mine.keys()
    since = dict[str, str]()  # when each name was imported with rows that an earlier version had
    for one in done:
        for source in one.sources:
            if source.sha in versions:
                since[source.name] = min(one.at, since.get(source.name, one.at))
    moments = {withdrawal.event: withdrawal.at for withdrawal in ledger.in_force()}
    for event, other in sorted(withdrawn_imports(ledger).items(), key=lambda item: item[1].order):
        for source in other.sources if event != undone.event else ():
            first = since.get(source.name, "")
            if source.new and source.sha not in mine and other.at < first < moments[event]:
                raise SobriaError("restore_other_first", file=source.name, id=event, **_moment(other.at))


def _sharing(sources: Iterable[ImportedFile]) -> set[str]:
    """Hashes of the files with rows that are kept with another: imported again once that one is withdrawn, a file
    keeps them itself."""
    held, new = list(sources), Counter[str]()
    for source in held:
        new[source.sha] += source.new
    return {source.sha for source in held if source.read > new[source.sha]}


def _moment(at: str) -> dict[str, Any]:
    return {"day": {lang: short_day(at[:10], lang) for lang in LANGUAGES}, "hour": at[11:13], "minute": at[14:16]}
