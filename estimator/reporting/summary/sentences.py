"""Texts of the summary: values, trends, objectives, limits, budgets, in each language."""

from collections.abc import Callable, Mapping
from typing import Any

from babel.units import format_unit

from estimator.catalogue.load import load
from estimator.core.communes import is_siren
from estimator.core.errors import say
from estimator.core.interval import Interval
from estimator.core.number_format import (
    NO_BREAK,
    count_text,
    exact_text,
    figure,
    interval_text,
    pair_text,
    partly_text,
    plain,
    said_in_sentence,
    share_text,
    step_for,
    with_unit,
)
from estimator.core.periods import Period, day_label
from estimator.core.typography import typeset
from estimator.governance.commitments.schema import Objective
from estimator.governance.indicator_list import VOTED
from estimator.governance.indicators.known_days import known_text
from estimator.results.proofs import impact_proof_words

ONE_LINE = 20  # characters of a share with its count that are kept together
AS_WRITTEN = ("L/kWh",)  # units that their texts never scale
LEAST_SHARE = 0.01  # that is printed as a number [1]
FEW_NAMES = 2  # of what is unknown in a year, that a sentence holds


def tell(key: str, lang: str, **facts: object) -> str:
    """A text of the summary, typeset."""
    return typeset(say("synthesis", key, lang, **facts), lang)


def sentence(text: str) -> str:
    """A clause with a capital, as a sentence."""
    return text[:1].upper() + text[1:]


def name(indicator: str, lang: str) -> str:
    """The name of an indicator."""
    return typeset(say("indicators", indicator, lang), lang)


def counted_indicators(lang: str) -> str:
    """« douze »: how many indicators there are, in letters."""
    return name("counted", lang)


def how_to_read(indicator: str, lang: str) -> str:
    """What an indicator counts, for who reads its value."""
    return typeset(say("indicators_read", indicator, lang), lang)


def territory_text(territory: str, lang: str) -> str:
    """« Tout le territoire », « Services de la métropole », « Commune 54395 », « Collectivité 243300316 »."""
    if territory in ("all", "metropole", "authorities"):
        return name(f"territory_{territory}", lang)
    return tell("authority" if is_siren(territory) else "commune", lang, code=territory)


def period_text(period: str, lang: str) -> str:
    """« année 2026 », « mars 2026 »."""
    return typeset(Period(period).label(lang), lang)


def covered_period_text(body: Mapping[str, Any], lang: str) -> str:
    """« année 2026 », « année 2026 (9 mois sur 12) » when only these have data, or « 9 mois au moins »."""
    told, span = period_text(body["period"], lang), len(Period(body["period"]).months())
    known = len(body["measured"])
    key = "period_part_least" if body.get("measured_least") else "period_part"
    return tell(key, lang, period=told, n=known, span=span) if 0 < known < span else told


def scope_name(territory: str, period: str, lang: str) -> str:
    """« Services de la métropole, année 2026 »."""
    return f"{territory_text(territory, lang)}, {period_text(period, lang)}"


def value_text(entry: Mapping[str, Any], lang: str) -> str:
    """The value of an indicator; unknown is stated, never zero."""
    value = entry["value"]
    if "low" in value:
        return ", ".join(filter(None, (interval_text(value, lang), partly_text(value, lang))))
    if entry["kind"] == "count":
        if not value["denominator"]:
            return _unknown(value, lang)
        return count_of(value["numerator"], value["denominator"], lang)
    return shared(value, lang)


def added_text(entry: Mapping[str, Any], lang: str) -> str:
    """An indicator of another package: its value, its proof, from which footprint of ours, by whom, and its source."""
    facts = {"of": name(entry["of"], lang), "plug_in": entry["plug_in"], "source": entry["source"][lang]}
    held = impact_proof_words(entry["of"], entry["proof"], lang) if entry["value"].known else ""
    proof = f" ({say('indicators', 'added_proof', lang, proof=held)})" if held else ""
    told = say("indicators", "added", lang, **facts, value=value_text(entry, lang), proof=proof)
    return typeset(pair_text(entry["label"][lang], told, lang), lang)


