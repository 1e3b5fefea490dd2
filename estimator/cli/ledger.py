"""Commands that verify, correct and back up the ledger, and those of its quarantine."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from estimator.cli.text import Json, show
from estimator.core.errors import LANGUAGES, SobriaError, of_disk, say

if TYPE_CHECKING:
    from estimator.builds.alike_files import Alike
    from estimator.builds.merge_journal import GroupsMerge, GroupsRemoval
    from estimator.ledger import Ledger

ledger = typer.Typer(no_args_is_help=True, help="ledger")
quarantine = typer.Typer(no_args_is_help=True, help="quarantine")

Who = Annotated[str, typer.Option(help="withdraw_who")]
Why = Annotated[str, typer.Option(help="withdraw_why")]
Some = str | None
NAMED = 3  # files that a refusal names


@ledger.command("verify", help="ledger_verify")
def verify(context: typer.Context, json_: Json = False) -> None:
    from estimator.builds.merge_journal import lost_merges, stray_merges
    from estimator.builds.merged_groups import faults_of_merged
    from estimator.cli.ledger_text import lost_merge_lines, unfinished_lines, unfinished_merge_lines
    from estimator.ingestion.unrecorded import unrecorded
    from estimator.ledger.reconciliation import reconcile

    held, lang = _read(context), context.obj["lang"]
    found = reconcile(held)
    (merged, damaged), stray = faults_of_merged(held.home), stray_merges(held.home)
    left = [*unfinished_lines(unrecorded(held), lang), *unfinished_merge_lines(held.home, lang)]
    faults = [*(fault.as_dict() for fault in found.faults), *damaged]
    absent = lost_merge_lines(held.home, lang)
    twice, told = (None, []) if faults or not merged else _counted_twice(held.home, lang)
    left += told
    lines = [say("ledger_cli", "standing", lang, **found.as_dict())]
    wrong = len(damaged) + len(stray)
    lines += [say("ledger_cli", "standing_merged", lang, count=merged, damaged=wrong)] if merged or wrong else []
    lines += left
    if not faults and not absent and not left:
        some = found.as_dict()["files"] or merged
        lines.append(say("ledger_cli", "sound" if some else "nothing_to_prove", lang))
    body: dict[str, Any] = found.as_dict() | {"merged": merged, "merged_damaged": len(damaged), "counted_twice": twice}
    body |= {"lost_merges": lost_merges(held.home), "stray_merges": stray}
    show(body, json_, lambda: "\n".join(lines))
    for fault in [*(one[lang] for one in faults), *absent]:
        print(fault, file=sys.stderr)
    if faults or absent:
        raise typer.Exit(1)


def _counted_twice(home: Path, lang: str) -> tuple[Mapping[str, Sequence[int]] | None, list[str]]:
    """The months of each authority that the totals of a home count twice, with what says it, or why it is unknown."""
    from estimator.governance.indicators.own_counts import told_totals, twice_lines
    from estimator.results.reading import current_results

    try:
        return told_totals(current_results(home)).counted_twice, twice_lines(home, lang)
    except SobriaError as refused:
        return None, [f"! {refused.message(lang)}"]
    except OSError as error:  # a home that is only read, and whose totals were not computed
        return None, [f"! {of_disk(error, home).message(lang)}"]


@ledger.command("history", help="ledger_history")
def history(context: typer.Context, json_: Json = False) -> None:
    from estimator.builds.merge_journal import lost_merges, merges_of, removals_of, stray_merges, unfinished_merges
    from estimator.cli.ledger_text import history_text, lost_merge_lines, unfinished_merge_lines
    from estimator.ingestion.unrecorded import unrecorded
    from estimator.ledger.later_readings import still_counting

    held = _read(context)
    imports, withdrawals = held.imports.read()[0], held.withdrawals.read()[0]
    merged, out = merges_of(held.home), removals_of(held.home)
    body: dict[str, Any] = {
        name: [r.model_dump() for r in records]
        for name, records in (("imports", imports), ("withdrawals", withdrawals), ("merges", merged), ("removals", out))
    }
    left = unrecorded(held)
    still = {} if json_ else still_counting(held)
    groups: list[GroupsMerge | GroupsRemoval] = [*merged, *out]
    told, lang = (imports, withdrawals, groups), context.obj["lang"]
    body |= {**left._asdict(), "unfinished_merges": unfinished_merges(held.home)}
    body |= {"lost_merges": lost_merges(held.home), "stray_merges": stray_merges(held.home)}
    more = [*unfinished_merge_lines(held.home, lang), *lost_merge_lines(held.home, lang)]
    show(body, json_, lambda: "\n".join([history_text(told, still, left, lang), *more]))


@ledger.command("withdraw", help="ledger_withdraw")
def withdraw(  # noqa: PLR0913
    context: typer.Context,
    file: Annotated[Some, typer.Option(help="withdraw_file")] = None,
    run: Annotated[Some, typer.Option(help="withdraw_run")] = None,
    import_: Annotated[Some, typer.Option("--import", help="withdraw_import")] = None,
    aside: Annotated[Some, typer.Option(help="withdraw_aside")] = None,
    twice: Annotated[Some, typer.Option(help="withdraw_twice")] = None,
    undo: Annotated[Some, typer.Option(help="withdraw_undo")] = None,
    who: Who = "",
    why: Why = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="withdraw_dry")] = False,
    json_: Json = False,
) -> None:
    from estimator.builds.merge_journal import taken_out
    from estimator.builds.merged_groups import merged_name
    from estimator.cli.ledger_text import leaving_text
    from estimator.governance.register.register import author
    from estimator.ledger import withdrawals as withdrawing

    asked: dict[withdrawing.What, Some] = {"file": file, "run": run, "import": import_, "aside": aside, "twice": twice}
    held, targets = _ledger(context), [withdrawing.Target(kind, value) for kind, value in asked.items() if value]
    if len(targets) + bool(undo) != 1 or (undo and dry_run):
        raise SobriaError("withdraw_wants_one")
    name = merged_name(context.obj["home"], file) if file else None
    if name:
        _take_out(context, name, (who, why, dry_run), json_)
        return
    try:
        if undo:
            body, key = withdrawing.bring_back(held, undo, author(who, why)).as_dict(), "back"
        elif dry_run:
            body, key = withdrawing.withdrawal_effect(held, targets[0]).as_dict(), "would_leave"
        else:
            body, key = withdrawing.withdraw(held, targets[0], author(who, why)).as_dict(), "left"
    except SobriaError as refused:
        gone = taken_out(held.home, file) if file and refused.code == "nothing_to_withdraw" else None
        if gone is None:
            raise
        facts = {"read": file, "file": gone.file, "day": gone.at[:10], "who": gone.who, "reason": gone.why}
        raise SobriaError("merged_gone", **facts) from refused
    show(body, json_, lambda: leaving_text(body, key, context.obj["lang"]))


def _take_out(context: typer.Context, name: str, said: tuple[str, str, bool], json_: bool) -> None:
    """Take a merged file out, or say that it would be. said: who, why, whether nothing is to be written."""
    from estimator.builds.merged_groups import remove
    from estimator.governance.register.register import author

    who, why, dry_run = said
    if not dry_run:
        remove(context.obj["home"], name, author(who, why))
    key = "merged_would_leave" if dry_run else "merged_left"
    show(
        {"merged": name, "written": not dry_run}, json_, lambda: say("ledger_cli", key, context.obj["lang"], file=name)
    )


@ledger.command("compact", help="ledger_compact")
def compact(
    context: typer.Context,
    least: Annotated[int, typer.Option(help="compact_least", min=2)] = 2,
    json_: Json = False,
) -> None:
    from estimator.ledger.compaction import compact as run

    body = run(_ledger(context), least).as_dict()
    show(body, json_, lambda: say("ledger_cli", "compacted", context.obj["lang"], **body))


@ledger.command("merge", help="ledger_merge")
def merge(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE.json…", exists=True, dir_okay=False)],
    replace: Annotated[bool, typer.Option("--replace", help="merge_replace")] = False,
    why: Annotated[str, typer.Option(help="merge_why")] = "",
    json_: Json = False,
) -> None:
    from estimator.builds.alike_files import alike_files
    from estimator.builds.merge_journal import authority_names, given_names, replaced_by
    from estimator.builds.merged_groups import merge as run
    from estimator.builds.merged_groups import merged_files
    from estimator.cli.ledger_text import merge_lines
    from estimator.cli.totals_text import authority_lines
    from estimator.core.home import home_file
    from estimator.core.typography import some_of
    from estimator.governance.indicators.own_counts import own_counts
    from estimator.results.making import locked
    from estimator.results.reading import current_results

    home, lang = context.obj["home"], context.obj["lang"]
    asked = some_of([file.name for file in files], NAMED)
    what = {one: say("asked_to_write", "merged", one, told=asked) for one in LANGUAGES}
    with locked(what, written=False):
        own = own_counts(home)
    names = authority_names(home)
    new = run(home, files, replace, own, why.strip())
    digests = {file.digest for file in new}
    old, pairs = replaced_by(home, digests), list(alike_files(merged_files(home), digests)) if new else []
    named = [(file.territory, names[file.territory], file.administration) for file in new if file.territory in names]
    body: dict[str, Any] = {
        "merged": [file.name for file in new],
        "given": given_names(home, digests),
        "unchanged": len(files) - len(new),
        "elsewhere": home_file(home).store or None,
        "unknown": {file.name: told for file in new if (told := file.unknown())},
        "renamed": {code: [before, now] for code, before, now in named if now and now != before},
        "replaced": {name: [_told_replaced(one) for one in ones] for name, ones in old.items()},
        "alike": [_told_alike(pair) for pair in pairs],
        "names_kept": {code: before for code, before, now in named if not now},
    }
    try:
        with locked(what, written=True):
            found = current_results(home).totals()
    except SobriaError as waited:
        if waited.code not in ("build_locked_written", "disk_full_written"):
            raise
        body |= {"build": None, "authorities": None, "missing": waited.as_dict()}
        show(body, json_, lambda: "\n".join([*merge_lines(home, body, lang), f"! {body['missing'][lang]}"]))
        return
    body |= {"build": found.build["build"], "authorities": [one.model_dump(mode="json") for one in found.authorities]}
    away = found.outside._replace(unfinished_merges=(), lost_merges={}, stray_merges=())  # which are told beside
    where = authority_lines(found.authorities, lang, away)
    show(body, json_, lambda: "\n".join([*merge_lines(home, body, lang), *where]))


def _told_replaced(one: "GroupsMerge") -> dict[str, str]:
    """A file whose place another one took, as JSON."""
    return {"name": one.name, "file": one.file, "administration": one.administration, "made_at": one.made_at}


def _told_alike(pair: "Alike") -> dict[str, Any]:
    """Two files that tell the same, as JSON."""
    told = {"file": pair.file.name, "territory": pair.file.territory, "months": sorted(pair.months)}
    return told | {"other": pair.other.name, "other_territory": pair.other.territory, "whole": pair.whole}


@ledger.command("export", help="ledger_export")
def export(
    context: typer.Context, target: Annotated[Path, typer.Argument(metavar="FILE.tar|DIR")], json_: Json = False
) -> None:
    from estimator.builds.merge_journal import lost_merges
    from estimator.cli.ledger_text import lost_merge_lines
    from estimator.ledger.archive import export as write

    home, lang = context.obj["home"], context.obj["lang"]
    body = write(_ledger(context), target) | {"lost_merges": lost_merges(home)}
    facts = {"files": body["files"], "file": target}
    lines = [say("ledger_cli", "exported", lang, **facts), *lost_merge_lines(home, lang)]
    show(body, json_, lambda: "\n".join(lines))


@ledger.command("restore", help="ledger_restore")
def restore(
    context: typer.Context,
    archive: Annotated[Path, typer.Argument(metavar="FILE.tar|DIR", exists=True)],
    json_: Json = False,
) -> None:
    from estimator.builds.merge_journal import lost_merges
    from estimator.cli.ledger_text import lost_merge_lines
    from estimator.ledger.archive import restore as put_back

    home, lang = context.obj["home"], context.obj["lang"]
    body = put_back(archive, home).as_dict()
    lines = [say("ledger_cli", "restored", lang, home=home), say("ledger_cli", "standing", lang, **body)]
    lines += lost_merge_lines(home, lang)
    show(body | {"lost_merges": lost_merges(home)}, json_, lambda: "\n".join(lines))


@quarantine.command("list", help="quarantine_list")
def list_(context: typer.Context, json_: Json = False) -> None:
    from estimator.cli.ledger_text import refusal_reason, waiting_text
    from estimator.ingestion.quarantine import still_quarantined

    rows = still_quarantined(_read(context))
    body = {"rows": [row.model_dump() | refusal_reason(row) for row in rows], "total": len(rows)}
    show(body, json_, lambda: waiting_text(rows, context.obj["lang"]))


@quarantine.command("retry", help="quarantine_retry")
def retry(
    context: typer.Context,
    paths: Annotated[list[str] | None, typer.Argument(metavar="[PATHS]")] = None,
    timezone: Annotated[str | None, typer.Option(help="timezone")] = None,
    read_at: Annotated[str | None, typer.Option(help="read_at")] = None,
    json_: Json = False,
) -> None:
    from estimator.cli.ledger_text import retried_text
    from estimator.ingestion.context import reading_context
    from estimator.ingestion.quarantine import retry as again

    home = context.obj["home"]
    body: dict[str, Any] = again(_ledger(context), reading_context(home, timezone, read_at), paths or ()).as_dict()
    show(body, json_, lambda: retried_text(body, context.obj["lang"]))


def _ledger(context: typer.Context) -> "Ledger":
    from estimator.ledger import Ledger

    return Ledger(context.obj["home"])


def _read(context: typer.Context) -> "Ledger":
    """The ledger, for a command that writes nothing."""
    from estimator.core.home import read_only
    from estimator.ledger import Ledger

    return Ledger(read_only(context.obj["home"]))
