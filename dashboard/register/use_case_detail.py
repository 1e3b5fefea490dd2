"""Use case detail: its stage and the conditions of the next, its record, quality, measurements, decisions, history."""

from collections.abc import Iterator
from datetime import date
from fnmatch import fnmatchcase

import streamlit as st
from markupsafe import Markup

from dashboard.register import estimator_gateway as register
from dashboard.register.forms import FORMS, REPAIR
from dashboard.register.sentences import (
    EMPTY,
    answer_text,
    conditions_title,
    event_text,
    field_text,
    result_text,
    way_entries,
    when_text,
)
from dashboard.shared import estimator_gateway
from dashboard.shared.dates import day_text, short_day
from dashboard.shared.document_links import document_links, use_documents
from dashboard.shared.html_parts import refusal_text
from dashboard.shared.scenario_url import token
from dashboard.shared.templates import render
from dashboard.shared.texts import sentence, t
from dashboard.summary.estimator_gateway import periods, sources, state
from estimator.comparison.verdict_text import found_words
from estimator.core.errors import SobriaError
from estimator.core.number_format import mark_text
from estimator.core.periods import Period, is_over
from estimator.governance.indicators.scope import Scope
from estimator.governance.register.schema import Attachment, UseCase, UseCaseFacts
from estimator.reporting.project.context import CaseWithoutScenario
from estimator.reporting.uses.ahead import ahead_lines
from estimator.reporting.uses.resident import reached_text
from estimator.results.totals import ServiceTotals

APART = {"name", "threshold", "scenario"}  # facts that are elsewhere in the page


def use_case_view(case: UseCase, writer: bool, today: date, lang: str) -> Markup:
    """The whole screen of a use case."""
    when = when_text(case.next_review, today, lang) if case.next_review else ""
    (refused, scenario), following = _scenario(case, lang), register.next_stage(case)
    return render(
        "use_case",
        lang,
        writer=writer,
        saved=saved(),
        late=when if is_over(case.next_review, today) else "",
        when=when,
        closed=case.is_over,
        conflicts=list(_conflicts(case, lang)),
        quality_note=_quality_note(case, today, lang),
        measures=list(attached_services(case, lang)),
        ahead=ahead(case, lang),
        refused=refused,
        scenario=scenario,
        history=register.register().history(case.id),
        FORMS=FORMS,
        REPAIR=REPAIR,
        document_links=document_links,
        use_documents=use_documents,
        logged=register.logged(case),
        event_text=event_text,
        found_words=found_words,
        case=case,
        answer=answer_text(case, lang),
        way=way_entries(case, lang),
        result=result_text(case, lang),
        conditions_title=conditions_title(case, lang),
        conditions=register.conditions(case, following) if following else [],
        record=record_pairs(case, lang),
        decisions=_decision_rows(case, lang),
    )


def ahead(case: UseCase, lang: str) -> list[str]:
    """Its ceilings of the year, then its forecast; nothing without a month of data."""
    if not ((now := state()) and (known := periods(now))):
        return []
    return ahead_lines(Scope(sources(now), case.commune, Period(known[0])), case, lang)


def saved() -> str:
    """Result of the form just sent, displayed once."""
    return str(st.session_state.pop("saved", ""))


def _conflicts(case: UseCase, lang: str) -> Iterator[str]:
    """Fields changed concurrently by two people, with both values."""
    for conflict in register.register().conflicts():
        first, second = conflict.events
        for name in conflict.fields if conflict.use_case == case.id else ():
            facts = {"first_who": first.who, "second_who": second.who, "field": t(f"use_case.f_{name}", lang)}
            facts |= {n: field_text(name, e.data[name], lang) for n, e in (("first", first), ("second", second))}
            yield t("use_case.conflict_field", lang, **facts)


def record_pairs(case: UseCase, lang: str) -> list[tuple[str, str]]:
    """Every non-empty field, with its label."""
    facts = case.model_dump(include=UseCaseFacts.model_fields.keys() - APART)
    said, day = facts.pop("alternative"), case.alternative.date
    answer = register.word("answers", said["answer"], lang)
    told = t("use_case.answered", lang, answer=answer, day=day_text(day, lang)) if day else answer
    facts = {"task": facts.pop("task")} | {f"alternative_{n}": said[n] for n in ("description", "reason")} | facts
    pairs = [(t(f"use_case.f_{name}", lang), field_text(name, v, lang)) for name, v in facts.items() if v not in EMPTY]
    return [pairs[0], (t("use_case.answer", lang), told), *pairs[1:]]


def _scenario(case: UseCase, lang: str) -> tuple[str, str]:
    """(why its scenario has no documents, its URL state in Comparer); "" when there is none."""
    try:
        return "", token(register.scenario_of(case))
    except CaseWithoutScenario as refusal:
        return refusal_text(refusal, lang) if case.scenario else t("documents.no_scenario", lang), ""
    except SobriaError as refusal:
        return t("documents.unread", lang, problem=refusal_text(refusal, lang)), ""


def _quality_note(case: UseCase, today: date, lang: str) -> str:
    """« Seuil : 90 % (200 courriers relus). Atteint. », and that its test is old."""
    note, reached = t("use_case.threshold_none", lang), reached_text(case, lang)
    if case.threshold:
        note = t("use_case.threshold", lang, value=mark_text(case.threshold.value, lang), test=case.threshold.test)
    told = [note, *([f"{sentence(reached)}."] if case.qualities and reached else [])]
    if case.quality_is_old(today) and not case.is_over:
        told.append(t("use_case.quality_old", lang))
    return " ".join(told)


def attached_services(case: UseCase, lang: str) -> Iterator[tuple[str, str, ServiceTotals | None]]:
    """Key, period and totals of each service of the ledger that matches an attachment; its pattern when none does."""
    build = estimator_gateway.current()
    services = build.services() if build else []
    for attachment in case.attachments:
        span = _span(attachment, lang)
        found = [entry for entry in services if fnmatchcase(entry.service_key, attachment.service_key)]
        yield from ((entry.service_key, span, entry) for entry in found)
        if not found:
            yield attachment.service_key, span, None


def _span(attachment: Attachment, lang: str) -> str:
    first, last = (d and short_day(d, lang) for d in (attachment.since, attachment.until))
    if first and last:
        said = t("use_case.from_until", lang, day=first, last=last)
    elif first or last:
        said = t("use_case.from" if first else "use_case.until", lang, day=first or last)
    else:
        said = t("use_case.always", lang)
    limits = ", ".join(limit for limit in (attachment.host, attachment.model) if limit)
    return f"{said} ; {t('use_case.measures_limits', lang, list=limits)}" if limits else said


def _decision_rows(case: UseCase, lang: str) -> list[list[str]]:
    """Decisions and reviews, the latest first: day, content, author, reason."""
    found = [(d.date, register.word("decisions", d.what, lang), d.by, d.reasons) for d in case.decisions]
    found += [(r.done, t("use_case.review", lang), r.by, r.conclusion) for r in case.reviews if r.done]
    return [[short_day(day, lang), *rest] for day, *rest in sorted(found, key=lambda row: row[0], reverse=True)]
