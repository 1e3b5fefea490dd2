"""Texts of verdicts and paired ratios, in each language."""

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from estimator.assessment.tested_share import TestedShare
from estimator.catalogue.load import load
from estimator.comparison.answer import Answer, AnsweredOption, Pair
from estimator.comparison.scenario import Option
from estimator.comparison.verdict_rules import EQUIVALENT, Apart, Comparison
from estimator.core.column_units import one_unit
from estimator.core.errors import listed, say, several
from estimator.core.number_format import (
    DisplayUnit,
    count_text,
    exact_text,
    pair_text,
    range_text,
    share_text,
    stated_share_text,
    tick_text,
    two_figures,
)
from estimator.core.proof_shares import proof_words
from estimator.core.typography import typeset

BARE = DisplayUnit(Decimal(1), "", scaled=False)
SAME = 0.0005  # a relative difference below 0.05 % is printed as none
BEYOND = 1000  # times, from which a ratio is printed without its number
WHOLE = 0.01  # cases: nearer to a whole number than this is that number
VOWELS = "aàâeéèêëiîïoôuùûyœ"
Names = tuple[str, str]
Barred = Sequence[tuple[str, str, str]]


class RatioEnd(NamedTuple):
    """One end of a ratio in words: a key of the words ("less_times", "more_percent", … or "same"), and a number."""

    key: str
    number: float


def verdict_words(comparison: Comparison, names: Names, lang: str) -> str:
    """« plus bas dans la plupart des cas (93 %) : le modèle léger ». names: of A and of B."""
    facts: dict[str, str] = {"name": names[1] if comparison.lower == "b" else names[0]}
    if comparison.share is not None:
        facts["share"] = share_text(min(comparison.share, 0.9999), lang)  # all draws are not all cases
    if comparison.reason:
        apart = _apart_words(comparison.apart, names, lang)
        facts["reason"] = say("verdict_reason", comparison.reason, lang, a=names[0], b=names[1], apart=apart)
    if comparison.missing:
        facts["reason"] += f" ({several('missing', comparison.missing)[lang]})"
    told = _t("verdict", comparison.verdict, lang, **facts)
    if comparison.supposed:
        told += _t("verdict", "supposed", lang, name=comparison.supposed)
    for name, left in comparison.left_out:
        rest = {"known": exact_text(left.of - left.units, "1", lang), "of": exact_text(left.of, "1", lang)}
        told += _t("verdict", "left_out", lang, name=name, **rest)
    parts = _part_names(comparison.without, lang)
    return f"{told} {_t('verdict', 'without', lang, parts=parts)}" if parts else told


def _apart_words(apart: Apart, names: Names, lang: str) -> str:
    """« la fabrication du matériel, pour le modèle léger seulement »"""
    sides = [(parts, name) for parts, name in zip(apart, names, strict=False) if parts]
    told = [say("verdict", "of_one", lang, parts=_part_names(parts, lang), name=name) for parts, name in sides]
    told += [say("verdict", "of_both", lang, parts=_part_names(apart.both, lang))] if apart.both else []
    return listed(told, lang)


def _part_names(parts: Sequence[str], lang: str) -> str:
    return ", ".join(say("verdict_part", name, lang) for name in parts)


def pair_sentence(
    comparison: Comparison, sides: tuple[Option, Option], indicator: str, lang: str, barred: Barred = ()
) -> str:
    """The ratio of a pair in words, with the quality of both; the verdict alone without a ratio.

    barred: labels of those that are never retained, each with a reason."""
    names = (sides[0].label, sides[1].label)
    if comparison.ratio is None:
        words = verdict_words(comparison, names, lang)
        return f"{words[:1].upper()}{words[1:]}."
    if sides[0].same_as(sides[1]):
        return _t("ratio", "identical", lang, first=names[0][:1].upper() + names[0][1:], second=names[1])
    ordered = sides[::-1] if comparison.lower == "b" else sides
    return quality_words(ratio_words(comparison, names, indicator, lang), ordered, lang, barred)


