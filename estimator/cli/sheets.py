"""Commands of the documents of a project file."""

from pathlib import Path
from typing import Annotated

import typer

from estimator.cli.documents import Wanted, put, tell_lost
from estimator.cli.text import Json

sheet = typer.Typer(no_args_is_help=True)

File = Annotated[Path, typer.Argument(metavar="SCENARIO")]
Out = Annotated[Path | None, typer.Option(help="out_or_terminal", metavar="FILE")]
Format = Annotated[str | None, typer.Option(help="format", metavar="html|md|csv|txt")]


@sheet.command("questionnaire")
@sheet.command("tender")
@sheet.command("rgesn")
@sheet.command("evaluation")
def write(context: typer.Context, file: File, out: Out = None, format: Format = None, json_: Json = False) -> None:
    """The document that the command names."""
    from estimator.comparison.scenario import read_scenario
    from estimator.reporting.project.context import facts_of
    from estimator.reporting.project.sheets import SHEETS

    facts = facts_of(read_scenario(file), context.obj["lang"], context.obj["home"], file.name)
    if facts.build or facts.use_case:
        tell_lost(context.obj["home"], context.obj["lang"])
    put(context, SHEETS[str(context.info_name)](facts), Wanted(out, json_, format))
