"""Measured energy in the BoAmps format of Boavizta: one report a service, model, site and measurement method."""

import json
import re
import tomllib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from estimator.assessment.impacts import amounts, figure_named
from estimator.catalogue.load import load
from estimator.catalogue.models import known
from estimator.catalogue.site_ownership import owner
from estimator.core.errors import SobriaError
from estimator.governance.indicators.anonymity import grouped
from estimator.governance.indicators.usage_by_case import last_day
from estimator.governance.register.attachments import use_case_of
from estimator.governance.register.schema import WHOLE, UseCase
from estimator.ingestion.kept_traces import sidecar_of
from estimator.ledger.rows import COMPONENTS
from estimator.reporting.publications.context import ReportFacts, ReportFiles
from estimator.reporting.uses.resident import task_text

GROUPED = (
    "service_key", "model", "host", "zone", "machine", "device", "device_count", "reader", "tool_version", "cpu_mode",
    "gpu_mode", "ram_mode", "other_mode",
)  # fmt: skip
PLACES = {"own": "onPremise", "bought": "publicCloud", "unsaid": "other"}
PAGE = 1000  # runs read in one batch
SPACE = uuid.UUID("6f0d6d0c-6b0e-5d0a-9a53-3b2a1f6c5e11")  # namespace of the ids of our reports


class RunGroup(NamedTuple):
    """Runs of one report: their common fields, the runs, and their use case."""

    shared: Mapping[str, Any]
    runs: Sequence[Mapping[str, Any]]
    case: UseCase | None

    def total(self, *names: str) -> float | None:
        """The sum of these fields over the runs, None when none of them has any."""
        found = [run[name] for run in self.runs for name in names if run[name] is not None]
        return float(sum(found)) if found else None

    @property
    def energy(self) -> float:
        """IT electricity as read, each run with its share of the machine [kWh]."""
        return float(sum(r["charge_share"] * (r[f"{c}_energy_kwh"] or 0.0) for r in self.runs for c in COMPONENTS))


@cache
def published() -> dict[str, Any]:
    """Allowed words of the BoAmps schemas."""
    return tomllib.loads((resources.files(__package__) / "boamps.toml").read_text("utf-8"))


def boamps(facts: ReportFacts) -> ReportFiles:
    """A draft a group of runs of the use cases that can be published one by one; groups without a report are named.
    boamps_merged: there is no run, but groups that other authorities published."""
    if facts.scope.sources.authorities and not next(_runs(facts), None):
        raise SobriaError("boamps_merged")
    files: dict[str, str] = {}
    lost: dict[str, list[str]] = {}
    for group in _groups(facts):
        why = _withholding_reason(facts, group)
        if why:
            lost.setdefault(why, []).append(group.shared["service_key"])
            continue
        body = _report(facts, group)
        files[_name(group, body["header"]["reportId"])] = json.dumps(body, ensure_ascii=False, indent=1) + "\n"
    notes = [facts.say(why, names=", ".join(dict.fromkeys(names))) for why, names in lost.items()]
    return ReportFiles(files, (*([facts.say("boamps_draft")] if files else []), *notes))


def _withholding_reason(facts: ReportFacts, group: RunGroup) -> str:
    """Why a group has no report: no responsible person, too few people, or required fields of the schema missing."""
    if group.case is None:
        return "boamps_no_case"
    if facts.withheld or group.case.id not in grouped(facts.scope).shown:
        return "boamps_few"
    return "boamps_no_energy" if not group.energy else "boamps_no_hardware" if not _components(facts, group) else ""


def _groups(facts: ReportFacts) -> Iterator[RunGroup]:
    """The runs of the scope that start in its period, by use case and by the fields unique in a report."""
    months = frozenset(facts.scope.period.months())
    cases = {case.id: case for case in facts.scope.cases}
    patterns = facts.scope.sources.register.attachments()
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for run in _runs(facts):
        if run["start_month"] in months:
            day = last_day(run["start_month"])
            id = use_case_of(run["service_key"], run["host"], run["model"], day, patterns)
            found.setdefault((id, *(run[name] for name in GROUPED)), []).append(run)
    for id, *key in sorted(found, key=repr):
        if id in cases or facts.scope.territory == WHOLE:
            yield RunGroup(dict(zip(GROUPED, key, strict=True)), found[(id, *key)], cases.get(id))


def _runs(facts: ReportFacts) -> Iterator[dict[str, Any]]:
    build, offset = facts.scope.sources.build, 0
    while rows := build.runs(None, offset, PAGE)["rows"]:
        yield from rows
        offset += PAGE


def _report(facts: ReportFacts, group: RunGroup) -> dict[str, Any]:
    build = facts.scope.sources.build
    named = "|".join([build.id, str(facts.scope.period), *(str(value) for value in group.shared.values())])
    header: dict[str, Any] = {
        "formatVersionSpecificationUri": published()["specification"],
        "reportId": str(uuid.uuid5(SPACE, named)),
        "reportDatetime": _moment(build.made_at),
        "reportStatus": "draft",
    }
    if facts.administration:
        publisher = {"name": facts.administration, "projectName": group.shared["service_key"]}
        header["publisher"] = publisher | {"confidentialityLevel": "public"}
    body = {"header": header, "task": _task(facts, group), "measures": [_measure(facts, group)]}
    body["infrastructure"] = _infrastructure(facts, group)
    if group.shared["zone"]:
        body["environment"] = {"country": group.shared["zone"]}
    quality = _quality(facts, group)
    return body | ({"quality": quality} if quality else {})