def told(pair: Pair, lang: str) -> str:
    """The sentence of a pair, then its verdict."""
    words = pair.words[lang]
    return f"{pair.sentence[lang]} {words[:1].upper()}{words[1:]}." if pair.ratio else pair.sentence[lang]


def ratio_words(comparison: Comparison, names: Names, indicator: str, lang: str) -> str:
    """« Le modèle léger : 8 à 20 fois moins d'électricité que le grand. », from 5 % to 95 % of the draws: no verb, as a
    name may be of several.

    The subject is the option named by the verdict, else A. From a ratio of 2 on it is printed in times, below in
    percent, both ends in times where they go one way and one is; an interval that contains 1 reads « de 40 % de moins
    à 2 fois plus »; equivalent options read « autant … à 10 % près ». names: of A and of B, as inside a sentence.
    """
    ratio = comparison.ratio
    if ratio is None:
        return _t("ratio", "none", lang)
    name, other = names
    if comparison.lower == "b":
        ratio, name, other = ratio.inverse(), other, name
    low, high = _ratio_end(ratio.low), _ratio_end(ratio.high)
    if low.key != high.key and low.key[:4] == high.key[:4]:  # « 1,5 à 33 fois moins », not « 32 % » and « 33 fois »
        low, high = _ratio_end(ratio.low, 1.0), _ratio_end(ratio.high, 1.0)
    same, of = low.key == high.key == "same", say("ratio_of", indicator, lang)
    near = comparison.verdict == EQUIVALENT and not same
    joint = "as_other" if same or near else "than"
    joined = than(other, lang, joint)
    facts = {"name": name[:1].upper() + name[1:], joint: joined}
    facts["amount"] = say("ratio", "same", lang, of=of) if near else _amount(low, high, of, lang)
    return _t("ratio", "near_sentence" if near else "same_sentence" if same else "sentence", lang, **facts)


def times_words(ratio: float, indicator: str, lang: str) -> str:
    """« 2,7 fois moins d'électricité », « 41 % d'eau de moins »: of a ratio of the other to the lower [1]."""
    end = _ratio_end(ratio)
    return _amount(end, end, say("ratio_of", indicator, lang), lang)


def than(other: str, lang: str, joint: str = "than") -> str:
    """« que GPT-5 », « qu'un modèle léger »."""
    return say("ratio", joint + "_vowel" * (other[:1].lower() in VOWELS), lang, other=other)


def quality_words(sentence: str, sides: Sequence[Option], lang: str, barred: Barred = ()) -> str:
    """Text with the quality of both sides: « … (qualité constatée : 94 % contre 96 %). », « indiquée » without a test.

    The share of accepted answers, by which figures are divided, is printed where it is not the tested quality of both;
    nothing of one model that answers alike at both.
    """
    said = "" if sides[0].answers_as(sides[1]) else _qualities(sides, lang)
    for name, reason, unit in barred:
        said += say("quality", "barred", lang, name=name, why=say("barred", reason, lang, unit=unit))
    return sentence.rstrip(". ") + _t("quality", "beside", lang, told=said.lstrip("; ")) if said else sentence


def _qualities(sides: Sequence[Option], lang: str) -> str:
    first, second = (quality_text(option.quality, lang) for option in sides)
    said = say("quality", _quality_key(sides), lang, first=first, second=second)
    if any(option.accepted < 1 for option in sides) and any(option.accepted != option.tested for option in sides):
        first, second = (_acceptance_text(option, lang) for option in sides)
        said += say("quality", "accepted", lang, first=first, second=second)
    return said


def _quality_key(sides: Sequence[Option]) -> str:
    """The words for two qualities: none, one, only stated, found by one test or by two."""
    known = [option.quality for option in sides if option.quality]
    if len(known) < len(sides):
        return "one" if known else "untested"
    if any(quality.only_stated for quality in known):
        return "stated" if all(quality.only_stated for quality in known) else "one_stated"
    return "found_apart" if len({quality.test for quality in known if quality.test}) > 1 else "found"


