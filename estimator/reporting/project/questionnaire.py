"""The questionnaire for the suppliers of a scenario's sites and the publishers of its seats, as a document."""

from collections.abc import Sequence

from estimator.catalogue import models, products
from estimator.catalogue.default_subjects import DESK
from estimator.catalogue.load import load
from estimator.catalogue.site_ownership import owner
from estimator.core.errors import SobriaError, say
from estimator.places.questionnaire import TABLE, SupplierQuestion, questionnaire, questionnaire_rows
from estimator.reporting.documents.document import Document, Row, Section, Table, TableCell
from estimator.reporting.project import sentences
from estimator.reporting.project.context import SheetFacts

OF_MODELS, OF_SOUND = ("size", "reasoning"), ("size", "sound")  # what the publisher of a closed model is asked
MEDIA = ("audio", "image", "video")  # what a model makes or hears, whose electricity is not by the token
OF_SEATS = ("share", "uses", "models", "tokens", "place")  # what a publisher of a product by the seat is asked


def questions(facts: SheetFacts) -> Document:
    """The questions on each site of a scenario, each closed model, then each product by the seat. no_host_in_scenario.

    The machine-readable table is that of `questionnaire_rows`: filled in, it is parsed by `read_answers`.
    """
    seats = _seats(facts)
    if not facts.hosts and not seats:
        raise SobriaError("no_host_in_scenario", title=facts.scenario.title)
    hosts = {host: labels for host, labels in facts.hosts.items() if host != DESK}  # nobody is asked of our own desks
    rows = [
        row
        for row in questionnaire_rows(list(hosts), facts.day, facts.supplied)
        if row["champ"] not in _needless(facts)
    ]
    return Document(
        kind=facts.say("kind_questionnaire"),
        title=facts.title,
        lang=facts.lang,
        lead=(say("hosting_page", "intro", facts.lang),),
        sections=(*(_section(facts, host, labels) for host, labels in hosts.items()), *_closed(facts), *seats),
        foot=sentences.foot(facts, "questionnaire"),
        columns=TABLE,
        records=tuple(tuple(row.values()) for row in rows),
        mark=facts.mark,
    )


def _section(facts: SheetFacts, host: str, labels: tuple[str, ...]) -> Section:
    key = "title_ours" if owner(host) == "own" else "title"
    title = say("hosting_page", key, facts.lang, label=load().label(host, facts.lang))
    asked = questionnaire(host, facts.day, facts.supplied)
    rows = tuple(_row(facts, question) for question in asked if question.field not in _needless(facts))
    return _form(facts, title, facts.say("questions_for", labels=facts.joined(labels)), rows)


def _form(facts: SheetFacts, title: str, why: str, rows: tuple[Row, ...]) -> Section:
    columns = tuple(facts.say(f"questions_{name}") for name in ("asked", "expected", "answer"))
    return Section(title, (why, Table("", columns, rows, form=True)))


def _seats(facts: SheetFacts) -> tuple[Section, ...]:
    """What only the publisher of each product knows, and that the tables suppose."""
    wanted = (option for option in facts.scenario.options if option.use and option.use.product)
    labels = {products.find((option.use and option.use.product) or "").label(facts.lang) for option in wanted}
    return tuple(_to_publisher(facts, "seats", label, OF_SEATS) for label in sorted(labels))


def _closed(facts: SheetFacts) -> tuple[Section, ...]:
    """What only the publisher of each closed model knows: its size, then its reasoning, or its electricity by hour."""
    found = {
        model.name: model
        for model in _models(facts)
        if model.open_class == "closed" and model.id not in models.load().set_of
    }
    return tuple(
        _to_publisher(facts, "models", name, OF_SOUND if found[name].modality == "audio" else OF_MODELS)
        for name in sorted(found)
    )


def _to_publisher(facts: SheetFacts, kind: str, product: str, names: Sequence[str]) -> Section:
    rows = tuple((facts.say(f"{kind}_{name}"), facts.say(f"{kind}_{name}_expected"), "") for name in names)
    return _form(facts, facts.say("seats_title", product=product), facts.say(f"{kind}_why"), rows)


def _models(facts: SheetFacts) -> list[models.Model]:
    """The models of the studied options, each by its name; a set of models is none."""
    uses = (facts.scenario.option(option.id).use for option in facts.studied)
    return [found for use in uses if use and use.model and (found := models.load().known(use.model))]


def _needless(facts: SheetFacts) -> tuple[str, ...]:
    """The fields that ask nothing here: the electricity of tokens, where every model hears or draws."""
    found = _models(facts)
    return ("model_energy",) if found and all(model.modality in MEDIA for model in found) else ()


def _row(facts: SheetFacts, asked: SupplierQuestion) -> Row:
    lang = facts.lang
    notes = [say("hosting_page", "period", lang, period=asked.period(lang))]
    notes.append(say("hosting_page", "proof", lang, proof=asked.proof(lang)))
    if asked.name:
        notes.append(say("hosting_page", "name", lang, name=asked.name, law=asked.law))
    if asked.criteria:
        notes.append(say("hosting_page", "criteria", lang, criteria=", ".join(asked.criteria)))
    return (TableCell(asked.text(lang), tuple(notes)), asked.unit_text(lang), "")
