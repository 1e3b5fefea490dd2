"""A call that holds others counts where it was used, once, however its spans are cut into batches."""

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from estimator.builds import row_status
from estimator.builds.build import How, build
from estimator.core.duckdb_engine import DuckDB
from estimator.core.fields import Author
from estimator.ingestion.http.payloads import Payload, post, read_body
from estimator.ingestion.http.sender_rows import Sender
from estimator.ingestion.parsing.span_links import SpanLinks
from estimator.ledger import Ledger
from estimator.ledger.withdrawals import Target, withdraw
from tests.ingestion.formats import bring, result_of
from tests.traces_support import context, judged

BEGUN, NS = 1772366400, 1_000_000_000  # 2026-03-01T12:00Z
CHAT, AGENT = {"gen_ai.operation.name": "chat"}, {"gen_ai.operation.name": "invoke_agent"}
SENDER = Sender("s", "a" * 12)
UNCOUNTED = {"sobria.uncounted": "stream"}
KINDS = {
    "agent of OpenTelemetry": AGENT,
    "agent of OpenInference": {"openinference.span.kind": "AGENT"},
    "chain of OpenInference": {"openinference.span.kind": "CHAIN"},
    "workflow of OpenLLMetry": {"traceloop.span.kind": "workflow"},
}


class Told(NamedTuple):
    """A span: its id and that of its parent, its tokens written, from when to when it lasted [s]."""

    id: str
    parent: str
    tokens: int | None
    during: tuple[int, int]
    said: dict[str, str]
    model: str | None = "m"
    trace: str = "f1"


def call(id: str, parent: str, tokens: int, during: tuple[int, int], **more: Any) -> Told:
    return Told(id, parent, tokens, during, CHAT, **more)


def export(*spans: Told) -> str:
    found = []
    for told in spans:
        counts = {"gen_ai.request.model": told.model, "gen_ai.usage.output_tokens": told.tokens}
        said: dict[str, Any] = told.said | counts
        attributes = [{"key": name, "value": {"stringValue": str(v)}} for name, v in said.items() if v is not None]
        times = {
            f"{end}TimeUnixNano": str((BEGUN + at) * NS) for end, at in zip(("start", "end"), told.during, strict=True)
        }
        ids = {"traceId": told.trace * 16, "spanId": told.id * 8, "parentSpanId": told.parent * 8}
        found.append({**ids, **times, "attributes": attributes})
    return json.dumps({"resourceSpans": [{"resource": {}, "scopeSpans": [{"spans": found}]}]})


def home_of(folder: Path, batches: Sequence[Sequence[Told]]) -> Ledger:
    folder.mkdir(exist_ok=True)
    for number, spans in enumerate(batches):
        bring(folder, export(*spans), f"{number}.json")
    return Ledger(folder)


def counted(ledger: Ledger) -> list[float]:
    """Tokens written of each row that counts, fewest first."""
    return sorted(row["output_tokens"] for row in judged(ledger) if row["status"] == "current")