def _acceptance_text(option: Option, lang: str) -> str:
    return stated_share_text(option.accepted, lang) if option.accepted < 1 else say("quality", "all_supposed", lang)


def quality_text(found: TestedShare | None, lang: str) -> str:
    """A share as « 93 % », a mark as it is; « non testée »."""
    if found is None:
        return say("quality", "unknown", lang)
    return stated_share_text(found.value, lang) if found.value <= 1 else tick_text(found.value, BARE, lang)


def tested_words(option: AnsweredOption, lang: str) -> str:
    """« 84 %, soit 42 sur 50, entre 74 et 91 %, le seuil n'est pas assuré »: a quality, what its test leaves."""
    side = "unsure" if option.meets_threshold else "unsure_below"
    return found_words(option.quality, lang) + _t("quality", side, lang) * (option.assured is False)


def found_words(found: TestedShare | None, lang: str) -> str:
    """« 84 %, soit 42 sur 50, entre 74 et 91 % »; the quality alone where nobody says how many cases."""
    said = quality_text(found, lang)
    if found is None or found.spread is None:
        return said
    low, high = (share_text(end, lang) for end in (found.spread.ends.low, found.spread.ends.high))
    cases, good = found.cases or 0, found.value * (found.cases or 0)
    key = "spread_counted" if abs(good - round(good)) < WHOLE else "spread"  # 78,33 % of 60 is 47 of them
    facts = {"value": said, "cases": count_text(cases, lang), "count": count_text(round(good), lang)}
    return _t("quality", key, lang, **facts, low=low.removesuffix("%").rstrip(), high=high)


def parts_words(answer: Answer, option: AnsweredOption, lang: str, beside: bool = True) -> list[str]:
    """Each line of an option that has several, over the period; beside: then its publishers' training of its models. In
    the units of those of the other options."""
    trained = {"": option.publisher} if beside and option.publisher is not None else {}
    every = [amount for one in answer.options for amount in one.parts.values()]
    published = [one.publisher for one in answer.options if one.publisher is not None]
    said = []
    for key, named, others in (("part", option.parts, every), ("publisher", trained, published)):
        unit, period = one_unit(others, lang), answer.scenario.need.period
        for name, amount in named.items():
            part = say("use_parts", name, lang) if name else ""
            told = range_text(amount, lang, unit(amount))
            said.append(say("compare", key, lang, part=part, amount=told, period=period))
    return said


def smallest_words(answer: Answer, lang: str) -> str:
    """Whether an option suffices, the ones without AI named first; why none does; that no threshold is set."""
    found = answer.smallest_sufficient
    if found is None:
        return _t("smallest", "no_threshold", lang)
    bare = found.without_ai if found.without_ai != (found.id,) else ()
    said = [without_ai_words(answer, bare, lang)] if bare else []
    if found.status == "found" and found.id is not None:
        option = answer.option(found.id)
        key = ("tied" if found.tied else "is") + "_without_ai" * (option.method == "none")
        tied = ", ".join(_with_test(answer.option(n), lang) for n in found.tied)
        facts = {"label": _with_test(option, lang), "tied": tied}
        facts |= {"one": _suffices(answer, "one", [found.id], lang)}
        facts["all"] = _suffices(answer, "all", found.tied or [found.id], lang)
        said.append(_t("smallest", key, lang, **facts))
        named = (found.id, *found.tied, *found.without_ai)
        more = [o.id for o in _reaching(answer) if o.assured and o.id not in named]  # the others are told below
        also = {"also": _suffices(answer, "first", more, lang), "labels": answer.labels(more)}
        said += [_t("smallest", "more", lang, **also)] if more else []
    if found.untested:
        said.append(_t("smallest", "to_check" + "_beside" * bool(said), lang, labels=answer.labels(found.untested)))
    elif not said:
        said.append(_t("smallest", f"none_{found.reason}", lang))
    return " ".join([*said, *_sized(answer, (found.id, *found.tied), lang)])


