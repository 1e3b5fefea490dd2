"""Objects of several tools in one file or body: none is lost, each is counted, or set aside under its reason."""

import json
from pathlib import Path
from typing import Any

import pytest

from estimator.core.errors import say
from estimator.ingestion.dry_run import check_paths
from estimator.ingestion.http.payloads import Payload, post, read_body
from estimator.ingestion.http.sender_rows import Sender
from estimator.ledger import Ledger
from tests.ingestion.formats import PRIVATE, bring, result_of, told
from tests.traces_support import context

OPENAI: dict[str, Any] = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1772366400, "model": "m"}
OPENAI |= {"choices": [{"finish_reason": "stop"}], "usage": {"prompt_tokens": 10, "completion_tokens": 20}}
OPENAI["usage"]["total_tokens"] = 30
OLLAMA = {"model": "llama3", "created_at": "2026-03-01T10:00:00Z", "done": True}
OLLAMA |= {"prompt_eval_count": 5, "eval_count": 7, "response": PRIVATE}
CLAUDE: dict[str, Any] = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5"}
CLAUDE |= {"content": [], "usage": {"input_tokens": 5, "output_tokens": 7}}
CHUNK: dict[str, Any] = OPENAI | {"object": "chat.completion.chunk", "usage": None}


def lines(*objects: Any) -> str:
    return "\n".join(map(json.dumps, objects))


def read(content: str) -> tuple[list[tuple[Any, ...]], list[tuple[int, str]]]:
    """Line, reader and tokens of each row; line and reason of each that is set aside."""
    found = result_of(content)
    assert found.read == len(found.rows) + len(found.refused) and PRIVATE not in repr(found)
    rows = [(row.line, row.reader, row.input_tokens, row.output_tokens) for row in found.rows]
    return rows, [(row.line, row.code) for row in found.refused]


@pytest.mark.parametrize("written", [lines, lambda *objects: json.dumps(objects)], ids=["lines", "list"])
def test_each_object_is_read_by_the_reader_of_its_tool(written: Any) -> None:
    """10 and 20 tokens of one, 5 and 7 of the other, whichever comes first."""
    assert read(written(OPENAI, OLLAMA)) == ([(1, "chat_response", 10, 20), (2, "ollama", 5, 7)], [])
    assert read(written(OLLAMA, OPENAI)) == ([(1, "ollama", 5, 7), (2, "chat_response", 10, 20)], [])


def test_what_no_reader_knows_is_set_aside_with_the_names_of_its_fields_alone() -> None:
    found = result_of(lines(OPENAI, {"error": PRIVATE}, {"error": PRIVATE}))
    assert [(row.line, row.code, row.facts["fields"], row.text) for row in found.refused] == [
        (2, "object_unread", "error", ""),
        (3, "object_unread", "error", ""),
    ]
    assert len({row.row_id for row in found.refused}) == 2 and all(told(row) for row in found.refused)
    export = {"resourceSpans": []}
    assert read(lines(OLLAMA, export, OPENAI))[1] == [(2, "object_unread")]


@pytest.mark.parametrize("usage", [None, {}], ids=["null", "empty"])
def test_an_answer_without_usage_is_set_aside_alone_or_among_others(usage: Any) -> None:
    uncounted = OPENAI | {"id": "chatcmpl-2", "usage": usage}
    assert read(lines(OPENAI, uncounted)) == ([(1, "chat_response", 10, 20)], [(2, "no_usage")])
    assert read(lines(uncounted)) == ([], [(1, "no_usage")])


def test_chunks_are_no_loss_where_the_last_has_the_usage_and_one_where_none_has() -> None:
    last = OPENAI | {"object": "chat.completion.chunk"}
    other = CHUNK | {"id": "chatcmpl-2"}
    assert read(lines(CHUNK, CHUNK, last)) == ([(3, "chat_response", 10, 20)], [])
    assert read(lines(CHUNK, CHUNK, last, other, other)) == ([(3, "chat_response", 10, 20)], [(4, "no_usage")])
    chunk = OLLAMA | {"done": False}
    assert read(lines(chunk, chunk, OLLAMA)) == ([(3, "ollama", 5, 7)], [])
    assert read(lines(OLLAMA, chunk, chunk)) == ([(1, "ollama", 5, 7)], [(3, "no_usage")])


@pytest.mark.parametrize("added", [{"created_at": "2026-03-01T12:00:00Z"}, {"created": 1772366400}])
def test_an_answer_without_a_date_is_read_with_the_one_that_its_refusal_asks_for(added: Any) -> None:
    """1772366400 s is 2026-03-01T12:00Z. OpenAI's answer without its date, and Anthropic's, which has none."""
    undated = {name: value for name, value in OPENAI.items() if name != "created"}
    for answer in (CLAUDE, undated):
        refused = result_of(answer).refused
        assert [(row.code, row.facts) for row in refused] == [("no_date", {"field": "created_at"})]
        assert "created_at" in say("refusals", "no_date", "en", **refused[0].facts)
        (row,) = result_of(answer | added).rows
        assert row.start_us == 1772366400 * 1_000_000


def test_an_import_a_dry_run_and_a_body_account_for_each_object(tmp_path: Path) -> None:
    """Two calls are counted; the answer without usage, the error and the undated answer are set aside: 5 = 2 + 3."""
    text = lines(OPENAI, OLLAMA, OPENAI | {"id": "c2", "usage": None}, {"error": "x"}, CLAUDE)
    file = tmp_path / "calls.jsonl"
    file.write_text(text)
    checked = check_paths(tmp_path / "home", [file], context()).account
    brought = bring(tmp_path, text, "calls.jsonl").account
    assert checked == brought and (brought.read, brought.accepted, brought.quarantined) == (5, 2, 3)
    ledger = Ledger(tmp_path / "other")
    (receipt,) = post(ledger, [read_body(Payload(Sender("mairie", "0" * 12), "rows", text.encode()), context())])
    assert (receipt.read, receipt.accepted, receipt.quarantined) == (5, 2, 3)


def test_equal_objects_of_others_are_as_many_rows_in_a_large_file_as_in_a_small_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three equal errors and three equal answers without a date, two records at a time: none is taken for another."""
    undated = {"model": "llama3", "done": True, "total_duration": 9, "prompt_eval_count": 5, "eval_count": 7}
    log = {"request_id": "r", "model": "m", "prompt_tokens": 1, "completion_tokens": 2, "call_type": "acompletion"}
    log |= {"startTime": "2026-03-01T10:00:00Z", "endTime": "2026-03-01T10:00:01Z", "spend": 0.1}
    text = lines(log, *[{"error": "x"}, undated] * 3, log | {"request_id": "s"})
    small = bring(tmp_path, text, "l.jsonl").account
    monkeypatch.setattr("estimator.ingestion.readers.LARGE_BYTES", 100)
    monkeypatch.setattr("estimator.ingestion.parsing.records.BATCH", 2)
    (other := tmp_path / "large").mkdir()
    large = bring(other, text, "l.jsonl").account
    assert small == large and (large.read, large.accepted, large.quarantined) == (8, 2, 6)


def test_a_large_file_accounts_for_the_objects_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("estimator.ingestion.readers.LARGE_BYTES", 100)
    monkeypatch.setattr("estimator.ingestion.parsing.records.BATCH", 2)
    calls = [OPENAI | {"id": f"c{n}"} for n in range(3)]
    account = bring(tmp_path, lines(*calls, OLLAMA, {"error": "x"}, *(c | {"model": "b"} for c in calls)), "l.jsonl")
    assert (account.account.read, account.account.accepted, account.account.quarantined) == (8, 7, 1)
