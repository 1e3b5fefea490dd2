"""Terminal text of an answer: the paired ratio first, then each option, each verdict, the variance shares."""

from estimator.comparison.answer import Answer, AnsweredOption
from estimator.comparison.verdict_text import (
    BARE,
    growth_lines,
    no_lead,
    quality_text,
    smallest_words,
    standing_words,
    told,
)
from estimator.core.errors import say
from estimator.core.number_format import count_text, interval_text, share_text, tick_text
from estimator.core.typography import typeset


def compare_text(answer: Answer, lang: str) -> str:
    """The text of an answer, with volume sweep, crossings and variance shares when present."""
    blocks = [_head(answer, lang), _lead(answer, lang), _options(answer, lang), _verdicts(answer, lang)]
    blocks += [] if answer.place_of else [smallest_words(answer, lang)]  # one model at several sites
    blocks += [_growth(answer, lang), _crossings(answer, lang), _variance_text(answer, lang)]
    return typeset("\n\n".join(block for block in blocks if block), lang)


def _head(answer: Answer, lang: str) -> str:
    facts = {"title": answer.scenario.title, "units": count_text(round(answer.units), lang), "unit": answer.unit}
    lines = [say("compare", "head", lang, **facts)]
    if answer.place_of:
        lines.append(say("compare", "sites", lang, label=answer.place_of))
    return "\n".join(lines + ([say("compare", "example", lang)] if answer.scenario.example else []))


def _lead(answer: Answer, lang: str) -> str:
    return "\n".join(told(pair, lang) for pair in answer.lead) or no_lead(answer, lang)


def _options(answer: Answer, lang: str) -> str:
    lines = [say("compare", "options", lang, unit=answer.unit)]
    for option in answer.options:
        lines += [f"  {option.label} ({standing_words(option, lang)})", *_about(option, lang)]
    return "\n".join(lines)


def _about(option: AnsweredOption, lang: str) -> list[str]:
    lines = [text for text in ((option.refusal or {}).get(lang, ""), option.why) if text]
    if option.status == "studied":
        lines.append(say("compare", "quality", lang, value=quality_text(option.quality, lang)))
    lines += [f"{say('figures', n, lang)} : {interval_text(amount, lang)}" for n, amount in option.per_unit.items()]
    if option.people:
        lines.append(say("compare", "people", lang, amount=interval_text(option.people["energy"], lang)))
    if option.minutes is not None:
        lines.append(say("compare", "minutes", lang, minutes=tick_text(option.minutes, BARE, lang)))
    return [f"    {line}" for line in (*lines, *(f"! {warning[lang]}" for warning in option.warnings))]


def _verdicts(answer: Answer, lang: str) -> str:
    lines = [say("compare", "verdicts", lang)]
    for name, pairs in answer.pairs.items():
        for pair in pairs:
            sides = f"{answer.label(pair.a)} / {answer.label(pair.b)}"
            lines.append(f"  {say('figures', name, lang)}, {sides} : {pair.words[lang]}")
    return "\n".join(lines)


def _growth(answer: Answer, lang: str) -> str:
    lines = [f"  {line}" for line in growth_lines(answer, lang)]
    return "\n".join([say("compare", "growth", lang), *lines]) if lines else ""


def _crossings(answer: Answer, lang: str) -> str:
    lines = []
    for found in answer.crossings:
        facts = {name: count_text(round(found.units[name]), lang) for name in ("low", "central", "high")}
        facts |= {"below": answer.label(found.below), "above": answer.label(found.above), "unit": answer.unit}
        lines.append("  " + say("compare", "crossing", lang, share=share_text(found.share, lang), **facts))
    return "\n".join([say("compare", "crossings", lang), *lines]) if lines else ""


def _variance_text(answer: Answer, lang: str) -> str:
    found = answer.opened
    lines = (
        [f"  {share_text(v, lang)} : {found.labels[k][lang]}" for k, v in list(found.matters.items())[:5]]
        if found
        else []
    )
    return "\n".join([say("compare", "matters", lang), *lines]) if lines else ""
