"""Terminal text of an answer: the paired ratio first, then each option, each verdict, the variance shares."""

from collections import Counter
from collections.abc import Mapping

from estimator.comparison.answer import Answer, AnsweredOption
from estimator.comparison.columns import Units, column_units
from estimator.comparison.sentences import UNREAD, growth_lines, screens_facts, undecided_lines
from estimator.comparison.verdict_text import (
    ground_words,
    parts_words,
    standing_words,
    tested_words,
    work_facts,
)
from estimator.core.column_units import in_column
from estimator.core.errors import say
from estimator.core.number_format import interval_text, pair_text, share_text, stated_share_text, uses_text
from estimator.core.typography import typeset

UNMEASURED = (
    "model_unknown",
    "embedding_model_unknown",
    UNREAD,
)  # told even in brief: a figure that is not of the model


def compare_text(answer: Answer, lang: str, brief: bool = False) -> str:
    """The text of an answer, with volume sweep, crossings and variance shares when present; or what holds on one
    screen."""
    blocks = [_head(answer, lang), _lead(answer, lang), *answer.said("smallest", lang)]
    blocks += [text for kind in ("again", "left_out", "delay", "country") for text in answer.said(kind, lang)]
    blocks += [_options(answer, lang, brief), *([] if brief else [_verdicts(answer, lang)])]
    blocks.append(_told(answer, "sharing", "sharing", lang))
    blocks.append(_told(answer, "turning", "turning", lang, "firm"))
    if not brief:
        blocks += [_sites(answer, lang), _growth(answer, lang)]
    blocks.append(_told(answer, "crossing", "crossings", lang))
    blocks.append(_measure(answer, lang, brief))
    blocks.append(_supposed(answer, lang))
    return typeset("\n\n".join(block for block in blocks if block), lang)


def _head(answer: Answer, lang: str) -> str:
    facts = {"title": answer.scenario.title, "units": uses_text(answer.units, lang), "unit": answer.unit}
    lines = [say("compare", "head", lang, **facts)]
    if answer.place_of:
        lines.append(say("compare", "sites", lang, label=answer.place_of))
    return "\n".join(lines + ([say("compare", "example", lang)] if answer.scenario.example else []))


def _lead(answer: Answer, lang: str) -> str:
    """The first sentence of every door, then the ratios that it does not tell, and what leans the other way."""
    [first] = answer.said("lead", lang)
    others = [*answer.said("ratio", lang), *answer.said("server", lang)]
    return "\n".join([first, *(text for text in others if text not in first), *answer.said("leaning", lang)])


def _sites(answer: Answer, lang: str) -> str:
    """How far each site is, and its criteria of hosting, by status."""
    lines = []
    for site in answer.sites:
        counts = Counter(site.criteria.values())
        facts = {status: counts[status] for status in ("met", "not_met", "unknown")}
        distance = say("site_distance", site.distance, lang)
        lines.append("  " + say("compare", "site", lang, label=answer.label(site.option), distance=distance, **facts))
    return "\n".join([say("compare", "sites_held", lang), *lines]) if lines else ""


def _options(answer: Answer, lang: str, brief: bool) -> str:
    """Each option: its quality, what it rests on and its figures, or its electricity alone; people beside."""
    lines, period = [say("compare", "options", lang, unit=answer.unit)], answer.scenario.need.period
    units = {name: column_units(answer.options, name, lang) for name in answer.pairs}
    for option in answer.options:
        told = [text for text in ((option.refusal or {}).get(lang, ""), option.why) if text]
        told += [] if brief else _about(option, units, lang)
        if option.per_unit and (brief or option.known("energy")):
            both = zip((option.service["energy"], option.per_unit["energy"]), units["energy"], strict=True)
            whole, each = (interval_text(amount, lang, in_column(amount, unit)) for amount, unit in both)
            part = {"part": say("figures", "energy", lang), "amount": whole} if not brief else {}
            told.append(
                say("compare", "brief" if brief else "part", lang, each=each, whole=whole, period=period, **part)
            )
        told += [*_people(answer, option, lang), *parts_words(answer, option, lang)]
        told += [f"! {w[lang]}" for w in option.warnings if not brief or w.get("code") in UNMEASURED]
        lines += [f"  {option.label} ({standing_words(option, lang)})", *(f"    {line}" for line in told)]
    return "\n".join([*lines, *(f"  {line}" for kind in ("desk", "checking") for line in answer.said(kind, lang))])


