"""A lever tried on a copy of a home: the rows of its service changed as the ledger would hold them, and calculated."""

import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from estimator.assessment.evaluation import BILLED, ActivityGroup, read_of_components
from estimator.assessment.impacts import figure_named
from estimator.assessment.uncertainty import interval
from estimator.builds.build_file import BuildFile
from estimator.builds.queries import SAMPLE_MARK
from estimator.catalogue.default_subjects import machine_at
from estimator.comparison.paired_draws import Side
from estimator.core.errors import SobriaError
from estimator.core.fields import Author, Strict
from estimator.core.interval import Interval
from estimator.core.periods import first_day
from estimator.governance.indicators.open_scope import scope_of
from estimator.governance.levers.changes import Change
from estimator.governance.levers.levers import FoundLever, ranked, workshop
from estimator.governance.levers.running import RunningService, running
from estimator.ledger import Ledger
from estimator.ledger.append import Append
from estimator.ledger.read_result import ReadResult
from estimator.ledger.rows import COMPONENTS, Activity
from estimator.ledger.withdrawals import withdraw_rows
from estimator.places.journal import PlaceJournal
from estimator.places.placing import knowledge

LEFT = ("builds", ".*lock", ".migrating")  # of a home, what its copy makes anew
INFERRED = "host_of_provider"  # said of a row whose place is the usual one of its provider: here it is written


class AppliedLever(Strict):
    """A lever applied to a copy: electricity saved over the months looked at as announced and as recalculated, and the
    totals of the whole home before and after [kWh]."""

    number: int
    folder: str
    months: int
    known: Interval
    found: Interval
    before: Interval
    after: Interval


class _Written(NamedTuple):
    """The file that the changed rows say they come from."""

    name: str
    sha: str


def applied(home: Path, number: int, to: Path) -> AppliedLever:
    """Apply a lever of a home to a copy of it, which says that it is invented. lever_unknown, lever_copy_there,
    lever_copy_inside, lever_copy_nowhere."""
    if to.exists():
        raise SobriaError("lever_copy_there", folder=to)
    if to.resolve().is_relative_to(home.resolve()):
        raise SobriaError("lever_copy_inside", folder=to, home=home)
    if not (to.absolute().parent.is_dir() and os.access(to.absolute().parent, os.W_OK)):
        raise SobriaError("lever_copy_nowhere", folder=to, parent=to.absolute().parent)
    sources = scope_of(home).sources
    told, _ = ranked(sources, running(sources))
    if not 0 < number <= len(told):
        raise SobriaError("lever_unknown", number=number, count=len(told))
    lever, build = told[number - 1], sources.build
    with TemporaryDirectory(dir=to.absolute().parent) as folder:
        draft = Path(folder) / to.name
        shutil.copytree(home, draft, ignore=shutil.ignore_patterns(*LEFT))
        (draft / SAMPLE_MARK).touch()
        _write(home, draft, build, lever)
        changed = scope_of(draft).sources.build
        sides = [Side(b.groups()).drawn(_energy()) for b in (build, changed)]
        draft.rename(to)
    before, after = (0.0 if drawn is None else drawn for drawn in sides)
    amounts = {"before": before, "after": after, "found": before - after}
    totals = {name: interval(drawn, "kWh") for name, drawn in amounts.items()}
    return AppliedLever(number=number, folder=str(to), months=len(lever.service.months), known=lever.known, **totals)


def _write(home: Path, to: Path, build: BuildFile, lever: FoundLever) -> None:
    """The rows of the service withdrawn from the copy, and written anew as they would be after the change."""
    service, change, ledger = lever.service, lever.change, Ledger(to)
    key = service.service, service.model, service.host, service.training
    rows = build.located_rows(key, service.months[0], service.months[-1])
    author = Author(who="sobria levers", why=change.kind)
    withdraw_rows(ledger, f"service:{service.service}", {row["row_id"] for row in rows}, author)
    work = workshop(home, build)
    shared = change.again or (service.read and change.kind not in ("place", "no_ai"))
    left = work.left_of_reading(service, change) if shared else 1.0
    act = _it_energy(work.after(service, change)) / (service.requests or 1.0) if change.program else 0.0
    rows = [_of_machines(row, service) for row in rows] if change.host else rows
    made = [_changed(row, number, change, left, act) for number, row in enumerate(rows, 1)]
    append = Append(ledger)
    append.take(_Written(f"lever-{change.kind}", "0"), [ReadResult(made, [], len(made))])
    append.account()
    if change.host and knowledge(to).rules:
        said = {"service": service.service, "model": service.model or None, "file": f"lever-{change.kind}"}
        said |= {"host": change.host, "zone": change.zone}
        since = first_day(service.months[0])
        PlaceJournal(to).add_rule({name: v for name, v in said.items() if v} | {"since": since}, author)


