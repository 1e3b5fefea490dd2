"""What the commands write as JSON is what its schemas say."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from estimator.cli.streams import JSON_VERSION
from scripts.json_shapes import LINES, gone, shape, written


def test_a_shape_says_what_every_value_has() -> None:
    """Keys of one value only are not required; a number may be unknown; names of services are no keys."""
    found = shape([{"a": 1, "b": "x"}, {"a": None, "b": "y", "c": [True]}])
    assert found["required"] == ["a", "b"]
    assert found["properties"]["a"] == {"type": ["number", "null"]}
    assert found["properties"]["c"] == {"type": "array", "items": {"type": "boolean"}}
    assert shape([{"Tri du courrier": "x"}])["additionalProperties"] == {"type": "string"}
    assert shape([{"low": 1, "central": 2, "high": 3, "unit": "kWh"}]) == {"$ref": "#/$defs/amount"}


def test_a_key_that_goes_or_changes_its_kind_is_another_version() -> None:
    """Added keys, values no longer seen and numbers that become unknown are not; a text that becomes sentences is."""
    old = [{"steps": [{"reference": "ADEME", "n": 1}], "share": 0.5, "left": ["a"], "said": {"x y": {"a": 1}}}]
    more = [{**old[0], "steps": [{"reference": "ADEME", "n": None, "more": 1}], "share": None, "left": [], "new": {}}]
    assert list(gone({"explain": shape(old)}, {"explain": shape(more)})) == []
    less = [
        {"steps": [{"reference": {"fr": "ADEME", "en": "ADEME"}}], "share": 0.5, "left": [], "said": {"x y": {"b": 1}}}
    ]
    found = list(gone({"explain": shape(old), "when": {}}, {"explain": shape(less)}))
    assert found == [
        "explain.said.additionalProperties.a",
        "explain.steps.items.n",
        "explain.steps.items.reference",
        "when",
    ]


@pytest.fixture(scope="module")
def schemas(root: Path) -> dict[str, Any]:
    """The published file."""
    read: dict[str, Any] = json.loads((root / "docs" / "json.schema.json").read_text("utf-8"))
    return read


@pytest.mark.parametrize("name", [name for name in LINES if name not in ("levers", "indicators")])
def test_what_a_command_writes_meets_its_schema(
    schemas: dict[str, Any], metropole: Path, tmp_path: Path, name: str
) -> None:
    home = metropole
    if name in ("import", "collect token list"):
        home = Path(shutil.copytree(metropole, tmp_path / "home"))
    registry = Registry().with_resource("json", Resource.from_contents(schemas))
    validator = Draft202012Validator({"$ref": f"json#/$defs/{name.replace(' ', '%20')}"}, registry=registry)
    bodies = written(home, name)
    assert bodies and all(body["version"] == JSON_VERSION and "error" not in body for body in bodies)
    for body in bodies:
        validator.validate(body)
        listed = schemas["$defs"][name].get("properties", {})
        assert body.keys() <= listed.keys()
