"""Scope of a home: its last build, its register, its commitments, and the last period of its ledger."""

from datetime import date
from pathlib import Path

from estimator.core.errors import SobriaError
from estimator.core.periods import Period
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.indicators.scope import Scope, Sources
from estimator.governance.register.register import Register
from estimator.results.reading import current_results


def scope_of(
    home: Path, territory: str = "all", period: str | None = None, today: date | None = None, inside: bool = False
) -> Scope:
    """The scope of this home today; default period: the year of its last month, or this one. inside: see Sources.

    NoBuild, PeriodRefused, SobriaError (a territory without a use case, or of merged groups alone)."""
    build = current_results(home)
    months, day = build.months(), today or date.today()
    asked = period or str(min(months[-1] // 100, day.year) if months else day.year)
    sources = Sources(build, Register(home), Commitments(home), home, day, inside)
    if territory not in sources.territories:
        if territory in {part.territory for part in sources.authorities}:
            raise SobriaError("territory_merged", read=territory, period=asked)
        raise SobriaError("territory_unknown", read=territory, territories=", ".join(sources.territories))
    return Scope(sources, territory, Period(asked))
