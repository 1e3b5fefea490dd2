"""Full disks and damaged bytes: nothing half-written is published, what is derived is made again, the rest is told."""

import errno
import resource
import signal
from pathlib import Path
from typing import Any

import pytest

from estimator.builds.build import build as make_build
from estimator.builds.build_file import FORMAT
from estimator.builds.build_identity import digest
from estimator.builds.current import CURRENT, NOTED, current, point_to
from estimator.core.duckdb_engine import DuckDB, FileDamaged
from estimator.ledger import Ledger
from estimator.ledger.append import Append
from estimator.ledger.read_result import ReadResult
from estimator.results import reading
from estimator.results.file import results_path
from estimator.results.making import build
from estimator.results.reading import Results, open_current
from tests.home import copied
from tests.support import FileRead, activity, append, refuses, sobria


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """30 rows, not built yet."""
    append(Ledger(tmp_path), [activity() for _ in range(30)])
    return tmp_path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """30 rows and their build, and what is printed of it."""
    home = tmp_path_factory.mktemp("whole")
    append(Ledger(home), [activity() for _ in range(30)])
    return home, sobria(home, "totals").stdout


@pytest.fixture
def built(whole: tuple[Path, str], tmp_path: Path) -> Path:
    """A copy of them, to damage."""
    return copied(whole[0], tmp_path)


def flip(path: Path, place: int) -> None:
    """Turn every bit of one byte."""
    data = bytearray(path.read_bytes())
    data[place] ^= 0xFF
    path.write_bytes(data)


@pytest.mark.parametrize("kept", [0, 5_000, 40_000])
def test_a_cut_build_is_made_again(built: Path, kept: int) -> None:
    made = current(built)
    assert made is not None
    made.write_bytes(made.read_bytes()[:kept])
    assert "déjà" not in sobria(built, "build").stdout
    assert "30 exécutions" in sobria(built, "totals").stdout


@pytest.mark.parametrize("data", [b"\xff\xfe\x00bad", b"\x00" * 4, b"", b"sobria", b"\x00\n"])
@pytest.mark.parametrize("name", [CURRENT, NOTED])
def test_a_damaged_pointer_is_written_again_without_a_word(
    whole: tuple[Path, str], built: Path, name: str, data: bytes
) -> None:
    """What names the build, or the tables that it took, is no text, or zeros, or cut: 0 word of it on the error output,
    the totals of 30 rows, and both files as they were."""
    file = built / "builds" / name
    before = file.read_bytes()
    for command in (["totals"], ["build"], ["explain"]):
        file.write_bytes(data)
        said = sobria(built, *command)
        assert said.stderr == "" and file.read_bytes() == before
        assert command != ["totals"] or said.stdout == whole[1]


@pytest.fixture
def older(built: Path) -> Path:
    """A home whose published build was made before its checks said what mends them, nor of which format it is."""
    made = current(built)
    assert made is not None
    old = made.with_name("sobria-0000000000000000.duckdb")
    made.rename(old)
    engine = DuckDB.create(old)
    engine.run("ALTER TABLE run_checks DROP mended_by")
    engine.run(
        "UPDATE meta SET value = '0000000000000000' WHERE name = 'build'; DELETE FROM meta WHERE name = 'format'"
    )
    engine.close()
    point_to(old.parent, old)
    return built


def test_a_build_of_another_format_is_made_again_when_it_is_opened(older: Path) -> None:
    opened = open_current(older)
    assert opened is not None and opened.meta["format"] == FORMAT and opened.id != "0" * 16
    assert all(check["mended_by"] is None for check in opened.checks())
    assert opened.totals().coverage.runs == 30
    assert current(older) == opened.path


def test_a_build_of_another_format_is_refused_where_nothing_can_be_written(
    older: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unwritable(home: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(home))

    monkeypatch.setattr(reading, "build", unwritable)
    with refuses("build_of_another_version") as refused:
        open_current(older)
    for lang in ("fr", "en"):
        assert "sobria build" in refused.value.message(lang) and str(older) in refused.value.message(lang)


def test_the_format_of_builds_is_raised_with_their_columns(built: Path) -> None:
    """Where this fails, a table of builds changed: raise FORMAT in build_file.py, then write both here."""
    made = current(built)
    assert made is not None
    columns = DuckDB.read(made).rows(
        "SELECT table_name AS name, column_name AS col, data_type AS type FROM information_schema.columns ORDER BY ALL"
    )
    assert (FORMAT, digest([" ".join(row.values()) for row in columns])) == ("25", "3e71d4fb022a6a4e")


@pytest.mark.parametrize("place", [20, 500, -10])
def test_damaged_results_are_made_again(whole: tuple[Path, str], built: Path, place: int) -> None:
    made = build(built)
    assert not made.fresh
    flip(results_path(made.path), place)
    assert sobria(built, "totals").stdout == whole[1]
    assert not build(built).fresh


def test_a_disk_without_room_publishes_nothing_and_says_so(home: Path) -> None:
    """Files of at most 60 kB: a build has several hundred."""
    limits, told = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, limits[1]))
    try:
        said = [sobria(home, "totals", code=1, lang=lang).stderr for lang in ("fr", "en")]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, told)
    assert said[0].startswith("Le disque est plein") and said[1].startswith("The disk is full")
    assert current(home) is None and not list((home / "builds").glob("*.duckdb*"))
    assert "30 exécutions" in sobria(home, "totals").stdout


