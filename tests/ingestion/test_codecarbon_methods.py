"""How a component was metered, told from a codecarbon row without sidecar: each case by what the version does."""

from pathlib import Path

import pytest

from estimator.catalogue.load import load
from estimator.ingestion.codecarbon.methods import modes_of, version_of
from tests.traces_support import one as measured
from tests.traces_support import read, read_file, text

HEADER = (
    "timestamp,project_name,duration,cpu_power,cpu_energy,gpu_energy,ram_energy,energy_consumed,os,codecarbon_version,"
    "cpu_model,gpu_count,gpu_model,ram_total_size"
)
LINUX, AZURE, WINDOWS, MAC = (
    "Linux-6.8.0-53-generic-x86_64-with-glibc2.39",
    "Linux-5.15.0-1073-azure-x86_64-with-glibc2.31",
    "Windows-11-10.0.26200-SP0",
    "macOS-14.6.1-arm64-arm-64bit",
)
Row = tuple[str, str, float | str, float]
# version, system, processor power [W], memory [GB] -> modes of the processor and of the memory
CASES: dict[str, tuple[Row, tuple[str, str]]] = {
    "rated power halved, 85 × 0.5": (("2.8.4", LINUX, 42.5, 128), ("mode/constant", "mode/ram_per_gb")),
    "28.97 is no half of a rated power": (
        ("2.8.4", LINUX, 28.97, 129),
        ("mode/rapl", "mode/ram_per_gb_large"),
    ),
    "Power Gadget on Windows": (("2.2.2", WINDOWS, 9.13, 16), ("mode/rapl", "mode/ram_per_gb")),
    "load model since 3.0": (("3.2.3", WINDOWS, 6.41582, 16), ("mode/cpu_load", "mode/ram_slots")),
    "a counter or the load model, on a bare Linux": (("3.2.6", LINUX, 4.6047, 32), ("mode/unknown", "mode/ram_slots")),
    "no counter in a virtual machine": (("3.0.0", AZURE, 6.41582, 1024), ("mode/cpu_load", "mode/ram_slots")),
    "a counter that is not of the machine": (("2.8.3", AZURE, 6.41582, 32), ("mode/unknown", "mode/ram_per_gb")),
    "powermetrics": (("2.6.0", MAC, 0.2277, 8), ("mode/powermetrics", "mode/ram_per_gb")),
    "load model before powermetrics": (("3.2.9", MAC, 3.7, 8), ("mode/cpu_load", "mode/ram_slots")),
    "a port in another language": (("1.0.0-nodejs", WINDOWS, 6.41582, 8), ("mode/unknown", "mode/unknown")),
    "no version": (("", LINUX, 28.97, 8), ("mode/unknown", "mode/constant")),
    "no version, rated power halved": (("", LINUX, 7.5, 8), ("mode/constant", "mode/constant")),
    "no power of the processor": (("2.8.4", LINUX, "", 8), ("mode/unknown", "mode/ram_per_gb")),
}


def one(row: Row, gpu: str = "0.001", cpu: str = "1e-6") -> str:
    """A file of one row: an hour, an Apple processor on macOS and a Xeon elsewhere."""
    version, system, power, memory = row
    processor = "Apple M2" if system == MAC else "Intel(R) Xeon(R) Gold 6132 CPU @ 2.60GHz"
    cells = ("2026-01-01T10:00:00", "p", 3600, power, cpu, gpu, "1e-6", "0.001002", system, version, processor)
    return f"{HEADER}\n{','.join(map(str, cells))},1,NVIDIA L4,{memory}\n"


@pytest.mark.parametrize("case", CASES)
def test_the_method_is_that_of_the_version(case: str) -> None:
    stated, expected = CASES[case]
    row = read(one(stated))[0][0]
    assert (row.cpu_mode, row.ram_mode) == expected


def test_an_energy_that_its_power_cannot_make_has_no_known_method() -> None:
    # 1 W during an hour is 0.001 kWh: twice that is still the constant, three times is not.
    modes = [read(one(("2.8.4", LINUX, 1, 8), cpu=kwh))[0][0].cpu_mode for kwh in ("0.001", "0.002", "0.003")]
    assert modes == ["mode/constant", "mode/constant", "mode/unknown"]


@pytest.mark.parametrize("power", ["42.5", "51.85", "43.1"])
def test_a_constant_is_one_whether_the_pue_is_in_its_power_or_not(power: str) -> None:
    """42.5 W during an hour at a PUE of 1.22 is 51.85 Wh. codecarbon 2 writes 42.5 W beside them and 3.3 writes 51.85;
    43.1 W, and 43.1 / 1.22 = 35.3, are no halves of a rated power. The energy of the machine is 42.5 Wh each time."""
    lines = one(("2.5.0", LINUX, power, 728), cpu="0.05185").splitlines()
    row = read(f"{lines[0]},pue\n{lines[1]},1.22\n")[0][0]
    assert row.cpu_energy_kwh == pytest.approx(0.0425)
    assert row.cpu_mode == ("mode/rapl" if power == "43.1" else "mode/constant")
    assert ("constant_42_5" in row.checks) == (power != "43.1")


