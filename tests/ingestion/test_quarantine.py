"""Rows set aside: read again after a fix, each move shown in the account."""

import gc
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from estimator.builds.build import build
from estimator.cli.ledger_text import retried_text
from estimator.governance.register.register import author
from estimator.ingestion import corrections, importing
from estimator.ingestion.codecarbon import rows
from estimator.ingestion.corrections import corrected
from estimator.ingestion.http.endpoints import Form
from estimator.ingestion.http.payloads import Payload, post, read_body
from estimator.ingestion.http.sender_rows import Sender
from estimator.ingestion.importing import import_paths
from estimator.ingestion.quarantine import Retried, retry, still_quarantined
from estimator.ingestion.reader import RowRefused
from estimator.ledger import Ledger
from estimator.ledger.reconciliation import Reconciliation, reconcile
from estimator.ledger.rows import Refused
from estimator.ledger.standing import Standing
from estimator.ledger.withdrawals import Target, withdraw
from estimator.results.reading import Results
from tests.ledger.test_ledger import bring, snapshot
from tests.support import refuses, sobria
from tests.traces_support import COLUMNS, context, text

CONTENT = text(snapshot("a", 1, 60, 1), snapshot("b", 2, 60, 2), snapshot("c", 3, 60, 4), {"cpu_energy": -1})
DSI = author("DSI", "essai")
COURRIER, ACCUEIL = Sender("courrier", "a" * 12), Sender("accueil", "b" * 12)
RUN = {"run_id": "r", "project_name": "essai", "duration": 60, "cpu_energy": 5, "gpu_energy": 0, "ram_energy": 0}
RUN |= {"timestamp": "2026-03-01T10:00:00", "country_iso_code": "FRA", "codecarbon_version": "3.3.2"}


@contextmanager
def reader_that_refuses(*energies: float) -> Iterator[None]:
    """The reader as it was before a fix: it refused the rows with these energies [kWh]."""
    understood = rows.energy_fields

    def strict(figures: Any, *rest: Any) -> Any:
        fields, checks = understood(figures, *rest)
        if fields["cpu_energy_kwh"] in energies:
            raise RowRefused("bad_number", column="cpu_energy", value="?")
        return fields, checks

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "energy_fields", strict)
        yield


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose reader refused b and c, and rightly the negative row: 4 read, 1 accepted, 3 set aside."""
    with reader_that_refuses(2, 4):
        bring(tmp_path, CONTENT)
    assert reconcile(Ledger(tmp_path)) == Reconciliation(1, 4, 1, 0, 3, 0, 0, 0, 0)
    return tmp_path


def test_an_import_lets_go_of_the_rows_that_it_refuses(tmp_path: Path) -> None:
    """What it says of them is their file, reason and column, their first line and their count: 40 of one, 1 of another
    whose value is another."""
    path = tmp_path / "lot.csv"
    path.write_text(text(*[{"cpu_energy": -1}] * 40, {"cpu_energy": -2}, snapshot("a", 1, 60, 1), {"duration": "x"}))
    report = import_paths(Ledger(tmp_path / "home"), [path], context())
    assert not any(type(held) is Refused and held.file_name == "lot.csv" for held in gc.get_objects())
    assert report.files[0].refused == report.account.quarantined == 42
    assert [(code, one.line, one.count, one.unlike) for (_, code, _), one in report.faults.items()] == [
        ("negative_energy", 2, 41, 2),
        ("bad_number", 44, 1, 1),
    ]


def test_a_file_is_only_compared_with_the_rows_that_wait_and_say_some_of_what_it_says(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the three rows set aside, none for a file of another run; the last of them for one that corrects it."""
    compared: list[list[int]] = []

    def noted(waiting: Sequence[Refused], *rest: Any, **more: Any) -> list[Refused]:
        compared.append([row.line for row in waiting])
        return corrected(waiting, *rest, **more)

    monkeypatch.setattr(importing, "corrected", noted)
    [asked] = [row for row in still_quarantined(Ledger(home)) if row.line == 5]
    sound = dict(zip(asked.header.split(","), asked.text.split(","), strict=True)) | {"cpu_energy": "1"}
    bring(home, text(snapshot("z", 9, 61, 9) | {"project_name": "ailleurs"}), name="autre.csv")
    bring(home, text(sound), name="mieux.csv")
    assert compared[0] == [] and 5 in compared[1]
    assert [row.line for row in still_quarantined(Ledger(home))] == [3, 4]


