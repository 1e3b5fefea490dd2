"""Readers of usage by tokens, on samples written by hand; the arithmetic stands in each test."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from estimator.core.errors import LANGUAGES, say
from estimator.ledger import Ledger
from tests.ingestion.formats import FORMATS, bring, result_of, rows_of, sample, told
from tests.support import at, built, moment, place_of, refuses
from tests.traces_support import judged, read_file


def counts(row: Any) -> tuple[float | None, ...]:
    return (row.input_tokens, row.output_tokens, row.cached_tokens, row.requests, row.images)


def statuses(home: Path) -> list[tuple[float, str]]:
    return sorted((row["output_tokens"], row["status"]) for row in judged(Ledger(home)))


# Usage pages of an OpenAI organisation


def page(**cells: Any) -> dict[str, Any]:
    result = {"object": "organization.usage.completions.result", "input_tokens": 90, "output_tokens": 40}
    result |= {"model": "gpt-4o", "project_id": "p"} | cells
    return {"object": "page", "data": [{"start_time": 1772323200, "end_time": 1772409600, "results": [result]}]}


def test_buckets_of_an_organisation_are_rows_of_tokens() -> None:
    """1772323200 is 2026-03-01T00:00Z, a bucket is a day; two persons of one project are two rows, and no name is."""
    found = sample("openai_usage")
    first, second, alone, drawn, embedded = found.rows
    assert (first.start_us, first.end_us) == (moment("2026-03-01T00:00:00"), moment("2026-03-02T00:00:00"))
    assert (first.start_month, first.end_month, first.time_basis) == (202603, 202603, "offset")
    assert counts(first) == counts(second) == (9000, 4000, 1000, 10, None)
    assert first.row_id != second.row_id
    assert (first.service_key, first.model, first.provider) == ("proj_courrier", "gpt-4o-2024-08-06", "openai")
    assert (first.host, first.zone, place_of(first)[:2]) == ("class/server-unknown", None, ("openai/usa", "USA"))
    assert (first.other_mode, first.other_energy_kwh) == ("mode/not_declared", None)
    assert first.checks == ("host_not_told", "zone_not_told")
    assert (alone.service_key, alone.model, "no_model" in alone.checks) == ("openai", None, True)
    assert (drawn.model, drawn.images, "no_output" in drawn.checks) == ("dall-e-3", 3, False)
    assert (embedded.input_tokens, "no_output" in embedded.checks) == (7000, True)
    assert found.unused == ("note",)
    assert [refusal.code for refusal in found.refused] == ["no_work", "bad_amount", "bad_amount"]
    assert "input_tokens contient « … »" in told(found.refused[1])[0]
    assert "input_tokens contient « -4 »" in told(found.refused[2])[0]


def test_a_bucket_read_again_when_it_is_fuller_replaces_itself(tmp_path: Path) -> None:
    """The day's bucket at noon, in the evening, then at noon again: the evening counts, whatever the order."""
    noon, evening = json.dumps(page()), json.dumps(page(output_tokens=400, input_tokens=900))
    bring(tmp_path, evening, "soir.json")
    late = bring(tmp_path, noon, "midi.json").account
    assert (late.read, late.superseded) == (1, 1)
    again = bring(tmp_path, noon, "midi.json").account
    assert again.duplicates == 1
    assert statuses(tmp_path) == [(40, "superseded"), (400, "current")]


def test_seconds_of_sound_are_an_output_that_is_modelled(tmp_path: Path) -> None:
    """An hour heard by whisper-1, without tokens: 280 W ÷ 64.51 = 4.34 J a second on the card that was timed."""
    heard = page(object="organization.usage.audio_transcriptions.result", seconds=3600, model="whisper-1")
    for cell in ("input_tokens", "output_tokens"):
        heard["data"][0]["results"][0].pop(cell)
    (row,) = rows_of(json.dumps(heard))
    assert (row.audio_s, row.model, "no_output" in row.checks) == (3600, "whisper-1", False)
    energy = built(tmp_path, row).totals().indicators["energy"]
    assert 0.004 < energy["at_factor_values"] < 0.02  # 4.34 Wh × 1.32 × 1.43 × the PUE of the site


def test_a_page_a_line_and_pages_in_a_list_say_the_same() -> None:
    pages = [page(), page(model="gpt-4o-mini")]
    lines = "\n".join(map(json.dumps, pages))
    assert [row.row_id for row in rows_of(lines)] == [row.row_id for row in rows_of(pages)]


