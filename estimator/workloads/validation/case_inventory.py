"""Activity groups of a published case, from its workload alone, for the equations of the ledger."""

import math
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from estimator.assessment.evaluation import ActivityGroup
from estimator.catalogue.default_subjects import DESK, FLEET, UNKNOWN_SITE
from estimator.catalogue.models import is_of_api
from estimator.catalogue.selection import SelectedFactor
from estimator.workloads.inference.measurements import ANY
from estimator.workloads.inference.media import media_energy
from estimator.workloads.inference.serving import computed, exact, serving_factors, waiting
from estimator.workloads.inference_inventory import token_amounts
from estimator.workloads.inventory import task_uses
from estimator.workloads.published_case import Components, Hardware, PublishedCase, RequestedFigure, Site, Workload
from estimator.workloads.request import Request
from estimator.workloads.resolution import of_task
from estimator.workloads.validation.case_serving import (
    NotEstimable,
    case_serving,
    case_size,
    embeds,
    measured_name,
    measured_table,
)
from estimator.workloads.validation.case_tables import CaseTables, Device, case_tables
from estimator.workloads.validation.input_faults import SECONDS, WATTS, TraceNumbers

STATED = ("it_energy_kwh", "site_energy_kwh", "component_energy_kwh", "device_hours", "host_power_w")
MEDIA: dict[str, Literal["image", "video"]] = {"text-to-image": "image", "text-to-video": "video"}
Bounds = dict[str, SelectedFactor]


@dataclass(frozen=True)
class Options:
    """What to leave out, and today's date, for factors of a run without a date."""

    without_source: frozenset[str] = frozenset()
    leave_out: str | None = None
    today: date | None = None


@dataclass(frozen=True)
class CaseTerm:
    """Results of a group that a figure adds; ids of measured rows behind its factors."""

    group: ActivityGroup
    results: tuple[str, ...]
    rows: tuple[str, ...] = ()


