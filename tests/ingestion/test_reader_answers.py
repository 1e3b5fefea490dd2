"""Answers of the Responses API of OpenAI, alone, in a stream, among others: their usage and never their words."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from estimator.ingestion.reader import HEAD_CHARS, Trace
from estimator.ingestion.readers import read_trace, reader_of
from tests.ingestion.formats import PRIVATE, result_of, rows_of
from tests.support import moment, refuses
from tests.traces_support import context

SAID = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Mme Untel a droit"}]}
USAGE = {
    "input_tokens": 320,
    "input_tokens_details": {"cached_tokens": 64},
    "output_tokens": 512,
    "output_tokens_details": {"reasoning_tokens": 448},
    "total_tokens": 832,
}


def response(**fields: Any) -> dict[str, Any]:
    """An answer of the Responses API; 1772366400 s is 2026-03-01T12:00Z."""
    found = {"id": "resp_1", "object": "response", "created_at": 1772366400, "status": "completed", "error": None}
    found |= {"instructions": "Untel", "model": "gpt-5-mini-2025-08-07", "output": [SAID], "tools": []}
    return found | {"usage": USAGE, "user": "Untel", "metadata": {"note": "Untel"}} | fields


def counts(content: Any) -> list[tuple[float | None, ...]]:
    return [(row.input_tokens, row.output_tokens, row.cached_tokens, row.requests) for row in rows_of(content)]


def test_an_answer_counts_its_reasoning_once_and_keeps_no_words() -> None:
    """512 tokens were written, the 448 of reasoning among them; 320 were read, 64 of them from memory."""
    found = result_of(response())
    row = found.rows[0]
    assert counts(response()) == [(320, 512, 64, 1)]
    assert (row.reader, row.model, row.start_us) == (
        *("chat_response", "gpt-5-mini-2025-08-07"),
        moment("2026-03-01T12:00:00"),
    )
    assert "Untel" not in row.model_dump_json() and {"output", "instructions", "user"} <= set(found.unused)


def test_answers_of_both_kinds_in_one_file_are_all_counted() -> None:
    chat = {"id": "c", "object": "chat.completion", "created": 1772366400, "model": "m", "choices": []}
    chat |= {"usage": {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}}
    lines = "\n".join(map(json.dumps, (chat, response())))
    assert counts(lines) == [(5, 7, None, 1), (320, 512, 64, 1)]


def test_an_answer_whose_usage_stands_far_behind_its_words_is_recognised() -> None:
    long = response(output=[SAID | {"content": [{"type": "output_text", "text": "a" * HEAD_CHARS}]}])
    assert counts(long) == [(320, 512, 64, 1)]


def test_only_the_last_event_of_a_stream_counts() -> None:
    begun = {"type": "response.created", "response": response(status="in_progress", usage=None, output=[])}
    ended = {"type": "response.completed", "response": response()}
    piece = {"type": "response.output_text.delta", "delta": "Untel"}
    assert counts("\n".join(map(json.dumps, (begun, piece, ended)))) == [(320, 512, 64, 1)]


@pytest.mark.parametrize(("amount", "code"), [(-1, "bad_amount"), ("Untel", "bad_amount"), (None, "no_date")])
def test_a_bad_answer_is_set_aside(amount: Any, code: str) -> None:
    bad = response(usage=USAGE | {"output_tokens": amount}) if amount else response(created_at=None)
    found = result_of([bad, response()])
    assert [refusal.code for refusal in found.refused] == [code] and len(found.rows) == 1
    assert "Untel" not in found.refused[0].model_dump_json()


def test_what_a_prompt_says_is_no_format() -> None:
    text = json.dumps(response())
    trace = Trace("a.json", json.dumps({"id": "1", "note": text}).encode(), None)
    with refuses("not_a_trace"):
        reader_of(trace)


def test_a_message_of_anthropic_counts_its_cache_and_asks_for_its_date() -> None:
    """100 read anew, 40 put in the cache, 1,000 read in it: 1,140 read, of which 1,000 from the cache."""
    usage = {
        "input_tokens": 100,
        "cache_creation_input_tokens": 40,
        "cache_read_input_tokens": 1000,
        "output_tokens": 7,
    }
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5", "usage": usage}
    message |= {"content": [{"type": "text", "text": PRIVATE}], "stop_reason": "end_turn"}
    assert [refusal.code for refusal in result_of(message).refused] == ["no_date"]
    dated = replace(context(), read_at=datetime(2026, 3, 1, tzinfo=UTC))
    (row,) = read_trace(Trace("a.json", json.dumps(message).encode(), None), dated).rows
    assert (row.input_tokens, row.cached_tokens, row.output_tokens, row.requests) == (1140, 1000, 7, 1)
    assert "read_at" in row.checks
