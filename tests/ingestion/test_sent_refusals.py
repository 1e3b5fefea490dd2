"""Refusals that are read over HTTP: each advice can be followed by who sends, and what it advises is received."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from estimator.core.errors import LANGUAGES, say, texts
from estimator.ingestion.http.endpoints import STATUS
from estimator.ingestion.http.server import _NOTHING_TO_DO
from tests.ingestion.formats import FORMATS
from tests.ingestion.test_collect import Door, opened, run
from tests.ingestion.test_reader_answers import MESSAGE, VECTORS, of_messages

CSV, TEXT, LINES, JSON = "text/csv", "text/plain", "application/x-ndjson", "application/json"
ADVISED = "service,start,end,model,requests,input_tokens,output_tokens"  # the first line that not_a_trace gives
ROW = "courrier,2026-03-01,2026-03-02,mistral-small-2603,10,50,60"
RUN = json.dumps(run())
COUNTERS = (FORMATS / "codecarbon_counter.prom").read_text("utf-8")
POWER = "2026/03/01 10:00:{:02}.000, 0, GPU-1, NVIDIA H100, 300.00 W\n"
POWERS = "timestamp, index, uuid, name, power.draw [W]\n" + "".join(POWER.format(second) for second in range(3))
NO_TIME = "index, uuid, name, power.draw [W]\n0, GPU-1, NVIDIA H100, 300.00 W\n"
OFFICE = "PK\x03\x04" + 26 * "\0" + "[Content_Types].xml"
CUT = json.dumps({"sessionId": "1", "type": "user", "timestamp": "2026-11-16T08:03:00Z"})
# What is sent, the code of its refusal, then what its advice says to send: address, content type, body.
TRIED = [
    (("/v1/rows", CSV, ""), "empty_file", [("/v1/rows", CSV, f"{ADVISED}\n{ROW}\n")]),
    (
        ("/v1/codecarbon", JSON, '{"note": "x"}'),
        "not_a_trace",
        [("/v1/codecarbon", JSON, RUN), ("/v1/rows", CSV, f"{ADVISED}\n{ROW}\n"), ("/v1/rows", JSON, RUN)],
    ),
    (("/v1/rows", JSON, '{"note": "x"}'), "not_a_trace", [("/v1/rows", CSV, f"{ADVISED}\n{ROW}\n")]),
    (("/v1/codecarbon", JSON, RUN[:40]), "broken_json", [("/v1/codecarbon", JSON, RUN)]),
    (("/v1/traces", JSON, "bonjour"), "broken_json", [("/v1/traces", JSON, (FORMATS / "otel_genai.json").read_text())]),
    (("/v1/codecarbon", JSON, RUN[:40]), "broken_json", [("/v1/codecarbon", JSON, f"{RUN}\n{RUN}")]),
    (("/v1/rows", CSV, f'{ADVISED}\n"{ROW}\n{ROW}\n'), "unclosed_quote", [("/v1/rows", CSV, f"{ADVISED}\n{ROW}\n")]),
    (
        ("/v1/rows", CSV, f"{ADVISED},model\n{ROW},m\n"),
        "repeated_column",
        [("/v1/rows", CSV, f"{ADVISED}\n{ROW}\n")],
    ),
    (
        ("/v1/codecarbon", JSON, json.dumps({name: value for name, value in run().items() if "energy" not in name})),
        "no_energy_column",
        [("/v1/codecarbon", JSON, RUN)],
    ),
    (
        ("/v1/rows", CSV, f'{ADVISED}\n{ROW}\n"{"x" * 140_000}",{ROW}\n'),
        "broken_table",
        [("/v1/rows", CSV, f"{ADVISED}\n{ROW}\n")],
    ),
    (
        ("/v1/rows", LINES, f"{CUT}\n"),
        "transcript_lacks",
        [("/v1/rows", LINES, (FORMATS / "claude_code.jsonl").read_text())],
    ),
    (("/v1/rows", TEXT, COUNTERS + "x{{ 1\n"), "broken_metrics", [("/v1/rows", TEXT, COUNTERS)]),
    (("/v1/rows", TEXT, "go_goroutines 3\n"), "no_known_counter", [("/v1/rows", TEXT, COUNTERS)]),
    (("/v1/rows", TEXT, "BZh91AY"), "packed_file", [("/v1/rows", CSV, f"{ADVISED}\n{ROW}\n")]),
    (("/v1/rows", TEXT, OFFICE), "office_file", [("/v1/rows", CSV, f"{ADVISED}\n{ROW}\n")]),
    (("/v1/rows", TEXT, NO_TIME), "power_without_time", [("/v1/rows", TEXT, POWERS)]),
]


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(tmp_path_factory.mktemp("sent") / "home") as running:
        yield running


@pytest.mark.parametrize(("sent", "code", "advised"), TRIED, ids=[code for _, code, _ in TRIED])
def test_what_a_refusal_advises_is_received(
    door: Door, sent: tuple[str, str, str], code: str, advised: list[tuple[str, str, str]]
) -> None:
    path, kind, body = sent
    answer = door.post(path, body, kind)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (400, code) and told["fr"] != told["en"]
    for lang in LANGUAGES:
        assert told[lang].startswith(texts("sent", lang)[code].partition("{")[0])
    for path, kind, body in advised:
        answer = door.post(path, body, kind)
        assert answer.ok and answer.json()["read"] - answer.json()["quarantined"] > 0, answer.text


def test_every_refusal_of_a_reader_has_its_words_for_who_sends(root: Path) -> None:
    """Of what readers raise of a body: what is of a file, of its sidecar or of a command cannot be one of a body."""
    folders = ("parsing", "usage", "energy", "codecarbon", "declarations")
    files = [path for name in folders for path in (root / "estimator" / "ingestion" / name).rglob("*.py")]
    raised = {
        code
        for path in (*files, root / "estimator" / "ingestion" / "readers.py")
        for code in re.findall(r'SobriaError\(\s*"(\w+)"', path.read_text("utf-8"))
    }
    of_files = {"bad_sidecar", "file_name", "nothing_to_import", "none_recognised"}
    for lang in LANGUAGES:
        assert texts("sent", lang).keys() == (raised - of_files) | {"reader_failed"}


def test_no_refusal_tells_who_sends_to_run_a_command() -> None:
    """A command of SobrIA is named only beside who runs the server; a sender has neither file to import nor option."""
    for lang, holder in (("fr", "à qui tient ce serveur"), ("en", "whoever runs this server")):
        http = {code: texts("errors", lang)[code] for code in STATUS if code.startswith(("collect_", "no_reader"))}
        http["collect_nothing_read"] = texts("errors", lang)["collect_nothing_read"]
        for code, said in (http | texts("sent", lang)).items():
            assert not re.search(r"sobria import|--columns|--max-bytes|d'origine|original file|\{file\}", said), code
            assert "sobria " not in said or holder in said, code


@pytest.mark.parametrize("body", ["Untel demande un logement", '{"note": "Untel"}', "Untel,demande\n1,2\n"])
def test_a_refusal_says_nothing_of_the_body_which_may_be_a_prompt(door: Door, body: str) -> None:
    answer = door.post("/v1/rows", body, TEXT)
    assert answer.status_code == 400 and "Untel" not in answer.text


@pytest.mark.parametrize("answer", [VECTORS, of_messages(message=MESSAGE)], ids=["vectors", "batch of messages"])
def test_an_answer_without_a_date_is_received_once_it_has_one(door: Door, answer: dict[str, Any]) -> None:
    """The answer over HTTP says which field to add to the object that was sent."""
    aside = door.post("/v1/rows", json.dumps(answer)).json()
    assert aside["reasons"] == ["no_date"] and all("created_at" in aside[lang] for lang in LANGUAGES)
    assert door.post("/v1/rows", json.dumps(answer | {"created_at": "2026-03-01T14:00:00Z"})).json()["accepted"] == 1


def test_an_answer_set_aside_says_what_to_add_and_is_then_received(door: Door) -> None:
    """Anthropic writes no date; an answer of OpenAI may have no usage."""
    dated, usage = {"created_at": "2026-03-01T14:00:00Z"}, {"usage": {"input_tokens": 5, "output_tokens": 7}}
    named = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5", "content": []}
    for wrong, code, asked in ((usage, "no_date", "created_at"), ({"id": "msg_2"} | dated, "no_usage", "usage")):
        aside = door.post("/v1/rows", json.dumps([named | usage | dated | {"id": "msg_0"}, named | wrong])).json()
        assert aside["reasons"] == [code] and all(asked in aside[lang] for lang in LANGUAGES)
        right = door.post("/v1/rows", json.dumps(named | wrong | usage | dated)).json()
        assert (right["accepted"], right["quarantined"], right["reasons"]) == (1, 0, [])


@pytest.mark.parametrize(
    ("wrong", "code"), [({"startTime": None}, "no_moment"), ({"startTime": 1795334400000}, "bad_moment")]
)
def test_a_request_without_a_readable_date_says_what_is_expected(door: Door, wrong: Any, code: str) -> None:
    """Of LiteLLM's logger, whose times are seconds since 1970."""
    times = {"startTime": 1795334400, "endTime": 1795334402}
    counts = {"call_type": "completion", "model": "m", "prompt_tokens": 5, "completion_tokens": 7}
    logged = {"id": code, "custom_llm_provider": "openai"} | counts | times
    aside = door.post("/v1/rows", json.dumps(logged | wrong)).json()
    assert aside["reasons"] == [code] and all(say("collect", code, lang) in aside[lang] for lang in LANGUAGES)
    assert door.post("/v1/rows", json.dumps(logged)).json()["accepted"] == 1


