"""`sobria collect`: receive rows over HTTP, and manage the tokens of services."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from estimator.cli.text import Json, show
from estimator.core.errors import SobriaError, say
from estimator.core.locks import file_lock
from estimator.ingestion.http.connections import OF_AN_ADDRESS, Bounds, is_this_machine
from estimator.ingestion.http.endpoints import ADDRESS, COLLECTING, PORT, Limits

if TYPE_CHECKING:
    from estimator.ingestion.http.tokens import Tokens

Read = Annotated[bool, typer.Option("--read", help="token_read")]

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
    from prometheus_client import CollectorRegistry

    from estimator.ingestion.http import listening as server
    from estimator.ingestion.http import server as door
    from estimator.ingestion.readers import of_others
    from estimator.ledger import Ledger
    from estimator.reporting.exports.readings import readings

    home, lang = context.obj["home"], context.obj["lang"]
    listening = door.listen(address, port)
    if not is_this_machine(address):
        print(say("collect", "open_to_all", lang), file=sys.stderr)
    shown = f"[{address}]" if ":" in address else address
    counters = CollectorRegistry()
    app = door.create_app(home, Limits(body=max_bytes, waiting=max_waiting), readings(home, counters), counters)
    bounds = Bounds(of_an_address=connections_per_address)
    Ledger(home).prepare()
    of_others()  # a reader that is refused is told now, and not when a service sends its format
    with file_lock(Ledger(home).folder / COLLECTING, shared=True):
        print(say("collect", "started", lang, url=f"http://{shown}:{listening.getsockname()[1]}"), flush=True)
        server.serve(server.config(app, bounds, lang, ws="none", lifespan="off"), listening)


@token.command("add", help="collect_token_add")
def add(  # noqa: PLR0913
    context: typer.Context,
    service: Annotated[str, typer.Argument(metavar="SERVICE")],
    host: Annotated[str | None, typer.Option(help="places_host")] = None,
    zone: Annotated[str | None, typer.Option(help="zone")] = None,
    read: Read = False,
    json_: Json = False,
) -> None:
    from estimator.core.fields import Author
    from estimator.places.journal import PlaceJournal, PlaceRule, in_tables

    place = {name: value for name, value in (("host", host), ("zone", zone)) if value}
    if place and read:
        raise SobriaError("reader_place")
    if place:
        in_tables(PlaceRule(service=service, host=host, zone=zone))  # before a token is given
    senders = _tokens(context, read)
    given, secret = senders.add(service)
    if place:
        told = Author(who="sobria collect token add", why=say("collect", "token_place", context.obj["lang"]))
        PlaceJournal(context.obj["home"]).add_rule({"sender": senders.sender(given).mark} | place, told)
    body = given.as_dict() | {"token": secret}
    show(body, json_, lambda: say("collect", "token_given", context.obj["lang"], **body))


@token.command("renew", help="collect_token_renew")
def renew(context: typer.Context, id_: Annotated[str, typer.Argument(metavar="ID")], json_: Json = False) -> None:
    senders = _tokens(context, read=False)
    holds = any(old.event.startswith(id_) for old in senders.in_force())
    given, secret = senders.renew(id_)
    body, key = given.as_dict() | {"token": secret}, "token_renewed" if holds else "token_renewed_revoked"
    show(body, json_, lambda: say("collect", key, context.obj["lang"], **body))


@token.command("list", help="collect_token_list")
def list_(context: typer.Context, read: Read = False, json_: Json = False) -> None:
    lang, senders, line = context.obj["lang"], _tokens(context, read), "reader_line" if read else "token_line"
    held = [token.as_dict() | {"mark": senders.sender(token).mark} for token in senders.in_force()]
    lines = [say("collect", line, lang, **given) for given in held] or [say("collect", "token_none", lang)]
    show({"tokens": held}, json_, lambda: "\n".join(lines))


@token.command("revoke", help="collect_token_revoke")
def revoke(
    context: typer.Context,
    id_: Annotated[str, typer.Argument(metavar="ID")],
    read: Read = False,
    json_: Json = False,
) -> None:
    body = _tokens(context, read).revoke(id_).as_dict()
    show(
        body, json_, lambda: say("collect", "reader_revoked" if read else "token_revoked", context.obj["lang"], **body)
    )


def _tokens(context: typer.Context, read: bool) -> "Tokens":
    """The tokens that send, or those that read."""
    from estimator.ingestion.http.tokens import FOLDER, READERS, Tokens

    return Tokens(context.obj["home"], READERS if read else FOLDER)
