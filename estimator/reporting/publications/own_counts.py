"""What a home counts by itself, beside the groups that it merges: these would count the same measurements again."""

from pathlib import Path

from estimator.builds.merged_groups import OwnCounts, counted_twice
from estimator.core.home import AUTHORITIES, has_ledger
from estimator.governance.indicators.usage_by_case import Attached, attached
from estimator.governance.register.register import Register
from estimator.reporting.publications.reen_file import digest
from estimator.results.reading import current_results


def own_counts(home: Path) -> OwnCounts:
    """The months of each commune of its register, and what was read of each service by month. BuildLocked,
    AuditFailed."""
    if not has_ledger(home):
        return OwnCounts()
    build = current_results(home)
    rows = [row for row in attached(build, Register(home)) if row.row.service_key not in build.authority_of_service]
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
    return [f"! {fault[lang]}" for fault in counted_twice(home, own_counts(home))]
