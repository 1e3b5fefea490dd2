"""One estimate from a handful of inputs, without a ledger: figures, steps, factors, warnings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from estimator.assessment.evaluation import ActivityGroup
from estimator.assessment.explanation import explain_groups, nested
from estimator.assessment.impacts import FIGURES, SUPPLEMENTARY, Amount, amounts
from estimator.catalogue.default_subjects import ANY_CARD, FLEET, machine_at
from estimator.catalogue.load import load
from estimator.catalogue.selection import select_factor
from estimator.catalogue.tables import Catalogue
from estimator.core.errors import sentences
from estimator.core.interval import Interval
from estimator.places.placing import answers_on
from estimator.places.supplier_answers import SupplierAnswer
from estimator.workloads.inference.measurements import ANY
from estimator.workloads.inference.serving import waiting
from estimator.workloads.inference_inventory import evidence, token_factors
from estimator.workloads.inventory import Inventory, inventory_of
from estimator.workloads.own_measures import Own
from estimator.workloads.published_comparison import models_of, published_beside
from estimator.workloads.request import Request, TrainingEffort
from estimator.workloads.resolution import ResolvedRequest, of_task, resolve, with_lengths
from estimator.workloads.unused_fields import refuse_unused

ANSWER, FINE_TUNING = "answer", "fine_tuning"  # lines of a use: what is not another, and a training of one's own
ENERGY = tuple(figure for figure in FIGURES if figure.id == "energy")
IT_ENERGY = tuple(figure for figure in SUPPLEMENTARY if figure.id == "it_energy")


@dataclass(frozen=True, eq=False)
class Estimate(Mapping[str, Any]):
    """The answer to a request. Steps, factors and evidence are made when they are read.

    indicators: figures by id; unknown is reported and never zero. Empty without a use, besides a training.
    provider: impacts of making the model, as JSON, and their share by declared use; None without a training.
    As a mapping, it has the keys of `as_dict`.
    """

    day: date
    catalogue: Catalogue = field(repr=False)
    inventory: Inventory | None = field(repr=False)
    indicators: Mapping[str, Amount]
    warnings: tuple[Mapping[str, str], ...]
    provider: Mapping[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """As JSON: {"indicators", "steps", "factors", "warnings", "replay", …}, as returned by explain_groups.

        "evidence": the measured configurations and the regression coefficients that a model's energy is based on;
        "parts": electricity of each line of the use, where it has several; "published": what others published on this
        model with another boundary, beside ours for the same request; "publisher": the training by its publisher.
        """
        return dict(self._explanation) | self.as_told()

    def as_told(self) -> dict[str, Any]:
        """The same, without what only an explanation holds: steps, factors, evidence and replay."""
        body = dict(self._told)
        if self.provider is not None:
            body["provider"] = self.provider
        return body | {"date": self.day.isoformat(), "factors_version": self.catalogue.version}

    @cached_property
    def _nested(self) -> dict[str, Any]:
        return nested(self.indicators)

    @cached_property
    def _explanation(self) -> dict[str, Any]:
        if self.inventory is None:
            return {**self._told, "steps": [], "factors": []}
        opened = explain_groups(self.inventory.groups, self.catalogue, found=self.indicators).as_dict()
        return opened | self._told | {"evidence": evidence(self.inventory.rows, self.catalogue)}

    @cached_property
    def _told(self) -> dict[str, Any]:
        body: dict[str, Any] = {"indicators": self._nested, "warnings": list(self.warnings)}
        if self.inventory is None:
            return body
        beside = published_beside(models_of(self.inventory.groups), self.catalogue, self.day)
        body["published"] = [row | {"ours": row["ours"].as_dict()} for row in beside]
        body["parts"] = nested(parts_of(self.inventory.groups))
        if self.provider is None:
            training = publisher_training(self.inventory.groups, self.catalogue, self.day)
            body["publisher"] = training.as_dict() if training else None
        return body

    def __getitem__(self, key: str) -> Any:
        return self._nested if key == "indicators" else self.as_dict()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.as_dict())

    def __len__(self) -> int:
        return len(self.as_dict())


def estimate(request: Request, today: date | None = None, own: Own | None = None, home: Path | None = None) -> Estimate:
    """Figures of a request: electricity, water, metals, greenhouse gases, primary energy.

    With a training: "provider" holds the impacts of making the model, and their share by declared use; both are never
    added (SCI for AI: provider and consumer).

    Parameters
    ----------
    request : what is known of the use.
    today : its day where the request has none; None: the day of the call.
    own : what a home measured of models at its places, which comes first.
    home : the folder whose suppliers' answers take the place of the defaults of their sites.

    Returns
    -------
    Intervals in the unit of each indicator [kWh, L, kg Sb-eq, kg CO2e, MJ], with the steps and factors behind them.
    An unknown zone is no error: figures that need it are « non estimable ».

    Raises
    ------
    SubjectUnknown : a host or device that is not in the catalogue.
    SobriaError : given_value_refused, for an implausible value; as refuse_unused, for a field that enters no figure.
    """
    refuse_unused(request)
    catalogue = load()
    day = request.day or today or date.today()
    request, lengths = of_task(request, catalogue, day)
    supplied = answers_on(home, day)
    resolved = with_lengths(resolve(request.checked(), catalogue, day, supplied=supplied), lengths)
    resolved.warnings.extend(lengths.told)
    provider = None if request.training is None else _training(request, resolved, supplied)
    if not _has_use(request):
        return Estimate(resolved.day, catalogue, None, {}, (), provider)
    return _estimate_of(inventory_of(resolved, own), resolved, provider)


def parts_of(groups: Sequence[ActivityGroup]) -> dict[str, Amount]:
    """Electricity of each line of a use, the answer's last; empty where there is one line."""
    names = dict.fromkeys(sorted((group.part for group in groups), key=lambda name: not name))
    if len(names) < 2 and "" in names:
        return {}
    found = {name: [group for group in groups if group.part == name] for name in names}
    return {name or ANSWER: amounts(of_part, ENERGY)["energy"] for name, of_part in found.items()}


