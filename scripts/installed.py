"""The wheel as a stranger installs it, tried on each Python given: `python -m scripts.installed [PYTHON …]`.

For each interpreter (this one if none is named): a fresh environment outside the checkout, the wheel and what pip picks
for it that day, the size of site-packages as `du -sm` says it, as unpacked then with its bytecode, and whether each
command answers there. A line of a table for each on the standard output. Packages come from the index of pip.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from scripts import check
from scripts.environment import run
from scripts.messages import ROOT, say

SCENARIO = "scenario.toml"
COMMANDS: dict[str, Sequence[str]] = {
    "import sobria": ("python", "-c", "import sobria; sobria.Request"),
    "--version": ("sobria", "--version"),
    "totals": ("sobria", "totals"),
    "estimate": ("sobria", "estimate", "--it-energy-kwh", "100", "--zone", "FRA"),
    "compare": ("sobria", "compare", SCENARIO),
}
HEALTH, OK = "/sante", 200
COLUMNS = ("Python", "MiB", "MiB, __pycache__", *COMMANDS, "serve")


def main(given: Sequence[str] | None = None) -> int:
    """Try each; 1 when a step fails or a command does not answer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pythons", nargs="*", metavar="PYTHON", default=[sys.executable])
    pythons = parser.parse_args(given).pythons
    print(f"| {' | '.join(COLUMNS)} |", "|---" * len(COLUMNS) + "|", sep="\n", flush=True)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="sobria-installed-") as folder:
        try:
            wheel = built(Path(folder))
            for number, python in enumerate(pythons):
                cells = tried(python, wheel, Path(folder) / str(number))
                print(f"| {' | '.join(cells)} |", flush=True)
                failed += "✗" in cells
        except subprocess.CalledProcessError as error:
            say("release", "failed", command=" ".join(map(str, error.cmd)))
            return 1
    return 1 if failed else 0


def built(folder: Path) -> Path:
    """The wheel of this checkout. CalledProcessError where it cannot be built."""
    made = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL)  # whose table is ours alone
    return next(folder.glob("*.whl"))


def tried(python: str, wheel: Path, folder: Path) -> list[str]:
    """The cells of one interpreter, in a folder that is not there yet. CalledProcessError where the install fails."""
    environment, binaries = folder / "venv", folder / "venv" / "bin"
    run(python, "-m", "venv", "--without-pip", environment)
    pip = (sys.executable, "-m", "pip", "--python", binaries / "python", "install", "--disable-pip-version-check")
    run(*pip, "--quiet", "--no-compile", wheel)
    site = next((environment / "lib").glob("python*")) / "site-packages"
    bare = size(site)
    # pip too goes on past a file that its Python does not read: some packages carry such.
    subprocess.run([binaries / "python", "-m", "compileall", "-q", site], check=False, stdout=subprocess.DEVNULL)
    shutil.copy(ROOT / "docs" / SCENARIO, folder)
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SOBRIA"))}
    variables["SOBRIA_HOME"] = str(folder / "home")

    def answers(command: Sequence[str]) -> bool:
        line = [str(binaries / command[0]), *command[1:]]
        return not subprocess.run(line, cwd=folder, env=variables, stdout=subprocess.DEVNULL, check=False).returncode

    version = subprocess.run([binaries / "python", "-V"], capture_output=True, text=True, check=True).stdout.split()[1]
    told = [answers(command) for command in COMMANDS.values()]
    told.append(serves(lambda port: started(binaries / "sobria", port, folder, variables)))
    return [version, str(bare), str(size(site)), *("✓" if one else "✗" for one in told)]


def started(sobria: Path, port: int, folder: Path, variables: dict[str, str]) -> subprocess.Popen[bytes]:
    """`sobria serve` on a port, in a session of its own."""
    line = [str(sobria), "serve", "--port", str(port)]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(line, cwd=folder, env=variables, stdout=quiet, stderr=quiet, start_new_session=True)


def serves(start: Callable[[int], subprocess.Popen[bytes]]) -> bool:
    """Whether the server is up, and says on its page of health that it can answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server, url = start(port), f"http://127.0.0.1:{port}"
    try:
        return check.wait_until_healthy(server, url) and check.ask(url + HEALTH)[0] == OK
    finally:
        check.stop(server)


def size(folder: Path) -> int:
    """What a folder takes on the disk, as `du -sm` says it [MiB]."""
    said = subprocess.run(["du", "-sm", folder], capture_output=True, text=True, check=True).stdout
    return int(said.split()[0])


if __name__ == "__main__":
    sys.exit(main())
