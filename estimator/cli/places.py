"""Commands of places: where runs ran, said once, and what suppliers answered of their sites."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from estimator.cli.text import Json, show
from estimator.core.errors import say

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from estimator.assessment.impacts import Amount
    from estimator.core.fields import Author
    from estimator.places.journal import PlaceEntry, PlaceJournal
    from estimator.places.placing import Knowledge
    from estimator.places.supplier_answers import SupplierAnswer

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
    from estimator.places.placing import knowledge

    found, lang = knowledge(context.obj["home"]).hosts, context.obj["lang"]
    lines = [_line(entry, lang) for entry in found] or [say("places_cli", "no_host", lang)]
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
    from estimator.places.placing import knowledge

    author = _author(who, why)
    hosts = {entry.said.host for entry in knowledge(context.obj["home"]).answers if entry.id.startswith(id)}
    _apply(context, lambda journal: [journal.withdraw(id, author)], "withdrawn", json_, hosts)


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
    from estimator.places.placing import knowledge

    known, lang = knowledge(context.obj["home"]), context.obj["lang"]
    kinds: dict[str, Sequence[PlaceEntry[Any]]] = {"hosts": known.hosts, "rules": known.rules, "answers": known.answers}
    body: dict[str, Any] = {name: [e.as_dict() for e in entries] for name, entries in kinds.items()}
    lines = [_line(entry, lang) for entry in known.said()] + list(known.home.told)
    lines += [_instead(old, new, lang) for old, new in known.replaced()]
    lines += [say("places_cli", "host_gone", lang, told=e.said.told) for e in known.without_host()]
    show(body | {"home": known.home._asdict()}, json_, lambda: "\n".join(lines) or say("places_cli", "nothing", lang))


def _apply(
    context: typer.Context,
    write: "Callable[[PlaceJournal], Sequence[PlaceEntry[Any]]]",
    key: str,
    as_json: bool,
    hosts: "Collection[str]" = (),
) -> None:
    """Write in the journal, build again, and say what was written with its effect on the totals, and on the scenarios
    kept of which something runs at these hosts."""
    from estimator.builds.recalculation import effect_text
    from estimator.governance.indicators.scenarios import figures_at
    from estimator.places.journal import PlaceJournal
    from estimator.places.placing import knowledge
    from estimator.results.making import rebuilt
    from estimator.results.reading import open_current

    home, lang = context.obj["home"], context.obj["lang"]
    before = figures_at(home, hosts) if hosts else {}
    entries, change = rebuilt(home, lambda: write(PlaceJournal(home)))
    after = figures_at(home, hosts) if before and entries else {}
    lines = [
        say("places_cli", key if entries else f"no_{key}", lang, count=len(entries)),
        *(_line(entry, lang) for entry in entries),
    ]
    lines += [*_remarks(key, entries, lang), *(_since(knowledge(home), entries, lang) if key == "answered" else ())]
    lines += [_instead(old, new, lang) for old, new in knowledge(home).replaced() if new in entries]
    lines += _still_there(home, entries[0].said, lang) if key == "withdrawn" and entries else ()
    body: dict[str, Any] = {key: [e.as_dict() for e in entries], "change": change}
    if key == "added" and (found := open_current(home)):
        body["runs"] = found.runs_by_place_rule().get(entries[0].id, 0)
        lines.append(say("places_cli", "concerned" if body["runs"] else "nobody", lang, count=body["runs"]))
    lines += [f"  {change['missing'][lang]}"] if change and "missing" in change else []
    for name, figure in change["figures"].items() if change else ():
        lines.append(f"  {say('figures', name, lang):<34} {effect_text(figure, lang)}")
    moved = {which: {"before": before[which], "after": now} for which, now in after.items() if now != before[which]}
    lines += [*_moved(moved, lang), *([say("places_cli", "scenarios_still", lang)] if after and not moved else [])]
    body["scenarios"] = [
        {"file": file, "option": option, "indicator": name}
        | {when: {"unit": found.unit} | found.ends._asdict() for when, found in figure.items() if found.known}
        for (file, option, name), figure in moved.items()
    ]
    show(body, as_json, lambda: "\n".join(lines))


def _moved(moved: "Mapping[tuple[str, str, str], Mapping[str, Amount]]", lang: str) -> list[str]:
    """« Scénario accueil.toml, le modèle léger : Électricité du site −40 %, … »"""
    from estimator.builds.recalculation import effect_text

    told: dict[tuple[str, str], list[str]] = {}
    for (file, option, name), figure in moved.items():
        told.setdefault((file, option), []).append(f"{say('figures', name, lang)} {effect_text(figure, lang)}")
    facts = ({"file": file, "option": option, "told": ", ".join(each)} for (file, option), each in told.items())
    return [say("places_cli", "scenario_moved", lang, **one) for one in facts]


def _remarks(key: str, entries: "Sequence[PlaceEntry[Any]]", lang: str) -> list[str]:
    """What a person may not expect of what was just written: another zone than the site's, answers without a figure."""
    from estimator.catalogue.load import load
    from estimator.places.requirements import FIELDS

    if key in ("added", "host_added"):
        said = entries[0].said
        host = said.wider if key == "host_added" else said.host
        site = load().zone_apart(host, said.zone)
        told = [say("places_cli", "cards_held", lang)] if key == "added" and said.cards else []
        return told + ([say("warnings", "zone_apart", lang, host=host, site=site, zone=said.zone)] if site else [])
    if key == "answered" and entries:
        said = {e.said.field for e in entries}
        bare = sorted(name for name in said if not FIELDS[name].quantity and FIELDS[name].period != "model")
        told = [say("places_cli", "criteria_only", lang, fields=", ".join(bare))] if bare else []
        noted = sorted(name for name in said if FIELDS[name].period == "model")
        told += [say("places_cli", "no_model", lang, fields=", ".join(noted))] if noted else []
        return told
    return []