# Spans, and the tokens written that count.
WHOLES = {
    "a call told inside another": ([call("1a", "1b", 500, (1, 2)), call("1b", "", 500, (0, 3))], [500]),
    "three tellings": (
        [call("1a", "1b", 500, (1, 2)), call("1b", "1c", 500, (1, 3)), call("1c", "", 500, (0, 4))],
        [500],
    ),
    "two calls in a row": ([call("1a", "", 500, (0, 1)), call("1b", "", 500, (1, 2))], [500, 500]),
    "calls of two traces": ([call("1a", "1b", 500, (1, 2)), call("1b", "", 400, (0, 3), trace="f2")], [400, 500]),
    "an agent whose calls never came": ([Told("1b", "", 70, (0, 9), AGENT)], [70]),
    "an agent after its calls": (
        [Told("1b", "", 30, (3, 9), AGENT), call("1a", "", 10, (0, 1)), call("1c", "", 20, (1, 2))],
        [10, 20, 30],
    ),
    "a call whose part tells no model": (
        [call("1b", "", 500, (0, 3)), call("1a", "1b", 400, (1, 2), model=None)],
        [500],
    ),
    "a call whose part tells neither model nor tokens": (
        [call("1b", "", 500, (0, 3)), Told("1a", "1b", None, (1, 2), CHAT | UNCOUNTED, None)],
        [500],
    ),
    "a call whose part tells no tokens": (
        [call("1b", "", 500, (0, 3)), Told("1a", "1b", None, (1, 2), CHAT | UNCOUNTED)],
        [500],
    ),
    "a part without a model, with a part of its own": (
        [call("1b", "", 500, (0, 4)), call("1a", "1b", 500, (1, 3), model=None), call("1c", "1a", 400, (1, 2))],
        [400],
    ),
    "parts without a model in each other": (
        [
            *(call("1b", "", 500, (0, 4)), call("1a", "1b", 450, (1, 3), model=None)),
            call("1c", "1a", 400, (1, 2), model=None),
        ],
        [500],
    ),
    "an agent with one call that tells no model": (  # the agent does not count: its call does
        [
            *(Told("1b", "", 500, (0, 9), AGENT), call("1a", "1b", 300, (1, 3))),
            call("1c", "1b", 200, (4, 6), model=None),
        ],
        [200, 300],
    ),
    "an agent whose only call tells no model": (
        [Told("1b", "", 500, (0, 9), AGENT), call("1c", "1b", 200, (4, 6), model=None)],
        [500],
    ),
    "an agent in an agent": ([Told("1b", "", 70, (0, 9), AGENT), Told("1c", "xx", 70, (1, 8), AGENT)], [70]),
    **{
        kind: (
            [
                Told("1b", "", 120, (0, 9), said, None),
                call("1a", "1b", 70, (1, 3)),
                call("1c", "zz", 50, (4, 6)),  # below a step that tells no tokens, and is not there
            ],
            [50, 70],
        )
        for kind, said in KINDS.items()
    },
}


@pytest.mark.parametrize(("spans", "tokens"), WHOLES.values(), ids=WHOLES)
def test_tokens_count_once_whatever_the_batches(spans: list[Told], tokens: list[float], tmp_path: Path) -> None:
    """In one batch, and one span a batch in every order."""
    cuts = [[spans], *([[span] for span in order] for order in permutations(spans))]
    for number, batches in enumerate(cuts):
        assert counted(home_of(tmp_path / str(number), batches)) == tokens


def test_what_stands_between_two_tellings_of_a_batch_is_passed_over(tmp_path: Path) -> None:
    """A call told by two libraries, the inner one below a span that counts no tokens."""
    step = Told("1c", "1b", None, (1, 3), {}, None)
    spans = [call("1a", "1c", 500, (2, 3)), step, call("1b", "", 500, (0, 4))]
    assert counted(home_of(tmp_path, [spans])) == [500]


def test_a_call_without_tokens_of_an_agent_stays_unknown(tmp_path: Path) -> None:
    """What an agent adds up leaves out the call whose tokens nobody counted."""
    ledger = home_of(
        tmp_path, [[Told("1b", "", 30, (0, 9), AGENT)], [Told("1a", "1b", None, (1, 3), CHAT | UNCOUNTED)]]
    )
    assert [row["status"] for row in judged(ledger)] == ["current", "current"]


STEPS = [
    call("1a", "1c", 500, (2, 3)),
    *(Told("1c", "1d", None, (2, 4), {}, None), Told("1d", "1b", None, (1, 4), {}, None)),
    call("1b", "", 500, (0, 5)),
]


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_what_stands_between_two_tellings_may_come_with_one_of_them(tmp_path: Path, cut: int) -> None:
    """A call of 500 tokens told twice, two spans without tokens between: two files, cut at each place."""
    ledger = home_of(tmp_path, [STEPS[:cut], STEPS[cut:]])
    assert counted(ledger) == [500]


