"""Simulated codecarbon output of the invented servers, in its own columns, and the sidecar of each run."""

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from estimator.ingestion.sidecar import Modes, Sidecar, dump, sidecar_of_run
from scripts.demo.metropole.calendar import Month, months

COLUMNS = (
    "timestamp project_name run_id experiment_id duration emissions emissions_rate cpu_power gpu_power ram_power"
    " cpu_energy gpu_energy ram_energy energy_consumed water_consumed country_name country_iso_code region"
    " cloud_provider cloud_region os python_version codecarbon_version cpu_count cpu_model gpu_count gpu_model"
    " longitude latitude ram_total_size tracking_mode cpu_utilization_percent gpu_utilization_percent"
    " ram_utilization_percent ram_used_gb on_cloud pue wue"
).split()
MACHINE = ("cpu_count", "cpu_model", "gpu_count", "gpu_model", "ram_total_size")
READINGS = 4  # a month
BEGINS = time(3)  # late enough for no run to start in the previous month in UTC


class InventedRun(NamedTuple):
    """A simulated run: its server, its month, its rank in the month, its id."""

    server: Mapping[str, Any]
    month: Month
    number: int
    id: str

    @property
    def hours(self) -> float:
        return float(self.server["hours_a_day"]) * self.month.days / READINGS

    @property
    def begin(self) -> datetime:
        return datetime.combine(self.month.start, BEGINS) + timedelta(days=self.month.days * self.number / READINGS)


def write_traces(said: Mapping[str, Any], folder: Path) -> None:
    """One file a server of servers.toml, and a sidecar a run where the server has one."""
    for server in said["server"]:
        trace = folder / f"{server['service']}-{said['mark']}.csv"
        with trace.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            table.writeheader()
            for run in _runs(server, said["mark"]):
                table.writerows(_snapshots(run, said))
                if "modes" in server:
                    dump(_sidecar(run, said["mark"]), sidecar_of_run(trace, run.id))


def _runs(server: Mapping[str, Any], mark: str) -> Iterator[InventedRun]:
    for month in months(server["months"], server["service"]):
        for number in range(READINGS):
            name = f"{mark}/{server['service']}/{month.name}/{number}"
            yield InventedRun(server, month, number, str(uuid5(NAMESPACE_URL, name)))


def _snapshots(run: InventedRun, said: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of a run; each is cumulative, as codecarbon flushes them."""
    server, month = run.server, run.month
    about = {name: server.get(name, "") for name in MACHINE} | {"project_name": server["service"], "run_id": run.id}
    if server.get("country", True):
        about |= {"country_name": "France", "country_iso_code": "FRA"}
    about |= {"codecarbon_version": said["codecarbon"], "tracking_mode": "machine", "on_cloud": "N", "pue": 1.0}
    watts = {"cpu": month.between(server["cpu_w"]) * (0.8 + 0.2 * month.busy), "ram": float(server["ram_w"])}
    watts["gpu"] = month.between(server["gpu_w"]) * month.busy if "gpu_w" in server else 0.0
    count = server.get("snapshots", 1)
    for part in range(1, count + 1):
        hours = run.hours * part / count
        kwh = {name: round(power * hours / 1000, 6) for name, power in watts.items()}
        total = round(sum(kwh.values()), 6)
        emitted = total * said["reported"]
        yield about | {
            "timestamp": (run.begin + timedelta(hours=hours)).isoformat(timespec="seconds"),
            "duration": round(hours * 3600, 1),
            "emissions": round(emitted, 8),
            "emissions_rate": round(emitted / (hours * 3600), 12),
            **{f"{name}_power": round(power, 2) for name, power in watts.items()},
            **{f"{name}_energy": energy for name, energy in kwh.items()},
            "energy_consumed": total,
        }


def _sidecar(run: InventedRun, mark: str) -> Sidecar:
    """The facts of a run; `tracker` states that it is simulated."""
    server, month = run.server, run.month
    return Sidecar(
        run_id=run.id,
        modes=Modes(**server["modes"]),
        scope="machine",
        timezone="Etc/UTC",
        machine=server["machine"],
        host=[host for since, host in server["hosts"].items() if since <= month.name][-1],
        zone="FRA",
        tracker=mark,
        use_case=server["service"],
        model=server["model"],
        items=round(month.between(server["items"]) * month.busy),
        item_unit=server["item_unit"],
    )
