"""What was expected where a value was refused, in both languages, from the type of the fault."""

from typing import Any

from pydantic_core import ErrorDetails

from estimator.core.errors import say, words


def expected(fault: ErrorDetails, lang: str) -> str:
    """The sentence of a fault; faults of our own rules bear the key of their sentence as their type."""
    known = words(lang)["expected"]
    facts: dict[str, Any] = {name: str(value) for name, value in fault.get("ctx", {}).items()}
    key = next((key for key in sorted(known, key=len, reverse=True) if fault["type"].startswith(key)), "other")
    return say("expected", key, lang, **facts)
