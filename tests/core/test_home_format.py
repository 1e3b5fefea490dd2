"""The format of a home: written by the first who uses it, and a newer one refused by every command, in words."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from estimator.builds.recalculation import changes
from estimator.cli.app import application
from estimator.core.errors import LANGUAGES
from estimator.core.home import FORMAT, FORMAT_FILE, claim, home_file
from estimator.ledger import Ledger
from estimator.ledger.reconciliation import reconcile
from estimator.results.making import build
from estimator.results.reading import open_current
from estimator.tracking.spool import into_ledger
from tests.support import activity, answered, append, refuses, sobria

SCENARIO = Path(__file__).parents[2] / "docs" / "scenario.toml"
OPEN_NO_HOME = {
    *("catalogue search", "devices search", "doctor", "estimate", "factors check", "factors list", "factors show"),
    *("hosts search", "models search", "validate", "when"),
}
# arguments that the command does not call required, and asks for
MORE = {"explain": ["total.energy"], "compare": [str(SCENARIO)]}


def commands(group: TyperGroup, before: str = "") -> Iterator[tuple[str, TyperCommand | TyperGroup]]:
    """Every command by name, those of groups too, and a group that does something by itself."""
    for name, command in group.commands.items():
        if not isinstance(command, TyperGroup) or command.invoke_without_command:
            yield f"{before}{name}", command
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{before}{name} ")


def arguments(command: TyperCommand | TyperGroup, tmp_path: Path) -> list[str]:
    """Something for each required parameter."""
    given = []
    for parameter in (parameter for parameter in command.params if parameter.required):
        wanted = parameter.type_descriptor.annotation
        if parameter.name in ("file", "files", "paths", "archive"):
            value = str(SCENARIO)
        elif wanted is Path:
            value = str(tmp_path / "new")
        elif get_origin(wanted) is Literal:
            value = get_args(wanted)[0]
        else:
            value = {datetime: "2026-01-01", int: "2026", float: "1"}.get(wanted, "abc=abc")
        given += [parameter.opts[0], value] if parameter.param_type_name == "option" else [value]
    return given


COMMANDS = dict(commands(typer.main.get_command(application())))


def files(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()}


def test_the_first_use_of_a_home_writes_its_format(tmp_path: Path) -> None:
    assert home_file(tmp_path).format == 1
    Ledger(tmp_path).prepare()
    assert (tmp_path / FORMAT_FILE).read_text("utf-8") == f"format = {FORMAT}\n"
    assert home_file(tmp_path).format == FORMAT


def test_a_ledger_without_a_format_is_not_taken_for_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    claim(tmp_path)
    assert home_file(tmp_path).format == 1


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - OPEN_NO_HOME))
def test_a_newer_home_is_refused_by_every_command(name: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "ledger" / "activities").mkdir(parents=True)
    (home / FORMAT_FILE).write_text("format = 3\nof_the_future = true\n", "utf-8")
    before = files(home)
    given = [*name.split(), *arguments(COMMANDS[name], tmp_path), *MORE.get(name, [])]
    for lang, told in (("fr", "dossier de format 3"), ("en", "home of format 3")):
        done = answered("--home", str(home), "--lang", lang, *given)
        assert done.returncode == 1 and told in done.stderr, done.stdout + done.stderr
    assert files(home) == before


@pytest.mark.parametrize("name", sorted(OPEN_NO_HOME))
def test_the_commands_that_open_no_home_exist(name: str) -> None:
    assert name in COMMANDS


def test_a_newer_home_is_refused_to_programs(tmp_path: Path) -> None:
    (tmp_path / FORMAT_FILE).write_text("format = 3\n", "utf-8")
    for use in (build, open_current, lambda home: into_ledger(home, []), lambda home: reconcile(Ledger(home))):
        with refuses("home_too_new") as refused:
            use(tmp_path)
        for lang in LANGUAGES:
            said = refused.value.message(lang)
            assert "format 3" in said and f"format {FORMAT}" in said and "--home" in said
    assert not (tmp_path / "ledger").exists()


@pytest.mark.parametrize(
    "text", ["format = ", "format = 0\n", 'format = "2"\n', "other = 2\n", "\x00", "a = " + "[" * 3000]
)
def test_a_torn_format_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / FORMAT_FILE).write_text(text, "utf-8")
    with refuses("home_file_torn") as refused:
        home_file(tmp_path)
    assert f"format = {FORMAT}" in refused.value.message("fr")


def test_an_empty_folder_of_tables_is_no_table_of_ones_own(tmp_path: Path) -> None:
    """Made before the tables, it changes no factor: nothing is warned, built anew nor recorded as a change."""
    append(Ledger(tmp_path), [activity()])
    sobria(tmp_path, "build")
    (tmp_path / "factors").mkdir()
    done = sobria(tmp_path, "build", "--json")
    body = json.loads(done.stdout)
    assert (done.stderr, body["fresh"], body["own_tables"]) == ("", False, "") and changes(tmp_path) == []
