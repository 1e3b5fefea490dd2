"""What the documents of a scenario leave out of their figures, and what they do not know."""

from collections import Counter
from collections.abc import Sequence

from estimator.assessment import method_documentation
from estimator.catalogue.load import load
from estimator.catalogue.site_ownership import owner
from estimator.comparison.sentences import UNREAD
from estimator.core.column_units import one_unit
from estimator.core.errors import say
from estimator.core.number_format import (
    missing_text,
    range_text,
    share_text,
)
from estimator.places.questionnaire import questionnaire
from estimator.reporting.documents.room import lines_of
from estimator.reporting.project.context import FOUR, SHORT, SheetFacts, clipped, once
from estimator.reporting.project.sentences import fitting

OF_MODEL = ("size_supposed", "model_unknown", "embedding_model_unknown")  # what is not known of a model
FEW_QUESTIONS = 2  # told on a sheet; the questionnaire holds them all
MATTERS = 2  # factors named as worth measuring first


def not_counted(facts: SheetFacts) -> tuple[str, ...]:
    """What no figure includes, with the reason: outside the system boundary, or not described."""
    names = [n for n in method_documentation.BOUNDARY if n in method_documentation.OUTSIDE]
    lang = facts.lang
    lines = [
        facts.say("because", what=say("boundary", name, lang), why=say("boundary", f"{name}_how", lang))
        for name in names
    ]
    trained = [(o.label, o.publisher) for o in facts.studied if o.publisher is not None]
    unit = one_unit([amount for _, amount in trained], lang)
    cut = [clipped(label, SHORT // 2) for label, _ in trained]
    names = [label if cut.count(name) > 1 else name for name, (label, _) in zip(cut, trained, strict=True)]
    shares = [f"{name} {range_text(held, lang, unit(held))}" for name, (_, held) in zip(names, trained, strict=True)]
    told = {"period": facts.scenario.need.period, "list": facts.joined(shares)}
    lines += [facts.say("publisher_shares", **told)] if shares else []
    lines += [*facts.answer.said("desk", lang), *facts.answer.said("checking", lang)]
    found: dict[tuple[str, str, str], list[str]] = {}
    for option in (o for o in facts.studied if not o.only_people):
        lacking: dict[tuple[str, str], list[str]] = {}
        opened = Counter(part for amount in option.service.values() for part in amount.parts)
        for name, amount in option.service.items():
            for part, inner in amount.parts.items():
                if inner.missing:
                    lacking.setdefault((part, inner.missing[lang]), []).append(say("figures", name, lang).lower())
        for (part, reason), figures in lacking.items():
            only = f", {', '.join(figures)}" if len(figures) < opened[part] else ""
            found.setdefault((say("parts", part, lang), only, reason), []).append(option.label)
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (part, only, reason), labels in found.items():
        alike.setdefault((reason, once(labels)), []).append(f"{part}{only}")
    for (reason, whose), parts in alike.items():
        what = ", ".join(parts)
        named = _of_whom(facts, f"{what[:1].upper()}{what[1:]}", whose)
        lines.append(facts.say("because", what=named, why=reason))
    return tuple(lines)


def _of_whom(facts: SheetFacts, text: str, labels: Sequence[str]) -> str:
    """A line, in its last sentence the options that it applies to, unless it applies to all of which something runs."""
    names = once(labels)
    whose = f" ({', '.join(names)})" if len(names) < sum(not o.only_people for o in facts.studied) else ""
    return f"{text.rstrip('.')}{whose}{'.' * text.endswith('.')}"


def unknowns(facts: SheetFacts, most: int | None = 1, room: int = 0) -> tuple[str, ...]:
    """The unknowns, with the question that would settle each; those that fit, then the count of the others.

    First what the bill of a model gives, then where an API is supposed to compute, then what is not known of a
    model: its figures rest on it.
    room: lines left on the page for more than `most`, the count of the others included."""
    settling = list(facts.answer.said("settling", facts.lang))
    untested = [o.label for o in facts.studied if o.quality is None]
    lines = [*fitting(settling, most and 1)]
    lines += [facts.say("unknown_quality", label=", ".join(untested))] if untested else []
    lines += _not_estimable(facts)
    opened = facts.answer.opened
    if opened and opened.matters:
        shares = list(opened.matters.items())[:MATTERS]
        said = [f"{opened.labels[key][facts.lang]} ({share_text(share, facts.lang)})" for key, share in shares]
        lines.append(facts.say("unknown_matters", list=", ".join(said)))
    lines += _supplier_questions(facts)
    warned: dict[str, list[str]] = {}
    places: dict[str, list[str]] = {}
    first: dict[str, list[str]] = {}
    for option in facts.studied:
        for warning in option.warnings:
            code, text = warning["code"], warning[facts.lang]
            if code == UNREAD:
                continue
            found = places if code.startswith("provider_") else first if code in OF_MODEL else warned
            found.setdefault(text, []).append(option.label)
    lines += [_of_whom(facts, text, names) for text, names in warned.items()]
    lines += settling[1:] if most else []
    told = [_of_whom(facts, f"{text.partition('. ')[0].rstrip('.')}.", names) for text, names in places.items()]
    lines[:0] = [
        *facts.answer.said("unread", facts.lang),
        *told,
        *(_of_whom(facts, text, names) for text, names in first.items()),
    ]
    shown = len(lines) if most is None or len(lines) <= most else most - 1
    while shown < len(lines) and lines_of(lines[shown]) <= room:
        room -= lines_of(lines[shown])
        shown += 1
    more = [facts.say("unknown_more", count=len(lines) - shown)] if shown < len(lines) else []
    return (*lines[:shown], *more) or (facts.say("unknown_none"),)


def _not_estimable(facts: SheetFacts) -> list[str]:
    """One line a reason for which options could not be estimated, with the indicators."""
    found: dict[tuple[str, str], list[str]] = {}
    for option in (o for o in facts.studied if not o.only_people):
        for name in FOUR:
            amount = option.service.get(name)
            if amount and amount.central is None:
                names = found.setdefault((missing_text(amount, facts.lang), option.label), [])
                names.append(say("figures", name, facts.lang))
    return [f"{', '.join(names)}, {reason} ({label})" for (reason, label), names in found.items()]


def _supplier_questions(facts: SheetFacts) -> list[str]:
    """How many questions the sites leave open, and the first of them, most frequent first: those of our own are ours
    to check, the others are asked of suppliers."""
    asked = {host: questionnaire(host, facts.day, facts.supplied) for host in facts.hosts}
    lines = []
    for key, ours in (("unknown_ours", True), ("unknown_hosts", False)):
        open_ = {host: found for host, found in asked.items() if found and (owner(host) == "own") is ours}
        counts = ", ".join(f"{load().label(host, facts.lang)} ({len(found)})" for host, found in open_.items())
        fields = Counter(question.text(facts.lang) for found in open_.values() for question in found)
        first = " ".join(text for text, _ in fields.most_common(FEW_QUESTIONS))
        lines += [facts.say(key, list=counts, first=first)] if open_ else []
    return lines
