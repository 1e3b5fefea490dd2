"""Status of the charter: each checked phrase held, covered, partly held, not held or not measured, by one rule."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from estimator.core.errors import LANGUAGES, say
from estimator.core.interval import WITHHELD, Interval
from estimator.core.number_format import made_share
from estimator.core.typography import lowered, typeset
from estimator.governance.charter import Phrase, checked, phrases
from estimator.governance.commitments.schema import Objective
from estimator.governance.indicator_list import FOOTPRINTS, INDICATORS
from estimator.governance.indicators.anonymity import untold_ids
from estimator.governance.indicators.footprints import of_scope
from estimator.governance.indicators.scope import Scope
from estimator.governance.indicators.told_amounts import is_rounded, leaving_shares, told_in_use
from estimator.governance.register.schema import UseCase, add_months
from estimator.governance.register.stage_rules import reaches_threshold
from estimator.reporting.summary.decisions import NAMED, names_text

TERNARY = ("energy", "water", "adpe")  # the three footprints named in the charter
PUBLIC = ("fiche", "bilan_annuel", "donnees_ouvertes")
STATUSES = ("held", "partly", "not_held", "not_measured", "without_object", "covered")
HALF = 0.5  # share of the target from which a phrase is partly held
STATED = {  # share -> the fields of the register that a use case in use fills
    "sheet_filled": ("task", "unit", "owner_role", "benefit", "human_contact"),
    "qualification_declared": ("qualification",),
    "sensitivity_stated": ("data_sensitivity",),
    "benefit_stated": ("benefit",),
    "other_way": ("other_way",),
    "work_effects": ("work_effects",),
}
THEIRS = ("criteria_known", "objectives_set", "followed_in_public")  # that no file of groups tells
YEARLY = 12  # months during which a publication is recent
Share = Mapping[str, Any]


def charter(scope: Scope, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The checked phrases in order, each with its share, status, target, proof, next review, of one that is not held,
    what to do, and whether it is not judged because the total, or the uses, that it reads are withheld."""
    shares = _shares(scope, body)
    found = [_phrase_status(phrase, shares, scope, body) for phrase in checked()]
    return [leaving_shares(scope, check) for check in found]


def unchecked() -> dict[str, list[dict[str, Any]]]:
    """The phrases of the two other lists, each with what is missing, or why no figure can tell."""
    found: dict[str, list[dict[str, Any]]] = {"not_yet": [], "not_figures": []}
    for phrase in phrases():
        if phrase.group != "checked":
            why = {lang: say("charter_unchecked", phrase.id, lang) for lang in LANGUAGES}
            found[phrase.group].append({"id": phrase.id, "phrase": phrase.phrase, "gloss": phrase.gloss, "why": why})
    return found


def status(found: Share, target: float) -> str:
    """held: the share reaches the target; partly: half of it; not_held: less, whatever is unknown; not_measured: the
    share is unknown, or what is unknown of it could reach half of the target; without_object: nothing is to be judged.
    """
    share = found["share"]
    if found.get("without_object"):
        return "without_object"
    if share is None:
        return "not_measured"
    if share >= target:
        return "held"
    if share > 0 and share >= target * HALF:
        return "partly"
    return "not_measured" if share + (found.get("unknown") or 0.0) >= target * HALF else "not_held"


def status_of(found: Share, target: float) -> str:
    """The status of a share; where uses are apart, that which it has whether each of them meets it or none does, else
    not_measured: those told one by one are not all. Nor is one judged of which a part is not told."""
    if found.get("withheld") or found.get("missing"):
        return "not_measured"
    if not (apart := found.get("apart")):
        return status(found, target)
    met, whole = found["numerator"], found["denominator"] + apart
    ends = {status({**found, "share": share}, target) for share in (met / whole, (met + apart) / whole)}
    return ends.pop() if len(ends) == 1 else "not_measured"