def _since(known: "Knowledge", entries: "Sequence[PlaceEntry[SupplierAnswer]]", lang: str) -> list[str]:
    """From when these answers count, and what counts before: older answers, or the default values."""
    days: dict[str, str] = {}
    for said in sorted((entry.said for entry in entries), key=lambda said: said.date):
        days.setdefault(", ".join(older.told for older in known.answered_before(said)), said.date.isoformat())
    keys = {told: "from_its_date_told" if told else "from_its_date" for told in days}
    return [say("places_cli", keys[told], lang, date=day, told=told) for told, day in days.items()]


def _still_there(home: Path, said: Any, lang: str) -> list[str]:
    """What still names a host that was just withdrawn: rules, which no longer say where, rows, and answers."""
    from estimator.places.journal import OwnHost
    from estimator.places.placing import knowledge
    from estimator.results.reading import open_current

    if not isinstance(said, OwnHost):
        return []
    told = [say("places_cli", "host_gone", lang, told=e.said.told) for e in knowledge(home).without_host()]
    rows = found.runs_at(said.name) if (found := open_current(home)) else 0
    waiting = sum(entry.said.host == said.name for entry in knowledge(home).answers)
    counts = {"rows_there": rows, "answers_there": waiting}
    return told + [say("places_cli", key, lang, count=n, host=said.name) for key, n in counts.items() if n]


def _instead(old: "PlaceEntry[Any]", new: "PlaceEntry[Any]", lang: str) -> str:
    """Which of two that say the same thing counts, and from when."""
    since = getattr(new.said, "date", None) or new.said.since or old.said.since
    key = "instead_from" if since else "instead"
    return say("places_cli", key, lang, old=old.id[:8], told=old.said.told, new=new.id[:8], since=since)


def _line(entry: "PlaceEntry[Any]", lang: str) -> str:
    """« 32bccc2c  service=chatbot → host=… (Direction du numérique, 2026-11-27) »"""
    return say("places_cli", "line", lang, id=entry.id[:8], told=entry.said.told, who=entry.who, day=entry.at[:10])


def _author(who: str, why: str) -> "Author":
    from estimator.core.fields import Author
    from estimator.core.refusals import checked

    return checked(Author, {"who": who, "why": why}, "author")
