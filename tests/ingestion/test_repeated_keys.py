"""A key that stands twice in one object of JSON: the line is set aside, and the document, or the body, refused."""

import json
from pathlib import Path

import pytest

from estimator.core.errors import SobriaError
from estimator.core.json_once import RepeatedKey, loaded
from estimator.ingestion import sidecar
from estimator.ingestion.http.payloads import Payload, read_body
from estimator.ingestion.http.sender_rows import Sender
from estimator.places.supplier_answers import AnswersRefused, read_answers
from estimator.workloads.validation.published_cases import read_cases
from tests.ingestion.formats import result_of
from tests.support import refuses
from tests.traces_support import context

ANSWER = {"id": "n1", "object": "chat.completion", "created": 1772323200, "model": "m"}
ANSWER |= {"usage": {"prompt_tokens": 1, "completion_tokens": 1}}
SOUND = json.dumps(ANSWER)
TWICE = SOUND.replace('"prompt_tokens": 1', '"prompt_tokens": 9000, "prompt_tokens": 1')
REQUEST = {"request_id": "r-1", "call_type": "acompletion", "model": "gpt-4o", "custom_llm_provider": "openai"}
REQUEST |= {"startTime": "2026-04-01T10:00:00.000Z", "endTime": "2026-04-01T10:00:02Z", "metadata": {}}
REQUEST |= {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}
LOGGED = json.dumps(REQUEST)
OTHER = json.dumps(REQUEST | {"request_id": "r-2"})


@pytest.mark.parametrize("lines", [(SOUND, TWICE), (TWICE, SOUND)])
def test_a_line_is_set_aside_with_the_name_of_its_key(lines: tuple[str, str]) -> None:
    found = result_of("\n".join(lines))
    assert [(row.code, row.facts) for row in found.refused] == [("repeated_key", {"name": "prompt_tokens"})]
    assert [row.input_tokens for row in found.rows] == [1] and TWICE not in found.refused[0].text


def test_a_document_is_refused_with_the_name_of_its_key() -> None:
    """One object, a list of objects, an object on several lines; then as bodies."""
    spaced = json.dumps(ANSWER, indent=1).replace('"id"', '"id": "x", "id"')
    for text, name in ((TWICE, "prompt_tokens"), (f"[{SOUND}, {TWICE}]", "prompt_tokens"), (spaced, "id")):
        with refuses("repeated_key") as refused:
            result_of(text)
        said = [refused.value.message(lang).replace("\u00a0", " ") for lang in ("fr", "en")]
        assert f"« {name} »" in said[0] and f'"{name}"' in said[1]
    for form, body in (("rows", TWICE), ("spans", '{"resourceSpans": [], "resourceSpans": []}'), ("codecarbon", TWICE)):
        with refuses("repeated_key"):
            read_body(Payload(Sender("s", "0" * 12), form, body.encode()), context())


@pytest.mark.parametrize(
    "line",
    [
        LOGGED.replace('"prompt_tokens"', '"prompt_tokens": 9000, "prompt_tokens"'),
        LOGGED.replace('"model"', '"spend": 1, "spend": 2, "model"'),
        LOGGED.replace("{}", '{"user_api_key_alias": "a", "user_api_key_alias": "b"}'),
        json.dumps(REQUEST | {"metadata": '{"user_api_key_alias": "a", "user_api_key_alias": "b"}'}),
    ],
)
def test_a_request_is_set_aside_where_its_fields_are_read(line: str) -> None:
    found = result_of(f"{OTHER}\n{line}\n")
    assert [row.code for row in found.refused] == ["repeated_key"] and len(found.rows) == 1


def test_what_is_not_read_of_a_request_may_hold_a_key_twice() -> None:
    line = LOGGED.replace("{}", '{"note": {"a": 1, "a": 2}}')
    found = result_of(f"{OTHER}\n{line}\n")
    assert not found.refused and len(found.rows) == 2


def test_a_sidecar_is_refused_with_the_name_of_its_key(tmp_path: Path) -> None:
    path = tmp_path / "trace.csv.sobria.json"
    path.write_text('{"host": "a", "host": "b"}')
    with refuses("bad_sidecar") as refused:
        sidecar.load(path)
    assert "« host »" in refused.value.message("fr").replace("\u00a0", " ") and '"host"' in refused.value.message("en")


def test_cases_are_refused_with_the_name_of_their_key(tmp_path: Path) -> None:
    path = tmp_path / "cases.json"
    path.write_text('[{"id": 1, "id": 2}]')
    with pytest.raises(SobriaError) as refused:
        read_cases(path)
    assert "« id »" in refused.value.message("fr").replace("\u00a0", " ")


def test_answers_of_a_supplier_are_refused_with_the_name_of_their_key() -> None:
    with pytest.raises(AnswersRefused) as refused:
        read_answers('[{"hote": "a", "hote": "b"}]')
    assert "« hote »" in refused.value.message("fr").replace("\u00a0", " ")


def test_the_key_told_is_the_outermost_that_is_repeated() -> None:
    with pytest.raises(RepeatedKey) as refused:
        loaded('{"a": {"b": 1}, "c": 3, "c": 4}')
    assert refused.value.key == "c" and loaded('{"a": {"a": 1}}') == {"a": {"a": 1}}