def _with_test(option: AnsweredOption, lang: str) -> str:
    """The label of an option, with its test where it does not assure the side of the threshold."""
    return f"{option.label} ({tested_words(option, lang)})" if option.assured is False else option.label


def without_ai_words(answer: Answer, names: Sequence[str], lang: str) -> str:
    """« Suffit sans IA : la page FAQ. », or « Semble suffire … »."""
    said = _t("smallest", "without_ai", lang, labels=answer.labels(names))
    return f"{_suffices(answer, 'first', names, lang)} {said}"


def _suffices(answer: Answer, key: str, names: Sequence[str], lang: str) -> str:
    """« suffit », or « semble suffire » where nothing assures it of one of these."""
    weak, several = any(answer.option(name).weak for name in names), key == "first" and len(names) > 1
    return say("suffices", f"{key}{'s' * several}{'_weak' * weak}", lang)


def _reaching(answer: Answer) -> list[AnsweredOption]:
    """The options that reach the threshold, and that nothing bars."""
    return [o for o in answer.options if o.status == "studied" and o.meets_threshold and not o.barred and o.quality]


def _sized(answer: Answer, told_of: Sequence[str | None], lang: str) -> list[str]:
    """Options of a test too small, but for those already told; those of a test of which nobody says the size."""
    unsaid: dict[str, list[str]] = {}
    for option in _reaching(answer):
        if option.quality and option.quality.cases is None:
            unsaid.setdefault("test_unsaid" if option.quality.only_stated else "size_unsaid", []).append(option.label)
    small = [
        _t("smallest", "small_test", lang, label=o.label[:1].upper() + o.label[1:], tested=tested_words(o, lang))
        for o in small_tests(answer)
        if o.id not in told_of
    ]
    return [*small, *(_t("smallest", key, lang, labels=", ".join(labels)) for key, labels in unsaid.items())]


def small_tests(answer: Answer) -> list[AnsweredOption]:
    """The options whose test is too small to say on which side of the threshold they are."""
    studied = [option for option in answer.options if option.status == "studied" and option.assured is False]
    return [option for option in studied if {*option.barred} <= {"below_unsure"}]


def standing_words(option: AnsweredOption, lang: str) -> str:
    """« étudiée ; hors du lieu imposé, jamais retenue », « écartée sans essai »: the status of an option, and what bars
    it; of one that is rejected, the test that it was rejected on."""
    key: str = option.status
    tests = (option.quality.test, option.quality.date, option.quality.by) if option.quality else ()
    test = ", ".join(text for text in tests if text)
    if option.status == "rejected":
        key = "rejected_on" if test else "rejected_untested"
    return say("compare", "and", lang).join((say("compare", key, lang, test=test), *barred_words(option, lang)))


def rejected_words(option: AnsweredOption, lang: str) -> str:
    """« Écartée sans essai : six rubriques ne suffisent pas »: why an option was rejected."""
    said = pair_text(standing_words(option, lang), option.why, lang)
    return f"{said[:1].upper()}{said[1:]}"


def work_facts(answer: Answer, option: AnsweredOption, lang: str) -> dict[str, str]:
    """{"minutes", "hours", "period"}: the work of an option for one answer, and over the period."""
    told = {"minutes": option.minutes or 0.0, "hours": float(two_figures(answer.hours(option)))}
    return {n: tick_text(v, BARE, lang) for n, v in told.items()} | {"period": answer.scenario.need.period}


