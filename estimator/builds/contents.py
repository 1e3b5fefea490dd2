"""What a build file holds: rows that count, their sums, the factors they meet, estimates and counts; made in SQL."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from estimator.assessment.equation_system import sql
from estimator.assessment.explanation import formulas_version
from estimator.builds.build_file import FORMAT
from estimator.builds.build_identity import digest, method, rows_of
from estimator.builds.coverage import run_energy
from estimator.builds.equation_selection import AMOUNTS, ledger_formulas
from estimator.builds.factor_tables import bind_tables, joined
from estimator.builds.hour_factors import hours_table
from estimator.builds.inference_factors import machine_table, models_of, pace_table, supposed_table
from estimator.builds.locations import locate, say_places
from estimator.builds.machine_overlaps import machine_twice
from estimator.builds.mending import record_mends
from estimator.builds.merged_groups import add_groups, count_groups
from estimator.builds.own_measures import own_measures
from estimator.builds.remark_sums import sum_remarks
from estimator.builds.rollups import UNNAMED, Rollups
from estimator.builds.row_checks import coded, looked
from estimator.builds.row_faults import Says
from estimator.builds.row_status import Rows, crossing, row_status, sql_text
from estimator.builds.said_of_parts import EMBEDDED
from estimator.builds.settled_parts import Settled
from estimator.builds.stated_columns import stated_columns
from estimator.builds.sums import KWH, JudgedPortions, placed, sum_copied, sum_kept, sum_parts, sum_remarked
from estimator.builds.supplier_factors import MARKED, MARKED_BILL, MARKED_PUE, AnsweredFactors, day_us
from estimator.catalogue.fault_rules import RULES
from estimator.catalogue.hourly_mix import own_hours
from estimator.catalogue.load import added_alternatives
from estimator.catalogue.tables import Catalogue
from estimator.core.duckdb_engine import ENGINE_VERSION, DuckDB
from estimator.core.periods import month_after, months_between
from estimator.ledger import Ledger, withdrawn_rows
from estimator.ledger.withdrawn_rows import parquet
from estimator.places.placing import knowledge

VIEWS = ("proof_energy", "run_proofs", "place_basis")
CURRENT = "status = 'current'"
COUNTED = ("service_months", "proved_runs")  # once a build
ANSWERS = " LEFT JOIN answer_marks ON at_host = host AND since_us <= parts.from_us AND until_us > parts.from_us"
# SQL: what a row tells of its site, where it tells nothing of its machines.
SITE_ALONE = (
    "CASE WHEN COALESCE(cpu_energy_kwh, gpu_energy_kwh, ram_energy_kwh, other_energy_kwh) IS NULL"
    " THEN site_energy_kwh END"
)
WEIGHED = (
    ("charged", "charge_share", "1.0::DOUBLE"),
    ("run_hours", "hours", "NULL::VARCHAR"),
)


class NewBuild(NamedTuple):
    """A build to be made: its id, the folder where it keeps the large parts of the ledger, whether their rows are all
    read, and the names of those of which what is kept is made again."""

    id: str
    parts: Path
    full: bool
    anew: Collection[str] = ()


class LookedAt(NamedTuple):
    """Of rows that are read: SQL of those with something to look at, of rows that state no such columns, and that say
    no more than this, where it is known; what sums those of that SQL."""

    rows: Callable[[Set[str], Says | None], str]
    summed: Callable[[str], None]


def fill(engine: DuckDB, ledger: Ledger, catalogue: Catalogue, new: NewBuild) -> str:
    """Every table and view of a new build; SQL that ends it once it was audited. RollupsStale, NamesDamaged."""
    known = knowledge(ledger.home)
    answered = AnsweredFactors(catalogue, known)
    moments = list(map(day_us, answered.days()))
    files = ledger.files("activities")
    settled = None if new.full or own_hours() else _settled(engine, ledger, files[0], crossing(moments))
    found = row_status(engine, ledger, new.parts, moments, settled)
    engine.run(f"CREATE VIEW row_status AS {found.view([], False, None)}")
    answered.table(engine)
    say_places(engine, known)
    rest = [file for file in found.large if settled is None or file not in settled.files]
    found.read(engine, rest)
    filled = locate(engine, known, settled)
    _refuse(engine, ledger, found, rest, settled)
    rollups = Rollups(engine, settled, catalogue, new.anew)
    found.read(engine, rest)
    # To plan what reads a view of views of few rows takes longer than to write them.
    few = found.few and not rest and not rollups.fresh
    kept = "TABLE" if few else "VIEW"
    _months(engine, answered, settled)
    engine.run(sql_text("charged.sql"))
    hours_table(engine)
    filled |= _weigh(engine, settled)
    supposed_table(engine, catalogue)
    engine.run(sql_text("runs.sql").format(kept=kept))
    portions = _portions(engine, answered, found.unstated)
    sum_copied(engine, found, filled)
    for parts, summed in found.kinds(rollups.same, filled, bool(moments) or known.by_run()):
        runs = looked(engine, catalogue, found.empty - filled, rollups.says, summed)
        rollups.judged |= sum_parts(engine, found, parts, filled, JudgedPortions.of(portions, *runs))
    sum_parts(engine, found, {file: one.same for file, one in stated_columns(engine, rest).items()}, filled)
    sum_kept(engine, rollups.sums)
    found.read(engine, rest)
    machine_table(engine)
    reserved = "settled.reserved" if pace_table(engine, catalogue) else "FALSE"
    for name, relation, form in (("settled", "portions", kept), ("gathered", "summed", "TABLE")):
        engine.run(placed(form, name, relation))
    engine.run(sql_text("slices.sql").format(reserved=reserved))
    add_groups(engine, ledger.home)
    met = "TRUE" if rest else "held_in IS NULL"
    twice = machine_twice("row_id, service_key, held_in, 'machine_twice' AS code", "row_status", f"{met} AND {CURRENT}")
    engine.run(sql_text("weighed_checks.sql").replace("{met}", met).replace("{machine_twice}", twice))
    record_mends(engine, (rule.code for rule in RULES if rule.alarm))
    _modes(engine, catalogue)
    attributes = bind_tables(engine, own_measures(engine, catalogue), answered)
    engine.run(f"CREATE VIEW bound_slices AS {joined('slices', attributes)}")
    bound = joined("groups", attributes)
    engine.run(f"CREATE TABLE estimates AS {sql(ledger_formulas(), f'({bound})')}")
    rollups.check()
    engine.run(f"CREATE VIEW run_energy AS {run_energy()}")
    remarked = partial(sum_remarked, engine, portions, found.empty - filled)
    _of_rows(engine, found, rest, rollups, LookedAt(partial(coded, engine, catalogue, filled), remarked))
    for view in VIEWS:
        engine.run(f"CREATE VIEW {view} AS {sql_text(f'views/{view}.sql')}")
    rollups.write()
    unnamed = rollups.several_unnamed()
    rollups.load()
    sum_remarks(engine, found, rest, attributes, [] if unnamed else [UNNAMED])
    engine.run(f"CREATE TABLE services AS {sql_text('tables/services.sql')}")
    count_groups(engine)
    rollups.show(new.parts, unnamed)
    for table in COUNTED:
        engine.run(f"CREATE TABLE {table} AS {sql_text(f'tables/{table}.sql')}")
    _cells(engine, attributes)
    _meta(engine, ledger, catalogue, {"build": new.id, "plug_ins": _plug_ins(engine, files, settled)}, attributes)
    if settled:
        settled.close()
    return _ended(found, few)


def _ended(found: Rows, few: bool) -> str:
    """SQL that makes the views of a build those of all rows. few: they were made tables, of few rows."""
    ends = ["DROP TABLE runs", "DROP TABLE settled", sql_text("runs.sql").format(kept="VIEW")]
    ends += [placed("VIEW", "settled", "portions")]
    of_all = f"CREATE OR REPLACE VIEW row_status AS {found.view(found.large, False, None)}"
    return ";".join([*(ends if few and found.large else []), of_all])


def _portions(engine: DuckDB, answered: AnsweredFactors, unstated: Set[str]) -> Callable[..., str]:
    """View `portions`, of runs; its SQL, of a relation of them, with what else is told of each. unstated: columns of no
    row."""
    own = {"site_energy_kwh": MARKED_BILL, "reported_pue": MARKED_PUE}
    marked = MARKED + "".join(mark for column, mark in own.items() if column not in unstated)
    marked = f"COALESCE(answer_marks.mark, '') || {marked}" if answered.days() else marked
    told = {"marked": marked, "answers": ANSWERS if answered.days() else ""}
    portions = partial(sql_text("portions.sql").format, **told)
    across = sql_text("across_months.sql").format(runs="runs")
    engine.run(f"CREATE VIEW portions AS {portions(runs='runs', also='', across=across)}")
    return portions


def _cells(engine: DuckDB, attributes: Mapping[str, Sequence[str]]) -> None:
    """Table `cells`: what a page sums, by service, model, host and month, months with other factors apart."""
    sets = ", ".join(f"{a}_set" for a in attributes)
    sums = ", ".join(f"fsum({a}) AS {a}" for a in AMOUNTS)
    engine.run(
        "CREATE TABLE cells AS SELECT service_key, model, host, month, training, resource_share,"
        f" fsum(items) AS items, fsum(requests) AS requests, {sets}, {sums} FROM estimates GROUP BY ALL"
    )


def _of_rows(engine: DuckDB, found: Rows, rest: Sequence[str], rollups: Rollups, looked_at: LookedAt) -> None:
    """Tables of the rows that are read: what to look at, runs of unknown electricity, what is kept of their part. What
    to look at in a settled part is written in its file alone, and summed."""
    checked = sql_text("row_checks.sql")
    for some in found.together(rollups.files_for("run_checks")):
        found.read(engine, some, alone=True)
        rows = looked_at.rows(found.empty, rollups.says)
        rollups.keep_checks(some, checked.format(coded=rows))
        looked_at.summed(rows)
    found.read(engine, rest)
    rows = checked.format(coded=looked_at.rows(found.unstated, None))
    engine.run(f"CREATE TABLE run_checks AS {sql_text('tables/run_checks.sql').format(rows=f'({rows})')}")
    engine.run(f"CREATE TABLE read_energy AS {sql_text('tables/read_energy.sql').format(kwh=KWH)}")
    if rollups.fresh:
        rollups.add_energy()
    for table in ("unknown_energy", "unnamed"):
        found.read(engine, [*rest, *rollups.files_for(table)])
        engine.run(f"CREATE TABLE {table} AS {sql_text(f'tables/{table}.sql')}")
    found.read(engine, rest)


def _settled(engine: DuckDB, ledger: Ledger, seed: str, crosses: str) -> Settled:
    folder = ledger.home / "builds"
    code = digest([method(folder), ENGINE_VERSION, f"numpy {version('numpy')}"])
    return Settled(engine, folder, seed, code, crosses)


def _refuse(engine: DuckDB, ledger: Ledger, rows: Rows, read: Sequence[str], settled: Settled | None) -> None:
    """Table `refused`: the rows in quarantine from which no row was parsed since, sought where one may be."""
    refused = ledger.rows_sql("quarantine")
    if settled and settled.parts:
        found = engine.rows(f"SELECT DISTINCT file_sha, HASH(row_id) AS name FROM ({refused})")
        names = np.unique(np.array([row["name"] for row in found], np.uint64))
        held = settled.may_hold({row["file_sha"] for row in found}, names)
        rows.read(engine, [*read, *held])
    engine.run(f"CREATE TABLE refused AS {withdrawn_rows.still_quarantined(refused)}")


def _weigh(engine: DuckDB, settled: Settled | None) -> set[str]:
    """View `weighed`: rows that count, each with the share of its energy that is charged, the mark of its hours, and
    whether its model hears, or embeds; the columns that it fills, or marks. A table without rows is not joined: it
    would be looked up for each row."""
    told, joins = f"located.* REPLACE ({SITE_ALONE} AS site_energy_kwh)", ""
    for table, name, otherwise in WEIGHED:
        there = bool(engine.rows(f"SELECT 1 FROM {table} LIMIT 1"))
        told += f", COALESCE({table}.{name}, {otherwise}) AS {name}" if there else f", {otherwise} AS {name}"
        joins += f" LEFT JOIN {table} ON {table}.row_id = located.row_id" if there else ""
    heard, read = "row_status WHERE audio_s > 0", f"row_status WHERE {EMBEDDED}"
    sound, vectors = ((settled.models(kind) if settled else ()) for kind in ("audio", "embedding"))
    told += f", {models_of(engine, 'audio', heard, sound)} AS hears"
    told += f", {models_of(engine, 'embedding', read, vectors)} AS embeds"
    engine.run(f"CREATE VIEW weighed AS SELECT {told} FROM located{joins} WHERE located.status = 'current'")
    return {"zone"} if engine.rows("SELECT 1 FROM run_hours LIMIT 1") else set[str]()


def _months(engine: DuckDB, answered: AnsweredFactors, settled: Settled | None) -> None:
    """The months between the first and last row, with their bounds in UTC [us], each cut where a supplier answered."""
    spans = engine.rows("SELECT MIN(start_month) AS first, MAX(end_month) AS last FROM row_status")
    spans += [dict(part.facts) for part in settled.parts] if settled else []
    ends = [(span["first"], span["last"]) for span in spans if span["first"] is not None]
    months = months_between(min(a for a, _ in ends), max(b for _, b in ends)) if ends else []
    starts = sorted(
        {*((start_us(m), m) for m in months), *((day_us(d), d.year * 100 + d.month) for d in answered.days())}
    )
    cut = [(month, us) for us, month in starts if month in months]
    until = [us for _, us in cut[1:]] + [start_us(month_after(m)) for m in months[-1:]]
    columns = {"month": [m for m, _ in cut], "from_us": [us for _, us in cut], "to_us": until}
    engine.load("months", columns, {"month": "INTEGER", "from_us": "BIGINT", "to_us": "BIGINT"})


def start_us(month: int) -> int:
    """When a month [yyyymm] begins, in UTC [us]."""
    return int(datetime(month // 100, month % 100, 1, tzinfo=UTC).timestamp()) * 1_000_000


def _modes(engine: DuckDB, catalogue: Catalogue) -> None:
    modes = [s for s in catalogue.subjects.values() if s.kind == "mode"]
    columns: dict[str, list[Any]] = {"mode": [s.id for s in modes], "proof": [s.proof or "none" for s in modes]}
    engine.load("modes", columns, {"mode": "VARCHAR", "proof": "VARCHAR"})


def _plug_ins(engine: DuckDB, files: Sequence[str], settled: Settled | None) -> str:
    """What other packages add to the build, with their versions: readers of rows of the ledger, and tables."""
    rest, found = {*files}, []
    if settled:
        rest -= settled.files
        found = [row for of_part in settled.told(_theirs).values() for row in of_part]
    found += engine.rows(_theirs(parquet(sorted(rest)))) if rest else []
    return ", ".join(sorted({*(row["reader"] for row in found), *(str(added.who) for added in added_alternatives())}))


def _theirs(rows: str, by: str = "") -> str:
    """SQL of the readers of other packages: ours have no version in their name."""
    return f"SELECT DISTINCT {by}reader FROM {rows} WHERE reader LIKE '%)'"


def _meta(
    engine: DuckDB,
    ledger: Ledger,
    catalogue: Catalogue,
    told: Mapping[str, str],
    attributes: Mapping[str, Sequence[str]],
) -> None:
    facts = {
        **told,
        "format": FORMAT,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "factors_version": catalogue.version,
        "formulas_version": formulas_version(),
        "engine": engine.version,
        "attributes": json.dumps(list(attributes)),
        "ledger_files": str(len(ledger.names())),
        "ledger": rows_of(ledger),
    }
    engine.load("meta", {"name": list(facts), "value": list(facts.values())}, {"name": "VARCHAR", "value": "VARCHAR"})
