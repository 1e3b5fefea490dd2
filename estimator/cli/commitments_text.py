"""Terminal text of the commitments, in French or English."""

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from estimator.core.errors import say, texts
from estimator.core.number_format import count_text, exact_text, share_text
from estimator.core.periods import Period
from estimator.governance.commitments.commitments import CommitmentEntry, Commitments, Published, TrainingGroup
from estimator.governance.commitments.schema import Budget, Objective, Training
from estimator.governance.indicator_list import VOTED


def list_text(kept: Commitments, today: date, lang: str) -> str:
    """Objectives, ceilings, training and publications, each under its title, then quarantined statements."""
    last = {id: by.id for kind in (Objective, Budget) for id, by in kept.replaced(kind).items()}
    parts = {
        "objectives": [_line(e, _objective(e.said, lang), lang, last) for e in kept.entries(Objective)],
        "budgets": [_line(e, _budget(e.said, lang), lang, last) for e in kept.entries(Budget)],
        "trainings": _trainings(kept, today, lang),
        "publications": [line for p in kept.publications() for line in _publication(p, lang)],
    }
    shown = {name: lines for name, lines in parts.items() if lines}
    lines = [line for name, body in shown.items() for line in (say("commitments_cli", name, lang), *body)]
    lines = lines or [say("commitments_cli", "empty", lang)]
    return "\n".join(lines + [f"! {fault[lang]}" for fault in kept.faults()])


def written_text(vote: Mapping[str, Any], lang: str) -> str:
    """The id of a vote, and which votes of the same it replaces, or which judges in its place."""
    told = [say("commitments_cli", "written", lang, id=vote["id"])]
    if vote["replaced_by"]:
        told.append(say("commitments_cli", "judged_by", lang, id=vote["replaced_by"]))
    if vote["replaces"]:
        told.append(say("commitments_cli", "replaces", lang, ids=", ".join(vote["replaces"])))
    return "\n".join(told)


def _line(entry: CommitmentEntry[Any], text: str, lang: str, last: Mapping[str, str] = MappingProxyType({})) -> str:
    if entry.id in last:
        text = say("commitments_cli", "replaced", lang, line=text, id=last[entry.id])
    if entry.withdrawn:
        text = say("commitments_cli", "no_more", lang, line=text, reason=entry.withdrawn)
    return f"  {entry.id}  {text}"


def _vote(vote: Objective | Budget, lang: str) -> dict[str, object]:
    own = texts("commitments_indicators", lang)
    name = own.get(vote.indicator) or say("indicators", vote.indicator, lang)
    return {"name": name, "territory": vote.territory, "by": vote.by, "date": vote.date, "document": vote.document}


def _value(vote: Objective | Budget, value: float, lang: str) -> str:
    if vote.unit == "%":
        return share_text(vote.in_base(value), lang)
    return exact_text(vote.in_base(value), next(iter(VOTED[vote.indicator].units)), lang)


def _objective(said: Objective, lang: str) -> str:
    reference = str(said.reference_year)
    if said.reference_value is not None:
        reference += f" ({_value(said, said.reference_value, lang)})"
    facts = _vote(said, lang) | {"due": said.due_year, "reference": reference}
    if said.value is None:
        return say("commitments_cli", "objective_change", lang, change=f"{said.change_percent:+g}", **facts)
    return say("commitments_cli", "objective_value", lang, value=_value(said, said.value, lang), **facts)


def _budget(said: Budget, lang: str) -> str:
    facts = _vote(said, lang) | ({"territory": said.use_case} if said.use_case else {})
    return say("commitments_cli", "budget", lang, value=_value(said, said.value, lang), year=said.year, **facts)


def _trainings(kept: Commitments, today: date, lang: str) -> list[str]:
    """The groups large enough to publish, then each statement without its counts."""
    entries = kept.entries(Training)
    said = [
        _line(
            e, say("commitments_cli", "training", lang, **e.said.model_dump(include={"service", "date", "kind"})), lang
        )
        for e in entries
    ]
    groups = [_group(g, lang) for g in kept.training_groups(today)]
    if entries and not groups:
        groups = ["  " + say("commitments_cli", "too_few", lang)]
    return groups + said


def _group(group: TrainingGroup, lang: str) -> str:
    service = group.service or say("commitments_cli", "others", lang)
    counts = {"trained": count_text(group.trained, lang), "access": count_text(group.with_access, lang)}
    return "  " + say("commitments_cli", "group", lang, service=service, **counts)


def _publication(published: Published, lang: str) -> Iterable[str]:
    entry = published.entry
    said = entry.said
    about = said.use_case or f"{said.territory}, {Period(str(said.period)).label(lang)}"
    what = say("commitments_whats", said.what, lang)
    facts = {"what": what, "about": about, "date": said.date, "build": said.build, "address": said.address}
    yield _line(entry, say("commitments_cli", "publication", lang, **facts), lang)
    for c in published.corrections:
        told = {"date": c.said.date, "changed": c.said.changed, "reason": c.said.reason}
        yield _line(c, say("commitments_cli", "correction", lang, **told), lang)