def test_what_waits_is_listed_once_with_its_reason(home: Path) -> None:
    with reader_that_refuses(2, 4):
        bring(home, CONTENT + "\n", name="copie.csv")
    assert [(row.file_name, row.line, row.code) for row in still_quarantined(Ledger(home))] == [
        ("copie.csv", 3, "bad_number"),  # the first file by name, of those that state it
        ("copie.csv", 4, "bad_number"),
        ("copie.csv", 5, "negative_energy"),
    ]
    body = json.loads(sobria(home, "quarantine", "list", "--json").stdout)
    assert body["total"] == 3 and set(body["rows"][0]) >= {"line", "code", "fr", "en", "text"}
    shown = sobria(home, "quarantine", "list").stdout
    shown = shown.replace("\u00a0", " ")  # 3 and 4 are of one reason: two rows, and not twice the row 3
    assert re.search(r"copie.csv \[[0-9a-f]{12}\], 2 lignes dont la 3 : cpu_energy contient", shown)
    assert "3 lignes de côté" in shown and re.search(r"copie.csv:5 \[[0-9a-f]{12}\] ", shown)
    assert "Aucune ligne n'est de côté" in sobria(home / "empty", "quarantine", "list").stdout


def test_rows_of_one_reason_and_other_values_are_told_by_an_example(tmp_path: Path) -> None:
    """Durations of -50 s and of 10^9 s: the one that is said is not that of both; alone, it is."""
    rows = [{"run_id": f"r{n}", "duration": value} for n, value in enumerate(("1e9", "-50"))]
    bring(tmp_path, text(*rows), name="deux.csv")
    bring(tmp_path, text(rows[0] | {"run_id": "r9"}), name="un.csv")
    for lang, instance in (("fr", "Par exemple, la durée lue est « 1e+09 »"), ("en", "For instance, ")):
        lines = sobria(tmp_path, "quarantine", "list", lang=lang).stdout.splitlines()
        assert [instance in line for line in lines if "deux.csv" in line] == [True], lines
        assert [instance in line for line in lines if "un.csv" in line] == [False]


def test_one_reason_in_two_columns_is_told_of_both(tmp_path: Path) -> None:
    bring(tmp_path, text({"cpu_energy": "x"}, {"run_id": "r", "ram_energy": "y"}))
    shown = sobria(tmp_path, "quarantine", "list").stdout
    assert re.findall(r":(\d) \[\w+\] (\w+)", shown) == [("2", "cpu_energy"), ("3", "ram_energy")]


def test_without_a_fix_nothing_moves(home: Path) -> None:
    names = Ledger(home).names()
    with reader_that_refuses(2, 4):
        assert retry(Ledger(home), context()) == Retried(3, 0, 0, 3, 0)
    assert Ledger(home).names() == names


def test_a_row_understood_after_a_fix_moves_once(home: Path) -> None:
    """4 read still; b and c are accepted, the negative row waits; all again, or the file again, adds nothing."""
    ledger = Ledger(home)
    assert retry(ledger, context()) == Retried(3, 2, 0, 1, 0)
    assert reconcile(ledger) == Reconciliation(1, 4, 3, 0, 1, 0, 0, 0, 0)
    found = Results(build(home).path)
    assert found.totals().indicators["it_energy"]["at_factor_values"] == pytest.approx(1 + 2 + 4)
    assert [row["line"] for row in found.quarantine()["rows"]] == [5]
    assert [row["line"] for row in found.runs()["rows"]] == [4, 3, 2], "newest first, the line of the first file"
    assert retry(ledger, context()) == Retried(1, 0, 0, 1, 0)
    assert bring(home, CONTENT).duplicates == 4
    assert reconcile(ledger) == Reconciliation(2, 8, 3, 0, 1, 4, 0, 0, 0)
    assert "2 lignes sorties de la quarantaine : emissions.csv" in sobria(home, "ledger", "history").stdout


def test_a_file_imported_again_after_a_fix_needs_no_retry(home: Path) -> None:
    account = bring(home, CONTENT)
    assert (account.accepted, account.duplicates) == (2, 2)
    assert reconcile(Ledger(home)) == Reconciliation(2, 8, 3, 0, 1, 4, 0, 0, 0)
    assert retry(Ledger(home), context()).waiting == 1


