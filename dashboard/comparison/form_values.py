"""Parsing of the forms of « Comparer »: typed numbers, fields as plain values, refusals next to the fields."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic_core import ErrorDetails

from dashboard.shared.texts import both, has_text, sentence, t
from estimator.comparison.scenario import Scenario, ScenarioRefused, scenario_of
from estimator.core.number_format import bare_number, two_readings
from estimator.core.validation_messages import expected


class NotANumber(ValueError):
    """A text that is not a number, in a number field: (name of the field, text)."""


def number_text(value: float | None, lang: str) -> str:
    """A number in a form field: no exponent, decimal comma in French."""
    if value is None:
        return ""
    text = f"{value:.12f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if lang == "fr" else text


def share_field_text(value: float | None, lang: str) -> str:
    """A share as a percentage, « 93 % »; a test score unchanged."""
    if value is None or value > 1:
        return number_text(value, lang)
    return number_text(float(Decimal(repr(value)) * 100), lang) + ("\u00a0%" if lang == "fr" else "%")


def number(text: str, name: str) -> float | None:
    """« 1 200,5 », « 94 % »; None for an empty text. NotANumber."""
    if not text.strip():
        return None
    try:
        return float(bare_number(text, 0.01))
    except ValueError as error:
        raise NotANumber(name, text) from error


def count(text: str, name: str) -> float | None:
    """The same for how many people or times: « 40.000 » has two readings. NotANumber."""
    if two_readings(text.strip()):
        raise NotANumber(name, text)
    return number(text, name)


def checked(values: Mapping[str, Any]) -> Scenario:
    """A scenario from plain values. ScenarioRefused."""
    return scenario_of(values, "scenario")


def refusal_text(error: ScenarioRefused | NotANumber, lang: str) -> str:
    """The field, what was read and what was expected."""
    if isinstance(error, NotANumber):
        name, text = error.args
        if readings := two_readings(text.strip()):
            facts = {"read": text, "whole": readings[0], "part": readings[1]}
            return t("compare_form.two_readings", lang, field=_field(name, lang), **facts)
        return t("compare_form.not_a_number", lang, field=_field(name, lang), read=text[:40])
    if error.code != ScenarioRefused.code:
        return error.message(lang)
    if len(error.faults) > 1:
        return error.message(lang)
    [fault] = error.faults
    said, field = both(fault["expected"], lang), fault.get("field", "")
    if not has_text(f"compare_form.{field}", lang):
        return error.message(lang) if field in ("", "options") else f"{sentence(said)}."
    return _refused(field, both(fault["read"], lang), said, lang)


def fault_text(fault: ErrorDetails, lang: str) -> str:
    """The same of one of the five answers."""
    return _refused(str(fault["loc"][0]), str(fault["input"]), expected(fault, lang), lang)


def _refused(field: str, read: str, said: str, lang: str) -> str:
    return t("compare_form.refused", lang, field=_field(field, lang), read=read[:40], expected=sentence(said))


def _field(name: str, lang: str) -> str:
    key = f"compare_form.{name}"
    return t(key, lang) if has_text(key, lang) else name
