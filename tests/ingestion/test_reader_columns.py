"""Lines of a gateway are read by column to the very rows, refusals and ignored names that reading them by row gives."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from weakref import ref

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st

from estimator.ingestion.importing import import_paths
from estimator.ingestion.parsing import json_bytes, json_columns, json_moulds, json_text
from estimator.ingestion.parsing.json_lines import JsonLines
from estimator.ingestion.reader import LargeTrace, open_trace
from estimator.ingestion.readers import read_trace, stream_trace
from estimator.ingestion.usage import litellm
from estimator.ledger import Ledger
from tests.ingestion.test_reader_blocks import same
from tests.support import at, examples, refuses
from tests.traces_support import context

Said = dict[str, object]
REQUEST: Said = {"request_id": "r-1", "call_type": "acompletion", "api_key": "k", "spend": 0.1, "model": "gpt-4o"}
REQUEST |= {"custom_llm_provider": "openai", "prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}
REQUEST |= {"startTime": "2026-04-01T10:00:00.000Z", "endTime": "2026-04-01T10:00:02Z", "cache_hit": "False"}
REQUEST |= {"metadata": {"user_api_key_alias": "accueil"}, "request_tags": ["User-Agent: openai"]}


@pytest.fixture(autouse=True, params=["moulds", "fields"])
def _small_blocks(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Blocks of a few lines, cast in moulds, whatever lines are in none, or without any; a page of the gateway of two
    requests."""
    monkeypatch.setattr(json_moulds, *(("_FEW", 1) if request.param == "moulds" else ("_NEW", 0)))
    monkeypatch.setattr(json_columns, "BLOCK_BYTES", 1_500)
    monkeypatch.setattr(json_bytes, "_PIECE", 400)
    monkeypatch.setattr(json_bytes, "_NEAR", 64)
    monkeypatch.setattr(json_text, "LARGE_BYTES", 1_500)
    monkeypatch.setattr(litellm, "_MOST", 2)


def of(said: Said) -> Said:
    """A request whose total, where it says no other, is what it read and wrote."""
    counts = [count for name in ("prompt_tokens", "completion_tokens") if type(count := (REQUEST | said)[name]) is int]
    return REQUEST | ({"total_tokens": sum(counts)} if len(counts) == 2 else {}) | said


def line(**cells: object) -> str:
    return json.dumps(of(cells), ensure_ascii=False)


def several(*others: str) -> list[str]:
    """Three plain requests, then these lines, then three more."""
    plain = [line(request_id=f"plain-{n}") for n in range(6)]
    return [*plain[:3], *others, *plain[3:]]


def written(folder: Path, lines: list[str], end: str = "\n") -> Path:
    path = folder / "spend.ndjson"
    path.write_bytes((end.join(lines) + end).encode("utf-8", "surrogatepass"))
    return path


def ignored(path: Path) -> tuple[set[str], set[str]]:
    """Names of ignored fields, by row and by column."""
    by_column = [result.unused for result in stream_trace(LargeTrace(path), context(), lambda read: None)]
    return set(read_trace(open_trace(path), context()).unused), {name for unused in by_column for name in unused}


def usage(cached: object) -> Said:
    return {"metadata": {"usage_object": {"prompt_tokens_details": {"cached_tokens": cached}}}}


def reasoned(thought: object) -> Said:
    return {"metadata": {"usage_object": {"completion_tokens_details": {"reasoning_tokens": thought}}}}


def taken(made: object, given: Said | None = None) -> Said:
    """Of 10 tokens read, those that a cache took, with those that it gave."""
    told = (given or usage(None))["metadata"]["usage_object"]
    return {"metadata": {"usage_object": told | {"cache_creation_input_tokens": made}}}


