"""Serves the home of the commands or, while it is empty, an example whose totals it prints; or checks that example."""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from estimator.builds.queries import SAMPLE_MARK
from estimator.core.home import default_home, has_ledger
from scripts import check
from scripts.demo import metropole
from scripts.messages import ROOT, say, sentence

HOME = ROOT / ".demo"
WRITTEN = ("ledger", "places", "register", "commitments", "scenarios")  # by people, in a home
FILLED = ".filled"  # in an example: nothing in it is later, but what people wrote
TRACES = ROOT / "scripts" / "demo" / "traces"
SOBRIA = Path(sys.executable).with_name("sobria")
ADDRESS = "127.0.0.1"
PORT = 8501


def main() -> int:
    """Parse the command line; return the exit code, or exec the server."""
    parser = argparse.ArgumentParser(prog="scripts/run", description=sentence("show", "about"))
    parser.add_argument("--check", action="store_true", help=sentence("show", "check_help"))
    parser.add_argument("--demo", action="store_true", help=sentence("show", "demo_help"))
    parser.add_argument("--samples", action="store_true", help=sentence("show", "samples_help"))
    parser.add_argument("--port", type=int, help=sentence("show", "port_help"))
    options = parser.parse_args()
    port = options.port or free_port()
    try:
        if options.check:
            with tempfile.TemporaryDirectory(prefix="sobria-") as folder:
                home = Path(folder) / HOME.name
                fill(home, options.samples)
                return check.everything(home, serve_command(home, port), f"http://{ADDRESS}:{port}")
        home = default_home()
        if options.demo or options.samples or not has_ledger(home):
            cleared(HOME)
            fill(HOME, options.samples)
            (HOME / FILLED).touch()
            say("show", "later", home=home)
            home = HOME
        else:
            say("show", "own", home=home)
    except subprocess.CalledProcessError as error:
        return error.returncode
    command = serve_command(home, port)
    os.execv(command[0], command)


def cleared(home: Path) -> None:
    """Remove an example that nobody wrote in since it was filled; set one that somebody did aside, and say where."""
    mark = home / FILLED
    filled = mark.stat().st_mtime if mark.exists() else 0.0
    written = (path for name in WRITTEN for path in (home / name).rglob("*") if path.is_file())
    if mark.exists() and any(path.stat().st_mtime > filled for path in written):
        kept = home.with_name(f"{home.name}-kept") / f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
        kept.parent.mkdir(exist_ok=True)
        home.rename(kept)
        say("show", "kept", home=kept)
    shutil.rmtree(home, ignore_errors=True)


def fill(home: Path, samples: bool) -> None:
    """Fill a home, build, print the totals. CalledProcessError, after the message of the command."""
    if samples:
        home.mkdir(parents=True, exist_ok=True)
        (home / SAMPLE_MARK).touch()
        subprocess.run([*sobria(home), "import", str(TRACES)], check=True)
        subprocess.run([*sobria(home), "build"], check=True)
    else:
        metropole.fill(home)
    say("show", "samples" if samples else "metropole")
    subprocess.run([*sobria(home), "totals"], check=True)


def sobria(home: Path) -> list[str]:
    """The command line of the project on one home."""
    return [str(SOBRIA), "--home", str(home)]


def serve_command(home: Path, port: int) -> list[str]:
    return [*sobria(home), "serve", "--port", str(port)]


def free_port() -> int:
    """8501, or any free port of this machine when 8501 is taken."""
    for port in (PORT, 0):
        with socket.socket() as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                attempt.bind((ADDRESS, port))
            except OSError:
                continue
            free: int = attempt.getsockname()[1]
            return free
    raise OSError(f"{ADDRESS}: no free port")


if __name__ == "__main__":
    sys.exit(main())
