"""Comparison of options: figures of each, paired verdicts, decomposition of differences and sensitivity."""

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

from estimator.assessment.impacts import (
    FIGURES,
    ImpactIndicator,
    amounts,
    applies_to,
    figure_named,
    known_result,
    per_unit,
)
from estimator.assessment.sensitivity import split_difference
from estimator.comparison.breakdown import components, screens_share
from estimator.comparison.grid_family import of_one_family
from estimator.comparison.option_inventory import (
    ComparisonContext,
    OptionInventory,
    built,
    counts_network,
    with_serving_told,
)
from estimator.comparison.paired_draws import PairedSides, Side
from estimator.comparison.scenario import Option, Scenario
from estimator.comparison.verdict_rules import NOT_COMPARABLE, NOT_STUDIED, SETTLED, Comparison
from estimator.comparison.verdict_rules import compare as compare_pair
from estimator.comparison.verdict_text import quality_words, ratio_words, verdict_words
from estimator.core.errors import LANGUAGES

INDICATORS = tuple(figure.id for figure in FIGURES)
FEW = 8  # number of options up to which every pair is compared; above, each against the reference


@dataclass(frozen=True)
class EvaluatedOption:
    """An option with its groups and their sums."""

    built: OptionInventory
    side: Side

    @property
    def option(self) -> Option:
        return self.built.option

    def boundary(self, figure: ImpactIndicator) -> frozenset[str]:
        """What the figure includes besides computing electricity: users, network, manufacture of hardware.

        An option without computing leaves out neither network nor hardware.
        """
        computing = [group for group in self.built.groups if "terminal_hours" not in group.amounts]
        found = {"people"} if self.option.people is not None else set()
        names = {part.name for part in figure.parts}
        if "network" in names and (not computing or counts_network(self.option)):
            found.add("network")
        making = [p for p in figure.parts if p.name in ("devices", "machines")]
        known = any(known_result(p, c.values) for c in computing for p in making if applies_to(p, c))
        if making and (known or not computing):
            found.add("making")
        return frozenset(found)


