"""Typographic spaces and apostrophes, in French and English; a list of names."""

import re
from collections.abc import Sequence
from functools import lru_cache

FRENCH_SPACES = (  # no-break spaces around punctuation: narrow before ; ? !, full before : and within « »
    (re.compile(r" ([;?!])"), "\u202f\\1"),
    (re.compile(r" ([:»])"), "\u00a0\\1"),
    (re.compile(r"« "), "«\u00a0"),
)
APOSTROPHE = (re.compile(r"(?<=\w)'(?=\w)"), "\u2019")


@lru_cache(maxsize=20_000)
def typeset(text: str, lang: str) -> str:
    """A text with typographic spaces and apostrophes."""
    for pattern, mark in (*(FRENCH_SPACES if lang == "fr" else ()), APOSTROPHE):
        text = pattern.sub(mark, text)
    return text


def some_of(names: Sequence[str], most: int = 12) -> str:
    """The first names of a list, as they are said."""
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")
