"""Documentation page of the sidecar of a trace, generated from its model: each field, its type and meaning."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from estimator.core.errors import LANGUAGES, say
from estimator.ingestion.sidecar import Sidecar

BY_HAND = (
    *("host", "zone", "timezone", "machine", "device", "device_count", "resource_share", "concurrency", "precision"),
    *("use_case", "run_id", "schema"),
)
EXAMPLE = {"schema": 1, "host": "class/server-room", "zone": "FRA", "device": "gpu/l40s", "device_count": 2}
_KINDS = {"string": "text", "number": "number", "integer": "integer"}


def sidecar(lang: str, made: str) -> str:
    """Path of the sidecar, an example, then each field once: those written by people, those of the tracker."""
    fields = dict(_fields(Sidecar.model_json_schema(by_alias=True), lang))
    Sidecar.model_validate(EXAMPLE)

    def word(key: str) -> str:
        return say("sidecar_page", key, lang)

    lines = [f"# {word('title')}", "", made, "", word("what"), "", word("place"), "", word("rules"), ""]
    lines += [word("example"), "", "```json", json.dumps(EXAMPLE, indent=1), "```", ""]
    others = [name for name in fields if name not in BY_HAND]
    for heading, names in (("by_hand", BY_HAND), ("by_track", others)):
        lines += [f"## {word(heading)}", "", f"| {word('head')} |", "|---|---|---|"]
        lines += [f"| `{name}` | {fields[name]} | {say('sidecar', name.replace('.', '_'), lang)} |" for name in names]
        lines += [""]
    return "\n".join(lines[:-1]) + "\n"


def field_names() -> list[str]:
    """Every field of the model, nested ones as `outer.inner`."""
    return [name for name, _ in _fields(Sidecar.model_json_schema(by_alias=True), LANGUAGES[0])]


def _fields(schema: Mapping[str, Any], lang: str, above: str = "") -> Iterator[tuple[str, str]]:
    """(name, allowed values) of each field, nested ones as `outer.inner`."""
    kept = schema.get("$defs", {})
    for name, field in schema["properties"].items():
        found = _value(field)
        inner = kept.get(str(found.get("$ref", "")).rpartition("/")[2])
        if inner is None:
            yield above + name, _shape(name, found, lang)
        else:
            yield from _fields(inner, lang, f"{above}{name}.")


def _value(field: Mapping[str, Any]) -> Mapping[str, Any]:
    """The type of a field, apart from absent."""
    ways = [way for way in field.get("anyOf", [field]) if way.get("type") != "null"]
    return {**ways[0], **({"enum": [ways[0]["const"]]} if "const" in ways[0] else {})}


def _shape(name: str, field: Mapping[str, Any], lang: str) -> str:
    def word(key: str, **facts: object) -> str:
        return say("sidecar_page", key, lang, **facts)

    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    pattern = str(field.get("pattern", "")).lstrip("^").rstrip("$")
    if pattern:
        start = pattern.partition("[")[0]
        return word("begins", start=start) if start else word("digits")
    unit = {"_s": " [s]", "_gb": " [GB]", "_w": " [W]"}
    kind = word(_KINDS[str(field["type"])]) + next((text for end, text in unit.items() if name.endswith(end)), "")
    if "minimum" in field and "maximum" in field:
        return word("between", kind=kind, low=f"{field['minimum']:g}", high=f"{field['maximum']:g}")
    if "minimum" in field:
        return word("from", kind=kind, low=f"{field['minimum']:g}")
    return word("above", kind=kind, low=f"{field['exclusiveMinimum']:g}") if "exclusiveMinimum" in field else kind
