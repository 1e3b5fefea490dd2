"""Texts shared by the documents of a scenario, from the figures and verdicts of the comparison."""

from collections.abc import Collection, Sequence

from estimator.catalogue.load import load
from estimator.comparison.answer import AnsweredOption, Pair
from estimator.comparison.sentences import desk_words, growth_lines, screens_facts, undecided_lines
from estimator.comparison.verdict_rules import SETTLED
from estimator.comparison.verdict_text import (
    barred_words,
    ground_words,
    parts_words,
    rejected_words,
    smallest_words,
    standing_words,
    told,
    work_facts,
)
from estimator.core.column_units import one_unit
from estimator.core.errors import say
from estimator.core.language import OFFICIAL
from estimator.core.number_format import (
    interval_text,
    range_text,
    stated_share_text,
)
from estimator.governance.indicators.scenarios import described_as_held, held_words, is_unplaced
from estimator.governance.indicators.sovereignty import facts as sovereignty_facts
from estimator.reporting.project.context import FOUR, LONGEST, SHORT, SheetFacts, clipped
from estimator.reporting.summary.sovereignty_text import option_words

MOST_LEADS = 3  # sentences of a lead beside which a page holds what turns and grows


def lead(facts: SheetFacts, names: Collection[str] = ()) -> tuple[str, ...]:
    """The first sentence of every door, then the other paired ratios of electricity, with the quality; whether the
    indicators disagree.

    A program on a server for it alone is told against the models as it is on a shared one, and not against itself.
    names: the options included, all by default.
    """
    programs = {o.id: o.alternative for o in facts.scenario.options if o.alternative}
    alone = {name for name, program in programs.items() if not program.existing_server}
    led = [pair for pair in facts.answer.lead if not facts.answer.beside(pair)]
    pairs = [pair for pair in led if not names or {pair.a, pair.b} <= set(names)]
    beside = [pair for pair in pairs if {pair.a, pair.b} <= set(programs)]
    if len(beside) < len(pairs):
        pairs = [pair for pair in pairs if pair not in beside]
        pairs += [
            pair
            for pair in _of_models(facts, alone - {p.a for p in pairs} - {p.b for p in pairs})
            if not names or {pair.a, pair.b} <= set(names)
        ]
    [first], lang = facts.answer.said("lead", facts.lang), facts.lang
    told_of = (pair.sentence[lang] if pair.verdict in SETTLED else told(pair, lang) for pair in pairs)
    said = (first, *(text for text in told_of if text not in first))
    turned = any(_is_contradicted(facts, pair) for name in FOUR for pair in facts.answer.pairs[name])
    return (*said, facts.say("disagree")) if turned else said


def _of_models(facts: SheetFacts, programs: Collection[str]) -> list[Pair]:
    """The pairs of electricity of these programs and of a model, that are compared."""
    models = {option.id for option in facts.scenario.options if option.use}
    return [p for p in facts.answer.pairs["energy"] if p.ratio and {p.a, p.b} & models and {p.a, p.b} & set(programs)]


def _is_contradicted(facts: SheetFacts, pair: Pair) -> bool:
    """Whether another indicator establishes the opposite option of a pair with an established electricity verdict."""
    same = facts.answer.pair(pair.a, pair.b)
    settled = same is not None and {same.verdict, pair.verdict} <= SETTLED.keys()
    return bool(settled and same and same.lower != pair.lower)


def verdict(facts: SheetFacts, one: str, other: str, name: str) -> str:
    """The verdict of a pair on an indicator, in words."""
    found = facts.answer.pair(one, other, name)
    return found.words[facts.lang] if found else say("verdict", "not_studied", facts.lang)


def _length(facts: SheetFacts, quantity: str) -> str:
    """« 300 (120 à 800), supposés »: the tokens that the task gives where the need states none."""
    rows = (row for row in facts.answer.suppositions if row.kind == "task" and row.row.startswith(f"{quantity}/"))
    row = next(rows, None)
    if row is None or row.low is None or row.value is None or row.high is None:
        return facts.say("unsaid")
    low, value, high = (facts.count(end) for end in (row.low, row.value, row.high))
    return facts.say("need_length_supposed", low=low, value=value, high=high)


