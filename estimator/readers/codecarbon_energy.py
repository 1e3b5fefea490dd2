"""Energies of one codecarbon row: components, what is missing, PUE undone, how each was metered, what to look at."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from estimator.readers.base import RowRefused
from estimator.readers.codecarbon_facts import ABSENT, UNKNOWN_MODE, Facts
from estimator.readers.table import number_text

COMPONENTS = ("cpu", "gpu", "ram")
ENERGY_COLUMNS = ("cpu_energy", "gpu_energy", "ram_energy", "energy_consumed")
NEEDED = (*ENERGY_COLUMNS, "duration")
FIGURE_COLUMNS = (*NEEDED, "cpu_power", "emissions", "emissions_rate", "water_consumed", "wue")
LONGEST_S = 10 * 365.25 * 86_400
FALLBACK_W = 42.5
IMPOSSIBLE_W = 1e7  # no run on one machine draws ten megawatts [W]
IMPLAUSIBLE_W = 20_000.0
TOLERANCE = 0.01
UNREADABLE = "mode/not_estimable"
METERED_S = 1.0
_DESKS = ("machine/desktop", "machine/workstation")
_SERVERS = ("machine/rack-server", "machine/ai-server")


class Figures(NamedTuple):
    """Numbers of one row as read, in the order of FIGURE_COLUMNS: energies with PUE [kWh], duration [s], power [W],
    emissions [kg], water [L]; None where the cell is empty."""

    cpu: float | None
    gpu: float | None
    ram: float | None
    total: float | None
    duration: float
    cpu_power: float | None
    emissions: float | None
    rate: float | None
    water: float | None
    wue: float | None


def read_figures(cells: Sequence[str], decimal_comma: bool) -> Figures:
    """Numbers of the cells of FIGURE_COLUMNS. RowRefused when one that is needed is no number or is impossible."""
    try:
        values = [float(cell) if cell else None for cell in cells]
    except ValueError:
        values = [math.nan]
    if not all(value is None or math.isfinite(value) for value in values):
        values = [_number(name, cell.strip(), decimal_comma) for name, cell in zip(FIGURE_COLUMNS, cells, strict=True)]
    for name, value in zip(ENERGY_COLUMNS, values, strict=False):
        if value is not None and value < 0:
            raise RowRefused("negative_energy", column=name, value=f"{value:g}")
    duration = values[len(ENERGY_COLUMNS)]
    if duration is None or not 0 <= duration <= LONGEST_S:
        raise RowRefused("impossible_duration", value="" if duration is None else f"{duration:g}")
    return Figures._make(values)


def energy_fields(read: Figures, facts: Facts, expected: frozenset[str]) -> tuple[dict[str, Any], list[str]]:
    """(energies [kWh], modes and gap as fields of Activity, checks).

    `expected` are the components that have a column in this file. Raises RowRefused when the row holds no energy,
    or leaves a component and the total empty.
    """
    parts: dict[str, float | None] = {"cpu": read.cpu, "gpu": read.gpu, "ram": read.ram}
    empty = [name for name in expected if parts[name] is None]
    if read.total is None and (empty or not expected):
        raise RowRefused("empty_energy", columns=", ".join(f"{name}_energy" for name in sorted(empty)) or "energy")
    other, checks = _rest(parts, read.total, bool(empty) or len(expected) < len(COMPONENTS))
    known = [energy for energy in parts.values() if energy is not None]
    whole = sum(known) + (other or 0.0)
    if read.duration > METERED_S and whole * 3.6e6 > IMPOSSIBLE_W * read.duration:
        raise RowRefused("impossible_power", value=f"{whole * 3.6e3 / read.duration:.3g}")
    fields: dict[str, Any] = {}
    for name, energy in parts.items():
        mode = _mode(energy, facts.hardware[name], facts.modes[name])
        if energy == 0 and mode != ABSENT and name != "ram" and whole > 0 and read.duration > METERED_S:
            checks.append(f"{name}_not_metered")
            energy = None
        fields[f"{name}_mode"] = mode
        fields[f"{name}_energy_kwh"] = None if energy is None or mode == ABSENT else energy / facts.pue
    fields["other_mode"] = _mode(other, False, facts.modes["other"])
    fields["other_energy_kwh"] = None if other is None else other / facts.pue
    if whole == 0 and read.duration > 0:  # a machine at work draws power: zero read is not zero used
        fields |= {f"{name}_energy_kwh": None for name in (*parts, "other")} | {"other_mode": UNREADABLE}
    fields["gap"] = facts.gap or _gap(fields, facts.fields["machine"])
    return fields, checks + _looks(read, facts, whole)


def _number(name: str, text: str, decimal_comma: bool) -> float | None:
    if not text:
        return None
    try:
        value = float(number_text(text) if decimal_comma else text)
    except ValueError:
        value = math.nan
    if math.isfinite(value):
        return value
    if name in NEEDED:
        raise RowRefused("bad_number", column=name, value=text[:40])
    return None


def _rest(parts: dict[str, float | None], total: float | None, incomplete: bool) -> tuple[float | None, list[str]]:
    """Energy that no component holds: all of it in schemas without components, else only what an empty cell hides."""
    known = [energy for energy in parts.values() if energy is not None]
    if total is None:
        return None, []
    if not known:
        return total, []
    held = sum(known)
    if held == 0 and total > 0:
        return total, ["only_total"]
    if incomplete and total > held * (1 + TOLERANCE):
        return total - held, ["component_missing"]
    return None, ["sum_mismatch"] if abs(total - held) > TOLERANCE * max(total, held) else []


def _mode(energy: float | None, hardware: bool, said: str | None) -> str:
    if energy is None:
        return ABSENT
    if energy == 0 and (said == ABSENT or (said is None and not hardware)):
        return ABSENT
    return said if said and said != ABSENT else UNKNOWN_MODE


def _gap(fields: dict[str, Any], machine: str | None) -> str:
    """What RAPL and NVML leave out goes by the kind of computer; nothing is added to any other mode."""
    if fields["cpu_mode"] != "mode/rapl":
        return "gap/none"
    if machine == "machine/laptop":
        return "gap/laptop"
    if machine in _SERVERS:
        return "gap/server"
    if machine not in _DESKS:
        return "gap/none"
    gpu = fields["gpu_energy_kwh"] or 0.0
    rest = (fields["cpu_energy_kwh"] or 0.0) + (fields["ram_energy_kwh"] or 0.0)
    return "gap/desktop-gpu" if fields["gpu_mode"] == "mode/nvml" and gpu > rest else "gap/desktop-cpu"


def _looks(read: Figures, facts: Facts, whole: float) -> list[str]:
    checks = []
    if read.duration == 0:
        checks.append("zero_duration")
    if whole == 0:
        checks.append("zero_energy")
    if whole * 3.6e6 > IMPLAUSIBLE_W * read.duration:
        checks.append("implausible_power")
    if read.cpu_power is not None and read.cpu_power in (FALLBACK_W, FALLBACK_W * facts.pue):
        checks.append("constant_42_5")
    if read.rate and read.emissions and 0.95 < read.rate * read.duration / (1000 * read.emissions) < 1.05:
        checks.append("rate_in_grams")
    return checks
