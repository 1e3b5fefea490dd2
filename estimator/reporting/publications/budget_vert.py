"""A note for the budget annex on the ecological transition: known and unknown facts on each of its six axes."""

from estimator.core.errors import say
from estimator.governance.indicators.known_months import before as earlier
from estimator.reporting.documents.document import Document, FieldList, Row, Section, Table, TableCell
from estimator.reporting.project.context import clipped
from estimator.reporting.publications.context import ReportFacts, ReportFiles, facts_in
from estimator.reporting.publications.printed import foot, heading, rounded_note, side_by_side

# Axis of the annex -> its footprint, "" without one.
AXES = {
    "mitigation": "gwp",
    "adaptation": "",
    "water": "water",
    "circular": "adpe",
    "pollution": "",
    "biodiversity": "",
}
MOST = 6  # maximum use cases on the page
NAME = 40  # maximum characters of a user text
SIGNED = ("role", "date", "signature")


def budget_vert(facts: ReportFacts) -> ReportFiles:
    """The note. It rates nothing: amounts and ratings are left to the finance service."""
    return ReportFiles({"": note(facts)})


def note(facts: ReportFacts) -> Document:
    """The note as a document."""
    before = facts_in(earlier(facts.scope), facts.lang)
    footprints = [facts.body["indicators"][name]["value"] for name in AXES.values() if name]
    signed = FieldList(tuple((say("sheet", f"sign_{name}", facts.lang), "") for name in SIGNED))
    known = sum(amount["central"] is not None for amount in footprints)
    lead = facts.say("budget_lead" if known else "budget_lead_none", known=known, axes=len(AXES))
    notes = (*rounded_note(facts, before), facts.say("budget_text"))
    sections = (
        Section(facts.say("budget_axes"), (_axes(facts, before), *notes)),
        Section(facts.say("budget_spending"), _spending(facts)),
        Section(facts.say("budget_signed"), (signed,)),
    )
    return Document(
        kind=facts.say("budget_kind", territory=facts.place, period=facts.period),
        title=facts.say("budget_title"),
        lang=facts.lang,
        lead=tuple(filter(None, (lead, facts.outside))),
        sections=sections,
        foot=foot(facts),
        mark=facts.mark,
        small=True,
    )


def _axes(facts: ReportFacts, before: ReportFacts) -> Table:
    periods = (heading(facts.period), heading(before.period))
    columns = (facts.say("budget_axis"), *periods, facts.say("budget_missing"))
    rows: list[Row] = []
    for number, (axis, name) in enumerate(AXES.items(), 1):
        head = facts.say(f"axis_{axis}", number=number)
        if name:
            told = TableCell(head, (say("indicators", name, facts.lang),))
            rows.append((told, *side_by_side(facts, before, name), facts.say(f"axis_{axis}_missing")))
        else:
            rows.append((head, facts.say("not_studied")))
    return Table(facts.say("budget_caption"), columns, tuple(rows))


def _spending(facts: ReportFacts) -> tuple[str, *tuple[Table, ...]]:
    """The use cases in use, with empty cells for amount, account and rating; where they are in the registers of
    others, that they are."""
    if facts.body["elsewhere"]:
        return (facts.say("budget_spending_elsewhere"),)
    columns = tuple(facts.say(name) for name in ("use_case", "budget_amount", "budget_account", "budget_rating"))
    names = [clipped(case.name, NAME) for case in facts.scope.in_use]
    left = len(names) - MOST
    caption = facts.say("budget_more", count=left) if left > 0 else ""
    rows = tuple((name, "", "", "") for name in names[:MOST])
    return facts.say("budget_spending_text"), Table(caption, columns, rows, form=True)
