"""Create .venv from a lock file with hashes, or update it when a lock changed; standard library only.

`test.txt` pins everything of `runtime.txt` and the test tools: a test environment also serves to run.
"""

import fcntl
import hashlib
import json
import subprocess
import sys
from pathlib import Path

from scripts.messages import ROOT, say

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "sobria.json"
LOCKS = {kind: ROOT / "scripts" / "lock" / f"{kind}.txt" for kind in ("runtime", "test")}
PROJECT = ROOT / "pyproject.toml"
BUILD = ROOT / "build"


def main(arguments: list[str]) -> int:
    """Update .venv to one lock file; return the exit code."""
    if len(arguments) != 1 or arguments[0] not in LOCKS:
        say("environment", "usage")
        return 2
    with LOCKS["runtime"].open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        try:
            bring(arguments[0])
        except subprocess.CalledProcessError as error:
            say("environment", "failed", command=" ".join(map(str, error.cmd)))
            return 1
    return 0


def bring(kind: str) -> None:
    """Install what is missing and nothing else. CalledProcessError when a step fails."""
    runtime, test = digest(LOCKS["runtime"]), digest(LOCKS["test"])
    stamp = read_stamp()
    if stamp.get("venv") != str(VENV) or stamp.get("lock") not in (runtime, test) or not works():
        run(sys.executable, "-m", "venv", "--clear", VENV)
        stamp = {"venv": str(VENV)}
    if stamp.get("lock") not in ((test,) if kind == "test" else (runtime, test)):
        say("environment", "install")
        pip("--require-hashes", "--only-binary", ":all:", "--no-compile", "--requirement", LOCKS[kind])
        stamp["lock"] = digest(LOCKS[kind])
        STAMP.write_text(json.dumps(stamp))
    if stamp.get("project") != digest(PROJECT):
        pip("--no-build-isolation", "--no-index", "--editable", ROOT)
        stamp["project"] = digest(PROJECT)
        STAMP.write_text(json.dumps(stamp))


def tools_python(name: str) -> Path:
    """The interpreter of an environment of its own, build/{name}-tools, whether it is there or not."""
    return BUILD / f"{name}-tools" / "bin" / "python"


def tools_are_ready(name: str) -> bool:
    """Whether that environment is there, of its lock file as it stands."""
    stamp = BUILD / f"{name}-tools" / "sobria.lock"
    return stamp.is_file() and stamp.read_text("utf-8") == digest(lock_of(name))


def bring_tools(name: str) -> Path:
    """Make that environment anew from its lock file, where it is not ready, each package checked by its hash."""
    python = tools_python(name)
    if not tools_are_ready(name):
        say(name, "install")
        run(sys.executable, "-m", "venv", "--clear", BUILD / f"{name}-tools")
        install(python, "--require-hashes", "--only-binary", ":all:", "--requirement", lock_of(name))
        (BUILD / f"{name}-tools" / "sobria.lock").write_text(digest(lock_of(name)), "utf-8")
    return python


def lock_of(name: str) -> Path:
    return ROOT / "scripts" / "lock" / f"{name}.txt"


def pip(*arguments: object) -> None:
    """`pip install` in .venv; the lock file is complete, so that pip resolves nothing."""
    install(PYTHON, *arguments)


def install(python: Path, *arguments: object) -> None:
    """`pip install` in the environment of an interpreter; nothing is resolved."""
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps", *arguments)


def run(*command: object) -> None:
    subprocess.run([str(part) for part in command], cwd=ROOT, check=True)


def works() -> bool:
    """Whether the Python interpreter of .venv still exists."""
    return PYTHON.exists() and subprocess.run([PYTHON, "-c", ""], check=False).returncode == 0


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_stamp() -> dict[str, str]:
    """The installed lock, as written after each successful step; empty when unreadable."""
    try:
        stamp: dict[str, str] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
