"""Activity: the common schema of every input of the ledger."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from estimator.core.fields import Strict

ALSO = "also"  # among the facts of a refusal: the other faults of its row, as JSON
CALL = "call/"  # beginning of the run_key of rows that are records of one call: it counts once, whatever they say
CALLS = (CALL, "litellm/")  # of all these rows: those of LiteLLM were named before the others
Kind = Literal["activities", "quarantine"]
COMPONENTS = ("cpu", "gpu", "ram", "other")
Scope = Literal["machine", "process", "node", "unknown"]
SERVED_AT = r"^(\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)(:[0-9]{1,5})?$"
TimeBasis = Literal["offset", "day", "sidecar", "option", "country", "home"]


class Activity(BaseModel):
    """Activity data of one run, task or declared use, without any factor.

    Energies are IT energy [kWh], a PUE applied by the tool being removed; times are integer
    microseconds since 1970 in UTC [us]; months are integers yyyymm. Unknown is None, never zero.
    A mode is the id of a subject `mode/…` of the factor tables, which carries its proof.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    row_id: str = Field(pattern=r"^[0-9a-f]{32}$", description="hash of the row's normalised cells and its occurrence")
    run_key: str = Field(description="rows of one key and cumulative=True are snapshots of one run")
    run_id: str | None = Field(None, description="the tool's own name for the run; ties task rows to their run row")
    cumulative: bool = Field(False, description="a later snapshot of the same run replaces this one")
    task_name: str | None = None
    trace_id: str | None = Field(None, description="calls of one trace were made for one another")
    called_by: str | None = Field(None, description="run_key of the call of its trace that this one is a part of")
    calls_through: str | None = Field(None, description="run_keys of spans without counts, parts of this call, spaced")
    holds_calls: bool | None = Field(None, description="adds up what it called: counts where none of that came")
    told_us: int | None = Field(None, description="when this record of a call was received: the last one told counts")
    start_us: int
    end_us: int
    start_month: int = Field(ge=190001, le=299912)
    end_month: int = Field(ge=190001, le=299912)
    duration_s: float = Field(ge=0)
    time_basis: TimeBasis
    file_name: str = Field(description="base name only")
    file_sha: str
    line: int = Field(ge=1)
    reader: str
    reader_version: int
    tool_version: str | None = None
    service_key: str = Field(description="the project as read")
    model: str | None = None
    zone: str | None = Field(None, description="a zone of zones.csv, None when it cannot be told")
    zone_as_read: str | None = None
    host: str | None = Field(None, description="hosting site or class: a subject of kind host")
    machine: str | None = Field(None, description="kind of computer: a subject of kind machine")
    machine_id: str | None = Field(None, description="hash that tells two computers apart, when known")
    device: str | None = Field(None, description="accelerator: a subject of kind device")
    device_as_read: str | None = None
    device_count: int | None = Field(None, ge=0)
    scope: Scope = "unknown"
    cpu_energy_kwh: float | None = Field(None, ge=0)
    gpu_energy_kwh: float | None = Field(None, ge=0)
    ram_energy_kwh: float | None = Field(None, ge=0)
    other_energy_kwh: float | None = Field(None, ge=0)
    site_energy_kwh: float | None = Field(
        None, ge=0, description="of the site, cooling included, as a bill says it without a PUE: divided at build"
    )
    cpu_mode: str = "mode/none"
    gpu_mode: str = "mode/none"
    ram_mode: str = "mode/none"
    other_mode: str = "mode/none"
    gap: str = Field("gap/none", description="what a software meter misses: a subject of kind gap")
    device_hours: float | None = Field(None, ge=0)
    machine_hours: float | None = Field(None, ge=0)
    machine_units: float | None = Field(
        None, gt=0, description="threads or cards of a virtual machine whose host is unknown; None: the whole machine"
    )
    resource_share: float | None = Field(None, ge=0, le=1)
    data_gb: float | None = Field(None, ge=0)
    input_tokens: float | None = Field(None, ge=0)
    output_tokens: float | None = Field(None, ge=0)
    cached_tokens: float | None = Field(None, ge=0)
    requests: float | None = Field(None, ge=0)
    images: float | None = Field(None, ge=0)
    audio_s: float | None = Field(None, ge=0)
    items: float | None = Field(None, ge=0)
    phase: Literal["training"] | None = Field(None, description="making or tuning a model, rather than using one")
    concurrency: float | None = Field(None, gt=0)
    precision: str | None = None
    latency_s: float | None = Field(None, ge=0)
    context_tokens: float | None = Field(
        None, ge=0, description="sum over requests of output × (input + output ÷ 2), when stated for several of them"
    )
    product: str | None = Field(None, description="bought by the seat: a subject of kind seat")
    task: str | None = Field(
        None, description="gives the tokens of uses whose own are not counted: a subject of kind task"
    )
    seat_days: float | None = Field(None, ge=0, description="seats × calendar days, whoever uses them")
    active_seat_days: float | None = Field(
        None, ge=0, description="the same of active people, their share being stated"
    )
    stated_uses: float | None = Field(None, ge=0, description="uses that were counted without their tokens")
    network: str | None = Field(None, description="of data_gb: a subject of kind network")
    stored_gb_years: float | None = Field(None, ge=0, description="kept, one copy [GB·year]")
    storage: str | None = Field(None, description="of what is kept: a subject of kind storage")
    provider: str | None = Field(None, description="provider of the model, as the trace names it")
    served_at: str | None = Field(None, pattern=SERVED_AT, description="address that served it: host and port only")
    reported_pue: float | None = None
    reported_gwp_kg: float | None = Field(None, description="the file's own emissions, kept beside ours [kgCO2e]")
    reported_water_l: float | None = Field(None, description="the file's own water, kept beside ours [L]")
    checks: tuple[str, ...] = Field((), description="codes of what a person should look at")


class Refused(Strict):
    """A row that could not be parsed as an Activity: quarantined with its reason, to be parsed again after a fix."""

    row_id: str = Field(pattern=r"^[0-9a-f]{32}$")
    file_name: str
    file_sha: str
    line: int = Field(ge=1)
    reader: str
    code: str
    facts: dict[str, str] = Field(default_factory=dict, description="what fills the sentence of that code")
    header: str = Field(description="the file's header, private columns taken out")
    text: str = Field(description="the row's cells, private columns taken out")

    @property
    def faults(self) -> tuple[tuple[str, dict[str, str]], ...]:
        """Every fault of the row that its reader told: code and facts, the first one first."""
        return (self.code, self.facts), *json.loads(self.facts.get(ALSO, "[]"))


@dataclass
class RowsAlike:
    """What one sentence says of several rows: the line and the facts of the first, their count, and how many different
    facts they have, 2 standing for more."""

    line: int
    facts: Mapping[str, object]
    count: int = 0
    unlike: int = 1

    def add(self, facts: Mapping[str, object]) -> None:
        """Count a row, the first one too."""
        self.count += 1
        self.unlike = 1 if self.unlike == 1 and facts == self.facts else 2


Faults = dict[tuple[str, str, str], RowsAlike]


def column_of(facts: Mapping[str, str]) -> str:
    """Column or field of which a sentence with these facts is; empty where it is of none."""
    return facts.get("column") or facts.get("field") or ""


def add_faults(faults: Faults, refused: Iterable[Refused]) -> None:
    """Add every fault of refused rows to those of their file, code and column, which are in order."""
    for row in refused:
        for code, facts in row.faults:
            faults.setdefault((row.file_name, code, column_of(facts)), RowsAlike(row.line, facts)).add(facts)
