"""Regular rows of a block of codecarbon output, as a table with the columns of Activity."""

import math
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from estimator.core.digest_set import SIZE, digests_of, hexadecimal
from estimator.ingestion.codecarbon.cells import CellValues, plain_texts, truths, whole
from estimator.ingestion.codecarbon.columns import OF_A_ROW
from estimator.ingestion.codecarbon.energy import (
    COMPONENTS,
    FIGURE_COLUMNS,
    LONGEST_S,
    Figures,
    Signs,
    of_one_processor,
    signs_of,
)
from estimator.ingestion.codecarbon.facts import RowFacts
from estimator.ingestion.codecarbon.rows import NAME, VERSION, RowReading, digest_of
from estimator.ingestion.parsing.kinds import OfKinds, first_of_each, in_schema, joint_codes, renumbered
from estimator.ingestion.parsing.row_identity import occurrence_bytes
from estimator.ingestion.parsing.timestamps import FIRST_US, Walls, months_of, now_us
from estimator.ingestion.reader import RowRefused
from estimator.ledger.arrow_schemas import BATCH_SCHEMA

_HASHED = 2048  # rows whose texts are held at once


class Cut(NamedTuple):
    """Lines split into cells, their values, and the number of the first line."""

    cells: pa.Table
    said: CellValues
    line: int


class _Group(NamedTuple):
    """Rows with equal shared cells: their facts, and these cells as in the identity of a row."""

    facts: RowFacts
    shared: str


def table_of(rows: RowReading, cut: Cut, walls: dict[ZoneInfo, Walls]) -> tuple[pa.Table, np.ndarray]:
    """Table of the regular rows, and mask of irregular ones for the row reader. `walls`: clock cache of the file."""
    figures, gone = _figures(cut.said)
    odd = (
        cut.said.odd
        | (cut.said.moments > now_us())
        | (cut.said.moments / 1e6 - figures.duration < FIRST_US / 1e6)
        | _unlikely(figures, gone)
        | _with_sidecar(rows, cut.cells)
        | rows.columns.exported
    )
    group_of, groups = _groups(rows, cut.cells, odd)
    odd = odd | (group_of < 0)
    if odd.any():
        figures = Figures._make(np.where(odd, 0.0, column) for column in figures)
    pue = np.array([1.0, *(group.facts.pue for group in groups)])[group_of + 1]
    of_groups = [(math.nan, math.nan, math.nan, 1.0)]
    of_groups += [(one.facts.processors_most, one.facts.memory_gb, *one.facts.by_thread) for one in groups]
    most, memory, *by_thread = np.array(of_groups)[group_of + 1].T
    figures, counted = of_one_processor(figures, pue, (by_thread[0], by_thread[1]))
    signs, rest = signs_of(figures, gone, pue, (most, memory), rows.expected)
    signs = signs._replace(by_thread=counted)
    odd = odd | signs.empty | signs.impossible
    kept = np.flatnonzero(~odd)
    if not len(kept):
        return BATCH_SCHEMA.empty_table(), odd
    if len(kept) < len(odd):
        words = cut.said.words.take(pa.array(kept))
        said = CellValues(cut.said.numbers[kept], cut.said.moments[kept], words, odd[kept])
        cut = Cut(cut.cells.take(pa.array(kept)), said, cut.line)
        figures, gone = (Figures._make(column[kept] for column in part) for part in (figures, gone))
        signs = Signs._make(sign[kept] if isinstance(sign, np.ndarray) else sign for sign in signs)
        group_of, pue, rest = group_of[kept], pue[kept], rest[kept]
    kinds, kind_of = _kinds(signs, group_of)
    judged = [rows.judged(groups[group].facts, signs_at) for group, signs_at in kinds]
    facts = [groups[group].facts for group, _ in kinds]
    energies = {name: getattr(figures, name) for name in COMPONENTS} | {"other": rest}
    checks = [sorted({*one.checks, *judgement.checks}) for one, judgement in zip(facts, judged, strict=True)]
    constant = {"file_name": rows.trace.name, "file_sha": rows.trace.sha, "reader": NAME, "reader_version": VERSION}
    by_kind: dict[str, list[Any]] = {name: [value] * len(kinds) for name, value in constant.items()}
    by_kind |= {name: [one.fields[name] for one in facts] for name in facts[0].fields}
    by_kind |= {name: [one.fields[name] for one in judged] for name in judged[0].fields}
    by_kind |= {"checks": checks, "time_basis": [one.basis for one in facts]}
    columns = OfKinds(by_kind).by_row(kind_of)
    for name, energy in energies.items():
        known = np.array([name in one.known for one in judged])[kind_of]
        columns[f"{name}_energy_kwh"] = pa.array(energy / pue, mask=~known)
    cards = np.array([one.cards or 0 for one in facts], float)[kind_of]
    hours = figures.duration / 3600
    columns |= _times(cut, figures.duration, [group.facts.zone for group in groups], group_of, walls)
    columns |= _names(rows, cut, groups, group_of)
    columns |= {
        "duration_s": pa.array(figures.duration),
        "device_hours": pa.array(hours * cards, mask=cards == 0),
        "machine_hours": pa.array(hours),
        "reported_gwp_kg": pa.array(figures.emissions, mask=gone.emissions),
        "reported_water_l": pa.array(
            figures.water, mask=gone.water | ((figures.water == 0) & ((figures.wue == 0) | gone.wue))
        ),
        "line": pa.array(kept + cut.line),
    }
    return in_schema(columns, len(kept)), odd


