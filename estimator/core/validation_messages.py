"""The expected value of a refused field, in both languages, by fault type."""

from collections.abc import Mapping
from typing import Any

from pydantic_core import ErrorDetails

from estimator.core.errors import LANGUAGES, say, texts
from estimator.core.number_format import exact_text
from estimator.core.typography import printable

LONGEST_READ = 60  # signs of a value that are quoted


def told(fault: ErrorDetails) -> dict[str, Any]:
    """What was read and what was expected, in both languages."""
    value, shape = fault["input"], ""
    if fault["type"] == "missing" or isinstance(value, Mapping | list | tuple):
        shape = "nothing" if fault["type"] == "missing" else "table"
    text = f"{value:g}" if isinstance(value, float) else printable(str(value))[:LONGEST_READ]
    read = {lang: say("read", shape, lang) if shape else text for lang in LANGUAGES}
    return {"read": read, "expected": {lang: expected(fault, lang) for lang in LANGUAGES}}


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
