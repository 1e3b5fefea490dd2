"""Make what a release publishes, in build/release: `python -m scripts.release`.

The wheel and the source archive; of the wheel as its users install it, each dependency at its locked version, a
software bill of materials (CycloneDX, JSON) and the licence of every package; the SHA-256 of each file.
"""

import csv
import hashlib
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from scripts.environment import BUILD, PROJECT, bring_tools, install, lock_of, run
from scripts.messages import ROOT, say

RELEASE, INSTALLED = BUILD / "release", BUILD / "release-installed"
SUMS = "SHA256SUMS"


def main() -> int:
    """Make every file anew; return the exit code: 1 where a step fails, or a package names no licence."""
    try:
        made = make(bring_tools("release"), tomllib.loads(PROJECT.read_text("utf-8"))["project"]["version"])
    except subprocess.CalledProcessError as error:
        say("release", "failed", command=" ".join(map(str, error.cmd)))
        return 1
    if unsaid := without_licence(made["licences"]):
        say("release", "no_licence", packages=", ".join(unsaid))
        return 1
    say("release", "made", folder=RELEASE, files=", ".join(sorted(path.name for path in RELEASE.iterdir())))
    return 0


def make(python: Path, version: str) -> dict[str, Path]:
    """The files of a release. CalledProcessError when a step fails."""
    for folder in (RELEASE, INSTALLED):
        shutil.rmtree(folder, ignore_errors=True)
    run(python, "-m", "build", "--no-isolation", "--outdir", RELEASE, ROOT)
    [wheel] = RELEASE.glob("*.whl")
    run(sys.executable, "-m", "venv", "--without-pip", INSTALLED)
    site = next((INSTALLED / "lib").glob("python*")) / "site-packages"
    install(python, "--require-hashes", "--only-binary", ":all:", "--target", site, "--requirement", lock_of("runtime"))
    install(python, "--target", site, wheel)
    theirs, made = INSTALLED / "bin" / "python", RELEASE / f"sobria-{version}"
    bill, licences = made.with_name(f"{made.name}.cdx.json"), made.with_name(f"{made.name}-licences.csv")
    said = ("--output-reproducible", "--validate", "--pyproject", PROJECT, "--output-file", bill)
    run(python, "-m", "cyclonedx_py", "environment", *said, theirs)
    asked = ("--python", theirs, "--from", "mixed", "--with-system", "--with-urls", "--format", "csv")
    run(python, "-m", "piplicenses", *asked, "--output-file", licences)
    files = sorted(RELEASE.iterdir())
    told = (f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)
    (RELEASE / SUMS).write_text("".join(told), "utf-8")
    return {"wheel": wheel, "bill": bill, "licences": licences}


def without_licence(licences: Path) -> list[str]:
    """The packages of the table whose licence is not said."""
    with licences.open(encoding="utf-8", newline="") as file:
        return [row["Name"] for row in csv.DictReader(file) if row["License"] in ("", "UNKNOWN")]


if __name__ == "__main__":
    sys.exit(main())
