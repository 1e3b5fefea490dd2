"""What is documented is what the code does."""

import re
import subprocess
import sys
from pathlib import Path

import typer
from typer.core import TyperGroup

from estimator.cli.app import application
from tests.support import sobria


def test_generated_pages_are_what_the_code_says() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "scripts.docs", "--check"], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout


def test_the_readme_shows_commands_that_exist(root: Path) -> None:
    whole = typer.main.get_group(application()).commands
    groups = {name: one.commands for name, one in whole.items() if isinstance(one, TyperGroup)}
    inner = [(group, name, one) for group, commands in groups.items() for name, one in commands.items()]
    known = {*(whole.keys() - groups.keys()), *(f"{g} {n}" for g, n, one in inner if not isinstance(one, TyperGroup))}
    every = (root / "docs" / "commandes.md").read_text("utf-8")
    assert [name for name in sorted(known) if f"## `sobria {name}`" not in every] == []
    text = (root / "README.md").read_text("utf-8")
    shown = re.findall(rf"^sobria ((?:(?:{'|'.join(groups)}) )?[a-z-]+)", text, re.MULTILINE)
    assert len(shown) > 8 and [name for name in shown if f"## `sobria {name}`" not in every] == []


def test_the_readme_shows_the_first_result_as_it_is_printed(root: Path, metropole: Path) -> None:
    text = (root / "README.md").read_text("utf-8")
    block = text.partition("Premier résultat à attendre :\n\n```\n")[2].partition("\n```")[0]
    printed = re.sub(r"[\u00a0\u202f]", " ", sobria(metropole, "totals", lang="fr").stdout.replace("’", "'"))
    expected = [line.partition(" ; …")[0] for line in block.split("\n")[2:]]
    assert len(expected) == 4 and [line for line in expected if line not in printed] == []  # noqa: PLR2004