def need(facts: SheetFacts) -> tuple[tuple[str, str], ...]:
    """The need, the constraints, and the facts of the use case in the register."""
    wanted, limits, case = facts.scenario.need, facts.scenario.constraints, facts.use_case
    volume = {"units": facts.count(wanted.volume), "unit": wanted.unit, "period": wanted.period}
    units, asked = facts.say("need_volume", **volume), facts.scenario.asked
    if asked and asked.volume == wanted.volume:  # else what was asked has been changed since
        each = {"people": facts.count(asked.people), "uses": facts.count(asked.uses)}
        units = facts.say("need_volume_asked", told=units, per=say("five", asked.per, facts.lang), **each)
    pairs = [(facts.say("need_unit"), units)]
    tokens = {"task_input_tokens": wanted.input_tokens, "task_output_tokens": wanted.output_tokens}
    if any(value is not None for value in tokens.values()):
        read, written = (_length(facts, name) if v is None else facts.count(v) for name, v in tokens.items())
        pairs.append((facts.say("need_attempt"), facts.say("need_tokens", read=read, written=written)))
    if wanted.peak_concurrency:
        pairs.append((facts.say("need_peak"), facts.count(wanted.peak_concurrency)))
    pairs.append((facts.say("need_quality"), facts.score(limits.quality) if limits.quality else facts.say("no_limit")))
    pairs += [(facts.say("need_delay"), text) for text in facts.answer.said("delay", facts.lang)]
    pairs.append((facts.say("need_data"), facts.say(f"data_{limits.data}")))
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
        told = {"answer": answer, "text": found.description, "reason": found.reason.rstrip(".")}
        told["date"] = facts.day_text(found.date or "")
        return clipped(facts.say("alternative_registered", **told).replace(" : .", "."), 2 * LONGEST)
    options = [o for o in facts.answer.options if o.method == "none"][:3]
    beside = [o for o in options if o.status == "studied" and o.only_people]
    studied = [o.label for o in options if o.status == "studied" and not o.only_people]
    qualities = [o.quality for o in options if o.label in studied]
    stated = "same_effects_stated" if any(q and q.only_stated for q in qualities) else "same_effects_tested"
    same = facts.say(stated if all(qualities) else "same_effects_untested")
    said = [facts.say("alternatives_studied", n=len(studied), label=" ; ".join(studied), same=same)] if studied else []
    said += [
        facts.say("alternative_beside", label=o.label, desk=desk_words(facts.answer, o, facts.lang)) for o in beside
    ]
    said += [_answer(facts, option) for option in options if option.status != "studied"]
    return " ".join([*said, *([facts.say("alternative_undecided")] if found else [])])


def alternative_text(facts: SheetFacts) -> tuple[str, ...]:
    """The answer, after the question in the language of the document."""
    asked = say("sheet", "charter_question", facts.lang)
    return (f"{asked} {alternative(facts)}" if facts.lang != OFFICIAL else alternative(facts),)


def _answer(facts: SheetFacts, option: AnsweredOption) -> str:
    said = {"label": option.label, "why": clipped(option.why).rstrip(".") or facts.say("unsaid")}
    status = standing_words(option, facts.lang)
    said["status"] = f"{status[:1].upper()}{status[1:]}"
    return facts.say(f"alternative_{option.status}", **said)


