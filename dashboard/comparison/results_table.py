"""Table of the numbers of a comparison: figures of each option, quality, counts, assumptions."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from dashboard.comparison.estimator_gateway import ComparedScenario
from dashboard.comparison.quality_chart import quality_text
from dashboard.comparison.result import INDICATORS, breakable, link, occupancy, proof_of, why_absent
from dashboard.shared import html_parts, svg_charts
from dashboard.shared.dates import short_day
from dashboard.shared.texts import both, sentence, t
from estimator.comparison.scenario import Option, Scenario
from estimator.core.number_format import (
    DisplayUnit,
    interval_text,
    plain,
    range_text,
    share_text,
    step_for,
    tick_text,
    with_unit,
)

MINUTE = DisplayUnit(Decimal(1), "min", scaled=False)


def numbers(found: ComparedScenario, scenario: Scenario, lang: str) -> Markup:
    """Figures per unit, electricity of the period, quality and minutes, as a table."""
    body = found.body
    heads = [t("compare.option", lang)]
    heads += [t("compare.period_energy", lang, period=body["scenario"]["need"]["period"])]
    heads += [html_parts.figure_name(name, lang) for name in INDICATORS]
    heads += [t(f"compare.{key}", lang) for key in ("quality", "minutes")]
    rows = [_row(option, scenario, lang) for option in body["options"] if option["per_unit"]]
    table = html_parts.table(t("compare.table_caption", lang, unit=body["unit"]), heads, rows)
    return html_parts.section(
        t("compare.table", lang), table + _options_without_figures(found, lang) + _warnings(body, lang)
    )


def _row(option: Mapping[str, Any], scenario: Scenario, lang: str) -> list[Any]:
    label = breakable(sentence(option["label"]))
    why = html_parts.shortened(option["why"]) if option["why"] else ""
    for line in (proof_of(option, lang), _units_text(scenario.option(option["id"]), lang), why):
        label += Markup('<br><span class="small">{}</span>').format(line) if line else ""
    if option["occupancy"]:
        label += Markup('<br><span class="small{}">{}</span>').format(*occupancy(option["occupancy"], lang))
    cells = [_cell(option["figures"]["energy"], option, "energy", (scenario, lang))]
    cells += [_cell(option["per_unit"][name], option, name, (scenario, lang)) for name in INDICATORS]
    return [label, *cells, quality_cell(option, lang), _minutes(option, lang)]


def _units_text(option: Option, lang: str) -> str:
    """« essais par demande : 1,1 ; réponses acceptées : 93 % »: from an attempt to an accepted answer."""
    if option.attempts == 1 and option.acceptance == 1:
        return ""
    attempts = tick_text(option.attempts, svg_charts.RATIO, lang)
    key = "counted" if option.acceptance < 1 else "counted_attempts"
    return t(f"compare.{key}", lang, attempts=attempts, accepted=share_text(option.acceptance, lang))


def _cell(amount: Mapping[str, Any], option: Mapping[str, Any], name: str, where: tuple[Scenario, str]) -> Markup:
    """The central value over its interval; both link to the explanation."""
    scenario, lang = where
    address = link(scenario, lang, calcul=f"{option['id']}.{name}")
    unseen = f"{option['label']}, {html_parts.figure_name(name, lang)}"
    if amount["central"] is None:
        shown: Any = interval_text(amount, lang)
    else:
        step = step_for(amount["unit"], amount["central"], lang)
        central = with_unit(plain(amount["central"], step, lang), step)
        shown = Markup('{}<br><span class="small">{}</span>').format(central, range_text(amount, lang))
    if not address:
        return Markup("{}").format(shown)
    return Markup('<a class="number" href="{}">{}<span class="unseen">, {}</span></a>').format(address, shown, unseen)


def quality_cell(option: Mapping[str, Any], lang: str) -> Markup | str:
    """Test result, test, date and author, and whether it reaches the threshold."""
    found = option["quality"]
    if found is None:
        return t("compare.quality_unknown", lang)
    meets = option["meets_threshold"]
    about = [found["test"], short_day(found["date"], lang) if _is_day(found["date"]) else found["date"], found["by"]]
    if meets is not None:
        about.append(t("compare.meets" if meets else "compare.misses", lang))
    return Markup('{}<br><span class="small">{}</span>').format(
        quality_text(found["value"], lang), ", ".join(part for part in about if part)
    )


def _is_day(text: str) -> bool:
    return len(text) == 10 and text[4] == text[7] == "-" and text.replace("-", "").isdecimal()


def _minutes(option: Mapping[str, Any], lang: str) -> str:
    found = option["minutes"]
    return t("dates.none", lang) if found is None else with_unit(tick_text(found, svg_charts.RATIO, lang), MINUTE)


def _options_without_figures(found: ComparedScenario, lang: str) -> Markup:
    """Options without figures: rejected, not studied, not computed, each with the reason."""
    out = [option for option in found.body["options"] if not option["per_unit"]]
    if not out:
        return Markup()
    entries = [Markup("<b>{}</b>, {}").format(sentence(o["label"]), why_absent(o, found, lang)) for o in out]
    return Markup('<h3 class="under">{}</h3>{}').format(t("compare.left_aside", lang), html_parts.items(entries))


def _warnings(body: Mapping[str, Any], lang: str) -> Markup:
    """Assumptions, once each, with the options concerned."""
    told: dict[str, list[str]] = {}
    for option in body["options"]:
        for warning in option["warnings"]:
            told.setdefault(both(warning, lang), []).append(option["label"])
    if not told:
        return Markup()
    entries = [
        Markup("{} <span class=small>({})</span>").format(text, ", ".join(names)) for text, names in told.items()
    ]
    return html_parts.details(t("compare.supposed", lang, n=len(told)), html_parts.items(entries))