def ground_words(option: AnsweredOption, lang: str) -> str:
    """« Hébergeur national, PUE 1,35 (1,15 à 1,55), 24 requêtes ensemble (4 à 144), 100 % estimé »: where an
    option runs, the site and its class, and what its electricity rests on. Empty where nothing of it is described."""
    if not option.host and not (option.proof and option.known("energy")):
        return ""
    said = [_site_words(option.host, lang)] if option.host else []
    zone = load().label(option.zone, lang) if option.zone else ""
    said += [say("ground", "supposed", lang, zone=zone) if option.zone_supposed else zone] if zone else []
    said = said or [say("ground", "nowhere", lang)]
    for name, found in (("pue", option.pue), ("together", option.together)):
        if found:
            low, at, high = (exact_text(end, "1", lang) for end in (found.low, found.central, found.high))
            key = name + "_about" * (low != high)
            said.append(say("ground", key, lang, n=found.central, value=at, low=low, high=high))
    if option.known("energy"):
        said.append(say("ground", "rests", lang, proof=proof_words(option.proof or {"unknown": 1.0}, lang)))
    return typeset(", ".join(said), lang)


def _site_words(host: str, lang: str) -> str:
    catalogue, named = load(), host
    while named and not named.startswith("class/"):
        named = catalogue.subjects[named].wider
    label = catalogue.label(host, lang)
    return label if named in ("", host) else f"{label} ({catalogue.label(named, lang)})"


def barred_words(option: AnsweredOption, lang: str) -> tuple[str, ...]:
    """Why an option is never retained."""
    return tuple(say("barred", reason, lang, unit=option.unit) for reason in option.barred)


def no_lead(answer: Answer, lang: str) -> str:
    """Why no option leads: none qualifies, only one does, or none is comparable."""
    if len(answer.qualified) == 1:
        wanted = answer.scenario.constraints.quality or any(option.barred for option in answer.options)
        return _t("compare", "only_one" if wanted else "only_known", lang, label=answer.label(answer.qualified[0]))
    return _t("compare", "no_pair" if answer.qualified else "no_reference", lang)


def _ratio_end(ratio: float, least: float = 2.0) -> RatioEnd:
    """A ratio other / subject as a statement about the subject, in percent below `least` times; beyond a thousand, its
    number has no end."""
    way, times = ("less", ratio) if ratio >= 1 else ("more", 1 / ratio)
    if times > BEYOND:
        return RatioEnd(f"{way}_times", math.inf)
    share = 1 - 1 / times if way == "less" else times - 1
    if share < SAME:
        return RatioEnd("same", 0.0)
    return RatioEnd(f"{way}_times", times) if two_figures(times) >= least else RatioEnd(f"{way}_percent", 100 * share)


def _amount(low: RatioEnd, high: RatioEnd, of: str, lang: str) -> str:
    """Text from the end nearer to « less », or to one, to the other."""
    if "same" in (low.key, high.key):
        told = high if low.key == "same" else low
        amount = say("ratio", told.key, lang, value=number_words(told.number, lang), of=of)
        return amount if low.key == high.key else say("ratio", "up_to", lang, amount=amount)
    if low.key == high.key:
        first, last = (number_words(number, lang) for number in sorted((low.number, high.number)))
        value = say("numbers", "range", lang, low=first, high=last)
        if first == last:
            value = first if low.number == high.number else say("numbers", "about", lang, value=first)
        return say("ratio", low.key, lang, value=value, of=of)
    ends = (low, high) if low.key.startswith("less") else (high, low)
    first, second = (say("ratio", end.key, lang, value=number_words(end.number, lang), of="") for end in ends)
    return say("ratio", "from_to", lang, first=first, second=second, of=of)


def number_words(value: float, lang: str) -> str:
    """Two significant figures, without a sign; « plus de 1 000 » for what has no end."""
    if math.isinf(value):
        return say("numbers", "more_than", lang, value=tick_text(BEYOND, BARE, lang))
    return tick_text(float(two_figures(abs(value))), BARE, lang)


def _t(section: str, key: str, lang: str, **facts: str) -> str:
    return typeset(say(section, key, lang, **facts), lang)
