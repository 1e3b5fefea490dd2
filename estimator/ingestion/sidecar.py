"""Sidecar: facts missing from a trace, in a small JSON file written next to it by `sobria track`."""

import json
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from estimator.catalogue.default_subjects import CARD_MACHINE, THREAD_MACHINES
from estimator.catalogue.resolver import is_timezone
from estimator.core.atomic_files import publish
from estimator.core.errors import LANGUAGES, SobriaError, say
from estimator.core.fields import Strict
from estimator.core.json_once import RepeatedKey, loaded
from estimator.core.typography import cut
from estimator.core.validation_messages import file_fault
from estimator.ingestion.parsing.file_names import unrotated
from estimator.ledger.rows import Scope

SUFFIX = ".sobria.json"
_MODE = r"^mode/[a-z0-9_]+$"
OF_ANY_ROW = (
    *("host", "zone", "timezone", "machine", "machine_id", "vcpus", "device", "device_count", "resource_share"),
    *("precision", "concurrency"),
)
NAMED_BY_IT = ("litellm", "seats", "claude_code", "codex", "gemini_cli")  # readers whose services it may name


class Modes(Strict):
    """Metering mode of each component: ids of subjects `mode/…`; None when the tracker does not know."""

    cpu: str | None = Field(None, pattern=_MODE)
    gpu: str | None = Field(None, pattern=_MODE)
    ram: str | None = Field(None, pattern=_MODE)
    other: str | None = Field(None, pattern=_MODE)


class IdlePower(Strict):
    """The idle machine, by the same meters: mean power [W] over a duration [s]."""

    power_w: float = Field(ge=0)
    duration_s: float = Field(gt=0)


class Sidecar(Strict):
    """Facts about one run (run_id given) or about every row of one file (run_id None).

    Durations [s], data [GB]. None: not stated, the reader then derives it from the trace.
    """

    model_config = ConfigDict(populate_by_name=True)

    schema_version: Literal[1] = Field(1, alias="schema")
    run_id: str | None = None
    modes: Modes = Modes()
    scope: Scope = "unknown"
    timezone: str | None = Field(None, description="IANA name of the zone of the trace's wall clock")
    machine_id: str | None = Field(None, description="hash that tells two computers apart")
    machine: str | None = Field(None, pattern=r"^machine/")
    host: str | None = None
    zone: str | None = None
    device: str | None = Field(None, pattern=r"^gpu/")
    device_count: int | None = Field(None, ge=0)
    resource_share: float | None = Field(None, ge=0, le=1)
    hypervisor: str | None = Field(None, description="maker and product of a virtual machine, or unknown")
    vcpus: float | None = Field(None, gt=0, description="threads of the machine")
    memory_gb: float | None = Field(None, gt=0, description="memory of the machine [GiB]")
    cgroup_cpus: float | None = Field(None, gt=0, description="threads that a control group allows")
    cgroup_memory_gb: float | None = Field(None, gt=0, description="memory that a control group allows [GiB]")
    gap: str | None = Field(None, pattern=r"^gap/")
    sampling_s: float | None = Field(None, gt=0)
    overhead_s: float | None = Field(None, ge=0, description="time that the tracker itself took")
    overhead_cpu_s: float | None = Field(None, ge=0, description="processor time that the tracker itself took")
    allocated_by: Literal["slurm", "container"] | None = Field(None, description="who gave a part of the machine")
    share_basis: str | None = Field(None, description="what resource_share was worked out from")
    job: str | None = Field(None, pattern=r"^[0-9.]+$", description="number and step of the job, without any name")
    window: int | None = Field(None, ge=1, description="rank among the windows of one tracker")
    window_of: str | None = Field(None, description="run id of the first window")
    idle_before: IdlePower | None = None
    idle_after: IdlePower | None = None
    exit_code: int | None = None
    stopped_by: Literal["budget"] | None = Field(None, description="why the run was ended before its time")
    tracker: str | None = Field(None, description="program and version that wrote this file")
    use_case: str | None = None
    model: str | None = None
    precision: str | None = None
    concurrency: float | None = Field(None, gt=0)
    latency_s: float | None = Field(None, ge=0)
    items: float | None = Field(None, ge=0)
    item_unit: str | None = None
    input_tokens: float | None = Field(None, ge=0)
    output_tokens: float | None = Field(None, ge=0)
    cached_tokens: float | None = Field(None, ge=0)
    requests: float | None = Field(None, ge=0)
    images: float | None = Field(None, ge=0)
    audio_s: float | None = Field(None, ge=0)
    data_gb: float | None = Field(None, ge=0)

    @property
    def machine_units(self) -> float | None:
        """The same, as it says."""
        return machine_units(self.machine, self.vcpus, self.device_count)

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, name: str | None) -> str | None:
        if name is not None and not is_timezone(name):
            raise PydanticCustomError("timezone_unknown", "not a time zone of the IANA data base")
        return name