def test_a_superseded_snapshot_is_moved_as_such(tmp_path: Path) -> None:
    with reader_that_refuses(2):
        bring(tmp_path, text(snapshot("a", 1, 60, 1), snapshot("a", 2, 120, 2), snapshot("a", 3, 180, 3)))
    assert retry(Ledger(tmp_path), context()) == Retried(1, 0, 1, 0, 0)
    assert reconcile(Ledger(tmp_path)) == Reconciliation(1, 3, 1, 2, 0, 0, 0, 0, 0)


def test_rows_of_before_that_a_retry_takes_the_place_of_are_said(tmp_path: Path) -> None:
    with reader_that_refuses(2):
        bring(tmp_path, text(snapshot("a", 1, 60, 1), snapshot("a", 2, 120, 2)))
    done = retry(Ledger(tmp_path), context())
    assert done == Retried(1, 1, 0, 0, 0, supersedes=1)
    told = retried_text(done.as_dict(), "fr").replace("\u202f", " ").replace("\u00a0", " ")
    assert "leur place : 1 ligne d'un import d'avant." in told


@pytest.mark.parametrize("hidden", [True, False], ids=["cells were hidden", "nothing was hidden"])
def test_a_row_out_of_place_needs_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hidden: bool) -> None:
    """A row one cell short: what was kept of it cannot prove that it is the same; it waits until its file is given."""
    columns = [name for name in COLUMNS if hidden or name not in ("longitude", "latitude")]
    lines = text(snapshot("a", 1, 60, 1), snapshot("b", 2, 60, 2), columns=columns).splitlines()
    content = "\n".join([lines[0], lines[1], lines[2].rpartition(",")[0]]) + "\n"
    path = tmp_path / "emissions.csv"
    path.write_text(content)
    ledger = Ledger(tmp_path / "home")
    assert import_paths(ledger, [path], context()).account.quarantined == 1
    assert retry(ledger, context()) == Retried(1, 0, 0, 1, 0)
    activity = rows.RowReading._activity

    def padded(reading: Any, line: int, cells: list[str]) -> Any:
        return activity(reading, line, [*cells, *[""] * (reading.columns.width - len(cells))])

    monkeypatch.setattr(rows.RowReading, "_activity", padded)
    unsure = Retried(1, 0, 0, 1, 0) if hidden else Retried(1, 0, 0, 0, 1, ("emissions.csv",))
    assert retry(ledger, context()) == unsure
    assert retry(ledger, context(), [tmp_path]) == Retried(1, 1, 0, 0, 0)
    assert reconcile(ledger) == Reconciliation(1, 2, 2, 0, 0, 0, 0, 0, 0)
    assert import_paths(ledger, [path], context()).account.duplicates == 2
    assert reconcile(ledger) == Reconciliation(2, 4, 2, 0, 0, 2, 0, 0, 0)


def test_a_tracked_run_is_read_from_its_own_trace_and_a_path_that_is_not_there_is_said(home: Path) -> None:
    """The trace that was kept stands in March; its sidecar says what the text that was set aside does not."""
    kept = home / "traces" / "2026-03"
    kept.mkdir(parents=True)
    (kept / "emissions.csv").write_text(CONTENT)
    modes = {"cpu": "mode/rapl", "gpu": "mode/none", "ram": "mode/constant"}
    side = {"schema": 1, "run_id": "b", "modes": modes, "scope": "machine", "host": "class/desk"}
    (kept / "b.sobria.json").write_text(json.dumps(side))
    with refuses("unreadable_file", match=r"absent\.csv"):
        retry(Ledger(home), context(), [home / "absent.csv"])
    assert retry(Ledger(home), context()) == Retried(3, 2, 0, 1, 0)
    hosts = {row.run_id: row.host for row in Ledger(home).copies("activities", Ledger(home).files("activities"))}
    assert hosts["b"] == "class/desk" != hosts["c"]


def test_a_withdrawn_file_is_not_retried(home: Path) -> None:
    withdraw(Ledger(home), Target("file", "emissions.csv"), DSI)
    assert retry(Ledger(home), context()) == Retried(0, 0, 0, 0, 0)
    assert reconcile(Ledger(home)) == Reconciliation(1, 4, 0, 0, 0, 0, 4, 0, 0)


def test_the_command_says_what_moved(home: Path) -> None:
    said = sobria(home, "quarantine", "retry").stdout
    assert "3 lignes de côté relues : 2 acceptées" in said and "1 encore refusée" in said
    assert json.loads(sobria(home, "quarantine", "retry", "--json").stdout)["waiting"] == 1


