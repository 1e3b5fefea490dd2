"""Extracts of a scenario for an eco-design statement, by criterion of the RGESN."""

from dataclasses import dataclass

from estimator.catalogue.load import load
from estimator.catalogue.site_ownership import owner
from estimator.comparison.answer import AnsweredOption
from estimator.comparison.columns import column_units
from estimator.comparison.verdict_text import smallest_words
from estimator.core.column_units import in_column
from estimator.core.errors import say
from estimator.core.interval import Interval
from estimator.core.number_format import bounds_text, exact_text, interval_text, step_for
from estimator.places.criteria import HostingCriterion, criteria
from estimator.places.evidence import country_of, country_said
from estimator.places.requirements import PRIORITIES
from estimator.places.supplier_answers import SupplierAnswer
from estimator.reporting.documents.document import Document, Points, Record, Section, Table
from estimator.reporting.project import sentences
from estimator.reporting.project.context import SheetFacts, once

COLUMNS = ("critere", "objet", "texte", "indicateur", "bas", "valeur", "haut", "unite", "preuve", "inconnu")
SOURCE = "rgesn_2024"
FIRST = {"1.1": "high", "1.5": "high", **PRIORITIES, "8.10": "middle"}  # of the criteria, their priority
FIRST |= {"9.1": "high", "9.2": "high", "9.3": "high", "9.4": "high", "9.5": "high", "9.6": "middle", "9.7": "high"}
CRITERIA = tuple(FIRST)
INDICATORS = ("primary_energy", "gwp", "water", "adpe", "energy")
SIGNS = {"lt": "<", "le": "≤", "gt": ">"}
COMPARED = ("low", "central", "high", "unit")


@dataclass(frozen=True)
class EvidenceLine:
    """A value to state. value, low, high [unit]; said: its text; evidence and unknown in words."""

    about: str
    text: str
    name: str = ""
    low: float | None = None
    value: float | None = None
    high: float | None = None
    unit: str = ""
    said: str = ""
    evidence: str = ""
    unknown: str = ""


def rgesn(facts: SheetFacts) -> Document:
    """The extracts of a scenario: criteria 1.1, 1.5, 8.x of each site and 9.x."""
    found = {name: _lines(facts, name) for name in CRITERIA}
    source = load().sources[SOURCE]
    return Document(
        kind=facts.say("kind_rgesn"),
        title=facts.title,
        lang=facts.lang,
        lead=(facts.say("rgesn_lead", title=source.title, publisher=source.publisher),),
        sections=tuple(_section(facts, name, lines) for name, lines in found.items()),
        foot=sentences.foot(facts, "rgesn"),
        columns=COLUMNS,
        records=tuple(_record(name, line) for name, lines in found.items() for line in lines),
        mark=facts.mark,
    )


def _section(facts: SheetFacts, name: str, lines: list[EvidenceLine]) -> Section:
    """The criterion in our words, the text to paste, then the values with their evidence."""
    asked = say("rgesn_asks", _key(name), facts.lang)
    texts = once([line.text for line in lines if line.text])
    blocks: list[str | Points | Table] = [asked, *((Points(texts),) if texts else ())]
    valued = [line for line in lines if line.said or line.evidence]
    if name == "1.5":
        blocks += _indicator_tables(facts)
    elif valued:
        columns = tuple(facts.say(f"rgesn_{column}") for column in ("about", "value", "evidence"))
        rows = tuple((line.about, line.said, line.evidence) for line in valued)
        blocks.append(Table(say("rgesn_values", _key(name), facts.lang), columns, rows))
    unknown = once([line.unknown for line in lines if line.unknown])
    blocks += [facts.say("rgesn_unknown", text=text) for text in unknown]
    title = facts.say("rgesn_title", id=name, priority=facts.say(f"priority_{FIRST[name]}"))
    return Section(title, tuple(blocks))


def _record(name: str, line: EvidenceLine) -> Record:
    numbers = (line.low, line.value, line.high, line.unit)
    return (name, line.about, line.text or line.said, line.name, *numbers, line.evidence, line.unknown)


