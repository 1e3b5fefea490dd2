"""The decision on a scenario: its `Answer`, made once for the page, the command line and the documents."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from estimator.assessment.evaluation import ActivityGroup
from estimator.assessment.explanation import ExplainedNumber, explain_number
from estimator.assessment.impacts import FIGURES, Amount, amounts, figure_named
from estimator.catalogue.load import load
from estimator.comparison.answer import Answer, AnsweredOption, Difference, SiteFacts
from estimator.comparison.balance import balances
from estimator.comparison.breakdown import components
from estimator.comparison.comparison import Comparator, assured, explain_difference, lead_of, meets, pairs_of
from estimator.comparison.five_fields import kept_alone, placed_in_france
from estimator.comparison.option_inventory import ComparisonContext, OptionInventory, built, host_of
from estimator.comparison.scenario import Option, Scenario
from estimator.comparison.sentences import sentences_of
from estimator.comparison.site_comparison import at_hosts, country_stated, placeable, told_apart
from estimator.comparison.suppositions import suppositions
from estimator.comparison.volume_sweep import GROWTH, crossings, growth, turns
from estimator.core.errors import SobriaError, sentences
from estimator.core.interval import Interval
from estimator.core.language import DEFAULT
from estimator.core.validation_messages import told
from estimator.places.criteria import criteria
from estimator.places.evidence import distance_class
from estimator.results.proofs import ELECTRICITY, electricity_of, impact_shares
from estimator.workloads.estimate import parts_of, publisher_training

FEW = 8  # number of options up to which sweep and crossings are computed
PARTS = tuple(f"{figure.id}.{part.name}" for figure in FIGURES if figure.parts[1:] for part in figure.parts)
PROVED = (*(figure.id for figure in FIGURES), *PARTS, *ELECTRICITY[1:])

Sites = tuple[str, Sequence[str]]  # an option, and the hosts to place it at
Refused = Mapping[str, Mapping[str, str]]


def decision(
    scenario: Scenario,
    home: Path | None = None,
    sites: Sites | None = None,
    today: date | None = None,
    lang: str = DEFAULT,
) -> Answer:
    """The answer to a scenario, or for one of its options at several sites. An option that cannot be computed is
    `refused`, with the reason; the others stand. lang: of the names of sites and countries.
    ScenarioRefused, of the option to place."""
    context = ComparisonContext(load(), scenario.day or today or date.today(), home)
    scenario = told_apart(scenario, context.catalogue, lang)
    if sites is None:
        found = _answer(scenario, context)
        return found.model_copy(update={"sentences": sentences_of(found)})
    first = next((o.id for o in scenario.options if placeable(o)), scenario.options[0].id)
    option = scenario.option(sites[0] or first)
    found = _answer(at_hosts(scenario, option.id, sites[1], context.catalogue, lang), context)
    facts = tuple(_site(o, host, context, scenario.title) for o, host in zip(found.options, sites[1], strict=True))
    placed = found.model_copy(update={"place_of": option.label, "sites": facts})
    return placed.model_copy(update={"sentences": sentences_of(placed)})


def _answer(scenario: Scenario, context: ComparisonContext) -> Answer:
    work, refused = comparator_of(scenario, context)
    few, lead = len(work.evaluated) <= FEW, lead_of(work)
    return Answer(
        scenario=scenario,
        units=work.units,
        date=context.day,
        factors_version=context.catalogue.version,
        options=tuple(_option(work, option, refused) for option in work.scenario.options),
        pairs={figure.id: pairs_of(work, figure.id) for figure in FIGURES},
        reference=work.reference(),
        qualified=tuple(work.qualified()),
        lead=lead,
        smallest_sufficient=work.smallest_sufficient(),
        growth=growth(work) if few else (),
        crossings=crossings(work) if few else (),
        turns=turns(work) if few else (),
        balances=balances(work) if few else (),
        opened=_largest_difference(work),
        suppositions=suppositions(work),
    )


def _site(option: AnsweredOption, host: str, context: ComparisonContext, title: str) -> SiteFacts:
    said = country_stated(option, host, context.day, (title, title), context.supplied)
    found = {criterion.id: criterion.status for criterion in criteria(host, context.day, said)}
    return SiteFacts(option=option.id, host=host, distance=distance_class(host, answers=said).value, criteria=found)


def comparator_of(scenario: Scenario, context: ComparisonContext) -> tuple[Comparator, Refused]:
    """The options compared, and why some cannot be evaluated, at their volume or at the largest one of the sweep, by
    option: these are marked as not studied."""
    made: dict[float, dict[str, OptionInventory]] = {1.0: {}, GROWTH[-1]: {}}
    refused = {}
    for option in scenario.options:
        try:
            for times, known in made.items() if option.status == "studied" else ():
                known[option.id] = built(scenario, option, context, times)
        except SobriaError as error:
            refused[option.id] = error.as_dict()
        except ValidationError as error:
            fault = error.errors()[0]
            read = told(fault) | {"field": fault["loc"][-1]}
            refused[option.id] = sentences("compare", "implausible", **read)
    kept = tuple(o.model_copy(update={"status": "not_studied"}) if o.id in refused else o for o in scenario.options)
    return Comparator(scenario.model_copy(update={"options": kept}), context, made=made), refused


def explain_option(scenario: Scenario, name: str, figure: str, context: ComparisonContext) -> ExplainedNumber:
    """A figure of an option, as the comparison has it: with the others, its grids are of one family. SobriaError."""
    found = comparator_of(scenario, context)[0].evaluated.get(name)
    inventory, wanted = found.built if found else built(scenario, scenario.option(name), context), figure_named(figure)
    groups = inventory.groups_of(wanted) if wanted else inventory.groups
    proof = impact_shares(groups, figure)
    return explain_number(f"{name}.{figure}", groups, figure, scope="option", key=name, proof=proof)


def _largest_difference(work: Comparator) -> Difference | None:
    """The electricity difference between the reference and the option furthest from it."""
    far = {pair.b: pair.ratio.median for pair in lead_of(work) if pair.ratio}
    reference = work.reference()
    return explain_difference(work, reference, max(far, key=lambda name: far[name])) if reference and far else None


def _option(work: Comparator, option: Option, refused: Refused) -> AnsweredOption:
    """An option: its service per unit and over the period, its components, people, quality and warnings."""
    evaluated, refusal = work.evaluated.get(option.id), refused.get(option.id)
    found = AnsweredOption(
        id=option.id,
        label=option.label,
        method=option.method,
        status="refused" if refusal else option.status,
        why=option.why,
        refusal=refusal,
        quality=option.quality,
        tested=option.quality.spread if option.quality else None,
        meets_threshold=meets(work.scenario, option),
        assured=assured(work.scenario, option),
        accepted=option.accepted,
        accepted_why=option.acceptance_why,
        unit=option.unit if option.unit != work.scenario.need.unit else None,
        minutes=option.people.work_minutes if option.people else None,
    )
    if evaluated is None:
        return found
    service = evaluated.built.amounts if evaluated.built.groups else _undescribed()
    people = amounts(evaluated.built.people, FIGURES) if evaluated.built.people else {}
    proofs = {n: impact_shares(evaluated.built.groups_of(f), n) for n in PROVED if (f := figure_named(n))}
    left = {figure.id: out for figure in FIGURES if (out := evaluated.built.left_out(figure))}
    return found.model_copy(
        update={
            "barred": work.barred[option.id],
            "service": service,
            "per_unit": _per_unit(service, work.units),
            "components": {n: components(evaluated.side, n) for n in service} if evaluated.built.groups else {},
            "people": _per_unit(people, work.units),
            "people_period": _per_unit(people, 1.0),
            "parts": _per_unit(parts_of(evaluated.built.groups), 1.0),
            "publisher": publisher_training(evaluated.built.powered, work.context.catalogue, work.context.day),
            "occupancy": evaluated.built.occupancy,
            "alone": _alone(work, option),
            "proof": _some(electricity_of(proofs)),
            "proofs": {name: shares for name, found in proofs.items() if (shares := _some(found))},
            "host": host_of(option),
            "zone": next(
                (g.bounds["grid_gwp"].subject for g in evaluated.built.groups if "grid_gwp" in g.bounds), None
            ),
            "zone_supposed": bool(placed_in_france(option)),
            "pue": _factor(evaluated.built.groups, "pue"),
            "together": _factor(evaluated.built.groups, "requests_in_flight"),
            "warnings": evaluated.built.warnings,
            "left_out": left,
        }
    )


def _alone(work: Comparator, option: Option) -> Amount | None:
    """Electricity of the period on a server of one's own, where the option is supposed to share one."""
    kept = kept_alone(option, work.scenario.need.years)
    return amounts(built(work.scenario, kept, work.context, work.times).groups, FIGURES)["energy"] if kept else None


def _factor(groups: Sequence[ActivityGroup], quantity: str) -> Interval | None:
    """The factor of a quantity in the first group that has one, with its bounds."""
    found = (group.bounds[quantity].factor for group in groups if quantity in group.bounds)
    item = next((factor for factor in found if factor is not None and factor.value is not None), None)
    return None if item is None else Interval(low=item.low, central=item.value, high=item.high)


def _undescribed() -> dict[str, Amount]:
    """What an option makes run where nobody described it: unknown, never zero."""
    return {f.id: Amount(unit=f.unit, missing=sentences("missing", "service_not_described")) for f in FIGURES}


def _some(shares: Mapping[str, float]) -> dict[str, float]:
    """Those that there are."""
    return {proof: share for proof, share in shares.items() if share}


def _per_unit(found: Mapping[str, Amount], units: float) -> dict[str, Interval]:
    return {name: amount.per(units) for name, amount in found.items()}
