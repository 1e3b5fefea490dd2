"""Parquet files of the ledger: their columns, and how a file comes to be there whole or not at all."""

import json
import os
import time
import types
from collections.abc import Sequence
from hashlib import blake2b
from operator import itemgetter
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel

from estimator.activity import Activity, Refused

LEFTOVER_S = 3600.0
SEED = "seed.parquet"


def _arrow_type(annotation: Any) -> pa.DataType:
    """Arrow type of the annotation of a field: DOUBLE for quantities, INT64 for integers, text for the rest."""
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return _arrow_type(next(part for part in inside if part is not type(None)))
    if origin is tuple:
        return pa.list_(_arrow_type(inside[0]))
    if origin in (Literal, dict):
        return pa.string()
    return {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string()}[annotation]


def schema_of(model: type[BaseModel]) -> pa.Schema:
    """Columns of a model, in the order of its fields; dictionaries are kept as JSON text."""
    return pa.schema([(name, _arrow_type(field.annotation)) for name, field in model.model_fields.items()])


ACTIVITY_SCHEMA = schema_of(Activity)
REFUSED_SCHEMA = schema_of(Refused)


def table_of(rows: Sequence[BaseModel], schema: pa.Schema) -> pa.Table:
    """The rows as an Arrow table."""
    names = schema.names
    values = list(zip(*map(itemgetter(*names), map(vars, rows)), strict=True)) or [()] * len(names)
    if "facts" in names:
        place = names.index("facts")
        values[place] = tuple(json.dumps(facts, ensure_ascii=False, sort_keys=True) for facts in values[place])
    columns = [pa.array(column, type=field.type) for column, field in zip(values, schema, strict=True)]
    return pa.Table.from_arrays(columns, schema=schema)


def seed(folder: Path, schema: pa.Schema) -> None:
    """An empty file, so that a reader of all files of a folder always finds one."""
    if not (folder / SEED).exists():
        _publish(folder, SEED, _bytes_of(schema.empty_table()))


def write_part(folder: Path, table: pa.Table) -> Path:
    """Write a table as `part-<hash of its bytes>.parquet` and return its path. The same content is the same file."""
    data = _bytes_of(table)
    name = f"part-{blake2b(data, digest_size=16).hexdigest()}.parquet"
    return _publish(folder, name, data)


def sweep(folder: Path) -> None:
    """Delete what a writer that was killed has left under a temporary name, more than an hour ago."""
    limit = time.time() - LEFTOVER_S
    for path in folder.rglob(".*.tmp"):
        try:
            if path.stat().st_mtime < limit:
                path.unlink()
        except FileNotFoundError:
            continue


def _bytes_of(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return bytes(memoryview(sink.getvalue()))


def _publish(folder: Path, name: str, data: bytes) -> Path:
    """Temporary name in the same folder, bytes on disk, rename, folder on disk."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        _sync_folder(folder.parent)
    temporary = folder / f".{name}.{os.getpid()}.tmp"
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, folder / name)
    _sync_folder(folder)
    return folder / name


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