def test_a_line_that_was_cut_is_set_aside_and_nothing_of_it_is_kept() -> None:
    found = result_of(json.dumps(page()) + "\n" + '{"object": "page", "note": "Mme Untel')
    assert len(found.rows) == 1
    assert [(r.code, r.line, r.text, r.header) for r in found.refused] == [("broken_line", 2, "", "")]
    assert told(found.refused[0])[0].startswith("Cette ligne n'est pas un objet JSON")


def test_a_document_that_was_cut_is_refused_whole() -> None:
    text = (FORMATS / "openai_usage.json").read_text("utf-8")
    with refuses("broken_json") as refused:
        result_of(text[: len(text) // 2])
    assert "n'est pas du JSON, ou a été coupé" in refused.value.message("fr")
    assert all("{" not in refused.value.message(lang) for lang in LANGUAGES)


def test_a_page_that_another_should_follow_says_so() -> None:
    """Of two pages in one file, only the last one can lack its next."""
    first, last = page() | {"has_more": True}, page(model="o3") | {"has_more": True}
    assert ["page_cut" in row.checks for row in rows_of(first)] == [True]
    pages = "\n".join(map(json.dumps, (first, last)))
    assert ["page_cut" in row.checks for row in rows_of(pages)] == [False, True]
    assert ["page_cut" in row.checks for row in rows_of(page() | {"has_more": False})] == [False]


def test_real_pages_of_an_organisation(shared_data: Path) -> None:
    rows, refused = read_file(shared_data / "usage_samples" / "openai_org_usage_completions_model.json")
    assert refused == []
    assert [(counts(row), row.model) for row in rows] == [((5000, 2000, 1000, None, None), "gpt-4o")]
    assert datetime.fromtimestamp(rows[0].start_us / 1e6, UTC).isoformat() == "2025-04-03T00:00:00+00:00"
    rows, refused = read_file(shared_data / "usage_samples" / "openai_org_usage_completions.json")
    assert refused == [] and counts(rows[0]) == (1200, 300, 800, 7, None)
    assert "no_model" in rows[0].checks and say("checks", "no_model", "fr")


# Spend logs of LiteLLM


def spent(**cells: Any) -> dict[str, Any]:
    row = {"request_id": "r-1", "call_type": "acompletion", "prompt_tokens": 10, "completion_tokens": 20}
    row |= {"startTime": "2026-04-01T10:00:00Z", "endTime": "2026-04-01T10:00:02Z", "model": "gpt-4o"}
    return row | {"custom_llm_provider": "openai", "metadata": "{}"} | cells


def test_a_request_of_a_gateway_is_a_row_of_tokens_without_its_words() -> None:
    """23:59:58 to 00:00:02, written without offset, is UTC: four seconds over two months."""
    found = sample("litellm")
    first, own, embedded = found.rows
    assert (first.start_us, first.end_us) == (moment("2026-03-31T23:59:58"), moment("2026-04-01T00:00:02"))
    assert (first.start_month, first.end_month, first.latency_s) == (202603, 202604, 4)
    assert counts(first) == (1200, 300, 1000, 1, None)
    assert (first.service_key, first.model) == ("equipe-courrier", "mistral-small-2603")
    assert place_of(first)[:2] == ("mistral/swe", "SWE")
    assert (own.host, own.zone, own.service_key) == ("class/server-unknown", None, "litellm")
    assert place_of(own).code == "address_not_of_provider", "an address of one's own is not OpenAI"
    assert (embedded.input_tokens, place_of(embedded).host, "no_output" in embedded.checks) == (
        64,
        "azure/global",
        True,
    )
    codes = [refusal.code for refusal in found.refused]
    assert codes == ["gateway_cache", "no_work", "bad_moment", "broken_line"]
    assert {"messages", "response", "api_key", "user", "end_user", "requester_ip_address"} <= set(found.unused)
    assert [row.line for row in found.rows] == [1, 2, 5]


def test_a_request_that_is_logged_twice_is_counted_once(tmp_path: Path) -> None:
    rows = [spent(), spent(), spent(request_id="r-2")]
    account = bring(tmp_path, json.dumps(rows), "journal.json").account
    assert (account.read, account.accepted, account.duplicates) == (3, 2, 1)
    assert bring(tmp_path, "\n".join(map(json.dumps, rows)), "journal.jsonl").account.duplicates == 3


def test_openai_itself_is_told_from_what_speaks_like_it() -> None:
    for address, host in (
        ("https://api.openai.com/v1", "openai/usa"),
        ("https://ia.exemple.fr/v1", "class/server-unknown"),
    ):
        assert place_of(rows_of([spent(api_base=address)])[0]).host == host


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"prompt_tokens": "dix"}, "bad_amount"),
        ({"prompt_tokens": "\u0663"}, "bad_amount"),  # Arabic digits
        ({"prompt_tokens": [1]}, "bad_amount"),
        ({"completion_tokens": True}, "bad_amount"),
        ({"prompt_tokens": 10**30}, "beyond_use"),
        ({"prompt_tokens": 10**400}, "beyond_use"),
        ({"prompt_tokens": float("1e999")}, "beyond_use"),
        ({"prompt_tokens": "1e400"}, "beyond_use"),
        ({"prompt_tokens": -(10**400)}, "bad_amount"),
        ({"startTime": None}, "no_moment"),
        ({"endTime": "2026-04-01T09:00:00Z"}, "bad_period"),
        ({"startTime": "2126-04-01T10:00:00Z", "endTime": "2126-04-01T10:00:05Z"}, "declared_future"),
        ({"endTime": "2126-04-01T10:00:05Z"}, "bad_period"),
        ({"startTime": at(days=-1), "endTime": at(days=300)}, "declared_future"),
        ({"startTime": "1999-04-01T10:00:00Z", "endTime": "1999-04-01T10:00:05Z"}, "before_first"),
        ({"startTime": "9126-04-01T10:00:00Z"}, "year_beyond"),
    ],
)
def test_a_bad_request_is_set_aside_with_what_to_do(cells: dict[str, Any], code: str) -> None:
    found = result_of([spent(**cells), spent(request_id="r-2")])
    assert [refusal.code for refusal in found.refused] == [code] and len(found.rows) == 1
    assert told(found.refused[0])


