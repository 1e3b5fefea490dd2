"""Commands of the documents of a project file."""

from pathlib import Path
from typing import Annotated

import typer

from estimator.cli.text import Json, show
from estimator.core.errors import say

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
    from estimator.reporting.documents.rendering import rendered, save
    from estimator.reporting.project.context import facts_of
    from estimator.reporting.project.sheets import SHEETS

    lang = context.obj["lang"]
    facts = facts_of(read_scenario(file), lang, context.obj["home"], file.name)
    document = SHEETS[str(context.info_name)](facts)
    if out is None:
        print(rendered(document, format or "txt"), end="")
        return
    done = {"file": str(out), "bytes": save(document, out, format)}
    show(done, json_, lambda: say("sheet", "written", lang, **done))
