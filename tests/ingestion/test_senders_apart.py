"""Senders of `sobria collect` are apart: none hides, replaces, or learns of what another sent or what was imported."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from estimator.builds.build import build
from estimator.core.errors import LANGUAGES, say
from estimator.ingestion.http.payloads import Payload, Receipt, post, read_body
from estimator.ingestion.http.sender_rows import Sender, own
from estimator.ingestion.http.tokens import Tokens
from estimator.ingestion.importing import import_paths
from estimator.ingestion.quarantine import retry, still_quarantined
from estimator.ingestion.sidecar import SUFFIX
from estimator.ledger import Ledger
from estimator.ledger.read_result import ReadResult
from estimator.ledger.rows import Activity
from estimator.ledger.withdrawals import Target, withdrawal_effect
from estimator.results.reading import Results
from tests.ingestion.test_quarantine import reader_that_refuses
from tests.support import activity, refuses, sobria
from tests.traces_support import context, judged, text

A, B = Sender("courrier", "a" * 12), Sender("courrier", "b" * 12)  # two tokens of one service
RUN = {"run_id": "r", "project_name": "essai", "duration": 60, "cpu_energy": 10, "gpu_energy": 0, "ram_energy": 0}
RUN |= {"timestamp": "2026-03-01T10:00:00", "country_iso_code": "FRA", "codecarbon_version": "3.3.2"}


def sent(home: Path, sender: Sender, **given: Any) -> tuple[int, int]:
    """Rows accepted and known of a run that this sender posts."""
    receipt = posted(home, sender, RUN | given)
    return receipt.accepted, receipt.duplicates


def posted(home: Path, sender: Sender, body: dict[str, Any]) -> Receipt:
    data = json.dumps(body).encode()
    return post(Ledger(home), [read_body(Payload(sender, "codecarbon", data), context())])[0]


def counted(home: Path) -> list[dict[str, Any]]:
    return [row for row in judged(Ledger(home)) if row["status"] == "current"]


def kwh(home: Path) -> dict[str, float]:
    """Electricity that counts by way in: the mark of a sender, or the name of a file [kWh]."""
    found: dict[str, float] = {}
    for row in counted(home):
        way = row["file_name"].rpartition("@")[2]
        found[way] = found.get(way, 0) + row["cpu_energy_kwh"]
    return found


def imported(home: Path, folder: Path, **given: Any) -> int:
    """Rows accepted of a file of one run."""
    path = folder / "emissions.csv"
    path.write_text(text(RUN | given), "utf-8")
    return import_paths(Ledger(home), [path], context()).account.accepted


def test_a_later_snapshot_of_another_sender_replaces_nothing(tmp_path: Path) -> None:
    """B sends 10 kWh; A the same run a second later: 10 kWh each. A's own next snapshot, 12 kWh, replaces A's."""
    assert sent(tmp_path, B) == (1, 0)
    assert sent(tmp_path, A, timestamp="2026-03-01T10:00:01", duration=61) == (1, 0)
    assert sent(tmp_path, A, timestamp="2026-03-01T10:00:02", duration=62, cpu_energy=12) == (1, 0)
    assert kwh(tmp_path) == {A.mark: 12, B.mark: 10}


def test_the_same_row_from_two_senders_is_known_to_neither(tmp_path: Path) -> None:
    assert [sent(tmp_path, sender) for sender in (A, B, A, B)] == [(1, 0), (1, 0), (0, 1), (0, 1)]
    assert kwh(tmp_path) == {A.mark: 10, B.mark: 10}


def test_tasks_of_one_sender_leave_the_run_of_another(tmp_path: Path) -> None:
    """A run of 10 kWh replaces the task of 9 that its own sender posted, and would hide the same one of another."""
    task = RUN | {"task_name": "t", "cpu_energy": 9}
    table = text(task, columns=[*RUN, "task_name"]).encode()
    post(Ledger(tmp_path), [read_body(Payload(A, "rows", table), context())])
    assert sent(tmp_path, B) == (1, 0)
    assert kwh(tmp_path) == {A.mark: 9, B.mark: 10}
    sent(tmp_path, A)
    assert kwh(tmp_path) == {A.mark: 10, B.mark: 10}


@pytest.mark.parametrize("first", ["file", "sender"])
def test_what_is_imported_and_what_is_sent_are_apart(tmp_path: Path, first: str) -> None:
    """A snapshot of 10 kWh one way, a later one the other: both count, and a check names the two rows."""
    later = {"timestamp": "2026-03-01T10:00:01", "duration": 61}
    if first == "file":
        assert imported(tmp_path, tmp_path) == 1
        assert sent(tmp_path, A, **later) == (1, 0)
    else:
        assert sent(tmp_path, A) == (1, 0)
        assert imported(tmp_path, tmp_path, **later) == 1
    assert kwh(tmp_path) == {"emissions.csv": 10, A.mark: 10}
    checks = {check["code"]: check["count"] for check in Results(build(tmp_path).path).checks()}
    assert checks["came_twice"] == 2


def test_a_run_of_one_sender_has_no_such_check(tmp_path: Path) -> None:
    sent(tmp_path, A)
    sent(tmp_path, B, run_id="s")
    assert "came_twice" not in {check["code"] for check in Results(build(tmp_path).path).checks()}


def test_the_run_id_that_a_client_gave_stays_in_sight(tmp_path: Path) -> None:
    sent(tmp_path, A)
    (row,) = counted(tmp_path)
    assert (row["run_id"], row["file_name"]) == (f"r@{A.mark}", f"collect-courrier@{A.mark}")


def test_a_sender_cannot_take_the_name_of_another(tmp_path: Path) -> None:
    """A names its run as the rows of B are: its own mark comes after."""
    sent(tmp_path, B)
    sent(tmp_path, A, run_id=f"r@{B.mark}", duration=61, timestamp="2026-03-01T10:00:01")
    assert kwh(tmp_path) == {A.mark: 10, B.mark: 10}


def test_computers_of_two_senders_are_two(tmp_path: Path) -> None:
    """Runs that overlap on one computer share its electricity: those of another sender take no part."""
    rows = [activity(machine_id="m", run_id="r", service_key="s", row_id=f"{n:032x}") for n in range(2)]
    mine, theirs = (own(ReadResult(rows, [], 2), sender).rows for sender in (A, B))
    assert [row.machine_id for row in mine] == [f"m@{A.mark}"] * 2
    assert {row.machine_id for row in mine}.isdisjoint(row.machine_id for row in theirs)


def test_a_row_set_aside_keeps_its_sender_once_it_is_understood(tmp_path: Path) -> None:
    """Both send the same body while the reader refuses it: each row waits, is read again, and is known when resent."""
    with reader_that_refuses(10):
        for sender in (A, B):
            assert posted(tmp_path, sender, RUN).quarantined == 1
    assert len(still_quarantined(Ledger(tmp_path))) == 2
    assert sent(tmp_path, B) == (1, 0)  # what B sends anew takes nothing of what A waits for
    assert len(still_quarantined(Ledger(tmp_path))) == 1
    assert retry(Ledger(tmp_path), context()).accepted == 1
    assert kwh(tmp_path) == {A.mark: 10, B.mark: 10}
    assert {row["service_key"] for row in counted(tmp_path)} == {"courrier"}
    assert sent(tmp_path, A) == (0, 1)


def test_what_waits_is_read_again_from_the_body_that_was_kept(tmp_path: Path) -> None:
    """The service gives its body anew, as a file of any name: it is known for what its sender sent."""
    table = text(RUN, columns=list(RUN)).encode()
    with reader_that_refuses(10):
        post(Ledger(tmp_path), [read_body(Payload(A, "rows", table), context())])
    (tmp_path / "again.csv").write_bytes(table)
    assert retry(Ledger(tmp_path), context(), [tmp_path / "again.csv"]).accepted == 1
    assert post(Ledger(tmp_path), [read_body(Payload(A, "rows", table), context())])[0].duplicates == 1


def test_one_token_or_the_whole_service_is_withdrawn(tmp_path: Path) -> None:
    for sender in (A, B, Sender("courrier-2", "c" * 12)):
        sent(tmp_path, sender)
    counts = {name: withdrawal_effect(Ledger(tmp_path), Target("file", name)) for name in (A.name, "collect-courrier")}
    assert [len(found.tables["activities"]) for found in counts.values()] == [1, 2]
    one = withdrawal_effect(Ledger(tmp_path), Target("run", f"r@{B.mark}"))
    assert len(one.tables["activities"]) == 1


def test_a_renewed_token_goes_on_with_the_run_of_the_old_one(tmp_path: Path) -> None:
    """10 kWh under the first token, 12 under the one that renews it: one run of 12. A new token would be another."""
    senders = Tokens(tmp_path)
    first, secret = senders.add("courrier")
    second, renewed = senders.renew(first.event[:8])
    third, again = senders.renew(second.event)
    other, apart = senders.add("courrier")
    known = [senders.sender_of(text) for text in (secret, renewed, again)]
    assert known[0] and known == [known[0]] * 3
    assert senders.sender_of(apart) != known[0]
    senders.revoke(first.event)
    assert (senders.sender_of(secret), senders.sender_of(again)) == (None, known[0])
    later = {"timestamp": "2026-03-01T10:00:01", "duration": 61, "cpu_energy": 12}
    for sender, given in zip(known, ({}, later), strict=False):
        assert sender and sent(tmp_path, sender, **given) == (1, 0)
    assert list(kwh(tmp_path).values()) == [12]
    assert senders.renew(first.event)[0].service == "courrier"  # a token that leaked is revoked, its sender goes on
    for unknown in ("", "zzzzzzzzzz", third.event[:7]):
        with refuses("sender_unknown"):
            senders.renew(unknown)
    max((tmp_path / "collect" / "renewals").iterdir()).write_text("{", "utf-8")
    with refuses("sender_torn"):
        Tokens(tmp_path).sender_of(renewed)


def test_a_token_is_renewed_from_the_command(tmp_path: Path) -> None:
    given = json.loads(sobria(tmp_path, "collect", "token", "add", "courrier", "--json").stdout)
    shown = sobria(tmp_path, "collect", "token", "renew", given["id"]).stdout
    assert "L'ancien vaut encore" in shown and "sobria_" in shown
    listed = json.loads(sobria(tmp_path, "collect", "token", "list", "--json").stdout)["tokens"]
    assert {token["mark"] for token in listed} == {given["id"][:12]}


def test_rows_are_activities_still(tmp_path: Path) -> None:
    """Every field that is marked is one that an activity has, and keeps its form."""
    row = own(ReadResult([activity(run_id="r")], [], 1), A).rows[0]
    assert Activity.model_validate(row.model_dump()) == row


def test_what_was_sent_is_never_told_to_be_completed_by_a_file_beside_it() -> None:
    told = ("host_not_told", "zone_not_told", "no_output")
    row = own(ReadResult([activity(checks=told)], [], 1), A).rows[0]
    assert row.checks == told
    for lang in LANGUAGES:
        assert not [code for code in row.checks if SUFFIX in say("checks", code, lang)]


@pytest.mark.parametrize(("revoked", "told"), [(False, "The old one still holds"), (True, "The old one is revoked")])
def test_a_renewal_says_whether_the_old_token_holds(revoked: bool, told: str, tmp_path: Path) -> None:
    first, _ = Tokens(tmp_path).add("courrier")
    if revoked:
        Tokens(tmp_path).revoke(first.event)
    assert told in sobria(tmp_path, "collect", "token", "renew", first.event, lang="en").stdout


def test_what_a_remark_mends_here_is_not_said_to_be_mended_by_nothing_here(tmp_path: Path) -> None:
    """A run sent, and imported: `totals` counts one received and one of a file, over the command that takes one out."""
    sent(tmp_path, A)
    imported(tmp_path, tmp_path)
    for lang, denied in (("fr", "rien d'ici"), ("en", "nothing here")):
        said = sobria(tmp_path, "totals", lang=lang).stdout
        assert denied not in said and "sobria ledger withdraw --twice" in said


@pytest.mark.parametrize("option", ["--twice", "--file", "--aside"])
def test_the_name_of_a_service_that_sends_is_not_unknown(tmp_path: Path, option: str) -> None:
    """« courrier » names no file: its rows are those of collect-courrier, as the refusal says, and the help."""
    sent(tmp_path, A)
    imported(tmp_path, tmp_path)
    asked = ("ledger", "withdraw", option)
    said = sobria(tmp_path, *asked, "courrier", "--dry-run", code=1).stderr
    assert "collect-courrier@MARQUE" in said and "token list" in said
    if option == "--twice":
        assert json.loads(sobria(tmp_path, *asked, "collect-courrier", "--dry-run", "--json").stdout)["rows"] == 1
        assert "collect-SERVICE@MARQUE" in re.sub(r"\s*│\s*", "", sobria(tmp_path, *asked[:2], "--help").stdout)
    assert "Aucune ligne" in sobria(tmp_path, *asked, "inconnu", "--dry-run", code=1).stderr


@pytest.mark.parametrize("named", ["file", "sender"])
def test_the_advice_of_a_run_that_came_two_ways_takes_out_that_run_alone(tmp_path: Path, named: str) -> None:
    """Runs r and s sent, r and t imported: 10 kWh each, r twice. The command that the check gives takes r out of the
    file, or of the sender; s and t stay, and nothing is told twice any more."""
    sent(tmp_path, A)
    sent(tmp_path, A, run_id="s")
    imported(tmp_path, tmp_path)
    imported(tmp_path, tmp_path, run_id="t")
    (check,) = (found for found in Results(build(tmp_path).path).checks() if found["code"] == "came_twice")
    name = "emissions.csv" if named == "file" else A.name
    for lang, who, why in (("fr", "VOUS", "MOTIF"), ("en", "YOU", "REASON")):
        advised = re.search(r"sobria (ledger withdraw --twice \w+ --who \w+ --why \w+)", check[lang])
        assert advised
        given = {"NOM": name, "NAME": name, who: "DSI", why: "double"}
        command = [given.get(word, word) for word in advised[1].split()]
        if lang == "fr":
            ahead = json.loads(sobria(tmp_path, *command, "--dry-run", "--json").stdout)
            assert ahead["rows"] == 1
    sobria(tmp_path, *command)
    left = sorted((row["file_name"], row["run_id"][0]) for row in counted(tmp_path))
    mine, other = ("emissions.csv", "t"), (A.name, "s")
    assert left == sorted([mine, other, (A.name if named == "file" else "emissions.csv", "r")])
    assert "came_twice" not in {found["code"] for found in Results(build(tmp_path).path).checks()}
    assert sobria(tmp_path, *command, code=1)  # nothing is left to take out
