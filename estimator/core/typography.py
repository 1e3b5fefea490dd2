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
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
UNSEEN = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")  # no width, or a direction
_HIDDEN = re.compile(f"{CONTROL.pattern}|{UNSEEN.pattern}|\r(?!\n)")  # a table ends its lines with both


@lru_cache(maxsize=20_000)
def typeset(text: str, lang: str) -> str:
    """A text with typographic spaces and apostrophes."""
    for pattern, mark in (*(FRENCH_SPACES if lang == "fr" else ()), APOSTROPHE):
        text = pattern.sub(mark, text)
    return text


def some_of(names: Sequence[str], most: int = 12) -> str:
    """The first names of a list, as they are said."""
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")


def printable(text: str) -> str:
    """A text whose control characters and unseen marks are written out, « \\x1b »: none drives a terminal."""
    return _HIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
