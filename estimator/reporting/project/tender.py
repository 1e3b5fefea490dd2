"""An award criterion for a tender: values stated by bidders, comparison of offers, points from verdicts."""

from collections import Counter
from collections.abc import Mapping, Sequence

from estimator.assessment.impacts import figure_named
from estimator.catalogue.load import load
from estimator.comparison.answer import Pair
from estimator.comparison.verdict_rules import NOT_COMPARABLE, SETTLED
from estimator.core.errors import say
from estimator.core.number_format import share_text, unit_text
from estimator.places.evidence import tables
from estimator.places.requirements import FIELDS, OF_BIDDERS
from estimator.reporting.documents.document import Document, FieldList, Points, Record, Row, Section, Table, TableCell
from estimator.reporting.project import sentences
from estimator.reporting.project.context import FOUR, SheetFacts

COLUMNS = ("champ", "intitule", "unite", "bas", "valeur", "haut", "perimetre", "periode", "preuve", "document")
CLAIMS = ("neutral", "avoided", "frugal", "label", "lca", "offset")
RULES = ("same", "pairs", "formula", "equal", "third", "missing", "weights")


def tender(facts: SheetFacts) -> Document:
    """The criterion sheet of a scenario, whose options are those of the estimate before the tender."""
    sections = (
        Section(facts.say("tender_object"), (FieldList(sentences.need(facts)),)),
        Section(facts.say("tender_basis"), (Points(_clauses(facts, "tender_basis", ("ccp", "rgesn", "suppliers"))),)),
        Section(facts.say("tender_asked"), (facts.say("tender_asked_text", unit=facts.answer.unit), _boundary(facts))),
        Section(facts.say("tender_fill"), (_to_fill(facts),)),
        Section(facts.say("tender_points"), (Points(_clauses(facts, "tender_rules", RULES)),)),
        *_trial_section(facts),
        Section(
            facts.say("tender_claims"), (facts.say("tender_claims_text"), Points(_clauses(facts, "claims", CLAIMS)))
        ),
    )
    return Document(
        kind=facts.say("kind_tender"),
        title=facts.title,
        lang=facts.lang,
        lead=(facts.say("tender_lead"),),
        sections=sections,
        foot=sentences.foot(facts, "tender"),
        columns=COLUMNS,
        records=_records(facts),
        mark=facts.mark,
    )


def points(pairs: Sequence[Pair], names: Sequence[str]) -> dict[str, float]:
    """Share of the points of one indicator for each option, from its pairs of `decision`.

    1 − losses / (n − 1): an offer loses 1 for each offer that is lower in all cases studied, ½ for each that is lower
    in most cases, nothing where both are equivalent or undecided. n: offers compared, each with every other: those that
    most others cannot be compared with have no points.
    """
    kept = set(names)
    apart = [{pair.a, pair.b} for pair in pairs if pair.verdict == NOT_COMPARABLE]
    while odd := Counter(name for pair in apart if pair <= kept for name in pair):
        most = max(odd.values())
        kept -= {name for name, count in odd.items() if count == most}
    if len(kept) == 1 < len(names):
        kept = set()  # comparable with no other
    losses = dict.fromkeys((name for name in names if name in kept), 0.0)
    for pair in pairs:
        if pair.verdict in SETTLED and {pair.a, pair.b} <= losses.keys():
            losses[pair.b if pair.lower == pair.a else pair.a] += SETTLED[pair.verdict]
    return {name: 1 - lost / max(len(losses) - 1, 1) for name, lost in losses.items()}


def _clauses(facts: SheetFacts, section: str, keys: Sequence[str]) -> tuple[str, ...]:
    return tuple(say(section, key, facts.lang) for key in keys)


def _boundary(facts: SheetFacts) -> Table:
    """Required system boundary of the figures, element by element."""
    from estimator.assessment.method_documentation import boundary

    columns = tuple(facts.say(f"boundary_{name}") for name in ("element", "counted", "how"))
    return Table("", columns, tuple((item.name, item.counted, item.how) for item in boundary(facts.lang)))


