"""Readers of energy that other tools measured, on samples written by hand; the arithmetic stands in each test."""

from pathlib import Path

import pytest

from estimator.ledger import Ledger
from tests.ingestion.formats import FORMATS, bring, result_of, rows_of, sample, told
from tests.support import built, moment, refuses
from tests.traces_support import judged, read_file

# Jobs of Slurm

SACCT = "JobID|Cluster|ConsumedEnergyRaw|ElapsedRaw|Start|Account|State\n"


def statuses(home: Path) -> list[tuple[float, str]]:
    return sorted((row["other_energy_kwh"] or row["gpu_energy_kwh"], row["status"]) for row in judged(Ledger(home)))


def test_a_job_counts_once_and_its_steps_are_in_it(tmp_path: Path) -> None:
    """7.2 MJ are 2 kWh, in one hour on one node with two cards; 1.8 MJ are 0.5 kWh, half an hour of two nodes."""
    found = sample("sacct")
    first, second, zero = found.rows
    assert (first.other_energy_kwh, first.other_mode, first.scope) == (2.0, "mode/node", "node")
    assert (first.machine_hours, first.device_count, first.device_hours) == (1, 2, 2)
    assert (first.start_us, first.end_us, first.time_basis) == (
        *(moment("2026-03-01T11:00:00"), moment("2026-03-01T12:00:00")),
        "home",
    )
    assert (first.service_key, "sacct_unverified" in first.checks) == ("labo-ia", True)
    assert (second.other_energy_kwh, second.machine_hours, second.service_key) == (0.5, 1, "sacct")
    assert (second.start_us, second.end_month) == (moment("2026-03-31T21:45:00"), 202603)
    assert (zero.other_energy_kwh, zero.other_mode) == (None, "mode/not_estimable")
    assert [refusal.code for refusal in found.refused] == [
        *("impossible_power", "sacct_without", "bad_moment", "step_without_job"),
    ]
    assert [refusal.line for refusal in found.refused] == [8, 9, 10, 11]
    totals = built(tmp_path, first, second).totals()
    assert totals.proof["measured"] == 1
    assert totals.indicators["it_energy"]["at_factor_values"] == pytest.approx(2.5)


def test_a_job_that_is_still_running_is_replaced_by_its_end(tmp_path: Path) -> None:
    """3.6 MJ after an hour, 7.2 MJ at the end: 2 kWh, whatever came first; another job of the same number adds up."""
    row = "77|fer|{}|{}|2026-03-01T12:00:00|a|{}\n"
    bring(tmp_path, SACCT + row.format(7200000, 7200, "COMPLETED"), "fin.psv")
    bring(tmp_path, SACCT + row.format(3600000, 3600, "RUNNING"), "avant.psv")
    bring(tmp_path, SACCT + row.format(360000, 60, "COMPLETED").replace("2026-03", "2026-04"), "autre.psv")
    assert statuses(tmp_path) == [(0.1, "current"), (1.0, "superseded"), (2.0, "current")]


def test_a_job_without_its_columns_says_how_to_export_them() -> None:
    found = result_of("JobID|ConsumedEnergyRaw\n1|3600000\n", name="s.psv")
    assert [(r.code, r.facts) for r in found.refused] == [("sacct_without", {"column": "ElapsedRaw"})]
    assert "sacct --parsable2 --format=JobID" in told(found.refused[0])[0]


def test_real_jobs_count_once(shared_data: Path) -> None:
    """20,543,125 J stand in three of four lines: 5.7064 kWh once."""
    rows, refused = read_file(shared_data / "usage_samples" / "sacct_santis_energy.psv")
    assert refused == []
    assert [row.other_energy_kwh for row in rows] == [pytest.approx(20_543_125 / 3.6e6)]
    assert rows[0].machine_hours == pytest.approx(4 * 2102 / 3600)
    rows, refused = read_file(shared_data / "usage_samples" / "sacct_small_local.psv")
    assert rows == [] and [refusal.facts for refusal in refused] == [{"column": "Start"}]
    assert rows_of(SACCT + "1|f|3600000|60|2026-03-01T12:00:00||\n", name="s.psv")[0].other_energy_kwh == 1


