"""A file corrected and imported again: the line that it states otherwise replaces the one that counted."""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest

from estimator.builds.build import build
from estimator.cli.check import check_text
from estimator.core.fields import Author
from estimator.governance.placed_imports import RESTATED
from estimator.governance.register.register import author
from estimator.ingestion.dropped_files import dropped
from estimator.ingestion.dry_run import check_paths
from estimator.ingestion.importing import import_paths
from estimator.ingestion.quarantine import still_quarantined
from estimator.ledger import Ledger
from estimator.ledger.reconciliation import reconcile
from estimator.ledger.withdrawals import Target, bring_back, withdraw
from estimator.results.reading import Results
from tests.ledger.test_ledger import snapshot
from tests.traces_support import COLUMNS, context, text

DSI = author("DSI", "fichier corrigé par erreur")
RUN = snapshot("a", 2, 60, 0.0002)
TASK = RUN | {"task_name": "essai"}
TASK_COLUMNS = [*COLUMNS, "task_name"]


def imported(home: Path, *versions: str, name: str = "emissions.csv") -> list[tuple[str, int]]:
    """Import versions of a file one after the other; codes and lines of the remarks of the last."""
    for number, content in enumerate(versions):
        path = home / "versions" / str(number) / name
        path.parent.mkdir(parents=True)
        path.write_text(content, "utf-8")
        report = import_paths(Ledger(home), [path], context())
    assert reconcile(Ledger(home)).faults == ()
    return [(remark.code, remark.line) for remark in report.remarks]


def totals(home: Path) -> dict[str, object]:
    """Runs and figures of what counts."""
    return Results(build(home).path).totals().model_dump(mode="json", exclude={"build", "coverage"})


Alone = Callable[[str, str], dict[str, object]]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Alone:
    """What counts where a file of this content and name is the only one that was ever imported."""

    @cache
    def counted(content: str, name: str) -> dict[str, object]:
        home = tmp_path_factory.mktemp("alone")
        imported(home, content, name=name)
        return totals(home)

    return counted


@pytest.mark.parametrize(
    ("wrong", "right", "columns"),
    [
        (RUN | {"cpu_energy": 0.2, "energy_consumed": 0.2}, RUN, COLUMNS),  # 1,000 times less
        (RUN | {"country_iso_code": "XXX"}, RUN, COLUMNS),
        (TASK | {"cpu_energy": 0.2, "energy_consumed": 0.2}, TASK, TASK_COLUMNS),
        (TASK | {"country_iso_code": "XXX"}, TASK, TASK_COLUMNS),
    ],
)
def test_the_corrected_line_alone_counts(
    wrong: dict[str, object], right: dict[str, object], columns: list[str], alone: Alone, tmp_path: Path
) -> None:
    """What counts is what the file says now, as where the wrong version was never imported."""
    versions = [text(row, columns=columns) for row in (wrong, right)]
    assert imported(tmp_path, *versions) == [("line_restated", 2)]
    assert totals(tmp_path) == alone(versions[1], "emissions.csv")
    assert len(Ledger(tmp_path).in_force()) == 1


@pytest.mark.parametrize("names", [("tri.csv",) * 4, ("tri.csv", "tri.csv", "bis.csv", "ter.csv")])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (RUN, RUN | {"cpu_energy": 0.2, "energy_consumed": 0.2}),
        (RUN, RUN | {"country_iso_code": "XXX"}),
        (RUN | {"cpu_energy": 0.2, "energy_consumed": 0.2}, RUN),
    ],
)
def test_what_is_told_again_counts_again(
    one: dict[str, object], other: dict[str, object], names: tuple[str, ...], alone: Alone, tmp_path: Path
) -> None:
    """A file wrongly « corrected », then dropped again as it was: the row that it restores was known and withdrawn, and
    stayed so. The last told counts, as often as one changes one's mind; the dry run says it before."""
    home, also = tmp_path / "home", snapshot("z", 1, 60, 1.0)
    for number, (name, row) in enumerate(zip(names, (one, other, one, other), strict=True)):
        path = home / "versions" / str(number) / name
        path.parent.mkdir(parents=True)
        path.write_text(text(row, also), "utf-8")
        found = check_paths(home, [path], context())
        ahead, services = found.account, found.services
        report = import_paths(Ledger(home), [path], context())
        assert report.account == ahead and ahead.accepted == (1 if number else 2)
        assert services == {"essai": bool(number)}, "of the rows that count from now on"
        assert totals(home) == alone(text(row, also), name)
        assert reconcile(Ledger(home)).faults == ()
    assert [remark.code for remark in report.remarks] == ["row_told_again"]
    assert len(Ledger(home).in_force()) == 1