@pytest.mark.parametrize("read", [1795334400000, 1795334400000.5, True])
def test_a_number_that_is_no_date_of_the_logger_is_told_as_read(read: Any) -> None:
    """1795334400 s is 2026-11-22T08:00Z; in milliseconds it is no date, and the field is there."""
    logged = spent(id="r-1", startTime=1795334400, endTime=1795334402) | {"startTime": read}
    del logged["request_id"]
    (refused,) = result_of([logged]).refused
    assert (refused.code, refused.facts) == (
        "bad_moment",
        {"field": "startTime", "value": str(read).replace("True", "…")},
    )
    (row,) = result_of([logged | {"startTime": 1795334400}]).rows
    assert (row.start_us, row.latency_s) == (moment("2026-11-22T08:00:00"), 2)


def test_a_real_spend_log(shared_data: Path) -> None:
    rows, refused = read_file(shared_data / "usage_samples" / "litellm_spend_log.json")
    assert refused == []
    assert [(counts(row), row.model, place_of(row).host) for row in rows] == [
        ((10, 20, None, 1, None), "gpt-4o", "openai/usa")
    ]
    assert rows[0].latency_s == pytest.approx(0.004583)


# OpenTelemetry spans


def spans(*found: dict[str, Any]) -> dict[str, Any]:
    return {"resourceSpans": [{"resource": {}, "scopeSpans": [{"spans": list(found)}]}]}


def span(name: str = "a", parent: str = "", **attributes: Any) -> dict[str, Any]:
    told = {"gen_ai.usage.output_tokens": 7, "gen_ai.request.model": "gpt-4o"} | attributes
    typed = [{"key": k, "value": {"stringValue" if isinstance(v, str) else "intValue": v}} for k, v in told.items()]
    times = {"startTimeUnixNano": "1772366400000000000", "endTimeUnixNano": "1772366402500000000"}
    return {"traceId": "t", "spanId": name, "parentSpanId": parent, "attributes": typed} | times


