"""A defect of a reader stops one file, said in words, and none of the others; a body that meets one is refused."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from estimator.ingestion import reader, readers
from estimator.ingestion.codecarbon import rows
from estimator.ingestion.codecarbon.blocks import Block, BlockReading
from estimator.ingestion.http.payloads import Payload, read_body
from estimator.ingestion.http.sender_rows import Sender
from estimator.ingestion.reader import ReaderFailed
from estimator.ledger.read_result import ReadResult
from tests.ingestion.formats import FORMATS, result_of
from tests.support import refuses, sobria
from tests.traces_support import context, text

DEFECTS = (ValueError, TypeError, KeyError, IndexError, OverflowError, ZeroDivisionError, AttributeError)
BAD = "essai-que-personne-ne-doit-lire"


@pytest.fixture(params=[*DEFECTS, RecursionError, UnicodeEncodeError], ids=lambda kind: kind.__name__)
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> type[Exception]:
    """A defect that the reader of codecarbon meets on one row."""
    met: type[Exception] = request.param
    error = met("utf-8", BAD, 0, 1, BAD) if met is UnicodeEncodeError else met(BAD)
    understood = rows.energy_fields

    def defective(figures: Any, *rest: Any) -> Any:
        fields, checks = understood(figures, *rest)
        if fields["cpu_energy_kwh"] == 7:
            raise error
        return fields, checks

    monkeypatch.setattr(rows, "energy_fields", defective)
    return met


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files of one row, the reader failing on the second."""
    place = tmp_path / "traces"
    place.mkdir()
    for name, kwh in (("a", 1), ("b", 7), ("c", 2)):
        (place / f"{name}.csv").write_text(text({"run_id": name, "cpu_energy": kwh}), "utf-8")
    return place


def test_a_defect_on_one_file_leaves_the_others(kind: type[Exception], folder: Path, tmp_path: Path) -> None:
    """Exit code 1, the file and what was met in words, nothing of what the file says; the two others are imported."""
    done = sobria(tmp_path / "home", "import", str(folder), "--json", code=1)
    body = json.loads(done.stdout)
    assert (body["accepted"], [error["code"] for error in body["errors"]]) == (2, ["reader_failed"])
    shown = sobria(tmp_path / "other", "import", str(folder), code=1)
    said = shown.stdout + shown.stderr
    assert "b.csv n'a pas pu être lu jusqu'au bout" in said and kind.__name__ in said
    assert "Traceback" not in said and BAD not in said


def test_a_check_says_the_same(folder: Path, tmp_path: Path, kind: type[Exception]) -> None:
    found = json.loads(sobria(tmp_path / "home", "check", str(folder), "--json", code=1).stdout)
    codes = {file["name"]: file["error"] and file["error"]["code"] for file in found["files"]}
    assert codes == {"a.csv": None, "b.csv": "reader_failed", "c.csv": None}


@pytest.mark.parametrize("form", ["codecarbon", "rows"])
def test_a_body_that_meets_a_defect_is_refused(kind: type[Exception], form: Any) -> None:
    row = {
        "run_id": "r",
        "timestamp": "2026-03-01T10:00:00",
        "duration": 60,
        "cpu_energy": 7,
        "codecarbon_version": "3",
    }
    data = json.dumps(row) if form == "codecarbon" else text({"cpu_energy": 7})
    with pytest.raises(ReaderFailed) as refusal:
        read_body(Payload(Sender("s", "0" * 12), form, data.encode()), context())
    assert refusal.value.as_dict()["code"] == "reader_failed" and BAD not in json.dumps(refusal.value.as_dict())


def test_a_defect_in_a_file_read_by_blocks_is_contained_too(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = BlockReading.take

    def defective(reading: BlockReading, block: Block) -> Iterator[ReadResult]:
        if b",7," in block.lines:
            raise LookupError(BAD)
        return taken(reading, block)

    monkeypatch.setattr(readers, "LARGE_BYTES", 1)
    monkeypatch.setattr(BlockReading, "take", defective)
    done = sobria(tmp_path / "home", "import", str(folder), "--json", code=1)
    body = json.loads(done.stdout)
    assert (body["accepted"], [error["code"] for error in body["errors"]]) == (2, ["reader_failed"])


def test_more_cards_than_there_can_be_set_one_row_aside() -> None:
    """2⁶³ cards fit no column: before, the whole import failed when its rows were written."""
    given = json.loads((FORMATS / "boamps.json").read_text("utf-8"))[:1]
    for count in (2**63, 1_000_000):
        body = json.dumps([report | {"infrastructure": _with_cards(report, count)} for report in given]).encode()
        result = read_body(Payload(Sender("s", "0" * 12), "rows", body), context()).result
        assert {refusal.code for refusal in result.refused} >= {"beyond_use"} and all(
            (row.device_count or 0) < 1_000_000 for row in result.rows
        )


@pytest.mark.parametrize(("note", "code"), [("1" * 5000, "long_number"), ("[" * 50_000 + "]" * 50_000, "deep_json")])
def test_json_that_is_beyond_what_is_read_is_not_said_to_be_none(note: str, code: str) -> None:
    """As a whole, as the second line of a log, and as a body."""
    sound = {"id": "n1", "object": "chat.completion", "created": 1772323200, "model": "m"}
    sound |= {"usage": {"prompt_tokens": 1, "completion_tokens": 1}}
    far = json.dumps(sound | {"note": 0}).replace('"note": 0', f'"note": {note}')
    with refuses(code) as refused:
        result_of(far)
    assert "ligne 1" in refused.value.message("fr").replace("\u00a0", " ")
    found = result_of(f"{json.dumps(sound)}\n{far}\n")
    assert [row.code for row in found.refused] == [code] and len(found.rows) == 1
    for form in ("rows", "spans", "codecarbon"):
        with refuses(code):
            read_body(Payload(Sender("s", "0" * 12), form, far.encode()), context())


def _with_cards(report: dict[str, Any], count: int) -> dict[str, Any]:
    place = report["infrastructure"]
    return place | {"components": [part | {"nbComponent": count} for part in place["components"]]}


def test_a_row_that_no_file_can_hold_is_met_before_the_others_are_written(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A number beyond the column, in one file: the rows of the two others are on disk."""
    understood = rows.energy_fields

    def defective(figures: Any, *rest: Any) -> Any:
        fields, checks = understood(figures, *rest)
        return fields | ({"device_count": 2**63} if fields["cpu_energy_kwh"] == 7 else {}), checks

    monkeypatch.setattr(rows, "energy_fields", defective)
    body = json.loads(sobria(tmp_path / "home", "import", str(folder), "--json", code=1).stdout)
    assert (body["accepted"], [error["code"] for error in body["errors"]]) == (2, ["reader_failed"])
    sent = Payload(Sender("s", "0" * 12), "rows", text({"cpu_energy": 7}).encode())
    with pytest.raises(ReaderFailed):
        read_body(sent, context())


def test_what_is_no_defect_of_a_reader_is_not_hidden() -> None:
    """Memory that runs out, or a stop that is asked for, goes on."""
    for error in (MemoryError(), KeyboardInterrupt(), NotImplementedError()):
        with pytest.raises(type(error)), reader.contained("file", "reader"):
            raise error
