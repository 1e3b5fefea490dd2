"""Documentation page of all commands and options, generated from the command line itself."""

from collections.abc import Iterator
from typing import Any

import typer

from estimator.cli.app import application
from estimator.cli.text import EVERYWHERE, localise


def commands(lang: str, made: str) -> str:
    """One heading a command, one line an option, in the order of `sobria --help`."""
    root = typer.main.get_command(application())
    localise(root, lang)
    lines = ["# Commandes", "", made, ""]
    lines += ["Partout : `--lang fr|en`, `--home DOSSIER` ; `--json` pour ce qui affiche.", ""]
    for name, command in _walk("sobria", root):
        lines += [f"## `{name}`", "", str(command.help or ""), ""]
        shown = [p for p in command.params if p.name not in ("help", "json_", *EVERYWHERE)]
        for p in shown:
            named = f"`{p.opts[0] if p.opts[0].startswith('-') else p.metavar}`"
            lines.append(f"- {named}{' (obligatoire)' if p.required else ''} : {p.help}")
        lines += [""] if lines[-1] else []
    return "\n".join(lines)


def _walk(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    """The subcommands of a command, groups first expanded."""
    for inner, found in getattr(command, "commands", {}).items():
        if hasattr(found, "commands"):
            if found.invoke_without_command:
                yield f"{name} {inner}", found
            yield from _walk(f"{name} {inner}", found)
        else:
            yield f"{name} {inner}", found
