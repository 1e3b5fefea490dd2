"""Ingestion methods (methods.toml): for each, the steps from a running service to a figure, with the code to paste."""

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

TEMPLATE = "modele-declaration.csv"
TEMPLATES = {"declared": TEMPLATE, "seats": "modele-sieges.csv"}  # a table to fill in, by method


class MethodStep(NamedTuple):
    """One step: its key in the words files, the code to paste, if any, and its alternatives."""

    name: str
    code: str
    others: tuple[str, ...] = ()


class Way(NamedTuple):
    """An ingestion method: its name in URLs and in the words files, and its four steps."""

    name: str
    steps: tuple[MethodStep, ...]


BUILD = MethodStep("build", "sobria build")


def _way(name: str, steps: list[dict[str, Any]] | None = None, code: str = "", after_file: str = "") -> Way:
    """A method with its steps; or with a file, which is then checked and imported."""
    if steps:
        return Way(name, tuple(MethodStep(s["name"], s["code"], tuple(s.get("others", ()))) for s in steps))
    check, load = (MethodStep(verb, f"sobria {verb} {after_file}") for verb in ("check", "import"))
    return Way(name, (MethodStep(name, code), check, load, BUILD))


WAYS = tuple(_way(**way) for way in tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))["way"])
