"""What a release and a forge read of the project: one version, valid forms, commands that exist."""

import csv
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import scripts.release
from scripts.environment import PROJECT, lock_of
from scripts.messages import ROOT

FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[0-9]-*.yml"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def test_every_file_that_names_a_version_names_this_one() -> None:
    ours = tomllib.loads(PROJECT.read_text("utf-8"))["project"]
    cited, catalogued = read(ROOT / "CITATION.cff"), read(ROOT / "publiccode.yml")
    assert str(cited["version"]) == catalogued["softwareVersion"] == ours["version"]
    assert cited["license"] == catalogued["legal"]["license"] == ours["license"]


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.stem)
def test_a_form_asks_in_both_languages(form: Path) -> None:
    """« A / B » in every title, each field with an id of its own, one at least required."""
    found = read(form)
    fields = [part for part in found["body"] if part["type"] != "markdown"]
    for text in (found["name"], found["description"], *(part["attributes"]["label"] for part in fields)):
        assert " / " in text or text.startswith("sobria"), text
    ids = [part["id"] for part in fields]
    assert len(set(ids)) == len(ids) > 2
    assert any(part.get("validations", {}).get("required") for part in fields)
    assert {part["type"] for part in found["body"]} <= {"markdown", "textarea", "input"}


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_what_a_workflow_runs_of_ours_exists(workflow: Path) -> None:
    lines = [step["run"] for job in read(workflow)["jobs"].values() for step in job["steps"] if "run" in step]
    for name in re.findall(r"python -m (scripts[\w.]*)", "\n".join(lines)):
        path = ROOT / name.replace(".", "/")
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), name
    for name in re.findall(r"\./(scripts/\S+)", "\n".join(lines)):
        assert (ROOT / name).is_file(), name


def test_a_package_that_says_no_licence_is_named(tmp_path: Path) -> None:
    table = tmp_path / "licences.csv"
    table.write_text('"Name","Version","License","URL"\n"a","1","MIT","x"\n"b","2","UNKNOWN","x"\n"c","3","","x"\n')
    assert scripts.release.without_licence(table) == ["b", "c"]


@pytest.mark.long
@pytest.mark.proof
def test_a_release_holds_every_locked_package_and_the_sum_of_each_file() -> None:
    subprocess.run([sys.executable, "-m", "scripts.release"], cwd=ROOT, check=True, timeout=1200)
    folder = scripts.release.RELEASE
    [bill], [table] = folder.glob("*.cdx.json"), folder.glob("*-licences.csv")
    locked = set(re.findall(r"^([a-z0-9][\w.-]*)==", lock_of("runtime").read_text("utf-8"), re.MULTILINE))
    named = {re.sub(r"[-_.]+", "-", part["name"]).lower() for part in json.loads(bill.read_text("utf-8"))["components"]}
    with table.open(encoding="utf-8", newline="") as file:
        licensed = {re.sub(r"[-_.]+", "-", row["Name"]).lower() for row in csv.DictReader(file)}
    assert named == licensed - {"sobria"} and named <= locked  # those of other systems are locked too
    summed = dict(line.split()[::-1] for line in (folder / scripts.release.SUMS).read_text("utf-8").splitlines())
    assert set(summed) == {path.name for path in folder.iterdir()} - {scripts.release.SUMS}