DETAILS = {"user_api_key_alias": "a", "user_api_key_user_id": "jdupont", "usage_object": {"x": 1}}
PLAIN = {
    "a long id": line(request_id="r" * 121),
    "a very long id with a space": line(request_id="r" * 1400 + " s"),
    "another service": line(metadata={"user_api_key_alias": "Direction générale"}),
    "no metadata": json.dumps({name: value for name, value in REQUEST.items() if name != "metadata"}),
    "quoted metadata": line(metadata=json.dumps(DETAILS)),
    "quoted metadata that counts": line(metadata=json.dumps(usage(4)["metadata"])),
    "quoted metadata with an accent": line(metadata='{"user_api_key_alias": "Direction g\u00e9n\u00e9rale"}'),
    "quoted metadata without anything": line(metadata="{}"),
    "quoted use": line(metadata={"usage_object": '{"prompt_tokens_details": {"cached_tokens": 4}}'}),
    "metadata without anything": line(metadata={}),
    "metadata that is null": line(metadata=None),
    "cached tokens": line(**usage(4)),
    "no cached tokens": line(metadata=DETAILS),
    "a key that names a person": line(metadata={"user_api_key_alias": "Jean Dupont", "user_api_key_team_alias": "RH"}),
    "no tokens read": line(prompt_tokens=0),
    "no output": line(completion_tokens=0),
    "no total": line(total_tokens=None),
    "a cache among what was read": line(**taken(6, usage(4))),
    "a total below": line(total_tokens=3),
    "reasoning among what was written": line(**reasoned(20)),
    "quoted reasoning": line(metadata=json.dumps(reasoned(7)["metadata"])),
    "no model": line(model=None),
    "a model that has a space": line(model=" gpt-4o "),
    "an address": line(api_base="https://api.mistral.ai/v1", custom_llm_provider="mistral"),
    "tags": line(request_tags=["service:tri", "essai"]),
    "quoted tags": line(request_tags='["service:tri"]'),
    "a team": line(team_id="équipe"),
    "times without a zone": line(startTime="2026-04-01 10:00:00", endTime="2026-04-01 10:00:01.5"),
    "times as a data base writes them": line(
        startTime="2026-04-01 10:00:00.123456+00:00", endTime="2026-04-01 10:00:02+00:00"
    ),
    "times of both kinds": line(startTime="2026-04-01T10:00:00Z", endTime="2026-04-01T10:00:02.5+00:00"),
    "the end of a month": line(startTime="2026-04-30T23:59:59Z", endTime="2026-05-01T00:00:00Z"),
    "names in another order": json.dumps(dict(reversed(REQUEST.items()))),
    "more spaces": line().replace(", ", " ,  "),
    "an accent written as its number": json.dumps(REQUEST | {"metadata": {"user_api_key_alias": "é"}}),
    "an ignored number": line(spend=1e300),
    "words that look like numbers": line(request_id="r-nan", user="inf", note="a nan and inf"),
    "a model that is a list": line(model=["a"], request_id="list"),
}
DOUBTFUL = {
    "half of a character": line(note="\ud800").replace("\ud800", "\\ud800"),
    "an end before its start": line(endTime="2026-04-01T09:00:00Z"),
    "before 2015": line(startTime="2013-04-01T10:00:00Z", endTime="2013-04-01T10:00:02Z"),
    "to come": line(startTime="2999-04-01T10:00:00Z", endTime="2999-04-01T10:00:02Z"),
    "an end to come": line(startTime=at(days=-60), endTime=at(days=300)),
    "an end later today": line(startTime=at(days=-1), endTime=at(hours=1)),
    "a day that is not": line(startTime="2026-02-30T10:00:00Z"),
    "a day without an hour": line(startTime="2026-04-01"),
    "another zone": line(startTime="2026-04-01T10:00:00+02:00"),
    "nanoseconds": line(startTime="2026-04-01T10:00:00.123456789Z"),
    "a time as a number": line(startTime=1775037600.0),
    "no start": line(startTime=None),
    "no work": line(prompt_tokens=0, completion_tokens=0),
    "a success without tokens": line(prompt_tokens=0, completion_tokens=0, status="success"),
    "a success whose tokens are null": line(prompt_tokens=None, completion_tokens=None, status="success"),
    "a failure": line(prompt_tokens=0, completion_tokens=0, status="failure"),
    "a negative count": line(prompt_tokens=-5),
    "a total above": line(total_tokens=31),
    "a total above, and its reasoning": line(total_tokens=90, **reasoned(60)),
    "a total above, and a cache": line(total_tokens=34, **usage(4)),
    "reasoning above what was written": line(**reasoned(21)),
    "quoted reasoning above": line(metadata=json.dumps(reasoned(21)["metadata"])),
    "a total alone": line(total_tokens=90, prompt_tokens=None, completion_tokens=None),
    "a total as text": line(total_tokens="90"),
    "a total as a fraction": line(total_tokens=30.0),
    "a negative total": line(total_tokens=-90),
    "a total in a list": line(total_tokens=[90]),
    "a total beyond any use": line(total_tokens=10**12),
    "reasoning as text": line(**reasoned("21")),
    "a cache beside what was read": line(prompt_tokens=3, **usage(4)),
    "a cache that took more than was read": line(**taken(11)),
    "a cache that took and gave more than was read": line(**taken(7, usage(4))),
    "what a cache took as text": line(**taken("11")),
    "vectors with a total above": line(call_type="aembedding", total_tokens=90),
    "a fraction": line(prompt_tokens=10.0),
    "an exponent": line().replace('"prompt_tokens": 10', '"prompt_tokens": 1e1'),
    "a quoted count": line(prompt_tokens="10"),
    "a count beyond any use": line(prompt_tokens=10**12),
    "a count beyond any number": line(prompt_tokens=10**40),
    "a true count": line(prompt_tokens=True),
    "no id": line(request_id=None),
    "an id with an accent": line(request_id="é"),
    "an id with a quote": line(request_id='"r"'),
    "an id that is a number": line(request_id=12),
    "an id that is a list": line(request_id=["r"]),
    "a count in a list": line(prompt_tokens=[10]),
    "a time in a list": line(startTime=["2026-04-01T10:00:00Z"]),
    "an id that is true": line(request_id=True),
    "an id that is a fraction": line(request_id=1.5),
    "an id with half of a character": line(request_id="r").replace('"r"', '"\\ud800"'),
    "an id that is hidden": line(request_id="…"),
    "an id with a space before": line(request_id=" r"),
    "from the cache": line(cache_hit="True"),
    "quoted metadata that is broken": line(metadata='{"user_api_key_alias": "a"'),
    "quoted metadata that says a name twice": line(metadata='{"user_api_key_alias": "a", "user_api_key_alias": "b"}'),
    "quoted metadata with a comma too many": line(metadata='{"user_api_key_alias": "a",\n}'),
    "quoted metadata with a number that is none": line(metadata='{"user_api_key_alias": "a", "x":\nNan}'),
    "quoted twice": line(metadata=json.dumps(json.dumps(DETAILS))),
    "quoted metadata that is a list": line(metadata="[1]"),
    "quoted metadata that is a text": line(metadata="x"),
    "metadata that is a number": line(metadata=3),
    "cached tokens as a fraction": line(**usage(4.5)),
    "the logger": json.dumps({"id": "r-9", **{n: v for n, v in REQUEST.items() if n != "request_id"}}),
    "a page": json.dumps({"data": [REQUEST | {"request_id": f"p-{n}"} for n in range(3)], "total": 9}),
    "a list": json.dumps([REQUEST | {"request_id": "l-1"}, 3]),
    "an answer of another tool": '{"id": "chatcmpl-1", "object": "chat.completion", "model": "m",'
    ' "created": 1775037600, "usage": {"prompt_tokens": 4, "completion_tokens": 5}}',
    "an object of no tool": '{"x": 1}',
    "an empty list": "[]",
    "a text": '"a text"',
    "a number": "12",
    "blank": "   ",
    "nothing": "",
    "a space that is not one": "\u00a0",
    "cut": line()[:60] + "  ",
    "two objects": line() + line(),
    "a comma too many": line()[:-1] + ",}",
    "a comma and spaces too many": line()[:-1] + " ,\t }",
    "a comma too many inside": line(a=[1, 2]).replace("2]", "2,]"),
    "nan": line(a=1).replace('"a": 1', '"a": nan'),
    "-Inf": line(a=1).replace('"a": 1', '"a": [ -Inf ]'),
    "a number too long": line(a=1).replace('"a": 1', '"a": ' + "1" * 5000),
    "too deep": line(a=1).replace('"a": 1', '"a": ' + "[" * 3000 + "]" * 3000),
    "a name twice": line().replace('"model"', '"model": "other", "model"'),
    "an ignored name twice": line().replace('"spend"', '"spend": 3, "spend"'),
    "a name twice inside": line(metadata={"x": 1}).replace('"x"', '"user_api_key_alias": "a", "user_api_key_alias"'),
    "a name written otherwise": line().replace('"model"', '"mod\\u0065l": "a", "model"'),
    "a tab in a text": line(note="a").replace('"a"', '"a\tb"'),
}
# Read in columns by one way of reading blocks of lines, and by row by the other.
EITHER = {
    "minus zero": line(prompt_tokens=0).replace('"prompt_tokens": 0', '"prompt_tokens": -0'),
    "words after a comma": line(note="a nan, inf: and [nan"),
    "NaN, which Python reads": line(a=1).replace('"a": 1', '"a": NaN'),
}


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_line_comes_in_columns(name: str, tmp_path: Path) -> None:
    path = written(tmp_path, several(PLAIN[name]))
    assert same(path) == 7
    by_row, by_column = ignored(path)
    assert by_row == by_column


