"""What is documented is what the code does."""

import subprocess
import sys
from pathlib import Path

from estimator.cli import app
from estimator.cli.catalogue import GROUPS


def test_generated_pages_are_what_the_code_says() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "scripts.docs", "--check"], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout


def test_the_readme_names_every_command(root: Path) -> None:
    text = (root / "README.md").read_text("utf-8")
    names = [c.name or c.callback.__name__ for c in app.registered_commands if c.callback]
    names += [f"{group} {c.name}" for group, commands in GROUPS.items() for c in commands.registered_commands]
    assert [n for n in names if f"sobria {n}" not in text] == []