HEAD = "service,start,end,device,device_hours\n"
KEPT = "agenda,2026-01-01,2026-01-31,gpu/h100,4\n"
WRONG = "courrier,2026-01-01,2026-01-31,gpu/h1000,10\n"


@pytest.mark.parametrize(
    ("first", "then", "left"),
    [
        (KEPT + WRONG, KEPT + WRONG.replace("h1000", "h100"), 0),
        (WRONG, WRONG.replace("h1000", "h100"), 0),  # every line was refused; one cell differs
        (KEPT + WRONG, KEPT.replace("agenda", "tri") + KEPT + WRONG.replace("h1000", "h100"), 0),  # at another line
        (KEPT + WRONG, KEPT + WRONG, 1),
        (KEPT + WRONG, KEPT, 1),  # the line is gone: nothing replaces it
        (KEPT + WRONG, (KEPT + WRONG.replace("h1000", "h100")).replace("2026", "2025"), 1),  # that of another year
    ],
)
def test_a_line_corrected_in_its_file_waits_no_longer(first: str, then: str, left: int, tmp_path: Path) -> None:
    """The later version states the line otherwise: the refused one is withdrawn, which the journal keeps."""
    for content in (first, then):
        (tmp_path / "declaration.csv").write_text(HEAD + content, "utf-8")
        report = import_paths(Ledger(tmp_path), [tmp_path / "declaration.csv"], context())
    assert len(still_quarantined(Ledger(tmp_path))) == left
    assert [r.code for r in report.remarks if r.code == "line_corrected"] == ["line_corrected"] * (1 - left)
    assert len(Ledger(tmp_path).in_force()) == 1 - left and reconcile(Ledger(tmp_path)).faults == ()


SOUND = snapshot("b", 2, 60, 2)


@pytest.mark.parametrize(
    ("name", "rows", "left"),
    [
        ("emissions.csv", [snapshot("z", 9, 60, 9), snapshot("a", 1, 60, 1), SOUND], 0),  # at another line
        ("corrige.csv", [SOUND], 0),  # in a file of another name
        (
            "corrige.csv",
            [SOUND | {"energy_consumed": 3, "emissions": 0.2, "country_iso_code": "ITA"}],
            0,
        ),  # of its run and moment
        ("corrige.csv", [SOUND | {"run_id": "d", "energy_consumed": 3}], 1),  # of another run
        ("corrige.csv", [SOUND | {"project_name": "tri", "country_iso_code": "ITA"}], 1),  # of another service
        ("corrige.csv", [SOUND | {"cpu_energy": -1}, SOUND], 1),  # refused again beside it
    ],
)
def test_a_line_that_comes_sound_elsewhere_waits_no_longer(
    name: str, rows: list[dict[str, object]], left: int, tmp_path: Path
) -> None:
    """The second of two rows had a negative energy."""
    bring(tmp_path, text(snapshot("a", 1, 60, 1), SOUND | {"cpu_energy": -1}))
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / name).write_text(text(*rows))
    report = import_paths(Ledger(tmp_path), [tmp_path / "new" / name], context())
    assert len(still_quarantined(Ledger(tmp_path))) == left
    told = [(r.file, r.line, r.facts) for r in report.remarks]
    assert told == ([] if left else [("emissions.csv", 3, {"by": name})]) and reconcile(Ledger(tmp_path)).faults == ()


@pytest.mark.parametrize(
    ("mended", "left"),
    [
        ({}, 0),
        ({"run_id": "z"}, 2),  # of other runs
        ({"country_iso_code": "ITA"}, 2),  # two cells differ
    ],
)
@pytest.mark.parametrize("columns", [COLUMNS, [name for name in COLUMNS if name not in ("longitude", "latitude")]])
def test_a_moment_corrected_where_no_row_was_sound_waits_no_longer(
    columns: list[str], mended: dict[str, object], left: int, tmp_path: Path
) -> None:
    """Of a row whose moment cannot be read, what may be a coordinate is hidden, as are its energies: what is kept of it
    is at its line."""
    whole = [snapshot("a", 1, 60, 1) | {"pue": "1.0"}, snapshot("b", 2, 60, 2) | {"pue": "1.1"}]
    bring(tmp_path, text(*(row | {"timestamp": "hier"} for row in whole), columns=columns))
    bring(tmp_path, text(*(row | mended for row in whole), columns=columns))
    assert len(still_quarantined(Ledger(tmp_path))) == left and reconcile(Ledger(tmp_path)).faults == ()


