"""What is said of places, as a person reads it: names in place of ids, and days as the language writes them."""

import re
from collections.abc import Mapping
from typing import Any

from estimator.catalogue.load import load
from estimator.core.errors import LANGUAGES, say, sentences
from estimator.core.number_format import spoken_numbers
from estimator.core.periods import DAY, day_label, short_day
from estimator.places.journal import HARDWARE, MATCHED, STATED, only_text
from estimator.places.requirements import FIELDS

SUBJECTS, DAYS = ("host", "zone", "class", "machine", "device"), ("since", "until")
WRITTEN = ("file", "service", "model", "address")  # by people: a name may have spaces
_EVERY = "|".join((*MATCHED, *DAYS, *STATED, "class"))
_FIELD = re.compile(
    rf"(?P<site>[^\s;,()«»]+): (?P<asked>{'|'.join(FIELDS)})=(?P<answer>.+?) \((?P<on>{DAY.pattern})\)"
    rf"|\b(?:(?P<text>{'|'.join(WRITTEN)})=(?P<written>.+?)(?= (?:{_EVERY})=| →)"
    rf"|(?P<name>{_EVERY})=(?P<id>[^\s;,()«»]*[^\s;,()«».:]))(?P<more> (?=(?:{_EVERY})=))?"
    rf"|(?P<day>{DAY.pattern})"
)


def in_names(told: str, lang: str, services: Mapping[str, str] | None = None) -> str:
    """« service « courrier » → Salle informatique, Pologne », of what `told` of a rule, of a host or of an answer
    writes in a text, « service=courrier → host=class/server-room zone=POL »; a day beside it as people write it.
    services: the names of some, by key."""
    return _FIELD.sub(lambda field: _named(field, lang, services or {}), told)


def place_told(row: Mapping[str, Any]) -> dict[str, str]:
    """Where so many rows ran, in each language: by which rule, and what counts of it, or by what default."""
    if not row["told"]:
        return sentences("place_told", row["said"], count=row["count"])
    told = {lang: in_names(row["told"], lang) for lang in LANGUAGES}
    parts = row["part"].split(",") if row["part"] else []
    part = {lang: ", ".join(say("register_fields", f"place_{name}", lang) for name in parts) for lang in LANGUAGES}
    return sentences("place_told", "rule_partly" if parts else "rule", **{**row, "told": told, "part": part})


def _named(field: re.Match[str], lang: str, services: Mapping[str, str]) -> str:
    if field["day"]:
        return short_day(field["day"], lang)
    if field["asked"]:
        return _answered(field["site"], field["asked"], field["answer"], field["on"], lang)
    name, value = field["text"] or field["name"], field["written"] or field["id"]
    if name in WRITTEN:
        value = only_text(value) or value
        value = services.get(value, value) if name == "service" else value
    elif name in SUBJECTS:
        value = load().label(value, lang)
    elif name in DAYS:
        value = day_label(value, lang)
    elif name in HARDWARE:
        value = spoken_numbers(value, lang)
    return say("place_names", name, lang, value=value) + (", " if field["more"] else "")


def _answered(site: str, asked: str, answer: str, day: str, lang: str) -> str:
    """« Contrat d'électricité, Salle informatique : aucun (01/01/2026) »"""
    kind, host = FIELDS[asked].kind, load().label(site, lang)
    if kind == "number":
        answer = spoken_numbers(answer, lang)
    elif kind == "choice":
        answer = say("hosting_choices", answer, lang)
    elif kind == "country":
        answer = load().label(answer, lang)
    name = say("hosting_fields", asked, lang)
    return say("place_names", "answer", lang, host=host, asked=name, answer=short_day(answer, lang), day=day)
