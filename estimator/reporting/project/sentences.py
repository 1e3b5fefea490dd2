"""Texts shared by the documents of a scenario, from the figures and verdicts of the comparison."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from estimator.assessment import method_documentation
from estimator.catalogue.load import load
from estimator.comparison.verdict_rules import SETTLED
from estimator.comparison.verdict_text import no_lead, smallest_words
from estimator.core.errors import say
from estimator.core.number_format import interval_text, missing_text, share_text, tick_text
from estimator.places.questionnaire import questionnaire
from estimator.reporting.project.context import BARE, FOUR, LONGEST, SheetFacts, clipped, once

MOST_UNKNOWNS = 5
FEW_QUESTIONS = 2  # told on a sheet; the questionnaire holds them all
MATTERS = 2  # factors named as worth measuring first


def lead(facts: SheetFacts, names: Collection[str] = ()) -> tuple[str, ...]:
    """The paired ratio of electricity in words, with the quality, then the verdict; whether the indicators disagree.

    names: the options included, all by default.
    """
    pairs = [pair for pair in facts.body["lead"] if not names or {pair["a"], pair["b"]} <= set(names)]
    if not pairs:
        key, alone = no_lead(facts.body)
        return (say("compare", key, facts.lang, **alone),)
    told = []
    for pair in pairs:
        words = pair["words"][facts.lang]
        verdict_ = f"{words[:1].upper()}{words[1:]}."
        told.append(f"{pair['sentence'][facts.lang]} {verdict_}" if "ratio_words" in pair else verdict_)
    turned = any(_is_contradicted(facts, pair) for name in FOUR for pair in facts.body["pairs"][name])
    return (*told, facts.say("disagree")) if turned else tuple(told)


def _is_contradicted(facts: SheetFacts, pair: Mapping[str, Any]) -> bool:
    """Whether another indicator establishes the opposite option of a pair with an established electricity verdict."""
    same = _pair(facts, pair["a"], pair["b"], "energy")
    told = same is not None and {same["verdict"], pair["verdict"]} <= SETTLED.keys()
    return bool(told and same and same["lower"] != pair["lower"])


def _pair(facts: SheetFacts, one: str, other: str, name: str) -> Mapping[str, Any] | None:
    return next((p for p in facts.body["pairs"][name] if {p["a"], p["b"]} == {one, other}), None)


def verdict(facts: SheetFacts, one: str, other: str, name: str) -> str:
    """The verdict of a pair on an indicator, in words."""
    found = _pair(facts, one, other, name)
    return str(found["words"][facts.lang]) if found else say("verdict", "not_studied", facts.lang)


def need(facts: SheetFacts) -> tuple[tuple[str, str], ...]:
    """The need, the constraints, and the facts of the use case in the register."""
    wanted, limits, case = facts.scenario.need, facts.scenario.constraints, facts.use_case
    volume = {"units": facts.count(wanted.volume), "unit": wanted.unit, "period": wanted.period}
    pairs = [(facts.say("need_unit"), facts.say("need_volume", **volume))]
    tokens = (wanted.input_tokens, wanted.output_tokens)
    if any(value is not None for value in tokens):
        read, written = (facts.say("unsaid") if v is None else facts.count(v) for v in tokens)
        pairs.append((facts.say("need_attempt"), facts.say("need_tokens", read=read, written=written)))
    if wanted.peak_concurrency:
        pairs.append((facts.say("need_peak"), facts.count(wanted.peak_concurrency)))
    pairs.append((facts.say("need_quality"), facts.score(limits.quality) if limits.quality else facts.say("no_limit")))
    pairs.append((facts.say("need_data"), facts.say(f"data_{limits.data}")))
    if limits.delay_s:
        pairs.append((facts.say("need_delay"), f"{tick_text(limits.delay_s, BARE, facts.lang)}\u00a0s"))
    if limits.location:
        pairs.append((facts.say("need_location"), clipped(load().label(limits.location, facts.lang), 40)))
    if case:
        stage = say("register_stages", case.stage, facts.lang)
        told = facts.say("case_told", name=case.name, service=case.service, stage=stage)
        pairs.append((facts.say("case"), clipped(told)))
    elif facts.scenario.use_case:
        pairs.append((facts.say("case"), facts.say("case_unknown", id=clipped(facts.scenario.use_case, 80))))
    return tuple(pairs)


def alternative(facts: SheetFacts) -> str:
    """The answer to the charter's question: from the register, else from the options without AI."""
    found = facts.use_case.alternative if facts.use_case else None
    if found and found.answer != "non_etudiee":
        answer = say("register_answers", found.answer, facts.lang)
        told = {"answer": answer, "text": found.description, "reason": found.reason}
        told["date"] = facts.day_text(found.date or "")
        return clipped(facts.say("alternative_registered", **told).replace(" : .", "."), 2 * LONGEST)
    options = [o for o in facts.body["options"] if o["method"] == "none"]
    return " ".join(_answer(facts, option) for option in options[:3])


