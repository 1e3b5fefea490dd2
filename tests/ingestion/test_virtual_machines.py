"""A virtual machine is a part of its host: from a trace, a sidecar, an instance type."""

import csv
import json
from pathlib import Path

import pytest

from estimator.catalogue.load import load
from estimator.ingestion.sidecar import Sidecar
from estimator.tracking import machine, resource_share
from estimator.workloads.estimate import estimate
from estimator.workloads.request import Request
from tests.support import activity, built
from tests.traces_support import one, read_file, text

AZURE = "Linux-5.15.0-1073-azure-x86_64-with-glibc2.31"


def value(subject: str) -> tuple[float, float, float]:
    """(low, value, high) of the share of a server that a machine holds."""
    row = load().by_subject["machine_share", subject][0]
    assert row.value is not None and row.low is not None and row.high is not None
    return row.low, row.value, row.high


@pytest.mark.parametrize(
    "cells, expected",
    [
        ({"os": AZURE, "cpu_count": "4"}, ("machine/vm-cloud", 4)),
        ({"cpu_model": "Intel(R) Xeon(R) CPU @ 2.20GHz", "cpu_count": "2"}, ("machine/vm-cloud", 2)),
        ({"cpu_model": "AMD EPYC 7543", "cpu_count": "2"}, ("machine/vm-any", 2)),  # no EPYC has two threads
        ({"cpu_model": "AMD EPYC 7543", "cpu_count": "64"}, ("machine/rack-server", None)),
        ({"os": AZURE, "cpu_count": ""}, (None, None)),
        (
            {"os": AZURE, "cpu_count": "8", "gpu_count": "2", "gpu_model": "2 x NVIDIA A100-SXM4-40GB"},
            ("machine/vm-ai", 2),
        ),
    ],
)
def test_a_trace_of_a_virtual_machine_holds_its_threads_or_its_cards(
    cells: dict[str, str], expected: tuple[str | None, float | None]
) -> None:
    row = one(**cells)
    assert (row.machine, row.machine_units) == expected
    assert ("vm_size_unknown" in row.checks) is (expected[0] is None)
    assert row.machine_hours == pytest.approx(60 / 3600), "hours stay those that passed"


def test_a_sidecar_says_the_size_of_the_machine(tmp_path: Path) -> None:
    (tmp_path / "emissions.csv").write_text(text({"cpu_count": "64"}))
    facts = {"schema": 1, "machine": "machine/vm-onprem", "vcpus": 6, "hypervisor": "QEMU"}
    (tmp_path / "emissions.csv.sobria.json").write_text(json.dumps(facts))
    row = read_file(tmp_path / "emissions.csv")[0][0]
    assert (row.machine, row.machine_units) == ("machine/vm-onprem", 6)


def test_manufacture_of_a_virtual_machine_in_a_register(tmp_path: Path) -> None:
    """Four threads of a cloud host of 128 during ten hours, beside the whole server during the same."""
    part = built(tmp_path / "a", activity(hours=10, machine="machine/vm-cloud", machine_units=4))
    whole = built(tmp_path / "b", activity(hours=10, machine="machine/rack-server"))
    held, all_of_it = (
        float(found.totals().indicators["gwp"]["machines"]["at_factor_values"]) for found in (part, whole)
    )
    assert held / all_of_it == pytest.approx(4 / 128, rel=1e-4)


def test_manufacture_of_an_instance_type() -> None:
    """8 of the 96 threads of its host; 1,249 kg over 5 years of 8,766 h."""
    asked = {"it_energy_kwh": 1, "zone": "FRA", "device": "machine/aws-m5.2xlarge", "device_hours": 720}
    made = estimate(Request.model_validate(asked))["indicators"]["gwp"]["machines"]
    assert made["at_factor_values"] == pytest.approx(8 / 96 * 720 / (5 * 8766) * 1249, rel=1e-4)
    assert made["high"] < 720 / (3 * 8766) * 3660 / 4, "never near a whole server"


def test_shares_are_those_of_three_clouds() -> None:
    """At least forty instance types; each the largest of its shares, as its locator tells them."""
    path = Path(__file__).parents[2] / "factors" / "devices.csv"
    with path.open(encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["id"].startswith("machine_share/machine/") and "/ccf" in row["id"]
        ]
    clouds = {row["subject"].split("/")[1].split("-")[0] for row in rows}
    assert clouds == {"aws", "azure", "gcp"} and len(rows) >= 40
    for row in rows:
        held = [part.split()[:4] for part in row["locator"].split(" : ")[1].split(" ; ")]
        shares = [float(words[0]) / float(words[-1]) for words in held]
        assert float(row["value"]) == pytest.approx(min(max(shares), 1), rel=1e-4), row["id"]


def test_an_unknown_host_is_an_interval_and_never_a_server() -> None:
    assert value("machine/vm-cloud") == pytest.approx((1 / 256, 1 / 128, 1 / 48), rel=1e-4)
    assert value("machine/vm-onprem") == pytest.approx((1 / 224, 1 / 64, 1 / 16), rel=1e-4)
    assert all(value(f"machine/vm-{name}")[2] <= 0.25 for name in ("any", "cloud", "onprem", "ai"))


def system(root: Path, vendor: str, flags: str = "fpu hypervisor", version: str = "Linux version 6.1") -> Path:
    """Files of a machine of eight threads and 16 GiB."""
    for name, content in {
        "proc/cpuinfo": f"flags\t\t: {flags}\n",
        "proc/version": version,
        "proc/meminfo": "MemTotal:       16777216 kB\n",
        "sys/devices/system/cpu/online": "0-7",
        "sys/class/dmi/id/sys_vendor": vendor,
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return root


@pytest.mark.parametrize(
    "vendor, flags, version, expected",
    [
        ("Amazon EC2", "fpu hypervisor", "Linux", ("Amazon EC2", "machine/vm-cloud")),
        ("QEMU", "fpu hypervisor", "Linux", ("QEMU", "machine/vm-any")),
        ("", "fpu hypervisor", "Linux", ("unknown", "machine/vm-any")),
        ("Dell Inc.", "fpu", "Linux", (None, None)),
        ("", "fpu hypervisor", "Linux 5.15-microsoft-standard-WSL2", ("unknown", None)),
    ],
)
def test_the_tracker_sees_a_virtual_machine(
    vendor: str, flags: str, version: str, expected: tuple[str | None, str | None], tmp_path: Path
) -> None:
    root = system(tmp_path, vendor, flags, version)
    assert (machine.hypervisor(root), machine.kind(root)) == expected
    assert resource_share.machine_size(root) == (8, 16)


def test_units_need_a_machine_on_an_unknown_host() -> None:
    assert Sidecar(machine="machine/vm-cloud", vcpus=4).machine_units == 4
    assert Sidecar(machine="machine/laptop", vcpus=4).machine_units is None
    assert Sidecar(machine="machine/vm-ai", device_count=2).machine_units == 2
