"""The file of results beside a build: written block by block, complete or absent, and read by level."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from estimator.core.atomic_files import publish, sync_folder

if TYPE_CHECKING:
    import pyarrow as pa

VERSION = "5"  # of the table: an older file is written again
BLOCK_ROWS = 20_000

Row = Mapping[str, Any]


def results_path(build: Path) -> Path:
    """Where the results of a build file are."""
    return build.with_suffix(".parquet")


def is_whole(path: Path) -> bool:
    """Whether a file of results is there with the hash that was kept beside it when it was written."""
    kept = _kept_hash(path)
    return path.exists() and kept.exists() and kept.read_bytes() == _hash(path)


def _kept_hash(path: Path) -> Path:
    return path.with_suffix(".hash")


def _hash(path: Path) -> bytes:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "blake2b")
    found.update(VERSION.encode())
    return found.hexdigest().encode()


def write_rows(path: Path, rows: Iterable[Row], facts: Mapping[str, str]) -> None:
    """Write a file of results and its hash; a row group holds one level, so that reading a level skips the others."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from estimator.results.schema import file_schema

    temporary = path.with_name(f".{path.name}.{uuid4().hex}.tmp")
    schema = file_schema(facts)
    try:
        with temporary.open("wb") as file:
            with pq.ParquetWriter(file, schema, compression="zstd", compression_level=3) as writer:
                for block in _blocks(rows):
                    columns = {name: [row.get(name) for row in block] for name in schema.names}
                    writer.write_table(pa.Table.from_pydict(columns, schema=schema))
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)
    publish(path.parent, _kept_hash(path).name, _hash(path))


def _blocks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows of one level together, at most BLOCK_ROWS of each waiting."""
    blocks: dict[str, list[Row]] = {}
    for row in rows:
        block = blocks.setdefault(row["level"], [])
        block.append(row)
        if len(block) == BLOCK_ROWS:
            yield blocks.pop(row["level"])
    yield from blocks.values()


@dataclass(frozen=True)
class ResultTable:
    """The rows of a table of results, as Arrow or as a pandas frame; docs/resultats.md says what each column holds."""

    table: "pa.Table"

    def arrow(self) -> "pa.Table":
        """The rows as an Arrow table."""
        return self.table

    def pandas(self) -> Any:
        """The rows as a pandas frame."""
        return self.table.to_pandas()


def read_table(path: Path) -> ResultTable:
    """Every row of a file of results."""
    import pyarrow.parquet as pq

    return ResultTable(pq.ParquetFile(path).read())
