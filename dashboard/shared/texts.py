"""All texts of the screens, from words/*.{language}.toml, with the typography of each language."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from estimator.core import errors
from estimator.core.language import DEFAULT as DEFAULT
from estimator.core.language import LANGUAGES as LANGUAGES
from estimator.core.typography import typeset


@cache
def words(lang: str) -> dict[str, Any]:
    """The texts of one language: those of the screens, and the estimator's for numbers and units."""
    own = errors.words_of(resources.files("dashboard") / "words", lang)
    return own | {table: errors.words(lang)[table] for table in ("numbers", "units")}


def t(key: str, lang: str, /, **facts: object) -> str:
    """The text `table.key`, its placeholders filled; a count given as `n` calls for one of its plural forms."""
    if (found := _found(key, lang)) is None:
        raise errors.MissingWord(f"dashboard/words/*.{lang}.toml: no {key}")
    text = typeset(errors.form(found, lang, facts), lang)
    whole = [name for name, fact in facts.items() if isinstance(fact, int)]
    return errors.filled(text, lang, facts, whole) if facts else text


def known_text(key: str, lang: str, /, **facts: object) -> str:
    """The text of this name, empty where there is none."""
    return "" if _found(key, lang) is None else t(key, lang, **facts)


def _found(key: str, lang: str) -> Any:
    found: Any = words(lang)
    for piece in key.split("."):
        found = found.get(piece) if isinstance(found, Mapping) else None
    return found


def lang_of(query: Mapping[str, str]) -> str:
    """The language of a URL, French unless it is one of ours."""
    asked = query.get("lang", DEFAULT)
    return asked if asked in LANGUAGES else DEFAULT


def both(text: Mapping[str, Any] | str | None, lang: str) -> str:
    """The text in this language of one that the estimator says in each; a plain text unchanged. MissingWord."""
    if isinstance(text, Mapping) and text and lang not in text:
        raise errors.MissingWord(f"no text in {lang}: {text}")
    return typeset(str((text.get(lang) if isinstance(text, Mapping) else text) or ""), lang)


def sentence(text: str) -> str:
    """A clause with a capital, as a sentence."""
    return text[:1].upper() + text[1:]
