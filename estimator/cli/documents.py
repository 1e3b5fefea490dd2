"""A document that a command makes: printed in the terminal, or written to its file."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer
from pydantic_core import to_jsonable_python

from estimator.cli.text import show
from estimator.core.errors import SobriaError, say
from estimator.core.home import AUTHORITIES, read_only
from estimator.core.searched_text import as_compared
from estimator.core.typography import printable, some_of

if TYPE_CHECKING:
    from estimator.governance.commitments.commitments import Commitments
    from estimator.governance.indicators.scope import Scope
    from estimator.reporting.documents.document import Document


SOMEWHAT, NEARLY = 0.6, 0.9  # likeness of two names [0 to 1]


class Wanted(NamedTuple):
    """Where a document goes: a file, or the terminal without any; its format, by default that of the file's name."""

    out: Path | None
    as_json: bool
    format: str | None = None


def tell_lost(home: Path, lang: str) -> None:
    """Say on the error output which rows, and which merged files of groups, figures lack that are written for others;
    nothing where they lack none."""
    from estimator.cli.ledger_text import lost_lines
    from estimator.ledger import Ledger

    for line in lost_lines(Ledger(read_only(home)).lost_rows(), home, lang):
        typer.echo(printable(line), err=True)


def tell_twice(home: Path, lang: str, lost: bool = False) -> None:
    """Say on the error output what a home counts twice of merged groups, after what it lacks of them if asked; nothing
    if it is not read."""
    if (home / AUTHORITIES).is_dir():
        from estimator.cli.ledger_text import lost_merge_lines
        from estimator.governance.indicators.own_counts import twice_lines

        with suppress(SobriaError):
            for line in [*(lost_merge_lines(home, lang) if lost else []), *twice_lines(home, lang)]:
                typer.echo(printable(line), err=True)


def tell_unstated(scope: "Scope", lang: str, told: Collection[str] | None = None) -> None:
    """Name at the terminal the uses that leave one by one, and of which neither the agents nor the uses are known.
    told: which are; by default all those of a territory that may be, and what withholds its total, if it is."""
    from estimator.cli.withheld_text import withheld_lines
    from estimator.governance.indicators.anonymity import grouped
    from estimator.governance.indicators.small_uses import small_loose, unstated

    if scope.sources.inside:
        return
    names = unstated(scope, grouped(scope).shown if told is None else told)
    if names:
        typer.echo(say("report", "unstated", lang, services=_quoted(names, lang)), err=True)
    if few := small_loose(scope):
        typer.echo(say("report", "loose_few", lang, services=_quoted(few, lang)), err=True)
    for line in withheld_lines(scope, lang) if told is None else ():
        typer.echo(line, err=True)
    tell_without_use(scope.sources.commitments, lang)


def tell_without_use(commitments: "Commitments", lang: str, service: str = "") -> None:
    """Name at the terminal the services whose agents are stated and that no use has, so that these agents count for
    none: this one, with those that are somewhat like it; without any, those whose name is nearly that of a use."""
    for name, near in commitments.without_use(SOMEWHAT if service else NEARLY).items():
        if as_compared(name) == as_compared(service) if service else near:
            said = [say("commitments_cli", "without_use", lang, service=name)]
            said += [say("commitments_cli", "without_use_near", lang, services=_quoted(near, lang))] if near else []
            typer.echo(" ".join(said), err=True)


def _quoted(names: Sequence[str], lang: str) -> str:
    return some_of([say("report", "unstated_one", lang, name=name) for name in names])


def put(
    context: typer.Context,
    document: "Document",
    wanted: Wanted,
    body: Mapping[str, Any] | None = None,
    note: str = "",
) -> None:
    """Print or write a document. body: what it is made of, for --json in the terminal, by default its
    own parts; note: what to do next."""
    from estimator.reporting.documents.rendering import rendered, save

    if wanted.out is None:
        text = rendered(document, wanted.format or "txt")
        show(body or to_jsonable_python(document), wanted.as_json, text.rstrip)
        return
    done: dict[str, Any] = {"file": str(wanted.out), "bytes": save(document, wanted.out, wanted.format)}
    lines = [say("sheet", "written", context.obj["lang"], **done), *([note] if note else [])]
    show(done | ({"note": note} if note else {}), wanted.as_json, lambda: "\n".join(lines))
