"""What energy per token rests on: measured configurations, data sheets and coefficients, from the factor tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Literal

from estimator.catalogue.csv_tables import records, rows
from estimator.catalogue.load import load as catalogue
from estimator.catalogue.load import shipped
from estimator.catalogue.schema import Factor, TableRow

ANY = "gpu/any"
REFERENCE = "gpu/h100-sxm-80"  # its device ratio is 1; an accelerator not known is computed as this one
SECOND = "gpu/b200"  # the other device of the measured configurations
TERMS = ("step", "weights", "compute", "context", "sparse", "device")
PROMPTS = {"sourcegraph-fim": "prompt_code", "image-chat": "prompt_image", "video-chat": "prompt_video"}
SHEET = ("max_power", "device_bandwidth", "device_compute")
MediaKind = Literal["image", "video", "sound", "embedding"]
MEDIA: Mapping[MediaKind, str] = {
    "image": "J/image", "video": "J/video", "sound": "J/second of sound", "embedding": "J/embedded token"
}  # fmt: skip


class MeasuredConfiguration(TableRow):
    """A measured configuration, energy of the accelerators only; low and high where the row sums up several."""

    id: str
    model: str
    architecture: str
    arch: Literal["dense", "moe"]
    total_params_b: float
    active_params_b: float
    device: str
    device_count: int
    task: str
    precision_bits: float
    max_num_seqs: int
    concurrency: float
    output_tokens: float | None
    itl_ms: float | None
    power_w: float | None
    energy_j: float
    energy_low_j: float | None
    energy_high_j: float | None
    unit: Literal["J/output token", "J/image", "J/video", "J/second of sound", "J/embedded token"]
    source: str
    locator: str
    note: str


@dataclass(frozen=True)
class Spec:
    """What a data sheet says of an accelerator: power [W], memory bandwidth [B/s], arithmetic at 16 bits [FLOP/s]."""

    power: float
    bandwidth: float
    compute: float


@dataclass(frozen=True)
class Regression:
    """Coefficients of energy and of time per token, and the active parameters that they were fitted on.

    outside: 90 % half-width [ratio per factor e] of the drift of predictions beyond them; active: least and most [1].
    """

    energy: dict[str, float]
    time: dict[str, float]
    outside: float
    active: tuple[float, float]


@dataclass(frozen=True)
class TokenTables:
    """Everything that energy per token reads beside factors. `rows` and `regression` go without what was left out.

    left: the architecture treated as if it had never been measured, the coefficients being those without it; else None.
    """

    rows: Sequence[MeasuredConfiguration]
    regression: Regression
    left: str | None = None

    def __hash__(self) -> int:
        return id(self)

    def find(self, quantity: str, subject: str = ANY) -> Factor:
        """The factor of a subject, or of a wider one. KeyError when there is none, which is a fault of the tables."""
        for step in catalogue().fallbacks(subject):
            if item := in_force(quantity, step):
                return item
        raise KeyError(f"no {quantity} for {subject}")

    def value(self, quantity: str, subject: str = ANY) -> float:
        """The value of a factor [unit of its quantity]."""
        return _value(self.find(quantity, subject))

    def sheet(self, device: str | None) -> tuple[Spec, tuple[Factor, ...]] | None:
        """The data sheet of a device or of its class; None when no step below « any accelerator » has all of it."""
        for step in catalogue().fallbacks(device or ""):
            found = () if step == ANY else tuple(item for q in SHEET if (item := in_force(q, step)))
            if len(found) == len(SHEET):
                power, bandwidth, compute = (_value(f) for f in found)
                return Spec(power * 1e3, bandwidth * 1e9, compute * 1e12), found
        return None

    def left_out(self, architecture: str) -> "TokenTables":
        """The same table as if this architecture had never been measured."""
        rows = tuple(r for r in self.rows if r.architecture != architecture)
        return replace(self, rows=rows, regression=without_architecture(architecture), left=architecture)

    def without(self, source: str) -> "TokenTables":
        """The same table with no measured configuration of this source. The regression stays what it was fitted on."""
        return replace(self, rows=tuple(r for r in self.rows if r.source != source))

    def architecture(self, model: str | None) -> str | None:
        """The architecture of a model of the measured configurations."""
        return next((r.architecture for r in self.rows if r.model == model), None)


@cache
def load() -> TokenTables:
    """The table that ships. FactorsRefused on the first fault."""
    return TokenTables(read_rows(), _regression())


def in_force(quantity: str, subject: str) -> Factor | None:
    """The shipped factor of a subject itself: what was measured and fitted does not move with a user's own tables."""
    return next((f for f in shipped().by_subject.get((quantity, subject), ()) if f.role == "default"), None)


def read_rows() -> tuple[MeasuredConfiguration, ...]:
    """The measured configurations."""
    return tuple(row for _, row in records(resources.files("factors"), "model_energy.csv", MeasuredConfiguration))


def without_architecture(architecture: str) -> Regression:
    """The regression fitted without an architecture, as `scripts/fit_energy.py` wrote it; the one that ships where the
    fit never read that architecture."""
    shipped, found = load().regression, _left_out().get(architecture)
    if found is None:
        return shipped
    energy, time = (
        {name.removeprefix(kind): value for name, value in found.items() if name.startswith(kind)}
        for kind in ("energy_", "time_")
    )
    return Regression(
        shipped.energy | energy, shipped.time | time, found["outside"], (found["active_low"], found["active_high"])
    )


@cache
def _left_out() -> dict[str, dict[str, float]]:
    """Architecture -> the coefficients fitted without it."""
    found: dict[str, dict[str, float]] = {}
    for _, row in rows(resources.files("factors") / "results", "leave_out.csv"):
        found.setdefault(row["architecture"], {})[row["name"]] = float(row["value"])
    return found


def _regression() -> Regression:
    def of(quantity: str, subject: str = ANY) -> float:
        return _value(in_force(quantity, subject))

    prompts = {n: of(f"token_{n}") for n in ("prompt_chat", *PROMPTS.values())}
    energy, time = (
        {n: of(f"token_{kind}_{n}", SECOND if n == "device" else ANY) for n in (*TERMS, "prefill")}
        for kind in ("energy", "time")
    )
    outside, active = in_force("token_outside", ANY), in_force("token_range_active", ANY)
    assert outside and outside.high is not None and active and active.low is not None and active.high is not None
    return Regression(energy | prompts, time | prompts, outside.high, (active.low, active.high))


def _value(item: Factor | None) -> float:
    if item is None or item.value is None:
        raise KeyError(f"{item.id if item else 'a factor of the regression'} has no value")
    return item.value
