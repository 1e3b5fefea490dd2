"""Build the site into build/site, strictly, in an environment of its own: `python -m scripts.site [--serve]`.

The pages are those of the checkout, in the same folders, so that their links need no change. A link that leads
nowhere stops the build, and nothing of the site asks another host for anything.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from scripts.environment import digest, run
from scripts.messages import ROOT, say
from scripts.site.pages import lay_out

HERE = Path(__file__).parent
LOCK = ROOT / "scripts" / "lock" / "site.txt"
BUILD = ROOT / "build"
TOOLS, PAGES, SITE = BUILD / "site-tools", BUILD / "site-pages", BUILD / "site"
PYTHON = TOOLS / "bin" / "python"
STAMP = TOOLS / "sobria.lock"


def main() -> int:
    """Make what is missing, then the site; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m scripts.site", description=__doc__)
    parser.add_argument("--serve", action="store_true", help="then serve it on http://127.0.0.1:8000")
    serve = parser.parse_args().serve
    try:
        if not ready():
            bring()
        lay_out(PAGES)
        run(PYTHON, "-m", "mkdocs", "build", "--strict", "--config-file", HERE / "mkdocs.yml")
        if serve:
            run(sys.executable, "-m", "http.server", "8000", "--bind", "127.0.0.1", "--directory", SITE)
    except subprocess.CalledProcessError as error:
        say("site", "failed", command=" ".join(map(str, error.cmd)))
        return 1
    return 0


def ready() -> bool:
    """Whether the environment of the site is there, of the lock file as it stands."""
    return STAMP.is_file() and STAMP.read_text("utf-8") == digest(LOCK)


def bring() -> None:
    """Make the environment anew from its lock file, each package checked by its hash."""
    say("site", "install")
    run(sys.executable, "-m", "venv", "--clear", TOOLS)
    checked = ("--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "--only-binary", ":all:")
    run(PYTHON, "-m", "pip", "install", *checked, "--requirement", LOCK)
    STAMP.write_text(digest(LOCK), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
