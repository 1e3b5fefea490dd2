"""What is said of places, as a person reads it: the names of sites, countries and hardware in place of their ids."""

import re
from collections.abc import Mapping

from estimator.catalogue.load import load
from estimator.core.errors import say
from estimator.core.periods import day_label
from estimator.places.journal import MATCHED, STATED, only_text

SUBJECTS, DAYS = ("host", "zone", "class", "machine", "device"), ("since", "until")
WRITTEN = ("file", "service", "model", "address")  # by people: a name may have spaces
_EVERY = "|".join((*MATCHED, *DAYS, *STATED, "class"))
_FIELD = re.compile(
    rf"\b(?:(?P<text>{'|'.join(WRITTEN)})=(?P<written>.+?)(?= (?:{_EVERY})=| →)"
    rf"|(?P<name>{_EVERY})=(?P<id>[^\s;,()«»]*[^\s;,()«».:]))(?P<more> (?=(?:{_EVERY})=))?"
)


def in_names(told: str, lang: str, services: Mapping[str, str] | None = None) -> str:
    """« service « courrier » → Salle informatique, Pologne », of what `told` of a rule or of a host writes in a text,
    « service=courrier → host=class/server-room zone=POL ». services: the names of some, by key."""
    return _FIELD.sub(lambda field: _named(field, lang, services or {}), told)


def _named(field: re.Match[str], lang: str, services: Mapping[str, str]) -> str:
    name, value = field["text"] or field["name"], field["written"] or field["id"]
    if name in WRITTEN:
        value = only_text(value) or value
        value = services.get(value, value) if name == "service" else value
    elif name in SUBJECTS:
        value = load().label(value, lang)
    elif name in DAYS:
        value = day_label(value, lang)
    return say("place_names", name, lang, value=value) + (", " if field["more"] else "")