def alternative_text(facts: SheetFacts) -> tuple[str, ...]:
    """The answer, after the question in the language of the document."""
    asked = say("sheet", "charter_question", facts.lang)
    return (f"{asked} {alternative(facts)}" if facts.lang != "fr" else alternative(facts),)


def _answer(facts: SheetFacts, option: Mapping[str, Any]) -> str:
    told = {"label": option["label"], "why": clipped(option["why"]).rstrip(".") or facts.say("unsaid")}
    return facts.say(f"alternative_{option['status']}", **told)


def described(facts: SheetFacts, option: Mapping[str, Any]) -> tuple[str, ...]:
    """Quality against the threshold, working minutes, share of user screens and proof of an option."""
    if option["status"] != "studied":
        return (say("compare", option["status"], facts.lang),)
    quality = facts.say("quality", value=facts.score(facts.scenario.option(option["id"]).quality))
    if facts.scenario.constraints.quality is not None:
        quality += ", " + facts.say({True: "meets", False: "fails", None: "untold"}[option["meets_threshold"]])
    lines = [quality]
    if option["minutes"] is not None:
        lines.append(facts.say("minutes", minutes=tick_text(option["minutes"], BARE, facts.lang)))
    if option["screens_share"]:
        lines.append(facts.say("screens", share=share_text(option["screens_share"], facts.lang)))
    return (*lines, facts.say("proof", value=facts.proof(option))) if option["figures"] else tuple(lines)


def without_figures(facts: SheetFacts, option: Mapping[str, Any]) -> str:
    """Why an option has no figure."""
    if option["status"] == "rejected":
        return facts.say("rejected_why", why=option["why"])
    return str(option["why"]) or facts.say("nothing_described")


def conclusions(facts: SheetFacts, most: int | None = 1) -> tuple[str, ...]:
    """The smallest sufficient model, volume sweep, and most crossings, one text each."""
    return (smallest_words(facts.body, facts.lang), *_growth(facts), *_crossings(facts)[:most])


def _growth(facts: SheetFacts) -> tuple[str, ...]:
    grown, lang = facts.body["growth"], facts.lang
    if not grown or not grown[0]["pairs"]:
        return ()
    said = {found["times"]: facts.joined(pair["words"][lang] for pair in found["pairs"]) for found in grown}
    last = grown[-1]
    if len(set(said.values())) == 1:
        text = facts.say("growth_same")
    else:
        text = facts.say("growth_turns", list=". ".join(f"× {times:g} : {words}" for times, words in said.items()))
    amount = last["energy"][last["reference"]]
    facts_ = {"times": f"{last['times']:g}", "label": facts.label(last["reference"])}
    text += " " + facts.say("growth_amount", value=interval_text(amount, lang), **facts_)
    names = ", ".join(facts.label(name) for name in once([n for found in grown for n in found["beyond"]]))
    return (f"{text} {say('compare', 'beyond', lang, names=names)}" if names else text,)


def _crossings(facts: SheetFacts) -> tuple[str, ...]:
    lines = []
    told_first = sorted(facts.body["crossings"], key=lambda c: facts.body["reference"] not in (c["a"], c["b"]))
    for found in told_first:
        told = {end: facts.about(value) for end, value in found["units"].items()}
        other = found["b"] if found["below"] == found["a"] else found["a"]
        told |= {"below": facts.label(found["below"]), "above": facts.label(other)}
        told["unit"] = clipped(facts.body["unit"], 40)
        told["share"] = share_text(found["share"], facts.lang)
        line = say("compare", "crossing", facts.lang, **told)
        lines.append(line[:1].upper() + line[1:])
    if not lines and facts.body["growth"] and facts.body["reference"]:
        lines.append(facts.say("no_crossing"))
    return tuple(lines)


