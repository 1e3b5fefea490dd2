"""The groups that authorities published, in the build of a wider one: sums of activity, without any row."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from shlex import quote
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import ValidationError

from estimator.builds.equation_selection import AMOUNTS, ATTRIBUTES
from estimator.builds.inference_factors import HOURS, SERVING_COLUMNS
from estimator.builds.merge_faults import copies, implausible, older, other_method, other_name
from estimator.builds.merge_journal import (
    MERGING,
    GroupsMerge,
    GroupsRemoval,
    authority_names,
    carry,
    in_place,
    merges,
    merges_of,
    next_rank,
    recorded,
    removals,
    stated,
    superseded,
)
from estimator.builds.published_groups import FORMAT, PublishedGroup, PublishedGroups
from estimator.builds.queries import SAMPLE_MARK
from estimator.core.atomic_files import make_folder, publishing
from estimator.core.duckdb_engine import DuckDB
from estimator.core.errors import SobriaError, sentences
from estimator.core.event_log import make_record
from estimator.core.fields import Author
from estimator.core.home import AUTHORITIES, has_ledger
from estimator.core.locks import waited_lock
from estimator.core.number_format import sentences_with
from estimator.core.periods import Period
from estimator.core.refusals import ListedRefusal
from estimator.core.typography import some_of
from estimator.core.validation_messages import told

WAIT_S = 10.0  # how long another merge is waited for [s]
SMALL = "(autres usages)"  # of small uses together: no id of a use has a bracket
TYPES = dict.fromkeys(("service_key", "model", *ATTRIBUTES, "answered"), "VARCHAR")
TYPES |= {"month": "BIGINT", "training": "BOOLEAN", "slices": "BIGINT"}
TYPES |= dict.fromkeys(("resource_share", "items", "requests", *AMOUNTS), "DOUBLE")


class OwnCounts(NamedTuple):
    """What a home counts by itself: the months [yyyymm] of each commune of its register; the service of each digest of
    what was read of a service in a month, by that month and digest."""

    months: Mapping[str, Collection[int]] = MappingProxyType({})
    read: Mapping[tuple[int, str], str] = MappingProxyType({})


class CountedTwice(NamedTuple):
    """What a home counts by itself of the months [yyyymm] of a merged file. services: of the home, that read the same
    lines; without any, uses of the authority in its register; withheld: of that file, which tells of none of them."""

    file: PublishedGroups
    months: frozenset[int]
    services: Sequence[str]
    withheld: bool

    def fault(self, name: str, there: str = "") -> dict[str, str]:
        """What says it, with what to do. name: of the file; there: "_there" of one that is merged already."""
        code = "merge_same_lines" if self.services else "merge_own_withheld" if self.withheld else "merge_own"
        about = {"file": name, "territory": self.file.territory, "period": self.file.period}
        told = {"services": some_of(self.services), "months": str(Period.over(self.months))}
        return sentences("merge_faults", f"{code}{there}", **about, **told) | {"file": name}


Judged = tuple[list[PublishedGroups], list[PublishedGroups], list[GroupsMerge]]


class MergeRefused(ListedRefusal):
    """Files that cannot be merged; none is."""

    code = "merge_refused"


class MergedRefused(MergeRefused):
    """Files that are merged and cannot count."""

    code = "merged_refused"


def merged_files(home: Path) -> list[PublishedGroups]:
    """The files merged in a home, by name. MergedRefused: one was damaged since, or two are of the same months."""
    there = in_place(home)
    gone = superseded(home, there)
    files = [file for file, _ in _read([home / AUTHORITIES / name for name in there], MergedRefused)]
    kept = [file for file in files if file.digest not in gone]
    if wrong := [_both(file, other) for file, other in combinations(kept, 2) if file.twice(other)]:
        raise MergedRefused(wrong, count=len(wrong))
    return kept


def _both(file: PublishedGroups, other: PublishedGroups) -> dict[str, str]:
    about = {"file": file.name, "territory": file.territory, "period": file.period, "base": other.name}
    return sentences("merge_faults", "merge_both", **about)


def faults_of_merged(home: Path) -> tuple[int, list[Mapping[str, str]]]:
    """How many files are merged in a home, and each fault of theirs, as {"code"} and each language."""
    try:
        return len(merged_files(home)), []
    except MergeRefused as refusal:
        return len(in_place(home)), list(refusal.items)


def merge(
    home: Path, paths: Sequence[Path], replace: bool = False, own: OwnCounts | None = None, why: str = ""
) -> list[PublishedGroups]:
    """Merge these files in a home, all or none, one merge at a time; those that were not there. replace: a file takes
    the place of those of the same authority that its period contains, if it was made after them; own: what the home
    counts by itself, which a file would count again; why: what whoever merges says of a file that tells the same as
    another authority's, or has not the name of those of its code. MergeRefused lists every fault; merge_running.
    """
    given = _read(paths)
    twice = [(found, name) for file, name in given if (found := _counted_here(file, own or OwnCounts()))]
    if twice:
        raise MergeRefused([found.fault(name) for found, name in twice], count=len(twice))
    _judged(home, given, replace, why)  # what is refused makes no home
    with _alone(home):
        judged = _judged(home, given, replace, why)
        _place(home, *judged)
    return judged[0]


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Hold the lock of the merges of a home. merge_running where another program still holds it after a while."""
    make_folder(home)
    with waited_lock(home / MERGING, WAIT_S, SobriaError("merge_running", home=home)):
        carry(home)
        yield


