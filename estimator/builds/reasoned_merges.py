"""What a home merged because a reason was stated: the same figures under two codes, or two names under one code; and
the services that two authorities' files count from the same lines, which need none."""

import json
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from estimator.builds.merge_journal import merges_of, recorded
from estimator.core.home import AUTHORITIES
from estimator.core.typography import printable

if TYPE_CHECKING:
    from estimator.builds.published_groups import PublishedGroups

Reasoned = Mapping[str, Any]


def reasoned_merges(home: Path) -> tuple[Reasoned, ...]:
    """The files that a reason let in, two by two, or as many as share one thing, as {"same": they tell the same, else
    they are of one code and two names; "of": "territory", "administration" and "period" of each; "months": [yyyymm] of
    what counts twice, or is of two names; "why"; "services": those that they count from the same lines, whatever the
    reason, or perhaps, where they have the same each month and are not the "same"}. None where a file is damaged, which
    the next build refuses."""
    there = recorded(home)
    came = [one for one in merges_of(home) if there.get(one.name) == one.digest]
    why = {one.digest: printable(" ".join(one.why.split())) for one in came}
    if not any(why.values()) and not _may_share(home, there):
        return ()
    from estimator.builds.merged_groups import MergeRefused, merged_files  # numpy, which totals do without

    try:
        files = merged_files(home)
    except MergeRefused:
        return ()
    alike = [*_alike(files, why)]
    said = [pair["of"] for pair in alike]
    shared = (one for one in _shared(files) if one[1]["of"] not in said and one[1]["of"][::-1] not in said)
    copies = (((tuple(pair["months"]), pair["why"]), {**pair, "of": [*pair["of"]]}) for pair in alike)
    return (*_together(copies), *_together(shared), *_named(files, why))


def reasoned_of(pairs: Sequence[Reasoned], codes: Collection[str]) -> list[Reasoned]:
    """Those among them of one of these authorities."""
    return [pair for pair in pairs if any(one["territory"] in codes for one in pair["of"])]


def _alike(files: Sequence["PublishedGroups"], why: Mapping[str, str]) -> Iterator[Reasoned]:
    from estimator.builds.alike_files import alike_files

    for pair in alike_files(files, {digest for digest, said in why.items() if said}):
        if pair.whole:
            yield _told((pair.file, pair.other), True, sorted(pair.months), why)


def _may_share(home: Path, names: Collection[str]) -> bool:
    """Whether a digest is in two of these files, or one cannot be read: at a glance, without checking them."""
    seen = set[str]()
    for name in names:
        try:
            services = json.loads((home / AUTHORITIES / name).read_bytes())["review"]["services"]
            mine = {f"{month} {read}" for service in services for month, read in service["months"].items()}
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return True
        if not seen.isdisjoint(mine):
            return True
        seen |= mine
    return False


def _together(pairs: Iterable[tuple[Hashable, Reasoned]]) -> list[Reasoned]:
    """What several files share, once: pairs after what they share, those of one thing that have a file in common."""
    found: list[tuple[Hashable, Reasoned]] = []
    for what, pair in pairs:
        there = (one for known, one in found if known == what and any(file in one["of"] for file in pair["of"]))
        if held := next(there, None):
            held["of"].extend(file for file in pair["of"] if file not in held["of"])
        else:
            found.append((what, pair))
    return [one for _, one in found]


def _shared(files: Sequence["PublishedGroups"]) -> Iterator[tuple[Hashable, Reasoned]]:
    """What two authorities' files count from the same lines, in months of groups of both, after the digests of it."""
    from estimator.builds.alike_files import SEVERAL

    where = dict[tuple[int, str], list["PublishedGroups"]]()
    for file in files:
        told = {group.month for group in file.groups}
        for mark in dict.fromkeys(file.marks()):
            where.setdefault(mark, []).extend([file] if mark[0] in told else [])
    pairs = dict[tuple[str, str], list[tuple[int, str]]]()
    by_name = {file.name: file for file in files}
    for mark, theirs in where.items():
        for one, other in combinations(theirs, 2):
            if one.territory != other.territory:
                pairs.setdefault((one.name, other.name), []).append(mark)
    for names, marks in pairs.items():
        of = [by_name[name] for name in names]
        named = [_named_in(file, marks) for file in of]
        certain = len({read for _, read in marks}) >= SEVERAL
        if certain or _months_of_one_name(named) >= SEVERAL:
            services = sorted({service for service, _ in named[0]})
            pair = _told(of, certain, sorted({month for month, _ in marks}), {})
            yield (certain, frozenset(marks)), {**pair, "services": services}


def _named_in(file: "PublishedGroups", marks: Collection[tuple[int, str]]) -> set[tuple[str, int]]:
    """The services of a file that these are digests of, with the month of each."""
    there = (
        (service["service"] or "", int(month), read)
        for service in file.review["services"]
        for month, read in service["months"].items()
    )
    return {(service, month) for service, month, read in there if (month, read) in marks}


def _months_of_one_name(named: Sequence[set[tuple[str, int]]]) -> int:
    """The most months of a service that has the same in both under one name: the same each month, it has one digest."""
    return max(Counter(service for service, _ in named[0] & named[1] if service).values(), default=0)


def _named(files: Sequence["PublishedGroups"], why: Mapping[str, str]) -> Iterator[Reasoned]:
    """Each file that was let in beside the first of its code that has another name."""
    first = dict[str, "PublishedGroups"]()
    for file in sorted(files, key=lambda one: (one.territory, bool(why.get(one.digest)), one.period)):
        other = first.setdefault(file.territory, file)
        if other.administration != file.administration and (why.get(file.digest) or why.get(other.digest)):
            yield _told((file, other), False, sorted(file.months | other.months), why)


def _told(pair: Sequence["PublishedGroups"], same: bool, months: Sequence[int], why: Mapping[str, str]) -> Reasoned:
    of = [{name: getattr(file, name) for name in ("territory", "administration", "period")} for file in pair]
    said = dict.fromkeys(filter(None, (why.get(file.digest) for file in pair)))
    return {"same": same, "of": of, "months": months, "why": ", ".join(said), "services": []}
