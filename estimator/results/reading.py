"""Totals of a home, read from the results beside its build, and any of its numbers explained."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from estimator.assessment.evaluation import ActivityGroup, coverage_weight
from estimator.assessment.explanation import ExplainedNumber, FigureUnknown, NumberUnknown, explain_number
from estimator.assessment.impacts import FIGURES, SUPPLEMENTARY, Amount, ImpactIndicator, figure_named, figures
from estimator.builds import coverage, mended_runs
from estimator.builds.build_file import FORMAT
from estimator.builds.current import current
from estimator.builds.merge_journal import lost_merges as found_lost
from estimator.builds.merge_journal import stray_merges as found_stray
from estimator.builds.merge_journal import unfinished_merges as found_unfinished
from estimator.builds.parts_elsewhere import within_parts_of
from estimator.builds.queries import SAMPLE_MARK, Build, NoBuild, iso, last_day
from estimator.builds.reasoned_merges import reasoned_merges, reasoned_of
from estimator.builds.timelines import lines_of
from estimator.catalogue.load import load
from estimator.catalogue.schema import PROOFS
from estimator.catalogue.selection import GRID, years_reused
from estimator.core.duckdb_engine import files_sql
from estimator.core.errors import SobriaError, reason_of, several
from estimator.core.home import named_home, read_only
from estimator.core.periods import Period
from estimator.core.progress import Progress
from estimator.ledger import Ledger
from estimator.results.file import ResultTable, Row, read_table
from estimator.results.making import build, ensure
from estimator.results.proofs import electricity_shares, impact_shares, service_shares, total_shares
from estimator.results.totals import (
    COVERED,
    MENDED,
    SHARES,
    AuthorityPart,
    Check,
    Coverage,
    MergedFile,
    ServiceTotals,
    Totals,
    handed,
    outside,
)

_WHERE = {"total": "TRUE", "service": "service_key = $1", "run": "list_contains($1, row_id)"}


def open_current(home: Path) -> "Results | None":
    """The build named in CURRENT with its results; one of another format is made anew.

    Parameters
    ----------
    home : the folder of SobrIA.

    Returns
    -------
    Its totals, services, runs and explanations; None where nothing was built yet.

    Raises
    ------
    SobriaError : build_of_another_version, where it cannot be made anew; AuditFailed, BuildLocked.
    """
    path, sample = current(home), (home / SAMPLE_MARK).exists()
    found = Results(path, sample) if path else None
    if found is None or found.meta.get("format") == FORMAT:
        return found
    try:
        return Results(build(home).path, sample)
    except OSError as error:
        raise SobriaError("build_of_another_version", home=home, reason=reason_of(error)) from error


def current_results(home: Path, progress: Progress | None = None) -> "Results":
    """Those of the ledger as it is, built first when it has changed; a home in which nothing was ever written is left
    as it is. NoBuild, AuditFailed, BuildLocked."""
    home = read_only(home)
    made = build(home, progress=progress)
    opened = open_current(home)
    del made  # what it holds was open until then
    if opened is None:
        raise NoBuild(home=named_home(home))
    return opened


class Results(Build):
    """One build with the table of its results, which is made when it is not there."""

    def table(self) -> ResultTable:
        """Every row, use cases aside."""
        return read_table(self._file)

    def totals(self) -> Totals:
        """Figures, proof and coverage of the whole ledger."""
        rows = self._level("total")
        authorities, today = self.authorities("energy"), date.today()
        known = [month for month in self.months() if month < today.year * 100 + today.month] if authorities else []
        away = outside(authorities)
        found = away.lowered(_figures(rows), rows[0]["weight_kwh"] or 0.0)
        cover = self._coverage(found, rows, merged=bool(authorities))
        return Totals(
            indicators=figures(away.untold(found)),
            proof=self.proof() if self.service_keys() else dict.fromkeys(PROOFS),
            coverage=cover.without(COVERED, "unattached_elsewhere") if away.unattached and cover.services else cover,
            checks=tuple(Check(**check) for check in self.checks()),
            build=self.meta,
            sample=self.sample,
            authorities=authorities,
            unfinished_merges=self.unfinished_merges,
            lost_merges=self.lost_merges,
            stray_merges=self.stray_merges,
            lacking=handed(authorities, known),
            reasoned=self.reasoned if authorities else (),
            gaps=self._gaps(),
        )

    @property
    def unfinished_merges(self) -> tuple[str, ...]:
        """The files of a merge of groups that did not end, in its home."""
        return tuple(found_unfinished(self.home))

    @property
    def lost_merges(self) -> dict[str, str]:
        """The day of the merge of each file of groups that its home should have and has not, by its name."""
        return found_lost(self.home)

    @property
    def stray_merges(self) -> Sequence[str]:
        """The files of its home that are with those merged, and were not as they are."""
        return found_stray(self.home)

    @cached_property
    def lacks_rows(self) -> bool:
        """Whether the ledger of its home lacks rows that it recorded, now that it is asked."""
        return Ledger(self.home).lost_rows() > 0

    def _gaps(self) -> tuple[dict[str, Any], ...]:
        """The months without any row of each service that no authority published, between its first and its last."""
        own = [key for key in self.service_keys() if key not in self.authority_of_service]
        lines = lines_of(self._engine.rows("SELECT service_key, month FROM service_months"), own)
        spans = {line.key: [str(Period.over(months)) for months in line.gaps] for line in lines}
        return tuple({"name": key, "periods": periods} for key, periods in spans.items() if periods)

    @cached_property
    def reasoned(self) -> tuple[Mapping[str, Any], ...]:
        """The files of groups of its home that were merged because a reason was stated."""
        return reasoned_merges(self.home)

    @property
    def home(self) -> Path:
        """The home of which it is a build."""
        return self.path.parent.parent

    def services(self) -> list[ServiceTotals]:
        """One entry a service, by decreasing site electricity, else IT."""
        held: dict[str, list[Row]] = {}
        for row in self._level("service"):
            held.setdefault(row["service"], []).append(row)
        proofs, counts = electricity_shares(self._engine, self._rows), coverage.by_service(self._engine)
        entries = []
        for row in self._engine.rows("SELECT * FROM services ORDER BY service_key"):
            key = row["service_key"]
            found = _figures(held[key])
            row |= {"first": iso(row.pop("first_us")), "last": last_day(row.pop("last_us")), "proof": proofs[key]}
            size = found["energy"].central or found["it_energy"].central or 0.0
            entries.append((size, ServiceTotals(**row, **counts[key], indicators=figures(found))))
        return [entry for _, entry in sorted(entries, key=lambda e: -e[0])]

    def shares_by_proof(self) -> dict[str, dict[str, float]]:
        """The shares of each total by proof [1]: each impact has its own."""
        return total_shares(self._engine, self._rows)

    def figures_of_months(self) -> dict[int, dict[str, Amount]]:
        """The figures of each month [yyyymm] of the whole ledger."""
        held: dict[int, list[Row]] = {}
        for row in self._level("month"):
            held.setdefault(row["month"], []).append(row)
        return {month: figures(_figures(rows)) for month, rows in held.items()}

    def authorities(self, impact: str, service: str = "") -> tuple[AuthorityPart, ...]:
        """The authorities whose groups are in an impact, or a part of one, of everything or of one service, the largest
        share first; of everything, those that withhold all of theirs too."""
        if not self.has_table("authorities"):
            return ()
        sql = (
            f"WITH parts AS (SELECT territory, at_factor_values AS value FROM {self._rows}"
            " LEFT JOIN merged_services ON service_key = service"
            " WHERE level = 'service' AND impact = $1 AND ($2 = '' OR service = $2))"
            " SELECT territory, SUM(value) / NULLIF((SELECT SUM(value) FROM parts), 0) AS share FROM parts"
            " WHERE territory IS NOT NULL GROUP BY territory ORDER BY share DESC NULLS LAST, territory"
        )
        files: dict[str, list[dict[str, Any]]] = {}
        for row in self._engine.rows("SELECT * FROM authorities ORDER BY territory, period"):
            files.setdefault(row.pop("territory"), []).append(row)
        parts = list(self._engine.rows(sql, [impact, service]))
        if not service:  # of one that withholds all, nothing is in a number of everything, which is then told of it
            there = {part["territory"] for part in parts}
            parts += [{"territory": name, "share": None} for name in files if name not in there]
        found = []
        for part in parts:
            mine = files[part["territory"]]
            named = [row.pop("administration") for row in mine]
            name = next(filter(None, reversed(named)), "")
            found.append(AuthorityPart(**part, administration=name, files=[MergedFile(**row) for row in mine]))
        return tuple(found)

    def numbers(self) -> dict[str, list[str]]:
        """{"total", "service", "run"}: ids that `explain` opens: every total, the electricity of each service, the
        largest first, and of the newest runs."""
        if not self.service_keys():
            return {"total": [], "service": [], "run": []}
        runs = self._trace("TRUE", [])["lines"]
        return {
            "total": [f"total.{figure.id}" for figure in FIGURES],
            "service": [f"service.{entry.service_key}.energy" for entry in self.services()],
            "run": [f"run.{run['row_id']}.energy" for run in runs],
        }

    def explain(self, number: str) -> ExplainedNumber:
        """Any number explained. Ids: total.FIGURE, service.KEY.FIGURE, run.ID.FIGURE, the id
        of a row, or that its tool gave to the run. NumberUnknown."""
        scope, key, figure = split_number(number)
        if scope != "run":
            of_service = service_shares(self._engine, self._rows, [figure]).get(key, {})
            return self._explained(number, (of_service if key else self.shares_by_proof()).get(figure))
        with within_parts_of(self._engine, self.path, key):
            return self._explained(number)

    def _explained(self, number: str, proof: Mapping[str, float] | None = None) -> ExplainedNumber:
        from estimator.workloads.published_comparison import (
            models_of,
            published_beside,
        )  # numpy, for an explanation only

        scope, key, figure = split_number(number)
        where, parameters = _WHERE[scope], list[Any]([key] if key else [])
        if scope == "run":
            told_of = self.run_groups(self._rows_of(key))
            parameters, groups = [list(told_of)], [group for run in told_of.values() for group in run]
        else:
            groups = self.groups(where, parameters)
        if not groups:
            raise SobriaError("nothing_measured") if scope == "total" else NumberUnknown(id=number)
        told: tuple[Mapping[str, str], ...] = ()
        relation, whole = "bound_slices" if scope == "run" else "cells", figure.partition(".")[0]
        if names := [name for name in GRID if name.removeprefix("grid_").removesuffix("_intensity") == whole]:
            told = self._years_reused(relation, where, parameters, names)
        if figure != "it_energy":
            told = (*told, *self.places_told(where, parameters))
        return explain_number(
            number,
            groups,
            figure,
            self._stored(scope, key, figure),
            scope=scope,
            key=key,
            proof=impact_shares(groups, figure) if proof is None else proof,
            build=self.meta,
            sample=self.sample,
            told=told,
            published=tuple(published_beside(models_of(groups), load(), date.today(), figure)),
            remarks=self.behind(figure, where, parameters),
            impossible=self._impossible_share(scope, parameters, groups),
            trace=self._trace(where, parameters) | self._published(scope, key, figure),
        )

    def _impossible_share(self, scope: str, parameters: Sequence[Any], groups: Sequence[ActivityGroup]) -> float | None:
        """Share of the electricity of these groups that was read and cannot be [1]; None where some are of authorities,
        which alone know it."""
        theirs = self.authority_of_service
        if scope == "total" and theirs or scope == "service" and parameters[0] in theirs:
            return None
        found = mended_runs.impossible(self._engine, *parameters) if scope == "run" else self.impossible
        kwh = sum(read for (service, _), read in found.items() if scope != "service" or service in parameters)
        whole = sum(map(coverage_weight, groups))
        return kwh / whole if whole else 0.0

    def _rows_of(self, run: str) -> list[str]:
        """The ids of the rows of a run, by the id of one or by that of its tool."""
        rows = self._engine.rows("SELECT row_id FROM runs WHERE row_id = $1 OR run_id = $1 ORDER BY row_id", [run])
        return [row["row_id"] for row in rows]

    def _years_reused(
        self, relation: str, where: str, parameters: Sequence[Any], names: Sequence[str]
    ) -> tuple[Mapping[str, str], ...]:
        """What of the electricity has the value of another year, in words."""
        sql = f"SELECT zone_set, MAX(month) // 100 AS year FROM {relation} WHERE {where} GROUP BY 1 ORDER BY 1"
        rows = self._engine.rows(sql, parameters)
        found = (years_reused(self._sets["zone", r["zone_set"]], r["year"], load(), names) for r in rows)
        return tuple(said for each in found for said in each)

    def _stored(self, scope: str, key: str, figure: str) -> Amount | None:
        """The amount of a total or of a service, as it is in the table; None for a run."""
        if scope == "run":
            return None
        rows = [row for row in self._level(scope) if (row["service"] or "") == key]
        whole, _, part = figure.partition(".")
        found = _figures(rows)
        if scope == "total":
            away = outside(self.authorities("energy"))
            found = away.untold(away.lowered(found, rows[0]["weight_kwh"] or 0.0))
        return found[figure] if figure in found else found[whole].parts[part]

    def _trace(self, where: str, parameters: Sequence[Any]) -> dict[str, Any]:
        """The newest lines behind a number, and how many there are."""
        rows = self._engine.rows(
            f"SELECT row_id, file_name, line, service_key, end_us, reader, tool_version FROM runs WHERE {where}"
            " ORDER BY end_us DESC, row_id LIMIT 10",
            parameters,
        )
        total = self._engine.rows(f"SELECT COUNT(*) AS n FROM runs WHERE {where}", parameters)[0]["n"]
        ends = [{"end": iso(row["end_us"], "seconds"), "last": last_day(row["end_us"])} for row in rows]
        return {"lines": [row | end for row, end in zip(rows, ends, strict=True)], "total": total}

    def _published(self, scope: str, key: str, figure: str) -> dict[str, Any]:
        """The authorities whose groups are in a number that is no run, their files that a reason let in, and the years
        of these groups, of a total."""
        if scope == "run" or not (found := self.authorities(figure, key)):
            return {}
        pairs = reasoned_of(self.reasoned, {part.territory for part in found})
        told = {"authorities": [part.model_dump() for part in found], "reasoned": pairs}
        years = "SELECT DISTINCT month // 100 AS year FROM cells JOIN merged_services USING (service_key) ORDER BY year"
        return told | ({"years": [row["year"] for row in self._engine.rows(years)]} if scope == "total" else {})

    def _level(self, level: str) -> list[Row]:
        """The rows of one level, in the order of the file."""
        return list(self._engine.rows(f"SELECT * FROM {self._rows} WHERE level = $1", [level]))

    @property
    def _rows(self) -> str:
        """SQL of every row."""
        return f"read_parquet({files_sql([str(self._file)])})"

    @cached_property
    def _file(self) -> Path:
        return ensure(self)

    def _coverage(self, found: Mapping[str, Amount], rows: Sequence[Row], merged: bool) -> Coverage:
        """Runs, services, period, quarantined rows, and the share of the electricity covered by each figure. merged:
        whether groups that authorities published count."""
        row = self._engine.rows(
            "SELECT COALESCE(SUM(runs), 0)::BIGINT AS runs, COUNT(*) AS services, MIN(first_us) AS first_us,"
            " MAX(last_us) AS last_us, COALESCE(SUM(to_check), 0)::BIGINT AS to_check FROM services"
        )[0]
        weight = rows[0]["weight_kwh"]
        held = Coverage(
            runs=row["runs"],
            services=row["services"],
            period=(iso(row["first_us"]), last_day(row["last_us"])),
            weight_kwh=weight,
            site_energy=found["energy"].covers or 0.0,
            embodied=found["gwp"].made or 0.0,
            embodied_partly=found["gwp"].made_partly or 0.0,
            by_figure={figure.id: found[figure.id].covers or 0.0 for figure in FIGURES},
            unknown=coverage.unknown_runs(self._engine),
            quarantined=self.quarantine_count(),
            to_check=row["to_check"],
            impossible=sum(self.impossible.values()) / weight if weight else 0.0,
        )
        held = held.without(MENDED, "mended_elsewhere") if merged else held
        return held if row["services"] else held.without(SHARES, "no_activity")


def split_number(number: str) -> tuple[str, str, str]:
    """(scope, key, figure) of a number's id. NumberUnknown; FigureUnknown where its end names no figure."""
    scope, _, rest = number.partition(".")
    pieces = rest.split(".")
    for size in (2, 1):
        figure, key = ".".join(pieces[-size:]), ".".join(pieces[:-size])
        if scope in ("total", "service", "run") and figure_named(figure) and bool(key) == (scope != "total"):
            return scope, key, figure
    if scope in _WHERE and len(pieces) > (scope != "total") and not figure_named(pieces[-1]):
        known = ", ".join(figure.id for figure in FIGURES + SUPPLEMENTARY)
        raise FigureUnknown(id=number, figure=pieces[-1], known=known)
    raise NumberUnknown(id=number)


def _figures(rows: Sequence[Row]) -> dict[str, Amount]:
    """The figures of the rows of one place in the table, as `amounts` gave them."""
    by_name = {row["impact"]: _amount(row) for row in rows}
    return {figure.id: _with_parts(figure, by_name) for figure in FIGURES + SUPPLEMENTARY}


def _with_parts(figure: ImpactIndicator, by_name: Mapping[str, Amount]) -> Amount:
    whole = by_name[figure.id]
    if len(figure.parts) == 1:
        return whole
    return whole.with_parts({part.name: by_name[f"{figure.id}.{part.name}"] for part in figure.parts})


def _amount(row: Mapping[str, Any]) -> Amount:
    known = {name: row[name] for name in ("unit", "low", "central", "high", "at_factor_values")}
    if row["missing"]:
        return Amount(**known, missing=several("missing", row["missing"].split("+")))
    shares = {"covers": row["coverage"], "made": row["made"], "made_partly": row["made_partly"]}
    return Amount(**known, envelope=(row["lowest"], row["highest"]), **shares)
