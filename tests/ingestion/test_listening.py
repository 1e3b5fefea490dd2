"""How servers listen: late headers, too many connections, and a log that stays small. Real sockets, short bounds."""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from estimator.ingestion.http.connections import Bounds, Gate
from estimator.ingestion.http.listening import LINES, WINDOW_S, FewLines, config

HALF = b"GET / HTTP/1.1\r\nHost: localhost\r\nX: "
WHOLE = HALF + b"y\r\n\r\n"
BODY = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n"
AWAITED = BODY[:-2] + b"Expect: 100-continue\r\n\r\n"  # the server says when it awaits the body
UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
LATE_S, PATIENCE_S = 1.0, 20.0


async def answer(request: Request) -> PlainTextResponse:
    await request.body()
    return PlainTextResponse("ok")


async def talk(given: WebSocket) -> None:
    await given.accept()
    await given.receive()


APP = Starlette(routes=[Route("/", answer, methods=["GET", "POST"]), WebSocketRoute("/ws", talk)])


@contextmanager
def served(bounds: Bounds) -> Iterator[int]:
    """The port of a server that keeps these bounds, in a thread of its own."""
    server = uvicorn.Server(config(APP, bounds, "fr", lifespan="off"))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(PATIENCE_S)


HOLDING = """
import socket, sys, tempfile
from estimator.ingestion.http.connections import Bounds
from estimator.ingestion.http.listening import config, serve
held = tempfile.TemporaryDirectory()
listening = socket.create_server(("127.0.0.1", 0))
async def answer(scope, receive, send):
    print(held.name, flush=True)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})
print(listening.getsockname()[1], flush=True)
serve(config(answer, Bounds(ending_s=1), "fr", lifespan="off"), listening)
print("over", flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of another kind")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_server_deletes_its_temporary_files(number: int) -> None:
    """Files dropped on a page, which may hold what people wrote, do not outlive the server that was told to end."""
    with subprocess.Popen([sys.executable, "-c", HOLDING], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        opened(int(process.stdout.readline()), WHOLE).close()
        folder = Path(process.stdout.readline().strip())
        assert folder.is_dir()
        process.send_signal(number)
        assert process.stdout.readline() == "over\n"
        assert process.wait(PATIENCE_S) == 0
    assert not folder.exists()


def opened(port: int, sent: bytes, address: str = "127.0.0.1") -> socket.socket:
    """A connection from this address of the machine that has sent this."""
    found = socket.create_connection(("127.0.0.1", port), PATIENCE_S, (address, 0))
    with suppress(ConnectionError):  # it may be closed already
        found.sendall(sent)
    return found


def heard(connection: socket.socket) -> bytes:
    """The first bytes that come; none once it is closed."""
    try:
        return connection.recv(4096)
    except ConnectionResetError:
        return b""


def is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return heard(connection) != b""
    except BlockingIOError:
        return True
    finally:
        connection.settimeout(PATIENCE_S)


@pytest.mark.parametrize("sent", [b"", HALF, WHOLE + HALF, WHOLE + BODY[:20]])
def test_headers_that_do_not_end_close_the_connection(sent: bytes) -> None:
    """From its opening, and from each answer on a connection that is kept."""
    with served(Bounds(headers_s=LATE_S)) as port, closing(opened(port, sent)) as late:
        answers = b"".join(iter(lambda: heard(late), b""))
        assert answers.startswith(b"HTTP/1.1 200") is sent.startswith(WHOLE)


def test_headers_sent_drop_by_drop_close_it_too() -> None:
    with served(Bounds(headers_s=LATE_S)) as port, closing(opened(port, HALF)) as late, pytest.raises(OSError):
        for _ in range(200):
            late.sendall(b"z")
            time.sleep(LATE_S / 5)


def test_a_body_may_take_longer_than_headers() -> None:
    with served(Bounds(headers_s=LATE_S)) as port, closing(opened(port, BODY)) as slow:
        time.sleep(1.5 * LATE_S)
        slow.sendall(b"x" * 9)
        assert heard(slow).startswith(b"HTTP/1.1 200")


def test_a_web_socket_stays_open_and_counts_until_it_is_closed() -> None:
    with served(Bounds(headers_s=LATE_S, of_an_address=1)) as port:
        with closing(opened(port, UPGRADE)) as talking:
            assert heard(talking).startswith(b"HTTP/1.1 101")
            time.sleep(1.5 * LATE_S)
            assert is_open(talking)
            with closing(opened(port, WHOLE)) as other:
                assert heard(other) == b""
        assert answers(port)


def answers(port: int, address: str = "127.0.0.1") -> bool:
    """Whether a request is answered, tried again while what was just closed is being noticed."""
    for _ in range(50):
        with closing(opened(port, WHOLE, address)) as asking:
            if heard(asking).startswith(b"HTTP/1.1 200"):
                return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("waiting", [HALF, AWAITED])
def test_over_the_bound_of_an_address_the_oldest_that_waits_gives_way(waiting: bytes) -> None:
    """4 connections that wait, of 4: a fifth that asks is answered, and 3 of the first are still there."""
    with served(Bounds(of_an_address=4)) as port, ExitStack() as stack:
        held = [stack.enter_context(closing(opened(port, waiting))) for _ in range(4)]
        assert waiting == HALF or all(heard(one).startswith(b"HTTP/1.1 100") for one in held)
        with closing(opened(port, WHOLE)) as asking:
            assert heard(asking).startswith(b"HTTP/1.1 200")
        assert heard(held[0]) == b""
        assert [is_open(one) for one in held[1:]] == [True] * 3


def test_another_address_has_connections_of_its_own() -> None:
    with served(Bounds(of_an_address=2)) as port, ExitStack() as stack:
        held = [stack.enter_context(closing(opened(port, UPGRADE))) for _ in range(2)]
        assert all(heard(one).startswith(b"HTTP/1.1 101") for one in held)
        assert answers(port, "127.0.0.2")


class Held:
    """A connection in the state that a test gives it."""

    def __init__(self, idle: bool = False, sending: bool = False) -> None:
        self.idle, self.sending, self.ended = idle, sending, False

    def end(self) -> None:
        self.ended = True


def test_what_asks_nothing_goes_before_what_is_being_sent_and_what_is_in_hand_stays() -> None:
    gate = Gate(Bounds(of_an_address=3))
    in_hand, sending, idle = Held(), Held(sending=True), Held(idle=True)
    assert all(gate.enter(one, "192.0.2.1") for one in (in_hand, sending, idle))
    assert gate.enter(Held(), "192.0.2.1") and idle.ended and not sending.ended
    assert gate.enter(Held(), "192.0.2.1") and sending.ended
    assert not gate.enter(Held(), "192.0.2.1") and not in_hand.ended
    gate.leave(in_hand)
    assert gate.enter(Held(), "192.0.2.1")


@pytest.mark.parametrize(
    ("address", "other", "one"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        (None, None, False),
    ],
)
def test_who_shares_a_bound(address: str | None, other: str | None, one: bool) -> None:
    """The first 64 bits of IPv6 are one person's; a Unix socket speaks for many."""
    gate = Gate(Bounds(of_an_address=1))
    assert gate.enter(Held(), address)
    assert gate.enter(Held(), other) is not one


def test_the_bound_of_all_holds_for_a_unix_socket_too() -> None:
    gate = Gate(Bounds(most=2))
    assert [gate.enter(Held(), address) for address in (None, "192.0.2.1", None)] == [True, True, False]
    assert Bounds().overall <= 1024


def test_a_flood_of_lines_is_counted_and_not_written() -> None:
    """100 lines in one moment: the first 10; the next, when time has passed, says that 90 were not."""
    now = 0.0
    few = FewLines("fr", clock=lambda: now)

    def line() -> logging.LogRecord:
        return logging.LogRecord("asyncio", logging.ERROR, "", 0, "socket.accept() %s", ("failed",), None)

    assert [few.filter(line()) for _ in range(100)].count(True) == LINES
    now = WINDOW_S
    told = line()
    assert few.filter(told) and told.getMessage() == "socket.accept() failed (90 autres lignes n'ont pas été écrites)"
    after = line()
    assert few.filter(after) and after.getMessage() == "socket.accept() failed"
