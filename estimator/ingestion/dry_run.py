"""Dry run of an import: each file is parsed, and its rows are appended to a temporary ledger."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from estimator.core.duckdb_engine import arrow, connect
from estimator.core.errors import SobriaError, say
from estimator.core.home import LEDGER
from estimator.core.number_format import count_text
from estimator.core.proof_shares import proof_words
from estimator.core.storage.draft import DraftStore
from estimator.core.storage.storage import storage_at
from estimator.core.typography import escaped, some_of
from estimator.ingestion.checked_file import FileCheck, PlacesKnown
from estimator.ingestion.declarations.remarks import Declared, UnusedSidecar, alike, of_new
from estimator.ingestion.importing import kept_out, restate
from estimator.ingestion.left_files import why_left
from estimator.ingestion.reader import Trace
from estimator.ingestion.readers import ReadingContext, ReadResult, find_files, open_results
from estimator.ledger import Account, Ledger
from estimator.ledger.append import Append
from estimator.ledger.arrow_schemas import ACTIVITY_SCHEMA
from estimator.ledger.later_readings import superseded
from estimator.ledger.restatements import SEATS
from estimator.ledger.withdrawn_rows import parquet


@dataclass(frozen=True)
class DryRun:
    """Dry run of an import of these paths, what it would leave of their folders, and how many rows of earlier imports
    it would replace, by file. services: those of its new rows, and whether they have others; why: of what is left, as
    `why_left`."""

    account: Account
    files: tuple[FileCheck, ...]
    left: tuple[str, ...] = ()
    replaces: Mapping[str, int] = field(default_factory=dict)
    services: Mapping[str, bool] = field(default_factory=dict)
    why: Sequence[Mapping[str, Any]] = ()

    def as_dict(self) -> dict[str, Any]:
        """{"account", "files", "not_recognised", "left", "replaces"}; files of one name are apart by their order."""
        names, files = Counter(file.name for file in self.files), [file.as_dict() for file in self.files]
        for name in (name for name, count in names.items() if count > 1):
            for order, file in enumerate((file for file in files if file["name"] == name), 1):
                file["name"] = f"{name} ({order})"
        told = {"not_recognised": list(self.left), "left": list(self.why), "replaces": dict(self.replaces)}
        return {"account": self.account.as_dict(), "files": files} | told


def check_paths(
    home: Path, paths: Sequence[str | Path], context: ReadingContext, known: PlacesKnown | None = None
) -> DryRun:
    """Parse files, folders or `-` as an import would, and account for each row against the ledger of this home,
    which is not modified. known: of the places of rows; without, they are as the rows say."""
    with _copy(home) as ledger:
        run = _Run(Append(ledger), Declared(ledger), context, known, [])
        found = find_files(paths)
        files = tuple(_check(path, run) for path in found.traces)
        account, replaced, back = restate(ledger, run.posting, run.versions)
        if account.superseded:
            _without(files, superseded(ledger, run.posting.brought[0], run.posting.read_files))
        if back:
            _with(files, _rows(ledger, back))
        for remark in kept_out(ledger, run.posting):
            next((file for file in files if file.name == remark.file), files[0]).alike.append(remark)
        replaces, services = Counter(row.file for row in replaced), _services(ledger, run.posting.brought[0], back)
        names, why = tuple(left.name for left in found.left), why_left(found.left)
        return DryRun(account, files, names, replaces, services, why)


def _without(files: Sequence[FileCheck], gone: pa.Table) -> None:
    """No longer count these rows, in the first file that has them."""
    for (name, sha), file in {(file.name, file.sha): file for file in reversed(files)}.items():
        mine = gone.filter(pc.and_(pc.equal(gone["file_name"], name), pc.equal(gone["file_sha"], sha)))
        if len(mine):
            file.count(mine, -1)


def _with(files: Sequence[FileCheck], again: pa.Table) -> None:
    """Count rows of before that count again, in the first file of their name."""
    for name, file in {file.name: file for file in reversed(files)}.items():
        if len(mine := again.filter(pc.equal(again["file_name"], name))):
            file.count(mine)


def _rows(ledger: Ledger, ids: Collection[str]) -> pa.Table:
    """The activities of these ids, each once."""
    with ledger.still() as held, connect() as connection:
        sql = f"SELECT DISTINCT ON (row_id) * FROM ({held.rows_sql('activities')}) WHERE list_contains($1, row_id)"
        return arrow(connection, sql, ACTIVITY_SCHEMA, [sorted(ids)])


def file_lines(file: Mapping[str, Any], lang: str) -> list[str]:
    """What an import would do with one file, as a dry run has it: its proofs, its `looks`, its fields left out."""
    lines = []
    for proof, count in file["proofs"].items():
        told = file["components"].get(proof)
        lines.append(
            say("check_proofs", proof, lang, count=count_text(count, lang), parts=f" ({told[lang]})" if told else "")
        )
    if len(file["shares"]) > 1:
        lines.append(say("check", "shares", lang, shares=proof_words(file["shares"], lang)))
    lines += [placed[lang] for placed in file["placed"]]
    lines += [line for line, _ in looks([file], lang)]
    if file["left_out"]:
        names = some_of(file["left_out"])
        lines.append(say("check", "left_out", lang, count=len(file["left_out"]), names=names))
    return lines


def looks(files: Sequence[Mapping[str, Any]], lang: str) -> list[tuple[str, list[str]]]:
    """What a person should look at in these files, each with the names of those that have it: models that no table has,
    rows set aside with why, then doubts, said once for all."""
    found: list[tuple[str, list[str]]] = []
    doubts: dict[str, Counter[str]] = {}
    for file in files:
        if file["unknown_models"]:
            found.append((say("check", "unknown_models", lang, models=some_of(file["unknown_models"])), [file["name"]]))
        for reason in file["refused"]:
            facts = {"line": reason["line"], "count": count_text(reason["count"], lang), "reason": reason[lang]}
            found.append((say("check", "refused", lang, **facts), [file["name"]]))
        for look in (*file["checks"], *file["alike"]):
            doubts.setdefault(look[lang], Counter())[file["name"]] += look["count"]
    said = ((say("check", "look", lang, count=n.total(), reason=reason), list(n)) for reason, n in doubts.items())
    return [*found, *said]


def known_lines(found: Mapping[str, Any], lang: str) -> list[str]:
    """How many rows of each file of earlier imports an import would replace, how many would no longer count or count
    again, and how many of its own were withdrawn, with the way to bring them back. found: a dry run, as
    `DryRun.as_dict`."""
    lines = [say("check", "replaces", lang, count=count, name=name) for name, count in found["replaces"].items()]
    if any(file["reader"] == SEATS and file["name"] in found["replaces"] for file in found["files"]):
        lines.append(say("check", "replaces_seats", lang))
    told = {name: found["account"][name] for name in ("supersedes", "again", "waiting", "withdrawn")}
    return lines + [say("check", name, lang, count=count) for name, count in told.items() if count]


class _Run(NamedTuple):
    """What a dry run goes through with each file. versions: name, hash and rows of those of which the ledger has
    another version."""

    posting: Append
    declared: Declared
    context: ReadingContext
    known: PlacesKnown | None
    versions: list[tuple[str, str, list[str]]]


def _check(path: str | Path, run: _Run) -> FileCheck:
    found = FileCheck(escaped(Path(path).name), known=run.known)
    sidecar = UnusedSidecar(path)
    row_ids: list[str] | None = None

    def looked_at(results: Iterable[ReadResult]) -> Iterator[ReadResult]:
        for result in results:
            sidecar.look_at(result)
            if row_ids is not None:
                row_ids.extend(row.row_id for row in result.rows)
            told = [*alike(result.rows, run.declared)]
            yield result
            found.alike.extend(of_new(told, run.posting.added[0]))
            found.look_at(result, run.posting)

    try:
        opened = open_results(path, run.context)
        found.name, found.reader, found.sha = opened.trace.name, opened.reader.name, opened.trace.sha
        if isinstance(opened.trace, Trace) and run.posting.has_version(opened.trace):
            row_ids = []
            run.versions.append((opened.trace.name, opened.trace.sha, row_ids))
        run.posting.take(opened.trace, looked_at(opened.results))
        found.alike.extend(sidecar.remarks(found.reader))
        if not found.read:
            raise SobriaError("no_rows", file=found.name)
    except SobriaError as error:
        return FileCheck(escaped(Path(path).name), read=found.read, error=error)
    return found


def _services(ledger: Ledger, parts: Sequence[str], back: Collection[str]) -> dict[str, bool]:
    """The services of the rows of these parts, and of those that count again, and whether they have others too."""
    mine = [ledger.address(part) for part in parts if part.startswith("activities/")]
    if not mine and not back:
        return {}
    ids = "SELECT UNNEST($1::VARCHAR[])" + (f" UNION ALL SELECT row_id FROM {parquet(mine)}" if mine else "")
    with ledger.reading(), connect() as connection:
        rows = f"SELECT service_key, row_id IN ({ids}) AS is_new FROM ({ledger.rows_sql('activities')})"
        sql = f"SELECT service_key, NOT BOOL_AND(is_new) FROM ({rows}) GROUP BY 1 HAVING BOOL_OR(is_new) ORDER BY 1"
        return dict(connection.execute(sql, [sorted(back)]).fetchall())


@contextmanager
def _copy(home: Path) -> Iterator[Ledger]:
    """A ledger on top of this one, in a temporary folder deleted at the end."""
    with TemporaryDirectory(prefix="sobria-") as folder:
        yield Ledger(Path(folder), store=DraftStore(storage_at(home, LEDGER), Path(folder, LEDGER)))
