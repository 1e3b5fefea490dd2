"""What senders sent, withdrawn: the answer says it, what is aside leaves alone, a row leaves by its reference."""

import json
from pathlib import Path

import pytest

from estimator.builds.build import build
from estimator.cli.ledger_text import waiting_text
from estimator.governance.register.register import author
from estimator.ingestion.http.payloads import Payload, Receipt, post, read_body
from estimator.ingestion.http.sender_rows import Sender
from estimator.ingestion.quarantine import still_quarantined
from estimator.ledger import Ledger
from estimator.ledger.standing import Standing
from estimator.ledger.withdrawals import Target, bring_back, withdraw, withdrawal_effect
from estimator.results.reading import Results
from tests.support import refuses, sobria
from tests.traces_support import context, judged

SENDER, DSI = Sender("mairie", "a" * 12), author("DSI", "essai")
USAGE = {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}


def answer(number: int, **usage: int) -> str:
    named = {"id": f"c{number}", "object": "chat.completion", "created": 1772366400, "model": "m", "choices": []}
    return json.dumps(named | {"usage": USAGE | usage})


class Collecting:
    """A collector that runs since the first body."""

    def __init__(self, home: Path) -> None:
        self.ledger = Ledger(home)
        self.standing = Standing(self.ledger, recent=True)

    def send(self, *answers: str) -> Receipt:
        data = "\n".join(answers).encode()
        return post(self.ledger, [read_body(Payload(SENDER, "rows", data), context())], self.standing)[0]

    @property
    def counting(self) -> list[str]:
        """Ids of the rows that count."""
        return [row["row_id"] for row in judged(self.ledger) if row["status"] == "current"]


@pytest.fixture
def door(tmp_path: Path) -> Collecting:
    return Collecting(tmp_path)


def test_a_row_sent_again_after_its_withdrawal_is_said_to_count_no_more(door: Collecting) -> None:
    """Two calls; withdrawn, they are known and count in no total, until the withdrawal is taken back."""
    assert (door.send(answer(1), answer(2)).withdrawn, len(door.counting)) == (0, 2)
    gone = withdraw(door.ledger, Target("file", SENDER.name), DSI)
    again = door.send(answer(1), answer(2))
    assert (again.accepted, again.duplicates, again.withdrawn, door.counting) == (0, 2, 2, [])
    bring_back(door.ledger, gone.withdrawal, DSI)
    again = door.send(answer(1), answer(2))
    assert (again.duplicates, again.withdrawn, len(door.counting)) == (2, 0, 2)


def test_what_is_aside_in_a_sending_leaves_alone_by_the_hash_that_is_shown(door: Collecting) -> None:
    """One sound call and one that is not, of one body; the sound one is sent again, which refuses --file."""
    door.send(answer(1), answer(2, completion_tokens=-1))
    door.send(answer(1))
    (row,) = still_quarantined(door.ledger)
    shown, said = row.file_sha[:12], waiting_text([row], "en")
    assert f"[{shown}]" in said and "--aside FINGERPRINT" in said
    with refuses("sendings_share_rows"):
        withdrawal_effect(door.ledger, Target("file", shown))
    sobria(door.ledger.home, "ledger", "withdraw", "--aside", shown, "--who", "DSI", "--why", "essai")
    assert not still_quarantined(door.ledger) and len(door.counting) == 1
    assert Results(build(door.ledger.home).path).quarantine_count() == 0
    with refuses("nothing_aside"):
        withdrawal_effect(door.ledger, Target("aside", shown))


def test_a_sending_of_rows_that_are_all_aside_leaves_by_its_hash(door: Collecting) -> None:
    """Another body of the sender was sent twice: it has no row in common with this one."""
    door.send(answer(1))
    door.send(answer(1))
    door.send(answer(2, completion_tokens=-1))
    (row,) = still_quarantined(door.ledger)
    withdraw(door.ledger, Target("file", row.file_sha[:12]), DSI)
    assert not still_quarantined(door.ledger) and len(door.counting) == 1


@pytest.mark.parametrize("reference", ["{}", "run.{}", "run.{}.energy"])
def test_one_row_leaves_by_the_reference_that_an_explanation_shows(door: Collecting, reference: str) -> None:
    door.send(answer(1), answer(2))
    one, other = door.counting
    withdraw(door.ledger, Target("run", reference.format(one)), DSI)
    assert door.counting == [other]


def test_several_rows_leave_by_their_references(door: Collecting) -> None:
    door.send(answer(1), answer(2), answer(3))
    one, two, other = door.counting
    withdraw(door.ledger, Target("run", f"run.{one},run.{two}"), DSI)
    assert door.counting == [other]