@pytest.mark.parametrize("name", EITHER)
def test_a_line_that_one_way_doubts_is_read_alike_by_both(name: str, tmp_path: Path) -> None:
    assert same(written(tmp_path, several(EITHER[name]))) >= 6


@pytest.mark.parametrize("name", DOUBTFUL)
def test_a_doubtful_line_is_read_as_the_row_reader_does(name: str, tmp_path: Path) -> None:
    path = written(tmp_path, several(DOUBTFUL[name]))
    assert same(path) == 6, "the others come in columns"
    by_row, by_column = ignored(path)
    assert by_row == by_column


@pytest.mark.parametrize(
    ("sound", "doubtful"),
    [
        (line(), line().replace("0.1", value))
        for value in ("1" * 5000, "[" * 3000 + "]" * 3000, "[ -Inf ]", "nan", "[1,]")
    ]
    + [(line(metadata='{"user_api_key_alias": "a"}'), line(metadata='{"user_api_key_alias": "b",\n}'))]
    + [(line(metadata='{"x": 1}'), line(metadata='{"x":\nNan}'))],
)
def test_a_doubtful_line_is_known_from_one_of_the_same_names(sound: str, doubtful: str, tmp_path: Path) -> None:
    assert same(written(tmp_path, several(sound, doubtful))) == 7


