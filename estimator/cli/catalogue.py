"""Commands of the catalogue: factors, models, hosting sites, devices, and any named subject."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any
from unicodedata import combining, normalize

import typer

from estimator.cli import text as cli_text
from estimator.cli.text import Json, show
from estimator.core.errors import LANGUAGES, say

if TYPE_CHECKING:
    from estimator.catalogue.models import ModelSet
    from estimator.catalogue.providers import Provider
    from estimator.catalogue.schema import Proposal, Subject

factors = typer.Typer(no_args_is_help=True)
models = typer.Typer(no_args_is_help=True)
hosts = typer.Typer(no_args_is_help=True)
devices = typer.Typer(no_args_is_help=True)
catalogue = typer.Typer(no_args_is_help=True)
NEAREST = 5

Text = Annotated[str, typer.Argument(help="filter")]


@factors.command("list")
def list_factors(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="filter")] = "",
    json_: Json = False,
) -> None:
    from estimator.catalogue.load import load

    found = [f for f in load().factors if text.lower() in f.id.lower()]
    show(
        {"factors": [f.model_dump(mode="json") for f in found]},
        json_,
        lambda: cli_text.factors_text(found, context.obj["lang"]),
    )


@factors.command("show")
def show_factor(
    context: typer.Context,
    factor_id: Annotated[str, typer.Argument(help="factor_id", metavar="ID")],
    json_: Json = False,
) -> None:
    from estimator.catalogue.load import load

    book = load()
    if supposed := supposed_row(factor_id):
        told = supposed.model_dump(mode="json")
        source = book.sources[told["source"]] if told["source"] else None
        shown = {"row": told, "source": source and source.model_dump(mode="json")}
        show(shown, json_, lambda: cli_text.row_text(told, source, context.obj["lang"]))
        return
    item = book.factor(factor_id)
    body = {
        "factor": item.model_dump(mode="json"),
        "source": book.sources[item.source].model_dump(mode="json"),
        "rivals": [f.model_dump(mode="json") for f in book.rivals(item)],
    }
    show(body, json_, lambda: cli_text.factor_text(item, book, context.obj["lang"]))


def supposed_row(row: str) -> "Proposal | ModelSet | Provider | None":
    """The row of a table that an answer names among what it supposes, which is no factor; None for another name."""
    from estimator.catalogue import models, providers
    from estimator.catalogue.proposals import proposal_named

    served = {found.id: found for found in providers.load().providers}
    return proposal_named(row) or models.load().set_of.get(row) or served.get(row)


@factors.command("check")
def check_factors(context: typer.Context, json_: Json = False) -> None:
    from estimator.catalogue.hourly_mix import own_hours
    from estimator.catalogue.load import far_values, load
    from estimator.catalogue.quality_checks import problems
    from estimator.catalogue.user_tables import files_of
    from estimator.core.home import own_tables

    _, lang = context.obj["home"], context.obj["lang"]  # opened first: it says which tables serve
    book = load()
    own_hours()
    found, folder = [*problems(book), *far_values()], own_tables()
    read, left = files_of(folder) if folder else ({}, [])
    body = {"factors_version": book.version, "factors": len(book.factors), "problems": [p.as_dict() for p in found]}
    body |= {"own_tables": folder, "rows": read, "left_out": left}
    told = [f"{name} ({count})" for name, count in read.items()]
    own = [say("cli", "check_own", lang, folder=folder, tables=", ".join(told) or "0")] if folder else []
    own += [say("cli", "check_left", lang, names=", ".join(left))] if left else []
    show(body, json_, lambda: "\n".join([*own, cli_text.check_text(book, found, lang)]))
    if any(p.fatal for p in found):
        raise typer.Exit(1)


@factors.command("changes")
def factor_changes(context: typer.Context, json_: Json = False) -> None:
    from estimator.builds.recalculation import changes

    found = changes(context.obj["home"])
    show({"changes": found}, json_, lambda: _changes_text(found, context.obj["lang"]))


def _changes_text(found: Sequence[Mapping[str, Any]], lang: str) -> str:
    """One block a change, newest first: date, count of factors, and effect on each total."""
    from estimator.builds.recalculation import effect_text, factors_text

    lines = [say("repricing", "head" if found else "none", lang)]
    for entry in found:
        lines.append(f"{entry['at']}  {factors_text(entry, lang)}")
        for name, figure in entry["figures"].items():
            lines.append(f"  {say('figures', name, lang):<34} {effect_text(figure, lang)}")
    return "\n".join(lines)


@models.command("search")
def models_search(context: typer.Context, text: Text = "", json_: Json = False) -> None:
    from estimator.catalogue.models import load, search

    found = search(text)
    near = [] if found else [load().by_id[name] for name in load().nearest(text)]
    body = {"models": [m.model_dump(mode="json") for m in found], "near": [m.id for m in near]}
    lang = context.obj["lang"]
    show(body, json_, lambda: cli_text.models_text(found, lang) + _near(cli_text.models_text(near, lang), near, lang))


@hosts.command("search")
def hosts_search(context: typer.Context, text: Text = "", json_: Json = False) -> None:
    _subjects(context, ("host",), text, json_)


@devices.command("search")
def devices_search(context: typer.Context, text: Text = "", json_: Json = False) -> None:
    _subjects(context, ("device", "machine"), text, json_)


@catalogue.command("search")
def catalogue_search(context: typer.Context, text: Text = "", json_: Json = False) -> None:
    _subjects(context, (), text, json_)


def _subjects(context: typer.Context, kinds: tuple[str, ...], text: str, as_json: bool) -> None:
    """The subjects of these kinds (default: all) whose names and countries hold every word of the text; else the
    nearest ones."""
    from estimator.catalogue.load import load
    from estimator.places.journal import PlaceJournal

    PlaceJournal(context.obj["home"]).use_hosts()
    asked = [s for s in load().subjects.values() if not kinds or s.kind in kinds]
    words = _plain(text).split()
    found = [s for s in asked if all(word in " ".join(_names(s) + _countries(s.zone)) for word in words)]
    near = [] if found else _nearest(text, asked)
    body: dict[str, Any] = {"subjects": [s.model_dump(mode="json", by_alias=True) for s in found]}
    lang = context.obj["lang"]
    show(
        body | {"near": [s.id for s in near]},
        as_json,
        lambda: _lines(found, lang) + _near(_lines(near, lang), near, lang),
    )


def _lines(subjects: Sequence["Subject"], lang: str) -> str:
    """One line a subject: id, name, zone, kind; or a text when there is none."""
    lines = [f"{cli_text.subjects_text([s], lang)}\t{say('subject_kinds', s.kind, lang)}" for s in subjects]
    return "\n".join(lines) or say("cli", "nothing_found", lang)


def _near(lines: str, near: Sequence[object], lang: str) -> str:
    """Suggestions after a search without result."""
    return f"\n{say('subject_kinds', 'near', lang)}\n{lines}" if near else ""


def _nearest(text: str, subjects: Sequence["Subject"]) -> list["Subject"]:
    """The subjects with the most similar names."""
    named = {name: s for s in subjects for name in _names(s) if name}
    close = get_close_matches(_plain(text), list(named), n=4 * NEAREST, cutoff=0.5)
    return list({named[name].id: named[name] for name in close}.values())[:NEAREST]


def _names(subject: "Subject") -> list[str]:
    names = (subject.id, subject.id.rpartition("/")[2], *map(subject.label, LANGUAGES), *subject.aliases.split("|"))
    return [_plain(name) for name in names]


@cache
def _countries(zone: str) -> list[str]:
    """The codes and names of a zone and of those that hold it."""
    from estimator.catalogue.load import load

    return [_plain(t) for z in load().fallbacks(zone) for t in (z, *(load().label(z, lang) for lang in LANGUAGES))]


def _plain(text: str) -> str:
    """Lower case, without accents."""
    return "".join(c for c in normalize("NFD", text.lower()) if not combining(c)).strip()
