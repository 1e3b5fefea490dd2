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


@pytest.mark.parametrize(
    ("amount", "code"), [(-1, "bad_amount"), ("Untel", "bad_amount"), (None, "no_date"), (float("inf"), "bad_year")]
)
def test_a_bad_answer_is_set_aside(amount: Any, code: str) -> None:
    counted = code == "bad_amount"
    bad = response(usage=USAGE | {"output_tokens": amount}) if counted else response(created_at=amount)
    found = result_of([bad, response()])
    assert [refusal.code for refusal in found.refused] == [code] and len(found.rows) == 1
    assert "Untel" not in found.refused[0].model_dump_json()


def test_answers_of_which_none_has_its_usage_are_known_and_asked_for_it() -> None:
    """As some servers write them: neither choices nor usage."""
    bare = {"object": "chat.completion", "created": 1772036000, "model": "gpt-4o-mini"}
    found = result_of("\n".join(json.dumps({"id": f"chatcmpl-{n}"} | bare) for n in range(3)))
    assert [(row.line, row.code) for row in found.refused] == [(1, "no_usage"), (2, "no_usage"), (3, "no_usage")]
    assert found.read == 3 and not found.rows


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


CHAT = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1772366400, "model": "gpt-5-mini-2025-08-07"}
CHAT |= {
    "choices": [{"message": {"content": "Untel"}}],
    "usage": {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12},
}
VECTORS: dict[str, Any] = {"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [0.25, -0.5]}]}
VECTORS |= {"model": "text-embedding-3-small", "usage": {"prompt_tokens": 8, "total_tokens": 8}}
MESSAGE = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5", "content": [SAID]}
MESSAGE |= {"usage": {"input_tokens": 11, "output_tokens": 13}}
DATE = {"created_at": "2026-03-01T12:00:00Z"}


def in_batch(body: dict[str, Any], status: int = 200, id: str = "batch_req_1") -> dict[str, Any]:
    """A line of the output of a batch of OpenAI."""
    answer = {"status_code": status, "request_id": "r1", "body": body}
    return {"id": id, "custom_id": "Untel", "response": answer, "error": None}


def of_messages(kind: str = "succeeded", **result: Any) -> dict[str, Any]:
    """A line of the results of a batch of Anthropic."""
    return {"custom_id": "Untel", "result": {"type": kind} | result}


@pytest.mark.parametrize("odd", [[], True, 1.5, None])
def test_equal_answers_whose_id_cannot_be_kept_count_each(odd: Any) -> None:
    answer = {"id": odd, "object": "chat.completion", "created": 1772366400, "model": "m", "choices": []}
    failed = in_batch({}, id=odd) | {"response": None, "error": {"code": "batch_expired"}}
    counted = answer | {"usage": {"prompt_tokens": 3, "completion_tokens": 4}}
    found = result_of("\n".join(map(json.dumps, [counted, counted, failed, failed])))
    assert len({row.row_id for row in found.rows}) == len({row.row_id for row in found.refused}) == 2  # noqa: PLR2004
    assert {row.run_id for row in found.rows} == {None}


def test_each_answer_of_a_batch_is_counted_and_what_failed_is_said() -> None:
    """Two chats of 5 and 7 tokens, an answer of 320 and 512, and two requests that failed, which have no tokens."""
    expired = in_batch({}, id="batch_req_4") | {"response": None, "error": {"code": "batch_expired"}}
    lines = [in_batch(CHAT), in_batch(CHAT | {"id": "chatcmpl-2"}), in_batch(response()), expired]
    lines.append(in_batch({"error": {"message": "Untel"}}, 400, "batch_req_5"))
    for content in ("\n".join(map(json.dumps, lines)), "\n".join(map(json.dumps, reversed(lines)))):
        found = result_of(content, "output.jsonl")
        told = sorted((row.input_tokens, row.output_tokens) for row in found.rows)
        assert told == [(5, 7), (5, 7), (320, 512)] and {row.requests for row in found.rows} == {1}
        assert [row.code for row in found.refused] == ["no_work", "no_work"]
        assert "Untel" not in str((found.rows, found.refused))


def test_an_answer_is_the_same_call_alone_and_in_a_batch() -> None:
    assert rows_of(CHAT)[0].row_id == rows_of(in_batch(CHAT))[0].row_id


def test_messages_of_a_batch_are_counted_once_dated() -> None:
    """On the message or on its line; an answer of Anthropic has no date."""
    found = result_of([of_messages(message=MESSAGE), of_messages("errored", error={"type": "error"})])
    assert [row.code for row in found.refused] == ["no_date", "no_work"]
    for line in (of_messages(message=MESSAGE | DATE), of_messages(message=MESSAGE) | DATE):
        assert counts([line]) == [(11, 13, None, 1)]


def test_an_answer_of_vectors_counts_what_it_read() -> None:
    """8 tokens read and none written; long vectors come before the usage, and none is kept. It has no date."""
    assert [row.code for row in result_of(VECTORS).refused] == ["no_date"]
    long = VECTORS | {"data": [{"object": "embedding", "embedding": [0.125] * HEAD_CHARS, "index": 0}]}
    for answer in (VECTORS | DATE, long | DATE, in_batch(VECTORS | DATE)):
        (row,) = rows_of(answer)
        assert (row.input_tokens, row.output_tokens, row.model) == (8, None, "text-embedding-3-small")
        assert "0.125" not in row.model_dump_json() and row.start_us == moment("2026-03-01T12:00:00")
