"""Practices: right-sized models, non-AI alternatives, measurement coverage, staff training, evaluations."""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from estimator.assessment.evaluation import coverage_weight
from estimator.catalogue.models import known
from estimator.governance.commitments.commitments import SMALLEST_GROUP, Trained
from estimator.governance.indicators.scope import Scope, of_case
from estimator.governance.indicators.told_amounts import apart_ids, rows_of_shares, told_in_use
from estimator.governance.indicators.usage_by_case import Attached, last_day
from estimator.governance.register.schema import UseCase
from estimator.results.proofs import impact_shares

FRESH_MONTHS = 12


def right_sized(scope: Scope) -> dict[str, Any]:
    """Share of the requests served by a model that reaches the threshold of its use case, no studied option that
    reaches it being lower. « silent »: use cases that another model served.

    « unknown »: use cases without scenario, threshold or test, or where nothing decides: their share is said apart, and
    is not counted as served by a right-sized model.
    """
    made: dict[bool | None, float] = defaultdict(float)
    answers: dict[str, set[bool | None]] = defaultdict(set)
    apart, rows, now = apart_ids(scope), rows_of_shares(scope), {case.id: case for case in scope.cases}
    for case in scope.in_use:
        for row in of_case(rows, case.id):
            held, requests = now[case.id], row.row.requests or row.row.items
            if requests and (case.model or held.model):
                answer = fits(scope, _as_served(scope, held, row))
                made[answer] += requests
                answers[case.id].add(answer)
    whole = math.fsum(made.values())  # no int of none: a count of requests is told by its type
    value = _share(made[True], whole) | {"unknown": made[None] / whole if whole else None}
    unknown = [id for id, found in answers.items() if id not in apart and None in found and False not in found]
    silent = [id for id, found in answers.items() if id not in apart and False in found]
    return {"value": value, "unknown": unknown, "silent": silent}


def _as_served(scope: Scope, case: UseCase, served: Attached) -> UseCase:
    """A use case with the model that served a month of it: the one measured, at its place, where that is not the one
    held; where none is, the one held at the end of that month, if the register says one."""
    model, host, month = served.row.model or "", served.row.host or "", last_day(served.row.month)
    if not model and month < scope.sources.today:
        then = next((found for found in scope.sources.cases_of(month) if found.id == case.id), case)
        model, host = then.model, then.host
    same = not model or _name(model) == _name(case.model)
    return case if same else case.model_copy(update={"model": model, "host": host})


def _name(model: str) -> object:
    """What the name of a model is compared by: the model of the catalogue, or the name itself."""
    return known(model) or model


def fits(scope: Scope, case: UseCase) -> bool | None:
    """Whether the model of a use case is right-sized; None without scenario, or when it does not say."""
    compared = scope.sources.compared(case)
    present = compared.present(case) if compared else None
    return compared.answer.right_sized(present) if compared and present else None


def non_ai_reviewed(scope: Scope) -> dict[str, Any]:
    """Use cases past « idée » whose non-AI alternative was studied, and count of those done without AI."""
    past = [case for case in scope.judged if case.stage != "idee"]
    studied = [case for case in past if case.alternative.answer != "non_etudiee"]
    done = [case.id for case in scope.judged if case.outcome == "fait_sans_ia"]
    given_up = [case.id for case in scope.judged if case.outcome == "ne_pas_faire"]
    value = _share(len(studied), len(past))
    silent = [case.id for case in past if case not in studied]
    return {"value": value, "without_ai": done, "not_done": given_up, "silent": silent}


def coverage(scope: Scope) -> dict[str, Any]:
    """Use cases in use with known electricity in the period, and the electricity by proof. apart: how many more of
    which it is not told, where there are some."""
    told, rows = told_in_use(scope), rows_of_shares(scope)
    seen = {row.id for row in scope.rows if row.row.group.values.get("it_energy") is not None}
    with_data = [case for case in told if case.id in seen]
    lost = sum(row.row.group.values.get("it_energy") is None for row in rows)
    shares = proof_shares(rows)
    apart = {"apart": len(scope.in_use) - len(told)} if len(told) < len(scope.in_use) else {}
    body = {"value": _share(len(with_data), len(told)) | apart, "proof": shares, "not_estimable": lost}
    body["impossible"] = impossible_share(scope, rows)
    silent = [case.id for case in told if case not in with_data]
    return body | {"attached": None if scope.sources.elsewhere else _attached_share(rows), "silent": silent}


def proof_shares(rows: Sequence[Attached], impact: str = "it_energy") -> dict[str, float]:
    """Share of an impact of some months by proof [1]; 0 for each when none is known."""
    return impact_shares((row.row.group for row in rows), impact)


def impossible_share(scope: Scope, rows: Sequence[Attached]) -> float | None:
    """Share of the electricity of some months that was read and that no such machine draws [1]; the rows of a month of
    a service have their part of what cannot be in it. None where some are of authorities, which alone know it."""
    theirs, found = scope.sources.build.authority_of_service, scope.sources.build.impossible
    if theirs and any(row.row.service_key in theirs for row in rows):
        return None
    if not found:
        return 0.0
    months: dict[tuple[str, int], float] = defaultdict(float)
    for every in scope.sources.rows:
        months[every.row.service_key, every.row.month] += coverage_weight(every.row.group)
    kwh = [((row.row.service_key, row.row.month), coverage_weight(row.row.group)) for row in rows]
    whole = sum(value for _, value in kwh)
    odd = sum(value * found.get(month, 0.0) / (months[month] or 1) for month, value in kwh)
    return odd / whole if whole else 0.0


def _attached_share(rows: Sequence[Attached]) -> float | None:
    """Share of the electricity attached to a registered use case [1]."""
    kwh = [(row.id, float(row.row.group.values.get("it_energy") or 0.0)) for row in rows]
    whole = sum(value for _, value in kwh)
    return sum(value for name, value in kwh if name) / whole if whole else None


def trained(scope: Scope) -> dict[str, Any]:
    """Agents trained among those who have access to AI tools, as the services say; for what leaves, services of five
    agents or more then and since: two periods, one before a smaller one, would give it by difference."""
    inside, kept = scope.sources.inside, scope.sources.commitments
    found = kept.trained(scope.day, None if inside else scope.sources.today) or Trained(0, 0, 0)
    least = {} if inside else {"smallest_service": SMALLEST_GROUP}
    return {"value": _share(found.trained, found.with_access) | least, "services": found.services}


def published(scope: Scope) -> dict[str, Any]:
    """Use cases in use whose evaluation is under twelve months old and published."""
    published_on = scope.sources.commitments.published
    fresh = [c for c in scope.in_use if _fresh(c, scope.day) and published_on(c.id, scope.day)]
    return {"value": _share(len(fresh), len(scope.in_use)), "silent": [c.id for c in scope.in_use if c not in fresh]}


def _fresh(case: UseCase, day: date) -> bool:
    done = case.review.done if case.review else None
    if done is None:
        return False
    return 0 <= (day.year - done.year) * 12 + day.month - done.month < FRESH_MONTHS


def _share(numerator: float, denominator: float) -> dict[str, Any]:
    return {
        "numerator": numerator,
        "denominator": denominator,
        "share": numerator / denominator if denominator else None,
    }


PRACTICES: Mapping[str, Callable[[Scope], dict[str, Any]]] = {
    "right_sized": right_sized,
    "non_ai_reviewed": non_ai_reviewed,
    "coverage": coverage,
    "trained": trained,
    "published": published,
}
