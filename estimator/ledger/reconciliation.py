"""Reconciliation: the ledger holds every acknowledged row, each file matches its hash, each row is in one state."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from estimator.core import parquet_files
from estimator.core.duckdb_engine import DuckDB, connect_alone
from estimator.core.errors import sentences
from estimator.ledger.arrow_schemas import SCHEMAS
from estimator.ledger.current_rows import current_rows_sql
from estimator.ledger.files import KINDS, WITHDRAWN, Ledger
from estimator.ledger.journal import Compaction, Import, covered, in_force, replaced
from estimator.ledger.judged_rows import judged_sql
from estimator.ledger.made_good import missing_rows
from estimator.ledger.rows import Kind
from estimator.ledger.withdrawn_rows import not_withdrawn, parquet, still_quarantined

_OF_STATE = "row_id, status, file_sha, line"
STATES = ("accepted", "superseded", "quarantined", "withdrawn")


@dataclass(frozen=True)
class LedgerFault:
    """Fault of a file: missing, torn or unbalanced; of the account of an import, which no other import gives back,
    import_missing or import_torn."""

    code: str
    file: str

    def as_dict(self) -> dict[str, str]:
        """{"code"} and each language."""
        return sentences("ledger_faults", self.code, file=self.file)


@dataclass(frozen=True)
class Reconciliation:
    """Rows of the whole history: read = accepted + superseded + quarantined + duplicates + withdrawn + missing.

    `missing`: acknowledged rows that cannot be found, nor were read again. `torn`: files whose content changed.
    """

    files: int
    read: int
    accepted: int
    superseded: int
    quarantined: int
    duplicates: int
    withdrawn: int
    missing: int
    torn: int
    faults: tuple[LedgerFault, ...] = ()

    def as_dict(self) -> dict[str, int]:
        """Every count, by name."""
        counts = asdict(self)
        del counts["faults"]
        return counts


@dataclass(frozen=True)
class _Held:
    """The journal entries, and the parts whose content matches their name."""

    imports: list[Import]
    compactions: list[Compaction]
    good: set[str]

    @property
    def rows(self) -> dict[str, int]:
        """Rows of every part named in the journal."""
        named: dict[str, int] = {}
        for compaction in self.compactions:
            named |= {part: old.rows for part, old in compaction.replaced.items()}
        for done in self.imports:
            named |= done.relied | done.wrote
        return named

    @property
    def lost(self) -> set[str]:
        """Parts named in the journal that are absent, without a present replacement."""
        return self.rows.keys() - covered(self.good, self.compactions)

    def culprit(self, part: str) -> str:
        """The part that should hold the rows of this one, to report as the fault."""
        into = {old: c.made for c in self.compactions for old in c.replaced}
        seen = {part}
        while part in into and into[part] not in seen:
            part = into[part]
            seen.add(part)
        return part


def reconcile(ledger: Ledger) -> Reconciliation:
    """The reconciliation of the whole history, and the faults found."""
    with ledger.reading():
        imports, withdrawals = ledger.imports.read(), ledger.withdrawals.read()
        present = ledger.present()  # read after the journal entries that name parts, and before those that replace some
        compactions = ledger.compactions.read()
        faults = [fault.about for _, found in (withdrawals, compactions) for fault in found]
        checked = ledger.checked(present)
        present, good = set(checked), {name for name, whole in checked.items() if whole}
        held = _Held(imports[0], compactions[0], good)
        torn = [*sorted(present - good), *faults, *_bad_seeds(ledger)]
        parts = {f"{WITHDRAWN}/{part}" for w in withdrawals[0] for part in w.parts}
        absent = parts - ledger.store.names(WITHDRAWN)
        torn += sorted(name for name in parts - absent if not ledger.is_whole(name))
        gone = [f"{WITHDRAWN}/{part}" for w in in_force(withdrawals[0]) for part in w.parts]
        counts = _counts(ledger, held, sorted(set(gone) - absent - set(torn)))
        orphans = _orphans(ledger, held)
        rows = held.rows
        missing = missing_rows(ledger, good, {part: rows[part] for part in held.lost})
    absent |= {held.culprit(part) for part in missing} - set(torn)
    accounts = {event for done in held.imports for event in done.after} - {done.event for done in held.imports}
    counts["missing"] = sum(missing.values())
    bad = [LedgerFault("torn", name) for name in torn] + _faults("import_torn", {fault.about for fault in imports[1]})
    bad += _faults("missing", absent) + _faults("import_missing", accounts)
    return _account(held, counts, orphans, bad)


def _account(
    held: _Held, counts: dict[str, int], orphans: dict[str, tuple[int, int]], bad: list[LedgerFault]
) -> Reconciliation:
    """The account of these counts; rows without a state are duplicates."""
    read = sum(done.read for done in held.imports) + sum(count for count, _ in orphans.values())
    duplicates = read - sum(counts.values())
    uneven = {done.event for done in held.imports if not done.balances} | ({"ledger"} if duplicates < 0 else set())
    files = sum(len(done.sources) for done in held.imports if not done.moved) + sum(n for _, n in orphans.values())
    torn = sum(fault.code in {"torn", "import_torn"} for fault in bad)
    faults = tuple(bad + _faults("unbalanced", uneven))
    return Reconciliation(files, read, duplicates=duplicates, torn=torn, faults=faults, **counts)


def _orphans(ledger: Ledger, held: _Held) -> dict[str, tuple[int, int]]:
    """Rows and files of parts that no import has recorded: the import was killed before, or still runs."""
    claimed = {part for done in held.imports for part in done.wrote} | {c.made for c in held.compactions}
    found = {part: (rows, 0) for done in held.imports for part, rows in done.relied.items()}
    found |= {part: (old.rows, old.files) for c in held.compactions for part, old in c.replaced.items()}
    for part in held.good - claimed - {part for c in held.compactions for part in c.replaced}:
        shas = ledger.table(part, ["file_sha"]).column("file_sha")
        found[part] = (len(shas), len(shas.unique()))
    return {part: sizes for part, sizes in found.items() if part not in claimed}


def _counts(ledger: Ledger, held: _Held, gone: list[str]) -> dict[str, int]:
    """Count of rows by state, each row of the ledger once. What a row is without others is not held."""
    living = sorted(held.good - replaced(held.good, held.compactions))
    taken = {kind: [ledger.address(name) for name in gone if name.startswith(f"{WITHDRAWN}/{kind}/")] for kind in KINDS}
    with connect_alone() as connection:
        engine = DuckDB(connection, ledger.home)
        for kind, schema in SCHEMAS.items():
            connection.register("none", schema.empty_table())
            connection.execute(f"CREATE TABLE no_{kind} AS FROM none")  # that the cursors of the engine see too
        engine.run(f"CREATE VIEW stored AS {_rows(ledger, 'activities', living)}")
        judged = judged_sql(engine, taken["activities"])
        counting = not_withdrawn(f"(SELECT * FROM stored WHERE {judged})", taken["activities"], ledger.opened)
        engine.run(f"CREATE VIEW activities AS {counting}")
        engine.run(f"CREATE TABLE judged AS SELECT {_OF_STATE} FROM ({current_rows_sql()})")
        alone = _OF_STATE.replace("status", "'current' AS status")
        engine.run(
            f"CREATE VIEW row_status AS SELECT * FROM judged UNION ALL SELECT {alone} FROM stored WHERE NOT ({judged})"
        )
        refused = not_withdrawn(f"({_rows(ledger, 'quarantine', living)})", taken["quarantine"], ledger.opened)
        engine.run(f"CREATE TABLE waiting AS {still_quarantined(refused)}")
        engine.run(f"CREATE TABLE gone AS {_ids(ledger, gone)}")
        found = engine.rows(
            "SELECT status, COUNT(*) AS count FROM row_status GROUP BY status"
            " UNION ALL SELECT 'quarantined', COUNT(DISTINCT row_id) FROM waiting"
            " UNION ALL SELECT 'withdrawn', COUNT(DISTINCT row_id) FROM gone ANTI JOIN waiting USING (row_id)"
            " ANTI JOIN (SELECT row_id FROM row_status SEMI JOIN gone USING (row_id)) AS here USING (row_id)"
        )
    counts = {row["status"]: row["count"] for row in found}
    return {name: counts.get("current" if name == "accepted" else name, 0) for name in STATES}


def _rows(ledger: Ledger, kind: Kind, living: Iterable[str]) -> str:
    """SQL of the rows of these parts, with every column of this version, which older ones may lack."""
    files = [ledger.address(name) for name in living if name.startswith(f"{kind}/")]
    return f"SELECT * FROM no_{kind}" + (f" UNION ALL BY NAME SELECT * FROM {parquet(files)}" if files else "")


def _ids(ledger: Ledger, gone: list[str]) -> str:
    files = list(map(ledger.address, gone))
    return f"SELECT row_id FROM {parquet(files)}" if files else "SELECT ''::VARCHAR AS row_id WHERE FALSE"


def _faults(code: str, files: Iterable[str]) -> list[LedgerFault]:
    return [LedgerFault(code, file) for file in sorted(files)]


def _bad_seeds(ledger: Ledger) -> list[str]:
    seeds = sorted(ledger.folder.glob(f"*/{parquet_files.SEED}")) + sorted(
        ledger.folder.glob(f"*/*/{parquet_files.SEED}")
    )
    return [path.relative_to(ledger.folder).as_posix() for path in seeds if not parquet_files.looks_whole(path)]
