"""Names by which a row may have to do with one of another part: sorted hashes, of which a search reads a few blocks."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from estimator.core.duckdb_engine import DuckDB
from estimator.ledger.withdrawn_rows import parquet

BLOCK = 1_024  # names checked and read together
TOGETHER = 1_000_000  # rows of which names are held at once
MANY = 4_000_000  # names sorted together: of more, one range of the hashes at a time
MOST = 2**64 - 1
COUNT = 8  # bytes of the count and of each name; the check of a block takes half of that

# What a row shares: its id; its run with other snapshots of it; its run with the same told by another sender; its run
# with tasks of it, within a part (twice, as two rows do); its trace with other calls of it. The number tells kinds of
# names apart.
_TOLD = "CASE WHEN SUBSTR(run_id, -13, 1) = '@' THEN REGEXP_REPLACE(run_id, '@[0-9a-f]{{12}}$', '') ELSE run_id END"
_OF_ROWS = "SELECT HASH(row_id) AS name FROM {rows}"
_OF_RUNS = f"""SELECT name FROM
  (SELECT DISTINCT HASH({_TOLD}, 2) AS name, HASH(run_id) AS run FROM {{rows}} WHERE run_id IS NOT NULL)"""
# codecarbon names a run `run_id/service`. Where all rows are snapshots of it whose `run_id` has no `/`, it alone names
# them; one that has some is named by what could be the `run_id` of another, too.
_APART = "reader = 'codecarbon' AND CONTAINS(run_id, '/')"
_PREFIX = "HASH(SPLIT_PART(run_key, '/', 1), 2)"
_OF_SNAPSHOTS = f"""SELECT HASH(run_key, 1) FROM {{rows}} WHERE cumulative
UNION ALL SELECT {_PREFIX} FROM {{rows}} WHERE cumulative AND {_APART}"""
_OF_TASKS = """SELECT HASH(run_id, 3) FROM {rows} WHERE NOT cumulative AND task_name IS NOT NULL AND run_id IN
  (SELECT run_id FROM {rows} WHERE cumulative)
UNION ALL SELECT HASH(run_id, 3) FROM {rows} WHERE cumulative AND run_id IN
  (SELECT run_id FROM {rows} WHERE NOT cumulative AND task_name IS NOT NULL)"""
# The same of rows of many parts, in the order of files, where no task nor trace names more; and whether something else
# does, as a sender.
_OF_PARTS = f"""SELECT HASH(row_id), CASE WHEN run_id IS NOT NULL THEN HASH(run_id, 2) END,
  COALESCE(CONTAINS(run_id, '@') OR {_APART}, FALSE), CASE WHEN cumulative THEN HASH(run_key, 1) END