def test_both_generations_of_attributes_are_read_and_no_words() -> None:
    """1772366400 s is 2026-03-01T12:00Z; 100 tokens of cache beside 40 read are 140 read, 100 of them cached."""
    found = sample("otel_genai")
    new, old, embedded, agent = found.rows
    assert (new.start_us, new.end_us, new.latency_s) == (
        *(moment("2026-03-01T12:00:00"), moment("2026-03-01T12:00:02") + 500_000),
        2.5,
    )
    assert counts(new) == (1200, 300, 1000, 1, None)
    assert (new.service_key, new.model, place_of(new).host) == (
        "assistant-urbanisme",
        "gpt-4o-2024-08-06",
        "openai/usa",
    )
    assert counts(old) == (140, 60, 100, 1, None)
    assert (old.model, *place_of(old)[:2]) == ("mistral-small-2603", "mistral/swe", "SWE")
    assert (embedded.model, "no_model" in embedded.checks) == (None, True)
    assert [refusal.code for refusal in found.refused] == ["no_moment"]
    assert (agent.holds_calls, embedded.holds_calls) == (True, None)
    assert {"gen_ai.input.messages", "gen_ai.prompt.0.content", "user.id"} <= set(found.unused)


def test_the_new_name_of_an_attribute_comes_before_the_old() -> None:
    both = {"gen_ai.usage.completion_tokens": 3, "gen_ai.usage.prompt_tokens": 5}
    assert counts(rows_of(spans(span(**both)))[0]) == (5, 7, None, 1, None)


def test_an_export_a_line_is_read_like_one_document() -> None:
    one = spans(span("a"), span("b"))
    lines = "\n".join(json.dumps(spans(found)) for found in (span("a"), span("b")))
    assert [row.row_id for row in rows_of(lines)] == [row.row_id for row in rows_of(one)]
    assert rows_of(spans(span("a")))[0].row_id != rows_of(spans(span("c")))[0].row_id


def test_a_span_without_time_is_set_aside() -> None:
    result = result_of(spans(span("a") | {"endTimeUnixNano": None}, span("b")))
    assert [(r.code, r.facts) for r in result.refused] == [("no_moment", {"field": "endTimeUnixNano"})]
    assert "Refaites l'export" in told(result.refused[0])[0]


def test_real_spans(shared_data: Path) -> None:
    rows, refused = read_file(shared_data / "usage_samples" / "otlp_genai_agentledger.json")
    assert refused == []
    assert [(counts(r), r.model, r.service_key) for r in rows] == [((1200, 300, None, 1, None), "gpt-4o", "gemini-cli")]
    rows, refused = read_file(shared_data / "usage_samples" / "otlp_genai_langsmith.json")
    assert refused == []
    assert [(counts(row), row.service_key, "no_model" in row.checks) for row in rows] == [
        ((5, 3, None, 1, None), "test-service", True)
    ]


# Albert API and OpenGateLLM


def test_the_electricity_of_a_gateway_is_an_estimate_of_its_model_and_its_zero_is_unknown() -> None:
    """2 Wh as said; 1 to 5 Wh: their middle, 3 Wh; 0 for 30 tokens is not estimable; nothing said is modelled."""
    found = sample("albert")
    said, ranged, zero, silent, ranked = found.rows
    assert counts(said) == counts(ranged) == (1200, 300, None, 1, None)
    assert (said.other_energy_kwh, said.other_mode, said.reported_gwp_kg) == (0.002, "mode/supplier_other", 0.0001)
    assert said.latency_s == 2.5 and said.start_us == said.end_us == moment("2026-03-01T12:00:00")
    assert "supplier_range" not in said.checks and "supplier_pue_kept" in said.checks
    assert ranged.other_energy_kwh == pytest.approx(0.003)
    assert ranged.reported_gwp_kg == pytest.approx(0.0002)
    assert "supplier_range" in ranged.checks
    assert (zero.other_energy_kwh, zero.other_mode, "declared_zero" in zero.checks) == (
        *(None, "mode/not_estimable"),
        True,
    )
    assert (silent.other_energy_kwh, silent.other_mode) == (None, "mode/not_declared")
    assert (ranked.input_tokens, ranked.output_tokens, "no_output" in ranked.checks) == (42, None, True)
    assert [refusal.code for refusal in found.refused] == ["bad_amount"]
    assert "created contient « … »" in told(found.refused[0])[0]


def test_the_zero_of_a_gateway_is_in_no_total(tmp_path: Path) -> None:
    row = next(row for row in sample("albert").rows if "declared_zero" in row.checks)
    energy = built(tmp_path, row).totals().indicators["energy"]
    assert (energy["at_factor_values"], energy["missing"]["code"]) == (None, "unreliable")


