"""Claims that the figures support in public, and claims that they do not."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from babel.lists import format_list

from estimator.core.errors import LANGUAGES, say
from estimator.core.interval import Interval
from estimator.core.number_format import WHOLE, made_share, pair_text, said_in_sentence, share_text
from estimator.core.typography import typeset
from estimator.reporting.summary.ceilings import budget_text
from estimator.reporting.summary.change_sentences import against_text, change_text, trend_text, way_of
from estimator.reporting.summary.sentences import (
    count_of,
    covered_period_text,
    in_use_text,
    path_text,
    sentence,
    tell,
    territory_text,
    used,
)

ALWAYS = ("neutral", "avoided", "frugal")  # claims supported by no figure of SobrIA
Body = Mapping[str, Any]


def claims(body: Body) -> dict[str, list[dict[str, str]]]:
    """{"say", "not_say"}: texts in both languages, those that depend on the figures first."""
    return {"say": _both(_say, body), "not_say": _both(_not_say, body)}


def aloud(body: Body) -> dict[str, list[dict[str, str]]]:
    """{"aloud"}: three texts at most, to be read out, of a body with its charter; none without known electricity. Each
    says of whom and of when it is: it is copied alone."""
    return {"aloud": _both(_aloud, body)}


def _both(told: Callable[[Body, str], Iterator[str]], body: Body) -> list[dict[str, str]]:
    pairs = zip(*(told(body, lang) for lang in LANGUAGES), strict=True)
    return [dict(zip(LANGUAGES, pair, strict=True)) for pair in pairs]


def read_out(body: Body, lang: str) -> list[str]:
    """The same texts on a sheet whose title says of whom and of when they are, and whose foot says what is not told."""
    return [sentence(clause) for clause in _clauses(body, lang, brief=True)]


def _aloud(body: Body, lang: str) -> Iterator[str]:
    for clause in _clauses(body, lang):
        yield typeset(pair_text(of_whom(body, lang), clause, lang), lang)


def of_whom(body: Body, lang: str) -> str:
    """« Services de la métropole, année 2026 (9 mois sur 12) »."""
    return f"{territory_text(body['territory'], lang)}, {covered_period_text(body, lang)}"


def _clauses(body: Body, lang: str, brief: bool = False) -> Iterator[str]:
    energy = body["indicators"]["energy"]["value"]
    if energy["central"] is None:
        return
    measured = body["indicators"]["coverage"]["proof"]["measured"]
    told = said_in_sentence(energy, lang)[0]
    if measured is None:
        yield tell("aloud_untold", lang, energy=told)
    else:
        yield tell("aloud_used", lang, energy=told, proof=share_text(measured, lang))
    change = change_text(body, lang)
    if change:
        yield change
    yield charter_text(body, lang, brief)


def charter_text(body: Body, lang: str, brief: bool = False) -> str:
    """« des 47 promesses de la charte, … »: how many are kept, in part, not, not told, without proof: a clause. brief:
    not why some are not told."""
    counted, total = promises(body)
    keys = {key: f"{key}_brief" if brief and key == "withheld" else key for key in counted}
    told = [tell(f"aloud_{keys[key]}", lang, n=count) for key, count in counted.items()]
    return tell("aloud_charter", lang, total=total, counts=format_list(told, locale=lang))


def promises(body: Body) -> tuple[dict[str, int], int]:
    """What is said of the promises of the charter, each with its count, and how many they are in all: those kept, none
    said so (held_none), in part, not (`_first` where no other is said kept before), those of which the data or the text
    exist and no more (covered), those that are not told, and those that nothing proves either way (unproven;
    all_unproven), for want of figures or because none can. A count of none is not said otherwise."""
    checks = [told_status(check) for check in body["charter"]]
    total = len(checks) + sum(map(len, body["unchecked"].values()))
    apart = ("held", "partly", "not_held", "covered", "withheld")
    held, partly, not_held, covered, withheld = (checks.count(key) for key in apart)
    left = total - held - partly - not_held - covered - withheld
    if left == total:
        return {"all_unproven": total}, total
    after = "" if held else "_first"
    counts = {"held": held, f"partly{after}": partly, f"not_held{after}": not_held}
    counts |= {"covered": covered, "withheld": withheld, "unproven": left}
    none = {} if held or withheld else {"held_none": 0}  # what is not told may be kept
    return none | {key: count for key, count in counts.items() if count}, total


def told_status(check: Body) -> str:
    """The status of a promise as it may leave: withheld, where its figure is."""
    return "withheld" if check["withheld"] else str(check["status"])


def made_of(amount: Interval) -> str:
    """How much of the manufacture of its machines an amount holds: whole, part or none; part where it is not told."""
    partly = amount.get("made_partly") or {*amount.get("untold", ())} - {"covers"}
    made = made_share(amount)
    return "part" if partly or WHOLE >= made > 0 else "whole" if made else "none"


def _say(body: Body, lang: str) -> Iterator[str]:
    found = body["indicators"]
    energy, cover = found["energy"], found["coverage"]["value"]
    if energy["value"]["central"] is not None:
        yield used(body, lang)
    if cover["denominator"]:
        yield tell("say_cover", lang, counted=in_use_text(cover, lang))
    if way_of(body, "energy") in ("up", "down"):
        yield tell("say_change", lang, trend=trend_text(energy, lang), against=against_text(body, lang))
    if (energy["path"] or {}).get("verdict") in ("under", "over"):
        yield path_text(energy, lang)
    if (energy["budget"] or {}).get("verdict") in ("under", "over", "passed"):
        yield budget_text(energy["budget"], energy["value"]["unit"], lang)
    reviewed = found["non_ai_reviewed"]
    if reviewed["value"]["denominator"]:
        value = reviewed["value"]
        yield tell("say_non_ai", lang, counted=count_of(value["numerator"], value["denominator"], lang))
    if reviewed["without_ai"]:
        yield tell("say_without", lang, count=len(reviewed["without_ai"]))


def _not_say(body: Body, lang: str) -> Iterator[str]:
    found = body["indicators"]
    energy, cover = found["energy"], found["coverage"]
    if energy["value"]["central"] is not None:
        way = way_of(body, "energy")
        if why := energy["change"].get("missing"):
            yield tell("not_trend_apart", lang, why=why[lang])
        elif way not in ("up", "down"):
            yield tell(f"not_trend_{way}", lang)
        elif way == "up" and (energy["change"]["effects"] or {}).get("efficiency", 0.0) < 0:
            yield tell("not_rebound", lang)
        measured = cover["proof"]["measured"]
        if measured is None:
            yield tell("not_measured_untold", lang)
        elif measured < WHOLE:
            yield tell("not_measured", lang, share=share_text(measured, lang))
    missing = len(cover["silent"])
    if missing:
        yield tell("not_all", lang, counted=in_use_text(cover["value"] | {"numerator": missing}, lang))
    if energy["objective"] is None:
        yield tell("not_objective_elsewhere" if body["elsewhere"] else "not_objective", lang)
    known = found["sober_hosting"]["criteria_known"]
    if known["numerator"] < known["denominator"]:
        yield tell("not_hosting", lang, counted=count_of(known["numerator"], known["denominator"], lang))
    yield from (typeset(say("claims", name, lang), lang) for name in ALWAYS)
