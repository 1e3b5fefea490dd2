"""Every row of the ledger with its status. Rows that share a name are judged against each other and copied into the
build, as are those of small parts; the others are read where they lie, each counting as it is."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from estimator.builds.alike_rows import NUMBERS, alike_columns
from estimator.builds.inference_factors import models_of
from estimator.builds.parts_elsewhere import is_elsewhere, tell_elsewhere
from estimator.builds.said_of_parts import EMBEDDED
from estimator.builds.settled_parts import Settled
from estimator.builds.stated_columns import constants, read_columns, shared, stated_columns
from estimator.builds.whole_parts import check_parts
from estimator.core.duckdb_engine import DuckDB
from estimator.core.kept_files import linked
from estimator.ledger import Ledger
from estimator.ledger.current_rows import current_rows_sql, modelled_sql
from estimator.ledger.judged_rows import judged_sql
from estimator.ledger.withdrawn_rows import not_withdrawn, parquet

LARGE = 100_000  # size of a part from which it is not copied [bytes]
FEW = 10_000  # rows up to which a build keeps what it makes of each
TOLD = ("status", "hours_from", "several_months", "modelled")  # columns that a build adds to those of a row
Alike = Mapping[str, str | None]  # what all rows of a part state alike, by column; None: nothing, or not one text


def sql_text(name: str) -> str:
    """The text of a file in estimator/builds/sql."""
    return (resources.files(__package__) / "sql" / name).read_text("utf-8")


class Rows(NamedTuple):
    """What is known of the rows of a build: whether they are few and all copied, the columns that none states, those
    that none of large parts states, how the view `row_status` is written of all of them, or of some large parts, with
    those that are copied or alone, which parts are large, of which no row is set aside, and the numbers that large
    parts state."""

    few: bool
    unstated: Set[str]
    empty: Set[str]
    view: Callable[[Sequence[str], bool, Mapping[str, str] | None], str]
    large: Sequence[str]
    entire: Set[str]
    numbers: Set[str]

    def together(self, files: Iterable[str]) -> list[list[str]]:
        """These large parts as they are best read: rows that are set aside are not looked for where there are none."""
        apart = [*files]
        groups = [[file for file in apart if (file in self.entire) is entire] for entire in (True, False)]
        return [some for some in groups if some]

    def kinds(self, same: Mapping[str, Alike], filled: Set[str], by_run: bool) -> list[tuple[dict[str, Alike], bool]]:
        """These large parts, each with what all of its rows state alike: those of which rows that are alike may be
        summed first (`True`), as they are of electricity alone, and nothing but their host and zone is told of them by
        others; then the rest. filled: columns of which rows have another value than they state; by_run: whether what is
        told hangs on the run."""
        others = self.numbers - NUMBERS
        found: dict[bool, dict[str, Alike]] = {True: {}, False: {}}
        for file, alike in same.items():
            electric = all(name in alike and alike[name] is None for name in others)
            found[electric and not by_run and filled <= {"host", "zone"}][file] = alike
        return [(parts, summed) for summed, parts in found.items() if parts]

    def read(
        self, engine: DuckDB, files: Sequence[str], alone: bool = False, also: Mapping[str, str] | None = None
    ) -> None:
        """From now on, `row_status` is of these large parts, and of the rows that are copied unless `alone`. also: what
        is told of sums of rows that are alike, by column, where these stand for them."""
        if self.large:
            engine.run(f"CREATE OR REPLACE VIEW row_status AS {self.view(files, alone, also)}")


def row_status(
    engine: DuckDB, ledger: Ledger, parts: Path, moments: Sequence[int] = (), settled: Settled | None = None
) -> Rows:
    """Table `copied`. parts: the folder beside the build where large parts are kept for it; moments: from which factors
    change within a month [us]; settled: the parts that are not read again, told which they are. ledger_torn."""
    crosses = crossing(moments)
    files = ledger.files("activities")
    large = [] if "," in str(parts) else [file for file in files[1:] if ledger.size(file) >= LARGE]
    small = [file for file in files if file not in large]
    gone = ledger.withdrawn_files("activities")
    check_parts([*small[1:], *gone, *(() if settled else large)])
    engine.run(f"CREATE TABLE small AS SELECT * FROM {parquet(small)}")  # many small files are long to open
    aside = settled.judge(large, "small", gone) if settled and large else []
    read = [file for file in large if file not in (settled.files if settled else ())]
    stored = "SELECT *, FALSE AS beside FROM small"
    for some, beside in ((aside, "FALSE"), (read, "TRUE")):
        stored += f" UNION ALL BY NAME SELECT *, {beside} AS beside FROM {parquet(some)}" if some else ""
    engine.run(f"CREATE VIEW stored AS {stored}")
    judged = judged_sql(engine, gone)
    engine.run(
        "CREATE TABLE set_aside AS SELECT DISTINCT HASH(row_id) AS name FROM stored"
        f" WHERE beside AND ({crosses} OR {judged})"
    )
    apart = engine.rows("SELECT 1 FROM set_aside LIMIT 1")
    inside = "NOT beside" + (" OR HASH(row_id) IN (SELECT name FROM set_aside)" if apart else "")
    also = settled.models("embedding") if settled else ()
    embeds = models_of(engine, "embedding", f"stored WHERE {EMBEDDED}", also)
    told = f"({crosses}) AS several_months, ({modelled_sql(embeds)}) AS modelled"
    rows = f"(SELECT * EXCLUDE (beside) FROM stored WHERE ({inside}) AND ({judged}))"
    engine.run(f"CREATE VIEW activities AS {not_withdrawn(rows, gone, ledger.opened)}")
    engine.run(f"CREATE TABLE copied AS SELECT *, {told} FROM ({current_rows_sql()})")
    types = {row["column_name"]: row["column_type"] for row in engine.rows("DESCRIBE copied")}
    types = {name: kind for name, kind in types.items() if name not in TOLD}
    alone = "'current' AS status, 'row' AS hours_from"
    engine.run(
        f"INSERT INTO copied BY NAME SELECT {', '.join(types)}, {alone}, {told} FROM stored"
        f" WHERE ({inside}) AND NOT ({judged})"
    )
    engine.run("DROP VIEW activities; DROP VIEW stored; DROP TABLE repeated; DROP TABLE small")
    if settled:
        engine.load("aside_names", {"name": settled.all_aside().tolist()}, {"name": "UBIGINT"})
        engine.run("INSERT INTO set_aside SELECT name FROM aside_names; DROP TABLE aside_names")
    kept = dict(zip(large, keep_beside([small[0], *large], parts)[1:], strict=True)) if large else {}
    within = tell_elsewhere(large, parts, settled.names_of() if settled else {})
    empty, unstated = set[str](), set[str]()
    stated, same = _said_by_ends(engine, read, settled)
    if large:
        empty = types.keys() - stated
        single = [name for name, kind in types.items() if not kind.endswith("[]")]
        counts = ", ".join(f"COUNT({name}) AS {name}" for name in single)
        unstated = empty & {n for n, count in engine.rows(f"SELECT {counts} FROM copied")[0].items() if not count}
    out = engine.rows("SELECT 1 FROM set_aside LIMIT 1")
    entire = {part.file for part in settled.parts if not len(part.aside)} if settled else set[str]()

    def view(files: Sequence[str], by_themselves: bool, also: Mapping[str, str] | None) -> str:
        apart = out and not entire.issuperset(files)
        everything = [] if by_themselves else ["SELECT *, NULL::VARCHAR AS held_in FROM copied"]
        if files:
            columns, by = _columns(types, empty, [same[file] for file in files], also)
            beside = parquet([f"{parts.name}/{Path(small[0]).name}", *(kept[file] for file in files)], "filename=true")
            everything.append(
                f"SELECT *, {alone}, {told.replace(crosses, 'FALSE')} FROM"
                f" (SELECT {columns}, PARSE_FILENAME(filename) AS held_in FROM {beside} WHERE {within}"
                f"{' AND HASH(row_id) NOT IN (SELECT name FROM set_aside)' if apart else ''}{by})"
            )
        return " UNION ALL BY NAME ".join(everything)

    few = bool(engine.rows(f"SELECT COUNT(*) <= {FEW} AS few FROM copied")[0]["few"])
    return Rows(few, unstated, empty, view, large, entire, {n for n in types.keys() - empty if types[n] == "DOUBLE"})


def _columns(
    types: Mapping[str, str], empty: Set[str], same: Sequence[Alike], also: Mapping[str, str] | None
) -> tuple[str, str]:
    """SQL of these columns of the rows of some parts, by what all rows of each state alike, and what ends a query of
    them. empty: columns that no part states; also: as `Rows.read` is told."""
    one = shared(same)
    if also is None:
        return read_columns(types, empty, one), ""
    fixed = set[str].intersection(*map(set, same))
    columns, by = alike_columns(types, constants(types, empty, one), fixed)
    return ", ".join([columns, *(f"{sql} AS {name}" for name, sql in also.items())]), f" GROUP BY filename, {by}"


def _said_by_ends(
    engine: DuckDB, read: Sequence[str], settled: Settled | None
) -> tuple[set[str], dict[str, Mapping[str, str | None]]]:
    """Of these parts and those that are settled: the columns that some state, and by part what all its rows state
    alike."""
    ends = stated_columns(engine, read)
    stated = set[str]().union(*(one.stated for one in ends.values()), settled.stated if settled else ())
    same = {file: one.same for file, one in ends.items()}
    return stated, same | {part.file: part.facts["same"] for part in (settled.parts if settled else ())}


def crossing(moments: Sequence[int]) -> str:
    """SQL: whether a row is of two months, or of two of the times from which factors change [us]."""
    return " OR ".join(["start_month <> end_month", *(f"start_us < {us} AND end_us > {us}" for us in moments)])


def keep_beside(files: Sequence[str], folder: Path) -> list[str]:
    """The same parts beside a build, which outlive a compaction of the ledger: names from the folder of builds. Those
    of a bucket stay there."""
    folder.mkdir(exist_ok=True)
    for file in files:
        if not is_elsewhere(file):
            linked(Path(file), folder / Path(file).name)
    return [file if is_elsewhere(file) else f"{folder.name}/{Path(file).name}" for file in files]
