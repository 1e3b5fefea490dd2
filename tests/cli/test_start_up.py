"""A command loads what it needs, and declares itself alone."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer

from estimator.cli.app import app, command_name, named

HEAVY = {"numpy", "pandas", "pyarrow", "duckdb", "babel", "streamlit", "codecarbon"}


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["totals"], {"duckdb"}),
        (["estimate", "--model", "qwen3-8b", "--output-tokens", "300", "--zone", "FRA"], {"numpy", "babel"}),
        (["models", "search", "qwen3"], set()),
    ],
)
def test_a_command_loads_only_what_it_needs(tmp_path: Path, arguments: list[str], needed: set[str]) -> None:
    """On a home that is built: to build one reads its Parquet files."""
    line = ["--home", str(tmp_path), *arguments]
    script = f"""
import atexit, sys
from estimator.cli import main
atexit.register(lambda: print("loaded", *sorted({HEAVY!r} & sys.modules.keys())))
sys.argv = ["sobria", *{line!r}]
main()
"""
    for _ in range(2):
        told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert set(told.splitlines()[-1].split()[1:]) == needed


def test_a_named_command_is_declared_alone() -> None:
    whole = typer.main.get_group(app)
    for name in whole.commands:
        alone = typer.main.get_group(named([name, "--help"]))
        assert list(alone.commands) == [name]
        told = [[option.opts for option in one.params] for one in (alone.commands[name], whole.commands[name])]
        assert told[0] == told[1]
    assert named([]) is named(["nothing"]) is named(["--help"]) is app
    assert {command_name(one) for one in app.registered_commands} < whole.commands.keys()
