"""What each command that reads writes with --json, as JSON schemas: `python -m scripts.json_shapes` writes the file.

Shapes are those seen on the example home, four levels deep: what is deeper is anything. A number may be null anywhere.
"""

import json
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from estimator.cli.streams import JSON_VERSION
from estimator.core.errors import LANGUAGES
from scripts.demo import metropole
from scripts.golden.__main__ import CASES, HOSTS, sobria
from scripts.golden.requests import SEED, requests
from scripts.messages import ROOT

FILE = ROOT / "docs" / "json.schema.json"
TRACES = str(ROOT / "tests" / "traces")
FIGURES = ("total.energy", "total.gwp", "total.water", "total.adpe")
LINES: dict[str, Sequence[Sequence[str]]] = {  # command -> what it is given, one or several times
    "estimate": [*requests(SEED, 12), ["--it-energy-kwh", "1", "--zone", "ZZZ"]],
    "check": [[TRACES]],
    "indicators": [["--period", "2026"]],
    "import": [[TRACES]],  # after those: rows of no use leave less told of a territory
    "validate": [[str(CASES)]],
    "explain": [[figure] for figure in FIGURES],
    "factors list": [["grid_gwp/FRA"]],
    "factors show": [["grid_gwp/FRA/2025"]],
    "models search": [["qwen"], ["qwem3-8b"]],
    "hosts search": [["scaleway"]],
    "devices search": [["h100"]],
    "catalogue search": [["h100"]],
    "register show": [["reponses-courriers"], ["assistant-agents"]],
    "places questions": [[HOSTS.split(",")[1]]],
    **dict.fromkeys(("build", "totals", "levers", "doctor", "factors check", "factors changes"), [[]]),
    **dict.fromkeys(("register list", "register due", "commitments list", "places list", "places host list"), [[]]),
    **dict.fromkeys(("collect token list", "ledger verify", "ledger history", "quarantine list"), [[]]),
}
DEEPEST = 4
AMOUNT, SENTENCE = {"low", "central", "high"}, {*LANGUAGES}  # what stands everywhere, described once
KINDS = {str: "string", bool: "boolean", int: "number", float: "number", dict: "object", list: "array"}


def main() -> int:
    """Write the file; 1 where what it promised is gone without another version."""
    with tempfile.TemporaryDirectory(prefix="sobria-json-") as made:
        metropole.fill(Path(made))
        found = {name: shape(written(Path(made), name)) for name in LINES}
    number: dict[str, Any] = {"type": ["number", "null"]}
    named = {
        "amount": {
            "type": "object",
            "description": "Nine times in ten the value is between low and high; missing says why there is none.",
            "properties": dict.fromkeys(("low", "central", "high", "covers"), number) | {"unit": {"type": "string"}},
            "required": sorted(AMOUNT),
        },
        "sentence": {"type": "object", "required": sorted(SENTENCE), "additionalProperties": {"type": "string"}},
        "refusal": shape([{"version": JSON_VERSION, "error": dict.fromkeys(SENTENCE, "")}]),
        "compare": {"$ref": "reponse.schema.json"},
    }
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$comment": f"version {JSON_VERSION}"}
    whole |= {"$defs": named | found}  # type: ignore[dict-item]
    before = json.loads(FILE.read_text("utf-8"))
    if before["$comment"] == whole["$comment"] and (lost := [*gone(before["$defs"], named | found)]):
        print("Raise JSON_VERSION in estimator/cli/streams.py, gone or of another kind:", *lost, file=sys.stderr)
        return 1
    FILE.write_text(json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    return 0


def written(home: Path, name: str) -> list[Any]:
    """What a command writes as JSON on a home, each time that it is given something."""
    told = (sobria(home, *name.split(), *given, "--json") for given in LINES[name])
    return [json.JSONDecoder().raw_decode(text)[0] for text in told]


def gone(before: Mapping[str, Any], after: Mapping[str, Any], at: str = "") -> Iterator[str]:
    """Where shapes by name lose a key, or have one of another kind: another version. Kinds are not compared where no
    value was seen, nor keys inside what is described once."""
    for name, old in before.items():
        path, new = f"{at}{name}", after.get(name)
        if new is None or (kinds_of(old) and kinds_of(new) and not kinds_of(old) & kinds_of(new)):
            yield path
        elif "$ref" not in new and "object" in kinds_of(new):
            yield from gone(old.get("properties", {}), new.get("properties", {}), f"{path}.")
        inner = [one for one in ("items", "additionalProperties") if new and one in old and one in new]
        yield from gone({one: old[one] for one in inner}, {one: new[one] for one in inner} if new else {}, f"{path}.")


def kinds_of(one: Mapping[str, Any]) -> set[str]:
    """The kinds of value of a shape, but for the unknown."""
    kinds = one.get("type", "object" if "$ref" in one else [])
    return {*([kinds] if isinstance(kinds, str) else kinds)} - {"null"}


def names_of(objects: Sequence[Mapping[str, Any]]) -> set[str]:
    """Every key of these objects."""
    return {name for one in objects for name in one}


def shape(values: Sequence[Any], depth: int = 0) -> dict[str, Any]:
    """The schema that all these values meet: keys in all of them are required, keys that are names are not listed."""
    if depth > DEEPEST:
        return {}
    if objects := [value for value in values if isinstance(value, Mapping)]:
        for name, keys, also in (("amount", AMOUNT, names_of(objects)), ("sentence", SENTENCE, {"code"})):
            if len(objects) == len(values) and all(keys <= one.keys() <= keys | also for one in objects):
                return {"$ref": f"#/$defs/{name}"}
    kinds = sorted({KINDS[type(value)] for value in values if value is not None})
    if "number" in kinds or (kinds and None in values):
        kinds.append("null")
    found: dict[str, Any] = {"type": kinds[0] if len(kinds) == 1 else kinds} if kinds else {}
    if objects and any(re.search("[^a-z0-9_]", name) for one in objects for name in one):
        found["additionalProperties"] = shape([value for one in objects for value in one.values()], depth + 1)
    elif objects:
        names = sorted(names_of(objects))
        found["properties"] = {name: shape([one[name] for one in objects if name in one], depth + 1) for name in names}
        found["required"] = [name for name in names if all(name in one for one in objects)]
    if inner := [value for one in values if isinstance(one, list) for value in one]:
        found["items"] = shape(inner, depth + 1)
    return found


if __name__ == "__main__":
    sys.exit(main())
