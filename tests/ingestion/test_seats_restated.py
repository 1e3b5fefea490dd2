"""A table of seats corrected and imported again: its seats replace those of before; cancelling either."""

from collections import Counter
from pathlib import Path

import pytest

from estimator.core.fields import Author
from estimator.core.refusals import on_a_page
from estimator.ingestion.dry_run import check_paths
from estimator.ingestion.importing import ImportReport, import_paths
from estimator.ledger import Ledger
from estimator.ledger.reconciliation import reconcile
from estimator.ledger.withdrawals import Target, bring_back, withdraw
from tests.support import refuses
from tests.traces_support import context, judged

DSI = Author(who="DSI", why="sièges corrigés")
KEPT = "m365-copilot;40;;2026-01-01;2026-03-31;;;bureautique;"
WRONG, RIGHT = (f"le-chat;{seats};;2026-01-01;2026-03-31;;;redaction;" for seats in (12, 24))
DAYS = 31 + 28 + 31


def imported(home: Path, *lines: str, name: str = "sieges.csv", folder: str = "a") -> ImportReport:
    """Import a table of these lines; its dry run told the same account before."""
    path = home.parent / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(("product;seats;active_share;from;to;task;model;service;uses", *lines)) + "\n")
    ahead = check_paths(home, [path], context())
    report = import_paths(Ledger(home), [path], context())
    assert ahead.account == report.account
    assert sum(ahead.replaces.values()) == sum(r.code in ("line_restated", "row_told_again") for r in report.remarks)
    account = reconcile(Ledger(home))
    assert (account.faults, account.missing) == ((), 0)
    return report


def seats(home: Path) -> dict[str, float]:
    """Seats of each service that count, by the days of the quarter."""
    days = Counter[str]()
    for row in judged(Ledger(home)):
        if row["status"] == "current":
            days[row["service_key"]] += row["seat_days"]
    return {service: count / DAYS for service, count in days.items()}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def last_import(home: Path) -> str:
    return Ledger(home).imports.latest(1)[0].event


def test_corrected_seats_alone_count(home: Path) -> None:
    """12 seats, then 24 in the table of the same name: 24, not 36, and the three rows of before are withdrawn."""
    imported(home, KEPT, WRONG)
    report = imported(home, KEPT, RIGHT)
    assert [(r.code, r.line) for r in report.remarks] == [("seats_months", 2), *[("line_restated", 3)] * 3]
    assert seats(home) == {"bureautique": 40, "redaction": 24}
    assert len(Ledger(home).in_force()) == 1


def test_the_last_told_counts(home: Path) -> None:
    """As often as one changes one's mind."""
    for line, count in ((WRONG, 12), (RIGHT, 24), (WRONG, 12), (RIGHT, 24)):
        imported(home, KEPT, line)
        assert seats(home) == {"bureautique": 40, "redaction": count}


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [
        ("le-chat;12;;2026-01-01;2026-03-31;;;redaction;", "le-chat;12;;2026-01-01;2026-02-28;;;redaction;", 12),
        ("le-chat;9;;2026-01-01;2026-01-31;;;redaction;", "le-chat;9;;2026-02-01;2026-03-31;;;redaction;", 9),
        ("le-chat;9;;2026-01-01;2026-03-31;;;redaction;", "le-chat;9;;2026-01-01;2026-03-31;;;autre;", 18),
    ],
)
def test_what_the_later_table_does_not_speak_of_stays(home: Path, before: str, after: str, count: float) -> None:
    """Another month, or another service: a table of each month under one name adds to those of before."""
    imported(home, before)
    imported(home, after)
    assert sum(seats(home).values()) == pytest.approx(count)


def test_two_purchases_of_one_product_stay_and_one_alone_is_corrected(home: Path) -> None:
    """40 and 12 seats bought apart, of one service; 12 becomes 24: 64. The 12 of another table, beside: 76."""
    one, two, corrected = (f"le-chat;{n};;2026-01-01;2026-03-31;;;redaction;" for n in (40, 12, 24))
    imported(home, one, two)
    imported(home, one, corrected)
    assert seats(home) == {"redaction": 64}
    imported(home, two, name="autres-sieges.csv")
    assert seats(home) == {"redaction": 76}
    imported(home, one, two)
    assert seats(home) == {"redaction": 52}, "the 12 seats of both tables are the same rows"


def test_a_shorter_month_replaces_a_longer_one(home: Path) -> None:
    """12 seats of the whole of March, then to the 15th: 12 × 15 days of it."""
    for end in (31, 15):
        imported(home, f"le-chat;12;;2026-03-01;2026-03-{end};;;redaction;")
    assert seats(home) == {"redaction": pytest.approx(12 * 15 / DAYS)}


def test_two_tables_of_one_name_imported_together_both_count(home: Path) -> None:
    """Of two in one folder, none is the later one."""
    for folder, line in (("all/a", WRONG), ("all/b", RIGHT)):
        imported(home.parent / "other", line, folder=folder)
    for _ in range(2):
        import_paths(Ledger(home), [home.parent / "all"], context())
        assert seats(home) == {"redaction": 36}


def test_a_correction_cancelled_then_the_first_import_too(home: Path) -> None:
    """The correction cancelled, 12 count again; then the first import is cancelled, which its other version no longer
    holds back; brought back, the first one first, 24."""
    imported(home, KEPT, WRONG)
    first = last_import(home)
    imported(home, KEPT, RIGHT)
    second = last_import(home)
    with refuses("versions_share_rows") as refused:
        withdraw(Ledger(home), Target("import", first), DSI)
    said = on_a_page(refused.value.message("fr"))
    assert "sieges.csv, importée le" in said and "Annulez d'abord" in said and said.endswith("Rien n'a été écrit.")
    assert first not in said and "sobria" not in said and "--" not in said
    gone = [withdraw(Ledger(home), Target("import", second), DSI).withdrawal]
    assert seats(home) == {"bureautique": 40, "redaction": 12}
    gone.append(withdraw(Ledger(home), Target("import", first), DSI).withdrawal)
    assert seats(home) == {}
    with refuses("restore_other_first"):
        bring_back(Ledger(home), gone[0], DSI)
    for one in reversed(gone):
        bring_back(Ledger(home), one, DSI)
    assert seats(home) == {"bureautique": 40, "redaction": 24}
    assert reconcile(Ledger(home)).faults == ()


def test_seats_that_a_bad_correction_leaves_are_told(home: Path) -> None:
    """12 seats of three months, then none, which no number of seats is: the 12 still count, and the line says so."""
    imported(home, KEPT, WRONG)
    report = imported(home, KEPT, WRONG.replace(";12;", ";0;"))
    assert [(r.code, r.line, dict(r.facts)) for r in report.remarks if r.code == "seats_stand"] == [
        ("seats_stand", 3, {"months": 3})
    ]
    assert seats(home) == {"bureautique": 40, "redaction": 12}
    again = imported(home, KEPT, RIGHT)
    assert "seats_stand" not in {remark.code for remark in again.remarks} and seats(home)["redaction"] == 24


def test_a_bad_line_that_no_version_said_leaves_no_seats(home: Path) -> None:
    imported(home, KEPT)
    report = imported(home, KEPT, WRONG.replace(";12;", ";0;"))
    assert "seats_stand" not in {remark.code for remark in report.remarks}