def test_a_page_below_others_is_numbered_as_reading_by_row_does(tmp_path: Path) -> None:
    pages = [json.dumps({"data": [REQUEST | {"request_id": f"{m}-{n}"} for n in range(3)]}) for m in range(2)]
    assert same(written(tmp_path, several(pages[0], line(), "", pages[1]))) == 7


def test_a_line_that_says_what_one_above_does_is_the_same_row(tmp_path: Path) -> None:
    """Seven lines of three rows: a request three times, of which once its count is a fraction, and one twice."""
    lines = [line(), line(), line(prompt_tokens=10.0), *(line(request_id=f"r-{n}") for n in (2, 2, 3, 4))]
    path = written(tmp_path, lines)
    same(path)
    assert len({row.row_id for row in read_trace(open_trace(path), context()).rows}) == 4


def test_an_import_counts_repeats_as_reading_by_row_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line(request_id=f"r-{n // 2 % 5}", prompt_tokens=n // 2 % 5 + n // 10) for n in range(20)]
    path = written(tmp_path, lines)
    by_row = import_paths(Ledger(tmp_path / "by-row"), [path], context()).account
    monkeypatch.setattr("estimator.ingestion.readers.LARGE_BYTES", 1)
    by_column = import_paths(Ledger(tmp_path / "by-column"), [path], context()).account
    assert by_row == by_column
    assert (by_row.read, by_row.duplicates) == (20, 10), "each of ten rows stands twice"


def test_a_row_of_a_block_far_above_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty requests, each later than those above, which none can be; then two of the first, one read by row."""
    monkeypatch.setattr("estimator.ingestion.readers.LARGE_BYTES", 1)
    times = {"endTime": "2026-04-01T11:00:00Z"}
    lines = [line(request_id=f"r-{n}", startTime=f"2026-04-01T10:00:{n:02}Z", **times) for n in range(20)]
    again = [lines[1], lines[2].replace('"prompt_tokens": 10', '"prompt_tokens": 10.0')]
    account = import_paths(Ledger(tmp_path / "home"), [written(tmp_path, [*lines, *again])], context()).account
    assert (account.accepted, account.duplicates) == (20, 2)


def test_a_line_that_waited_is_corrected_by_a_larger_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What each line says is looked at where rows of a file of this name are set aside."""
    monkeypatch.setattr("estimator.ingestion.readers.LARGE_BYTES", 1)
    ledger = Ledger(tmp_path / "home")
    assert import_paths(ledger, [written(tmp_path, several(line(endTime="")))], context()).account.quarantined == 1
    assert import_paths(ledger, [written(tmp_path, several(line()))], context()).lifted == 1


def test_a_log_that_a_page_or_its_count_says_is_cut_is_read_by_row(tmp_path: Path) -> None:
    """Two requests are as many as the gateway gives at most, here; a first page says how many there are."""
    for lines in ([line(request_id=f"r-{n}") for n in range(2)], [DOUBTFUL["a page"], *several()]):
        assert same(written(tmp_path, lines)) == 0


@pytest.mark.parametrize("count", [1, 3, 4])
def test_a_log_of_fewer_or_more_requests_than_a_page_holds_comes_in_columns(count: int, tmp_path: Path) -> None:
    assert same(written(tmp_path, [line(request_id=f"r-{n}") for n in range(count)])) == count


ACCENTED = [line(request_id=f"e-{n}", metadata={"user_api_key_alias": "comptabilité"}) for n in range(8)]
NOT_UTF8 = {
    "a name": ACCENTED[3].encode("cp1252"),
    "a text that is not used": line(note="é").encode("cp1252"),
    "a byte of no character": line(note="é").encode("cp1252").replace(b"\xe9", b"\x81"),
    "the mark of another encoding": b"\xff\xfe" + line(note="é").encode(),
    "half of a character": line(note="\ud800").encode("utf-8", "surrogatepass"),
    "the mark of UTF-8": b"\xef\xbb\xbf" + line(note="é").encode("cp1252"),
    "a space that ends the file": b"\xa0",
}


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("at_line", [0, 3, 7])
@pytest.mark.parametrize("name", NOT_UTF8)
def test_a_line_that_is_not_utf8_changes_no_other(name: str, at_line: int, mark: bytes, tmp_path: Path) -> None:
    """In a small file, in a large one, and each line in a file: the same names."""
    if at_line == 0 and name in ("the mark of another encoding", "the mark of UTF-8", "a space that ends the file"):
        return  # the file itself begins so
    lines = [said.encode() for said in ACCENTED]
    lines[at_line] = NOT_UTF8[name]
    path = tmp_path / "spend.ndjson"
    path.write_bytes(mark + b"\n".join(lines) + b"\n")
    assert same(path) >= 6
    result = read_trace(open_trace(path), context())
    assert {row.service_key for row in result.rows if row.line != at_line + 1} == {"comptabilité"}
    found = {row.row_id for row in result.rows}
    for number, said in enumerate(lines):
        if number != at_line or name in ("a name", "a text that is not used", "a byte of no character"):
            path.write_bytes(said + b"\n")
            (row,) = read_trace(open_trace(path), context()).rows
            assert row.row_id in found


def test_an_answer_in_another_encoding_changes_no_other_by_row_and_by_block(tmp_path: Path) -> None:
    answer = json.loads(DOUBTFUL["an answer of another tool"])
    said = [json.dumps(answer | {"id": f"c-{n}", "model": "modèle"}, ensure_ascii=False) for n in range(30)]
    path = tmp_path / "answers.jsonl"
    path.write_bytes(b"\n".join(text.encode("cp1252" if n == 20 else "utf-8") for n, text in enumerate(said)))
    assert same(path) == 0
    assert {row.model for row in read_trace(open_trace(path), context()).rows} == {"modèle"}


@pytest.mark.parametrize("end", ["\r\n", "\r\r\n", "\n\n", "\n \n"])
def test_any_end_of_line_is_read(end: str, tmp_path: Path) -> None:
    assert same(written(tmp_path, several(line(note="é"), line(prompt_tokens="1")), end)) == 7


@pytest.mark.parametrize("tail", ["", "\n\n", "   ", "\u00a0\n", '{"request_id": "cut  ', "\ufeff", "\udcc3"])
def test_the_end_of_a_file_is_read(tail: str, tmp_path: Path) -> None:
    path = written(tmp_path, several())
    path.write_bytes(path.read_bytes() + tail.encode("utf-8", "surrogateescape"))
    same(path)


def test_a_block_is_let_go_before_the_next_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eighteen lines are several blocks, of which one is in memory."""
    read: list[ref[object]] = []
    begin = JsonLines.__init__

    def watched(lines: JsonLines, *told: Any) -> None:
        assert [one for one in read if one() is not None] == []
        read.append(ref(lines))
        begin(lines, *told)

    monkeypatch.setattr(JsonLines, "__init__", watched)
    assert same(written(tmp_path, [line(request_id=f"r-{n}") for n in range(18)])) == 18
    assert len(read) > 3


def test_lines_in_no_mould_are_given_to_duckdb_a_third_of_a_block_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it takes of them is several times their memory; a line is not cut."""
    given, read = list[int](), json_columns._lines_of
    monkeypatch.setattr(json_moulds, "_NEW", 0)
    monkeypatch.setattr(json_columns, "BLOCK_BYTES", 30_000)
    monkeypatch.setattr(json_columns, "_lines_of", lambda *told: given.append(len(told[2])) or read(*told))
    path = written(tmp_path, [line(request_id=f"r-{n}") for n in range(90)])
    assert same(path) == 90
    longest = max(map(len, path.read_bytes().splitlines(keepends=True)))
    assert sum(given) == path.stat().st_size - 1
    assert max(given) <= 10_000 + 2 * longest


def test_lines_of_which_many_are_blank_are_read_some_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given, read = list[int](), json_columns._lines_of
    for module in (json_moulds, json_columns):
        monkeypatch.setattr(module, "MANY", 600)
    monkeypatch.setattr(json_columns, "BLOCK_BYTES", 30_000)
    monkeypatch.setattr(json_columns, "_lines_of", lambda *told: given.append(told[2].count(b"\n")) or read(*told))
    path = written(tmp_path, [*several(), *[""] * 5_000, line(request_id="last"), "{"])
    assert same(path) == 7
    assert [row.line for row in read_trace(open_trace(path), context()).refused] == [5_008]
    assert len(given) > 30 and max(given) < 200


def test_a_file_with_a_mark_of_its_encoding_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, several())
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert same(path) == 6