def _phrase_status(
    phrase: Phrase, shares: Mapping[str, Share], scope: Scope, body: Mapping[str, Any]
) -> dict[str, Any]:
    """The status by the share that proves the phrase; « covered » where only the share of what exists is reached."""
    voted = _voted_target(phrase, body)
    target = phrase.target if voted is None else voted
    reads = phrase.reads or phrase.covered_by
    told = status_of(shares[reads], target)
    proved = bool(phrase.reads) and told == "held"
    if not proved and phrase.covered_by and status_of(shares[phrase.covered_by], phrase.target) == "held":
        reads, told = phrase.covered_by, "covered"
    share = shares[reads]
    silent, untold = share.get("silent"), told == "not_measured" and share.get("apart")
    concerned = [case for case in scope.in_use if silent is None or case.id in silent] or scope.in_use
    days = sorted(case.next_review for case in concerned if case.next_review)
    return {
        "id": phrase.id,
        "phrase": phrase.phrase,
        "gloss": phrase.gloss,
        "indicator": phrase.indicator,
        "reads": reads,
        "status": told,
        "share": share["share"],
        "numerator": share.get("numerator"),
        "denominator": share.get("denominator"),
        "unknown": share.get("unknown"),
        "smallest_service": share.get("smallest_service"),
        "target": target,
        "voted": voted is not None,
        "next_review": days[0].isoformat() if days else None,
        "to_do": _to_do(reads, share, scope) if told == "not_held" else None,
        "withheld": bool(share.get("withheld") or share.get("missing") or untold),
    }


def _to_do(reads: str, share: Share, scope: Scope) -> dict[str, str]:
    """What raises a share, with the names of the use cases or footprints that it lacks, in both languages; use cases
    that are not told by name are counted."""
    named, lacks, said = {case.id: case.name for case in scope.cases}, share.get("silent", ()), {}
    hidden = untold_ids(scope, scope.period.months()).intersection(lacks)
    for lang in LANGUAGES:
        told = [named.get(id) or _footprint(id, lang) for id in lacks if id not in hidden]
        names = names_text(told, lang, len(hidden)) if lacks else ""
        if len(lacks) > NAMED and named.keys() & lacks:
            names = say("synthesis_decisions", "uses_count", lang, count=len(lacks))
        said[lang] = typeset(say("charter_do", reads, lang, names=names), lang)
    return said


def _footprint(id: str, lang: str) -> str:
    return lowered(say("indicators", id, lang))


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
    hosting, cases, per_service = found["sober_hosting"], scope.in_use, found["per_service"]
    kept = scope.sources.commitments
    general = [case for case in cases if case.stage == "generalisation"]
    past = [case for case in scope.judged if case.stage != "idee"]
    tried = [case for case in past if case.stage != "experimentation" or case.outcome != "en_cours"]
    judged = {name: found[name]["path"]["verdict"] for name in FOOTPRINTS if found[name]["path"]}
    known = {name: verdict == "under" for name, verdict in judged.items() if verdict in ("under", "over")}
    metals = found["adpe"]["value"]
    totals = {name: found[name]["value"] for name in FOOTPRINTS if found[name]["value"]["central"] is not None}
    shares |= {
        "shared": hosting["shared"],
        "near": hosting["near"],
        "criteria_known": _of(hosting["criteria_known"]["numerator"], hosting["criteria_known"]["denominator"]),
        "attached": {
            "share": found["coverage"]["attached"],
            "withheld": "attached" in found["coverage"].get("untold", ()),
        },
        "footprints_known": {"share": None} if scope.outside.unattached else _least_coverage(found),
        "manufacture_known": {
            "share": None if metals["central"] is None or _is_untold(metals, "made") else made_share(metals),
            **_withheld([metals], "made"),
        },
        "bounded": {
            **_of(sum(_is_bounded(scope, *one) for one in totals.items()), len(totals)),
            **({} if totals else _withheld([found[name]["value"] for name in FOOTPRINTS])),
        },
        "on_path": {**_held(known), "without_object": set(judged.values()) == {"start"}},  # where it can be settled
        "objectives_set": _held({name: name in judged for name in FOOTPRINTS}),
        "european": body["sovereignty"]["publisher_european"],
        "scenario_kept": _cases(cases, lambda case: scope.sources.compared(case) is not None),
        "alternative_figured": _cases(past, lambda case: _has_figured_alternative(scope, case)),
        "quality_reached": _cases(general, partial(_still_reaches, scope.day)),
        "quality_fresh": _cases(cases, lambda case: case.tested is not None and not case.quality_is_old(scope.day)),
        "reviews_on_time": _cases(cases, lambda case: bool(case.next_review and case.next_review >= scope.day)),
        "four_criteria": _cases(cases, lambda case: _weighs_all(scope, case)),
        "worth_counted": {
            **_cases(told_in_use(scope), lambda c: bool(c.benefit) and c.id not in per_service["silent"]),
            "apart": found["coverage"]["value"].get("apart"),
        },
        "decided": _cases(past, lambda case: bool(case.decisions)),
        "risk_and_decision": _cases(past, lambda case: bool(case.decisions and case.risk_class)),
        "trials_published": _cases(tried, lambda case: bool(kept.published(case.id, scope.day))),
        "consulted": _cases([c for c in cases if c.stage != "experimentation"], lambda case: bool(case.consulted)),
        "followed_in_public": _of(_recent_follow_up(scope, scope.day), 1),
    }
    shares |= {name: _known_here(shares[name]) for name in THEIRS if scope.sources.elsewhere}
    return shares | {name: _cases(cases, partial(_says, fields=fields)) for name, fields in STATED.items()}


