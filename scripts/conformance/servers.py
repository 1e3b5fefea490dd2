"""A fake model that answers in the formats of several suppliers, and a relay that keeps what a client sends."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

CREATED = "2026-11-02T09:00:00Z"
CREATED_S = 1_793_610_000
_PASSED = ("authorization", "content-type", "content-encoding")
Answer = tuple[int, str, bytes]


class Exchange(NamedTuple):
    """A body that a client sent, how it named it, and the answer."""

    path: str
    kind: str
    packing: str
    body: bytes
    status: int
    answer: bytes


class FakeModel:
    """Answers any call with the same words, and with counts that are its own; `served` is what it counted."""

    def __init__(self, says: str) -> None:
        self._says = says
        self.served: list[dict[str, Any]] = []

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        """The answer of the API that the path is of; 404 for another path."""
        asked = json.loads(body or b"{}") if method == "POST" else {}
        named, verb, _ = path.partition("?")[0].rpartition("/")[2].partition(":")
        asked |= {"model": named} if verb else {}  # Google's API says the model in its path
        for ending, make in _APIS.items():
            if method == "POST" and path.partition("?")[0].endswith(ending):
                return _sent(make(asked, self._count(asked, ending), self._says))
        if path.partition("?")[0].endswith("/models"):
            return _sent([{"object": "list", "data": []}])
        return 404, "application/json", b'{"error": {"message": "not served here"}}'

    def _count(self, asked: dict[str, Any], ending: str) -> dict[str, Any]:
        number = len(self.served) + 1
        counted = {"model": asked.get("model"), "input_tokens": 1200 + number, "output_tokens": 300 + number}
        counted["cached_tokens"] = 1024
        if ending.startswith("/api/"):
            counted.pop("cached_tokens")
        self.served.append(counted)
        return counted


def _sent(pieces: list[dict[str, Any]]) -> Answer:
    """One object, or the pieces of a stream: events of a name, or lines."""
    if len(pieces) == 1:
        return 200, "application/json", json.dumps(pieces[0]).encode()
    if "done" in pieces[-1]:
        return 200, "application/x-ndjson", "".join(json.dumps(piece) + "\n" for piece in pieces).encode()
    events = [f"event: {piece['type']}\n" if "type" in piece else "" for piece in pieces]
    named = [f"{event}data: {json.dumps(piece)}\n\n" for event, piece in zip(events, pieces, strict=True)]
    end = ["data: [DONE]\n\n"] if pieces[-1].get("object", "").startswith("chat") else []
    return 200, "text/event-stream", "".join([*named, *end]).encode()


def _chat(asked: dict[str, Any], counted: dict[str, Any], says: str) -> list[dict[str, Any]]:
    read, written = counted["input_tokens"], counted["output_tokens"]
    usage = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
    usage |= {"prompt_tokens_details": {"cached_tokens": counted["cached_tokens"], "audio_tokens": 0}}
    told = {"id": f"chatcmpl-{read}", "created": CREATED_S, "model": counted["model"]}
    message = {"role": "assistant", "content": says}
    if not asked.get("stream"):
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return [told | {"object": "chat.completion", "choices": [choice], "usage": usage}]
    told["object"] = "chat.completion.chunk"
    first = {"index": 0, "delta": message, "finish_reason": None}
    last = {"index": 0, "delta": {}, "finish_reason": "stop"}
    return [told | {"choices": [first]}, told | {"choices": [last]}, told | {"choices": [], "usage": usage}]


def _responses(asked: dict[str, Any], counted: dict[str, Any], says: str) -> list[dict[str, Any]]:
    read, written = counted["input_tokens"], counted["output_tokens"]
    usage = {"input_tokens": read, "input_tokens_details": {"cached_tokens": counted["cached_tokens"]}}
    usage |= {"output_tokens": written, "output_tokens_details": {"reasoning_tokens": 0}}
    usage["total_tokens"] = read + written
    text = {"type": "output_text", "text": says, "annotations": []}
    item = {"id": f"msg_{read}", "type": "message", "role": "assistant", "status": "completed", "content": [text]}
    told = {"id": f"resp_{read}", "object": "response", "created_at": CREATED_S, "model": counted["model"]}
    told |= {"status": "completed", "output": [item], "parallel_tool_calls": True, "tool_choice": "auto", "tools": []}
    whole = told | {"error": None, "incomplete_details": None, "usage": usage}
    if not asked.get("stream"):
        return [whole]
    begun = whole | {"status": "in_progress", "output": [], "usage": None}
    return [
        {"type": "response.created", "sequence_number": 0, "response": begun},
        {"type": "response.output_item.done", "sequence_number": 1, "output_index": 0, "item": item},
        {"type": "response.completed", "sequence_number": 2, "response": whole},
    ]


def _messages(asked: dict[str, Any], counted: dict[str, Any], says: str) -> list[dict[str, Any]]:
    """Of Anthropic: what it read leaves out what it had in cache."""
    cached = counted["cached_tokens"]
    usage = {"input_tokens": counted["input_tokens"] - cached, "cache_creation_input_tokens": 0}
    usage |= {"cache_read_input_tokens": cached, "output_tokens": counted["output_tokens"]}
    told = {"id": f"msg_{counted['input_tokens']}", "type": "message", "role": "assistant", "model": counted["model"]}
    ended = {"stop_reason": "end_turn", "stop_sequence": None}
    if not asked.get("stream"):
        return [told | ended | {"content": [{"type": "text", "text": says}], "usage": usage}]
    begun = told | {"content": [], "stop_reason": None, "stop_sequence": None, "usage": usage | {"output_tokens": 1}}
    return [
        {"type": "message_start", "message": begun},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": says}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": ended, "usage": {"output_tokens": counted["output_tokens"]}},
        {"type": "message_stop"},
    ]


def _gemini(asked: dict[str, Any], counted: dict[str, Any], says: str) -> list[dict[str, Any]]:
    """Of Google."""
    read, written = counted["input_tokens"], counted["output_tokens"]
    usage = {"promptTokenCount": read, "candidatesTokenCount": written, "totalTokenCount": read + written}
    usage["cachedContentTokenCount"] = counted["cached_tokens"]
    content = {"role": "model", "parts": [{"text": says}]}
    told = {"modelVersion": counted["model"], "responseId": f"r-{read}"}
    ended = {"content": content, "finishReason": "STOP", "index": 0}
    return [told | {"candidates": [ended], "usageMetadata": usage}]


def _gemini_stream(asked: dict[str, Any], counted: dict[str, Any], says: str) -> list[dict[str, Any]]:
    (whole,) = _gemini(asked, counted, says)
    begun = {name: value for name, value in whole.items() if name != "usageMetadata"}
    return [begun | {"candidates": [{"content": {"role": "model", "parts": [{"text": ""}]}, "index": 0}]}, whole]


def _ollama(asked: dict[str, Any], counted: dict[str, Any], says: str) -> list[dict[str, Any]]:
    told = {"model": counted["model"], "created_at": CREATED.replace("00Z", f"{counted['output_tokens'] % 60:02}Z")}
    told |= {"message": {"role": "assistant", "content": says}} if "messages" in asked else {"response": says}
    ended = {"done": True, "done_reason": "stop", "total_duration": 5_000_000_000, "load_duration": 1_000_000}
    ended |= {"prompt_eval_count": counted["input_tokens"], "prompt_eval_duration": 900_000_000}
    ended |= {"eval_count": counted["output_tokens"], "eval_duration": 4_000_000_000}
    whole = told | ended
    return [whole] if asked.get("stream") is False else [told | {"done": False}, whole]


_APIS: dict[str, Callable[[dict[str, Any], dict[str, Any], str], list[dict[str, Any]]]] = {
    "/chat/completions": _chat,
    "/responses": _responses,
    "/messages": _messages,
    ":generateContent": _gemini,
    ":streamGenerateContent": _gemini_stream,
    "/api/chat": _ollama,
    "/api/generate": _ollama,
}


class Relay:
    """Between a client and the collector; `exchanges` is all that passed."""

    def __init__(self, collector: str) -> None:
        self._collector = collector
        self.exchanges: list[Exchange] = []

    def pass_on(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """The answer of the collector, whatever its status."""
        sent = {name: headers[name] for name in _PASSED if name in headers}
        request = urllib.request.Request(self._collector + path, body or None, sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as found:
                status, kind, answer = found.status, found.headers.get_content_type(), found.read()
        except urllib.error.HTTPError as refused:
            status, kind, answer = refused.code, refused.headers.get_content_type(), refused.read()
        kept = Exchange(path, sent.get("content-type", ""), sent.get("content-encoding", ""), body, status, answer)
        self.exchanges.append(kept)
        return status, kind, answer


@contextmanager
def serving(answer: Callable[[str, str, bytes, dict[str, str]], Answer]) -> Iterator[str]:
    """The address on this machine where each request is answered."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self._chunks() if headers.get("transfer-encoding") == "chunked" else b""
            body = body or self.rfile.read(int(headers.get("content-length") or 0))
            status, kind, sent = answer(self.command, self.path, body, headers)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def _chunks(self) -> bytes:
            found = b""
            while size := int(self.rfile.readline().partition(b";")[0], 16):
                found += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return found

        do_GET = do_POST = do_PUT = do_HEAD = _answer  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