def test_a_sidecar_names_the_service_of_every_line(tmp_path: Path) -> None:
    path = written(tmp_path, several())
    path.with_name(f"{path.name}.sobria.json").write_text('{"schema": 1, "use_case": "accueil-2"}')
    assert same(path) == 6


VALUES: dict[str, list[object]] = {
    "request_id": ["r-1", "r-1", "r-2", "", None, 5, "é", "a b", "x" * 130, {"a": 1}, "1e5", "true", True],
    "model": ["gpt-4o", "mistral/x", "", None, 3, "é", [1], "a\u202eb", "x" * 130],
    "custom_llm_provider": ["openai", "mistral", "", None, 3],
    "prompt_tokens": [0, 1, 10, None, "", "7", -1, 1.5, 10.0, 10**9, 10**9 + 1, 10**20, True, [1], "x", 1e22],
    "completion_tokens": [0, 1, 10, None, "", "7", -1, 10**9, 1e3],
    "startTime": ["2026-04-01T10:00:00Z", "2026-04-01 10:00:00", "2026-04-01T10:00:00.5+00:00", "", None, 1775037600.5]
    + [
        "2026-04-01T10:00Z",
        "2026-04-01T24:00:00Z",
        "2026-04-01T10:00:60Z",
        " 2026-04-01T10:00:00Z",
        "x",
        "1999-01-01T00:00:00Z",
    ],
    "endTime": [
        "2026-04-01T10:00:02Z",
        "2026-05-01T00:00:00.000Z",
        "2026-04-01T09:59:59Z",
        "2040-01-01T00:00:00Z",
        None,
    ],
    "cache_hit": ["False", "True", "None", None, True, False],
    "team_id": ["t", "", None, "équipe", "a.martin@mairie.fr", 3],
    "api_base": ["https://api.openai.com/v1", "http://10.0.0.4:8000", "", None, "https://u:p@h/", 3],
    "user": ["jdupont", "", None, 4],
    "end_user": ["alice", None],
    "request_tags": [["service:tri"], [], '["essai"]', "x", None, {"a": 1}, ["jdupont", 3]],
    "metadata": [
        {"user_api_key_alias": "jdupont"},
        {"user_api_key_alias": "RH", "user_api_key_team_alias": "x"},
        {},
        None,
    ]
    + [
        '{"user_api_key_alias": "quoted"}',
        "x",
        3,
        [1],
        {"usage_object": 3},
        {"usage_object": {"prompt_tokens_details": []}},
    ]
    + [usage(value)["metadata"] for value in (0, 3, None, "5", -2, 1.0)],
    "spend": [0.1, 1e300, None],
    "extra": [None, {"a": [1, 2]}, "nan"],
    "messages": [[{"role": "user", "content": said}] for said in ('"oui", dit-il', "\\", '\\"\n', "é 😀", "")],
}


