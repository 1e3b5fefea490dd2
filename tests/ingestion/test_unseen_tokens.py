"""Tokens produced that a usage tells in its total, or as its reasoning, and not as its output."""

import json
from pathlib import Path
from typing import Any

import pytest
from sobria_instrument import answers
from sobria_instrument.litellm_logger import _span

from estimator.core.errors import LANGUAGES, say
from estimator.ingestion.usage import chat_response, unseen_tokens
from estimator.ledger.rows import Activity
from scripts.conformance.trial import rows_in
from tests.ingestion.formats import bring, result_of, rows_of
from tests.support import built

Said = dict[str, Any]
BEYOND, LEFT, NO_ROOM = "output_from_total", "total_unexplained", "reasoning_beyond_total"
CODES = {BEYOND, LEFT, NO_ROOM}


def answer(usage: Said, **fields: Any) -> Said:
    """An answer of a gateway to Gemini; 1772500000 s is 2026-03-03T01:06:40Z."""
    found = {"id": "g1", "object": "chat.completion", "created": 1772500000, "model": "gemini-2.5-flash", "choices": []}
    return found | fields | {"usage": usage}


def tokens(read: int | None, written: int | None, total: int | None, thought: int = 0, **more: Any) -> Said:
    found = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": total}
    return found | ({"completion_tokens_details": {"reasoning_tokens": thought}} if thought else {}) | more


def spent(usage: Said, **more: Any) -> Said:
    """The same call as a line of LiteLLM: its counts, and the usage that it holds."""
    counts = {name: usage.get(name) for name in ("prompt_tokens", "completion_tokens", "total_tokens")}
    found: Said = {"request_id": "r-1", "call_type": "acompletion", "model": "gemini-2.5-flash", "metadata": {}}
    found |= {"startTime": "2026-04-01T10:00:00Z", "endTime": "2026-04-01T10:00:02Z", "custom_llm_provider": "openai"}
    return found | counts | {"metadata": {"usage_object": usage}} | more


def said(row: Activity) -> tuple[float | None, float | None, set[str]]:
    return row.input_tokens, row.output_tokens, CODES & set(row.checks)


def cached(count: int) -> Said:
    return {"prompt_tokens_details": {"cached_tokens": count}}


# Tokens read and produced, and the remark, of what a usage says.
ORDINARY = {
    "all is told": (tokens(20, 603, 623), (20, 603)),
    "reasoning among those written": (tokens(20, 603, 623, 405), (20, 603)),
    "no total": (tokens(20, 198, None), (20, 198)),
    "a total below": (tokens(1020, 198, 218), (1020, 198)),
    "a total that is no count": (tokens(20, 198, -5), (20, 198)),
    "a total beyond any use": (tokens(20, 198, 10**12), (20, 198)),
}
UNSEEN = {
    # 623 − 20 − 198 = 405 that are neither: 198 + 405 = 603. any-llm, issue 1290.
    "in the total alone": (tokens(20, 198, 623), (20, 603), {BEYOND}),
    "in the total and told": (tokens(20, 198, 623, 405), (20, 603), set()),
    # 81 − 21 − 0 = 60. CLIProxyAPI, issue 5733.
    "nothing was visible": (tokens(21, 0, 81, 60), (21, 60), set()),
    # xAI: 331 − 12 − 2 = 317 of reasoning, which cannot be among 2: 319.
    "xAI": (tokens(12, 2, 331, 317), (12, 319), set()),
    "no total, reasoning above": (tokens(12, 2, None, 317), (12, 319), set()),
    # 2 written and 317 of reasoning in a total of 14: at least 317, and the answer may be among them.
    "a total without room": (tokens(12, 2, 14, 317), (12, 317), {NO_ROOM}),
    # Bedrock before LiteLLM counted it as read: 15,218 − 20 − 198 = 15,000 put in the cache, all of which was read.
    "what a cache took": (tokens(20, 198, 15218, cache_creation_input_tokens=15000), (15020, 198), set()),
    # CLIProxyAPI left out of the input what the cache gave: 3,218 − 20 − 198 = 3,000.
    "what a cache gave": (tokens(20, 198, 3218, **cached(3000)), (3020, 198), set()),
    # 3,623 − 20 − 198 = 3,405: 3,000 of the cache and 405 of reasoning.
    "both": (tokens(20, 198, 3623, 405, **cached(3000)), (3020, 603), set()),
    # 405 cannot hold the 3,000 of the cache, which are among the 5,000 read.
    "a cache that is inside": (tokens(5000, 198, 5603, **cached(3000)), (5000, 603), {BEYOND}),
    # 405 may hold the 300 of the cache: 105 are neither, at least.
    "a cache that may be beside": (tokens(5000, 198, 5603, **cached(300)), (5000, 303), {BEYOND}),
    # Voxtral: 3,264 − 4 − 635 = 2,625 of sound, heard and not produced.
    "sound": (tokens(4, 635, 3264, prompt_audio_seconds=203), (4, 635), {LEFT}),
    # Gemini with a tool: 623 − 20 − 198 = 405, of which 100 of reasoning and 305 that its tool read.
    "a tool": (tokens(20, 198, 623, 100), (20, 298), {LEFT}),
    "nothing read": (tokens(0, 198, 623), (0, 198), {LEFT}),
}