SHEET_85 = "Intel(R) Xeon(R) CPU E5-2630 v4 @ 2.20GHz"


@pytest.mark.parametrize(
    "threads, power, processor, mode",
    [
        ("31", 42.5, "Xeon w9-3495X", "mode/constant"),
        ("32", 42.5, "Xeon w9-3495X", "mode/constant_server"),
        ("112.0", 51.85, "Xeon w9-3495X", "mode/constant_server"),
        ("112", 140, "Xeon Gold 6132", "mode/constant"),
        ("40", 42.5, SHEET_85, "mode/constant"),
    ],
)
def test_the_fallback_of_a_machine_of_many_threads_has_its_own_doubt(
    threads: str, power: float, processor: str, mode: str
) -> None:
    """42.5 W, or 51.85 W with a PUE of 1.22, of a processor that is not known: half of the 85 W of a sheet is none."""
    cells = {"cpu_count": threads, "cpu_power": str(power), "cpu_energy": str(power / 1e3), "cpu_model": processor}
    row = measured(**cells, duration="3600", pue="1.22")
    assert row.cpu_mode == mode


def test_the_doubt_of_a_fallback_reaches_what_two_server_processors_draw() -> None:
    """A w9-3495X at 62.2 % of its 350 W for 869.6 s: 52.6 Wh, where 42.5 W makes 10.3 Wh; two processors of 400 W,
    800 / 42.5 = 18.8; in the middle, the root of 0.35 × 19 = 6.65, 2.58."""
    (ratio,) = load().by_subject["reading_ratio", "mode/constant_server"]
    low, high = ratio.low or 0, ratio.high or 0
    assert 42.5 * 869.6 / 3600 * high > 0.622 * 350 * 869.6 / 3600 == pytest.approx(52.6, abs=0.05)
    assert high * 42.5 >= 800 and ratio.value == pytest.approx((low * high) ** 0.5, rel=0.01)


@pytest.mark.parametrize(
    "version, power, memory, mode",
    [
        ("", "70.34576797485352", "187.5887145996093", "mode/ram_per_gb_large"),
        ("", "70,34576797485352", "187,5887145996093", "mode/ram_per_gb_large"),
        ("2.8.4", "70,3", "187,5887145996093", "mode/ram_per_gb_large"),
        ("", "5.771989345550537", "15.391971588134766", "mode/ram_per_gb"),
        ("", "5.78", "15.391971588134766", "mode/constant"),
        ("", "3", "8", "mode/constant"),
        ("", "5.771989345550537", "", "mode/constant"),
        ("3.0.0", "5.771989345550537", "15.391971588134766", "mode/ram_slots"),
        ("1.0.0-nodejs", "5.771989345550537", "15.391971588134766", "mode/unknown"),
    ],
)
def test_the_memory_is_told_by_its_power_where_no_version_is(version: str, power: str, memory: str, mode: str) -> None:
    """70.3458 / 187.5887 = 5.77199 / 15.39197 = 0.375 W for each GB; 5.78 is 0.14 % more; 3 W for 8 GB may also be two
    supposed modules of 1.5 W."""
    row = {"codecarbon_version": version, "ram_power": power, "ram_total_size": memory}
    (found,), _ = read(text(row, delimiter=";" if "," in power else ","))
    assert found.ram_mode == mode


def test_the_card_is_a_reading_and_nothing_read_is_not() -> None:
    metered, silent = (read(one(("2.8.4", LINUX, 42.5, 8), gpu=kwh))[0][0] for kwh in ("0.001", "0"))
    assert metered.gpu_mode == "mode/nvml" and load().subjects["mode/nvml"].proof == "measured"
    assert (silent.gpu_mode, silent.gpu_energy_kwh) == ("mode/unknown", None)


@pytest.mark.parametrize(
    "text, parts", [("3.0", (3, 0, 0)), ("2.4.3rc1", (2, 4, 3)), ("v2.3.3", (2, 3, 3)), ("", None), ("main", None)]
)
def test_versions(text: str, parts: tuple[int, ...] | None) -> None:
    assert version_of(text) == parts


def test_every_mode_of_the_table_is_a_mode_with_a_correction() -> None:
    catalogue = load()
    cells = {"os": LINUX, "codecarbon_version": "3.0.0"}
    for component in ("cpu", "gpu", "ram"):
        for mode in modes_of(component, lambda name: cells.get(name, "")).values():
            assert catalogue.by_subject["reading_ratio", mode]


def test_proofs_of_the_files_that_everybody_has(shared_data: Path) -> None:
    """A real file: cards read, memory modelled; the processor of this server at half its rated power, 140 W."""
    rows, _ = read_file(shared_data / "traces_wild" / "siljeberiksen__asr-llm__1.csv")
    modes = {(row.cpu_mode, row.gpu_mode, row.ram_mode) for row in rows}
    assert modes == {("mode/constant", "mode/nvml", "mode/ram_per_gb_large")}