def _of_machines(row: dict[str, Any], service: RunningService) -> dict[str, Any]:
    """A row that moves: the electricity of its site is that of its machines, at the PUE where they were."""
    if not row["site_energy_kwh"]:
        return row
    month = max(row["start_month"], service.months[0])
    group = next(placed.group for placed in service.groups if placed.row["month"] == month)
    read = read_of_components(ActivityGroup({BILLED: row["site_energy_kwh"]}, group.bounds))["other"]
    return {**row, "site_energy_kwh": None, "other_energy_kwh": (row["other_energy_kwh"] or 0.0) + read}


def _it_energy(groups: Sequence[Any]) -> float:
    """IT electricity of these, at factor values [kWh]."""
    return float(sum(group.values["it_energy"] for group in groups))


def _changed(row: Mapping[str, Any], line: int, change: Change, left: float, act: float) -> Activity:
    """A row as it would be after a change: of its own, whatever run it was of."""
    name = hashlib.md5(f"lever {row['row_id']}".encode(), usedforsecurity=False).hexdigest()
    found = {field: row[field] for field in Activity.model_fields}
    found |= {"row_id": name, "run_key": name, "run_id": None, "task_name": None, "cumulative": False}
    found |= {"file_name": f"lever-{change.kind}", "file_sha": "0", "line": line}
    found |= {"checks": tuple(code for code in row["checks"] or () if code != INFERRED)}
    if change.program:
        return Activity.model_validate(found | _without_model(row, act))
    found |= {n: row[n] * left for n in _read(change) if row[n] is not None}
    found |= {"input_tokens": row["input_tokens"] * left} if change.again and row["input_tokens"] else {}
    found |= {n: row[n] * change.written for n in ("output_tokens", "context_tokens") if row[n] is not None}
    found |= {n: row[n] * change.hours for n in ("device_hours", "machine_hours") if row[n] is not None}
    found |= {"concurrency": row["concurrency"] * change.flight} if row["concurrency"] else {}
    found |= {"model": change.model} if change.model else {}
    found |= {"precision": f"int{change.bits}"} if change.bits else {}
    if change.host:
        supposed = row["modelled"] and row["machine"] == machine_at(row["host"])
        found |= {"host": change.host, "zone": change.zone or row["zone"]}
        found |= {"machine": None if supposed else row["machine"]}
    return Activity.model_validate(found)


def _read(change: Change) -> tuple[str, ...]:
    return (
        ("gpu_energy_kwh",)
        if change.kind == "waiting"
        else (*(f"{c}_energy_kwh" for c in COMPONENTS), "site_energy_kwh")
    )


def _without_model(row: Mapping[str, Any], act: float) -> dict[str, Any]:
    """The fields of a row that a program without AI answers. act: its electricity for one request [kWh]."""
    blank = dict.fromkeys(
        ("model", "input_tokens", "output_tokens", "cached_tokens", "context_tokens", "images", "audio_s", "device",
         "device_count", "device_hours", "machine_hours", "concurrency", "precision", "site_energy_kwh",
         "cpu_energy_kwh", "gpu_energy_kwh", "ram_energy_kwh")
    )  # fmt: skip
    modes = dict.fromkeys(("cpu_mode", "gpu_mode", "ram_mode"), "mode/none") | {"gap": "gap/none"}
    read = {"other_mode": "mode/modelled", "other_energy_kwh": (row["requests"] or 0.0) * act}
    return blank | modes | read


def _energy() -> Any:
    return figure_named("energy")
