"""A front of an S3 server that answers in its place: to what, and with what, a test says."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import NamedTuple
from unittest.mock import patch
from urllib.parse import urlsplit

SILENCE = 0  # in place of a status: the connection stays open, and nothing comes, or nothing after this body


class Fault(NamedTuple):
    """What is answered in place of the server; without a status, the connection is cut."""

    status: int | None
    body: bytes
    kind: str


class Front:
    """The faults that are made now, each of requests of a method whose path and query hold a text."""

    def __init__(self, behind: str) -> None:
        self.behind = urlsplit(behind).netloc
        self.faults: list[tuple[str, str, Fault]] = []
        self.asked = 0
        self.over = Event()

    def fault(self, method: str, path: str) -> Fault | None:
        found = [fault for of, held, fault in self.faults if of in (method, "*") and held in path]
        self.asked += bool(found)
        return found[0] if found else None

    @contextmanager
    def answering(
        self, method: str, held: str, status: int | None, body: bytes = b"", kind: str = "text/html"
    ) -> Iterator[None]:
        """Context in which these requests have this answer."""
        self.asked = 0
        self.over.clear()
        self.faults.append((method, held, Fault(status, body, kind)))
        try:
            yield
        finally:
            self.faults.pop()
            self.over.set()


class _Handler(BaseHTTPRequestHandler):
    front: Front
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.front.fault(self.command, self.path)
        if fault is None:
            self._forward(data)
        elif fault.status is None:
            self.close_connection = True
        elif fault.status == SILENCE:
            self._stop(fault.body)
        else:
            self._send(fault.status, [("Content-Type", fault.kind)], fault.body)

    def _stop(self, begun: bytes) -> None:
        if begun:
            self._send(206, [("ETag", "begun")], begun, f"{len(begun) + 1000}")
        self.close_connection = self.front.over.wait()

    def _forward(self, data: bytes) -> None:
        connection = HTTPConnection(self.front.behind, timeout=60)
        connection.request(self.command, self.path, data, dict(self.headers))
        answer = connection.getresponse()
        left = {"transfer-encoding", "connection", "content-length"}
        headers = [(name, value) for name, value in answer.getheaders() if name.lower() not in left]
        size = answer.getheader("Content-Length") if self.command == "HEAD" else None
        self._send(answer.status, headers, answer.read(), size)
        connection.close()

    def _send(self, status: int, headers: list[tuple[str, str]], body: bytes, size: str | None = None) -> None:
        self.send_response_only(status)
        for name, value in (*headers, ("Content-Length", size or str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_PUT = do_DELETE = do_HEAD = do_POST = _answer

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def in_front(forget: Callable[[], None]) -> Iterator[Front]:
    """A front of the server of AWS_ENDPOINT_URL, which this process then asks in its place."""
    front = Front(os.environ["AWS_ENDPOINT_URL"])
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"front": front}))
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    with patch.dict(os.environ, {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}"}):
        forget()
        yield front
        forget()
    server.shutdown()
    server.server_close()