@st.composite
def files(draw: st.DrawFn) -> list[str]:
    """Lines that say any of these values, some absent, in any order, among broken ones."""
    some = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()})
    lines = several()[: draw(st.integers(3, 6))]
    for said in draw(st.lists(st.one_of(some, some, some, st.sampled_from(sorted(DOUBTFUL))), max_size=25)):
        if isinstance(said, str):
            lines.append(DOUBTFUL[said])
            continue
        kept = of(said)
        for name in draw(st.sets(st.sampled_from(sorted(kept)), max_size=2)):
            del kept[name]
        lines.append(json.dumps(kept, ensure_ascii=draw(st.booleans())))
    return lines


@given(lines=files(), end=st.sampled_from(["\n", "\r\n"]))
@example(lines=several(line(request_id="1e22"), line(request_id=10**22)), end="\n")
@example(lines=[*several('{"x": 1}'), *several('{"x": 1}', '{"x": 1}')], end="\n")
@examples(60, 1500, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_lines_read_alike_by_row_and_by_column(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], end: str
) -> None:
    path = written(tmp_path_factory.mktemp("any"), lines, end)
    same(path)
    by_row, by_column = ignored(path)
    assert by_row == by_column


def test_a_real_request_comes_in_columns(shared_data: Path, tmp_path: Path) -> None:
    """As the data base of a gateway keeps it: nested fields are texts, times say no zone."""
    real = json.loads((shared_data / "usage_samples" / "litellm_spend_log.json").read_text("utf-8"))
    counts = [(n, 3 * n % 7) for n in range(1, 60)]
    tokens = [
        {
            "request_id": f"r-{asked}-{given}",
            "prompt_tokens": asked,
            "completion_tokens": given,
            "total_tokens": asked + given,
        }
        for asked, given in counts
    ]
    assert same(written(tmp_path, [json.dumps(real | said) for said in tokens])) == 59


