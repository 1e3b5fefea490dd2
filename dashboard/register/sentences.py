"""Texts of the register: commune, quality, review, result, event, stage; for its list, views and sheet."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from babel.dates import format_timedelta

from dashboard.register import estimator_gateway as register
from dashboard.shared import estimator_gateway
from dashboard.shared.dates import day_text
from dashboard.shared.html_parts import LABELS, alternatives
from dashboard.shared.texts import t
from estimator.catalogue import models
from estimator.core.event_log import Event
from estimator.core.number_format import exact_text, mark_text
from estimator.core.typography import lowered
from estimator.governance.register.register import StageCounts
from estimator.governance.register.schema import CLOSED, METROPOLE, UseCase
from estimator.reporting.uses.resident import task_text

LAST = "retrait"
EMPTY = (None, "")
HINT = re.compile(r"\s*[(:;]")  # what begins, after the name of a field, how to fill it
CODES = {"answer": "answers", "what": "decisions", "stage": "stages"}  # fields of an event that hold one
SET = {"staged": "stage", "decided": "what", "quality": "value", "attached": "service_key"}  # what an event is about


def counts_text(counts: StageCounts, total: int, lang: str) -> str:
    """« 12 usages, dont 3 faits sans IA ; 9 sur 11 au-delà de l'idée ont examiné une alternative sans IA. »"""
    found = [t(f"register.result_{name}", lang, n=counts.outcomes[name]) for name in CLOSED if counts.outcomes[name]]
    results = t("register.of_which", lang, list=alternatives(found, lang, "register.and")) if found else ""
    reviewed, past = counts.non_ai_reviewed, counts.past_idea
    facts = {"reviewed": reviewed, "past": past, "looked": t("register.looked", lang, n=reviewed)}
    non_ai = t("register.non_ai", lang, **facts) if past else t("register.no_past", lang)
    return t("register.answer", lang, total=t("register.total", lang, n=total), results=results, non_ai=non_ai)


def commune_text(code: str, lang: str) -> str:
    """« Métropole », or the code of a commune."""
    return t("register.metropole", lang) if code == METROPOLE else t("register.code", lang, code=code)


def quality_text(case: UseCase, lang: str) -> str:
    """« 92 % pour un seuil de 90 % »"""
    found, threshold = case.tested or case.quality, case.threshold
    if found and threshold:
        told = {"found": mark_text(found.value, lang), "threshold": mark_text(threshold.value, lang)}
        return t("register.threshold_of" if case.tested else "register.other_test", lang, **told)
    if found:
        return t("register.no_threshold", lang, found=mark_text(found.value, lang))
    if threshold:
        return t("register.threshold_only", lang, threshold=mark_text(threshold.value, lang))
    return t("register.no_quality", lang)


def when_text(day: date, today: date, lang: str) -> str:
    """« en retard de 3 semaines », « dans 2 mois », « aujourd'hui »"""
    if day == today:
        return t("register.today", lang)
    span = str(format_timedelta(abs(day - today), locale=lang, threshold=1.5)).replace(" ", "\u00a0")
    return t("register.late_by" if day < today else "register.due_in", lang, span=span)


def result_text(case: UseCase, lang: str) -> str:
    """The decision that closed it, or that none is written; empty for a use case under way."""
    decision = case.closing
    if not decision:
        return t("use_case.result_undated", lang) if case.is_over else ""
    facts = {"day": day_text(decision.date, lang), "by": decision.by, "reasons": decision.reasons}
    return t(f"use_case.result_{case.outcome}", lang, **facts)


def event_text(event: Event, lang: str) -> str:
    """Effect of an event: its kind, then the fields changed, or the value set."""
    kind, said = register.word("events", event.kind, lang), ""
    if event.kind == "changed":
        said = ", ".join(lowered(t(f"use_case.f_{name}", lang)) for name in event.data)
    elif name := SET.get(event.kind):
        said = field_text(name, event.data[name], lang)
    return t("use_case.event_fields", lang, event=kind, list=said) if said else kind


def event_pairs(event: Event, lang: str) -> Iterator[tuple[str, str]]:
    """Each field of an event under its label in its form, less what helps to fill it, who writes it and why; of empty
    ones, those it empties."""
    labels, of = LABELS["pages"], LABELS["events"].get(event.kind, "")
    for name, held in {**event.data, "author_who": event.who, "author_why": event.why}.items():
        for part, value in held.items() if isinstance(held, Mapping) else [("", held)]:
            if value not in EMPTY or event.kind == "changed":
                field = f"{name}_{part}".strip("_")
                asked = t(labels.get(of + field) or labels[field], lang)
                yield HINT.split(asked)[0], field_text(part or name, value, lang)


def field_text(name: str, value: Any, lang: str) -> str:
    """The value of any field of an event, in words."""
    if value in EMPTY:
        return t("use_case.no_value", lang)
    if isinstance(value, Mapping):
        return ", ".join(field_text(part, said, lang) for part, said in value.items() if said not in EMPTY)
    if name in CODES:
        return register.word(CODES[name], value, lang)
    if name in IN_WORDS:
        return IN_WORDS[name](value, lang)
    if name == "attachment":
        key = next(one.service_key for one in register.register().attachments() if one.id == value)
        return estimator_gateway.service_name(key)
    if isinstance(value, float | int):
        return mark_text(value, lang) if name == "value" else exact_text(value, "1", lang)
    return str(value)


def answer_text(case: UseCase, lang: str) -> str:
    """The result, else the stage and the unmet conditions of the next one; retirement is never suggested."""
    result, following = result_text(case, lang), register.next_stage(case)
    facts = {"stage": register.word("stages", case.stage, lang)}
    if result:
        return result
    if following is None:
        return t("use_case.last", lang, **facts)
    if following == LAST:
        return t("use_case.in_service", lang, **facts)
    lacks = sum(not condition.met for condition in register.conditions(case, following))
    facts["following"] = register.word("stages", following, lang)
    return t("use_case.lacking", lang, n=lacks, **facts) if lacks else t("use_case.ready", lang, **facts)


def way_entries(case: UseCase, lang: str) -> list[tuple[str, str, str]]:
    """Name, text and kind of each stage: past, current, to come; none to come for a use case closed by a decision."""
    place, closed = register.STAGES.index(case.stage), case.is_over and case.stage != LAST
    entries = []
    for index, stage in enumerate(register.STAGES):
        kind = "here" if index == place else "done" if index < place else "ahead"
        said = t(f"use_case.{kind}", lang)
        if closed:
            said = {"done": said, "here": t("use_case.closed_here", lang), "ahead": ""}[kind]
        entries.append((register.word("stages", stage, lang), said, kind))
    return entries


def conditions_title(case: UseCase, lang: str) -> str:
    """« Pour passer à « Pilote » », « Pour retirer cet usage »; empty without a next stage."""
    if (following := register.next_stage(case)) is None:
        return ""
    key = "use_case.conditions_last" if following == LAST else "use_case.conditions"
    return t(key, lang, stage=register.word("stages", following, lang))


IN_WORDS = {
    "commune": commune_text, "task": task_text, "model": models.name_of, "host": estimator_gateway.subject_name,
} | dict.fromkeys(("date", "done", "due", "since", "until"), day_text)  # fmt: skip
