"""`sobria collect`: receive rows over HTTP, and manage the tokens of services."""

import sys
from typing import Annotated

import typer

from estimator.cli.text import Json, show
from estimator.core.errors import say
from estimator.core.locks import file_lock
from estimator.ingestion.http.connections import OF_AN_ADDRESS, Bounds, is_this_machine
from estimator.ingestion.http.endpoints import ADDRESS, COLLECTING, PORT, Limits

collect = typer.Typer(invoke_without_command=True, help="collect")
token = typer.Typer(no_args_is_help=True, help="collect_token")
collect.add_typer(token, name="token")


@collect.callback()
def receive(  # noqa: PLR0913
    context: typer.Context,
    port: Annotated[int, typer.Option(help="port", min=0, max=65535)] = PORT,
    address: Annotated[str, typer.Option(help="collect_address")] = ADDRESS,
    max_bytes: Annotated[int, typer.Option(help="collect_bytes", min=1)] = Limits.body,
    max_waiting: Annotated[int, typer.Option(help="collect_waiting", min=1)] = Limits.waiting,
    connections_per_address: Annotated[int, typer.Option(help="connections", min=1)] = OF_AN_ADDRESS,
) -> None:
    if context.invoked_subcommand:
        return
    from estimator.ingestion.http import listening as server
    from estimator.ingestion.http import server as door
    from estimator.ledger import Ledger

    home, lang = context.obj["home"], context.obj["lang"]
    listening = door.listen(address, port)
    if not is_this_machine(address):
        print(say("collect", "open_to_all", lang), file=sys.stderr)
    shown = f"[{address}]" if ":" in address else address
    app = door.create_app(home, Limits(body=max_bytes, waiting=max_waiting))
    bounds = Bounds(of_an_address=connections_per_address)
    Ledger(home).prepare()
    with file_lock(Ledger(home).folder / COLLECTING, shared=True):
        print(say("collect", "started", lang, url=f"http://{shown}:{listening.getsockname()[1]}"), flush=True)
        server.serve(server.config(app, bounds, lang, ws="none", lifespan="off"), listening)


@token.command("add", help="collect_token_add")
def add(
    context: typer.Context,
    service: Annotated[str, typer.Argument(metavar="SERVICE")],
    host: Annotated[str | None, typer.Option(help="places_host")] = None,
    zone: Annotated[str | None, typer.Option(help="zone")] = None,
    json_: Json = False,
) -> None:
    from estimator.core.fields import Author
    from estimator.ingestion.http.tokens import Tokens
    from estimator.places.journal import PlaceJournal, PlaceRule, in_tables

    place = {name: value for name, value in (("host", host), ("zone", zone)) if value}
    if place:
        in_tables(PlaceRule(service=service, host=host, zone=zone))  # before a token is given
    senders = Tokens(context.obj["home"])
    given, secret = senders.add(service)
    if place:
        told = Author(who="sobria collect token add", why=say("collect", "token_place", context.obj["lang"]))
        PlaceJournal(context.obj["home"]).add_rule({"sender": senders.sender(given).mark} | place, told)
    body = given.as_dict() | {"token": secret}
    show(body, json_, lambda: say("collect", "token_given", context.obj["lang"], **body))


@token.command("renew", help="collect_token_renew")
def renew(context: typer.Context, id_: Annotated[str, typer.Argument(metavar="ID")], json_: Json = False) -> None:
    from estimator.ingestion.http.tokens import Tokens

    given, secret = Tokens(context.obj["home"]).renew(id_)
    body = given.as_dict() | {"token": secret}
    show(body, json_, lambda: say("collect", "token_renewed", context.obj["lang"], **body))


@token.command("list", help="collect_token_list")
def list_(context: typer.Context, json_: Json = False) -> None:
    from estimator.ingestion.http.tokens import Tokens

    lang, senders = context.obj["lang"], Tokens(context.obj["home"])
    held = [token.as_dict() | {"mark": senders.sender(token).mark} for token in senders.in_force()]
    lines = [say("collect", "token_line", lang, **given) for given in held] or [say("collect", "token_none", lang)]
    show({"tokens": held}, json_, lambda: "\n".join(lines))


@token.command("revoke", help="collect_token_revoke")
def revoke(context: typer.Context, id_: Annotated[str, typer.Argument(metavar="ID")], json_: Json = False) -> None:
    from estimator.ingestion.http.tokens import Tokens

    body = Tokens(context.obj["home"]).revoke(id_).as_dict()
    show(body, json_, lambda: say("collect", "token_revoked", context.obj["lang"], **body))