def _figures(said: CellValues) -> tuple[Figures, Figures]:
    """Numbers with 0 for empty, and the mask of empty ones."""
    columns = said.numbers.T[[OF_A_ROW.index(name) for name in FIGURE_COLUMNS]]
    gone = np.isnan(columns)
    return Figures(*np.where(gone, 0.0, columns)), Figures(*gone)


def _unlikely(read: Figures, gone: Figures) -> np.ndarray:
    """Rows that the row reader refuses, with the reason: negative energies, impossible durations."""
    wrong: np.ndarray = gone.duration | (read.duration < 0) | (read.duration > LONGEST_S)
    for energy in (read.cpu, read.gpu, read.ram, read.total):
        wrong = wrong | (energy < 0)
    return wrong


def _with_sidecar(rows: RowReading, cells: pa.Table) -> np.ndarray:
    place, named = rows.columns.at.get("run_id"), rows.own_sidecars
    if place is None or not named:
        return np.zeros(len(cells), bool)
    runs = plain_texts(whole(cells[place]))
    return truths(pc.is_in(runs, value_set=pa.array(sorted(named))))


def _groups(rows: RowReading, cells: pa.Table, odd: np.ndarray) -> tuple[np.ndarray, list[_Group]]:
    """The group of each row, and the groups; -1 for irregular rows or those whose facts are refused."""
    texts = {}
    for place in rows.columns.places:
        encoded = whole(cells[place]).dictionary_encode()
        texts[place] = encoded.dictionary, encoded.indices.to_numpy()
    codes = joint_codes(((indices, len(dictionary)) for dictionary, indices in texts.values()), len(cells))
    regular = np.flatnonzero(~odd)
    which = renumbered(codes[regular])
    first = regular[first_of_each(which)]
    groups: list[_Group] = []
    number_of = []
    runs = rows.columns.at.get("run_id")
    of_each = [[""] * len(first) for _ in range(rows.columns.width + 1)]
    for place, (dictionary, indices) in texts.items():
        of_each[place] = dictionary.take(pa.array(indices[first])).to_pylist()
    if runs is not None:
        of_each[runs] = cells[runs].take(pa.array(first)).to_pylist()
    for row in map(list, zip(*of_each, strict=True)):
        try:
            groups.append(_Group(*rows.facts_of(row, rows.text(row, "run_id"))))
            number_of.append(len(groups) - 1)
        except RowRefused:
            number_of.append(-1)
    group_of = np.full(len(cells), -1)
    group_of[regular] = np.array(number_of, int)[which]
    return group_of, groups