def _judged(home: Path, given: Sequence[tuple[PublishedGroups, str]], replace: bool, why: str) -> Judged:
    """The files to write, those that are there already, and the entries of the journal of both. MergeRefused."""
    there, names = merged_files(home), authority_names(home)
    kept: list[tuple[PublishedGroups, str]] = [(file, f"{AUTHORITIES}/{file.name}") for file in there]
    wrong, new = list[tuple[str, dict[str, str]]](), list[PublishedGroups]()
    same, replaced = list[PublishedGroups](), dict[str, list[PublishedGroups]]()
    for file, name in given:
        about = {"file": name, "territory": file.territory, "period": file.period}
        twice = [(other, where) for other, where in kept if file.twice(other)]
        if any(other.digest == file.digest for other, _ in twice):
            same.append(file)
            continue
        inside = [(other, at) for other, at in twice if other not in new and other.months <= file.months]
        faults = [*other_method(file, about), *implausible(file, about)]
        for other, where in inside if replace else ():
            if other.moment >= file.moment:
                faults = [older(file, about, other, where)]
        marks = {bool(other.mark) for other, _ in kept}
        if marks.union([(home / SAMPLE_MARK).exists()] if has_ledger(home) else []) - {bool(file.mark)}:
            faults.append(sentences("merge_faults", "merge_sample", **about))
        for other, where in twice:
            if not (replace and (other, where) in inside):
                code = "merge_given" if other in new else "merge_twice" if (other, where) in inside else "merge_across"
                code = "merge_metropole" if file.may_be_two(other) else code
                faults.append(sentences("merge_faults", code, **about, base=where, there=other.period, name=other.name))
        others = {where: other for other, where in kept if other.territory == file.territory}
        faults += [] if why else other_name(file, about, others, [at for _, at in inside] if replace else [], names)
        names |= {file.territory: file.administration} if file.administration else {}
        wrong += [(name, fault) for fault in faults]
        replaced[file.digest] = [other for other, _ in inside]
        kept = [(other, where) for other, where in kept if not replace or (other, where) not in inside]
        kept.append((file, name))
        new.append(file)
    named = {file.digest: name for file, name in reversed(given)}
    wrong += [] if why else copies([file for file, _ in kept], new, named)
    if wrong:
        raise MergeRefused([fault for _, fault in wrong], count=len({name for name, _ in wrong}))
    told = {"rank": next_rank(home)} | ({"why": why} if why else {})
    return new, same, _records(given, replaced, told)


def _place(
    home: Path, new: Sequence[PublishedGroups], same: Sequence[PublishedGroups], records: Sequence[GroupsMerge]
) -> None:
    """Write the journal, then the files, then delete those replaced; a merge of the same files ends one that was
    stopped anywhere. same: files that are there already."""
    told = recorded(home)
    known = {file.digest for file in same if told.get(file.name) == file.digest}
    files = {file.name: f"{file.model_dump_json(indent=1)}\n".encode() for file in new}
    entries = [record for record in records if record.digest not in known]
    if files or entries:
        with publishing(home / AUTHORITIES, files), merges(home).writing(entries):
            pass
    there = in_place(home)
    gone = superseded(home, there)
    for name, digest in there.items():
        if digest in gone:
            (home / AUTHORITIES / name).unlink()
    if new and new[0].mark:
        (home / SAMPLE_MARK).touch()


