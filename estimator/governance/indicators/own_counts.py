"""What a home counts by itself, beside the groups that it merges: these would count the same measurements again."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from estimator.builds.merged_groups import MergeRefused, OwnCounts, counted_twice
from estimator.core.home import AUTHORITIES, has_ledger
from estimator.governance.indicators.usage_by_case import Attached, attached, digest
from estimator.governance.register.register import Register
from estimator.results.reading import Results, current_results
from estimator.results.totals import Totals


def own_counts(home: Path) -> OwnCounts:
    """The months of each commune of its register, and what was read of each service by month. BuildLocked,
    AuditFailed."""
    if not has_ledger(home):
        return OwnCounts()
    build = current_results(home)
    return _own(build, attached(build, Register(home)))


def _own(build: Results, every: Sequence[Attached]) -> OwnCounts:
    rows = [row for row in every if row.row.service_key not in build.authority_of_service]
    months, read = dict[str, set[int]](), dict[tuple[str, int], list[Attached]]()
    for row in rows:
        read.setdefault((row.row.service_key, row.row.month), []).append(row)
        if row.use_case:
            months.setdefault(row.use_case.commune, set()).add(row.row.month)
    return OwnCounts(months, {(month, digest(mine)): service for (service, month), mine in read.items()})


def twice_lines(home: Path, lang: str) -> list[str]:
    """What counts twice in a home, by itself and by the groups that it merges, each with what to do; nothing where no
    group is merged. BuildLocked, AuditFailed, MergeRefused."""
    if not (home / AUTHORITIES).is_dir():
        return []
    found = counted_twice(home, own_counts(home))
    return [f"! {one.fault(f'{AUTHORITIES}/{one.file.name}', '_there')[lang]}" for one in found]


def months_twice(build: Results, every: Sequence[Attached]) -> Mapping[str, tuple[int, ...]] | None:
    """The months of each authority, by its code, that the home of a build counts by itself too; None where a file was
    damaged since, which the next build refuses. every: the months of the build, with their use cases."""
    found = dict[str, set[int]]()
    try:
        twice = counted_twice(build.home, _own(build, every))
    except MergeRefused:
        return None
    for one in (one for one in twice if not one.withheld):  # what it withholds is in no figure
        found.setdefault(one.file.territory, set()).update(one.months)
    return {code: tuple(sorted(months)) for code, months in sorted(found.items())}


def told_totals(build: Results) -> Totals:
    """The totals of a build, with what they count twice."""
    found = build.totals()
    if not found.authorities:
        return found
    own = has_ledger(build.home)  # of a home without rows, nothing is to be looked for
    twice = months_twice(build, attached(build, Register(build.home))) if own else {}
    return found.model_copy(update={"counted_twice": twice})
