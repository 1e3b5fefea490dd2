"""The wheel, installed where there is no checkout, holds all that the command needs."""

import importlib
import inspect
import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., subprocess.CompletedProcess[str]]
PACKAGES = ("estimator", "dashboard", "factors")


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built without fetching anything."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(root)]
    done = subprocess.run(build, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("sobria-*.whl"))


@pytest.fixture(scope="module")
def outside(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """Runs a command of a fresh environment: the wheel, the libraries of this one, nothing of the checkout."""
    folder = tmp_path_factory.mktemp("outside")
    environment = folder / "venv"
    venv.create(environment, with_pip=False, symlinks=True)
    python = environment / "bin" / "python"
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(environment), "platbase": str(environment)}))
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*install, "--ignore-installed", str(wheel)], check=True)
    variables = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "SOBRIA"))}
    variables["SOBRIA_HOME"] = str(folder / "home")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(environment / "bin" / arguments[0]), *arguments[1:]]
        return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=120)

    return run


def test_every_file_of_the_packages_is_in_the_wheel(root: Path, wheel: Path) -> None:
    """Those of the packages that people import by name stand under that name, and only there."""
    files = {
        path.relative_to(root).as_posix().replace("estimator/public/sobria", "sobria")
        for package in PACKAGES
        for path in (root / package).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    held = set(zipfile.ZipFile(wheel).namelist())
    assert files - held == set()
    assert not [name for name in held if name.startswith("estimator/public/sobria")]


def test_the_public_names_are_those_of_the_package_people_install(outside: Command) -> None:
    """Outside the checkout and in it, under both names; `import` alone loads nothing heavy."""
    asked = "import sobria, estimator; from sobria import Request, estimate; print(estimate is estimator.estimate)"
    assert outside("python", "-c", asked).stdout == "True\n"
    assert importlib.import_module("sobria").Request is importlib.import_module("estimator").Request
    typed = "import importlib.resources as r; print((r.files('sobria') / 'py.typed').is_file())"
    assert outside("python", "-c", typed).stdout == "True\n"


def test_the_counting_alone_is_a_small_wheel_that_needs_nothing(root: Path, outside: Command, tmp_path: Path) -> None:
    """Under 100 kB of the 10 MB that a service may take; the wheel of SobrIA has the same."""
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path)]
    subprocess.run([*build, str(root / "estimator" / "public")], check=True, capture_output=True)
    (alone,) = tmp_path.glob("sobria_instrument-*.whl")
    files = zipfile.ZipFile(alone)
    said = next(files.read(name).decode() for name in files.namelist() if name.endswith("/METADATA"))
    assert alone.stat().st_size < 100_000 and "Requires-Dist" not in said  # noqa: PLR2004
    assert {name.partition("/")[0].partition("-")[0] for name in files.namelist()} == {"sobria_instrument"}
    sources = {path.name for path in (root / "estimator" / "public" / "sobria_instrument").iterdir() if path.is_file()}
    assert {Path(name).name for name in files.namelist() if "dist-info" not in name} == sources
    asked = "import sobria, sobria_instrument as s; print(sobria.instrument is s.instrument)"
    assert outside("python", "-c", asked).stdout == "True\n"


def test_the_packages_come_from_the_wheel(root: Path, outside: Command) -> None:
    found = outside("python", "-c", "import estimator.core.errors as e, factors as f; print(e.__file__, f.__file__)")
    assert found.returncode == 0, found.stderr
    assert str(root) not in found.stdout


def test_the_factors_pass_their_checks(outside: Command) -> None:
    done = outside("sobria", "factors", "check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_estimate_is_right(outside: Command) -> None:
    """100 kWh of servers at 0.4 L for each kWh of servers: 100 × 0.4 = 40 L on site; 100 × 1.5 = 150 kWh on site."""
    options = ["--it-energy-kwh", "100", "--zone", "FRA", "--pue", "1.5", "--wue", "0.4", "--json"]
    done = outside("sobria", "estimate", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    indicators = json.loads(done.stdout)["indicators"]
    assert indicators["water"]["onsite"]["central"] == pytest.approx(40, rel=1e-12)
    assert indicators["energy"]["central"] == pytest.approx(150, rel=1e-12)


def test_completion_offers_every_public_name(outside: Command) -> None:
    for package in ("sobria", "estimator"):
        asked = f"import {package} as one; print(sorted(set(one.__all__) - set(dir(one))))"
        assert outside("python", "-c", asked).stdout == "[]\n"


@pytest.mark.parametrize("name", importlib.import_module("sobria").__all__)
def test_a_public_function_says_each_parameter_and_what_it_returns(name: str) -> None:
    """In the sections of numpydoc; a model says its fields in their types."""
    found = getattr(importlib.import_module("sobria"), name)
    said = inspect.getdoc(found) or ""
    if inspect.isclass(found) and name != "Tracker":
        assert len(said) > 40  # noqa: PLR2004
        return
    parameters = [one for one in inspect.signature(found).parameters]
    assert ("Parameters\n----------\n" in said) is bool(parameters)
    assert [one for one in parameters if not re.search(rf"^{one} : .{{5,}}$", said, re.MULTILINE)] == []
    assert ("Attributes\n" if name == "Tracker" else "Returns\n-------\n") in said


WINDOWS = """
import asyncio, ctypes, getpass, importlib, importlib.abc, logging.handlers, multiprocessing, os, pkgutil, selectors
import shutil, signal, subprocess, sys, sysconfig, tempfile, types, uuid
import babel, codecarbon, duckdb, numpy, psutil, pyarrow.parquet, pydantic, rich, starlette.applications, typer, uvicorn
GONE = {"fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"}
class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in GONE:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
for name in GONE:
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Absent())
sysconfig.get_config_vars()
sys.modules["msvcrt"] = types.ModuleType("msvcrt")
sys.platform = "win32"
kept = {"SIGABRT", "SIGFPE", "SIGILL", "SIGINT", "SIGSEGV", "SIGTERM", "SIG_DFL", "SIG_IGN"}
for name in set(dir(signal)) - kept:
    if name.startswith("SIG") or name in ("alarm", "pthread_kill", "pthread_sigmask", "setitimer", "sigpending",
                                          "sigtimedwait", "sigwait", "sigwaitinfo"):
        delattr(signal, name)
for name in ("fork", "forkpty", "getuid", "geteuid", "getgid", "getpgrp", "killpg", "posix_spawn", "posix_spawnp",
             "statvfs", "sysconf", "tcgetpgrp", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK"):
    delattr(os, name)
import estimator
count, failed = 0, []
for module in pkgutil.walk_packages(estimator.__path__, "estimator."):
    if module.name == "estimator.cli.__main__":  # it runs the command
        continue
    if module.name in ("estimator.core.spark_engine", "estimator.core.spark_sql"):  # of an extra
        continue
    count += 1
    try:
        importlib.import_module(module.name)
    except Exception as error:
        failed.append((module.name, repr(error)))
print(count, failed)
"""


def test_every_module_can_be_imported_where_windows_lacks_what_linux_has(root: Path) -> None:
    """Simulated: no fcntl nor resource, few signals, no fork. What runs on a real Windows is for its own runner."""
    done = subprocess.run([sys.executable, "-c", WINDOWS], cwd=root, capture_output=True, text=True, check=False)
    count, _, failed = done.stdout.partition(" ")
    assert int(count) > 300 and failed == "[]\n", done.stdout + done.stderr  # noqa: PLR2004
