"""The resident's sheet: what a person who lives here may read about one use of AI, on one page."""

from datetime import date

from estimator.catalogue.load import load
from estimator.core.errors import say
from estimator.core.number_format import mark_text, share_text
from estimator.core.periods import day_label
from estimator.core.typography import lowered, typeset
from estimator.governance.indicators.sovereignty import UNKNOWN, UNTOLD
from estimator.governance.indicators.sovereignty import facts as sovereignty_facts
from estimator.governance.indicators.use_budgets import budgets_of
from estimator.governance.register.schema import UseCase
from estimator.governance.register.stage_rules import reaches_threshold
from estimator.reporting.documents.document import Document, FieldList, Section
from estimator.reporting.summary.ceilings import printed_text
from estimator.reporting.summary.sovereignty_text import option_words
from estimator.reporting.uses.context import UseFacts

OF_MODEL = ("publisher", "weights", "licence")


def resident(facts: UseFacts) -> Document:
    """The sheet: in short, what it does and who decides, then how to contest, and how its numbers were made."""
    sections = (
        _part(facts, "does", _does(facts)),
        _part(facts, "decides", _decides(facts)),
        _part(facts, "runs", _runs(facts)),
        _consumes(facts),
        _part(facts, "without", without_ai(facts)),
        _part(facts, "contest", _contest(facts), facts.say("contest_right")),
    )
    return Document(
        kind=facts.say("resident_kind"),
        title=facts.case.name,
        lang=facts.lang,
        lead=(
            facts.say(
                "resident_lead", service=facts.case.service, task=lowered(task_text(facts.case.task, facts.lang))
            ),
            state_text(facts),
        ),
        sections=sections,
        foot=facts.foot(sections),
        mark=facts.mark,
        about=facts.period,
        small=True,
        plain=True,
    )


def _part(facts: UseFacts, name: str, pairs: tuple[tuple[str, str], ...], *texts: str) -> Section:
    told = tuple((facts.say(f"f_{key}"), value) for key, value in pairs)
    return Section(facts.say(f"part_{name}"), (FieldList(told), *texts))


def task_text(task: str, lang: str) -> str:
    """What it is for, a task of the catalogue by its name."""
    known = f"task/{task.removeprefix('task/')}"
    return load().label(known, lang) if known in load().subjects else task


def state_text(facts: UseFacts) -> str:
    """Whether it is in use; of a closed use, the decision that its evaluation explains."""
    case = facts.case
    if case.is_over:
        outcome, closing = lowered(say("register_outcomes", case.outcome, facts.lang)), case.closing
        dated = {"day": facts.day(closing.date), "by": closing.by} if closing else {}
        return facts.say("state_closed" if closing else "state_undated", outcome=outcome, **dated)
    return facts.say("stage_counted_early" if facts.counted_early and not facts.untold else f"stage_{case.stage}")


def _does(facts: UseFacts) -> tuple[tuple[str, str], ...]:
    case = facts.case
    return (("unit", case.unit), ("benefit", facts.told(case.benefit)))


def _decides(facts: UseFacts) -> tuple[tuple[str, str], ...]:
    case = facts.case
    risk = facts.say(f"risk_{case.risk_class}") if case.risk_class else facts.missing()
    return (
        ("who_decides", facts.told(case.who_decides)),
        ("owner", case.owner_role),
        ("quality", quality_text(facts)),
        ("risk", risk),
    )


def quality_text(facts: UseFacts) -> str:
    """The tested quality against its threshold, as its service declares it; apart, of another test than that."""
    tested, wanted = facts.case.tested, facts.case.threshold
    found = tested or facts.case.quality
    if found is None:
        return facts.missing()
    told = {"value": mark_text(found.value, facts.lang), "test": found.test, "day": facts.day(found.date)}
    if wanted is None:
        return facts.say("quality_alone", by=found.by, **told)
    told |= {"by": found.by, "threshold": mark_text(wanted.value, facts.lang)}
    reached = reached_text(facts.case, facts.lang, facts.scope.day)
    return facts.say("quality", reached=reached, **told) if tested else facts.say("quality_apart", **told)


def reached_text(case: UseCase, lang: str, today: date | None = None) -> str:
    """Whether the threshold is reached; empty without a test of it. On a day, of a use that is not over: that its test
    is too old to say so, as the indicator has it."""
    if not case.tested or not case.threshold:
        return ""
    if today and not case.is_over and case.quality_is_old(today):
        return typeset(say("use_sheets", "old_test", lang, day=day_label(str(case.tested.date), lang)), lang)
    spread, key = case.tested.spread, "reached" if reaches_threshold(case) else "not_reached"
    if spread is None or case.tested.settles(case.threshold.value):
        return typeset(say("use_sheets", key, lang), lang)
    low, high = (share_text(end, lang) for end in (spread.ends.low, spread.ends.high))
    told = say("use_sheets", f"{key}_unsure", lang, low=low, high=high, cases=case.tested.cases or 0)
    return typeset(told, lang)


def _runs(facts: UseFacts) -> tuple[tuple[str, str], ...]:
    case = facts.case
    known = sovereignty_facts(case.model or facts.only("model"), facts.site, facts.scope.day, facts.zone)
    if facts.hidden:  # with rows or without: which would say when the use ran
        of_rows = ("place", *(() if case.model else OF_MODEL), *(() if case.host else ("law",)))
        known |= {name: UNTOLD for name in of_rows if known[name] == UNKNOWN}
    said = option_words(known, facts.lang, facts.zone_supposed)
    beside = said if set(known.values()) - {UNKNOWN} else facts.missing()
    return (
        ("data", facts.told(case.data_sensitivity)),
        ("model", facts.model()),
        ("place", facts.host()),
        ("sovereignty", beside),
        ("training", facts.told(case.training_data)),
    )


def _consumes(facts: UseFacts) -> Section:
    """The four footprints with their proof; or why there is none and who can give them; then its ceilings."""
    title = facts.say("part_consumes", period=facts.period)
    told = [] if facts.hidden else [printed_text(b, facts.lang) for b in budgets_of(facts.scope, facts.case)]
    return Section(title, (facts.no_figures or facts.table(), *told))


def without_ai(facts: UseFacts) -> tuple[tuple[str, str], ...]:
    """The answer of the register to « could it be done without AI? », with its reason, and the way in without AI."""
    found = facts.case.alternative
    answer = say("register_answers", found.answer, facts.lang)
    if found.answer == "non_etudiee":
        return (("answer", f"{answer} ; {facts.missing()}"), ("other_way", facts.told(facts.case.other_way)))
    return (
        ("answer", f"{answer}, {facts.day(found.date)}"),
        ("alternative", facts.told(found.description)),
        ("reason", facts.told(found.reason)),
        ("other_way", facts.told(facts.case.other_way)),
    )


def _contest(facts: UseFacts) -> tuple[tuple[str, str], ...]:
    case = facts.case
    return (("human", facts.told(case.human_contact)), ("contact", facts.told(case.contact)), ("by_hand", ""))