@dataclass
class CaseInventory:
    """The groups of a case for each requested figure. `behind`: table factors of those combined here, by quantity."""

    workload: Workload
    site: Site
    hardware: Hardware
    tables: CaseTables
    device: Device
    day: date | None
    options: Options
    behind: dict[str, tuple[SelectedFactor, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, case: PublishedCase, options: Options) -> "CaseInventory":
        """The inventory of a case: electricity read from its trace where it states none, on the day of the trace."""
        tables = case_tables(options.without_source, options.today or date.today())
        site = case.site.model_copy(update={"zone": tables.zone(case.site.zone)})
        workload = _with_trace(case)
        return cls(workload, site, case.hardware, tables, tables.device(workload.device), _day(case), options)

    def terms(self, asked: RequestedFigure) -> list[CaseTerm]:
        """What a requested figure adds up. NotEstimable."""
        name = asked.indicator
        if name == "it_energy_kwh":
            return self._electricity(asked, ("it_energy",))
        if name == "site_energy_kwh":
            return self._electricity(asked, ("site_energy",))
        if name.startswith("water"):
            return self._water(asked)
        impact = "gwp" if "gwp" in name else "adpe"
        found = [] if name.startswith("embodied") else self._electricity(asked, (f"use_{impact}",))
        if name.startswith("embodied") or (name in ("gwp_kgco2e", "adpe_kgsbeq") and self._states_hardware):
            found += self._manufacture(asked, impact)
        if impact == "gwp" and not name.startswith("use") and self.hardware.components_gwp_kgco2e:
            parts = sum(self.hardware.components_gwp_kgco2e.values())
            found.append(CaseTerm(ActivityGroup({"machine_embodied_gwp": parts}, {}), ("machine_embodied_gwp",)))
        return found

    @property
    def hours(self) -> float | None:
        """Device hours as stated, or number of devices × wall clock [h]."""
        wall = self._wall_clock
        if self.workload.device_hours is not None or wall is None or self.workload.device is None:
            return self.workload.device_hours
        return wall * (self.workload.device_count or 1)

    @property
    def _host_class(self) -> str:
        """The hosting class, which no case names: a desk of a desk computer, a fleet of a model served by API alone."""
        if self.device.desk:
            return DESK
        return FLEET if is_of_api(self.workload.model) else UNKNOWN_SITE

    @property
    def _wall_clock(self) -> float | None:
        if self.workload.hours is not None:
            return self.workload.hours
        return self.workload.duration_s / SECONDS if self.workload.duration_s is not None else None

    # Electricity

    def _electricity(
        self, asked: RequestedFigure, results: tuple[str, ...], bounds: Bounds | None = None
    ) -> list[CaseTerm]:
        place = self._place(asked) | (bounds or {})
        found = [(amounts, place | more, rows) for amounts, more, rows in self._read_or_modelled(asked)]
        return [CaseTerm(ActivityGroup(amounts, factors), results, rows) for amounts, factors, rows in found]

    def _place(self, asked: RequestedFigure) -> Bounds:
        """PUE and grid; no overhead where the figure leaves it out, or says nothing and neither does the case."""
        silent = asked.overhead is None and asked.scope != "site" and self.site.pue is None
        return {"pue": _stated("pue", 1.0) if asked.overhead is False or silent else self._pue} | {
            "grid_gwp": self._grid(),
            "grid_adpe": self.tables.bound("grid_adpe", self.site.zone, self.day),
        }

    @property
    def _pue(self) -> SelectedFactor:
        stated = self.site.pue
        return self.tables.bound("pue", self._host_class) if stated is None else _stated("pue", stated)

    def _grid(self) -> SelectedFactor:
        """The grid factor that is stated, else that of the zone; with a drift where the run has no date."""
        if self.site.grid_gwp_kgco2e_per_kwh is not None:
            return _stated("grid_gwp", self.site.grid_gwp_kgco2e_per_kwh)
        if self.site.grid_basis == "market":
            return SelectedFactor("grid_gwp", self.site.zone or "", None, missing="no_market_factor")
        found = self.tables.bound("grid_gwp", self.site.zone, self.day)
        return found if self.day else self._times(found, self.tables.bound("grid_drift", "WORLD"))

    def _read_or_modelled(self, asked: RequestedFigure) -> list[tuple[dict[str, float], Bounds, tuple[str, ...]]]:
        """Amounts, factors and measured rows of the equipment that the scope counts."""
        workload, cards_only = self.workload, asked.scope == "gpu"
        idle = workload.idle_energy_kwh
        if workload.it_energy_kwh is not None:
            return [self._as_read(asked, workload.it_energy_kwh + (idle or 0.0))]
        if workload.site_energy_kwh is not None:
            return [self._from_site(asked, workload.site_energy_kwh)]
        parts = workload.component_energy_kwh
        if parts is not None and parts.stated():
            if not cards_only:
                return [self._as_read(asked, sum(parts.stated().values()) + (idle or 0.0))]
            if parts.gpu is None:
                raise NotEstimable("no_component")
            return [({"it_energy": parts.gpu}, {}, ())]
        rest = 0.0 if cards_only else (idle or 0.0) + (self._host() if workload.host_power_w is not None else 0.0)
        found = self._cards(cards_only)
        if found is None and not rest and idle is None:
            raise NotEstimable("no_energy_stated")
        return ([found] if found else []) + ([({"it_energy": rest}, {}, ())] if rest or not found else [])

    def _as_read(self, asked: RequestedFigure, energy: float) -> tuple[dict[str, float], Bounds, tuple[str, ...]]:
        """A reading; at the wall of a desk computer, with what a software meter misses of it."""
        if asked.scope != "wall" or not self.device.desk:
            return {"it_energy": energy}, {}, ()
        gap = "gap/laptop" if self.device.machine == "machine/laptop" else "gap/desktop-gpu"
        return {"component_energy": energy}, {"unmetered_ratio": self.tables.bound("unmetered_ratio", gap)}, ()

    def _from_site(self, asked: RequestedFigure, site: float) -> tuple[dict[str, float], Bounds, tuple[str, ...]]:
        """Electricity of a whole site, and that of its equipment: over the PUE."""
        item = self._pue.factor
        if item is None or not item.low or not item.value or not item.high:
            raise NotEstimable("out_of_range")
        ends = (site / item.high, site / item.value, site / item.low)
        energy = computed(f"it_energy/{item.id}", "it_energy", ends, item.source, item.locator, unit="kWh")
        whole = {} if asked.overhead is False else {"site_energy": site}
        self.behind["it_energy"] = (self._pue,)
        return whole, {"it_energy": SelectedFactor("it_energy", item.subject, energy)}, ()

    def _host(self) -> float:
        """Servers without their accelerators, or whole servers: hours × power as stated [kWh]."""
        if self._wall_clock is None:
            raise NotEstimable("no_energy_stated")
        return self._wall_clock * (self.workload.host_power_w or 0.0) / WATTS

    def _cards(self, cards_only: bool) -> tuple[dict[str, float], Bounds, tuple[str, ...]] | None:
        """Accelerators: hours × power × load; else tokens, images or videos. Servers are added where none is stated."""
        workload, tables, card = self.workload, self.tables, self.device.accelerator
        ratio = _stated("host_ratio", 1.0) if cards_only else tables.bound("host_ratio", self.device.machine)
        hours, watts, load = self.hours, workload.device_power_w, workload.device_load
        if hours is None and watts is not None and self._wall_clock is not None:
            hours = self._wall_clock * (workload.device_count or 1)
        power = tables.bound("max_power", card) if watts is None else _stated("max_power", watts / WATTS)
        if hours is not None and (watts is not None or load is not None):
            drawn = 1.0 if watts is not None else load or 0.0
            bounds = {"max_power": power, "device_load": _stated("device_load", drawn)}
            return {"working_hours": hours}, bounds | {"host_ratio": _stated("host_ratio", 1.0)}, ()
        if workload.host_power_w is not None and not cards_only:
            return None  # the power of whole servers
        if hours is not None and not self._paced:
            serving = workload.requests is not None or workload.output_tokens is not None
            of_run = "serving_load" if workload.duration_s is None else "working_load"  # a run has no waiting
            load_factor = replace(tables.bound(of_run if serving else "training_load", ANY), quantity="device_load")
            bounds = {"max_power": power, "device_load": load_factor, "host_ratio": ratio}
            return {"working_hours": hours}, bounds, ()
        return self._answers({"host_ratio": ratio}, cards_only)

    @property
    def _paced(self) -> bool:
        """Whether arrivals say how hard the cards of a run work: its hours are not all at the pace of a full card."""
        workload = self.workload
        if not (workload.request_rate_per_s and workload.requests and workload.output_tokens):
            return False
        try:
            served = case_serving(workload, self.device.accelerator, self._host_class, self.tables)
        except NotEstimable:
            return False
        return served.flight is not None and served.flight > 1  # below, cards wait: their hours count that

    def _answers(self, bounds: Bounds, cards_only: bool) -> tuple[dict[str, float], Bounds, tuple[str, ...]] | None:
        """Electricity of what a model answers; None when the case describes no use of a model."""
        workload, media = self.workload, MEDIA.get(self.workload.task or "")
        if workload.model is None and workload.total_params_b is None and media is None:
            return None
        if workload.requests is None:
            if workload.output_tokens is None:
                return None
            raise NotEstimable("no_requests")
        if not cards_only and not self.device.desk and self.hours is None:
            bounds = bounds | waiting(self.tables.catalogue, self._host_class, self.tables.today)
        table = measured_table(workload.model, self.options.leave_out, self.options.without_source)
        reads = workload.input_tokens if embeds(workload) else None
        if reads or media is not None:
            size = case_size(workload).total if reads else (1.0, 1.0, 1.0)
            name = measured_name(workload.model) or workload.model
            made = media_energy(media or "embedding", name, self.device.accelerator, table, size)
            energy = SelectedFactor("media_energy", workload.model or "", made.factor)
            return {"media_outputs": workload.requests * (reads or 1.0)}, bounds | {"media_energy": energy}, made.rows
        stated = {"input_tokens", "requests"} | ({"output_tokens"} if workload.output_tokens else set())
        task = dict(self.tables.aliases("task")).get((workload.task or "").lower())
        said = workload.model_dump(include=stated) | {"model": workload.model or "-", "task": task}
        asked, supposed = of_task(Request.model_validate(said), self.tables.catalogue, self.tables.today)
        if not asked.output_tokens:
            raise NotEstimable("no_output_tokens")
        workload = workload.model_copy(update={"task": None}) if task else workload  # of no benchmark
        serving = case_serving(workload, self.device.accelerator, self._host_class, self.tables)
        found = serving_factors(serving, self.tables.catalogue, self.tables.today, table)
        return task_uses(supposed) or token_amounts(asked), {**bounds, **found.bounds, **supposed.lengths}, found.rows

    # Water

    def _water(self, asked: RequestedFigure) -> list[CaseTerm]:
        stated, on_site = self.site.wue_l_per_kwh, self.site.wue_basis == "site"
        results, bounds = [], {}
        if asked.indicator != "water_electricity_l":
            name = "wue_site" if stated is not None and on_site else "wue_it"
            bounds[name] = self.tables.bound(name, self._host_class) if stated is None else _stated(name, stated)
            results.append("onsite_water_site" if name == "wue_site" else "onsite_water_it")
            if name == "wue_site":
                asked = asked.model_copy(update={"overhead": True})
        if asked.indicator != "water_onsite_l":
            bounds["grid_water_intensity"] = self._grid_water()
            results.append("grid_water")
        return self._electricity(asked, tuple(results), bounds)

    def _grid_water(self) -> SelectedFactor:
        """Water of the electricity; publications count reservoirs or not and do not say, so either may be meant."""
        if self.site.grid_water_l_per_kwh is not None:
            return _stated("grid_water_intensity", self.site.grid_water_l_per_kwh)
        names = ("grid_water_intensity", "grid_reservoir_water_intensity")
        bare, full = (self.tables.bound(name, self.site.zone, self.day) for name in names)
        one, other = bare.factor, full.factor
        if one is None or other is None:
            return bare if one is None else replace(full, quantity="grid_water_intensity")
        assert one.low and one.value and one.high and other.low and other.value and other.high
        ends = (min(one.low, other.low), math.sqrt(one.value * other.value), max(one.high, other.high))
        where = {"unit": one.unit, "subject": one.subject}
        item = computed(f"{one.id}/either", "grid_water_intensity", ends, one.source, one.locator, **where)
        self.behind["grid_water_intensity"] = (bare, full)
        combined = SelectedFactor("grid_water_intensity", bare.subject, item, bare.fallback_level)
        if not bare.fallback_level:
            return combined
        return self._times(combined, self.tables.bound("grid_subzone_spread", one.subject))

    def _times(self, one: SelectedFactor, spread: SelectedFactor) -> SelectedFactor:
        """A factor times another, as one factor: independent doubts add up as squares of logarithms."""
        if one.factor is None or spread.factor is None:
            return one if one.factor is None else replace(spread, quantity=one.quantity)
        (low, value, high), (under, middle, over) = (
            (f.low or 0.0, f.value or 0.0, f.high or 0.0) for f in (one.factor, spread.factor)
        )
        down = math.hypot(math.log(value / low), math.log(middle / under))
        up = math.hypot(math.log(high / value), math.log(over / middle))
        ends = (value * middle * math.exp(-down), value * middle, value * middle * math.exp(up))
        where = {"unit": one.factor.unit, "subject": one.factor.subject}
        identity = f"{one.factor.id}/{spread.factor.id}"
        item = computed(identity, one.factor.quantity, ends, one.factor.source, one.factor.locator, **where)
        self.behind[one.quantity] = (*self.behind.get(one.quantity, (one,)), spread)
        return SelectedFactor(one.quantity, one.subject, item, one.fallback_level)

    # Manufacture

    @property
    def _states_hardware(self) -> bool:
        """Does a total count manufacture: hardware that is stated, or hours of a known device?"""
        stated = self.hardware.model_fields_set - {"components_gwp_kgco2e"}
        return bool(stated) or (
            not self.hardware.model_fields_set and self.hours is not None and self.device.accelerator is not None
        )

    def _manufacture(self, asked: RequestedFigure, impact: str) -> list[CaseTerm]:
        """Devices with their share of the server, as far as the scope counts it: of one, or by hours of use."""
        made = self._made(asked, impact)
        per = self._cards_per_server()
        if asked.per == "device":
            one = {"device_lives": 1.0, "machine_lives": 1.0 if self.device.server else 1.0 / per}
            group = ActivityGroup(one, made)
        else:
            group = ActivityGroup(self._hours_of(made), made | self._life(per))
        known = [owner for owner in ("device", "machine") if f"{owner}_{impact}" in made]
        return [CaseTerm(group, tuple(f"{owner}_embodied_{impact}" for owner in known))]

    def _hours_of(self, made: Bounds) -> dict[str, float]:
        if self.hours is None:
            raise NotEstimable("no_device_hours")
        names = ("machine_hours",) if self.device.server else ("device_hours", "hosted_hours")
        return dict.fromkeys(names, self.hours) | {"resource_share": 1.0}

    def _made(self, asked: RequestedFigure, impact: str) -> Bounds:
        stated = {
            "device_gwp": self.hardware.device_gwp_kgco2e,
            "machine_gwp": self.hardware.server_gwp_kgco2e,
            "device_adpe": self.hardware.device_adpe_kgsbeq,
        }
        given = {name: _stated(name, value) for name, value in stated.items() if value is not None and impact in name}
        if given:
            return given
        if self.device.server is not None:
            return {f"machine_{impact}": self.tables.bound(f"machine_{impact}", self.device.server)}
        card = {f"device_{impact}": self.tables.bound(f"device_{impact}", self.device.accelerator)}
        if asked.scope == "gpu":
            return card
        return card | {f"machine_{impact}": self.tables.bound(f"machine_{impact}", self.device.machine)}

    def _cards_per_server(self) -> float:
        found = self.tables.bound("devices_per_server", self.device.machine).factor
        return self.hardware.devices_per_server or (found.value if found and found.value else 1.0)

    def _life(self, per: float) -> Bounds:
        found = {"devices_per_server": _stated("devices_per_server", per)}
        found["machine_share"] = self.tables.bound("machine_share", "machine/any")
        for owner, subject in (("device", ANY), ("machine", "machine/any")):
            for name, stated in (("lifetime", self.hardware.lifetime_years), ("occupancy", self.hardware.utilisation)):
                quantity = f"{owner}_{name}"
                found[quantity] = _stated(quantity, stated) if stated else self.tables.bound(quantity, subject)
        return found


def _stated(name: str, value: float) -> SelectedFactor:
    return exact(name, name, value)


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