def shared(value: Mapping[str, Any], lang: str) -> str:
    """« 75 % (3 sur 4), on ne sait pas : 25 % », « 75 % », « 20 %, on ne sait pas : 30 % », « donnée absente », « 0 %,
    on ne sait pas : part non dite »; of which services, where those of too few people are not counted."""
    told = _shared(value, lang)
    if value.get("smallest_service"):
        return typeset(say("indicators", "of_services", lang, told=told), lang)
    return told


def is_partly_unknown(value: Mapping[str, Any]) -> bool:
    """Whether a part of a share is not known, told or not: with it, 0 is no zero."""
    return bool(value.get("unknown")) or "unknown" in value.get("untold", ())


def _shared(value: Mapping[str, Any], lang: str) -> str:
    if value.get("apart"):
        return in_use_text(value, lang)
    if value["share"] is None:
        return _unknown(value, lang)
    if "unknown" in value.get("untold", ()):
        return typeset(say("indicators", "partly_untold", lang, share=share_text(value["share"], lang)), lang)
    if value.get("unknown") and value.get("numerator") is None:
        facts = {key: share_text(value[key], lang) for key in ("share", "unknown")}
        return typeset(say("indicators", "partly_known", lang, **facts), lang)
    if value.get("numerator") is None:
        return share_text(value["share"], lang)
    told = f"{share_text(value['share'], lang)} ({count_of(value['numerator'], value['denominator'], lang)})"
    if value.get("unknown"):
        return f"{told}, {tell('not_known', lang, share=share_text(value['unknown'], lang))}"
    return told.replace(" ", NO_BREAK) if len(told) <= ONE_LINE else told


def _unknown(value: Mapping[str, Any], lang: str) -> str:
    """Why a share or a count is unknown, or that it is."""
    return typeset(said, lang) if (said := (value.get("missing") or {}).get(lang)) else name("unknown", lang)


def count_of(numerator: float, denominator: float, lang: str, key: str = "of") -> str:
    """« 3 sur 4 », or the same in the words of another key."""
    facts = {"a": count_text(round(numerator), lang), "b": count_text(round(denominator), lang)}
    return typeset(say("indicators", key, lang, **facts), lang)


def in_use_text(value: Mapping[str, Any], lang: str, elsewhere: object = False) -> str:
    """« 3 sur 4 », of the uses in trial or in service; without any, that there is none, or none known here. Where some
    are apart, it is of those told one by one."""
    if value.get("apart"):
        key = "of_apart" if value["denominator"] else "none_apart"
        return count_of(value["numerator"], value["denominator"], lang, key)
    if not value["denominator"]:
        return typeset(say("indicators", "in_use_elsewhere" if elsewhere else "none_in_use", lang), lang)
    return count_of(value["numerator"], value["denominator"], lang)


def shares_text(low: float, high: float, lang: str, bare: bool = False, of: Callable[..., str] = share_text) -> str:
    """« entre 15 et 50 % », « de moins de 1 à 6 % », « 15 % » where both ends print alike; bare: « 15 à 50 % », in a
    table; of: what writes each."""
    first, last = of(low, lang), of(high, lang)
    if first == last:
        return first
    worded = any(map(str.isalpha, first + last))
    key = "shares_bare" if bare else "shares_from_less" if worded else "shares"
    return tell(key, lang, low=first.rstrip("% \u00a0\u202f"), high=last)


def share_of_total(share: Interval | None, lang: str, form: str = "of_total") -> str:
    """« entre 31 et 38 % du total », « 35 % du total » when both ends are so once rounded; empty when unknown. form:
    "share" where a heading says of what."""
    if share is None:
        return ""
    low, _, high = share.ends
    return tell(form, lang, share=shares_text(low, high, lang, form == "share"))


