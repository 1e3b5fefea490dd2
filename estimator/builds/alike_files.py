"""Files of groups of two authorities that tell the same: nearly surely one's measurements, given under two codes."""

import math
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from estimator.builds.published_groups import PublishedGroup, PublishedGroups

READ = (  # amounts that are read of a run, and seldom stated
    "cpu_energy", "gpu_energy", "ram_energy", "other_energy", "declared_site_energy", "output_tokens", "input_tokens",
)  # fmt: skip
DIGITS, STATED = 9, 3  # significant figures of a sum that tell two groups apart, and of one that people state
SEVERAL = 2  # shared digests that are no chance


class Alike(NamedTuple):
    """Two files of two authorities with the same groups, of amounts that no two would have by chance, or that withhold
    the same of one build. months [yyyymm]; whole: they tell nothing else of these months; most: these groups are most
    of what one of them tells of them."""

    file: PublishedGroups
    other: PublishedGroups
    months: frozenset[int]
    whole: bool
    most: bool


def alike_files(files: Sequence[PublishedGroups], new: Collection[str]) -> Iterator[Alike]:
    """What each new file, by digest, tells as another one of these files, before it where both are new."""
    told = [Counter(map(_told, file.groups)) for file in files]
    where: dict[Any, list[int]] = {}
    for number, file in enumerate(files):
        for key in dict.fromkeys(_told(group) for group in file.groups if any(map(group.sums.get, READ))):
            where.setdefault(key, []).append(number)
    for number, file in enumerate(files):
        silent = file.digest in new and not file.groups and file.withheld != 0
        beside = {other for key in told[number] for other in where.get(key, ())} if file.digest in new else set()
        for other in sorted(beside):
            later = other < number or files[other].digest not in new
            if later and files[other].territory != file.territory:
                yield from _alike((file, told[number]), (files[other], told[other]))
        for place, one in enumerate(files if silent else ()):
            if (place < number or one.digest not in new) and _same_withheld(file, one):
                yield Alike(file, one, frozenset(file.months & one.months), True, True)


def _alike(one: tuple[PublishedGroups, Counter[Any]], other: tuple[PublishedGroups, Counter[Any]]) -> Iterator[Alike]:
    (file, mine), (beside, theirs) = one, other
    same = mine & theirs
    if not (_is_read(same) or (same and _same_lines(file, beside))):
        return
    months = frozenset(key[0] for key in same)
    whole = all(mine[key] == theirs[key] for key in mine | theirs if key[0] in months)
    yield Alike(file, beside, months, whole, _is_most(same, mine, months) or _is_most(same, theirs, months))


def _is_most(same: Counter[Any], told: Counter[Any], months: Collection[int]) -> bool:
    """Whether these groups are more than half of those of a file in these months, or of an amount that they read."""
    here = Counter({key: count for key, count in told.items() if key[0] in months})
    mine, every = _read_sums(same), _read_sums(here)
    return 2 * same.total() > here.total() or any(2 * mine[name] > every[name] for name in mine)


def _same_withheld(file: PublishedGroups, other: PublishedGroups) -> bool:
    """Whether all is withheld in both, of one build and of shared months, and as much: of one name, or with the same
    answers. A home that publishes several communes has other names, or other figures."""
    alike = ("build", "withheld", "uses_withheld", "withheld_kwh")
    same = not (file.groups or other.groups) and all(getattr(file, name) == getattr(other, name) for name in alike)
    one = file.same_name(other) or (bool(file.withheld_kwh) and file.review == other.review)
    return same and one and file.territory != other.territory and bool(file.months & other.months)


def _same_lines(file: PublishedGroups, other: PublishedGroups) -> bool:
    """Whether the digests of what was read are the same of several months or services, each unlike the others: one of
    round numbers, or the same of every month, may be stated by two."""
    return len({read for _, read in set(file.marks()) & set(other.marks())}) >= SEVERAL


def _told(group: PublishedGroup) -> Any:
    """What a group tells, its use and its way of serving aside: their names are of its file."""
    facts = tuple(sorted((name, text) for name, text in group.facts.items() if name != "serving"))
    sums = tuple(sorted((name, float(f"{value:.{DIGITS}g}")) for name, value in group.sums.items() if value))
    return group.month, group.training, group.resource_share, facts, sums


def _is_read(same: Counter[Any]) -> bool:
    """Whether an amount of these groups, all months together, is finer than people state one."""
    wholes = (f"{value:.{DIGITS}e}".partition("e")[0] for value in _read_sums(same).values())
    return any(len(text.replace(".", "").rstrip("0")) > STATED for text in wholes)


def _read_sums(told: Counter[Any]) -> dict[str, float]:
    """The amounts that groups read, all months together."""
    sums: dict[str, list[float]] = {}
    for *_, amounts in told.elements():
        for name, value in amounts:
            if name in READ:
                sums.setdefault(name, []).append(value)
    return {name: math.fsum(values) for name, values in sums.items()}