def _fields_to_state(facts: SheetFacts) -> list[tuple[str, str, str, str, str]]:
    """Field, title, unit, period and proof of every value that a bidder states, machine-readable."""
    lang, rows = facts.lang, []
    for name in FOUR:
        figure = figure_named(name)
        assert figure is not None
        unit = f"{unit_text(figure.unit, lang)} / « {facts.answer.unit} »"
        rows.append((name, say("figures", name, lang), unit, facts.say("tender_period"), facts.say("tender_proof")))
    for field in OF_BIDDERS:
        asked = FIELDS[field]
        period, proof = say("hosting_periods", asked.period, lang), say("hosting_proofs", asked.proof, lang)
        rows.append((field, _title(field, lang), _unit(asked.unit, lang), period, proof))
    return rows


def _unit(unit: str, lang: str) -> str:
    return unit_text(unit, lang) if unit not in ("", "1") else ""


def _title(field: str, lang: str) -> str:
    """The name of a field, with its name in a text of law."""
    named, title = _legal_reference(field, lang), say("hosting_fields", field, lang)
    return f"{title} ({', '.join(named)})" if named else title


def _legal_reference(field: str, lang: str) -> tuple[str, ...]:
    """The name of a field in a text of law, and the text; nothing without one."""
    called = tables().names.get(field)
    return (called.name, load().sources[called.source].title) if called else ()


def _to_fill(facts: SheetFacts) -> Table:
    """The table for a bidder to fill in by hand: questions in the first column, empty cells in the others."""
    columns = tuple(facts.say(f"fill_{name}") for name in ("field", "unit", "low", "value", "high", "document"))
    rows: list[Row] = []
    for field, title, unit, when, proof in _fields_to_state(facts):
        notes = [facts.say("fill_period", text=when), facts.say("fill_proof", text=proof)]
        if field not in FIELDS:
            each = facts.say("fill_each", unit=facts.answer.unit)
            rows.append((TableCell(title, (each, *notes)), unit.partition(" / ")[0], "", "", "", ""))
            continue
        rows.append(_site_row(field, notes, facts.lang))
    return Table("", columns, tuple(rows), form=True)


def _site_row(field: str, notes: list[str], lang: str) -> Row:
    """A field of the questionnaire: its unit or the form of its answer, its name in law; bounds for numbers only."""
    asked, named = FIELDS[field], _legal_reference(field, lang)
    form = ", ".join(say("hosting_choices", choice, lang) for choice in asked.choices)
    unit = _unit(asked.unit, lang)
    if not unit:
        notes = [*notes, say("hosting_page", "unit", lang, unit=form or say("hosting_units", asked.kind, lang))]
    if named:
        notes = [*notes, say("hosting_page", "name", lang, name=named[0], law=named[1])]
    bound = "" if asked.kind == "number" else "–"
    return (TableCell(say("hosting_fields", field, lang), tuple(notes)), unit or "–", bound, "", bound, "")


def _records(facts: SheetFacts) -> tuple[Record, ...]:
    """The table to fill in, machine-readable: a bidder writes the numbers, the boundary and the document."""
    return tuple(
        (field, title, unit, "", "", "", "", period, proof, "")
        for field, title, unit, period, proof in _fields_to_state(facts)
    )


def _trial_section(facts: SheetFacts) -> tuple[Section, ...]:
    """The rule applied to the compared options of the scenario, one column an indicator."""
    options = [o for o in facts.studied if o.service and o.quality]
    if len(options) < 2:
        return ()
    rows = [[option.label] for option in options]
    for name in FOUR:
        known = [o.id for o in options if o.service[name]["central"] is not None]
        shares = points(facts.answer.pairs[name], known)
        for row, option in zip(rows, options, strict=True):
            row.append(_share(facts, option.id, known, shares))
    columns = (facts.say("option"), *(say("figures", name, facts.lang) for name in FOUR))
    tried = Table("", columns, tuple(tuple(row) for row in rows))
    return (Section(facts.say("tender_tried"), (facts.say("tender_tried_text"), tried)),)


def _share(facts: SheetFacts, name: str, known: Sequence[str], shares: Mapping[str, float]) -> str:
    if name not in known:
        return say("numbers", "missing", facts.lang)
    return share_text(shares[name], facts.lang) if name in shares else facts.say("tender_apart")
