"""The commands that read the catalogue: factors, models, hosting sites, devices."""

from typing import Annotated

import typer

from estimator import cli_text
from estimator.cli_text import Json, show

factors = typer.Typer(no_args_is_help=True)
models = typer.Typer(no_args_is_help=True)
hosts = typer.Typer(no_args_is_help=True)
devices = typer.Typer(no_args_is_help=True)
GROUPS = {"factors": factors, "models": models, "hosts": hosts, "devices": devices}

Text = Annotated[str, typer.Argument(help="filter")]


@factors.command("list")
def list_factors(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="filter")] = "",
    json_: Json = False,
) -> None:
    from estimator.catalogue import load

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
    from estimator.catalogue import load

    catalogue = load()
    item = catalogue.factor(factor_id)
    body = {
        "factor": item.model_dump(mode="json"),
        "source": catalogue.sources[item.source].model_dump(mode="json"),
        "rivals": [f.model_dump(mode="json") for f in catalogue.rivals(item)],
    }
    show(body, json_, lambda: cli_text.factor_text(item, catalogue, context.obj["lang"]))


@factors.command("check")
def check_factors(context: typer.Context, json_: Json = False) -> None:
    from estimator.catalogue import load
    from estimator.factor_check import problems

    catalogue = load()
    found = problems(catalogue)
    body = {"version": catalogue.version, "factors": len(catalogue.factors), "problems": [p.as_dict() for p in found]}
    show(body, json_, lambda: cli_text.check_text(catalogue, found, context.obj["lang"]))
    if any(p.fatal for p in found):
        raise typer.Exit(1)


@models.command("search")
def models_search(context: typer.Context, text: Text = "", json_: Json = False) -> None:
    from estimator.models import search

    found = search(text)
    body = {"models": [m.model_dump(mode="json") for m in found]}
    show(body, json_, lambda: cli_text.models_text(found, context.obj["lang"]))


@hosts.command("search")
def hosts_search(context: typer.Context, text: Text = "", json_: Json = False) -> None:
    _subjects(context, ("host",), text, json_)


@devices.command("search")
def devices_search(context: typer.Context, text: Text = "", json_: Json = False) -> None:
    _subjects(context, ("device", "machine"), text, json_)


def _subjects(context: typer.Context, kinds: tuple[str, ...], text: str, as_json: bool) -> None:
    from estimator.catalogue import load

    wanted = text.lower()
    found = [
        s
        for s in load().subjects.values()
        if s.kind in kinds and any(wanted in t.lower() for t in (s.id, s.label_fr, s.label_en, s.aliases))
    ]
    show(
        {"subjects": [s.model_dump(mode="json", by_alias=True) for s in found]},
        as_json,
        lambda: cli_text.subjects_text(found, context.obj["lang"]),
    )
