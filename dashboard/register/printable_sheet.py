"""The printable sheet of a use case: a document of one A4 page."""

from datetime import date
from typing import Any

from dashboard.register.sentences import field_text, quality_text, reached_text, when_text
from dashboard.register.use_case_detail import attached_services, of_case, record_pairs
from dashboard.shared.dates import day_text
from dashboard.shared.texts import t
from estimator.core.number_format import interval_text
from estimator.governance.register.schema import UseCase
from estimator.reporting.documents.document import Block, Document, FieldList, Points, Section, Table
from estimator.reporting.project.context import clipped

LONGEST, ANSWER = 110, 330  # maximum characters of a reason, and of the answer
CUTS, ROOM = (600, 300, 200, 140, 90, 60, 40), 700  # maximum characters of a field, of all on one page
DECISIONS = 3


def sheet(case: UseCase, today: date, sample: bool, lang: str) -> Document:
    """The document."""
    facts = of_case(case, lang)
    way = ", ".join(f"{name} ({said})" if said else name for name, said, _ in facts["way"])
    sections = [Section(t("use_case.way", lang), (way,))]
    if facts["conditions_title"] and not facts["result"]:
        met = [(t("use_case.met" if c.met else "use_case.missing", lang), c.code) for c in facts["conditions"]]
        lines = tuple(f"{said} {t(f'use_case.rule_{code}', lang)}" for said, code in met)
        sections.append(Section(facts["conditions_title"], (Points(lines),)))
    sections.append(Section(t("use_case.record", lang), (FieldList(_record(case, today, lang)),)))
    sections.append(Section(t("use_case.decisions", lang), _decisions(facts["decisions"], lang)))
    foot = t("use_case.sheet_foot", lang, day=day_text(today, lang), reference=f"{case.id}, {case.head[:12]}")
    return Document(
        kind=t("use_case.sheet_title", lang),
        title=clipped(case.name, LONGEST),
        lang=lang,
        lead=(clipped(facts["answer"], ANSWER),),
        sections=tuple(sections),
        foot=(foot,),
        mark=t("state.sample", lang) if sample else "",
        one_page=True,
    )


def _decisions(rows: list[list[str]], lang: str) -> tuple[Block, ...]:
    if not rows:
        return (t("use_case.decisions_none", lang),)
    columns = tuple(t(f"use_case.{name}", lang) for name in ("day", "what", "by", "reasons"))
    shown = tuple(tuple(clipped(cell, LONGEST) for cell in row) for row in rows[:DECISIONS])
    more = len(rows) - DECISIONS
    return (Table("", columns, shown), *((t("use_case.sheet_more", lang, n=more),) if more > 0 else ()))


def _record(case: UseCase, today: date, lang: str) -> tuple[tuple[str, str], ...]:
    """Its fields, cut so that they fit on the page, then its quality and its next review."""
    pairs: list[tuple[str, Any]] = record_pairs(case, lang)
    if case.threshold:
        pairs.append((t("use_case.f_threshold", lang), field_text(case.threshold.model_dump(), lang)))
    pairs.append((t("use_case.measures", lang), _measures(case, lang)))
    known = [(name, str(value)) for name, value in pairs if value]
    longest = next((cut for cut in CUTS if sum(min(len(text), cut) for _, text in known) <= ROOM), CUTS[-1])
    shown = [(name, clipped(text, longest)) for name, text in known]
    found = ", ".join(part for part in (quality_text(case, lang), reached_text(case, lang)) if part)
    shown.append((t("register.quality", lang), found))
    if case.next_review:
        said = f"{day_text(case.next_review, lang)} ({when_text(case.next_review, today, lang)})"
        shown.append((t("register.next_review", lang), said))
    return tuple(shown)


def _measures(case: UseCase, lang: str) -> str:
    """The attached measured services, with the electricity of each; their pattern when none matches."""
    said = [
        t("use_case.sheet_measured", lang, service=key, energy=interval_text(entry.indicators["energy"], lang))
        if entry
        else key
        for key, _, entry in attached_services(case, lang)
    ]
    return ", ".join(said) or t("use_case.measures_none", lang)
