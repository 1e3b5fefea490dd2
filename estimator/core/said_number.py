"""A number that a person typed, as programs read it, and how it was typed: a refusal quotes that."""

import re
from decimal import Decimal
from functools import cache
from typing import Self

from estimator.core.errors import written
from estimator.core.language import LANGUAGES, decimal_mark

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?", re.ASCII)
_GROUPS = re.compile(r"(?<=\d)[ \t\u00a0\u202f](?=\d{3}(?!\d))")
_TWO_READINGS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}", re.ASCII)


class SaidNumber(float):
    """A number as any other, which knows how a person typed it: 1e20 was « 99999999999999999999 »."""

    said: str

    def __new__(cls, value: float, said: str = "") -> Self:
        """The number `value`, typed as `said`."""
        made = super().__new__(cls, value)
        made.said = said.strip()
        return made


class SaidText(str):
    """The same, written the way that programs read it: « 1 200,50 » as 1200.50."""

    said: str

    def __new__(cls, number: str, said: str = "") -> Self:
        """The text `number`, typed as `said`."""
        made = super().__new__(cls, number)
        made.said = said.strip()
        return made


def as_typed(value: object) -> object:
    """What a person typed, where that is known; any other value as it is."""
    return value.said if isinstance(value, SaidNumber | SaidText) and value.said else value


def bare_number(text: str, percent: float | None = None) -> str:
    """« 1 200,5 » as 1200.5: a number as a person writes it, the way that programs read it; any other text as it is.

    percent: what a « % » after it is worth, where one may be written; a share [1] of more than 100 % is no number.
    """
    tight = _GROUPS.sub("", text.strip())
    number = tight.rstrip("%").rstrip() if percent and tight.endswith("%") else tight
    plain = number.replace(",", ".")
    if not _NUMBER.fullmatch(number) or (percent == 0.01 and number is not tight and Decimal(plain) > 100):  # noqa: PLR2004
        return text
    return SaidText(plain if number is tight else str(Decimal(plain) * Decimal(repr(percent))), text)


def counted(text: str) -> tuple[float, int] | None:
    """« 42 sur 50 », « 42/50 », « 84 % sur 50 » as a share and of how many [1]; None for any other text."""
    found = _counted().fullmatch(_GROUPS.sub("", text.strip()))
    if not found or not int(found[2]):
        return None
    read, whole = found[1], int(found[2])
    if not read.isdecimal() and not read.endswith("%"):
        return None
    try:
        share = float(bare_number(read, 0.01)) / (whole if read.isdecimal() else 1)
    except ValueError:
        return None
    return (share, whole) if 0 <= share <= 1 else None


@cache
def _counted() -> re.Pattern[str]:
    return re.compile(rf"(.+?)\s*(?:/|\b(?:{written('out_of')})\b)\s*(\d+)", re.ASCII | re.IGNORECASE)


def two_readings(text: str) -> tuple[str, str] | None:
    """« 1.200 » as twelve hundred, then as one and a fifth, since countries differ, with its « % » if any; None for any
    other text."""
    number = text.strip().rstrip(" %\u00a0\u202f")
    if not _TWO_READINGS.fullmatch(number):
        return None
    whole, percent = number.replace(".", "").replace(",", ""), text.strip().removeprefix(number)
    return whole + percent, one_reading(f"{int(whole) / 1000:g}") + percent


def cell_readings(text: str, mark: str, whole: bool = False) -> dict[str, str] | None:
    """The same of a cell, as facts. mark: what stands before the decimals of its file, where that is known: it has one
    reading then, unless it is a whole number."""
    if not (readings := two_readings(text)) or (mark and mark in text and not whole):
        return None
    return {"whole": readings[0], "part": readings[1].replace(".", mark or ".")}


def one_reading(number: str) -> str:
    """A number as programs write it, with a zero more where it has two readings: 1.234 as 1.2340."""
    return f"{number}0" if _TWO_READINGS.fullmatch(number) else number


def readings_told(text: str) -> dict[str, str | dict[str, str]] | None:
    """The same as facts of a sentence, the second with the mark of each language; None for any other text."""
    if not (readings := two_readings(text)):
        return None
    whole, part = readings
    return {"whole": whole, "part": {lang: part.replace(".", decimal_mark(lang)) for lang in LANGUAGES}}
