"""Tokens of a cache, which some usages tell within what was read, and others beside it."""

import json
from pathlib import Path
from typing import Any

import pytest
from sobria_instrument import answers

from estimator.ingestion.usage import unseen_tokens
from scripts.conformance.trial import rows_in
from tests.ingestion.formats import bring, result_of, rows_of
from tests.ingestion.test_unseen_tokens import CODES, answer, cached, span, spent

Said = dict[str, Any]


def of_cache(gave: int, took: int) -> Said:
    return {"cache_read_input_tokens": gave, "cache_creation_input_tokens": took}


def tokens(read: int, total: int | None = None, **more: Any) -> Said:
    """7 tokens written; a total, where there is one, that says no more than what is read and written."""
    return {"prompt_tokens": read, "completion_tokens": 7, "total_tokens": total or read + 7} | more


# Tokens read of each usage: 1,000 that a cache gave, 40 that it took and 100 others, but where it is said.
USAGES = {
    "Anthropic": ({"input_tokens": 100, "output_tokens": 7} | of_cache(1000, 40), 1140),
    "LiteLLM 1.110": (tokens(1140, **cached(1000), **of_cache(1000, 40)), 1140),
    # Whether the 40 are among the 1,100 is not told: no less than 1,100.
    "LiteLLM 1.74": (tokens(1100, **cached(1000), **of_cache(1000, 40)), 1100),
    # 10 read cannot hold 4,000: 4,010.
    "LiteLLM 1.74, a cache that is made": (tokens(10, **cached(0), **of_cache(0, 4000)), 4010),
    # 1,147 − 1,100 − 7 = 40.
    "Bedrock by LiteLLM 1.74": (tokens(1100, 1147, **cached(1000), **of_cache(1000, 40)), 1140),
    "a gateway that leaves both out": (tokens(100, **of_cache(1000, 40)), 1140),
    "a gateway that tells it in OpenAI's words": (tokens(100, **cached(1000)), 1100),
    # 3,007 − 2,000 − 7 = 1,000.
    "a total that has it beside": (tokens(2000, 3007, **of_cache(1000, 0)), 3000),
    "Responses with both names": (
        {
            "input_tokens": 1140,
            "output_tokens": 7,
            "total_tokens": 1147,
            "input_tokens_details": {"cached_tokens": 1000},
        }
        | of_cache(1000, 40),
        1140,
    ),
}


@pytest.mark.parametrize("name", USAGES)
def test_what_a_cache_has_is_read_once(name: str) -> None:
    """By a file of answers, and by what counts the calls of a program."""
    usage, read = USAGES[name]
    told = answers.span(answers.uses([answer(usage)]), ("h", 443), (1772366400 * 10**9, 1772366402 * 10**9), "")
    for content in (answer(usage), {"resourceSpans": [{"scopeSpans": [{"spans": [told]}]}]}):
        (row,) = rows_of(content)
        assert (row.input_tokens, row.output_tokens, CODES & set(row.checks)) == (read, 7, set())


@pytest.mark.parametrize("name", [name for name in USAGES if "LiteLLM" in name])
def test_the_log_of_a_gateway_tells_as_much_as_its_answer(name: str) -> None:
    usage, read = USAGES[name]
    (row,) = rows_of(json.dumps(spent(usage)))
    assert (row.input_tokens, row.output_tokens) == (read, 7)


def test_an_answer_counted_twice_is_corrected_by_its_new_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """100 read and 1,000 of a cache beside: 100 before, then 1,100, which stands in its place."""
    content = json.dumps(answer({"prompt_tokens": 100, "completion_tokens": 7} | cached(1000)))
    with monkeypatch.context() as before:
        before.setattr("estimator.ingestion.usage.chat_response.unseen", lambda usage: unseen_tokens.NOTHING)
        bring(tmp_path, content, "appels.jsonl")
    assert (bring(tmp_path, content, "appels.jsonl").account.supersedes) == 1
    assert [row["input_tokens"] for row in rows_in(tmp_path) if row["status"] == "current"] == [1100]


def test_the_cached_tokens_of_a_span_are_read_once() -> None:
    """100 cannot hold 1,000, which 1,140 can: 1,100 and 1,140; nor can 1,020 hold 1,000 and 40: 1,060."""
    found = []
    for read in (100, 1140, 1020):
        told = {"gen_ai.usage.input_tokens": read, "gen_ai.usage.output_tokens": 7}
        told |= {"gen_ai.usage.cache_read.input_tokens": 1000}
        told |= {"gen_ai.usage.cache_creation.input_tokens": 40} if read > 1000 else {}  # noqa: PLR2004
        found += [row.input_tokens for row in rows_of(span(**{"gen_ai.request.model": "m"} | told))]
    assert found == [1100, 1140, 1060]


