"""A call counts once, whatever its later records say: spans, answers of OpenAI, requests of LiteLLM."""

import json
from pathlib import Path
from typing import Any

import pytest

from estimator.ingestion.http.payloads import Payload, post, read_body
from estimator.ingestion.http.sender_rows import Sender
from estimator.ledger import Ledger
from tests.ingestion.formats import bring, rows_of
from tests.traces_support import context, judged

NS = 1_000_000_000
BEGUN = 1772366400  # 2026-03-01T12:00Z
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def export(output: int = 50, ids: tuple[str, str] = (TRACE, SPAN), service: str = "a", lasted_s: int = 1) -> str:
    """One span of 100 tokens read, and of these written."""
    said = {"gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": output}
    attributes = [{"key": name, "value": {"stringValue": str(value)}} for name, value in said.items()]
    span = {"traceId": ids[0], "spanId": ids[1], "attributes": attributes}
    span |= {"startTimeUnixNano": str(BEGUN * NS), "endTimeUnixNano": str((BEGUN + lasted_s) * NS)}
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]}
    return json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]})


def answer(**fields: Any) -> str:
    """An answer of OpenAI: 10 tokens read, 20 written."""
    usage = {"prompt_tokens": 10, "completion_tokens": fields.pop("output", 20), "total_tokens": 30}
    found = {"id": "c1", "object": "chat.completion", "created": BEGUN, "model": "m", "choices": [], "usage": usage}
    return json.dumps(found | fields)


def request(output: int, ended: str) -> str:
    """A request of LiteLLM: 10 tokens read."""
    found = {"request_id": "r1", "call_type": "acompletion", "model": "m", "prompt_tokens": 10}
    found |= {"completion_tokens": output, "startTime": "2026-03-01T12:00:00Z", "endTime": ended}
    return json.dumps([found])


def written(ledger: Ledger) -> list[float]:
    """Tokens written of each row that counts."""
    return [row["output_tokens"] for row in judged(ledger) if row["status"] == "current"]


# What is said of one call, one after the other, and the tokens written that count.
ONCE = {
    "the same": ([export(), export()], 50),
    "more tokens": ([export(), export(60)], 60),
    "fewer tokens, later": ([export(50), export(40, lasted_s=2)], 40),
    "another service": ([export(), export(service="b")], 50),
    "upper case": ([export(), export(ids=(TRACE.upper(), SPAN.upper()))], 50),
    "an answer of other counts": ([answer(), answer(output=25)], 25),
    "a request said again": ([request(20, "2026-03-01T12:00:01Z"), request(15, "2026-03-01T12:00:02Z")], 15),
}


@pytest.mark.parametrize(("said", "tokens"), ONCE.values(), ids=ONCE)
@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
def test_a_call_said_twice_counts_once(tmp_path: Path, said: list[str], tokens: int, backwards: bool) -> None:
    for number, content in enumerate(reversed(said) if backwards else said):
        bring(tmp_path, content, f"{number}.json")
    assert written(Ledger(tmp_path)) == [tokens]


@pytest.mark.parametrize(("said", "tokens"), ONCE.values(), ids=ONCE)
def test_a_call_sent_twice_counts_once(tmp_path: Path, said: list[str], tokens: int) -> None:
    ledger, sender = Ledger(tmp_path), Sender("mairie", "0" * 12)
    for content in said:
        post(ledger, [read_body(Payload(sender, "rows", content.encode()), context())])
    assert written(ledger) == [tokens]


def test_chunks_that_each_count_all_that_was_written_are_one_call(tmp_path: Path) -> None:
    """vLLM's continuous usage: 1, 2 then 3 tokens written are 3, not 6."""
    chunks = [answer(object="chat.completion.chunk", output=written) for written in (1, 2, 3)]
    account = bring(tmp_path, "\n".join(chunks), "stream.jsonl").account
    assert (account.accepted, account.superseded) == (1, 2)
    assert written(Ledger(tmp_path)) == [3]


def test_calls_that_are_not_known_to_be_one_all_count(tmp_path: Path) -> None:
    """Another span, another second of an id that a server gives again, an id that is hidden, no id."""
    hidden = "x" * 130
    contents = [
        *(export(), export(ids=(TRACE, "b7ad6b7169203332")), export(ids=("", SPAN)), export(51, ids=("", SPAN))),
        *(answer(), answer(created=BEGUN + 1), answer(id=hidden), answer(id=hidden, output=21)),
        *(answer(id=None), answer(id=None, output=21)),
    ]
    for number, content in enumerate(contents):
        bring(tmp_path, content, f"{number}.json")
    assert len(written(Ledger(tmp_path))) == len(contents)


def test_the_calls_of_two_senders_are_never_one(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    for mark in ("0" * 12, "1" * 12):
        post(ledger, [read_body(Payload(Sender("mairie", mark), "rows", export().encode()), context())])
    assert written(ledger) == [50, 50] and {row.run_key[:5] for row in rows_of(export())} == {"call/"}
