"""Terminal texts of the ledger, in French or English."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from estimator.builds.merge_journal import GroupsMerge, GroupsRemoval, lost_merges, stray_merges, unfinished_merges
from estimator.cli.text import rows_where
from estimator.core.errors import listed, one_of, say, sentences
from estimator.core.home import named_home, read_only
from estimator.core.periods import Period
from estimator.core.typography import some_of, typeset
from estimator.ingestion.unrecorded import Unrecorded
from estimator.ledger import Ledger
from estimator.ledger.journal import Import, RowsWithdrawal
from estimator.ledger.rows import Refused, RowsAlike, column_of
from estimator.ledger.withdrawn_text import withdrawn_text
from estimator.results.totals import AuthorityPart

SHOWN, NAMES = 20, 5


def leaving_text(body: Mapping[str, Any], key: str, lang: str) -> str:
    """Rows withdrawn or brought back, by service and by file."""
    facts = {"count": body["still"], "files": some_of(body["still_in"], NAMES)}
    still = [say("ledger_cli", "back_still" if key == "back" else "still", lang, **facts)] if body["still"] else []
    beside = [say("ledger_cli", "beside", lang, count=body["superseded"])] if body["superseded"] else []
    held = {"count": body["held"], "ids": some_of(body["held_by"], NAMES)}
    beside += [say("ledger_cli", "held", lang, **held)] if body["held"] else []
    changed = {"again": "back_again" if key == "back" else "again", "supersedes": "supersedes", "replaces": "replaces"}
    others = [say("ledger_cli", told, lang, count=body[name]) for name, told in changed.items() if body[name]]
    return "\n".join(
        [
            say("ledger_cli", key, lang, **{name: body[name] for name in ("withdrawal", "rows", "refused")}),
            *beside,
            *still,
            *_first_lines("also", body["also"], lang),
            *others,
            *_first_lines("service_line", body["services"], lang),
            say("ledger_cli", "files_line", lang, files=some_of(body["files"], NAMES)),
        ]
    )


def _first_lines(key: str, rows: Mapping[str, int], lang: str) -> list[str]:
    """The first of these services, or files, each with its rows, and how many others there are, with theirs."""
    told = list(rows.items())
    lines = [say("ledger_cli", key, lang, name=name, rows=count) for name, count in told[:SHOWN]]
    left = [count for _, count in told[SHOWN:]]
    return [*lines, say("ledger_cli", f"{key}_more", lang, count=len(left), rows=sum(left))] if left else lines


def nothing_text(home: Path, lang: str, parts: Sequence[AuthorityPart] = ()) -> str:
    """Of a home of which no row counts: where to begin, or that all are withdrawn and how to undo it; of one that holds
    only files without a group, of whom and of which periods. ledger_torn."""
    if parts:
        periods = sorted({file.period for part in parts for file in part.files})
        told = listed([Period(period).label(lang) for period in periods], lang)
        return say("cli", "totals_none_merged", lang, home=named_home(home), count=len(parts), periods=told)
    return withdrawn_text(Ledger(read_only(home)), lang) or say("cli", "nothing_yet", lang, home=named_home(home))


def unfinished_lines(left: Unrecorded, lang: str) -> list[str]:
    """Which imports did not end, or may be running, and what to do; nothing where all did."""
    return [f"! {told}"] if (told := left.text(lang)) else []


def lost_lines(rows: int, home: Path, lang: str) -> list[str]:
    """How many recorded rows the ledger lacks, and the command that names their file; which merged files of groups its
    home lacks; nothing where it has all."""
    return [*([say("ledger_cli", "lost", lang, rows=rows)] if rows else []), *lost_merge_lines(home, lang)]


def lost_merge_lines(home: Path, lang: str) -> list[str]:
    """Which merged files of groups a home lacks, of whom, which it has that were not merged, and what to do; nothing
    where it has those merged alone."""
    lost, stray = lost_merges(home), stray_merges(home)
    if not lost and not stray:
        return []
    from estimator.reporting.summary.standing import (  # the register: most do without
        lost_merges_text,
        stray_merges_text,
    )

    told = [lost_merges_text(lost, lang)] if lost else []
    told += [stray_merges_text(stray, lang)] if stray else []
    return [typeset(f"! {said}.", lang) for said in told]


def history_text(
    done: tuple[Sequence[Import], Sequence[RowsWithdrawal], Sequence[GroupsMerge | GroupsRemoval]],
    still: Mapping[str, int],
    unfinished: Unrecorded,
    lang: str,
) -> str:
    """One line an import, a withdrawal or a file of groups merged or taken out, oldest first, then the imports that did
    not end. still: rows that count all the same, by withdrawal."""
    imports, withdrawals, merged = done
    lines = [(record.order, _import_line(record, lang)) for record in imports]
    lines += [(record.order, _withdrawal_line(record, still.get(record.event, 0), lang)) for record in withdrawals]
    lines += [(record.order, _merge_line(record, lang)) for record in merged]
    told = [*(line for _, line in sorted(lines)), *unfinished_lines(unfinished, lang)]
    return "\n".join(told) or say("ledger_cli", "no_history", lang)


def merge_lines(home: Path, body: Mapping[str, Any], lang: str) -> list[str]:
    """What a merge of groups wrote, and what of it is to be looked at."""

    def told(key: str, **facts: object) -> str:
        return say("ledger_cli", key, lang, **facts)

    lines, given = [told("merged", count=len(body["merged"]), home=home)], body["given"]
    for file, strange in body["unknown"].items():
        each = [told(f"merged_unknown_{column}", names=some_of(names)) for column, names in strange.items()]
        lines.append(told("merged_unknown", file=given[file], what=listed(each, lang)))
    for code, (before, now) in body["renamed"].items():
        lines.append(told("merged_renamed", territory=code, before=before, now=now))
    for code, name in body["names_kept"].items():
        lines.append(told("merged_name_kept", territory=code, name=name))
    for name, ones in body["replaced"].items():
        came = [(one["file"], one["administration"] or "–", one["made_at"][:10]) for one in ones]
        gone = [told("merged_gone", name=old, by=by, day=day) for old, by, day in came]
        lines.append(told("merged_replaced", file=given[name], gone=some_of(gone, NAMES)))
    for pair in body["alike"][:NAMES]:
        lines.append(told("merged_alike", **pair | {"months": str(Period.over(pair["months"]))}))
    left = len(body["alike"]) - NAMES
    lines += [told("merged_alike_more", count=left)] if left > 0 else []
    lines += [told("merged_same", count=body["unchanged"])] if body["unchanged"] else []
    lines += [told("merged_here", home=home, address=body["elsewhere"])] if body["elsewhere"] else []
    return [*lines, *unfinished_merge_lines(home, lang), *lost_merge_lines(home, lang)]


def unfinished_merge_lines(home: Path, lang: str) -> list[str]:
    """Which merges did not end, and what to do; nothing where all did."""
    names = unfinished_merges(home)
    return [say("ledger_cli", "merge_unfinished", lang, files=some_of(names, NAMES), first=names[0])] if names else []


def _merge_line(record: GroupsMerge | GroupsRemoval, lang: str) -> str:
    if isinstance(record, GroupsRemoval):
        facts = record.model_dump(exclude={"at", "event"}) | {"at": record.at[:19], "id": record.digest[:12] or "–"}
        return say("ledger_cli", "removal_line", lang, **facts)
    facts = record.model_dump(exclude={"at", "event"}) | {"at": record.at[:19], "id": record.digest[:12]}
    line = say("ledger_cli", "merge_line", lang, **facts, name=record.name)
    if record.replaces:
        line += say("ledger_cli", "merge_replaces", lang, id=", ".join(old[:12] for old in record.replaces.split()))
    return line + (say("ledger_cli", "merge_why", lang, why=record.why) if record.why else "")


def waiting_text(rows: Sequence[Refused], lang: str) -> str:
    """Quarantined rows, by file, reason and column."""
    groups: dict[tuple[str, str, str, str], RowsAlike] = {}
    for row in rows:
        alike = row.file_name, row.file_sha, row.code, column_of(row.facts)
        groups.setdefault(alike, RowsAlike(row.line, row.facts)).add(row.facts)
    lines = [
        say(
            "ledger_cli",
            "waiting_line",
            lang,
            where=rows_where(file, held, lang, f" [{sha[:12]}]"),
            sentence=one_of(held.unlike, "for_instance", sentences("refusals", code, **held.facts))[lang],
        )
        for (file, sha, code, _), held in groups.items()
    ]
    return "\n".join([say("ledger_cli", "waiting_head" if rows else "waiting_none", lang, count=len(rows)), *lines])


def retried_text(body: Mapping[str, Any], lang: str) -> str:
    """Outcome of the retry of quarantined rows, and the files needed for the others."""
    lines = [say("ledger_cli", "retried", lang, **{name: n for name, n in body.items() if name != "files"})]
    lines += [say("cli", name, lang, count=body[name]) for name in ("supersedes", "again") if body[name]]
    if body["files"]:
        lines.append(say("ledger_cli", "file_needed", lang, files=some_of(body["files"], NAMES)))
    return "\n".join(lines)


def refusal_reason(row: Refused) -> dict[str, str]:
    """Why a row was quarantined: {"code"} and each language."""
    return sentences("refusals", row.code, **row.facts)


def _import_line(record: Import, lang: str) -> str:
    key = "retry_line" if record.moved else "import_line"
    facts = {"read": record.read, "moved": record.moved, "new": sum(s.new for s in record.sources)}
    files = some_of([f"{s.name} [{s.sha[:12]}]" for s in record.sources], NAMES)
    return say("ledger_cli", key, lang, at=record.at[:19], id=record.event, files=files, **facts)


def _withdrawal_line(record: RowsWithdrawal, still: int, lang: str) -> str:
    told = say("ledger_cli", "withdrawal_still", lang, count=still) if still else ""
    facts = record.model_dump() | {"at": record.at[:19], "id": record.event, "still": told}
    return say("ledger_cli", "undo_line" if record.undoes else "withdrawal_line", lang, **facts)
