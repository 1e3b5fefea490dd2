"""What a home merged because a reason was stated: the same figures under two codes, or two names under one code."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from estimator.builds.merge_journal import merges, recorded
from estimator.core.typography import printable

if TYPE_CHECKING:
    from estimator.builds.published_groups import PublishedGroups

Reasoned = Mapping[str, Any]


def reasoned_merges(home: Path) -> tuple[Reasoned, ...]:
    """Each pair of files that a reason let in, as {"same": they tell the same, else they are of one code and two names;
    "of": "territory", "administration" and "period" of each; "months": [yyyymm] of what counts twice, or is of two
    names; "why"}. Files are read only where the journal has a reason; none where one is damaged, which the next
    build refuses."""
    there = recorded(home)
    came = [one for one in merges(home).read()[0] if there.get(one.name) == one.digest]
    why = {one.digest: printable(" ".join(one.why.split())) for one in came}
    if not any(why.values()):
        return ()
    from estimator.builds.merged_groups import MergeRefused, merged_files  # numpy, which totals do without

    try:
        files = merged_files(home)
    except MergeRefused:
        return ()
    return (*_alike(files, why), *_named(files, why))


def reasoned_of(pairs: Sequence[Reasoned], codes: Collection[str]) -> list[Reasoned]:
    """Those among them of one of these authorities."""
    return [pair for pair in pairs if any(one["territory"] in codes for one in pair["of"])]


def _alike(files: Sequence["PublishedGroups"], why: Mapping[str, str]) -> Iterator[Reasoned]:
    from estimator.builds.alike_files import alike_files

    for pair in alike_files(files, {digest for digest, said in why.items() if said}):
        if pair.whole:
            yield _told((pair.file, pair.other), True, sorted(pair.months), why)


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
    return {"same": same, "of": of, "months": months, "why": ", ".join(said)}
