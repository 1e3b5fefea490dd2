"""What is told about a run before it, what is written beside its trace, and what is said of it on the terminal."""

import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from estimator import machine
from estimator.errors import say
from estimator.home import default_home, settings
from estimator.meters import COUNTERS, Meters
from estimator.sidecar import Modes, Sidecar


class TrackOptions(BaseModel):
    """What is known of a run beforehand. Sampling [s]; items: how many things the run does, if it is known.

    Nothing else about the workload is kept: no argument of the command, no prompt, no user's name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(default_factory=default_home)
    lang: Literal["fr", "en"] = "fr"
    project: str | None = Field(None, min_length=1, description="the service; without it, the command's base name")
    use_case: str | None = None
    model: str | None = None
    zone: str = Field("", description="where the electricity is drawn; without it, the zone of the home's settings")
    host: str | None = Field(None, description="hosting site or class; None leaves it unknown")
    items: float | None = Field(None, ge=0)
    item_unit: str | None = None
    sampling_s: float = Field(5.0, gt=0)
    scope: Literal["machine", "process"] = "machine"

    @property
    def country(self) -> str:
        """The three letters that codecarbon asks for; empty when the zone is no country or part of one."""
        letters = self.zone.split("-")[0].upper()
        return letters if len(letters) == 3 and letters.isalpha() else ""

    def at_home(self) -> "TrackOptions":
        """The same, what was not told being filled from the settings of the home. SettingsRefused."""
        return self if self.zone else self.model_copy(update={"zone": settings(self.home).zone})


class Ending(NamedTuple):
    """What is known of a run only when it is over, or as far as it has got."""

    modes: Modes
    overhead_s: float
    exit_code: int | None = None
    items: float | None = None


def sidecar(run_id: str, given: TrackOptions, meters: Meters, ending: Ending) -> Sidecar:
    """The sidecar of a run: what was given, how it was metered, on which computer."""
    return Sidecar(
        run_id=run_id,
        modes=ending.modes,
        scope="machine" if meters.whole_machine else given.scope,
        timezone=machine.timezone(),
        machine_id=machine.identity(given.home / "salt"),
        machine=machine.kind(),
        host=given.host,
        zone=given.zone,
        sampling_s=given.sampling_s,
        overhead_s=round(ending.overhead_s, 3),
        exit_code=ending.exit_code,
        tracker=_tracker(meters.names),
        use_case=given.use_case,
        model=given.model,
        items=ending.items,
        item_unit=given.item_unit,
    )


def tell(lang: str, key: str, **facts: object) -> None:
    """Say a sentence on stderr; a closed stderr is no reason to break a workload."""
    if sys.stderr is not None:
        try:
            print(say("track", key, lang, **facts), file=sys.stderr, flush=True)
        except (OSError, ValueError):
            return


def tell_summary(lang: str, energies: Mapping[str, float], modes: Modes, duration_s: float) -> None:
    """One line on a run, to a person at a terminal only: duration [s], energy [kWh], share that was measured."""
    if sys.stderr is None or not sys.stderr.isatty():
        return
    from babel.numbers import format_decimal

    def shown(value: float) -> str:
        return format_decimal(float(f"{value:.2g}"), locale=lang, decimal_quantization=False)

    whole = sum(energies.values())
    counted = sum(kwh for part, kwh in energies.items() if getattr(modes, part) in COUNTERS)
    share = shown(100 * counted / whole if whole else 0.0)
    tell(lang, "done", seconds=shown(duration_s), energy=shown(1000 * whole), share=share)


def _tracker(names: Mapping[str, str]) -> str:
    """Programs, versions and the meters under their own names, such as `cpu intel_rapl`."""
    meters = ", ".join(f"{part} {name}" for part, name in sorted(names.items()))
    return f"sobria {_version('sobria')}, codecarbon {_version('codecarbon')} ({meters})"


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:  # run from a folder that was never installed
        return "?"