def test_a_declaration_told_again_adds_and_the_answer_says_so(door: Door) -> None:
    """52 then 53 tokens of one day are two rows; the first, told again, is a repeat, and no call is a declaration."""
    told = [f"{ADVISED}\ndroits{ROW.removeprefix('courrier').replace(',50,', f',{n},')}\n" for n in (52, 53, 52)]
    found = [door.post("/v1/rows", body, CSV).json() for body in told]
    assert [(answer["accepted"], answer["declared"]) for answer in found] == [(1, 1), (1, 1), (0, 0)]
    for lang in LANGUAGES:
        assert [say("collect", "declared", lang) in answer[lang] for answer in found] == [True, True, False]
    assert door.post("/v1/rows", RUN).json()["declared"] == 0


def test_what_has_nothing_to_correct_is_not_asked_again(door: Door) -> None:
    """An answer of a cache and a failed call will never count; a date that is none can be written again."""
    counted, _, cached, failed, _, undated, _ = (FORMATS / "litellm.jsonl").read_text("utf-8").splitlines()
    for rows, right, nothing in (((cached, failed), False, True), ((undated,), True, False), ((failed,), False, False)):
        said = door.post("/v1/rows", "\n".join((counted, *rows)), LINES).json()
        assert ("corrigées" in said["fr"], "rien à corriger" in said["fr"]) == (right, nothing), said