def described(facts: SheetFacts, option: AnsweredOption) -> tuple[str, ...]:
    """Quality against the threshold, working minutes and share of user screens of an option."""
    if option.status != "studied":
        return (say("compare", option.status, facts.lang),)
    lines = [facts.say("quality", value=facts.score(option.quality))]
    if facts.scenario.constraints.quality is not None and option.meets_threshold is not False:
        met = "meets" if option.quality and option.quality.cases else "meets_unsized"
        reached = "meets_stated" if option.weak else met if option.meets_threshold else "untold"
        key = "meets_weak" if option.assured is False else reached
        lines[0] += ", " + facts.say(key)
    lines += [facts.say("old_test")] if _is_old(facts, option) else []
    if option.why and option.meets_threshold is False:
        lines.append(facts.say("below_why", why=clipped(option.why, SHORT)))
    if option.accepted_why:
        stated = {"share": stated_share_text(option.accepted, facts.lang), "why": clipped(option.accepted_why, SHORT)}
        lines.append(facts.say("accepted", **stated))
    lines += barred_words(option, facts.lang)
    if option.alone:
        lines.append(say("sharing", "kept_alone", facts.lang, amount=interval_text(option.alone, facts.lang)))
    lines += parts_words(facts.answer, option, facts.lang, beside=False)
    if option.people:
        lines.append(facts.say("screens", **screens_facts(facts.answer, option, facts.lang)))
    if option.minutes is not None:
        lines.append(facts.say(facts.answer.minutes_key(option), **work_facts(facts.answer, option, facts.lang)))
    return tuple(lines)


def _is_old(facts: SheetFacts, option: AnsweredOption) -> bool:
    """Whether its test is the one that the register says is too old, of a use that is not over."""
    case = facts.use_case
    if case is None or case.tested is None or option.quality is None or case.is_over:
        return False
    return option.quality.date == case.tested.date.isoformat() and case.quality_is_old(facts.day)


def with_electricity(facts: SheetFacts, option: AnsweredOption) -> str:
    """« Mistral Small 3.2, entre 1 800 et 4 900 kWh … », or why its electricity is not known."""
    amount = option.service.get("energy")
    said = interval_text(amount, facts.lang) if amount else without_figures(facts, option)
    return ", ".join(text for text in (option.label, said.rstrip(".")) if text)


def sovereignty(facts: SheetFacts, option: AnsweredOption) -> tuple[str, ...]:
    """Who makes the model of an option, how open it is, where and under which law it runs; nothing without a model."""
    use = facts.scenario.option(option.id).use
    if option.status != "studied" or use is None or not use.model:
        return ()
    known = sovereignty_facts(use.model, facts.host_of(option.id), facts.day, use.zone or "")
    return (option_words(known, facts.lang, option.zone_supposed),)


def grounds(facts: SheetFacts, names: Collection[str] = ()) -> tuple[str, ...]:
    """Where each option runs and what its electricity rests on, alike ones together. names: all by default."""
    found: dict[str, list[str]] = {}
    for option in facts.studied:
        if option.service and (not names or option.id in names):
            found.setdefault(ground_words(option, facts.lang), []).append(option.label)
    return tuple(facts.say("rest", labels=", ".join(labels), grounds=said) for said, labels in found.items() if said)


def without_figures(facts: SheetFacts, option: AnsweredOption) -> str:
    """Why an option has no figure."""
    if option.refusal:
        return option.refusal[facts.lang]
    return rejected_words(option, facts.lang) if option.status == "rejected" else option.why


def conclusions(facts: SheetFacts, most: int | None = 1) -> tuple[str, ...]:
    """The smallest sufficient model, what would turn a verdict, volume sweep, and crossings, one text each."""
    held = 0 if most is not None and len(lead(facts)) > MOST_LEADS else most
    turning = fitting(facts.answer.said("turning", facts.lang), held)
    firm = facts.answer.said("firm", facts.lang) if most is None else ()
    told = (smallest_words(facts.answer, facts.lang), *turning, *firm)
    undecided = undecided_lines(facts.answer, facts.lang) if most is None else ()  # the page tells them as verdicts
    growth = _whole(_growth(facts, held), held)
    leaning = fitting(facts.answer.said("leaning", facts.lang), most)
    crossed = _crossings(facts)
    shown = fitting(list(crossed), most)
    left = len(crossed) - len(shown)
    if left and shown:
        shown[-1] += " " + facts.say("crossing_more", count=left)
    return (*told, *leaning, *undecided, *growth, *shown)


