"""Refusals that list every fault at once, and the validation of fields."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from estimator.core.errors import LANGUAGES, SobriaError, say, texts
from estimator.core.language import DEFAULT
from estimator.core.number_format import exact_text
from estimator.core.said_number import as_typed

M = TypeVar("M", bound=BaseModel)


# Prefix of a pydantic error type -> key of our text.
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
    "less_than": "too_large",
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


_OPTION = re.compile(r" \((?:--)?[a-z_-]+(?:, [a-z_-]+)*\)(?= ?[:;.])|\B--[a-z-]+, (?=[A-ZÉ])")
_COMMAND = re.compile(r"\bsobria [a-z]")
_OR_COMMAND = re.compile(
    r"\s\((?:\w+=\w+, )?sobria [^()]*\)"
    r"|,?\s(?:ou|or)\s(?:[\w-]+ ){0,4}(?:[\w-]*:\s)?[«“`\"]\s?sobria [^»”`\"]*[»”`\"],?"
)


def on_a_page(refusal: str) -> str:
    """A refusal as a page says it: without the options of a command, nor the clauses that hold a command."""
    return "\n".join(map(_without_commands, _OR_COMMAND.sub("", _OPTION.sub("", refusal)).split("\n")))


def _without_commands(line: str) -> str:
    left = list[str]()
    for clause in re.split(r"(?<=[.;]) ", line):
        if not left or not _COMMAND.search(clause):  # the first says what was read, before any way out
            left.append(clause[:1].upper() + clause[1:] if left and left[-1].endswith(".") else clause)
        elif clause.endswith("."):
            left[-1] = left[-1].rstrip(" ;.") + "."
    return " ".join(left)


class ListedRefusal(SobriaError):
    """A refusal that lists every fault, each as {"code"}, "field" where it is of one, and each language."""

    def __init__(self, items: Sequence[Mapping[str, str]], **facts: object) -> None:
        self.items = tuple(items)
        super().__init__(**facts)

    def message(self, lang: str) -> str:
        """The text of the code, then one line a fault."""
        return "\n".join([say("errors", self.code, lang, **self.facts), *(f"  - {item[lang]}" for item in self.items)])

    def as_dict(self) -> dict[str, Any]:
        """{"code", "items"} and each language."""
        return {"code": self.code} | {lang: self.message(lang) for lang in LANGUAGES} | {"items": list(self.items)}


class FieldsRefused(ListedRefusal):
    """Invalid fields: for each, what was read and what was expected."""

    code = "register_fields_refused"


def checked(
    kind: type[M],
    data: Mapping[str, Any],
    prefix: str = "",
    refused: type[ListedRefusal] = FieldsRefused,
    context: Mapping[str, object] = MappingProxyType({}),
) -> M:
    """`data` validated as a model, its days as said now, or in this context; `prefix`: group of its fields in the words
    files. FieldsRefused, or `refused`."""
    try:
        return kind.model_validate(data, context={"now": datetime.now(UTC), **context})
    except ValidationError as error:
        raise refused([field_problem(e, prefix) for e in error.errors(include_url=False)]) from error


def field_problem(error: ErrorDetails, prefix: str = "") -> dict[str, str]:
    """One field error: its code, its field and both languages; personal data in the value is not repeated."""
    path = [part for part in (prefix, *map(str, error["loc"])) if part]
    name, code, read = "_".join(path), error["type"], as_typed(error["input"])
    code = next((ours for start, ours in _PROBLEMS.items() if code.startswith(start)), code)
    known = texts("register_problems", DEFAULT)
    code = code if code in known else "invalid"
    blank = not str("" if read is None else read).strip()
    code += "_missing" if blank and f"{code}_missing" in known else ""
    context = error.get("ctx", {})
    expected = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ").strip(", ")
    found = {lang: field_label(name, lang) for lang in LANGUAGES}
    facts = context | {
        "read": read,
        "expected": expected,
        "most": {lang: exact_text(context.get("le"), "1", lang) for lang in LANGUAGES},
    }
    told = {lang: say("register_problems", code, lang, field=found[lang], **facts) for lang in LANGUAGES}
    if blank:
        was = {lang: (say("read", "value", lang, read=read), say("read", "nothing", lang)) for lang in LANGUAGES}
        told = {lang: said.replace(*was[lang]) for lang, said in told.items()}
    return {"code": code, "field": name} | told


def field_label(name: str, lang: str) -> str:
    """The label of a field, or its name when the register has no such field."""
    return texts("register_fields", lang).get(name, name)
