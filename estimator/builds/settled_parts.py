"""Parts of the ledger whose rows need no other row: what is kept of each beside the builds is not read again.

A row that may have to do with another part, or that is looked at by itself, is set aside: it is read with the rows of
small parts. What is kept of the others is named after the part, our sources, what is set aside, and all that decides
how its rows are summed (`Settled.context`): nothing kept can be out of date.
"""

import json
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from functools import cached_property, partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from estimator.builds.build_identity import digest
from estimator.builds.machine_overlaps import BY_HOUR, MEET, SPANS, WHOLE, Span, machine_twice, others_met
from estimator.builds.part_names import (
    NAMED,
    SNAPSHOTS,
    Names,
    as_bytes,
    names_of_parts,
    names_sql,
    shared_by,
    together,
)
from estimator.builds.parts_elsewhere import is_elsewhere
from estimator.builds.said_of_parts import FACTS, LOOKED_AT, RAN, RAN_IN_PART, SAID, SAYS
from estimator.builds.stated_columns import StatedColumns, constants, inlined, read_columns, shared, stated_columns
from estimator.builds.whole_parts import check_parts, stamp
from estimator.catalogue.default_subjects import THREAD_MACHINES
from estimator.catalogue.fault_rules import TEXTS
from estimator.catalogue.models import is_of
from estimator.catalogue.physical_limits import LIMITS
from estimator.catalogue.tables import Catalogue
from estimator.core.duckdb_engine import DuckDB, texts_sql
from estimator.core.kept_files import KeptFiles
from estimator.ledger.withdrawn_rows import parquet

FOLDER = ".rollups"
MOST_ASIDE = 0.2  # share of its rows from which a part is read like any other [1]


class SettledPart(NamedTuple):
    """A part: its file, what its own content decides, and the hashes of its rows that are set aside."""

    file: str
    key: str
    names: Names
    facts: Mapping[str, Any]
    aside: np.ndarray

    @property
    def name(self) -> str:
        return self.file.rpartition("/")[2]