def test_a_row_whose_run_is_hidden_is_not_known_by_its_line(tmp_path: Path) -> None:
    """A column that nobody knows has every text of a row without a moment hidden, its run too: another run of the same
    machine may well say the rest."""
    columns, row = [*COLUMNS, "note"], snapshot("a", 1, 60, 1) | {"cpu_count": 16, "gpu_count": 2, "experiment_id": 7}
    bring(tmp_path, text(row | {"timestamp": "hier"}, columns=columns))
    bring(tmp_path, text(row | {"run_id": "z"}, columns=columns))
    assert len(still_quarantined(Ledger(tmp_path))) == 1


def test_the_same_files_again_lift_nothing(tmp_path: Path) -> None:
    """A refused row and its sound one come in two files at once; neither is new the second time."""
    (tmp_path / "new").mkdir()
    for name, row in (("a.csv", SOUND | {"cpu_energy": -1}), ("b.csv", SOUND)):
        (tmp_path / "new" / name).write_text(text(row))
    reports = [import_paths(Ledger(tmp_path), [tmp_path / "new"], context()) for _ in range(2)]
    assert [report.remarks for report in reports] == [(), ()] and len(still_quarantined(Ledger(tmp_path))) == 1


def test_many_lines_are_lifted_at_once(tmp_path: Path) -> None:
    """Names of 300 lines of 17 signs are longer than a reason may be: the journal keeps those that it can."""
    rows = [snapshot(f"run-{n}", n % 60, 60, 1 + n / 1000) for n in range(300)]
    bring(tmp_path, text(*(row | {"cpu_energy": -1} for row in rows)))
    bring(tmp_path, text(*rows), name="corrige.csv")
    assert not still_quarantined(Ledger(tmp_path)) and Ledger(tmp_path).in_force()[0].why.endswith("…")


def test_a_file_named_after_a_telephone_is_corrected_too(tmp_path: Path) -> None:
    """The journal takes no telephone number: it names this file by its hash."""
    for energy in (-1, 1):
        bring(tmp_path, text(RUN | {"cpu_energy": energy}), name="releve-0612345678.csv")
    assert not still_quarantined(Ledger(tmp_path))
    assert Ledger(tmp_path).in_force()[0].why.startswith("sha256_")


TABLE = "service,start,end,model,zone,requests,input_tokens,output_tokens\n"
SENT: dict[str, tuple[Form, Callable[..., str]]] = {
    "a run": ("codecarbon", lambda *counts, id=1: json.dumps(RUN | {"run_id": f"r{id}", "cpu_energy": counts[0]})),
    "a declared line": (
        "rows",
        lambda *counts, id=1: f"{TABLE}courrier,2026-03-01,2026-03-02,mistral-small-2603,FRA,{id},{counts[0]},20\n",
    ),
    "an answer": ("rows", lambda *counts, id=1: json.dumps(answer_of(id, counts))),
    "a span": ("spans", lambda *counts, id=1: json.dumps(span_of(id, counts))),
}


def answer_of(id: int, counts: tuple[int, ...]) -> dict[str, Any]:
    """An answer of a server that gives one id to all of one second."""
    usage = dict(zip(("prompt_tokens", "completion_tokens"), counts, strict=False))
    named = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1_772_359_200 + id, "choices": []}
    return named | {
        "model": "mistral-small-2603",
        "usage": {"completion_tokens": 20, "total_tokens": 25} | usage,
        "choices": [],
    }


def span_of(id: int, counts: tuple[int, ...]) -> dict[str, Any]:
    """A call, the child of the call before it."""
    names = ("gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens")
    told = [{"key": name, "value": {"intValue": str(count)}} for name, count in zip(names, counts, strict=False)]
    span = {"traceId": "a" * 32, "spanId": f"{id:016x}", "parentSpanId": f"{id - 1:016x}", "attributes": told}
    span |= {"startTimeUnixNano": f"177235920{id}000000000", "endTimeUnixNano": f"177235920{id}500000000"}
    return {"resourceSpans": [{"resource": {}, "scopeSpans": [{"spans": [span]}]}]}


