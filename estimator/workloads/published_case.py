"""Vocabulary of a described use of AI, its site and hardware: any published case is a valid input of the estimator."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from estimator.core.errors import SobriaError

Indicator = Literal[
    "it_energy_kwh",
    "site_energy_kwh",
    "gwp_kgco2e",
    "use_gwp_kgco2e",
    "embodied_gwp_kgco2e",
    "water_onsite_l",
    "water_electricity_l",
    "water_l",
    "adpe_kgsbeq",
    "embodied_adpe_kgsbeq",
]
Scope = Literal["gpu", "it", "site", "wall"]
Per = Literal["request", "output_token", "device_hour", "device"]
ANSWERS = ("value", "resolution", "tolerance_rel")
LIBRARIAN = ("title", "kind", "quality", "fault", "source", "assumed", "remark", "proof", "measurement")


class CaseRefused(SobriaError):
    """A case outside the vocabulary."""


class CasePart(BaseModel):
    """A frozen part of a case; refuses unknown fields; unknown is absent and never null."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Components(CasePart):
    """Electricity of the components of the servers, as read; a faulty trace may have a negative one [kWh]."""

    cpu: float | None = None
    gpu: float | None = None
    ram: float | None = None

    def stated(self) -> dict[str, float]:
        """The components that are stated [kWh]."""
        return {name: value for name, value in self if value is not None}


class Workload(CasePart):
    """What was done: one way of stating energy, or the data needed to estimate it."""

    it_energy_kwh: float | None = Field(None, description="electricity of the equipment [kWh]")
    site_energy_kwh: float | None = Field(None, description="electricity with the overhead of the facility [kWh]")
    component_energy_kwh: Components | None = Field(None, description="by component [kWh]")
    idle_energy_kwh: float | None = Field(None, description="standing electricity, added in every form [kWh]")
    device: str | None = Field(None, description="name of the accelerator or server, as the publication writes it")
    device_count: float | None = Field(None, gt=0, description="accelerators that serve one replica, or of the run")
    device_hours: float | None = Field(None, ge=0, description="total over devices [h]")
    device_power_w: float | None = Field(None, description="mean of one device [W]")
    device_load: float | None = Field(None, gt=0, description="share of the maximum power of the device [1]")
    host_power_w: float | None = Field(
        None, ge=0, description="rest of the servers; whole servers when no device power is stated [W]"
    )
    hours: float | None = Field(None, ge=0, description="wall clock [h]")
    duration_s: float | None = Field(None, ge=0, description="wall clock [s]")
    model: str | None = None
    total_params_b: float | None = Field(None, gt=0, description="parameters of the model [1e9]")
    active_params_b: float | None = Field(None, gt=0, description="parameters at work for a token [1e9]")
    input_tokens: float | None = Field(None, ge=0, description="read, per request")
    output_tokens: float | None = Field(None, ge=0, description="written, per request")
    requests: float | None = Field(None, gt=0)
    concurrency: float | None = Field(None, gt=0, description="requests in flight per replica")
    request_rate_per_s: float | None = Field(None, gt=0, description="mean arrivals [1/s]")
    precision_bits: float | None = Field(None, gt=0, description="bits of a weight")
    task: str | None = Field(None, description="of a benchmark, text-to-image, text-to-video, or one of the tables")


class Site(CasePart):
    """Where it ran; absent fields are defaulted from the factor tables."""

    zone: str | None = Field(None, description="ISO 3166-1 alpha-3, or with its subdivision: USA-TX")
    pue: float | None = Field(None, description="site over IT electricity [1]")
    wue_l_per_kwh: float | None = Field(None, description="water on site [L/kWh]")
    wue_basis: Literal["it", "site"] | None = Field(None, description="the electricity that the WUE multiplies")
    grid_gwp_kgco2e_per_kwh: float | None = Field(None, description="[kgCO2e/kWh]")
    grid_water_l_per_kwh: float | None = Field(None, description="[L/kWh]")
    grid_basis: Literal["location", "market"] | None = None


class Hardware(CasePart):
    """What it ran on, as manufactured; absent fields are defaulted from the factor tables."""

    device_gwp_kgco2e: float | None = Field(None, description="manufacture of one device [kgCO2e]")
    device_adpe_kgsbeq: float | None = Field(None, description="manufacture of one device [kgSbeq]")
    server_gwp_kgco2e: float | None = Field(None, description="manufacture of one server without devices [kgCO2e]")
    devices_per_server: float | None = Field(None, gt=0)
    lifetime_years: float | None = Field(None, gt=0, description="[year]")
    utilisation: float | None = Field(None, gt=0, description="share of the life that is used [1]")
    components_gwp_kgco2e: dict[str, float] | None = Field(
        None, description="named parts, added as they stand [kgCO2e]"
    )


class RequestedFigure(CasePart):
    """A requested figure: an indicator, for which equipment, with or without overhead, per what."""

    indicator: Indicator
    scope: Scope | None = None
    overhead: bool | None = None
    per: Per | None = None


class PublishedCase(CasePart):
    """A workload with its site and hardware, the requested figures, and its trace, if any."""

    id: str
    family: str = ""
    phase: Literal["training", "fine_tuning", "inference", "hardware", "trace"] | None = None
    workload: Workload = Workload()
    site: Site = Site()
    hardware: Hardware = Hardware()
    asked: tuple[RequestedFigure, ...] = ()
    trace: dict[str, str] = Field(default_factory=dict, description="a CodeCarbon row, as published")


def read_case(data: Mapping[str, Any]) -> PublishedCase:
    """A case of the shared vocabulary, without its answers. CaseRefused on an unknown word."""
    body = {key: value for key, value in data.items() if key not in LIBRARIAN and key != "published"}
    if isinstance(data.get("trace"), Mapping):
        body["trace"] = {key: "" if cell is None else str(cell) for key, cell in data["trace"].items()}
    body["asked"] = [
        {key: value for key, value in figure.items() if key not in ANSWERS} for figure in data.get("published", ())
    ]
    try:
        return PublishedCase.model_validate(body)
    except ValidationError as error:
        raise _refusal(str(data.get("id", "?")), error) from error


def _refusal(case: str, error: ValidationError) -> CaseRefused:
    fault = error.errors()[0]
    place = [str(part) for part in fault["loc"]]
    parts: dict[str, type[CasePart]] = {
        "workload": Workload,
        "site": Site,
        "hardware": Hardware,
        "asked": RequestedFigure,
        "component_energy_kwh": Components,
    }
    known = next((parts[part] for part in reversed(place[:-1]) if part in parts), PublishedCase)
    read = fault.get("input")
    return CaseRefused(
        case=case, word=".".join(place), read=str(read)[:40], known=", ".join(known.model_fields), reason=fault["msg"]
    )
