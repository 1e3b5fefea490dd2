"""Parquet files of the ledger: their columns, their parts named by content hash, and their locks."""

import io
import json
import os
import re
import time
import types
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from hashlib import blake2b, file_digest
from itertools import chain, pairwise
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from estimator.core.atomic_files import publish

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

LEFTOVER_S = 3600.0
COUNTED = 10_000  # rows from which a file says how many values each column holds, so that empty ones are not read
WRITTEN = 2**16  # values of a column that are encoded together: a batch of rows, in one go
SLICES = 64  # of a table put in another order, beyond which it is rather copied
BARE = 16  # rows under which a file is neither compressed nor encoded, which would take three times as long
SEED = "seed.parquet"
MAGIC = b"PAR1"
_DRAFT = re.compile(r"\..+\.[0-9a-f]+\.tmp")  # as `atomic_files` names them
_NAMES = frozenset({"row_id", "run_key", "run_id"})  # texts of one length, or nearly: their lengths are kept apart
_RISING = frozenset({"line", "start_us", "end_us"})  # from a row to the next, by little: their steps are kept
_ENCODED = dict.fromkeys(_NAMES, "DELTA_BYTE_ARRAY") | dict.fromkeys(_RISING, "DELTA_BINARY_PACKED")
_ENCODED["row_id"] = "DELTA_LENGTH_BYTE_ARRAY"
_HELD = {"string": str, "int64": int, "double": float, "bool": bool, "list<item: string>": tuple}
_OF_EACH_ROW = (
    _NAMES
    | _RISING
    | frozenset(  # columns of almost unique values: dictionary encoding saves nothing
        {"duration_s", "latency_s", "machine_hours", "device_hours"}
        | {"cpu_energy_kwh", "gpu_energy_kwh", "ram_energy_kwh", "other_energy_kwh", "site_energy_kwh"}
        | {"reported_gwp_kg"}
    )
)


def _arrow_type(annotation: Any) -> "pa.DataType":
    """Arrow type of a field's annotation: DOUBLE for quantities, INT64 for integers, text for the rest."""
    import pyarrow as pa

    origin, inside = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return _arrow_type(next(part for part in inside if part is not type(None)))
    if origin is tuple:
        return pa.list_(_arrow_type(inside[0]))
    if origin in (Literal, dict):
        return pa.string()
    return {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string()}[annotation]


def schema_of(model: type[BaseModel]) -> "pa.Schema":
    """Arrow schema of a model, in the order of its fields; dictionaries are stored as JSON text."""
    import pyarrow as pa

    return pa.schema([(name, _arrow_type(field.annotation)) for name, field in model.model_fields.items()])


def batch_schema_of(schema: "pa.Schema") -> "pa.Schema":
    """The same columns for rows in memory: a text that many rows share is held once, with its number in each row, as
    files hold it."""
    import pyarrow as pa

    shared = pa.dictionary(pa.int32(), pa.string())
    held = {field.name: shared if pa.types.is_string(field.type) else field.type for field in schema}
    return pa.schema([(name, schema.field(name).type if name in _OF_EACH_ROW else held[name]) for name in held])


def table_of(rows: Sequence[BaseModel], schema: "pa.Schema") -> "pa.Table":
    """The rows as an Arrow table."""
    import pyarrow as pa

    names = schema.names
    values = list(zip(*map(itemgetter(*names), map(vars, rows)), strict=True)) or [()] * len(names)
    if "facts" in names:
        place = names.index("facts")
        values[place] = tuple(json.dumps(facts, ensure_ascii=False, sort_keys=True) for facts in values[place])
    columns = [pa.array(column, type=field.type) for column, field in zip(values, schema, strict=True)]
    return pa.Table.from_arrays(columns, schema=schema)


def check_fit(rows: Sequence[BaseModel], schema: "pa.Schema") -> None:
    """The errors of `table_of`. Values that are plainly of their columns need no table, which is long to make of a few
    rows."""
    if not all(_is_plain(vars(row)[name], kind) for row in rows for name, kind in _kinds(type(row))):
        table_of(rows, schema)


