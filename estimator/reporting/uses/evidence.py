"""The evidence that a home holds on its uses, by RGESN criterion and by number of AFNOR SPEC 2314."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Literal, NamedTuple

from estimator.catalogue.default_subjects import UNKNOWN_SITE
from estimator.catalogue.models import known
from estimator.catalogue.models import load as models
from estimator.core.errors import listed, say
from estimator.core.number_format import WHOLE, made_share, pair_text, range_text
from estimator.core.periods import short_day
from estimator.governance.indicator_list import FOOTPRINTS
from estimator.governance.indicators.explanation import SHEET
from estimator.governance.indicators.footprints import of_one_unit
from estimator.governance.indicators.practices import fits
from estimator.governance.indicators.usage_by_case import months_of
from estimator.places.criteria import criteria
from estimator.places.evidence import HostUnknown, country_said
from estimator.places.placing import answers_on
from estimator.places.requirements import PRIORITIES
from estimator.reporting.documents.document import Document, Record, Row, Section, Table, TableCell
from estimator.reporting.project.context import LONGEST, clipped
from estimator.reporting.project.rgesn import FIRST
from estimator.reporting.summary.sentences import covered_period_text, territory_text
from estimator.reporting.uses.context import UseFacts
from estimator.reporting.uses.resident import quality_text

State = Literal["verified", "declared", "missing", "not_applicable"]
STATES: tuple[State, ...] = ("verified", "declared", "missing", "not_applicable")
COLUMNS = ("usage", "referentiel", "numero", "priorite", "etat", "preuve", "a_completer_par")
CRITERIA = {"1.1": "high", "1.4": "high", **FIRST}  # of the RGESN, with its priority
RGESN, AFNOR = "RGESN 2024", "AFNOR SPEC 2314"
# Numbers of practices whose subject is public, and the criterion with the same evidence; no word of the text is here.
PRACTICES = {"BP01": "1.1", "BP13": "1.5", "BP31": "9.2"}


class HeldEvidence(NamedTuple):
    """What the home holds on a criterion: its state, the evidence in words, and who can complete it."""

    state: State
    evidence: str
    who: str = ""


def evidence_file(several: Sequence[UseFacts], territory: str = "") -> Document:
    """The evidence of one use or of several, and only what is held. territory: that which the several are of, the whole
    one where it is not given."""
    first = several[0]
    found = {facts.case.id: evidence(facts) for facts in several}
    counts = Counter(held.state for lines in found.values() for held in lines.values())
    told = ", ".join(first.say(f"state_{state}_count", count=counts[state]) for state in STATES)
    return Document(
        kind=first.say("evidence_kind", period=_period(several)),
        title=first.case.name if len(several) == 1 else first.say("evidence_title", count=len(several)),
        lang=first.lang,
        lead=(first.say("evidence_lead", total=counts.total(), counts=told), first.say("evidence_claim")),
        sections=(_section(first, found[first.case.id]) if len(several) == 1 else _numbers(several, found),),
        foot=(first.traced(), _opened(several, territory), first.say("evidence_texts"), first.say("nature")),
        columns=COLUMNS,
        records=tuple(record for facts in several for record in _records(facts, found[facts.case.id])),
        mark=first.mark,
        about=territory_text(territory, first.lang) if territory else "",
    )


def _period(several: Sequence[UseFacts]) -> str:
    """« année 2026 (10 mois sur 12) » when these alone have data of one of them."""
    measured = months_of([row for facts in several for row in facts.rows])
    return covered_period_text({"period": str(several[0].scope.period), "measured": measured}, several[0].lang)


def _opened(several: Sequence[UseFacts], territory: str) -> str:
    """The command that opens the numbers: of one use, or of the territory that several are of."""
    if len(several) == 1 or not any(facts.rows for facts in several):
        return several[0].opened
    return f"sobria explain {SHEET}.{territory or several[0].scope.territory}.{several[0].scope.period}.energy"


def evidence(facts: UseFacts) -> dict[str, HeldEvidence]:
    """What is held on each criterion."""
    hosting = partial(_hosting, facts)
    return {name: JUDGES[name](facts) if name in JUDGES else hosting(name) for name in CRITERIA}


def _section(facts: UseFacts, found: Mapping[str, HeldEvidence]) -> Section:
    columns = tuple(facts.say(f"evidence_{name}") for name in ("criterion", "state", "evidence"))
    rows = [_row(facts, TableCell(f"RGESN {n}", (_priority(facts, n),)), held) for n, held in found.items()]
    rows += [_row(facts, TableCell(AFNOR, (number,)), held) for number, held in _practices(facts, found).items()]
    return Section(facts.say("evidence_each"), (Table("", columns, tuple(rows)),))


def _row(facts: UseFacts, head: TableCell, held: HeldEvidence) -> Row:
    """A criterion, the state of its evidence, what is held, and who completes it."""
    state, text, who = _cells(facts, held)
    return (head, state, TableCell(text, (facts.say("evidence_by", who=who),) if who else ()))


def _numbers(several: Sequence[UseFacts], found: Mapping[str, Mapping[str, HeldEvidence]]) -> Section:
    """The numbers of the criteria of each use in each state; the table for machines has their evidence."""
    first = several[0]
    columns = (first.say("evidence_use"), *(first.say(f"state_{state}") for state in STATES))
    rows = []
    for facts in several:
        held = found[facts.case.id]
        of = (", ".join(name for name in held if held[name].state == state) or "-" for state in STATES)
        rows.append((facts.case.name, *of))
    return Section(first.say("evidence_rgesn"), (Table(first.say("evidence_detail"), columns, tuple(rows)),))


def _cells(facts: UseFacts, held: HeldEvidence) -> tuple[str, str, str]:
    return facts.say(f"state_{held.state}"), held.evidence, held.who


def _priority(facts: UseFacts, name: str) -> str:
    return say("sheet", f"priority_{CRITERIA[name]}", facts.lang)


def _practices(facts: UseFacts, found: Mapping[str, HeldEvidence]) -> dict[str, HeldEvidence]:
    """The practices whose subject is public, each with the evidence of its criterion, then all the others."""
    same = {
        number: HeldEvidence(found[name].state, facts.say("evidence_same", name=name), found[name].who)
        for number, name in PRACTICES.items()
    }
    reader = facts.say("who_reader")
    return same | {facts.say("evidence_others"): HeldEvidence("missing", facts.say("evidence_reserved"), reader)}


def _records(facts: UseFacts, found: Mapping[str, HeldEvidence]) -> list[Record]:
    about = [(RGESN, name, _priority(facts, name), held) for name, held in found.items()]
    about += [(AFNOR, number, "", held) for number, held in _practices(facts, found).items()]
    return [(facts.case.name, text, name, rank, *_cells(facts, held)) for text, name, rank, held in about]


def _need(facts: UseFacts) -> HeldEvidence:
    """Whether the need for AI was weighed: by a comparison with figures, by a reasoned answer, or not."""
    compared, found = facts.scope.sources.compared(facts.case), facts.case.alternative
    without = [o.label for o in compared.answer.options if o.method == "none" and o.known("energy")] if compared else []
    if without:
        return HeldEvidence("verified", facts.say("held_compared", names=", ".join(without), file=facts.case.scenario))
    if found.answer != "non_etudiee":
        return HeldEvidence(
            "declared", facts.say("held_answered", day=facts.day(found.date), reason=clipped(found.reason))
        )
    return HeldEvidence("missing", "", facts.case.owner_role)


def _reviewed(facts: UseFacts) -> HeldEvidence:
    """Whether the use was reviewed, and the review published."""
    review, logged = facts.case.review, facts.logged("evaluation")
    if review is None or review.done is None:
        return HeldEvidence("missing", "", facts.case.owner_role)
    told = {"day": facts.day(review.done), "by": review.by}
    if logged:
        published = facts.day(logged.date)
        return HeldEvidence(
            "verified", facts.say("held_published", published=published, address=logged.address, **told)
        )
    return HeldEvidence("declared", facts.say("held_reviewed", **told), facts.case.service)


def _indicators(facts: UseFacts) -> HeldEvidence:
    """How many of the four footprints are known, manufacture in, with the proof of the electricity."""
    if facts.no_figures:
        return HeldEvidence("missing", clipped(facts.no_figures, LONGEST), facts.say("who_it"))
    found = [facts.figures[name] for name in FOOTPRINTS]
    known = sum(amount.known and made_share(amount) > WHOLE for amount in found)
    text = facts.say("held_figures", known=known, total=len(FOOTPRINTS), proof=facts.proof, period=facts.period)
    return HeldEvidence("verified", text, facts.say("who_it") if known < len(FOOTPRINTS) else "")


def _smallest(facts: UseFacts) -> HeldEvidence:
    """Whether a comparison says that no studied option that suffices is lower."""
    right = fits(facts.scope, facts.case)
    if right is None:
        return HeldEvidence("missing", facts.say("held_no_comparison"), facts.case.owner_role)
    return HeldEvidence("verified", facts.say("held_fits" if right else "held_larger", file=facts.case.scenario))


def _with_quality(facts: UseFacts) -> HeldEvidence:
    """The electricity of one unit, where units are counted, beside its tested quality."""
    electricity = of_one_unit(facts.rows)["energy"]
    if facts.no_figures or not electricity.known or facts.case.tested is None:
        return HeldEvidence("missing", facts.say("held_no_pair"), facts.case.service)
    each = range_text(electricity, facts.lang)
    text = facts.say("held_pair", each=each, proof=facts.proof, quality=quality_text(facts)) + "."
    old = facts.case.quality_is_old(facts.scope.day)
    return HeldEvidence(
        "declared", f"{text} {facts.say('held_old')}" if old else text, facts.case.service if old else ""
    )


def _publishers(facts: UseFacts) -> HeldEvidence:
    """Data and retraining, of the publisher when the model is one of the catalogue."""
    model = known(facts.case.model)
    if model is None:
        return HeldEvidence("missing", "", facts.say("who_it"))
    publisher = models().publishers.get(model.publisher)
    told = {"model": model.name, "publisher": publisher.name if publisher else model.publisher}
    return HeldEvidence("not_applicable", facts.say("held_publisher", **told))


def _precision(facts: UseFacts) -> HeldEvidence:
    """The bits of a weight, when the scenario of the use states them."""
    compared = facts.scope.sources.compared(facts.case)
    options = compared.scenario.options if compared else ()
    told = [(o.label, f"{o.use.precision_bits:g}") for o in options if o.use and o.use.precision_bits]
    bits = [pair_text(label, text, facts.lang) for label, text in told]
    if not bits:
        return HeldEvidence("missing", "", facts.say("who_it"))
    return HeldEvidence("declared", facts.say("held_bits", bits=", ".join(bits), file=facts.case.scenario))


def _hosting(facts: UseFacts, name: str) -> HeldEvidence:
    """A criterion on the site of the use, judged on what is published or answered of it."""
    host, day, said = facts.site or UNKNOWN_SITE, facts.scope.day, (facts.say("rows_say"), facts.period)
    if not facts.only("zone"):
        said = (say("sheet", "scenario_says", facts.lang), facts.case.scenario)
    answers = answers_on(facts.scope.sources.home, day)
    try:
        answers = (*answers, *country_said(host, "" if facts.zone_supposed else facts.zone, day, said, answers))
        found = next(c for c in criteria(host, day, answers) if c.id == name)
    except HostUnknown:
        return HeldEvidence("missing", "", facts.case.owner_role)
    if found.status == "unknown":
        who = facts.say("who_supplier") if facts.site else facts.case.owner_role
        return HeldEvidence("missing", facts.host() if facts.site else "", who)
    sources = listed((f"{e.title}, {e.locator} ({short_day(e.date, facts.lang)})" for e in found.evidence), facts.lang)
    text = facts.say("held_site", host=facts.host(), status=found.status_text(facts.lang), sources=sources)
    return HeldEvidence("declared" if any(e.declared for e in found.evidence) else "verified", text)


def _unheld(facts: UseFacts) -> HeldEvidence:
    return HeldEvidence("missing", "", facts.say("who_it"))


JUDGES: Mapping[str, Callable[[UseFacts], HeldEvidence]] = {
    "1.1": _need,
    "1.4": _reviewed,
    "1.5": _indicators,
    "8.10": _unheld,
    "9.1": _need,
    "9.2": _smallest,
    "9.3": _with_quality,
    "9.4": _publishers,
    "9.5": _publishers,
    "9.6": _precision,
    "9.7": _with_quality,
}
assert CRITERIA.keys() == JUDGES.keys() | PRIORITIES.keys()