def test_requests_of_a_gateway_are_cast_in_a_few_moulds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ninety requests that differ by their counts, cost, service and team, and by one field that some lack: two moulds,
    and no line is left to another reader. Metadata is a text, as the data base of a gateway keeps it."""
    monkeypatch.setattr(json_moulds, "_FEW", 1)
    monkeypatch.setattr(json_moulds, "_NEW", 2)
    monkeypatch.setattr(json_columns, "_lines_of", None)
    services, cached = ("accueil", "état civil", "rh", "rh\\paie"), (None, {"cached_tokens": 4})
    lines = []
    for n in range(90):
        metadata = {
            "user_api_key_alias": services[n % 2],
            "usage_object": {"prompt_tokens_details": cached[n % 3 == 0]},
        }
        said: Said = {
            "request_id": f"r-{n}",
            "prompt_tokens": 7 * n + 7,
            "spend": n / 7,
            "user": services[2 * (n % 2) + 1],
        }
        lines.append(json.dumps(of(said | {"metadata": json.dumps(metadata)})))
    assert same(written(tmp_path, lines)) == 90


def test_what_lines_say_alike_is_a_hole_again_once_a_line_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first block makes the mould -1, then -2, where what they all say is fixed; a line of the third says another
    kind of call, and is in -1 alone, as are those of the fourth."""
    monkeypatch.setattr(json_moulds, "_NEW", 1)
    monkeypatch.setattr(json_moulds, "_FEW", 1)
    moulds, found = json_moulds.Moulds(litellm.BY_COLUMN.shape), []
    for kinds in (["acompletion"] * 3, ["acompletion"] * 3, ["acompletion", "aembedding", "acompletion"], ["x"] * 3):
        block = "".join(f"{line(request_id=f'r-{n}', call_type=kind)}\n" for n, kind in enumerate(kinds))
        lines = moulds.of(1, block.encode())
        assert lines is not None and lines.strings(("call_type",)).to_pylist() == kinds
        assert lines.strings(("request_id",)).to_pylist() == ["r-0", "r-1", "r-2"]
        assert lines.strings(("startTime",)).to_pylist() == [REQUEST["startTime"]] * 3
        found.append(lines.names.tolist())
    assert found == [[-1, -1, -1], [-2, -2, -2], [-2, -1, -2], [-1, -1, -1]]


def test_a_log_cut_while_it_is_read_is_said(tmp_path: Path) -> None:
    """As by a rotation that copies it, then empties it: what was read is kept, and the rest is asked for."""
    path = written(tmp_path, [json.dumps(REQUEST | {"request_id": f"r-{n}"}) for n in range(40)])
    trace = LargeTrace(path)
    blocks = trace.blocks(1_500)
    kept = len(next(blocks)) + 10
    with path.open("r+b", buffering=0) as file:
        file.truncate(kept)
    with refuses("file_shortened", f"{trace.size} bytes were expected, "):
        list(blocks)
    assert trace.taken < trace.size


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\n \n", b"\xef\xbb\xbf\r\n"])
def test_a_log_whose_first_line_is_long_is_read_by_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bytes
) -> None:
    monkeypatch.setattr("estimator.ingestion.reader.HEAD_BYTES", 100)
    path = tmp_path / "long.jsonl"
    line = json.dumps(REQUEST).encode() + b"\n"
    path.write_bytes(before + line * 3)
    assert len(line) > 100 and json_text.has_lines(LargeTrace(path))
    for other in (before + line[:-1], before + b"{\n" + line[1:], before):
        path.write_bytes(other)
        assert not json_text.has_lines(LargeTrace(path))
    monkeypatch.setattr("estimator.ingestion.reader._LONGEST_LINE", 100)
    path.write_bytes(before + line * 3)
    assert not json_text.has_lines(LargeTrace(path))


