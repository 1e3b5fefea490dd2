"""The expected value of a refused field, in both languages, by fault type."""

from typing import Any

from pydantic_core import ErrorDetails

from estimator.core.errors import say, texts
from estimator.core.number_format import exact_text


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
