"""Typographic spaces and apostrophes of each language; a list of names."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from estimator.core.errors import on_a_line, say

APOSTROPHE = (re.compile(r"(?<=\w)'(?=\w)"), "\u2019")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
UNSEEN = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")  # no width, or a direction
_HIDDEN = re.compile(f"{CONTROL.pattern}|{UNSEEN.pattern}|\r(?!\n)")  # a table ends its lines with both


@lru_cache(maxsize=20_000)
def typeset(text: str, lang: str) -> str:
    """A text with typographic spaces and apostrophes."""
    for pattern, mark in (*_spaces(lang), APOSTROPHE):
        text = pattern.sub(mark, text)
    return text


@cache
def _spaces(lang: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """No-break spaces around punctuation, as the words of the language say: in French, narrow before ; ? !, full before
    : and within « »."""
    marks = {key: re.escape(say("typography", key, lang)) for key in ("narrow_before", "wide_before", "wide_after")}
    found = (
        (f" ([{marks['narrow_before']}])", "\u202f\\1", marks["narrow_before"]),
        (f" ([{marks['wide_before']}])", "\u00a0\\1", marks["wide_before"]),
        (f"([{marks['wide_after']}]) ", "\\1\u00a0", marks["wide_after"]),
    )
    return tuple((re.compile(pattern), mark) for pattern, mark, some in found if some)


def cut(text: str, most: int = 40) -> str:
    """The beginning of a text that was read, « … » at its end where it goes on."""
    return text if len(text) <= most else f"{text[:most]}…"


def some_of(names: Sequence[str], most: int = 12) -> str:
    """The first names of a list, as they are said."""
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")


def printable(text: str) -> str:
    """A text whose control characters and unseen marks are written out, « \\x1b »: none drives a terminal."""
    return _HIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def is_utf8(text: str) -> bool:
    """Whether a name of the system is text: bytes of another encoding are read as lone surrogates."""
    return not any("\ud800" <= sign <= "\udfff" for sign in text)


def escaped(name: str) -> str:
    """A name of the system on one line, its bytes that are no text written out, « \\xe9 »."""
    return printable(on_a_line(name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")))


def lowered(text: str) -> str:
    """A text inside a sentence, without its full stop; an abbreviation keeps its capitals."""
    head = text[:1].lower() if text[1:2].islower() or text[1:2] in " '’" else text[:1]
    return (head + text[1:]).rstrip(". ")
