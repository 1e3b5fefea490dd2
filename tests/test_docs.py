"""What is documented is what the code does."""

import re
import subprocess
import sys
from pathlib import Path

from estimator.cli.app import app
from estimator.cli.catalogue import GROUPS


def test_generated_pages_are_what_the_code_says() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "scripts.docs", "--check"], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout


def test_the_readme_shows_commands_that_exist(root: Path) -> None:
    known = {c.name or c.callback.__name__ for c in app.registered_commands if c.callback}
    known |= {f"{group} {c.name}" for group, commands in GROUPS.items() for c in commands.registered_commands}
    every = (root / "docs" / "commandes.md").read_text("utf-8")
    assert [name for name in sorted(known) if f"## `sobria {name}`" not in every] == []
    text = (root / "README.md").read_text("utf-8")
    shown = re.findall(rf"^sobria ((?:(?:{'|'.join(GROUPS)}) )?[a-z-]+)", text, re.MULTILINE)
    assert len(shown) > 8 and [name for name in shown if f"## `sobria {name}`" not in every] == []