def test_the_reasons_without_a_correction_are_those_that_say_so() -> None:
    for lang, told in (("fr", "Rien à faire"), ("en", "Nothing to do")):
        assert {code for code, text in texts("refusals", lang).items() if told in str(text)} == _NOTHING_TO_DO


@pytest.mark.parametrize("path", ["/v1/traces", "/v1/metrics"])
@pytest.mark.parametrize("body", ["null", "3", '["x"]', '{"note": 1}'])
def test_what_is_no_export_is_refused_and_not_kept(door: Door, path: str, body: str) -> None:
    before, answer = door.verified(), door.post(path, body, JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "collect_nothing_read")
    assert door.verified() == before and door.post(path, "{}", JSON).json()["code"] == "nothing_read"


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("/v1/traces", "[]", ("$", "array", "object")),
        ("/v1/traces", '{"resourceSpans":{"a":1}}', ("$.resourceSpans", "object", "array")),
        ("/v1/traces", '{"resourceSpans":["Untel"]}', ("$.resourceSpans[]", "string", "object")),
        (
            *("/v1/traces", '{"resourceSpans":[{"scopeSpans":[{"spans":"Untel"}]}]}'),
            ("$.resourceSpans[].scopeSpans[].spans", "string", "array"),
        ),
        ("/v1/traces", '{}\n{"resourceSpans":0}', ("$.resourceSpans", "number", "array")),
        ("/v1/metrics", "[]", ("$", "array", "object")),
        ("/v1/metrics", '{"resourceMetrics":true}', ("$.resourceMetrics", "boolean", "array")),
        (
            *("/v1/metrics", '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"sum":{"dataPoints":[3]}}]}]}]}'),
            ("$.resourceMetrics[].scopeMetrics[].metrics[].sum.dataPoints[]", "number", "object"),
        ),
    ],
)
def test_an_export_of_another_shape_is_refused_and_its_sender_keeps_it(
    door: Door, path: str, body: str, told: tuple[str, str, str]
) -> None:
    """It was answered 200: an exporter then drops what nobody read."""
    where, read, expected = told
    before, answer = door.verified(), door.post(path, body, JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "collect_no_export")
    for lang, between in (("fr", f"{read} en JSON, et {expected} "), ("en", f"JSON type {read}, and {expected} ")):
        assert re.search(rf"[«“]\s?{re.escape(where)}\s?[»”]", answer.json()[lang]) and between in answer.json()[lang]
    assert "Untel" not in answer.text and door.verified() == before


