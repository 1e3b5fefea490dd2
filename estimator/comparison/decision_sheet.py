"""Decision sheet of a scenario: the comparison, volume sweep, crossings, and decomposition of the lead."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from estimator.catalogue.load import load
from estimator.catalogue.selection import SelectedFactor
from estimator.catalogue.tables import Catalogue
from estimator.comparison.breakdown import components, screens_share
from estimator.comparison.comparison import Comparator, compare_scenario, explain_difference
from estimator.comparison.option_inventory import ComparisonContext, built
from estimator.comparison.paired_draws import Side
from estimator.comparison.scenario import Scenario
from estimator.comparison.site_comparison import at_hosts, placeable
from estimator.comparison.volume_sweep import crossings, growth
from estimator.core.errors import LANGUAGES

FEW = 8  # number of options up to which sweep and crossings are computed

Answers = Mapping[str, Mapping[str, SelectedFactor]]
Sites = tuple[str, Sequence[str]]  # an option, and the hosts to place it at


def decision(
    scenario: Scenario,
    home: Path | None = None,
    sites: Sites | None = None,
    answers: Answers | None = None,
    today: date | None = None,
) -> dict[str, Any]:
    """All results of a scenario for the page and the command line, or of one of its options at several sites."""
    context = ComparisonContext(load(), scenario.day or today or date.today(), answers or {}, home)
    if sites is not None:
        return _site_decision(scenario, context, sites)
    return _scenario_decision(scenario, context)


def _site_decision(scenario: Scenario, context: ComparisonContext, sites: Sites) -> dict[str, Any]:
    """One option at several sites, and the share of user screens in the scenario, left out there."""
    option = scenario.option(sites[0] or _model_of(scenario))
    body = _scenario_decision(at_hosts(scenario, option.id, sites[1], context.catalogue), context)
    whole = components(Side(built(scenario, option, context).groups), "energy")
    return body | {"sites": {"option": option.id, "label": option.label, "screens_share": screens_share(whole)}}


def _scenario_decision(scenario: Scenario, context: ComparisonContext) -> dict[str, Any]:
    work = Comparator(scenario, context)
    body = compare_scenario(work)
    few = len(work.evaluated) <= FEW
    body["growth"] = growth(scenario, context) if few else []
    body["crossings"] = crossings(scenario, context) if few else []
    body["opened"] = _largest_difference(work, body["lead"])
    body["factor_labels"] = factor_labels(work, body["opened"].get("matters", {}))
    return body


def _model_of(scenario: Scenario) -> str:
    """The first option that can run elsewhere."""
    return next((o.id for o in scenario.options if placeable(o)), scenario.options[0].id)


def _largest_difference(work: Comparator, lead: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The electricity difference between the reference and the option furthest from it."""
    far = [pair for pair in lead if pair["ratio"]]
    if not far:
        return {}
    pair = max(far, key=lambda found: found["ratio"]["median"])
    return {"a": pair["a"], "b": pair["b"], "indicator": "energy"} | explain_difference(
        work, pair["a"], pair["b"], "energy"
    )


def factor_labels(work: Comparator, keys: Collection[str]) -> dict[str, dict[str, str]]:
    """Labels of factors: quantity and subject."""
    return {key: _labels(key, work, work.context.catalogue) for key in keys}


def _labels(key: str, work: Comparator, catalogue: Catalogue) -> dict[str, str]:
    """Label of a factor: quantity and subject."""
    for evaluated in work.evaluated.values():
        for group in evaluated.built.groups:
            for name, bound in group.bounds.items():
                if bound.factor is not None and bound.factor.id == key:
                    quantity, subject = catalogue.quantities[name], bound.factor.subject
                    return {lang: f"{quantity.label(lang)} ({catalogue.label(subject, lang)})" for lang in LANGUAGES}
    return dict.fromkeys(LANGUAGES, key)
