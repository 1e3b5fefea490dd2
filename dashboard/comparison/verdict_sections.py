"""Paired ratios with the verdict of each impact, and the smallest model that suffices."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from dashboard.comparison.estimator_gateway import ComparedScenario
from dashboard.comparison.quality_chart import QualityPoint, quality_picture, quality_text
from dashboard.comparison.result import nearest, suitable
from dashboard.comparison.svg_charts import RatioRow, dumbbells, times_text
from dashboard.shared.templates import render
from dashboard.shared.texts import both, sentence, t
from estimator.comparison.verdict_text import smallest_words

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
    return render(
        "comparer_ratios",
        lang,
        body=body,
        figure_html=dumbbells(rows, lang) if rows else "",
        verdicts=_verdicts(body, lang),
        pairs=[(name, pair) for name in FIGURES for pair in body["pairs"][name]],
        label=label,
        times_text=times_text,
        FIGURES=FIGURES,
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


def _verdicts(body: Mapping[str, Any], lang: str) -> list[list[str]]:
    """Each other option, and the verdict of each impact between it and the reference."""
    rows = []
    for option in body["options"]:
        if option["id"] == body["reference"] or option["status"] == "rejected":
            continue
        pair = {body["reference"], option["id"]}
        said = [[both(p["words"], lang) for p in body["pairs"][n] if {p["a"], p["b"]} == pair] for n in FIGURES]
        rows.append([option["label"], *(cell[0] if cell else t("dates.none", lang) for cell in said)])
    return rows


def smallest(found: ComparedScenario, lang: str) -> Markup:
    """Quality against electricity per unit; the smallest sufficient model is filled."""
    body, points = found.body, _points(found.body, lang)
    threshold = (body["scenario"]["constraints"].get("quality") or {}).get("value")
    return render(
        "comparer_smallest",
        lang,
        points=points,
        nearest=nearest(suitable(body["smallest_lead"], body), lang) if points else "",
        smallest=smallest_words(body, lang),
        figure_html=quality_picture(points, threshold, t("compare.smallest", lang), lang) if points else "",
        quality_text=quality_text,
    )


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
