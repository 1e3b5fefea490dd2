"""How a run was metered: labels of what codecarbon 3.3.2 builds, its drivers replaced by stubs."""

import json
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from estimator.ingestion.sidecar import Modes
from estimator.tracking import machine
from estimator.tracking.meters import after, label
from estimator.tracking.tracker import Tracker
from tests.tracking.shelf import Shelf, kept, options


def test_the_labels_were_checked_against_this_version_of_codecarbon() -> None:
    """Another version: read its core/resource_tracker.py and external/hardware.py again, then change this line."""
    assert version("codecarbon") == "3.3.2"


@pytest.fixture
def hardware(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """codecarbon's classes of hardware, their drivers replaced by stubs."""
    from codecarbon.core import hardware_cache
    from codecarbon.external import hardware as module

    class Driver:
        """Stands for every reader of a sensor; counts `step` at each reading [kWh]."""

        step = 1e-6
        devices: list[Any] = []
        device_count = 0

        def __init__(self, *_: Any, **__: Any) -> None: ...
        def start(self) -> None: ...
        def get_gpu_static_info(self) -> list[Any]:
            return []

        def get_cpu_details(self, *_: Any) -> dict[str, float]:
            return {"Processor Energy Delta_0(kWh)": self.step, "Processor Power Delta_0(kW)": 0.01}

        get_static_cpu_details = get_cpu_details

    for name in ("IntelRAPL", "IntelPowerGadget", "WindowsEMI", "ApplePowermetrics", "AllGPUDevices"):
        monkeypatch.setattr(module, name, Driver)
    monkeypatch.setattr(module, "Driver", Driver, raising=False)
    hardware_cache.clear_cache()
    yield module
    hardware_cache.clear_cache()


@pytest.mark.parametrize(
    ("built_as", "mode", "whole"),
    [
        ("intel_rapl", "mode/rapl", True),
        ("windows_emi", "mode/rapl", True),
        ("intel_power_gadget", "mode/rapl", True),
        ("cpu_load", "mode/cpu_load", False),
        ("constant", "mode/constant", False),
        ("something_new", "mode/unknown", False),
    ],
)
def test_a_processor_is_labelled_by_what_reads_it(hardware: Any, built_as: str, mode: str, whole: bool) -> None:
    found = label([hardware.CPU("", built_as, "model", 85)])
    assert (found.modes.cpu, found.whole_machine, found.names["cpu"]) == (mode, whole, built_as)
    assert (found.modes.gpu, found.modes.ram, found.modes.other) == ("mode/none",) * 3


def test_a_counter_seen_from_a_virtual_machine_is_not_believed(hardware: Any) -> None:
    rapl = hardware.CPU("", "intel_rapl", "model", 85)
    assert label([rapl], virtual=True).modes.cpu == "mode/unknown"
    assert label([hardware.CPU("", "cpu_load", "model", 85)], virtual=True).modes.cpu == "mode/cpu_load"


def test_memory_is_a_constant_forced_or_not() -> None:
    from codecarbon.external.ram import RAM

    found = [label([RAM(force_ram_power=watts)]) for watts in (None, 12)]
    assert [meters.modes.ram for meters in found] == ["mode/constant"] * 2
    assert [meters.names["ram"] for meters in found] == ["model", "forced"]


def test_a_power_given_for_the_processor_is_still_multiplied_by_its_load(hardware: Any) -> None:
    """codecarbon takes a forced power for the highest one and goes on with the load: the label follows what it does."""
    from codecarbon.core.resource_tracker import ResourceTracker

    tracker: Any = type("Tracker", (), {})()
    tracker._force_cpu_power, tracker._conf, tracker._hardware = 100, {"cpu_physical_count": 1}, []
    tracker._tracking_mode, tracker._output_dir = "machine", ""
    ResourceTracker(tracker).set_CPU_tracking()
    assert label(tracker._hardware).modes.cpu == "mode/cpu_load"


@pytest.mark.parametrize(
    ("devices", "mode"),
    [
        (["NvidiaGPUDevice"] * 2, "mode/nvml"),
        (["AMDGPUDevice"], "mode/unknown"),
        (["NvidiaGPUDevice", "AMDGPUDevice"], "mode/unknown"),
        ([], "mode/unknown"),
    ],
)
def test_cards_are_measured_by_nvml_alone(
    hardware: Any, monkeypatch: pytest.MonkeyPatch, devices: list[str], mode: str
) -> None:
    from codecarbon.core import gpu

    monkeypatch.setattr(hardware.Driver, "devices", [object.__new__(getattr(gpu, name)) for name in devices])
    found = label([hardware.GPU(gpu_ids=None)])
    assert (found.modes.gpu, found.whole_machine) == (mode, mode == "mode/nvml")


def test_a_card_that_codecarbon_does_not_see_is_not_absent(hardware: Any) -> None:
    processor = hardware.CPU("", "cpu_load", "model", 85)
    assert label([processor], cards=True).modes.gpu == "mode/unknown"
    assert label([processor], cards=False).modes.gpu == "mode/none"


def test_meters_that_the_tables_do_not_know_claim_nothing(hardware: Any) -> None:
    apple = [hardware.AppleSiliconChip("", "M4", chip_part=part) for part in ("CPU", "GPU")]
    assert label(apple).modes == Modes(cpu="mode/unknown", gpu="mode/unknown", ram="mode/none", other="mode/none")
    raspberry = label([hardware.Raspberry("", "Pi 5", chip_part=part) for part in ("CPU", "RAM")])
    assert (raspberry.modes.cpu, raspberry.modes.ram, raspberry.names["cpu"]) == (
        "mode/unknown",
        "mode/unknown",
        "pmic",
    )
    assert label([object()]).modes.other == "mode/unknown"


@pytest.mark.parametrize(("step", "mode"), [(1e-6, "mode/rapl"), (0.0, "mode/unknown")])
def test_a_machine_with_a_counter_from_end_to_end(
    tmp_path: Path, hardware: Any, monkeypatch: pytest.MonkeyPatch, step: float, mode: str
) -> None:
    """The whole way through codecarbon; asked for one process, a counter still counts the machine.

    A counter that stands still has measured nothing.
    """
    from codecarbon.core import cpu

    monkeypatch.setattr(cpu, "is_rapl_available", lambda: True)
    monkeypatch.setattr(machine, "virtual", lambda root=None: False)
    monkeypatch.setattr(hardware.Driver, "step", step)
    with Tracker(options(tmp_path, scope="process"), Shelf()):
        time.sleep(1.1)
    ((row, side),) = kept(tmp_path)
    assert (side.modes.cpu, side.modes.ram, side.scope) == (mode, "mode/constant", "machine")
    assert (float(row["cpu_energy"]) > 0) == (step > 0)


def test_a_short_run_may_count_nothing() -> None:
    meters = label([])._replace(modes=Modes(cpu="mode/rapl", gpu="mode/nvml"))
    nothing = {"cpu": 0.0, "gpu": 0.0, "ram": 0.0}
    assert after(meters, nothing, duration_s=0.2) == meters.modes
    assert after(meters, nothing | {"cpu": 1e-9}, duration_s=5) == Modes(cpu="mode/rapl", gpu="mode/unknown")


def test_a_process_without_counters_is_a_process(tmp_path: Path) -> None:
    with Tracker(options(tmp_path, scope="process"), Shelf()):
        pass
    ((row, side),) = kept(tmp_path)
    expected = "process" if side.modes.cpu == "mode/cpu_load" else "machine"
    assert (row["tracking_mode"], side.scope) == ("process", expected)
    assert json.loads(side.model_dump_json())["scope"] == expected
