"""HTTP server loop shared by both servers: idle connections are closed, and the log is rate-limited."""

import asyncio
import contextlib
import logging
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from estimator.core.errors import say
from estimator.ingestion.http.connections import Bounds, Gate
from estimator.ingestion.http.endpoints import LOG

BACKLOG = 64  # connections accepted in one batch, before any limit is checked
LINES, WINDOW_S = 10, 10.0


def config(app: Any, bounds: Bounds, lang: str, **given: Any) -> uvicorn.Config:
    """The uvicorn configuration with these limits; `given` is passed to uvicorn."""
    gate = Gate(bounds)

    class OnWebSocket(WebSocketsSansIOProtocol):
        """A web socket, counted as a connection while open."""

        idle = sending = False

        def end(self) -> None:
            self.transport.abort()

        def connection_lost(self, exc: Exception | None) -> None:
            gate.leave(self)
            super().connection_lost(exc)

    class OnHttp(_Http):
        """A connection of this server."""

    OnHttp.gate = gate
    return uvicorn.Config(
        app,
        **{"ws": OnWebSocket} | given,
        http=OnHttp,
        loop="asyncio",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        log_level="warning",
        log_config=_log(lang),
        backlog=BACKLOG,
        timeout_graceful_shutdown=bounds.ending_s,
    )


def serve(configuration: uvicorn.Config, listening: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM, then return; requests in progress are completed first."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # uvicorn sends it again once stopped: files would stay
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(configuration).run(sockets=[listening])


class _Http(H11Protocol):
    """A connection closed when the headers of a request are late, or to make room for another."""

    gate: Gate
    _late: asyncio.TimerHandle | None = None

    @property
    def idle(self) -> bool:
        """Whether no request is in progress: awaiting headers, or receiving the rest of a body already answered."""
        return self._asks_nothing() and not self.transport.get_write_buffer_size()

    @property
    def sending(self) -> bool:
        """Whether the body of a request is still incomplete."""
        return self.conn.their_state is h11.SEND_BODY

    def end(self) -> None:
        """Close at once."""
        self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.gate.enter(self, self.client[0] if self.client else None):
            self._watch()
        else:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unwatch()
        self.gate.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._unwatch()
        super().handle_websocket_upgrade(event)
        follower: Any = self.transport.get_protocol()
        self.gate.replace(self, follower)

    def _asks_nothing(self) -> bool:
        return self.conn.their_state is h11.IDLE or bool(self.cycle and self.cycle.response_complete)

    def _watch(self) -> None:
        """Start the idle timeout when the connection becomes idle, stop it when it is not."""
        if not self._asks_nothing() or self.transport.get_protocol() is not self:
            self._unwatch()
        elif self._late is None:
            self._late = self.loop.call_later(self.gate.bounds.headers_s, self._is_late, None)

    def _is_late(self, left: int | None) -> None:
        """Close the connection at the timeout, unless the client is still receiving a response."""
        size = self.transport.get_write_buffer_size()
        if size and size != left:
            self._late = self.loop.call_later(self.gate.bounds.headers_s, self._is_late, size)
        else:
            self.end()

    def _unwatch(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


class FewLines(logging.Filter):
    """Rate limit: a maximum of lines in a time window; the next line printed counts the ones dropped."""

    def __init__(self, lang: str, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._lang, self._clock = lang, clock
        self._since, self._passed, self._dropped = clock(), 0, 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this line is printed."""
        if self._clock() - self._since >= WINDOW_S:
            self._since, self._passed = self._clock(), 0
        if self._passed >= LINES:
            self._dropped += 1
            return False
        self._passed += 1
        if self._dropped:
            told = say("listening", "lines_dropped", self._lang, count=self._dropped)
            record.msg, record.args, self._dropped = f"{record.getMessage()} ({told})", None, 0
        return True


def _log(lang: str) -> dict[str, Any]:
    """Rate-limited log of the server and its event loop to standard error."""
    loud = {"handlers": ["errors"], "level": "WARNING", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"few": {"()": FewLines, "lang": lang}},
        "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
        "handlers": {"errors": {"class": "logging.StreamHandler", "filters": ["few"], "formatter": "plain"}},
        "loggers": dict.fromkeys(("uvicorn", "asyncio", LOG), loud),
    }
