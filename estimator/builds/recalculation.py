"""Recalculation: the effect of other factors or formulas on the same activity, and its log."""

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from estimator.assessment.explanation import formulas_version
from estimator.assessment.impacts import FIGURES, Amount, ImpactIndicator, amounts
from estimator.builds.build_file import BuildFile
from estimator.builds.current import BuildResult, current, tables_now, tables_of
from estimator.builds.equation_selection import AMOUNTS, ledger_factors
from estimator.builds.factor_tables import bind_tables, joined
from estimator.builds.inference_factors import SERVING_COLUMNS
from estimator.builds.supplier_factors import AnsweredFactors
from estimator.catalogue.tables import Catalogue
from estimator.core.atomic_files import publish
from estimator.core.duckdb_engine import DuckDB, FileDamaged, created
from estimator.core.errors import SobriaError, listed, say, sentences
from estimator.core.number_format import share_text, two_figures
from estimator.places.placing import knowledge
from estimator.workloads.own_measures import Own

FOLDER = "changes"
WEIGHTY = ("value", "low", "high", "bounds_kind", "unit", "drawn_as", "correlation_group")  # inputs of a total
LEAST = 1e-6  # relative effect below which totals are equal: rounding of sums
NOTHING: dict[str, float | None] = dict.fromkeys(("low", "central", "high", "at_factor_values"))


class ChangeUnreadable(SobriaError):
    """A file of the log that is not JSON."""


def record(home: Path, built: BuildResult, catalogue: Catalogue) -> None:
    """Log the effect of replacing the published build by this one, on the same activity.

    Nothing is logged without a published build, with the same factors and formulas, or if the old one is unreadable.
    """
    before = current(home)
    if before is None or before == built.path:
        return
    try:
        entry = _change(before, built, catalogue)
    except (FileDamaged, sys.modules["duckdb"].Error, ValueError, KeyError):
        return  # written by another version, or damaged
    tables = tables_of(home), tables_now(home)
    if entry and tables[0] is not None and tables[0] != tables[1]:
        entry["tables"] = dict(zip(("before", "after"), tables, strict=True))
    if entry:
        _append(home / FOLDER, entry)


def changes(home: Path) -> list[dict[str, Any]]:
    """The log, newest first: {"at", "from", "to", "factors", "figures"}; "tables": the user's own, where others were
    taken; "missing" is why there is no comparison.

    from, to: {"factors", "formulas", "build"}. factors: {"changed": [{"id", "before", "after"}], "added", "removed"}.
    figures: id -> {"unit", "before", "after"}, each {"low", "central", "high", "at_factor_values"} [unit], None when
    unknown: older formulas can be re-evaluated at factor values only.
    ChangeUnreadable.
    """
    return [_log_entry(file) for file in sorted((home / FOLDER).glob("*.json"), reverse=True)]


def effect(figure: Mapping[str, Any]) -> float | None:
    """Relative change of a central value, else of the value at factor values; 0.1 for a tenth more.

    None when one of the two is unknown, or when the first is zero.
    """
    which = "at_factor_values" if figure["before"]["central"] is None else "central"
    before, after = figure["before"].get(which), figure["after"].get(which)
    if before is not None and before == after:
        return 0.0
    return after / before - 1 if before and after is not None else None


def effect_text(figure: Mapping[str, Any] | None, lang: str) -> str:
    """« +12 % », « −3,4 % », « sans effet », « non comparable », or the shares of the electricity that it covers."""
    from babel.numbers import format_percent

    covers = [figure[when].get("covers", 0.0) if figure else 0.0 for when in ("before", "after")]
    if figure and abs(covers[1] - covers[0]) > LEAST:
        return say(
            "repricing",
            "covers",
            lang,
            **dict(zip(("before", "after"), (share_text(c, lang) for c in covers), strict=True)),
        )
    change = effect(figure) if figure else None
    if change is None:
        return say("repricing", "not_comparable", lang)
    if abs(change) < LEAST:
        return say("repricing", "no_effect", lang)
    share = format_percent(two_figures(abs(Decimal(repr(change)))), locale=lang, decimal_quantization=False)
    return f"{'+' if change > 0 else '−'}{share}"


