"""Commands of places: where runs ran, said once, and what suppliers answered of their sites."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from estimator.cli.text import Json, show
from estimator.core.errors import say

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from estimator.core.fields import Author
    from estimator.places.journal import PlaceEntry, PlaceJournal

places = typer.Typer(no_args_is_help=True, help="places")
host = typer.Typer(no_args_is_help=True, help="places_host_group")
places.add_typer(host, name="host")

DAY = ["%Y-%m-%d"]
Some = str | None
Who = Annotated[str, typer.Option(help="places_who")]
Why = Annotated[str, typer.Option(help="places_why")]


@places.command("add", help="places_add")
def add(  # noqa: PLR0913
    context: typer.Context,
    who: Who,
    why: Why,
    service: Annotated[Some, typer.Option(help="places_service")] = None,
    model: Annotated[Some, typer.Option(help="places_model")] = None,
    address: Annotated[Some, typer.Option(help="places_address")] = None,
    sender: Annotated[Some, typer.Option(help="places_sender")] = None,
    run: Annotated[Some, typer.Option(help="places_run")] = None,
    file: Annotated[Some, typer.Option(help="places_rule_file")] = None,
    host: Annotated[Some, typer.Option(help="places_host")] = None,
    zone: Annotated[Some, typer.Option(help="zone")] = None,
    machine: Annotated[Some, typer.Option(help="places_machine")] = None,
    device: Annotated[Some, typer.Option(help="places_device")] = None,
    cards: Annotated[int | None, typer.Option(help="places_cards")] = None,
    vcpus: Annotated[float | None, typer.Option(help="places_vcpus")] = None,
    load: Annotated[float | None, typer.Option(help="places_load")] = None,
    since: Annotated[datetime | None, typer.Option(help="places_since", formats=DAY)] = None,
    until: Annotated[datetime | None, typer.Option(help="places_until", formats=DAY)] = None,
    json_: Json = False,
) -> None:
    matched = {"service": service, "model": model, "address": address, "sender": sender, "run": run, "file": file}
    places: dict[str, Any] = {"host": host, "zone": zone, "machine": machine, "device": device}
    stated = places | {"cards": cards, "vcpus": vcpus, "load": load}
    days = {"since": since and since.date(), "until": until and until.date()}
    author = _author(who, why)
    _apply(context, lambda journal: [journal.add_rule(matched | stated | days, author)], "added", json_)


@host.command("add", help="places_host_add")
def add_host(  # noqa: PLR0913
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    wider: Annotated[str, typer.Option("--class", help="places_class")],
    zone: Annotated[str, typer.Option(help="zone")],
    who: Who,
    why: Why,
    label: Annotated[Some, typer.Option(help="places_label")] = None,
    json_: Json = False,
) -> None:
    fields, author = {"name": name, "wider": wider, "zone": zone, "label": label}, _author(who, why)
    _apply(context, lambda journal: [journal.add_host(fields, author)], "host_added", json_)


@host.command("list", help="places_host_list")
def list_hosts(context: typer.Context, json_: Json = False) -> None:
    from estimator.governance.place_changes import entry_line
    from estimator.places.placing import knowledge

    found, lang = knowledge(context.obj["home"]).hosts, context.obj["lang"]
    lines = [entry_line(entry, lang) for entry in found] or [say("places_cli", "no_host", lang)]
    show({"hosts": [entry.as_dict() for entry in found]}, json_, lambda: "\n".join(lines))


@host.command("withdraw", help="places_host_withdraw")
def withdraw_host(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    who: Who,
    why: Why,
    json_: Json = False,
) -> None:
    withdraw(context, name, who, why, json_)


@places.command("answers", help="places_answers")
def answers(  # noqa: PLR0913
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    who: Who,
    why: Annotated[Some, typer.Option(help="places_why")] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="places_answers_withdraw")] = False,
    json_: Json = False,
) -> None:
    from estimator.ingestion.parsing.delimited_text import decode
    from estimator.places.journal import PlaceJournal
    from estimator.places.supplier_answers import read_answers

    author = _author(who, why or file.name)
    PlaceJournal(context.obj["home"]).use_hosts()
    found = read_answers(decode(file.read_bytes()))

    def taken(journal: "PlaceJournal") -> "Sequence[PlaceEntry[Any]]":
        return (journal.withdraw_answers if withdraw else journal.add_answers)(found, author)

    _apply(context, taken, "withdrawn" if withdraw else "answered", json_, {answer.host for answer in found})


@places.command("withdraw", help="places_withdraw")
def withdraw(
    context: typer.Context, id: Annotated[str, typer.Argument(metavar="ID")], who: Who, why: Why, json_: Json = False
) -> None:
    from estimator.governance.place_changes import withdrawal

    body, lines = withdrawal(context.obj["home"], id, _author(who, why), context.obj["lang"])
    show(body, json_, lambda: "\n".join(lines))


@places.command("questions", help="places_questions")
def questions(
    context: typer.Context,
    hosts: Annotated[list[str], typer.Argument(metavar="HOST…")],
    json_: Json = False,
) -> None:
    from datetime import date

    from estimator.places.placing import knowledge
    from estimator.places.questionnaire import questionnaire_csv, questionnaire_rows

    said, day = [entry.said for entry in knowledge(context.obj["home"]).answers], date.today()
    body = {"questions": questionnaire_rows(hosts, day, said)}
    show(body, json_, lambda: questionnaire_csv(hosts, day, said).rstrip())


@places.command("list", help="places_list")
def list_(context: typer.Context, json_: Json = False) -> None:
    from estimator.governance.place_changes import entry_line, instead_line, ratio_lines
    from estimator.places.placing import knowledge

    known, lang = knowledge(context.obj["home"]), context.obj["lang"]
    kinds: dict[str, Sequence[PlaceEntry[Any]]] = {"hosts": known.hosts, "rules": known.rules, "answers": known.answers}
    body: dict[str, Any] = {name: [e.as_dict() for e in entries] for name, entries in kinds.items()}
    lines = [entry_line(entry, lang) for entry in known.said()] + list(known.home.told)
    lines += [*(instead_line(old, new, lang) for old, new in known.replaced()), *ratio_lines(known, lang)]
    lines += [say("places_cli", "host_gone", lang, told=e.said.told) for e in known.without_host()]
    show(body | {"home": known.home._asdict()}, json_, lambda: "\n".join(lines) or say("places_cli", "nothing", lang))


def _apply(
    context: typer.Context,
    write: "Callable[[PlaceJournal], Sequence[PlaceEntry[Any]]]",
    key: str,
    as_json: bool,
    hosts: "Collection[str]" = (),
) -> None:
    from estimator.governance.place_changes import applied

    body, lines = applied(context.obj["home"], write, key, hosts, context.obj["lang"])
    show(body, as_json, lambda: "\n".join(lines))


def _author(who: str, why: str) -> "Author":
    from estimator.core.fields import Author
    from estimator.core.refusals import checked

    return checked(Author, {"who": who, "why": why}, "author")
