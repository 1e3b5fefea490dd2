"""The expected value of a refused field, in both languages, by fault type."""

from typing import Any

from pydantic_core import ErrorDetails

from estimator.core.errors import say, texts


def expected(fault: ErrorDetails, lang: str) -> str:
    """The text of a fault; for our own validators, the fault type is the key of the text."""
    known = texts("expected", lang)
    facts: dict[str, Any] = {
        name: f"{value:g}" if isinstance(value, float) else str(value) for name, value in fault.get("ctx", {}).items()
    }
    key = next((key for key in sorted(known, key=len, reverse=True) if fault["type"].startswith(key)), "other")
    return say("expected", key, lang, **facts)
