"""The questionnaire for the suppliers of a scenario's sites and the publishers of its seats, as a document."""

from estimator.catalogue import products
from estimator.catalogue.load import load
from estimator.core.errors import SobriaError, say
from estimator.places.questionnaire import TABLE, SupplierQuestion, questionnaire, questionnaire_rows
from estimator.reporting.documents.document import Document, Row, Section, Table, TableCell
from estimator.reporting.project import sentences
from estimator.reporting.project.context import SheetFacts

OF_SEATS = ("share", "uses", "models", "tokens", "place")  # what a publisher of a product by the seat is asked


class NoHostInScenario(SobriaError):
    """A scenario without any site nor product by the seat."""


def questions(facts: SheetFacts) -> Document:
    """The questions on each site of a scenario, then on each product bought by the seat. NoHostInScenario.

    The machine-readable table is that of `questionnaire_rows`: filled in, it is parsed by `read_answers`.
    """
    seats = _seats(facts)
    if not facts.hosts and not seats:
        raise NoHostInScenario(title=facts.scenario.title)
    rows = questionnaire_rows(list(facts.hosts), facts.day, facts.supplied)
    return Document(
        kind=facts.say("kind_questionnaire"),
        title=facts.scenario.title,
        lang=facts.lang,
        lead=(say("hosting_page", "intro", facts.lang),),
        sections=(*(_section(facts, host, labels) for host, labels in facts.hosts.items()), *seats),
        foot=sentences.foot(facts, "questionnaire"),
        columns=TABLE,
        records=tuple(tuple(row.values()) for row in rows),
        mark=facts.mark,
    )


def _section(facts: SheetFacts, host: str, labels: tuple[str, ...]) -> Section:
    title = say("hosting_page", "title", facts.lang, label=load().label(host, facts.lang))
    columns = tuple(facts.say(f"questions_{name}") for name in ("asked", "expected", "answer"))
    rows = tuple(_row(facts, question) for question in questionnaire(host, facts.day, facts.supplied))
    return Section(title, (facts.say("questions_for", labels=", ".join(labels)), Table("", columns, rows, form=True)))


def _seats(facts: SheetFacts) -> tuple[Section, ...]:
    """What only the publisher of each product knows, and that the tables suppose."""
    wanted = (option for option in facts.scenario.options if option.use and option.use.product)
    labels = {products.find((option.use and option.use.product) or "").label(facts.lang) for option in wanted}
    columns = tuple(facts.say(f"questions_{name}") for name in ("asked", "expected", "answer"))
    rows = tuple((facts.say(f"seats_{name}"), facts.say(f"seats_{name}_expected"), "") for name in OF_SEATS)
    return tuple(
        Section(facts.say("seats_title", product=label), (facts.say("seats_why"), Table("", columns, rows, form=True)))
        for label in sorted(labels)
    )


def _row(facts: SheetFacts, asked: SupplierQuestion) -> Row:
    lang = facts.lang
    notes = [say("hosting_page", "period", lang, period=asked.period(lang))]
    notes.append(say("hosting_page", "proof", lang, proof=asked.proof(lang)))
    if asked.name:
        notes.append(say("hosting_page", "name", lang, name=asked.name, law=asked.law))
    if asked.criteria:
        notes.append(say("hosting_page", "criteria", lang, criteria=", ".join(asked.criteria)))
    return (TableCell(asked.text(lang), tuple(notes)), asked.unit_text(lang), "")
