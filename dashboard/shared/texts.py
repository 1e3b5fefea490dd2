"""All texts of the screens, in French and English, from words/*.{fr,en}.toml, with the typography of each language."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from estimator.core import errors
from estimator.core.number_format import count_text
from estimator.core.typography import typeset

LANGUAGES = ("fr", "en")
DEFAULT = "fr"


@cache
def words(lang: str) -> dict[str, Any]:
    """The texts of one language: those of the screens, and the estimator's for numbers and units."""
    own = errors.words_of(resources.files("dashboard") / "words", lang)
    return own | {table: errors.words(lang)[table] for table in ("numbers", "units")}


def t(key: str, lang: str, /, **facts: object) -> str:
    """The text `table.key`, its placeholders filled; a count given as `n` selects `.one` or `.many` when both exist."""
    found: Any = words(lang)
    for piece in key.split("."):
        found = found[piece]
    if isinstance(found, Mapping):
        found = found["one" if _one(facts["n"], lang) else "many"]
    text = typeset(str(found), lang)
    return text.format(**{name: _fact_text(fact, lang) for name, fact in facts.items()}) if facts else text


def has_text(key: str, lang: str) -> bool:
    """Whether there is a text of this name."""
    found: Any = words(lang)
    for piece in key.split("."):
        if not isinstance(found, Mapping) or piece not in found:
            return False
        found = found[piece]
    return True


def lang_of(query: Mapping[str, str]) -> str:
    """The language of a URL, French unless it is one of ours."""
    asked = query.get("lang", DEFAULT)
    return asked if asked in LANGUAGES else DEFAULT


def both(text: Mapping[str, Any] | str | None, lang: str) -> str:
    """The text of a {"fr", "en"} pair of the estimator; a plain text unchanged."""
    if isinstance(text, Mapping):
        return typeset(str(text.get(lang) or text.get(DEFAULT) or ""), lang)
    return typeset(str(text or ""), lang)


def sentence(text: str) -> str:
    """A clause with a capital, as a sentence."""
    return text[:1].upper() + text[1:]


def _one(count: object, lang: str) -> bool:
    """French has the singular for 0 and 1, English for 1 only."""
    return count == 1 or (count == 0 and lang == "fr")


def _fact_text(fact: object, lang: str) -> object:
    if isinstance(fact, int) and not isinstance(fact, bool):
        return count_text(fact, lang)
    return fact