def _lines(facts: SheetFacts, name: str) -> list[EvidenceLine]:
    if name == "1.1":
        return [EvidenceLine("", _utility(facts), unknown=say("rgesn_unknowns", "c1_1", facts.lang))]
    if name == "1.5":
        return _indicators(facts)
    if name in ("9.3", "9.7"):
        return _with_quality(facts, name)
    if name in PRIORITIES:
        return _hosting(facts, name)
    unknown = say("rgesn_unknowns", _key(name), facts.lang)
    if name == "9.2":
        return [
            EvidenceLine(
                "", f"{smallest_words(facts.answer, facts.lang)} {' '.join(sentences.lead(facts))}", unknown=unknown
            )
        ]
    if name == "9.1":
        return [EvidenceLine("", _utility(facts), unknown=unknown)]
    if name == "9.6":
        return [*_precision(facts), EvidenceLine("", "", unknown=unknown)]
    if name == "9.5" and any(o.fine_tuning for o in facts.scenario.options):
        return [EvidenceLine("", facts.say("training_described"), unknown=unknown)]
    return [EvidenceLine("", say("rgesn_texts", _key(name), facts.lang), unknown=unknown)]


def _utility(facts: SheetFacts) -> str:
    """The question of the non-AI alternative, its answer, and the compared options."""
    asked = say("sheet", "charter_question", facts.lang)
    labels = ", ".join(option.label for option in facts.studied) or facts.say("none")
    need = facts.scenario.need
    told = facts.say(
        "rgesn_compared", units=facts.count(need.volume), unit=need.unit, period=need.period, labels=labels
    )
    return f"{asked} {sentences.alternative(facts)} {told}"


def _indicators(facts: SheetFacts) -> list[EvidenceLine]:
    """The four indicators of the text, then electricity: over the period (absolute) and per unit (relative)."""
    lines = [
        EvidenceLine(
            "", facts.say("rgesn_method", unit=facts.answer.unit), unknown=say("rgesn_unknowns", "c1_5", facts.lang)
        )
    ]
    lines += [EvidenceLine("", said) for said in facts.answer.said("left_out", facts.lang)]
    for option in facts.studied:
        for name in INDICATORS:
            if name in option.service:
                reaches = (("absolute", option.service[name]), ("relative", option.per_unit[name]))
                lines += [_figure(facts, option, name, reach, amount) for reach, amount in reaches]
    return lines


def _indicator_tables(facts: SheetFacts) -> list[str | Points | Table]:
    """The same indicators, one table an option: over the period, then per unit."""
    columns = tuple(facts.say(f"rgesn_{column}") for column in ("indicator", "absolute", "relative", "proof"))
    found: list[str | Points | Table] = []
    for option in facts.studied:
        figures, each = option.service, option.per_unit
        rows = tuple(
            (
                say("figures", name, facts.lang),
                _said(facts, name, "absolute", figures[name]),
                _said(facts, name, "relative", each[name]),
                facts.proof(name, option.proofs),
            )
            for name in INDICATORS
            if name in figures
        )
        if rows:
            found.append(Table(option.label, columns, rows))
    return [*found, *facts.answer.said("left_out", facts.lang)]


def _figure(facts: SheetFacts, option: AnsweredOption, name: str, reach: str, amount: Interval) -> EvidenceLine:
    low, value, high, unit = (amount[key] for key in COMPARED)
    about = f"{option.label}, {say('figures', name, facts.lang)}, {facts.say(reach)}"
    said = _said(facts, name, reach, amount)
    return EvidenceLine(about, "", name, low, value, high, unit, said, facts.proof(name, option.proofs))


def _said(facts: SheetFacts, name: str, reach: str, amount: Interval) -> str:
    """An amount of an option, in the unit of those of the others."""
    whole, each = column_units(facts.studied, name, facts.lang)
    return interval_text(amount, facts.lang, in_column(amount, whole if reach == "absolute" else each))


