"""The expected value of a refused field, in both languages, by fault type."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from estimator.core.errors import LANGUAGES, say, texts
from estimator.core.number_format import exact_text, pair_text
from estimator.core.typography import printable

LONGEST_READ = 60  # signs of a value that are quoted


def told(fault: ErrorDetails) -> dict[str, Any]:
    """What was read and what was expected, in both languages."""
    value, shape = fault.get("ctx", {}).get("read", fault["input"]), ""
    if fault["type"] == "missing" or isinstance(value, Mapping | list | tuple):
        shape = "nothing" if fault["type"] == "missing" else "table"
    text = f"{value:g}" if isinstance(value, float) else printable(" ".join(str(value).split()))[:LONGEST_READ]
    read = {lang: say("read", shape, lang) if shape else text for lang in LANGUAGES}
    return {"read": read, "expected": {lang: expected(fault, lang) for lang in LANGUAGES}}


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
        return {lang: pair_text(field, expected(fault, lang), lang) for lang in LANGUAGES}
    said = str(error)
    key = next((key for start, key in _TOML.items() if said.startswith(start)), "other")
    at = re.search(r"line (?P<line>\d+), column (?P<column>\d+)", said)
    return {
        lang: say(
            "toml", "at" if at else "at_end", lang, expected=say("toml", key, lang), **(at.groupdict() if at else {})
        )
        for lang in LANGUAGES
    }
