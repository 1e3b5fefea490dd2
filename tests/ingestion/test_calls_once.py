"""A call counts once, whatever its later records say: spans, answers of OpenAI, requests of LiteLLM."""

import json
from pathlib import Path
from typing import Any

import pytest

from estimator.builds import row_status
from estimator.builds.build import How, build
from estimator.core.duckdb_engine import DuckDB
from estimator.core.fields import Author
from estimator.ingestion.http.payloads import Payload, post, read_body
from estimator.ingestion.http.sender_rows import Sender
from estimator.ledger import Ledger
from estimator.ledger.compaction import compact
from estimator.ledger.withdrawals import Target, withdraw
from tests.ingestion.formats import bring, rows_of
from tests.traces_support import context, judged

NS = 1_000_000_000
BEGUN = 1772366400  # 2026-03-01T12:00Z
ENDED = "2026-03-01T12:00:01Z"
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def export(
    output: int | None = 50, ids: tuple[str, str] = (TRACE, SPAN), service: str = "a", lasted_s: int = 1, **also: str
) -> str:
    """One span of 100 tokens read, and of these written."""
    said = {"gen_ai.request.model": "m", "gen_ai.usage.input_tokens": "100"}
    said |= {} if output is None else {"gen_ai.usage.output_tokens": str(output)}
    attributes = [{"key": name, "value": {"stringValue": value}} for name, value in (said | also).items() if value]
    span = {"traceId": ids[0], "spanId": ids[1], "attributes": attributes}
    span |= {"startTimeUnixNano": str(BEGUN * NS), "endTimeUnixNano": str((BEGUN + lasted_s) * NS)}
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]}
    return json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]})


def answer(**fields: Any) -> str:
    """An answer of OpenAI: 10 tokens read, 20 written."""
    output = fields.pop("output", 20)
    usage = {"prompt_tokens": 10, "completion_tokens": output, "total_tokens": 10 + output}
    found = {"id": "c1", "object": "chat.completion", "created": BEGUN, "model": "m", "choices": [], "usage": usage}
    return json.dumps(found | fields)


def request(output: int, ended: str) -> str:
    """A request of LiteLLM: 10 tokens read."""
    found = {"request_id": "r1", "call_type": "acompletion", "model": "m", "prompt_tokens": 10}
    found |= {"completion_tokens": output, "startTime": "2026-03-01T12:00:00Z", "endTime": ended}
    return json.dumps([found])


def written(ledger: Ledger) -> list[float]:
    """Tokens written of each row that counts."""
    return [row["output_tokens"] for row in judged(ledger) if row["status"] == "current"]


# What is said of one call, one after the other, and the tokens written that count.
ONCE = {
    "the same": ([export(), export()], 50),
    "more tokens": ([export(), export(60)], 60),
    "fewer tokens, later": ([export(50), export(40, lasted_s=2)], 40),
    "another service": ([export(), export(service="b")], 50),
    "upper case": ([export(), export(ids=(TRACE.upper(), SPAN.upper()))], 50),
    "an answer of other counts": ([answer(), answer(output=25)], 25),
    "corrected down": ([export(50), export(40)], 40),
    "corrected twice": ([export(50), export(40), export(45)], 45),
    "an answer corrected down": ([answer(), answer(output=15)], 15),
    "a request corrected down": ([request(20, ENDED), request(15, ENDED)], 15),
    "a request said again": ([request(20, ENDED), request(15, "2026-03-01T12:00:02Z")], 15),
}


@pytest.mark.parametrize(("said", "tokens"), ONCE.values(), ids=ONCE)
def test_a_call_said_twice_counts_once(tmp_path: Path, said: list[str], tokens: int) -> None:
    for number, content in enumerate(said):
        account = bring(tmp_path, content, f"{number}.json").account
        assert account.superseded == 0  # what came last counts
    assert written(Ledger(tmp_path)) == [tokens]


@pytest.mark.parametrize(("said", "tokens"), ONCE.values(), ids=ONCE)
def test_a_call_sent_twice_counts_once(tmp_path: Path, said: list[str], tokens: int) -> None:
    ledger, sender = Ledger(tmp_path), Sender("mairie", "0" * 12)
    for content in said:
        post(ledger, [read_body(Payload(sender, "rows", content.encode()), context())])
    assert written(ledger) == [tokens]


def test_chunks_that_each_count_all_that_was_written_are_one_call(tmp_path: Path) -> None:
    """vLLM's continuous usage: 1, 2 then 3 tokens written are 3, not 6."""
    chunks = [answer(object="chat.completion.chunk", output=written) for written in (1, 2, 3)]
    account = bring(tmp_path, "\n".join(chunks), "stream.jsonl").account
    assert (account.accepted, account.superseded) == (1, 2)
    assert written(Ledger(tmp_path)) == [3]


