"""Impact indicators of activity groups with selected factors: values, confidence intervals and coverage."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, reduce
from operator import add
from typing import Any, NamedTuple

from pydantic import Field, model_serializer

from estimator.assessment import uncertainty
from estimator.assessment.evaluation import ActivityGroup, coverage_weight, outcomes_of, why_unknown
from estimator.assessment.uncertainty import KEPT
from estimator.core.errors import several
from estimator.core.interval import Interval


@dataclass(frozen=True)
class Contribution:
    """A term of a figure: the first known of `results`. A figure is known only if its required parts are."""

    name: str
    results: tuple[str, ...]
    required: bool = True
    needs: tuple[str, ...] = ()  # the part exists only if one of these amounts is present


@dataclass(frozen=True)
class ImpactIndicator:
    """An indicator, as a sum of parts.

    beside: required parts of the figure that this one is a part of: it covers what that figure covers.
    """

    id: str
    unit: str
    parts: tuple[Contribution, ...]
    beside: tuple[Contribution, ...] = ()

    @cached_property
    def required(self) -> tuple[Contribution, ...]:
        """The parts without which nothing of a group counts."""
        return (*(p for p in self.parts if p.required), *self.beside)

    @cached_property
    def results(self) -> frozenset[str]:
        """All that may give the value of a part, or of one beside."""
        return frozenset(result for part in (*self.parts, *self.beside) for result in part.results)

    @cached_property
    def made(self) -> tuple[Contribution, ...]:
        """The parts that are a manufacture; none in an electricity or a water, nor in one part alone."""
        return tuple(p for p in self.parts if p.name in MADE) if len(self.parts) > 1 else ()


MADE = ("devices", "machines")  # the parts that are a manufacture: of the cards, of the machine that holds them
ANSWERS = ("output_tokens", "media_outputs", "stated_uses", "active_seat_days", "seat_days")
NETWORK_ALONE = {"data_gb"}  # the amounts of a use of which nothing else is described
MACHINE_HOURS = ("machine_hours", "hosted_hours", *ANSWERS)


def _parts_with_embodied(x: str) -> tuple[Contribution, ...]:
    return (
        Contribution("use", (f"use_{x}",)),
        Contribution("devices", (f"device_embodied_{x}",), required=False, needs=("device_hours", *ANSWERS)),
        Contribution("machines", (f"machine_embodied_{x}",), required=False, needs=MACHINE_HOURS),
        Contribution("network", (f"network_{x}",), required=False, needs=("data_gb",)),
    )


FIGURES = (
    ImpactIndicator("energy", "kWh", (Contribution("site", ("site_energy",)),)),
    ImpactIndicator(
        "water",
        "L",
        (
            Contribution("onsite", ("onsite_water_it", "onsite_water_site")),
            Contribution("electricity", ("grid_water",)),
        ),
    ),
    ImpactIndicator("adpe", "kgSbeq", _parts_with_embodied("adpe")),
    ImpactIndicator("gwp", "kgCO2e", _parts_with_embodied("gwp")),
    ImpactIndicator("primary_energy", "MJ", _parts_with_embodied("primary_energy")),
)
SUPPLEMENTARY = (
    ImpactIndicator(
        "water.electricity_reservoirs", "L", (Contribution("electricity_reservoirs", ("grid_reservoir_water",)),)
    ),
    ImpactIndicator("it_energy", "kWh", (Contribution("it", ("it_energy",)),)),
)


def figure_named(figure_id: str) -> ImpactIndicator | None:
    """A figure, or one part of a figure that has several (`gwp.use`) as a figure of its own."""
    for figure in FIGURES + SUPPLEMENTARY:
        if figure.id == figure_id:
            return figure
        for part in figure.parts if len(figure.parts) > 1 else ():
            if f"{figure.id}.{part.name}" == figure_id:
                return ImpactIndicator(
                    figure_id, figure.unit, (replace(part, required=True, needs=()),), figure.required
                )
    return None


class Amount(Interval):
    """A value with its 5 - 95 % confidence interval and its bounds, or the reason why there is none.

    central: median of the draws of this amount, the printed value; medians of parts do not add up
    to that of their sum. at_factor_values: the arithmetic with every factor at its central value; these do add up.
    covers: share of the electricity as read with a known value; of a part, that share of the electricity of its figure;
    covers_roughly: whether it rests on an electricity that is told to one digit alone.
    made, made_partly: of a figure with a manufacture, the share of its electricity with all of it in the figure, and
    with a part alone: cards whose machine is not known, or a machine whose cards are not counted [1].
    untold: those of these three shares that are known and not told, and are None.
    """

    unit: str
    at_factor_values: float | None = None
    envelope: tuple[float, float] | None = None
    covers: float | None = 0.0
    covers_roughly: bool = False
    made: float | None = None
    made_partly: float | None = None
    untold: tuple[str, ...] = ()
    parts: Mapping[str, "Amount"] = Field(default_factory=dict)

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> "Amount":
        """The amount that this JSON is of, with its parts."""
        found = super().read({**body, "envelope": body.get("envelope") or None})
        inner = {n: b for n, b in body.items() if n not in cls.model_fields and isinstance(b, Mapping)}
        return found.with_parts(amounts_read(inner))

    def with_parts(self, parts: Mapping[str, "Amount"]) -> "Amount":
        """The same amount with more parts."""
        return self.model_copy(update={"parts": {**self.parts, **parts}})

    @model_serializer
    def as_dict(self) -> dict[str, Any]:
        """As JSON: unknown is null with its reason, never absent and never zero."""
        body: dict[str, Any] = {name: getattr(self, name) for name in ("low", "central", "high", "unit")}
        body["at_factor_values"] = self.at_factor_values
        if self.missing:
            body["missing"] = dict(self.missing)
        else:
            body |= {"envelope": list(self.envelope or ()), "covers": self.covers}
            body |= {"covers_roughly": True} if self.covers_roughly else {}
            body |= {name: self[name] for name in ("made", "made_partly") if name in self}
            body |= dict.fromkeys(self.untold) | {"untold": list(self.untold)} if self.untold else {}
        return body | {name: part.as_dict() for name, part in self.parts.items()}

    def __contains__(self, name: object, /) -> bool:
        if name in self.parts or name == "at_factor_values":  # null in JSON where it is unknown, never absent
            return True
        return super().__contains__(name) and (name != "covers" or self.missing is None)

    def __getitem__(self, name: str, /) -> Any:
        """A value or a part by its name in JSON. KeyError."""
        return self.parts[name] if name in self.parts else super().__getitem__(name)


def amounts_read(bodies: Mapping[str, Any]) -> dict[str, Amount]:
    """The amounts that these JSON bodies are of, by name."""
    return {name: Amount.read(body) for name, body in bodies.items()}


def figures(found: Mapping[str, Amount]) -> dict[str, Amount]:
    """Figures by name, `water.electricity_reservoirs` among the parts of water."""
    tree: dict[str, Amount] = {}
    for name, amount in found.items():
        outer, _, inner = name.partition(".")
        tree[outer] = tree[outer].with_parts({inner: amount}) if inner else amount
    return tree


def amounts(
    groups: Sequence[ActivityGroup], figures: Iterable[ImpactIndicator] = FIGURES + SUPPLEMENTARY
) -> dict[str, Amount]:
    """Every figure over all groups, a shared factor taking the same value in all."""
    running = RunningAmounts(figures)
    for group in groups:
        running.add(terms_of(group, running.figures))
    return running.amounts()


class GroupTerm(NamedTuple):
    """What one group adds to an amount.

    weight: known electricity of the group, each factor at its value [kWh].
    outcomes: the sum of its known results, as `uncertainty.outcomes`; None when unknown.
    applicable: whether the amount, or the figure of this part, applies to the group; why: the reason when unknown.
    made: "made" where its whole manufacture is in the figure, "made_partly" where a part of it is.
    """

    weight: float
    outcomes: Any
    applicable: bool
    why: str | None
    made: str | None = None


def terms_of(group: ActivityGroup, figures: Sequence[ImpactIndicator]) -> dict[str, GroupTerm]:
    """What a group adds to each figure, and to each part `figure.part` of a figure of several."""
    values = outcomes_of(group, frozenset({"it_energy"}).union(*(figure.results for figure in figures)))
    weight = coverage_weight(group, values)
    given = frozenset((name, bool(amount)) for name, amount in group.amounts.items() if amount is not None)
    known = frozenset(name for name, value in values.items() if value is not None)
    found: dict[str, GroupTerm] = {}
    for name, plan in _plans(tuple(figures), given, known).items():
        total = reduce(add, [values[result] for result in plan.results]) if plan.results else None
        found[name] = GroupTerm(weight, total, plan.applicable, plan.why(group, values), plan.made)
    return found


class _Plan(NamedTuple):
    """What an amount is made of in every group of which the same is given and known.

    results: those that add up to it; unknown: its parts without a value. applicable and made: as in GroupTerm.
    """

    results: tuple[str, ...]
    unknown: tuple[Contribution, ...]
    whole_unknown: bool
    applicable: bool
    made: str | None

    def why(self, group: ActivityGroup, values: Mapping[str, Any]) -> str | None:
        """Why it is not whole in this group; None where it is."""
        if self.whole_unknown:
            return "whole_unknown"
        reasons = (why_unknown(part.results[0], group, values) for part in self.unknown)
        return next(filter(None, reasons), None)


@lru_cache(maxsize=KEPT)
def _plans(
    figures: tuple[ImpactIndicator, ...], given: frozenset[tuple[str, bool]], known: frozenset[str]
) -> dict[str, _Plan]:
    """How each figure, and each part of a figure of several, is summed where these amounts are given and positive,
    and these results known."""
    group = ActivityGroup(amounts=dict(given), bounds={})
    values = dict.fromkeys(known, True)

    def told(parts: Iterable[Contribution]) -> list[Known]:
        return [(part, known_result(part, values)) for part in parts if applies_to(part, group)]

    def plan(there: Sequence[Known], required: Sequence[Known], made: str | None = None) -> _Plan:
        """The sum of the known results of these parts; without what is required the group is left out."""
        results = tuple(result for _, result in there if result) if whole else ()
        unknown = tuple(part for part, result in required or there if not result) if len(results) < len(there) else ()
        lacks = len(results) < len(there) and lacks_the_whole([part for part, _ in there], values)
        return _Plan(results, unknown, lacks, applicable, made)

    found: dict[str, _Plan] = {}
    for figure in figures:
        there = told(figure.parts)
        required = [*(one for one in there if one[0].required), *told(figure.beside)]
        whole, applicable = all(result for _, result in required), bool(there)
        found[figure.id] = plan(there, required, made_in(figure, there, group) if whole else None)
        for part in figure.parts if len(figure.parts) > 1 else ():
            mine = [one for one in there if one[0] is part]
            found[f"{figure.id}.{part.name}"] = plan(mine, [*mine, *required])
    return found


Known = tuple[Contribution, str | None]  # a part that applies to a group, and the result that gives its value there


class RunningAmounts:
    """Figures summed over groups added one at a time: memory does not depend on their number."""

    def __init__(self, figures: Iterable[ImpactIndicator] = FIGURES + SUPPLEMENTARY) -> None:
        self.figures = tuple(figures)
        self.weight = 0.0  # known electricity of the groups [kWh], which coverage shares are of
        self.read = 0.0  # electricity as read of the groups [kWh]
        self._sums: dict[str, _RunningSum] = {}

    def add(self, terms: Mapping[str, GroupTerm], share: float = 1.0, read: float = 0.0) -> None:
        """Add a share of what a group adds to each figure, and what was read of it [kWh]."""
        weight = share * next(iter(terms.values())).weight
        self.weight += weight
        self.read += read
        for name, term in terms.items():
            if name not in self._sums:
                self._sums[name] = _RunningSum()
            self._sums[name].add(term, share, weight)

    def amounts(self) -> dict[str, Amount]:
        """Every figure, with its parts when it has several."""
        known = {name: uncertainty.statistics(s.outcomes) for name, s in self._sums.items() if s.outcomes is not None}
        points = dict(zip(known, uncertainty.points_of_each([k.draws for k in known.values()]), strict=True))

        def amount(name: str, unit: str, parts: Mapping[str, Amount], makes: bool = False) -> Amount:
            found = self._sums.get(name)
            if found is None or found.outcomes is None:
                missing = several("missing", found.why if found else ["no_activity"])
                return Amount(unit=unit, missing=missing, parts=parts)
            stated, (low, median, high) = known[name], points[name]
            return Amount(
                unit=unit,
                low=low,
                central=median,
                high=high,
                at_factor_values=stated.value,
                envelope=(stated.low, stated.high),
                covers=found.covers,
                parts=parts,
                **({made: found.share(made) for made in ("made", "made_partly")} if makes else {}),
            )

        figures = {}
        for figure in self.figures:
            opened = figure.parts if len(figure.parts) > 1 else ()
            parts = {p.name: amount(f"{figure.id}.{p.name}", figure.unit, {}) for p in opened}
            figures[figure.id] = amount(figure.id, figure.unit, parts, bool(figure.made))
        return figures


class _RunningSum:
    """One amount over groups added one at a time."""

    def __init__(self) -> None:
        self.outcomes: Any = None
        self._applicable = 0.0
        self._known = dict.fromkeys(("known", "made", "made_partly"), 0.0)
        self._why: dict[str, None] = {}

    @property
    def why(self) -> tuple[str, ...]:
        """The reasons of groups without a value, each once."""
        return tuple(self._why) or ("not_asked",)

    @property
    def covers(self) -> float:
        return self.share("known") if self._applicable else 1.0

    def share(self, name: str) -> float:
        """Of the electricity of the groups to which the amount applies: of those with a value, or a manufacture."""
        return self._known[name] / self._applicable if self._applicable else 0.0

    def add(self, term: GroupTerm, share: float, weight: float) -> None:
        self._applicable += weight if term.applicable else 0.0
        self._why |= {term.why: None} if term.why else {}
        if term.outcomes is not None:
            for name in ("known", term.made) if term.made else ("known",):
                self._known[name] += weight
            added = term.outcomes if share == 1.0 else share * term.outcomes
            self.outcomes = added if self.outcomes is None else self.outcomes + added


def known_result(part: Contribution, values: Mapping[str, Any]) -> str | None:
    """The result that gives the value of a part in a group."""
    return next((result for result in part.results if values.get(result) is not None), None)


def is_counted(figure: ImpactIndicator, group: ActivityGroup, values: Mapping[str, Any]) -> bool:
    """Whether a figure, and each part of it, counts this group: its required parts are known there."""
    return all(known_result(p, values) for p in figure.required if applies_to(p, group))


def made_in(figure: ImpactIndicator, there: Iterable[Known], group: ActivityGroup) -> str | None:
    """« made » where the machine of a group is known with its manufacture, and that of its cards if it has some, which
    their energy says too; « made_partly » where that of one of them is; None where none is, or is asked."""
    known = {part.name: result for part, result in there if part in figure.made}
    if not any(known.values()):
        return None
    uncounted = group.amounts.get("gpu_energy") and "device_hours" not in group.amounts
    return "made" if "machines" in known and all(known.values()) and not uncounted else "made_partly"


def applies_to(part: Contribution, group: ActivityGroup) -> bool:
    """Whether this part applies to this group: to one that only moves data, the network alone."""
    if group.amounts.get("data_gb"):
        described = {name for name, amount in group.amounts.items() if amount is not None and name != "resource_share"}
        if described == NETWORK_ALONE:
            return part.name == "network"
    return not part.needs or any(group.amounts.get(amount) for amount in part.needs)


def lacks_the_whole(parts: Sequence[Contribution], values: Mapping[str, Any]) -> bool:
    """Whether parts that are left out are known, and lack only the required parts of their figure."""
    return all(known_result(part, values) and not part.required for part in parts)
