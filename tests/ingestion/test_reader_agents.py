"""Readers of coding agents' transcripts: counts of each call, once, and no text; arithmetic in the docstrings."""

import json
from pathlib import Path
from typing import Any

import pytest

from estimator.ingestion.importing import import_paths
from estimator.ingestion.quarantine import still_quarantined
from estimator.ingestion.reader import open_trace
from estimator.ingestion.readers import reader_of
from estimator.ledger import Ledger
from estimator.ledger.reconciliation import reconcile
from tests.ingestion.formats import FORMATS, bring, kept_in, result_of, sample
from tests.support import place_of, refuses
from tests.traces_support import context, judged


def counts(row: Any) -> tuple[Any, ...]:
    return (row.input_tokens, row.cached_tokens, row.output_tokens, row.items, row.model)


def test_a_streamed_answer_counts_once_and_the_cache_is_part_of_what_is_read() -> None:
    """msg_01A is written twice, with 2 then 180 tokens: 180. It reads 4 + 12,000 + 3,000 = 15,004, of which 3,000 were
    kept; the second call 6 + 900 + 15,000 = 15,906, of which 15,000. One session: the sub-agent opens none."""
    found = sample("claude_code")
    assert [counts(row) for row in found.rows] == [
        (15004, 3000, 180, 1.0, "claude-sonnet-4-5-20250929"),
        (15906, 15000, 420, None, "claude-sonnet-4-5-20250929"),
        (2050, 0, 90, None, "claude-haiku-4-5-20251001"),
        (16010, 16000, 60, None, "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
    ]
    assert [row.provider for row in found.rows] == ["anthropic", "anthropic", "anthropic", "bedrock"]
    assert [place_of(row)[0] for row in found.rows[2:]] == ["anthropic/usa", "aws/global"]
    assert [refusal.code for refusal in found.refused] == ["bad_amount"]


def test_a_transcript_without_its_signs_is_told_which(tmp_path: Path) -> None:
    """A log whose tool is not named by anything of its own is no transcript."""
    cut = tmp_path / "cut.jsonl"
    cut.write_text(json.dumps({"sessionId": "1", "type": "user", "timestamp": "2026-11-16T08:03:00Z"}) + "\n", "utf-8")
    with refuses("transcript_lacks") as refusal:
        reader_of(open_trace(cut))
    assert "transcriptions de Claude Code. Ses premières lignes n'ont pas : isSidechain, parentUuid." in (
        refusal.value.message("fr").replace("\u00a0", " ").replace("’", "'")
    )
    cut.write_text(json.dumps({"type": "user", "timestamp": "2026-11-16", "startTime": "2026-11-16"}) + "\n", "utf-8")
    with refuses("not_a_trace"):
        reader_of(open_trace(cut))


def test_a_count_of_codex_that_is_written_again_is_no_call() -> None:
    """Two calls, of three counts: 9,000 read of which 2,048 kept, 300 written, reasoning among them; then 9,600, 8,704
    and 120. Their sums are the last total of the file: 18,600, 10,752 and 420."""
    found = sample("codex")
    assert [counts(row)[:4] for row in found.rows] == [(9000, 2048, 300, 1.0), (9600, 8704, 120, None)]
    assert {(row.model, row.provider) for row in found.rows} == {("gpt-5-codex", "openai")}
    assert [refusal.code for refusal in found.refused] == ["bad_amount"]


def test_thoughts_and_results_of_tools_are_counted_by_gemini_apart() -> None:
    """8,000 read, 3,000 of them kept, 200 + 150 thought; then 9,000 + 40 of tools, and 100."""
    found = sample("gemini_cli")
    assert [counts(row)[:4] for row in found.rows] == [(8000, 3000, 350, 1.0), (9040, 8000, 100, None)]


@pytest.mark.parametrize(
    ("name", "key", "theirs", "ours"),
    [
        ("claude_code.jsonl", "usage", "input_tokens", "input_tokens"),
        ("claude_code.jsonl", "usage", "output_tokens", "output_tokens"),
        ("codex.jsonl", "last_token_usage", "input_tokens", "input_tokens"),
        ("gemini_cli.json", "tokens", "input", "input_tokens"),
        ("gemini_cli.json", "tokens", "output", "output_tokens"),
    ],
)
def test_an_unknown_count_is_not_the_sum_of_its_other_parts(
    name: str, key: str, theirs: str, ours: str, tmp_path: Path
) -> None:
    """`null` for what was read, beside 12,000 put in cache and 3,000 kept: unknown, and neither 15,000 nor 0."""
    text = (FORMATS / name).read_text("utf-8")
    told = json.loads if name.endswith("json") else lambda lines: [json.loads(line) for line in lines.splitlines()]
    void = json.dumps(_without(told(text), key, theirs))
    bring(tmp_path, void if name.endswith("json") else "\n".join(json.dumps(e) for e in json.loads(void)), name)
    rows = [row for row in judged(Ledger(tmp_path)) if row["status"] == "current"]
    assert rows and {row[ours] for row in rows} == {None}


def _without(node: Any, key: str, name: str) -> Any:
    """The same document, with null for this count of each object of this key."""
    if isinstance(node, list):
        return [_without(part, key, name) for part in node]
    if not isinstance(node, dict):
        return node
    return {k: v | {name: None} if k == key else _without(v, key, name) for k, v in node.items()}


@pytest.mark.parametrize("name", ["claude_code.jsonl", "codex.jsonl", "gemini_cli.json"])
def test_no_word_of_a_transcript_reaches_the_home(name: str, tmp_path: Path) -> None:
    """Texts, folders, branches, commands and instructions: everything that is not a count, a model or a date."""
    report = import_paths(Ledger(tmp_path), [FORMATS / name], context())
    assert report.account.accepted
    kept = kept_in(tmp_path).lower()
    words = ("untel", "dossier", "corrige", "je lis", "toolu", "call_1", "aides", "/home", "api error")
    assert [word for word in words if word in kept] == []


def test_a_session_that_goes_on_in_another_file_counts_once(tmp_path: Path) -> None:
    """A resumed session copies its past under its own name: the same four answers, counted once."""
    text = (FORMATS / "claude_code.jsonl").read_text("utf-8")
    bring(tmp_path, text, "a.jsonl")
    bring(tmp_path, text.replace("0b1f4c52", "9c9c9c9c"), "b.jsonl")
    current = [row for row in judged(Ledger(tmp_path)) if row["status"] == "current"]
    assert sorted(row["output_tokens"] for row in current) == [60, 90, 180, 420]


@pytest.mark.parametrize("name", ["claude_code.jsonl", "codex.jsonl"])
def test_a_transcript_cut_while_it_was_written_is_completed_later(name: str, tmp_path: Path) -> None:
    """Its last line waits, then counts with the rest of the file, and is no longer set aside; a line that is damaged
    for good stays so, and a file of the same name that does not begin with the cut one settles nothing."""
    whole = (FORMATS / name).read_text("utf-8").rstrip().splitlines()
    whole = [*whole[:1], "{damaged", *whole[1:]]
    bring(tmp_path, "\n".join([*whole[:-1], whole[-1][:40]]), name)
    assert [row.line for row in still_quarantined(Ledger(tmp_path)) if row.code == "broken_line"] == [2, len(whole)]
    bring(tmp_path, "\n".join(["{}", *whole[3:]]), name)
    assert len([row for row in still_quarantined(Ledger(tmp_path)) if row.code == "broken_line"]) == 2
    (tmp_path / name).write_text("\n".join(whole) + "\n", "utf-8")
    report = import_paths(Ledger(tmp_path), [tmp_path / name], context())
    assert [(remark.code, remark.line) for remark in report.remarks] == [("line_completed", len(whole))]
    assert [row.line for row in still_quarantined(Ledger(tmp_path)) if row.code == "broken_line"] == [2]
    (alone := tmp_path / "alone").mkdir()
    bring(alone, "\n".join(whole) + "\n", name)
    ids = [{row["row_id"] for row in judged(Ledger(home)) if row["status"] == "current"} for home in (tmp_path, alone)]
    assert ids[0] == ids[1] and reconcile(Ledger(tmp_path)).faults == ()


def test_a_long_first_prompt_hides_no_transcript(tmp_path: Path) -> None:
    """200,000 letters before the first count; the folder is read all the same."""
    lines = (FORMATS / "claude_code.jsonl").read_text("utf-8").splitlines()[1:]
    first = json.loads(lines[0])
    first["message"]["content"] = "x" * 200_000
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "long.jsonl").write_text("\n".join([json.dumps(first), *lines[1:]]), "utf-8")
    report = import_paths(Ledger(tmp_path / "home"), [tmp_path / "in"], context())
    assert report.account.accepted == 4


def test_a_conversation_written_line_by_line_is_the_same_one() -> None:
    """Its header, a message a line, one of them written again, and a line that sets the first ones: what one document
    says, each answer once."""
    whole = json.loads((FORMATS / "gemini_cli.json").read_text("utf-8"))
    first, *others = whole.pop("messages")
    lines = [whole, {"$set": {"messages": [first]}}, *others, {"$set": {"lastUpdated": "2026-03-02T10:01:00.000Z"}}]
    found = result_of("\n".join(json.dumps(line) for line in [*lines, others[-1]]), name="session.jsonl")
    document = sample("gemini_cli")
    assert {row.row_id for row in found.rows} == {row.row_id for row in document.rows}
    assert {row.row_id: counts(row) for row in found.rows} == {row.row_id: counts(row) for row in document.rows}