def test_a_file_corrected_by_one_of_another_name_stays_so(alone: Alone, tmp_path: Path) -> None:
    """Both lie in a folder that a task imports every night, one file after the other: the corrected one counts."""
    wrong = RUN | {"cpu_energy": 0.2, "energy_consumed": 0.2}
    for number, (name, row) in enumerate((("tri.csv", wrong), ("tri-corrige.csv", RUN), ("tri.csv", wrong))):
        path = tmp_path / str(number) / name
        path.parent.mkdir()
        path.write_text(text(row), "utf-8")
        account = import_paths(Ledger(tmp_path / "home"), [path], context()).account
    assert (account.accepted, account.withdrawn) == (0, 1)
    assert totals(tmp_path / "home") == alone(text(RUN), "emissions.csv")


def test_what_a_person_withdrew_stays_withdrawn(tmp_path: Path) -> None:
    """Only what an import withdrew comes back by an import."""
    imported(tmp_path, text(RUN, snapshot("z", 1, 60, 1.0)))
    withdraw(Ledger(tmp_path), Target("run", "a"), Author(who="DSI", why="essai"))
    path = tmp_path / "emissions.csv"
    path.write_text(text(RUN, snapshot("z", 1, 60, 1.0)), "utf-8")
    account = import_paths(Ledger(tmp_path), [path], context()).account
    assert (account.accepted, account.withdrawn) == (0, 1)


IMPOSSIBLE = RUN | {"duration": 60, "cpu_energy": 50.0, "energy_consumed": 50.0}


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (RUN | {"cpu_energy": 2.0, "energy_consumed": 2.0}, RUN),  # the larger reading does not win
        (IMPOSSIBLE, RUN | {"duration": 7200, "cpu_energy": 0.5, "energy_consumed": 0.5}),  # nor do both count
    ],
)
def test_a_row_corrected_in_a_file_of_another_name_counts_once(
    wrong: dict[str, object], right: dict[str, object], alone: Alone, tmp_path: Path
) -> None:
    """Saved as « …-corrige.csv »: one run has one reading at one moment, the last that was imported. In one folder, of
    which neither is the later, nothing is withdrawn."""
    twice, folder = (tmp_path / name for name in ("twice", "folder"))
    imported(twice, text(wrong, snapshot("z", 1, 60, 1.0)), name="tri.csv")
    mended = twice / "mended" / "tri-corrige.csv"
    mended.parent.mkdir()
    mended.write_text(text(right, snapshot("z", 1, 60, 1.0)))
    ahead = check_paths(twice, [mended], context()).account
    report = import_paths(Ledger(twice), [mended], context())
    assert report.account == ahead and (ahead.accepted, ahead.superseded) == (1, 0)
    assert [(r.code, r.file, r.line) for r in report.remarks] == [("row_restated", "tri.csv", 2)]
    assert totals(twice) == alone(text(right, snapshot("z", 1, 60, 1.0)), "tri-corrige.csv")
    assert reconcile(Ledger(twice)).faults == ()
    for name, row in (("tri.csv", wrong), ("tri-corrige.csv", right)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text(row))
    assert import_paths(Ledger(tmp_path / "both"), [folder], context()).remarks == ()


