"""Explanation screen of a figure: its sentence, uncertainty, steps, factors and sources, exclusions, replay."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from markupsafe import Markup

from dashboard.shared import html_parts, svg_charts
from dashboard.shared.estimator_gateway import current, service_name, service_names
from dashboard.shared.templates import render
from dashboard.shared.texts import both, sentence, t
from estimator.assessment.calculation_steps import Step
from estimator.assessment.explanation import ExplainedNumber, UsedFactor
from estimator.catalogue.published_figures import figure_label
from estimator.core.interval import Interval
from estimator.core.number_format import (
    base_unit,
    exact_text,
    figure,
    impossible_text,
    interval_text,
    partly_text,
    share_text,
    step_for,
    two_values_text,
)
from estimator.governance.indicators.explanation import SHEET, split_number
from estimator.reporting.summary.brought import brought_numbers, brought_sentences
from estimator.reporting.summary.sentences import scope_name
from estimator.results.proofs import ELECTRICITY
from estimator.results.totals import Outside

DOUBTS = 5  # factors in the uncertainty chart
LEAST_DOUBT = 0.005


def explain_view(found: ExplainedNumber, lang: str, outside: Outside | None = None) -> Markup:
    """The whole screen of a figure; outside: what limits a total of merged groups."""
    partly = partly_text(found.amount, lang)
    notes = [sentence(f"{partly}.") if partly else "", t("explain.least", lang) if found.unread else ""]
    doubts = [f for f in by_doubt(found.factors) if (f.share_of_variance or 0.0) >= LEAST_DOUBT][:DOUBTS]
    return render(
        "explanation",
        lang,
        found=found,
        answer=_answer(found, lang),
        notes=[*notes, impossible_text(found.impossible, lang)],
        doubted=[_remark(remark, lang) for remark in found.remarks if remark not in found.unread],
        mended=_mended(found),
        doubts=doubts,
        shares=[(_factor_name(f, lang), f.share_of_variance) for f in doubts],
        supposed=" ".join(both(said, lang) for said in found.supposed),
        left_out=left_out(found, lang),
        names=service_names(),
        wider=list(_wider_figures(found, lang)),
        authorities=brought_sentences(found.trace, lang, None if found.scope == SHEET else outside),
        opens=brought_numbers(found.id, found.trace, lang),
        SHEET=SHEET,
        figure_label=figure_label,
        **_picture(found, lang),
        **of_figure(lang),
    )


def _mended(found: ExplainedNumber) -> str:
    """Where the runs of a figure with remarks are mended: "here", "source"; "" nowhere."""
    run, one = (found.key if found.scope == scope else None for scope in ("run", "service"))
    for where in ("here", "source") if found.remarks else ():
        if (build := current()) and any(one in (None, e["service_key"]) for e in build.to_mend(run, where == "source")):
            return where
    return ""


def _factor_name(factor: UsedFactor, lang: str) -> str:
    return t("numbers.of", lang, name=both(factor.label, lang), subject=both(factor.subject, lang))


def of_figure(lang: str) -> dict[str, Any]:
    """The functions that figure_parts.html calls."""
    return {
        "by_doubt": by_doubt,
        "factor_name": partial(_factor_name, lang=lang),
        "step_value": partial(_step_value, lang=lang),
        "step_for": partial(step_for, lang=lang),
        "two_values_text": partial(two_values_text, lang=lang),
    }


def by_doubt(factors: Sequence[UsedFactor]) -> list[UsedFactor]:
    """The factors, largest share of the variance first."""
    return sorted(factors, key=lambda f: -(f.share_of_variance or 0.0))


def subject_name(found: ExplainedNumber, lang: str) -> str:
    """« Électricité du service … »"""
    if found.scope == SHEET:
        where = scope_name(*(split_number(found.id) or ("", "", ""))[:2], lang)
        return t("synthese.of", lang, figure=html_parts.figure_name(found.figure, lang), where=where)
    scope = {"total": "of_all", "service": "of_service", "run": "of_run"}[found.scope]
    return t(f"figures.{scope}", lang, figure=html_parts.figure_name(found.figure, lang), key=service_name(found.key))


def _answer(found: ExplainedNumber, lang: str) -> str:
    said = ""
    if found.amount.central is not None:
        said = html_parts.impact_proof_text(found.figure, found.proof, lang)
    base = f" {t(f'explain.base_{found.figure}', lang)}" if said and found.figure in ELECTRICITY else ""
    facts = {"value": interval_text(found.amount, lang), "proof": f", {said}{base}" if said else ""}
    key = "explain.answer_least" if found.amount.known and found.unread else "explain.answer"
    return t(key, lang, figure=subject_name(found, lang), **facts)


def _picture(found: ExplainedNumber, lang: str) -> dict[str, Any]:
    """The interval, drawn, and its envelope in words."""
    amount, name = found.amount, subject_name(found, lang)
    if amount.central is None:
        return {"picture": "", "envelope": ""}
    low, high = amount.envelope or (0.0, 0.0)
    how = "explain.how_least" if found.unread else html_parts.how_read(found.impossible, lang)
    row = svg_charts.ChartRow(name, amount, found.proof, html_parts.impact_proof_text(found.figure, found.proof, lang))
    return {
        "picture": svg_charts.interval_chart([row], name, lang, how),
        "envelope": interval_text(Interval.of((low, amount.central, high), amount.unit), lang),
    }


def _step_value(step: Step, lang: str) -> str:
    """The result of a step in the unit of its numbers, then in the display unit, with its interval."""
    amount = Interval.of((step.low, step.value, step.high), step.unit)
    same_unit = exact_text(step.value, step.unit, lang, base_unit(step.unit, lang))
    if step.low == step.high:
        return same_unit
    shown = figure(amount, lang)
    if step_for(step.unit, step.value, lang).worth == 1:
        return t("numbers.step", lang, value=same_unit, between=shown.interval)
    return t("explain.that_is", lang, same_unit=same_unit, value=shown.central, between=shown.interval)


def left_out(found: ExplainedNumber, lang: str) -> list[str]:
    """What a figure leaves out, with the share of electricity concerned, unless all of it; then what nobody read."""
    said = []
    for entry in found.not_counted:
        text = t("explain.not_counted_item", lang, part=t(f"parts.{entry.part}", lang), reason=both(entry.words, lang))
        if entry.share <= html_parts.ALMOST_ALL:
            text += t(f"explain.concerns{'' if entry.share else '_unknown'}", lang, share=share_text(entry.share, lang))
        said.append(sentence(text))
    said += [_remark(remark, lang) for remark in found.unread]
    return [*(dict.fromkeys(said) or [t("explain.not_counted_none", lang)]), t("explain.always_out", lang)]


def _remark(remark: Mapping[str, Any], lang: str) -> str:
    """« 12 exécutions. Le processeur est présent… »"""
    return t("explain.remark", lang, n=remark["count"], text=both(remark, lang))


def _wider_figures(found: ExplainedNumber, lang: str) -> Iterator[tuple[str, str]]:
    """Number and name of the wider figures that include this one."""
    name = html_parts.figure_name(found.figure, lang)
    if found.scope == "run" and found.trace["lines"]:
        key = found.trace["lines"][0]["service_key"]
        yield f"service.{key}.{found.figure}", t("figures.of_service", lang, figure=name, key=service_name(key))
    if found.scope not in ("total", SHEET):
        yield f"total.{found.figure}", t("figures.of_all", lang, figure=name)
