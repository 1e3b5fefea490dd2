"""The Typer application: commands, global options, exit codes."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from estimator.cli import text as cli_text
from estimator.cli.command_context import CommandContext
from estimator.cli.global_options import global_options, languages_spoken
from estimator.cli.progress import shown as shown_progress
from estimator.cli.streams import refuse
from estimator.cli.text import Columns, Json, show
from estimator.cli.usage import Usage, localise, usage_fault
from estimator.core.errors import LANGUAGES, SobriaError, of_disk, say
from estimator.core.home import (
    TABLES,
    default_home,
    home_at,
    is_unused,
    named_home,
    own_tables,
    read_only,
    use_tables,
)
from estimator.core.plug_ins import GROUPS, tell_refusals
from estimator.core.plug_ins import installed as plug_ins_installed
from estimator.core.plug_ins import refused as refused_plug_ins
from estimator.core.progress import WATCH
from estimator.core.typography import printable

if TYPE_CHECKING:
    from estimator.results.reading import Results
    from estimator.results.totals import Totals
ELSEWHERE = {  # command -> the module of this room that has it under this name, read when it is asked for
    **dict.fromkeys(("factors", "models", "hosts", "devices", "catalogue"), "catalogue"),
    **{
        name: name
        for name in (
            *("register", "commitments", "report", "places", "collect"),
            *("estimate", "compare", "check", "when", "track", "levers", "export"),
        )
    },
    "sheet": "sheets",
    **dict.fromkeys(("ledger", "quarantine"), "ledger"),
}
DECLARED: dict[str, Any] = {
    "check": {"help": "check_import"},
    "export": {"help": "results_export"},
    "track": {"context_settings": {"ignore_unknown_options": True, "allow_interspersed_args": False}},
}
app = typer.Typer()  # the commands of this module

Paths = Annotated[list[str], typer.Argument(help="paths", metavar="PATH…")]


def answer() -> None:
    """Answer the command line, then exit with its code."""
    arguments, said = global_options(sys.argv[1:])
    lang = languages_spoken(said)[0]
    if arguments[:1] == ["--version"]:
        from importlib.metadata import version as installed

        print(f"SobrIA {installed('sobria')}")
        sys.exit()
    if fault := _bad_global(said):
        refuse(usage_fault(fault))
        sys.exit(fault.exit_code)
    sys.excepthook = partial(_own_fault, lang)
    try:
        home = home_at(said["home"][0]) if "home" in said else default_home()
    except SobriaError as error:
        refuse(error.as_dict())
        sys.exit(1)
    use_tables(home / TABLES)
    WATCH.set(partial(shown_progress, "building", lang))
    command: Any = typer.main.get_command(application(arguments[0] if arguments else ""))
    command.invoke = partial(_heard, command.invoke)
    localise(command, lang)
    tell_refusals(lambda refusal: print(f"! {printable(refusal.message(lang))}", file=sys.stderr))
    refused: dict[str, Any] = {}
    try:
        code = command.main(arguments, prog_name="sobria", standalone_mode=False, obj=CommandContext(home, lang))
    except OSError as error:
        refused, code = of_disk(error, home).as_dict(), 1
    except SobriaError as error:
        refused, code = error.as_dict(), 1
    except typer.TyperException as error:
        refused, code = usage_fault(error), error.exit_code
    except typer.Abort:
        raise KeyboardInterrupt from None
    if refused:
        refuse(refused)
    sys.exit(code or 0)


def _heard(invoke: Callable[[Any], Any], context: Any) -> Any:
    """What a command gives. typer.Abort for Ctrl-C, of which the library makes an exit without a word."""
    try:
        return invoke(context)
    except KeyboardInterrupt:
        raise typer.Abort from None


def _bad_global(said: Mapping[str, Sequence[str]]) -> Usage | None:
    """What is wrong in the options that every command has, if anything is."""
    unknown = set(said.get("lang", ())) - {*LANGUAGES}
    if unknown or not all(value.strip() for value in said.get("home", ())):
        return Usage("bad_global", known=", ".join(LANGUAGES))
    twice = [name for name, values in said.items() if len(values) > 1]
    return Usage("usage_twice", name=f"--{twice[0]}") if twice else None


def _own_fault(lang: str, kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """What Python says of an error that no refusal foresaw, then whose fault it is and what to keep."""
    sys.__excepthook__(kind, error, trace)
    print(say("errors", "own_fault", lang), file=sys.stderr)


def application(asked: str = "") -> typer.Typer:
    """The application with this command alone: to read and declare the others takes longer than to answer. Whole when
    there is no such command."""
    here = [one for one in app.registered_commands if command_name(one) == asked]
    found = typer.Typer(
        name="sobria",
        add_completion=not (here or asked in ELSEWHERE),
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    found.callback()(everywhere)
    for name in () if here else (asked,) if asked in ELSEWHERE else ELSEWHERE:
        one = getattr(import_module(f"estimator.cli.{ELSEWHERE[name]}"), name)
        if isinstance(one, typer.Typer):
            found.add_typer(one, name=name)
        else:
            found.command(**DECLARED.get(name, {}))(one)
    found.registered_commands += here or ([] if asked in ELSEWHERE else app.registered_commands)
    return found


def _completion(context: typer.Context, shell: str | None) -> None:
    """Print the completion of commands and options, for a shell to read."""
    if shell:
        os.environ["_SOBRIA_COMPLETE"] = f"source_{shell}"  # how the library is asked for it; then it exits
        context.command.main([], prog_name="sobria")


Shell = Literal["bash", "zsh", "fish", "powershell"]


def everywhere(
    home: Annotated[Path | None, typer.Option(help="home", metavar="DIR")] = None,
    lang: Annotated[str | None, typer.Option(help="lang", metavar="|".join(LANGUAGES))] = None,
    version: Annotated[bool, typer.Option("--version", help="version")] = False,
    completion: Annotated[Shell | None, typer.Option(help="completion", callback=_completion, is_eager=True)] = None,
) -> None:
    """What every help shows: `global_options` has read these before."""


def command_name(command: typer.models.CommandInfo) -> str:
    """The name that a person types."""
    return command.name or str(getattr(command.callback, "__name__", ""))


@app.command("import")
def import_(  # noqa: PLR0913
    context: typer.Context,
    paths: Paths,
    timezone: Annotated[str | None, typer.Option(help="timezone")] = None,
    read_at: Annotated[str | None, typer.Option(help="read_at")] = None,
    columns: Columns = None,
    json_: Json = False,
) -> None:
    from estimator.cli.documents import tell_twice
    from estimator.ingestion.context import reading_context
    from estimator.ingestion.importing import import_paths
    from estimator.ingestion.readers import nothing_found
    from estimator.ledger import Ledger

    home = context.obj["home"]
    with shown_progress("importing", context.obj["lang"]) as step:
        report = import_paths(Ledger(home), paths, reading_context(home, timezone, read_at, columns or ()), step)
    if not report.files:
        raise nothing_found(paths, report.left)
    body = report.account.as_dict() | {
        "errors": [error.as_dict() for error in report.errors],
        "remarks": [remark.as_dict() for remark in report.remarks],
        "not_recognised": list(report.left),
    }
    show(body, json_, lambda: cli_text.import_text(report, context.obj["lang"]))
    tell_twice(home, context.obj["lang"], lost=True)
    if report.failed:
        raise typer.Exit(1)


@app.command()
def build(
    context: typer.Context,
    full: Annotated[bool, typer.Option("--full", help="build_full")] = False,
    engine: Annotated[Literal["duckdb", "spark"], typer.Option(help="build_engine")] = "duckdb",
    master: Annotated[str | None, typer.Option(metavar="URL", help="build_master")] = None,
    json_: Json = False,
) -> None:
    from estimator.builds.build import How, for_spark
    from estimator.builds.current import tables_of
    from estimator.catalogue.load import far_values
    from estimator.cli.ledger_text import lost_lines
    from estimator.ledger import Ledger
    from estimator.results.making import build as make

    if (engine == "spark") != (master is not None):
        raise SobriaError("spark_master")
    if master is not None:
        for_spark(context.obj.unopened, master)
    lang = context.obj["lang"]
    made, lost = make(context.obj["home"], how=How(full, master)), Ledger(context.obj["home"]).lost_rows()
    tables = tables_of(context.obj["home"])
    body = {"build": made.id, "path": str(made.path), "fresh": made.fresh, "lost_rows": lost, "own_tables": tables}
    far = far_values()
    body["far_values"] = [one.as_dict() for one in far]
    done = [say("cli", "built" if made.fresh else "built_already", lang, id=made.id)]
    if made.same is not None:
        body["same"] = made.same
        done.append(say("cli", "read_again" if made.same else "read_apart", lang))
    done += [say("cli", "own_tables", lang, folder=tables)] if tables else []
    done += [f"! {one.text(lang)}" for one in far]
    show(body, json_, lambda: "\n".join([*done, *lost_lines(lost, context.obj["home"], lang)]))


@app.command()
def totals(context: typer.Context, json_: Json = False) -> None:
    lang = context.obj["lang"]
    if not json_ and is_unused(context.obj["home"]) and not own_tables():  # whose own tables may have values to tell
        return print(printable(say("cli", "nothing_yet", lang, home=named_home(context.obj["home"]))))
    from estimator.catalogue.load import far_values
    from estimator.cli.ledger_text import lost_lines, nothing_text, unfinished_lines
    from estimator.cli.totals_text import totals_text
    from estimator.ingestion.unrecorded import unrecorded
    from estimator.ledger import Ledger

    build = _fresh(context)
    found, remarks = build.totals(), list[str]()
    if found.authorities:
        from estimator.governance.indicators.own_counts import told_totals, twice_lines

        found, remarks = told_totals(build), twice_lines(context.obj["home"], lang)
    held = Ledger(read_only(context.obj["home"]))
    left, lost, far = unrecorded(held), held.lost_rows(), far_values()
    added, more = _added_totals(build, found, lang) if plug_ins_installed("sobria.indicators") else ([], [])
    told = left._asdict() | {"lost_rows": lost, "far_values": [one.as_dict() for one in far]}
    body = found.model_dump(mode="json") | told | {"added": added}
    remarks += [*unfinished_lines(left, lang), *lost_lines(lost, held.home, lang)]
    remarks += [f"! {one.text(lang)}" for one in far]
    nothing = "" if found.coverage.runs else nothing_text(context.obj["home"], lang, found.authorities)
    show(body, json_, lambda: "\n".join([totals_text(found, lang, nothing, build.mends()), *more, *remarks]))


@app.command()
def explain(
    context: typer.Context,
    number: Annotated[str | None, typer.Argument(help="number", metavar="FIGURE")] = None,
    replay: Annotated[Path | None, typer.Option(help="replay", exists=True, dir_okay=False)] = None,
    json_: Json = False,
) -> None:
    from estimator.assessment.impacts import Amount
    from estimator.cli.documents import tell_lost, tell_twice
    from estimator.cli.explain_text import explain_text, numbers_text, replay_text
    from estimator.governance.indicators.added_indicators import added_indicator, computed
    from estimator.governance.indicators.explanation import explained
    from estimator.reporting.summary.sentences import added_text

    if replay is not None:
        from estimator.assessment.replay import replay_file

        body = replay_file(replay)
        show(body, json_, lambda: replay_text(body, context.obj["lang"]))
        if body["differences"]:
            raise typer.Exit(1)
        return
    if number is None:
        listed = _fresh(context).numbers()
        show(listed, json_, lambda: numbers_text(listed, context.obj["home"], context.obj["lang"]))
        tell_lost(context.obj["home"], context.obj["lang"])
        return
    theirs = added_indicator(number)
    read = f"total.{theirs.of}" if theirs else number
    body = (explained(context.obj["home"], read) or _fresh(context).explain(read)).as_dict()
    told = ""
    if theirs:
        (body["added"],) = computed({theirs.of: Amount.read(body["amount"])}, {theirs.of: body["proof"]}, [theirs])
        told = added_text(body["added"], context.obj["lang"]) + "\n\n"
    show(body, json_, lambda: told + explain_text(body, context.obj["lang"]))
    tell_lost(context.obj["home"], context.obj["lang"])
    if read.startswith(("total.", "sheet.all.")):
        tell_twice(context.obj["home"], context.obj["lang"])


@app.command()
def indicators(
    context: typer.Context,
    period: Annotated[str | None, typer.Option(help="period")] = None,
    territory: Annotated[str, typer.Option(help="territory")] = "all",
    out: Annotated[Path | None, typer.Option(help="synthesis_out", metavar="FILE")] = None,
    json_: Json = False,
) -> None:
    from estimator.cli.documents import Wanted, put, tell_lost, tell_unstated
    from estimator.cli.indicators_text import indicators_text
    from estimator.governance.indicators.open_scope import scope_of
    from estimator.reporting.summary.one_page import document
    from estimator.reporting.summary.summary import synthesis

    lang = context.obj["lang"]
    scope = scope_of(context.obj["home"], territory, period, inside=out is None and not json_)
    body = synthesis(scope)
    tell_lost(scope.sources.home, lang)
    tell_unstated(scope, lang)
    if out is None:
        show(body, json_, lambda: indicators_text(body, lang))
        return
    put(context, document(body, lang), Wanted(out, json_))


@app.command()
def validate(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="cases", metavar="FILE")],
    without_source: Annotated[list[str] | None, typer.Option(help="without_source")] = None,
    leave_out: Annotated[Literal["architecture"] | None, typer.Option(help="leave_out")] = None,
    json_: Json = False,
) -> None:
    from estimator.workloads.validation.published_cases import read_cases, run

    with shown_progress("validating", context.obj["lang"]) as step:
        body = run(read_cases(file), leave_out, without_source or (), progress=step)
    show(body, json_, lambda: cli_text.validation_text(body, context.obj["lang"]))


@app.command()
def doctor(context: typer.Context, json_: Json = False) -> None:
    from estimator.catalogue.load import added_alternatives
    from estimator.governance.indicators.added_indicators import added_indicators
    from estimator.ingestion.readers import of_others
    from estimator.tracking.diagnosis import diagnose

    found, there = diagnose(), {group: plug_ins_installed(group) for group in GROUPS}
    of_others(), added_alternatives(), added_indicators()
    body = found.as_dict() | {"plug_ins": {group: [one._asdict() for one in some] for group, some in there.items()}}
    body["plug_ins_refused"] = [error.as_dict() for error in refused_plug_ins()]
    named = dict.fromkeys(str(one) for some in there.values() for one in some)
    told = ["", say("cli", "plug_ins", context.obj["lang"], names=", ".join(named))] if named else []
    show(body, json_, lambda: "\n".join([found.text(context.obj["lang"]), *told]))


@app.command()
def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="port", min=0, max=65535)] = 8501,
    address: Annotated[str, typer.Option(help="address")] = "127.0.0.1",
    allowed_host: Annotated[list[str] | None, typer.Option(help="allowed_host", metavar="NAME")] = None,
    proxy_secret_file: Annotated[Path | None, typer.Option(help="proxy_secret_file", metavar="FILE")] = None,
) -> None:
    from estimator.cli.dashboard_process import serve as start
    from estimator.results.making import build as make

    make(context.obj["home"])
    options: list[tuple[str, object]] = [("--address", address), ("--port", port)]
    options += [("--allowed-host", name) for name in allowed_host or ()]
    options += [("--proxy-secret-file", proxy_secret_file)] if proxy_secret_file else []
    start(context.obj["home"], context.obj["lang"], options)


def _fresh(context: typer.Context) -> "Results":
    """The build of the current ledger."""
    from estimator.results.reading import current_results

    return current_results(context.obj["home"])


def _added_totals(build: "Results", found: "Totals", lang: str) -> tuple[list[dict[str, Any]], list[str]]:
    """The indicators of other packages over these totals, and their lines; few homes load any, for they take long."""
    from estimator.governance.indicators.added_indicators import computed
    from estimator.reporting.summary.sentences import added_text

    added = computed(found.indicators, build.shares_by_proof())
    return added, [f"  + {added_text(one, lang)}" for one in added]