# Power read by nvidia-smi

SMI = "timestamp, power.draw [W]\n"


def test_power_becomes_energy_by_trapezoids_and_a_gap_stays_empty() -> None:
    """Card 0: (100 + 300) / 2 × 1 s, then (300 + 100) / 2 × 2 s across the sample that has no power: 600 J.

    Ten minutes later 720 W × 5 s: 3,600 J, or 1 Wh, apart. Card 1: 50 W × 1 s, then a sample alone.
    """
    found = sample("nvidia_smi")
    zero, one, later = found.rows
    assert (zero.gpu_energy_kwh, zero.duration_s) == (pytest.approx(600 / 3.6e6), 3)
    assert (one.gpu_energy_kwh, one.duration_s) == (pytest.approx(50 / 3.6e6), 1)
    assert (later.gpu_energy_kwh, later.start_us) == (pytest.approx(0.001), moment("2026-03-01T11:10:00"))
    assert (zero.gpu_mode, zero.device, zero.device_count) == ("mode/nvml", "gpu/h100-sxm-80", 1)
    assert "cards_only" in zero.checks and "card_not_told" not in zero.checks
    assert [(refusal.code, refusal.line) for refusal in found.refused] == [
        *(("bad_amount", 6), ("bad_moment", 11), ("sample_alone", 10)),
    ]
    assert found.unused == ("process_name", "utilization.gpu [%]")


def test_a_log_that_grows_replaces_itself(tmp_path: Path) -> None:
    """100 W: 2 s, then 4 s of the same stretch: 400 J count."""
    lines = [f"2026/03/01 12:00:0{second}.000, 100.00 W\n" for second in range(5)]
    bring(tmp_path, SMI + "".join(lines), "b.csv")
    bring(tmp_path, SMI + "".join(lines[:3]), "a.csv")
    assert statuses(tmp_path) == [
        (pytest.approx(200 / 3.6e6), "superseded"),
        (pytest.approx(400 / 3.6e6), "current"),
    ]


def test_samples_further_apart_than_a_minute_hold_no_energy() -> None:
    found = result_of(SMI + "2026/03/01 12:00:00, 100 W\n2026/03/01 12:05:00, 100 W\n", name="s.csv")
    assert [refusal.code for refusal in found.refused] == ["sample_alone"] * 2
    assert told(found.refused[0])[0].startswith("Ce relevé de puissance est seul")


def test_samples_without_a_date_are_refused_whole() -> None:
    with refuses("power_without_time") as refused:
        result_of("power.draw [W], utilization.gpu [%]\n63.68 W, 0 %\n", name="s.csv")
    assert "--query-gpu=timestamp" in refused.value.message("fr")


def test_real_samples_of_power(shared_data: Path) -> None:
    """Four samples over 3.008 s, ten minutes of nothing, two samples over 1 s."""
    folder = shared_data / "usage_samples"
    rows, refused = read_file(folder / "nvidia_smi_idle_timestamped.csv")
    assert refused == []
    first = (62.87 + 62.53) / 2 * 1.008 + 62.53 * 2
    assert [row.gpu_energy_kwh for row in rows] == [pytest.approx(first / 3.6e6), pytest.approx(62.80 / 3.6e6)]
    assert "card_not_told" in rows[0].checks
    with refuses("power_without_time"):
        read_file(folder / "nvidia_smi_load_ghost.csv")


# Windows of Zeus


