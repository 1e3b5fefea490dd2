"""Sums by group, checks and counts of each settled part, kept from the build that read its rows for those that follow.

What a total makes of the rows of a part may hang on factors: of which sums nothing is known, and which cards and models
are not known. A part of which that changed is read again; other factors are met after the sums.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from estimator.builds.build_identity import digest
from estimator.builds.remarks import WORST, worst
from estimator.builds.row_faults import Says
from estimator.builds.row_status import keep_beside, sql_text
from estimator.builds.settled_parts import Settled, SettledPart
from estimator.builds.sums import KEYS, REMARKED
from estimator.catalogue.tables import Catalogue
from estimator.core.duckdb_engine import DuckDB, texts_sql
from estimator.core.kept_files import KeptFiles
from estimator.ledger.withdrawn_rows import parquet

KINDS = ("checks", "unknown")  # of files that are kept of a part
ROLLUPS = "rollups"  # kept of all parts: what was made of each, and by what
UNNAMED = "default_project"  # a check of rows of several files, found once for all parts
OF_UNKNOWN_MODEL = """serving IN (
  SELECT bound_serving.subject FROM bound_serving
  JOIN sets ON sets.attribute = 'serving' AND sets.set_id = bound_serving.serving_set
  WHERE sets.quantity = 'model_parameters' AND sets.missing = 'unknown_model'
)"""
_TOLD = f"""
WITH told AS (
  SELECT sum_id, 'energy' AS what FROM gathered
  SEMI JOIN (SELECT * FROM estimates WHERE COALESCE(it_energy, site_energy) IS NULL) AS lost
    USING (month, service_key, model, zone, host, machine, device, cpu_mode, gpu_mode, ram_mode, other_mode, gap,
      serving, seat, task, storage, resource_share)
  UNION ALL
  SELECT sum_id, 'model' FROM gathered WHERE {OF_UNKNOWN_MODEL}
  UNION ALL
  SELECT sum_id, 'card' FROM summed
  WHERE device IN (SELECT subject FROM sets WHERE quantity = 'device_gwp' AND rung > 0)
)
SELECT held_in, what || HASH({", ".join(KEYS)}) AS name FROM told JOIN summed USING (sum_id) WHERE held_in IS NOT NULL
"""
_SUMS = "(FROM summed UNION ALL BY NAME FROM remarked)"
_FAULTS = """(SELECT SPLIT_PART(PARSE_FILENAME(filename), '.', 1) AS key, service_key, fault.* FROM (
  SELECT filename, service_key, UNNEST(faults) AS fault FROM {files} WHERE LEN(faults) > 0
))"""


class RollupsStale(Exception):
    """What is kept of these parts, by their names, is not what factors now tell of their rows."""

    def __init__(self, parts: set[str]) -> None:
        super().__init__(*sorted(parts))
        self.parts = parts


class KeptPart(NamedTuple):
    """What is kept of a part: the facts of its rows, the file where its sums are, with those of parts that were read
    with it, and the files of its checks and runs of unknown energy."""

    part: SettledPart
    context: str
    facts: dict[str, Any]
    sums: Path
    checks: Sequence[Path]
    unknown: Sequence[Path]


class Rollups:
    """The settled parts of a build: those of which everything is kept, and those that are read once more, among them
    those named `anew`."""

    def __init__(
        self, engine: DuckDB, settled: Settled | None, catalogue: Catalogue, anew: Collection[str] = ()
    ) -> None:
        self._engine, self._settled = engine, settled
        self.kept: list[KeptPart] = []
        self.fresh: list[tuple[SettledPart, str]] = []
        self._told: dict[str, str] = {}
        self._checks: dict[str, list[Path]] = {}  # by name of a part that is read
        self._worst = defaultdict[str, list[Any]](list)  # by its key
        self._in_table: Mapping[str, Set[str]] = {}
        # Of those that are read, by name: whether a row is looked at, whatever its factors, and the electricity [kWh].
        self.judged: dict[str, tuple[bool, float]] = {}
        marks = engine.rows("SELECT * FROM answer_marks ORDER BY ALL")
        sums = cache(partial(settled.kept.whole, kind="sums")) if settled else lambda _: None
        known = settled.kept.told(settled.all, ROLLUPS) if settled else {}
        for part in settled.parts if settled else ():
            context = settled.context(part, catalogue, marks) if settled else ""
            made_by, facts = known.get(part.key, ("", {}))
            found = None
            if settled and made_by == context and part.name not in anew:
                found = _found(settled.kept, part, context, facts)
            if found and (summed := sums(facts["sums"])):
                self.kept.append(KeptPart(part, context, facts, summed, **found))
            else:
                self.fresh.append((part, context))

    @property
    def fresh_files(self) -> list[str]:
        """The settled parts that are read."""
        return [part.file for part, _ in self.fresh]

    @property
    def same(self) -> dict[str, Mapping[str, str | None]]:
        """The settled parts that are read, each with what all of its rows state alike."""
        return {part.file: part.facts["same"] for part, _ in self.fresh}

    @property
    def says(self) -> Says:
        """What the rows of these parts may say."""
        found = defaultdict[str, set[str | None]](set)
        for part, _ in self.fresh:
            assert self._settled
            for name, texts in self._settled.texts(part).items():
                found[name].update(texts)
        codes = {code for part, _ in self.fresh for code in part.facts["codes"]}
        return Says(found, codes, set[str].intersection(*({*part.facts["every"]} for part, _ in self.fresh)))

    @property
    def sums(self) -> dict[str, str]:
        """The parts that are not read, by name, each with the file where its sums are."""
        return {one.part.name: str(one.sums) for one in self.kept}

    def check(self) -> None:
        """RollupsStale: of some rows factors now tell otherwise. What they tell of the others is noted for `write`."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in self._engine.rows(_TOLD) if self.kept or self.fresh else ():
            found[row["held_in"]].append(row["name"])
        unnamed = self._engine.rows("SELECT DISTINCT held_in FROM summed WHERE service_key = 'codecarbon'")
        of_factors = {part for part, of_part in found.items() if any(n.startswith(("model", "card")) for n in of_part)}
        self._in_table = {
            "run_checks": {name for name, (looked, _) in self.judged.items() if looked} | of_factors,
            "unknown_energy": {part for part, of_part in found.items() if any(n.startswith("energy") for n in of_part)},
            "unnamed": {row["held_in"] for row in unnamed},
        }
        names = [*(one.part.name for one in self.kept), *(part.name for part, _ in self.fresh)]
        self._told = {name: digest(sorted(found[name])) for name in names}
        stale = {one.part.name for one in self.kept if one.facts["told"] != self._told[one.part.name]}
        if stale:
            raise RollupsStale(stale)

    def files_for(self, table: str) -> list[str]:
        """Those of the parts that are read whose rows a table is made of: those with runs of unknown electricity, or of
        no named project."""
        return [part.file for part, _ in self.fresh if part.name in self._in_table[table]]

    def add_energy(self) -> None:
        """Add to `read_energy` the parts that are read, of which it was summed with the rest."""
        told: dict[str, list[Any]] = {"held_in": [*self.judged], "kwh": [kwh for _, kwh in self.judged.values()]}
        self._engine.load("known_energy", told, {"held_in": "VARCHAR", "kwh": "DOUBLE"})
        self._engine.run("INSERT INTO read_energy FROM known_energy; DROP TABLE known_energy")

    def keep_checks(self, some: Collection[str], sql: str) -> None:
        """Keep what is to be looked at in some of the parts that are read, and the worst of their faults."""
        kinds = {part.name: (part.key, f"checks{context}") for part, context in self.fresh if part.file in some}
        assert self._settled
        kept = self._settled.write_parts(kinds, sql)
        self._checks |= kept
        files = [str(file) for files in kept.values() for file in files]
        faults = _FAULTS.format(files=parquet(files, "filename=true"))
        for row in self._engine.rows(worst(faults, "key, service_key, code")) if files else ():
            self._worst[row.pop("key")].append([*row.values()])

    def write(self) -> None:
        """Keep what else was made of the parts that were read, from the tables `summed`, `remarked`, `unknown_energy`,
        `read_energy` and `unnamed`."""
        if not self.fresh or not (settled := self._settled):
            return
        energy = {row["held_in"]: row["kwh"] for row in self._engine.rows("SELECT * FROM read_energy")}
        unnamed = defaultdict[str, list[str]](list)
        for row in self._engine.rows("SELECT * FROM unnamed"):
            unnamed[row["held_in"]].append(row["file_name"])
        files = {"checks": {part.name: self._checks.get(part.name, []) for part, _ in self.fresh}}
        kinds = {part.name: (part.key, f"unknown{context}") for part, context in self.fresh}
        files["unknown"] = settled.write_parts(kinds, "FROM unknown_energy")
        sums = f"sums-{digest(sorted(key + kind for key, kind in kinds.values()))}"
        stated = ", ".join(self._stated())
        settled.write(sums, "sums", f"SELECT {stated} FROM {_SUMS} WHERE held_in IN ({texts_sql(kinds)})")
        told = {one.part.key: (one.context, one.facts) for one in self.kept}
        for part, context in self.fresh:
            facts: dict[str, Any] = {"kwh": energy.get(part.name) or 0.0, "unnamed": unnamed[part.name], "sums": sums}
            facts |= {"worst": self._worst[part.key], "told": self._told[part.name]}
            facts |= {kind: len(of_kind[part.name]) for kind, of_kind in files.items()}
            told[part.key] = context, facts
        settled.kept.tell(settled.all, ROLLUPS, told)

    def _stated(self) -> list[str]:
        """The columns that some sum of a part states: the others are as long to write as they."""
        columns = [
            row["column_name"] for row in self._engine.rows("DESCRIBE remarked") if row["column_name"] != "sum_id"
        ]
        counts = ", ".join(f"COUNT({name}) AS {name}" for name in columns)
        (counted,) = self._engine.rows(f"SELECT {counts} FROM {_SUMS} WHERE held_in IS NOT NULL")
        return [name for name in columns if counted[name] or name in REMARKED]

    def several_unnamed(self) -> bool:
        """Whether runs that nobody named a project for come from several files."""
        rows = self._engine.rows("SELECT DISTINCT file_name FROM unnamed")
        return len({row["file_name"] for row in rows}.union(*(one.facts["unnamed"] for one in self.kept))) > 1

    def load(self) -> None:
        """The tables `kept_energy`: the electricity of the parts that are not read [kWh], and `worst`: of all settled
        parts, the worst of each fault of a service."""
        self._engine.load("kept_energy", {"kwh": [one.facts["kwh"] for one in self.kept]}, {"kwh": "DOUBLE"})
        rows = [
            row for of_part in (*(one.facts["worst"] for one in self.kept), *self._worst.values()) for row in of_part
        ]
        columns = {name: [row[place] for row in rows] for place, name in enumerate(WORST)}
        self._engine.load("worst", columns, WORST)

    def show(self, folder: Path, unnamed: bool) -> None:
        """`run_checks` and `unknown_energy` as views of what was made of rows and of files kept beside the build."""
        checks = [file for files in (*(one.checks for one in self.kept), *self._checks.values()) for file in files]
        unknown = [file for one in self.kept for file in one.unknown]
        for table, files in (("unknown_energy", unknown), ("run_checks", checks)):
            if not files:
                continue
            told = f"(FROM {parquet(keep_beside([*map(str, files)], folder))})"
            if table == "run_checks":
                told = f"({sql_text('tables/run_checks.sql').format(rows=told)})"
                told += "" if unnamed else f" WHERE code <> '{UNNAMED}'"
            self._engine.run(
                f"ALTER TABLE {table} RENAME TO {table}_of_rows;"
                f" CREATE VIEW {table} AS FROM {table}_of_rows UNION ALL BY NAME FROM {told}"
            )


def _found(kept: KeptFiles, part: SettledPart, context: str, facts: Mapping[str, Any]) -> dict[str, list[Path]] | None:
    files = {k: [kept.whole(part.key, f"{k}{context}-{n}") for n in range(facts[k])] for k in KINDS}
    found = {kind: [file for file in of_kind if file] for kind, of_kind in files.items()}
    return found if found == files else None
