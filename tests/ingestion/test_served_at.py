"""The address that served a request: kept as host and port, never a user, a password, a path or a query."""

import json
import re
from string import ascii_letters, digits

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.ingestion.parsing.served_at import served_at
from estimator.ingestion.readers import Trace
from estimator.ingestion.usage import litellm, otel
from estimator.ledger.rows import SERVED_AT, Activity
from tests.traces_support import context

HOSTS = ("vllm.example.fr", "localhost", "gpu-3", "10.1.2.3", "[2001:db8::1]", "api.mistral.ai")
# Marked, so that a part of any is seen wherever it ends; `/`, `?`, `#`, `@` and `:` as people leave them, not encoded.
SECRET = st.text(ascii_letters + digits + "/?#@:&=%.-_~ é\\\t", max_size=12).map(lambda text: f"zq{text}zq")
SPAN = {
    "traceId": "1",
    "spanId": "2",
    "startTimeUnixNano": "1764000000000000000",
    "endTimeUnixNano": "1764000002000000000",
}


@settings(max_examples=400)
@given(st.data(), st.sampled_from(HOSTS), st.sampled_from(("http://", "https://", "grpc://", "//", "")))
def test_nothing_but_a_host_and_a_port_is_ever_kept(data: st.DataObject, host: str, scheme: str) -> None:
    """User, password, path, query and fragment all hold « zq », which no host holds."""
    user, path = (data.draw(st.none() | SECRET) for _ in range(2))
    password, query, fragment = (data.draw(st.none() | SECRET) for _ in range(3))
    port = data.draw(st.sampled_from(("", ":8000", ":443", ":80")))
    address = scheme
    address += "" if user is None else user + ("" if password is None else f":{password}") + "@"
    address += host + port
    address += "".join(
        f"{sign}{text}" for sign, text in (("/", path), ("?", query), ("#", fragment)) if text is not None
    )
    found = served_at(address)
    if found is not None:
        assert "zq" not in found and re.fullmatch(SERVED_AT, found), found


@given(st.text(max_size=60) | st.text("a1.:@/?#[]%\\- ", max_size=30))
def test_any_text_gives_an_address_that_a_row_may_hold_or_none(text: str) -> None:
    found = served_at(text)
    assert found is None or re.fullmatch(SERVED_AT, found), found


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://api.mistral.ai/v1", "api.mistral.ai"),
        ("https://API.Mistral.ai:443/v1/chat?key=a", "api.mistral.ai"),
        ("http://jean:secret@vllm.example.fr:8000/v1", "vllm.example.fr:8000"),
        ("http://vllm:08000", "vllm:8000"),
        ("10.1.2.3:11434", "10.1.2.3:11434"),
        ("http://[2001:DB8::1]:8000/", "[2001:db8::1]:8000"),
        ("2001:db8::1", "[2001:db8::1]"),
        ("http://[fe80::1%25jean]:8000/", "[fe80::1]:8000"),
        ("http://jean:12/34@vllm.example.fr", None),
        ("https://eu-aiplatform.googleapis.com/models/m@2024:predict", "eu-aiplatform.googleapis.com"),
        ("", None),
        ("not an address", None),
    ],
)
def test_addresses(address: str, kept: str | None) -> None:
    assert served_at(address) == kept


@pytest.mark.parametrize(
    ("attributes", "kept"),
    [
        ({"server.address": "vllm.example.fr", "server.port": 8000}, "vllm.example.fr:8000"),
        ({"server.address": "api.mistral.ai", "server.port": "443"}, "api.mistral.ai"),
        ({"net.peer.name": "gpu-3", "net.peer.port": 8000, "server.port": 1}, "gpu-3:8000"),
        ({"llm.openai.api_base": "http://u:p@vllm.example.fr:8000/v1?k=1"}, "vllm.example.fr:8000"),
        ({"server.port": 8000}, None),
        ({"server.address": "vllm.example.fr", "server.port": "jean"}, "vllm.example.fr"),
        ({}, None),
    ],
)
def test_a_span_keeps_where_it_was_sent(attributes: dict[str, object], kept: str | None) -> None:
    said = {"gen_ai.usage.output_tokens": 5, "gen_ai.request.model": "m"} | attributes
    listed = [{"key": key, "value": {"stringValue": value}} for key, value in said.items()]
    body = {"resourceSpans": [{"scopeSpans": [{"spans": [SPAN | {"attributes": listed}]}]}]}
    (row,) = otel.READER.read(Trace("t.json", json.dumps(body).encode(), None), context()).rows
    assert row.served_at == kept


def test_a_spend_log_keeps_where_it_was_sent() -> None:
    log = {"request_id": "r", "call_type": "acompletion", "model": "m", "prompt_tokens": 1, "completion_tokens": 2}
    log |= {"startTime": "2026-03-01T10:00:00", "endTime": "2026-03-01T10:00:01"}
    logs = [log | {"request_id": str(n), "api_base": base} for n, base in enumerate(("http://u:p@gpu-3:8000/v1", ""))]
    rows = litellm.READER.read(Trace("l.json", json.dumps(logs).encode(), None), context()).rows
    assert [row.served_at for row in rows] == ["gpu-3:8000", None]


@pytest.mark.parametrize("address", ["u@h.fr", "h.fr/v1", "h.fr?k=1", "h.fr:", "H.fr", "h.fr:8000/", "h.fr#a", ""])
def test_no_row_can_hold_more(address: str) -> None:
    fields = Activity.model_fields["served_at"]
    pattern = next(item.pattern for item in fields.metadata if getattr(item, "pattern", None))
    assert pattern == SERVED_AT and not re.fullmatch(pattern, address)