@cache
def _kinds(model: type[BaseModel]) -> tuple[tuple[str, type], ...]:
    """The columns of a model, each with the type of its values."""
    return tuple((field.name, _HELD[str(field.type)]) for field in schema_of(model))


def _is_plain(value: Any, kind: type) -> bool:
    """Whether a value is null, or exactly of this type and one that Arrow holds."""
    if value is None or type(value) is not kind:
        return value is None
    if isinstance(value, str):
        return value.isascii() or value.isprintable()  # lone surrogates are not
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return not isinstance(value, tuple) or all(_is_plain(text, str) for text in value)


def seed(folder: Path, model: type[BaseModel]) -> None:
    """Write an empty file with every column of the rows of a model, so that a glob over the folder always matches one
    that has them."""
    path = folder / SEED
    if not path.exists() or (looks_whole(path) and not _names_columns(path.read_bytes(), model.model_fields)):
        publish(folder, SEED, bytes_of(schema_of(model).empty_table()))


def _names_columns(data: bytes, names: Iterable[str]) -> bool:
    """Whether the footer of a Parquet file names these columns: Thrift writes each after its length."""
    return all(bytes([len(name)]) + name.encode() in data for name in names)


def carried_schema(schema: "pa.Schema", tables: "Iterable[pa.Table]") -> "pa.Schema":
    """A schema with, after its columns, those of these tables that it does not know: a newer version wrote them.
    ArrowTypeError when two tables give one of them types that do not agree."""
    import pyarrow as pa

    others = ([field for field in table.schema if field.name not in schema.names] for table in tables)
    unknown = [pa.schema([field.with_nullable(True) for field in fields]) for fields in others]
    return pa.schema([*schema, *pa.unify_schemas(unknown, promote_options="permissive")])


def conform(table: "pa.Table", schema: "pa.Schema") -> "pa.Table":
    """A table in the columns of a schema, null where it lacks one."""
    import pyarrow as pa

    for field in schema:
        if field.name not in table.schema.names:
            table = table.append_column(field, pa.nulls(len(table), field.type))
    return table.select(schema.names).cast(schema)


def in_order(table: "pa.Table", order: "np.ndarray") -> "pa.Table":
    """The rows at these places, in this order; where few of them leave their neighbours, none is copied."""
    import numpy as np
    import pyarrow as pa

    starts = np.flatnonzero(np.diff(order, prepend=-2) != 1).tolist()
    if not 0 < len(starts) <= SLICES:
        return table.take(pa.array(order))
    return pa.concat_tables(table[order[start] : order[end - 1] + 1] for start, end in pairwise([*starts, len(order)]))


def sorted_by(table: "pa.Table", names: Sequence[str]) -> "pa.Table":
    """The rows in the order of these columns, of texts or numbers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = (table[name] for name in names)
    plain = [column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column for column in columns]
    order = pc.sort_indices(pa.table(plain, names), sort_keys=[(name, "ascending") for name in names])
    return in_order(table, order.to_numpy())


def write_part(folder: Path, table: "pa.Table") -> Path:
    """Write a table as `part-<hash of its bytes>.parquet` and return its path. The same content gives the same file."""
    data = bytes_of(table)
    return publish(folder, part_name(data), data)


def read_part(path: Path) -> "pa.Table":
    """The whole table of a part."""
    import pyarrow.parquet as pq

    return pq.ParquetFile(path).read()


def part_name(data: bytes) -> str:
    """The file name of a part: the hash of its content."""
    return f"part-{blake2b(data, digest_size=16).hexdigest()}.parquet"


def is_whole(path: Path) -> bool:
    """Whether the content of a part matches the hash in its name."""
    with path.open("rb") as file:
        return f"part-{file_digest(file, partial(blake2b, digest_size=16)).hexdigest()}.parquet" == path.name


def first_torn(paths: Sequence[Path]) -> Path | None:
    """The first of these parts whose content is not that of its name; None where all are whole. Two are read at a
    time."""
    with ThreadPoolExecutor(2) as two:
        return next((path for path, whole in zip(paths, two.map(is_whole, paths), strict=True) if not whole), None)


def looks_whole(path: Path) -> bool:
    """Cheap check that a file starts and ends with the Parquet magic bytes."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        if size < 2 * len(MAGIC):
            return False
        file.seek(-len(MAGIC), os.SEEK_END)
        end = file.read()
        file.seek(0)
        return file.read(len(MAGIC)) == end == MAGIC