@pytest.mark.parametrize("what", SENT)
@pytest.mark.parametrize(
    ("sender", "then", "left"),
    [
        (COURRIER, ((5,), 1), 0),
        (ACCUEIL, ((5,), 1), 1),  # of another sender
        (COURRIER, ((5, 7), 5), 1),  # of another run, or call
        (COURRIER, ((-6,), 1), 2),  # refused again, otherwise
    ],
)
def test_what_its_sender_corrects_waits_no_longer(
    what: str, sender: Sender, then: tuple[tuple[int, ...], int], left: int, tmp_path: Path
) -> None:
    """The sound body is the only one that counts, and it alone is in the account of a build."""
    ledger, (form, text_of) = Ledger(tmp_path), SENT[what]
    standing = Standing(ledger, recent=True)
    for who, (counts, id) in ((COURRIER, ((-5,), 1)), (sender, then)):
        body = text_of(*counts, id=id)
        post(ledger, [read_body(Payload(who, form, body.encode()), context())], standing)
    found = Results(build(tmp_path).path)
    assert (len(still_quarantined(ledger)), found.quarantine_count()) == (left, left)
    assert reconcile(ledger).faults == () and len(ledger.in_force()) == (left == 0)


@pytest.mark.parametrize(
    ("start", "end", "left"),
    [
        ("2026-03-01", "2026-03-05", 0),  # exchanged
        ("2026-03-02", "2026-03-03", 0),  # both changed, within
        ("2026-04-01", "2026-04-05", 1),  # the same counts of another month, which correct nothing
    ],
)
def test_a_line_that_ended_before_it_began_is_corrected_by_its_dates(
    start: str, end: str, left: int, tmp_path: Path
) -> None:
    """From 5 March to 1 March, then other dates: sent, and in two files."""
    line = f"{TABLE}courrier,{{}},{{}},mistral-small-2603,FRA,10,50,60\n".format
    sent, imported = (Ledger(tmp_path / name) for name in ("sent", "imported"))
    for number, dates in enumerate((("2026-03-05", "2026-03-01"), (start, end))):
        post(sent, [read_body(Payload(COURRIER, "rows", line(*dates).encode()), context())])
        path = tmp_path / f"{number}.csv"
        path.write_text(line(*dates), "utf-8")
        import_paths(imported, [path], context())
    assert [len(still_quarantined(ledger)) for ledger in (sent, imported)] == [left, left]


@pytest.mark.parametrize(
    ("wrong", "then", "left"),
    [
        ("2026-05-10;", "2026-05-12;2026-05-13", 1),  # of another day
        ("2026-05-10;", "2026-05-09;2026-05-10", 1),  # of the day before, whose end is its start
        ("2026-05-10;", "2026-05-10;2026-05-11", 0),
        ("2026-05-10;", "10/05/2026;11/05/2026", 0),  # written otherwise
        (";2026-05-11", "2026-05-12;2026-05-13", 1),
        (";2026-05-11", "2026-05-11;2026-05-12", 1),
        (";2026-05-11", "2026-05-10;2026-05-11", 0),
        ("2026-02-30;2026-03-01", "2026-03-01;2026-03-02", 1),  # the day after
        ("2026-02-30;2026-03-01", "2026-02-28;2026-03-01", 0),
        ("2026-05-10;9999-12-31", "2025-05-10;2025-12-31", 1),  # of another year
        ("2026-05-10;9999-12-31", "2026-05-10;2026-05-31", 0),
        ("2026-05-10;2026-05-10", "2026-05-09;2026-05-10", 1),  # whose end was inclusive
        ("2026-05-10;2026-05-10", "2026-05-10;2026-05-11", 0),
        (";", "2026-05-12;2026-05-13", 1),  # no moment was legible: its file alone mends it
        ("hier;hier", "2026-05-12;2026-05-13", 1),
        ("9999-12-31;9999-12-31", "2026-05-12;2026-05-13", 1),
        ("9999-12-31;9999-12-31", "2025-12-31;2026-01-01", 1),
    ],
)
def test_a_row_of_another_day_with_the_same_counts_corrects_nothing(
    wrong: str, then: str, left: int, tmp_path: Path
) -> None:
    """120 requests on 10 May whose end is missing, then the same counts of another day, sent and in a file of another
    name: the 120 of 10 May were in no total and waited no longer. In its file, at its line, any dates mend it."""
    line = "service;start;end;zone;requests;energy_kwh;energy_boundary;energy_basis\ns;{};FRA;120;3;site;measured\n"
    sent, imported, own = (Ledger(tmp_path / name) for name in ("sent", "imported", "own"))
    for number, dates in enumerate((wrong, then)):
        post(sent, [read_body(Payload(COURRIER, "rows", line.format(dates).encode()), context())])
        path = tmp_path / str(number) / f"{number}.csv"
        path.parent.mkdir()
        for ledger, name in ((imported, f"{number}.csv"), (own, "own.csv")):
            path = path.with_name(name)
            path.write_text(line.format(dates), "utf-8")
            import_paths(ledger, [path], context())
    assert [len(still_quarantined(ledger)) for ledger in (sent, imported, own)] == [left, left, 0]


