"""Parsing of the forms of « Comparer »: typed numbers, fields as plain values, refusals next to the fields."""

import re
import tomllib
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from dashboard.shared.texts import both, known_text, sentence, t
from estimator.catalogue.resolver import zone_of
from estimator.comparison.option_inventory import location_code
from estimator.comparison.plain_values import typed_number
from estimator.comparison.scenario import Quality, ScenarioRefused
from estimator.core.errors import said_in
from estimator.core.language import decimal_mark, percent_sign
from estimator.core.refusals import on_a_page
from estimator.core.said_number import one_reading, readings_told

_SAID: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
USE_NUMBERS, MADE, SEARCH_MODELS, SEARCH_NUMBERS, PROGRAM_NUMBERS, OF_A_TASK, OF_ONE = (
    said.split() for said in _SAID["together"].values()
)
NEED, OPTION = _SAID["need"], _SAID["option"]  # field -> its path in a scenario, or in an option
MODEL, PROGRAM = OPTION | _SAID["model"], OPTION | _SAID["program"]
FLAGS = re.compile(  # one, or those of which one is wanted; or a key of a measured service
    r"--(?P<flag>[a-z-]+)(?:,?\s(?:(?:ou|or)\s)?--[a-z-]+)*|\bmeasured\.(?P<key>[a-z]+)|\b(?P<set>items|until)(?= = )"
)
KEYS = {"quality": "not_a_quality", "threshold": "not_a_quality", "people": "not_whole"}
ZONES = {"zone", "people_zone", "location"}


class NotANumber(ValueError):
    """A text that is not a number, or not a zone, in a field of one: (name of the field, text)."""


Unreadable = ScenarioRefused | NotANumber


def number_text(value: float | None, lang: str) -> str:
    """A number in a form field, as it can be read back: no exponent, decimal comma in French."""
    if value is None:
        return ""
    return one_reading(f"{value:.12f}".rstrip("0").rstrip(".")).replace(".", decimal_mark(lang))


def share_field_text(value: float | None, lang: str) -> str:
    """A share as a percentage, « 93 % »; a test score unchanged."""
    if value is None or value > 1:
        return number_text(value, lang)
    return number_text(float(Decimal(repr(value)) * 100), lang) + percent_sign(lang)


def quality_field_text(found: Quality | None, lang: str) -> str:
    """« 42/50 », « 84 % » where nobody says how many cases the test has; a score unchanged."""
    if found is None or found.cases is None or found.spread is None:
        return share_field_text(found.value if found else None, lang)
    right = round(found.value * found.cases, 6)
    if right.is_integer():
        return f"{right:.0f}/{found.cases}"
    return t("compare_form.tested", lang, share=share_field_text(found.value, lang), cases=f"{found.cases}")


def number(text: str, name: str) -> float | None:
    """« 1 200,5 », « 94 % »; None for an empty text. NotANumber."""
    try:
        return typed_number(text, name == "people")
    except ValueError as error:
        raise NotANumber(name, text) from error


def zone_code(text: str, name: str) -> str:
    """The code of a zone, by its code or name; of a place required, of a group of countries too. NotANumber."""
    found = location_code(text) if name == "location" else zone_of(text)
    if text and not found:
        raise NotANumber(name, text)
    return found or ""


def count(text: str, name: str) -> float | None:
    """The same for how many people or times: « 50 % » is none. NotANumber."""
    if "%" in text:
        raise NotANumber(name, text)
    return number(text, name)


def refusal_text(error: Unreadable, lang: str, letters: Sequence[str] = (), letter: str = "") -> str:
    """The field, what was read and what was expected. letters: of the cards, an option each; letter: of this one."""
    if isinstance(error, NotANumber):
        name, text = error.args
        if not text:
            return t("compare_form.not_given", lang, field=label_of(name, lang))
        if readings := readings_told(text):
            facts = said_in(lang, readings)
            return t("compare_form.two_readings", lang, field=label_of(name, lang), read=text, **facts)
        key = KEYS.get(name, "not_a_zone" if name in ZONES else "not_a_number")
        return t(f"compare_form.{key}", lang, field=label_of(name, lang, letter), read=text[:40])
    if error.code != ScenarioRefused.code or len(error.faults) > 1:
        return on_a_page(error.message(lang))
    [fault] = error.faults
    said, field = on_a_page(f"{both(fault['expected'], lang)}."), fault.get("field", "")
    known = _at(fault.get("loc", ()), letters, lang)
    if known and fault["against"]:
        sides = [(known, float(both(fault["read"], lang))), (_at(fault["against"], letters, lang), fault["other"])]
        sides.sort(key=lambda side: side[0] != label_of("quality", lang, letter))  # that of this card first
        (field, read), (against, other) = ((name, share_field_text(value, lang)) for name, value in sides)
        return t("compare_form.scales", lang, field=field, read=read, against=against, other=other)
    if not known and (fault.get("against") or not known_text(f"compare_form.{field}", lang)):
        return on_a_page(error.message(lang)) if field in ("", "options") else sentence(said)
    facts = {"field": known or label_of(field, lang), "found": both(fault["found"], lang)}
    return t("compare_form.refused", lang, **facts, expected=sentence(said))


def by_labels(refusal: str, lang: str) -> str:
    """What the estimator refuses, the options of a command named by the field of the first; the keys of a file too."""

    def label(at: re.Match[str]) -> str:
        field = label_of((at["flag"] or at["key"] or at["set"]).replace("-", "_"), lang)
        return t("compare_form.named", lang, field=field if at["flag"] else field.partition(" (")[0])

    return FLAGS.sub(label, refusal)


def _at(loc: Sequence[str], letters: Sequence[str], lang: str) -> str:
    """What the page calls the field at a path of a scenario; "" of none, and of an option on no card."""
    if loc[:1] != ["options"]:
        names = {path: name for name, path in NEED.items()}
        return label_of(names[".".join(loc)], lang) if ".".join(loc) in names else ""
    names = {path: name for table in (MODEL, PROGRAM) for name, path in table.items()}
    name, rank = names.get(".".join(loc[2:]), ""), int(loc[1]) if len(loc) > 1 else 0
    return label_of(name, lang, letters[rank]) if name and rank < len(letters) else ""


def label_of(name: str, lang: str, letter: str = "") -> str:
    """The label of a field, on the card of this letter: « Qualité A »."""
    own = known_text(f"compare_form.{name}_of", lang, letter=letter) if letter else ""
    return own or known_text(f"compare_form.{name}", lang) or name