def factors_text(entry: Mapping[str, Any], lang: str) -> str:
    """How many factors in use changed, whether formulas did, and what was said of places, or is no longer."""
    said = [say("repricing", "formulas", lang)] if entry["from"]["formulas"] != entry["to"]["formulas"] else []
    for what, lines in entry.get("places", {}).items():
        said += [say("repricing", f"places_{what}", lang, told=listed(lines, lang))] if lines else []
    said += [say("repricing", "tables", lang, **entry["tables"])] if "tables" in entry else []
    if entry["factors"]:
        counts = {"changed": len(entry["factors"]["changed"])} | {k: entry["factors"][k] for k in ("added", "removed")}
        said.append(say("repricing", "factors", lang, **counts))
    return listed([*said, *([entry["missing"][lang]] if "missing" in entry else [])], lang)


def _log_entry(file: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(file.read_text("utf-8")))
    except ValueError as error:
        raise ChangeUnreadable(file=file.name, reason=error) from error


def _append(folder: Path, entry: Mapping[str, Any]) -> None:
    """Atomic write of one more file."""
    text = json.dumps(entry, ensure_ascii=False, indent=1) + "\n"
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{hashlib.blake2b(text.encode(), digest_size=4).hexdigest()}"
    publish(folder, f"{name}.json", text.encode())


def _change(before: Path, built: BuildResult, catalogue: Catalogue) -> dict[str, Any] | None:
    old, new, engine = BuildFile(before), BuildFile(built.path), DuckDB.read(before)
    versions = {"factors": old.factors_version, "formulas": old.meta["formulas_version"], "build": old.id}
    now = {"factors": catalogue.version, "formulas": formulas_version(), "build": built.id}
    same_formulas = versions["formulas"] == now["formulas"]
    places = _said(new, old), _said(old, new)
    if same_formulas and versions["factors"] == now["factors"] and not any(places):
        return None
    entry: dict[str, Any] = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "from": versions, "to": now}
    if any(places):
        entry |= {"factors": None, "places": dict(zip(("said", "withdrawn"), places, strict=True)), "figures": {}}
        if old.meta.get("ledger", "") != new.meta["ledger"]:
            return entry | {"missing": sentences("repricing", "ledger_changed")}
        if not new.groups():
            return entry | {"missing": sentences("repricing", "no_measures")}
        both = [_of(amounts(build.groups(), FIGURES), (*NOTHING, "covers")) for build in (old, new)]
        return entry | {"figures": {f.id: _figure(f, *(found[f.id] for found in both)) for f in FIGURES}}
    attributes = sorted({catalogue.quantities[name].hangs_on for name in ledger_factors()})
    columns = ["month", "resource_share", *attributes, *AMOUNTS]
    lacking = sorted(set(columns) - set(_columns(engine, "groups")))
    if lacking:
        missing = sentences("repricing", "columns_lacking", columns=", ".join(lacking))
        return entry | {"factors": None, "figures": {}, "missing": missing}
    totals = (
        _of(amounts(old.groups(), FIGURES)) if same_formulas else {f.id: _stored_amount(engine, f) for f in FIGURES}
    )
    with TemporaryDirectory() as folder:
        draft = Path(folder) / "repriced.duckdb"
        answered = AnsweredFactors(catalogue, knowledge(built.path.parent.parent))
        _reprice(engine, draft, attributes, answered, old.own)
        repriced = _of(amounts(BuildFile(draft).groups(), FIGURES))
        used = _factors(DuckDB.read(draft))
    figures = {f.id: _figure(f, totals[f.id], repriced[f.id]) for f in FIGURES}
    return entry | {"factors": _difference(_factors(engine), used), "figures": figures}