def test_a_withdrawal_names_the_file_that_states_the_rows_otherwise(tmp_path: Path) -> None:
    """Runs a and b, then in one import each corrected in a file of its own, beside four files that correct nothing:
    two withdrawals of one row, each with the hash of its own file, and the import undone gives both back."""
    home, wrong = tmp_path / "home", {"cpu_energy": 0.2, "energy_consumed": 0.2}
    runs = [RUN, snapshot("b", 2, 60, 0.0002)]
    imported(home, text(*(run | wrong for run in runs)))
    before, folder = totals(home), tmp_path / "in"
    folder.mkdir()
    contents = [text(row) for row in (*runs, *(snapshot(name, 1, 60, 1.0) for name in "wxyz"))]
    for number, content in enumerate(contents):
        (folder / f"{number}.csv").write_text(content, "utf-8")
    import_paths(Ledger(home), [folder], context())
    named = {sha256(content.encode()).hexdigest() for content in contents[:2]}
    held = Ledger(home).in_force()
    assert {(one.why, one.rows) for one in held} == {(f"restated: sha256_{sha}", 1) for sha in named}
    withdraw(Ledger(home), Target("import", Ledger(home).imports.read()[0][-1].event), DSI)
    assert totals(home) == before


def test_the_dry_run_counts_the_corrected_line_as_the_import_does(tmp_path: Path) -> None:
    """0.2 kWh mended to 0.0002: one row accepted, and none « replaced by a later reading », before and after."""
    imported(tmp_path, text(RUN | {"cpu_energy": 0.2, "energy_consumed": 0.2}))
    path = tmp_path / "mended" / "emissions.csv"
    path.parent.mkdir()
    path.write_text(text(RUN))
    found = check_paths(tmp_path, [path], context())
    ahead = found.account
    for lang, told in (("fr", "Remplacera 1 ligne de"), ("en", "Will replace 1 row of")):
        said = check_text(found.as_dict(), lang).replace("\u202f", " ").replace("\u00a0", " ")
        assert told in said and "emissions.csv" in said.partition(told)[2]
    assert found.as_dict()["replaces"] == {"emissions.csv": 1}
    assert ahead == import_paths(Ledger(tmp_path), [path], context()).account
    assert (ahead.accepted, ahead.superseded) == (1, 0)
    assert check_paths(tmp_path, [path], context()).replaces == {}, "it is what counts now"


@pytest.mark.parametrize("name", ["emissions.csv", "emissions-corrige.csv"])
def test_a_corrected_line_is_not_also_said_to_be_read_later(name: str, tmp_path: Path) -> None:
    """Read at 1 and at 2 min, the second one mended, then told as before beside one at 3 min: the first one did not
    count, and still does not, and the second one is replaced."""
    first, wrong, last = (snapshot("a", n, 60 * n, kwh) for n, kwh in ((1, 0.1), (2, 0.3), (3, 0.4)))
    told, mended = text(first, wrong), text(first, wrong | {"cpu_energy": 0.2})
    versions = [{"emissions.csv": told}, {name: mended}]
    versions += [{"emissions.csv": told, "soir.csv": text(last)}] if name == "emissions.csv" else []
    for number, files in enumerate(versions):
        folder = tmp_path / "versions" / str(number)
        folder.mkdir(parents=True)
        for file, content in files.items():
            (folder / file).write_text(content)
        ahead = check_paths(tmp_path, [folder], context()).account
        report = import_paths(Ledger(tmp_path), [folder], context())
        assert report.account == ahead
        assert (report.account.supersedes, report.account.again) == (0, 0)
        assert any(remark.code in RESTATED for remark in report.remarks) == bool(number)


