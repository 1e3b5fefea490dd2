"""A build reads what is kept of settled parts, and the rows of the others: it says what all rows say. The long walk is
`python -m scripts.walk_rollups`; here, one step of each kind."""

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.builds import part_names, row_status, settled_parts
from estimator.builds.build import build
from estimator.builds.part_names import MOST, Names, NamesDamaged, as_bytes, shared_by
from estimator.builds.rollups import Rollups
from estimator.catalogue.load import load
from estimator.core import parquet_files
from estimator.core.duckdb_engine import DuckDB
from estimator.core.kept_files import KeptFiles
from estimator.ledger import Ledger
from estimator.results.making import build as make_results
from estimator.results.reading import Results
from scripts.walk_rollups import HomeWalk, compare, said, said_in_full
from tests.support import activity, append, sobria

NUMBERS = st.lists(st.one_of(st.integers(0, 40), st.sampled_from([2**63, MOST - 1, MOST])), max_size=30)


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every part is large, and may have most of its rows set aside."""
    monkeypatch.setattr(row_status, "LARGE", 0)
    monkeypatch.setattr(settled_parts, "MOST_ASIDE", 0.9)
    yield


def kept(home: Path) -> int:
    """How many parts the build of a home did not read."""
    return int(DuckDB.read(build(home).path).rows("SELECT COUNT(*) AS n FROM kept_energy")[0]["n"])


@pytest.mark.usefixtures("settled")
def test_what_is_kept_of_parts_says_what_their_rows_say_after_each_kind_of_step(tmp_path: Path) -> None:
    walk, held = HomeWalk(tmp_path, 3), 0
    for steps in (
        (walk.append, walk.append, walk.append),
        (walk.repeat, walk.place, walk.withdraw, walk.refuse),
        (walk.compact, walk.append, walk.damage, walk.undo, walk.other_factors),
    ):
        for step in steps:
            step()
        made = build(tmp_path, walk.catalogue).path
        compare(str([step.__name__ for step in steps]), said(DuckDB.read(made)), said_in_full(tmp_path, walk.catalogue))
        held += int(DuckDB.read(made).rows("SELECT COUNT(*) AS n FROM kept_energy")[0]["n"])
    assert held > 0


@pytest.mark.usefixtures("settled")
def test_a_row_more_and_other_factors_read_no_settled_part_again(tmp_path: Path) -> None:
    """Two parts, read once; a third, then a factor that is met after the sums. A rule of places of one service has the
    part of it read again, alone; so has a second name of a row of it."""
    ledger = Ledger(tmp_path)
    for month in ("01", "02"):
        append(ledger, [activity(f"2026-{month}-03T10:00:00", service_key=month) for _ in range(4)])
    assert kept(tmp_path) == 0
    append(ledger, [again := activity("2026-03-03T10:00:00")])
    assert kept(tmp_path) == 2
    other = load().with_factors(load().factors[:-1])
    assert DuckDB.read(build(tmp_path, other).path).rows("SELECT COUNT(*) AS n FROM kept_energy") == [{"n": 3}]
    sobria(tmp_path, "places", "add", "--service", "01", "--zone", "DEU", "--who", "DSI", "--why", "essai")
    assert kept(tmp_path) == 2
    append(ledger, [again.model_copy(update={"file_name": "other.csv", "file_sha": "1"})])
    assert kept(tmp_path) == 2


def test_a_few_rows_beside_settled_parts_leave_views_of_all_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The build of 3 rows beside 2 parts of 60 reads these alone; its views are then of the 123."""
    monkeypatch.setattr(row_status, "LARGE", 5_000)
    tokens = {"model": "alibaba/qwen3-8b", "output_tokens": 300.0, "cpu_energy_kwh": None, "cpu_mode": "mode/none"}
    kinds: list[dict[str, object]] = [{}, tokens, {"cpu_energy_kwh": None}]
    for month in ("01", "02"):
        append(Ledger(tmp_path), [activity(f"2026-{month}-03T10:00:00", **kinds[n % 3]) for n in range(60)])
    build(tmp_path)
    append(Ledger(tmp_path), [activity("2026-03-03T10:00:00", **told) for told in kinds])
    made = DuckDB.read(build(tmp_path).path)
    assert kept(tmp_path) == 2
    compare("", said(made), said_in_full(tmp_path, load()))
    for view in ("runs", "settled", "slices", "run_energy"):
        assert made.rows(f"SELECT COUNT(DISTINCT row_id) AS n FROM {view}") == [{"n": 123}], view
    assert made.rows("SELECT fsum(cpu_energy_kwh) AS kwh FROM runs") == [{"kwh": 41.0}]  # 20 + 20 + 1 of 1 kWh


