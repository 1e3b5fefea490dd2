"""Sovereignty in words: of one option, and by share of use."""

from collections.abc import Mapping
from typing import Any

from estimator.catalogue.load import load
from estimator.core.errors import say, texts
from estimator.core.number_format import share_text
from estimator.core.typography import typeset
from estimator.governance.indicators.sovereignty import MIXED, UNKNOWN, UNTOLD

FACTS = ("publisher", "weights", "licence", "place", "law")
APART = (MIXED, UNTOLD, UNKNOWN)  # said after the others, each once
FEWEST = 0.005  # share under which a value is not named


def option_words(facts: Mapping[str, str], lang: str, supposed: bool = False) -> str:
    """« éditeur : France, poids du modèle : publiés, lieu : France, inconnu : licence, droit de l'hébergeur ».

    supposed: whether nobody said the country of the place."""
    told = {_name(n, lang): _value(facts[n], lang) for n in FACTS if facts[n] not in APART}
    if supposed and (place := told.get(_name("place", lang))):
        told[_name("place", lang)] = say("ground", "supposed", lang, zone=place)
    for apart in APART:
        named = [_name(n, lang) for n in FACTS if facts[n] == apart]
        told |= {_value(apart, lang): ", ".join(named)} if named else {}
    return typeset(", ".join(say("sovereignty", "fact", lang, name=n, value=v) for n, v in told.items()), lang)


def lines(body: Mapping[str, Any], lang: str) -> list[tuple[str, str]]:
    """Each fact with its values by share of the electricity, those under half a percent left out."""
    found = body["sovereignty"]
    return [
        (
            _name(name, lang),
            ", ".join(
                f"{_value(value, lang)} {share_text(share, lang)}"
                for value, share in found[name].items()
                if share >= FEWEST
            ),
        )
        for name in FACTS
        if name in found
    ]


def _name(name: str, lang: str) -> str:
    return say("sovereignty", name, lang)


def _value(value: str, lang: str) -> str:
    """A country or a class by its name, « inconnu », or a licence as it is written."""
    known = texts("sovereignty_values", lang)
    return known.get(value) or load().label(value, lang)
