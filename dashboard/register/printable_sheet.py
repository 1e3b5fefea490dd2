"""The printable sheet of a use case: one A4 page, without script, self-contained."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from dashboard.register import estimator_gateway as register
from dashboard.register.sentences import field_text, quality_text, reached_text, result_text, when_text
from dashboard.register.stages import answer_text, conditions_title, stage_path, way_entries
from dashboard.register.use_case_detail import decision_rows, record_pairs
from dashboard.shared import estimator_gateway, html_parts
from dashboard.shared.dates import day_text
from dashboard.shared.texts import t
from estimator.core.number_format import interval_text
from estimator.governance.register.schema import UseCase

LONGEST = 110  # maximum characters of a reason
CUTS, ROOM = (600, 300, 200, 140, 90, 60, 40), 700  # maximum characters of a field, of all on one page
DECISIONS = 3


def sheet(case: UseCase, today: date, sample: bool, lang: str) -> Markup:
    """The document."""
    title = t("use_case.sheet_title", lang)
    body = (html_parts.banner(lang) if sample else Markup()) + Markup('<p class="kind">{}</p><h1>{}</h1>').format(
        title, _short(case.name)
    )
    body += Markup('<p class="answer">{}</p>').format(_short(answer_text(case, lang), 3 * LONGEST))
    body += stage_path(way_entries(case, lang))
    body += _conditions(case, lang) + _record(case, today, lang) + _decisions(case, lang)
    reference = f"{case.id}, {case.head[:12]}"
    foot = t("use_case.sheet_foot", lang, day=day_text(today, lang), reference=reference)
    page = (
        '<!DOCTYPE html><html lang="{}"><head><meta charset="utf-8"><title>{} – {}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><style>{}</style></head>'
        "<body><main>{}</main><footer>{}</footer></body></html>"
    )
    return Markup(page).format(lang, case.name, title, _style(), body, foot)


@cache
def _style() -> Markup:
    """Our own static stylesheet."""
    return Markup((Path(__file__).parents[1] / "static" / "fiche-usage.css").read_text("utf-8"))


def _short(value: Any, longest: int = LONGEST) -> Any:
    return value[: longest - 1] + "…" if isinstance(value, str) and len(value) > longest else value


def _conditions(case: UseCase, lang: str) -> Markup:
    following = register.next_stage(case)
    if following is None or result_text(case, lang):
        return Markup()
    lines = [
        Markup("<li><b>{}</b> {}</li>").format(
            t("use_case.met" if condition.met else "use_case.missing", lang), t(f"use_case.rule_{condition.code}", lang)
        )
        for condition in register.conditions(case, following)
    ]
    title = conditions_title(case, lang)
    return Markup('<h2>{}</h2><ul class="conditions">{}</ul>').format(title, Markup().join(lines))


def _record(case: UseCase, today: date, lang: str) -> Markup:
    pairs = record_pairs(case, lang)
    if case.threshold:
        pairs.append((t("use_case.f_threshold", lang), field_text(case.threshold.model_dump(), lang)))
    pairs.append((t("use_case.measures", lang), _measures(case, lang)))
    texts = [str(value) for _, value in pairs if value]
    longest = next((cut for cut in CUTS if sum(min(len(text), cut) for text in texts) <= ROOM), CUTS[-1])
    shown = [(name, _short(value, longest)) for name, value in pairs]
    found = ", ".join(part for part in (quality_text(case, lang), reached_text(case, lang)) if part)
    shown.append((t("register.quality", lang), found))
    if case.next_review:
        said = f"{day_text(case.next_review, lang)} ({when_text(case.next_review, today, lang)})"
        shown.append((t("register.next_review", lang), said))
    return Markup("<h2>{}</h2>{}").format(t("use_case.record", lang), html_parts.definitions(shown))


def _measures(case: UseCase, lang: str) -> str:
    """The attached measured services, with the electricity of each; their pattern when none matches."""
    build = estimator_gateway.current()
    services = build.services() if build else []
    said = []
    for attachment in case.attachments:
        found = register.services_of(attachment, services)
        said += [] if found else [attachment.service_key]
        for entry in found:
            energy = interval_text(entry.indicators["energy"], lang)
            said.append(t("use_case.sheet_measured", lang, service=entry.service_key, energy=energy))
    return ", ".join(said) or t("use_case.measures_none", lang)


def _decisions(case: UseCase, lang: str) -> Markup:
    title, rows = t("use_case.decisions", lang), decision_rows(case, lang)
    if not rows:
        return Markup("<h2>{}</h2><p>{}</p>").format(title, t("use_case.decisions_none", lang))
    heads = [t(f"use_case.{column}", lang) for column in ("day", "what", "by", "reasons")]
    shown = [[_short(cell) for cell in row] for row in rows[:DECISIONS]]
    table = html_parts.table(t("use_case.decisions_caption", lang), heads, shown, quiet=True)
    left = len(rows) - len(shown)
    more = Markup('<p class="small">{}</p>').format(t("use_case.sheet_more", lang, n=left)) if left else Markup()
    return Markup("<h2>{}</h2>{}{}").format(title, table, more)