def objective_text(objective: Mapping[str, Any] | None, lang: str, elsewhere: object = False) -> str:
    """« −30 % en 2028 par rapport à 2025 (Conseil, délibération 12) », or « objectif non fixé »; elsewhere: where the
    homes of authorities alone know what they voted."""
    if objective is None:
        return name("objective_elsewhere" if elsewhere else "objective_none", lang)
    found = Objective.model_validate(objective)
    facts = {"due": found.due_year, "reference": found.reference_year, "by": found.by, "document": found.document}
    if found.change_percent is not None:
        change = ("+" if found.change_percent > 0 else "−") + share_text(abs(found.change_percent) / 100, lang)
        return tell("objective_change", lang, change=change, **facts)
    return tell("objective_value", lang, value=amount_text(found.target(None), _unit(found), lang), **facts)


def _unit(found: Objective) -> str:
    unit = next(iter(VOTED[found.indicator].units))
    return "share" if unit == "%" else unit


def amount_text(value: float | None, unit: str, lang: str) -> str:
    """A number without interval: a vote, a limit, a trajectory."""
    if value is None:
        return name("unknown", lang)
    if unit == "share":
        return share_text(value, lang)
    return exact_text(value, unit, lang)


def path_text(entry: Mapping[str, Any], lang: str) -> str:
    """The year against the trajectory of the objective, at the pace of its known days; empty without one."""
    found = entry.get("path") if isinstance(entry.get("path"), Mapping) else None
    if not found:
        return ""
    if found["verdict"] in (None, "start"):
        return tell(f"path_{judged(found)}", lang, year=found["reference_year"])
    unit = found["projected"]["unit"]
    step = step_for(unit, found["path"], lang)
    facts = {"year": found["year"], "path": with_unit(plain(found["path"], step, lang), step)}
    known = known_text(found["days"], found["at_least"], found["ways"])[lang]
    facts |= {"unknown": unknown_part(found, lang)}
    facts |= {"projected": interval_text(found["projected"], lang), "known": known}
    facts["span"] = format_unit(found["span"], "duration-day", locale=lang)
    filled = [tell("path_filled", lang, reference=found["reference_year"])] if found["filled"] else []
    return " ".join([tell(f"path_{judged(found)}", lang, **facts), *filled])


def limit_texts(limits: list[Mapping[str, Any]], lang: str) -> list[str]:
    """« Eau du site par kWh : au plus 0,4 L/kWh (RGESN 8.4) »."""
    return [_limit(limit, lang) for limit in limits]


def _limit(limit: Mapping[str, Any], lang: str) -> str:
    if limit["unit"] == "share":
        return tell("limit_share", lang, value=share_text(limit["value"], lang))
    about = limit["about"]
    words = load().quantities
    label = words[about].label(lang) if about in words else tell(f"limit_{about}", lang)
    step = step_for(limit["unit"], None if limit["unit"] in AS_WRITTEN else limit["value"], lang)
    facts = {"label": label, "value": exact_text(limit["value"], limit["unit"], lang, step), "text": limit["text"]}
    condition = tell(f"limit_{limit['condition']}", lang) if limit["condition"] else ""
    return tell(f"limit_{limit['comparison']}", lang, condition=condition, **facts)


def proof_text(proof: Mapping[str, float | None], lang: str, impact: str = "energy") -> str:
    """« 38 % mesuré, 62 % estimé », of an electricity or of another impact; nothing where none is known, or told."""
    return typeset(impact_proof_words(impact, proof, lang), lang)


def answer(body: Mapping[str, Any], lang: str, then: Callable[[Mapping[str, Any], str], str] | None = None) -> str:
    """The answer to « Nos usages d'IA sont-ils sobres ? »: against the votes, then the consumption and its proof.

    then: what is said in place of the consumption, where it says anything."""
    energy = body["indicators"]["energy"]
    if energy["value"]["central"] is None:
        nothing = energy["value"]["missing"]["code"] == "no_activity"
        return tell("empty", lang) if nothing else used(body, lang)
    return f"{verdict(body, lang)} {sentence(then(body, lang) if then else '') or used(body, lang)}"


