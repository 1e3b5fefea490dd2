"""Inventory of an option as activity groups: answers, idle servers, users; per period, for all units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

from estimator.assessment.evaluation import ActivityGroup, points_of
from estimator.assessment.impacts import FIGURES, Amount, ImpactIndicator, amounts
from estimator.assessment.units import HOURS_PER_YEAR
from estimator.builds.current import own_of
from estimator.catalogue import providers
from estimator.catalogue.default_subjects import DESK
from estimator.catalogue.resolver import zone_of
from estimator.catalogue.tables import Catalogue
from estimator.comparison.known_units import Counted, known_groups, left_out
from estimator.comparison.measured_inventory import measured_inventory
from estimator.comparison.program_inventory import program_inventory
from estimator.comparison.scenario import Need, Option, Scenario
from estimator.comparison.verdict_rules import UnknownUnits
from estimator.core.errors import SobriaError, sentences
from estimator.core.interval import Interval
from estimator.core.language import DEFAULT
from estimator.core.number_format import sentences_with
from estimator.places.evidence import tables
from estimator.places.placing import answers_on
from estimator.places.supplier_answers import SupplierAnswer
from estimator.workloads.estimate import FINE_TUNING, training_inventory
from estimator.workloads.inventory import MACHINE, PLACE, Inventory, inventory_of
from estimator.workloads.own_measures import Own
from estimator.workloads.request import Request, TrainingEffort
from estimator.workloads.resolution import Lengths, of_task, resolve, with_lengths
from estimator.workloads.unused_fields import refuse_unused

MINUTES = 60.0  # in an hour
KEPT = 1.01  # a year of 8,760 or of 8,784 hours is a year
HOURS_TOO_FEW = "hours_too_few"  # code of a warning of estimator.workloads.inventory
EVERY_UNIT = {"it_energy_kwh", "data_gb"}  # amounts per attempt, multiplied by the attempts


@dataclass(frozen=True)
class ComparisonContext:
    """Inputs of the evaluation: tables, day, the home of the ledger and of what suppliers answered."""

    catalogue: Catalogue
    day: date
    home: Path | None = None

    @cached_property
    def supplied(self) -> tuple[SupplierAnswer, ...]:
        """What suppliers had answered of their sites on the day."""
        return answers_on(self.home, self.day)

    @cached_property
    def own(self) -> Own:
        """What the home measured of models at its places, in how many runs and on which days being untold: a comparison
        is a document of others than those who were measured, who may be few."""
        return {key: replace(measure, told=False) for key, measure in own_of(self.home).items()}


@dataclass(frozen=True)
class OptionInventory:
    """An option with its groups for the whole period, its counts, and the assumptions made.

    groups: the service, what the option makes run; people: their terminals, beside.
    occupancy: of the reserved accelerators, an amount; above 1 they are insufficient; None when none are reserved.
    outside: known to be computed outside the zone wanted in the scenario.
    too_small: more answers than the reserved hours can produce.
    counted: of a measured option, the units that each of its groups counts; else empty.
    """

    option: Option
    groups: tuple[ActivityGroup, ...]
    attempts: float
    warnings: tuple[dict[str, str], ...] = ()
    occupancy: Interval | None = None
    outside: bool = False
    people: tuple[ActivityGroup, ...] = ()
    counted: tuple[float, ...] = ()

    def groups_of(self, figure: ImpactIndicator) -> tuple[ActivityGroup, ...]:
        """The groups that a figure is of: of a measured option, those of the units of which it is known."""
        return known_groups(list(zip(self.groups, self.counted, strict=True)), figure) if self.counted else self.groups

    def left_out(self, figure: ImpactIndicator) -> UnknownUnits | None:
        """The units that a figure of a measured option leaves out, if it does."""
        return left_out(list(zip(self.groups, self.counted, strict=True)), figure) if self.counted else None

    @property
    def powered(self) -> tuple[ActivityGroup, ...]:
        """The groups that its electricity is of."""
        return self.groups_of(FIGURES[0])

    @property
    def amounts(self) -> dict[str, Amount]:
        """Each figure over the period."""
        if not self.counted:
            return amounts(self.groups, FIGURES)
        return {figure.id: amounts(self.groups_of(figure), [figure])[figure.id] for figure in FIGURES}

    @property
    def too_small(self) -> bool:
        return any(warning["code"] == HOURS_TOO_FEW for warning in self.warnings)


def built(scenario: Scenario, option: Option, context: ComparisonContext, times: float = 1.0) -> OptionInventory:
    """Inventory of an option for `times` the volume of the scenario. SubjectUnknown, ModelUnknown, service_unknown,
    nothing_accepted, measured_of_when …"""
    if not option.accepted:
        raise SobriaError("nothing_accepted")
    units = scenario.need.volume * times
    attempts = units * option.attempts / option.accepted
    ran: list[Mapping[str, str | None]] = []
    counted: Counted = ()
    if option.use is not None:
        question, lengths = _question(scenario, option, attempts, context)
        found = resolve(question, context.catalogue, context.day, supplied=context.supplied)
        resolved = with_lengths(found, lengths)
        inventory = inventory_of(resolved, context.own)
        inventory.warnings[:0] = lengths.told
        ran.append(resolved.subjects)
        if option.fine_tuning is not None:
            _tune(option.fine_tuning, inventory, context)
    elif option.measured is not None:
        inventory, counted = measured_inventory(option, attempts, context.home)
        bounds = [group.bounds for group in inventory.groups]
        ran += [{"zone": b["grid_gwp"].subject, "host": b["pue"].subject if "pue" in b else None} for b in bounds]
    elif option.alternative is not None:
        kept = option.alternative.kept_years or scenario.need.years
        program = option.alternative.model_copy(update={"kept_years": kept})
        subjects, inventory = program_inventory(program, attempts, context.catalogue, context.day, context.supplied)
        ran.append(subjects)
    else:
        inventory = Inventory()
    inventory.warnings += _kept_longer(scenario.need, option, inventory)
    said = "ran_" if option.measured else ""
    outside = bool(ran) and _is_outside(scenario.constraints.location, ran, inventory, context.catalogue, said)
    groups, people = tuple(inventory.groups), _people(option, units, context)
    busy, each = _occupancy(option, inventory), tuple(units for _, units in counted)
    return OptionInventory(option, groups, attempts, tuple(inventory.warnings), busy, outside, people, each)


def _tune(effort: TrainingEffort, inventory: Inventory, context: ComparisonContext) -> None:
    """A fine-tuning made for the need: a line of its own of what the option makes run."""
    _, tuned = training_inventory(effort, context.catalogue, context.day, context.supplied)
    inventory.groups += [replace(group, part=FINE_TUNING) for group in tuned.groups]
    told = [sentences("warnings", "tuning_counted")] + tuned.warnings
    told += [sentences("served", "experiments_not_counted")] if effort.extra == 1.0 else []
    inventory.warnings = list({warning[DEFAULT]: warning for warning in (*inventory.warnings, *told)}.values())


def _kept_longer(need: Need, option: Option, inventory: Inventory) -> list[dict[str, str]]:
    """A sentence where more machines, or cards, than the option needs are kept on all through the period."""
    bounds = [bound for group in inventory.groups if (bound := group.bounds.get("replica_cards"))]
    kept, wanted = option.alternative and option.alternative.kept_years, 1.0
    if option.reserved_hours:
        kept, wanted = (
            option.reserved_hours / HOURS_PER_YEAR,
            max((b.factor.value or 1.0 for b in bounds if b.factor), default=1.0),
        )
    if not kept or not need.years or kept <= need.years * wanted * KEPT:
        return []
    key = "reserved_longer" if option.reserved_hours else "kept_longer"
    return [sentences_with("warnings", key, period=need.period, kept=kept, at_once=kept / need.years)]


def host_of(option: Option) -> str | None:
    """The site of an option: stated, or that of its provider."""
    if option.alternative is not None:
        return option.alternative.host
    if option.use is None:
        return None
    return option.use.host or (providers.find(option.use.provider).host if option.use.provider else None)


def with_serving_told(options: Sequence[OptionInventory]) -> list[OptionInventory]:
    """The options; those whose requests in flight nobody stated say, where several are, whether they are supposed
    alike or each after the class of its host."""
    supposed = {
        option.option.id: bound.factor
        for option in options
        for group in option.groups
        if (bound := group.bounds.get("requests_in_flight")) and bound.factor and bound.factor.source != "given"
    }
    if len(supposed) < 2:
        return list(options)
    apart = len(set(supposed.values())) > 1
    told = {
        name: sentences_with(
            "warnings", "flight_apart", low=item.low or 1.0, value=item.value or 1.0, high=item.high or 1.0
        )
        if apart
        else sentences("warnings", "flight_alike")
        for name, item in supposed.items()
    }
    return [replace(o, warnings=(*o.warnings, told[o.option.id])) if o.option.id in told else o for o in options]


def location_code(text: str) -> str | None:
    """The code of a place required, which is a group of countries (EU27) or a zone; None where no table has it."""
    group = text.strip().upper()
    return group if group in {m.group for m in tables().memberships} else zone_of(text)


def _is_outside(
    wanted: str, ran: Sequence[Mapping[str, str | None]], inventory: Inventory, catalogue: Catalogue, said: str
) -> bool:
    """Whether a zone of the computing is outside the wanted one, or that of its site where another is said: to say a
    zone moves no site. Warns if so, and when it cannot be checked; said: "ran_" of what was measured."""
    if not wanted:
        return False
    members = tables().memberships
    read, wanted = wanted, location_code(wanted) or ""
    if not wanted:
        inventory.warnings.append(sentences("warnings", "location_unread", wanted=read))
        return False
    apart = {catalogue.zone_apart(subjects["host"], subjects["zone"]) for subjects in ran} - {""}
    zones: set[str | None] = {subjects["zone"] or None for subjects in ran} | apart
    groups = {zone: {m.group for m in members if m.zone == zone} for zone in zones if zone}
    outside = sorted(zone for zone, held in groups.items() if wanted not in held.union(catalogue.fallbacks(zone)))
    if outside:
        facts = {"zone": ", ".join(outside), "wanted": wanted}
        inventory.warnings.append(sentences("warnings", f"{said}outside_location", **facts))
    if None in zones:
        inventory.warnings.append(sentences("warnings", f"{said}location_unknown", wanted=wanted))
    return bool(outside)


def _occupancy(option: Option, inventory: Inventory) -> Interval | None:
    """Accelerator hours of the answers over the reserved hours [1]."""
    hours = option.reserved_hours
    if hours is None:
        return None
    if option.use is not None and option.use.resource_share is not None:
        hours *= option.use.resource_share
    for group in inventory.groups:
        if group.values.get("answering_hours") is not None:
            low, _, high = points_of(group, ("answering_hours",))
            return Interval.of((low, group.values["answering_hours"], high)).per(hours)
    return None


def _question(
    scenario: Scenario, option: Option, attempts: float, context: ComparisonContext
) -> tuple[Request, Lengths]:
    """The use of one attempt scaled to all of them; absent token counts are those of the need, else of its task."""
    use = option.use or Request()
    refuse_unused(use)
    fields = use.model_dump(exclude_unset=True)
    writes = use.model is not None and not use.answered and not use.embeds
    if writes:
        fields["output_tokens"] = scenario.need.output_tokens
    if use.model is not None and use.input_tokens is None:
        fields["input_tokens"] = scenario.need.input_tokens
    fields |= {name: fields[name] * attempts for name in EVERY_UNIT if fields.get(name) is not None}
    if option.reserved_hours is not None:
        fields["device_hours"] = option.reserved_hours
    if use.model is not None and (use.retrieval is not None or writes):
        fields.setdefault("task", scenario.need.task)
    asked, lengths = of_task(Request.model_validate({**fields, "requests": attempts}), context.catalogue, context.day)
    return asked.checked(), lengths


def _people(option: Option, units: float, context: ComparisonContext) -> tuple[ActivityGroup, ...]:
    """User terminals: their electricity at a desk, and their share of manufacture; refused answers included."""
    people = option.people
    if people is None or people.at_screen is None:
        return ()
    asked = Request(device=people.terminal, device_hours=1.0, zone=people.zone, host=DESK)
    resolved = resolve(asked, context.catalogue, context.day)
    hours = units * people.at_screen / MINUTES / option.accepted
    amounts = {"terminal_hours": hours, "machine_hours": hours, "resource_share": 1.0}
    return (ActivityGroup(amounts, resolved.bounds(*PLACE, *MACHINE, "terminal_power")),)


def counts_network(option: Option) -> bool:
    """Whether an option states its data transfer."""
    return option.use is not None and option.use.data_gb is not None