def _with_quality(facts: SheetFacts, name: str) -> list[EvidenceLine]:
    """Electricity per accepted unit with the quality, for each option."""
    unknown = say("rgesn_unknowns", _key(name), facts.lang)
    lines = [EvidenceLine("", say("rgesn_texts", _key(name), facts.lang), unknown=unknown)]
    for option in facts.studied:
        if "energy" not in option.per_unit:
            continue
        line = _figure(facts, option, "energy", "relative", option.per_unit["energy"])
        stated = facts.scenario.option(option.id)
        quality = facts.say("quality", value=facts.score(stated.quality))
        key = "attempts" if stated.accepted < 1 else "attempts_all"
        tried = facts.say(key, attempts=facts.about(stated.attempts / stated.accepted))
        lines.append(EvidenceLine(**(vars(line) | {"evidence": facts.joined((quality, tried, line.evidence))})))
    return lines


def _precision(facts: SheetFacts) -> list[EvidenceLine]:
    """The bits of a weight, when stated."""
    found = [(o.label, o.use.precision_bits) for o in facts.scenario.options if o.use and o.use.precision_bits]
    return [EvidenceLine("", facts.say("rgesn_bits", label=label, bits=f"{bits:g}")) for label, bits in found]


def _hosting(facts: SheetFacts, name: str) -> list[EvidenceLine]:
    """A criterion on hosting for each site of the scenario."""
    lines = [_criterion_line(facts, host, labels, name) for host, labels in facts.hosts.items()]
    return lines or [EvidenceLine("", facts.say("no_host"), unknown=facts.say("no_host"))]


def _criterion_line(facts: SheetFacts, host: str, labels: tuple[str, ...], name: str) -> EvidenceLine:
    found = next(c for c in criteria(host, facts.day, (*facts.supplied, *_stated_country(facts, host))) if c.id == name)
    lang, place = facts.lang, load().label(host, facts.lang)
    reason = found.reason_text(lang)
    told = {"host": place, "labels": ", ".join(labels), "status": found.status_text(lang)}
    text = facts.say("rgesn_judged", reason=reason[:1].upper() + reason[1:], limits=_limits(found, facts), **told)
    evidence = facts.joined(f"{e.title}, {e.locator} ({facts.day_text(e.date)})" for e in found.evidence)
    asked = ", ".join(say("hosting_fields", field, lang) for field in found.asks)
    unknown = (
        facts.say("rgesn_check" if owner(host) == "own" else "rgesn_ask", fields=asked, host=place) if asked else ""
    )
    numbers = (name, found.low, found.value, found.high, found.unit)
    return EvidenceLine(place, text, *numbers, said=_value_text(found, facts), evidence=evidence, unknown=unknown)


def _stated_country(facts: SheetFacts, host: str) -> tuple[SupplierAnswer, ...]:
    """The country stated in the scenario for a site of another country or of none, when all its options agree; one that
    is supposed proves nothing."""
    uses = [o for o in facts.scenario.options if o.use and o.status == "studied" and o.label in facts.hosts[host]]
    said = [o.use.zone or "" for o in uses if o.use and not facts.answer.option(o.id).zone_supposed]
    stated = set(map(country_of, said))
    by = facts.say("scenario_says"), facts.file
    return country_said(host, stated.pop(), facts.day, by, facts.supplied) if len(stated) == 1 else ()


def _limits(found: HostingCriterion, facts: SheetFacts) -> str:
    """The numeric thresholds of a criterion, with the kind of value that each applies to."""
    said, lang = [], facts.lang
    for limit in found.thresholds:
        if limit.value is not None:
            kind = f" ({say('hosting_choices', limit.condition, lang)})" if limit.condition else ""
            name = say("rgesn_limits", limit.quantity, lang)
            said.append(f"{name} {SIGNS[limit.comparison]} {exact_text(limit.value, limit.unit, lang)}{kind}")
    return f", {facts.joined(said)}" if said else ""


def _value_text(found: HostingCriterion, facts: SheetFacts) -> str:
    """The value found, with its bounds, or its word."""
    if found.value is None:
        return found.found
    step = step_for(found.unit, found.value, facts.lang)
    value = exact_text(found.value, found.unit, facts.lang, step)
    return f"{value} ({bounds_text(found.low, found.high, step, facts.lang)})"


def _key(name: str) -> str:
    return f"c{name.replace('.', '_')}"