class Comparator:
    """An evaluated scenario: every option with its groups, compared on demand."""

    def __init__(self, scenario: Scenario, context: ComparisonContext, times: float = 1.0) -> None:
        self.scenario = scenario
        self.context = context
        self.times = times
        studied = [option for option in scenario.options if option.status == "studied"]
        inventories = [built(scenario, option, context, times) for option in studied]
        inventories = with_serving_told(of_one_family(inventories, context.catalogue, context.day))
        self.evaluated = {b.option.id: EvaluatedOption(b, Side(b.groups)) for b in inventories}

    @property
    def units(self) -> float:
        """Units of the need over the period."""
        return self.scenario.need.volume * self.times

    @cached_property
    def eligible(self) -> list[str]:
        """Studied options within the wanted zone and the reserved hours, and not known to miss the quality threshold,
        if any."""
        able = [w.option for w in self.evaluated.values() if not w.built.outside and not w.built.too_small]
        return [option.id for option in able if meets(self.scenario, option) is not False]

    def pair(self, a: str, b: str, indicator: str) -> Comparison:
        """The verdict between two options on an indicator."""
        refused = self._no_comparison(a, b, indicator)
        return refused or compare_pair(self.paired(a, b, indicator).pair())

    def paired(self, a: str, b: str, indicator: str) -> PairedSides:
        """Two studied options on one indicator."""
        figure = figure_named(indicator)
        assert figure is not None
        return PairedSides(self.evaluated[a].side, self.evaluated[b].side, figure)

    def _no_comparison(self, a: str, b: str, indicator: str) -> Comparison | None:
        """Why two options are not compared, if so."""
        if a not in self.evaluated or b not in self.evaluated:
            return Comparison(NOT_STUDIED)
        one, other = self.evaluated[a], self.evaluated[b]
        unit = self.scenario.need.unit
        if (one.option.unit or unit) != (other.option.unit or unit):
            return Comparison(NOT_COMPARABLE, reason="other_service")
        figure = figure_named(indicator)
        assert figure is not None
        known = all(w.side.central(figure) is not None for w in (one, other))
        if known and one.boundary(figure) != other.boundary(figure):
            return Comparison(NOT_COMPARABLE, reason="other_boundary")
        if any(evaluated.option.quality is None for evaluated in (one, other)):
            return Comparison(NOT_COMPARABLE, reason="quality_unknown")
        return None

    def reference(self, indicator: str = "energy") -> str | None:
        """The option with the lowest central value among those that qualify."""
        known = self.qualified(indicator)
        return min(known, key=lambda name: known[name]) if known else None

    def qualified(self, indicator: str = "energy") -> dict[str, float]:
        """The central value of the eligible options that have one, and a quality."""
        figure = figure_named(indicator)
        assert figure is not None
        values = {n: self.evaluated[n].side.central(figure) for n in self.eligible if self.evaluated[n].option.quality}
        return {name: value for name, value in values.items() if value is not None}

    def smallest_model(self) -> dict[str, Any] | None:
        """The model that reaches the threshold with the least electricity; « tied »: those not distinguishable from it.

        None without a threshold: no model can then be called sufficient.
        """
        threshold = self.scenario.constraints.quality
        if threshold is None:
            return None
        figure = figure_named("energy")
        assert figure is not None
        models = [n for n in self.eligible if self.evaluated[n].option.method == "model"]
        models = [n for n in models if meets(self.scenario, self.evaluated[n].option)]
        known = {n: v for n in models if (v := self.evaluated[n].side.central(figure)) is not None}
        if not known:
            return None
        best = min(known, key=lambda name: known[name])
        tied = [n for n in known if n != best and self.pair(best, n, "energy").verdict not in SETTLED]
        return {"id": best, "tied": tied, "threshold": threshold.value}


def meets(scenario: Scenario, option: Option) -> bool | None:
    """Whether an option reaches the quality threshold; None without one, or when its quality is unknown or of another
    test."""
    wanted = scenario.constraints.quality
    if wanted is None or option.quality is None:
        return None
    if wanted.test and option.quality.test and wanted.test.casefold() != option.quality.test.casefold():
        return None
    return option.quality.value >= wanted.value


def compare_scenario(work: Comparator) -> dict[str, Any]:
    """Every option with its figures, every pair with its verdict, and the reference against each other option."""
    reference = work.reference()
    others = [name for name in work.evaluated if name != reference]
    return {
        "scenario": work.scenario.model_dump(mode="json", exclude_none=True),
        "unit": work.scenario.need.unit,
        "units": work.units,
        "options": [_option(work, option) for option in work.scenario.options],
        "pairs": {figure.id: pairs_of(work, figure.id) for figure in FIGURES},
        "reference": reference,
        "qualified": list(work.qualified()),
        "lead": [against_reference(work, reference, name) for name in others] if reference else [],
        "smallest_model": work.smallest_model(),
        "smallest_lead": _smallest_lead(work),
        "date": work.context.day.isoformat(),
        "factors_version": work.context.catalogue.version,
    }


def pairs_of(work: Comparator, indicator: str) -> list[dict[str, Any]]:
    """Verdicts of the pairs of options on one indicator; of many options, each against the reference."""
    names = [option.id for option in work.scenario.options if option.status != "rejected"]
    if len(names) <= FEW:
        return [pair_result(work, a, b, indicator) for a, b in combinations(names, 2)]
    reference = work.reference(indicator) or names[0]
    return [pair_result(work, reference, name, indicator) for name in names if name != reference]