def test_an_answer_with_its_carbon_is_read_as_a_usage() -> None:
    usage = {
        "prompt_tokens": 5,
        "completion_tokens": 6,
        "total_tokens": 11,
        "carbon": {"kWh": {"min": 0.1, "max": 0.3}},
    }
    answer = {"id": "c-1", "object": "chat.completion", "created": 1772366400, "model": "m", "usage": usage}
    row = rows_of(answer)[0]
    assert (row.reader, row.other_energy_kwh, row.output_tokens) == ("albert", pytest.approx(0.2), 6)


def test_two_alike_usages_without_an_id_are_two(tmp_path: Path) -> None:
    item = {"object": "me.usage", "model": "m", "created": 1772366400, "usage": {"total_tokens": 4, "prompt_tokens": 4}}
    text = json.dumps({"object": "list", "data": [item, item]})
    assert bring(tmp_path, text, "a.json").account.accepted == 2
    assert bring(tmp_path, text, "b.json").account.duplicates == 2


# Answers of OpenAI-compatible servers and of Ollama


def test_an_answer_leaves_its_usage_and_not_its_words() -> None:
    found = sample("chat_response")
    whole, last = found.rows
    assert counts(whole) == (90, 512, 64, 1, None) and counts(last) == (1085, 247, None, 1, None)
    assert (whole.model, whole.host, whole.zone) == ("Qwen/Qwen3-8B", "class/server-unknown", None)
    assert whole.checks == ("host_not_told", "zone_not_told")
    assert [(refusal.code, refusal.line) for refusal in found.refused] == [("bad_amount", 4)]
    assert found.unused == ("choices", "user")


def test_a_sidecar_says_where_and_on_what_answers_were_made(tmp_path: Path) -> None:
    path = tmp_path / "reponses.jsonl"
    path.write_bytes((FORMATS / "chat_response.jsonl").read_bytes())
    beside = {"schema": 1, "host": "class/server-room", "zone": "FRA", "device": "gpu/h100", "concurrency": 8}
    (tmp_path / "reponses.jsonl.sobria.json").write_text(json.dumps(beside))
    row = read_file(path)[0][0]
    assert (row.host, row.zone, row.device, row.concurrency, row.checks) == (
        *("class/server-room", "FRA", "gpu/h100"),
        *(8, ()),
    )
    found = built(tmp_path / "home", row).totals()
    assert found.proof["estimated"] == 1 and found.indicators["energy"]["at_factor_values"] > 0


def test_an_answer_of_ollama_ends_when_it_says_and_began_before() -> None:
    """5.5 s that end at 12:00:05.5 began at 12:00; 13:00 at +01:00 is 12:00 in UTC; without a date, set aside."""
    found = sample("ollama")
    first, second = found.rows
    assert (first.start_us, first.latency_s, counts(first)) == (
        *(moment("2026-03-01T12:00:00"), 5.5),
        (26, 290, None, 1, None),
    )
    assert (second.end_us, second.time_basis) == (moment("2026-03-01T12:00:00"), "offset")
    assert [(r.code, r.line, r.facts) for r in found.refused] == [("no_date", 4, {"field": "created_at"})]
    assert "created_at est absent" in told(found.refused[0])[0]


def test_real_answers(shared_data: Path) -> None:
    rows, refused = read_file(shared_data / "usage_samples" / "openai_compat_vllm_usage.json")
    assert refused == [] and counts(rows[0]) == (9, 512, None, 1, None)
    rows, refused = read_file(shared_data / "usage_samples" / "llamacpp_timings.json")
    assert refused == [] and (counts(rows[0]), rows[0].model) == ((1085, 247, None, 1, None), "gpt-oss:20b")
    rows, refused = read_file(shared_data / "usage_samples" / "ollama_generate.json")
    assert rows == [] and [refusal.code for refusal in refused] == ["no_date"]


# Counters of vLLM


DATED = "# since {since}\n# until {until}\n"
COUNTERS = 'vllm:generation_tokens_total{{model_name="m"}} {tokens}\n'


def metrics(tokens: float, since: str = "2026-03-01T08:00:00Z", until: str = "2026-03-02T08:00:00Z") -> str:
    return DATED.format(since=since, until=until) + COUNTERS.format(tokens=tokens)


