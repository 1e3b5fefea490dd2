"""Large parts that a build reads in a bucket: which of them may hold a run, so that the others are not read for it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from estimator.core.atomic_files import publish
from estimator.core.duckdb_engine import ELSEWHERE, WITHIN, DuckDB
from estimator.core.kept_files import linked

NAMES = ".names"
IS_WITHIN = f"(getvariable('{WITHIN}') IS NULL OR list_contains(getvariable('{WITHIN}'), PARSE_FILENAME(filename)))"


def is_elsewhere(file: str) -> bool:
    """Whether a part is in a bucket."""
    return "://" in file


def tell_elsewhere(files: Sequence[str], folder: Path, names: Mapping[str, Path]) -> str:
    """Write beside a build, in its folder of parts, which of these it reads elsewhere, and link the names that each
    holds, where they are known; SQL: whether a file is among those that are read."""
    away = [file for file in files if is_elsewhere(file)]
    if not away:
        return "TRUE"
    told = {"roots": sorted({file.rpartition("/activities/")[0] + "/activities/" for file in away})}
    told["parts"] = [Path(file).name for file in away]
    publish(folder, ELSEWHERE, json.dumps(told).encode())
    for file in away:
        if file in names:
            linked(names[file], folder / f"{Path(file).name}{NAMES}")
    return IS_WITHIN


@contextmanager
def within_parts_of(engine: DuckDB, path: Path, run: str) -> Iterator[None]:
    """Context in which rows are those of the parts that may hold a run, by the id of a row or by that of its tool: for
    what is asked of that run alone. path: of the build."""
    folder = path.with_suffix(".parts")
    told = folder / ELSEWHERE
    if not told.exists():
        yield
        return
    import numpy as np

    from estimator.builds.part_names import Names, NamesDamaged, names_sql

    one = "(SELECT $1 AS row_id, $1 AS run_id, '' AS run_key, FALSE AS cumulative, NULL::VARCHAR AS task_name)"
    named = engine.rows(names_sql(one, snapshots=False, tasks=False, traces=False), [run])
    asked = np.sort(np.array([row["name"] for row in named], np.uint64))
    held = []
    for part in json.loads(told.read_bytes())["parts"]:
        try:
            names = Names(folder / f"{part}{NAMES}")
            held += [part] if names.meets(asked).any() else []
        except (OSError, NamesDamaged):
            held.append(part)
    with engine.within(held):
        yield
