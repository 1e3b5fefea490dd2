"""JSON in which each object holds a key once: of two values of a key, nobody knows which counts."""

import json
from collections.abc import Mapping
from typing import Any

Shape = Mapping[str, Any]  # the fields that are taken: of a nested object, its own; the others, None. The first nested
# object may be written as a text.


class RepeatedKey(ValueError):
    """A JSON text in which an object holds a key twice."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class Pairs(list[tuple[str, Any]]):
    """An object, each of its names as often as it stands there."""


def _each_once(found: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, of its pairs. RepeatedKey."""
    made = dict(found)
    if len(made) != len(found):
        raise RepeatedKey(repeated(Pairs(found)) or "")
    return made


_DECODER = json.JSONDecoder(object_pairs_hook=_each_once)


def loaded(text: str, shape: Shape | None = None) -> Any:
    """The value of a JSON text.

    Raises
    ------
    RepeatedKey : an object holds a key twice: any one, or, of a text that is one, those whose fields its shape takes.
    ValueError, RecursionError : no JSON, a number that is too long, or values too deep.
    """
    try:
        return _DECODER.decode(text)
    except RepeatedKey:
        if shape is None or not isinstance(found := pairs(text), Pairs) or repeated(found, shape) is not None:
            raise
        return json.loads(text)


def pairs(text: str) -> Any:
    """The value of a JSON text, or the text itself when invalid."""
    try:
        return json.loads(text, object_pairs_hook=Pairs)
    except (ValueError, RecursionError):
        return text


def repeated(found: Any, shape: Shape | None = None) -> str | None:
    """The first key that an object holds twice, itself or inside: in any object, or in those whose fields a shape
    takes, which may be written as texts. None where each is there once."""
    found = pairs(found) if shape is not None and isinstance(found, str) else found
    if not isinstance(found, Pairs):
        items = found if shape is None and isinstance(found, list) else []
        return next((key for value in items if (key := repeated(value)) is not None), None)
    known = set[str]()
    for name, _ in found:
        if name in known:
            return name
        known.add(name)
    inside = ((value, shape and shape.get(name)) for name, value in found if shape is None or shape.get(name))
    return next((key for value, its in inside if (key := repeated(value, its)) is not None), None)