def test_an_empty_cell_is_not_filled_by_the_row_of_the_next_day(tmp_path: Path) -> None:
    """10 May without its boundary, from midnight to midnight, then 11 May: only its start differs."""
    head = "service,start,end,zone,requests,energy_kwh,energy_boundary,energy_basis\n"
    line = "s,2026-05-{},2026-05-{},FRA,120,3,{},measured\n".format
    left = []
    for name, row in (("a", line(10, 11, "")), ("b", line(11, 12, "site")), ("c", line(10, 11, "site"))):
        bring(tmp_path, head + row, name=f"{name}.csv")
        left.append(len(still_quarantined(Ledger(tmp_path))))
    assert left == [1, 1, 0]


@pytest.mark.parametrize("what", ["an answer", "a span"])
def test_a_call_that_was_wrong_twice_is_known_by_its_name(what: str, tmp_path: Path) -> None:
    """Two counts of it change; the next call, its child, has the rest of what it says and not its name."""
    ledger, (form, text_of) = Ledger(tmp_path), SENT[what]
    standing = Standing(ledger, recent=True)
    left = []
    for counts, id in (((-5, -7), 1), ((5, 7), 2), ((5, 7), 1), ((5, 7), 1)):
        body = text_of(*counts, id=id)
        post(ledger, [read_body(Payload(COURRIER, form, body.encode()), context())], standing)
        left.append(len(still_quarantined(ledger)))
    assert left == [1, 1, 0, 0] and len(ledger.in_force()) == 1


def message(id: int, **more: object) -> str:
    """An answer of a model that says no date, of 10 tokens read and 5 written, as all of a batch may."""
    told = {"id": f"msg_{id}", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5", "content": []}
    return json.dumps(told | {"usage": {"input_tokens": 10, "output_tokens": 5}} | more) + "\n"


def test_a_call_of_another_name_corrects_nothing(tmp_path: Path) -> None:
    """Three calls without a date, then another of the same counts with one: three were lost, as « corrected »."""
    sent, imported = (Ledger(tmp_path / name) for name in ("sent", "imported"))
    dated = {"created_at": "2026-03-01T10:00:00Z"}
    bodies = ("".join(map(message, (1, 2, 3))), message(4, **dated), message(2, **dated))
    left = []
    for number, body in enumerate(bodies):
        post(sent, [read_body(Payload(COURRIER, "rows", body.encode()), context())])
        path = tmp_path / f"{number}.jsonl"
        path.write_text(body, "utf-8")
        import_paths(imported, [path], context())
        left.append([len(still_quarantined(ledger)) for ledger in (sent, imported)])
    assert left == [[3, 3], [3, 3], [2, 2]]


def test_a_line_that_nothing_names_corrects_one(tmp_path: Path) -> None:
    """Three declared lines that are alike, then one of them corrected."""
    ledger = Ledger(tmp_path / "home")
    line = "courrier,2026-03-01,2026-03-02,mistral-small-2603,FRA,1,{},20\n".format
    for number, body in enumerate((TABLE + 3 * line(-5), TABLE + line(5))):
        path = tmp_path / f"{number}.csv"
        path.write_text(body, "utf-8")
        import_paths(ledger, [path], context())
    assert len(still_quarantined(ledger)) == 2


def test_a_new_row_is_compared_with_the_rows_aside_that_it_may_correct(tmp_path: Path) -> None:
    """100 runs aside for a moment before the ledger's first, then 101 of the service with the same names, machine and
    hours, one of them the first run with its year mended: 1 leaves quarantine, and rows are compared 1,000 times at
    most, not 10,100."""
    aside = [snapshot(f"r{n}", 1, 60 + n, n + 1) | {"timestamp": "1998-03-01T10:00:00"} for n in range(100)]
    later = [snapshot(f"s{n}", 1, 600 + n, n + 201) for n in range(100)]
    compared, near = list[str](), corrections._near

    def counted(row: Refused, *rest: Any) -> bool:
        compared.append(row.row_id)
        return near(row, *rest)

    bring(tmp_path, text(*aside), name="aside.csv")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corrections, "_near", counted)
        bring(tmp_path, text(*later, aside[0] | {"timestamp": "2026-03-01T10:00:00"}), name="later.csv")
    assert len(still_quarantined(Ledger(tmp_path))) == 99 and 0 < len(compared) <= 1_000