class Settled:
    """The parts of a build that are not read again, with what is kept of them."""

    def __init__(self, engine: DuckDB, folder: Path, seed: str, method: str, crosses: str) -> None:
        self.kept = KeptFiles(folder / FOLDER)
        self._engine, self._seed, self._method, self._crosses = engine, seed, digest([method]), crosses
        self.all = f"all-{self._method}"  # key of what is kept of all parts: a file of each is long to open
        self.parts: list[SettledPart] = []
        self._of_runs = set[str]()  # parts of which each row is told to have a run
        self._limits = dict[tuple[str, str | None], str]()
        self._said: Set[str] = frozenset()  # names of the parts that the table `said` is of
        self.lines: Mapping[str, Sequence[Any]] = {}  # by key of a part, where its rows ran

    def _check(self, large: Sequence[str]) -> None:
        """Whether each of these parts is the one of its name: those that are as they were then are not read.
        ledger_torn."""
        seen = {Path(file).name: stamp(file) for file in large if not is_elsewhere(file)}
        known = self.kept.told(self.all, "seen")
        check_parts([file for file in large if seen.get(Path(file).name) != known.get(Path(file).name)])
        if seen != known:
            self.kept.tell(self.all, "seen", seen)

    def _key(self, file: str) -> str:
        return f"{Path(file).stem}-{self._method}"

    def judge(self, large: Sequence[str], small: str, gone: Sequence[str]) -> list[str]:
        """Which of these large parts are settled, and the files of their rows that are set aside: those that share a
        name with another row, of any part or of the relation `small`, or that are withdrawn. NamesDamaged,
        ledger_torn."""
        self._check(large)
        others = np.sort(self._engine.column(names_sql(small)))
        keys = {self._key(file): file for file in large}
        facts = self._facts(keys)
        names = {key: Names(path) for key, path in self._keep_names(keys, facts).items()}
        known, sought = self.kept.told(self.all, "shared"), self.kept.data(self.all, "sought") or b""
        known = {key: told for key, told in known.items() if key in names}
        shared = shared_by(names, known, others, np.frombuffer(sought, np.uint64))
        if shared != known:
            self.kept.tell(self.all, "shared", shared)
        if sought != others.tobytes():
            self.kept.put(self.all, "sought", others.tobytes())
        withdrawn = np.unique(self._engine.column(f"SELECT HASH(row_id) FROM {parquet(gone)}")) if gone else others[:0]
        met, looked_at = self._met(facts, small), self._looked_at(keys, facts)
        for key, file in keys.items():
            overlapping = self._overlapping(key, file, facts[key], met[key])
            named = np.array(shared[key], np.uint64), withdrawn[names[key].meets(withdrawn)]
            aside = np.unique(np.concatenate([looked_at[key], *self._named(key, file, *named), *overlapping]))
            if len(aside) <= MOST_ASIDE * facts[key]["rows"]:
                self.parts.append(SettledPart(file, key, names[key], facts[key], aside))
        return self._aside_rows()

    def _aside_rows(self) -> list[str]:
        """The files of the rows that are set aside; those of which they are not kept are read together."""
        kinds = {part.name: (part.key, f"aside{_digest_of(part.aside)}") for part in self.parts if len(part.aside)}
        counts = self.kept.told(self.all, "aside")
        files = {
            name: [path for n in range(counts.get(key + kind, 0)) if (path := self.kept.whole(key, f"{kind}-{n}"))]
            for name, (key, kind) in kinds.items()
        }
        short = {name for name, (key, kind) in kinds.items() if len(files[name]) < counts.get(key + kind, 1)}
        new = {part.file: part for part in self.parts if part.name in short}
        if new:
            stated = set[str]().union({"checks"}, *(part.facts["stated"] for part in new.values()))
            rows, types = self._typed([*new])
            types = {name: kind for name, kind in types.items() if name in stated}  # the others are as long to write
            told = read_columns(types, set(), shared(part.facts["same"] for part in new.values()))
            with self._table(np.concatenate([part.aside for part in new.values()])) as table:
                sql = f"SELECT {told}, PARSE_FILENAME(filename) AS held_in FROM {rows} WHERE HASH(row_id) IN {table}"
                files |= self.write_parts({part.name: kinds[part.name] for part in new.values()}, sql)
            self.kept.tell(self.all, "aside", {key + kind: len(files[name]) for name, (key, kind) in kinds.items()})
        return [str(file) for of_part in files.values() for file in of_part]

    @property
    def files(self) -> set[str]:
        """The files of these parts."""
        return {part.file for part in self.parts}

    def names_of(self) -> dict[str, Path]:
        """The file of the names of each of these parts."""
        found = {part.file: self.kept.path(part.key, "names") for part in self.parts}
        return {file: path for file, path in found.items() if path}

    def all_aside(self) -> np.ndarray:
        """The hashes of all rows that are set aside."""
        return np.unique(np.concatenate([np.empty(0, np.uint64), *(part.aside for part in self.parts)]))

    def models(self, modality: str) -> set[str]:
        """The models of the rows with sound, or that may be of vectors."""
        return {model for part in self.parts for model in part.facts[modality] or () if model is not None}

    @cached_property
    def stated(self) -> set[str]:
        """The columns that a row of these parts states."""
        return {name for part in self.parts for name in part.facts["stated"]}

    def may_hold(self, shas: set[str], names: np.ndarray) -> list[str]:
        """The files that may hold a row of one of these input files, or of these names, sorted."""
        return [p.file for p in self.parts if shas & {*p.facts["shas"]} or p.names.meets(names).any()]

    def told(self, sql: Callable[[str, str], str], each: bool = False) -> dict[str, list[dict[str, Any]]]:
        """What the rows of each part tell of themselves, by its key; kept. sql: the query of that, of a relation and
        what tells its parts apart; each: of columns that are not said once for many rows."""
        kind = f"told{digest([sql('row_status', '')])}"
        known = self.kept.told(self.all, kind)
        new = {part.name: part for part in self.parts if part.key not in known}
        said = [name for name in new if name in self._said and not each]
        files = [part.file for name, part in new.items() if name not in said]
        found = defaultdict[str, list[dict[str, Any]]](list)
        if said:
            self._tell(found, sql, f"said WHERE held_in IN ({texts_sql(said)})")
        if files:
            rows = parquet([self._seed, *files], "filename=true")
            self._tell(found, sql, f"(SELECT *, PARSE_FILENAME(filename) AS held_in FROM {rows})")
        told = {p.key: known[p.key] if p.key in known else found[p.name] for p in self.parts}
        return self.kept.tell(self.all, kind, told) if new else told

    def _tell(self, found: dict[str, list[dict[str, Any]]], sql: Callable[[str, str], str], rows: str) -> None:
        for row in self._engine.rows(sql(f"(SELECT *, 'current' AS status FROM {rows})", "held_in, ")):
            found[row.pop("held_in")].append(row)

    def texts(self, part: SettledPart) -> dict[str, set[str | None]]:
        """What the rows of a part may say of what limits them, by its name, where they ran as the places say."""
        found = {name: {*(part.facts[name] or ())} for name in TEXTS}
        for line in self.lines[part.key]:
            of_threads = THREAD_MACHINES[0] if line["to_vcpus"] else None
            found["machine"] |= {name for name in (line["to_machine"], of_threads) if name}  # else as read
            found["device"] |= {name for name in (line["to_device"],) if name}
            found["zone"].add(line["to_zone"])
        return found

    def context(self, part: SettledPart, catalogue: Catalogue, marks: Sequence[Any]) -> str:
        """All that decides what is kept of the rows of a part, but for the part itself and our sources. marks: the
        answers of suppliers."""
        values = self.texts(part)
        limits = {}
        for name, read in LIMITS.items():
            said = sorted({*values.get(name, ()), None}, key=str)
            for value in said:
                if (name, value) not in self._limits:  # many parts say the same
                    self._limits[name, value] = digest([json.dumps(_plain(read(catalogue, value)), default=str)])
            limits[name] = [(value, self._limits[name, value]) for value in said]
        kinds = {k: sorted(m for m in part.facts[k] or () if m and is_of(m, k)) for k in ("audio", "embedding")}
        told = [self._crosses, _digest_of(part.aside), self.lines[part.key], marks, limits, kinds]
        return digest([json.dumps(told, sort_keys=True, default=str)])

    def close(self) -> None:
        """Forget what is kept of no part, and what was read once for all parts."""
        self.kept.prune()
        self._engine.run("DROP TABLE IF EXISTS said")

    def _keep_names(self, keys: Mapping[str, str], facts: Mapping[str, Mapping[str, Any]]) -> dict[str, Path]:
        """The file of the names of each of these parts: of those of which it is not kept, many are read together."""
        kept = {key: self.kept.path(key, "names") for key in keys}
        paths = {key: path for key, path in kept.items() if path and path.exists()}
        new = [key for key in keys if key not in paths]
        told = {key: [name in facts[key]["stated"] for name in ("run_id", "task_name", "trace_id")] for key in new}
        plain = [key for key in new if not told[key][2] and not (told[key][1] and facts[key]["snapshots"])]
        alike = [key for key in plain if SNAPSHOTS.items() <= facts[key]["same"].items()]
        for of_kind in (alike, [key for key in plain if key not in alike]):
            for some in together({key: facts[key]["rows"] for key in of_kind}):
                files = {keys[key]: key for key in some}
                rows = {file: facts[key]["rows"] for file, key in files.items()}
                for file, names, of_runs in names_of_parts(self._engine, self._seed, rows, of_kind is alike):
                    self._of_runs |= {file} if of_runs else set()
                    if names is not None:
                        paths[files[file]] = self.kept.put(files[file], "names", *as_bytes(names))
                        new.remove(files[file])
        for key in new:
            sql = names_sql(self._rows(keys[key]), facts[key]["snapshots"], *told[key])
            paths[key] = self.kept.put(key, "names", *as_bytes(np.sort(self._engine.column(sql))))
        return paths

    def _facts(self, keys: Mapping[str, str]) -> dict[str, dict[str, Any]]:
        """What is known of each of these parts; of all those of which it is not kept, from one pass."""
        known = self.kept.told(self.all, "facts")
        held = {key: known[key] for key in keys if key in known}
        files = [file for key, file in keys.items() if key not in held]
        stated = stated_columns(self._engine, files)
        # Names come first: they tell whether each row has a run, which is long to read once more.
        seen = {f: {**one._asdict(), "snapshots": True} for f, one in stated.items()}
        self._keep_names({self._key(f): f for f in seen}, {self._key(f): told for f, told in seen.items()})
        for alike in (True, False):
            if some := [file for file in files if bool(stated[file].same) is alike]:
                self._say(some, stated)
        facts = {row.pop("held_in"): row for row in self._engine.rows(FACTS)} if files else {}
        ran = self._engine.rows(SPANS.format(rows="said", and_by="")) if files else []
        self._said = facts.keys()
        for key in map(self._key, files):
            found = facts[Path(keys[key]).name]
            found["codes"] = sorted({code for code in found["codes"] or () if code})
            ends, unsaid = stated[keys[key]], set[str]() if found["codes"] else {"checks"}
            found["stated"], found["every"] = map(sorted, (ends.stated - unsaid, ends.every))
            found["same"] = ends.same
            found["spans"] = [_span(row) for row in ran if row["held_in"] == Path(keys[key]).name]
            found["alone"] = [self._crosses, found["alone"]]  # how many, of those that crossed so
            held[key] = found
        return self.kept.tell(self.all, "facts", held) if files else held

    def _say(self, files: Sequence[str], ends: Mapping[str, StatedColumns]) -> None:
        """Add to the table `said` what the rows of these parts tell."""
        rows, types = self._typed(files)
        empty = types.keys() - set[str]().union(*(ends[file].stated for file in files))
        alike = set[str].intersection(*({*ends[file].same} for file in files))
        apart = [name for name in SAYS if name not in empty | alike] or ["''"]
        once = constants(types, empty, shared(ends[file].same for file in files))
        once |= {"run_id": "''"} if self._of_runs.issuperset(files) else {}
        there = self._engine.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = 'said'")
        into = "INSERT INTO said BY NAME" if there else "CREATE TABLE said AS"
        listed = ", ".join(f"{once.get(name, f'ANY_VALUE({name})')} AS {name}" for name in SAYS)
        ran = RAN if "machine" in once.get("scope", "machine") else RAN_IN_PART
        said = f"SELECT {inlined(SAID.format(crosses=self._crosses, ran=ran), once)}, {listed} FROM {rows}"
        self._engine.run(f"{into} {said} GROUP BY filename, HASH({', '.join(apart)})")

    def _looked_at(self, keys: Mapping[str, str], facts: Mapping[str, Mapping[str, Any]]) -> dict[str, np.ndarray]:
        """The hashes of the rows of each of these parts that are looked at by themselves; kept."""
        kind = f"alone{digest([self._crosses, LOOKED_AT])}"
        none = [key for key in keys if facts[key]["alone"] == [self._crosses, 0]]  # nothing is read nor kept of them
        found = {key: b"" if key in none else self.kept.data(key, kind) for key in keys}
        new = [key for key, data in found.items() if data is None]
        if new:
            rows = parquet([self._seed, *(keys[key] for key in new)])
            where = f"({self._crosses}) OR ({LOOKED_AT})"
            part, hashes = self._engine.columns(f"SELECT file_index, HASH(row_id) FROM {rows} WHERE {where}")
            for place, key in enumerate(new, 1):
                alone = np.unique(hashes[part == place]).tobytes()
                self.kept.put(key, kind, alone)
                found[key] = alone
        return {key: np.frombuffer(data, np.uint64) for key, data in found.items() if data is not None}

    def _named(self, key: str, file: str, *names: np.ndarray) -> Iterator[np.ndarray]:
        """The hashes of its rows that have one of these names."""
        told = np.unique(np.concatenate(names)).tolist()
        if told:
            sql = f"SELECT HASH(row_id) FROM {self._rows(file)} WHERE {NAMED.format(names='(SELECT name FROM given)')}"
            yield self._kept_hashes(key, "named", sql, {"name": told}, {"name": "UBIGINT"})

    def _met(self, facts: Mapping[str, Mapping[str, Any]], small: str) -> dict[str, list[Span]]:
        """By key of a part, when rows that are not its own may be of a computer that its own are of."""
        spans = {key: [Span(*span) for span in of_part["spans"]] for key, of_part in facts.items()}
        if any(spans.values()):
            whole = f"(SELECT NULL AS held_in, *, start_us AS first_us, end_us AS last_us FROM {small} WHERE {WHOLE})"
            rows = self._engine.rows(SPANS.format(rows=whole, and_by=BY_HOUR))
            spans[small] = [_span(row) for row in rows]
        return others_met(spans)

    def _overlapping(self, key: str, file: str, facts: Mapping[str, Any], met: Sequence[Span]) -> Iterator[np.ndarray]:
        """The hashes of its rows that others overlap on what may be one computer: its own, then those of other
        parts."""
        if facts["spans"]:
            yield self._kept_hashes(key, "twice", machine_twice("HASH(row_id)", self._rows(file)))
        if met:
            columns = dict(zip(Span._fields, map(list, zip(*met, strict=True)), strict=True))
            sql = MEET.format(rows=self._rows(file), whole=WHOLE)
            types = {"name": "VARCHAR", "first_us": "BIGINT", "last_us": "BIGINT"}
            yield self._kept_hashes(key, "met", sql, columns, types)

    def _kept_hashes(
        self,
        key: str,
        what: str,
        sql: str,
        given: Mapping[str, Sequence[Any]] | None = None,
        types: Mapping[str, str] = {},
    ) -> np.ndarray:
        """The hashes that a query of a part finds, with the table `given` of these columns; kept."""
        kind = what + digest([json.dumps(given)])
        data = self.kept.data(key, kind)
        if data is None:
            if given:
                self._engine.load("given", given, types)
            data = np.unique(self._engine.column(sql).astype(np.uint64)).tobytes()
            self._engine.run("DROP TABLE IF EXISTS given")
            self.kept.put(key, kind, data)
        return np.frombuffer(data, np.uint64)

    def _typed(self, files: Sequence[str]) -> tuple[str, dict[str, str]]:
        """SQL of the rows of these parts, with the name of each, and the type of each column, which the seed has."""
        described = self._engine.rows(f"DESCRIBE SELECT * FROM {self._rows(self._seed)}")
        types = {row["column_name"]: row["column_type"] for row in described}
        return parquet([self._seed, *files], "filename=true"), types

    def _rows(self, file: str) -> str:
        return parquet([self._seed, file])

    @contextmanager
    def _table(self, names: np.ndarray) -> Iterator[str]:
        """SQL of the rows of a table of these hashes."""
        self._engine.load("hashes", {"name": names.tolist()}, {"name": "UBIGINT"})
        yield "(SELECT name FROM hashes)"
        self._engine.run("DROP TABLE hashes")

    def write(self, key: str, kind: str, sql: str) -> Path:
        """Keep the rows of a query."""
        with self._drafted(sql) as draft:
            return self.kept.take(key, kind, draft)

    def write_parts(self, kinds: Mapping[str, tuple[str, str]], sql: str) -> dict[str, list[Path]]:
        """Keep the rows of a query in files by part, of the key and kind of each, by the name that its column `held_in`
        tells; numbered from 0."""
        found = {name: list[Path]() for name in kinds}
        options = ", PARTITION_BY (held_in)"
        with self._drafted(f"SELECT * FROM ({sql}) WHERE held_in IN ({texts_sql(kinds)})", options) as folder:
            for name, (key, kind) in kinds.items():
                drafts = sorted((folder / f"held_in={name}").glob("*"))
                found[name] = [self.kept.take(key, f"{kind}-{n}", draft) for n, draft in enumerate(drafts)]
        return found

    @contextmanager
    def _drafted(self, sql: str, options: str = "") -> Iterator[Path]:
        draft = self.kept.draft()
        target = str(draft).replace("'", "''")
        try:
            self._engine.run(f"COPY ({sql}) TO '{target}' (FORMAT parquet, COMPRESSION zstd{options})")
            yield draft
        finally:
            shutil.rmtree(draft, ignore_errors=True) if draft.is_dir() else draft.unlink(missing_ok=True)


def _span(row: Mapping[str, Any]) -> Span:
    return Span(row["name"], row["first_us"], row["last_us"])


def _plain(limits: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted((name, value() if isinstance(value, partial) else value) for name, value in limits.items())


def _digest_of(names: np.ndarray) -> str:
    return blake2b(names.tobytes(), digest_size=8).hexdigest()
