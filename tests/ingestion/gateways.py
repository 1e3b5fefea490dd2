"""A vLLM server and a LiteLLM gateway, as small as their protocols allow: what they answer is what the real ones do.

vLLM: docs/design/metrics.md and vllm/v1/metrics/loggers.py, as prometheus_client writes them.
LiteLLM: proxy/spend_tracking/spend_management_endpoints.py and the table LiteLLM_SpendLogs of its schema.prisma.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Stub:
    """What one server knows; `answer` gives the status, the type and the body of a request."""

    def answer(self, method: str, url: str, token: str, body: dict[str, Any]) -> tuple[int, str, str]:
        raise NotImplementedError


@contextmanager
def listening(stub: Stub) -> Iterator[str]:
    """The address of the stub on this machine; a client that takes it for its proxy finds it under any name."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size)) if size else {}
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            status, kind, text = stub.answer(self.command, self.path, token, body)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = _answer  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def usage(body: dict[str, Any]) -> dict[str, int]:
    """A word is a token; the answer says every word twice."""
    read = sum(len(message["content"].split()) for message in body["messages"])
    return {"prompt_tokens": read, "total_tokens": 3 * read, "completion_tokens": 2 * read}


def completion(number: int, body: dict[str, Any], created: int) -> str:
    """An answer of /v1/chat/completions."""
    said = " ".join(2 * body["messages"][-1]["content"].split())
    choice = {"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}
    found = {"id": f"chatcmpl-{number}", "object": "chat.completion", "created": created, "model": body["model"]}
    return json.dumps(found | {"choices": [choice], "usage": usage(body)})


class VLLM(Stub):
    """`vllm serve`: /v1/chat/completions, and /metrics in the text format of Prometheus."""

    def __init__(self, model: str, started: datetime) -> None:
        self.model, self.started = model, started
        self.requests = self.read = self.written = 0

    def answer(self, method: str, url: str, token: str, body: dict[str, Any]) -> tuple[int, str, str]:
        path = urlsplit(url).path
        if (method, path) == ("GET", "/metrics"):
            return 200, "text/plain; version=0.0.4; charset=utf-8", self.metrics()
        if (method, path) == ("POST", "/v1/chat/completions"):
            counted = usage(body)
            self.requests += 1
            self.read += counted["prompt_tokens"]
            self.written += counted["completion_tokens"]
            return 200, "application/json", completion(self.requests, body, int(self.started.timestamp()))
        return 404, "application/json", '{"detail":"Not Found"}'

    def metrics(self) -> str:
        """The page as the default registry writes it: process and Python first, then the engine's families."""
        model = f'model_name="{self.model}"'
        labels = f'engine="0",{model}'
        start = f"{self.started.timestamp():.17g}"
        lines = [
            "# HELP python_info Python platform information",
            "# TYPE python_info gauge",
            'python_info{implementation="CPython",major="3",minor="12",patchlevel="11",version="3.12.11"} 1.0',
            "# HELP process_start_time_seconds Start time of the process since unix epoch in seconds.",
            "# TYPE process_start_time_seconds gauge",
            f"process_start_time_seconds {start}",
            "# HELP vllm:num_requests_running Number of requests in model execution batches.",
            "# TYPE vllm:num_requests_running gauge",
            f"vllm:num_requests_running{{{labels}}} 0.0",
        ]
        for name, text, value in (
            ("prompt_tokens", "Number of prefill tokens processed.", self.read),
            ("generation_tokens", "Number of generation tokens processed.", self.written),
        ):
            lines += [
                f"# HELP vllm:{name}_total {text}",
                f"# TYPE vllm:{name}_total counter",
                f"vllm:{name}_total{{{labels}}} {float(value)}",
                f"# HELP vllm:{name}_created {text}",
                f"# TYPE vllm:{name}_created gauge",
                f"vllm:{name}_created{{{labels}}} {start}",
            ]
        lines += ["# TYPE vllm:request_success_total counter"]
        for reason, value in (("stop", self.requests), ("length", 0), ("abort", 0)):
            lines += [f'vllm:request_success_total{{engine="0",finished_reason="{reason}",{model}}} {float(value)}']
        lines += ["# TYPE vllm:e2e_request_latency_seconds histogram"]
        for bound in ("0.3", "0.5", "+Inf"):
            name = "vllm:e2e_request_latency_seconds_bucket"
            lines += [f'{name}{{engine="0",le="{bound}",{model}}} {float(self.requests)}']
        lines += [
            f"vllm:e2e_request_latency_seconds_count{{{labels}}} {float(self.requests)}",
            f"vllm:e2e_request_latency_seconds_sum{{{labels}}} {0.25 * self.requests}",
        ]
        return "\n".join(lines) + "\n"


class LiteLLM(Stub):
    """The proxy: /v1/chat/completions with virtual keys, and /spend/logs with the key of its administration."""

    def __init__(self, master_key: str, keys: dict[str, dict[str, str]], now: datetime) -> None:
        self.master_key, self.keys, self.now = master_key, keys, now
        self.logs: list[dict[str, Any]] = []

    def answer(self, method: str, url: str, token: str, body: dict[str, Any]) -> tuple[int, str, str]:
        parts = urlsplit(url)
        if (method, parts.path) == ("POST", "/v1/chat/completions") and token in self.keys:
            self._log(token, body)
            return 200, "application/json", completion(len(self.logs), body, int(self.now.timestamp()))
        if token != self.master_key:
            said = {"message": "Authentication Error", "type": "auth_error", "param": "None", "code": "401"}
            return 401, "application/json", json.dumps({"error": said})
        if (method, parts.path) == ("GET", "/spend/logs"):
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            return 200, "application/json", json.dumps(self._spent(asked))
        return 404, "application/json", '{"detail":"Not Found"}'

    def _spent(self, asked: dict[str, str]) -> list[dict[str, Any]]:
        """Individual requests, the latest first; by day unless `summarize` is false."""
        first, last = (datetime.fromisoformat(asked[name]).replace(tzinfo=UTC) for name in ("start_date", "end_date"))
        found = [log for log in self.logs if first <= datetime.fromisoformat(log["startTime"]) <= last]
        if asked.get("summarize") != "false":
            return [{"startTime": log["startTime"][:10], "spend": 0.0, "users": {}, "models": {}} for log in found]
        return sorted(found, key=lambda log: str(log["startTime"]), reverse=True)

    def _log(self, token: str, body: dict[str, Any]) -> None:
        key, counted = self.keys[token], usage(body)
        begun = self.now + timedelta(seconds=len(self.logs))
        ended = begun + timedelta(milliseconds=1500)
        log: dict[str, Any] = {"request_id": f"chatcmpl-{len(self.logs)}", "call_type": "acompletion"}
        log |= {"api_key": sha256(token.encode()).hexdigest(), "spend": 0.0, **counted}
        log |= {name: f"{moment:%Y-%m-%dT%H:%M:%S.}{moment.microsecond // 1000:03d}Z" for name, moment in (
            ("startTime", begun), ("endTime", ended), ("completionStartTime", begun))}  # fmt: skip
        log |= {"model": body["model"], "model_id": "", "model_group": body["model"], "custom_llm_provider": "mistral"}
        log |= {"api_base": "https://api.mistral.ai/v1", "user": key.get("user", ""), "cache_hit": "None"}
        metadata = {"user_api_key": log["api_key"], "user_api_key_alias": key["alias"], "status": "success"}
        metadata |= {"user_api_key_team_alias": key.get("team", ""), "user_api_key_user_id": key.get("user", "")}
        details = {"cached_tokens": 1, "audio_tokens": None}
        log["metadata"] = metadata | {"usage_object": counted | {"prompt_tokens_details": details}}
        tags = body.get("metadata", {}).get("tags", [])
        log |= {"cache_key": "Cache OFF", "request_tags": [*tags, "User-Agent: curl", "User-Agent: curl/8.5.0"]}
        log |= {
            "team_id": key.get("team_id"),
            "organization_id": None,
            "end_user": "",
            "requester_ip_address": "10.0.0.9",
        }
        log |= {"messages": body["messages"], "response": {}, "session_id": f"s-{len(self.logs)}", "status": "success"}
        self.logs.append(log | {"mcp_namespaced_tool_name": None, "agent_id": None, "proxy_server_request": {}})
