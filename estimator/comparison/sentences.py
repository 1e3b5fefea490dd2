"""The sentences of an answer, made once in both languages: what leads, what suffices, what turns the order."""

from collections.abc import Iterable, Iterator, Sequence

from estimator.catalogue.load import load
from estimator.comparison.answer import Answer, AnsweredOption, Balance, Crossing, Hinge, Pair, Sentence, Turn
from estimator.comparison.balance import OWN_SERVER
from estimator.comparison.five_fields import alone_or_shared
from estimator.comparison.known_units import left_words
from estimator.comparison.verdict_rules import EQUIVALENT, NOT_COMPARABLE, UNDECIDED, UNLIKE
from estimator.comparison.verdict_text import (
    BARE,
    no_lead,
    quality_text,
    small_tests,
    smallest_words,
    than,
    times_words,
    told,
    without_ai_words,
    work_facts,
)
from estimator.core.errors import LANGUAGES, say
from estimator.core.interval import Interval
from estimator.core.number_format import (
    exact_text,
    interval_text,
    pair_text,
    range_text,
    share_text,
    tick_text,
    two_figures,
    uses_text,
)
from estimator.core.typography import typeset

FEW_MODELS = 3  # whose pairs are all told
UNREAD = "no_reasoning"  # the warning of tokens that count for zero because nobody stated them


def sentences_of(answer: Answer) -> tuple[Sentence, ...]:
    """Every sentence once, by kind."""
    each = zip(*(_said(answer, lang) for lang in LANGUAGES), strict=True)
    once = dict.fromkeys((said[0][0], *(text for _, text in said)) for said in each)
    return tuple(Sentence(kind=kind, **dict(zip(LANGUAGES, told, strict=True))) for kind, *told in once)


def _said(answer: Answer, lang: str) -> Iterator[tuple[str, str]]:
    yield "lead", headline(answer, lang)
    for pair in ratios(answer):
        yield "server" if answer.one_program(pair) else "ratio", told(pair, lang)
    beside = {"leaning": _leanings, "desk": _desk, "checking": _checking}
    for kind, texts in ((kind, found(answer, lang)) for kind, found in beside.items()):
        yield from ((kind, _capital(text, lang)) for text in texts)
    if not answer.place_of:  # one model at several sites: the same quality everywhere
        yield "smallest", smallest_words(answer, lang)
    for turn in answer.turns:
        said, holds = _turn(answer, turn, lang), turn.status == "alone" and not turn.undecided  # shared or not
        yield "sharing", _capital(said if holds else _if_shared(answer, (turn.option, turn.other), said, lang), lang)
    for option in answer.options:
        if option.alone:
            amount = interval_text(option.alone, lang)
            period = answer.scenario.need.period
            said = say("sharing", "own_server", lang, option=option.label, amount=amount, period=period)
            yield "sharing", _capital(said, lang)
    yield from (("again", _capital(text, lang)) for text in _refused(answer, lang))
    for option in (o for o in answer.options if o.left_out):
        said = say("compare", "left_out", lang, label=option.label, list=left_words(option.left_out, lang))
        yield "left_out", _capital(said, lang)
    yield from (("unread", _capital(text, lang)) for text in _unread(answer, lang))
    yield from (("country", _capital(text, lang)) for text in _countries(answer, lang))
    yield from _balances(answer, lang)
    if delay := answer.scenario.constraints.delay_s:
        yield "delay", _capital(say("compare", "delay", lang, delay=tick_text(delay, BARE, lang)), lang)
    for crossing in sorted(answer.crossings, key=lambda found: answer.reference not in (found.a, found.b)):
        said = _crossing(answer, crossing, lang)
        yield "crossing", _capital(_if_shared(answer, (crossing.a, crossing.b), said, lang), lang)


def _if_shared(answer: Answer, names: tuple[str, str], told: str, lang: str) -> str:
    """What is told of two options, under the hypothesis that it rests on where one keeps its server for it alone and
    the other is supposed to share one."""
    return say("sharing", "if_shared", lang, told=told) if alone_or_shared(answer.scenario, *names) else told


