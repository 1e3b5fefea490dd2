"""Terminal text of a comparison: the paired ratio first, then each option, each verdict, the variance shares."""

from collections.abc import Mapping
from typing import Any

from estimator.comparison.verdict_text import BARE, no_lead, smallest_words
from estimator.core.errors import say
from estimator.core.number_format import count_text, interval_text, share_text, tick_text
from estimator.core.typography import typeset


def compare_text(body: Mapping[str, Any], lang: str) -> str:
    """The text of compare_scenario's body, with volume sweep, crossings and explanations when present."""
    blocks = [_head(body, lang), _lead(body, lang), _options(body, lang), _verdicts(body, lang)]
    blocks += [] if "sites" in body else [smallest_words(body, lang)]  # one model at several sites
    blocks += [_growth(body, lang), _crossings(body, lang), _variance_text(body, lang)]
    return typeset("\n\n".join(block for block in blocks if block), lang)


def _label(body: Mapping[str, Any], name: str) -> str:
    return next(str(option["label"]) for option in body["options"] if option["id"] == name)


def _head(body: Mapping[str, Any], lang: str) -> str:
    facts = {"title": body["scenario"]["title"], "units": count_text(round(body["units"]), lang), "unit": body["unit"]}
    lines = [say("compare", "head", lang, **facts)]
    if "sites" in body:
        lines.append(_sites(body["sites"], lang))
    return "\n".join(lines + ([say("compare", "example", lang)] if body["scenario"].get("example") else []))


def _sites(found: Mapping[str, Any], lang: str) -> str:
    """What is compared between sites, and the excluded share of user screens."""
    share = found["screens_share"]
    key = "sites_screens" if share else "sites_no_screens"
    screens = say("compare", key, lang, share=share_text(share or 0.0, lang))
    return say("compare", "sites", lang, label=found["label"], screens=screens)


def _lead(body: Mapping[str, Any], lang: str) -> str:
    if not body["lead"]:
        key, told = no_lead(body)
        return say("compare", key, lang, **told)
    return "\n".join(_pair_text(pair, lang) for pair in body["lead"])


def _pair_text(pair: Mapping[str, Any], lang: str) -> str:
    """The paired ratio, then its verdict; the verdict alone without a ratio."""
    verdict = f"{_capital(pair['words'][lang])}."
    return f"{pair['sentence'][lang]} {verdict}" if pair["ratio"] else verdict


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _options(body: Mapping[str, Any], lang: str) -> str:
    lines = [say("compare", "options", lang, unit=body["unit"])]
    for option in body["options"]:
        lines.append(f"  {option['label']} ({say('compare', option['status'], lang)})")
        if option["why"]:
            lines.append(f"    {option['why']}")
        for name, amount in option["per_unit"].items():
            lines.append(f"    {say('figures', name, lang)} : {interval_text(amount, lang)}")
        if option["screens_share"]:
            lines.append("    " + say("compare", "screens", lang, share=share_text(option["screens_share"], lang)))
        if option["minutes"] is not None:
            lines.append("    " + say("compare", "minutes", lang, minutes=tick_text(option["minutes"], BARE, lang)))
        lines += [f"    ! {warning[lang]}" for warning in option["warnings"]]
    return "\n".join(lines)


def _verdicts(body: Mapping[str, Any], lang: str) -> str:
    lines = [say("compare", "verdicts", lang)]
    for name, pairs in body["pairs"].items():
        for pair in pairs:
            sides = f"{_label(body, pair['a'])} / {_label(body, pair['b'])}"
            lines.append(f"  {say('figures', name, lang)}, {sides} : {pair['words'][lang]}")
    return "\n".join(lines)


def _growth(body: Mapping[str, Any], lang: str) -> str:
    lines = []
    for grown in body.get("growth", ()):
        words = " ; ".join(pair["words"][lang] for pair in grown["pairs"])
        beyond = ", ".join(_label(body, name) for name in grown["beyond"])
        told = [f"{words}."] if words else []
        told += [say("compare", "beyond", lang, names=beyond)] if beyond else []
        lines += [f"  × {grown['times']:g} : {' '.join(told)}"] if told else []
    return "\n".join([say("compare", "growth", lang), *lines]) if lines else ""


def _crossings(body: Mapping[str, Any], lang: str) -> str:
    lines = []
    for found in body.get("crossings", ()):
        facts = {name: count_text(round(value), lang) for name, value in found["units"].items()}
        other = found["b"] if found["below"] == found["a"] else found["a"]
        facts |= {"below": _label(body, found["below"]), "above": _label(body, other), "unit": body["unit"]}
        lines.append("  " + say("compare", "crossing", lang, share=share_text(found["share"], lang), **facts))
    return "\n".join([say("compare", "crossings", lang), *lines]) if lines else ""


def _variance_text(body: Mapping[str, Any], lang: str) -> str:
    found = body.get("opened", {}).get("matters", {})
    labels = body.get("factor_labels", {})
    lines = [f"  {share_text(share, lang)} : {labels[key][lang]}" for key, share in list(found.items())[:5]]
    return "\n".join([say("compare", "matters", lang), *lines]) if lines else ""
