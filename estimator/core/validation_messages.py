"""The expected value of a refused field, in both languages, by fault type."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from estimator.core.errors import LANGUAGES, say, texts
from estimator.core.number_format import exact_text, pair_text
from estimator.core.said_number import as_typed
from estimator.core.typography import printable

LONGEST_READ = 60  # signs of a value that are quoted


def told(fault: ErrorDetails, kind: type[BaseModel] | None = None) -> dict[str, Any]:
    """What was read, "" for nothing, the same as a clause, and what was expected, in both languages. kind: the model
    that lacks a field, where one does."""
    value = as_typed(fault.get("ctx", {}).get("read", fault["input"]))
    if fault["type"] == "missing":
        value, fault = "", {**fault, "type": _missing(kind, fault["loc"])}
    text = f"{value:g}" if isinstance(value, float) else printable(" ".join(str(value).split()))[:LONGEST_READ]
    table = isinstance(value, Mapping | list | tuple)
    read = {lang: say("read", "table", lang) if table else text for lang in LANGUAGES}
    return {"read": read, "found": was_read(read), "expected": {lang: expected(fault, lang) for lang in LANGUAGES}}


def was_read(read: Mapping[str, str] | str) -> dict[str, str]:
    """« « x » a été lu », « rien n'a été lu », in each language."""
    shape = "value" if "".join(read.values() if isinstance(read, Mapping) else read).strip() else "nothing"
    return {lang: say("read", shape, lang, read=read) for lang in LANGUAGES}


def _missing(kind: Any, loc: Sequence[int | str]) -> str:
    """The key of what was expected in a field that is required: a number, a text, or no more is said."""
    for name in (name for name in loc if isinstance(name, str) and kind):
        kind = kind.model_fields[name].annotation
        kind = next((part for part in get_args(kind) if hasattr(part, "model_fields")), kind)
    return {float: "missing_number", str: "missing_text"}.get(kind, "missing")


# Beginning of what the TOML library says -> key of our text.
_TOML = {
    "Expected '='": "equals",
    "Expected newline": "newline",
    "Cannot": "twice",
    "Unterminated": "closed",
    "Unclosed": "closed",
    "Expected": "closed",
    "Invalid value": "value",
}


def expected(fault: ErrorDetails, lang: str) -> str:
    """The text of a fault; for our own validators, the fault type is the key of the text."""
    known = texts("expected", lang)
    facts: dict[str, Any] = {
        name: exact_text(value, "1", lang) if isinstance(value, float) else str(value)
        for name, value in fault.get("ctx", {}).items()
    }
    if fault["type"] == "literal_error":  # "'none' or 'model'"
        facts["expected"] = facts["expected"].replace("'", "").replace(" or ", ", ")
    key = next((key for key in sorted(known, key=len, reverse=True) if fault["type"].startswith(key)), "other")
    return say("expected", key, lang, **facts)


def file_fault(error: Exception) -> dict[str, str]:
    """What is wrong in a TOML file, in both languages: the field, or line and column, and what was expected."""
    if isinstance(error, ValidationError):
        fault = error.errors()[0]
        field = ".".join(map(str, fault["loc"]))
        return {
            lang: pair_text(field, expected(fault, lang), lang) if field else expected(fault, lang)
            for lang in LANGUAGES
        }
    said = str(error)
    key = next((key for start, key in _TOML.items() if said.startswith(start)), "other")
    at = re.search(r"line (?P<line>\d+), column (?P<column>\d+)", said)
    return {
        lang: say(
            "toml", "at" if at else "at_end", lang, expected=say("toml", key, lang), **(at.groupdict() if at else {})
        )
        for lang in LANGUAGES
    }
