"""Faults of a published case: the rules of every input, and what its question or its place contradicts. At most two
words of the published vocabulary a case, most serious first, and none on a sound one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from estimator.catalogue.fault_rules import BY_CODE, SECONDS, WATTS
from estimator.catalogue.geography import far_from
from estimator.catalogue.input_faults import faults, of_one
from estimator.workloads.published_case import PublishedCase
from estimator.workloads.validation.case_tables import CaseTables

__all__ = ["SECONDS", "WATTS", "TraceNumbers", "words"]

MOST = 2
PARTS = ("cpu", "gpu", "ram")
ORDER = (
    *("negative_energy", "component_sum", "impossible_component_power", "obsolete_grid_factor", "wrong_zone"),
    *("unset_pue_wue", "unit_error", "scope_mismatch", "metadata_mismatch", "not_reproducible"),
)


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


def words(case: PublishedCase, tables: CaseTables) -> tuple[str, ...]:
    """Words of the faults of this case, most serious first."""
    trace = TraceNumbers(case.trace)
    found = {BY_CODE[fault.code].word for fault in faults(of_one(_stated(case, trace, tables), tables.catalogue))}
    own = {
        "wrong_zone": _is_elsewhere(case, trace, tables) or _is_another_country(case),
        "metadata_mismatch": _is_elsewhere(case, trace, tables) or _is_another_count(trace),
        "unset_pue_wue": _is_unset(case, trace),
        "scope_mismatch": _is_out_of_scope(case),
    }
    found |= {word for word, holds in own.items() if holds}
    return tuple(word for word in ORDER if word in found)[:MOST]


def _stated(case: PublishedCase, trace: TraceNumbers, tables: CaseTables) -> dict[str, Any]:
    """What the case and its trace state, by the names of the rules."""
    workload, site, number = case.workload, case.site, trace.number
    parts = trace.energies | (workload.component_energy_kwh.stated() if workload.component_energy_kwh else {})
    total, own = number("energy_consumed"), (workload.it_energy_kwh, workload.site_energy_kwh)
    read = [energy for energy in (*parts.values(), *own, workload.idle_energy_kwh, total) if energy is not None]
    seconds = workload.duration_s or number("duration")
    wall = seconds / SECONDS if seconds else workload.hours
    device = tables.device(workload.device or trace.cells.get("gpu_model"))
    count = workload.device_count or number("gpu_count")
    counted = wall * count if wall and count else None
    most = tables.bound("cluster_cards", "machine/any").factor
    alone = workload.device_hours or counted or (wall * (most.high or 1) if wall and workload.device and most else None)
    requests = workload.requests or 1.0
    powers = [power for part in PARTS if (power := number(f"{part}_power"))]
    energies: dict[str, Any] = {f"{part}_energy_kwh": energy for part, energy in parts.items()}
    if not parts:
        energies["other_energy_kwh"] = workload.it_energy_kwh or workload.site_energy_kwh
    whole = total if total is not None else workload.it_energy_kwh
    return energies | {
        "reader": "codecarbon" if trace.cells else "case",
        "machine": tables.computer(trace.cells.get("cpu_model", "")) or (device.machine if device.name else None),
        "scope": trace.cells.get("tracking_mode"),
        "device": device.accelerator,
        "zone": site.zone,
        "model": workload.model,
        "least_energy_kwh": min(read, default=None),
        "total_energy_kwh": whole if len(parts) == len(PARTS) and not workload.idle_energy_kwh else total,
        "it_energy_kwh": workload.it_energy_kwh,
        "site_energy_kwh": workload.site_energy_kwh,
        "machine_hours": wall if trace.cells else alone,  # else each card in a machine of its own
        "device_count": count if trace.cells else 1,
        "device_hours": counted if trace.cells else None,
        "stated_card_hours": workload.device_hours,
        "counted_card_hours": counted,
        **{f"{part}_power_w": number(f"{part}_power") for part in PARTS},
        "stated_power_w": sum(powers) if parts and len(powers) == len(parts) else None,
        "card_power_w": workload.device_power_w,
        "card_use_percent": number("gpu_utilization_percent"),
        "requests": workload.requests,
        "input_tokens": round(workload.input_tokens * requests) if workload.input_tokens else None,
        "output_tokens": round(workload.output_tokens * requests) if workload.output_tokens else None,
        "reported_gwp_kg": number("emissions"),
        "reported_water_l": number("water_consumed"),
        "reported_pue": site.pue if site.pue is not None else number("pue"),
        "site_pue": site.pue,
        "grid_gwp": None if site.grid_basis == "market" else site.grid_gwp_kgco2e_per_kwh,
        "grid_water": site.grid_water_l_per_kwh,
        "wue": site.wue_l_per_kwh,
        "wall_hours": workload.duration_s / SECONDS if workload.duration_s else None,
        "stated_hours": workload.hours,
    }


def _is_elsewhere(case: PublishedCase, trace: TraceNumbers, tables: CaseTables) -> bool:
    """The coordinates of the trace are not in its country."""
    latitude, longitude = trace.number("latitude"), trace.number("longitude")
    zone = trace.cells.get("country_iso_code") or case.site.zone or ""
    known = tables.catalogue.zones.get(zone.split("-")[0])
    if latitude is None or longitude is None or known is None:
        return False
    return far_from(known.alpha2, latitude, longitude)


def _is_another_country(case: PublishedCase) -> bool:
    read, stated = case.trace.get("country_iso_code", ""), case.site.zone
    return bool(stated) and len(read) == 3 and read.upper() != str(stated).split("-")[0]


def _is_another_count(trace: TraceNumbers) -> bool:
    """The count of cards is not that of the named cards."""
    count, named = trace.number("gpu_count"), trace.cells.get("gpu_model", "")
    first = named.split(" x ")[0].strip()
    return bool(count) and " x " in named and "," not in named and first.isdigit() and int(first) != int(count or 0)


def _is_unset(case: PublishedCase, trace: TraceNumbers) -> bool:
    """Water is requested of a trace with the tool's default PUE and WUE."""
    if not case.trace or not any(asked.indicator.startswith("water") for asked in case.asked):
        return False
    pue = case.site.pue if case.site.pue is not None else trace.number("pue")
    wue = case.site.wue_l_per_kwh if case.site.wue_l_per_kwh is not None else trace.number("wue")
    return pue in (None, 1.0) and wue == 0.0


def _is_out_of_scope(case: PublishedCase) -> bool:
    """Accelerator scope requested of a power of whole servers, or overhead requested of an energy without any."""
    workload = case.workload
    whole = workload.host_power_w is not None and workload.device_power_w is None and workload.device_hours is None
    return any(
        (asked.scope == "gpu" and whole and workload.output_tokens is None)
        or (asked.indicator, asked.overhead) in (("it_energy_kwh", True), ("site_energy_kwh", False))
        for asked in case.asked
    )
