"""Inventory of a service of the ledger that stands for an option: its runs, scaled from the units they made."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from estimator.assessment.impacts import FIGURES
from estimator.comparison.known_units import Counted, figures_words, known_groups, left_out, left_words, scaled
from estimator.comparison.scenario import MeasuredService, Option
from estimator.core.errors import LANGUAGES, SobriaError, say
from estimator.core.fields import moment_us
from estimator.core.number_format import exact_text
from estimator.core.proof_shares import proof_words
from estimator.core.typography import typeset
from estimator.results.proofs import ELECTRICITY, electricity_of, impact_shares
from estimator.workloads.inventory import Inventory

if TYPE_CHECKING:
    from estimator.builds.service_runs import ServiceRuns

SECOND = 1_000_000  # [us]


def measured_inventory(option: Option, attempts: float, home: Path | None) -> tuple[Inventory, Counted]:
    """The runs of the service of an option, scaled from the units that they made to `attempts`, and each of these
    groups with the units that it counts: none, where nothing tells which are those of a run.

    service_unknown, measured_cut, measured_of_when, measured_uncounted."""
    from estimator.builds.service_runs import RunsOf
    from estimator.results.reading import open_current

    assert option.measured is not None
    said = option.measured
    bounds = [moment_us(moment) if moment else None for moment in (said.since, said.until)]
    asked = RunsOf(said.service, *bounds)
    build = open_current(home) if home else None
    found = build.service_runs(asked) if build else None
    if build is None or found is None or not found.runs:
        raise SobriaError("service_unknown", service=said.service, option=option.id)
    units, key = _units(said, found, option.id)
    apart = said.items is None and found.with_items in (0, found.runs)  # each run counts units of its own
    counted = [
        (scaled(of.group, attempts / units), (of.items if found.with_items else of.requests) if apart else 0.0)
        for of in build.groups_of(asked)
    ]
    groups = [group for group, _ in counted]
    told, proof = {"code": "measured"}, electricity_of({name: impact_shares(groups, name) for name in ELECTRICITY})
    for lang in LANGUAGES:
        facts = {"units": exact_text(units, "1", lang), "runs": found.runs, "first": found.first, "last": found.last}
        facts["counted"] = found.with_items
        rests = proof_words(proof if any(proof.values()) else {"unknown": 1.0}, lang)
        told[lang] = typeset(say("warnings", key, lang, service=said.service, proof=rests, **facts), lang)
    return Inventory(groups=groups, warnings=[told, *_unknown(counted)]), counted


def _unknown(counted: Counted) -> Iterator[dict[str, str]]:
    """What figures leave out, then those that have no value though a part of the runs has one."""
    left = {figure.id: found for figure in FIGURES if (found := left_out(counted, figure))}
    none = [f.id for f in FIGURES if f.id not in left and len(known_groups(counted, f)) < len(counted)]
    if left:
        yield {"code": "measured_left_out"} | _said("measured_left_out", lambda lang: left_words(left, lang))
    if none:
        yield {"code": "measured_apart"} | _said("measured_apart", lambda lang: figures_words(none, lang))


def _said(key: str, told: Callable[[str], str]) -> dict[str, str]:
    return {lang: typeset(say("warnings", key, lang, list=told(lang)), lang) for lang in LANGUAGES}


def _units(said: MeasuredService, found: "ServiceRuns", option: str) -> tuple[float, str]:
    """How many units these runs made, and the sentence that says by whom they are counted."""
    facts: dict[str, Any] = {"option": option, "service": said.service, "runs": found.runs}
    facts |= {"first": found.first, "last": found.last}
    if found.cut:
        raise SobriaError("measured_cut", **facts, cut=found.cut)
    if said.items is not None:
        now = datetime.now(UTC)
        if said.until is None or moment_us(said.until) > moment_us(now):
            end = datetime.fromtimestamp(-(-found.last_us // SECOND), UTC)
            until = min(end, now).strftime("%Y-%m-%dT%H:%M:%SZ")
            raise SobriaError("measured_of_when", **facts, items=said.items, until=until)
        return said.items, "measured_said"
    units = found.items if found.with_items else found.requests
    if found.counted < found.runs or not units:
        raise SobriaError("measured_uncounted", **facts, counted=found.counted)
    return units, "measured_counted" if found.with_items else "measured_calls"
