"""A service that counts its calls by one line: what leaves it, what waits, and what can never reach it."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from sobria_instrument import Counting, instrument, litellm_callback
from sobria_instrument.answers import span
from sobria_instrument.outbox import Outbox

from scripts.conformance.servers import Answer, serving
from scripts.conformance.trial import rows_in
from tests.conftest import ROOT
from tests.ingestion.formats import kept_in, rows_of
from tests.support import sobria, waited

PUBLIC = ROOT / "estimator" / "public"
SAID = "Untel"  # stands in every prompt and every answer
HOST = "modele.exemple"
START_NS = 1_793_610_000_000_000_000
OPENAI = {"prompt_tokens": 120, "completion_tokens": 30, "prompt_tokens_details": {"cached_tokens": 100}}


def event(value: Any) -> bytes:
    return f"data: {json.dumps(value)}\n\n".encode()


def chunk(**more: Any) -> bytes:
    return event({"model": "m", "choices": [{"delta": {"content": f'{SAID} "usage"'}}]} | more)


class Response:
    """An answer in the shape of httpx: its bytes, or its pieces."""

    def __init__(self, pieces: list[bytes], status: int, kind: str) -> None:
        self.is_success, self.headers, self._pieces = status < 400, {"content-type": kind}, pieces  # noqa: PLR2004

    @property
    def content(self) -> bytes:
        return b"".join(self._pieces)

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield from self._pieces

    async def aiter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


class Client:
    """A client in the shape of httpx, that answers what it is told."""

    def __init__(self, *pieces: bytes, status: int = 200, kind: str = "text/event-stream") -> None:
        self.answer = Response(list(pieces), status, kind)

    def send(self, request: Any, *, stream: bool = False) -> Response:
        return self.answer


class AsyncClient(Client):
    """The same, waited for."""

    async def send(self, request: Any, *, stream: bool = False) -> Response:  # type: ignore[override]
        return self.answer


def request(path: str, method: str = "POST") -> Any:
    return SimpleNamespace(method=method, url=SimpleNamespace(path=path, host=HOST, port=8443))


@pytest.fixture
def counting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Counting]]:
    """Counts the calls of a library in the shape of httpx, kept in a folder unless an address is given."""
    module = ModuleType("httpx2")
    module.Client, module.AsyncClient = type("C", (Client,), {}), type("A", (AsyncClient,), {})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "httpx2", module)
    monkeypatch.setitem(sys.modules, "httpx", None)
    monkeypatch.delenv("SOBRIA_COLLECT", raising=False)
    started = []

    def start(**options: Any) -> Counting:
        started.append(instrument("courrier", folder=tmp_path / "spool", **options))
        return started[-1]

    yield start
    for one in started:
        one.close()


def client(*pieces: bytes, awaited: bool = False, **options: Any) -> Any:
    module = sys.modules["httpx2"]
    return (module.AsyncClient if awaited else module.Client)(*pieces, **options)


def called(path: str, *pieces: bytes, stream: bool, awaited: bool, kind: str) -> bytes:
    """What the service reads of an answer, in one of the four ways."""
    one = client(*pieces, awaited=awaited, kind=kind)

    async def wait() -> bytes:
        answer = await one.send(request(path), stream=stream)
        return b"".join([piece async for piece in answer.aiter_bytes()]) if stream else answer.content

    if awaited:
        return waited(wait())
    answer = one.send(request(path), stream=stream)
    return b"".join(answer.iter_bytes()) if stream else answer.content


def kept(folder: Path) -> list[dict[str, Any]]:
    """Attributes of the spans of a folder, in the order of its files."""
    spans = []
    for path in sorted(folder.rglob("*.json*")):
        for line in path.read_text("utf-8").splitlines():
            for scope in json.loads(line)["resourceSpans"][0]["scopeSpans"]:
                spans += scope["spans"]
    return [{one["key"]: next(iter(one["value"].values())) for one in span["attributes"]} for span in spans]


def counts(told: dict[str, Any]) -> tuple[str, ...]:
    names = ("input_tokens", "output_tokens", "cache_read.input_tokens")
    return tuple(told.get(f"gen_ai.usage.{name}", "-") for name in names)


CHAT = {"model": "m", "choices": [{"message": {"content": SAID}}], "usage": OPENAI}
RESPONSES = {"model": "m", "output": [SAID], "usage": {"input_tokens": 120, "output_tokens": 30}}
CREATED = event({"type": "response.created", "response": RESPONSES | {"usage": None}})
MESSAGE = {"input_tokens": 15, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 5, "output_tokens": 30}
OLLAMA = {"model": "m", "message": {"content": SAID}, "done": True, "prompt_eval_count": 120, "eval_count": 30}
GOOGLE = {"promptTokenCount": 120, "candidatesTokenCount": 20, "thoughtsTokenCount": 10, "cachedContentTokenCount": 100}
GEMINI = {"modelVersion": "m", "candidates": [SAID], "usageMetadata": GOOGLE}
JSON, EVENTS, LINES = "application/json", "text/event-stream", "application/x-ndjson"
SHAPES = {
    "chat": ("/v1/chat/completions", [json.dumps(CHAT).encode()], JSON, ("120", "30", "100")),
    "chat in pieces": (
        "/v1/chat/completions",
        [chunk(usage=None)[:40], chunk(usage=None)[40:], event(CHAT | {"choices": []}), b"data: [DONE]\n\n"],
        EVENTS,
        ("120", "30", "100"),
    ),
    "embeddings": ("/v1/embeddings", [b'{"model": "m", "usage": {"prompt_tokens": 7}}'], JSON, ("7", "-", "-")),
    "responses": ("/openai/v1/responses", [json.dumps(RESPONSES).encode()], JSON, ("120", "30", "-")),
    "responses in pieces": (
        "/v1/responses",
        [CREATED, event({"type": "response.completed", "response": RESPONSES})],
        EVENTS,
        ("120", "30", "-"),
    ),
    # 15 read, 100 read of the cache and 5 written to it: 120 in.
    "messages": ("/v1/messages", [json.dumps({"model": "m", "usage": MESSAGE}).encode()], JSON, ("120", "30", "100")),
    "messages in pieces": (
        "/v1/messages",
        [
            event({"type": "message_start", "message": {"model": "m", "usage": MESSAGE | {"output_tokens": 1}}}),
            event({"type": "content_block_delta", "delta": {"text": SAID}}),
            event({"type": "message_delta", "usage": {"output_tokens": 30}}),
        ],
        EVENTS,
        ("120", "30", "100"),
    ),
    "ollama": ("/api/chat", [json.dumps(OLLAMA).encode()], JSON, ("120", "30", "-")),
    "ollama in pieces": (
        "/api/generate",
        [json.dumps({"model": "m", "response": SAID, "done": False}).encode() + b"\n", json.dumps(OLLAMA).encode()],
        LINES,
        ("120", "30", "-"),
    ),
    # 20 written and 10 of reasoning: 30 out.
    "google": ("/v1beta/models/m:generateContent", [json.dumps(GEMINI).encode()], JSON, ("120", "30", "100")),
    "google in a list": (
        "/v1beta/models/m:streamGenerateContent",
        [b"[" + json.dumps({"modelVersion": "m"}).encode(), b",\n", json.dumps(GEMINI, indent=1).encode() + b"]"],
        JSON,
        ("120", "30", "100"),
    ),
}


@pytest.mark.parametrize("awaited", (False, True), ids=("at once", "awaited"))
@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_of_an_answer_is_counted(
    shape: str, awaited: bool, counting: Callable[..., Counting], tmp_path: Path
) -> None:
    """What the service reads is what it would have read without, and what is kept is counts alone."""
    path, pieces, kind, expected = SHAPES[shape]
    started = counting()
    stream = len(pieces) > 1
    assert called(path, *pieces, stream=stream, awaited=awaited, kind=kind) == b"".join(pieces)
    started.close()
    (told,) = kept(tmp_path / "spool")
    assert counts(told) == expected
    assert told["gen_ai.response.model"] == "m"
    assert (told["server.address"], told["server.port"]) == (HOST, "8443")
    assert SAID not in "".join(path.read_text("utf-8") for path in tmp_path.rglob("*.json*"))
    names = {f"gen_ai.usage.{name}" for name in ("input_tokens", "output_tokens", "cache_read.input_tokens")}
    assert told.keys() <= names | {"gen_ai.response.model", "server.address", "server.port"}


def test_the_counts_of_a_folder_are_imported(counting: Callable[..., Counting], tmp_path: Path) -> None:
    """Three calls, the last without counts: it is one request of unknown tokens, and never of zero."""
    started = counting()
    for pieces in ([json.dumps(CHAT).encode()], [json.dumps(RESPONSES).encode()], [b'{"model": "m"}']):
        called("/v1/chat/completions", *pieces, stream=False, awaited=False, kind=JSON)
    started.close()
    home = tmp_path / "home"
    assert sobria(home, "import", str(tmp_path / "spool")).returncode == 0
    rows = sorted(rows_in(home), key=lambda row: (row["input_tokens"] is None, row["cached_tokens"] is None))
    told = ("input_tokens", "output_tokens", "cached_tokens", "requests", "service_key", "served_at", "model")
    same = ("courrier", f"{HOST}:8443", "m")
    assert [tuple(row[name] for name in told) for row in rows] == [
        (120.0, 30.0, 100.0, 1.0, *same),
        (120.0, 30.0, None, 1.0, *same),
        (None, None, None, 1.0, *same),
    ]
    assert "tokens_unknown" in rows[2]["checks"] and rows[2]["energy"] == 0
    assert SAID not in kept_in(home)
    again = json.loads(sobria(home, "import", str(tmp_path / "spool"), "--json").stdout)
    assert again["accepted"] == 0


@pytest.mark.parametrize(
    "left",
    [
        ([chunk(), chunk(), b"data: [DONE]\n\n"], 3, "no_usage"),
        ([chunk(), chunk(usage=OPENAI), b"data: [DONE]\n\n"], 1, "stream_left"),
        ([event({"message": {"model": "m", "usage": MESSAGE}}), chunk()], 1, "stream_left"),
        (
            [event({"model": "m", "usage": {"prompt_tokens": 0, "completion_tokens": 0}}), b"data: [DONE]\n"],
            2,
            "no_usage",
        ),
    ],
    ids=("no usage asked", "left", "left with a first count", "zeros"),
)
def test_what_cannot_be_counted_is_said_and_is_not_zero(
    left: tuple[list[bytes], int, str],
    counting: Callable[..., Counting],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    started, (pieces, read, why) = counting(), left
    for _ in range(2):
        answer = client(*pieces).send(request("/v1/chat/completions"), stream=True).iter_bytes()
        for _ in range(read):
            next(answer)
        answer.close()
    started.close()
    told = kept(tmp_path / "spool")
    assert [(one["sobria.uncounted"], one["gen_ai.response.model"], counts(one)) for one in told] == [
        (why, "m", ("-", "-", "-"))
    ] * 2
    assert len(caplog.records) == 1 and HOST in caplog.text  # said once, and not at each call


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/v1/models", "POST", 200),
        ("/v1/threads/t/messages", "POST", 200),
        ("/v1/responses/r", "GET", 200),
        ("/v1/chat/completions", "GET", 200),
        ("/v1/chat/completions", "POST", 429),
        ("/sondage/responses", "POST", 201),
    ],
)
def test_what_is_no_answer_of_a_model_is_left(
    path: str, method: str, status: int, counting: Callable[..., Counting], tmp_path: Path
) -> None:
    started, answer = counting(), {"id": SAID} if "sondage" in path else CHAT
    client(json.dumps(answer).encode(), status=status, kind=JSON).send(request(path, method))
    started.close()
    assert kept(tmp_path / "spool") == []


def test_a_fault_of_the_counting_never_reaches_the_service(
    counting: Callable[..., Counting], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An answer without its parts, a request without address; a refusal of the library itself is still its own."""
    monkeypatch.setattr("sobria_instrument.telling.Guarded._said", set())
    started = counting()
    odd = client(b"<html>")
    odd.answer = SimpleNamespace(is_success=True)
    for _ in range(3):
        assert odd.send(request("/v1/completions")) is odd.answer
    answer = client(b"x").send(SimpleNamespace(method="POST"))
    assert answer.content == b"x"
    with pytest.raises(TypeError):
        client(b"x").send(request("/v1/completions"), unknown=True)
    started.close()
    assert [record.exc_info is not None for record in caplog.records] == [True, True]