@given(st.lists(st.sampled_from([b"\n", b"a", b"\n" * 70, b"b" * 64, b"\r\n", "é\x0b".encode()]), max_size=12))
@example([])
@examples(60, 1500, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lines_end_where_python_finds_ends(pieces: list[bytes]) -> None:
    text = b"".join(pieces)
    ends = [place for place, byte in enumerate(text) if byte == 10]
    for most in (None, len(ends), len(ends) + 1):
        found = json_bytes.line_ends(text, most)
        assert found is not None and found.tolist() == ends
    if ends:
        assert json_bytes.line_ends(text, len(ends) - 1) is None


@pytest.mark.parametrize("long", [8, 4_096])
def test_what_was_asked_and_answered_is_passed_over(long: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Quotes, backslashes and ends of lines in texts, written as they are or by their numbers: one mould."""
    monkeypatch.setattr(json_bytes, "LONG", long)
    monkeypatch.setattr(json_columns, "_lines_of", None)
    monkeypatch.setattr(json_moulds, "_FEW", 1)
    monkeypatch.setattr(json_moulds, "_NEW", 1)
    asked = ('il dit "oui", puis "non"', "C:\\", '"', '\\"', '\\\\"\\', "a\nb\t/", "é 😀 ", "", "mot " * 30)
    lines = []
    for n in range(90):
        said: Said = {"request_id": f"r-{n}", "prompt_tokens": 7 * n + 1, "messages": [{"content": asked[n % 9]}]}
        said |= {"response": asked[n * 5 % 9] + asked[n % 7]}
        lines.append(json.dumps(of(said), ensure_ascii=bool(n % 2)))
    assert same(written(tmp_path, lines)) == 90


@pytest.mark.parametrize("text", ["b" * 5_000 + "\t", "b" * 5_000 + "\x1f", "b" * 5_000])
def test_a_long_text_that_has_no_end_or_a_control_character_is_a_broken_line(text: str, tmp_path: Path) -> None:
    """The last of a file, where no quote comes after it, once without its own."""
    broken = line(note="b").replace('"b"}', f'"{text}' + ("" if text.isalpha() else '"}'))
    path = written(tmp_path, [*several(line(note="a" * 5_000)), broken])
    assert same(path) == 7
    assert [row.code for row in read_trace(open_trace(path), context()).refused] == ["broken_line"]


HALVES = {"\\ud800": False, "\\ud83dx\\ude00": False, "\\ude00\\ud83d": False, "\\ud83d\\ud83d\\ude00": False}
HALVES |= {"\\ud83d\\ude00": True, "\\uD83D\\uDE00\\ud83d\\ude00": True, "\\\\ud800": True, "\\ue000\\u00e9": True}


@pytest.mark.parametrize("text", HALVES)
def test_both_halves_of_a_character_are_one(text: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """A half alone is left to the row reader."""
    others = [line(note="a").replace('"a"', f'"{said}"') for said in ("", text)]
    found = same(written(tmp_path, several(*others)))
    assert found == 7 + HALVES[text] or "fields" in request.node.name


@pytest.mark.parametrize("number", ["-1.5e-7", "0.5", "12345678", "123456789", "1e400"])
def test_any_number_is_one(number: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_columns, "_lines_of", None)
    monkeypatch.setattr(json_moulds, "_NEW", 1)
    monkeypatch.setattr(json_moulds, "_FEW", 1)
    assert same(written(tmp_path, several(line().replace("0.1", number)))) == 7


@pytest.mark.parametrize(
    "text", ["01", "00.5", "0x1", "1.", ".5", "1..2", "1.2.3", "-", "1 2", "1_0", "٣", "", "12a45678"]
)
def test_what_is_no_number_is_a_broken_line(text: str, tmp_path: Path) -> None:
    path = written(tmp_path, several(line().replace("0.1", text)))
    assert same(path) == 6
    assert [row.code for row in read_trace(open_trace(path), context()).refused] == ["broken_line"]


@pytest.mark.parametrize("text", ["\\", "a\\", "\\x", "\\u00g9", "\\\\\\"])
def test_an_escape_that_is_none_is_a_broken_line(text: str, tmp_path: Path) -> None:
    """A backslash alone hides the quote that ends a text."""
    path = written(tmp_path, several(line(user="a"), line(user="a").replace('"user": "a"', f'"user": "{text}"')))
    assert same(path) == 7
    assert [row.code for row in read_trace(open_trace(path), context()).refused] == ["broken_line"]


@pytest.mark.parametrize("text", ['r",', "r\t1"])
def test_a_text_as_long_as_all_others_that_is_none_is_a_broken_line(text: str, tmp_path: Path) -> None:
    """Three bytes, as the ids above, and then what stands after each of them."""
    path = written(tmp_path, [*[line()] * 3, line().replace("r-1", text), *[line()] * 3])
    assert same(path) == 6
    assert [row.code for row in read_trace(open_trace(path), context()).refused] == ["broken_line"]


def test_lines_are_read_one_at_a_time_where_what_they_say_is_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, several())
    asked = replace(context(), line_by_line=True)
    results = list(stream_trace(LargeTrace(path), asked, lambda read: None))
    assert [result.table for result in results] == [None] * len(results)
    assert {number for result in results for number in result.told} == {1, 2, 3, 4, 5, 6}
