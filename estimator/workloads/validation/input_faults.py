"""Fault detection in inputs: at most two fault codes a case, most serious first, and none on a sound case."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from estimator.catalogue.geography import far_from
from estimator.workloads.published_case import PublishedCase
from estimator.workloads.validation.case_tables import CaseTables

MOST = 2
WATTS = 1000.0  # in a kWh/h
SECONDS = 3600.0  # in an hour
PARTS = ("cpu", "gpu", "ram")
SUM_TOLERANCE = 0.005  # tolerance of a total against its parts
AGREEMENT = 0.05  # tolerance between two statements of one quantity
SAME_RUN = 0.01  # tolerance between two totals of one long service
MANY_REQUESTS = 1000  # a request count that two services do not share by chance
FOREIGN = 2.0  # multiple of the largest factor of the zone, of any source and year
# Power that no component draws [W]: the largest processor sold takes 500 W, eight of them a server; 0.4 W per GB of
# memory and 4 TB; memory above three quarters of a computer with accelerators; 1.5 times an accelerator's own
# maximum covers every reading error seen in traces.
PROCESSOR_W, DESK_PROCESSOR_W, SOCKETS = 500.0, 400.0, 8
MEMORY_W, MEMORY_W_PER_GB = 1600.0, 2.0
MEMORY_SHARE = 0.75
CARD_MARGIN = 1.5
CARD_W = 2000.0
# Limits of units: beyond these a value was written in another unit.
SCALES = {
    "pue": (1.0, 4.0),
    "grid_gwp_kgco2e_per_kwh": (0.001, 2.0),
    "wue_l_per_kwh": (0.0, 20.0),
    "grid_water_l_per_kwh": (0.0, 100.0),
}


@dataclass(frozen=True)
class TraceNumbers:
    """The numbers of a codecarbon row, None when the cell is empty or not a number."""

    cells: Mapping[str, str]

    def number(self, name: str) -> float | None:
        try:
            return float(self.cells[name])
        except (KeyError, ValueError):
            return None

    @property
    def energies(self) -> dict[str, float]:
        """Stated components of the trace [kWh]."""
        found = {part: self.number(f"{part}_energy") for part in PARTS}
        return {part: energy for part, energy in found.items() if energy is not None}


def faults(case: PublishedCase, tables: CaseTables) -> tuple[str, ...]:
    """Fault codes of the input of this case, most serious first."""
    trace = TraceNumbers(case.trace)
    return tuple(word for word, check in CHECKS.items() if check(case, trace, tables))[:MOST]


def contradictions(cases: Iterable[PublishedCase]) -> set[str]:
    """Cases with a total that differs from the sum of components that another case gives for the same service.

    Two descriptions of one model with the same large request count are two states of one trace.
    """
    totals: dict[tuple[str, float], list[tuple[str, float]]] = defaultdict(list)
    read: dict[tuple[str, float], list[float]] = defaultdict(list)
    for case in cases:
        workload = case.workload
        if workload.model is None or (workload.requests or 0) < MANY_REQUESTS:
            continue
        key = (workload.model.lower(), workload.requests or 0.0)
        if workload.component_energy_kwh is not None:
            read[key].append(sum(workload.component_energy_kwh.stated().values()))
        elif workload.it_energy_kwh is not None:
            totals[key].append((case.id, workload.it_energy_kwh))
    return {
        case for key, stated in totals.items() for case, energy in stated if read[key] and not _among(energy, read[key])
    }


def _among(energy: float, others: Iterable[float]) -> bool:
    return any(abs(energy - other) <= SAME_RUN * max(energy, other) for other in others)


def _components(case: PublishedCase, trace: TraceNumbers) -> dict[str, float]:
    stated = case.workload.component_energy_kwh
    return trace.energies | (stated.stated() if stated else {})


def _seconds(case: PublishedCase, trace: TraceNumbers) -> float | None:
    return case.workload.duration_s or trace.number("duration")


def _negative(case: PublishedCase, trace: TraceNumbers, tables: CaseTables) -> bool:
    workload = case.workload
    stated = (workload.it_energy_kwh, workload.site_energy_kwh, workload.idle_energy_kwh)
    energies = (*_components(case, trace).values(), *stated, trace.number("energy_consumed"))
    return any(energy is not None and energy < 0 for energy in energies)


def _sum(case: PublishedCase, trace: TraceNumbers, tables: CaseTables) -> bool:
    parts = _components(case, trace)
    total = trace.number("energy_consumed")
    total = total if total is not None else case.workload.it_energy_kwh
    if len(parts) < len(PARTS) or total is None:
        return False
    held = sum(parts.values()) + (case.workload.idle_energy_kwh or 0.0)
    return abs(held - total) > SUM_TOLERANCE * max(abs(total), abs(held))


def _power(case: PublishedCase, trace: TraceNumbers, tables: CaseTables) -> bool:
    parts = _components(case, trace)
    seconds = _seconds(case, trace)
    means = {p: e * WATTS * SECONDS / seconds for p, e in parts.items()} if seconds and seconds > 1 else {}
    for part, limit in _limits(case, trace, tables).items():
        read = (trace.number(f"{part}_power"), means.get(part))
        if any(power is not None and power > limit for power in read):
            return True
    whole = sum(parts.values())
    return "gpu" in parts and parts["gpu"] > 0 and whole > 0 and parts.get("ram", 0.0) > MEMORY_SHARE * whole


def _limits(case: PublishedCase, trace: TraceNumbers, tables: CaseTables) -> dict[str, float]:
    """The maximum power of each component in this computer [W]."""
    computer = tables.computer(trace.cells.get("cpu_model", ""))
    desk = computer in ("machine/desktop", "machine/laptop", "machine/workstation")
    memory = trace.number("ram_total_size")
    cards = case.workload.device_count or trace.number("gpu_count") or SOCKETS
    return {
        "cpu": DESK_PROCESSOR_W if desk else PROCESSOR_W * SOCKETS,
        "ram": max(100.0, MEMORY_W_PER_GB * memory) if memory else MEMORY_W,
        "gpu": cards * _card_limit(case, tables),
    }


def _card_limit(case: PublishedCase, tables: CaseTables) -> float:
    bound = tables.bound("max_power", tables.device(case.workload.device).accelerator)
    return bound.factor.high * WATTS * CARD_MARGIN if bound.factor and bound.factor.high else CARD_W


def _foreign_grid(case: PublishedCase, trace: TraceNumbers, tables: CaseTables) -> bool:
    """Emissions over energy are outside any factor of the zone: one that the tool no longer has, or never should."""
    emissions, energy = trace.number("emissions"), trace.number("energy_consumed")
    zone = case.site.zone
    band = tables.zone_band(zone) if zone and zone in tables.catalogue.zones else None
    if not emissions or not energy or energy < 0 or band is None:
        return False
    implied = emissions / energy
    return implied > FOREIGN * band[1] or implied < band[0] / FOREIGN / FOREIGN


def _elsewhere(case: PublishedCase, trace: TraceNumbers, tables: CaseTables) -> bool:
    """The coordinates of the trace are not in its country."""
    latitude, longitude = trace.number("latitude"), trace.number("longitude")
    zone = trace.cells.get("country_iso_code") or case.site.zone or ""
    known = tables.catalogue.zones.get(zone.split("-")[0])
    if latitude is None or longitude is None or known is None:
        return False
    return far_from(known.alpha2, latitude, longitude)


def _wrong_zone(case: PublishedCase, trace: TraceNumbers, tables: CaseTables) -> bool:
    """The country of the trace is not that of the case, or the coordinates are elsewhere."""
    read, stated = trace.cells.get("country_iso_code"), case.site.zone
    if read and stated and len(read) == 3 and read.upper() != stated.split("-")[0]:
        return True
    return _elsewhere(case, trace, tables)


def _stated_grid(case: PublishedCase, trace: TraceNumbers, tables: CaseTables) -> bool:
    """The grid factor stated in the case is far above any of its zone."""
    zone, stated = case.site.zone, case.site.grid_gwp_kgco2e_per_kwh
    if not zone or zone not in tables.catalogue.zones or not stated or case.site.grid_basis == "market":
        return False
    band = tables.zone_band(zone)
    return band is not None and stated > FOREIGN * FOREIGN * band[1]


def _unset(case: PublishedCase, trace: TraceNumbers, tables: CaseTables) -> bool:
    """Water is requested of a trace with the tool's default PUE and WUE."""
    if not case.trace or not any(asked.indicator.startswith("water") for asked in case.asked):
        return False
    pue = case.site.pue if case.site.pue is not None else trace.number("pue")
    wue = case.site.wue_l_per_kwh if case.site.wue_l_per_kwh is not None else trace.number("wue")
    return pue in (None, 1.0) and wue == 0.0