def _desk(answer: Answer, lang: str) -> Iterator[str]:
    """That the desk of every option whose minutes are stated is counted alike, but for those that state a screen."""
    stated = (o for o in answer.options if o.minutes is not None and o.per_unit)
    if said := [people for o in stated if (people := answer.scenario.option(o.id).people)]:
        own = any(people.at_screen != people.work_minutes for people in said)
        yield say("compare", "desk_own" if own else "desk_alike", lang)


def _checking(answer: Answer, lang: str) -> Iterator[str]:
    """That the minutes of those who read what models make are not counted, where nobody stated them."""
    models = [o for o in answer.options if o.method == "model" and o.per_unit]
    if unsaid := [o.label for o in models if o.minutes is None and not o.people]:
        yield say(
            "compare", "checking" if len(unsaid) < len(models) else "checking_all", lang, labels=", ".join(unsaid)
        )


def _unread(answer: Answer, lang: str) -> Iterator[str]:
    """The models whose reasoning tokens count for zero; without their names where there are several, and no other."""
    models = [o for o in answer.options if o.method == "model" and o.per_unit]
    if unread := [o.label for o in models if UNREAD in {warning.get("code") for warning in o.warnings}]:
        every = 1 < len(unread) == len(models)
        labels = say("compare", "every_model", lang) if every else ", ".join(unread)
        yield say("compare", "unread", lang, labels=labels, n=len(unread))


def _countries(answer: Answer, lang: str) -> Iterator[str]:
    """The places whose country nobody said: those of a kind whose country is supposed, then those without one."""
    running = [o for o in answer.options if o.per_unit and not o.only_people and o.known("energy")]
    for zone in sorted({o.zone for o in running if o.zone_supposed and o.zone}):
        places = _places((o for o in running if o.zone_supposed and o.zone == zone), lang)
        yield say("compare", "country_supposed", lang, zone=load().label(zone, lang), places=places)
    if nowhere := [o for o in running if not o.zone and o.host]:
        yield say("compare", "country_unsaid", lang, places=_places(nowhere, lang))


def _places(options: Iterable[AnsweredOption], lang: str) -> str:
    return ", ".join(dict.fromkeys(load().label(o.host or "", lang) for o in options))


def _refused(answer: Answer, lang: str) -> Iterator[str]:
    """The share of answers that will not do, of every option that has some, as its figures count it; not how many
    times they are asked for: beside the ratios of options, of one alone, it would be read as one of these."""
    refusing = sorted((o for o in answer.options if o.per_unit and o.accepted < 1), key=lambda o: -o.accepted)
    if not refusing:
        return
    low, *_, high = (share_text(1 - o.accepted, lang) for o in (refusing[0], *refusing))
    if low == high:
        yield say("compare", "again", lang, label=", ".join(o.label for o in refusing), failed=low)
    else:
        yield say("compare", "again_several", lang, count=str(len(refusing)), low=low, high=high)


def growth_lines(answer: Answer, lang: str) -> tuple[str, ...]:
    """« × 1, × 3 : plus bas dans tous les cas étudiés : le formulaire (contre : …). » One line for all the volumes at
    which verdicts are the same, each verdict once with the options that it is about."""
    volumes: dict[str, list[str]] = {}
    for grown in answer.growth:
        text = f"{said}." if (said := grown_words(answer, grown.pairs, lang)) else ""
        if grown.beyond:
            text = f"{text} {say('compare', 'beyond', lang, names=answer.labels(grown.beyond))}".strip()
        volumes.setdefault(text, []).append(f"× {grown.times:g}")
    return tuple(pair_text(", ".join(times), text, lang) for text, times in volumes.items() if text)


def grown_words(answer: Answer, pairs: Sequence[Pair], lang: str) -> str:
    """Each verdict once, with the options that it is against: the other than the lower one; the reference and the
    other, where the verdict names none."""
    against: dict[tuple[str, str], list[str]] = {}
    for pair in (p for p in pairs if not answer.beside(p)):
        first = "" if pair.lower else answer.label(pair.a)
        against.setdefault((pair.words[lang], first), []).append(answer.label(pair.other(pair.lower or pair.a)))
    said = [
        say("compare", "grown_level" if first else "grown", lang, words=words, first=first, others=", ".join(names))
        for (words, first), names in against.items()
    ]
    return say("compare", "and", lang).join(said)


