"""Notebook magic: `%load_ext estimator.notebook`, then `%%sobria --project tri` on the first line of a measured cell.

In the cell, `sobria.count(requests=1)` and `sobria.items(3)` add counts. A measurement over several cells:
`run = Tracker(project="tri").start()` in the first, `run.stop()` in the last.
"""

import argparse
import shlex
import sys
from typing import Any, NoReturn

from estimator.core.errors import LANGUAGES, SobriaError
from estimator.tracking.tracker import Tracker, TrackOptions

NAME = "sobria"
_TEXT = ("project", "use_case", "model", "zone", "host", "item_unit", "lang")
_NUMBER = ("items", "sampling_s", "idle_s")


class MagicRefused(SobriaError):
    """Unknown options after `%%sobria`."""


class _Words(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise MagicRefused(read=message, options=", ".join(f"--{_option(name)}" for name in (*_TEXT, *_NUMBER)))


def load_ipython_extension(shell: Any) -> None:
    """Entry point of `%load_ext estimator.notebook`, called with the running IPython."""

    def measured(line: str, cell: str) -> None:
        """%%sobria --project NAME: measure this cell."""
        try:
            run_cell(shell, line, cell)
        except MagicRefused as refused:
            print(*map(refused.message, LANGUAGES), sep="\n", file=sys.stderr)

    shell.register_magic_function(measured, magic_kind="cell", magic_name=NAME)


def run_cell(shell: Any, line: str, cell: str, **more: Any) -> Tracker:
    """Run a cell, measured; its errors are displayed as usual. MagicRefused."""
    tracker = Tracker(_options(line), **more)
    before = shell.user_ns.get(NAME)
    shell.user_ns[NAME] = tracker.start()
    failed = True
    try:
        failed = not shell.run_cell(cell).success
    finally:
        tracker.stop(1 if failed else 0)
        shell.user_ns.pop(NAME, None)
        if before is not None:
            shell.user_ns[NAME] = before
    return tracker


def _options(line: str) -> TrackOptions:
    """The options of a line such as `--project tri --items 3`. MagicRefused."""
    parser = _Words(prog=NAME, add_help=False, allow_abbrev=False, argument_default=argparse.SUPPRESS)
    for name in _TEXT:
        parser.add_argument(f"--{_option(name)}", dest=name, choices=LANGUAGES if name == "lang" else None)
    for name in _NUMBER:
        parser.add_argument(f"--{_option(name)}", dest=name, type=float)
    parser.add_argument("--home")
    try:
        return TrackOptions(**{"project": "notebook"} | vars(parser.parse_args(shlex.split(line))))
    except ValueError as error:
        return parser.error(str(error).replace("\n", " "))


def _option(name: str) -> str:
    return name.removesuffix("_s").replace("_", "-")