def verdict(body: Mapping[str, Any], lang: str) -> str:
    """The electricity against its voted path, else against its voted ceiling."""
    energy = body["indicators"]["energy"]
    if energy["objective"]:
        found = energy["path"] or {}
        said = tell(f"answer_{judged(found)}", lang, reference=found.get("reference_year", ""))
        return minimum(found, said, lang)
    if found := energy["budget"]:
        return minimum(found, tell(f"answer_ceiling_{judged(found)}", lang, year=found["year"]), lang)
    return tell(f"answer_{unjudged(body)}", lang)


def unjudged(body: Mapping[str, Any]) -> str:
    """The key of why nothing voted judges the electricity: the homes of authorities alone know it, ceilings are of
    others, or none is voted."""
    if body["elsewhere"]:
        return "elsewhere"
    return "ceilings" if body["territory_budgets"] or body["use_budgets"] else "none"


def minimum(found: Mapping[str, Any], said: str, lang: str) -> str:
    """What is said of a year against a vote, and that this year is a minimum where a higher one might be said of
    otherwise."""
    told = found.get("at_least") and found["verdict"] == "open"
    return f"{said} {tell('year_at_least', lang, unknown=unknown_part(found, lang))}" if told else said


def judged(found: Mapping[str, Any]) -> str:
    """The key of its verdict against a vote; "least" where what is known is under it, and the rest leaves it open."""
    if not found.get("verdict"):
        return "unknown"
    limit = found["path"] if "path" in found else found["ceiling"]
    is_least = found["verdict"] == "open" and found["at_least"] and found["projected"]["high"] <= limit
    return "least" if is_least else str(found["verdict"])


def unknown_part(found: Mapping[str, Any], lang: str) -> str:
    """« une part de l'électricité n'est pas connue (Voirie, Accueil…) »: whose it is, where it can be told."""
    names = found["unknown"][:FEW_NAMES]
    more = "…" if found["unnamed"] or names != found["unknown"] else ""
    of = tell("part_unknown_of", lang, names=", ".join(names) + more) if names else ""
    return tell("part_unknown", lang, of=of)


def weighs_title(body: Mapping[str, Any], lang: str) -> str:
    """« Ce qui pèse, année 2026 »: a rank is that of a period."""
    return tell("weighs", lang, period=period_text(body["period"], lang))


def used(body: Mapping[str, Any], lang: str) -> str:
    """« Sur l'année 2026, 12 usages d'IA ont consommé entre … d'électricité ; 38 % mesuré. »"""
    entry = body["indicators"]["energy"]
    facts = {"period": covered_period_text(body, lang), "territory": territory_text(body["territory"], lang)}
    if entry["value"]["central"] is None:
        return tell("used_unknown", lang, reason=figure(entry["value"], lang).missing, **facts)
    between, aside = said_in_sentence(entry["value"], lang)
    proof = proof_text(body["indicators"]["coverage"]["proof"], lang)
    untold = "missing" in body["indicators"]["coverage"] and not proof
    return tell("used_untold" if untold else "used", lang, energy=between, aside=aside, proof=proof, **facts)


def hosting_text(entry: Mapping[str, Any], lang: str) -> str:
    """How many criteria of hosting are known and how many not met, and the shares in shared and in nearby sites."""
    known = entry["criteria_known"]
    if not known["denominator"]:
        return tell("hosting_none", lang)
    facts = {"a": count_text(known["numerator"], lang), "b": count_text(known["denominator"], lang)}
    facts |= {"c": count_text(known["not_met"], lang)}
    facts |= {"shared": shared(entry["shared"], lang), "near": shared(entry["near"], lang)}
    lacks = [tell("hosting_unplaced", lang)] if entry["near"]["unknown"] else []
    return " ".join([tell("hosting", lang, **facts), *lacks])


def day_text(iso: str | None, lang: str) -> str:
    """« 3 mars 2027 », « aucune revue prévue »."""
    return tell("no_review", lang) if iso is None else day_label(iso, lang)
