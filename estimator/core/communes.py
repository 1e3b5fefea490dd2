"""How a commune is written: its INSEE code, or the métropole; an authority may be written by its SIREN."""

import re

METROPOLE = "metropole"
_INSEE = re.compile(r"[0-9][0-9AB][0-9]{3}")
_NINE = re.compile(r"[0-9]{9}")


def is_commune(text: str) -> bool:
    """Whether this is how a commune is written, or the métropole, with a use case or not."""
    return text == METROPOLE or _INSEE.fullmatch(text) is not None


def is_abroad(text: str) -> bool:
    """Whether this begins as the code that INSEE gives to a foreign country: no commune has such a code, and the
    invented ones of the example are written so."""
    return text.startswith("99") and is_commune(text)


def has_nine_digits(text: str) -> bool:
    """Whether this is written as a SIREN is, its key right or not."""
    return _NINE.fullmatch(text) is not None


def is_siren(text: str) -> bool:
    """Whether this is a SIREN: nine digits, the last of which is their key (Luhn)."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(text)) if has_nine_digits(text) else ()
    found = sum(number - 9 * (number > 9) for number in doubled)
    return found > 0 and found % 10 == 0


def is_authority(text: str) -> bool:
    """Whether this is how an authority is written in a file: as a commune is, or its SIREN, which « metropole », the
    word of each métropole for itself, is not."""
    return is_commune(text) or is_siren(text)
