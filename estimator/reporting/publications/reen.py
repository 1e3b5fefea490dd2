"""The annual review of the responsible digital strategy (REEN law, article 35), AI part: two printed pages."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any

from babel.lists import format_list

from estimator.assessment import method_documentation
from estimator.core.errors import say
from estimator.core.number_format import missing_text, pair_text, share_text
from estimator.core.periods import first_day
from estimator.core.typography import typeset
from estimator.governance.commitments.schema import Objective
from estimator.governance.indicator_list import FOOTPRINTS, OTHERS
from estimator.governance.indicators.footprints import of_scope
from estimator.governance.indicators.known_months import before as earlier
from estimator.governance.indicators.scope import Scope
from estimator.governance.indicators.told_amounts import is_rounded
from estimator.governance.register.schema import WHOLE
from estimator.reporting.documents.document import Document, Points, Row, Section, Table, TableCell
from estimator.reporting.documents.pictures import round_top
from estimator.reporting.project.context import clipped
from estimator.reporting.publications.context import ReportFacts, ReportFiles, facts_in
from estimator.reporting.publications.forbidden_claims import claims
from estimator.reporting.publications.merged_practices import with_merged
from estimator.reporting.publications.printed import amount_cell, foot, heading, rounded_note, side_by_side
from estimator.reporting.summary.change_sentences import against_text, its_own_over, months_compared, trend_text
from estimator.reporting.summary.one_page import use_name
from estimator.reporting.summary.sentences import (
    added_text,
    amount_text,
    day_text,
    objective_text,
    proof_text,
    tell,
    used,
    value_text,
)
from estimator.reporting.summary.statements import claims as sayable
from estimator.reporting.summary.use_cases import services_of, uses

MOST = 4  # use cases or decisions on the page
NAMED = 3  # use cases named in a sentence
PARTS_OF = {"servers_made": ("devices", "machines"), "network": ("network",)}  # of the greenhouse gases, by boundary
NAME = 40  # characters of a text of the user
VOTE = itemgetter("date", "by", "document")


def reen(facts: ReportFacts) -> ReportFiles:
    """The review. The open data of the same period has the rest."""
    merged = (
        facts.body["elsewhere"] and facts.scope.territory == WHOLE and bool(facts.scope.rows) and not facts.withheld
    )
    opens = [facts.say("reen_open", period=facts.scope.period.text)] if merged else []
    return ReportFiles({"": review(facts)}, tuple(opens))


def review(facts: ReportFacts) -> Document:
    """The review as a document."""
    before = facts_in(earlier(facts.scope), facts.lang)
    told = sayable(facts.body)
    facts, before = with_merged(facts), with_merged(before)
    never = [typeset(say("claims", claim.id, facts.lang), facts.lang) for claim in claims()]
    lead = used(facts.body, facts.lang)
    may = tuple(text[facts.lang] for text in told["say"] if text[facts.lang] != lead)
    may_not = tuple(text[facts.lang] for text in told["not_say"] if text[facts.lang] not in never)
    added = tuple(added_text(one, facts.lang) for one in facts.body["added"])
    sections = (
        Section(facts.say("reen_footprints"), (_footprints(facts, before),)),
        Section(facts.say("reen_practices"), (_practices(facts, before),)),
        *((Section(tell("added", facts.lang), (Points(added),)),) if added else ()),
        Section(facts.say("reen_done"), (Points(tuple(_actions(facts))),)),
        *_services(facts),
        Section(facts.say("reen_limits"), (Points(tuple(_limits(facts, before))),)),
        *((Section(facts.say("reen_may"), (Points(may),)),) if may else ()),
        Section(facts.say("reen_may_not"), (Points(may_not), facts.say("reen_nor", claims=" ".join(never)))),
    )
    return Document(
        kind=facts.say("reen_kind", territory=facts.place, period=facts.period),
        title=facts.say("reen_title"),
        lang=facts.lang,
        lead=tuple(filter(None, (lead, facts.outside))),
        sections=sections,
        foot=foot(facts),
        mark=facts.mark,
        window=facts.say("reen_window", territory=facts.place, period=facts.period),
    )


def _footprints(facts: ReportFacts, before: ReportFacts) -> Table:
    """Each footprint, whether its change is established, and its objective."""
    rows: list[Row] = []
    for name in FOOTPRINTS:
        entry = facts.body["indicators"][name]
        over = its_own_over(facts.body, facts.lang, name)
        if not over and (entry.get("change") or {}).get("established"):
            over = months_compared(facts.body, facts.lang)
        head = TableCell(say("indicators", name, facts.lang), (trend_text(entry, facts.lang) + over,))
        rows.append((head, *side_by_side(facts, before, name), _target(facts, entry)))
    against = against_text(facts.body, facts.lang)
    caption = f"{facts.say('reen_caption')} {tell('read_against', facts.lang, against=against) if against else ''}"
    return Table(caption.strip(), _columns(facts, before), tuple(rows))


def _columns(facts: ReportFacts, before: ReportFacts) -> tuple[str, ...]:
    return (facts.say("reen_indicator"), heading(facts.period), heading(before.period), facts.say("reen_objective"))


def _practices(facts: ReportFacts, before: ReportFacts) -> Table:
    rows: list[Row] = []
    for name in OTHERS:
        entry = facts.body["indicators"][name]
        now, then = value_text(entry, facts.lang), value_text(before.body["indicators"][name], facts.lang)
        said = _known_criteria(facts) if name == "sober_hosting" else ()
        said = (facts.say("reen_of_all"),) if name == "trained" and facts.scope.territory != WHOLE else said
        rows.append((TableCell(say("indicators", name, facts.lang), said), now, then, _target(facts, entry)))
    return Table("", _columns(facts, before), tuple(rows))


def _target(facts: ReportFacts, entry: Mapping[str, Any]) -> str:
    """« −20 % en 2027 », or « objectif non fixé »; the voting body is listed with the decisions."""
    if entry["objective"] is None:
        return objective_text(None, facts.lang, facts.body["elsewhere"])
    found = Objective.model_validate(entry["objective"])
    if found.change_percent is None:
        value = amount_text(found.target(None), entry["value"].get("unit", "share"), facts.lang)
        return facts.say("reen_target", value=value, due=found.due_year)
    change = ("+" if found.change_percent > 0 else "−") + share_text(abs(found.change_percent) / 100, facts.lang)
    return facts.say("reen_target_change", change=change, due=found.due_year, reference=found.reference_year)


def _known_criteria(facts: ReportFacts) -> tuple[str, ...]:
    """How many criteria of hosting are known: unknown is not counted as met."""
    known = facts.body["indicators"]["sober_hosting"]["criteria_known"]
    if not known["denominator"]:
        return ()
    return (
        say(
            "indicators", "criteria_known", facts.lang, a=known["numerator"], b=known["denominator"], c=known["not_met"]
        ),
    )


def _services(facts: ReportFacts) -> tuple[Section, ...]:
    """Electricity by use case, drawn on one axis, those about too few people merged; or by authority."""
    found = uses(facts.scope)
    if not found:
        return ()
    shown = found[:MOST]
    top = round_top(max((use["energy"]["high"] or 0.0 for use in shown), default=0.0))
    rows = tuple(
        (_name(facts, use), amount_cell(use["energy"], use["proof"], top, facts.lang), _proof(facts, use))
        for use in shown
    )
    left = services_of(found[MOST:])
    elsewhere = "_elsewhere" if facts.body["elsewhere"] else ""
    caption = facts.say(f"reen_more{elsewhere}", count=left) if left else ""
    of = facts.say("reen_authority" if elsewhere else "use_case")
    columns = (of, say("figures", "energy", facts.lang), facts.say("reen_proof"))
    return (Section(facts.say(f"reen_services{elsewhere}"), (Table(caption, columns, rows),)),)


def _name(facts: ReportFacts, use: Mapping[str, Any]) -> str:
    if use["kind"] == "case":
        return clipped(use["name"], NAME)
    return use_name(use, facts.lang)


def _proof(facts: ReportFacts, use: Mapping[str, Any]) -> str:
    """The proof of a use; not known, or not told of several together."""
    if not use["proof"]:
        return tell("proof_untold", facts.lang)
    return proof_text(use["proof"], facts.lang) or facts.say("proof_none")


def _actions(facts: ReportFacts) -> Iterator[str]:
    """Objectives and ceilings in force, decisions of the period, last first, projects without AI, and publications."""
    yield from _votes(facts)
    first, last = first_day(facts.scope.period.first), facts.scope.period.last_day
    decisions = [(d, case) for case in facts.scope.cases for d in case.decisions if first <= d.date <= last]
    for decision, case in sorted(decisions, key=lambda pair: pair[0].date, reverse=True)[:MOST]:
        what = say("register_decisions", decision.what, facts.lang)
        told = {"name": clipped(case.name, NAME), "by": clipped(decision.by, NAME)}
        day = day_text(decision.date.isoformat(), facts.lang)
        yield facts.say("reen_decision", what=what, date=day, **told)
    if len(decisions) > MOST:
        yield facts.say("reen_decisions", count=len(decisions) - MOST)
    found, elsewhere = facts.body["indicators"]["non_ai_reviewed"], facts.body["elsewhere"]
    reviewed = facts.say("reen_without", done=len(found["without_ai"]), given_up=len(found["not_done"]))
    yield facts.say("reen_elsewhere") if elsewhere else reviewed
    published = [p for p in facts.scope.sources.commitments.publications(until=last) if p.entry.said.date >= first]
    standing = [p for p in published if not p.entry.withdrawn]
    corrections = sum(len(p.corrections) for p in standing)
    said = facts.say("reen_published", count=len(standing), corrections=corrections)
    said += "" if facts.scope.territory == WHOLE else f" {facts.say('reen_of_all')}"
    if not elsewhere or published:  # without any of this home, those of the authorities are unknown, and not zero
        yield facts.say("reen_published_here", said=said) if elsewhere else said


def _votes(facts: ReportFacts) -> Iterator[str]:
    """Objectives and ceilings in force, by day of the vote; the objectives of one vote are one sentence."""
    objectives: dict[tuple[str, ...], list[str]] = defaultdict(list)
    said: list[tuple[str, str]] = []
    for id, entry in facts.body["indicators"].items():
        name = facts.say("reen_name", name=say("indicators", id, facts.lang))
        if entry["objective"]:
            objectives[VOTE(entry["objective"])].append(name)
        if ceiling := entry.get("budget"):
            value = amount_text(ceiling["ceiling"], entry["value"]["unit"], facts.lang)
            told = {"name": name, "value": value, "year": str(ceiling["year"])}
            said.append((ceiling["date"], facts.say("reen_ceiling", **told, **_vote(facts, *VOTE(ceiling)))))
    for vote, names in objectives.items():
        told = {"names": format_list(names, locale=facts.lang)} | _vote(facts, *vote)
        said.append((vote[0], facts.say("reen_voted", n=len(names), **told)))
    yield from (text for _, text in sorted(said))


def _vote(facts: ReportFacts, date: str, by: str, document: str) -> dict[str, str]:
    return {"date": day_text(date, facts.lang), "by": clipped(by, NAME), "document": clipped(document, NAME)}


def _limits(facts: ReportFacts, before: ReportFacts) -> Iterator[str]:
    """Limits of the figures."""
    yield from rounded_note(facts, before)
    names = {case.id: case.name for case in facts.scope.cases}
    silent = facts.body["indicators"]["coverage"]["silent"]
    if silent:
        shown = ", ".join(clipped(names[id], NAME) for id in silent[:NAMED])
        more = facts.say("reen_silent_more", count=len(silent) - NAMED) if len(silent) > NAMED else ""
        yield facts.say("reen_silent", count=len(silent), names=shown + more)
    for name in FOOTPRINTS:
        amount = facts.body["indicators"][name]["value"]
        if amount["central"] is None:
            yield pair_text(say("indicators", name, facts.lang), f"{missing_text(amount, facts.lang)}.", facts.lang)
    boundary = method_documentation.boundary(facts.lang, _uncounted(facts.scope))
    outside = [item.name[:1].lower() + item.name[1:] for item in boundary if not item.inside]
    yield facts.say("reen_outside", names=", ".join(outside))
    for item in boundary:
        if item.partly:
            yield facts.say("reen_partly", name=item.name, counted=item.counted, how=item.how)


def _uncounted(scope: Scope) -> list[str]:
    """The parts of the greenhouse gases that nothing of the period counts, or of the whole ledger where it has none
    known: which are counted is told where their amounts are not. Of a sum that holds merged uses, of its whole years:
    that of a month would tell in which a small use ran."""
    over = scope.whole_years() if is_rounded(scope) else scope
    both = (of_scope(over)["gwp"], scope.sources.figures["gwp"])
    found: Mapping[str, Any] = next((gwp.parts for gwp in both if gwp.known), {})
    there = {name: [found[part] for part in parts if part in found] for name, parts in PARTS_OF.items()}
    return [name for name, parts in there.items() if parts and all(part["central"] is None for part in parts)]
