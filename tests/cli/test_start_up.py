"""A command loads what it needs, and declares itself alone."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer

from estimator.cli.app import ELSEWHERE, app, application, command_name
from estimator.core.errors import LANGUAGES, say
from tests.support import sobria

HEAVY = {"numpy", "pandas", "pyarrow", "duckdb", "babel", "streamlit", "codecarbon"}


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["totals"], set()),  # nothing was ever written: there is nothing to build, nor to make a folder for
        (["totals", "--json"], {"duckdb"}),
        (["estimate", "--model", "qwen3-8b", "--output-tokens", "300", "--zone", "FRA"], {"numpy", "babel"}),
        (["compare", "docs/scenario.toml"], {"numpy", "babel"}),
        (["models", "search", "qwen3"], {"babel"}),
    ],
)
def test_a_command_loads_only_what_it_needs(tmp_path: Path, arguments: list[str], needed: set[str]) -> None:
    """On a home that is built: to build one reads its Parquet files."""
    if "--json" in arguments:  # nothing else is built in a home where nothing was ever written
        sobria(tmp_path, "build")
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
    whole = typer.main.get_group(application())
    for name in whole.commands:
        alone = typer.main.get_group(application(name))
        assert list(alone.commands) == [name]
        told = [[option.opts for option in one.params] for one in (alone.commands[name], whole.commands[name])]
        assert told[0] == told[1]
    assert set(typer.main.get_group(application("nothing")).commands) == set(whole.commands)
    assert set(whole.commands) == {*ELSEWHERE, *map(command_name, app.registered_commands)}


def test_a_command_reads_the_module_of_no_other(tmp_path: Path) -> None:
    script = f"""
import atexit, sys
from estimator.cli import main
atexit.register(lambda: print(*sorted(name for name in sys.modules if name.startswith("estimator.cli."))))
sys.argv = ["sobria", "--home", {str(tmp_path)!r}, "devices", "--help"]
main()
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    read = {name.rsplit(".", 1)[-1] for name in told.splitlines()[-1].split()}
    assert read == {
        "start",
        "streams",
        "global_options",
        "app",
        "usage",
        "command_context",
        "progress",
        "text",
        "catalogue",
    }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_totals_of_a_home_that_is_not_there_make_none(tmp_path: Path, lang: str) -> None:
    home = tmp_path / "mistyped"
    assert sobria(home, "totals", lang=lang).stdout.strip() == say("cli", "nothing_yet", lang, home=home)
    assert not home.exists()
    home.mkdir()
    assert sobria(home, "totals", lang=lang).stdout.strip() == say("cli", "nothing_yet", lang, home=home)
    assert list(home.iterdir()) == []


READINGS = (
    *("totals --json", "explain", "explain --json", "indicators", "indicators --json", "levers", "levers --json"),
    *("ledger verify", "ledger history", "ledger history --json", "quarantine list", "factors changes"),
    *("register list", "places list", "commitments list", "collect token list", "export {out}.csv"),
    *("report reen --out {out}.html", "estimate --it-energy-kwh 1", "doctor"),
)


@pytest.mark.parametrize("line", READINGS)
def test_a_reading_of_a_home_that_is_not_there_makes_none(tmp_path: Path, line: str) -> None:
    sobria(tmp_path / "typed" / "wrong", *line.format(out=tmp_path / "out").split())
    assert not (tmp_path / "typed").exists()
