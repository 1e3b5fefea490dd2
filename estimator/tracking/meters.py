"""Metering mode of each component of a codecarbon tracker, as subjects of the factor tables."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from estimator.ingestion.sidecar import Modes
from estimator.tracking.codecarbon_session import is_forced, processor_mode

# Mode names of the CPU objects of codecarbon 3.3. Power Gadget (macOS, Windows) and EMI (Windows) read the RAPL
# counters of the processor through another interface.
_CPU = {
    "intel_rapl": "mode/rapl",
    "windows_emi": "mode/rapl",
    "intel_power_gadget": "mode/rapl",
    "cpu_load": "mode/cpu_load",
    "constant": "mode/constant",
}
COUNTERS = frozenset({"mode/rapl", "mode/nvml"})
_COUNTED = [name for name, mode in _CPU.items() if mode in COUNTERS]
_SHORTEST_S = 1.0


class Meters(NamedTuple):
    """The mode of each component; `names`: codecarbon's own names of its meters; `whole_machine`: a counter cannot
    separate processes, whatever scope was requested."""

    modes: Modes
    names: dict[str, str]
    whole_machine: bool


def label(hardware: Iterable[Any], virtual: bool = False, cards: bool = False) -> Meters:
    """Modes of the hardware list of a started tracker; virtual: on a virtual machine; cards: an accelerator is present.

    A component without codecarbon object is absent: `mode/none`. An object of an unknown class, and a meter
    for which the tables have no mode (Apple's powermetrics, a model of its own; the sensors of a Raspberry Pi; AMD's
    library) is `mode/unknown`: no claim is made. So is a card that codecarbon did not detect, and a processor
    counter of a virtual machine, which may be simulated from load, or include the neighbours.
    """
    modes = {"cpu": "mode/none", "gpu": "mode/none", "ram": "mode/none", "other": "mode/none"}
    names: dict[str, str] = {}
    for item in hardware:
        kind = type(item).__name__
        if kind == "CPU":
            part, name = "cpu", processor_mode(item)
            mode = _CPU.get(name, "mode/unknown")
            if virtual and mode in COUNTERS:
                name, mode = f"{name} in a virtual machine", "mode/unknown"
        elif kind == "RAM":
            part, name, mode = "ram", "forced" if is_forced(item) else "model", "mode/constant"
        elif kind == "GPU":
            part, (name, mode) = "gpu", _gpu(item)
        elif kind in ("AppleSiliconChip", "Raspberry"):
            part = {"CPU": "cpu", "GPU": "gpu", "RAM": "ram"}.get(str(item.chip_part), "other")
            name, mode = ("powermetrics" if kind == "AppleSiliconChip" else "pmic"), "mode/unknown"
        else:
            part, name, mode = "other", kind, "mode/unknown"
        modes[part], names[part] = mode, name
    if cards and "gpu" not in names:
        modes["gpu"], names["gpu"] = "mode/unknown", "not read"
    counted = modes["gpu"] in COUNTERS or names.get("cpu", "").startswith(tuple(_COUNTED))
    return Meters(Modes(**modes), names, counted)


def _gpu(item: Any) -> tuple[str, str]:
    kinds = {type(device).__name__ for device in item.devices.devices}
    if kinds == {"NvidiaGPUDevice"}:
        return "nvml", "mode/nvml"
    if not kinds:  # a card is present without the library that reads it: its energy is unknown, not zero
        return "not read", "mode/unknown"
    return "+".join(sorted(kinds)), "mode/unknown"


def after(meters: Meters, energies: dict[str, float], duration_s: float) -> Modes:
    """The modes at the end of a run: a counter without increase [kWh] over a whole second [s] has measured nothing."""
    silent = {
        part: "mode/unknown"
        for part, energy in energies.items()
        if getattr(meters.modes, part) in COUNTERS and energy <= 0 and duration_s >= _SHORTEST_S
    }
    return meters.modes.model_copy(update=silent)
