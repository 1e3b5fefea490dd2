"""The magic of notebooks, with a stand-in for IPython: a cell is a run, and its errors show as always."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from estimator.tracking import notebook, tracker
from estimator.tracking.tracker import Tracker
from tests.tracking.shelf import Shelf, kept, options


class Shell:
    """What the magic uses of an interactive shell."""

    def __init__(self) -> None:
        self.user_ns: dict[str, Any] = {}
        self.magics: dict[str, Any] = {}

    def register_magic_function(self, function: Any, magic_kind: str, magic_name: str) -> None:
        assert magic_kind == "cell"
        self.magics[magic_name] = function

    def run_cell(self, cell: str) -> SimpleNamespace:
        try:
            exec(cell, self.user_ns)
        except ZeroDivisionError:
            return SimpleNamespace(success=False)
        return SimpleNamespace(success=True)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setattr(tracker, "into_ledger", Shelf())
    found = Shell()
    notebook.load_ipython_extension(found)
    return found


def test_a_cell_is_a_run_that_counts(tmp_path: Path, shell: Shell) -> None:
    shell.user_ns["sobria"] = "mine"
    shell.magics["sobria"](f"--project tri --home {tmp_path} --item-unit page", "sobria.items(3); x = 5")
    ((row, side),) = kept(tmp_path)
    assert (row["project_name"], side.items, side.item_unit, side.exit_code) == ("tri", 3, "page", 0)
    assert (shell.user_ns["x"], shell.user_ns["sobria"]) == (5, "mine")


def test_a_cell_that_fails_is_a_failed_run(tmp_path: Path, shell: Shell) -> None:
    shell.magics["sobria"](f"--home {tmp_path}", "1 / 0")
    assert kept(tmp_path)[0][1].exit_code == 1 and "sobria" not in shell.user_ns


@pytest.mark.parametrize("line", ["--proj tri", "--items many", "tri", "--lang de", "--items -1", "--project 'tri"])
def test_a_line_that_is_not_understood_says_what_was_expected(
    line: str, shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.magics["sobria"](line, "raise SystemExit('the cell ran')")
    french, english = capsys.readouterr().err.splitlines()
    assert "--project" in french and "La ligne %%sobria" in french and "The line %%sobria" in english


def test_a_run_over_several_cells(tmp_path: Path) -> None:
    """Started in one cell, again by mistake, stopped in another, again by mistake: one run, in the ledger."""
    shelf = Shelf()
    run = Tracker(options(tmp_path), shelf).start()
    assert run.start() is run
    run.items(2)
    run.stop()
    run.stop()
    ((_, side),) = kept(tmp_path)
    assert (side.items, len(shelf.given)) == (2, 1)
