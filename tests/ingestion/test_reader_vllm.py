"""Counters of vLLM: the cards that are kept for a server, its requests, what it read again from memory."""

import json
from pathlib import Path
from typing import Any

import pytest

from estimator.core.errors import LANGUAGES, say
from estimator.ingestion.dry_run import check_paths
from estimator.ledger.read_result import ReadResult
from estimator.ledger.rows import Activity
from tests.ingestion.formats import result_of, rows_of
from tests.support import built
from tests.traces_support import context, read_file

DAY = "# since 2026-03-01T08:00:00Z\n# until 2026-03-02T08:00:00Z\n"
ENGINE = '{engine="0",model_name="Qwen/Qwen3-8B"}'
CARDS = "# cards 2 x NVIDIA L40S\n"


def page(*lines: str, head: str = DAY) -> str:
    """A metrics page whose counters are those of one engine, unless a line has labels of its own."""
    return head + "\n".join(line if "{" in line else line.replace(" ", f"{ENGINE} ", 1) for line in lines) + "\n"


def read(*lines: str, head: str = DAY) -> Activity:
    return rows_of(page(*lines, head=head), name="vllm.prom")[0]


WRITTEN = "vllm:generation_tokens_total 4e+05"
COUNTED = "vllm:prompt_tokens_total 1.2e+06"


def test_the_cards_of_a_server_are_kept_for_it_from_one_reading_to_the_other() -> None:
    """Two cards from the start of the server to the reading, 24 h: 48 hours of cards, whatever they answer."""
    row = read(WRITTEN, COUNTED, head=CARDS + DAY)
    assert (row.device, row.device_count, row.device_hours) == ("gpu/l40s", 2, 48)
    assert "waiting_not_counted" not in row.checks


def test_a_sidecar_says_the_cards_and_comes_before_the_file(tmp_path: Path) -> None:
    path = tmp_path / "vllm.prom"
    path.write_text(page(WRITTEN, head=CARDS + DAY))
    beside = {"schema": 1, "host": "class/server-room", "zone": "FRA", "device": "gpu/h100", "device_count": 1}
    path.with_name("vllm.prom.sobria.json").write_text(json.dumps(beside))
    row = read_file(path)[0][0]
    assert (row.device, row.device_count, row.device_hours, row.zone) == ("gpu/h100", 1, 24, "FRA")


@pytest.mark.parametrize("head", [DAY, "# cards NVIDIA L40S\n" + DAY, "# cards 0 x NVIDIA L40S\n" + DAY])
def test_cards_that_are_not_told_do_not_wait_and_the_row_says_so(head: str) -> None:
    row = read(WRITTEN, head=head)
    assert (row.device_hours, "waiting_not_counted" in row.checks) == (None, True)
    for lang in LANGUAGES:
        assert "# cards 1 x NVIDIA H100" in say("checks", "waiting_not_counted", lang)


def test_a_card_that_the_tables_do_not_know_is_any_card() -> None:
    row = read(WRITTEN, head="# cards 1 x Carte de Mme Untel\n" + DAY)
    assert (row.device, row.device_hours, "unknown_device" in row.checks) == (None, 24, True)
    assert "Untel" not in row.model_dump_json()


def test_each_engine_has_its_cards() -> None:
    """Two engines of two cards each, over a day: 48 hours of cards for each."""
    other = 'vllm:generation_tokens_total{engine="1",model_name="Qwen/Qwen3-8B"} 7'
    rows = rows_of(page(WRITTEN, other, head=CARDS + DAY), name="vllm.prom")
    assert [(row.device_hours, "cards_by_engine" in row.checks) for row in rows] == [(48, True), (48, True)]


def test_waiting_hours_are_most_of_a_server_that_answers_little(tmp_path: Path) -> None:
    """One H100 a day for 400,000 tokens: about 24 h × 0.7 kW × 15 % × 1.43 = 3.6 kWh, against some watt-hours."""
    kept, shared = (
        built(tmp_path / str(n), read(WRITTEN, COUNTED, head=head + DAY))
        .totals()
        .indicators["it_energy"]["at_factor_values"]
        for n, head in enumerate(("# cards 1 x NVIDIA H100\n", ""))
    )
    assert kept == pytest.approx(24 * 0.7 * 0.15 * 1.43, rel=0.1)
    assert kept > 20 * shared