def _task(facts: ReportFacts, group: RunGroup) -> dict[str, Any]:
    """The task; a required word that nobody gave is stated as not given."""
    model, requests = group.shared["model"], group.total("requests")
    case = group.case
    assert case is not None
    answers = bool(model and group.total("output_tokens", "images", "requests"))
    known = {
        "taskStage": "inference" if answers else facts.say("unsaid"),
        "taskFamily": task_text(case.task, facts.lang),
        "algorithms": [_algorithm(model) if model else {"algorithmName": facts.say("unsaid")}],
        "dataset": _dataset(group),
    }
    about = {"service": group.shared["service_key"], "case": case.name}
    told = facts.say("boamps_about", period=facts.period, territory=facts.territory, **about)
    known["taskDescription"] = f"{told} {facts.say('boamps_unsaid')} {facts.made()}"
    return known | ({"nbRequest": requests} if requests and answers else {})


def _algorithm(model: str) -> dict[str, str]:
    """A model of our catalogue is a foundation model; for another, only the name is known."""
    return {"foundationModelName" if known(model) else "algorithmName": model}


def _dataset(group: RunGroup) -> list[dict[str, Any]]:
    """Input and output tokens and images; without counts, an input of kind other."""
    counted = (("input", "token", "input_tokens"), ("output", "token", "output_tokens"), ("output", "image", "images"))
    found = [
        {"dataUsage": usage, "dataType": kind, "dataQuantity": quantity}
        for usage, kind, name in counted
        if (quantity := group.total(name))
    ]
    return found or [{"dataUsage": "input", "dataType": "other"}]


def _measure(facts: ReportFacts, group: RunGroup) -> dict[str, Any]:
    shared = group.shared
    declared = shared["reader"] == "declared"
    modes = {f"{c}TrackingMode": str(shared[f"{c}_mode"]).removeprefix("mode/") for c in ("cpu", "gpu")}
    body = {
        "measurementMethod": facts.say("boamps_declared") if declared else shared["reader"],
        "powerConsumption": group.energy,
        "measurementDuration": group.total("duration_s"),
        "measurementDateTime": _moment(min(run["start"] for run in group.runs)),
    }
    if shared["tool_version"] and not declared:
        body["version"] = shared["tool_version"]
    body |= _calibration(facts.scope.sources.home, group)
    return body | {name: mode for name, mode in modes.items() if mode != "none"}


def _calibration(home: Path, group: RunGroup) -> dict[str, float]:
    """Electricity [kWh] and duration [s] of the idle machine before and after these runs, when metered."""
    beside = [side for run in group.runs if run["run_id"] and (side := sidecar_of(home, run["run_id"]))]
    told = [(side.window_of or side.run_id, side.idle_before, side.idle_after) for side in beside]
    rests = {(run, when): rest for run, *both in told for when, rest in enumerate(both) if rest}  # windows share theirs
    if not rests:
        return {}
    return {
        "powerCalibrationMeasurement": sum(rest.power_w * rest.duration_s for rest in rests.values()) / 3.6e6,
        "durationCalibrationMeasurement": sum(rest.duration_s for rest in rests.values()),
    }


def _infrastructure(facts: ReportFacts, group: RunGroup) -> dict[str, Any]:
    host = load().subjects.get(group.shared["host"] or "")
    body = {"infraType": PLACES[owner(group.shared["host"])], "components": _components(facts, group)}
    return body | ({"cloudProvider": host.provider} if host and host.provider and body["infraType"] != "other" else {})


def _components(facts: ReportFacts, group: RunGroup) -> list[dict[str, Any]]:
    """The computer of each run, and its accelerators when counted."""
    shared, label = group.shared, load().label
    found = []
    if shared["machine"]:
        found.append(
            {"componentType": "machine", "componentName": label(shared["machine"], facts.lang), "nbComponent": 1}
        )
    if shared["device"] and shared["device_count"]:
        name = label(shared["device"], facts.lang)
        found.append({"componentType": "gpu", "componentName": name, "nbComponent": shared["device_count"]})
    return found


def _quality(facts: ReportFacts, group: RunGroup) -> str | None:
    """Uncertainty of the electricity, in the words of BoAmps; none when it is larger than all of them."""
    figure = figure_named("it_energy")
    assert figure is not None
    cells = facts.scope.sources.build.run_groups([run["row_id"] for run in group.runs])
    amount = amounts([cell for found in cells.values() for cell in found], [figure])[figure.id]
    if amount.low is None or amount.high is None:
        return None
    error = max(amount.high - group.energy, group.energy - amount.low) / group.energy
    return next((word for word, most in published()["quality"].items() if error <= most), None)


def _moment(iso: str) -> str:
    return iso[:19].replace("T", " ")


def _name(group: RunGroup, id: str) -> str:
    """A file name of letters, digits and dashes, from any service name."""
    slug = re.sub(r"[^a-z0-9]+", "-", group.shared["service_key"].lower()).strip("-")[:40]
    return f"boamps-{'-'.join(filter(None, (slug, id[:8])))}.json"