def undecided_lines(answer: Answer, lang: str) -> tuple[str, ...]:
    """« × 1, × 3, × 10 : A / B : on ne peut pas trancher. », of the pairs that nothing settles at the first volume."""
    volumes: dict[str, list[str]] = {}
    for grown in answer.growth:
        for pair in grown.undecided:
            sides = f"{answer.label(pair.a)} / {answer.label(pair.b)}"
            volumes.setdefault(f"{pair_text(sides, pair.words[lang], lang)}.", []).append(f"× {grown.times:g}")
    return tuple(pair_text(", ".join(times), text, lang) for text, times in volumes.items())


def _balances(answer: Answer, lang: str) -> Iterator[tuple[str, str]]:
    """What would settle each pair that is undecided or of unlike servers, what would turn each settled one, and which
    nothing turns."""
    settled = [found for found in answer.balances if found.verdict not in (UNDECIDED, NOT_COMPARABLE)]
    for found in answer.balances:
        if found not in settled:
            yield "settling", _capital(_settling(answer, found, lang), lang)
        elif found.hinges:
            yield "turning", _capital(_turning(answer, found, lang), lang)
    if firm := [found for found in settled if not found.hinges]:
        yield "firm", _capital(say("balance", "firm_all" if firm == settled else "firm", lang), lang)


def _elsewhere(answer: Answer, pair: Pair, lang: str) -> Iterator[str]:
    """Of a pair that uses the same electricity, the impacts that settle it, with their ratios."""
    others = [p for name in answer.pairs if (p := answer.pair(pair.a, pair.b, name)) and p.ratio and p.lower]
    if pair.verdict == EQUIVALENT and others:
        told = [f"{answer.label(p.lower)}, {times_words(p.distance, p.indicator, lang)}" for p in others]
        names = {"a": answer.label(pair.a), "b": answer.label(pair.b)}
        yield _capital(say("compare", "elsewhere", lang, list=" ; ".join(told), **names), lang)


def _leanings(answer: Answer, lang: str) -> Iterator[str]:
    """Of each pair whose impacts lean both ways, the lower option on electricity, then the other one, with ratios; of
    each of equivalents, what else tells them apart."""
    for pair in answer.pairs["energy"]:
        yield from _elsewhere(answer, pair, lang) if pair != answer.opening() else ()
        others = [] if answer.one_program(pair) else answer.against(pair)
        leant = [(found, *found.leaning) for found in (pair, *others) if found.leaning]
        if not others:
            continue
        amounts = [
            say(
                "compare",
                "leaning_amount",
                lang,
                times=times_words(p.distance, p.indicator, lang),
                share=share_text(s, lang),
            )
            for p, _, s in leant
        ]
        names = {"a": pair.a, "b": pair.b, "lower": leant[0][1], "other": pair.other(leant[0][1])}
        told = {key: answer.label(name) for key, name in names.items()}
        yield say("compare", "leaning", lang, amount=amounts[0], list=", ".join(amounts[1:]), **told)


def ratios(answer: Answer) -> list[Pair]:
    """The pairs that a reader is told in words: the opening one and the others of the reference, each option without AI
    with each model, like with like, and the models with each other where they are few; those of an option that is never
    retained, then one program on two servers, last."""
    known = {o.id: o for o in answer.options if o.status == "studied"}
    pairs = [p for p in answer.pairs["energy"] if p.a in known and p.b in known and _is_told(answer, p)]
    few = sum(option.method == "model" for option in known.values()) <= FEW_MODELS
    kinds = [{"none", "model"}, {"model"}] if few else [{"none", "model"}]
    led = {frozenset((p.a, p.b)) for p in answer.lead}
    others = [p for p in pairs if frozenset((p.a, p.b)) not in led]
    lead = [p for p in answer.lead if _is_told(answer, p)]
    found = [*lead, *(p for kind in kinds for p in others if {known[p.a].method, known[p.b].method} == kind)]
    barred = {option.id for option in answer.options if option.barred}
    opening = answer.opening()
    return sorted(found, key=lambda p: (p != opening, answer.one_program(p), bool({p.a, p.b} & barred)))


def _is_told(answer: Answer, pair: Pair) -> bool:
    return pair.reason != UNLIKE and not answer.beside(pair)


