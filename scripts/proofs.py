"""The long proofs: every case of the matrices of which the suite runs a slice, more examples of the properties of data,
and what is too long for a suite that people wait for.

python -m scripts.proofs [--processes 2] [PATH OF TESTS …]

What comes of each test file is written to docs/preuves-longues.md, with its date; files that were not asked for keep
their line. Exit 1 when one fails.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from scripts.messages import ROOT

PAGE = ROOT / "docs" / "preuves-longues.md"
SELECTED = "proof or long"
ROW = "| `"


class FileProof(NamedTuple):
    """What came of one test file: its day, how many tests passed, failed and were skipped, how long they took [s]."""

    day: str
    passed: int
    failed: int
    skipped: int
    seconds: int


def main(given: Sequence[str] | None = None) -> int:
    """Run them and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("paths", nargs="*", metavar="PATH", default=["tests"])
    options = parser.parse_args(given)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-m", SELECTED, "--hypothesis-profile", "long"]
        command += ["-n", str(options.processes), "--dist", "loadfile", "--junit-xml", str(report), *options.paths]
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        found = outcomes(ElementTree.parse(report).getroot().iter("testcase"), date.today())
    PAGE.write_text(page(PAGE.read_text("utf-8"), found), "utf-8")
    return code


def outcomes(cases: Iterable[ElementTree.Element], day: date) -> dict[str, FileProof]:
    """By test file, the outcomes of the cases of a report in the format of JUnit."""
    found: dict[str, list[ElementTree.Element]] = {}
    for case in cases:
        found.setdefault(case.attrib["classname"].replace(".", "/") + ".py", []).append(case)
    return {name: _outcome(held, day) for name, held in found.items()}


def _outcome(cases: Sequence[ElementTree.Element], day: date) -> FileProof:
    failed = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
    skipped = sum(case.find("skipped") is not None for case in cases)
    seconds = round(sum(float(case.attrib["time"]) for case in cases))
    return FileProof(day.isoformat(), len(cases) - failed - skipped, failed, skipped, seconds)


def lines(text: str) -> dict[str, FileProof]:
    """The outcomes that the table of a page holds."""
    found = {}
    for line in text.splitlines():
        if line.startswith(ROW):
            name, day, *numbers = (cell.strip(" `") for cell in line.strip("|").split("|"))
            found[name] = FileProof(day, *map(int, numbers))
    return found


def page(text: str, found: Mapping[str, FileProof]) -> str:
    """The page, which ends with its table, with these outcomes in it, in the order of their files."""
    told = [line for line in text.splitlines() if not line.startswith(ROW)]
    held = sorted((lines(text) | dict(found)).items())
    return "\n".join([*told, *(f"{ROW}{name}` | {' | '.join(map(str, outcome))} |" for name, outcome in held)]) + "\n"


if __name__ == "__main__":
    sys.exit(main())
