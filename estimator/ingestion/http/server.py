"""HTTP endpoint of the collector: a success response means that the rows are on disk."""

import asyncio
import binascii
import collections
import errno
import logging
import secrets
import socket
import time
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from prometheus_client import CollectorRegistry, Counter
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from estimator.core.errors import LANGUAGES, SobriaError, reason_of, say, sentences, texts
from estimator.core.home import home_file
from estimator.core.language import OF_PROGRAMS
from estimator.core.storage.storage import StoreFailed
from estimator.core.typography import printable, some_of
from estimator.core.validation_messages import LONGEST_READ
from estimator.ingestion.context import reading_context
from estimator.ingestion.http import otlp
from estimator.ingestion.http.endpoints import (
    CODECARBON_API,
    ENDPOINTS,
    LOG,
    STATUS,
    Endpoint,
    Limits,
    Reading,
)
from estimator.ingestion.http.gzip_body import GZIP, unpacked
from estimator.ingestion.http.payloads import OTLP, ParsedPayload, Payload, Receipt, post, read_body, settle
from estimator.ingestion.http.sender_rows import Sender
from estimator.ingestion.http.tokens import READERS, Tokens
from estimator.ingestion.parsing.span_links import SpanLinks
from estimator.ledger import Ledger
from estimator.ledger.standing import Standing

SETTLE_EVERY = 64  # batches written between compactions, on average: fewer small files cost less than a compaction
OUTCOMES = ("accepted", "duplicates", "quarantined", "unread")  # of a row, or of a call or point that is not kept
TOLD_BY = 100  # rows of a sender, of which the counters tell whole multiples: so many uses a month are those of no one
_NOTHING_TO_DO = frozenset({"no_work", "gateway_cache", "window_overlap", "measure_beside", "repeated_header"})
_BY_SENDER = (
    "no_date",
    "no_moment",
    "bad_moment",
    "no_usage",
    "bad_period",
    "declared_period",
)  # reasons that name nothing of the body, and what who sends can do
HEALTH = "/sante"
AT_ONCE = 16_384  # of a body that is read without a thread, which would cost more [B]
T = TypeVar("T")
DRAINED = 8  # multiple of the maximum body that is received and discarded, so that the sender receives the response


class _Waiting:
    """A received body, waiting for its receipt or the reason of its refusal."""

    def __init__(self, taken: ParsedPayload) -> None:
        self.taken = taken
        self.receipt: Receipt | None = None
        self.refusal = SobriaError("collect_not_written", reason="-")