def headline(answer: Answer, lang: str) -> str:
    """The options without AI and without figures that suffice; the reference against its nearest rival, or why no
    option leads; what else tells them apart; the options without AI that are not comparable with it; then those of a
    test too small."""
    pair, enough = answer.opening(), answer.smallest_sufficient
    bare = [o for o in answer.options if o.method == "none" and o.status == "studied" and not o.known("energy")]
    named = [o.id for o in bare if enough and o.id in enough.without_ai]
    said = [without_ai_words(answer, named, lang)] if named else []
    said.append(told(pair, lang) if pair is not None else no_lead(answer, lang))
    apart = [_apart(answer, option, lang) for option in bare]
    if pair is None and not any(apart):
        apart = [found.sentence[lang] for found in answer.lead[:1]]
    but = list(_elsewhere(answer, pair, lang)) if pair else []
    doubtful, wanted = small_tests(answer), quality_text(answer.scenario.constraints.quality, lang)
    unsure = ", ".join(option.label for option in doubtful if option.meets_threshold)
    weak = [say("compare", "unsure", lang, labels=unsure)] if unsure else []
    below = [(o.label, quality_text(o.quality, lang)) for o in doubtful if not o.meets_threshold]
    weak += [_capital(say("compare", "unsure_below", lang, label=n, found=f, wanted=wanted), lang) for n, f in below]
    return typeset(" ".join(text for text in (*said, *but, *apart, *weak) if text), lang)


def _apart(answer: Answer, option: AnsweredOption, lang: str) -> str:
    """Why the electricity of an option is compared with none: nobody but people work, or nothing is described."""
    if option.only_people:
        facts = work_facts(answer, option, lang) | {"label": option.label, "desk": desk_words(answer, option, lang)}
        key = "only_people" if option.minutes is not None else "only_people_unsaid"
        return _capital(say("compare", key, lang, **facts), lang)
    pair = answer.pair(option.id, answer.reference) if answer.reference else None
    return pair.sentence[lang] if pair else ""


def desk_words(answer: Answer, option: AnsweredOption, lang: str) -> str:
    """« 98 à 340 kWh d'électricité par an à son poste »: of the screens of an option over the period, or not known."""
    if not option.people_period:
        return say("compare", "desk_unsaid", lang)
    amount = range_text(option.people_period["energy"], lang)
    return say("compare", "desk", lang, amount=amount, period=answer.scenario.need.period)


def screens_facts(answer: Answer, option: AnsweredOption, lang: str) -> dict[str, str]:
    """{"minutes", "amount", "whole", "period"}: the minutes of its people's screens for one answer, their electricity
    for one unit and over the period."""
    each, whole = (range_text(found["energy"], lang) for found in (option.people, option.people_period))
    people = answer.scenario.option(option.id).people
    minutes = tick_text(people and people.at_screen or 0.0, BARE, lang)
    return {"minutes": minutes, "amount": each, "whole": whole, "period": answer.scenario.need.period}


def absent_words(answer: Answer, option: AnsweredOption, lang: str) -> str:
    """Why the electricity of an option that runs is not known; of people alone, what their desk takes beside."""
    if not option.only_people:
        return interval_text(option.service["energy"], lang)
    return typeset(say("compare", "desk_beside", lang, desk=desk_words(answer, option, lang)), lang)


def _capital(text: str, lang: str) -> str:
    return typeset(f"{text[:1].upper()}{text[1:]}", lang)


def _turn(answer: Answer, turn: Turn, lang: str) -> str:
    other, pair = answer.label(turn.other), answer.pair(turn.option, turn.other)
    names = {"option": answer.label(turn.option), "than": than(other, lang), "other": other}
    if turn.services is None:
        return say("sharing", "never_undecided" if turn.undecided else "never", lang, **names)
    ends = [turn.services.low, turn.services.central, turn.services.high]
    if turn.status == "alone":  # servers that could wait before the order turns
        ends = [0.0 if end is None else 1 / end for end in reversed(ends)]
    low, central, high = (_number(end, lang) for end in ends)
    if ends[0] is not None and ends[0] < 1:
        low = say("sharing", "under_one", lang)
    key: str = turn.status
    if turn.undecided:
        key += "_undecided"
    elif turn.status == "shared" and pair and pair.lower == turn.option:
        key = "held"
    elif turn.status == "alone" and ends[0] is not None and ends[0] < 1:
        key = "alone_mostly"
    if ends[2] is None:
        key += "_open"
    facts = {"without": share_text(1 - turn.share, lang), "now": _number(turn.shared_by, lang)}
    counted = {"services": ends[1], "servers": ends[1], "sharing": turn.shared_by}
    facts |= {name: _noun("servers" if name == "servers" else "services", n, lang) for name, n in counted.items()}
    return say("sharing", key, lang, low=low, central=central, high=high, **facts, **names)