def test_calls_that_are_not_known_to_be_one_all_count(tmp_path: Path) -> None:
    """Another span, another second of an id that a server gives again, an id that is no text, no id."""
    hidden = ["x"]
    contents = [
        *(export(), export(ids=(TRACE, "b7ad6b7169203332")), export(ids=("", SPAN)), export(51, ids=("", SPAN))),
        *(answer(), answer(created=BEGUN + 1), answer(id=hidden), answer(id=hidden, output=21)),
        *(answer(id=None), answer(id=None, output=21)),
    ]
    for number, content in enumerate(contents):
        bring(tmp_path, content, f"{number}.json")
    assert len(written(Ledger(tmp_path))) == len(contents)


def test_the_calls_of_two_senders_are_never_one(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    for mark in ("0" * 12, "1" * 12):
        post(ledger, [read_body(Payload(Sender("mairie", mark), "rows", export().encode()), context())])
    assert written(ledger) == [50, 50] and {row.run_key[:5] for row in rows_of(export())} == {"call/"}


WHOLE = export(50)
# What is said of a call of 50 tokens written, once all of it was told, that tells less of it.
LESS = {
    "its beginning": export(None),
    "its beginning, which ends later": export(None, lasted_s=2),
    "no tokens": export(None, **{"gen_ai.usage.input_tokens": "", "sobria.uncounted": "stream"}),
}


@pytest.mark.parametrize("less", LESS.values(), ids=LESS)
@pytest.mark.parametrize("backwards", [False, True], ids=["after", "before"])
def test_what_tells_a_part_of_a_call_does_not_stand_for_it(tmp_path: Path, less: str, backwards: bool) -> None:
    """By files, then sent: the account says that it does not count."""
    first, last = (less, WHOLE) if backwards else (WHOLE, less)
    bring(tmp_path, first, "0.json")
    account = bring(tmp_path, last, "1.json").account
    assert (account.accepted, account.superseded) == ((1, 0) if backwards else (0, 1))
    sent, sender = Ledger(tmp_path / "sent"), Sender("mairie", "0" * 12)
    for content in (first, last):
        post(sent, [read_body(Payload(sender, "spans", content.encode()), context())])
    assert written(Ledger(tmp_path)) == written(sent) == [50]


def test_a_correction_outlives_a_repeat_of_what_it_corrects(tmp_path: Path) -> None:
    """50 tokens, 40 that correct them, then the first said again: a repeat, whichever file names it."""
    for name, said in (("b", export(50)), ("c", export(40)), ("a", export(50) + "\n")):  # another file: a copy is kept
        account = bring(tmp_path, said, f"{name}.json").account
    assert (account.accepted, account.duplicates) == (0, 1)
    assert written(Ledger(tmp_path)) == [40]


def test_of_what_one_import_says_twice_the_greatest_counts(tmp_path: Path) -> None:
    bring(tmp_path, "\n".join((export(50), export(40), export(45))), "0.json")
    assert written(Ledger(tmp_path)) == [50]


def test_a_correction_that_is_withdrawn_gives_back_what_it_corrected(tmp_path: Path) -> None:
    """And stays withdrawn when it is imported again, whenever that is."""
    for number, output in enumerate((50, 40)):
        bring(tmp_path, export(output), f"{number}.json")
    withdraw(Ledger(tmp_path), Target("file", "1.json"), Author(who="DSI", why="essai"))
    assert bring(tmp_path, export(40), "2.json").account.withdrawn == 1
    assert written(Ledger(tmp_path)) == [50]


@pytest.mark.parametrize("large", [10**9, 0], ids=["copied", "read where they lie"])
def test_a_build_after_a_correction_is_the_build_of_all(
    large: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two calls of 50 tokens written, one corrected to 40, before and after the parts are merged."""
    monkeypatch.setattr(row_status, "LARGE", large)
    ledger, sender = Ledger(tmp_path), Sender("mairie", "0" * 12)
    for content, tokens in ((export(50), 50), (export(50, (TRACE, "c" * 16)), 100), (export(40), 90)):
        post(ledger, [read_body(Payload(sender, "spans", content.encode()), context())])
        assert _tokens_built(tmp_path) == tokens
    compact(ledger)
    assert _tokens_built(tmp_path) == 90


def _tokens_built(home: Path) -> float:
    """Tokens written of all runs of a build, which is the one made of everything anew."""
    path = build(home).path
    (told,) = DuckDB.read(path).rows("SELECT SUM(output_tokens) AS tokens FROM runs")
    assert build(home, how=How(full=True)).same
    return float(told["tokens"])