def _unit(case: PublishedCase, trace: TraceNumbers, tables: CaseTables) -> bool:
    workload, site = case.workload, case.site.model_dump(exclude_none=True)
    if any(name in site and not low <= site[name] <= high for name, (low, high) in SCALES.items()):
        return True
    power = workload.device_power_w
    if power is not None and not 1.0 <= power <= _card_limit(case, tables):
        return True
    hours = workload.hours or (workload.duration_s or 0.0) / SECONDS
    energy = workload.it_energy_kwh or workload.site_energy_kwh
    if workload.device is None or not hours or energy is None:
        return False
    cards = workload.device_count or SOCKETS
    return energy / hours * WATTS > SOCKETS * cards * _card_limit(case, tables)


def _scope(case: PublishedCase, trace: TraceNumbers, tables: CaseTables) -> bool:
    """Accelerator scope requested of a power of whole servers, or overhead requested of an energy without any."""
    workload = case.workload
    whole = workload.host_power_w is not None and workload.device_power_w is None and workload.device_hours is None
    for asked in case.asked:
        if asked.scope == "gpu" and whole and workload.output_tokens is None:
            return True
        if asked.indicator == "it_energy_kwh" and asked.overhead is True:
            return True
        if asked.indicator == "site_energy_kwh" and asked.overhead is False:
            return True
    return False


