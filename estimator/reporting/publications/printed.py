"""Parts shared by printed reports: a footprint with that of the previous period, and the basis of its figures."""

from collections.abc import Mapping

from estimator.core.errors import say
from estimator.core.interval import Interval
from estimator.core.number_format import interval_text, partly_text
from estimator.governance.indicator_list import FOOTPRINTS
from estimator.reporting.documents.document import IntervalBar, TableCell
from estimator.reporting.documents.pictures import round_top
from estimator.reporting.publications.context import ReportFacts
from estimator.reporting.summary.sentences import proof_text


def side_by_side(now: ReportFacts, before: ReportFacts, name: str) -> tuple[TableCell, TableCell]:
    """A footprint in the period and in the previous one, drawn from zero on one axis, each with its proof."""
    both = [facts.body["indicators"][name] for facts in (now, before)]
    top = round_top(max((entry["value"].high or 0.0 for entry in both), default=0.0))
    proofs = [proof_text(entry["proof"], now.lang, name) or say("proofs", "untold", now.lang) for entry in both]
    first, second = (
        amount_cell(entry["value"], entry["proof"], top, now.lang, alt=proof)
        for entry, proof in zip(both, proofs, strict=True)
    )
    return first, second


def amount_cell(amount: Interval, proof: Mapping[str, float], top: float, lang: str, alt: str = "") -> TableCell:
    """The text of an amount, over its bar by proof; text alone when unknown. alt: its proof, if said nowhere else."""
    if not amount.known:
        return TableCell(interval_text(amount, lang))
    small = tuple(filter(None, (partly_text(amount, lang),)))
    return TableCell(interval_text(amount, lang), small, IntervalBar(amount, proof, top, alt))


def heading(text: str) -> str:
    """A text as a column header: « Année 2026 »."""
    return text[:1].upper() + text[1:]


def rounded_note(*told: ReportFacts) -> tuple[str, ...]:
    """That figures are rounded so as not to show small uses, where a footprint of these periods is."""
    values = (of.body["indicators"][name]["value"] for of in told for name in FOOTPRINTS)
    return (told[0].say("rounded"),) if any(value.rounded is not None for value in values) else ()


def foot(facts: ReportFacts) -> tuple[str, ...]:
    """Coverage, build, factors and method; its limits. What is withheld stands above. No command: officials read it."""
    return (facts.made(facts.coverage), facts.say("nature"))
