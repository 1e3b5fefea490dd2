"""Use case detail: its stage and the conditions of the next, its record, quality, measurements, decisions, history."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard.register import estimator_gateway as register
from dashboard.register.forms import FORMS
from dashboard.register.sentences import (
    commune_text,
    event_text,
    field_text,
    is_closed,
    late_text,
    number_text,
    reached_text,
    when_text,
)
from dashboard.register.stages import answer_text, conditions_section, way_section
from dashboard.shared import estimator_gateway, html_parts
from dashboard.shared.dates import day_text, short_day
from dashboard.shared.document_links import document_links
from dashboard.shared.scenario_url import token
from dashboard.shared.texts import t
from estimator.core.errors import SobriaError
from estimator.core.typography import typeset
from estimator.governance.register.replay import Conflict
from estimator.governance.register.schema import Attachment, UseCase
from estimator.reporting.project.context import CaseWithoutScenario
from estimator.results.totals import ServiceTotals

PLAIN = ("task", "unit", "service", "owner_role", "benefit")


def use_case_view(case: UseCase, writer: bool, today: date, lang: str) -> Markup:
    """The whole screen of a use case."""
    links = [
        (html_parts.address("registre", lang), "back"),
        (html_parts.address("fiche-usage", lang, cas=case.id), "sheet"),
    ]
    ways = late_text(case, today, lang) + Markup(" · ").join(
        Markup('<a href="{}">{}</a>').format(link, t(f"register.{word}", lang)) for link, word in links
    )
    body = saved(lang) + html_parts.head(t("use_case.title", lang, name=case.name), answer_text(case, lang), ways)
    body += read_only(writer, lang) + _conflicts(case, lang) + (_actions(case, lang) if writer else Markup())
    body += way_section(case, lang) + conditions_section(case, writer, lang) + _record(case, lang)
    if case.qualities or not is_closed(case):
        body += _quality(case, lang)
    if case.attachments or not is_closed(case):
        body += _measures(case, lang)
    if case.scenario or not is_closed(case):
        body += _documents(case, lang)
    return body + _decisions(case, today, lang) + _history(case, lang)


def read_only(writer: bool, lang: str) -> Markup:
    """Displayed when the register is read-only."""
    return Markup() if writer else Markup('<p class="banner">{}</p>').format(t("register.read_only", lang))


def saved(lang: str) -> Markup:
    """Result of the form just sent, displayed once."""
    said = st.session_state.pop("saved", "")
    return Markup('<p class="banner done" role="status">{}</p>').format(said) if said else Markup()


def _actions(case: UseCase, lang: str) -> Markup:
    links = [
        Markup('<li><a href="{}">{}</a></li>').format(
            html_parts.address("registre", lang, cas=case.id, faire=name), t(f"register_forms.{word}", lang)
        )
        for name, word in FORMS.items()
        if name != "detacher" or case.attachments
    ]
    return Markup('<nav class="ways" aria-label="{}"><ul>{}</ul></nav>').format(
        t("register.actions", lang), Markup().join(links)
    )


def _conflicts(case: UseCase, lang: str) -> Markup:
    """Fields changed concurrently by two people, with both values."""
    found = [c for c in register.register().conflicts() if c.use_case == case.id and c.fields]
    if not found:
        return Markup()
    lines = [_conflict(c, name, lang) for c in found for name in c.fields]
    return Markup('<div class="banner" role="alert"><p class="warn">{}</p>{}</div>').format(
        t("use_case.conflict", lang), html_parts.items(lines)
    )


def _conflict(conflict: Conflict, name: str, lang: str) -> str:
    first, second = conflict.events
    facts = {"first": field_text(first.data[name], lang), "second": field_text(second.data[name], lang)}
    facts |= {"first_who": first.who, "second_who": second.who, "field": t(f"use_case.f_{name}", lang)}
    return t("use_case.conflict_field", lang, **facts)


def record_pairs(case: UseCase, lang: str) -> list[tuple[str, Any]]:
    """Every non-empty field, with its label."""
    alternative = case.alternative
    answer = register.word("answers", alternative.answer, lang)
    if alternative.date:
        answer = t("use_case.answered", lang, answer=answer, day=day_text(alternative.date, lang))
    pairs: list[tuple[str, Any]] = [(t(f"use_case.f_{name}", lang), getattr(case, name)) for name in PLAIN]
    pairs += [
        (t("use_case.f_commune", lang), commune_text(case.commune, lang)),
        (t("use_case.answer", lang), answer),
        (t("use_case.f_alternative_description", lang), alternative.description),
        (t("use_case.f_alternative_reason", lang), alternative.reason),
        (t("use_case.f_model", lang), case.model),
        (t("use_case.f_host", lang), estimator_gateway.subject_name(case.host, lang)),
    ]
    for name in ("volume_per_month", "concurrency"):
        value = getattr(case, name)
        pairs.append((t(f"use_case.f_{name}", lang), None if value is None else number_text(value, lang)))
    pairs.append((t("use_case.f_data_sensitivity", lang), case.data_sensitivity))
    return [*pairs, (t("use_case.f_review_months", lang), case.review_months)]


def _record(case: UseCase, lang: str) -> Markup:
    pairs = [*record_pairs(case, lang), (t("use_case.f_scenario", lang), case.scenario)]
    return html_parts.section(t("use_case.record", lang), html_parts.definitions(pairs))


def _documents(case: UseCase, lang: str) -> Markup:
    """The documents of its scenario, and a link to Comparer; or how to add a scenario."""
    title = t("documents.title", lang)
    try:
        scenario = register.scenario_of(case)
    except CaseWithoutScenario as refusal:
        said = refusal.message(lang) if case.scenario else t("documents.no_scenario", lang)
        return html_parts.section(title, Markup("<p>{}</p>").format(typeset(said, lang)))
    except SobriaError as refusal:
        problem = typeset(refusal.message(lang), lang)
        return html_parts.section(title, Markup("<p>{}</p>").format(t("documents.unread", lang, problem=problem)))
    opened, state = Markup(), token(scenario)
    if state:
        link = html_parts.address("comparer", lang, scenario=state)
        opened = Markup('<p><a href="{}">{}</a></p>').format(link, t("use_case.compare", lang))
    return html_parts.section(title, document_links(lang, cas=case.id) + opened, t("documents.what", lang))


def threshold_text(case: UseCase, lang: str) -> str:
    """« Seuil : 0,9 (200 courriers relus). »"""
    if not case.threshold:
        return t("use_case.threshold_none", lang)
    return t("use_case.threshold", lang, value=number_text(case.threshold.value, lang), test=case.threshold.test)


def _quality(case: UseCase, lang: str) -> Markup:
    title, note = t("use_case.quality", lang), threshold_text(case, lang)
    if not case.qualities:
        return html_parts.section(title, Markup("<p>{}</p>").format(t("use_case.quality_none", lang)), note)
    heads = [t(f"use_case.{column}", lang) for column in ("value", "test", "day", "by")]
    rows = [
        [number_text(q.value, lang), q.test, short_day(q.date, lang), q.by]
        for q in sorted(case.qualities, key=lambda q: q.date, reverse=True)
    ]
    table = html_parts.table(t("use_case.quality_caption", lang), heads, rows)
    reached = reached_text(case, lang)
    return html_parts.section(title, table, f"{note} {reached[:1].upper()}{reached[1:]}." if reached else note)


def _measures(case: UseCase, lang: str) -> Markup:
    title = t("use_case.measures", lang)
    if not case.attachments:
        return html_parts.section(title, Markup("<p>{}</p>").format(t("use_case.measures_none", lang)))
    build = estimator_gateway.current()
    services = build.services() if build else []
    rows = [row for attachment in case.attachments for row in _attachment_rows(attachment, services, lang)]
    heads = [t(f"use_case.{column}", lang) for column in ("measures_key", "measures_span", "measures_energy")]
    return html_parts.section(title, html_parts.table(t("use_case.measures_caption", lang), heads, rows, quiet=True))


def _attachment_rows(attachment: Attachment, services: Sequence[ServiceTotals], lang: str) -> list[list[Any]]:
    """One row for each service of the ledger that matches an attachment, or one for its pattern when none matches."""
    span = _span(attachment, lang)
    found = register.services_of(attachment, services)
    if not found:
        return [[html_parts.shortened(attachment.service_key), span, t("use_case.measures_absent", lang)]]
    rows = []
    for entry in found:
        key = entry.service_key
        link = Markup('<br><a class="small" href="{}">{}<span class="unseen">, {}</span></a>').format(
            html_parts.address("mesures", lang, service=key), t("use_case.measures_open", lang), key
        )
        energy = html_parts.number(entry.indicators["energy"], f"service.{key}.energy", key, lang)
        rows.append([html_parts.shortened(key) + link, span, energy])
    return rows


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


def _decisions(case: UseCase, today: date, lang: str) -> Markup:
    title, note, rows = t("use_case.decisions", lang), "", decision_rows(case, lang)
    if case.next_review:
        facts = {"day": day_text(case.next_review, lang), "when": when_text(case.next_review, today, lang)}
        note = t("use_case.planned", lang, **facts)
    if not rows:
        return html_parts.section(title, Markup("<p>{}</p>").format(t("use_case.decisions_none", lang)), note)
    heads = [t(f"use_case.{column}", lang) for column in ("day", "what", "by", "reasons")]
    return html_parts.section(
        title, html_parts.table(t("use_case.decisions_caption", lang), heads, rows, quiet=True), note
    )


def decision_rows(case: UseCase, lang: str) -> list[list[str]]:
    """Decisions and reviews, the latest first: day, content, author, reason."""
    found = [(d.date, register.word("decisions", d.what, lang), d.by, d.reasons) for d in case.decisions]
    found += [(r.done, t("use_case.review", lang), r.by, r.conclusion) for r in case.reviews if r.done]
    return [[short_day(day, lang), *rest] for day, *rest in sorted(found, key=lambda row: row[0], reverse=True)]


def _history(case: UseCase, lang: str) -> Markup:
    heads = [t(f"use_case.{column}", lang) for column in ("moment", "event", "who", "why")]
    events = register.register().history(case.id)
    rows = [[short_day(e.at[:10], lang), event_text(e, lang), e.who, e.why] for e in reversed(events)]
    table = html_parts.table(t("use_case.history_caption", lang), heads, rows)
    return html_parts.section(t("use_case.history", lang), table)
