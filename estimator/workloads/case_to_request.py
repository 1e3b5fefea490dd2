"""A workload in the words of the published cases, as a question: the same estimate from either vocabulary."""

from datetime import date
from typing import Any

from estimator.catalogue.defaults import defaults
from estimator.catalogue.load import load
from estimator.catalogue.selection import SelectedFactor, given
from estimator.core.errors import sentences
from estimator.workloads.case_valuation import CaseFigure, value
from estimator.workloads.published_case import Hardware, RequestedFigure, Site, Workload
from estimator.workloads.request import Request

MEASURED = ("site_energy_kwh", "component_energy_kwh", "idle_energy_kwh", "device_power_w", "host_power_w")
MEDIA = {"text-to-image": "images", "text-to-video": "videos"}


def question_of(workload: Workload, site: Site, hardware: Hardware, day: date) -> Request:
    """The question that a workload asks, its hardware found by name; its electricity may have to be told apart."""
    device = defaults(frozenset(), day).device(workload.device)
    fields: dict[str, Any] = {
        "it_energy_kwh": workload.it_energy_kwh,
        "model": workload.model,
        "input_tokens": workload.input_tokens,
        "output_tokens": workload.output_tokens or None,
        "requests": workload.requests,
        "concurrency": workload.concurrency,
        "precision_bits": workload.precision_bits,
        "device": device.accelerator or device.server,
        "device_count": workload.device_count,
        "device_hours": _hours(workload),
        "load": workload.device_load,
        "zone": site.zone,
        "pue": site.pue,
        "wue": site.wue_l_per_kwh,
        "wue_basis": site.wue_basis,
        "lifetime_years": hardware.lifetime_years,
        "occupancy": hardware.utilisation,
    }
    if workload.task in MEDIA:
        fields |= {MEDIA[workload.task]: 1.0, "output_tokens": None}
    if stated_elsewhere(workload):
        fields |= {"it_energy_kwh": 0.0, "model": None}
    if fields["device_hours"] is None and fields["model"] is None:
        fields["device"] = None
    return Request.model_validate({name: said for name, said in fields.items() if said is not None})


def stated_elsewhere(workload: Workload) -> bool:
    """Is its electricity stated in another way than as that of the equipment, or by an uncatalogued size?"""
    stated = any(getattr(workload, name) is not None for name in MEASURED)
    return stated or (workload.total_params_b is not None and workload.it_energy_kwh is None)


def energy_of(workload: Workload, site: Site, hardware: Hardware) -> tuple[SelectedFactor, CaseFigure]:
    """Its IT electricity with its interval, and how it was found."""
    row = value(workload, site, hardware, [RequestedFigure(indicator="it_energy_kwh", scope="it")])[0]
    if row.central is None:
        return SelectedFactor(
            "it_energy", "given", None, missing=(row.missing or {}).get("code", "no_energy_stated")
        ), row
    exact = given(load(), "it_energy", row.central)
    assert exact.factor is not None
    interval = {"low": row.low, "high": row.high, "bounds_kind": "exact" if row.low == row.high else "p5_p95"}
    return SelectedFactor("it_energy", "given", exact.factor.model_copy(update=interval)), row


def warnings_of(workload: Workload, site: Site, hardware: Hardware) -> list[dict[str, str]]:
    """What a workload says that an estimate does not read, named."""
    unread = {"grid_gwp_kgco2e_per_kwh", "grid_water_l_per_kwh", "grid_basis"} & site.model_fields_set
    unread |= hardware.model_fields_set - {"lifetime_years", "utilisation"}
    return [sentences("served", "not_read", words=", ".join(sorted(unread)))] if unread else []


def _hours(workload: Workload) -> float | None:
    if workload.device_hours is not None or workload.hours is None or workload.device is None:
        return workload.device_hours
    return workload.hours * (workload.device_count or 1)
