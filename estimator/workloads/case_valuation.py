"""A described workload valued: each figure asked for, with its interval, its steps, its factors or its reason."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from estimator.assessment import equations, uncertainty
from estimator.assessment import workload_equations as maths
from estimator.assessment.coefficients import device_life_hours, machine_life_hours
from estimator.catalogue.defaults import defaults
from estimator.catalogue.load import load
from estimator.catalogue.selection import select_factor
from estimator.core.errors import sentences
from estimator.workloads.case_energy import CaseSetting, Options, hours_of_devices, it_energy, pue, site_class
from estimator.workloads.published_case import Components, Hardware, PublishedCase, RequestedFigure, Site, Workload
from estimator.workloads.traced_value import NotEstimable, TracedCalculation, TracedValue
from estimator.workloads.validation.input_faults import TraceNumbers

STATED = ("it_energy_kwh", "site_energy_kwh", "component_energy_kwh", "device_hours", "host_power_w")


@dataclass(frozen=True)
class CaseFigure:
    """One figure: its 5 - 95 % interval and central value, or why there is none."""

    asked: RequestedFigure
    low: float | None = None
    central: float | None = None
    high: float | None = None
    missing: dict[str, str] | None = None
    steps: list[dict[str, Any]] = field(default_factory=list)
    factors: list[dict[str, Any]] = field(default_factory=list)


def value(
    workload: Workload, site: Site, hardware: Hardware, asked: Sequence[RequestedFigure], options: Options | None = None
) -> list[CaseFigure]:
    """Every figure asked for, from the workload alone; what it leaves out comes from the factor tables."""
    options = options or Options()
    tables = defaults(options.without_source, options.today or date.today())
    site = site.model_copy(update={"zone": tables.zone(site.zone)})
    setting = CaseSetting(workload, site, hardware, tables, tables.device(workload.device), options)
    return [_row(setting, one) for one in asked]


def value_case(case: PublishedCase, options: Options | None = None) -> list[CaseFigure]:
    """The figures that a case asks for, on the day that its trace says."""
    options = options or Options()
    dated = Options(options.without_source, options.leave_out, _day(case) or options.day, options.today)
    return value(_with_trace(case), case.site, case.hardware, case.asked, dated)


def _with_trace(case: PublishedCase) -> Workload:
    """The workload, its electricity read from the trace where the case states none; the trace's PUE undone."""
    workload = case.workload
    if any(getattr(workload, name) is not None for name in STATED):
        return workload
    trace = TraceNumbers(case.trace)
    pue = trace.number("pue") or 1.0
    if trace.energies:
        read = Components(**{part: energy / pue for part, energy in trace.energies.items()})
        return workload.model_copy(update={"component_energy_kwh": read})
    total = trace.number("energy_consumed")
    return workload.model_copy(update={"it_energy_kwh": total / pue}) if total is not None else workload


def _day(case: PublishedCase) -> date | None:
    try:
        return date.fromisoformat(case.trace.get("timestamp", "")[:10])
    except ValueError:
        return None


def _row(setting: CaseSetting, asked: RequestedFigure) -> CaseFigure:
    trail = TracedCalculation(setting.defaults.catalogue)
    try:
        found = _per(setting, asked, trail, _indicator(setting, asked, trail))
    except NotEstimable as reason:
        missing = reason.sentences or sentences("missing", reason.code)
        return CaseFigure(asked, missing=missing, steps=trail.steps, factors=list(trail.factors.values()))
    low, high = uncertainty.interval(found.draws)
    if not all(map(math.isfinite, (low, found.central, high))) or found.central < 0:
        return CaseFigure(asked, missing=sentences("missing", "out_of_range"), steps=trail.steps)
    return CaseFigure(asked, low, found.central, high, None, trail.steps, list(trail.factors.values()))


def _per(setting: CaseSetting, asked: RequestedFigure, trail: TracedCalculation, total: TracedValue) -> TracedValue:
    workload = setting.workload
    if asked.per in (None, "device"):
        return total
    if asked.per == "device_hour":
        hours = hours_of_devices(workload)
        if not hours:
            raise NotEstimable("no_device_hours")
        return trail.share(total, hours)
    if not workload.requests:
        raise NotEstimable("no_requests")
    if asked.per == "request":
        return trail.share(total, workload.requests)
    if not workload.output_tokens:
        raise NotEstimable("no_output_tokens")
    return trail.share(total, workload.requests * workload.output_tokens)