def not_counted(facts: SheetFacts) -> tuple[str, ...]:
    """What no figure includes, with the reason: outside the system boundary, or not described."""
    screens = any(o.people and o.people.screen_minutes for o in facts.scenario.options)
    names = [
        n
        for n in method_documentation.BOUNDARY
        if n in method_documentation.OUTSIDE and not (n == "terminals" and screens)
    ]
    lang = facts.lang
    lines = [
        facts.say("because", what=say("boundary", name, lang), why=say("boundary", f"{name}_how", lang))
        for name in names
    ]
    parts: dict[tuple[str, str], list[str]] = {}
    for option in facts.studied:
        for name in FOUR:
            for part, amount in option["figures"].get(name, {}).items():
                if isinstance(amount, Mapping) and amount.get("missing") and "central" in amount:
                    key = (say("parts", part, facts.lang), amount["missing"][facts.lang])
                    parts.setdefault(key, []).append(option["label"])
    for (part, reason), labels in parts.items():
        what = f"{part[:1].upper()}{part[1:]}{_whose(facts, labels)}"
        lines.append(facts.say("because", what=what, why=reason))
    return tuple(lines)


def _whose(facts: SheetFacts, labels: list[str]) -> str:
    """The options that a line applies to, unless it applies to all."""
    names = once(labels)
    return f" ({', '.join(names)})" if len(names) < len(facts.studied) else ""


def unknowns(facts: SheetFacts, most: int | None = MOST_UNKNOWNS) -> tuple[str, ...]:
    """The unknowns, with the question that would settle each; as many as fit, then the count of the others."""
    lines = [facts.say("unknown_quality", label=o["label"]) for o in facts.studied if o["quality"] is None]
    lines += _not_estimable(facts)
    labels = facts.body["factor_labels"]
    matters = list(facts.body["opened"].get("matters", {}).items())[:MATTERS]
    if matters:
        told = [f"{labels[key][facts.lang]} ({share_text(share, facts.lang)})" for key, share in matters]
        lines.append(facts.say("unknown_matters", list=", ".join(told)))
    lines += _supplier_questions(facts)
    warned: dict[str, list[str]] = {}
    for option in facts.studied:
        for warning in option["warnings"]:
            warned.setdefault(warning[facts.lang], []).append(option["label"])
    lines += [f"{text}{_whose(facts, names)}" for text, names in warned.items()]
    if most is not None and len(lines) > most:
        lines = [*lines[: most - 1], facts.say("unknown_more", count=len(lines) - most + 1)]
    return tuple(lines) or (facts.say("unknown_none"),)


def _not_estimable(facts: SheetFacts) -> list[str]:
    """One line an indicator and reason for which an option could not be estimated."""
    found: dict[str, list[str]] = {}
    for option in facts.studied:
        for name in FOUR:
            amount = option["figures"].get(name)
            if amount and amount["central"] is None:
                text = f"{say('figures', name, facts.lang)}, {missing_text(amount, facts.lang)}"
                found.setdefault(text, []).append(option["label"])
    return [f"{text} ({', '.join(labels)})" for text, labels in found.items()]


def _supplier_questions(facts: SheetFacts) -> list[str]:
    """How many questions for suppliers the sites leave open, and the first of them, most frequent first."""
    asked = {host: questionnaire(host, facts.day) for host in facts.hosts}
    if not any(asked.values()):
        return []
    counts = ", ".join(f"{load().label(host, facts.lang)} ({len(found)})" for host, found in asked.items() if found)
    fields = Counter(question.text(facts.lang) for found in asked.values() for question in found)
    first = " ".join(text for text, _ in fields.most_common(FEW_QUESTIONS))
    return [facts.say("unknown_hosts", list=counts, first=first)]


def decided(facts: SheetFacts) -> tuple[str, ...]:
    """The last decision in the register, if any."""
    last = facts.use_case.decision if facts.use_case else None
    if last is None:
        return ()
    what = say("register_decisions", last.what, facts.lang)
    return (clipped(facts.say("decided", what=what, date=facts.day_text(last.date), by=last.by, reasons=last.reasons)),)


def foot(facts: SheetFacts, kind: str) -> tuple[str, ...]:
    """Date, versions, how to reproduce the document, and its limits."""
    built = facts.say("build", build=facts.build) if facts.build else ""
    told = {"date": facts.day_text(facts.day), "version": facts.body["factors_version"], "build": built}
    again = facts.say("replay", command=facts.command(kind), file=facts.file, date=facts.body["date"])
    return (facts.say("made", **told), again, facts.say("nature"))
