"""Gateway to the summary: computed once a state of the home, a territory and a period, then cached."""

import hashlib
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

from dashboard.shared import estimator_gateway
from estimator.assessment.explanation import ExplainedNumber, NumberUnknown
from estimator.core.errors import SobriaError
from estimator.core.event_log import FOLDER as REGISTER
from estimator.core.home import default_home
from estimator.core.periods import Period, PeriodRefused
from estimator.core.storage.storage import storage_at
from estimator.governance.commitments import commitments as votes
from estimator.governance.indicator_list import FOOTPRINTS
from estimator.governance.indicators.anonymity import grouped
from estimator.governance.indicators.explanation import explain_sheet, opened_territories, split_number
from estimator.governance.indicators.scenarios import FOLDER as SCENARIOS
from estimator.governance.indicators.scope import Scope, Sources
from estimator.governance.levers.levers import Levers, levers
from estimator.governance.register.register import Register
from estimator.governance.register.schema import METROPOLE, WHOLE
from estimator.reporting.summary.summary import synthesis, with_told_total

STATES, ANSWERS = 3, 120  # entries in the cache
QUARTER = 3  # months


class State(NamedTuple):
    """What determines every figure: the build, the files of the register, commitments and scenarios, the day."""

    home: str
    build: str
    files: str
    day: date


class SummaryScope(NamedTuple):
    """A territory and a period in a state of the home."""

    state: State
    territory: str
    period: str


def state() -> State | None:
    """The current state of the home, None without a build."""
    build = estimator_gateway.current()
    if build is None:
        return None
    home = default_home()
    parts = [f"{p.name} {p.stat().st_mtime_ns}" for p in sorted((home / SCENARIOS).glob("*.toml"))]
    parts += [name for folder in (REGISTER, votes.FOLDER) for name in sorted(storage_at(home, folder).names())]
    return State(
        str(home), build.id, hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest(), date.today()
    )


@st.cache_resource(max_entries=STATES, show_spinner=False)
def sources(now: State, inside: bool = True) -> Sources:
    """What every figure of a state comes from, for its own pages; inside false: for what leaves the home."""
    build, home = estimator_gateway.current_build(), Path(now.home)
    return Sources(build, Register(home), votes.Commitments(home), home, now.day, inside)


def scope_in(asked: SummaryScope, inside: bool = False) -> Scope:
    """The scope of indicators of a territory and a period, for what leaves the home, or inside, for its own pages."""
    return Scope(sources(asked.state, inside), asked.territory, Period(asked.period))


@st.cache_resource(max_entries=ANSWERS, show_spinner=False)
def body(asked: SummaryScope) -> dict[str, Any]:
    """The summary for the pages; what is to be said aloud is what may leave them."""
    inside, out = scope_in(asked, inside=True), leaving(asked)
    found = with_told_total(synthesis(inside), out)
    told = [[one["indicators"][key]["change"].get("difference") is None for key in FOOTPRINTS] for one in (found, out)]
    kept = "kept" if grouped(inside).kept else "kept_change" if told[0] != told[1] else ""
    return found | {"kept": kept, **{name: out[name] for name in ("aloud", "say", "not_say")}}


@st.cache_resource(max_entries=ANSWERS, show_spinner=False)
def leaving(asked: SummaryScope) -> dict[str, Any]:
    """The summary as it leaves the pages: small uses merged or withheld."""
    return synthesis(scope_in(asked))


@st.cache_resource(max_entries=STATES, show_spinner=False)
def is_internal(now: State) -> bool:
    """Whether pages name uses that the documents of some year merge or withhold (decisions 0077, 0094)."""
    years = (SummaryScope(now, WHOLE, text) for text in periods(now) if text.isdigit())
    return any(grouped(scope_in(year, inside=True)).kept for year in years)


@st.cache_resource(max_entries=STATES, show_spinner=False)
def periods(now: State) -> tuple[str, ...]:
    """Every year, quarter and month with rows in the ledger, the last first, up to the end of this year."""
    months = [m for m in sources(now).build.months() if m // 100 <= sources(now).today.year]
    years = dict.fromkeys(str(month // 100) for month in reversed(months))
    quarters = dict.fromkeys(f"{m // 100}-T{(m % 100 + 2) // QUARTER}" for m in reversed(months))
    return (*years, *quarters, *(f"{month // 100}-{month % 100:02}" for month in reversed(months)))


@st.cache_resource(max_entries=ANSWERS, show_spinner=False)
def _opened(wanted: SummaryScope, figure: str) -> ExplainedNumber:
    return explain_sheet(scope_in(wanted._replace(territory=WHOLE), inside=True), wanted.territory, figure)


@st.cache_resource(max_entries=STATES, show_spinner=False)
def every_lever(now: State) -> Levers:
    """The levers of a state, told to its own pages."""
    return levers(sources(now))


def scope_of_address(now: State, territory: str, period: str) -> SummaryScope:
    """The scope of a URL; missing or invalid values default to the métropole if it has use cases, else to the
    whole territory, over the last year."""
    known, spans, span = sources(now).territories, periods(now), _canonical(period)
    chosen = territory if territory in known else METROPOLE if METROPOLE in known else WHOLE
    return SummaryScope(now, chosen, span if span in spans else spans[0] if spans else str(now.day.year))


def address_refused(now: State, territory: str, period: str) -> SobriaError | None:
    """Why a URL has no figures of its own: it names a territory or a period without any; else None."""
    shown = scope_of_address(now, territory, period)
    pairs = ((territory, territory, shown.territory), (period, _canonical(period), shown.period))
    wrong = ", ".join(read[: estimator_gateway.LONGEST_ID] for read, span, found in pairs if read and span != found)
    if not wrong:
        return None
    places, years = ", ".join(sources(now).territories), ", ".join(text for text in periods(now) if text.isdigit())
    return SobriaError("address_unknown" if years else "address_no_years", read=wrong, territories=places, years=years)


def _canonical(period: str) -> str:
    """A period as it is written; what is none, empty."""
    try:
        return Period(period).text
    except PeriodRefused:
        return ""


def explanation(number: str) -> ExplainedNumber:
    """The explanation of a figure, of a territory and a period or of the build. NumberUnknown, NoBuild."""
    number = number[: estimator_gateway.LONGEST_ID]
    found, now = split_number(number), state()
    if found is None or now is None:
        return estimator_gateway.current_build().explain(number)
    territory, period, figure = found
    if territory not in opened_territories(sources(now)) or period not in periods(now):
        raise NumberUnknown(id=number)
    return _opened(SummaryScope(now, territory, period), figure)
