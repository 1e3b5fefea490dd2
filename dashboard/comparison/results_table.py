"""Table of the numbers of a comparison: figures of each option, quality, counts, assumptions."""

from datetime import date
from decimal import Decimal
from functools import partial

from markupsafe import Markup

from dashboard.comparison.result import INDICATORS, link, occupancy, why_absent
from dashboard.shared import html_parts, svg_charts
from dashboard.shared.templates import render
from dashboard.shared.texts import both, t
from estimator.catalogue.load import load
from estimator.comparison.answer import Answer, AnsweredOption
from estimator.comparison.columns import column_units
from estimator.comparison.scenario import Option, Scenario
from estimator.comparison.verdict_text import ground_words, parts_words, tested_words
from estimator.core.column_units import in_column
from estimator.core.number_format import DisplayUnit, stated_share_text, tick_text, with_unit
from estimator.core.periods import short_day
from estimator.governance.indicators.sovereignty import facts
from estimator.reporting.summary.sovereignty_text import option_words

MINUTE = DisplayUnit(Decimal(1), "min", scaled=False)


def numbers(answer: Answer, scenario: Scenario, lang: str) -> Markup:
    """Figures per unit, electricity of the period, quality and minutes; what has no figure; the assumptions."""
    units = {name: column_units(answer.options, name, lang) for name in INDICATORS}
    return render(
        "comparer_numbers",
        lang,
        body=answer,
        absent=[(o, why_absent(o, lang)) for o in answer.options if not o.per_unit],
        warnings=remarks(answer, lang),
        sources=load().sources,
        link=lambda figure: link(scenario, lang, calcul=figure),
        units_text=lambda option: _units_text(scenario.option(option.id), lang),
        of=lambda amount, name: in_column(amount, units[name][1] if name in units else units["energy"][0]),
        about=partial(_about_quality, lang=lang),
        minutes=lambda found: with_unit(tick_text(found, svg_charts.RATIO, lang), MINUTE),
        parts=partial(parts_words, answer, lang=lang),
        occupancy=occupancy,
        grounds=lambda option: _grounds(option, scenario, answer.date, lang),
        tested_words=tested_words,
        INDICATORS=INDICATORS,
    )


def _units_text(option: Option, lang: str) -> str:
    """« essais par demande : 1,1 ; réponses acceptées : 93 % »: from an attempt to an accepted answer."""
    if option.attempts == 1 and option.accepted == 1:
        return ""
    attempts = tick_text(option.attempts, svg_charts.RATIO, lang)
    key = "counted" if option.accepted < 1 else "counted_attempts"
    said = t(f"compare.{key}", lang, attempts=attempts, accepted=stated_share_text(option.accepted, lang))
    return f"{said} ({option.acceptance_why})" if option.acceptance_why else said


def _about_quality(option: AnsweredOption, lang: str) -> list[str]:
    """The test of a quality, its date and author, and whether it reaches the threshold."""
    found, meets = option.quality, option.meets_threshold
    if found is None:
        return []
    about = [found.test, found.date and short_day(found.date, lang), found.by]
    if meets is not None and option.assured is not False:
        about = [*about, t(f"compare.{'meets_stated' if option.weak else 'meets' if meets else 'misses'}", lang)]
    return about


def _grounds(option: AnsweredOption, scenario: Scenario, day: date, lang: str) -> str:
    """« sans IA, salle informatique, PUE 2,26 … », of a model its publisher, its licence and the law of its place."""
    bare, use = t("compare.no_ai", lang) if option.method == "none" else "", scenario.option(option.id).use
    told = [bare, ground_words(option, lang)]
    if use and use.model:
        told.append(option_words(facts(use.model, option.host, day, use.zone or ""), lang, option.zone_supposed))
    return ", ".join(text for text in told if text)


def remarks(answer: Answer, lang: str, *codes: str) -> dict[str, list[str]]:
    """Assumptions, once each, with the options concerned; those of some codes alone, if any is asked. What is said of
    the place of a provider quotes it; in the others, such marks are around names."""
    told: dict[str, list[str]] = {}
    for option in answer.options:
        for warning in (w for w in option.warnings if not codes or w["code"] in codes):
            quotes = html_parts.quoted if warning["code"].startswith("provider_") else str
            told.setdefault(quotes(both(warning, lang)), []).append(option.label)
    return told