def pair_result(work: Comparator, a: str, b: str, indicator: str) -> dict[str, Any]:
    """One pair: verdict, share, ratio B/A and its texts, in both languages."""
    found = work.pair(a, b, indicator)
    names = tuple(work.scenario.option(name).label for name in (a, b))
    body: dict[str, Any] = {"a": a, "b": b, "indicator": indicator, "verdict": found.verdict, "reason": found.reason}
    body["lower"] = {"a": a, "b": b}.get(found.lower or "")
    body["share"] = found.share
    body["ratio"] = vars(found.ratio) if found.ratio else None
    body["words"] = {lang: verdict_words(found, (names[0], names[1]), lang) for lang in LANGUAGES}
    if found.ratio is not None:
        body["ratio_words"] = {lang: ratio_words(found, (names[0], names[1]), indicator, lang) for lang in LANGUAGES}
    return body


def against_reference(work: Comparator, reference: str, other: str) -> dict[str, Any]:
    """The electricity ratio between the reference and another option, with the quality of both, as a text."""
    body = pair_result(work, reference, other, "energy")
    first, second = (body["b"], body["a"]) if body["lower"] == body["b"] else (body["a"], body["b"])
    sides = [work.scenario.option(name) for name in (first, second)]
    words = body.get("ratio_words")
    told_with = {lang: quality_words(words[lang], sides, lang) for lang in LANGUAGES} if words else None
    return body | {"sentence": told_with or body["words"]}


def _smallest_lead(work: Comparator) -> list[dict[str, Any]]:
    """The smallest sufficient model against each other model of known electricity."""
    found, figure = work.smallest_model(), figure_named("energy")
    assert figure is not None
    models = [n for n, w in work.evaluated.items() if w.option.method == "model" and w.side.central(figure) is not None]
    return [against_reference(work, found["id"], name) for name in models if name != found["id"]] if found else []


def explain_difference(work: Comparator, a: str, b: str, indicator: str) -> dict[str, Any]:
    """Decomposition of the difference between two options, with the variance share of each factor."""
    if work.pair(a, b, indicator).ratio is None:
        return {"split": {}, "matters": {}, "tornado": {}}
    paired = work.paired(a, b, indicator)
    parts = [components(work.evaluated[name].side, indicator, printed=False) for name in (a, b)]
    nothing = dict.fromkeys([*parts[0], *parts[1]], 0.0)  # an option has none of what it does not use
    split = split_difference(nothing | parts[0], nothing | parts[1])
    return {"split": split, "matters": paired.matters(), "tornado": paired.tornado()}


def _option(work: Comparator, option: Option) -> dict[str, Any]:
    """An option: its figures per unit and over the period, its components, quality, minutes and warnings."""
    body: dict[str, Any] = {"id": option.id, "label": option.label, "method": option.method, "status": option.status}
    body |= {"why": option.why, "quality": option.quality.model_dump() if option.quality else None}
    body |= {"meets_threshold": meets(work.scenario, option), "minutes": _minutes(option)}
    evaluated = work.evaluated.get(option.id)
    body |= {"occupancy": evaluated.built.occupancy if evaluated else None}
    body |= {
        "outside": bool(evaluated and evaluated.built.outside),
        "too_small": bool(evaluated and evaluated.built.too_small),
    }
    if evaluated is None:
        return body | {
            "figures": {},
            "per_unit": {},
            "components": {},
            "screens_share": None,
            "proof": {},
            "warnings": [],
        }
    found = amounts(evaluated.built.groups, FIGURES) if evaluated.built.groups else {}
    body["figures"] = {name: amount.as_dict() for name, amount in found.items()}
    body["per_unit"] = {name: per_unit(amount.as_dict(), work.units) for name, amount in found.items()}
    body["components"] = {name: components(evaluated.side, name) for name in found}
    body["screens_share"] = screens_share(body["components"].get("energy", {}))
    return body | {"proof": dict(evaluated.built.proof), "warnings": list(evaluated.built.warnings)}


def _minutes(option: Option) -> float | None:
    return option.people.work_minutes if option.people else None
