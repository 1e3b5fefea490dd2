"""Commands of the publications of an authority."""

from pathlib import Path
from typing import Annotated

import typer

from estimator.cli.text import Json, show
from estimator.core.errors import say

report = typer.Typer(no_args_is_help=True)

Out = Annotated[Path, typer.Option(help="out", metavar="FILE")]
Folder = Annotated[Path, typer.Option("--out", help="report_folder", metavar="DIR")]
PeriodText = Annotated[str | None, typer.Option(help="period")]
Territory = Annotated[str, typer.Option(help="territory")]
By = Annotated[str, typer.Option(help="administration")]


@report.command("schema-impact")
def schema_impact(
    context: typer.Context,
    out: Out,
    period: PeriodText = None,
    territory: Territory = "all",
    administration: By = "",
    json_: Json = False,
) -> None:
    _write(context, out, (period, territory, administration), json_)


@report.command("data")
def data(
    context: typer.Context,
    folder: Folder,
    period: PeriodText = None,
    territory: Territory = "all",
    json_: Json = False,
) -> None:
    _write(context, folder, (period, territory, ""), json_)


@report.command("boamps")
def boamps(
    context: typer.Context,
    folder: Folder,
    period: PeriodText = None,
    territory: Territory = "all",
    administration: By = "",
    json_: Json = False,
) -> None:
    _write(context, folder, (period, territory, administration), json_)


@report.command("budget-vert")
@report.command("beges")
@report.command("reen")
def printed(
    context: typer.Context, out: Out, period: PeriodText = None, territory: Territory = "all", json_: Json = False
) -> None:
    _write(context, out, (period, territory, ""), json_)


def _write(context: typer.Context, out: Path, asked: tuple[str | None, str, str], as_json: bool) -> None:
    """Write the report of the command."""
    from estimator.reporting.publications.context import ReportRequest, facts_of
    from estimator.reporting.publications.write import write_report

    lang = context.obj["lang"]
    saved = write_report(str(context.info_name), facts_of(context.obj["home"], ReportRequest(*asked), lang), out)
    body = {"files": [{"file": file, "bytes": size} for file, size in saved.files.items()], "notes": list(saved.notes)}
    lines = [say("sheet", "written", lang, file=file, bytes=size) for file, size in saved.files.items()]
    show(body, as_json, lambda: "\n".join([*lines, *saved.notes]))