class Collector:
    """Receives bodies from services and returns a receipt for each; waiting bodies are written in one batch."""

    def __init__(self, home: Path, limits: Limits, counters: CollectorRegistry) -> None:
        self._rows = Counter(
            "sobria_collected_rows", say("metrics", "rows", OF_PROGRAMS), ("outcome",), registry=counters
        )
        for outcome in OUTCOMES:
            self._rows.labels(outcome)
        self._untold = collections.Counter[tuple[str, str]]()  # rows of the hundred that has begun, by sender, outcome
        self._senders, self._ledger = Tokens(home), Ledger(home)
        self._context = replace(reading_context(home), span_links=SpanLinks())
        self._standing = Standing(self._ledger, recent=True)
        self._limits, self._store = limits, home_file(home).store
        self._in_hand = collections.Counter[str]()
        self._unsettled, self._settle_at = 0, _until_settled()
        self._settling: asyncio.Task[None] | None = None
        self._waiting: list[_Waiting] = []
        self._writing = asyncio.Lock()

    async def receive(self, request: Request, door: Endpoint) -> Receipt:
        """Receipt of a body, decompressed if gzip. The refusals of STATUS, and those of the readers."""
        began, writing = time.monotonic(), None
        find = partial(self._sender, request)
        try:
            sender = await self._in_time(run_in_threadpool(find), 0.0) if self._store else find()  # a bucket may wait
            _check_type(request, door)
            self._check_in_hand(sender)
        except SobriaError:
            await self._received_body(
                request, 0
            )  # a sender still sending would get a broken connection, not the response
            raise
        self._in_hand[sender.mark] += 1
        spent_s = time.monotonic() - began
        try:
            data = await self._received_body(request, self._limits.body)
            if data is None:
                raise SobriaError("collect_too_large", most=self._limits.body)
            if _packing(request) in GZIP:
                data = await run_in_threadpool(unpacked, data, self._limits.body)
            if _kind(request) == otlp.PROTOBUF:
                data = await run_in_threadpool(otlp.as_json, data, door.form == "metrics")
            read = partial(read_body, Payload(sender, door.form, data), self._context)
            taken = read() if len(data) <= AT_ONCE else await run_in_threadpool(read)
            writing = asyncio.ensure_future(self._batch_receipt(_Waiting(taken)))
            return await self._in_time(writing, spent_s)
        finally:
            if writing:
                writing.add_done_callback(lambda _: self._in_hand.subtract([sender.mark]))
            else:
                self._in_hand[sender.mark] -= 1

    async def _in_time(self, work: Awaitable[T], spent_s: float) -> T:
        """What this gives. StoreFailed where the store of the home is on another machine and says nothing for too long,
        less what was spent: the work then goes on, and who sends again is told which rows are known."""
        task = asyncio.ensure_future(work)
        limit = max(0.0, self._limits.store_s - spent_s) if self._store else None
        if not (await asyncio.wait({task}, timeout=limit))[0]:
            task.add_done_callback(lambda done: done.cancelled() or done.exception())  # which nobody awaits
            raise StoreFailed("store_unreachable", address=self._store, told=f"{self._limits.store_s:g} s")
        return task.result()

    def _check_in_hand(self, sender: Sender) -> None:
        """collect_busy, collect_sender_busy: one sender may use only a part of the bodies in progress."""
        if self._in_hand.total() >= self._limits.waiting:
            raise SobriaError("collect_busy", count=self._limits.waiting)
        if self._in_hand[sender.mark] >= self._limits.of_one:
            raise SobriaError("collect_sender_busy", count=self._limits.of_one)

    def _sender(self, request: Request) -> Sender:
        secret = _secret(request.headers.get("authorization", ""))
        if not secret:
            raise SobriaError("collect_no_token")
        sender = self._senders.sender_of(secret)
        if sender is None:
            raise SobriaError("collect_bad_token")
        return sender

    async def _received_body(self, request: Request, most: int) -> bytes | None:
        """The body, None above `most` bytes: the rest is discarded as received, unless its length, as it was said or
        came, is not to be waited for. collect_too_slow."""
        if _length(request) > DRAINED * self._limits.body:
            return None
        size, kept = 0, bytearray()
        try:
            async with asyncio.timeout(self._limits.arriving_s):
                async for chunk in request.stream():
                    size += len(chunk)
                    if size <= most:
                        kept += chunk
                    elif size > DRAINED * self._limits.body:
                        break
        except TimeoutError:
            raise SobriaError("collect_too_slow", seconds=f"{self._limits.arriving_s:g}") from None
        return bytes(kept) if size <= most else None

    async def _batch_receipt(self, mine: _Waiting) -> Receipt:
        """The first waiter writes the batch for all; the others get their receipt from it."""
        self._waiting.append(mine)
        async with self._writing:
            if mine in self._waiting:
                batch, self._waiting = self._waiting, []
                await self._write(batch)
        if mine.receipt is None:
            raise mine.refusal
        return mine.receipt

    def _count(self, sender: str, receipt: Receipt) -> None:
        """By whole hundreds of one sender, whatever their form: one by one, they would say when a use of few people is
        used, and of a hundred that senders share, one of them would fill what lacks, and know what the others sent."""
        for outcome in OUTCOMES:
            untold = self._untold[sender, outcome] + getattr(receipt, outcome)
            self._rows.labels(outcome).inc(untold // TOLD_BY * TOLD_BY)
            self._untold[sender, outcome] = untold % TOLD_BY

    async def _write(self, batch: list[_Waiting]) -> None:
        if self._unsettled >= self._settle_at and (self._settling is None or self._settling.done()):
            self._unsettled, self._settle_at = 0, _until_settled()
            self._settling = asyncio.create_task(run_in_threadpool(settle, self._ledger))  # answers do not wait for it
        try:
            receipts = await run_in_threadpool(post, self._ledger, [one.taken for one in batch], self._standing)
            for waiting, receipt in zip(batch, receipts, strict=True):
                waiting.receipt = receipt
                self._count(waiting.taken.trace.name, receipt)
            self._unsettled += any(receipt.read for receipt in receipts)
        except StoreFailed as error:
            for waiting in batch:
                waiting.refusal = error
        except (SobriaError, OSError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            for waiting in batch:
                waiting.refusal = SobriaError("collect_not_written", reason=reason)


def create_app(
    home: Path, limits: Limits, reading: Mapping[str, Reading] | None = None, counters: CollectorRegistry | None = None
) -> Starlette:
    """The ASGI application: endpoints of one home, what is read there, and its health check. counters: where the rows
    received are counted, as a reading may tell."""
    collector, readers = Collector(home, limits, counters or CollectorRegistry()), Tokens(home, READERS)

    def answering(door: Endpoint) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            return _answer(request, await collector.receive(request, door), door)

        return answer

    def telling(read: Reading) -> Callable[[Request], Any]:
        async def tell(request: Request) -> Response:
            if readers.sender_of(_secret(request.headers.get("authorization", ""))) is None:
                raise SobriaError("no_reader")
            query = request.query_params
            for name, count in collections.Counter(name for name, _ in query.multi_items()).items():
                if count > 1:
                    raise SobriaError("query_twice", name=printable(name)[:LONGEST_READ], count=count)
            reply = await run_in_threadpool(read, dict(query))
            return Response(reply.text, media_type=reply.media_type)

        return tell

    pages = [Route(path, telling(read), methods=["GET"]) for path, read in (reading or {}).items()]
    doors = [Route(path, answering(door), methods=["POST"]) for path, door in ENDPOINTS.items()]
    handlers: Mapping[Any, Any] = {
        SobriaError: _refusal_response,
        HTTPException: partial(_astray, pages=", ".join((*(reading or ()), HEALTH))),
        ClientDisconnect: _failure_response,
        Exception: _failure_response,
    }
    return Starlette(routes=[*doors, *pages, Route(HEALTH, _health)], exception_handlers=handlers)


def listen(address: str, port: int) -> socket.socket:
    """A listening socket. port_taken, collect_address."""
    opened = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((address, port))
        opened.listen(128)
    except OSError as error:
        opened.close()
        if error.errno == errno.EADDRINUSE:
            raise SobriaError("port_taken", port=port, address=address) from error
        raise SobriaError("collect_address", address=address, reason=reason_of(error)) from error
    return opened


def _until_settled() -> int:
    """Batches until the next compaction. It slows answers: were they always as many, they would count others."""
    return SETTLE_EVERY // 2 + secrets.randbelow(SETTLE_EVERY + 1)


def _secret(authorization: str) -> str:
    """The token of a request: after Bearer, or as the password of Basic, for clients configured by URL only."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(value.strip(), validate=True).decode("utf-8").partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _check_type(request: Request, door: Endpoint) -> None:
    """collect_no_type, collect_type, collect_packed."""
    if not _kind(request):
        raise SobriaError("collect_no_type", expected=", ".join(door.types))
    if _kind(request) not in door.types:
        raise SobriaError("collect_type", read=_kind(request)[:80], expected=", ".join(door.types))
    if _packing(request) not in ("identity", *GZIP):
        raise SobriaError("collect_packed", read=_packing(request)[:80])


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _packing(request: Request) -> str:
    return request.headers.get("content-encoding", "identity").strip().lower()


def _answer(request: Request, receipt: Receipt, door: Endpoint) -> Response:
    """Response for each part of a body. Quarantined rows are stored: OTLP reports them, and counts as rejected only the
    AI spans and the points that are not stored."""
    metrics = door.form == "metrics"
    facts = receipt.as_dict() | {"unread_names": some_of(receipt.unread_names)}
    unread = "unread_metrics" if metrics else "unread"
    apart = [name for name in ("withdrawn", "unjudged", "unread", "ignored") if facts[name]]
    apart = [unread if name == "unread" else name for name in apart]
    right = {code in _NOTHING_TO_DO for code in receipt.reasons} if receipt.quarantined else set()
    aside = [key for key, found in (("to_correct", False), ("no_correction", True)) if found in right]
    mended = [code for code in _BY_SENDER if code in receipt.reasons]
    added = ["declared"] if receipt.declared else []
    keys = ["received" if receipt.read else "nothing_read", *added, *aside, *mended, *apart]
    body: dict[str, Any] = {"code": keys[0]}
    body |= {lang: " ".join(say("collect", key, lang, **facts) for key in keys) for lang in LANGUAGES}
    body |= receipt.as_dict()
    told_of = ((unread, receipt.unread), ("set_aside", receipt.quarantined), ("withdrawn", receipt.withdrawn))
    warned = [key for key, count in told_of if count]
    if door.form in OTLP and warned:
        told = " ".join(say("collect", key, OF_PROGRAMS, **facts) for key in warned)
        rejected = "rejectedDataPoints" if metrics else "rejectedSpans"
        body["partialSuccess"] = {rejected: receipt.unread, "errorMessage": told}
    if _kind(request) == otlp.PROTOBUF:
        answer = otlp.accepted_response(body.get("partialSuccess", {}), metrics)
        return Response(answer, door.kept, media_type=otlp.PROTOBUF)
    return JSONResponse(body, door.kept)


def _refusal(request: Request, body: dict[str, str], status: int, headers: Mapping[str, str] | None = None) -> Response:
    """In the format of the request: for protobuf, a `google.rpc.Status` message."""
    if _kind(request) == otlp.PROTOBUF:
        return Response(otlp.refusal(body[OF_PROGRAMS]), status, headers, otlp.PROTOBUF)
    return JSONResponse(body, status, headers)


async def _health(request: Request) -> Response:
    return JSONResponse(sentences("collect", "ready"))


async def _refusal_response(request: Request, error: SobriaError) -> Response:
    """HTTP status of a refusal; 400 when no reader accepts the body, said to who sent it and has no file to import."""
    if isinstance(error, StoreFailed):
        logging.getLogger(LOG).error(str(error))  # with the address, that only whoever runs this server may know
        error = SobriaError("collect_store")
    body = _sent_refusal(error) if error.code in texts("sent", LANGUAGES[0]) else error.as_dict()
    return _refusal(request, body, *STATUS.get(error.code, (400, {})))


def _length(request: Request) -> float:
    """Length of a body as its headers say it [B]; 0 where they do not."""
    said = request.headers.get("content-length", "")
    return float(said) if said.isascii() and said.isdigit() else 0


def _sent_refusal(error: SobriaError) -> dict[str, str]:
    """A refusal of a reader in the words for who sends, with an advice that can be followed over HTTP."""
    return {"code": error.code} | {lang: say("sent", error.code, lang, **error.facts) for lang in LANGUAGES}


async def _astray(request: Request, error: HTTPException, pages: str) -> Response:
    key = {404: "no_such_door", 405: "post_only"}.get(error.status_code, "failed")
    if key == "no_such_door" and request.url.path.endswith(CODECARBON_API):
        key = "codecarbon_api"
    return _refusal(
        request, sentences("collect", key, doors=", ".join(ENDPOINTS), pages=pages), error.status_code, error.headers
    )


async def _failure_response(request: Request, error: Exception) -> Response:
    return _refusal(request, sentences("collect", "failed"), 500)