def _whole(parts: Sequence[str], most: int | None) -> tuple[str, ...]:
    """The parts of a text as one; on a page, those that fit it whole: none is cut."""
    kept: list[str] = []
    for part in parts if most != 0 else ():
        if most is None or len(" ".join((*kept, part))) <= LONGEST:
            kept.append(part)
    return (" ".join(kept),) if kept else ()


def fitting(lines: list[str], most: int | None) -> list[str]:
    """The lines, or the first of those that a page holds whole: none is cut."""
    return lines if most is None else [line for line in lines if len(line) <= 2 * LONGEST][:most]


def _growth(facts: SheetFacts, most: int | None) -> tuple[str, ...]:
    """The amounts at the largest volume, then the verdicts at each; on a page too narrow for every option, the amount
    of the lowest."""
    lines, grown = growth_lines(facts.answer, facts.lang), facts.answer.growth
    if not lines or not grown[0].pairs:
        return lines
    last = grown[-1]
    if last.reference is None:
        return lines
    known = {name: amount for name, amount in last.energy.items() if amount.known}
    unit = one_unit(known.values(), facts.lang)
    each = (
        facts.say("growth_each", label=facts.label(name), value=range_text(amount, facts.lang, unit(amount)))
        for name, amount in known.items()
    )
    told_last = facts.say("growth_amounts", times=f"{last.times:g}", list=facts.joined(each))
    if most is not None and len(told_last) > LONGEST:
        amount = interval_text(last.energy[last.reference], facts.lang)
        said = {"times": f"{last.times:g}", "label": facts.label(last.reference)}
        told_last = facts.say("growth_amount", value=amount, **said)
    return (told_last, " ".join((facts.say("growth"), *lines)))


def _crossings(facts: SheetFacts) -> tuple[str, ...]:
    """Those of the reference first; where the volumes were looked at, that none changes the order."""
    none = facts.answer.growth and facts.answer.reference
    return tuple(facts.answer.said("crossing", facts.lang)) or ((facts.say("no_crossing"),) if none else ())


def decided(facts: SheetFacts) -> tuple[str, ...]:
    """The option retained and the last decision in the register, if any."""
    case, last = facts.use_case, facts.use_case.decision if facts.use_case else None
    said = [facts.say("retained", label=facts.label(facts.retained))] if facts.retained else []
    if case and case.model and not said and case.alternative.answer != "trouvee_et_retenue":
        own = [facts.label(name) for name in described_as_held(facts.scenario, case)]
        key = "unplaced" if own and is_unplaced(case) else "several" if own else "elsewhere"
        said.append(facts.say(f"retained_{key}", what=held_words(case, facts.lang), list=clipped(facts.joined(own))))
    if last is not None:
        told = {"what": say("register_decisions", last.what, facts.lang), "date": facts.day_text(last.date)}
        said.append(facts.say("decided", **told, by=clipped(last.by), reasons=clipped(last.reasons, 3 * LONGEST)))
    return tuple(said)


def foot(facts: SheetFacts, kind: str, paper: bool = False) -> tuple[str, ...]:
    """Date, versions, how to reproduce the document, and its limits. paper: for who has no terminal."""
    built = facts.say("build", build=facts.build) if facts.build else ""
    told = {"date": facts.day_text(facts.day), "version": facts.answer.factors_version, "build": built}
    said = {"file": facts.file, "date": facts.day_text(facts.day) if paper else facts.answer.date}
    again = facts.say("replay_page" if paper else "replay", command=facts.command(kind), **said)
    answers = ", ".join(answer.told for answer in facts.supplied if answer.host in facts.hosts)
    held = (facts.say("replay_answers", list=answers),) if answers else ()
    return (facts.say("made", **told), again, *held, facts.say("nature"))