def _estimate_of(
    inventory: Inventory, resolved: ResolvedRequest, provider: Mapping[str, Any] | None = None
) -> Estimate:
    found = amounts(inventory.groups)
    return Estimate(resolved.day, resolved.catalogue, inventory, found, tuple(inventory.warnings), provider)


def _has_use(request: Request) -> bool:
    """Whether a use is described, besides a training."""
    stated = (request.it_energy_kwh, request.model, request.product, request.device, request.data_gb)
    kept = request.storage_tb_months
    return request.retrieval is not None or any(value is not None for value in (*stated, kept))


def training_inventory(
    training: TrainingEffort, catalogue: Catalogue, day: date, supplied: Sequence[SupplierAnswer] = ()
) -> tuple[ResolvedRequest, Inventory]:
    """What making a model takes: its hours or its electricity, all repetitions included."""
    shared = {"it_energy_kwh", "device", "load", "zone", "host", "pue"}
    fields = training.model_dump(include=shared, exclude_none=True)
    if training.device_hours is not None:
        fields["device_hours"] = training.device_hours * training.extra
    if training.it_energy_kwh is not None:
        fields["it_energy_kwh"] = training.it_energy_kwh * training.extra
    made = resolve(Request.model_validate(fields).checked(), catalogue, day, trained=True, supplied=supplied)
    return made, inventory_of(made)


def waits(group: ActivityGroup) -> bool:
    """Whether a group is a machine kept on, or reserved cards that no answer takes: idle, whatever is asked of it."""
    still = {"kept_years", "working_hours"} & group.amounts.keys() and "output_tokens" not in group.amounts
    return bool(still) and group.part != FINE_TUNING


def publisher_training(groups: Sequence[ActivityGroup], catalogue: Catalogue, day: date) -> Interval | None:
    """Electricity of the training of models by their publishers, for as many answers as these groups: beside it, never
    added. Supposed of whole fleets: publishers do not say how much their models are used. None where it is unknown, or
    where no model answers.

    [kWh] of IT equipment on both sides, of the same answers made by a fleet: what their publisher spent is the same
    wherever they are made, by few requests at once or many, on cards that wait or not.
    """
    answers = [group for group in groups if group.part != FINE_TUNING and not waits(group) and models_of([group])]
    if not answers:
        return None
    energy = amounts([_by_a_fleet(group, catalogue, day) for group in answers], IT_ENERGY)["it_energy"]
    share = select_factor(catalogue, "publisher_training", ANY, day).factor
    if energy.central is None or share is None:
        return None
    assert share.low is not None and share.value is not None and share.high is not None
    return energy.times(Interval.of((share.low, share.value, share.high)))


def _by_a_fleet(group: ActivityGroup, catalogue: Catalogue, day: date) -> ActivityGroup:
    """The same answers of the same model, made by the fleet of a large provider."""
    (model,) = models_of([group])
    serving = token_factors(catalogue, day, model=model, device=ANY_CARD, place=FLEET).bounds
    machine = select_factor(catalogue, "host_ratio", machine_at(FLEET), day)
    return replace(group, bounds={**group.bounds, **waiting(catalogue, FLEET, day), **serving, "host_ratio": machine})


def _training(request: Request, resolved: ResolvedRequest, supplied: Sequence[SupplierAnswer]) -> dict[str, Any]:
    """The « fournisseur » score: impacts of making the model, and the same by declared use."""
    training = request.training
    assert training is not None
    made, inventory = training_inventory(training, resolved.catalogue, resolved.day, supplied)
    if training.extra == 1.0:
        inventory.warnings.append(sentences("served", "experiments_not_counted"))
    if training.uses is None:
        inventory.warnings.append(sentences("served", "uses_not_stated"))
    body = _estimate_of(inventory, made)._explanation
    if training.uses is None:
        return body | {"uses": None, "per_use": None}
    return body | {"uses": training.uses, "per_use": _shared_out(body["indicators"], training.uses)}


def _shared_out(figures: dict[str, Any], uses: float) -> dict[str, Any]:
    """Every amount of a tree of figures divided by a number of uses; shares and reasons unchanged."""
    found: dict[str, Any] = {}
    for name, value in figures.items():
        if isinstance(value, dict) and name != "missing":
            found[name] = _shared_out(value, uses)
        elif name in ("low", "central", "high", "at_factor_values") and value is not None:
            found[name] = value / uses
        elif name == "envelope":
            found[name] = [end / uses for end in value]
        else:
            found[name] = value
    return found