@pytest.mark.parametrize(("path", "of"), [("/v1/traces", "resourceSpans"), ("/v1/metrics", "resourceMetrics")])
@pytest.mark.parametrize("empty", ["[]", "null", '[{"scopeSpans":[],"scopeMetrics":null}]'])
def test_an_export_of_nothing_is_received(door: Door, path: str, of: str, empty: str) -> None:
    answer = door.post(path, f'{{"{of}":{empty}}}', JSON)
    assert (answer.status_code, answer.json()["code"]) == (200, "nothing_read")


def test_dates_the_wrong_way_round_are_said_and_are_received_once_corrected(door: Door) -> None:
    """Of a declared line and of a request: the answer says what to correct."""
    line = f"{ADVISED}\ncourrier,{{}},{{}},mistral-small-2603,10,50,61\n".format
    request = {"request_id": "r1", "call_type": "acompletion", "model": "m", "prompt_tokens": 1, "completion_tokens": 2}
    days, hours = ("2026-03-05", "2026-03-01"), ("2026-03-01T12:00:01Z", "2026-03-01T12:00:00Z")
    tried = {
        "declared_period": (CSV, days, lambda start, end: line(start, end)),
        "bad_period": (JSON, hours, lambda start, end: json.dumps([request | {"startTime": start, "endTime": end}])),
    }
    for code, (kind, dates, body) in tried.items():
        aside = door.post("/v1/rows", body(*dates), kind).json()
        assert aside["reasons"] == [code] and texts("collect", "fr")[code] in aside["fr"]
        assert door.post("/v1/rows", body(*reversed(dates)), kind).json()["accepted"] == 1


def test_a_paid_request_without_tokens_is_asked_for_them_and_a_failed_one_is_not(door: Door) -> None:
    times = {"startTime": 1795334400, "endTime": 1795334402}
    logged = {"custom_llm_provider": "openai", "call_type": "completion", "model": "m", "prompt_tokens": 0} | times
    for status, code in (("success", "no_usage"), ("failure", "no_work")):
        sent = logged | {"id": status, "completion_tokens": 0, "response_cost": 0.01, "status": status}
        aside = door.post("/v1/rows", json.dumps(sent)).json()
        asked = [say("collect", "no_usage", lang) in aside[lang] for lang in LANGUAGES]
        assert (aside["quarantined"], asked) == (1, [code == "no_usage"] * 2), aside
