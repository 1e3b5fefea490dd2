"""The evaluation of a use that was stopped: why, what it consumed until then, what replaces it."""

from collections.abc import Iterator

from estimator.core.column_units import one_unit
from estimator.core.errors import SobriaError, say
from estimator.core.number_format import range_text
from estimator.core.typography import lowered
from estimator.governance.indicators.usage_by_case import last_day
from estimator.reporting.documents.document import Block, Document, FieldList, Points, Section, Table
from estimator.reporting.uses.context import UseFacts, whole_life, years_of
from estimator.reporting.uses.resident import quality_text, state_text, task_text, without_ai

MOST = 3  # reviews and years on the page


def stopped(facts: UseFacts) -> Document:
    """The evaluation of a use over its whole life. use_not_stopped."""
    case, facts = facts.case, whole_life(facts)
    outcome = say("register_outcomes", case.outcome, facts.lang)
    if not case.is_over:
        raise SobriaError("use_not_stopped", name=case.name, read=outcome, id=case.id)
    closing, missing = case.closing, facts.missing()
    decided = (closing.reasons, f"{closing.by}, {facts.day(closing.date)}") if closing else (missing, missing)
    pairs = [("reasons", decided[0]), ("by", decided[1]), ("quality", quality_text(facts))]
    why = FieldList(tuple((facts.say(f"f_{key}"), value) for key, value in pairs))
    instead = FieldList(tuple((facts.say(f"f_{key}"), value) for key, value in without_ai(facts)))
    sections = (
        Section(facts.say("part_why"), (why, *_reviews(facts))),
        Section(facts.say("part_until", period=facts.period), tuple(_consumed(facts))),
        Section(facts.say("part_instead"), (instead,)),
        *_log(facts),
    )
    return Document(
        kind=facts.say("stopped_kind"),
        title=facts.say("stopped_title", name=case.name),
        lang=facts.lang,
        lead=(
            facts.say("stopped_lead", service=case.service, task=lowered(task_text(case.task, facts.lang))),
            state_text(facts),
        ),
        sections=sections,
        foot=facts.foot(sections),
        mark=facts.mark,
        window=facts.say("stopped_window", name=case.name, period=facts.period),
    )


def _reviews(facts: UseFacts) -> tuple[Points, ...]:
    """What the last reviews concluded."""
    done = sorted((r for r in facts.case.reviews if r.done), key=lambda r: str(r.done))[-MOST:]
    lines = tuple(facts.say("review", day=facts.day(r.done), by=r.by, text=r.conclusion) for r in done)
    return (Points(lines),) if lines else ()


def _consumed(facts: UseFacts) -> Iterator[Block]:
    """The four footprints of its whole life, each year of it, and what was measured after the decision."""
    if facts.no_figures:
        yield facts.no_figures
        return
    yield facts.table()
    years = years_of(facts)
    if len(years) > 1 and not any(year.hidden for year in years):  # one hidden year would be known by difference
        unit = one_unit([y.figures["energy"] for y in years], facts.lang)
        told = [(y, y.figures["energy"]) for y in years]
        rows = tuple((y.period, range_text(energy, y.lang, unit(energy)), y.proof) for y, energy in told)
        columns = tuple(facts.say(f"column_{name}") for name in ("year", "energy", "proof"))
        yield Table("", columns, rows)
    closed = facts.case.closed_on
    after = [row for row in facts.rows if closed and last_day(row.row.month).replace(day=1) > closed]
    if after:
        months = len({row.row.month for row in after})
        yield facts.say("after", count=months, day=facts.day(closed))


def _log(facts: UseFacts) -> tuple[Section, ...]:
    """Its place in the log of publications, once it is written there."""
    found = facts.logged("evaluation")
    if not found:
        return ()
    told = facts.say("log", day=facts.day(found.date), address=found.address, build=found.build)
    return (Section(facts.say("part_log"), (told,)),)
