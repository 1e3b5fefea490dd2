"""Energies of one codecarbon row: components, missing ones, PUE removed, metering modes, checks for a person."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from estimator.catalogue.default_subjects import AI_SERVER, RACK
from estimator.catalogue.input_faults import breaks
from estimator.catalogue.load import load
from estimator.ingestion.codecarbon.facts import ABSENT, RowFacts
from estimator.ingestion.codecarbon.methods import UNKNOWN_MODE
from estimator.ingestion.parsing.delimited_text import number_or_nan
from estimator.ingestion.reader import RowRefused

COMPONENTS = ("cpu", "gpu", "ram")
ENERGY_COLUMNS = ("cpu_energy", "gpu_energy", "ram_energy", "energy_consumed")
NEEDED = (*ENERGY_COLUMNS, "duration")
FIGURE_COLUMNS = (
    *NEEDED,
    "cpu_power",
    "gpu_power",
    "ram_power",
    "cpu_utilization_percent",
    "gpu_utilization_percent",
    "emissions",
    "emissions_rate",
    "water_consumed",
    "wue",
)
LONGEST_S = 10 * 365.25 * 86_400
FALLBACK_W = 42.5  # half of the 85 W that codecarbon takes for a processor it does not know
PER_GB_W = 3 / 8  # of memory, before codecarbon 3.0 [W]
STEP_W = 0.25  # half a rated power, which codecarbon takes where it reads nothing, is a whole number of these
IMPOSSIBLE_W = 1e7  # upper bound of the power of one machine [W]
TOLERANCE = 0.01
UNREADABLE = "mode/not_estimable"
METERED_S = 1.0
_DESKS = ("machine/desktop", "machine/workstation")
_SERVERS = (RACK, AI_SERVER)


class Figures(NamedTuple):
    """Values of FIGURE_COLUMNS, of one row or of many: energies with PUE [kWh], duration [s], power [W], emissions
    [kg], water [L]; None where the cell is empty."""

    cpu: Any
    gpu: Any
    ram: Any
    total: Any
    duration: Any
    cpu_power: Any
    gpu_power: Any
    ram_power: Any
    cpu_use: Any
    gpu_use: Any
    emissions: Any
    rate: Any
    water: Any
    wue: Any


class Signs(NamedTuple):
    """What decides how the energies of a row are interpreted: booleans for one row, or arrays over rows."""

    no_cpu: Any
    no_gpu: Any
    no_ram: Any
    zero_cpu: Any
    zero_gpu: Any
    zero_ram: Any
    mostly_gpu: Any
    empty: Any
    only_total: Any
    rest_is_total: Any
    rest_is_missing: Any
    rest_is_zero: Any
    mismatch: Any
    zero: Any
    instant: Any
    metered: Any
    impossible: Any
    fallback: Any
    steady: Any
    varying: Any
    per_gb: Any
    grams: Any
    contradicted: Any
    overused: Any
    beyond_sheet: Any
    by_thread: Any = False


class Judgement(NamedTuple):
    """Interpretation of the energies of rows with the same signs and facts: modes and gap as fields of Activity, which
    energies are known, and checks for a person."""

    fields: dict[str, str]
    known: frozenset[str]
    checks: tuple[str, ...]


def read_figures(cells: Sequence[str], decimal_comma: bool) -> Figures:
    """Numbers of the cells of FIGURE_COLUMNS. RowRefused when a required one is missing or impossible."""
    try:
        values = [float(cell) if cell else None for cell in cells]
    except ValueError:
        values = [math.nan]
    written = "".join(cells)  # Python takes more for numbers
    plain = written.isascii() and "_" not in written
    if not plain or not all(value is None or math.isfinite(value) for value in values):
        values = [_number(name, cell.strip(), decimal_comma) for name, cell in zip(FIGURE_COLUMNS, cells, strict=True)]
    for name, value in zip(ENERGY_COLUMNS, values, strict=False):
        if value is not None and value < 0:
            raise RowRefused("negative_energy", column=name, value=f"{value:g}")
    duration = values[len(ENERGY_COLUMNS)]
    if duration is None or not 0 <= duration <= LONGEST_S:
        raise RowRefused("impossible_duration", value="" if duration is None else f"{duration:g}")
    return Figures._make(values)


def of_one_processor(read: Figures, pue: Any, by_thread: tuple[Any, Any]) -> tuple[Figures, Any]:
    """These figures with the energy of one processor where each of its threads was taken for one, and whether it was;
    the total, the emissions and the water that were made of it go down with it. `read` is 0 where a cell is empty;
    `by_thread`: as in RowFacts."""
    power, threads = by_thread
    counted = abs(read.cpu_power / pue - power) < STEP_W / 2
    share = np.where(counted, 1 / threads, 1.0)
    excess, held = read.cpu * (1 - share), read.cpu + read.gpu + read.ram
    left = 1 - excess / np.where(held > 0, held, 1.0)
    made_of_it = {name: getattr(read, name) * left for name in ("emissions", "rate", "water")}
    total = np.where(read.total > excess, read.total - excess, read.total)
    return read._replace(cpu=read.cpu * share, cpu_power=read.cpu_power * share, total=total, **made_of_it), counted


def signs_of(
    read: Figures, gone: Figures, pue: Any, machine: tuple[Any, Any], expected: frozenset[str]
) -> tuple[Signs, Any]:
    """Signs of one row or of many, and the energy outside the components, PUE included [kWh].

    `read` is 0 where `gone` is true; `machine`: processors_most and memory_gb, as in RowFacts; `expected`: components
    that have a column in this file. The energy outside the components is the total in schemas without components, else
    only that of an empty cell.
    """
    processors_most, memory_gb = machine
    held = read.cpu + read.gpu + read.ram
    lacking = False
    for name in expected:
        lacking = lacking | getattr(gone, name)
    told = gone.total ^ True
    bare = gone.cpu & gone.gpu & gone.ram
    only_total = told & (bare ^ True) & (held == 0) & (read.total > 0)
    rest_is_total = only_total | (told & bare)
    shared = told & (rest_is_total ^ True)
    beyond = read.total > held * (1 + TOLERANCE)
    rest_is_missing = shared & beyond & (lacking | (len(expected) < len(COMPONENTS)))
    apart = abs(read.total - held)
    rest = read.total * rest_is_total + (read.total - held) * rest_is_missing
    joules = (held + rest) * 3.6e6
    metered = read.duration > METERED_S
    whole = _rated(read.cpu_power) | _rated(read.cpu_power / pue)  # the PUE is in the power of 3.x, not in that of 2.x
    kept = read.cpu / pue * 3.6e6 <= 2 * read.cpu_power * read.duration  # else the energy does not come from this power
    power = read.cpu_power + read.gpu_power + read.ram_power
    hours = read.duration / 3600
    drawn = {"cpu_energy_kwh": read.cpu / pue, "machine_hours": hours, "processor_power_high": processors_most}
    told_together = {"other_energy_kwh": joules / 3.6e6, "machine_hours": hours, "stated_power_w": power}
    rated, emitted = read.rate * read.duration, 1000 * read.emissions
    signs = Signs(
        no_cpu=gone.cpu,
        no_gpu=gone.gpu,
        no_ram=gone.ram,
        zero_cpu=read.cpu == 0,
        zero_gpu=read.gpu == 0,
        zero_ram=read.ram == 0,
        mostly_gpu=read.gpu / pue > read.cpu / pue + read.ram / pue,
        empty=gone.total & (lacking if expected else True),
        only_total=only_total,
        rest_is_total=rest_is_total,
        rest_is_missing=rest_is_missing,
        rest_is_zero=rest == 0,
        mismatch=shared & (rest_is_missing ^ True) & (apart > TOLERANCE * read.total) & (apart > TOLERANCE * held),
        zero=joules == 0,
        instant=read.duration == 0,
        metered=metered,
        impossible=metered & (joules > IMPOSSIBLE_W * read.duration),
        fallback=(read.cpu_power == FALLBACK_W) | (read.cpu_power == FALLBACK_W * pue),
        steady=(read.cpu_power > 0) & whole & kept,
        varying=(read.cpu_power > 0) & (whole ^ True),
        per_gb=(abs(read.ram_power - PER_GB_W * memory_gb) < 1e-3 * read.ram_power) & (_rated(read.ram_power) ^ True),
        grams=(emitted > 0) & (rated > 0.95 * emitted) & (rated < 1.05 * emitted),
        contradicted=(power > 0) & (joules > 0) & breaks("power_and_time", told_together),
        overused=breaks("card_use", {"card_use_percent": read.gpu_use})
        | breaks("card_use", {"card_use_percent": read.cpu_use}),
        beyond_sheet=breaks("processor_power", drawn),
    )
    return signs, rest


def _rated(power: Any) -> Any:
    """Whether a power [W] is one that is written rather than read."""
    steps = power / STEP_W
    return abs(steps - np.rint(steps)) < 1e-6


def judge(signs: Signs, facts: RowFacts, expected: frozenset[str]) -> Judgement:
    """Interpretation of these signs on a computer with these facts; `expected`: as in `signs_of`. A component that the
    row describes and whose cell is empty was not read, unless the total holds it; without a column, it is absent."""
    checks = {name for name in _TOLD if getattr(signs, _TOLD[name])}
    if facts.sheet_w == 2 * FALLBACK_W:
        checks.discard("constant_42_5")
    fields: dict[str, Any] = {"machine": facts.fields["machine"] if signs.zero_gpu else facts.machine_of_card}
    known = set()
    no_rest = not (signs.rest_is_total or signs.rest_is_missing)
    steady = "fallback" if "constant_42_5" in checks else "steady"
    powers = {"cpu": steady if signs.steady else "varying" if signs.varying else "", "gpu": ""}
    powers["ram"] = "per_gb" if signs.per_gb else ""
    for name in COMPONENTS:
        empty, zero = getattr(signs, f"no_{name}"), getattr(signs, f"zero_{name}")
        absent = empty and not (no_rest and name in expected)
        found = UNKNOWN_MODE if zero else facts.methods[name][powers[name]]
        said = facts.modes[name]
        told = load().subjects.get(said or "")
        if name == "cpu" and signs.fallback and told and told.proof == "measured":
            checks.add("mode_overruled")
            said = None
        mode = _mode(absent, zero, facts.hardware[name], said, found)
        fields[f"{name}_mode"] = mode
        if not absent and mode != ABSENT:
            known.add(name)
            if (empty or (zero and name != "ram" and signs.metered)) and not signs.zero:
                checks.add(f"{name}_not_metered")
                known.discard(name)
    fields["other_mode"] = _mode(no_rest, signs.rest_is_zero, False, facts.modes["other"], UNKNOWN_MODE)
    if not no_rest:
        known.add("other")
    if signs.zero:  # a machine at work draws power, and over no time nothing is measured: not zero consumption
        fields["other_mode"] = UNREADABLE
        known.clear()
    fields["gap"] = facts.gap or _gap(fields, facts.fields["machine"], signs.mostly_gpu)
    return Judgement(fields, frozenset(known), tuple(checks))


_TOLD = {
    "only_total": "only_total",
    "component_missing": "rest_is_missing",
    "sum_mismatch": "mismatch",
    "zero_duration": "instant",
    "zero_energy": "zero",
    "constant_42_5": "fallback",
    "rate_in_grams": "grams",
    "power_contradicted": "contradicted",
    "use_beyond_whole": "overused",
    "beyond_sheet": "beyond_sheet",
    "cpu_by_thread": "by_thread",
}


def energy_fields(read: Figures, facts: RowFacts, expected: frozenset[str]) -> tuple[dict[str, Any], list[str]]:
    """(energies [kWh], reported gases and water, modes and gap as fields of Activity, checks) of one row.

    Raises RowRefused when the row has no energy, when a component and the total are both empty, or above the maximum
    power of a machine.
    """
    gone = Figures._make(value is None for value in read)
    once, counted = of_one_processor(Figures._make(value or 0.0 for value in read), facts.pue, facts.by_thread)
    filled = Figures._make(map(float, once))
    signs, rest = signs_of(filled, gone, facts.pue, (facts.processors_most, facts.memory_gb), expected)
    if signs.empty:
        lacking = sorted(f"{name}_energy" for name in expected if getattr(gone, name))
        raise RowRefused("empty_energy", columns=", ".join(lacking) or "energy")
    if signs.impossible:
        whole = filled.cpu + filled.gpu + filled.ram + rest
        raise RowRefused("impossible_power", value=f"{whole * 3.6e3 / read.duration:.3g}")
    judgement = judge(signs._replace(by_thread=counted), facts, expected)
    energies = {name: getattr(filled, name) for name in COMPONENTS} | {"other": rest}
    told = {
        f"{name}_energy_kwh": energy / facts.pue if name in judgement.known else None
        for name, energy in energies.items()
    }
    told["reported_gwp_kg"] = None if gone.emissions else filled.emissions
    told["reported_water_l"] = filled.water if filled.water or filled.wue else None
    return judgement.fields | told, list(judgement.checks)


def _number(name: str, text: str, decimal_comma: bool) -> float | None:
    if not text:
        return None
    value = number_or_nan(text, decimal_comma)
    if math.isfinite(value):
        return value
    if name in NEEDED:
        if value == math.inf and text[-1:].isdigit():
            raise RowRefused("beyond_use", field=name, value=text[:40])
        raise RowRefused("bad_number", column=name, value=text[:40])
    return None


def _mode(absent: bool, zero: bool, hardware: bool, said: str | None, found: str) -> str:
    """The mode that the sidecar said, else the one `found` from the row."""
    if absent or (zero and (said == ABSENT or (said is None and not hardware))):
        return ABSENT
    if said is None:
        return found
    return UNKNOWN_MODE if said == ABSENT else said


def _gap(fields: Mapping[str, str], machine: str | None, mostly_gpu: bool) -> str:
    """The gap left by RAPL and NVML depends on the kind of computer; other modes have none."""
    if fields["cpu_mode"] != "mode/rapl":
        return "gap/none"
    if machine == "machine/laptop":
        return "gap/laptop"
    if machine in _SERVERS:
        return "gap/server"
    if machine not in _DESKS:
        return "gap/none"
    return "gap/desktop-gpu" if fields["gpu_mode"] == "mode/nvml" and mostly_gpu else "gap/desktop-cpu"
