"""Build the site into build/site, strictly, in an environment of its own: `python -m scripts.site [--serve]`.

The pages are those of the checkout, in the same folders, so that their links need no change. A link that leads
nowhere stops the build, and nothing of the site asks another host for anything.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from scripts.environment import BUILD, bring_tools, run
from scripts.messages import say
from scripts.site.pages import lay_out

HERE = Path(__file__).parent
PAGES, SITE = BUILD / "site-pages", BUILD / "site"


def main() -> int:
    """Make what is missing, then the site; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m scripts.site", description=__doc__)
    parser.add_argument("--serve", action="store_true", help="then serve it on http://127.0.0.1:8000")
    serve = parser.parse_args().serve
    try:
        python = bring_tools("site")
        lay_out(PAGES)
        run(python, "-m", "mkdocs", "build", "--strict", "--config-file", HERE / "mkdocs.yml")
        for useless in SITE.glob("sitemap.xml*"):  # it names the addresses of a host, and the site has none of its own
            useless.unlink()
        if serve:
            run(sys.executable, "-m", "http.server", "8000", "--bind", "127.0.0.1", "--directory", SITE)
    except subprocess.CalledProcessError as error:
        say("site", "failed", command=" ".join(map(str, error.cmd)))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