def _indicator(setting: CaseSetting, asked: RequestedFigure, trail: TracedCalculation) -> TracedValue:
    if asked.indicator == "it_energy_kwh":
        return it_energy(setting, asked, trail)
    if asked.indicator == "site_energy_kwh":
        return _site_energy(setting, asked, trail)
    if asked.indicator == "use_gwp_kgco2e":
        return _use_gwp(setting, asked, trail)
    if asked.indicator == "embodied_gwp_kgco2e":
        return _embodied_gwp(setting, asked, trail)
    if asked.indicator == "gwp_kgco2e":
        return trail.add("added_gwp", _use_gwp(setting, asked, trail), *_manufacture(setting, asked, trail))
    if asked.indicator == "water_onsite_l":
        return _onsite_water(setting, asked, trail)
    if asked.indicator == "water_electricity_l":
        return _grid_water(setting, asked, trail)
    if asked.indicator == "water_l":
        return trail.add("added_water", _onsite_water(setting, asked, trail), _grid_water(setting, asked, trail))
    if asked.indicator == "embodied_adpe_kgsbeq":
        return _embodied_adpe(setting, asked, trail)
    return trail.add("added_adpe", _use_adpe(setting, asked, trail), _embodied_adpe(setting, asked, trail))


def _site_energy(setting: CaseSetting, asked: RequestedFigure, trail: TracedCalculation) -> TracedValue:
    """Electricity with the overhead, unless the figure asked for leaves it out."""
    stated = setting.workload.site_energy_kwh
    if stated is not None and asked.overhead is not False:
        return trail.given(stated)
    energy = it_energy(setting, asked, trail)
    silent = asked.overhead is None and asked.scope != "site" and setting.site.pue is None
    if asked.overhead is False or silent:
        return energy
    return trail.apply(equations.site_energy, it_energy=energy, pue=pue(setting, trail))


def _use_gwp(setting: CaseSetting, asked: RequestedFigure, trail: TracedCalculation) -> TracedValue:
    return trail.apply(
        equations.use_gwp, site_energy=_site_energy(setting, asked, trail), grid_gwp=_grid(setting, trail)
    )


def _grid(setting: CaseSetting, trail: TracedCalculation) -> TracedValue:
    """The grid factor that is stated, else that of the zone; of an unknown year when the run has no date."""
    if setting.site.grid_gwp_kgco2e_per_kwh is not None:
        return trail.given(setting.site.grid_gwp_kgco2e_per_kwh)
    if setting.site.grid_basis == "market":
        raise NotEstimable("no_market_factor")
    factor = trail.factor(setting.defaults.bound("grid_gwp", setting.site.zone, setting.options.day))
    if setting.options.day is not None:
        return factor
    drift = trail.factor(setting.defaults.bound("grid_drift", "WORLD"))
    return trail.apply(maths.dated_grid_gwp, grid_gwp=factor, grid_drift=drift)


def _use_adpe(setting: CaseSetting, asked: RequestedFigure, trail: TracedCalculation) -> TracedValue:
    factor = trail.factor(setting.defaults.bound("grid_adpe", setting.site.zone, setting.options.day))
    return trail.apply(equations.use_adpe, site_energy=_site_energy(setting, asked, trail), grid_adpe=factor)


def _onsite_water(setting: CaseSetting, asked: RequestedFigure, trail: TracedCalculation) -> TracedValue:
    stated, basis = setting.site.wue_l_per_kwh, setting.site.wue_basis or "it"
    if stated is not None and basis == "site":
        site = _site_energy(
            setting, RequestedFigure(indicator="site_energy_kwh", scope=asked.scope, overhead=True), trail
        )
        return trail.apply(equations.onsite_water_site, site_energy=site, wue_site=trail.given(stated))
    energy = it_energy(setting, asked, trail)
    if stated is not None:
        return trail.apply(equations.onsite_water_it, it_energy=energy, wue_it=trail.given(stated))
    factor = trail.factor(setting.defaults.bound("wue_it", site_class(setting)))
    return trail.apply(equations.onsite_water_it, it_energy=energy, wue_it=factor)


def _grid_water(setting: CaseSetting, asked: RequestedFigure, trail: TracedCalculation) -> TracedValue:
    """Water of the electricity; publications count reservoirs or not and do not say, so either may be meant."""
    site = _site_energy(setting, asked, trail)
    if setting.site.grid_water_l_per_kwh is not None:
        given = trail.given(setting.site.grid_water_l_per_kwh)
        return trail.apply(equations.grid_water, site_energy=site, grid_water_intensity=given)
    bounds = [
        setting.defaults.bound(name, setting.site.zone, setting.options.day)
        for name in ("grid_water_intensity", "grid_reservoir_water_intensity")
    ]
    either = _either(*(trail.factor(bound) for bound in bounds))
    if bounds[0].rung:
        country = bounds[0].factor.subject if bounds[0].factor else ""
        spread = trail.factor(setting.defaults.bound("grid_subzone_spread", country))
        either = trail.apply(maths.subzone_water, grid_water_intensity=either, grid_subzone_spread=spread)
    return trail.apply(equations.grid_water, site_energy=site, grid_water_intensity=either)


