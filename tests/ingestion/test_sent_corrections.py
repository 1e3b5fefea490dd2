"""A run of codecarbon sent again with other figures: what was received last counts, as by an import."""

from itertools import permutations
from pathlib import Path

import pytest

from estimator.ingestion.http.payloads import Payload, post, read_body
from estimator.ingestion.http.sender_rows import Sender
from estimator.ledger import Ledger
from tests.traces_support import context, judged

HEAD = (
    "timestamp,project_name,run_id,duration,emissions,cpu_energy,gpu_energy,ram_energy,energy_consumed,country_iso_code"
)


def run(cpu: float, second: int = 2) -> bytes:
    """A run of 2 s and these kWh of processor, 0.5 of memory."""
    cells = f"2026-03-01T10:00:0{second},tri,50d215f8-abeb-4d5e-ba93-56c2b33fce07,2,0.1,{cpu},0,0.5,{cpu + 0.5},FRA"
    return f"{HEAD}\n{cells}\n".encode()


def sent(home: Path, *bodies: bytes, mark: str = "a" * 12) -> list[float]:
    """The kWh of processor of the rows that count, these bodies sent one after the other."""
    ledger = Ledger(home)
    for body in bodies:
        post(ledger, [read_body(Payload(Sender("s", mark), "rows", body), context())])
    return sorted(row["cpu_energy_kwh"] for row in judged(ledger) if row["status"] == "current")


@pytest.mark.parametrize(("first", "last"), [*permutations((4.0, 1.0))])
def test_what_was_received_last_of_a_run_counts(first: float, last: float, tmp_path: Path) -> None:
    """4 kWh, then 1, or 1, then 4: the last. Said again, it changes nothing."""
    assert sent(tmp_path, run(first), run(last), run(last)) == [last]


def test_another_moment_of_a_run_and_another_sender_are_no_correction(tmp_path: Path) -> None:
    """A run that went on for a second is a later snapshot; that of another token is another run."""
    assert sent(tmp_path, run(1.0), run(4.0, 3)) == [4.0]
    assert sent(tmp_path, run(2.0, 3), mark="b" * 12) == [2.0, 4.0]


@pytest.mark.parametrize(("first", "last"), [*permutations((4.0, 1.0))])
def test_what_is_sent_again_counts_again(first: float, last: float, tmp_path: Path) -> None:
    """4 kWh, 1, then 4 again: the sender was right the first time; and once more."""
    assert sent(tmp_path, run(first), run(last), run(first)) == [first]
    assert sent(tmp_path, run(last)) == [last]
    again = read_body(Payload(Sender("s", "a" * 12), "rows", run(first)), context())
    (receipt,) = post(Ledger(tmp_path), [again])
    assert (receipt.read, receipt.accepted, receipt.duplicates, receipt.withdrawn) == (1, 1, 0, 0)
