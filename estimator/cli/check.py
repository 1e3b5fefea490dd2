"""`sobria check`: dry run of an import."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from estimator.cli.text import Columns, Json, show
from estimator.core.errors import say


def check(  # noqa: PLR0913
    context: typer.Context,
    paths: Annotated[list[str], typer.Argument(help="paths", metavar="PATH…")],
    timezone: Annotated[str | None, typer.Option(help="timezone")] = None,
    read_at: Annotated[str | None, typer.Option(help="read_at")] = None,
    columns: Columns = None,
    json_: Json = False,
) -> None:
    from estimator.builds.places_ahead import check_in_home
    from estimator.ingestion.context import reading_context
    from estimator.ingestion.readers import nothing_found

    home = context.obj["home"]
    found = check_in_home(home, paths, reading_context(home, timezone, read_at, columns or ()))
    body = found.as_dict()
    if not found.files:
        if not json_:
            typer.echo("\n".join(_left(body, context.obj["lang"])))
        raise nothing_found(paths, found.left)
    show(body, json_, lambda: check_text(body, context.obj["lang"]))
    if any(file.error and file.error.code != "no_rows" for file in found.files):
        raise typer.Exit(1)
    if found.account.barren:
        typer.echo(say("cli", "none_accepted", context.obj["lang"], count=0), err=True)
        raise typer.Exit(1)


def check_text(body: Mapping[str, Any], lang: str) -> str:
    """Each file with the outcome of its rows, then the account of all, then that nothing was written."""
    from estimator.ingestion.dry_run import known_lines

    blocks = [_file(file, lang) for file in body["files"]]
    if left := _left(body, lang):
        blocks.append("\n".join(left))
    would = [say("check", "would", lang, **body["account"]), *known_lines(body, lang)]
    return "\n\n".join([*blocks, "\n".join([*would, say("check", "nothing", lang)])])


def _left(body: Mapping[str, Any], lang: str) -> list[str]:
    """How many files of folders are left, then why."""
    from estimator.ingestion.left_files import left_lines

    told = [say("check", "not_recognised", lang, count=len(left))] if (left := body["not_recognised"]) else []
    return [*told, *(f"  {line}" for line in left_lines(body["left"], lang))]


def _file(file: Mapping[str, Any], lang: str) -> str:
    from estimator.ingestion.dry_run import file_lines
    from estimator.ingestion.readers import format_name

    if file["error"]:
        return f"! {file['error'][lang]}"
    format_ = format_name(file["format"], lang)
    head = say("check", "file", lang, name=file["name"], format=format_, read=file["read"])
    return "\n".join([head, *(f"  {line}" for line in file_lines(file, lang))])
