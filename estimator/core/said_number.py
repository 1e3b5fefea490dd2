"""A number that a person typed, and how: a refusal quotes what was typed."""

from typing import Self


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
