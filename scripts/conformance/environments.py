"""An environment for each version of a client, outside the checkout: made once, with what existed on its day."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from platformdirs import user_cache_path

from scripts.conformance.clients import Client, Version

CACHE = user_cache_path("sobria") / "conformance"
UV = "uv==0.13.9"
LONGEST_S = 900


class NotInstalled(Exception):
    """A client that cannot be installed here, in the words of its own installer."""


def folder(client: Client, version: Version) -> Path:
    """Where the environment of a client is."""
    return CACHE / f"{client.environment or client.name}-{version.number}"


def installed(client: Client, version: Version) -> Path:
    """The folder of its programs, made if it is not there. NotInstalled."""
    place = folder(client, version)
    if not (place / "done").exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        named = [package.format(version=version.number) for package in client.packages]
        if client.npm:
            _run("npm", "install", "--no-audit", "--no-fund", "--prefix", place, *named)
        else:
            uv = _uv()
            _run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, place)
            known = () if version.day is None else ("--exclude-newer", version.day)
            _run(uv, "pip", "install", "--quiet", "--python", place / "bin" / "python", *client.options, *known, *named)
        (place / "done").touch()
    return place / "node_modules" / ".bin" if client.npm else place / "bin"


def _uv() -> Path:
    tools = CACHE / "tools"
    if not (tools / "bin" / "uv").exists():
        _run(sys.executable, "-m", "venv", tools)
        _run(tools / "bin" / "python", "-m", "pip", "install", "--quiet", UV)
    return tools / "bin" / "uv"


def _run(*command: object) -> None:
    line = [*map(str, command)]
    done = subprocess.run(line, capture_output=True, text=True, timeout=LONGEST_S, env=os.environ, check=False)
    if done.returncode:
        raise NotInstalled((done.stderr or done.stdout).strip())