def _metadata(case: PublishedCase, trace: TraceNumbers, tables: CaseTables) -> bool:
    """Coordinates outside the country, or a card count that differs from that of the named cards."""
    count, named = trace.number("gpu_count"), trace.cells.get("gpu_model", "")
    first = named.split(" x ")[0].strip()
    if count and " x " in named and "," not in named and first.isdigit() and int(first) != int(count):
        return True
    return _elsewhere(case, trace, tables)


def _disagree(one: float | None, other: float | None) -> bool:
    return bool(one and other) and abs((one or 0) - (other or 0)) > AGREEMENT * max(abs(one or 0), abs(other or 0))


def _is_inconsistent(case: PublishedCase, trace: TraceNumbers, tables: CaseTables) -> bool:
    """Hours, durations or totals of one case that are inconsistent."""
    workload = case.workload
    wall = workload.hours if workload.hours is not None else (workload.duration_s or 0.0) / SECONDS
    product = wall * workload.device_count if wall and workload.device_count else None
    seconds = workload.hours * SECONDS if workload.hours is not None else None
    return (
        _disagree(workload.device_hours, product)
        or _disagree(workload.duration_s, seconds)
        or _disagree(workload.it_energy_kwh, trace.number("energy_consumed"))
    )


CHECKS: Mapping[str, Callable[[PublishedCase, TraceNumbers, CaseTables], bool]] = {
    "negative_energy": _negative,
    "component_sum": _sum,
    "impossible_component_power": _power,
    "obsolete_grid_factor": _foreign_grid,
    "wrong_zone": lambda case, trace, tables: _wrong_zone(case, trace, tables) or _stated_grid(case, trace, tables),
    "unset_pue_wue": _unset,
    "unit_error": _unit,
    "scope_mismatch": _scope,
    "metadata_mismatch": _metadata,
    "not_reproducible": _is_inconsistent,
}
