"""Terminal texts of the register, in French or English."""

from collections.abc import Sequence
from typing import Any

from estimator.core.errors import listed, say
from estimator.core.event_log import Event
from estimator.core.number_format import exact_text, mark_text, pair_text
from estimator.core.refusals import field_label
from estimator.governance.register.csv_table import COLUMNS, row_of
from estimator.governance.register.register import Due, Register
from estimator.governance.register.schema import UseCase

WORDS = {
    "etape": "register_stages",
    "alternative_reponse": "register_answers",
    "decision": "register_decisions",
    "issue": "register_outcomes",
}
MARKS = {"seuil_valeur", "qualite_valeur"}
NUMBERS = {"volume_mensuel", "croissance_annuelle", "simultaneite"}


def list_text(held: Register, lang: str) -> str:
    """One line a use case, the counts, then the points that need attention."""
    cases, counts = held.use_cases(), held.counts()
    lines = [_line(case, lang) for case in cases] or [say("register_cli", "empty", lang)]
    if cases:
        facts = {"reviewed": counts.non_ai_reviewed, "past": counts.past_idea}
        lines.append(say("register_cli", "counts" if counts.past_idea else "ideas", lang, total=len(cases), **facts))
    for conflict in held.conflicts():
        if conflict.fields:
            first, second = (event.event for event in conflict.events)
            fields = ", ".join(field_label(name, lang) for name in conflict.fields)
            facts_: dict[str, Any] = {"id": conflict.use_case, "first": first, "second": second, "fields": fields}
            lines.append("! " + say("register_cli", "conflict", lang, **facts_))
    return "\n".join(lines)


def _line(case: UseCase, lang: str) -> str:
    day = case.next_review
    review = say("register_cli", "next_review", lang, day=day) if day else say("register_cli", "no_review", lang)
    words = (say("register_stages", case.stage, lang), say("register_outcomes", case.outcome, lang))
    return "\t".join((case.id, case.name, *words, review))


def case_text(case: UseCase, history: Sequence[Event], ahead: Sequence[str], lang: str) -> str:
    """Every non-empty field, the attachments, what is ahead, then the history."""
    lines = []
    for column, cell in row_of(case).items():
        if cell:
            label = field_label(COLUMNS[column].replace(".", "_"), lang)
            value = mark_text(float(cell), lang) if column in MARKS else cell
            value = exact_text(float(cell.rstrip(" %")), "1", lang) if column in NUMBERS else value
            lines.append(pair_text(label, say(WORDS[column], cell, lang) if column in WORDS else value, lang))
    if case.attachments:
        lines += ["", say("register_cli", "attachments", lang)]
    for a in case.attachments:
        span = {"since": a.since or "…", "until": a.until or "…"}
        told = {"service": a.service_key, "host": a.host or "*", "model": a.model or "*", "id": a.id}
        lines.append("  " + say("register_cli", "attachment", lang, **told, **span))
    lines += ["", *ahead] if ahead else []
    lines += ["", say("register_cli", "history", lang)]
    for e in history:
        done = (say("register_events", e.kind, lang), pair_text(e.who, e.why, lang))
        lines.append(f"  {e.at[:16]}  {listed(done, lang)}")
    return "\n".join(lines)


def due_text(found: Sequence[Due], lang: str) -> str:
    """One line a review."""
    lines = [
        f"{d.day}\t{d.use_case.id}\t{d.use_case.name}\t{d.use_case.service}\t"
        + say("register_cli", "late" if d.late else "soon", lang)
        for d in found
    ]
    return "\n".join(lines) or say("register_cli", "nothing_due", lang)


def written_text(case: UseCase, lang: str) -> str:
    """The use case after a write, in one sentence."""
    told = {"stage": say("register_stages", case.stage, lang), "outcome": say("register_outcomes", case.outcome, lang)}
    return say("register_cli", "written", lang, name=case.name, id=case.id, **told)
