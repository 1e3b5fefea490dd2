"""What a home counts by itself, beside the groups that it merges: these would count the same measurements again."""

from pathlib import Path

from estimator.builds.merged_groups import OwnCounts
from estimator.core.home import has_ledger
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
