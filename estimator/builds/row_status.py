"""Every row of the ledger with its status. Rows that share a name are judged against each other and copied into the
build, as are those of small parts; the others are read where they lie, each counting as it is."""

import os
import shutil
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from estimator.builds.inference_factors import models_of
from estimator.core.duckdb_engine import DuckDB
from estimator.ledger import Ledger
from estimator.ledger.files import current_rows_sql, modelled_sql
from estimator.ledger.withdrawn_rows import not_withdrawn, parquet

EMBEDDED = "input_tokens > 0 AND COALESCE(output_tokens, 0) = 0"  # where a model that embeds is looked for
LARGE = 500_000  # size of a part from which it is not copied [bytes]
FEW = 10_000  # rows up to which a build keeps what it makes of each


def sql_text(name: str) -> str:
    """The text of a file in estimator/builds/sql."""
    return (resources.files(__package__) / "sql" / name).read_text("utf-8")


def row_status(engine: DuckDB, ledger: Ledger, parts: Path, moments: Sequence[int] = ()) -> bool:
    """Table `copied` and view `row_status`; whether its rows are few and all copied. parts: the folder beside the build
    where large parts are kept for it; moments: from which factors change within a month [us]."""
    crosses = " OR ".join(["start_month <> end_month", *(f"start_us < {us} AND end_us > {us}" for us in moments)])
    files = ledger.files("activities")
    large = [] if "," in str(parts) else [file for file in files[1:] if os.path.getsize(file) >= LARGE]
    small = [file for file in files if file not in large]
    gone = ledger.withdrawn_files("activities")
    stored = f"SELECT *, FALSE AS beside FROM {parquet(small)}"
    if large:
        stored += f" UNION ALL BY NAME SELECT *, TRUE AS beside FROM {parquet(large)}"
    engine.run(f"CREATE VIEW stored AS {stored}")
    engine.run(sql_text("shared.sql"))
    repeated = [name for name in ("row_id", "run_key", "run_id") if _is_repeated(engine, name)]
    for name in repeated:
        engine.run(sql_text("repeated.sql").format(name=name))
    if gone:
        engine.run(f"INSERT INTO repeated SELECT 'row_id', HASH(row_id) FROM {parquet(gone)}")
    inside = "NOT beside"
    aside = repeated or gone or engine.rows(f"SELECT 1 FROM stored WHERE beside AND ({crosses}) LIMIT 1")
    if aside:
        engine.run(
            "CREATE TABLE set_aside AS SELECT DISTINCT HASH(row_id) AS name FROM shared"
            f" WHERE beside AND ({crosses} OR judged)"
        )
        inside += " OR HASH(row_id) IN (SELECT name FROM set_aside)"
    embeds = models_of(engine, "embedding", f"stored WHERE {EMBEDDED}")
    told = f"({crosses}) AS several_months, ({modelled_sql(embeds)}) AS modelled"
    judged = not_withdrawn(f"(SELECT * EXCLUDE (beside, judged) FROM shared WHERE ({inside}) AND judged)", gone)
    engine.run(f"CREATE VIEW activities AS {judged}")
    engine.run(f"CREATE TABLE copied AS SELECT *, {told} FROM ({current_rows_sql()})")
    extra = ("status", "hours_from", "several_months", "modelled")
    names = [row["column_name"] for row in engine.rows("DESCRIBE copied") if row["column_name"] not in extra]
    columns = f"{', '.join(names)}, 'current' AS status, 'row' AS hours_from"
    engine.run(f"INSERT INTO copied BY NAME SELECT {columns}, {told} FROM shared WHERE ({inside}) AND NOT judged")
    engine.run("DROP VIEW activities; DROP VIEW shared; DROP VIEW stored; DROP TABLE repeated")
    everything = "SELECT * FROM copied"
    if large:
        kept = _keep([small[0], *large], parts)
        told = told.replace(crosses, "FALSE")
        everything += f" UNION ALL BY NAME SELECT {columns}, {told} FROM {parquet(kept)}"
        everything += " WHERE HASH(row_id) NOT IN (SELECT name FROM set_aside)" if aside else ""
    engine.run(f"CREATE VIEW row_status AS {everything}")
    return not large and bool(engine.rows(f"SELECT COUNT(*) <= {FEW} AS few FROM copied")[0]["few"])


def _is_repeated(engine: DuckDB, name: str) -> bool:
    """Whether two rows have the same: hashes sorted in an array are 8 bytes a row, and sooner than a table of them."""
    import numpy as np

    hashes = np.sort(engine.column(f"SELECT HASH({name}) FROM stored WHERE {name} IS NOT NULL"))
    return bool(np.any(hashes[1:] == hashes[:-1]))


def _keep(files: Sequence[str], folder: Path) -> list[str]:
    """The same parts beside a build, which outlive a compaction of the ledger: names from the folder of builds."""
    folder.mkdir(exist_ok=True)
    for file in files:
        kept = folder / Path(file).name
        try:
            kept.hardlink_to(file)
        except FileExistsError:
            continue
        except OSError:  # a disk without links
            shutil.copyfile(file, kept)
    return [f"{folder.name}/{Path(file).name}" for file in files]
