"""Refusals that list everything wrong at once, and the reading of fields into types."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from estimator.core.errors import LANGUAGES, SobriaError, say, words

M = TypeVar("M", bound=BaseModel)


# Error of pydantic (its beginning) -> sentence of ours.
_PROBLEMS = {
    "missing": "missing",
    "too_short": "empty",
    "string_too_short": "empty",
    "string_type": "empty",
    "literal_error": "word",
    "date": "date",
    "float": "number",
    "finite": "number",
    "greater_than": "positive",
    "extra_forbidden": "unknown_field",
    "contact": "contact",
    "control": "control",
    "commune": "commune",
    "scenario": "scenario",
    "unreasoned": "unreasoned",
    "inconclusive": "inconclusive",
    "string_pattern": "pattern",
    "string_too_long": "too_long",
}


class ListedRefusal(SobriaError):
    """A refusal that lists everything wrong, each as {"code", "fr", "en"}."""

    def __init__(self, items: Sequence[Mapping[str, str]], **facts: object) -> None:
        self.items = tuple(items)
        super().__init__(**facts)

    def message(self, lang: str) -> str:
        """The sentence of the code, then a line for each thing wrong."""
        return "\n".join([say("errors", self.code, lang, **self.facts), *(f"  - {item[lang]}" for item in self.items)])

    def as_dict(self) -> dict[str, Any]:
        """{"code", "fr", "en", "items"}"""
        return {"code": self.code} | {lang: self.message(lang) for lang in LANGUAGES} | {"items": list(self.items)}


class FieldsRefused(ListedRefusal):
    """Fields that do not fit: what was read, what was expected."""

    code = "register_fields_refused"


def checked(
    kind: type[M], data: Mapping[str, Any], prefix: str = "", refused: type[ListedRefusal] = FieldsRefused
) -> M:
    """`data` as a model; `prefix` names the group of its fields in the words files. FieldsRefused, or `refused`."""
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise refused([field_problem(e, prefix) for e in error.errors(include_url=False)]) from error


def field_problem(error: ErrorDetails, prefix: str = "") -> dict[str, str]:
    """One error of a field as sentences; personal data that was read is not repeated."""
    path = [part for part in (prefix, *map(str, error["loc"])) if part]
    name, code, read = "_".join(path), error["type"], error["input"]
    code = next((ours for start, ours in _PROBLEMS.items() if code.startswith(start)), code)
    code = code if code in words("fr")["register_problems"] else "invalid"
    expected = str(error.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", ")
    found = {lang: field_label(name, lang) for lang in LANGUAGES}
    facts = {"read": read, "expected": expected}
    return {"code": code} | {
        lang: say("register_problems", code, lang, field=found[lang], **facts) for lang in LANGUAGES
    }


def field_label(name: str, lang: str) -> str:
    """How people call a field, or the name itself when the register has no such field."""
    return words(lang)["register_fields"].get(name, name)
