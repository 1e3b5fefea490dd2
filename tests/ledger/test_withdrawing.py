"""A wrong import taken out of every total, brought back, corrected and imported again."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.builds.build import build
from estimator.cli.text import waiting_lines
from estimator.core.duckdb_engine import connect
from estimator.core.errors import SobriaError, say
from estimator.core.refusals import FieldsRefused, on_a_page
from estimator.governance.register.register import author
from estimator.ingestion.importing import import_paths
from estimator.ingestion.quarantine import still_quarantined
from estimator.ledger import Account, Ledger, withdrawals
from estimator.ledger.later_readings import still_counting
from estimator.ledger.reconciliation import Reconciliation, reconcile
from estimator.ledger.versions import withdrawn_imports
from estimator.ledger.withdrawals import Target, bring_back, withdraw, withdrawal_effect
from estimator.ledger.withdrawn_text import withdrawn_text
from estimator.results.reading import Results
from tests.core.test_numbers import spaced
from tests.ingestion.test_reader_columns import REQUEST
from tests.ledger.test_ledger import bring, snapshot
from tests.support import activity, append, examples, refuses, row_ids, sobria
from tests.traces_support import context, judged, text

DSI = author("DSI", "fichier d'essai importé par erreur")
GOOD = text(snapshot("a", 1, 60, 1), snapshot("b", 2, 60, 2))
WRONG = text(snapshot("c", 3, 60, 4), snapshot("d", 4, 60, 8), {"cpu_energy": -1})


def kwh(home: Path) -> float:
    """IT electricity of a new build [kWh]."""
    return float(Results(build(home).path).totals().indicators["it_energy"]["at_factor_values"])


def kwh_known(home: Path) -> float | None:
    """The same, None where none counts."""
    return Results(build(home).path).totals().indicators["it_energy"].central


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A right file of 1 + 2 kWh, a wrong one of 4 + 8 kWh and a refused row."""
    bring(tmp_path, GOOD)
    bring(tmp_path, WRONG, name="essai.csv")
    return tmp_path


def test_a_row_that_another_file_states_is_said_to_count_still(tmp_path: Path) -> None:
    """Of two runs of 1 and 2 kWh, a second file states the first one again: the total of 3 kWh loses 2."""
    bring(tmp_path, GOOD)
    bring(tmp_path, text(snapshot("a", 1, 60, 1)), name="copie.csv")
    assert kwh(tmp_path) == pytest.approx(3)
    ahead = withdrawal_effect(Ledger(tmp_path), Target("file", "emissions.csv")).as_dict()
    assert (ahead["rows"], ahead["still"], ahead["still_in"]) == (1, 1, ["copie.csv"])
    line = ("ledger", "withdraw", "--file", "emissions.csv", "--who", "DSI", "--why", "essai")
    said = sobria(tmp_path, *line).stdout.replace("\u202f", " ").replace("\u00a0", " ")
    assert "1 ligne et 0 ligne mise de côté ne comptent plus" in said
    assert "Comptent encore, car d'autres fichiers les énoncent aussi (copie.csv) : 1 ligne" in said
    assert kwh(tmp_path) == pytest.approx(1)