def test_counters_are_one_row_for_each_engine_and_model() -> None:
    """Requests of all endings add up: 900 + 100. A model that did nothing is set aside."""
    found = sample("vllm")
    first, second = found.rows
    assert counts(first) == (1_200_000, 400_000, None, 1000, None)
    assert counts(second) == (None, 100_000, None, None, None)
    assert (first.start_us, first.end_us) == (moment("2026-03-01T08:00:00"), moment("2026-03-02T08:00:00"))
    assert (first.service_key, first.model, first.cumulative) == ("assistant-urbanisme", "Qwen/Qwen3-8B", True)
    assert "counter_since_start" in first.checks
    assert [refusal.code for refusal in found.refused] == ["no_work"]
    assert found.unused == ("vllm:num_requests_running",)


def test_a_later_reading_replaces_an_earlier_one_and_a_new_start_adds_up(tmp_path: Path) -> None:
    """100, then 250 of the same start: 250 counts. The server starts again and makes 30: 250 and 30 count."""
    bring(tmp_path, metrics(250, until="2026-03-03T08:00:00Z"), "b.prom")
    bring(tmp_path, metrics(100), "a.prom")
    bring(tmp_path, metrics(30, since="2026-03-03T09:00:00Z", until="2026-03-03T10:00:00Z"), "c.prom")
    assert statuses(tmp_path) == [(30, "current"), (100, "superseded"), (250, "current")]


def test_a_counter_that_fell_was_reset_and_both_stretches_count(tmp_path: Path) -> None:
    bring(tmp_path, metrics(100), "a.prom")
    bring(tmp_path, metrics(40, until="2026-03-03T08:00:00Z"), "b.prom")
    assert statuses(tmp_path) == [(40, "current"), (100, "current")]


def test_the_dates_may_be_those_that_the_server_writes() -> None:
    """1772352000 s is 2026-03-01T08:00Z; samples with a moment, in milliseconds, were read then."""
    text = 'process_start_time_seconds 1.772352e+09\nvllm:generation_tokens_total{model="m"} 7 1772355600000\n'
    row = rows_of(text, name="m.prom")[0]
    assert (row.start_us, row.end_us) == (moment("2026-03-01T08:00:00"), moment("2026-03-01T09:00:00"))
    assert (row.model, row.output_tokens, row.service_key) == ("m", 7, "vllm")


def test_a_counter_without_dates_is_set_aside_with_the_lines_to_add() -> None:
    found = result_of(COUNTERS.format(tokens=5), name="m.prom")
    assert [refusal.code for refusal in found.refused] == ["counter_without_dates"]
    sentence = told(found.refused[0])[0]
    assert "# since 2026-03-01T08:00:00Z ; # until 2026-03-01T08:00:00Z" in sentence
    undated = result_of(metrics(5, since="hier, dit Mme Untel"), name="m.prom").refused[0]
    assert undated.code == "bad_moment" and "Untel" not in undated.text


def test_real_metrics_have_no_date_and_say_so(shared_data: Path) -> None:
    for name, tokens in (("qwen3vl", 42_421_665), ("triton", 16)):
        path = shared_data / "usage_samples" / f"vllm_metrics_{name}.prom"
        rows, refused = read_file(path)
        assert rows == [] and {refusal.code for refusal in refused} == {"counter_without_dates"}
        dated = DATED.format(since="2026-03-01T08:00:00Z", until="2026-03-02T08:00:00Z") + path.read_text("utf-8")
        assert [row.output_tokens for row in rows_of(dated, name="m.prom")] == [tokens]


def test_tokens_of_an_unknown_number_of_requests_are_estimated_as_answers_of_a_usual_length(tmp_path: Path) -> None:
    """100,000 tokens of an 8B model are some watt-hours, 200 requests being counted or none; never a video each."""
    row = sample("vllm").rows[1]
    assert (row.output_tokens, row.requests) == (100_000, None)
    known = row.model_copy(update={"requests": 200.0})
    kwh = [
        built(tmp_path / name, one).totals().indicators["it_energy"]["at_factor_values"]
        for name, one in (("unknown", row), ("known", known))
    ]
    assert kwh[0] == pytest.approx(kwh[1], rel=0.5)
    assert 0.0005 < kwh[0] < 0.05
