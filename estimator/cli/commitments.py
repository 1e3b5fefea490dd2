"""Commands of the commitments of the council."""

from datetime import date as Date
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from estimator.cli.documents import tell_without_use
from estimator.cli.text import Json, show
from estimator.core.errors import say

if TYPE_CHECKING:
    from estimator.core.fields import Author
    from estimator.governance.commitments.commitments import CommitmentEntry, Commitments
    from estimator.governance.commitments.schema import Budget, Objective

commitments = typer.Typer(no_args_is_help=True)

DAY = ["%Y-%m-%d"]
Indicator = Annotated[str, typer.Argument(metavar="INDICATOR")]
Territory = Annotated[str, typer.Option(help="commitments_territory")]
By = Annotated[str, typer.Option(help="commitments_by")]
Voted = Annotated[datetime, typer.Option(help="commitments_voted", formats=DAY)]
Document = Annotated[str, typer.Option(help="commitments_document")]
Day = Annotated[datetime | None, typer.Option(help="commitments_day", formats=DAY)]
Who = Annotated[str, typer.Option(help="commitments_who")]
Why = Annotated[str, typer.Option(help="commitments_why")]
MaybeWhy = Annotated[str | None, typer.Option(help="commitments_why")]


@commitments.command("objective")
def objective(  # noqa: PLR0913
    context: typer.Context,
    indicator: Indicator,
    territory: Territory,
    reference_year: Annotated[int, typer.Option(help="commitments_reference_year")],
    due_year: Annotated[int, typer.Option(help="commitments_due_year")],
    by: By,
    date: Voted,
    document: Document,
    who: Who,
    value: Annotated[float | None, typer.Option(help="commitments_value")] = None,
    change: Annotated[float | None, typer.Option(help="commitments_change")] = None,
    unit: Annotated[str, typer.Option(help="commitments_unit")] = "",
    reference_value: Annotated[float | None, typer.Option(help="commitments_reference_value")] = None,
    why: MaybeWhy = None,
    json_: Json = False,
) -> None:
    vote = {"indicator": indicator, "territory": territory, "by": by, "date": date.date(), "document": document}
    target = {"value": value, "change_percent": change, "unit": unit, "due_year": due_year}
    fields = vote | target | {"reference_year": reference_year, "reference_value": reference_value}
    _print_vote(context, _commitments(context).vote_objective(fields, _author(who, why or document)), json_)


@commitments.command("budget", help="commitments_budget")
def budget(  # noqa: PLR0913
    context: typer.Context,
    indicator: Indicator,
    year: Annotated[int, typer.Option(help="commitments_year")],
    value: Annotated[float, typer.Option(help="commitments_ceiling")],
    unit: Annotated[str, typer.Option(help="commitments_unit")],
    by: By,
    date: Voted,
    document: Document,
    who: Who,
    territory: Annotated[str | None, typer.Option(help="commitments_territory")] = None,
    use_case: Annotated[str | None, typer.Option(help="commitments_budget_use")] = None,
    why: MaybeWhy = None,
    json_: Json = False,
) -> None:
    from estimator.governance.register.register import Register

    if use_case:
        territory = Register(context.obj["home"]).use_case(use_case).commune
    vote = {"indicator": indicator, "territory": territory, "by": by, "date": date.date(), "document": document}
    fields = vote | {"year": year, "value": value, "unit": unit, "use_case": use_case}
    _print_vote(context, _commitments(context).vote_budget(fields, _author(who, why or document)), json_)


@commitments.command("training", help="commitments_training")
def training(  # noqa: PLR0913
    context: typer.Context,
    service: Annotated[str, typer.Argument(metavar="SERVICE")],
    trained: Annotated[int, typer.Option(help="commitments_trained")],
    with_access: Annotated[int, typer.Option(help="commitments_access")],
    kind: Annotated[str, typer.Option(help="commitments_kind")],
    who: Who,
    date: Day = None,
    why: MaybeWhy = None,
    json_: Json = False,
) -> None:
    fields = {"service": service, "date": _day(date), "trained": trained, "with_access": with_access, "kind": kind}
    kept = _commitments(context)
    entry = kept.state_training(fields, _author(who, why or kind))
    _print_id(context, entry, json_)
    tell_without_use(kept, context.obj["lang"], service=entry.said.service)