def _either(one: TracedValue, other: TracedValue) -> TracedValue:
    """Two readings of one word, as likely as each other: every second draw is of each."""
    import numpy as np

    first = np.arange(uncertainty.DRAWS) % 2 == 0
    return TracedValue(math.sqrt(one.central * other.central), np.where(first, one.draws, other.draws))


def _manufacture(setting: CaseSetting, asked: RequestedFigure, trail: TracedCalculation) -> list[TracedValue]:
    """Manufacture within a total: what the case states of it, and that of devices whose hours are given."""
    stated = setting.hardware.model_dump(exclude_none=True)
    if set(stated) == {"components_gwp_kgco2e"}:
        return [trail.given(part) for part in stated["components_gwp_kgco2e"].values()]
    if stated or (hours_of_devices(setting.workload) is not None and setting.device.accelerator):
        return [_embodied_gwp(setting, asked, trail)]
    return []


def _embodied_gwp(setting: CaseSetting, asked: RequestedFigure, trail: TracedCalculation) -> TracedValue:
    hardware = setting.hardware
    parts = [trail.given(part) for part in (hardware.components_gwp_kgco2e or {}).values()]
    made = _made(setting, asked, trail)
    if asked.per == "device":
        return trail.add("added_gwp", made, *parts)
    lives = _lives(setting, trail)
    embodied = trail.apply(equations.device_embodied_gwp, device_lives=lives, device_gwp=made)
    return trail.add("added_gwp", embodied, *parts)


def _made(setting: CaseSetting, asked: RequestedFigure, trail: TracedCalculation) -> TracedValue:
    """Manufacture of one device with its share of the server, as far as the scope counts it [kgCO2e]."""
    hardware, device = setting.hardware, setting.device
    if device.server is not None and hardware.device_gwp_kgco2e is None and hardware.server_gwp_kgco2e is None:
        return trail.factor(setting.defaults.manufacture("machine_gwp", device.server))
    stated = hardware.device_gwp_kgco2e is not None or hardware.server_gwp_kgco2e is not None
    if hardware.device_gwp_kgco2e is not None:
        card = trail.given(hardware.device_gwp_kgco2e)
    elif stated:
        card = trail.given(0.0)
    else:
        card = trail.factor(setting.defaults.manufacture("device_gwp", device.accelerator))
    if hardware.server_gwp_kgco2e is not None:
        server = trail.given(hardware.server_gwp_kgco2e)
    elif stated or asked.scope == "gpu":
        return card
    else:
        server = trail.factor(setting.defaults.manufacture("machine_gwp", device.machine))
    per = trail.given(hardware.devices_per_server or _cards_per_server(device.machine))
    return trail.apply(maths.device_and_server, device_gwp=card, server_gwp=server, devices_per_server=per)


def _cards_per_server(machine: str) -> float:
    """Accelerators of a server of this kind, whatever sources are left out."""
    found = select_factor(load(), "devices_per_server", machine, date.today()).factor
    assert found is not None and found.value is not None
    return found.value


def _lives(setting: CaseSetting, trail: TracedCalculation) -> TracedValue:
    """Lives of a device that its hours take: hours over lifetime and the share of it that is used [1]."""
    hardware, server = setting.hardware, setting.device.server is not None
    hours = hours_of_devices(setting.workload)
    if hours is None:
        raise NotEstimable("no_device_hours")
    owner, subject = ("machine", "machine/any") if server else ("device", "gpu/any")
    years = hardware.lifetime_years
    life = trail.given(years) if years else trail.factor(setting.defaults.bound(f"{owner}_lifetime", subject))
    used = hardware.utilisation
    occupancy = trail.given(used) if used else trail.factor(setting.defaults.bound(f"{owner}_occupancy", subject))
    function = machine_life_hours if server else device_life_hours
    return trail.apply(
        equations.device_lives,
        resource_share=trail.given(1),
        reserved_device_hours=trail.given(hours),
        device_life_hours=trail.coefficient(f"{owner}_life_hours", function, life),
        device_occupancy=occupancy,
    )


def _embodied_adpe(setting: CaseSetting, asked: RequestedFigure, trail: TracedCalculation) -> TracedValue:
    stated = setting.hardware.device_adpe_kgsbeq
    if stated is not None:
        card = trail.given(stated)
    elif setting.device.server is not None:
        card = trail.factor(setting.defaults.manufacture("machine_adpe", setting.device.server))
    else:
        card = trail.factor(setting.defaults.manufacture("device_adpe", setting.device.accelerator))
    if asked.per == "device":
        return card
    return trail.apply(equations.device_embodied_adpe, device_lives=_lives(setting, trail), device_adpe=card)
