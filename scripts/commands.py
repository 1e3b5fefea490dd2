"""Documentation page of all commands and options, generated from the command line itself."""

from collections.abc import Iterator
from typing import Any

import typer

from estimator.cli.app import application
from estimator.cli.usage import EVERYWHERE, localise
from scripts.messages import sentence_in


def commands(lang: str, made: str) -> str:
    """One heading a command, one line an option, in the order of `sobria --help`."""
    root = typer.main.get_command(application())
    localise(root, lang)
    lines = [f"# {sentence_in(lang, 'commands_page', 'title')}", "", made, ""]
    lines += [sentence_in(lang, "commands_page", "everywhere"), ""]
    required, colon = (sentence_in(lang, "commands_page", key) for key in ("required", "colon"))
    for name, command in _walk("sobria", root):
        lines += [f"## `{name}`", "", str(command.help or ""), ""]
        shown = [p for p in command.params if p.name not in ("help", "json_", *EVERYWHERE)]
        for p in shown:
            named = f"`{p.opts[0] if p.opts[0].startswith('-') else p.metavar}`"
            lines.append(f"- {named}{required if p.required else ''}{colon}{p.help}")
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
