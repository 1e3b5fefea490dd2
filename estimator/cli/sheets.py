"""Commands of the documents of a project file."""

from pathlib import Path
from typing import Annotated

import typer

from estimator.cli.text import Json, show
from estimator.core.errors import say

sheet = typer.Typer(no_args_is_help=True)

File = Annotated[Path, typer.Argument(metavar="SCENARIO")]
Out = Annotated[Path, typer.Option(help="out", metavar="FILE")]
Format = Annotated[str | None, typer.Option(help="format", metavar="html|md|csv")]


@sheet.command("questionnaire")
@sheet.command("tender")
@sheet.command("rgesn")
@sheet.command("evaluation")
def write(context: typer.Context, file: File, out: Out, format: Format = None, json_: Json = False) -> None:
    """The document that the command names."""
    from estimator.comparison.scenario import read_scenario
    from estimator.reporting.project.context import facts_of
    from estimator.reporting.project.write import write_sheet

    lang = context.obj["lang"]
    facts = facts_of(read_scenario(file), lang, context.obj["home"], file.name)
    done = {"file": str(out), "bytes": write_sheet(str(context.info_name), facts, out, format)}
    show(done, json_, lambda: say("sheet", "written", lang, **done))