def test_a_server_that_answered_nothing_is_a_row_when_its_cards_are_told(tmp_path: Path) -> None:
    silent = ("vllm:generation_tokens_total 0.0", "vllm:prompt_tokens_total 0.0")
    row = read(*silent, head="# cards 1 x NVIDIA H100\n" + DAY)
    assert (row.output_tokens, row.device_hours) == (0, 24)
    path = tmp_path / "vllm.prom"
    path.write_text(page(*silent, head="# cards 1 x NVIDIA H100\n" + DAY))
    said = check_paths(tmp_path / "home", [path], context()).files[0]
    assert said.proofs == {"estimated": 1}
    untold = result_of(page(*silent), name="vllm.prom")
    assert [refusal.code for refusal in untold.refused] == ["no_work"]


@pytest.mark.parametrize(
    ("lines", "requests"),
    [
        (["vllm:request_success_total 3", "vllm:e2e_request_latency_seconds_count 9"], 3),
        (["vllm:request_generation_tokens_count 5", "vllm:request_prompt_tokens_count 9"], 5),
        (["vllm:request_prompt_tokens_count 6"], 6),
        (["vllm:e2e_request_latency_seconds_count 7"], 7),
    ],
)
def test_requests_are_counted_by_a_histogram_where_no_counter_has_them(lines: list[str], requests: float) -> None:
    row = read(WRITTEN, COUNTED, *lines)
    assert (row.requests, "requests_not_counted" in row.checks) == (requests, False)


def test_requests_that_nothing_counts_are_said_and_tokens_read_are_kept() -> None:
    row = read(WRITTEN, COUNTED)
    assert (row.input_tokens, row.requests, "requests_not_counted" in row.checks) == (1_200_000, None, True)


def test_tokens_read_again_from_memory_are_told_apart_as_far_as_they_were_read() -> None:
    kept = read(WRITTEN, COUNTED, "vllm:prefix_cache_hits_total 1e+06")
    assert kept.cached_tokens == 1_000_000
    odd = read(WRITTEN, COUNTED, "vllm:prefix_cache_hits_total 3e+06")
    assert odd.cached_tokens is None


def test_a_histogram_alone_is_no_row() -> None:
    found: ReadResult = result_of(page(WRITTEN, 'vllm:request_prompt_tokens_count{model_name="x"} 3'), name="v.prom")
    assert len(found.rows) == 1 and found.refused == []


def test_a_later_reading_that_tells_the_cards_replaces_one_that_did_not(tmp_path: Path) -> None:
    """100 tokens untold, then 250 with one card to 10 h the next day: 26 hours of cards."""
    later = "# cards 1 x NVIDIA H100\n" + DAY.replace("03-02T08", "03-02T10")
    rows: list[Any] = [read("vllm:generation_tokens_total 100"), read("vllm:generation_tokens_total 250", head=later)]
    build = built(tmp_path, *rows)
    assert [(row["output_tokens"], row["device_hours"]) for row in build.runs()["rows"]] == [(250, 26)]


def test_a_counter_below_zero_is_refused_in_words() -> None:
    result = result_of(page(WRITTEN, "vllm:prompt_tokens_total -5"), name="vllm.prom")
    assert [row.code for row in result.refused] == ["bad_amount"] and not result.rows


@pytest.mark.parametrize(
    ("counters", "counts"),
    [
        (["llamacpp:prompt_tokens_total 900", "llamacpp:tokens_predicted_total 400"], (900, 400, None)),
        (
            [
                *("tgi_request_input_length_sum 900", "tgi_request_input_length_count 8"),
                *('tgi_request_success{kind="single",stop_reason="length"} 6', "tgi_request_generated_tokens_sum 400"),
                'tgi_request_success{kind="stream",stop_reason="eos_token"} 2',
            ],
            (900, 400, 8),
        ),
        (
            [
                *(
                    'sglang:prompt_tokens_total{model_name="a"} 900',
                    'sglang:generation_tokens_total{model_name="a"} 400',
                ),
                'sglang:e2e_request_latency_seconds_count{model_name="a"} 8',
            ],
            (900, 400, 8),
        ),
    ],
    ids=("llama.cpp", "TGI", "SGLang"),
)
def test_other_servers_count_the_same_things_under_other_names(
    counters: list[str], counts: tuple[float | None, ...]
) -> None:
    """900 tokens read, 400 written, 6 + 2 requests, which llama.cpp does not count; a page that names no model is told
    it above its counters."""
    (row,) = rows_of(DAY + "# model Qwen/Qwen3-8B\n" + "\n".join(counters), name="page.prom")
    assert (row.input_tokens, row.output_tokens, row.requests) == counts
    assert row.model == ("a" if "model_name" in counters[0] else "Qwen/Qwen3-8B")
    assert ("requests_not_counted" in row.checks) == (counts[2] is None)
    nameless = rows_of(DAY + "\n".join(counters), name="page.prom")[0]
    assert ("no_model" in nameless.checks) == ("model_name" not in counters[0])