def _about(option: AnsweredOption, units: Mapping[str, Units], lang: str) -> list[str]:
    lines = []
    if option.status == "studied":
        lines.append(say("compare", "quality", lang, value=tested_words(option, lang)))
        if grounds := ground_words(option, lang):
            lines.append(say("compare", "rests", lang, grounds=grounds))
        if option.accepted < 1:
            share = stated_share_text(option.accepted, lang)
            lines.append(say("compare", "accepted", lang, share=share, why=option.accepted_why).rstrip(" :"))
    figures = {} if option.only_people else option.per_unit
    told = {n: interval_text(amount, lang, in_column(amount, units[n][1])) for n, amount in figures.items()}
    return lines + [pair_text(say("figures", n, lang), text, lang) for n, text in told.items()]


def _people(answer: Answer, option: AnsweredOption, lang: str) -> list[str]:
    """Screens and minutes of work beside an option, for one unit."""
    lines = []
    if option.people:
        lines.append(say("compare", "people", lang, **screens_facts(answer, option, lang)))
    if option.minutes is not None and option.accepted:  # none accepted: no hours
        lines.append(say("compare", answer.minutes_key(option), lang, **work_facts(answer, option, lang)))
    return lines


def _verdicts(answer: Answer, lang: str) -> str:
    lines: list[str] = []
    for name, pairs in answer.pairs.items():
        for pair in (p for p in pairs if not answer.beside(p)):
            about = f"{say('figures', name, lang)}, {answer.label(pair.a)} / {answer.label(pair.b)}"
            lines.append(f"  {pair_text(about, pair.words[lang], lang)}")
    return "\n".join([say("compare", "verdicts", lang), *lines]) if lines else ""


def _growth(answer: Answer, lang: str) -> str:
    lines = [f"  {line}" for line in (*undecided_lines(answer, lang), *growth_lines(answer, lang))]
    return "\n".join([say("compare", "growth", lang), *lines]) if lines else ""


def _told(answer: Answer, kind: str, title: str, lang: str, *kinds: str) -> str:
    """The sentences of some kinds, under a title."""
    lines = [f"  {line}" for name in (kind, *kinds) for line in answer.said(name, lang)]
    return "\n".join([say("compare", title, lang), *lines]) if lines else ""


def _supposed(answer: Answer, lang: str) -> str:
    """What was supposed, and how many factors of the tables the figures rest on."""
    led = [found for found in answer.suppositions if found.kind != "factor"]
    count = len(answer.suppositions) - len(led)
    lines = [f"  {found.words[lang]} [{found.row}]" for found in led]
    lines += ["  " + say("five", "supposed_factors", lang, count=count)] if count else []
    return "\n".join([say("five", "supposed", lang, count=len(answer.suppositions)), *lines]) if led or count else ""


def _measure(answer: Answer, lang: str, brief: bool) -> str:
    """What to measure next: what the bill gives, what would settle the undecided pairs, then the doubt of the largest
    difference."""
    lines = [*answer.said("unread", lang), *answer.said("settling", lang)]
    found = answer.opened
    if found and found.matters and not brief:
        shares = [f"{found.labels[key][lang]} ({share_text(v, lang)})" for key, v in list(found.matters.items())[:5]]
        facts = {"a": answer.label(found.a), "b": answer.label(found.b), "list": ", ".join(shares)}
        lines.append(say("compare", "matters_of", lang, **facts))
    return "\n".join([say("compare", "matters", lang), *(f"  {line}" for line in lines)]) if lines else ""
