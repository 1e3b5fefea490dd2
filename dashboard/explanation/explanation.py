"""Explanation screen of a figure: its sentence, uncertainty, steps, factors and sources, exclusions, replay."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from dashboard.shared import chart_parts, estimator_gateway, html_parts, svg_charts
from dashboard.shared.dates import short_day
from dashboard.shared.texts import both, t
from estimator.catalogue.published_figures import figure_label
from estimator.core.number_format import (
    DisplayUnit,
    bounds_text,
    exact_text,
    figure,
    interval_text,
    share_text,
    spoken_numbers,
    step_for,
    two_values_text,
    unit_text,
)
from estimator.governance.indicators.explanation import SHEET, split_number
from estimator.reporting.summary.sentences import scope_name

DOUBTS = 5  # factors in the uncertainty chart
LEAST_DOUBT = 0.005


def explain_view(found: Mapping[str, Any], lang: str) -> Markup:
    """The whole screen of a figure."""
    return (
        _head(found, lang)
        + _doubt(found, lang)
        + _steps(found, lang)
        + _factors(found["factors"], lang, " ".join(both(said, lang) for said in found.get("supposed", ())))
        + _left_out(found["not_counted"], lang)
        + _published(found.get("published", ()), lang)
        + _trace(found, lang)
        + _redo(found, lang)
    )


def subject_name(found: Mapping[str, Any], lang: str) -> str:
    """« Électricité du service … »"""
    if found["scope"] == SHEET:
        where = scope_name(*(split_number(found["id"]) or ("", "", ""))[:2], lang)
        return t("synthese.of", lang, figure=html_parts.figure_name(found["figure"], lang), where=where)
    scope = {"total": "of_all", "service": "of_service", "run": "of_run"}[found["scope"]]
    return t(f"figures.{scope}", lang, figure=html_parts.figure_name(found["figure"], lang), key=found["key"])


def _head(found: Mapping[str, Any], lang: str) -> Markup:
    amount, name = found["amount"], found["figure"]
    proof = ""
    if amount["central"] is not None:
        energy = name in ("energy", "it_energy")
        said = (
            html_parts.proof_text(found["proof"], lang)
            if energy
            else html_parts.derived_proof_text(found["proof"], lang)
        )
        proof = f", {said}" if said else ""
    answer = t("explain.answer", lang, figure=subject_name(found, lang), value=interval_text(amount, lang), proof=proof)
    note = ""
    if amount.get("covers", 1.0) < html_parts.ALMOST_ALL:
        note = t("home.covers", lang, share=share_text(amount["covers"], lang))
    return html_parts.head(t("explain.title", lang), answer, note)


def _doubt(found: Mapping[str, Any], lang: str) -> Markup:
    """Sources of the interval: the factors with the largest variance shares."""
    amount = found["amount"]
    if amount["central"] is None:
        return Markup()
    bar = svg_charts.ChartRow(subject_name(found, lang), amount, found["proof"])
    picture = svg_charts.interval_chart([bar], subject_name(found, lang), lang)
    low, high = amount["envelope"]
    envelope = interval_text({**amount, "low": low, "high": high}, lang)
    body = picture + Markup('<p class="small">{}</p>').format(t("explain.envelope", lang, value=envelope))
    shares = sorted(
        (f for f in found["factors"] if (f["share_of_variance"] or 0.0) >= LEAST_DOUBT),
        key=lambda f: -f["share_of_variance"],
    )[:DOUBTS]
    shown = html_parts.section(t("explain.value", lang), body)
    if not shares:
        return shown
    rows = [
        chart_parts.line(
            Markup("<b>{}</b> <span>{}</span>").format(_factor_name(f, lang), share_text(f["share_of_variance"], lang)),
            svg_charts.share_svg(f["share_of_variance"]),
            kind="share",
        )
        for f in shares
    ]
    chart = chart_parts.figure_of(t("explain.doubt_caption", lang), chart_parts.list_of(rows))
    return shown + html_parts.section(t("explain.doubt", lang), chart, t("explain.doubt_note", lang))


def _factor_name(factor: Mapping[str, Any], lang: str) -> str:
    return t("numbers.of", lang, name=both(factor["label"], lang), subject=both(factor["subject"], lang))


def _steps(found: Mapping[str, Any], lang: str) -> Markup:
    """Each step with its numbers; over many groups of runs, their sums, then the largest groups."""
    if not found["steps"]:
        return Markup()
    body = _step_list(found["steps"], lang)
    for n, group in enumerate(found["groups"], 1):
        title = t("explain.group", lang, n=n, share=share_text(group["share"], lang))
        body += html_parts.details(title, _step_list(group["steps"], lang))
    if apart := two_values_text(found.get("amount", {}), lang):
        body += Markup('<p class="small">{}</p>').format(apart)
    return html_parts.section(
        t("explain.steps", lang), body, t("explain.steps_summed", lang) if found["groups"] else ""
    )


def _step_list(steps: Sequence[Mapping[str, Any]], lang: str) -> Markup:
    return Markup('<ol class="formulas">{}</ol>').format(Markup().join(_step(s, lang) for s in steps))


def _step(step: Mapping[str, Any], lang: str) -> Markup:
    numbers = step["formula"].get("numbers")
    with_numbers = Markup('<p class="numbers">{} {}</p>').format(
        spoken_numbers(numbers, lang) if numbers else "", t("explain.equals", lang, value=_step_value(step, lang))
    )
    reference = step.get("reference")
    said = (
        Markup('<p class="small">{}</p>').format(t("explain.reference", lang, reference=reference)) if reference else ""
    )
    return Markup('<li><h3>{}</h3><p class="formula">{}</p>{}{}</li>').format(
        both(step["label"], lang), both(step["formula"], lang), with_numbers, said
    )


def _step_value(step: Mapping[str, Any], lang: str) -> str:
    """The result of a step in the unit of its numbers, then in the display unit, with its interval."""
    amount = {"low": step["low"], "central": step["value"], "high": step["high"], "unit": step["unit"]}
    same_unit = exact_text(step["value"], step["unit"], lang, DisplayUnit(Decimal(1), unit_text(step["unit"], lang)))
    if amount["low"] == amount["high"]:
        return same_unit
    shown = figure(amount, lang)
    if step_for(step["unit"], step["value"], lang).worth == 1:
        return t("numbers.step", lang, value=same_unit, between=shown.interval)
    return t("explain.that_is", lang, same_unit=same_unit, value=shown.central, between=shown.interval)


def _factors(factors: Sequence[Mapping[str, Any]], lang: str, note: str = "") -> Markup:
    title = t("explain.factors", lang)
    if not factors:
        return html_parts.section(title, Markup("<p>{}</p>").format(t("explain.factors_none", lang)))
    heads = [t(f"explain.{c}", lang) for c in ("factor", "factor_value", "bounds", "source", "valid", "doubt_share")]
    ordered = sorted(factors, key=lambda f: -(f["share_of_variance"] or 0.0))
    rows = [_factor_row(f, lang) for f in ordered]
    table = html_parts.table(t("explain.factors_caption", lang), heads, rows, right=(1, 5), quiet=True)
    return html_parts.section(title, table, note)


def _factor_row(factor: Mapping[str, Any], lang: str) -> list[Any]:
    name = Markup('<a href="{}">{}</a>').format(
        html_parts.address("facteurs", lang, facteur=factor["id"]), _factor_name(factor, lang)
    )
    if factor["rung"]:
        name += Markup('<br><span class="small">{}</span>').format(
            t("explain.rung", lang, asked=estimator_gateway.subject_name(factor["asked"], lang))
        )
    step = step_for(factor["unit"], factor["value"], lang)
    bounds = Markup('{}<br><span class="small">{}</span>').format(
        bounds_text(factor["low"], factor["high"], step, lang), both(factor["bounds"], lang)
    )
    share = factor["share_of_variance"]
    return [
        name,
        exact_text(factor["value"], factor["unit"], lang, step),
        bounds,
        source_text(factor["source"], factor["locator"], lang),
        validity_text(factor["valid_from"], factor["valid_to"], lang),
        share_text(share, lang) if share is not None else t("dates.none", lang),
    ]


def source_text(source: Mapping[str, Any], locator: str, lang: str) -> Markup:
    """Title as a link, publisher and year, place in the source, licence."""
    title: Any = source["title"]
    if str(source.get("url", "")).startswith(("https://", "http://")):
        title = Markup('<a href="{}" rel="noreferrer">{}</a>').format(source["url"], source["title"])
    about = ", ".join(str(v) for v in (source["publisher"], source.get("year")) if v)
    return Markup('{}<br><span class="small">{}. {}. {}</span>').format(title, about, locator, source["licence"])


def validity_text(first: str | None, last: str | None, lang: str) -> str:
    """« depuis 01/01/2025 », « 01/01/2024 – 31/12/2024 », « sans date »."""
    if first and last:
        return t("factors.from_to", lang, first=short_day(first, lang), last=short_day(last, lang))
    if first:
        return t("factors.since", lang, first=short_day(first, lang))
    return t("factors.until", lang, last=short_day(last, lang)) if last else t("factors.always", lang)


def _concerns(entry: Mapping[str, Any], lang: str) -> str:
    """The share of the electricity that a left-out part concerns, unless it is all of it."""
    share = entry["share"]
    return "" if share > html_parts.ALMOST_ALL else t("explain.concerns", lang, share=share_text(share, lang))


def _left_out(entries: Sequence[Mapping[str, Any]], lang: str, screens: bool = False) -> Markup:
    """What a figure leaves out; screens: whether it includes user screens."""
    said = [
        t("explain.not_counted_item", lang, part=t(f"parts.{e['part']}", lang), reason=both(e, lang))
        + _concerns(e, lang)
        for e in entries
    ]
    said = list(dict.fromkeys(said)) or [t("explain.not_counted_none", lang)]
    said.append(t("explain.always_out_screens" if screens else "explain.always_out", lang))
    return html_parts.section(t("explain.not_counted", lang), html_parts.items(said))


def _published(entries: Sequence[Mapping[str, Any]], lang: str) -> Markup:
    """What others published with another boundary, beside ours for the same request, and why they differ."""
    if not entries:
        return Markup()
    heads = [t(f"published.{name}", lang) for name in ("what", "value", "ours", "why", "source")]
    rows = [
        [
            Markup('{}<br><span class="small">{}. {}</span>').format(
                figure_label(e["figure"], lang), both(e["measured"], lang), both(e["request"], lang)
            ),
            exact_text(e["value"], e["unit"], lang),
            interval_text(e["ours"], lang),
            Markup("<br>").join(both(reason, lang) for reason in e["why"]),
            source_text(
                e["source"], e["locator"] + (t("published.second_hand", lang) if e["second_hand"] else ""), lang
            ),
        ]
        for e in entries
    ]
    title = t("published.title", lang)
    return html_parts.section(title, html_parts.table(title, heads, rows, quiet=True), t("published.note", lang))


def _trace(found: Mapping[str, Any], lang: str) -> Markup:
    if found["scope"] == SHEET:
        return _services(found, lang)
    trace, rows = found["trace"], []
    for line in trace["lines"]:
        link = html_parts.address("mesures", lang, execution=line["row_id"])
        text = t("explain.trace_line", lang, file=line["file_name"], line=str(line["line"]))
        rows.append(Markup('<a href="{}">{}</a>, {}').format(link, text, short_day(line["end"], lang)))
    note = t("explain.trace_note", lang, n=trace["total"])
    return html_parts.section(t("explain.trace", lang), html_parts.items(rows) + _used_by(found, lang), note)


def _services(found: Mapping[str, Any], lang: str) -> Markup:
    """The services summed in a figure of a territory and a period."""
    links = [
        Markup('<a href="{}">{}</a>').format(html_parts.explain_link(f"service.{key}.{found['figure']}", lang), key)
        for key in found["services"]
    ]
    return html_parts.section(t("explain.trace", lang), html_parts.items(links), t("synthese.services_note", lang))


def _used_by(found: Mapping[str, Any], lang: str) -> Markup:
    """The wider figures that include this one."""
    wider = []
    if found["scope"] == "run" and found["trace"]["lines"]:
        key = found["trace"]["lines"][0]["service_key"]
        wider.append(
            (
                f"service.{key}.{found['figure']}",
                t("figures.of_service", lang, figure=html_parts.figure_name(found["figure"], lang), key=key),
            )
        )
    if found["scope"] != "total":
        wider.append(
            (
                f"total.{found['figure']}",
                t("figures.of_all", lang, figure=html_parts.figure_name(found["figure"], lang)),
            )
        )
    links = [
        Markup('<a href="{}">{}</a>').format(html_parts.explain_link(number, lang), name) for number, name in wider
    ]
    return Markup("<h3>{}</h3>{}").format(t("explain.used_by", lang), html_parts.items(links)) if links else Markup()


def _redo(found: Mapping[str, Any], lang: str) -> Markup:
    link = Markup('<p><a href="{}" download>{}</a></p>').format(
        html_parts.address("explication.json", lang, id=found["id"]), t("explain.download", lang)
    )
    made = t(
        "explain.build",
        lang,
        build=found["build"]["build"],
        factors=found["replay"]["factors_version"],
        formulas=found["replay"]["formulas"],
    )
    return html_parts.section(
        t("explain.reference_title", lang),
        link + Markup('<p class="small">{}</p>').format(made),
        t("explain.reference_note", lang),
    )