@pytest.mark.parametrize("shape", ("chat", "chat in pieces"))
def test_an_answer_read_twice_is_counted_once(shape: str, counting: Callable[..., Counting], tmp_path: Path) -> None:
    """As a library does that reads the body of an answer, then its lines."""
    path, pieces, kind, _ = SHAPES[shape]
    started = counting()
    answer = client(*pieces, kind=kind).send(request(path), stream=True)
    assert b"".join(answer.iter_bytes()) == b"".join(answer.iter_bytes())
    started.close()
    assert len(kept(tmp_path / "spool")) == 1


@pytest.mark.parametrize(
    ("usage", "field", "read"),
    [
        ({"prompt_tokens": -5, "completion_tokens": 30}, "input", "-5"),
        ({"prompt_tokens": 10**13, "completion_tokens": 30}, "input_tokens", "1e+13"),
        ({"input_tokens": 15, "output_tokens": 30, "cache_read_input_tokens": -1}, "input", "-1"),
        ({"prompt_tokens": 12, "completion_tokens": -30}, "output", "-30"),
    ],
)
def test_a_count_that_cannot_be_is_kept_aside_and_said(
    usage: dict[str, int], field: str, read: str, counting: Callable[..., Counting], tmp_path: Path
) -> None:
    """The call is not lost, nor counted for what it did not use: the import says what was read and expected."""
    started = counting()
    body = json.dumps({"model": "m", "usage": usage}).encode()
    called("/v1/chat/completions", body, stream=False, awaited=False, kind=JSON)
    started.close()
    brought = json.loads(sobria(tmp_path / "home", "import", str(tmp_path / "spool"), "--json", code=1).stdout)
    assert (brought["read"], brought["accepted"], brought["quarantined"]) == (1, 0, 1)
    said = sobria(tmp_path / "home", "quarantine", "list").stdout
    assert f"{field} " in said and read in said


