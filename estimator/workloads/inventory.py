"""From a setting to cells: each origin of electricity with its amounts and the factors that they need."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from estimator.assessment.evaluation import Cell
from estimator.catalogue.selection import Bound
from estimator.core.errors import sentences
from estimator.workloads.inference.measurements import ANY
from estimator.workloads.inference_inventory import served
from estimator.workloads.resolution import Setting

PLACE = (
    "pue", "wue_it", "wue_site", "grid_gwp", "grid_adpe", "grid_primary_energy", "grid_water_intensity",
    "grid_reservoir_water_intensity",
)  # fmt: skip
MADE = ("gwp", "adpe", "primary_energy")
DEVICE = (*(f"device_{x}" for x in MADE), "device_lifetime", "device_occupancy")
MACHINE = (*(f"machine_{x}" for x in MADE), "machine_lifetime", "machine_occupancy")
NETWORK = tuple(f"network_{x}_per_gb" for x in MADE)
GB_YEARS_PER_TB_MONTH = 1000 / 12


@dataclass
class Made:
    """The cells of a setting; what is told before their steps, rows that were used, warnings."""

    cells: list[Cell] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    rows: tuple[str, ...] = ()
    warnings: list[dict[str, str]] = field(default_factory=list)


def cells_of(setting: Setting, host: str = "") -> Made:
    """The main cell (electricity, manufacture, network), then waiting hours and storage when there are any.

    host: where the model is served, for the name of its doubt; without one it is served alike wherever it runs, as the
    options of a comparison suppose: a ratio between two sites is then that of the sites.
    """
    question, made = setting.question, Made(warnings=list(setting.warnings))
    amounts: dict[str, float] = {}
    bounds = setting.bounds(*PLACE)
    if question.it_energy_kwh is not None:
        amounts["it_energy"] = question.it_energy_kwh
    elif question.model is not None:
        _answers(setting, host, made, amounts, bounds)
    elif setting.reserved and setting.subjects["device"]:
        amounts["working_hours"] = question.device_hours or 0.0
        bounds |= _working(setting, _load(setting))
    _hardware(setting, amounts, bounds)
    if question.data_gb is not None:
        amounts["data_gb"] = question.data_gb
        bounds |= setting.bounds(*NETWORK)
    if amounts:
        made.cells.insert(0, Cell(amounts, bounds))
    if question.storage_tb_months is not None:
        kept = setting.bounds(*PLACE, "storage_energy", "storage_replication")
        made.cells.append(Cell({"stored_gb_years": question.storage_tb_months * GB_YEARS_PER_TB_MONTH}, kept))
        made.warnings.append(sentences("served", "storage_without_manufacture"))
    made.warnings += _wider(made.cells)
    return made


def _answers(setting: Setting, host: str, made: Made, amounts: dict[str, float], bounds: dict[str, Bound]) -> None:
    """What a model answered: on reserved accelerators with their waiting hours, or on a shared service."""
    found = served(setting.question, setting.subjects["device"], host)
    amounts |= found.amounts
    bounds |= found.bounds | {"host_ratio": setting.bound("host_ratio", setting.subjects["machine"])}
    if not setting.reserved and not setting.desk:
        bounds["provisioning_factor"] = setting.bound("provisioning_factor", ANY)
    made.steps, made.rows = found.steps, found.rows
    made.warnings += found.warnings
    if setting.reserved:
        _waiting(setting, made, amounts["outputs"], bounds["output_hours"])


def _waiting(setting: Setting, made: Made, outputs: float, pace: Bound) -> None:
    """Reserved hours that no answer takes, in a cell of their own: charged once, at the power of a waiting card."""
    hours = setting.question.device_hours or 0.0
    busy = outputs * pace.factor.value if pace.factor and pace.factor.value else None
    if busy is None:
        made.warnings.append(sentences("served", "waiting_unknown"))
    elif busy > hours:
        made.warnings.append(sentences("served", "hours_too_few", hours=_plain(hours), busy=_plain(busy)))
    else:
        load = replace(setting.bound("token_idle_share", ANY), quantity="device_load")
        cell = Cell({"working_hours": hours - busy}, setting.bounds(*PLACE) | _working(setting, load))
        made.cells.append(cell)
        share = f"{100 * busy / hours:.2g}" if hours else "0"
        made.warnings.append(sentences("served", "waiting_charged", hours=_plain(hours - busy), share=share))


def _plain(hours: float) -> str:
    return f"{hours:.0f}" if hours >= 10 else f"{hours:.2g}"


def _working(setting: Setting, load: Bound) -> dict[str, Bound]:
    power, ratio = setting.bounds("max_power", "host_ratio").values()
    return {"max_power": power, "device_load": load, "host_ratio": ratio}


def _load(setting: Setting) -> Bound:
    """The load that is given, else that of a training or of a service."""
    stated = setting.given().get("device_load")
    name = "training_load" if setting.trained else "serving_load"
    return stated or replace(setting.bound(name, ANY), quantity="device_load")


def _hardware(setting: Setting, amounts: dict[str, float], bounds: dict[str, Bound]) -> None:
    """Manufacture of the accelerators and of the servers that hold them, or of the machine that is given."""
    question, device, machine = setting.question, setting.subjects["device"], setting.subjects["machine"]
    answering = "outputs" in amounts
    if device is None and not answering:
        if machine is not None and question.device_hours is not None:
            amounts |= {"machine_hours": question.device_hours, "resource_share": _share(setting)}
            bounds |= setting.bounds(*MACHINE)
        return
    if question.device_hours is not None:
        amounts |= {"device_hours": question.device_hours, "hosted_hours": question.device_hours}
    elif not answering:
        return
    amounts["resource_share"] = _share(setting)
    bounds |= setting.bounds(*DEVICE, *MACHINE, "devices_per_server")


def _share(setting: Setting) -> float:
    return 1.0 if setting.question.resource_share is None else setting.question.resource_share


def _wider(cells: Iterable[Cell]) -> list[dict[str, str]]:
    """A sentence for each factor that is that of a wider subject; lifetimes and the like are meant to be."""
    found: dict[str, dict[str, str]] = {}
    for cell in cells:
        for name, bound in cell.bounds.items():
            if bound.factor and bound.rung and not name.endswith(("_lifetime", "_occupancy")):
                facts = {"asked": bound.subject, "used": bound.factor.subject, "quantity": name}
                found[name] = sentences("warnings", "wider_subject", **facts)
    return list(found.values())
