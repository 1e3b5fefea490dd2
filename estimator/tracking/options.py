"""Options of a run, facts for its sidecar, and messages on the terminal."""

import os
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from estimator.core.errors import say
from estimator.core.home import default_home, settings
from estimator.core.language import DEFAULT, LANGUAGES
from estimator.ingestion.sidecar import IDLE_DRIFT, Modes, Sidecar, idle_drift
from estimator.tracking import machine, resource_share
from estimator.tracking.meters import COUNTERS, Meters
from estimator.tracking.overhead import Overhead


def _known(lang: str) -> str:
    if lang not in LANGUAGES:
        raise PydanticCustomError("literal_error", "not a language", {"expected": ", ".join(LANGUAGES)})
    return lang


class TrackOptions(BaseModel):
    """Facts of a run known beforehand. Sampling [s]; items: count of items that the run processes, if known.

    Nothing else of the workload is stored: no command argument, no prompt, no user name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(default_factory=default_home)
    lang: Annotated[str, AfterValidator(_known)] = DEFAULT
    project: str | None = Field(None, min_length=1, description="the service; without it, the command's base name")
    use_case: str | None = None
    model: str | None = None
    zone: str = Field(
        "", description="where the electricity is drawn; without it, that of the home's settings, if they say one"
    )
    host: str | None = Field(None, description="hosting site or class; None leaves it unknown")
    items: float | None = Field(None, ge=0)
    item_unit: str | None = None
    sampling_s: float = Field(5.0, gt=0)
    scope: Literal["machine", "process"] = "machine"
    idle_s: float | None = Field(None, ge=1, description="how long the machine is metered at rest, before and after")
    window_s: float | None = Field(None, ge=1, description="a run of its own for each such stretch of time")

    @model_validator(mode="after")
    def _items_of_a_window(self) -> Self:
        if self.window_s is not None and self.items is not None:
            raise ValueError(
                "items are of the whole run and cannot be told apart by window: count them as they are done"
            )
        return self

    @property
    def country(self) -> str:
        """The alpha-3 code that codecarbon needs; empty when the zone is no country or part of one."""
        letters = self.zone.split("-")[0].upper()
        return letters if len(letters) == 3 and letters.isalpha() else ""

    def at_home(self) -> "TrackOptions":
        """The same, completed from the settings of the home. settings_refused."""
        return self if self.zone else self.model_copy(update={"zone": settings(self.home).zone})


def codecarbon_settings(options: TrackOptions, snapshot_s: float) -> dict[str, Any]:
    """Every setting of a codecarbon tracker but its output: an omitted one would be read from its own
    configuration files and variables, which may hold an address to post to, a PUE, a token."""
    return {
        "project_name": options.project or "sobria",
        "country_iso_code": options.country,
        "measure_power_secs": options.sampling_s,
        "tracking_mode": options.scope,
        "pue": 1.0,
        "wue": 0.0,
        "output_methods": [],
        "output_dir": str(options.home) if options.home.is_dir() else os.curdir,
        "api_call_interval": max(1, round(snapshot_s / options.sampling_s)),
        "emissions_endpoint": "",
        "electricitymaps_api_token": "",
        "experiment_id": "",
        "log_level": "warning",
        "logger_preamble": "",
        "allow_multiple_runs": True,
        "force_mode_cpu_load": False,
        "rapl_include_dram": False,
        "rapl_prefer_psys": False,
        **dict.fromkeys(_LEFT_EMPTY),
    }


_LEFT_EMPTY = (
    "region",
    "cloud_provider",
    "cloud_region",
    "country_2letter_iso_code",
    "gpu_ids",
    "metadata",
    "force_cpu_power",
    "force_ram_power",
    "force_carbon_intensity_g_co2e_kwh",
)


class Progress(NamedTuple):
    """Facts of a run known at its end, or so far."""

    modes: Modes
    spent: Overhead
    exit_code: int | None
    counts: Mapping[str, float]


def sidecar(run_id: str, given: TrackOptions, meters: Meters) -> Sidecar:
    """Facts of a run known at its start: options, metering modes, computer and resource share."""
    part = resource_share.allocated()
    vcpus, memory_gb = resource_share.machine_size()
    return Sidecar(
        run_id=run_id,
        modes=meters.modes,
        scope="machine" if meters.whole_machine else given.scope,
        timezone=machine.timezone(),
        machine_id=machine.identity(given.home / "salt"),
        machine=machine.kind(),
        host=given.host,
        zone=given.zone or None,
        hypervisor=machine.hypervisor(),
        vcpus=vcpus,
        memory_gb=memory_gb,
        cgroup_cpus=part.cpus,
        cgroup_memory_gb=part.memory_gb,
        device_count=part.device_count,
        resource_share=part.share,
        share_basis=part.basis,
        allocated_by=part.by,
        job=part.job,
        sampling_s=given.sampling_s,
        tracker=_tracker(meters.names),
        use_case=given.use_case,
        model=given.model,
        item_unit=given.item_unit,
    )


def so_far(facts: Sidecar, known: Progress) -> Sidecar:
    """The same, with the progress so far."""
    told = {"modes": known.modes, "exit_code": known.exit_code, **known.counts}
    return so_spent(facts.model_copy(update=told), known.spent)


def so_spent(facts: Sidecar, spent: Overhead) -> Sidecar:
    """The same, with the tracker's own overhead."""
    return facts.model_copy(update={"overhead_s": round(spent.wall_s, 3), "overhead_cpu_s": round(spent.cpu_s, 3)})


def tell(lang: str, key: str, **facts: object) -> None:
    """Print a text on stderr; a closed stderr does not break a workload."""
    if sys.stderr is not None:
        try:
            print(say("track", key, lang, **facts), file=sys.stderr, flush=True)
        except (OSError, ValueError):
            return


def tell_summary(lang: str, energies: Mapping[str, float], modes: Modes, duration_s: float) -> None:
    """One-line summary of a run, on a terminal only: duration [s], energy [kWh], measured share."""
    if sys.stderr is None or not sys.stderr.isatty():
        return
    whole = sum(energies.values())
    counted = sum(kwh for part, kwh in energies.items() if getattr(modes, part) in COUNTERS)
    share = value_text(100 * counted / whole if whole else 0.0, lang)
    tell(lang, "done", seconds=value_text(duration_s, lang), energy=value_text(1000 * whole, lang), share=share)


def tell_rest(lang: str, facts: Sidecar) -> None:
    """Idle power of the machine, when its metering was requested."""
    before, after = facts.idle_before, facts.idle_after
    if before and after:
        watts = {"before": value_text(before.power_w, lang), "after": value_text(after.power_w, lang)}
        tell(lang, "idle_drifted" if idle_drift(facts) else "idle", **watts, limit=value_text(100 * IDLE_DRIFT, lang))
    elif before:
        tell(lang, "idle_before_only", before=value_text(before.power_w, lang))


def value_text(value: float, lang: str) -> str:
    """A number with two significant digits, in words of a language."""
    from babel.numbers import format_decimal

    return format_decimal(float(f"{value:.2g}"), locale=lang, decimal_quantization=False)


def _tracker(names: Mapping[str, str]) -> str:
    """Programs, versions and codecarbon's names of the meters, such as `cpu intel_rapl`."""
    meters = ", ".join(f"{part} {name}" for part, name in sorted(names.items()))
    return f"sobria {_version('sobria')}, codecarbon {_version('codecarbon')} ({meters})"


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:  # run from source without installation
        return "?"