def machine_units(machine: str | None, threads: float | None, cards: int | None) -> float | None:
    """The threads, or the cards, that a virtual machine on an unknown host holds; None for another machine."""
    return threads if machine in THREAD_MACHINES else (cards or None) if machine == CARD_MACHINE else None


IDLE_DRIFT = 0.10  # maximum relative difference of idle power before and after the work for both to be idle [1]


def idle_drift(sidecar: Sidecar) -> bool:
    """Whether idle power differs too much between before and after for either to be used."""
    before, after = sidecar.idle_before, sidecar.idle_after
    if before is None or after is None:
        return False
    return abs(after.power_w - before.power_w) > IDLE_DRIFT * min(before.power_w, after.power_w)


def dump(sidecar: Sidecar, path: Path) -> None:
    """Atomic write of the sidecar; facts that are None are omitted."""
    text = sidecar.model_dump_json(by_alias=True, exclude_none=True, indent=1)
    publish(path.parent, path.name, f"{text}\n".encode())


def load(path: Path) -> Sidecar:
    """Load a sidecar. OSError, bad_sidecar."""
    try:
        return Sidecar.model_validate(loaded(path.read_text("utf-8")))
    except ValidationError as error:
        pattern = error.errors()[0].get("ctx", {}).get("pattern")
        said = file_fault(error)
        raise _refused(path, {lang: f"{said[lang]} ({pattern})" if pattern else said[lang] for lang in said}) from error
    except json.JSONDecodeError as error:
        at = {"line": error.lineno, "column": error.colno}
        raise _refused(
            path, {lang: say("toml", "at", lang, expected=_json(lang), **at) for lang in LANGUAGES}
        ) from error
    except RepeatedKey as error:
        told = {lang: say("expected", "repeated_key", lang, name=cut(error.key)) for lang in LANGUAGES}
        raise _refused(path, told) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise _refused(path, {lang: _json(lang) for lang in LANGUAGES}) from error


def _refused(path: Path, reason: dict[str, str]) -> SobriaError:
    return SobriaError("bad_sidecar", file=path.name, reason=reason, suffix=SUFFIX)


def _json(lang: str) -> str:
    return say("expected", "json_invalid", lang)


def sidecar_of_file(trace: Path) -> Path:
    """Path of the sidecar of a trace file; of a log that was rotated and has none, that of the name it had."""
    own, before = (trace.with_name(name + SUFFIX) for name in (trace.name, unrotated(trace.name)))
    return before if before.is_file() and not own.is_file() else own


def sidecar_of_run(trace: Path, run_id: str) -> Path:
    """Path of the sidecar of one run of a trace file."""
    return trace.with_name(run_id + SUFFIX)


def unused_fields(trace: Path, reader: str) -> list[str]:
    """The fields of the sidecar of a file that no row of this reader takes; none of a trace of codecarbon, nor of a
    reader of another package, which take what they will. ValueError with the fault in one line."""
    path = sidecar_of_file(trace)
    if reader == "codecarbon" or "(" in reader or not path.is_file():
        return []
    told = load(path)
    taken = {*OF_ANY_ROW, *(["use_case"] if reader in NAMED_BY_IT else [])}
    of_rows = reader != "declared" and told.run_id is None  # these have no run
    unused = told.model_fields_set - {"schema_version", *(taken if of_rows else ())}
    return [name for name in Sidecar.model_fields if name in unused and getattr(told, name) is not None]


def misnamed_sidecar(trace: Path) -> Path | None:
    """The sidecar that has the name of a trace without its extension: no file's, unless a run has that name."""
    named = trace.with_suffix(SUFFIX)
    return named if trace.suffix and named.is_file() and named != sidecar_of_file(trace) else None