def test_counting_twice_is_counting_once_and_closing_gives_the_library_back(
    counting: Callable[..., Counting], tmp_path: Path
) -> None:
    plain = sys.modules["httpx2"].Client.send
    started = counting()
    assert counting() is started
    called("/v1/completions", json.dumps(CHAT).encode(), stream=False, awaited=False, kind=JSON)
    started.close()
    assert sys.modules["httpx2"].Client.send is plain
    assert len(kept(tmp_path / "spool")) == 1


def test_a_service_without_a_client_is_told_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("httpx", "httpx2"):
        monkeypatch.setitem(sys.modules, name, None)
    instrument("courrier").close()
    assert "httpx2" in caplog.text


class Collect:
    """A collector that answers a status, and keeps what it took."""

    def __init__(self, status: int = 200) -> None:
        self.status, self.taken, self.tokens = status, list[bytes](), set[str]()

    def answer(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        self.tokens.add(headers.get("authorization", ""))
        if self.status < 300:  # noqa: PLR2004
            assert (method, path) == ("POST", "/v1/traces")
            self.taken.append(body)
        return self.status, JSON, b"{}"


def sent(address: str, folder: Path, count: int) -> None:
    """One program that sees some calls and ends."""
    outbox = Outbox("courrier", address, "jeton", folder)
    for rank in range(count):
        outbox.put(span({"model": "m", "input": 12, "output": rank + 1}, (HOST, None), (START_NS, START_NS + 1), ""))
    outbox.close()


def test_counts_wait_for_a_collector_that_is_down_then_leave_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Two programs end before it is there, 2 + 1 calls; a third, with none of its own but one, sends all."""
    for count in (2, 1):
        sent("http://127.0.0.1:1", tmp_path, count)
    assert len(list(tmp_path.rglob("*.json"))) == 2  # noqa: PLR2004
    assert "http://127.0.0.1:1" in caplog.text and str(tmp_path) in caplog.text
    collect = Collect()
    with serving(collect.answer) as address:
        sent(f"{address}/", tmp_path, 1)
    bodies = [json.loads(body)["resourceSpans"][0]["scopeSpans"][0]["spans"] for body in collect.taken]
    assert [len(spans) for spans in bodies] == [2, 1, 1]
    assert collect.tokens == {"Bearer jeton"}
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_waited_leaves_at_the_next_start(tmp_path: Path) -> None:
    """A service that starts again and calls no model: the 2 calls of the one before are sent."""
    sent("http://127.0.0.1:1", tmp_path, 2)
    collect = Collect()
    with serving(collect.answer) as address:
        sent(address, tmp_path, 0)
    (body,) = collect.taken
    assert len(json.loads(body)["resourceSpans"][0]["scopeSpans"][0]["spans"]) == 2  # noqa: PLR2004
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("status", "left"), [(401, ".json"), (503, ".json"), (429, ".json"), (400, ".refused"), (413, ".refused")]
)
def test_a_refusal_keeps_the_counts(status: int, left: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Those that another try may take wait in their place; those that none will take are kept apart."""
    with serving(Collect(status).answer) as address:
        sent(address, tmp_path, 1)
    (path,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert path.suffix == left and str(status) in caplog.text
    assert ("SOBRIA_TOKEN" in caplog.text) is (status == 401)  # noqa: PLR2004
    assert [row.input_tokens for row in rows_of(path.read_text("utf-8"))] == [12.0]  # as `sobria check` reads it


def test_a_folder_that_takes_nothing_is_no_loss_while_the_collector_answers(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Sent at once; with neither, the log says how many are lost."""
    (tmp_path / "file").touch()
    collect = Collect()
    with serving(collect.answer) as address:
        sent(f"{address}/v1/traces", tmp_path / "file", 2)  # as exporters of OpenTelemetry are told
    assert len(collect.taken) == 1 and caplog.records == []
    sent("http://127.0.0.1:1", tmp_path / "file", 2)
    assert "comptés : 2." in caplog.text


@pytest.mark.parametrize("waited", (0, 1))
def test_a_collector_that_never_answers_holds_up_nothing(
    waited: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service goes on at once, and its program ends: the counts are on disk, also while those that waited leave."""
    for _ in range(waited):
        sent("http://127.0.0.1:1", tmp_path, 1)
    monkeypatch.setattr("sobria_instrument.outbox.LEAVING_S", 0.1)
    release = threading.Event()

    class Silent(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            release.wait(30)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        sent(f"http://127.0.0.1:{server.server_port}", tmp_path, 3)
        assert len(list(tmp_path.rglob("*.json"))) == 1 + waited
    finally:
        release.set()
        server.shutdown()
        server.server_close()


PROGRAM = """
import os, sys
from sobria_instrument.outbox import Outbox
outbox = Outbox("courrier", "", "", sys.argv[1])
outbox.put({"attributes": []})
if os.fork() == 0:
    outbox.put({"attributes": []})
    outbox.close()
    os._exit(0)
os.wait()
"""


def test_a_program_that_ends_and_one_it_forks_leave_their_counts(tmp_path: Path) -> None:
    """As the workers of a server do: each process writes a file of its own."""
    command = [sys.executable, "-S", "-c", PROGRAM, str(tmp_path)]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": str(PUBLIC)}, timeout=60)
    assert [path.read_text("utf-8").count("attributes") - 1 for path in tmp_path.rglob("*.jsonl")] == [1, 1]


@pytest.mark.parametrize("name", ("sobria_instrument", "sobria"))
def test_it_needs_nothing_but_the_standard_library(name: str) -> None:
    """Imported where no package is installed: what it loads is Python's, its own, and the face of the estimator."""
    asked = (
        f"import sys; import {name}; {name}.instrument;"
        "print(*sorted({m.partition('.')[0] for m in sys.modules} - sys.stdlib_module_names))"
    )
    env = {"PYTHONPATH": f"{PUBLIC}:{ROOT}", "PATH": os.environ["PATH"]}
    command = [sys.executable, "-S", "-c", asked]
    loaded = subprocess.run(command, env=env, cwd=PUBLIC, capture_output=True, text=True, check=True).stdout.split()
    assert set(loaded) - {"__main__"} == {"sobria_instrument", *({"sobria", "estimator"} if name == "sobria" else ())}


LOG = {
    "id": "chatcmpl-1",
    "model": "openai/m",
    "custom_llm_provider": "openai",
    "api_base": f"https://user:{SAID}@{HOST}:8443/v1/{SAID}",
    "startTime": 1_793_610_000.25,
    "endTime": 1_793_610_001.5,
    "prompt_tokens": 120,
    "completion_tokens": 30,
    "metadata": {"usage_object": OPENAI},
    "messages": [{"content": SAID}],
    "response": SAID,
}


@pytest.fixture
def litellm(monkeypatch: pytest.MonkeyPatch) -> None:
    """LiteLLM, of which only the class of loggers is used."""
    module = ModuleType("litellm.integrations.custom_logger")
    module.CustomLogger = object  # type: ignore[attr-defined]
    for name in ("litellm", "litellm.integrations"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, module.__name__, module)


def told_to(callback: Any, log: dict[str, Any]) -> None:
    callback.log_success_event(kwargs={"standard_logging_object": log}, response_obj=None, start_time=0, end_time=0)


def test_a_call_of_litellm_is_counted_once_and_without_content(litellm: None, tmp_path: Path) -> None:
    """Told at once and awaited, as LiteLLM does: the same span. What its cache answered is no work."""
    callback = litellm_callback("courrier", folder=tmp_path / "spool")
    told_to(callback, LOG)
    given = {"kwargs": {"standard_logging_object": LOG}, "response_obj": None, "start_time": 0, "end_time": 0}
    waited(callback.async_log_success_event(**given))
    told_to(callback, LOG | {"cache_hit": True, "id": "chatcmpl-2"})
    callback.close()
    home = tmp_path / "home"
    sobria(home, "import", str(tmp_path / "spool"))
    (row,) = (row for row in rows_in(home) if row["status"] == "current")
    told = ("model", "input_tokens", "output_tokens", "cached_tokens", "served_at", "latency_s")
    assert [row[name] for name in told] == ["m", 120.0, 30.0, 100.0, f"{HOST}:8443", 1.25]
    assert SAID not in kept_in(tmp_path)


def test_a_program_that_counts_already_counts_litellm_once(
    litellm: None, counting: Callable[..., Counting], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    started = counting()
    callback = litellm_callback("courrier", folder=tmp_path / "spool")
    told_to(callback, LOG)
    callback.close()
    started.close()
    assert kept(tmp_path / "spool") == [] and "LiteLLM" in caplog.text