def test_windows_of_code_are_counted_once_when_they_are_nested() -> None:
    """1,800 + 1,800 J are 1 Wh, 7,200 J are 2 Wh; the epoch around both holds them again and is set aside."""
    found = sample("zeus")
    first, second, zero = found.rows
    assert [row.gpu_energy_kwh for row in (first, second)] == [pytest.approx(0.001), pytest.approx(0.002)]
    assert (first.start_us, first.duration_s) == (moment("2026-03-01T12:00:00"), 10)
    assert (first.gpu_mode, first.device_count, first.device_hours) == ("mode/nvml", 2, pytest.approx(20 / 3600))
    assert (zero.gpu_energy_kwh, zero.other_mode) == (None, "mode/not_estimable")
    assert [(refusal.code, refusal.line) for refusal in found.refused] == [
        *(("window_overlap", 4), ("bad_amount", 5), ("uptime_clock", 6)),
    ]
    assert "13588420.8 : c'est une durée" in told(found.refused[2])[0]


def test_real_windows_have_no_date_and_say_so(shared_data: Path) -> None:
    for name, count in (("zeus_profile_A40_bert_gpu0", 9), ("zeus_profile_A40_resnet50_4gpu", 9)):
        path = shared_data / "usage_samples" / f"{name}.csv"
        rows, refused = read_file(path)
        assert rows == [] and [refusal.code for refusal in refused] == ["uptime_clock"] * count
    dated = path.read_text("utf-8").replace("\n135", "\n17723")
    joules = 1067.512999996543 + 1072.432999998331 + 1049.1979999989271 + 1129.594999998808
    assert rows_of(dated, name="z.csv")[0].gpu_energy_kwh == pytest.approx(joules / 3.6e6)


# BoAmps reports


def test_a_report_is_one_task_by_the_first_of_its_measures(tmp_path: Path) -> None:
    """2.5 Wh by codecarbon and 4 Wh at the plug are the same task: 2.5 Wh, of unknown method; 12:00 in Paris."""
    found = sample("boamps")
    first, metered = found.rows
    assert (first.other_energy_kwh, first.other_mode, first.tool_version) == (0.0025, "mode/unknown", "codecarbon")
    assert (first.start_us, first.duration_s) == (moment("2026-03-01T11:00:00"), 18)
    assert (first.zone, first.host, first.zone_as_read) == ("FRA", "ovhcloud/group", "france")
    assert (first.model, first.input_tokens, first.output_tokens) == ("llama2-13b", 11, 828)
    assert (first.device_as_read, first.device_count, first.device_hours) == ("2 x Tesla V100S-PCIE-32GB", 2, 0.01)
    assert "parts_not_told" in first.checks and "zone_not_told" not in first.checks
    assert (metered.other_energy_kwh, metered.other_mode, metered.requests) == (0.1, "mode/meter", 500)
    assert [refusal.code for refusal in found.refused] == ["measure_beside", "bad_amount"]
    assert "Untel" not in found.unused and "environment" in found.unused
    assert built(tmp_path, metered).totals().proof["measured"] == 1


def test_a_real_report(shared_data: Path) -> None:
    rows, refused = read_file(shared_data / "usage_samples" / "boamps_llm_inference.json")
    assert refused == []
    assert [(row.other_energy_kwh, row.duration_s, row.zone) for row in rows] == [(0.00267074, 19.093904, "FRA")]


# Log of carbontracker


def test_an_epoch_is_its_powers_over_its_duration_before_any_pue() -> None:
    """(200 + 100) W × 0.5 h = 150 Wh of two cards, 40 W × 0.5 h = 20 Wh; 50 W × 1 h = 50 Wh. The PUE is not in them."""
    found = sample("carbontracker")
    first, last = found.rows
    assert (first.gpu_energy_kwh, first.cpu_energy_kwh) == (pytest.approx(0.15), pytest.approx(0.02))
    assert (first.gpu_mode, first.cpu_mode, first.ram_mode) == ("mode/nvml", "mode/unknown", "mode/none")
    assert (first.start_us, first.end_us) == (moment("2026-03-01T11:00:00"), moment("2026-03-01T11:30:00"))
    assert (first.device_as_read, first.device_count, first.device_hours) == ("NVIDIA A40", 2, 1)
    assert (last.gpu_energy_kwh, last.gpu_mode, last.cpu_energy_kwh) == (None, "mode/none", pytest.approx(0.05))
    assert [(refusal.code, refusal.line) for refusal in found.refused] == [("epoch_without", 10), ("bad_amount", 14)]
    assert "sans « Average power usage »" in told(found.refused[0])[0]


