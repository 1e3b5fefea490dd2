"""Comparison of options: figures of each, paired verdicts, decomposition of differences and sensitivity."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import combinations

from estimator.assessment.impacts import FIGURES, ImpactIndicator, applies_to, figure_named, known_result
from estimator.assessment.sensitivity import split_difference
from estimator.catalogue import models
from estimator.catalogue.default_subjects import ANY_CARD
from estimator.comparison.answer import Difference, Pair, Sufficient, one_program
from estimator.comparison.breakdown import components
from estimator.comparison.five_fields import unlike
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
from estimator.comparison.verdict_rules import (
    EQUIVALENT,
    LOWER_ALWAYS,
    LOWER_MOSTLY,
    NOT_COMPARABLE,
    NOT_STUDIED,
    UNDECIDED,
    UNLIKE,
    Apart,
    Comparison,
)
from estimator.comparison.verdict_rules import compare as compare_pair
from estimator.comparison.verdict_text import pair_sentence, verdict_words
from estimator.core.errors import LANGUAGES

INDICATORS = tuple(figure.id for figure in FIGURES)
OTHER_SERVICE = "other_service"  # an option that makes another unit than that of the need
FEW = 8  # number of options up to which every pair is compared; above, each against the reference
Made = Mapping[float, Mapping[str, OptionInventory]]


@dataclass(frozen=True)
class EvaluatedOption:
    """An option with its groups and their sums: the service."""

    built: OptionInventory
    side: Side

    @property
    def option(self) -> Option:
        return self.built.option

    def boundary(self, figure: ImpactIndicator) -> frozenset[str]:
        """What the figure includes besides computing electricity: network, manufacture of hardware."""
        found = set()
        names = {part.name for part in figure.parts}
        if "network" in names and counts_network(self.option):
            found.add("network")
        making = [p for p in figure.parts if p.name in ("devices", "machines")]
        if any(known_result(p, c.values) for c in self.side.groups_of(figure) for p in making if applies_to(p, c)):
            found.add("making")
        return frozenset(found)


class Comparator:
    """An evaluated scenario: every option with its groups, compared on demand. SubjectUnknown, ModelUnknown …

    made: inventories that are built already, by multiple of the volume, then by option.
    """

    def __init__(
        self, scenario: Scenario, context: ComparisonContext, times: float = 1.0, made: Made | None = None
    ) -> None:
        self.scenario = scenario
        self.context = context
        self.times = times
        self.pairs: dict[tuple[str, str, str], Pair] = {}  # those of `pair_of`
        self._made, self._volumes = made or {}, {times: self}
        studied, known = [o for o in scenario.options if o.status == "studied"], self._made.get(times, {})
        inventories = [known.get(o.id) or built(scenario, o, context, times) for o in studied]
        inventories = with_serving_told(of_one_family(inventories, context.catalogue, context.day))
        self.evaluated = {b.option.id: EvaluatedOption(b, Side(b.groups, b.groups_of)) for b in inventories}

    def at(self, times: float) -> "Comparator":
        """The same options at this multiple of the volume of the scenario, evaluated once for all that ask."""
        if times not in self._volumes:
            self._volumes[times] = Comparator(self.scenario, self.context, times, self._made)
            self._volumes[times]._volumes = self._volumes
        return self._volumes[times]

    @property
    def units(self) -> float:
        """Units of the need over the period."""
        return self.scenario.need.volume * self.times

    @cached_property
    def barred(self) -> Mapping[str, tuple[str, ...]]:
        """Why each studied option is never retained; empty: nothing bars it."""
        return {
            name: tuple(
                key
                for key, bars in (
                    (OTHER_SERVICE, found.option.unit not in (None, self.scenario.need.unit)),
                    ("outside", found.built.outside),
                    ("too_small", found.built.too_small),
                    ("below_threshold", below and assured(self.scenario, found.option) is not False),
                    ("below_unsure", below and assured(self.scenario, found.option) is False),
                )
                if bars
            )
            for name, found in self.evaluated.items()
            for below in (meets(self.scenario, found.option) is False,)
        }

    @cached_property
    def eligible(self) -> list[str]:
        """The options that nothing bars."""
        return [name for name, reasons in self.barred.items() if not reasons]

    @cached_property
    def sufficing(self) -> list[str]:
        """The eligible options known to reach the threshold; none without a threshold."""
        return [name for name in self.eligible if meets(self.scenario, self.evaluated[name].option)]

    def pair(self, a: str, b: str, indicator: str) -> Comparison:
        """The verdict between two options on an indicator."""
        refused = self._no_comparison(a, b, indicator)
        return refused or self.against(a, b, indicator)

    def against(self, a: str, b: str, indicator: str) -> Comparison:
        """The verdict of two options that can be compared, be their servers alike or not."""
        paired = self.paired(a, b, indicator)
        without = tuple(part.name for part in paired.a.lacking(paired.figure))  # the same in both
        found = compare_pair(paired.pair())
        sides = (self.evaluated[name] for name in (a, b))
        left = tuple((s.option.label, out) for s in sides if (out := s.built.left_out(paired.figure)))
        return replace(found, without=without, supposed=self._supposed(a, b, found), left_out=left)

    def _supposed(self, a: str, b: str, found: Comparison) -> str:
        """The label of an option that nobody tested, where a verdict rests on all its answers being accepted while the
        other is divided by a share; else empty."""
        sides = (self.evaluated[a].option, self.evaluated[b].option)
        settled = found.verdict in (LOWER_ALWAYS, LOWER_MOSTLY, EQUIVALENT)
        for side, one, other in (("a", *sides), ("b", *sides[::-1])) if settled else ():
            if one.supposed and other.accepted < 1 and found.lower in (side, None):
                return one.label
        return ""

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
        lacks = [option.side.lacking(figure) for option in (one, other)]
        unknown = [next((p.why for part, p in lack.items() if part.required), None) for lack in lacks]
        if any(unknown):
            which = "neither" if all(unknown) else "a_not" if unknown[0] else "b_not"
            return Comparison(NOT_COMPARABLE, reason=f"{which}_estimable", missing=tuple(why for why in unknown if why))
        if any(option.side.central(figure) is None for option in (one, other)):
            return None  # nothing is described: said by the verdict
        if unlike(self.scenario, a, b):
            return Comparison(NOT_COMPARABLE, reason=UNLIKE)
        counted = [option.boundary(figure) for option in (one, other)]
        if counted[0] != counted[1]:
            only_a, only_b = (tuple(sorted(counted[n] - counted[1 - n])) for n in (0, 1))
            return Comparison(NOT_COMPARABLE, reason="other_boundary", apart=Apart(only_a, only_b))
        differ = {p: n for p, n in (lacks[0] | lacks[1]).items() if not all(p in f and f[p].like(n) for f in lacks)}
        if differ:
            only_a, only_b = (tuple(p.name for p in differ if p not in lacks[1 - n]) for n in (0, 1))
            apart = Apart(only_a, only_b, tuple(p.name for p in differ if all(p in found for found in lacks)))
            why = tuple(lack.why for lack in differ.values())
            return Comparison(NOT_COMPARABLE, reason="other_unknown_part", missing=why, apart=apart)
        return None

    def reference(self, indicator: str = "energy") -> str | None:
        """The option with the lowest central value among those that qualify."""
        known = self.qualified(indicator)
        return min(known, key=lambda name: known[name]) if known else None

    def qualified(self, indicator: str = "energy") -> dict[str, float]:
        """The central value of the options that suffice, else of those that nothing bars."""
        return self._known(self.sufficing, indicator) or self._known(self.eligible, indicator)

    def _known(self, names: list[str], indicator: str = "energy") -> dict[str, float]:
        figure = figure_named(indicator)
        assert figure is not None
        return {n: v for n in names if (v := self.evaluated[n].side.central(figure)) is not None}

    def smallest_sufficient(self) -> Sufficient | None:
        """The option that reaches the threshold with the least electricity; None without a threshold."""
        threshold = self.scenario.constraints.quality
        if threshold is None:
            return None
        known = self._known(self.sufficing)
        untested = tuple(n for n in self.eligible if meets(self.scenario, self.evaluated[n].option) is None)
        without_ai = tuple(n for n in self.sufficing if self.evaluated[n].option.method == "none")
        said = partial(Sufficient, threshold=threshold.value, without_ai=without_ai, untested=untested)
        if known:
            best = min(known, key=lambda name: known[name])
            tied = tuple(n for n in known if n != best and not self._lower(best, n))
            lighter = tuple(n for n in untested if self._known([n]).get(n, 0.0) < known[best])
            return said(status="found", id=best, tied=tied, untested=lighter)
        if untested:
            return said(status="to_check")
        of_need = (n for n, reasons in self.barred.items() if OTHER_SERVICE not in reasons)
        reaching = {n for n in of_need if meets(self.scenario, self.scenario.option(n))} - set(self.sufficing)
        placed = reaching and all("outside" in self.barred[n] for n in reaching)
        reason = "without_figures" if self.sufficing else "placed" if placed else "able" if reaching else "suffices"
        return said(status="none", reason=reason)

    def _lower(self, one: str, other: str) -> bool:
        found = self.pair(one, other, "energy")
        return found.reason == UNLIKE or (found.verdict in (LOWER_ALWAYS, LOWER_MOSTLY) and found.lower == "a")


def meets(scenario: Scenario, option: Option) -> bool | None:
    """Whether an option reaches the quality threshold; None without one, or when its quality is unknown or of another
    test."""
    wanted = scenario.constraints.quality
    if wanted is None or option.quality is None or not wanted.same_test(option.quality):
        return None
    return option.quality.value >= wanted.value


def assured(scenario: Scenario, option: Option) -> bool | None:
    """Whether all that the test of an option leaves possible is on the side of the threshold where its quality is; None
    where that is not known, and where nobody says how many cases it has."""
    wanted = scenario.constraints.quality
    if wanted is None or option.quality is None or meets(scenario, option) is None:
        return None
    return option.quality.settles(wanted.value)


def pairs_of(work: Comparator, indicator: str) -> tuple[Pair, ...]:
    """Verdicts of the pairs of options on one indicator; of many options, each against the reference."""
    names = [option.id for option in work.scenario.options if option.status != "rejected"]
    if len(names) <= FEW:
        return tuple(pair_of(work, a, b, indicator) for a, b in combinations(names, 2))
    reference = work.reference(indicator) or names[0]
    return tuple(pair_of(work, reference, name, indicator) for name in names if name != reference)


def pair_of(work: Comparator, a: str, b: str, indicator: str = "energy") -> Pair:
    """One pair: verdict, share, ratio B/A and its texts, in both languages; made once for all that ask."""
    if (a, b, indicator) not in work.pairs:
        work.pairs[a, b, indicator] = _pair_of(work, a, b, indicator)
    return work.pairs[a, b, indicator]


def _pair_of(work: Comparator, a: str, b: str, indicator: str) -> Pair:
    found, sides = work.pair(a, b, indicator), (work.scenario.option(a), work.scenario.option(b))
    labels = (sides[0].label, sides[1].label)
    barred = [(side.label, reason, side.unit or "") for side in sides for reason in work.barred.get(side.id, ())]
    return Pair(
        a=a,
        b=b,
        indicator=indicator,
        verdict=found.verdict,
        reason=found.reason,
        lower={"a": a, "b": b}.get(found.lower or ""),
        share=found.share,
        ratio=found.ratio,
        words={lang: verdict_words(found, labels, lang) for lang in LANGUAGES},
        sentence={lang: pair_sentence(found, sides, indicator, lang, barred) for lang in LANGUAGES},
    )


def undecided(work: Comparator, a: str, b: str) -> bool:
    """Whether nothing tells the electricity of two options apart, be their servers alike or not."""
    found = pair_of(work, a, b)
    return (work.against(a, b, "energy") if found.reason == UNLIKE else found).verdict == UNDECIDED


def lead_of(work: Comparator) -> tuple[Pair, ...]:
    """The reference against each other studied option, on electricity, the nearest first; those that are never
    retained, then the same program on another server, then those without a ratio, last."""
    reference = work.reference()
    if reference is None:
        return ()
    others = [o.id for o in work.scenario.options if o.id in work.evaluated and o.id != reference]

    def order(pair: Pair) -> tuple[bool, bool, bool, float]:
        same = one_program(work.scenario, pair.a, pair.b)
        return pair.ratio is None, same, bool(work.barred.get(pair.b)), pair.distance

    return tuple(sorted((pair_of(work, reference, other) for other in others), key=order))


def explain_difference(work: Comparator, a: str, b: str, indicator: str = "energy") -> Difference:
    """Decomposition of the difference between two options, with the variance share of each factor."""
    if work.pair(a, b, indicator).ratio is None:
        return Difference(a=a, b=b)
    paired = work.paired(a, b, indicator)
    parts = [components(work.evaluated[name].side, indicator, printed=False) for name in (a, b)]
    nothing = dict.fromkeys([*parts[0], *parts[1]], 0.0)  # an option has none of what it does not use
    split, matters = split_difference(nothing | parts[0], nothing | parts[1]), paired.matters()
    labels = factor_labels(work, matters)
    return Difference(a=a, b=b, split=split, matters=matters, tornado=paired.tornado(), labels=labels)


def factor_labels(work: Comparator, keys: Mapping[str, float]) -> dict[str, dict[str, str]]:
    """Labels of factors: quantity and subject; the model where it is computed for one, with its device if known."""
    catalogue = work.context.catalogue
    bounds = (
        (name, bound)
        for evaluated in work.evaluated.values()
        for group in evaluated.built.groups
        for name, bound in group.bounds.items()
    )
    named = {bound.factor.id: (name, bound) for name, bound in bounds if bound.factor is not None}

    def label(key: str, lang: str) -> str:
        if key not in named:
            return key
        name, bound = named[key]
        model = models.load().of_id(bound.subject)
        used = bound.factor.subject if bound.factor else ""
        named_after = [models.name_of(model.id, lang)] if model else []
        subject = ", ".join([*named_after, *([] if model and used == ANY_CARD else [catalogue.label(used, lang)])])
        return f"{catalogue.quantities[name].label(lang)} ({subject})"

    return {key: {lang: label(key, lang) for lang in LANGUAGES} for key in keys}