@pytest.mark.parametrize("name", ["emissions.csv", "emissions-corrige.csv"])
def test_undoing_the_import_of_a_corrected_file_counts_what_it_had_replaced(name: str, tmp_path: Path) -> None:
    """0.2 kWh, mended to 0.0002, undone: 0.2 again, and the second import counts again where that is undone too."""
    imported(tmp_path, text(RUN | {"cpu_energy": 0.2, "energy_consumed": 0.2}))
    first, path = totals(tmp_path), tmp_path / "mended" / name
    path.parent.mkdir()
    path.write_text(text(RUN))
    import_paths(Ledger(tmp_path), [path], context())
    mended, last = totals(tmp_path), Ledger(tmp_path).imports.latest(1)[0].event
    assert mended != first
    gone = withdraw(Ledger(tmp_path), Target("import", last), DSI).as_dict()
    assert (gone["rows"], gone["again"], totals(tmp_path)) == (1, 1, first)
    bring_back(Ledger(tmp_path), gone["withdrawal"], DSI)
    assert totals(tmp_path) == mended
    assert reconcile(Ledger(tmp_path)).faults == ()


def test_files_of_one_name_are_checked_and_imported_apart(tmp_path: Path) -> None:
    """codecarbon names each of its files emissions.csv: 1 and 2 kWh, both count, and each is named by its order."""
    rows = {"a": 1.0, "b": 2.0}
    files = dropped(("emissions.csv", BytesIO(text(snapshot(run, 2, 60, kwh)).encode())) for run, kwh in rows.items())
    found = check_paths(tmp_path, files.paths, context())
    assert [file["name"] for file in found.as_dict()["files"]] == ["emissions.csv (1)", "emissions.csv (2)"]
    assert (found.account.accepted, found.replaces) == (2, {})
    import_paths(Ledger(tmp_path), files.paths, context())
    assert Results(build(tmp_path).path).totals().indicators["it_energy"]["at_factor_values"] == pytest.approx(3)


@pytest.mark.parametrize(
    "then",
    [
        text(snapshot("a", 3, 90, 0.0003)),  # the run has gone on
        text(snapshot("b", 2, 60, 0.0003)),  # another run
        text(snapshot("a", 2, 60, 0.0003), RUN),  # the line has moved
        text(RUN, snapshot("a", 2, 60, 0.0003)),  # added below it
    ],
)
def test_a_file_that_grows_withdraws_nothing(then: str, tmp_path: Path) -> None:
    assert imported(tmp_path, text(RUN), then) == []
    assert Ledger(tmp_path).in_force() == []


def test_a_scrap_of_a_line_is_corrected_by_nobody(tmp_path: Path) -> None:
    """« ne,N,,, » is the end of a line that was cut: a sound line of any other file has its N."""
    width = text().count(",")
    scrap = f"ne,N{',' * (width - 1)}\n"
    imported(tmp_path, text(RUN) + scrap + scrap.replace("ne", "ine", 1))
    before = len(still_quarantined(Ledger(tmp_path)))
    path = tmp_path / "autre.csv"
    path.write_text(text(snapshot("z", 9, 60, 9) | {"on_cloud": "N"}), "utf-8")
    import_paths(Ledger(tmp_path), [path], context())
    assert before == len(still_quarantined(Ledger(tmp_path))) == 2


def test_hours_read_with_another_time_zone_are_said_and_mended(tmp_path: Path) -> None:
    """Ten in the morning of 1 January in Auckland is 31 December at 21:00 UTC, in Paris 9:00 UTC. The right zone
    changes nothing of what is there: it is said, with how to mend it; nothing is said where the hours are the same."""
    path, home = tmp_path / "emissions.csv", tmp_path / "home"
    path.write_text(text({"timestamp": "2026-01-01T10:00:00", "duration": 60}), "utf-8")

    def months(zone: str | None) -> tuple[list[tuple[str, int, object]], list[int]]:
        report = import_paths(Ledger(home), [path], context(zone))
        told = [(remark.code, remark.line, remark.facts["count"]) for remark in report.remarks]
        return told, sorted(Results(build(home).path).figures_of_months())

    assert months("Pacific/Auckland") == ([], [202512])
    assert months("Pacific/Auckland") == ([], [202512])
    for zone in ("Europe/Paris", None):
        assert months(zone) == ([("hours_of_before", 2, "1")], [202512])
    withdraw(Ledger(home), Target("file", "emissions.csv"), DSI)
    assert months("Europe/Paris") == ([], [202601])
    assert reconcile(Ledger(home)).faults == ()