def test_a_draft_that_lost_its_last_table_is_not_published(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("estimator.builds.build._audit", lambda engine: DuckDB.run(engine, "DROP TABLE meta"))
    with pytest.raises(FileDamaged):
        make_build(home)
    assert current(home) is None


@pytest.mark.parametrize(("first", "last"), [(0.02, 0.1), (0.1, 0.6)])
def test_damaged_bytes_of_a_part_name_the_part(home: Path, first: float, last: float) -> None:
    """Pages and their headers, the two ends of the file being whole: the sentence is that of a cut file."""
    (part,) = home.glob("ledger/activities/month=2026*/part-*.parquet")
    size = part.stat().st_size
    for place in range(int(first * size), int(last * size)):
        flip(part, place)
    said = sobria(home, "totals", code=1).stderr
    assert part.name in said and "sobria ledger verify" in said


def test_an_import_that_did_not_end_is_named_until_it_is_imported_again(home: Path) -> None:
    """Killed between its rows and its acknowledgment: the rows count, and their file is named everywhere."""
    rows = [activity(file_name="coupe.csv", file_sha="c")]
    posting = Append(Ledger(home))
    posting.take(FileRead("coupe.csv", "c"), [ReadResult(rows, [], 1)])
    posting.flush()
    asked = (("totals",), ("ledger", "history"), ("ledger", "verify"))
    for command in asked:
        assert "Import inachevé de coupe.csv : importez-le de nouveau" in sobria(home, *command).stdout
        with Ledger(home).importing():  # this one, or another
            assert "Import en cours, ou inachevé, de coupe.csv" in sobria(home, *command).stdout
    assert "31 exécutions" in sobria(home, "totals").stdout
    append(Ledger(home), rows)
    for command in asked:
        assert "inachevé" not in sobria(home, *command).stdout
    assert "31 exécutions" in sobria(home, "totals").stdout


def test_a_part_that_no_import_recorded_is_read_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page asks at each redraw: its bytes are hashed the first time alone."""
    posting = Append(ledger := Ledger(home))
    posting.take(FileRead("coupe.csv", "c"), [ReadResult([activity(file_name="coupe.csv", file_sha="c")], [], 1)])
    posting.flush()
    hashed: list[str] = []
    whole = Ledger.is_whole
    monkeypatch.setattr(Ledger, "is_whole", lambda self, name: hashed.append(name) or whole(self, name))
    assert [ledger.unfinished() for _ in range(3)] == [["coupe.csv"]] * 3 and len(hashed) == 1


def test_the_figure_of_one_run_among_several_is_the_worst(home: Path) -> None:
    """1 kWh each, said to emit 6, 8 and 9 t: no electricity does, so that no zone is said to be wrong too."""
    append(Ledger(home), [activity(reported_gwp_kg=kg) for kg in (6_000.0, 9_000.0)])
    append(Ledger(home), [activity(reported_gwp_kg=8_000.0, reader="codecarbon")])
    (check,) = [c for c in build_checks(home) if c["code"] in ("any_grid", "grid_of_zone")]
    assert check["count"] == 3 and check["fr"].startswith("Au pire, les émissions")
    assert check["en"].startswith("At worst, ") and "9" in check["fr"]


def test_a_doubt_on_a_figure_that_no_total_reads_is_a_remark(home: Path) -> None:
    """1 kWh in France said to emit 417 g is told; 6 t doubts the kWh too, so that run is to be looked at."""
    before = Results(build(home).path).totals().coverage.to_check
    append(Ledger(home), [activity(reported_gwp_kg=0.417, reader="codecarbon"), activity(reported_gwp_kg=6_000.0)])
    results = Results(build(home).path)
    assert {"grid_of_zone", "any_grid"} <= {check["code"] for check in results.checks()}
    assert results.totals().coverage.to_check == before + 1


def build_checks(home: Path) -> list[dict[str, Any]]:
    return Results(build(home).path).checks()


def test_unreadable_settings_are_refused_as_the_format_file_is(home: Path) -> None:
    (home / "settings.toml").write_text("zone = [\n")
    said = sobria(home, "totals", code=1).stderr
    assert "Réglages illisibles" in said and "à la fin du fichier : une valeur était attendue" in said


def test_a_read_only_home_shows_its_totals_without_a_lock(
    whole: tuple[Path, str], built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def refused(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("estimator.builds.build.waited_lock", refused)
    monkeypatch.setattr("estimator.ledger.files.file_lock", refused)
    monkeypatch.setattr("estimator.core.atomic_files.publish", refused)
    assert sobria(built, "totals").stdout == whole[1]
