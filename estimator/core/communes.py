"""How a commune is written: its INSEE code, or the métropole."""

import re

METROPOLE = "metropole"
_INSEE = re.compile(r"[0-9][0-9AB][0-9]{3}")


def is_commune(text: str) -> bool:
    """Whether this is how a commune is written, or the métropole, with a use case or not."""
    return text == METROPOLE or _INSEE.fullmatch(text) is not None
