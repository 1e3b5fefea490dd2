"""Paired ratios with the verdict of each impact, and the smallest model that suffices."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from dashboard.comparison.estimator_gateway import ComparedScenario
from dashboard.comparison.quality_chart import QualityPoint, quality_picture, quality_text
from dashboard.comparison.result import breakable, nearest, suitable
from dashboard.comparison.svg_charts import RatioRow, dumbbells, times_text
from dashboard.shared import html_parts
from dashboard.shared.texts import both, sentence, t
from estimator.comparison.verdict_text import smallest_words
from estimator.core.number_format import interval_text

FIGURES = ("energy", "water", "adpe", "gwp")


def label(body: Mapping[str, Any], name: str) -> str:
    """The label of an option."""
    return next(str(option["label"]) for option in body["options"] if option["id"] == name)


def ratios(found: ComparedScenario, lang: str) -> Markup:
    """Each option against the reference, in paired draws: sentences, chart, verdict of each impact, table."""
    body = found.body
    if not body["lead"]:
        return Markup()
    rows = [_ratio(body, pair, lang) for pair in body["lead"] if pair["ratio"]]
    figure = dumbbells(rows, lang) if rows else Markup()
    note = t("compare.ratios_note", lang, reference=label(body, body["reference"]))
    return html_parts.section(
        t("compare.ratios", lang), figure + _verdicts(found, lang) + _pairs_table(body, lang), note
    )


def _ratio(body: Mapping[str, Any], pair: Mapping[str, Any], lang: str) -> RatioRow:
    found = pair["ratio"]
    ends = (found["low"], found["median"], found["high"])
    if pair["a"] != body["reference"]:
        ends = (1 / ends[2], 1 / ends[1], 1 / ends[0])
    name = sentence(label(body, other_than(body["reference"], pair)))
    return RatioRow(name, both(pair["sentence"], lang), sentence(both(pair["words"], lang)), *ends)


def other_than(name: str, pair: Mapping[str, Any]) -> str:
    """The other option of a pair."""
    return str(pair["b"] if pair["a"] == name else pair["a"])


def _verdicts(found: ComparedScenario, lang: str) -> Markup:
    """The verdict of each impact between the reference and every other option."""
    body, rows = found.body, []
    for option in body["options"]:
        if option["id"] == body["reference"] or option["status"] == "rejected":
            continue
        pair = {body["reference"], option["id"]}
        said = [[both(p["words"], lang) for p in body["pairs"][n] if {p["a"], p["b"]} == pair] for n in FIGURES]
        words = [sentence(cell[0]) if cell else t("dates.none", lang) for cell in said]
        rows.append([breakable(text) for text in (sentence(option["label"]), *words)])
    heads = [t("compare.option", lang), *(html_parts.figure_name(name, lang) for name in FIGURES)]
    caption = t("compare.verdicts_caption", lang, reference=label(body, body["reference"]))
    heading = Markup('<h3 class="under">{}</h3>').format(t("compare.verdicts", lang))
    return heading + html_parts.table(caption, heads, rows) if rows else Markup()


def _pairs_table(body: Mapping[str, Any], lang: str) -> Markup:
    """Every pair on every indicator."""
    heads = [t(f"compare.{key}", lang) for key in ("pair", "figure", "ratio", "verdict")]
    rows = []
    for name in FIGURES:
        for pair in body["pairs"][name]:
            names = t("compare.versus", lang, a=label(body, pair["a"]), b=label(body, pair["b"]))
            ratio = pair["ratio"]
            span = (
                t("compare.span", lang, low=times_text(ratio["low"], lang), high=times_text(ratio["high"], lang))
                if ratio
                else t("dates.none", lang)
            )
            words = breakable(sentence(both(pair["words"], lang)))
            rows.append([breakable(names), html_parts.figure_name(name, lang), span, words])
    return html_parts.details(
        t("compare.every_pair", lang), html_parts.table(t("compare.pairs_caption", lang), heads, rows, right=(2,))
    )


def smallest(found: ComparedScenario, lang: str) -> Markup:
    """Quality against electricity per unit; the smallest sufficient model is filled."""
    body, title = found.body, t("compare.smallest", lang)
    threshold = body["scenario"]["constraints"].get("quality")
    points = _points(body, lang)
    if not points:
        return html_parts.section(title, Markup("<p>{}</p>").format(smallest_words(body, lang)))
    told = (nearest(suitable(body["smallest_lead"], body), lang), smallest_words(body, lang))
    said = " ".join(text for text in told if text)
    figure = quality_picture(points, threshold["value"] if threshold else None, title, lang)
    heads = [
        t("compare.option", lang),
        t("compare.quality", lang),
        html_parts.figure_name("energy", lang),
        t("compare.note", lang),
    ]
    rows = [[breakable(p.label), quality_text(p.quality, lang), interval_text(p.amount, lang), p.note] for p in points]
    table = html_parts.details(
        t("chart.table", lang), html_parts.table(t("compare.smallest_caption", lang), heads, rows)
    )
    return html_parts.section(title, Markup('<p class="lead">{}</p>').format(said) + figure + table)


def _points(body: Mapping[str, Any], lang: str) -> list[QualityPoint]:
    """Options with a quality and an electricity."""
    best = (body["smallest_model"] or {}).get("id")
    found: Sequence[Mapping[str, Any]] = [
        o for o in body["options"] if o["quality"] and o["per_unit"].get("energy", {}).get("central") is not None
    ]
    return [
        QualityPoint(
            sentence(o["label"]),
            o["per_unit"]["energy"],
            o["quality"]["value"],
            o["id"] == best,
            _threshold_text(o, best, lang),
        )
        for o in found
    ]


def _threshold_text(option: Mapping[str, Any], best: str | None, lang: str) -> str:
    """Position of an option relative to the threshold."""
    if option["id"] == best:
        return t("compare.suffices", lang)
    if option["method"] == "none":
        return t("compare.without_ai", lang)
    return t({True: "compare.reaches", False: "compare.below", None: "compare.other"}[option["meets_threshold"]], lang)