def test_what_another_withdrawal_holds_too_is_said_to_stay_out(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """2 withdrawals of one file at once, of 2 rows and 1 refused: once the first is undone, 0 + 0 count again, 3 are
    held by the second, which is named; once that one is undone too, 2 + 1 do, and 3 + 12 kWh count."""
    target, recorded, second = Target("file", "essai.csv"), withdrawals._recorded, list[str]()

    def at_once(*given: Any) -> str:
        if not second:
            second.append("")
            second[0] = withdraw(Ledger(home), target, author("Culture", "le même fichier")).withdrawal
        return recorded(*given)

    with monkeypatch.context() as patch:
        patch.setattr(withdrawals, "_recorded", at_once)
        first = withdraw(Ledger(home), target, DSI).withdrawal
    said = spaced(sobria(home, "ledger", "withdraw", "--undo", first, "--who", "DSI", "--why", "essai").stdout)
    assert "0 ligne et 0 ligne mise de côté comptent de nouveau" in said and "plus complet" not in said
    assert f"Restent hors des totaux, car un autre retrait les tient aussi ({second[0]}) : 3 lignes" in said
    assert kwh(home) == pytest.approx(3)
    back = bring_back(Ledger(home), second[0], DSI).as_dict()
    assert (back["rows"], back["refused"], back["held"], back["held_by"]) == (2, 1, 0, [])
    assert kwh(home) == pytest.approx(15)


def test_a_row_that_a_file_repeats_leaves_and_comes_back_once(tmp_path: Path) -> None:
    """A log says one request three times and another once; a second log says the latter, and a third one."""
    one, two, three = ({"request_id": f"r-{n}", "prompt_tokens": 10 * n} for n in (1, 2, 3))
    for name, said in (("a.jsonl", (one, one, one, two)), ("b.jsonl", (two, three))):
        (tmp_path / name).write_text("".join(json.dumps(REQUEST | row) + "\n" for row in said))
        import_paths(Ledger(tmp_path / "home"), [tmp_path / name], context())
    ledger = Ledger(tmp_path / "home")
    found = {name: withdrawal_effect(ledger, Target("file", name)).as_dict() for name in ("a.jsonl", "b.jsonl")}
    assert {name: (body["rows"], body["still"]) for name, body in found.items()} == {
        "a.jsonl": (1, 1),
        "b.jsonl": (1, 1),
    }
    assert sum(found["a.jsonl"]["services"].values()) == 1
    gone = withdraw(ledger, Target("file", "b.jsonl"), DSI).withdrawal
    back = bring_back(ledger, gone, DSI).as_dict()
    assert (back["rows"], back["still"], back["still_in"]) == (1, 1, ["a.jsonl"])


@pytest.mark.parametrize(("asked", "other"), [("emissions.csv", "autre.csv"), ("autre.csv", "emissions.csv")])
def test_one_content_of_two_names_is_withdrawn_by_either_and_the_other_is_said(
    tmp_path: Path, asked: str, other: str
) -> None:
    """Two rows, written under the first name alone: by either, both leave, ahead and done, and the other name is said;
    a second time, none is left."""
    for name in ("emissions.csv", "autre.csv"):
        bring(tmp_path, GOOD, name=name)
    ahead = withdrawal_effect(Ledger(tmp_path), Target("file", asked)).as_dict()
    assert (ahead["rows"], ahead["still"], ahead["also"]) == (2, 0, {other: 2})
    line = ("ledger", "withdraw", "--file", asked, "--who", "DSI", "--why", "essai")
    for dry in (["--dry-run"], []):
        said = sobria(tmp_path, *line, *dry).stdout.replace("\u202f", " ").replace("\u00a0", " ")
        assert f"Partent aussi de « {other} », importé avec le même contenu : 2 lignes" in said
    assert kwh_known(tmp_path) is None
    with refuses("nothing_to_withdraw"):
        withdraw(Ledger(tmp_path), Target("file", other), DSI)


def test_rows_that_a_later_version_states_do_not_leave_with_a_copy_of_the_first_one(tmp_path: Path) -> None:
    """1 + 2 kWh, corrected to 1 + 8; the first content comes back under another name: 1 + 2. Withdrawn by that name,
    the row of 1, written once, would leave though the corrected file states it."""
    for name, second in (("emissions.csv", 2), ("emissions.csv", 8), ("ancien.csv", 2)):
        bring(tmp_path, text(snapshot("a", 1, 60, 1), snapshot("b", 2, 60, second)), name=name)
    assert kwh(tmp_path) == pytest.approx(3)
    with refuses("versions_share_rows") as refused:
        withdraw(Ledger(tmp_path), Target("file", "ancien.csv"), DSI)
    assert "Une autre version de emissions.csv" in refused.value.message("fr")
    assert kwh(tmp_path) == pytest.approx(3)
    withdraw(Ledger(tmp_path), Target("file", "emissions.csv"), DSI)
    assert kwh_known(tmp_path) is None


def test_a_name_that_holds_the_rows_itself_does_not_take_those_of_the_other(tmp_path: Path) -> None:
    """autre.csv states the first's two rows and one of 4 kWh, then comes as the first is: 1 + 2 stay, however often it
    is withdrawn."""
    bring(tmp_path, GOOD)
    bring(tmp_path, text(snapshot("a", 1, 60, 1), snapshot("b", 2, 60, 2), snapshot("e", 5, 60, 4)), name="autre.csv")
    bring(tmp_path, GOOD, name="autre.csv")
    taken = withdraw(Ledger(tmp_path), Target("file", "autre.csv"), DSI).as_dict()
    assert (taken["rows"], taken["still"], taken["also"]) == (1, 2, {}) and kwh(tmp_path) == pytest.approx(3)
    with refuses("nothing_to_withdraw"):
        withdraw(Ledger(tmp_path), Target("file", "autre.csv"), DSI)


@pytest.mark.parametrize(
    ("option", "told"),
    [("--twice", "aucune de ses exécutions n'est trouvée"), ("--aside", "aucune n'est mise de côté")],
)
def test_a_file_of_which_none_came_twice_or_waits_is_not_unknown(tmp_path: Path, option: str, told: str) -> None:
    for name in ("emissions.csv", "autre.csv"):
        bring(tmp_path, GOOD, name=name)
    for name in ("emissions.csv", "autre.csv"):
        said = sobria(tmp_path, "ledger", "withdraw", option, name, "--dry-run", code=1).stderr
        assert told in said.replace("\u202f", " ").replace("\u00a0", " ") and name in said
    second = next(one for one in Ledger(tmp_path).imports.read()[0] if not one.sources[0].new)
    with refuses("nothing_recorded", match="recorded no row"):
        withdrawal_effect(Ledger(tmp_path), Target("import", second.event))
    assert "Aucune ligne" in sobria(tmp_path, "ledger", "withdraw", option, "absent.csv", "--dry-run", code=1).stderr


def test_rows_that_were_in_no_total_are_not_said_to_leave_it(tmp_path: Path) -> None:
    """Four snapshots of a run, of which the last counts, and a run of one row: 5 rows, 2 of them in the totals."""
    bring(tmp_path, text(*(snapshot("a", n, 60 * n, n) for n in (1, 2, 3, 4)), snapshot("b", 2, 60, 2)))
    signed, taken = ("--who", "DSI", "--why", "essai"), ""
    for asked in (("--file", "emissions.csv", "--dry-run"), ("--file", "emissions.csv"), ("--undo",)):
        line = ("ledger", "withdraw", *asked, *([taken] if asked == ("--undo",) else []), *signed)
        said = sobria(tmp_path, *line).stdout.replace("\u202f", " ").replace("\u00a0", " ")
        assert "2 lignes" in said.splitlines()[0] and "5 lignes" not in said
        assert "dans aucun total, car un relevé plus récent ou plus complet tient leur place : 3 lignes." in said
        taken = next((one.event for one in Ledger(tmp_path).in_force()), "")


def test_rows_of_one_file_are_read_alone_where_others_are_withdrawn(home: Path) -> None:
    """What is asked of a file name is asked of each part as it is read, and no row is held to be compared."""
    withdraw(Ledger(home), Target("file", "essai.csv"), DSI)
    asked = f"SELECT * FROM ({Ledger(home).rows_sql('activities')}) WHERE file_name = 'emissions.csv'"
    with connect() as connection:
        (plan,) = (told for _, told in connection.execute(f"EXPLAIN (FORMAT json) {asked}").fetchall())
        assert len(connection.execute(asked).fetchall()) == 2
    assert '"Filters": "(file_name = \'emissions.csv\')"' in plan


@pytest.mark.parametrize("kind", ["file", "import"])
@pytest.mark.parametrize("corrected", [False, True], ids=["read later", "corrected"])
def test_rows_that_count_again_once_what_superseded_them_goes_are_said(
    tmp_path: Path, kind: str, corrected: bool
) -> None:
    """Read at 1 and at 2 min, then at 3 min: the reading at 2 min, which counted before, counts again; not that at 1
    min. The same where the reading at 2 min was corrected."""
    first, second, third = (snapshot("a", n, 60 * n, n) for n in (1, 2, 3))
    bring(tmp_path, text(first, second), name="matin.csv")
    bring(tmp_path, text(second | {"cpu_energy": 1.5} if corrected else third), name="soir.csv")
    last = Ledger(tmp_path).imports.latest(1)[0].event
    signed = ("--who", "DSI", "--why", "essai")
    taken = ("ledger", "withdraw", f"--{kind}", "soir.csv" if kind == "file" else last, *signed)
    for asked in (("--dry-run",), ()):
        said = sobria(tmp_path, *taken, *asked).stdout.replace("\u202f", " ").replace("\u00a0", " ")
        assert "Comptent de nouveau, car ce qui est retiré les avait remplacées : 1 ligne." in said
    assert kwh(tmp_path) == 2


@pytest.mark.parametrize(
    ("file", "left", "changed", "back"),
    [
        ("matin.csv", 2, {"superseded": 1}, {"superseded": 1}),
        ("soir.csv", 1, {"rows": 1, "again": 1}, {"rows": 1, "supersedes": 1}),
    ],
)
def test_what_two_files_state_is_said_to_count_still_only_where_it_did_and_does(
    tmp_path: Path, file: str, left: float, changed: dict[str, int], back: dict[str, int]
) -> None:
    """Read at 1 min, of 1 kWh; the second file says it too, then 2 kWh at 2 min, which alone counts. Without the first
    file, nothing moves; without the second one, the row of 1 kWh counts again, and no more once it is back."""
    bring(tmp_path, text(snapshot("a", 1, 60, 1)), name="matin.csv")
    bring(tmp_path, text(snapshot("a", 1, 60, 1), snapshot("a", 2, 120, 2)), name="soir.csv")
    names, ledger = ("rows", "superseded", "still", "again", "supersedes", "replaces"), Ledger(tmp_path)
    ahead = withdrawal_effect(ledger, Target("file", file)).as_dict()
    done = withdraw(ledger, Target("file", file), DSI)
    for body in (ahead, done.as_dict()):
        assert {name: body[name] for name in names if body[name]} == changed
    assert sum(done.as_dict()["services"].values()) == changed.get("rows", 0)
    assert kwh(tmp_path) == pytest.approx(left)
    assert still_counting(ledger) == ({} if file == "matin.csv" else {done.withdrawal: 1})
    body = bring_back(ledger, done.withdrawal, DSI).as_dict()
    assert {name: body[name] for name in names if body[name]} == back
    assert kwh(tmp_path) == pytest.approx(2)


def test_rows_that_an_undoing_finds_counted_already_are_said_without_how_to_withdraw_them(tmp_path: Path) -> None:
    """Of two runs of 1 and 2 kWh, a second file states the first one too: undone, one counts again."""
    bring(tmp_path, GOOD)
    bring(tmp_path, text(snapshot("a", 1, 60, 1)), name="copie.csv")
    taken = withdraw(Ledger(tmp_path), Target("file", "emissions.csv"), DSI).withdrawal
    said = sobria(tmp_path, "ledger", "withdraw", "--undo", taken, "--who", "DSI", "--why", "essai").stdout
    said = said.replace("\u202f", " ").replace("\u00a0", " ")
    assert "Comptaient déjà, car d'autres fichiers les énoncent aussi (copie.csv) : 1 ligne." in said
    assert "Comptent encore" not in said and "retirez" not in said


@pytest.mark.parametrize(
    ("number", "repeated", "key", "told"),
    [
        (3, False, "supersedes", "un relevé plus récent ou plus complet tient maintenant leur place"),
        (3, True, "supersedes", "un relevé plus récent ou plus complet tient maintenant leur place"),
        (2, False, "replaces", "ce qui revient les énonce autrement"),
    ],
    ids=["later", "with a copy", "corrected"],
)
def test_rows_that_count_no_more_once_a_withdrawal_is_undone_are_said(
    tmp_path: Path, number: int, repeated: bool, key: str, told: str
) -> None:
    """1 + 2 kWh, then 8 for the second run and 4 more: 1 + 8 + 4 = 13. Withdrawn, 3; undone, two rows come back, one of
    3 goes. The copy of it in the second file counts no more either, and is not said to count still."""
    first, second = snapshot("a", 1, 60, 1), snapshot("b", 2, 120, 2)
    bring(tmp_path, text(first, second), name="p.csv")
    rows = [snapshot("b", number, 60 * number, 8), snapshot("c", 4, 60, 4)]
    bring(tmp_path, text(*[second] * repeated, *rows), name="q.csv")
    taken = withdraw(Ledger(tmp_path), Target("file", "q.csv"), DSI).withdrawal
    assert kwh(tmp_path) == pytest.approx(1 + 2)
    signed = ("--who", "DSI", "--why", "essai")
    said = sobria(tmp_path, "ledger", "withdraw", "--undo", taken, *signed).stdout
    said = said.replace("\u202f", " ").replace("\u00a0", " ")
    assert "2 lignes et 0 ligne mise de côté comptent de nouveau" in said
    assert f"Ne comptent plus, car {told} : 1 ligne." in said and "Comptent encore" not in said
    assert kwh(tmp_path) == pytest.approx(1 + 8 + 4)
    taken = withdraw(Ledger(tmp_path), Target("file", "q.csv"), DSI).withdrawal
    back = bring_back(Ledger(tmp_path), taken, DSI).as_dict()
    assert {name: back[name] for name in ("rows", "still", "supersedes", "replaces", "again")} == {
        **{"rows": 2, "still": 0, "supersedes": 0, "replaces": 0, "again": 0},
        key: 1,
    }


def test_a_row_known_and_read_since_says_which_file_to_withdraw(tmp_path: Path) -> None:
    """1 + 2 kWh, then 8 for the second run and 4 more, in one import: 13. The first file again, under another name,
    counts nothing; the later one withdrawn, as is said, 1 + 2 = 3: the import withdrawn, nothing would count."""
    first, second = snapshot("a", 1, 60, 1), snapshot("b", 2, 120, 2)
    (tmp_path / "p.csv").write_text(text(first, second))
    (tmp_path / "q.csv").write_text(text(snapshot("b", 3, 180, 8), snapshot("c", 4, 60, 4)))
    import_paths(Ledger(tmp_path), [tmp_path / "p.csv", tmp_path / "q.csv"], context())
    (tmp_path / "p.csv").rename(tmp_path / "other.csv")
    (remark,) = import_paths(Ledger(tmp_path), [tmp_path / "other.csv"], context()).remarks
    for lang, this in (("fr", "cet import la redit"), ("en", "this import states it again")):
        assert this in remark.as_dict()[lang] and "q.csv" in remark.as_dict()[lang]
    *_, sha = remark.as_dict()["fr"].split()
    assert kwh(tmp_path) == pytest.approx(1 + 8 + 4)
    sobria(tmp_path, "ledger", "withdraw", "--file", sha, "--who", "DSI", "--why", "essai")
    assert kwh(tmp_path) == pytest.approx(1 + 2)


@pytest.mark.parametrize("names", [("a.csv", "b.csv"), ("b.csv", "a.csv")])
def test_of_two_readings_of_one_instant_in_one_import_the_larger_counts_until_it_is_withdrawn(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    """1.24 and 1.14 kWh, in files read in either order: 1.24, and 1.14 without it; in two imports, the last one."""
    first, second = (text(snapshot("a", 1, 60, read)) for read in (1.24, 1.14))
    for name, content in zip(names, (first, second), strict=True):
        (tmp_path / name).write_text(content)
    report = import_paths(Ledger(tmp_path / "home"), sorted(tmp_path.glob("*.csv")), context())
    assert (report.account.accepted, report.account.superseded) == (1, 1)
    assert kwh(tmp_path / "home") == pytest.approx(1.24)
    withdraw(Ledger(tmp_path / "home"), Target("file", names[0]), DSI)
    assert kwh(tmp_path / "home") == pytest.approx(1.14)
    (tmp_path / "apart").mkdir()
    for content, last in ((first, 1.24), (second, 1.14)):
        bring(tmp_path / "apart", content, name=f"{last}.csv")
        assert kwh(tmp_path / "apart") == pytest.approx(last)


@pytest.mark.parametrize(("lang", "told"), [("fr", "du même instant"), ("en", "of the same instant")])
def test_a_row_of_the_instant_of_the_one_in_its_place_is_not_said_to_be_earlier(
    tmp_path: Path, lang: str, told: str
) -> None:
    """1.24 kWh, corrected to 1.14 in another file; the correction undone by hand, the larger of the two counts, and
    the second file read once more says so."""
    for name, read in (("job.csv", 1.24), ("a.csv", 1.14)):
        bring(tmp_path, text(snapshot("a", 1, 60, read)), name=name)
    assert kwh(tmp_path) == pytest.approx(1.14)
    bring_back(Ledger(tmp_path), Ledger(tmp_path).in_force()[0].event, DSI)
    assert kwh(tmp_path) == pytest.approx(1.24)
    (tmp_path / "a.csv").write_text(text(snapshot("a", 1, 60, 1.14)))
    (remark,) = import_paths(Ledger(tmp_path), [tmp_path / "a.csv"], context()).remarks
    assert told in remark.as_dict()[lang] and "job.csv" in remark.as_dict()[lang]
    assert kwh(tmp_path) == pytest.approx(1.24)


def test_what_a_withdrawal_and_its_undoing_change_by_tasks_that_outweigh_their_run_is_said(tmp_path: Path) -> None:
    """A run of 3 kWh holds its tasks of 1 and 1; a third one of 2, 4 > 3: three tasks count, no run. Without it, the
    run counts and two tasks do not; with it again, the two tasks do and the run does not."""
    run = {"run_id": "r"}
    whole = activity(hours=3, **run, run_key="r", cumulative=True, cpu_energy_kwh=3.0)
    tasks = [activity(hours=1, **run, task_name=f"t{n}", cpu_energy_kwh=1.0) for n in range(2)]
    append(Ledger(tmp_path), [whole, *tasks])
    other = {"file_name": "other.csv", "file_sha": "1"}
    append(Ledger(tmp_path), [activity(hours=1, **run, **other, task_name="t2", cpu_energy_kwh=2.0)])
    gone = withdraw(Ledger(tmp_path), Target("file", "other.csv"), DSI)
    back = bring_back(Ledger(tmp_path), gone.withdrawal, DSI)
    told = [(body["rows"], body["supersedes"], body["again"]) for body in (gone.as_dict(), back.as_dict())]
    assert told == [(1, 2, 1), (1, 1, 2)]


def test_each_file_that_states_withdrawn_rows_is_named_and_the_history_counts_as_the_withdrawal(tmp_path: Path) -> None:
    """Two rows, written in three ways more: withdrawn under one, both count for the three others; withdrawn under each,
    none does, and the first withdrawal has none left that counts."""
    rows = GOOD.splitlines()
    for name, end in (("emissions.csv", "\n"), ("crlf.csv", "\r\n"), ("fin.csv", "\n\n")):
        (tmp_path / name).write_text(end.join([*rows, ""]), "utf-8", newline="")
    (tmp_path / "points.csv").write_text(GOOD.replace(",", ";"), "utf-8")
    for name in ("emissions.csv", "crlf.csv", "fin.csv", "points.csv"):
        import_paths(Ledger(tmp_path), [tmp_path / name], context())
    told = withdraw(Ledger(tmp_path), Target("file", "emissions.csv"), DSI).as_dict()
    assert (told["rows"], told["still"]) == (0, 2) and told["still_in"] == ["crlf.csv", "fin.csv", "points.csv"]
    history = sobria(tmp_path, "ledger", "history").stdout.replace("\u202f", " ").replace("\u00a0", " ")
    assert "file:emissions.csv : 2 lignes, dont 2 encore comptées" in history
    assert still_counting(Ledger(tmp_path)) == {told["withdrawal"]: 2}
    withdraw(Ledger(tmp_path), Target("file", "points.csv"), DSI)
    withdraw(Ledger(tmp_path), Target("file", "crlf.csv"), DSI)
    assert set(still_counting(Ledger(tmp_path)).values()) == {2} and kwh(tmp_path) == pytest.approx(3)
    withdraw(Ledger(tmp_path), Target("file", "fin.csv"), DSI)
    assert still_counting(Ledger(tmp_path)) == {}


def test_a_home_of_which_all_is_withdrawn_says_so_and_how_to_take_it_back(tmp_path: Path) -> None:
    """Its two rows; undone, they count, and nothing is said of it."""
    bring(tmp_path, GOOD)
    assert withdrawn_text(Ledger(tmp_path), "fr") == ""
    taken = withdraw(Ledger(tmp_path), Target("file", "emissions.csv"), DSI).withdrawal
    assert kwh_known(tmp_path) is None
    for line in ("totals",), ("explain",), ("levers",):
        said = sobria(tmp_path, *line).stdout.replace("\u00a0", " ").replace("\u202f", " ")
        assert "les lignes lues sont toutes retirées (2 lignes)" in said and f"--undo {taken}" in said, line
        assert "Aucune mesure encore" not in said
    assert "« sobria totals » dit" in sobria(tmp_path, "explain", "total.energy", code=1).stderr.replace("\u00a0", " ")
    bring_back(Ledger(tmp_path), taken, DSI)
    assert kwh(tmp_path) == pytest.approx(3) and "retirées" not in sobria(tmp_path, "totals").stdout


def test_withdrawn_rows_leave_every_total_and_the_account_says_so(home: Path) -> None:
    """15 kWh before, 3 after, 15 again once it is undone, under the id that it had."""
    ledger, before = Ledger(home), build(home).id
    assert kwh(home) == pytest.approx(15)
    taken = withdraw(ledger, Target("file", "essai.csv"), DSI)
    found = Results(build(home).path)
    assert kwh(home) == pytest.approx(3) and found.id != before
    assert found.quarantine()["total"] == 0 and found.totals().coverage.runs == 2
    assert reconcile(ledger) == Reconciliation(2, 5, 2, 0, 0, 0, 3, 0, 0)
    bring_back(ledger, taken.withdrawal, DSI)
    assert kwh(home) == pytest.approx(15) and build(home).id == before
    assert reconcile(ledger) == Reconciliation(2, 5, 4, 0, 1, 0, 0, 0, 0)


@pytest.mark.parametrize(("lang", "told"), [("fr", "3 ont été retirées"), ("en", "3 were withdrawn")])
def test_the_same_file_brought_again_says_that_its_rows_were_withdrawn(home: Path, lang: str, told: str) -> None:
    """Rows c and d are known, and count no more; the refused one is known too, and is no longer aside."""
    withdraw(Ledger(home), Target("file", "essai.csv"), DSI)
    (home / "essai.csv").write_text(WRONG)
    ahead = sobria(home, "check", str(home / "essai.csv"), lang=lang).stdout
    assert "sobria ledger withdraw --undo" in ahead and told.rpartition(" ")[2] in ahead
    assert told in sobria(home, "import", str(home / "essai.csv"), lang=lang).stdout
    assert bring(home, GOOD).withdrawn == 0


@pytest.mark.parametrize("option", ["--file", "--aside"])
def test_refused_rows_that_were_withdrawn_are_not_said_to_be_aside_once_brought_again(home: Path, option: str) -> None:
    """Of three rows of the file, two count: withdrawn, three known rows count no more; by --aside, the refused one."""
    signed, gone = ("--who", "DSI", "--why", "essai"), {"--file": 3, "--aside": 1}[option]
    taken = json.loads(sobria(home, "ledger", "withdraw", option, "essai.csv", *signed, "--json").stdout)["withdrawal"]
    (home / "essai.csv").write_text(WRONG)
    for command, key in (("check", "account"), ("import", "")):
        body = json.loads(sobria(home, command, str(home / "essai.csv"), "--json").stdout)
        account = body[key] if key else body
        assert (account["duplicates"], account["waiting"], account["withdrawn"]) == (3, 0, gone)
    assert not still_quarantined(Ledger(home))
    bring_back(Ledger(home), taken, DSI)
    account = bring(home, WRONG, name="essai.csv")
    assert (account.duplicates, account.waiting, account.withdrawn) == (3, 1, 0)


@pytest.mark.parametrize(
    ("lang", "one", "many", "read"),
    [("fr", "1 a été retirée et ne compte ", "25 000 ont été retirées et ne comptent ", "0 ligne sur 25 000 ;")]
    + [("en", "1 was withdrawn and is in ", "25,000 were withdrawn and are in ", "0 rows of 25,000;")],
)
def test_rows_known_and_withdrawn_are_said_as_one_and_by_thousands(lang: str, one: str, many: str, read: str) -> None:
    few, most = (Account(1, count, 0, 0, 0, count, withdrawn=count) for count in (1, 25_000))
    said = [*waiting_lines(few, lang), *waiting_lines(most, lang), say("check", "would", lang, **most.as_dict())]
    for told, line in zip((one, many, read), said, strict=True):
        assert told in line.replace("\u202f", " ").replace("\u00a0", " ")


def test_the_imports_withdrawn_are_named_by_their_withdrawal_the_last_one_first(home: Path) -> None:
    """By id or by the start of one; a file that is withdrawn is no import, nor one that was brought back."""
    ledger = Ledger(home)
    first, second = sorted(ledger.imports.read()[0], key=lambda done: done.order)
    assert withdrawn_imports(ledger) == {}
    old = withdraw(ledger, Target("import", second.event[:8]), DSI).withdrawal
    new = withdraw(ledger, Target("import", first.event), DSI).withdrawal
    assert list(withdrawn_imports(ledger).items()) == [(new, first), (old, second)]
    bring_back(ledger, new, DSI)
    withdraw(ledger, Target("file", "emissions.csv"), DSI)
    assert withdrawn_imports(ledger) == {old: second}


def test_an_import_is_brought_back_once_the_one_that_keeps_its_rows_is(tmp_path: Path) -> None:
    """Runs of 1 and 2 kWh, then 4 and 2 in the table of the same name: 2, kept once, with the first. Both undone, the
    second brought back alone would count 4 and lose 2; after the first, 6."""
    total = [text(snapshot("a", 1, 60, energy), snapshot("b", 2, 60, 2)) for energy in (1, 4)]
    ledger = Ledger(tmp_path)
    for content in total:
        bring(tmp_path, content)
    first, second = sorted(ledger.imports.read()[0], key=lambda done: done.order)
    both = [withdraw(ledger, Target("import", done.event), DSI).withdrawal for done in (second, first)]
    with refuses("restore_other_first") as refused:
        bring_back(ledger, both[0], DSI)
    said = on_a_page(refused.value.message("fr"))
    assert "emissions.csv" in said and "Rétablissez d'abord" in said and said.endswith("Rien n'a été écrit.")
    assert "sobria" not in said and both[1] not in said
    assert kwh_known(tmp_path) is None
    for gone in reversed(both):
        bring_back(ledger, gone, DSI)
    assert kwh(tmp_path) == pytest.approx(4 + 2)
    both = [withdraw(ledger, Target("import", done.event), DSI).withdrawal for done in (second, first)]
    bring(tmp_path, total[1])
    bring_back(ledger, both[0], DSI)
    assert kwh(tmp_path) == pytest.approx(4 + 2), "imported again, the second keeps its 2 itself"


def test_an_import_that_keeps_its_own_rows_is_brought_back_alone(tmp_path: Path) -> None:
    """Imported when the 2 kWh of the first were withdrawn, it keeps them itself: 4 + 2, undone and brought back."""
    bring(tmp_path, text(snapshot("a", 1, 60, 1), snapshot("b", 2, 60, 2)))
    ledger = Ledger(tmp_path)
    withdraw(ledger, Target("import", ledger.imports.latest(1)[0].event), DSI)
    bring(tmp_path, text(snapshot("a", 1, 60, 4), snapshot("b", 2, 60, 2)))
    gone = withdraw(ledger, Target("import", ledger.imports.latest(1)[0].event), DSI)
    bring_back(ledger, gone.withdrawal, DSI)
    assert kwh(tmp_path) == pytest.approx(4 + 2)


def test_a_file_by_hash_a_run_and_an_import_are_withdrawn_too(home: Path) -> None:
    ledger = Ledger(home)
    second = max(ledger.imports.read()[0], key=lambda done: done.order)
    for target, rows in (
        (Target("file", second.sources[0].sha[:12]), 2),
        (Target("run", "c"), 1),
        (Target("run", "c/essai"), 1),
        (Target("import", second.event[:8]), 2),
    ):
        taken = withdraw(ledger, target, DSI)
        assert taken.as_dict()["rows"] == rows
        assert kwh(home) == pytest.approx({1: 11, 2: 3}[rows])
        bring_back(ledger, taken.withdrawal, DSI)
    assert kwh(home) == pytest.approx(15)


def test_saying_what_would_leave_writes_nothing(home: Path) -> None:
    names = Ledger(home).names()
    assert withdrawal_effect(Ledger(home), Target("file", "essai.csv")).as_dict() == {
        "target": "file:essai.csv",
        "withdrawal": "",
        "rows": 2,
        "superseded": 0,
        "refused": 1,
        "still": 0,
        "again": 0,
        "supersedes": 0,
        "replaces": 0,
        "held": 0,
        "held_by": [],
        "still_in": [],
        "also": {},
        "services": {"essai": 2},
        "files": ["essai.csv"],
    }
    assert Ledger(home).names() == names and Ledger(home).withdrawals.read() == ([], [])


def test_a_withdrawn_file_imported_again_stays_withdrawn_whatever_its_name(home: Path) -> None:
    withdraw(Ledger(home), Target("file", "essai.csv"), DSI)
    for name in ("essai.csv", "copie.csv"):
        account = bring(home, WRONG, name=name)
        assert (account.read, account.duplicates) == (3, 3)
    assert kwh(home) == pytest.approx(3)


def test_a_corrected_file_counts_with_the_rows_that_it_kept(home: Path) -> None:
    """The wrong file had one row too many: without it, the row that stays counts, though its content was withdrawn."""
    withdraw(Ledger(home), Target("file", "essai.csv"), DSI)
    account = bring(home, text(snapshot("c", 3, 60, 4)), name="essai.csv")
    assert (account.accepted, account.duplicates) == (1, 0)
    assert kwh(home) == pytest.approx(1 + 2 + 4)
    assert reconcile(Ledger(home)) == Reconciliation(3, 6, 3, 0, 0, 1, 2, 0, 0)
    assert bring(home, text(snapshot("c", 3, 60, 4)), name="essai.csv").duplicates == 1


def test_a_file_read_in_the_wrong_time_zone_is_withdrawn_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "emissions.csv"
    path.write_text(GOOD)
    ledger = Ledger(tmp_path / "home")
    import_paths(ledger, [path], context("Asia/Tokyo"))
    withdraw(ledger, Target("file", "emissions.csv"), DSI)
    assert import_paths(ledger, [path], context()).account.accepted == 2
    assert import_paths(ledger, [path], context()).account.duplicates == 2
    assert kwh(tmp_path / "home") == pytest.approx(3)


def test_files_of_one_name_that_share_no_row_are_withdrawn_one_by_one(tmp_path: Path) -> None:
    """codecarbon names every file emissions.csv: two of two folders, 1 and 2 rows. By the name, none is taken, and each
    fingerprint is told; by it, its rows alone. Two versions of one file, which share a row, go together."""
    home = tmp_path
    bring(home, text(snapshot("a", 1, 60, 1)), name="emissions.csv")
    bring(home, text(snapshot("b", 1, 60, 2), snapshot("c", 2, 60, 4)), name="emissions.csv")
    shas = sorted({source.sha for done in Ledger(home).imports.read()[0] for source in done.sources})
    with refuses("several_files_named", match="2 different files") as refused:
        withdraw(Ledger(home), Target("file", "emissions.csv"), DSI)
    assert all(sha[:12] in refused.value.message("fr") for sha in shas) and kwh(home) == pytest.approx(1 + 2 + 4)
    left = {sha: withdrawal_effect(Ledger(home), Target("file", sha[:12])).as_dict() for sha in shas}
    assert sorted(effect["rows"] for effect in left.values()) == [1, 2]
    assert all(sha[:12] in sobria(home, "ledger", "history").stdout for sha in shas)
    bring(home, text(snapshot("a", 1, 60, 1), snapshot("d", 3, 60, 8)), name="emissions.csv")
    assert withdraw(Ledger(home), Target("file", "emissions.csv"), DSI).as_dict()["rows"] == 4


def test_nothing_unknown_or_unsigned_is_withdrawn(home: Path) -> None:
    ledger = Ledger(home)
    with refuses("nothing_to_withdraw", match=r"absent\.csv"):
        withdraw(ledger, Target("file", "absent.csv"), DSI)
    for given_id in ("", "0", "00000000"):
        with refuses("ledger_id_unknown"):
            withdraw(ledger, Target("import", given_id), DSI)
        with refuses("ledger_id_unknown"):
            bring_back(ledger, given_id, DSI)
    with pytest.raises(FieldsRefused):
        author("", "")
    withdraw(ledger, Target("file", "essai.csv"), DSI)
    with refuses("nothing_to_withdraw"):
        withdraw(ledger, Target("file", "essai.csv"), DSI)


@examples(6, 100)
@given(st.lists(st.tuples(st.sampled_from(["import", "withdraw", "undo"]), st.integers(0, 2)), max_size=8))
def test_any_order_of_imports_and_withdrawals_balances(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    """Three files share a run; after any steps the account balances, and undoing all gives all back."""
    home = tmp_path_factory.mktemp("home")
    ledger = Ledger(home)
    contents = [
        text(snapshot("a", 1, 60, 1), *(snapshot(f"r{n}", 2, 60, n) for n in range(1, k + 2))) for k in range(3)
    ]
    for what, n in steps:
        if what == "import":
            bring(home, contents[n], name=f"{n}.csv")
        elif what == "withdraw":
            try:
                withdraw(ledger, Target("file", f"{n}.csv"), DSI)
            except SobriaError:
                continue
        elif held := ledger.in_force():
            bring_back(ledger, held[n % len(held)].event, DSI)
        found = reconcile(ledger)
        assert found.faults == () and found.duplicates >= 0
    read = {n for what, n in steps if what == "import"}
    for held in ledger.in_force():
        bring_back(ledger, held.event, DSI)
    assert reconcile(ledger).accepted == (2 + max(read) if read else 0)


def test_a_row_that_another_file_also_states_stays(home: Path) -> None:
    """essai.csv holds c and d; suite.csv then c again and e: without the first, 1 + 2 + 4 + 16 kWh are left, and what
    both state counts once while both are there."""
    suite = text(snapshot("c", 3, 60, 4), snapshot("e", 5, 60, 16))
    assert bring(home, suite, name="suite.csv").duplicates == 1
    assert kwh(home) == pytest.approx(1 + 2 + 4 + 8 + 16)
    taken = withdraw(Ledger(home), Target("file", "essai.csv"), DSI)
    assert kwh(home) == pytest.approx(1 + 2 + 4 + 16)
    assert bring(home, suite, name="suite.csv").duplicates == 2
    bring_back(Ledger(home), taken.withdrawal, DSI)
    withdraw(Ledger(home), Target("file", "suite.csv"), DSI)
    assert kwh(home) == pytest.approx(1 + 2 + 4 + 8)
    assert reconcile(Ledger(home)).faults == ()


def test_a_version_of_a_file_that_shares_rows_is_withdrawn_by_name(home: Path) -> None:
    """Versions of one file, which grows, are written once: the first alone cannot leave."""
    [first] = [s.sha for done in Ledger(home).imports.read()[0] for s in done.sources if s.name == "essai.csv"]
    bring(home, WRONG.rstrip() + "\n" + text(snapshot("e", 5, 60, 16)).split("\n", 1)[1], name="essai.csv")
    assert len(row_ids(Ledger(home), "activities")) == 5
    for asked in (("--file", first[:12]), ("--dry-run", "--file", first[:12])):
        said = sobria(home, "ledger", "withdraw", *asked, "--who", "DSI", "--why", "essai", code=1).stderr
        assert "autre version de essai.csv" in said and "--file essai.csv" in said
    assert kwh(home) == pytest.approx(1 + 2 + 4 + 8 + 16)
    withdraw(Ledger(home), Target("file", "essai.csv"), DSI)
    assert kwh(home) == pytest.approx(1 + 2)


FILES = st.lists(
    st.tuples(st.sampled_from(["a.csv", "b.csv", "c.csv"]), st.sets(st.integers(0, 5), min_size=1)),
    min_size=2,
    max_size=5,
)


@examples(5, 100)
@given(FILES, st.sampled_from(["a.csv", "b.csv", "c.csv"]))
def test_a_withdrawal_leaves_what_the_other_files_alone_give(
    tmp_path_factory: pytest.TempPathFactory, files: list[tuple[str, set[int]]], gone: str
) -> None:
    """Files share snapshots of two runs, a refused row and a run, and come back longer, shorter or the same; the same
    content under two names is one file."""
    rows = [snapshot("run", 1, 60, 1), snapshot("run", 2, 120, 2), snapshot("other", 1, 60, 4), {"cpu_energy": -1}]
    rows += [snapshot("run", 3, 30, 0.5), snapshot("alone", 9, 60, 8)]
    both, others = (tmp_path_factory.mktemp(name) for name in ("both", "others"))
    for name, held in files:
        content = text(snapshot(name, 30, 60, 16), *(rows[n] for n in sorted(held)))
        bring(both, content, name=name)
        if name != gone:
            bring(others, content, name=name)
    if gone in {name for name, _ in files}:
        withdraw(Ledger(both), Target("file", gone), DSI)
    assert counted(both) == counted(others) and reconcile(Ledger(both)).faults == ()


def counted(home: Path) -> tuple[Any, ...]:
    """Rows that count, with their file and line, and rows that wait."""
    current = [row for row in judged(Ledger(home)) if row["status"] == "current"]
    waiting = [(row.row_id, row.code, row.file_name) for row in still_quarantined(Ledger(home))]
    return sorted((row["row_id"], row["file_name"], row["line"], row["cpu_energy_kwh"]) for row in current), waiting


def test_the_command_withdraws_and_undoes(home: Path) -> None:
    dry = sobria(home, "ledger", "withdraw", "--file", "essai.csv", "--dry-run").stdout
    assert "Partiraient de tous les totaux : 2 lignes, et 1 ligne mise de côté" in dry and "essai.csv" in dry
    refused = sobria(home, "ledger", "withdraw", "--file", "essai.csv", code=1)
    assert "Traceback" not in refused.stderr and refused.stderr
    who = ("--who", "DSI", "--why", "fichier d'essai")
    taken = json.loads(sobria(home, "ledger", "withdraw", "--file", "essai.csv", *who, "--json").stdout)
    history = sobria(home, "ledger", "history").stdout
    assert f"retrait  {taken['withdrawal']}  file:essai.csv : 2 lignes, 1 mise de côté ; DSI" in history
    assert json.loads(sobria(home, "ledger", "verify", "--json").stdout)["withdrawn"] == 3
    assert json.loads(sobria(home, "totals", "--json").stdout)["coverage"]["runs"] == 2
    sobria(home, "ledger", "withdraw", "--undo", taken["withdrawal"][:8], *who)
    assert json.loads(sobria(home, "totals", "--json").stdout)["coverage"]["runs"] == 4
    assert "une seule chose" in sobria(home, "ledger", "withdraw", *who, code=1).stderr


@pytest.mark.parametrize("named", ["v2_8_cumulative.csv", "hash"])
@pytest.mark.parametrize("copied", [False, True])
def test_what_a_withdrawn_file_had_replaced_counts_again_unless_another_states_it(
    tmp_path: Path, named: str, copied: bool
) -> None:
    """Of four runs of a file, another one states one otherwise, and goes: four count again, unless a third one states
    it as the second did. Undone, all is as before."""
    home, good = tmp_path / "home", Path(__file__).parents[1] / "traces" / "good"
    (tmp_path / "third.csv").write_bytes((good / "v2_8_cumulative.csv").read_bytes() + b"\n")
    for path in (good / "v3_3.csv", good / "v2_8_cumulative.csv", *([tmp_path / "third.csv"] if copied else ())):
        sobria(home, "import", str(path))
    before = reconcile(Ledger(home))
    shas = {source.name: source.sha for done in Ledger(home).imports.read()[0] for source in done.sources}
    name = shas["v2_8_cumulative.csv"][:12] if named == "hash" else named
    taken = ("ledger", "withdraw", "--file", name, "--json", "--who", "DSI", "--why", "essai")
    dry = json.loads(sobria(home, *taken, "--dry-run").stdout)
    done = json.loads(sobria(home, *taken).stdout)
    assert (dry["again"], done["again"], done["rows"]) == ((0, 0, 0) if copied else (1, 1, 2))
    assert reconcile(Ledger(home)).accepted == (before.accepted if copied else 4)
    sobria(home, "ledger", "withdraw", "--undo", done["withdrawal"], "--who", "DSI", "--why", "essai")
    after = reconcile(Ledger(home))
    assert (after.accepted, after.superseded, after.faults) == (before.accepted, before.superseded, ())


def overwrite(part: Path, column: str) -> None:
    """Damage what a part holds of a column."""
    group = pq.ParquetFile(part).metadata.row_group(0)
    at = next(group.column(n) for n in range(group.num_columns) if group.column(n).path_in_schema == column)
    start, data = at.dictionary_page_offset or at.data_page_offset, bytearray(part.read_bytes())
    data[start : start + at.total_compressed_size] = b"\xff" * at.total_compressed_size
    part.chmod(0o644)
    part.write_bytes(data)


@pytest.mark.parametrize("kind", ["file", "import"])
def test_a_withdrawal_that_cannot_give_back_what_was_replaced_changes_nothing(tmp_path: Path, kind: str) -> None:
    """The part of what was replaced is overwritten where only its names of files stand: no total reads them."""
    ledger, good = Ledger(tmp_path / "home"), Path(__file__).parents[1] / "traces" / "good"
    for name in ("v3_3.csv", "v2_8_cumulative.csv"):
        import_paths(ledger, [good / name], context())
    (part,) = (ledger.folder / "withdrawn" / "activities").glob("part-*")
    overwrite(part, "file_name")
    last = next(i.event for i in ledger.imports.read()[0] if i.sources[0].name == "v2_8_cumulative.csv")
    target = Target("import", last) if kind == "import" else Target("file", "v2_8_cumulative.csv")
    written = ledger.withdrawals.place.names()
    for command in (withdrawal_effect, lambda held, what: withdraw(held, what, DSI)):
        with refuses("ledger_torn", part.name):
            command(ledger, target)
        assert ledger.withdrawals.place.names() == written


def test_a_withdrawal_that_is_not_undone_for_what_it_gave_back_changes_nothing(tmp_path: Path) -> None:
    """Undone, what came back would be withdrawn again, by a part that is damaged: no total could be read."""
    ledger, good = Ledger(tmp_path / "home"), Path(__file__).parents[1] / "traces" / "good"
    for name in ("v3_3.csv", "v2_8_cumulative.csv"):
        import_paths(ledger, [good / name], context())
    (part,) = (ledger.folder / "withdrawn" / "activities").glob("part-*")
    taken = withdraw(ledger, Target("file", "v2_8_cumulative.csv"), DSI).withdrawal
    written = ledger.withdrawals.place.names()
    overwrite(part, "cpu_energy_kwh")
    with refuses("ledger_torn", part.name):
        bring_back(ledger, taken, DSI)
    assert ledger.withdrawals.place.names() == written


def test_a_withdrawal_that_is_not_undone_for_a_damaged_part_changes_nothing(home: Path) -> None:
    """The part of the file that stands: what it counts of what comes back could not be said."""
    taken = withdraw(ledger := Ledger(home), Target("file", "essai.csv"), DSI).withdrawal
    written = ledger.withdrawals.place.names()
    part = next(part for part in ledger.activities.rglob("part-*") if "a" in pq.read_table(part)["run_id"].to_pylist())
    overwrite(part, "run_id")
    with refuses("ledger_torn", part.name):
        bring_back(ledger, taken, DSI)
    assert ledger.withdrawals.place.names() == written


def test_a_run_withdrawn_counts_no_more_however_a_file_had_stated_it_before(tmp_path: Path) -> None:
    """Of four runs of a file, another one states the first otherwise: three count without it, and its former statement
    is no other run."""
    home, good = tmp_path / "home", Path(__file__).parents[1] / "traces" / "good"
    for name in ("v3_3.csv", "v2_8_cumulative.csv"):
        sobria(home, "import", str(good / name))
    taken = ("ledger", "withdraw", "--json", "--who", "DSI", "--why", "essai", "--run")
    done = json.loads(sobria(home, *taken, "11111111-aaaa-4bbb-8ccc-000000000001").stdout)
    assert (done["again"], done["rows"], reconcile(Ledger(home)).accepted) == (0, 2, 3)


def test_services_and_files_past_the_first_twenty_are_counted(tmp_path: Path) -> None:
    """22 services, the first 20 of one row and the others of 2 and 1: 20 are named, and 2 others have 3 rows. 23 copies
    of this file: one is withdrawn, 20 are named, and 2 others have 23 rows each."""
    keys = [*(f"s{n:02}" for n in range(22)), "s20"]
    folder = tmp_path / "traces"
    folder.mkdir()
    for copy in range(23):
        (folder / f"c{copy:02}.csv").write_text(
            text(*(snapshot(f"r{n}", n + 1, 60, 1) | {"project_name": key} for n, key in enumerate(keys))), "utf-8"
        )
    import_paths(Ledger(tmp_path / "home"), [folder], context())
    line, by = ("ledger", "withdraw", "--file", "c22.csv"), ("--who", "DSI", "--why", "essai")
    told = [sobria(tmp_path / "home", *line, *more).stdout for more in (("--dry-run",), by)]
    (gone,) = Ledger(tmp_path / "home").in_force()
    told.append(sobria(tmp_path / "home", *line[:2], "--undo", gone.event, *by, lang="en").stdout)
    services = (*["(et 2 autres services : 3 lignes)"] * 2, "(and 2 other services: 3 rows)")
    for said, more in zip(map(spaced, told), services, strict=True):
        assert more in said and "s19" in said and "s20" not in said
    for said in map(spaced, told[:2]):
        assert "(et de 2 autres fichiers : 46 lignes)" in said and "c19.csv" in said and "c20.csv" not in said
