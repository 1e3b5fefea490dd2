"""Paired ratios with the verdict of each impact, and the option that suffices with the least."""

from typing import NamedTuple

from markupsafe import Markup

from dashboard.shared.plotly_figures import PALE, PLACE, Explored, ExploredRow, Mark
from dashboard.shared.svg_charts import RATIO
from dashboard.shared.templates import render
from dashboard.shared.texts import both, sentence, t
from estimator.comparison.answer import Answer, AnsweredOption
from estimator.comparison.verdict_rules import NOT_COMPARABLE, NOT_STUDIED
from estimator.comparison.verdict_text import smallest_words, told
from estimator.core.column_units import one_unit
from estimator.core.interval import Interval
from estimator.core.number_format import common_step, mark_text, said_in_sentence, tick_text, two_figures
from estimator.reporting.documents.pictures import ACCENT

FIGURES = ("energy", "water", "adpe", "gwp")
HINGES = (("sharing", ["sharing"]), ("turning", ["turning", "firm"]), ("settling", ["unread", "settling"]))


class QualityPoint(NamedTuple):
    """A model: electricity per unit, and quality."""

    label: str
    amount: Interval
    quality: float
    marked: bool
    note: str = ""


def ratios(answer: Answer, lang: str) -> Markup:
    """Each option against the reference, in paired draws: sentences, chart, verdicts; every pair in a table."""
    if all(pair.verdict == NOT_STUDIED for pair in answer.pairs["energy"]):
        return Markup()
    return render(
        "comparer_ratios",
        lang,
        body=answer,
        told=[*answer.said("ratio", lang), *answer.said("server", lang)],
        verdicts=_verdicts(answer, lang) if answer.lead else [],
        pairs=[(name, pair) for name in FIGURES for pair in answer.pairs[name] if not answer.beside(pair)],
        times_text=times_text,
        FIGURES=FIGURES,
    )


def times_text(value: float, lang: str) -> str:
    """« × 2,4 », two significant figures."""
    return t("chart.times", lang, n=tick_text(float(two_figures(value)), RATIO, lang))


def _verdicts(answer: Answer, lang: str) -> list[list[str]]:
    """Each other option, and the verdict of each impact between it and the reference, without why none compares."""
    rows, apart = [], t("compare.not_comparable", lang)
    for option in answer.options:
        if option.id == answer.reference or option.status == "rejected" or option.only_people:
            continue
        found = (answer.pair(option.id, answer.reference or "", name) for name in FIGURES)
        said = (p and (apart if p.verdict == NOT_COMPARABLE else both(p.words, lang)) for p in found)
        rows.append([option.label, *(text or t("dates.none", lang) for text in said)])
    return rows


def hinges(answer: Answer, lang: str) -> Markup:
    """What alone would turn a verdict, and what would settle the pairs that nothing decides."""
    told = [(t(f"compare.{k}", lang), [s for name in names for s in answer.said(name, lang)]) for k, names in HINGES]
    return render("comparer_hinges", lang, told=told)


def smallest(answer: Answer, lang: str) -> Markup:
    """Quality against electricity per unit; the smallest sufficient model has another mark."""
    points = _points(answer, lang)
    wanted = answer.scenario.constraints.quality
    pair = answer.opening() if wanted and points else None
    return render(
        "comparer_smallest",
        lang,
        points=points,
        unit=one_unit([point.amount for point in points], lang),
        nearest=told(pair, lang) if pair else "",
        smallest=smallest_words(answer, lang),
        figure_html=PLACE if points else "",
        wanted=wanted,
    )


def pictures(answer: Answer, lang: str) -> list[Explored]:
    """Quality against electricity per unit; the option that suffices has another mark."""
    points, wanted = _points(answer, lang), answer.scenario.constraints.quality
    if not points:
        return []
    step, second = common_step([point.amount for point in points], lang), t("compare.quality", lang)
    rows = [
        ExploredRow(
            point.label,
            f"{said_in_sentence(point.amount, lang, step)[0]}, {second.lower()} {mark_text(point.quality, lang)}",
            [Mark.of(point.amount, point.note, ACCENT) if point.marked else Mark.of(point.amount, "", PALE)],
            point.quality,
        )
        for point in points
    ]
    level = ExploredRow(t("compare.limit", lang), "", [], wanted.value) if wanted else None
    return [Explored(t("compare.smallest", lang), rows, step.text, float(step.worth), second=second, threshold=level)]


def _points(answer: Answer, lang: str) -> list[QualityPoint]:
    """Options with a quality and an electricity."""
    best = answer.smallest_sufficient.id if answer.smallest_sufficient else None
    return [
        QualityPoint(sentence(o.label), o.per_unit["energy"], o.quality.value, o.id == best, _told(o, best, lang))
        for o in answer.options
        if o.quality and o.known("energy")
    ]


def _told(option: AnsweredOption, best: str | None, lang: str) -> str:
    """Position of an option relative to the threshold."""
    keys = ["without_ai"] if option.method == "none" else []
    reached = {True: "reaches", False: "below", None: "other"}[option.meets_threshold]
    key = "suffices" if option.id == best else reached
    keys.append(f"{key}_weak" if option.weak else key)
    first, *rest = (t(f"compare.{key}", lang) for key in keys)
    return ", ".join((first, *(text[:1].lower() + text[1:] for text in rest)))
