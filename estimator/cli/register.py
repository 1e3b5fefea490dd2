"""Commands of the register of AI use cases."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from estimator.cli.text import Json, show
from estimator.core.errors import say

if TYPE_CHECKING:
    from estimator.core.fields import Author
    from estimator.governance.register.register import Register
    from estimator.governance.register.schema import UseCase

register = typer.Typer(no_args_is_help=True)

DAY = ["%Y-%m-%d"]
Id = Annotated[str, typer.Argument(metavar="ID")]
Fields = Annotated[list[str], typer.Argument(metavar="FIELD=VALUE…")]
Who = Annotated[str, typer.Option(help="register_who")]
Why = Annotated[str, typer.Option(help="register_why")]
MaybeWhy = Annotated[str | None, typer.Option(help="register_why")]
By = Annotated[str, typer.Option(help="register_by")]
Date = Annotated[datetime | None, typer.Option(help="register_date", formats=DAY)]


@register.command("list", help="register_list")
def list_(context: typer.Context, json_: Json = False) -> None:
    from dataclasses import asdict

    from estimator.cli.register_text import list_text

    held = _read(context)
    cases, faults, conflicts = held.use_cases(), held.faults(), held.conflicts()
    body = {
        "use_cases": [c.as_dict() for c in cases],
        "counts": asdict(held.counts()),
        "conflicts": [
            {"use_case": c.use_case, "events": [e.event for e in c.events], "fields": c.fields} for c in conflicts
        ],
        "faults": [f.as_dict() | {"about": f.about} for f in faults],
    }
    show(body, json_, lambda: list_text(held, context.obj["lang"]))


@register.command("show", help="register_show")
def show_(context: typer.Context, id: Id, json_: Json = False) -> None:
    from estimator.cli.register_text import case_text
    from estimator.governance.indicators.anonymity import untold_ids
    from estimator.governance.indicators.forecast import forecast
    from estimator.governance.indicators.open_scope import scope_of
    from estimator.reporting.uses.ahead import ahead_lines

    held, lang = _read(context), context.obj["lang"]
    case, history = held.use_case(id), held.history(id)
    scope = scope_of(context.obj["home"], case.commune, inside=not json_)
    found = None if case.id in untold_ids(scope, scope.sources.ever.period.months()) else forecast(scope, case)
    body: dict[str, Any] = {"use_case": case.as_dict(), "history": [e.model_dump() for e in history]}
    body["forecast"] = found and found.model_dump(mode="json")
    show(body, json_, lambda: case_text(case, history, ahead_lines(scope, case, lang), lang))


@register.command("add")
def add(context: typer.Context, fields: Fields, who: Who, why: Why, json_: Json = False) -> None:
    from estimator.governance.register.csv_table import facts_said

    held = _register(context)
    _print_use_case(context, held.create(facts_said(fields, held.invented), _author(who, why)), json_)


@register.command("set")
def set_(context: typer.Context, id: Id, fields: Fields, who: Who, why: Why, json_: Json = False) -> None:  # noqa: PLR0913
    from estimator.governance.register.csv_table import facts_said, row_of

    held = _register(context)
    facts = facts_said(fields, held.invented, row_of(held.use_case(id)))
    _print_use_case(context, held.change(id, facts, _author(who, why)), json_)


@register.command("move")
def move(  # noqa: PLR0913
    context: typer.Context,
    id: Id,
    stage: Annotated[Any, typer.Argument(metavar="STAGE", parser=str)],
    who: Who,
    why: Why,
    json_: Json = False,
) -> None:
    _print_use_case(context, _register(context).move(id, stage, _author(who, why)), json_)


@register.command("review")
def review(  # noqa: PLR0913
    context: typer.Context,
    id: Id,
    who: Who,
    done: Annotated[datetime | None, typer.Option(help="register_done", formats=DAY)] = None,
    by: By = "",
    conclusion: Annotated[str, typer.Option(help="register_conclusion")] = "",
    due: Annotated[datetime | None, typer.Option(help="register_due", formats=DAY)] = None,
    why: MaybeWhy = None,
    json_: Json = False,
) -> None:
    days = {name: day.date() for name, day in (("done", done), ("due", due)) if day}
    found = {**days, "by": by, "conclusion": conclusion}
    _print_use_case(context, _register(context).review(id, found, _author(who, why or conclusion)), json_)


@register.command("quality")
def quality(  # noqa: PLR0913
    context: typer.Context,
    id: Id,
    value: Annotated[str, typer.Option(help="register_value")],
    by: By,
    who: Who,
    test: Annotated[str | None, typer.Option(help="register_test")] = None,
    date: Date = None,
    why: MaybeWhy = None,
    json_: Json = False,
) -> None:
    found = {"value": value, "date": _day(date), "by": by} | ({"test": test} if test else {})
    case = _register(context).record_quality(id, found, _author(who, why or test or by))
    _print_use_case(context, case, json_)


@register.command("decide")
def decide(  # noqa: PLR0913
    context: typer.Context,
    id: Id,
    what: Annotated[str, typer.Argument(metavar="DECISION")],
    reasons: Annotated[str, typer.Option(help="register_reasons")],
    by: By,
    who: Who,
    date: Date = None,
    why: MaybeWhy = None,
    json_: Json = False,
) -> None:
    from estimator.governance.register.stage_rules import lacking

    found = {"what": what, "date": _day(date), "reasons": reasons, "by": by}
    case, lang = _register(context).decide(id, found, _author(who, why or reasons)), context.obj["lang"]
    _print_use_case(context, case, json_)
    for rule in lacking(case, "experimentation") if what == "lancer" else ():
        typer.echo(say("register_cli", "undecided", lang, what=rule.as_dict()[lang]), err=True)


@register.command("attach")
def attach(  # noqa: PLR0913
    context: typer.Context,
    id: Id,
    service_key: Annotated[str, typer.Option(help="register_service_key")],
    who: Who,
    why: Why,
    host: Annotated[str | None, typer.Option(help="register_host")] = None,
    model: Annotated[str | None, typer.Option(help="register_model")] = None,
    since: Annotated[datetime | None, typer.Option(help="register_since", formats=DAY)] = None,
    json_: Json = False,
) -> None:
    pattern = {"service_key": service_key, "host": host, "model": model, "since": since and since.date()}
    _print_use_case(context, _register(context).attach(id, pattern, _author(who, why)), json_)


@register.command("detach")
def detach(  # noqa: PLR0913
    context: typer.Context,
    id: Id,
    attachment: Annotated[str, typer.Argument(metavar="ATTACHMENT")],
    who: Who,
    why: Why,
    until: Annotated[datetime | None, typer.Option(help="register_until", formats=DAY)] = None,
    json_: Json = False,
) -> None:
    case = _register(context).detach(id, attachment, _author(who, why), until.date() if until else None)
    _print_use_case(context, case, json_)


@register.command("due")
def due(context: typer.Context, json_: Json = False) -> None:
    from estimator.cli.register_text import due_text

    found = _read(context).due(_today())
    rows = [{"use_case": d.use_case.id, "due": d.day.isoformat(), "late": d.late} for d in found]
    show({"due": rows}, json_, lambda: due_text(found, context.obj["lang"]))


@register.command("export")
def export(context: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE")], json_: Json = False) -> None:
    from estimator.builds.queries import SAMPLE_MARK
    from estimator.core.atomic_files import replace_file
    from estimator.governance.register.csv_table import export_csv
    from estimator.reporting.documents.csv_table import BYTE_ORDER_MARK

    held, sample = _read(context), (context.obj["home"] / SAMPLE_MARK).exists()
    replace_file(file, BYTE_ORDER_MARK + export_csv(held, sample))
    facts = {"total": len(held.use_cases()), "file": str(file)}
    show(facts, json_, lambda: say("register_cli", "exported", context.obj["lang"], **facts))


@register.command("import", help="register_import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    who: Who,
    why: Why,
    json_: Json = False,
) -> None:
    from dataclasses import asdict

    from estimator.governance.register.csv_table import import_csv, table_text

    done = asdict(import_csv(_register(context), table_text(file), _author(who, why)))
    show(done, json_, lambda: say("register_cli", "imported", context.obj["lang"], **done))


def _register(context: typer.Context) -> "Register":
    from estimator.governance.register.register import Register

    return Register(context.obj["home"])


def _read(context: typer.Context) -> "Register":
    """The register; what of it cannot be read is said, beside what is asked."""
    held = _register(context)
    for fault in held.faults():
        typer.echo(f"! {fault.as_dict()[context.obj['lang']]}", err=True)
    return held


def _author(who: str, why: str) -> "Author":
    from estimator.governance.register.register import author

    return author(who, why)


def _today() -> Any:
    return datetime.now().date()


def _day(date: datetime | None) -> Any:
    return date.date() if date else _today()


def _print_use_case(context: typer.Context, case: "UseCase", as_json: bool) -> None:
    """Print the use case after a write."""
    from estimator.cli.register_text import written_text

    show(case.as_dict(), as_json, lambda: written_text(case, context.obj["lang"]))
