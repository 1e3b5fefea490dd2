"""Status of the charter: each phrase held, partly held, not held or not measured, by one rule on one share."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from estimator.governance.charter import Phrase, phrases
from estimator.governance.commitments.schema import Objective
from estimator.governance.indicator_list import FOOTPRINTS, INDICATORS
from estimator.governance.indicators.scope import Scope
from estimator.governance.register.schema import UseCase, add_months
from estimator.governance.register.stage_rules import RULES

TERNARY = ("energy", "water", "adpe")  # the three footprints named in the charter
PUBLIC = ("fiche", "bilan_annuel", "donnees_ouvertes")
HALF = 0.5  # share of the target from which a phrase is partly held
YEARLY = 12  # months during which a publication is recent
Share = Mapping[str, Any]


def charter(scope: Scope, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The phrases in order, each with its share, status, target, proof and next review."""
    shares = _shares(scope, body)
    return [_phrase_status(phrase, shares[phrase.reads], scope, body) for phrase in phrases()]


def status(share: float | None, target: float) -> str:
    """held: the share reaches the target; partly: half of it; not_held: less; not_measured: unknown."""
    if share is None:
        return "not_measured"
    return "held" if share >= target else "partly" if share > 0 and share >= target * HALF else "not_held"


def _phrase_status(phrase: Phrase, share: Share, scope: Scope, body: Mapping[str, Any]) -> dict[str, Any]:
    voted = _voted_target(phrase, body)
    target = phrase.target if voted is None else voted
    silent = share.get("silent")
    concerned = [case for case in scope.in_use if silent is None or case.id in silent] or scope.in_use
    days = sorted(case.next_review for case in concerned if case.next_review)
    return {
        "id": phrase.id,
        "phrase": phrase.phrase,
        "gloss": phrase.gloss,
        "indicator": phrase.indicator,
        "reads": phrase.reads,
        "status": status(share["share"], target),
        "share": share["share"],
        "numerator": share.get("numerator"),
        "denominator": share.get("denominator"),
        "unknown": share.get("unknown"),
        "target": target,
        "voted": voted is not None,
        "next_review": days[0].isoformat() if days else None,
    }


def _voted_target(phrase: Phrase, body: Mapping[str, Any]) -> float | None:
    """The target of the objective in force for the share that proves the phrase, if any."""
    found = body["indicators"][phrase.indicator]["objective"]
    if found is None or phrase.reads != phrase.indicator:
        return None
    return Objective.model_validate(found).target(None)


def _shares(scope: Scope, body: Mapping[str, Any]) -> dict[str, Share]:
    """Every share used by a phrase."""
    found = body["indicators"]
    names = [entry.id for entry in INDICATORS if entry.kind == "share"]
    shares: dict[str, Share] = {name: found[name]["value"] | _silent(found[name]) for name in names}
    hosting, cases = found["sober_hosting"], scope.in_use
    generalised = [case for case in cases if case.stage == "generalisation"]
    paths = [found[name]["path"] for name in FOOTPRINTS if found[name]["path"]]
    known = [entry for entry in paths if entry["verdict"] in ("under", "over")]  # the others cannot be settled
    shares |= {
        "shared": hosting["shared"],
        "near": hosting["near"],
        "criteria_known": _of(hosting["criteria_known"]["numerator"], hosting["criteria_known"]["denominator"]),
        "attached": {"share": found["coverage"]["attached"]},
        "footprints_known": _least_coverage(found),
        "on_path": _of(sum(entry["verdict"] == "under" for entry in known), len(known)),
        "objectives_set": _of(len(paths), len(FOOTPRINTS)),
        "scenario_kept": _cases(cases, lambda case: scope.sources.compared(case) is not None),
        "quality_reached": _cases(generalised, _good_enough),
        "reviews_on_time": _cases(cases, lambda case: bool(case.next_review and case.next_review >= scope.day)),
        "followed_in_public": _of(_recent_follow_up(scope, scope.day), 1),
    }
    return shares


def _silent(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {"silent": entry["silent"]} if entry.get("silent") else {}


def _least_coverage(found: Mapping[str, Any]) -> Share:
    """The lowest coverage of electricity among the three footprints of the charter."""
    values = [found[name]["value"] for name in TERNARY]
    if all(value["central"] is None for value in values):
        return {"share": None}
    return {"share": min(value.get("covers", 0.0) for value in values)}


def _of(numerator: float, denominator: float) -> Share:
    share = numerator / denominator if denominator else None
    return {"numerator": numerator, "denominator": denominator, "share": share}


def _cases(cases: list[UseCase], holds: Any) -> Share:
    """The share of use cases that meet it, and the others."""
    others = [case.id for case in cases if not holds(case)]
    return {**_of(len(cases) - len(others), len(cases)), **({"silent": others} if others else {})}


def _good_enough(case: UseCase) -> bool:
    return next(rule for rule in RULES if rule.code == "quality").holds(case)


def _recent_follow_up(scope: Scope, today: date) -> int:
    """1 when a follow-up of the territory was published in the last twelve months."""
    for found in scope.sources.commitments.publications(until=today):
        said = found.entry.said
        here = scope.territory in ("all", said.territory)
        if said.what in PUBLIC and here and not found.entry.withdrawn and add_months(said.date, YEARLY) > today:
            return 1
    return 0
