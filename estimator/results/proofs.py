"""What the electricity of a group rests on."""

from estimator.assessment.evaluation import ActivityGroup
from estimator.catalogue.load import load
from estimator.ledger.rows import COMPONENTS

MODELLED = ("own_energy", "modelled_energy", "stored_energy")
NO_PROOF = "none"  # electricity that is not known, or nothing read


def proofs(group: ActivityGroup) -> dict[str, float]:
    """IT electricity of a group by proof [kWh]: each component by its mode; gaps and modelled parts are estimated."""
    found: dict[str, float] = {}
    values = group.values
    if values.get("billed_it_energy") is not None:
        found[_proof("other", group)] = values["billed_it_energy"]
    elif values.get("measured_energy") is not None:
        for name in COMPONENTS:
            kwh = (values.get(f"{name}_energy") or 0.0) * (values.get(f"{name}_reading_ratio") or 0.0)
            proof = _proof(name, group)
            found[proof] = found.get(proof, 0.0) + kwh
        found["estimated"] = found.get("estimated", 0.0) + (values.get("unmetered_energy") or 0.0)
    else:
        found["estimated"] = float(next(filter(None, map(values.get, MODELLED)), 0.0))
    return {name: kwh for name, kwh in found.items() if kwh}


def _proof(component: str, group: ActivityGroup) -> str:
    return load().subjects[group.bounds[f"{component}_reading_ratio"].subject].proof or "unknown"


def shares_by_proof(group: ActivityGroup) -> dict[str, float]:
    """The share of a group's IT electricity that rests on each proof [1]: every impact of the group is shared so."""
    kwh = proofs(group)
    whole = sum(kwh.values())
    return {proof: part / whole for proof, part in kwh.items()} if whole else {NO_PROOF: 1.0}