def _kinds(signs: Signs, group_of: np.ndarray) -> tuple[list[tuple[int, Signs]], np.ndarray]:
    """(group, signs) of each kind of rows, and the kind of each row."""
    codes = group_of.astype(np.int64)
    for sign in signs:
        if np.any(sign) and not np.all(sign):
            codes = codes * 2 + sign
    kind_of = renumbered(codes)
    first = first_of_each(kind_of)
    each = [sign[first].tolist() if np.ndim(sign) else [bool(sign)] * len(first) for sign in signs]
    kinds = [(group, Signs._make(mine)) for group, *mine in zip(group_of[first].tolist(), *each, strict=True)]
    return kinds, kind_of


def _times(
    cut: Cut, duration: np.ndarray, zones: Sequence[ZoneInfo], group_of: np.ndarray, walls: dict[ZoneInfo, Walls]
) -> dict[str, pa.Array]:
    """Start, end and their months: the time written by codecarbon is the wall-clock time of the end."""
    moments = cut.said.moments
    ends = np.empty(len(moments), np.int64)
    for zone in set(zones):
        mine = np.array([one == zone for one in zones])[group_of] if len({*zones}) > 1 else slice(None)
        ends[mine] = walls.setdefault(zone, Walls(zone)).to_us(moments[mine])
    starts = ends - np.rint(duration * 1e6).astype(np.int64)
    return {
        "start_us": pa.array(starts),
        "end_us": pa.array(ends),
        "start_month": pa.array(months_of(starts)),
        "end_month": pa.array(months_of(ends)),
    }


def _names(rows: RowReading, cut: Cut, groups: Sequence[_Group], group_of: np.ndarray) -> dict[str, Any]:
    """Row id, run and task of each row, and whether a later row of the run supersedes it."""
    row_id = _row_ids(rows, cut.said, groups, group_of)
    at, columns = rows.columns.at, rows.columns
    nothing = pa.nulls(len(group_of), pa.string())
    run = _null_if_empty(cut.cells[at["run_id"]]) if "run_id" in at else nothing
    task = _null_if_empty(cut.cells[at["task_name"]]) if "task_name" in at else nothing
    task = pc.fill_null(task, "?") if columns.is_task_file else task
    names = {"row_id": row_id, "run_key": row_id, "run_id": run, "task_name": task}
    if columns.is_task_file or run.null_count == len(run):
        return names | {"cumulative": pa.repeat(False, len(run))}
    service = pa.array([f"/{group.facts.fields['service_key']}" for group in groups]).take(pa.array(group_of))
    names["run_key"] = pc.coalesce(pc.binary_join_element_wise(run, service, ""), row_id)
    return names | {"cumulative": pc.is_valid(run)}


def _null_if_empty(column: pa.ChunkedArray) -> pa.Array:
    texts = plain_texts(whole(column))
    empty = pc.equal(texts, "")
    return pc.if_else(empty, None, texts) if pc.any(empty).as_py() else texts


def _row_ids(rows: RowReading, said: CellValues, groups: Sequence[_Group], group_of: np.ndarray) -> pa.Array:
    """Row identities, equal to those of the row reader."""
    count, columns = said.numbers.shape
    ends = pa.py_buffer(np.arange(count + 1, dtype=np.int32) * (8 * columns))
    numbers = pa.Array.from_buffers(
        pa.binary(), count, [None, ends, pa.py_buffer(np.ascontiguousarray(said.numbers, "<f8"))]
    )
    shared = pa.array([digest_of(group.shared) for group in groups], pa.binary()).take(pa.array(group_of))
    parts = (shared, said.words.cast(pa.binary()), numbers)
    digests: list[bytes] = []
    for start in range(0, count, _HASHED):
        digests += digests_of(_joined(parts, start, _HASHED))
    for place, occurrence in rows.identities.occurrences(digests, said.moments).items():
        (content,) = _joined(parts, place, 1)
        digests[place] = blake2b(content + occurrence_bytes(occurrence), digest_size=SIZE).digest()
    return hexadecimal(digests)


def _joined(parts: Sequence[pa.Array], start: int, count: int) -> list[bytes]:
    """These parts of so many rows, one after the other."""
    joined = pc.binary_join_element_wise(*(part.slice(start, count) for part in parts), pa.scalar(b"", pa.binary()))
    return list(joined.to_pylist())
