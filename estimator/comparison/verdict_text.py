"""Texts of verdicts, paired ratios and changes, in French and English."""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from estimator.comparison.scenario import Option, Quality
from estimator.comparison.verdict_rules import ODD_DRAWS, Comparison
from estimator.core.errors import say
from estimator.core.number_format import DisplayUnit, share_text, tick_text, two_figures
from estimator.core.typography import typeset

BARE = DisplayUnit(Decimal(1), "", scaled=False)
SAME = 0.0005  # a relative difference below 0.05 % is printed as none
VOWELS = "aàâeéèêëiîïoôuùûyœ"
Names = tuple[str, str]


class RatioEnd(NamedTuple):
    """One end of a ratio in words: a key of the words ("less_times", "more_percent", … or "same"), and a number."""

    key: str
    number: float


def verdict_words(comparison: Comparison, names: Names, lang: str) -> str:
    """« plus bas dans la plupart des cas (93 %) : le modèle léger ». names: of A and of B."""
    facts: dict[str, str] = {"name": names[1] if comparison.lower == "b" else names[0]}
    if comparison.share is not None:
        facts["share"] = share_text(min(comparison.share, 1 - ODD_DRAWS), lang)  # all draws are not all cases
    if comparison.reason:
        facts["reason"] = say("verdict_reason", comparison.reason, lang, a=names[0], b=names[1])
    return _t("verdict", comparison.verdict, lang, **facts)


def ratio_words(comparison: Comparison, names: Names, indicator: str, lang: str) -> str:
    """« Le modèle léger consomme 8 à 20 fois moins d'électricité que le grand. », from 5 % to 95 % of the draws.

    The subject is the option named by the verdict, else A. From a ratio of 2 on it is printed in
    times, below in percent; an interval that contains 1 reads « de 40 % de moins à 2 fois plus ». names: of A and
    of B, as inside a sentence.
    """
    ratio = comparison.ratio
    if ratio is None:
        return _t("ratio", "none", lang)
    name, other = names
    if comparison.lower == "b":
        ratio, name, other = ratio.inverse(), other, name
    low, high = _ratio_end(ratio.low), _ratio_end(ratio.high)
    same = low.key == high.key == "same"
    joint = "as_other" if same else "than"
    joined = say("ratio", joint + "_vowel" * (other[:1].lower() in VOWELS), lang, other=other)
    facts = {"name": name[:1].upper() + name[1:], "verb": say("ratio_verb", indicator, lang), joint: joined}
    facts["amount"] = _amount(low, high, say("ratio_of", indicator, lang), lang)
    return _t("ratio", "same_sentence" if same else "sentence", lang, **facts)


def quality_words(sentence: str, sides: Sequence[Option], lang: str) -> str:
    """Text with the tested quality of both sides: « … (qualité constatée : 94 % contre 96 %). »

    The share of accepted answers, by which figures are divided, is printed when given.
    """
    first, second = (_quality(option.quality, lang) for option in sides)
    told = say("quality", "found", lang, first=first, second=second)
    if any(option.acceptance < 1 for option in sides):
        first, second = (_acceptance_text(option, lang) for option in sides)
        told += say("quality", "accepted", lang, first=first, second=second)
    return sentence.rstrip(". ") + _t("quality", "beside", lang, told=told)


def _acceptance_text(option: Option, lang: str) -> str:
    return share_text(option.acceptance, lang) if option.acceptance < 1 else say("quality", "all_supposed", lang)


def _quality(found: Quality | None, lang: str) -> str:
    if found is None:
        return say("quality", "unknown", lang)
    return share_text(found.value, lang) if found.value <= 1 else tick_text(found.value, BARE, lang)


def smallest_words(body: Mapping[str, Any], lang: str) -> str:
    """The smallest model that reaches the threshold, in the body of a comparison; else why there is none."""
    found = body["smallest_model"]
    if found is None:
        return _t("smallest", _none_suffices(body), lang)
    labels = {option["id"]: str(option["label"]) for option in body["options"]}
    tied = ", ".join(labels[name] for name in found["tied"])
    return _t("smallest", "tied" if tied else "is", lang, label=labels[found["id"]], tied=tied)