@pytest.mark.usefixtures("settled")
def test_a_way_of_serving_whose_concurrency_no_row_states_is_told_as_of_all_rows(tmp_path: Path) -> None:
    """It is in no class; what its class would stand for is told all the same, whatever was read."""
    told = {"model": "alibaba/qwen3-8b", "output_tokens": 300.0, "cpu_energy_kwh": None, "cpu_mode": "mode/none"}
    append(Ledger(tmp_path), [activity(**told) for _ in range(2)])
    compare("", said(DuckDB.read(build(tmp_path).path)), said_in_full(tmp_path, load()))


@pytest.mark.usefixtures("settled")
def test_what_is_to_mend_of_settled_parts_is_told_without_any_of_their_runs(tmp_path: Path) -> None:
    """Of 3 runs of a part, without a country, 2 read 1 kWh: 2 are to mend here. The third, of unknown electricity, is
    to check in its file, as one of the 2: 1 + 1 = 2 of the file. All is told of sums once the part is gone."""
    unread = {"cpu_energy_kwh": None, "cpu_mode": "mode/none", "other_mode": "mode/not_declared"}
    nowhere, zero = {"zone": None, "checks": ("no_country",)}, {"checks": ("no_country", "zero_energy")}
    told = [nowhere, nowhere | zero, nowhere | zero | unread]
    append(Ledger(tmp_path), [activity(f"2026-01-0{n}T10:00:00", **of) for n, of in enumerate(told, 1)])
    found = Results(make_results(tmp_path).path)
    assert found.mends()[:2] == (2, 2) and found.totals().coverage.to_check == 3
    assert [(entry["runs"], entry["placed"]) for entry in found.to_mend()] == [(2, {"no_country": 2})]

    def told_of(made: Results) -> tuple[object, ...]:
        mends = made.mends(), made.to_mend(), made.to_mend(in_file=True)
        return made.totals(), mends, made.checks(), made.checks("test"), made.impossible

    before = told_of(found)
    for part in found.path.with_suffix(".parts").glob("part-*"):
        part.unlink()
    assert told_of(Results(found.path)) == before


@pytest.mark.usefixtures("settled")
def test_a_row_that_has_nothing_left_to_look_at_is_not_kept(tmp_path: Path) -> None:
    """Of four rows whose file names no host, those of the service whose place a rule tells have nothing more."""
    told = [
        activity(f"2026-01-0{n}T10:00:00", service_key="ab"[n % 2], host=None, checks=("no_host",)) for n in range(1, 5)
    ]
    append(Ledger(tmp_path), told)
    sobria(tmp_path, "places", "add", "--service", "a", "--host", "class/server-room", "--who", "DSI", "--why", "essai")
    build(tmp_path)
    files = (tmp_path / "builds" / settled_parts.FOLDER).glob("*checks*")
    kept_of = [row for file in files for row in parquet_files.read_part(file).to_pylist()]
    assert [(row["service_key"], row["codes"]) for row in kept_of] == [("b", ["no_host"])] * 2


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize(
    ("told", "read"),
    [
        ({}, 0),
        ({"host": None, "checks": ("no_host",)}, 1),
        ({"cpu_energy_kwh": 1e6, "reader": "codecarbon", "run_id": "d"}, 1),
        ({"service_key": "codecarbon", "reader": "codecarbon", "run_id": "d"}, 1),
        ({"device": "gpu/l4", "device_count": None, "device_hours": None}, 1),
    ],
)
def test_a_part_is_read_again_for_what_to_look_at_where_a_row_of_it_has_something(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: dict[str, object], read: int
) -> None:
    """As its rows were judged when they were summed: a check of their file, a fault, a project or cards unnamed."""
    seen, keep_checks = list[object](), Rollups.keep_checks

    def counted(self: Rollups, some: Collection[str], sql: str) -> None:
        seen.extend(some)
        keep_checks(self, some, sql)

    monkeypatch.setattr(Rollups, "keep_checks", counted)
    append(Ledger(tmp_path), [activity(), activity(**told)])
    compare("", said(DuckDB.read(build(tmp_path).path)), said_in_full(tmp_path, load()))
    assert len(seen) == read


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("counted", [1, 10_000])
def test_the_columns_that_a_part_states_are_said_by_the_end_of_its_file_or_by_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, counted: int
) -> None:
    """One row of two states requests, none states images. From `counted` rows, the end of a file says it."""
    monkeypatch.setattr(parquet_files, "COUNTED", counted)
    append(Ledger(tmp_path), [activity(requests=2.0), activity(requests=None)])
    build(tmp_path)
    (kept_facts,) = (tmp_path / "builds" / settled_parts.FOLDER).glob("*.facts.*")
    (facts,) = json.loads(kept_facts.read_bytes()).values()
    assert (facts["rows"], "requests" in facts["stated"], "images" in facts["stated"]) == (2, True, False)


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(
    ("first", "last"), [(("r", "b"), ("r", "b")), (("r", "b/c"), ("r/b", "c")), (("r/b", "c"), ("r", "b/c"))]
)
def test_snapshots_of_one_run_are_judged_together_by_the_names_of_their_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: tuple[str, str], last: tuple[str, str], together: bool
) -> None:
    """Of one part or of two; whatever of the name of a run is of its service."""
    monkeypatch.setattr(parquet_files, "COUNTED", 1)
    rows = [
        activity(
            f"2026-01-03T1{hour}:00:00",
            **{"reader": "codecarbon", "cumulative": True, "run_id": run, "run_key": f"{run}/{service}"},
            **{"service_key": service, "duration_s": 60.0 * (hour + 1), "cpu_energy_kwh": 0.1 * (hour + 1)},
        )
        for hour, (run, service) in enumerate((first, last, *((f"r{n}", "b") for n in range(2, 6))))
    ]
    for some in [rows] if together else [[row, *rows[2 + 2 * n : 4 + 2 * n]] for n, row in enumerate(rows[:2])]:
        append(Ledger(tmp_path), some)
    engine = DuckDB.read(build(tmp_path).path)
    found = engine.rows("SELECT row_id FROM row_status WHERE status = 'superseded'")
    assert [row["row_id"] for row in found] == [rows[0].row_id]
    compare("", said(engine), said_in_full(tmp_path, load()))


