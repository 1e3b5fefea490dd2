"""The reader of codecarbon output, on small traces written by hand; the arithmetic stands in each test."""

import csv
import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.catalogue.input_faults import faults, of_one
from estimator.catalogue.load import load
from estimator.core.errors import LANGUAGES, SobriaError, say
from estimator.ingestion.importing import ImportReport, import_paths
from estimator.ingestion.reader import open_trace
from estimator.ingestion.readers import Trace, find_files, read_trace
from estimator.ingestion.sidecar import Sidecar, dump, sidecar_of_file
from estimator.ledger import Ledger
from estimator.ledger.rows import Activity
from tests.support import refuses
from tests.traces_support import COLUMNS, DEFAULTS, TRACES, context, energy, judged, one, read, read_file, text

GOOD, BAD = TRACES / "good", TRACES / "bad"
APPROX = 1e-12


def utc(text: str) -> int:
    """Microseconds since 1970 of a moment written in UTC [us]."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000_000)


def test_every_good_file_is_read_whole() -> None:
    for path in GOOD.rglob("*.csv"):
        rows, refused = read_file(path)
        assert rows and not refused, path.name


def test_a_schema_without_components_is_other_energy_of_unknown_method() -> None:
    rows, _ = read_file(GOOD / "v1_0.csv")
    assert [row.other_energy_kwh for row in rows] == [0.003, 0.004, 0.004]
    assert {(row.cpu_mode, row.gpu_mode, row.ram_mode, row.other_mode) for row in rows} == {
        ("mode/none", "mode/none", "mode/none", "mode/unknown")
    }
    assert [row.zone for row in rows] == ["FRA", None, None], "Quebec without coordinates may be codecarbon's default"
    assert len({row.row_id for row in rows}) == 3, "two identical rows of one file are two rows"


def test_components_keep_their_energy_and_the_method_of_their_version() -> None:
    row = read_file(GOOD / "v2_2.csv")[0][0]
    assert (row.cpu_energy_kwh, row.gpu_energy_kwh, row.ram_energy_kwh, row.other_energy_kwh) == (
        0.002,
        0.005,
        0.001,
        None,
    )
    modes = ("mode/constant", "mode/nvml", "mode/ram_per_gb_large", "mode/none")
    assert (row.cpu_mode, row.gpu_mode, row.ram_mode, row.other_mode) == modes
    assert row.gap == "gap/none"


def test_a_component_without_energy_nor_hardware_is_absent() -> None:
    row = read_file(GOOD / "v2_1.csv")[0][1]
    assert (row.gpu_mode, row.gpu_energy_kwh, row.device_count, row.device_hours) == ("mode/none", None, None, None)


def test_a_component_with_hardware_but_no_energy_was_not_metered() -> None:
    row = one(cpu_energy="0", gpu_energy="0.5", gpu_count="8", gpu_model="8 x NVIDIA GeForce RTX 3090")
    assert (row.cpu_energy_kwh, row.cpu_mode) == (None, "mode/unknown")
    assert "cpu_not_metered" in row.checks


def test_pue_is_undone_once() -> None:
    """2.5 Wh at PUE 1.25 are 2 Wh of equipment; an empty PUE is 1."""
    with_pue, without = read_file(GOOD / "v2_4_pue.csv")[0]
    assert with_pue.cpu_energy_kwh == pytest.approx(0.0025 / 1.25, rel=APPROX)
    assert energy(with_pue) == pytest.approx((0.0025 + 0.00625 + 0.00125) / 1.25, rel=APPROX)
    assert (with_pue.reported_pue, "pue_undone" in with_pue.checks) == (1.25, True)
    assert energy(without) == pytest.approx(0.008, rel=APPROX)
    total_only = one(cpu_energy="0", ram_energy="0", energy_consumed="0.5", pue="1.25")
    assert total_only.other_energy_kwh == pytest.approx(0.5 / 1.25, rel=APPROX)
    assert (without.reported_pue, "pue_undone" in without.checks) == (None, False)


@pytest.mark.parametrize(("pue", "odd"), [("0.5", True), ("1.2", False), ("4", False), ("4.1", True)])
def test_a_pue_that_cannot_be_is_undone_as_it_was_applied_and_shown(pue: str, odd: bool) -> None:
    row = one(pue=pue)
    assert energy(row) == pytest.approx(0.0015 / float(pue), rel=APPROX)
    assert ("pue_odd" in [found.code for found in faults(of_one(row.model_dump(), load()))]) is odd


def test_emissions_and_water_of_the_file_are_kept_beside_and_used_for_nothing() -> None:
    row = read_file(GOOD / "v3_0_8_reordered.csv")[0][0]
    assert (row.reported_gwp_kg, row.reported_water_l) == (0.001, 0.5)
    assert energy(row) == pytest.approx(0.003, rel=APPROX)
    first = read_file(GOOD / "v3_3.csv")[0][0]
    assert first.reported_water_l is None, "0 L with a WUE of 0 says that water was not configured"


def test_the_start_is_the_end_less_the_duration() -> None:
    """23:00 in Paris in November is 22:00 UTC; 100 s before, 21:58:20."""
    row = read_file(GOOD / "v3_3.csv")[0][0]
    assert (row.start_us, row.end_us) == (utc("2026-11-24T21:58:20"), utc("2026-11-24T22:00:00"))
    assert (row.time_basis, row.duration_s) == ("country", 100)


def test_a_run_across_two_months_has_both() -> None:
    row = one(timestamp="2026-03-01T00:30:00", duration="7200")
    assert (row.start_month, row.end_month) == (202602, 202602), "00:30 in Paris is 23:30 UTC of the day before"
    row = one(timestamp="2026-03-01T01:30:00", duration="7200")
    assert (row.start_month, row.end_month) == (202602, 202603)


@pytest.mark.parametrize(
    ("cells", "option", "hour", "basis"),
    [
        ({"timestamp": "2026-07-01T12:00:00+00:00"}, "Asia/Tokyo", 12, "offset"),
        ({"timestamp": "2026-07-01T12:00:00Z"}, None, 12, "offset"),
        ({"timestamp": "2026-07-01 12:00:00"}, "Asia/Tokyo", 3, "option"),
        ({"timestamp": "2026-07-01T12:00:00.250000"}, None, 10, "country"),
        ({"timestamp": "2026-07-01T12:00:00", "country_iso_code": "DZA"}, None, 11, "country"),
        ({"timestamp": "2026-07-01T12:00:00", "country_iso_code": "USA"}, None, 10, "home"),
        ({"timestamp": "2026-07-01T12:00:00", "country_iso_code": ""}, None, 10, "home"),
    ],
)
def test_what_a_wall_clock_means(cells: dict[str, str], option: str | None, hour: int, basis: str) -> None:
    rows, _ = read(text(cells), option_timezone=option)
    assert datetime.fromtimestamp(rows[0].end_us / 1e6, UTC).hour == hour
    assert rows[0].time_basis == basis


def test_changes_of_clock_are_read_by_one_rule() -> None:
    """2026-10-25 02:30 occurs twice in Paris: the first is 00:30 UTC. 2026-03-29 02:30 does not: 01:30 UTC."""
    assert one(timestamp="2026-10-25T02:30:00").end_us == utc("2026-10-25T00:30:00")
    assert one(timestamp="2026-03-29T02:30:00").end_us == utc("2026-03-29T01:30:00")


@pytest.mark.parametrize(
    ("cells", "zone", "check"),
    [
        ({"country_iso_code": "FR"}, "FRA", "alpha2_country"),
        ({"country_iso_code": "fra"}, "FRA", None),
        ({"country_iso_code": "", "country_name": "Germany"}, "DEU", None),
        ({"country_iso_code": "ZZZ"}, None, "unknown_country"),
        ({"country_iso_code": "ZZ"}, None, "unknown_country"),
        ({"country_iso_code": ""}, None, "no_country"),
        ({"country_iso_code": "WORLD"}, None, "unknown_country"),
    ],
)
def test_a_country_is_resolved_or_unknown_and_never_the_world(
    cells: dict[str, str], zone: str | None, check: str | None
) -> None:
    row = one(**cells)
    assert row.zone == zone
    assert {"alpha2_country", "unknown_country", "no_country"} & set(row.checks) == ({check} if check else set())


QUEBEC = {"country_iso_code": "CAN", "country_name": "Canada", "region": "quebec"}
WITH_REGION = [*COLUMNS, "region"]


@pytest.mark.parametrize(
    ("cells", "zone", "checks"),
    [
        ({"longitude": "-71.2", "latitude": "46.8"}, None, {"supposed_place"}),
        ({"longitude": "-71.20", "latitude": " 46.8 "}, None, {"supposed_place"}),
        ({"longitude": "-71.2", "latitude": "46.8", "region": "Quebec "}, None, {"supposed_place"}),
        ({"longitude": "-71.2", "latitude": "46.8", "country_iso_code": ""}, None, {"supposed_place"}),
        ({"longitude": "-73.5863", "latitude": "45.5312"}, "CAN-QC", set()),
        ({"longitude": "-71.2", "latitude": "46.8", "region": "ontario"}, "CAN-ON", set()),
        ({"longitude": "", "latitude": ""}, "CAN-QC", set()),
        ({"longitude": "4.8357", "latitude": "45.7640"}, "CAN-QC", {"place_elsewhere"}),
        ({"longitude": "0.0", "latitude": "0.0"}, "CAN-QC", set()),
    ],
)
def test_the_place_that_codecarbon_supposes_is_no_place(
    cells: dict[str, str], zone: str | None, checks: set[str]
) -> None:
    """external/geography.py: without a network, Canada, quebec, -71.2, 46.8. A tracker that was told its place writes
    no coordinates; one that found it writes its own."""
    ((row,), refused) = read(text(QUEBEC | cells, columns=WITH_REGION))
    assert (row.zone, refused) == (zone, [])
    assert {"supposed_place", "place_elsewhere", "no_country"} & set(row.checks) == checks
    assert row.row_id == read(text(QUEBEC | cells, columns=[*WITH_REGION[::-1]]))[0][0].row_id


def test_a_supposed_place_takes_the_clock_of_the_home_and_leaves_the_other_rows_alone() -> None:
    """10:00 in Paris in winter is 09:00 UTC; in Montreal it would be 15:00. One file, both kinds of rows."""
    supposed = QUEBEC | {"longitude": "-71.2", "latitude": "46.8"}
    true = QUEBEC | {"longitude": "-73.5863", "latitude": "45.5312", "run_id": "run-2"}
    rows, _ = read(text(supposed, true, columns=WITH_REGION))
    assert [(row.zone, row.end_us) for row in rows] == [
        (None, utc("2026-03-02T09:00:00")),
        ("CAN-QC", utc("2026-03-02T15:00:00")),
    ]
    assert not any("71.2" in row.model_dump_json() or "73.58" in row.model_dump_json() for row in rows)


def test_a_sidecar_says_where_a_supposed_place_was(tmp_path: Path) -> None:
    trace = tmp_path / "emissions.csv"
    trace.write_text(text(QUEBEC | {"longitude": "-71.2", "latitude": "46.8"}, columns=WITH_REGION))
    dump(Sidecar(zone="FRA"), sidecar_of_file(trace))
    ((row,), _) = read_file(trace)
    assert (row.zone, "supposed_place" in row.checks) == ("FRA", False)


def test_a_cloud_region_names_its_host() -> None:
    row = read_file(GOOD / "v3_3.csv")[0][3]
    assert (row.host, row.zone) == ("gcp/europe-west9", "FRA")
    assert "no_host" not in row.checks


def test_a_hosting_that_the_tables_lack_is_quoted_and_not_said_unstated() -> None:
    cloud = {"cloud_provider": "awz", "cloud_region": "eu-west-33"}
    (row,) = read(text({"cpu_model": "AMD EPYC 7543"} | cloud, columns=[*dict.fromkeys((*COLUMNS, *cloud))]))[0]
    assert (row.host, row.zone_as_read) == ("class/server-unknown", "FRA/awz:eu-west-33")
    assert "host_unread" in row.checks and "no_host" not in row.checks
    assert "no_host" in one(cpu_model="AMD EPYC 7543").checks


@pytest.mark.parametrize(
    ("cells", "machine", "host"),
    [
        ({"cpu_model": "11th Gen Intel(R) Core(TM) i7-1165G7 @ 2.80GHz"}, "machine/laptop", "class/desk"),
        ({"cpu_model": "Apple M2"}, "machine/laptop", "class/desk"),
        ({"cpu_model": "Apple M2 Ultra"}, "machine/workstation", "class/desk"),
        ({"cpu_model": "AMD Ryzen 7 5800X 8-Core Processor"}, "machine/desktop", "class/desk"),
        ({"cpu_model": "AMD Ryzen 7 5800U with Radeon Graphics"}, "machine/laptop", "class/desk"),
        ({"cpu_model": "Intel(R) Core(TM) i7-7700K CPU @ 4.20GHz"}, "machine/desktop", "class/desk"),
        ({"cpu_model": "Intel(R) Core(TM) Ultra 7 155H"}, "machine/laptop", "class/desk"),
        ({"cpu_model": "Intel(R) Xeon(R) w9-3495X"}, "machine/workstation", "class/desk"),
        ({"cpu_model": "Intel(R) Xeon(R) CPU E3-1270 v6 @ 3.80GHz"}, None, None),
        ({"cpu_model": "AMD EPYC 7543"}, "machine/rack-server", "class/server-unknown"),
        ({"gpu_model": "1 x NVIDIA A100-SXM4-80GB"}, "machine/ai-server", "class/server-unknown"),
        ({"gpu_model": "8 x NVIDIA GeForce RTX 3090"}, "machine/ai-server", "class/server-unknown"),
        (
            {"os": "Linux-5.15.0-1023-aws-x86_64-with-glibc2.17", "cpu_count": "96"},
            "machine/vm-cloud",
            "class/hyperscale",
        ),
        ({"cpu_model": "", "os": "Linux-6.1.0-x86_64"}, None, None),
    ],
)
def test_the_kind_of_computer_and_its_hosting_class(
    cells: dict[str, str], machine: str | None, host: str | None
) -> None:
    row = one(**cells)
    assert (row.machine, row.host) == (machine, host)
    assert ("no_host" in row.checks) is (host != "class/desk"), "no host is named: only a desk needs no data centre"


def test_graphics_inside_the_processor_are_no_device_of_their_own() -> None:
    row = one(cpu_model="Apple M1", gpu_count="1", gpu_model="Apple M1", gpu_energy="0.001")
    assert (row.device, row.device_count, row.device_hours, row.device_as_read) == (None, 0, None, "Apple M1")
    assert row.gpu_energy_kwh == 0.001


def test_hours_of_cards_and_of_the_machine() -> None:
    """100 s on 2 cards: 100 / 3600 machine hours, twice as many card hours."""
    row = read_file(GOOD / "v3_3.csv")[0][0]
    assert (row.device, row.device_count) == ("gpu/l4", 2)
    assert row.device_hours == pytest.approx(200 / 3600, rel=APPROX)
    assert row.machine_hours == pytest.approx(100 / 3600, rel=APPROX)
    assert (row.scope, row.resource_share) == ("machine", 1.0)
    other = one(tracking_mode="process")
    assert (other.scope, other.resource_share) == ("process", None)


@pytest.mark.parametrize(
    ("cells", "check"),
    [
        ({"duration": "0"}, "zero_duration"),
        ({"cpu_energy": "0", "ram_energy": "0"}, "zero_energy"),
        ({"cpu_power": "42.5"}, "constant_42_5"),
        ({"cpu_power": "53.125", "pue": "1.25"}, "constant_42_5"),
        ({"emissions": "0.001", "emissions_rate": "0.016666", "duration": "60"}, "rate_in_grams"),
        ({"energy_consumed": "0.0016"}, "sum_mismatch"),
        ({"cpu_energy": "0", "ram_energy": "0", "energy_consumed": "0.002"}, "only_total"),
        ({"cpu_energy": "", "energy_consumed": "0.002"}, "component_missing"),
        ({"codecarbon_version": "1.0.0-nodejs"}, "port_not_codecarbon"),
        ({"gpu_model": "1 x Unheard Of 9000", "gpu_count": "1", "gpu_energy": "0.001"}, "unknown_device"),
    ],
)
def test_what_a_person_should_look_at(cells: dict[str, str], check: str) -> None:
    assert check in one(**cells).checks
    assert check not in one().checks


@pytest.mark.parametrize(
    ("model", "count", "cards"),
    [
        ("1 x NVIDIA A100-SXM4-80GB", "99999", 1),
        ("99999 x NVIDIA A100-SXM4-80GB", "", None),
        ("NVIDIA A100-SXM4-80GB", "17", None),
        ("16 x NVIDIA A100-SXM4-80GB", "16", 16),
        ("1 x NVIDIA A100-SXM4-80GB", "2", 2),
    ],
)
def test_more_cards_than_a_machine_holds_are_not_made(model: str, count: str, cards: int | None) -> None:
    """A machine holds 16 at most: the count of the name, else none. Card hours: cards × duration ÷ 3600 s."""
    row = one(gpu_model=model, gpu_count=count, gpu_energy="0.001")
    assert row.device_count == cards
    assert row.device_hours == (pytest.approx(cards * row.duration_s / 3600) if cards else None)
    assert ("cells_unread" in row.checks) == (cards not in (16, 2))


@pytest.mark.parametrize("cell", ["1_000", "\u0660.\u0660\u0663", "\uff13", "1_0e-3"])
def test_what_python_alone_reads_as_a_number_is_refused(cell: str) -> None:
    """An energy of 1 000, 0.03, 3 or 0.01 kWh for Python: 1 row of 2 is set aside, its cell quoted, as a declaration
    is; the other is read by itself, and counts 0.03 kWh."""
    rows, (refused,) = read(text({"cpu_energy": cell}, {"cpu_energy": "+0.03"}))
    assert (refused.code, refused.line, refused.facts["value"]) == ("bad_number", 2, cell)
    assert [row.cpu_energy_kwh for row in rows] == [0.03]


@pytest.mark.parametrize(
    ("moment", "code", "said"),
    [
        ("1999-03-01T10:00:00", "before_first", "1999-03-01"),
        ("2010-03-01T10:00:00", "before_first", "2010-03-01"),
        ("1772359200", "bad_timestamp", "1772359200"),
        ("48.8566", "bad_timestamp", "…"),  # of a shifted row: a place
    ],
)
def test_a_date_that_is_refused_is_quoted(moment: str, code: str, said: str) -> None:
    (refused,) = read(text({"timestamp": moment}).encode())[1]
    assert refused.code == code and said in refused.facts.values()


def test_zero_read_over_a_run_is_unknown_and_not_zero() -> None:
    """Over no time too: nothing was measured, and what the work took is not known."""
    for duration in ("60", "0.4", "0"):
        row = one(duration=duration, cpu_energy="0", ram_energy="0", energy_consumed="0")
        assert (row.cpu_energy_kwh, row.ram_energy_kwh, row.other_energy_kwh) == (None, None, None)
        assert row.other_mode == "mode/not_estimable"


def test_when_sum_and_total_differ_the_components_count() -> None:
    assert energy(one(energy_consumed="0.0016")) == pytest.approx(0.0015, rel=APPROX)
    assert energy(one(cpu_energy="0", ram_energy="0", energy_consumed="0.002")) == pytest.approx(0.002, rel=APPROX)
    assert one(cpu_energy="", energy_consumed="0.002").other_energy_kwh == pytest.approx(0.0015, rel=APPROX)


def test_snapshots_tasks_and_exports_are_told_apart() -> None:
    snapshot = read_file(GOOD / "v2_8_cumulative.csv")[0][0]
    assert (snapshot.cumulative, snapshot.run_key) == (True, f"{snapshot.run_id}/courrier")
    task = read_file(next((GOOD / "task_mode").glob("emissions_*.csv")))[0][0]
    assert (task.cumulative, task.run_key, task.task_name) == (False, task.row_id, "charger")
    export = read_file(GOOD / "exported.csv")[0][0]
    assert (export.cumulative, "increments_proven" in export.checks) == (False, True), "60 s, 60 s after the first"
    alone = one(run_id="")
    assert (alone.cumulative, alone.run_key, alone.run_id) == (False, alone.row_id, None)


def test_a_sidecar_says_what_the_file_does_not_and_leaves_the_identity() -> None:
    known, other = read_file(GOOD / "sidecar" / "emissions.csv")[0]
    bare = read_trace(Trace("emissions.csv", open_trace(GOOD / "sidecar" / "emissions.csv").data, None), context())
    assert [known.row_id, other.row_id] == [row.row_id for row in bare.rows]
    assert (known.cpu_mode, known.gpu_mode, known.ram_mode) == ("mode/rapl", "mode/nvml", "mode/constant")
    assert (known.time_basis, known.end_us) == ("sidecar", utc("2026-11-25T04:00:00")), "23:00 in Toronto"
    assert (known.gap, known.items, known.machine_id) == ("gap/desktop-gpu", 500, "m1")
    assert "failed_run" in known.checks
    assert (other.cpu_mode, other.items, other.time_basis) == ("mode/constant_server", None, "country")


def test_the_sidecar_of_a_file_speaks_of_its_run_or_of_all(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text({}, {"run_id": "run-2"}, {"run_id": ""}))
    beside, modes = tmp_path / "a.csv.sobria.json", '"modes": {"cpu": "mode/cpu_load"}'
    beside.write_text(f'{{"schema": 1, "run_id": "run-2", "items": 7, {modes}}}')
    assert [row.cpu_mode[5:] for row in read_file(tmp_path / "a.csv")[0]] == ["unknown", "cpu_load", "unknown"]
    beside.write_text(f'{{"schema": 1, "items": 7, {modes}}}')
    rows = read_file(tmp_path / "a.csv")[0]
    assert [(row.cpu_mode[5:], row.items) for row in rows] == [("cpu_load", None)] * 3, "7 items are not 7 a row"


def test_a_sidecar_does_not_make_a_fallback_a_measurement(tmp_path: Path) -> None:
    """Half of the 85 W of no known processor is not read from a counter, whoever says so; 43.1 W may be."""
    (tmp_path / "a.csv").write_text(text({"cpu_power": "42.5"}, {"cpu_power": "43.1", "run_id": "run-2"}))
    for said, kept in (("mode/rapl", "mode/constant"), ("mode/cpu_load", "mode/cpu_load")):
        (tmp_path / "a.csv.sobria.json").write_text(f'{{"schema": 1, "modes": {{"cpu": "{said}"}}}}')
        fallback, read = read_file(tmp_path / "a.csv")[0]
        assert (fallback.cpu_mode, read.cpu_mode) == (kept, said)
        assert ("mode_overruled" in fallback.checks) == (said == "mode/rapl")
        assert "mode_overruled" not in read.checks


@pytest.mark.parametrize(
    ("processor", "fallback"),
    [
        ("Intel(R) Xeon(R) CPU E5-2630 v4 @ 2.20GHz", False),  # 85 W by its sheet, of which 42.5 W is half
        ("AMD EPYC 7543 32-Core Processor", True),  # 225 W: codecarbon did not know it
        ("Unheard Of 9000", True),
    ],
)
def test_half_of_85_w_is_a_fallback_unless_the_sheet_says_85(processor: str, fallback: bool) -> None:
    row = one(cpu_power="42.5", cpu_model=processor)
    assert ("constant_42_5" in row.checks, row.cpu_mode) == (fallback, "mode/constant")


def test_a_card_that_the_tracker_saw_and_could_not_read_is_not_absent(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text({"gpu_energy": "0", "gpu_count": "0", "gpu_model": "", "duration": "60"}))
    (tmp_path / "a.csv.sobria.json").write_text('{"schema": 1, "modes": {"gpu": "mode/unknown"}}')
    row = read_file(tmp_path / "a.csv")[0][0]
    assert (row.gpu_mode, row.gpu_energy_kwh) == ("mode/unknown", None)
    assert "gpu_not_metered" in row.checks


@pytest.mark.parametrize(
    ("machine", "cpu", "gpu", "gap"),
    [
        ("AMD Ryzen 7 5800X 8-Core Processor", "mode/rapl", 0.002, "gap/desktop-gpu"),
        ("AMD Ryzen 7 5800X 8-Core Processor", "mode/rapl", 0.0001, "gap/desktop-cpu"),
        ("Apple M2", "mode/rapl", 0.002, "gap/laptop"),
        ("AMD EPYC 7543", "mode/rapl", 0.002, "gap/server"),
        ("AMD EPYC 7543", "mode/cpu_load", 0.002, "gap/none"),
        ("", "mode/rapl", 0.002, "gap/none"),
    ],
)
def test_what_meters_miss_goes_by_the_kind_of_computer(
    tmp_path: Path, machine: str, cpu: str, gpu: float, gap: str
) -> None:
    cells = {"cpu_model": machine, "gpu_energy": str(gpu), "gpu_count": "1", "gpu_model": "1 x NVIDIA GeForce RTX 3090"}
    cells |= {"gpu_model": "1 x Unheard Of 9000"} if not machine else {}
    (tmp_path / "a.csv").write_text(text(cells))
    (tmp_path / "run-1.sobria.json").write_text(f'{{"schema": 1, "modes": {{"cpu": "{cpu}", "gpu": "mode/nvml"}}}}')
    assert read_file(tmp_path / "a.csv")[0][0].gap == gap


SHAPES = {
    "crlf": lambda s: s.replace("\n", "\r\n").encode(),
    "cr cr lf": lambda s: s.replace("\n", "\r\r\n").encode(),
    "no end of line": lambda s: s.rstrip("\n").encode(),
    "byte order mark": lambda s: b"\xef\xbb\xbf" + s.encode(),
    "utf-16": lambda s: s.encode("utf-16"),
    "latin": lambda s: s.encode("cp1252"),
    "padded": lambda s: s.replace(",", "  , ").encode(),
    "blank lines": lambda s: s.replace("\n", "\n\n,,,\n").encode(),
    "semicolons": lambda s: s.replace(",", ";").encode(),
    "decimal commas": lambda s: s.replace(",", ";").replace(".", ",").encode(),
    "excel hint": lambda s: ("sep=;\n" + s.replace(",", ";")).encode(),
    "quoted": lambda s: s.replace("essai été", '"essai été"').encode(),
    "empty tail": lambda s: s.replace("\n", ",,\n").encode(),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_shape_of_a_file_changes_nothing_of_its_rows(shape: str) -> None:
    content = text({"project_name": "essai été"}, {"project_name": "essai été", "run_id": "run-2", "duration": "1e2"})
    content = content.replace("3.3.2", "3").replace("7543", "9")
    plain, _ = read(content)
    rows, refused = read(SHAPES[shape](content))
    assert refused == []

    def facts(row: Activity) -> dict[str, object]:
        return row.model_dump(exclude={"file_sha", "line"})

    assert [facts(row) for row in rows] == [facts(row) for row in plain]


def test_a_line_is_counted_as_an_editor_shows_it() -> None:
    """Blank lines count, CR-CR-LF ends one line, a cell with a line break starts on its first."""
    content = text({}, {"run_id": "run-2", "project_name": "deux\nlignes"}, {"run_id": "run-3"}).replace(
        "\n", "\n\n", 1
    )
    assert [row.line for row in read(content)[0]] == [3, 4, 6]
    assert [row.line for row in read(content.replace("\n", "\r\r\n"))[0]] == [3, 4, 6]


@given(st.permutations(COLUMNS), st.sets(st.sampled_from(["", "site", "longitude", "gpu_model", "emissions"])))
def test_order_empty_and_unknown_columns_do_not_change_the_identity(order: list[str], emptied: set[str]) -> None:
    kept = [name for name in order if name in DEFAULTS or name not in emptied]
    rows, _ = read(text({}, columns=[*kept, "mot de passe"]))
    assert rows[0].row_id == one().row_id


def test_private_columns_are_no_part_of_the_identity() -> None:
    assert one(longitude="4.8357", latitude="45.7640").row_id == one(longitude="", latitude="").row_id


def test_numbers_written_otherwise_are_the_same_row() -> None:
    assert one(duration="60", cpu_energy="0.001").row_id == one(duration=" 60.0", cpu_energy="1e-3").row_id
    assert one(duration="60").row_id != one(duration="61").row_id


def test_spreadsheet_dates_have_the_day_first() -> None:
    row = read_file(GOOD / "excel_fr.csv")[0][0]
    assert row.end_us == utc("2026-11-24T22:02:00")
    assert energy(row) == pytest.approx(0.008, rel=APPROX)
    assert one(timestamp="24/11/2026 23:02").end_us == utc("2026-11-24T22:02:00")
    _, refused = read(text({"timestamp": "04/11/2026 23:02"}))
    assert refused[0].code == "bad_timestamp", "with commas, 04/11 may be April or November"


def test_of_unknown_columns_only_the_names_are_kept() -> None:
    trace = open_trace(GOOD / "prefixed.csv")
    result = read_trace(trace, context())
    assert result.unused == ("test_case", "prompt")
    assert energy(result.rows[0]) == pytest.approx(0.008, rel=APPROX)
    assert "Lilas" not in result.rows[0].model_dump_json()


MESSAGES = tomllib.loads((BAD / "messages.toml").read_text("utf-8"))


def test_each_bad_file_has_its_message() -> None:
    assert {path.stem for path in BAD.glob("*.csv")} == MESSAGES["rows"].keys() | MESSAGES["files"].keys()


@pytest.mark.parametrize("code", MESSAGES["rows"])
def test_a_refused_row_says_in_french_what_was_read_and_what_to_do(code: str) -> None:
    rows, refused = read_file(BAD / f"{code}.csv")
    assert [row.code for row in refused] == [code]
    assert say("refusals", code, "fr", **refused[0].facts) == MESSAGES["rows"][code]
    assert say("refusals", code, "en", **refused[0].facts)
    assert len(rows) == {"wrong_width": 1, "repeated_header": 2}.get(code, 0)
    assert refused[0].line == {"wrong_width": 3, "repeated_header": 3}.get(code, 2)


@pytest.mark.parametrize("code", MESSAGES["files"])
def test_a_file_that_is_not_read_says_why(code: str) -> None:
    with pytest.raises(SobriaError) as caught:
        read_file(BAD / f"{code}.csv")
    assert caught.value.as_dict()["fr"] == MESSAGES["files"][code]


def test_other_file_errors(tmp_path: Path) -> None:
    with pytest.raises(SobriaError) as caught:
        [open_trace(path) for path in find_files([tmp_path / "absent.csv"]).traces]
    assert caught.value.code == "unreadable_file"
    endless = text({}) + '"' + "x" * 200_000
    lifted = csv.field_size_limit(131_072)  # a library of other tests lifts it for the whole process
    try:
        with pytest.raises(SobriaError) as caught:
            read(endless)
    finally:
        csv.field_size_limit(lifted)
    assert caught.value.code == "broken_table"
    said = caught.value.message("fr").replace("\u202f", " ").replace("\u00a0", " ")
    assert "ligne 3, a plus de 131 072 caractères" in said and "field" not in said
    with refuses("unknown_timezone"):
        context("Europe/Lyon")


def test_quarantine_keeps_the_row_without_coordinates_or_free_text() -> None:
    """A row out of place may hold a coordinate anywhere: counted from the right, glued or seen in other rows."""
    bad = {"longitude": "4.8357", "latitude": "45.7640", "prompt": "Mme Untel", "gpu_energy": "-1"}
    columns = [*COLUMNS, "prompt"]
    content = text(bad, columns=columns) + "45.7640,64,machine,N,1.0,Mme Untel\n" + "a,b,4.8357,-71.2\n"
    _, refused = read(content)
    assert [row.code for row in refused] == ["negative_energy", "wrong_width", "wrong_width"]
    stored = " ".join(row.model_dump_json() for row in refused)
    for secret in ("4.8357", "45.764", "-71.2", "Untel", "longitude", "latitude"):
        assert secret not in stored
    assert "-1" in refused[0].text and "essai" in refused[0].text
    assert "64" in refused[1].text
    assert "prompt" in refused[0].header


def test_folders_give_traces_and_their_backups_and_name_all_else(tmp_path: Path) -> None:
    wanted = ["a/emissions.csv", "a/emissions.csv.bak", "a/emissions.csv_0.bak", "a/emissions_old.bak", "b.csv"]
    for name in (*wanted, "a/notes.txt", ".git/x.csv", "b.csv.sobria.json", "a/.hidden.csv", "other.bak"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "linked").symlink_to(tmp_path / "a")
    found = find_files([tmp_path])
    assert sorted(Path(path).relative_to(tmp_path).as_posix() for path in found.traces) == sorted(wanted)
    assert [left.name for left in found.left] == [
        "a/notes.txt",
        "linked/",
        "other.bak",
        ".git/",
        "a/.hidden.csv",
    ]  # hidden ones last
    assert find_files([tmp_path / "b.csv.sobria.json", "-"]) == (["-"], [])


def test_a_file_that_is_no_trace_stops_none_of_the_others(tmp_path: Path) -> None:
    report: ImportReport = import_paths(Ledger(tmp_path), [BAD / "not_a_trace.csv", GOOD / "v2_2.csv"], context())
    assert (report.account.files, report.account.read, report.account.accepted) == (1, 1, 1)
    assert [error.code for error in report.errors] == ["not_a_trace"]


@pytest.mark.parametrize(
    "cells", [{"gpu_count": "-1"}, {"cpu_count": "many"}, {"latitude": "200"}, {"longitude": "-181", "latitude": "45"}]
)
def test_a_count_or_a_place_that_cannot_be_is_said(cells: dict[str, str]) -> None:
    assert "cells_unread" in one(**cells).checks
    assert "cells_unread" not in one(gpu_count="2", cpu_count="", latitude="-21.1", longitude="55.5").checks


def test_an_energy_beyond_any_number_is_no_text() -> None:
    _, (refused,) = read(text({"gpu_energy": "1e400"}))
    assert (refused.code, refused.facts) == ("beyond_use", {"field": "gpu_energy", "value": "1e400"})


def test_every_code_has_its_sentence_in_both_languages() -> None:
    codes = {check for path in GOOD.rglob("*.csv") for row in read_file(path)[0] for check in row.checks}
    for code in codes | {"overlap"}:
        for lang in LANGUAGES:
            assert say("checks", code, lang, place="Lilliput")


@pytest.mark.parametrize(
    "country, latitude, longitude, utc_end, looked_at",
    [
        ("NZL", "-41.29", "174.78", "2026-03-01T21:00:00", True),  # Wellington, 13 h ahead in March
        ("ESP", "28.12", "-15.43", "2026-03-02T10:00:00", True),  # Las Palmas, on UTC in winter
        ("ESP", "40.42", "-3.70", "2026-03-02T09:00:00", True),
        ("NZL", "", "", "2026-03-02T09:00:00", True),  # not said: the hour of the home, Paris
        ("NZL", "0", "0", "2026-03-02T09:00:00", True),  # what codecarbon writes for a configured country
        ("IND", "", "", "2026-03-02T04:30:00", False),  # one time zone, half an hour off
    ],
)
def test_a_time_without_zone_is_that_of_the_place(
    country: str, latitude: str, longitude: str, utc_end: str, looked_at: bool
) -> None:
    row = one(country_iso_code=country, latitude=latitude, longitude=longitude)
    assert row.end_us == utc(utc_end)
    assert ("several_timezones" in row.checks) is looked_at


def test_the_lines_of_its_logger_are_the_rows_of_its_file(tmp_path: Path) -> None:
    """Two lines of one run, 2 Wh then 3 Wh since its start: 3 Wh. Its user and its position are named, and not kept."""
    run = {"timestamp": "2026-03-01T10:00:00", "project_name": "essai", "run_id": "r", "country_iso_code": "FRA"}
    run |= {"codecarbon_version": "3.3.2", "gpu_energy": 0.0, "ram_energy": 0.001, "username": "Untel", "region": None}
    said = [run | {"duration": 60 * n, "cpu_energy": n / 1000, "energy_consumed": (n + 1) / 1000} for n in (1, 2)]
    lines = "\n".join(json.dumps(line) for line in said)
    result = read_trace(Trace("journal.jsonl", lines.encode(), None), context())
    assert (len(result.rows), result.refused, result.unused) == (2, [], ("username",))
    (tmp_path / "journal.jsonl").write_text(lines, "utf-8")
    ledger = Ledger(tmp_path / "home")
    import_paths(ledger, [tmp_path / "journal.jsonl"], context())
    counted = [row for row in judged(ledger) if row["status"] == "current"]
    assert [row["cpu_energy_kwh"] + row["ram_energy_kwh"] for row in counted] == [pytest.approx(0.003)]