def _records(
    given: Sequence[tuple[PublishedGroups, str]],
    replaced: Mapping[str, Sequence[PublishedGroups]],
    told: Mapping[str, Any],
) -> list[GroupsMerge]:
    """What the journal keeps of these files, each with its name: one given under two names has both. replaced: those
    whose place each takes, by digest; told: what else is of all of them."""
    fields = ("format", "territory", "administration", "period", "made_at", "digest")
    return [
        make_record(
            GroupsMerge,
            {
                **{field: getattr(file, field) for field in fields},
                **{"file": name, "replaces": " ".join(old.digest for old in replaced.get(file.digest, ()))},
                **told,
            },
            datetime.now(UTC),
        )
        for file, name in given
    ]


def merged_name(home: Path, text: str) -> str | None:
    """The name in a home of a merged file: that name, or the one that it had when it was given; None for another.
    merged_several: two had it."""
    told = recorded(home)
    given = {one.name for one in merges_of(home) if one.file == text and told.get(one.name) == one.digest}
    if text in {**told, **stated(home)}:
        return text
    if len(given) > 1:
        raise SobriaError("merged_several", read=text, names=some_of(sorted(given)), first=min(given))
    return given.pop() if given else None


def remove(home: Path, name: str, author: Author) -> None:
    """Take a merged file out of a home, damaged or not; the journal keeps who and why. merge_running, OSError."""
    with _alone(home):
        facts = {"file": name, "digest": stated(home).get(name, ""), "rank": next_rank(home)}
        facts |= author.model_dump(include={"who", "why"})
        removals(home).write(make_record(GroupsRemoval, facts, datetime.now(UTC)))
        (home / AUTHORITIES / name).unlink(missing_ok=True)


def counted_twice(home: Path, own: OwnCounts) -> list[CountedTwice]:
    """What a home counts by itself of the files merged in it, not read where it counts nothing. MergeRefused."""
    files = merged_files(home) if own.months or own.read else []
    return [found for file in files if (found := _counted_here(file, own))]


def _counted_here(file: PublishedGroups, own: OwnCounts) -> CountedTwice | None:
    """What the home counts by itself of a file: uses of this authority in months of its groups, or the same lines; else
    in a month of its period, where it withholds some, of any month."""
    here = {*own.months.get(file.territory, ())}
    same = {mark: own.read[mark] for mark in file.marks() if mark in own.read}
    told = here.intersection(group.month for group in file.groups).union(month for month, _ in same)
    months = told or (set() if file.withheld == 0 else here & file.months)
    return CountedTwice(file, frozenset(months), sorted(set(same.values())), not told) if months else None


def _read(paths: Sequence[Path], refused: type[MergeRefused] = MergeRefused) -> list[tuple[PublishedGroups, str]]:
    """These files, each with its name. MergeRefused, or what is to be raised for it."""
    found, wrong = [], []
    for path in paths:
        if path.exists() and not path.is_file():  # a pipe may be waited for without end
            wrong.append(sentences("merge_faults", "merge_no_file", file=path.name))
            continue
        try:
            file = PublishedGroups.read(path.read_bytes())
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            if first["loc"] == ("format",) and str(first["input"]).startswith(f"{FORMAT.partition('/')[0]}/"):
                said = {"file": path.name, "read": first["input"], "expected": FORMAT}
                wrong.append(sentences("merge_faults", "merge_format", **said))
                continue
            field, both = ".".join(map(str, first["loc"])), told(first)
            said = {"file": path.name, "field": field or "JSON", "found": both["found"], "what": both["expected"]}
            said |= {"named": quote(path.name)}
            code = "merge_newer" if first["type"] == "extra_forbidden" else "merge_unread" if field else "merge_torn"
            wrong.append(sentences_with("merge_faults", code, **said))
            continue
        if file.sealed().digest != file.digest:
            wrong.append(sentences("merge_faults", "merge_damaged", file=path.name, named=quote(path.name)))
        found.append((file, path.name))
    if wrong:
        raise refused(wrong, count=len(wrong))
    return found