def _known_here(found: Share) -> Share:
    """A share of which the homes of authorities alone know the rest: unknown, and not lacking."""
    return {**found, "unknown": 1 - found["share"]} if found["share"] else {"share": None}


def _says(case: UseCase, fields: Sequence[str]) -> bool:
    return all(bool(getattr(case, name)) for name in fields)


def _still_reaches(day: date, case: UseCase) -> bool:
    """Whether a test that is not old says that a use case reaches its threshold."""
    return reaches_threshold(case) and not case.quality_is_old(day)


def _has_figured_alternative(scope: Scope, case: UseCase) -> bool:
    """Whether the comparison of a use case holds an option without AI whose electricity is known."""
    compared = scope.sources.compared(case)
    options = compared.answer.options if compared else ()
    return any(o.method == "none" and o.status == "studied" and o.known("energy") for o in options)


def _weighs_all(scope: Scope, case: UseCase) -> bool:
    """Whether performance, transparency, security and environment of a use case are all documented."""
    return bool(case.tested and case.training_data and case.qualification and scope.sources.compared(case))


def _silent(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {"silent": entry["silent"]} if entry.get("silent") else {}


def _least_coverage(found: Mapping[str, Any]) -> Share:
    """The lowest coverage of electricity among the three footprints of the charter."""
    values = [found[name]["value"] for name in TERNARY]
    if all(value["central"] is None for value in values) or _withheld(values, "covers"):
        return {"share": None, **_withheld(values, "covers")}
    return {"share": min(value.get("covers", 0.0) for value in values)}


def _withheld(values: Sequence[Mapping[str, Any] | Interval], share: str = "") -> dict[str, Any]:
    """withheld: whether one of these totals is known and not told, or this share of it."""
    reasons = {(value.get("missing") or {}).get("code") for value in values}
    return {"withheld": True} if reasons & WITHHELD or any(_is_untold(value, share) for value in values) else {}


def _is_untold(value: Mapping[str, Any] | Interval, share: str) -> bool:
    return share in value.get("untold", ())


def _is_bounded(scope: Scope, name: str, told: Interval) -> bool:
    """Whether a total has two ends, which may be alike once rounded."""
    found = of_scope(scope)[name] if told.ends.low == told.ends.high and is_rounded(scope) else told
    return found.ends.low < found.ends.high


def _of(numerator: float, denominator: float) -> Share:
    share = numerator / denominator if denominator else None
    return {"numerator": numerator, "denominator": denominator, "share": share}


def _cases(cases: list[UseCase], holds: Any) -> Share:
    """The share of use cases that meet it, and the others."""
    return _held({case.id: bool(holds(case)) for case in cases})


def _held(found: Mapping[str, bool]) -> Share:
    """The share of those that hold, and the others."""
    others = [name for name, holds in found.items() if not holds]
    return {**_of(len(found) - len(others), len(found)), **({"silent": others} if others else {})}


def _recent_follow_up(scope: Scope, today: date) -> int:
    """1 when a follow-up of the territory was published in the last twelve months."""
    for found in scope.sources.commitments.publications(until=today):
        said = found.entry.said
        here = scope.territory in ("all", said.territory)
        if said.what in PUBLIC and here and not found.entry.withdrawn and add_months(said.date, YEARLY) > today:
            return 1
    return 0
