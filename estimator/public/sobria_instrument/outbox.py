"""The counts of a service on their way: kept in a folder, then sent to `sobria collect`, which may be down for days."""

import atexit
import http.client
import json
import os
import queue
import re
import threading
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from sobria_instrument.answers import UNCOUNTED
from sobria_instrument.telling import Guarded, tell

EVERY_S, AGAIN_S = 5.0, 30.0  # between two envoys, and when the last one failed [s]
MOST_CALLS, MOST_FILES, AT_ONCE = 10_000, 50_000, 500  # waiting in memory, in the folder, in one body
PATH = "/v1/traces"
TIMEOUT_S, LEAVING_S = 10.0, 2.0  # of one envoy, and of the last at the end of the program [s]
_NEVER = frozenset({400, 413, 415, 422})  # refusals of what was sent; any other may pass
_TOKEN = frozenset({401, 403})


class Outbox:
    """Spans of calls, written to a folder every few seconds by a thread of its own and sent from there. Nothing blocks
    the caller or is raised to it. Without an address they stay in the folder, a file a day, for `sobria import`."""

    def __init__(self, service: str, address: str, token: str, folder: str | os.PathLike[str] | None) -> None:
        self.service, self._token = service, token
        self._url = f"{address.rstrip('/').removesuffix(PATH)}{PATH}" if address else ""
        named = re.sub(r"[^\w-]+", "_", service)[:80] or "_"
        self.folder = Path(folder or os.environ.get("SOBRIA_SPOOL") or _state()) / named
        self._pid, self._starting = -1, threading.Lock()
        self._troubles, self._uncounted = set[tuple[str, str]](), set[tuple[str, str]]()
        atexit.register(self.close)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forked)
        with Guarded():
            if self._url and any(self.folder.glob("*.json")):
                self._start()

    def put(self, span: dict[str, Any]) -> None:
        """Take the span of a call; in a process forked from this one, by a thread of that process."""
        with Guarded():
            with self._starting:
                if self._pid == -1:
                    self._start()
            self._once_uncounted(span)
            try:
                self._queue.put_nowait(span)
            except queue.Full:
                self._lost += 1

    def close(self) -> None:
        """Write what is left, and try once to send it."""
        with Guarded():
            if self._pid != -1:
                self._ending.set()
                self._queue.put(None, timeout=LEAVING_S)
                self._thread.join(2 * LEAVING_S)
                self._pid = -1
                if self._thread.is_alive():  # held by a collector that does not answer
                    self._keep([call for call in [*self._queue.queue] if call])

    def _forked(self) -> None:
        """The thread and what it had in hand are those of the parent."""
        self._pid, self._starting = -1, threading.Lock()

    def _start(self) -> None:
        self._queue: queue.Queue[dict[str, Any] | None] = queue.Queue(MOST_CALLS)
        self._pid, self._lost, self._reached = os.getpid(), 0, True
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sobria", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with Guarded():
            self._send_waiting()
        while True:
            ending = False
            with Guarded():
                calls, ending = self._gathered()
                self._keep(calls)
                self._send_waiting()
            if ending:
                return

    def _gathered(self) -> tuple[list[dict[str, Any]], bool]:
        """The calls of the next seconds, and whether the program ends."""
        calls: list[dict[str, Any]] = []
        until = time.monotonic() + (EVERY_S if self._reached else AGAIN_S)
        while len(calls) < AT_ONCE and (left := until - time.monotonic()) > 0:
            try:
                found = self._queue.get(timeout=left)
            except queue.Empty:
                break
            if found is None:
                return calls, True
            calls.append(found)
        return calls, self._ending.is_set() and self._queue.empty()

    def _keep(self, calls: list[dict[str, Any]]) -> None:
        """Write calls to the folder; send them at once where it takes nothing."""
        lost, self._lost = self._lost, 0
        if lost:
            tell("lost", count=lost, folder=self.folder, reason=f"> {MOST_CALLS}")
        if not calls:
            return
        named = [{"key": "service.name", "value": {"stringValue": self.service}}]
        scope = {"scope": {"name": "sobria_instrument"}, "spans": calls}
        export = {"resourceSpans": [{"resource": {"attributes": named}, "scopeSpans": [scope]}]}
        body = json.dumps(export, ensure_ascii=False).encode("utf-8") + b"\n"
        try:
            self._write(body)
        except OSError as error:
            if not self._url or not 200 <= self._post(body)[0] < 300:  # noqa: PLR2004
                tell("lost", count=len(calls), folder=self.folder, reason=error.strerror or error)

    def _write(self, body: bytes) -> None:
        """OSError."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self._url:
            day = datetime.now(UTC).date().isoformat()
            self._append(self.folder / f"{day}-{os.getpid()}.jsonl", body)
            return
        if len(os.listdir(self.folder)) >= MOST_FILES:
            raise OSError(None, f"> {MOST_FILES}")
        path = self.folder / f"{time.time_ns()}-{os.getpid()}.json"
        self._append(path.with_suffix(".part"), body)
        path.with_suffix(".part").replace(path)

    @staticmethod
    def _append(path: Path, body: bytes) -> None:
        with open(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as file:
            file.write(body)

    def _send_waiting(self) -> None:
        """Send what waits, the oldest first, until the collector does not take it."""
        for path in islice(sorted(self.folder.glob("*.json")), AT_ONCE) if self._url else ():
            try:
                body = path.read_bytes()
            except FileNotFoundError:  # sent by another process of this service
                continue
            status, reason = self._post(body)
            taken = 200 <= status < 300  # noqa: PLR2004
            self._reached = taken or status in _NEVER
            if not self._reached:
                self._once("bad_token" if status in _TOKEN else "unreachable", reason, folder=self.folder)
                return
            if taken:
                self._troubles.clear()
                path.unlink(missing_ok=True)
            else:
                aside = path.with_suffix(".refused")
                path.replace(aside)
                self._once("refused", reason, file=aside)

    def _post(self, body: bytes) -> tuple[int, str]:
        """The status of the answer, 0 where there is none, and the reason."""
        headers = {"content-type": "application/json", "authorization": f"Bearer {self._token}"}
        try:
            request = urllib.request.Request(self._url, body, headers)
            timeout = LEAVING_S if self._ending.is_set() else TIMEOUT_S
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, ""
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, str(refused.code)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return 0, str(getattr(error, "reason", error))

    def _once(self, key: str, about: str, **facts: Any) -> None:
        """Say a thing when it begins, and not at each attempt."""
        if (key, about) not in self._troubles:
            self._troubles.add((key, about))
            tell(key, address=self._url, reason=about, **facts)

    def _once_uncounted(self, span: dict[str, Any]) -> None:
        told = {one["key"]: one["value"].get("stringValue", "") for one in span["attributes"]}
        why, host = told.get(UNCOUNTED), told.get("server.address", "?")
        if why and (why, host) not in self._uncounted:
            self._uncounted.add((why, host))
            tell(why, host=host)


def _state() -> str:
    """The folder of the user's programs for what they keep, or the temporary one where a user has none."""
    home = os.path.expanduser("~")
    base = os.environ.get("XDG_STATE_HOME") or (f"{home}/.local/state" if home != "~" else gettempdir())
    return f"{base}/sobria/calls"