@pytest.mark.parametrize("order", [*permutations(range(4))], ids=str)
def test_a_collector_remembers_what_stands_between_from_one_sending_to_the_next(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    """Each span in a sending of its own: in the order of their ends, or with the call told last, one call. Where what
    stands between is told after both, nothing links them. Of another sender, nothing is known."""
    ledger, between = Ledger(tmp_path), replace(context(), span_links=SpanLinks())
    for number in order:
        post(ledger, [read_body(Payload(SENDER, "spans", export(STEPS[number]).encode()), between)])
    last = max(order.index(0), order.index(3))
    assert counted(ledger) == ([500] if {1, 2} <= {*order[:last]} else [500, 500])
    other = Payload(Sender("s", "c" * 12), "spans", export(STEPS[3]).encode())
    (row,) = read_body(other, between).result.rows
    assert row.calls_through is None


def test_a_collector_forgets_the_traces_of_which_nothing_came_for_longest() -> None:
    links = SpanLinks(most=2)
    for trace in ("t1", "t2", "t1", "t3"):
        links.joined("a", {(trace, f"{trace}-span"): (trace, "above")}, set())
    known = links.joined("a", {}, {"t1", "t2", "t3"})
    assert known == {("t1", "t1-span"): ("t1", "above"), ("t3", "t3-span"): ("t3", "above")}


def test_ids_that_name_each_other_around_end(tmp_path: Path) -> None:
    steps = [Told("1c", "1d", None, (1, 3), {}, None), Told("1d", "1c", None, (1, 3), {}, None)]
    assert counted(home_of(tmp_path, [[*steps, call("1a", "1c", 5, (2, 3))]])) == [5]


def test_an_agent_counts_again_once_its_calls_are_withdrawn(tmp_path: Path) -> None:
    """30 tokens of an agent, 30 of its call, in two files; the second is withdrawn."""
    ledger = home_of(tmp_path, [[Told("1b", "", 30, (0, 9), AGENT)], [call("1a", "1b", 20, (1, 3))]])
    assert counted(ledger) == [20]
    withdraw(ledger, Target("file", "1.json"), Author(who="DSI", why="essai"))
    assert counted(ledger) == [30]


def test_spans_of_two_senders_do_not_hold_each_other(tmp_path: Path) -> None:
    """The same trace sent by two tokens: nothing tells that one sees what the other sees."""
    ledger = Ledger(tmp_path)
    for mark, spans in (("a" * 12, [call("1a", "1b", 20, (1, 3))]), ("b" * 12, [Told("1b", "", 30, (0, 9), AGENT)])):
        post(ledger, [read_body(Payload(Sender("s", mark), "spans", export(*spans).encode()), context())])
    assert counted(ledger) == [20, 30]


@pytest.mark.parametrize("large", [10**9, 0], ids=["copied", "read where they lie"])
def test_a_build_after_each_batch_is_the_build_of_all(
    large: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred calls, then their agent of 500 tokens, then one more call of it: 100, 100, 101 runs of 5 tokens."""
    monkeypatch.setattr(row_status, "LARGE", large)
    calls = [call(f"{number:02x}", "aa", 5, (number, number + 1)) for number in range(100)]
    batches = [calls, [Told("aa", "", 500, (0, 200), AGENT)], [call("bb", "aa", 5, (150, 151))]]
    for number, (batch, runs) in enumerate(zip(batches, (100, 100, 101), strict=True)):
        bring(tmp_path, export(*batch), f"{number}.json")
        path = build(tmp_path).path
        told = DuckDB.read(path).rows("SELECT COUNT(*) AS runs, SUM(output_tokens) AS tokens FROM runs")
        assert told == [{"runs": runs, "tokens": 5.0 * runs}]
        assert build(tmp_path, how=How(full=True)).same


def test_an_identity_is_that_of_the_call_wherever_it_stands() -> None:
    """What a span is a part of is no part of its name: sent again without its parent, it is the same row."""
    alone, below = (result_of(export(call("1a", parent, 5, (0, 1)))).rows[0] for parent in ("", "1b"))
    assert (alone.row_id, alone.called_by) == (below.row_id, None) and below.called_by