def test_real_lines_of_a_log(shared_data: Path) -> None:
    """Lines that its tests quote: 136.86084615 W and 13.389104 W, here over an hour."""
    text = (shared_data / "usage_samples" / "carbontracker_log_lines.txt").read_text("utf-8")
    lines = [f"2022-11-14 15:44:48 - {line}" for line in ("Epoch 1:", "Duration: 1:00:00.00")]
    said = [line for line in text.splitlines() if line.startswith(("106:", "107:")) and "Average" in line]
    quoted = [line.split('"')[1].removesuffix("\\n") for line in said]
    row = rows_of("\n".join([*lines, *quoted]), name="c.log")[0]
    assert (row.gpu_energy_kwh, row.cpu_energy_kwh) == (pytest.approx(0.13686084615), pytest.approx(0.013389104))


# Counters of Kepler and of Scaphandre


def test_the_energy_of_a_namespace_is_what_its_counters_added() -> None:
    """36,000 + 3,600 J of package and memory are 11 Wh; the zone inside the package is not added.

    The counter of « courrier » fell, then added 3,600 J: 1 Wh. One reading alone says nothing.
    """
    found = sample("kepler")
    first, second = found.rows
    assert (first.service_key, first.other_energy_kwh) == ("urbanisme", pytest.approx(0.011))
    assert (first.start_us, first.end_us) == (moment("2026-03-01T08:00:00"), moment("2026-03-01T09:00:00"))
    assert (first.other_mode, "shared_by_time" in first.checks) == ("mode/unknown", True)
    assert (second.service_key, second.other_energy_kwh) == ("courrier", pytest.approx(0.001))
    assert [refusal.code for refusal in found.refused] == ["reading_alone"]
    assert "au moins deux relevés" in told(found.refused[0])[0]


def test_a_host_is_what_its_counter_added_and_a_reset_adds_nothing() -> None:
    """180 kJ, a reset, 180 kJ: 0.1 kWh in all, measured by RAPL."""
    found = sample("scaphandre")
    (row,) = found.rows
    assert (row.cpu_energy_kwh, row.cpu_mode, row.duration_s) == (pytest.approx(0.1), "mode/rapl", 3 * 3600)
    assert [(refusal.code, refusal.line) for refusal in found.refused] == [("counter_without_dates", 1)]
    assert found.unused == ("scaph_process_power_consumption_microwatts",)


def test_readings_that_go_on_replace_those_before(tmp_path: Path) -> None:
    text = (FORMATS / "scaphandre.prom").read_text("utf-8")
    bring(tmp_path, text, "b.prom")
    bring(tmp_path, text[: text.index("# until 2026-03-01T10")], "a.prom")
    assert sorted((row["cpu_energy_kwh"], row["status"]) for row in judged(Ledger(tmp_path))) == [
        (pytest.approx(0.05), "superseded"),
        (pytest.approx(0.1), "current"),
    ]


def test_the_counter_that_codecarbon_pushes_rises_by_what_was_consumed() -> None:
    """From 0.002 to 0.052 kWh in an hour: 0.05 kWh; from 0.1 after a restart to 0.4: 0.3 kWh."""
    rows = {row.service_key: row for row in sample("codecarbon_counter").rows}
    assert {name: row.other_energy_kwh for name, row in rows.items()} == {
        "courrier": pytest.approx(0.05),
        "tri": pytest.approx(0.3),
    }
    assert {(row.other_mode, row.scope) for row in rows.values()} == {("mode/unknown", "unknown")}
