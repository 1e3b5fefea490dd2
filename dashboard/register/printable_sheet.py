"""The printable sheet of a use case: one A4 page, without script, self-contained."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from dashboard.register.sentences import field_text, quality_text, reached_text, when_text
from dashboard.register.use_case_detail import attached_services, of_case, record_pairs
from dashboard.shared.dates import day_text
from dashboard.shared.templates import render
from dashboard.shared.texts import t
from estimator.core.number_format import interval_text
from estimator.governance.register.schema import UseCase

LONGEST = 110  # maximum characters of a reason
CUTS, ROOM = (600, 300, 200, 140, 90, 60, 40), 700  # maximum characters of a field, of all on one page
DECISIONS = 3


def sheet(case: UseCase, today: date, sample: bool, lang: str) -> Markup:
    """The document."""
    facts = of_case(case, lang) | {"record": _record(case, today, lang)}
    return render(
        "use_case_sheet",
        lang,
        sample=sample,
        today=today,
        style=_style(),
        short=_short,
        DECISIONS=DECISIONS,
        **facts,
    )


@cache
def _style() -> Markup:
    """Our own static stylesheet."""
    return Markup((Path(__file__).parents[1] / "static" / "fiche-usage.css").read_text("utf-8"))


def _short(value: Any, longest: int = LONGEST) -> Any:
    return value[: longest - 1] + "…" if isinstance(value, str) and len(value) > longest else value


def _record(case: UseCase, today: date, lang: str) -> list[tuple[str, Any]]:
    """Its fields, cut so that they fit on the page, then its quality and its next review."""
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
    return shown


def _measures(case: UseCase, lang: str) -> str:
    """The attached measured services, with the electricity of each; their pattern when none matches."""
    said = [
        t("use_case.sheet_measured", lang, service=key, energy=interval_text(entry.indicators["energy"], lang))
        if entry
        else key
        for key, _, entry in attached_services(case, lang)
    ]
    return ", ".join(said) or t("use_case.measures_none", lang)
