"""`sobria export`: the results of a home as a file for other software."""

from pathlib import Path
from typing import Annotated

import typer

from estimator.cli.documents import tell_lost, tell_unstated
from estimator.cli.text import Json, show
from estimator.core.errors import say


def export(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(help="export_file", metavar="FILE")],
    inside: Annotated[bool, typer.Option("--inside", help="inside")] = False,
    json_: Json = False,
) -> None:
    from estimator.cli.withheld_text import opening_lines
    from estimator.governance.indicators.told_results import told_results
    from estimator.governance.indicators.withholding import of_few
    from estimator.reporting.exports.tables import write_table
    from estimator.results.reading import current_results

    home, lang = context.obj["home"], context.obj["lang"]
    told = told_results(home, current_results(home), inside)
    body = {"file": str(out), "bytes": write_table(told, out, lang), "rows": len(told.table), "withheld": told.withheld}
    lines = [say("sheet", "written", lang, **body)]
    lines += [say("export", "withheld_inside", lang, rows=told.withheld)] if told.withheld else []
    tell_lost(home, lang)
    if not inside:
        tell_unstated(told.scope, lang, told.groups.shown)
        for line in opening_lines(of_few(told.scope, told.groups.others), lang):
            typer.echo(line, err=True)
    show(body, json_, lambda: "\n".join(lines))
