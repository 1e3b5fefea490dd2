"""IT electricity of a described workload: stated, read by component, from hours and power, or from tokens."""

from dataclasses import dataclass
from datetime import date

from estimator.assessment import equations
from estimator.assessment import workload_equations as maths
from estimator.catalogue.defaults import DESK, UNKNOWN_SITE, Defaults, Device
from estimator.workloads.case_tokens import accelerator_energy
from estimator.workloads.published_case import Hardware, RequestedFigure, Site, Workload
from estimator.workloads.traced_value import NotEstimable, TracedCalculation, TracedValue


@dataclass(frozen=True)
class Options:
    """What to leave out, and the days: of the run when it is known, and of today."""

    without_source: frozenset[str] = frozenset()
    leave_out: str | None = None
    day: date | None = None
    today: date | None = None


@dataclass(frozen=True)
class CaseSetting:
    """A case ready to be valued: its parts, its device resolved, the tables that serve it."""

    workload: Workload
    site: Site
    hardware: Hardware
    defaults: Defaults
    device: Device
    options: Options


def it_energy(setting: CaseSetting, asked: RequestedFigure, trail: TracedCalculation) -> TracedValue:
    """Electricity of the equipment that the scope counts [kWh]. NotEstimable with its reason."""
    workload = setting.workload
    if workload.it_energy_kwh is not None:
        read = _with_idle(setting, trail, trail.given(workload.it_energy_kwh))
        return _at_the_wall(setting, trail, read) if asked.scope == "wall" else read
    if workload.site_energy_kwh is not None:
        site = trail.given(workload.site_energy_kwh)
        return trail.apply(maths.it_from_site, site_energy=site, pue=pue(setting, trail))
    if workload.component_energy_kwh is not None and workload.component_energy_kwh.stated():
        return _components(setting, asked, trail)
    cards = _stated_cards(setting, trail)
    if cards is not None:
        return cards if asked.scope == "gpu" else _with_host(setting, trail, cards)
    if workload.host_power_w is not None and asked.scope != "gpu":  # of the whole servers
        return _with_idle(setting, trail, _host(setting, trail))
    cards = _estimated_cards(setting, trail)
    if cards is None:
        if workload.idle_energy_kwh is not None:
            return trail.given(workload.idle_energy_kwh)
        raise NotEstimable("no_energy_stated")
    if asked.scope == "gpu":
        return cards
    ratio = trail.factor(setting.defaults.bound("host_ratio", setting.device.machine))
    return _with_idle(setting, trail, trail.apply(maths.server_energy, accelerator_energy=cards, host_ratio=ratio))


def pue(setting: CaseSetting, trail: TracedCalculation) -> TracedValue:
    """The PUE that the case states, else that of a site of its class."""
    if setting.site.pue is not None:
        return trail.given(setting.site.pue)
    return trail.factor(setting.defaults.bound("pue", site_class(setting)))


def site_class(setting: CaseSetting) -> str:
    """The hosting class of a case that names no site: a desk for a desk computer, else unknown."""
    return DESK if setting.device.desk else UNKNOWN_SITE


def hours_of_devices(workload: Workload) -> float | None:
    """Device hours as stated, or number of devices × wall clock [h]."""
    if workload.device_hours is not None:
        return workload.device_hours
    wall = _wall_clock(workload)
    if wall is None or workload.device is None:
        return None
    return wall * (workload.device_count or 1)


def _wall_clock(workload: Workload) -> float | None:
    if workload.hours is not None:
        return workload.hours
    return workload.duration_s / maths.SECONDS if workload.duration_s is not None else None


def _components(setting: CaseSetting, asked: RequestedFigure, trail: TracedCalculation) -> TracedValue:
    parts = setting.workload.component_energy_kwh
    assert parts is not None
    if asked.scope == "gpu":
        if parts.gpu is None:
            raise NotEstimable("no_component")
        return trail.given(parts.gpu)
    total = trail.add("added_energy", *(trail.given(value) for value in parts.stated().values()))
    read = _with_idle(setting, trail, total)
    return _at_the_wall(setting, trail, read) if asked.scope == "wall" else read


def _stated_cards(setting: CaseSetting, trail: TracedCalculation) -> TracedValue | None:
    """Device hours × a power or a load that the case states."""
    workload = setting.workload
    hours = hours_of_devices(workload)
    if hours is None and workload.device_power_w is not None and _wall_clock(workload) is not None:
        hours = (_wall_clock(workload) or 0.0) * (workload.device_count or 1)
    if hours is None or (workload.device_power_w is None and workload.device_load is None):
        return None
    given = trail.given(hours)
    if workload.device_power_w is not None:
        power = trail.given(workload.device_power_w / maths.WATTS)
        return trail.apply(maths.stated_device_energy, device_hours=given, device_power=power)
    power = trail.factor(setting.defaults.bound("max_power", setting.device.accelerator))
    load = trail.given(workload.device_load or 0.0)
    return trail.apply(maths.device_energy, device_hours=given, max_power=power, device_load=load)


def _estimated_cards(setting: CaseSetting, trail: TracedCalculation) -> TracedValue | None:
    """Device hours × maximum power × a load of the tables; else energy per token, image or video."""
    workload = setting.workload
    hours = hours_of_devices(workload)
    if hours is None:
        left_out = (setting.options.leave_out, setting.options.without_source)
        return accelerator_energy(workload, setting.device.accelerator, trail, left_out)
    power = trail.factor(setting.defaults.bound("max_power", setting.device.accelerator))
    serving = workload.requests is not None or workload.output_tokens is not None
    load = trail.factor(setting.defaults.bound("serving_load" if serving else "training_load", "gpu/any"))
    return trail.apply(maths.device_energy, device_hours=trail.given(hours), max_power=power, device_load=load)


def _with_host(setting: CaseSetting, trail: TracedCalculation, cards: TracedValue) -> TracedValue:
    if setting.workload.host_power_w is None:
        return _with_idle(setting, trail, cards)
    return _with_idle(setting, trail, trail.add("added_energy", cards, _host(setting, trail)))


def _host(setting: CaseSetting, trail: TracedCalculation) -> TracedValue:
    wall = _wall_clock(setting.workload)
    if wall is None:
        raise NotEstimable("no_energy_stated")
    power = trail.given((setting.workload.host_power_w or 0.0) / maths.WATTS)
    return trail.apply(maths.host_energy, hours=trail.given(wall), host_power=power)


def _with_idle(setting: CaseSetting, trail: TracedCalculation, energy: TracedValue) -> TracedValue:
    idle = setting.workload.idle_energy_kwh
    return energy if idle is None else trail.add("added_energy", energy, trail.given(idle))


def _at_the_wall(setting: CaseSetting, trail: TracedCalculation, read: TracedValue) -> TracedValue:
    """What a software meter misses on a desk computer is added; a server's own reading is left as it is."""
    if not setting.device.desk:
        return read
    gap = "gap/laptop" if setting.device.machine == "machine/laptop" else "gap/desktop-gpu"
    ratio = trail.factor(setting.defaults.bound("unmetered_ratio", gap))
    missed = trail.apply(equations.unmetered_energy, component_energy=read, unmetered_ratio=ratio)
    return trail.apply(equations.measured_energy, component_energy=read, unmetered_energy=missed)