@pytest.mark.usefixtures("settled")
def test_a_row_of_unknown_electricity_is_not_summed_with_one_that_read_zero(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both state the same of all the rest, as the end of their file tells."""
    monkeypatch.setattr(parquet_files, "COUNTED", 1)
    append(Ledger(tmp_path), [activity(cpu_energy_kwh=kwh) for kwh in (0.0, 0.0, None)])
    engine = DuckDB.read(build(tmp_path).path)
    compare("", said(engine), said_in_full(tmp_path, load()))
    assert engine.rows("SELECT COUNT(*) AS n FROM unknown_energy") == [{"n": 1}]


def test_all_is_read_again_when_asked_and_a_difference_is_said(tmp_path: Path) -> None:
    append(Ledger(tmp_path), [activity()])
    sobria(tmp_path, "build")
    assert "étaient justes, à 1e-12 près" in sobria(tmp_path, "build", "--full").stdout
    with patch("estimator.builds.build.ROUNDING", -1.0):
        assert "n'étaient pas les mêmes" in sobria(tmp_path, "build", "--full").stdout


@settings(max_examples=100, deadline=None)
@given(parts=st.lists(NUMBERS, max_size=4), others=NUMBERS, sought=NUMBERS, known=st.integers(0, 4))
def test_names_that_two_rows_share_are_found_whatever_is_known_of_the_parts(
    tmp_path_factory: pytest.TempPathFactory, parts: list[list[int]], others: list[int], sought: list[int], known: int
) -> None:
    """Against a count of all names. Of the first parts, those that two share, or that were sought, were found before:
    they stay, though nothing else may have them any more."""
    folder = tmp_path_factory.mktemp("names")
    early = [name for names in parts[:known] for name in set(names)]
    before = {
        str(n): sorted({x for x in parts[n] if x in sought or early.count(x) > 1}) for n in range(known)[: len(parts)]
    }
    with patch.object(part_names, "BLOCK", 4), patch.object(part_names, "MANY", 20):
        files = {}
        for place, names in enumerate(parts):
            (folder / str(place)).write_bytes(b"".join(as_bytes(np.array(sorted(names), np.uint64))))
            files[str(place)] = Names(folder / str(place))
        found = shared_by(files, before, *(np.array(sorted(n), np.uint64) for n in (others, sought)))
    together = [name for names in (*parts, others) for name in names]
    for place, names in enumerate(parts):
        told = {*before.get(str(place), ())} if place < known else set[int]()
        # Twice in a part alone, as tasks name it: it was told by the pass that found this part.
        twice = {name for name in names if together.count(name) > (parts[place].count(name) if place < known else 1)}
        assert found[str(place)] == sorted(told | twice)


def test_a_damaged_file_of_names_is_refused_wherever_it_is_damaged(tmp_path: Path) -> None:
    whole = b"".join(as_bytes(np.arange(5, dtype=np.uint64) << np.uint64(40)))
    for place in range(len(whole)):
        content = bytearray(whole)
        content[place] ^= 1
        (tmp_path / "names").write_bytes(content)
        with pytest.raises(NamesDamaged):
            Names(tmp_path / "names").between(0, MOST)


def test_what_is_kept_is_found_by_what_it_was_made_of_and_only_whole(tmp_path: Path) -> None:
    files = KeptFiles(tmp_path)
    path = files.put("part", "sums", b"1 2 3")
    assert KeptFiles(tmp_path).data("part", "sums") == b"1 2 3" and KeptFiles(tmp_path).data("part", "other") is None
    path.write_bytes(b"1 2 4")
    later = KeptFiles(tmp_path)
    assert later.data("part", "sums") is None and later.whole("part", "sums") is None
    later.put("part", "sums", b"1 2 3")
    (tmp_path / ".left.tmp").write_bytes(b"1")
    (tmp_path / "gone.sums.0").write_bytes(b"1")
    later.prune()
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
