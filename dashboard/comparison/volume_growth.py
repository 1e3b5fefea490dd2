"""« Et si l'usage augmente ? »: three volumes side by side, crossings, occupancy of reserved servers."""

from functools import partial

from markupsafe import Markup

from dashboard.comparison.result import occupancy
from dashboard.comparison.verdict_sections import times_text
from dashboard.shared.plotly_figures import PALE, PLACE, Explored, ExploredRow, Mark
from dashboard.shared.templates import render
from dashboard.shared.texts import both, sentence, t
from estimator.comparison.answer import Answer, Grown
from estimator.comparison.sentences import grown_words, undecided_lines
from estimator.comparison.verdict_text import told
from estimator.core.column_units import one_unit
from estimator.core.number_format import common_step, said_in_sentence
from estimator.reporting.documents.pictures import ACCENT, INK


def growth(answer: Answer, lang: str) -> Markup:
    """The electricity of the period at one, three and ten times the volume, where the order changes, and occupancy of
    each reserved server at each volume: an idle server uses electricity too."""
    return render(
        "comparer_growth",
        lang,
        body=answer,
        lead=[*undecided_lines(answer, lang), *_lead(answer, lang)] if answer.growth else [],
        crossings=answer.said("crossing", lang),
        figure_html=PLACE,
        verdict=partial(_verdict, answer=answer, lang=lang),
        occupancy=occupancy,
        unit=one_unit([amount for grown in answer.growth for amount in grown.energy.values()], lang),
    )


def _lead(answer: Answer, lang: str) -> list[str]:
    """The ratio that changes most between the first volume and the last, at both; else the nearest, once. One program
    on two servers is two hypotheses of one option: its ratio is in the table."""
    first, last = answer.growth[0], answer.growth[-1]
    if first.reference != last.reference and first.reference and last.reference:
        facts = {"first": answer.label(first.reference), "last": answer.label(last.reference)}
        return [t("compare.reference_changes", lang, times=times_text(last.times, lang), **facts)]
    ends = {p.b: [p] for p in first.pairs if p.ratio and not answer.one_program(p)}
    for pair in last.pairs:
        if pair.ratio:
            ends.get(pair.b, []).append(pair)
    moved = [pairs for pairs in ends.values() if len({both(p.sentence, lang) for p in pairs}) > 1]
    if not moved:
        return [told(pair, lang) for pair in first.pairs[:1] if pair.ratio]
    before, after = max(moved, key=lambda pairs: pairs[0].distance / pairs[1].distance)
    return [
        t("compare.at_volume", lang, times=times_text(grown.times, lang), told=told(pair, lang))
        for grown, pair in ((first, before), (last, after))
    ]


def _verdict(grown: Grown, name: str, answer: Answer, lang: str) -> str:
    """The verdict of an option against the reference of a volume."""
    if name == grown.reference:
        return t("compare.grown_reference", lang)
    return grown_words(answer, [pair for pair in grown.pairs if name in (pair.a, pair.b)], lang)


def pictures(answer: Answer, lang: str) -> list[Explored]:
    """The electricity of the period of each option, a colour and a mark a volume."""
    if not answer.growth:
        return []
    last = answer.growth[-1].energy
    known = [name for name, amount in last.items() if amount.known]
    step = common_step([*last.values()], lang)
    drawn = [(times_text(g.times, lang), g.energy, c) for g, c in zip(answer.growth, (ACCENT, PALE, INK), strict=False)]
    rows = []
    for name in known:
        marks = [
            Mark.of(energy[name], times, colour, f"{times} {said_in_sentence(energy[name], lang, step)[0]}")
            for times, energy, colour in drawn
        ]
        rows.append(ExploredRow(sentence(answer.label(name)), "", marks))
    return [Explored(t("compare.growth", lang), rows, step.text, float(step.worth))]