def _none_suffices(body: Mapping[str, Any]) -> str:
    """Why no model suffices: no threshold; those that reach it run elsewhere or with too few hours; none reaches it."""
    if not body["scenario"]["constraints"].get("quality"):
        return "no_threshold"
    models = [o for o in body["options"] if o["method"] == "model" and o["status"] == "studied"]
    reach = [o for o in models if o["meets_threshold"] and o["figures"].get("energy", {}).get("central") is not None]
    if reach and all(option["outside"] for option in reach):
        return "none_placed"
    return "none_able" if reach else "none_suffices"


def no_lead(body: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Why no option leads, as a key and its facts: none qualifies, only one does, or none is comparable."""
    names = body["qualified"]
    if len(names) == 1:
        return "only_one", {"label": next(str(o["label"]) for o in body["options"] if o["id"] == names[0])}
    return ("no_pair" if names else "no_reference"), {}


def change_words(effects: Mapping[str, float], before: float, lang: str) -> str:
    """« Le total augmente de 40 % ; en points, volume : +85, efficacité : −45. » The total comes first, whatever the
    efficiency effect. effects: of `shapley`, named as in the words [any unit]; before: the total they change [same
    unit]. ValueError: a total before that is not above zero.
    """
    if not before > 0:
        raise ValueError(f"a change in percent needs a total above zero, read {before}")
    points = {name: 100 * effect / before for name, effect in effects.items()}
    total = 100 * math.fsum(effects.values()) / before
    shown = [
        say(
            "change", "more" if value > 0 else "less", lang, part=say("change", name, lang), points=_number(value, lang)
        )
        for name, value in points.items()
        if abs(value) >= 100 * SAME
    ]
    if not shown:
        return _t("change", "nothing", lang)
    key = "steady" if abs(total) < 100 * SAME else "rises" if total > 0 else "falls"
    return _t("change", key, lang, parts=", ".join(shown), total=_number(total, lang))


def _ratio_end(ratio: float) -> RatioEnd:
    """A ratio other / subject as a statement about the subject."""
    way, times = ("less", ratio) if ratio >= 1 else ("more", 1 / ratio)
    share = 1 - 1 / times if way == "less" else times - 1
    if share < SAME:
        return RatioEnd("same", 0.0)
    return RatioEnd(f"{way}_times", times) if two_figures(times) >= 2 else RatioEnd(f"{way}_percent", 100 * share)


def _amount(low: RatioEnd, high: RatioEnd, of: str, lang: str) -> str:
    """Text from the end nearer to « less », or to one, to the other."""
    if "same" in (low.key, high.key):
        told = high if low.key == "same" else low
        amount = say("ratio", told.key, lang, value=_number(told.number, lang), of=of)
        return amount if low.key == high.key else say("ratio", "up_to", lang, amount=amount)
    if low.key == high.key:
        first, last = (_number(number, lang) for number in sorted((low.number, high.number)))
        value = say("numbers", "range", lang, low=first, high=last)
        if first == last:
            value = first if low.number == high.number else say("numbers", "about", lang, value=first)
        return say("ratio", low.key, lang, value=value, of=of)
    start, end = (low, high) if low.key.startswith("less") else (high, low)
    first, second = (
        say("ratio", bound.key, lang, value=_number(bound.number, lang), of=noun)
        for bound, noun in ((start, ""), (end, of))
    )
    return say("ratio", "from_to", lang, first=first, second=second)


def _number(value: float, lang: str) -> str:
    """Two significant figures, without a sign."""
    return tick_text(float(two_figures(abs(value))), BARE, lang)


def _t(section: str, key: str, lang: str, **facts: str) -> str:
    return typeset(say(section, key, lang, **facts), lang)
