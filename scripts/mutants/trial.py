"""Copies of the checkout in which mutations are made one by one, and the tests that execute their lines."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple, TypeVar

from scripts.mutants.mutations import Mutation
from scripts.mutants.python_mutations import python_mutations
from scripts.mutants.sql_mutations import sql_mutations

ROOMS = ("assessment", "workloads", "builds", "comparison", "ledger")
AFTER = ("builds", "workloads", "comparison")  # rooms whose tests come after those of the mutation's own
FOLDERS = ("estimator", "factors", "dashboard", "scripts", "tests", "docs")
AT_ONCE = 2
T = TypeVar("T")
R = TypeVar("R")


class Recorded(NamedTuple):
    """A test file: how long it took [s], and the lines that it executes, by file."""

    test: str
    seconds: float
    lines: dict[str, set[int]]


class MutationTrial(NamedTuple):
    """A mutation in a file, and what became of it: killed by a test, by the clock, or not at all."""

    file: str
    mutation: Mutation
    verdict: str = ""


class Copies:
    """As many copies of a checkout as run at once."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.free: SimpleQueue[Path] = SimpleQueue()
        for number in range(AT_ONCE):
            copy = folder / str(number) / "main"
            for name in FOLDERS:
                if (root / name).is_dir():
                    shutil.copytree(root / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
            for file in filter(Path.is_file, root.iterdir()):
                shutil.copy(file, copy)
            if (root.parent / "shared").is_dir():
                (copy.parent / "shared").symlink_to((root.parent / "shared").resolve())
            self.free.put(copy)

    def each(self, work: Callable[[Path, T], R], items: Iterable[T]) -> Iterator[R]:
        """Do this for every item, each time in a copy that is free; what comes back is in order."""

        def one(item: T) -> R:
            copy = self.free.get()
            try:
                return work(copy, item)
            finally:
                self.free.put(copy)

        with ThreadPoolExecutor(AT_ONCE) as threads:
            yield from threads.map(one, items)


def tests_of(root: Path) -> list[str]:
    return [str(file.relative_to(root)) for room in ROOMS for file in sorted((root / "tests" / room).glob("test_*.py"))]


def recorded(copy: Path, test: str) -> Recorded:
    """Run a test file as it is. ValueError when it fails."""
    out, prefixes = copy.parent / "lines.json", [f"{copy}/estimator/{room}/" for room in ROOMS]
    code, said = _run(copy, ["-m", "scripts.mutants.recording", str(out), test, *prefixes], None)
    if code:
        raise ValueError(f"{test} fails without any mutation:\n{said}")
    found = json.loads(out.read_text("utf-8"))
    lines = {str(Path(name).relative_to(copy)): set(numbers) for name, numbers in found["lines"].items()}
    return Recorded(test, found["seconds"], lines)


def candidates(root: Path, runs: Sequence[Recorded]) -> list[MutationTrial]:
    """Every mutation on a line that is executed."""
    found = []
    for name in sorted({name for run in runs for name in run.lines}):
        mutations = sql_mutations if name.endswith(".sql") else python_mutations
        found += [MutationTrial(name, mutation) for mutation in mutations((root / name).read_bytes())]
    return [trial for trial in found if executing(trial, runs)]


def executing(trial: MutationTrial, runs: Sequence[Recorded]) -> list[Recorded]:
    """The test files, of the room of a mutation and of those that use it, which execute one of its lines."""
    lines, rooms = set(range(trial.mutation.line, trial.mutation.last + 1)), (trial.file.split("/")[1], *AFTER)
    return [run for run in runs if run.test.split("/")[1] in rooms and lines & run.lines.get(trial.file, set())]


def tried(copy: Path, trial: MutationTrial, runs: Sequence[Recorded]) -> MutationTrial:
    """Make the mutation, run these tests until one fails, and undo it: those of its room that name its module first."""
    file, module = copy / trial.file, trial.file.removesuffix(".py").replace("/", ".")

    def order(run: Recorded) -> tuple[bool, bool, float]:
        named = module in (copy / run.test).read_text("utf-8")
        return run.test.split("/")[1] != trial.file.split("/")[1], not named, run.seconds

    there = sorted(executing(trial, runs), key=order)
    text = file.read_bytes()
    file.write_bytes(trial.mutation.made(text))
    try:
        command = ["-m", "pytest", "-x", "--tb=no", "-p", "no:cacheprovider", "-p", "scripts.mutants.unshrunk"]
        command += ["--hypothesis-seed=0", *(run.test for run in there)]
        code, said = _run(copy, command, 60 + 5 * sum(run.seconds for run in there))
    finally:
        file.write_bytes(text)
    failed = [line.split(" ")[1] for line in said.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return trial._replace(verdict={0: "SURVIVED", None: "the clock"}.get(code, failed[0] if failed else said[-200:]))


def _run(copy: Path, command: list[str], limit: float | None) -> tuple[int | None, str]:
    """Exit code, None beyond the limit [s], and what was said; no compiled file outlives a mutation."""
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen(
        [sys.executable, *command], cwd=copy, env=environment, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        said = process.communicate(timeout=limit)[0]
        return process.returncode, said
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return None, process.communicate()[0]