@commitments.command("publication")
def publication(  # noqa: PLR0913
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="WHAT")],
    build: Annotated[str, typer.Option(help="commitments_build")],
    factors_version: Annotated[str, typer.Option(help="commitments_factors")],
    address: Annotated[str, typer.Option(help="commitments_address")],
    who: Who,
    use_case: Annotated[str | None, typer.Option(help="commitments_use_case")] = None,
    territory: Annotated[str | None, typer.Option(help="commitments_territory")] = None,
    period: Annotated[str | None, typer.Option(help="commitments_period")] = None,
    date: Day = None,
    why: MaybeWhy = None,
    json_: Json = False,
) -> None:
    about = {"use_case": use_case, "territory": territory, "period": period}
    made = {"what": what, "date": _day(date), "build": build, "factors_version": factors_version, "address": address}
    _print_id(context, _commitments(context).publish(made | about, _author(who, why or address)), json_)


@commitments.command("correction")
def correction(  # noqa: PLR0913
    context: typer.Context,
    id: Annotated[str, typer.Argument(metavar="ID")],
    changed: Annotated[str, typer.Option(help="commitments_changed")],
    who: Who,
    why: Why,
    date: Day = None,
    json_: Json = False,
) -> None:
    fields = {"publication": id, "date": _day(date), "changed": changed, "reason": why}
    _print_id(context, _commitments(context).correct(fields, _author(who, why)), json_)


@commitments.command("withdraw")
def withdraw(
    context: typer.Context, id: Annotated[str, typer.Argument(metavar="ID")], who: Who, why: Why, json_: Json = False
) -> None:
    _commitments(context).withdraw(id, _author(who, why))
    show({"withdrawn": id}, json_, lambda: say("commitments_cli", "withdrawn", context.obj["lang"], id=id))


@commitments.command("list", help="commitments_list")
def list_(context: typer.Context, json_: Json = False) -> None:
    from estimator.cli.commitments_text import list_text
    from estimator.governance.commitments.schema import Budget, Objective, Training

    kept, today = _commitments(context), _day(None)
    counts = {"trained", "with_access"}  # of one service they may be those of a few people
    body = {
        "objectives": _votes(kept, Objective),
        "budgets": _votes(kept, Budget),
        "training_groups": [g._asdict() for g in kept.training_groups(today)],
        "trainings": [{k: v for k, v in e.as_dict().items() if k not in counts} for e in kept.entries(Training)],
        "publications": [p.as_dict() for p in kept.publications()],
        "faults": kept.faults(),
    }
    show(body, json_, lambda: list_text(kept, today, context.obj["lang"]))


def _commitments(context: typer.Context) -> "Commitments":
    from estimator.governance.commitments.commitments import Commitments

    return Commitments(context.obj["home"])


def _author(who: str, why: str) -> "Author":
    from estimator.governance.commitments.commitments import author

    return author(who, why)


def _day(day: datetime | None) -> Date:
    return (day or datetime.now()).date()


def _votes(kept: "Commitments", kind: "type[Objective] | type[Budget]") -> list[dict[str, Any]]:
    """Votes of a kind, each with the id of the one that judges in its place."""
    last = kept.replaced(kind)
    return [e.as_dict() | {"replaced_by": last[e.id].id if e.id in last else ""} for e in kept.entries(kind)]


def _print_vote(context: typer.Context, entry: "CommitmentEntry[Any]", as_json: bool) -> None:
    """Print the id of a written vote, and which votes of the same it replaces, or which judges in its place."""
    from estimator.cli.commitments_text import written_text

    last = _commitments(context).replaced(type(entry.said))
    body = entry.as_dict() | {"replaced_by": last[entry.id].id if entry.id in last else ""}
    body["replaces"] = [id for id, by in last.items() if by.id == entry.id]
    show(body, as_json, lambda: written_text(body, context.obj["lang"]))


def _print_id(context: typer.Context, entry: "CommitmentEntry[Any]", as_json: bool) -> None:
    """Print the id of a written statement."""
    show(entry.as_dict(), as_json, lambda: say("commitments_cli", "written", context.obj["lang"], id=entry.id))