def test_the_row_of_another_service_corrects_none_without_a_name(tmp_path: Path) -> None:
    """« paris.csv » without its service was « corrected » by that of Lyon, of the same counts; its file mends it."""
    ledger, left = Ledger(tmp_path / "home"), []
    line = ",2026-03-01,2026-04-01,mistral-small-2603,FRA,1000,96000,48000\n"
    for number, (name, service) in enumerate((("paris", ""), ("lyon", "lyon"), ("paris", "paris"))):
        path = tmp_path / str(number) / f"{name}.csv"
        path.parent.mkdir()
        path.write_text(f"{TABLE}{service}{line}", "utf-8")
        import_paths(ledger, [path], context())
        left.append(len(still_quarantined(ledger)))
    assert left == [1, 1, 0]


@pytest.mark.parametrize("what", SENT)
def test_a_file_of_another_name_corrects_any_format(what: str, tmp_path: Path) -> None:
    """The same bodies as files: what is no line of text is compared by its fields."""
    _, text_of = SENT[what]
    ledger = Ledger(tmp_path / "home")
    for name, count in (("a", -5), ("b", 5)):
        path = tmp_path / f"{name}{'.csv' if what == 'a declared line' else '.json'}"
        path.write_text(text_of(count), "utf-8")
        import_paths(ledger, [path], context())
    assert not still_quarantined(ledger) and reconcile(ledger).faults == ()


def test_a_sender_with_nothing_aside_reads_no_quarantine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger, (form, text_of) = Ledger(tmp_path), SENT["a run"]
    standing = Standing(ledger, recent=True)
    bring(tmp_path, text(SOUND | {"cpu_energy": -1}))
    monkeypatch.setattr(Ledger, "copies", None)
    (receipt,) = post(ledger, [read_body(Payload(COURRIER, form, text_of(5).encode()), context())], standing)
    assert (receipt.read, receipt.accepted) == (1, 1)


COLUMN_NAMES = "service;start;end;model;zone;requests;input_tokens;output_tokens\n"
SOUND_LINE = "x;2026-03-01;2026-03-02;mistral-small-2603;FRA;1;1000;1001\n"
ANSWERS = "\n".join(json.dumps(answer_of(id, (5, 20))) for id in (1, 2))


@pytest.mark.parametrize(
    ("wrong", "right", "left"),
    [
        (COLUMN_NAMES + SOUND_LINE.replace("2026", "2126"), COLUMN_NAMES + SOUND_LINE, 0),
        (COLUMN_NAMES + SOUND_LINE.replace("2026", "1020"), COLUMN_NAMES + SOUND_LINE, 0),
        (
            COLUMN_NAMES + SOUND_LINE.replace("2026", "2126"),
            COLUMN_NAMES + SOUND_LINE.replace("1001", "1002"),
            1,
        ),  # of other tokens
        (
            COLUMN_NAMES + SOUND_LINE.replace("2026", "2126"),
            COLUMN_NAMES + SOUND_LINE.replace("-03-", "-04-"),
            1,
        ),  # of another month
        (COLUMN_NAMES + SOUND_LINE[:17], COLUMN_NAMES + SOUND_LINE, 0),
        (COLUMN_NAMES + SOUND_LINE[:17], COLUMN_NAMES + SOUND_LINE.replace("x", "y"), 1),  # of another service
        (ANSWERS[:-30], ANSWERS, 0),
        (ANSWERS[:-30], ANSWERS[:10] + " " + ANSWERS[10:], 1),  # not the same beginning
    ],
)
@pytest.mark.parametrize("sent", [True, False], ids=["sent", "imported"])
def test_a_period_of_another_year_or_a_cut_line_waits_no_longer_once_right(
    wrong: str, right: str, left: int, sent: bool, tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path)
    for body in (wrong, right):
        if sent:
            post(ledger, [read_body(Payload(COURRIER, "rows", body.encode()), context())])
        else:
            bring(tmp_path, body, name="lignes")
    assert len(still_quarantined(ledger)) == left and reconcile(ledger).faults == ()