@pytest.mark.parametrize("name", ORDINARY)
def test_what_a_usage_tells_whole_is_counted_as_told(name: str) -> None:
    """Its row is the one that it was: neither its total nor its reasoning tells it from another."""
    usage, expected = ORDINARY[name]
    bare = {n: count for n, count in usage.items() if n in ("prompt_tokens", "completion_tokens")}
    for made in (answer, spent):
        (row,), (other,) = rows_of(json.dumps(made(usage))), rows_of(json.dumps(made(bare)))
        assert said(row) == (*expected, set()) and row.row_id == other.row_id


@pytest.mark.parametrize("name", UNSEEN)
def test_tokens_told_in_the_total_alone_are_counted_or_said(name: str) -> None:
    usage, expected, remarks = UNSEEN[name]
    if "cache_creation_input_tokens" not in usage:
        assert said(*rows_of(answer(usage))) == (*expected, remarks)
    assert said(*rows_of(json.dumps(spent(usage)))) == (*expected, remarks)
    assert all(say("checks", code, lang) for code in remarks for lang in LANGUAGES)


def test_the_same_call_uses_the_same_whatever_its_gateway_calls_output(tmp_path: Path) -> None:
    """603 tokens produced: 2.231e-04 kWh, and not the 7.344e-05 of the 198 that are visible."""
    kwh = []
    for usage in (tokens(20, 603, 623), tokens(20, 198, 623), tokens(20, 198, 623, 405)):
        (row,) = rows_of(answer(usage))
        kwh.append(built(tmp_path / str(len(kwh)), row).totals().indicators["energy"]["at_factor_values"])
    assert kwh == [pytest.approx(2.231e-04, rel=1e-3)] * 3


def test_no_count_is_ever_lowered() -> None:
    for read, written, total, thought in ((5, 9, 3, 0), (5, 9, 14, 9), (5, 9, 100, 4), (0, 9, 9, 50), (5, 0, 5, 0)):
        found = unseen_tokens.unseen(unseen_tokens.TokensTold(read, written, total, thought, (3, 2)))
        assert found.read >= 0 and found.written >= 0


@pytest.mark.parametrize(
    "other",
    [
        spent(tokens(0, 0, 12), call_type="aembedding", prompt_tokens=8),
        answer({"prompt_tokens": 8, "total_tokens": 12}, object="list", data=[{"object": "embedding"}]),
    ],
)
def test_vectors_are_no_output(other: Said) -> None:
    assert [(row.input_tokens, row.output_tokens or None) for row in rows_of(json.dumps(other))] == [(8, None)]


def test_counts_of_a_table_are_texts() -> None:
    cells = spent(tokens(20, 198, 623)) | {"metadata": "{}"}
    table = "\n".join(";".join(str(cell) for cell in line) for line in (cells.keys(), cells.values()))
    assert said(*rows_of(table)) == (20, 603, {BEYOND})


SPAN = {"traceId": "a" * 32, "spanId": "b" * 16, "name": "chat"}
SPAN |= {"startTimeUnixNano": "1772366400000000000", "endTimeUnixNano": "1772366402000000000"}


def span(**attributes: Any) -> Said:
    told = [{"key": name.replace("__", "."), "value": {"stringValue": str(v)}} for name, v in attributes.items()]
    return {"resourceSpans": [{"scopeSpans": [{"spans": [SPAN | {"attributes": told}]}]}]}


