"""The data of EcoLogits 0.11.3 as tables: models, electricity, and the constants of its method and its providers."""

import hashlib
from collections.abc import Mapping
from functools import cache, cached_property
from importlib import resources
from typing import Literal

from pydantic import Field

from estimator.catalogue.csv_tables import FactorsRefused, records
from estimator.catalogue.schema import TableRow

MODELS, MIXES, CONSTANTS = "ecologits_models.csv", "ecologits_mixes.csv", "ecologits_constants.csv"
WORLD = "WOR"  # EcoLogits' code of the world zone
Ends = tuple[float, float]


class Sourced(TableRow):
    """A row with its source."""

    source: str = Field(min_length=1)
    locator: str = Field(min_length=1)


class EcologitsModel(Sourced):
    """A model of the catalogue: parameters [10⁹] with bounds, speed [token/s], time before the first token [s].

    cautions and stated_sources are lists joined by `|`. An alias has only its names until it is resolved.
    """

    provider: str
    name: str
    alias_of: str | None
    architecture: Literal["dense", "moe"] | None
    active_low: float | None
    active_high: float | None
    total_low: float | None
    total_high: float | None
    tokens_per_second: float | None
    time_to_first_token_s: float | None
    cautions: str | None
    stated_sources: str | None

    @property
    def key(self) -> tuple[str, str]:
        return self.provider, self.name

    @property
    def size(self) -> tuple[float | None, ...]:
        """Key of the architecture: entries with the same size are the same one."""
        return self.active_low, self.active_high, self.total_low, self.total_high

    @property
    def pace(self) -> tuple[float | None, float | None]:
        return self.tokens_per_second, self.time_to_first_token_s


class ElectricityMix(Sourced):
    """Impacts of one kilowatt-hour of a zone. cautions are joined by `|`. None: a value that may not ship."""

    zone: str
    gwp_kgco2e_per_kwh: float
    adpe_kgsbeq_per_kwh: float | None
    pe_mj_per_kwh: float | None
    water_l_per_kwh: float
    cautions: str | None


class Constant(Sourced):
    """A constant of the method, or an assumption on one provider, with bounds; `zone` when it is a place."""

    name: str
    provider: str | None
    low: float | None
    high: float | None
    zone: str | None
    unit: str
    note: str | None

    @property
    def ends(self) -> Ends:
        assert self.low is not None and self.high is not None
        return self.low, self.high


class Tables(TableRow):
    """The three tables together; `version` is the hash of their content."""

    version: str
    models: Mapping[tuple[str, str], EcologitsModel]
    mixes: Mapping[str, ElectricityMix]
    constants: Mapping[str, Constant]
    hypotheses: Mapping[str, Mapping[str, Constant]]

    @cached_property
    def by_architecture(self) -> dict[tuple[object, ...], tuple[EcologitsModel, ...]]:
        """Entries of the same provider, size and stated source."""
        found: dict[tuple[object, ...], list[EcologitsModel]] = {}
        for model in self.models.values():
            found.setdefault((model.provider, model.size, model.stated_sources), []).append(model)
        return {key: tuple(models) for key, models in found.items()}

    def at_another_pace(self, model: EcologitsModel) -> tuple[str, ...]:
        """Names of the entries of the same architecture and source with another speed, hence another result."""
        alike = self.by_architecture[model.provider, model.size, model.stated_sources]
        return tuple(other.name for other in alike if other.pace != model.pace)


@cache
def load() -> Tables:
    """Read and validate the three tables. FactorsRefused on the first fault."""
    home = resources.files("factors")
    digest = hashlib.blake2b(digest_size=8)
    for name in (MODELS, MIXES, CONSTANTS):
        digest.update(name.encode() + b"\0" + (home / name).read_bytes())
    constants = [item for _, item in records(home, CONSTANTS, Constant)]
    hypotheses: dict[str, dict[str, Constant]] = {}
    for item in constants:
        if item.provider:
            hypotheses.setdefault(item.provider, {})[item.name] = item
    return Tables(
        version=digest.hexdigest(),
        models=_resolved_aliases(list(records(home, MODELS, EcologitsModel))),
        mixes=_filled_from_the_world({m.zone: m for _, m in records(home, MIXES, ElectricityMix)}),
        constants={c.name: c for c in constants if not c.provider},
        hypotheses=hypotheses,
    )


def _filled_from_the_world(mixes: dict[str, ElectricityMix]) -> dict[str, ElectricityMix]:
    """A value that EcoLogits takes from its world row, as the cautions of a zone say, is read there."""
    world = mixes[WORLD]
    copied = {"adpe_kgsbeq_per_kwh": "electricity-mix-adpe-world", "pe_mj_per_kwh": "electricity-mix-pe-world"}
    return {
        zone: mix.model_copy(
            update={name: getattr(world, name) for name, code in copied.items() if code in (mix.cautions or "")}
        )
        for zone, mix in mixes.items()
    }


def _resolved_aliases(models: list[tuple[int, EcologitsModel]]) -> dict[tuple[str, str], EcologitsModel]:
    """Aliases take all but their name and locator from the entry they name."""
    found = {m.key: m for _, m in models}
    for line, model in models:
        if model.alias_of:
            target = found.get((model.provider, model.alias_of))
            if target is None or target.alias_of:
                raise FactorsRefused(file=MODELS, line=line, reason=f"alias_of: {model.alias_of}")
            own = {"name": model.name, "alias_of": model.alias_of, "locator": model.locator}
            found[model.key] = target.model_copy(update=own)
        elif None in model.size:
            raise FactorsRefused(file=MODELS, line=line, reason="active_low … total_high")
    return found
