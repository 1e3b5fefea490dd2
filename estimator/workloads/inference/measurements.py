"""What energy per token rests on: measured configurations, data sheets and coefficients, from the factor tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from estimator.catalogue.csv_tables import records
from estimator.catalogue.load import load as catalogue
from estimator.catalogue.schema import Factor
from estimator.workloads.inference.regression import ENERGY, TIME, MeasuredConfiguration, Regression, Spec, fit, sample

ANY = "gpu/any"
REFERENCE = "gpu/h100-sxm-80"  # its device ratio is 1; an accelerator not known is computed as this one
SECOND = "gpu/b200"  # the other device of the measured configurations
RANGES = ("active", "concurrency", "output", "bits")
TABLES = ("regression.csv", "power.csv")
SHEET = ("max_power", "device_bandwidth", "device_compute")


@dataclass(frozen=True)
class TokenTables:
    """Everything that energy per token reads. `rows` and `regression` go without what was left out.

    left: the architecture that is treated as if it had never been measured, with coefficients refitted; else None.
    """

    factors: Mapping[tuple[str, str], Factor]
    rows: Sequence[MeasuredConfiguration]
    regression: Regression
    left: str | None = None

    def __hash__(self) -> int:
        return id(self)

    def find(self, quantity: str, subject: str = ANY) -> Factor:
        """The factor of a subject, or of a wider one. KeyError when there is none, which is a fault of the tables."""
        for step in catalogue().ladder(subject):
            if (quantity, step) in self.factors:
                return self.factors[quantity, step]
        raise KeyError(f"no {quantity} for {subject}")

    def value(self, quantity: str, subject: str = ANY) -> float:
        """The value of a factor [unit of its quantity]."""
        return _value(self.find(quantity, subject))

    def sheet(self, device: str | None) -> tuple[Spec, tuple[Factor, ...]] | None:
        """The data sheet of a device or of its class; None when no step below « any accelerator » has all of it."""
        for step in catalogue().ladder(device or ""):
            found = tuple(self.factors[q, step] for q in SHEET if (q, step) in self.factors)
            if step != ANY and len(found) == len(SHEET):
                power, bandwidth, compute = (_value(f) for f in found)
                return Spec(power * 1e3, bandwidth * 1e9, compute * 1e12), found
        return None

    def left_out(self, architecture: str) -> "TokenTables":
        """The same table as if this architecture had never been measured."""
        rows = tuple(r for r in self.rows if r.architecture != architecture)
        return replace(self, rows=rows, regression=refit(self, architecture), left=architecture)

    def without(self, source: str) -> "TokenTables":
        """The same table with no measured configuration of this source. The regression stays what it was fitted on."""
        return replace(self, rows=tuple(r for r in self.rows if r.source != source))

    def architecture(self, model: str | None) -> str | None:
        """The architecture of a model of the measured configurations."""
        return next((r.architecture for r in self.rows if r.model == model), None)


def refit(table: TokenTables, leave_out: str | None = None) -> Regression:
    """The regression fitted on the measured configurations of a table, all architectures or all but one."""
    given = {"prefill": table.value("token_energy_prefill"), "prompt_chat": table.value("token_prompt_chat")}
    sheets = {device: table.sheet(device) for device in (REFERENCE, SECOND)}
    specs = {device: found[0] for device, found in sheets.items() if found}
    return fit(sample(table.rows, specs, REFERENCE), given, leave_out)


@cache
def load() -> TokenTables:
    """The table that ships. FactorsRefused on the first fault."""
    factors = read_factors()
    return TokenTables(factors, read_rows(), _regression(factors))


def read_factors() -> dict[tuple[str, str], Factor]:
    """The factors in force, by quantity and subject."""
    found = (item for name in TABLES for _, item in records(resources.files("factors"), name, Factor))
    return {(item.quantity, item.subject): item for item in found if item.role == "default"}


def read_rows() -> tuple[MeasuredConfiguration, ...]:
    """The measured configurations."""
    return tuple(row for _, row in records(resources.files("factors"), "model_energy.csv", MeasuredConfiguration))


def fitted(regression: Regression) -> Iterator[tuple[str, str, tuple[float, float, float], str]]:
    """What a fit says, as (quantity, subject, (low, value, high), kind of bounds) of factor rows."""
    for kind, names, values in (("energy", ENERGY, regression.energy), ("time", TIME, regression.time)):
        for name in names:
            low, high = regression.bounds[f"{kind}_{name}"]
            value = values[name]
            quantity = f"token_{name}" if name.startswith("prompt") else f"token_{kind}_{name}"
            yield quantity, SECOND if name == "device" else ANY, (min(low, value), value, max(high, value)), "min_max"
    for quantity, ends in (
        ("token_time_residual", regression.time_spread),
        ("token_outside", (1 / regression.outside, 1.0, regression.outside)),
    ):
        yield quantity, ANY, ends, "p5_p95"
    for name in RANGES:
        low, high = regression.ranges[name]
        middle = regression.reference if name == "concurrency" else (low * high) ** 0.5
        yield f"token_range_{name}", ANY, (low, middle, high), "min_max"


def _regression(factors: Mapping[tuple[str, str], Factor]) -> Regression:
    def of(quantity: str, subject: str = ANY) -> tuple[float, float, float]:
        item = factors[quantity, subject]
        assert item.low is not None and item.value is not None and item.high is not None
        return item.low, item.value, item.high

    given = {"prefill": of("token_energy_prefill")[1], "prompt_chat": of("token_prompt_chat")[1]}
    prompts = {n: of(f"token_{n}")[1] for n in ENERGY if n.startswith("prompt")}
    energy = {n: of(f"token_energy_{n}", SECOND if n == "device" else ANY)[1] for n in ENERGY if n not in prompts}
    time = {n: of(f"token_time_{n}", SECOND if n == "device" else ANY)[1] for n in TIME}
    ranges = {n: of(f"token_range_{n}") for n in RANGES}
    return Regression(
        energy=given | energy | prompts,
        time=given | prompts | time,
        time_spread=of("token_time_residual"),
        outside=of("token_outside")[2],
        reference=ranges["concurrency"][1],
        ranges={n: (low, high) for n, (low, _, high) in ranges.items()},
        bounds={},
    )


def _value(item: Factor) -> float:
    if item.value is None:
        raise KeyError(f"{item.id} has no value")
    return item.value
