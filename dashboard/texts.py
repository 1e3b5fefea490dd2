"""Every word of the screens, in French and English, from words/{fr,en}.toml, typeset as each language wants it."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

LANGUAGES = ("fr", "en")
DEFAULT = "fr"
FRENCH_SPACES = (  # no line break may part a mark from its word: narrow before ; ? !, full before : and within « »
    (re.compile(r" ([;?!])"), "\u202f\\1"),
    (re.compile(r" ([:»])"), "\u00a0\\1"),
    (re.compile(r"« "), "«\u00a0"),
)
APOSTROPHE = (re.compile(r"(?<=\w)'(?=\w)"), "\u2019")


@cache
def words(lang: str) -> dict[str, Any]:
    """The tables of one language."""
    return tomllib.loads((resources.files("dashboard") / "words" / f"{lang}.toml").read_text("utf-8"))


def t(key: str, lang: str, /, **facts: object) -> str:
    """The text `table.key`, its blanks filled; a count given as `n` picks `.one` or `.many` where there are both."""
    found: Any = words(lang)
    for piece in key.split("."):
        found = found[piece]
    if isinstance(found, Mapping):
        found = found["one" if _one(facts["n"], lang) else "many"]
    text = typeset(str(found), lang)
    return text.format(**{name: _shown(fact, lang) for name, fact in facts.items()}) if facts else text


def typeset(text: str, lang: str) -> str:
    """A text with the spaces and apostrophes of a printed page."""
    for pattern, mark in (*(FRENCH_SPACES if lang == "fr" else ()), APOSTROPHE):
        text = pattern.sub(mark, text)
    return text


def known(key: str, lang: str) -> bool:
    """Is there a text of this name?"""
    found: Any = words(lang)
    for piece in key.split("."):
        if not isinstance(found, Mapping) or piece not in found:
            return False
        found = found[piece]
    return True


def both(text: Mapping[str, Any] | str | None, lang: str) -> str:
    """The sentence of a {"fr", "en"} pair that the estimator gave; a plain text as it is."""
    if isinstance(text, Mapping):
        return typeset(str(text.get(lang) or text.get(DEFAULT) or ""), lang)
    return typeset(str(text or ""), lang)


def sentence(text: str) -> str:
    """A clause begun with a capital, so that it can stand alone."""
    return text[:1].upper() + text[1:]


def _one(count: object, lang: str) -> bool:
    """French says the singular for 0 and 1, English for 1 alone."""
    return count == 1 or (count == 0 and lang == "fr")


def _shown(fact: object, lang: str) -> object:
    if isinstance(fact, int) and not isinstance(fact, bool):
        from dashboard.numbers import count_text

        return count_text(fact, lang)
    return fact