def _figure(figure: ImpactIndicator, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {"unit": figure.unit, "before": before, "after": after}


def _said(build: BuildFile, other: BuildFile) -> list[str]:
    """What is said of places in one build and not in the other."""
    return [told for said, told in build.place_said.items() if said not in other.place_said]


def _reprice(engine: DuckDB, draft: Path, attributes: list[str], answered: AnsweredFactors, own: Own) -> None:
    """A build with groups only: those of an old build, with these factors selected."""
    was = "answered" if "answered" in _columns(engine, "groups") else "''"  # of a build before there were answers
    sums = ", ".join(f"fsum({a}) AS {a}" for a in AMOUNTS)
    keys = ", ".join(["month", "resource_share", *attributes])
    rows = engine.rows(f"SELECT {keys}, {was} AS answered, {sums} FROM groups GROUP BY ALL")
    servings = engine.rows("SELECT * FROM servings")
    types = {"month": "INTEGER", "resource_share": "DOUBLE"}
    types |= dict.fromkeys((*attributes, "answered"), "VARCHAR") | dict.fromkeys(AMOUNTS, "DOUBLE")
    with created(draft) as fresh:
        fresh.load("groups", {name: [row[name] for row in rows] for name in types}, types)
        fresh.load("servings", {n: [row[n] for row in servings] for n in SERVING_COLUMNS}, SERVING_COLUMNS)
        bound = bind_tables(fresh, own, answered)
        sets = ", ".join(f"{a}_set" for a in bound)
        fresh.run(
            f"CREATE TABLE cells AS SELECT resource_share, {sets}, {sums} FROM ({joined('groups', bound)}) GROUP BY ALL"
        )
        fresh.load(
            "meta",
            {"name": ["attributes"], "value": [json.dumps(list(bound))]},
            {"name": "VARCHAR", "value": "VARCHAR"},
        )


def _stored_amount(engine: DuckDB, figure: ImpactIndicator) -> dict[str, float | None]:
    """A figure at factor values as stored with the old formulas, whose draws cannot be recomputed."""
    there = set(_columns(engine, "estimates"))
    terms, conditions = [], ["TRUE"]
    for part in figure.parts:
        ways = [result for result in part.results if result in there]
        known = f"COALESCE({', '.join(ways)})" if ways else "NULL"
        terms.append(known if part.required else f"COALESCE({known}, 0)")
        conditions += [f"{known} IS NOT NULL"] if part.required else []
    case = f"CASE WHEN {' AND '.join(conditions)} THEN {' + '.join(terms)} END"
    return NOTHING | {"at_factor_values": engine.rows(f"SELECT fsum({case}) AS total FROM estimates")[0]["total"]}


def _columns(engine: DuckDB, table: str) -> list[str]:
    return [row["column_name"] for row in engine.rows(f"DESCRIBE {table}")]


def _factors(engine: DuckDB) -> dict[str, dict[str, Any]]:
    """The factors of a build, by id."""
    return {row["id"]: json.loads(row["row"]) for row in engine.rows("SELECT id, row FROM factors")}


def _difference(before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Changes of the factors in use."""
    both = sorted(before.keys() & after.keys())
    changed = [
        {"id": name, "before": _bounds(before[name]), "after": _bounds(after[name])}
        for name in both
        if any(before[name].get(k) != after[name].get(k) for k in WEIGHTY)
    ]
    return {"changed": changed, "added": len(after.keys() - both), "removed": len(before.keys() - both)}


def _bounds(row: Mapping[str, Any]) -> dict[str, Any]:
    return {k: row.get(k) for k in ("value", "low", "high")}


def _of(found: Mapping[str, Amount], ends: Iterable[str] = NOTHING) -> dict[str, dict[str, float | None]]:
    return {name: {end: getattr(a, end) for end in ends} for name, a in found.items()}
