"""The page of the file beside a trace: every field of its model is there once, in words of both languages."""

import json
import re
from pathlib import Path
from shutil import copy

import pytest

from estimator.core.errors import LANGUAGES, words
from estimator.ingestion.dry_run import check_paths
from estimator.ingestion.importing import import_paths
from estimator.ingestion.reader import open_trace
from estimator.ingestion.readers import read_trace, reader_of
from estimator.ingestion.sidecar import Sidecar, load, unused_fields
from estimator.ledger import Ledger
from scripts.sidecar_page import field_names, sidecar
from tests.ingestion.formats import SAMPLES
from tests.support import refuses
from tests.traces_support import context, text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_field_stands_once_with_its_words(lang: str) -> None:
    page = sidecar(lang, "-")
    assert sorted(re.findall(r"^\| `([a-z_.]+)` \|", page, re.MULTILINE)) == sorted(field_names())
    assert set(words(lang)["sidecar"]) == {name.replace(".", "_") for name in field_names()}


def test_the_fields_are_those_of_the_model() -> None:
    outer = {name.partition(".")[0] for name in field_names()}
    assert outer == {field.alias or name for name, field in Sidecar.model_fields.items()}
    assert {"modes.cpu", "modes.other", "device_count"} <= set(field_names())


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("resource_share", "nombre de 0 à 1"),
        ("concurrency", "nombre au-dessus de 0"),
        ("device", "commence par `gpu/`"),
        ("device_count", "nombre entier, 0 au moins"),
        ("scope", "`machine`, `process`, `node`, `unknown`"),
        ("sampling_s", "nombre [s] au-dessus de 0"),
        ("data_gb", "nombre [GB], 0 au moins"),
    ],
)
def test_what_a_field_may_hold_is_said(field: str, said: str) -> None:
    assert f"| `{field}` | {said} |" in sidecar("fr", "-")


def test_the_example_is_a_sidecar() -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", sidecar("fr", "-"), re.DOTALL)
    assert Sidecar.model_validate(json.loads(shown)).device_count == 2


@pytest.mark.parametrize(("beside", "used"), [("a.sobria.json", False), ("a.csv.sobria.json", True), ("a", True)])
@pytest.mark.parametrize("large", [False, True])
def test_a_sidecar_of_a_wrong_name_is_named_with_its_right_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beside: str, used: bool, large: bool
) -> None:
    """a.sobria.json is of no row of a.csv, unless one is of the run « a »: said by a check, then by the import."""
    monkeypatch.setattr("estimator.ingestion.readers.LARGE_BYTES", 1 if large else 1 << 20)
    trace = tmp_path / "a.csv"
    trace.write_text(text({"run_id": "a" if beside == "a" else "b"}))
    (tmp_path / (beside if "." in beside else f"{beside}.sobria.json")).write_text('{"schema": 1, "zone": "DEU"}')
    dry = check_paths(tmp_path / "home", [trace], context()).as_dict()["files"][0]["alike"]
    ledger = Ledger(tmp_path / "home")
    told = import_paths(ledger, [trace], context()).remarks
    assert len(dry) == len(told) == (not used)
    for said in (*(one["fr"] for one in dry), *(one.as_dict()["fr"] for one in told)):
        assert "a.sobria.json" in said and "a.csv.sobria.json" in said


FIELDS: dict[str, object] = {
    **{"host": "class/hyperscale", "zone": "DEU", "timezone": "Asia/Tokyo", "machine": "machine/workstation"},
    **{"machine_id": "ab", "device": "gpu/h100", "device_count": 7, "resource_share": 0.25, "precision": "4-bit"},
    **{"concurrency": 3, "use_case": "tri", "model": "mistral-large-3", "latency_s": 2, "input_tokens": 5},
}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_field_of_a_sidecar_that_no_row_takes_is_named(sample: Path, tmp_path: Path) -> None:
    """In each format, a field is named where it changes no row; a time zone also serves dates that lack an offset."""
    trace = Path(copy(sample, tmp_path))
    beside = trace.with_name(f"{trace.name}.sobria.json")
    reader, bare = reader_of(open_trace(trace)).name, read_trace(open_trace(trace), context())
    for name, value in FIELDS.items():
        beside.write_text(json.dumps({name: value}))
        told = read_trace(open_trace(trace), context())
        changed = (told.rows, told.refused) != (bare.rows, bare.refused)
        assert unused_fields(trace, reader) == [name] * (not changed) or (name, changed) == ("timezone", False), name


def test_what_a_sidecar_says_in_vain_is_said_by_a_check_then_by_the_import(tmp_path: Path) -> None:
    trace = Path(copy(next(path for path in SAMPLES if path.stem == "litellm"), tmp_path))
    trace.with_name("litellm.jsonl.sobria.json").write_text('{"schema": 1, "zone": "DEU", "model": "mistral-large-3"}')
    dry = check_paths(tmp_path / "home", [trace], context()).as_dict()["files"][0]["alike"]
    done = import_paths(Ledger(tmp_path / "home"), [trace], context()).remarks
    said = [one["fr"] for one in dry] + [one.as_dict()["fr"] for one in done if one.code == "sidecar_fields"]
    assert len(said) == 2 and all("litellm.jsonl.sobria.json, à côté" in one and ": model." in one for one in said)


def test_a_declaration_takes_nothing_of_a_sidecar(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("service,start,end,requests\nrh,2026-03-01,2026-04-01,5\n")
    (tmp_path / "d.csv.sobria.json").write_text('{"zone": "DEU"}')
    assert unused_fields(tmp_path / "d.csv", reader_of(open_trace(tmp_path / "d.csv")).name) == ["zone"]
    (tmp_path / "d.csv.sobria.json").write_text('{"zon": "DEU"}')
    with refuses("bad_sidecar", "zon"):
        read_trace(open_trace(tmp_path / "d.csv"), context())


@pytest.mark.parametrize(
    ("text", "french", "english"),
    [
        ('{"zon": "DEU"}', "zon : Ce champ n'existe pas ici.", "zon: This field does not exist here."),
        (
            '{"zone"',
            "ligne 1, colonne 8 : Du JSON, entier, était attendu.",
            "line 1, column 8: JSON, whole, was expected.",
        ),
        ("[1]", "attendu : Une table de champs était attendue.", "expected: A table of fields was expected."),
        ('{"timezone": "Mars"}', "timezone : Un fuseau horaire de la base IANA", "timezone: A time zone of the IANA"),
        (b"\xff", "attendu : Du JSON, entier, était attendu.", "expected: JSON, whole, was expected."),
    ],
)
def test_what_is_wrong_in_a_sidecar_is_said_in_both_languages(
    tmp_path: Path, text: str | bytes, french: str, english: str
) -> None:
    path = tmp_path / "d.csv.sobria.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with refuses("bad_sidecar") as refusal:
        load(path)
    said = refusal.value.as_dict()
    assert f"{path.name} ne décrit pas la mesure" in said["fr"] and french in said["fr"]
    assert english in said["en"]
