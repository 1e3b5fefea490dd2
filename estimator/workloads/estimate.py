"""One estimate from a handful of inputs, without a ledger: figures, steps, factors, warnings."""

from datetime import date
from typing import Any

from estimator.assessment.explanation import explain_groups
from estimator.catalogue.load import load
from estimator.catalogue.tables import Catalogue
from estimator.core.errors import sentences
from estimator.workloads.inference_inventory import evidence
from estimator.workloads.inventory import Inventory, inventory_of
from estimator.workloads.published_comparison import models_of, published_beside
from estimator.workloads.request import Request
from estimator.workloads.resolution import ResolvedRequest, resolve


def estimate(request: Request, today: date | None = None) -> dict[str, Any]:
    """Figures of a request; unknown is reported and never zero.

    {"indicators", "steps", "factors", "warnings", "replay", …}, as returned by explain_groups.

    "evidence": the measured configurations and the regression coefficients that a model's energy is based on.

    "published": what others published on this model with another boundary, beside ours for the same request.

    With a training: "provider" holds the impacts of making the model, and their share by declared use; both are never
    added (SCI for AI: provider and consumer). SubjectUnknown for a host or device that is not in the catalogue;
    GivenValueRefused for an implausible value. An unknown zone is no error: figures that need it are « non estimable ».
    """
    catalogue = load()
    resolved = resolve(request.checked(), catalogue, request.day or today or date.today())
    body: dict[str, Any] = {"indicators": {}, "steps": [], "factors": [], "warnings": []}
    if _has_use(request):
        inventory = inventory_of(resolved, resolved.subjects["host"] or "")
        body |= _inventory_explanation(inventory, catalogue)
        body["published"] = published_beside(models_of(inventory.groups), catalogue, resolved.day)
    if request.training is not None:
        body["provider"] = _training(request, resolved, catalogue)
    return body | {"date": resolved.day.isoformat(), "factors_version": catalogue.version}


def _has_use(request: Request) -> bool:
    """Whether a use is described, besides a training."""
    stated = (request.it_energy_kwh, request.model, request.device, request.data_gb, request.storage_tb_months)
    return any(value is not None for value in stated)


def _inventory_explanation(inventory: Inventory, catalogue: Catalogue) -> dict[str, Any]:
    body = explain_groups(inventory.groups, catalogue)
    body["steps"] = inventory.steps + body["steps"]
    return body | {"evidence": evidence(inventory.rows, catalogue), "warnings": inventory.warnings}


def _training(request: Request, resolved: ResolvedRequest, catalogue: Catalogue) -> dict[str, Any]:
    """The « fournisseur » score: impacts of making the model, and the same by declared use."""
    training = request.training
    assert training is not None
    shared = {"it_energy_kwh", "device", "load", "zone", "host", "pue"}
    fields = training.model_dump(include=shared, exclude_none=True)
    if training.device_hours is not None:
        fields["device_hours"] = training.device_hours * training.extra
    if training.it_energy_kwh is not None:
        fields["it_energy_kwh"] = training.it_energy_kwh * training.extra
    asked = Request.model_validate(fields).checked()
    inventory = inventory_of(resolve(asked, catalogue, resolved.day, trained=True))
    body = _inventory_explanation(inventory, catalogue)
    if training.extra == 1.0:
        body["warnings"].append(sentences("served", "experiments_not_counted"))
    if training.uses is None:
        body["warnings"].append(sentences("served", "uses_not_stated"))
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