def add_groups(engine: DuckDB, home: Path) -> None:
    """Tables `authorities` and `merged_services`, and the groups of the files in `groups` and `servings`, before any
    factor is selected: all have those of this build. The service of a use is one that no row has."""
    files, names = merged_files(home), authority_names(home)
    facts = ("territory", "period", "administration", "made_at", "build", "factors_version", "formulas_version")
    columns: dict[str, list[Any]] = {name: [getattr(file, name) for file in files] for name in facts}
    columns["administration"] = [file.administration or names.get(file.territory, "") for file in files]
    counts = ("withheld", "uses_withheld", "withheld_kwh")
    columns |= {name: [getattr(file, name) for file in files] for name in counts}
    columns |= {"groups": [len(file.groups) for file in files], "unattached": [file.unattached for file in files]}
    columns["spread"] = [any(not group.use for group in file.groups) for file in files]
    types = dict.fromkeys(facts, "VARCHAR") | dict.fromkeys((*counts, "groups"), "BIGINT")
    types |= {"withheld_kwh": "DOUBLE"} | dict.fromkeys(("unattached", "spread"), "BOOLEAN")
    engine.load("authorities", columns, types)
    own = engine.rows("SELECT DISTINCT service_key FROM groups") if files else []
    keys = _keys({_use(file, group) for file in files for group in file.groups}, {row["service_key"] for row in own})
    named = {"territory": [one for one, _ in keys], "use": [use for _, use in keys], "service_key": [*keys.values()]}
    engine.load("merged_services", named, dict.fromkeys(named, "VARCHAR"))
    ends = {(keys[_use(file, group)], group.month): file.made_at for file in files for group in file.groups}
    columns = {"key": [key for key, _ in ends], "of_month": [month for _, month in ends], "made_at": [*ends.values()]}
    engine.load("merged_ends", columns, {"key": "VARCHAR", "of_month": "INTEGER", "made_at": "VARCHAR"})
    if not files:
        return
    rows = [_row(file, group) | {"service_key": keys[_use(file, group)]} for file in files for group in file.groups]
    engine.load("merged_groups", {name: [row.get(name) for row in rows] for name in TYPES}, TYPES)
    engine.run(
        "INSERT INTO groups BY NAME SELECT COALESCE((SELECT MAX(group_id) FROM groups), 0) + ROW_NUMBER() OVER ()"
        " AS group_id, merged_groups.* FROM merged_groups; DROP TABLE merged_groups"
    )
    ways = [{**row, "serving": _serving(file, str(row["serving"]))} for file in files for row in file.servings]
    engine.load("merged_servings", {n: [row.get(n) for row in ways] for n in SERVING_COLUMNS}, SERVING_COLUMNS)
    engine.run("INSERT INTO servings BY NAME SELECT * FROM merged_servings; DROP TABLE merged_servings")


def _row(file: PublishedGroups, group: PublishedGroup) -> dict[str, Any]:
    about = group.model_dump(include={"month", "training", "resource_share", "slices"})
    texts = {**dict.fromkeys(("model", *ATTRIBUTES, "answered"), ""), **group.facts}
    return {**texts, "serving": _serving(file, texts["serving"]), **group.sums, **about}


def _use(file: PublishedGroups, group: PublishedGroup) -> tuple[str, str]:
    """The authority of a group, and its use there."""
    return file.territory, group.use or SMALL


def _keys(uses: Collection[tuple[str, str]], own: Collection[str]) -> dict[tuple[str, str], str]:
    """The service of each use in the wider build: « authority:use », with as many more colons as make it one that no
    row of the home has, nor another use. own: the services of these rows."""
    found, taken = dict[tuple[str, str], str](), {*own}
    for authority, use in sorted(uses):
        key = f"{authority}:{use}"
        while key in taken:
            key = key.replace(":", "::", 1)
        taken.add(key)
        found[authority, use] = key
    return found


def _serving(file: PublishedGroups, name: str) -> str:
    """A way of serving of one authority, by a name that no other has."""
    return f"{file.territory}_{file.period}:{name}" if name and name not in HOURS else name


def count_groups(engine: DuckDB) -> None:
    """The services of the merged groups, in the tables of a build, and how many of their runs are
    of unknown electricity: table `merged_unknown`, by month."""
    merged = "merged_services.service_key = found.service_key"
    engine.run(
        "INSERT INTO services BY NAME SELECT found.service_key,"
        " CAST(COALESCE(SUM(slices) FILTER (serving <> 'waiting'), 0) AS BIGINT) AS runs,"
        " MIN(epoch_us(make_timestamp(month // 100, month % 100, 1, 0, 0, 0))) AS first_us,"
        " MAX(LEAST(epoch_us(make_timestamp(month // 100, month % 100, 1, 0, 0, 0) + INTERVAL 1 MONTH),"
        " epoch_us(CAST(made_at AS TIMESTAMPTZ)))) AS last_us,"
        f" fsum(items) AS items, 0 AS to_check FROM groups AS found JOIN merged_services ON {merged}"
        " JOIN merged_ends ON key = found.service_key AND of_month = month GROUP BY ALL; DROP TABLE merged_ends;"
        "CREATE TABLE merged_unknown AS SELECT found.service_key, month, CAST(SUM(slices) AS BIGINT) AS runs"
        f" FROM estimates AS found JOIN merged_services ON {merged}"
        " WHERE COALESCE(it_energy, site_energy) IS NULL GROUP BY ALL"
    )
