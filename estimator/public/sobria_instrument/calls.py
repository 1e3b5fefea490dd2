"""One line in a service: the calls that it makes to models through httpx or httpx2 are counted as they are answered."""

import functools
import importlib
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

from sobria_instrument.answers import PATHS, Call
from sobria_instrument.outbox import Outbox
from sobria_instrument.telling import Guarded, tell

LIBRARIES = ("httpx", "httpx2")  # what openai, litellm, mistralai, ollama and anthropic send with
_MARK = "__sobria__"


class Counting:
    """The counting of a program, until it is closed."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._plain: list[tuple[type, Any]] = []

    def close(self) -> None:
        """Stop counting, write what is left and try once to send it. Called by itself at the end of the program."""
        for client, send in self._plain:
            client.send = send  # type: ignore[attr-defined]
        self._plain.clear()
        self._outbox.close()

    def _count(self, client: type, counted: Callable[[Any, Any], Any]) -> None:
        plain = client.send  # type: ignore[attr-defined]
        self._plain.append((client, plain))
        send = functools.wraps(plain)(counted(plain, self._outbox.put))
        setattr(send, _MARK, self)
        client.send = send  # type: ignore[attr-defined]


def outbox(service: str | None, address: str | None, token: str | None, folder: Any) -> Outbox:
    """Where counts go, as given, else as the environment says."""
    named = service or os.environ.get("OTEL_SERVICE_NAME") or Path(sys.argv[0]).stem or "python"
    to = address or os.environ.get("SOBRIA_COLLECT") or ""
    return Outbox(named, to, token or os.environ.get("SOBRIA_TOKEN") or "", folder)


def instrument(
    service: str | None = None,
    address: str | None = None,
    token: str | None = None,
    folder: str | os.PathLike[str] | None = None,
) -> Counting:
    """Count the calls that this program makes to models, at once, streamed or asynchronous.

    What is sent of each: model, tokens (input, output, cached), start, duration, host and port that answered, name of
    the service. Never a prompt, an answer, a key, a path. Nothing is raised in the service, which waits for nothing.

    Parameters
    ----------
    service : name of the service; else $OTEL_SERVICE_NAME, else the name of the program. A collector keeps that of the
        token.
    address : of `sobria collect`, as `http://127.0.0.1:8502`; else $SOBRIA_COLLECT. Without any, counts stay in
        `folder`, for `sobria import`.
    token : of `sobria collect token add SERVICE`; else $SOBRIA_TOKEN.
    folder : where counts wait for the collector; else $SOBRIA_SPOOL, else `~/.local/state/sobria/calls`.

    Returns
    -------
    Counting
        What is counting, whose `close()` stops it. A second call returns the first.
    """
    clients = [client for name in LIBRARIES if (module := _installed(name)) for client in _clients(module)]
    for client, _ in clients:
        if already := getattr(client.send, _MARK, None):
            return already  # type: ignore[no-any-return]
    counting = Counting(outbox(service, address, token, folder))
    for client, counted in clients:
        counting._count(client, counted)
    if not clients:
        tell("no_client")
    return counting


def counted() -> bool:
    """Whether this program counts its calls already."""
    loaded = [module for name in LIBRARIES if (module := sys.modules.get(name))]
    return any(hasattr(module.Client.send, _MARK) for module in loaded)


def _installed(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _clients(module: Any) -> list[tuple[Any, Callable[[Any, Any], Any]]]:
    return [(module.Client, _at_once), (module.AsyncClient, _awaited)]


def _at_once(plain: Any, put: Any) -> Any:
    def send(self: Any, request: Any, *given: Any, **options: Any) -> Any:
        call = _call(request, put)
        response = plain(self, request, *given, **options)
        if call:
            _follow(call, response, options.get("stream"), ("iter_bytes", _pieces))
        return response

    return send


def _awaited(plain: Any, put: Any) -> Any:
    async def send(self: Any, request: Any, *given: Any, **options: Any) -> Any:
        call = _call(request, put)
        response = await plain(self, request, *given, **options)
        if call:
            _follow(call, response, options.get("stream"), ("aiter_bytes", _awaited_pieces))
        return response

    return send


def _call(request: Any, put: Any) -> Call | None:
    """The call that a request is, None for a request to anything but a model."""
    with Guarded():
        if request.method == "POST" and request.url.path.rstrip("/").endswith(PATHS):
            return Call(request.url.host, request.url.port, put)
    return None


def _follow(call: Call, response: Any, streamed: Any, through: tuple[str, Any]) -> None:
    """Count an answer, now or as its pieces are read; a refusal of the model is no work."""
    with Guarded():
        if not response.is_success:
            return
        if not streamed:
            call.document(response.content)
            return
        name, pieces = through
        lines = not response.headers.get("content-type", "").startswith("application/json")
        setattr(response, name, functools.partial(pieces, call, getattr(response, name), lines))


def _pieces(call: Call, plain: Any, lines: bool, *given: Any, **options: Any) -> Iterator[bytes]:
    """The pieces of an answer, as its reader takes them."""
    read, whole = bytearray(), False
    try:
        for piece in plain(*given, **options):
            _piece(call, piece, lines, read)
            yield piece
        whole = True
    finally:
        _end(call, lines, read, whole)


async def _awaited_pieces(call: Call, plain: Any, lines: bool, *given: Any, **options: Any) -> AsyncIterator[bytes]:
    read, whole = bytearray(), False
    try:
        async for piece in plain(*given, **options):
            _piece(call, piece, lines, read)
            yield piece
        whole = True
    finally:
        _end(call, lines, read, whole)


def _piece(call: Call, piece: bytes, lines: bool, read: bytearray) -> None:
    with Guarded():
        if lines:
            call.feed(piece)
        else:
            read.extend(piece)


def _end(call: Call, lines: bool, read: bytearray, whole: bool) -> None:
    with Guarded():
        if lines or not whole:
            call.end(whole)
        else:
            call.document(bytes(read))
