"""The laws of every usage and energy format: no crash, an account that balances, nothing private, twice is once."""

import copy
import json
import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given
from hypothesis import strategies as st

from estimator.core import parquet_files
from estimator.core.errors import LANGUAGES, SobriaError, say
from estimator.ingestion.importing import import_paths
from estimator.ingestion.quarantine import still_quarantined
from estimator.ingestion.reader import ReaderFailed, open_trace
from estimator.ingestion.readers import READERS, Trace, find_files, reader_of
from estimator.ledger import Ledger
from estimator.ledger.arrow_schemas import ACTIVITY_SCHEMA, REFUSED_SCHEMA
from tests.ingestion.formats import PRIVATE, SAMPLES, bring, kept_in, recognised_by, told
from tests.support import examples, refuses
from tests.traces_support import context, counting

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.just(f"Mme {PRIVATE}"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
LARGE = st.sampled_from([0, -1, 1e308, 10**400, "1e999", "NaN", "\ud800", "0x10", "٣", "1_000", f"{PRIVATE}"])
MOST_PARTS = 8  # of a file, in any order, before the whole of it
PARAMETERS = pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where each part of a JSON value stands."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inner for place in places(item, (*path, key)))]


def altered(value: Any, place: tuple[Any, ...], new: Any) -> Any:
    """The value with another part at one place."""
    if not place:
        return new
    whole = copy.deepcopy(value)
    at = whole
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = new
    return whole


@st.composite
def mutants(draw: st.DrawFn, text: str) -> str:
    """A sample of which some parts were replaced: by any JSON in a document or a line of it, by any text elsewhere."""
    try:
        documents, end = [json.loads(text)], ""
    except ValueError:
        try:
            documents, end = [json.loads(line) for line in text.splitlines()], "\n"
        except ValueError:
            return draw(_lines(text))
    for _ in range(draw(st.integers(1, 3))):
        which = draw(st.integers(0, len(documents) - 1))
        place = draw(st.sampled_from(places(documents[which])))
        documents[which] = altered(documents[which], place, draw(ANY_JSON | LARGE))
    return end.join(json.dumps(document) for document in documents)


@st.composite
def _lines(draw: st.DrawFn, text: str) -> str:
    lines = text.splitlines()
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        cut = draw(st.integers(0, len(lines[at])))
        put = draw(st.text(max_size=8) | st.sampled_from(["-1", "1e999", "NaN", "|", ",", ";", '"', "\t", "", PRIVATE]))
        width = draw(st.integers(0, 6))
        lines[at] = lines[at][:cut] + put + lines[at][cut + width :]
        if draw(st.booleans()):
            lines.insert(at, lines[draw(st.integers(0, len(lines) - 1))])
    return "\n".join(lines)


def survive(content: bytes, name: str) -> bool:
    """Read a content: refused in words, or rows that add up and can be written down; whether it was read."""
    trace = Trace(name, content, None)
    try:
        result = reader_of(trace).read(trace, context())
    except SobriaError as error:
        assert not isinstance(error, ReaderFailed), error
        assert error.message("fr") != error.message("en")
        return False
    assert result.read == len(result.rows) + len(result.refused)
    assert all(told(refusal) for refusal in result.refused)
    assert all(say("checks", code, "fr") for row in result.rows for code in row.checks)
    for rows, schema in ((result.rows, ACTIVITY_SCHEMA), (result.refused, REFUSED_SCHEMA)):
        assert parquet_files.table_of(rows, schema).num_rows == len(rows)
    return True


@PARAMETERS
def test_a_sample_that_nothing_was_done_to_is_read(path: Path) -> None:
    """What the next tests do to it is then what they judge."""
    assert survive(path.read_bytes(), path.name)


@PARAMETERS
def test_a_sample_is_known_by_its_own_reader_alone(path: Path) -> None:
    assert recognised_by(path) == [path.stem]
    assert reader_of(open_trace(path)).name == path.stem


def test_every_format_has_its_sample() -> None:
    tables = {"codecarbon", "declared"}
    assert {reader.name for reader in READERS} - tables == {path.stem for path in SAMPLES}
    for reader in READERS:
        assert all(say("formats", reader.name, lang) for lang in LANGUAGES)


@PARAMETERS
def test_nothing_private_enters_the_home(path: Path, tmp_path: Path) -> None:
    """Names, keys, prompts and answers of the samples are nowhere, not even in what was refused."""
    assert PRIVATE in path.read_text("utf-8"), "the sample puts it to the test"
    report = import_paths(Ledger(tmp_path), [path], context())
    assert report.account.accepted and report.account.quarantined
    assert PRIVATE not in kept_in(tmp_path)
    assert not any(PRIVATE in sentence for refusal in still_quarantined(Ledger(tmp_path)) for sentence in told(refusal))
    assert not any(PRIVATE in name for file in report.files for name in file.unused)


@PARAMETERS
def test_twice_and_under_another_name_is_once(path: Path, tmp_path: Path) -> None:
    text = path.read_text("utf-8")
    first = bring(tmp_path, text, path.name).account
    kept = counting(Ledger(tmp_path))
    for name in (path.name, f"copie{path.suffix}"):
        again = bring(tmp_path, text, name).account
        assert (again.read, again.duplicates) == (first.read, first.read)
    assert counting(Ledger(tmp_path)) == kept


def shortened(path: Path) -> list[str]:
    """A sample as it was when it held less: fewer lines, or fewer items in the largest list that has several."""
    text = path.read_text("utf-8")
    try:
        document = json.loads(text)
    except ValueError:
        lines = text.splitlines(keepends=True)
        return ["".join(lines[:count]) for count in range(2, len(lines) + 1)]
    lists = [place for place in places(document) if isinstance(_at(document, place), list)]
    several = [place for place in lists if len(_at(document, place)) > 1]
    largest = max(several, key=lambda place: len(json.dumps(_at(document, place))))
    items = _at(document, largest)
    return [json.dumps(altered(document, largest, items[:count])) for count in range(1, len(items) + 1)]


def _at(value: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        value = value[key]
    return value


@PARAMETERS
@examples(1, 20, phases=[Phase.generate])
@given(seed=st.integers(0, 2**32))
def test_beginnings_in_any_order_are_the_whole_once(path: Path, seed: int) -> None:
    beginnings = 2 * shortened(path)
    parts = random.Random(seed).sample(beginnings, min(len(beginnings), MOST_PARTS))
    with tempfile.TemporaryDirectory() as folder:
        whole, bits = Path(folder, "whole"), Path(folder, "bits")
        whole.mkdir(), bits.mkdir()
        bring(whole, path.read_text("utf-8"), path.name)
        for number, part in enumerate([*parts, path.read_text("utf-8")]):
            bring(bits, part, (path.name, f"copie{path.suffix}")[number % 2])
        assert counting(Ledger(bits)) == counting(Ledger(whole))


@PARAMETERS
@examples(20, 400, phases=[Phase.generate])
@given(data=st.data())
def test_no_structure_breaks_a_reader(path: Path, data: st.DataObject) -> None:
    survive(data.draw(mutants(path.read_text("utf-8"))).encode("utf-8", "surrogatepass"), path.name)


@PARAMETERS
@examples(15, 400, phases=[Phase.generate])
@given(cut=st.integers(0, 5000), put=st.binary(max_size=20), width=st.integers(0, 40))
def test_no_bytes_break_a_reader(path: Path, cut: int, put: bytes, width: int) -> None:
    data = path.read_bytes()
    survive(data[:cut] + put + data[cut + width :], path.name)


@examples(60, 2000, phases=[Phase.generate])
@given(data=st.binary(max_size=200) | st.binary(min_size=50, max_size=200))  # the first alone is mostly five bytes long
def test_bytes_of_any_kind_are_refused_in_words(data: bytes) -> None:
    assert not survive(data, "x")


def test_a_json_of_no_known_format_is_refused_without_quoting_it() -> None:
    with refuses("not_a_trace") as refused:
        reader_of(Trace("dossier.json", b'{"prompt": "dossier de Mme Untel"}', None))
    assert PRIVATE not in refused.value.message("fr") and "{…" in refused.value.message("fr")


FOREIGN = {
    "package.json": '{"name": "x", "version": "1.0.0", "dependencies": {"a": "^1"}, "usage": {"prompt_tokens": 3}}',
    "carte.json": '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"model": "a"}}]}',
    "conversation.json": json.dumps([{"content": '{"model": "a", "created": 1, "usage": {"prompt_tokens": 1}}'}]),
    "trace.csv.sobria.json": '{"schema": 1, "items": 7}',
    "journal.log": "2026-03-01 12:00:00 INFO started\n2026-03-01 12:00:01 INFO gen_ai.usage.input_tokens=3\n",
    "notes.txt": "JobID et ConsumedEnergyRaw sont des colonnes de sacct\n",
    "autres.prom": "# TYPE go_goroutines gauge\ngo_goroutines 12\n",
    "table.psv": "commune|habitants\nNancy|105000\n",
    "emissions.txt": "timestamp,project_name,duration,emissions,energy_consumed\n2026-03-01T00:00:00,a,1,1,1\n",
    "vide.json": "",
}


def test_a_folder_gives_up_its_traces_and_names_all_else(tmp_path: Path) -> None:
    for name, text in FOREIGN.items():
        (tmp_path / name).write_text(text, "utf-8")
    found = find_files([tmp_path])
    assert (found.traces, [left.name for left in found.left]) == (
        [],
        sorted(FOREIGN.keys() - {"trace.csv.sobria.json"}),
    )
    for path in SAMPLES:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert [Path(path).name for path in find_files([tmp_path]).traces] == [path.name for path in SAMPLES]