FROM {{rows}}"""
_OF_RUNS_ALONE = """SELECT HASH(row_id), CASE WHEN NOT CONTAINS(run_id, '@') AND NOT CONTAINS(run_id, '/')
  THEN HASH(run_id, 2) END FROM {rows}"""
SNAPSHOTS = {"reader": "codecarbon", "cumulative": "true"}  # stated by all rows of which the run alone is read
_OF_TRACES = "SELECT HASH(trace_id, 4) FROM {rows} WHERE trace_id IS NOT NULL"
NAMED = (
    f"HASH(row_id) IN {{names}} OR cumulative AND HASH(run_key, 1) IN {{names}}"
    f" OR cumulative AND {_APART} AND {_PREFIX} IN {{names}}"
    f" OR run_id IS NOT NULL AND (HASH({_TOLD}, 2) IN {{names}} OR HASH(run_id, 3) IN {{names}})"
    " OR trace_id IS NOT NULL AND HASH(trace_id, 4) IN {names}"
)


class NamesDamaged(ValueError):
    """A file of names whose content is not what was written."""


def names_sql(rows: str, snapshots: bool = True, runs: bool = True, tasks: bool = True, traces: bool = True) -> str:
    """SQL of the names of the rows of a relation: with those of snapshots, runs, tasks and traces, if it has any."""
    asked = (
        *((_OF_ROWS, True), (_OF_RUNS, runs), (_OF_SNAPSHOTS, snapshots), (_OF_TASKS, snapshots and tasks)),
        (_OF_TRACES, traces),
    )
    return " UNION ALL ".join(sql for sql, there in asked if there).format(rows=rows)


def together(rows: Mapping[str, int]) -> Iterator[list[str]]:
    """These parts, by how many rows each has, as many at a time as have TOGETHER."""
    some, count = list[str](), 0
    for part, held in rows.items():
        if some and count + held > TOGETHER:
            yield some
            some, count = [], 0
        some.append(part)
        count += held
    if some:
        yield some


def names_of_parts(
    engine: DuckDB, seed: str, files: Mapping[str, int], alike: bool
) -> Iterator[tuple[str, np.ndarray | None, bool]]:
    """The names of the rows of each of these parts, told with how many, sorted; None where more may name them than this
    reads; and whether each row is of a run. They tell no task nor trace. seed: a file without rows, with every column;
    alike: whether all rows state SNAPSHOTS."""
    sql = (_OF_RUNS_ALONE if alike else _OF_PARTS).format(rows=parquet([seed, *files]))
    ids, runs, *others = engine.columns(sql)
    odd = np.ma.getmaskarray(runs) if alike else others[0]
    ends = np.cumsum([0, *files.values()]).tolist()
    for file, (start, end) in zip(files, pairwise(ends), strict=True):
        if odd[start:end].any():
            yield file, None, False
            continue
        named = [ids[start:end], np.ma.compressed(runs[start:end])]
        of_runs = len(named[1]) == end - start
        if not alike:
            run = np.sort(named[1])  # `np.unique` takes twenty times as long
            named[1:] = np.ma.compressed(others[1][start:end]), run[:1], run[1:][run[1:] != run[:-1]]
        found = np.concatenate(named)
        found.sort()
        yield file, found, of_runs


def as_bytes(names: np.ndarray) -> tuple[bytes, memoryview]:
    """A file of sorted names: their count, the first name of each block, the check of each, that of all this; then the
    names, which these checks tell whole."""
    blocks = [names[at : at + BLOCK] for at in range(0, len(names), BLOCK)]
    checks = np.array([zlib.crc32(block.data) for block in blocks], np.uint32)
    head = np.uint64(len(names)).tobytes() + names[::BLOCK].tobytes() + checks.tobytes()
    return head + np.uint32(zlib.crc32(head)).tobytes(), names.data


class Names:
    """The names of the rows of a part, sorted, in a file. NamesDamaged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        size = path.stat().st_size
        with path.open("rb") as file:
            count = file.read(COUNT)
            self.count = int.from_bytes(count, "little")
            blocks = -(-self.count // BLOCK)
            told = COUNT * blocks + COUNT // 2 * blocks
            self._start = COUNT + told + COUNT // 2
            if size != self._start + COUNT * self.count:
                raise NamesDamaged(path.name)
            head, check = count + file.read(told), file.read(COUNT // 2)
        if zlib.crc32(head) != int.from_bytes(check, "little"):
            raise NamesDamaged(path.name)
        self._firsts = np.frombuffer(head, np.uint64, blocks, COUNT)
        self._checks = np.frombuffer(head, np.uint32, blocks, COUNT + COUNT * blocks)

    def between(self, low: int, high: int) -> np.ndarray:
        """The names from one to another, both included."""
        first = max(int(np.searchsorted(self._firsts, np.uint64(low))) - 1, 0)
        last = int(np.searchsorted(self._firsts, np.uint64(high), "right"))
        if first >= last:
            return np.empty(0, np.uint64)
        found = self._blocks(first, last)
        ends = np.searchsorted(found, np.uint64(low)), np.searchsorted(found, np.uint64(high), "right")
        return found[ends[0] : ends[1]]

    def meets(self, asked: np.ndarray) -> np.ndarray:
        """Which of these names, sorted, it holds: n booleans."""
        held = np.zeros(len(asked), bool)
        block = np.searchsorted(self._firsts, asked, "right") - 1
        starts = [*np.flatnonzero(np.diff(block, prepend=-1)).tolist(), len(asked)]
        for start, end in pairwise(starts):
            if block[start] >= 0:
                names = self._blocks(int(block[start]), int(block[start]) + 1)
                held[start:end] = _among(asked[start:end], names)
        return held

    def _blocks(self, first: int, last: int) -> np.ndarray:
        with self._path.open("rb") as file:
            file.seek(self._start + COUNT * BLOCK * first)
            content = file.read(COUNT * BLOCK * (last - first))
        found = np.frombuffer(content, np.uint64)
        for place in range(first, last):
            block = found[BLOCK * (place - first) : BLOCK * (place - first + 1)]
            if zlib.crc32(block.data) != self._checks[place]:
                raise NamesDamaged(self._path.name)
        return found


def shared_by(
    parts: Mapping[str, Names], known: Mapping[str, Sequence[int]], others: np.ndarray, sought: np.ndarray
) -> dict[str, list[int]]:
    """By part, its names that another row has, of these parts or of those whose names are `others`, sorted. known: what
    was told so of some parts, in which nothing is sought twice; sought: names, sorted, that were sought in each of
    them: what one has is in `known`."""
    fresh = {part: names for part, names in parts.items() if part not in known}
    found = {part: [np.array(known.get(part, ()), np.uint64)] for part in parts}
    told = np.unique(np.concatenate([np.empty(0, np.uint64), *(names for (names,) in found.values())]))
    ranges = -(-(sum(names.count for names in fresh.values()) + len(others)) // MANY) or 1
    bounds = [MOST // ranges * n for n in range(ranges)]
    for low, high in pairwise([*bounds, MOST + 1]):
        mine = others[np.searchsorted(others, np.uint64(low)) : np.searchsorted(others, np.uint64(high - 1), "right")]
        new = np.concatenate([mine, *(names.between(low, high - 1) for names in fresh.values())])
        new.sort()  # in its place: a copy takes longer
        asked = new[~_among(new, sought)] if len(sought) else new
        met = {part: asked[parts[part].meets(asked)] for part in parts.keys() - fresh if len(asked)}
        shared = np.unique(np.concatenate([new[1:][new[1:] == new[:-1]], new[_among(new, told)], *met.values()]))
        met |= {part: shared[names.meets(shared)] for part, names in fresh.items() if len(shared)}
        for part, names in met.items():
            found[part].append(names)
    return {part: np.unique(np.concatenate(names)).tolist() for part, names in found.items()}


def _among(names: np.ndarray, sorted_ones: np.ndarray) -> np.ndarray:
    """Which of these names are among others, sorted: n booleans."""
    if not len(sorted_ones):
        return np.zeros(len(names), bool)
    held: np.ndarray = sorted_ones[np.minimum(np.searchsorted(sorted_ones, names), len(sorted_ones) - 1)] == names
    return held