def _turning(answer: Answer, found: Balance, lang: str) -> str:
    """What would give a settled pair another verdict."""
    named = {"a": answer.label(found.a), "b": answer.label(found.b)}
    return say("balance", "turning", lang, list=say("compare", "and", lang).join(_hinges(answer, found, lang)), **named)


def _settling(answer: Answer, found: Balance, lang: str) -> str:
    """What would settle an undecided pair: what to measure, then the places; else where most of the doubt lies."""
    named = {"a": answer.label(found.a), "b": answer.label(found.b)}
    if not found.hinges:
        shares = [f"{found.labels[key][lang]} ({share_text(share, lang)})" for key, share in found.doubt.items()]
        return say("balance", "unsettled", lang, list=", ".join(shares), **named)
    first = found.hinges[0]
    key = "settling_sharing" if first.row == OWN_SERVER else "settling_place" if first.option else "settling"
    key = "settling_unlike" if found.verdict == NOT_COMPARABLE else key
    return say("balance", key, lang, list=say("compare", "and", lang).join(_hinges(answer, found, lang)), **named)


def _hinges(answer: Answer, found: Balance, lang: str) -> Iterator[str]:
    """Each supposition with the verdict that it gives; places of an option with the same one together; of a server that
    is supposed shared, the one that it gives where it is not."""
    grouped: dict[tuple[str | None, ...], list[Hinge]] = {}
    for hinge in found.hinges:
        of = hinge.row if hinge.row == OWN_SERVER else hinge.option or hinge.row
        key = (of, hinge.verdict, hinge.lower)
        grouped.setdefault(key, []).append(hinge)
    for hinges in grouped.values():
        first = hinges[0]
        then = {"label": answer.label(first.lower)} if first.lower else {}
        verdict = say("balance", "lower" if first.lower else first.verdict, lang, **then)
        if first.row == OWN_SERVER:
            yield say("balance", "else_verdict", lang, what=first.words[lang], verdict=verdict)
            continue
        if first.option:
            places = ", ".join(
                say("balance", "there", lang, n=h.high, place=h.words[lang], flight=exact_text(h.high, "1", lang))
                if h.high is not None
                else h.words[lang]
                for h in hinges
            )
            facts = {"option": answer.label(first.option), "places": places, "own": exact_text(first.low, "1", lang)}
            yield say("balance", "place" if first.high is not None else "place_alone", lang, verdict=verdict, **facts)
            continue
        for hinge in hinges:
            edge = hinge.high if hinge.low is None else hinge.low
            value = exact_text(float(two_figures(edge or 0.0)), hinge.unit, lang)
            facts = {"factor": hinge.words[lang], "value": value, "share": share_text(hinge.share or 0.0, lang)}
            yield say("balance", "below" if hinge.low is None else "above", lang, verdict=verdict, **facts)


def _noun(key: str, count: float | None, lang: str) -> str:
    """« 1,5 service », « 1.5 services »: the noun of a count as it is printed."""
    return say("sharing", key, lang, n=2 if count is None else float(two_figures(count)))


def _number(value: float | None, lang: str) -> str:
    return "" if value is None else tick_text(float(two_figures(value)), BARE, lang)


def _crossing(answer: Answer, found: Crossing, lang: str) -> str:
    units = {end: _count(found.units, end, lang) for end in ("low", "central", "high") if found.units[end] is not None}
    facts = {"below": answer.label(found.below), "than": than(answer.label(found.above), lang), "unit": answer.unit}
    told = say("compare", found.key, lang, share=share_text(found.share, lang), **units, **facts)
    return f"{told[:-1]}{say('compare', 'crossing_within', lang)}" if found.undecided else told


def _count(units: Interval, end: str, lang: str) -> str:
    return uses_text(float(two_figures(units[end])), lang)
