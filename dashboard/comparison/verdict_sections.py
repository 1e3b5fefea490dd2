"""Paired ratios with the verdict of each impact, and the option that suffices with the least."""

from markupsafe import Markup

from dashboard.comparison.quality_chart import QualityPoint, quality_picture, quality_text
from dashboard.comparison.svg_charts import RatioRow, dumbbells, times_text
from dashboard.shared.templates import render
from dashboard.shared.texts import both, sentence, t
from estimator.comparison.answer import Answer, AnsweredOption, Pair
from estimator.comparison.verdict_rules import NOT_STUDIED
from estimator.comparison.verdict_text import smallest_words, told

FIGURES = ("energy", "water", "adpe", "gwp")


def ratios(answer: Answer, lang: str) -> Markup:
    """Each option against the reference, in paired draws: sentences, chart, verdict of each impact; a table of every
    pair, where none leads too."""
    if all(pair.verdict == NOT_STUDIED for pair in answer.pairs["energy"]):
        return Markup()
    rows = [_ratio(answer, pair, lang) for pair in answer.lead if pair.ratio]
    return render(
        "comparer_ratios",
        lang,
        body=answer,
        told=[*answer.said("ratio", lang), *answer.said("server", lang)],
        figure_html=dumbbells(rows, lang) if rows else "",
        verdicts=_verdicts(answer, lang) if answer.lead else [],
        pairs=[(name, pair) for name in FIGURES for pair in answer.pairs[name]],
        times_text=times_text,
        FIGURES=FIGURES,
    )


def _ratio(answer: Answer, pair: Pair, lang: str) -> RatioRow:
    found = pair.ratio
    assert found is not None
    ends, name = (found.low, found.median, found.high), sentence(answer.label(pair.b))
    return RatioRow(name, both(pair.sentence, lang), sentence(both(pair.words, lang)), *ends)


def _verdicts(answer: Answer, lang: str) -> list[list[str]]:
    """Each other option, and the verdict of each impact between it and the reference."""
    rows = []
    for option in answer.options:
        if option.id == answer.reference or option.status == "rejected":
            continue
        pair = {answer.reference, option.id}
        said = [[both(p.words, lang) for p in answer.pairs[n] if {p.a, p.b} == pair] for n in FIGURES]
        rows.append([option.label, *(cell[0] if cell else t("dates.none", lang) for cell in said)])
    return rows


def hinges(answer: Answer, lang: str) -> Markup:
    """What alone would turn a verdict, and what would settle the pairs that nothing decides."""
    turning, settling = [*answer.said("turning", lang), *answer.said("firm", lang)], answer.said("settling", lang)
    told = [(t("compare.sharing", lang), answer.said("sharing", lang)), (t("compare.turning", lang), turning)]
    told.append((t("compare.settling", lang), settling))
    return render("comparer_hinges", lang, told=told)


def smallest(answer: Answer, lang: str) -> Markup:
    """Quality against electricity per unit; the smallest sufficient model is filled."""
    points = _points(answer, lang)
    wanted = answer.scenario.constraints.quality
    pair = answer.nearest(answer.lead) if wanted and points else None
    return render(
        "comparer_smallest",
        lang,
        points=points,
        nearest=told(pair, lang) if pair else "",
        smallest=smallest_words(answer, lang),
        figure_html=quality_picture(points, wanted.value if wanted else None, t("compare.smallest", lang), lang)
        if points
        else "",
        quality_text=quality_text,
    )


def _points(answer: Answer, lang: str) -> list[QualityPoint]:
    """Options with a quality and an electricity."""
    best = answer.smallest_sufficient.id if answer.smallest_sufficient else None
    return [
        QualityPoint(
            sentence(o.label),
            o.per_unit["energy"],
            o.quality.value,
            o.id == best,
            _threshold_text(o, best, lang),
        )
        for o in answer.options
        if o.quality and o.known("energy")
    ]


def _threshold_text(option: AnsweredOption, best: str | None, lang: str) -> str:
    """Position of an option relative to the threshold."""
    keys = ["without_ai"] if option.method == "none" else []
    reached = {True: "reaches", False: "below", None: "other"}[option.meets_threshold]
    keys.append("suffices" if option.id == best else reached)
    first, *rest = (t(f"compare.{key}", lang) for key in keys)
    return ", ".join((first, *(text[:1].lower() + text[1:] for text in rest)))