OPENLLMETRY = {"gen_ai.usage.prompt_tokens": 20, "gen_ai.usage.completion_tokens": 198, "llm.usage.total_tokens": 623}
INFERENCE = {"llm.token_count.prompt": 20, "llm.token_count.completion": 198, "llm.token_count.total": 623}
STRANDS = {"gen_ai.usage.input_tokens": 20, "gen_ai.usage.output_tokens": 198, "gen_ai.usage.total_tokens": 15218}


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        (OPENLLMETRY, (20, 603, {BEYOND})),
        (INFERENCE | {"llm.token_count.completion_details.reasoning": 405}, (20, 603, set())),
        # 15,218 − 20 − 198 = 15,000 put in a cache, which were read.
        (STRANDS | {"gen_ai.usage.cache_write_input_tokens": 15000}, (15020, 198, set())),
        # In the words of Langfuse, 10 read, 10 of a cache, 198 written and 405 of reasoning: 623.
        (
            {
                "langfuse.observation.usage_details": json.dumps(
                    {
                        "input": 10,
                        "input_cached_tokens": 10,
                        "output": 198,
                        "output_reasoning_tokens": 405,
                        "total": 623,
                    }
                )
            },
            (20, 603, set()),
        ),
    ],
)
def test_a_span_leaves_out_no_more_than_an_answer(attributes: Said, expected: tuple[Any, ...]) -> None:
    (row,) = rows_of(span(**{"gen_ai.request.model": "gemini-2.5-flash"} | attributes))
    assert said(row) == expected


def test_what_counts_the_calls_of_a_program_tells_what_the_rule_needs() -> None:
    """The collector decides: 198 + 405 = 603; of a call that tells all, it is sent no more than before."""
    log = spent(tokens(20, 198, 623, 405), id="c", startTime=1772366400.0, endTime=1772366402.0)
    used = answers.uses([answer(tokens(20, 198, 623, 405))])
    for told in (answers.span(used, ("h", 443), (1772366400 * 10**9, 1772366402 * 10**9), ""), _span(log)):
        (row,) = rows_of({"resourceSpans": [{"scopeSpans": [{"spans": [told]}]}]})
        assert said(row) == (20, 603, set())
    whole = answers.span(answers.uses([answer(tokens(20, 603, 623, 405))]), ("h", 443), (0, 1), "")
    assert {one["key"] for one in whole["attributes"]} & {"gen_ai.usage.total_tokens"} == set()


def test_other_formats_that_tell_a_total_follow_the_same_rule() -> None:
    usage = tokens(20, 198, 623)
    asked = {"object": "me.usage", "model": "m", "endpoint": "/v1/chat/completions", "created": 1772366400}
    (row,) = rows_of({"object": "list", "data": [asked | {"object": "me.usage", "usage": usage}]} | {"id": "me.usage"})
    assert said(row) == (20, 603, {BEYOND})
    last = {"input_tokens": 20, "cached_input_tokens": 0, "output_tokens": 198, "total_tokens": 623}
    info = {"last_token_usage": last, "total_token_usage": last}
    meta = {"id": "s", "cwd": "/", "cli_version": "1", "model_provider": "gateway"}
    moment = "2026-03-01T12:00:00Z"
    lines = [
        {"timestamp": moment, "type": "session_meta", "payload": meta},
        {"timestamp": moment, "type": "turn_context", "payload": {"model": "gemini-2.5-flash"}},
        {"timestamp": moment, "type": "event_msg", "payload": {"type": "token_count", "info": info}},
    ]
    assert said(*rows_of("\n".join(map(json.dumps, lines)))) == (20, 603, {BEYOND})


@pytest.mark.parametrize("made", [answer, spent])
def test_a_file_read_before_is_corrected_by_its_new_import(
    made: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """198 counted before, then 603: the second stands in the place of the first, and the two are never added."""
    content = json.dumps(made(tokens(20, 198, 623)))
    with monkeypatch.context() as before:
        for module in ("chat_response", "litellm"):
            before.setattr(f"estimator.ingestion.usage.{module}.unseen", lambda usage: unseen_tokens.NOTHING)
        bring(tmp_path, content, "appels.jsonl")
    assert [row["output_tokens"] for row in rows_in(tmp_path)] == [198]
    account = bring(tmp_path, content, "appels.jsonl").account
    assert (account.accepted, account.supersedes) == (1, 1)
    counted = [row for row in rows_in(tmp_path) if row["status"] == "current"]
    assert [row["output_tokens"] for row in counted] == [603]


def test_a_call_without_an_id_keeps_the_row_that_it_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second row would be added to the first: a file of such calls is withdrawn before it is read again."""
    content = answer(tokens(20, 198, 623), id=None)
    (row,) = rows_of(content)
    monkeypatch.setattr(chat_response, "unseen", lambda usage: unseen_tokens.NOTHING)
    (before,) = rows_of(content)
    assert (row.row_id, row.output_tokens, before.output_tokens) == (before.row_id, 603, 198)


def test_a_count_that_cannot_be_is_refused_as_before() -> None:
    (refused,) = result_of(answer(tokens(20, -198, 623))).refused
    assert refused.code == "bad_amount"
