"""`python -m dashboard --home H --port N`: serve the screens of one home, to this machine only by default."""

import argparse
import contextlib
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dashboard.server.write_access import HOURS, LONGEST, SHORTEST, Access, SecretRefused, read_secret
from dashboard.shared.texts import DEFAULT, LANGUAGES, t
from estimator.core.errors import SobriaError, reason_of, say
from estimator.core.home import default_home, home_at
from estimator.core.language import language_of_terminal
from estimator.custody import open_home
from estimator.ingestion.http.connections import MOST, Bounds, is_this_machine

PORT, ADDRESS = 8501, "127.0.0.1"
OF_A_ROUTER = 256  # connections: seven of each browser, and several people may come by one address


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0 stopped on request, 1 the home is refused or the address cannot be bound, 2 usage."""
    chosen = _parse(arguments)
    proxy = _proxy_secret(chosen)
    if proxy is None:
        return 2
    try:
        chosen.home = default_home() if chosen.home is None else home_at(chosen.home)
        open_home(chosen.home, lambda key, facts: print(say("custody", key, chosen.lang, **facts), file=sys.stderr))
        listening = _listen(chosen.address, chosen.port)
    except SobriaError as error:
        print(error.message(chosen.lang), file=sys.stderr)
        return 1
    os.environ["SOBRIA_HOME"] = str(chosen.home)
    port = listening.getsockname()[1]
    if chosen.port not in (0, port):
        print(t("server.moved", chosen.lang, asked=str(chosen.port), port=str(port)), file=sys.stderr)
    if not is_this_machine(chosen.address):
        print(t("server.open_to_all", chosen.lang), file=sys.stderr)
    shown = f"[{chosen.address}]" if ":" in chosen.address else chosen.address
    url = f"http://{shown}:{port}"
    pages = url if chosen.lang == DEFAULT else f"{url}/?lang={chosen.lang}"
    print(t("server.started", chosen.lang, url=pages), flush=True)

    def announce(link: str) -> None:
        said = t("server.write_link", chosen.lang, url=f"{url}{link}&lang={chosen.lang}", hours=HOURS)
        print(said, flush=True)

    with contextlib.suppress(KeyboardInterrupt):  # before it listens; then, `serve` ends by itself
        _serve(listening, chosen, Access(announce, port, proxy))
    return 0


def _proxy_secret(chosen: argparse.Namespace) -> str | None:
    """The shared secret of the proxy, "" without a proxy; None when refused, with the reason printed."""
    file = chosen.proxy_secret_file
    if file is None:
        return ""
    try:
        return read_secret(file)
    except OSError as error:
        said = t("server.secret_unreadable", chosen.lang, file=file, reason=reason_of(error)[chosen.lang])
    except SecretRefused as refused:
        said = t(f"server.secret_{refused}", chosen.lang, file=file, least=SHORTEST, most=LONGEST)
    print(said, file=sys.stderr)
    return None


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    early = argparse.ArgumentParser(add_help=False)
    early.add_argument("--lang", default=language_of_terminal())
    asked = early.parse_known_args(arguments)[0].lang
    lang = asked if asked in LANGUAGES else DEFAULT
    return _parser(lang).parse_args(arguments)


def _parser(lang: str) -> argparse.ArgumentParser:
    """The options, told in a language, which is then that of the texts unless another is asked for."""

    class Formatter(argparse.HelpFormatter):
        def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
            super().add_usage(usage, actions, groups, prefix or f"{say('typer', 'usage', lang)} ")

    described = t("server.description", lang)
    made = argparse.ArgumentParser(
        "python -m dashboard", description=described, formatter_class=Formatter, add_help=False
    )
    parser = made.add_argument_group(t("server.options", lang).removesuffix(":"))
    parser.add_argument("--help", "-h", action="help", help=say("typer", "help", lang))
    parser.add_argument("--home", help=t("server.home_help", lang))
    parser.add_argument("--port", type=int, default=PORT, help=t("server.port_help", lang))
    parser.add_argument("--address", default=ADDRESS, help=t("server.address_help", lang))
    parser.add_argument("--allowed-host", action="append", default=[], help=t("server.host_help", lang))
    parser.add_argument("--proxy-secret-file", type=Path, help=t("server.secret_help", lang))
    parser.add_argument("--connections-per-address", type=int, help=t("server.connections_help", lang))
    parser.add_argument("--lang", choices=LANGUAGES, default=lang, help=t("server.lang_help", lang))
    return made


def _listen(address: str, port: int) -> socket.socket:
    """A listening socket; on a free port when the requested one cannot be had. SobriaError."""
    from estimator.ingestion.http.server import listen

    try:
        return listen(address, port)
    except SobriaError:
        return listen(address, 0)


def _serve(listening: socket.socket, chosen: argparse.Namespace, access: Access) -> None:
    from dashboard.server.app import create_app
    from estimator.ingestion.http.listening import config, serve

    app = create_app([chosen.address, *chosen.allowed_host], access)
    of_an_address = chosen.connections_per_address or (MOST if chosen.proxy_secret_file else OF_A_ROUTER)
    bounds = Bounds(of_an_address=of_an_address, ending_s=3)
    serve(config(app, bounds, chosen.lang, ws_max_size=1_000_000), listening)


if __name__ == "__main__":
    sys.exit(main())
