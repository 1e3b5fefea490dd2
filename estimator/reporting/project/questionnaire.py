"""The questionnaire for the suppliers of a scenario's sites, as a document."""

from estimator.catalogue.load import load
from estimator.core.errors import SobriaError, say
from estimator.places.questionnaire import TABLE, SupplierQuestion, questionnaire, questionnaire_rows
from estimator.reporting.documents.document import Document, Row, Section, Table, TableCell
from estimator.reporting.project import sentences
from estimator.reporting.project.context import SheetFacts


class NoHostInScenario(SobriaError):
    """A scenario without any site."""


def questions(facts: SheetFacts) -> Document:
    """The questions on each site of a scenario. NoHostInScenario.

    The machine-readable table is that of `questionnaire_rows`: filled in, it is parsed by `read_answers`.
    """
    if not facts.hosts:
        raise NoHostInScenario(title=facts.scenario.title)
    rows = questionnaire_rows(list(facts.hosts), facts.day, facts.supplied)
    return Document(
        kind=facts.say("kind_questionnaire"),
        title=facts.scenario.title,
        lang=facts.lang,
        lead=(say("hosting_page", "intro", facts.lang),),
        sections=tuple(_section(facts, host, labels) for host, labels in facts.hosts.items()),
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


def _row(facts: SheetFacts, asked: SupplierQuestion) -> Row:
    lang = facts.lang
    notes = [say("hosting_page", "period", lang, period=asked.period(lang))]
    notes.append(say("hosting_page", "proof", lang, proof=asked.proof(lang)))
    if asked.name:
        notes.append(say("hosting_page", "name", lang, name=asked.name, law=asked.law))
    if asked.criteria:
        notes.append(say("hosting_page", "criteria", lang, criteria=", ".join(asked.criteria)))
    return (TableCell(asked.text(lang), tuple(notes)), asked.unit_text(lang), "")
