"""Withdrawal of a wrong import's rows from every total, and its undoing: nothing is deleted, author and reason stay."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from estimator.core import parquet_files
from estimator.core.digest_set import Digests, of_column
from estimator.core.duckdb_engine import Connection, arrow, connect, packed, texts_sql
from estimator.core.errors import SobriaError
from estimator.core.event_log import make_record
from estimator.core.fields import Author
from estimator.ledger.arrow_schemas import HELD, SCHEMAS
from estimator.ledger.effects import RowsChanged, WithdrawalEffect
from estimator.ledger.files import WITHDRAWN, Ledger
from estimator.ledger.journal import RowsWithdrawal
from estimator.ledger.later_readings import counting_near, counting_without, stated_by_others, still_withdrawn
from estimator.ledger.restatements import (
    DAY_US,
    GIVEN_BACK,
    REPLACING,
    RESTATED,
    RESTATED_BY,
    RESTATED_ELSEWHERE,
    RESTATED_SEATS,
    TWICE,
)
from estimator.ledger.rows import Kind, Refused
from estimator.ledger.versions import COLLECTED, check_versions, check_whole, contents_of_several_names
from estimator.ledger.withdrawn_rows import not_withdrawn, parquet

REPLACED = "restated"  # target of the withdrawal of rows that a file, or an import, states otherwise
ABOUT = ("who", "why", "target", "undoes", "rows", "refused", "parts")
STATED_BY = pa.field("stated_by", pa.string())  # of a row that others state otherwise: the hash of their file
SHORTEST = 8  # minimum length of an id or hash prefix
What = Literal["file", "run", "import", "aside", "twice"]
_ROW = re.compile(r"(?:run\.)?([0-9a-f]{32})(?:\.\w+)?")  # as an explanation shows it
_HASH = re.compile(rf"[0-9a-f]{{{SHORTEST},64}}")


class Target(NamedTuple):
    """What to withdraw: a file by name or hash, runs by key or by the reference of a row, one by id, an import by id,
    what a file or a sending has in quarantine, by name or hash, or the runs of one that came another way too."""

    kind: What
    value: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


def withdrawal_effect(ledger: Ledger, target: Target) -> WithdrawalEffect:
    """Dry run of a withdrawal. nothing_to_withdraw, ledger_id_unknown, several_files_named, versions_share_rows."""
    with ledger.still() as held, connect() as connection:
        tables: dict[Kind, pa.Table] = {}
        for kind, schema in HELD.items():
            where, value = _where(held, target, kind)
            sql = f"SELECT * FROM ({held.rows_sql(kind)}) WHERE {where}"
            found = packed(connection, sql, schema, [value])
            tables[kind] = parquet_files.sorted_by(found, ("file_sha", "line", "file_name"))
        where, value = _where(held, target, "activities")
        ids = tables["activities"]["row_id"]
        stated = stated_by_others(held, connection, ids, where, value)
        going = tables["activities"]
        going = going.filter(pc.invert(pc.is_in(ids, pa.array(stated, pa.string())))) if stated else going
        back = (
            _given_back(held, connection, going, where, value) if target.kind == "file" else _replaced_by(held, target)
        )
    if not any(map(len, tables.values())):
        raise _nothing(ledger, target)
    if target.kind in ("file", "import") and len(tables["activities"]):
        by_name = target.kind == "file" and not _HASH.fullmatch(target.value)
        check_versions(ledger, target.value, _by_file(tables), by_name)
    also = _stated_also(ledger, target, tables["activities"], stated)
    before, after = counting_without(ledger, tables["activities"], stated, _returning(ledger, back))
    still = {row_id: names for row_id, names in stated.items() if row_id in before & after}
    counted = RowsChanged.gone(before, after, {*ids.to_pylist()})
    return WithdrawalEffect(str(target), tables, "", still, also, back, counted)


def _returning(ledger: Ledger, back: Mapping[str, Set[str]]) -> pa.Table:
    """The rows that come back, given with their ids by withdrawal."""
    found = [_rows_of(ledger, entry) for entry in ledger.in_force() if entry.event in back]
    rows = pa.concat_tables([HELD["activities"].empty_table(), *found])
    return rows.filter(pc.is_in(rows["row_id"], pa.array(sorted(set[str]().union(*back.values())), pa.string())))


def _given_back(
    held: Ledger, connection: Connection, going: pa.Table, here: str, value: Any
) -> dict[str, frozenset[str]]:
    """Ids of the rows, by the withdrawal in force that took them for others that now go, that nothing else states.
    here: SQL: whether a row is one of what is withdrawn."""
    entries = [entry for entry in held.in_force() if entry.target == REPLACED]
    found = {entry.event: _rows_of(held, entry) for entry in entries if len(going)}
    if not found:
        return {}
    connection.register("replaced", pa.concat_tables(found.values()))
    connection.register("going", going)
    sql = GIVEN_BACK.format(rows=held.rows_sql("activities"), here=here)
    back = {row_id for (row_id,) in connection.execute(sql, [value]).fetchall()}
    both = ((event, back & {*rows["row_id"].to_pylist()}) for event, rows in found.items())
    return {event: frozenset(ids) for event, ids in both if ids}


def _nothing(ledger: Ledger, target: Target) -> SobriaError:
    """The refusal where nothing matches: of a file whose rows count, that none is in quarantine, or that none came
    another way too; of a service that sends, how its rows are named; of an import, that it wrote none."""
    code, named = "nothing_to_withdraw", COLLECTED + target.value
    if target.kind == "import":
        done = _entry_named(target.value, {i.event: i for i in ledger.imports.read()[0]})
        code = code if any(source.new for source in done.sources) else "nothing_recorded"
    elif target.kind in ("aside", "twice") and _holds(ledger, target.value, "activities"):
        code = "nothing_aside" if target.kind == "aside" else "nothing_twice"
    elif target.kind != "run" and any(_holds(ledger, named, kind) for kind in SCHEMAS):
        return SobriaError("nothing_by_service", target=target.value, name=named)
    return SobriaError(code, target=target.value)


def _holds(ledger: Ledger, name: str, kind: Kind) -> bool:
    """Whether rows of a kind are of the file, or of the sender, of this name or hash."""
    with ledger.still() as held, connect() as connection:
        where, value = _where(held, Target("file", name), kind)
        sql = f"SELECT 1 FROM ({held.rows_sql(kind)}) WHERE {where} LIMIT 1"
        return connection.execute(sql, [value]).fetchone() is not None


def _stated_also(ledger: Ledger, target: Target, rows: pa.Table, still: Collection[str]) -> Counter[str]:
    """How many of these rows, without those that still count, are stated by the other names of the same content."""
    held, found = contents_of_several_names(ledger), Counter[str]()
    rows = rows.filter(pc.is_in(rows["file_sha"].cast(pa.string()), pa.array(held, pa.string())))
    columns = (rows[column].to_pylist() for column in ("row_id", "file_sha", "file_name"))
    for row, sha, name in zip(*columns, strict=True):
        if row not in still:
            names = {name} | {other for other, new in held[sha].items() if not new}
            found.update(names - {target.value if target.value in names else name})
    return found


def withdraw(ledger: Ledger, target: Target, author: Author) -> WithdrawalEffect:
    """Withdraw the rows that match today. The same rows in another file still count, or may be imported again; what a
    withdrawn file or import had replaced counts again, unless it came back meanwhile. Refused as its dry run is."""
    found = _withdrawn(ledger, withdrawal_effect(ledger, target), author)
    for entry in ledger.in_force():
        if ids := found.given_back.get(entry.event):
            _bring_some_back(ledger, entry, _rows_of(ledger, entry), ids, _with(found.withdrawal))
    return found


def restating(sha: str) -> Author:
    """Who withdraws the rows of before that a file, or the import of several, states otherwise."""
    return Author(who="SobrIA", why=f"{REPLACED}: sha256_{sha}")


def _with(withdrawal: str) -> Author:
    """Who brings back what a withdrawn import had replaced."""
    return Author(who="SobrIA", why=f"withdrawn: {withdrawal}")


def _replaced_by(ledger: Ledger, target: Target) -> dict[str, frozenset[str]]:
    """Ids of the rows, by the withdrawal in force, that this import replaced; none of another target."""
    if target.kind != "import":
        return {}
    done = _entry_named(target.value, {i.event: i for i in ledger.imports.read()[0]})
    whys = {restating(source.sha).why for source in done.sources}
    whys |= {f"{REPLACED}: {source.sha}" for source in done.sources}  # written so before 28 November 2026
    found = [old for old in ledger.in_force() if old.target == REPLACED and old.why in whys]
    return {old.event: frozenset(_rows_of(ledger, old)["row_id"].to_pylist()) for old in found}


def withdraw_rows(ledger: Ledger, told: str, row_ids: Collection[str], author: Author) -> WithdrawalEffect:
    """Withdraw these rows with every other of their runs: a former snapshot would count in their place. told: what
    they are."""
    with ledger.still() as held, connect() as connection:
        rows = f"({held.rows_sql('activities')})"
        runs = f"SELECT run_key, run_id FROM {rows} WHERE list_contains($1, row_id)"
        where = f"run_key IN (SELECT run_key FROM ({runs})) OR run_id IN (SELECT run_id FROM ({runs}))"
        sql = f"SELECT * FROM {rows} WHERE {where} ORDER BY file_sha, line, file_name"
        found = arrow(connection, sql, SCHEMAS["activities"], [sorted(row_ids)])
    tables: dict[Kind, pa.Table] = {"activities": found, "quarantine": SCHEMAS["quarantine"].empty_table()}
    return _withdrawn(ledger, WithdrawalEffect(told, tables), author)


def settle(ledger: Ledger, told: str, refused: Sequence[Refused], author: Author) -> WithdrawalEffect:
    """Withdraw these quarantined rows, which stand whole elsewhere. told: what they are."""
    rows = parquet_files.table_of(refused, SCHEMAS["quarantine"])
    tables: dict[Kind, pa.Table] = {"activities": SCHEMAS["activities"].empty_table(), "quarantine": rows}
    return _withdrawn(ledger, WithdrawalEffect(told, tables), author)


def withdraw_restated(ledger: Ledger, name: str, sha: str, row_ids: Collection[str], author: Author) -> list[int]:
    """Withdraw the rows that earlier versions of a file stated at a line where this one states the same run, task and
    moment otherwise, or of seats that this one states otherwise; their lines. row_ids: of this version. A run that has
    gone on since is no correction: its later row supersedes the earlier one anyway."""
    with ledger.still() as held, connect() as connection:
        rows, of_version = held.rows_sql("activities"), [name, sha, sorted(row_ids)]
        runs = arrow(connection, RESTATED.format(rows=rows), SCHEMAS["activities"], [*of_version, DAY_US])
        seats = arrow(connection, RESTATED_SEATS.format(rows=rows), SCHEMAS["activities"], of_version)
    found = pa.concat_tables([runs, seats])
    _restated(ledger, found, author)
    return sorted(found["line"].to_pylist())


def withdraw_restated_elsewhere(
    ledger: Ledger, parts: Sequence[str], shas: Collection[str], again: Digests
) -> list[tuple[str, int]]:
    """Withdraw the rows of earlier imports that these parts state otherwise, in files of any name: one run has one
    reading of a task at one moment. One withdrawal for each file that states some, as its reason says; the files and
    lines of the rows. shas: of the files of this import, of which none is the later one; again: ids of the rows that it
    states as they were."""
    if not any(part.startswith("activities/") for part in parts):
        return []
    with ledger.still() as held, connect() as connection:
        mine, _, others = held.brought(connection, parts, shas, RESTATED_BY)
        if not others:
            return []
        rows = parquet([held.seed("activities"), *others])
        rows = not_withdrawn(rows, held.withdrawn_files("activities"), held.opened)
        sql = RESTATED_ELSEWHERE.format(rows=rows, mine=mine)
        found = arrow(connection, sql, SCHEMAS["activities"].append(STATED_BY), [sorted(shas)])
    found = found.filter(pa.array(~again.holds(of_column(found["row_id"]))))
    for sha in sorted(found[STATED_BY.name].unique().to_pylist()):
        of_file = found.filter(pc.equal(found[STATED_BY.name], sha))
        _restated(ledger, of_file.select(SCHEMAS["activities"].names), restating(sha))
    return list(zip(found["file_name"].to_pylist(), found["line"].to_pylist(), strict=True))


def count_again(
    ledger: Ledger, shas: Collection[str], again: Digests, author: Author
) -> tuple[set[str], list[tuple[str, int]]]:
    """Bring back the rows that these files state once more, which a later version stated otherwise, and withdraw what
    replaced them: the ids of those that come back; the files and lines of those that go. shas, again: as in
    `withdraw_restated_elsewhere`."""
    with ledger.still() as held, connect() as connection:
        entries = [w for w in held.in_force() if w.target == REPLACED]
        tables = {entry.event: _rows_of(held, entry) for entry in entries}
        told = pa.concat_tables([HELD["activities"].empty_table(), *tables.values()])
        told = told.filter(pa.array(again.holds(of_column(told["row_id"]))))
        if not len(told):
            return set(), []
        connection.register("told_again", told)
        paths = [held.address(f"{WITHDRAWN}/{part}") for w in entries for part in w.parts if "activities/" in part]
        if not (others := held.of_same_runs(connection, paths)):
            return set(), []
        beside = parquet([held.seed("activities"), *others])
        rows = not_withdrawn(beside, held.withdrawn_files("activities"), held.opened)
        pairs = connection.execute(REPLACING.format(rows=rows), [sorted(shas), DAY_US]).fetchall()
        told_too = again.holds(of_column(pa.chunked_array([[standing for _, standing in pairs]], pa.string())))
        pairs = [pair for pair, too in zip(pairs, told_too, strict=True) if not too]
        sql = f"SELECT * FROM ({rows}) WHERE list_contains($1, row_id) ORDER BY file_sha, line"
        gone = arrow(connection, sql, SCHEMAS["activities"], [sorted({standing for _, standing in pairs})])
    if not pairs:
        return set(), []
    back = {row_id for row_id, _ in pairs}
    for entry in entries:
        _bring_some_back(ledger, entry, tables[entry.event], back, author)
    _restated(ledger, gone, author)
    return back, list(zip(gone["file_name"].to_pylist(), gone["line"].to_pylist(), strict=True))


def _bring_some_back(
    ledger: Ledger, entry: RowsWithdrawal, rows: pa.Table, back: Collection[str], author: Author
) -> None:
    """Bring back those of the rows of a withdrawal that have one of these ids, if any."""
    stated = pc.is_in(rows["row_id"], pa.array(sorted(back)))
    if pc.any(stated).as_py():
        _undo(ledger, entry, author)
        _restated(ledger, rows.filter(pc.invert(stated)), Author(who=entry.who, why=entry.why))


def _restated(ledger: Ledger, rows: pa.Table, author: Author) -> None:
    """Withdraw these rows, if any: they are stated otherwise."""
    if len(rows):
        tables: dict[Kind, pa.Table] = {"activities": rows, "quarantine": SCHEMAS["quarantine"].empty_table()}
        _withdrawn(ledger, WithdrawalEffect(REPLACED, tables), author)


def _withdrawn(ledger: Ledger, found: WithdrawalEffect, author: Author) -> WithdrawalEffect:
    written = (ledger.write_part(f"{WITHDRAWN}/{kind}", table) for kind, table in found.tables.items() if len(table))
    parts = [name.removeprefix(f"{WITHDRAWN}/") for name in written]
    counts = {"rows": len(found.tables["activities"]), "refused": len(found.tables["quarantine"])}
    about = {"target": found.target, "undoes": "", "parts": parts} | counts
    return replace(found, withdrawal=_recorded(ledger, about, author))


def bring_back(ledger: Ledger, withdrawal: str, author: Author) -> WithdrawalEffect:
    """Undo a withdrawal with a new entry, and withdraw again what came back with it. ledger_id_unknown,
    restore_other_first, ledger_torn: nothing is written."""
    undone = _entry_named(withdrawal, {w.event: w for w in ledger.in_force()})
    with ledger.reading(), connect() as connection:
        tables: dict[Kind, pa.Table] = {kind: _rows_of(ledger, undone, kind) for kind in SCHEMAS}
        rows = tables["activities"]
        still = stated_by_others(ledger, connection, rows["row_id"], "$1 IS NULL", "")  # that count now
        replaced = pa.concat_tables([rows[:0], *(_rows_of(ledger, old) for old in _given_back_by(ledger, undone))])
    check_whole(ledger, undone, _by_file(tables))
    near = pa.concat_tables([rows, replaced])
    before = counting_near(ledger, near)
    event = _undo(ledger, undone, author)
    after = counting_near(ledger, near)
    counted = RowsChanged.back(before, after, *({*table["row_id"].to_pylist()} for table in (rows, replaced)))
    still = {row_id: names for row_id, names in still.items() if row_id in before & after}
    held_by = still_withdrawn(ledger, tables)
    return WithdrawalEffect(undone.target, tables, event, still, counted=counted, held_by=held_by)


def _undo(ledger: Ledger, undone: RowsWithdrawal, author: Author) -> str:
    """Write that a withdrawal is undone, and withdraw again what came back with it; the id of the new entry."""
    about = undone.model_dump(include={"target", "rows", "refused"}) | {"undoes": undone.event, "parts": []}
    event = _recorded(ledger, about, author)
    for old in _given_back_by(ledger, undone):
        ledger.withdrawals.write(make_record(RowsWithdrawal, old.model_dump(include={*ABOUT}), ledger.clock()))
    return event


def _given_back_by(ledger: Ledger, withdrawal: RowsWithdrawal) -> list[RowsWithdrawal]:
    """The withdrawals that were undone with this one, which withdrew what had replaced their rows."""
    every = {one.event: one for one in ledger.withdrawals.read()[0]}
    return [every[one.undoes] for one in every.values() if one.undoes and one.why == _with(withdrawal.event).why]


def _rows_of(ledger: Ledger, entry: RowsWithdrawal, kind: Kind = "activities") -> pa.Table:
    files = [f"{WITHDRAWN}/{part}" for part in entry.parts if part.startswith(f"{kind}/")]
    read = [parquet_files.conform(ledger.table(name), HELD[kind]) for name in files]
    return pa.concat_tables([HELD[kind].empty_table(), *read]).unify_dictionaries()


def _by_file(tables: dict[Kind, pa.Table]) -> Counter[str]:
    """Rows by hash of their file."""
    counts = (pc.value_counts(table["file_sha"].cast(pa.string())) for table in tables.values())
    return sum((Counter({one["values"]: one["counts"] for one in told.to_pylist()}) for told in counts), Counter())


def _recorded(ledger: Ledger, about: dict[str, Any], author: Author) -> str:
    """Write an entry of this author; its id."""
    record = make_record(RowsWithdrawal, about | {"who": author.who, "why": author.why}, ledger.clock())
    ledger.withdrawals.write(record)
    return record.event


def _where(ledger: Ledger, target: Target, kind: Kind) -> tuple[str, Any]:
    """SQL condition on the rows of a kind, with its parameter."""
    if target.kind == "aside" and kind == "activities":
        return "$1 IS NULL", target.value
    if target.kind == "twice" and kind == "quarantine":
        return "$1 IS NULL", target.value
    if target.kind in ("file", "aside", "twice"):
        also = " OR starts_with(file_sha, $1)" if _HASH.fullmatch(target.value) else ""
        if target.value.startswith(COLLECTED):  # a service, with any of its tokens
            also = " OR starts_with(file_name, $1 || '@')"
        if stated := _held_elsewhere(ledger, target.value):
            own = f"SELECT row_id FROM {parquet(ledger.files(kind))} WHERE file_name = $1"
            also += f" OR (file_sha IN ({texts_sql(stated)}) AND row_id NOT IN ({own}))"
        here = f"file_name = $1{also}"
        return TWICE.format(here=here, rows=ledger.rows_sql(kind)) if target.kind == "twice" else here, target.value
    if target.kind == "run":
        found = [*(_ROW.sub(r"\1", one) for one in target.value.split(",")), target.value]
        of_row = f"SELECT {{}} FROM ({ledger.rows_sql(kind)}) WHERE list_contains($1, row_id)"
        named = "list_contains($1, run_key) OR run_id = $1[-1]"
        named += f" OR run_key IN ({of_row.format('run_key')}) OR run_id IN ({of_row.format('run_id')})"
        return (named if kind == "activities" else "$1 IS NULL"), found
    done = _entry_named(target.value, {i.event: i for i in ledger.imports.read()[0]})
    return "list_contains($1, file_sha)", sorted({source.sha for source in done.sources if source.new})


def _held_elsewhere(ledger: Ledger, name: str) -> list[str]:
    """Hashes of the contents imported under this name whose rows another name wrote."""
    several = contents_of_several_names(ledger)
    return sorted(sha for sha, names in several.items() if name in names and not names[name])


def _entry_named(given: str, known: dict[str, Any]) -> Any:
    """The entry of an id or of an id prefix. ledger_id_unknown."""
    found = [entry for event, entry in known.items() if len(given) >= SHORTEST and event.startswith(given)]
    if len(found) != 1:
        raise SobriaError("ledger_id_unknown", id=given)
    return found[0]
