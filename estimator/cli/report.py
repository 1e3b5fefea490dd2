"""Commands of the publications of an authority."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from estimator.cli.documents import Wanted, put, tell_lost, tell_unstated
from estimator.cli.text import Json, show
from estimator.cli.usage import Usage
from estimator.core.errors import say

if TYPE_CHECKING:
    from estimator.reporting.uses.context import UseFacts

report = typer.Typer(no_args_is_help=True)

Use = Annotated[str, typer.Argument(metavar="ID")]
Printed = Annotated[Path | None, typer.Option(help="out_or_terminal", metavar="FILE")]
Out = Annotated[Path, typer.Option(help="out", metavar="FILE")]
Folder = Annotated[Path, typer.Option("--out", help="report_folder", metavar="DIR")]
PeriodText = Annotated[str | None, typer.Option(help="period")]
Territory = Annotated[str, typer.Option(help="territory")]
By = Annotated[str, typer.Option(help="administration")]


@report.command("reen-file")
@report.command("groups")
def handed_over(
    context: typer.Context,
    out: Out,
    period: PeriodText = None,
    territory: Annotated[str, typer.Option(help="territory_or_siren")] = "all",
    administration: By = "",
    json_: Json = False,
) -> None:
    _write(context, out, (period, territory, administration), json_)


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


@report.command("reen-rollup")
def reen_rollup(  # noqa: PLR0913
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", exists=True, file_okay=False)] = None,
    period: PeriodText = None,
    communes: Annotated[str | None, typer.Option(help="communes", metavar="CODE,…")] = None,
    out: Printed = None,
    json_: Json = False,
) -> None:
    from estimator.reporting.publications.reen_rollup import again_text, left_out_text, rollup
    from estimator.reporting.publications.territory_files import review_of

    lang = context.obj["lang"]
    expected = [code.strip() for code in (communes or "").split(",") if code.strip()]
    if communes is not None and not expected:
        raise Usage("usage_no_code", name="--communes")
    found = review_of(context.obj["home"], folder, expected, period)
    note = " ".join(filter(None, (left_out_text(found, lang), again_text(found, lang))))
    tell_lost(context.obj["home"], lang)
    put(context, rollup(found, lang), Wanted(out, json_), found.as_dict(), note)


@report.command("stopped")
@report.command("resident")
def about_use(
    context: typer.Context, id: Use, out: Printed = None, period: PeriodText = None, json_: Json = False
) -> None:
    from estimator.reporting.uses.context import use_facts
    from estimator.reporting.uses.documents import DOCUMENTS, LOGGED

    kind = str(context.info_name)
    facts = use_facts(context.obj["home"], id, context.obj["lang"], period)
    if facts.counted_early:
        typer.echo(facts.say("warn_counted_early", name=facts.case.name, id=facts.case.id), err=True)
    if facts.how_to_open:
        typer.echo(facts.how_to_open, err=True)
    _tell_unstated([facts])
    note = facts.to_log(LOGGED[kind], out.name) if out else ""
    put(context, DOCUMENTS[kind](facts), Wanted(out, json_), note=note)


@report.command("sci")
def carbon_intensity(  # noqa: PLR0913
    context: typer.Context,
    id: Use,
    per: Annotated[str, typer.Option(help="sci_per", metavar="UNIT")] = "",
    out: Printed = None,
    period: PeriodText = None,
    json_: Json = False,
) -> None:
    from estimator.reporting.uses.context import use_facts
    from estimator.reporting.uses.sci import CarbonIntensity, sci

    found = CarbonIntensity(use_facts(context.obj["home"], id, context.obj["lang"], period), per)
    _tell_unstated([found.facts])
    put(context, sci(found), Wanted(out, json_), found.as_dict())


@report.command("evidence")
def evidence(
    context: typer.Context,
    id: Annotated[str | None, typer.Argument(metavar="[ID]")] = None,
    out: Printed = None,
    period: PeriodText = None,
    json_: Json = False,
) -> None:
    from estimator.reporting.uses.context import every_use, use_facts
    from estimator.reporting.uses.evidence import evidence_file as document

    home, lang = context.obj["home"], context.obj["lang"]
    found = [use_facts(home, id, lang, period)] if id else every_use(home, lang, period)
    _tell_unstated(found)
    put(context, document(found), Wanted(out, json_))


def _tell_unstated(found: "Sequence[UseFacts]") -> None:
    """Name those of these uses, of one scope, whose figures are told without knowing how many agents they are of, after
    what the ledger lacks."""
    tell_lost(found[0].scope.sources.home, found[0].lang)
    tell_unstated(found[0].scope, found[0].lang, [one.case.id for one in found if not one.hidden])


def _write(context: typer.Context, out: Path, asked: tuple[str | None, str, str], as_json: bool) -> None:
    """Write the report of the command."""
    from estimator.reporting.publications.context import ReportRequest, facts_of
    from estimator.reporting.publications.write import write_report

    lang = context.obj["lang"]
    kind = str(context.info_name)
    empty, file = kind == "groups", kind in ("groups", "reen-file")  # who has no use yet answers too
    request = ReportRequest(*asked, without_uses=empty, file=file)
    facts = facts_of(context.obj["home"], request, lang)
    saved = write_report(kind, facts, out)
    tell_lost(facts.scope.sources.home, lang)
    tell_unstated(facts.scope, lang)
    lines = {
        file: say("sheet", "written_none" if file in saved.empty else "written", lang, file=file, bytes=size)
        for file, size in saved.files.items()
    }
    files = [{"file": file, "bytes": size} for file, size in saved.files.items()]
    notes = [*(lines[file] for file in sorted(saved.empty)), *saved.notes]
    show({"files": files, "notes": notes}, as_json, lambda: "\n".join([*lines.values(), *saved.notes]))