def sweep(home: Path, folders: Collection[str]) -> None:
    """Delete temporary files more than an hour old, left by killed writers, beside the files of a home and anywhere in
    these folders of it: what else a home stands among is of others."""
    limit = time.time() - LEFTOVER_S
    for path in chain(home.glob(".*.tmp"), *((home / name).rglob(".*.tmp") for name in folders)):
        try:
            if _DRAFT.fullmatch(path.name) and path.stat().st_mtime < limit:
                path.unlink()
        except OSError:  # gone, or of a folder that is only read
            continue


def bytes_of(table: "pa.Table") -> bytes:
    """The Parquet file of a table; a text is one there, however this table holds it."""
    file = BlockFile()
    file.add(table)
    return file.content()


class BlockFile:
    """A Parquet file in memory, each of its tables a block of rows; its tables are written alike."""

    def __init__(self) -> None:
        self._blocks = io.BytesIO()
        self._writer: pq.ParquetWriter | None = None
        self._how: tuple[pa.Schema, dict[str, Any]] | None = None

    def takes(self, table: "pa.Table") -> bool:
        """Whether a table is written as those before it."""
        return self._how in (None, _how(table))

    def add(self, table: "pa.Table") -> None:
        """One more table, which the file takes."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        if self._writer is None:
            self._how = _how(table)
            self._writer = pq.ParquetWriter(self._blocks, self._how[0], **self._how[1])
        self._writer.write_table(pa.Table.from_arrays(table.columns, schema=self._writer.schema))

    @property
    def size(self) -> int:
        """Of the blocks so far [bytes]."""
        return self._blocks.tell()

    def content(self) -> bytes:
        """The file, which takes no more."""
        assert self._writer
        self._writer.close()
        return self._blocks.getvalue()


def _how(table: "pa.Table") -> "tuple[pa.Schema, dict[str, Any]]":
    """The schema of a table in a file, and how it is written."""
    import pyarrow as pa

    named = zip(table.schema, table.columns, strict=True)
    told = [field.with_nullable(column.null_count > 0) for field, column in named]  # one without nulls has no levels
    codecs = _codecs(table)
    how: dict[str, Any] = {
        "compression": codecs,
        "use_dictionary": [path for path in codecs if path not in _OF_EACH_ROW],
    }
    if len(table) < BARE:
        how = {"compression": "none", "use_dictionary": False}
    how["column_encoding"] = {name: of for name, of in _ENCODED.items() if name in table.schema.names}
    counted = [path for path in codecs if path not in _NAMES] if len(table) >= COUNTED else False
    how |= {"write_statistics": counted, "write_batch_size": WRITTEN, "store_schema": False}
    return pa.schema(told), how


def _codecs(table: "pa.Table") -> dict[str, str]:
    """How each column is compressed, by its path in a file: those that hold nothing, or empty lists, are not."""
    import pyarrow as pa
    import pyarrow.compute as pc

    codecs = {}
    for name, column in zip(table.schema.names, table.columns, strict=True):
        lists = pa.types.is_list(column.type)
        held = column.null_count < len(table) and not (lists and pc.list_flatten(column).length() == 0)
        codecs[f"{name}.list.element" if lists else name] = "zstd" if held else "none"
    return codecs