# Of each, 1,140 read, 1,000 of them in a cache, and 30 written, 10 of them of reasoning.
LANGFUSE = {
    "LiteLLM": {
        **{"input": 100, "input_cached_tokens": 1000, "input_cache_creation": 40},
        **{"output": 20, "output_reasoning_tokens": 10, "total": 1170},
    },
    "LangChain": {
        **{"input": 140, "input_cache_read": 1000, "input_audio": 0},
        **{"output": 20, "output_reasoning": 10, "total": 1170},
    },
    "no total": {"input": 140, "input_cache_read": 1000, "output": 20, "output_reasoning": 10},
    "served first": {"input": 140, "input_cache_read": 1000, "input_priority": 140, "output": 30},
    "Anthropic": {"input": 100, "output": 30} | of_cache(1000, 40),
    "parts that are within": {
        **{"input": 1140, "input_cached_tokens": 1000},
        **{"output": 30, "output_reasoning_tokens": 10, "total": 1170},
    },
    "OpenAI": {"prompt_tokens": 1140, "completion_tokens": 30, "total_tokens": 1170} | cached(1000),
    "Responses": {
        **{"input_tokens": 1140, "output_tokens": 30, "total_tokens": 1170},
        **{"input_tokens_details": {"cached_tokens": 1000}, "output_tokens_details": {"reasoning_tokens": 10}},
    },
}


@pytest.mark.parametrize("name", LANGFUSE)
def test_langfuse_counts_each_part_apart(name: str) -> None:
    """100 + 1,000 + 40, or 140 + 1,000, read: 1,140; 20 + 10 written: 30."""
    told = {"langfuse.observation.usage_details": json.dumps(LANGFUSE[name])}
    (row,) = rows_of(span(**{"gen_ai.request.model": "m"} | told))
    counts = row.input_tokens, row.output_tokens, row.cached_tokens
    assert (counts, CODES & set(row.checks)) == ((1140, 30, 1000), set())


@pytest.mark.parametrize("odd", ["12", 1.5, None, -3, [1]])
def test_a_count_of_langfuse_that_is_none_is_refused_or_left_out(odd: Any) -> None:
    for name in ("input", "input_cache_read", "total", "output_reasoning"):
        usage = json.dumps(LANGFUSE["LangChain"] | {name: odd})
        found = result_of(span(**{"gen_ai.request.model": "m", "langfuse.observation.usage_details": usage}))
        assert [row.code for row in found.refused] in ([], ["bad_amount"]) and found.read == 1


# 120 read and 30 written, 10 of them of reasoning.
GOOGLE = {
    "Vertex AI": {
        "promptTokenCount": 120,
        "candidatesTokenCount": 20,
        "thoughtsTokenCount": 10,
        "totalTokenCount": 150,
    },
    "Gemini, among them": {
        **{"promptTokenCount": 120, "candidatesTokenCount": 30},
        **{"thoughtsTokenCount": 10, "totalTokenCount": 150},
    },
    "no total": {"promptTokenCount": 120, "candidatesTokenCount": 20, "thoughtsTokenCount": 10},
    "nothing was visible": {"promptTokenCount": 120, "thoughtsTokenCount": 30, "totalTokenCount": 150},
    "a tool read 20": {
        **{"promptTokenCount": 100, "toolUsePromptTokenCount": 20, "candidatesTokenCount": 20},
        **{"thoughtsTokenCount": 10, "totalTokenCount": 150},
    },
}


@pytest.mark.parametrize("name", GOOGLE)
def test_reasoning_of_google_is_counted_once(name: str) -> None:
    """Its total tells: 150 − 120 − 30 = 0, the 10 are among them; 150 − 120 − 20 = 10, they are not."""
    used = answers.uses([{"modelVersion": "gemini-2.5-flash", "usageMetadata": GOOGLE[name]}])
    told = answers.span(used, ("h", 443), (1772366400 * 10**9, 1772366402 * 10**9), "")
    (row,) = rows_of({"resourceSpans": [{"scopeSpans": [{"spans": [told]}]}]})
    assert (row.input_tokens, row.output_tokens, CODES & set(row.checks)) == (120, 30, set())
