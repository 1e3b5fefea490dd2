"""One build file, read-only: its metadata, selected factors, and activity groups."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from estimator.assessment.evaluation import ActivityGroup
from estimator.builds import coverage
from estimator.builds.equation_selection import AMOUNTS
from estimator.catalogue.schema import Factor
from estimator.catalogue.selection import SelectedFactor
from estimator.core.duckdb_engine import DuckDB

if TYPE_CHECKING:
    from estimator.workloads.own_measures import Own

FORMAT = "25"  # of the tables of a build, raised when one of them or a column changes: a build of another is made anew
TRAINING = "COALESCE(phase = 'training', FALSE) AND COALESCE(stored_gb_years, 0) <= 0"  # of a row, as `kind` says
_OF_SERVICE = (
    "located WHERE status = 'current' AND service_key = $1 AND COALESCE(model, '') = $2 AND COALESCE(host, '') = $3"
    f" AND ({TRAINING}) = $4 AND start_month BETWEEN $5 AND $6"
)
MONTHLY = ("service_key", "model", "host", "month", "items", "requests")


class Monthly(NamedTuple):
    """A service in a month with one model at one host; items and requests are None when none is counted. training:
    whether it made or tuned the model, rather than used it."""

    service_key: str
    model: str | None
    host: str | None
    month: int
    group: ActivityGroup
    items: float | None
    requests: float | None
    training: bool = False


class PlacedGroup(NamedTuple):
    """A line of the table `groups`, with its attributes, and the same as a group."""

    row: dict[str, Any]
    group: ActivityGroup


class BuildFile:
    """One build file, safe for use from several threads."""

    def __init__(self, path: Path, sample: bool = False) -> None:
        self.path = path
        self.sample = sample
        self._engine = DuckDB.read(path)

    @cached_property
    def meta(self) -> dict[str, str]:
        """Metadata of the build: its id, date, versions of factors, formulas and engine."""
        return {row["name"]: row["value"] for row in self._engine.rows("SELECT name, value FROM meta")}

    @property
    def id(self) -> str:
        return self.meta["build"]

    @property
    def factors_version(self) -> str:
        return self.meta["factors_version"]

    @property
    def made_at(self) -> str:
        return self.meta["made_at"]

    @cached_property
    def _attributes(self) -> list[str]:
        return list(json.loads(self.meta["attributes"]))

    @cached_property
    def _sets(self) -> dict[tuple[str, int], dict[str, SelectedFactor]]:
        rows = self._engine.rows("SELECT id, row FROM factors")
        factors = {row["id"]: Factor.model_validate_json(row["row"]) for row in rows}
        found: dict[tuple[str, int], dict[str, SelectedFactor]] = {}
        for row in self._engine.rows("SELECT * FROM sets"):
            bound = SelectedFactor(
                row["quantity"], row["subject"], factors.get(row["factor_id"]), row["rung"], row["missing"]
            )
            found.setdefault((row["attribute"], row["set_id"]), {})[row["quantity"]] = bound
        return found

    def has_table(self, name: str) -> bool:
        """Whether a build has this table: one made by an older version may not."""
        return bool(self._engine.rows("SELECT 1 FROM information_schema.tables WHERE table_name = $1", [name]))

    @cached_property
    def place_said(self) -> dict[str, str]:
        """What people said of places, by id, in words of any language; nothing in a build older than that."""
        if not self.has_table("place_said"):
            return {}
        return {row["id"]: row["told"] for row in self._engine.rows("SELECT id, told FROM place_said ORDER BY rank")}

    @cached_property
    def own(self) -> "Own":
        """What the ledger measured of models at its places; nothing in a build made before there was such a table."""
        from estimator.workloads.own_measures import own_from  # the laws of serving, which totals do without

        return own_from(self._engine.rows("SELECT * FROM own_measures") if self.has_table("own_measures") else ())

    def groups(self, where: str = "TRUE", parameters: Sequence[Any] = ()) -> list[ActivityGroup]:
        """Sums of activity matching the filter, by set of selected factors."""
        return [group for _, group in self._groups_by_key("NULL", "cells", where, parameters)]

    def groups_by_service(self) -> Iterator[tuple[str, Iterator[ActivityGroup]]]:
        """Each service of the ledger, in order, with the same of it alone, which may be none; all in one reading."""
        held = groupby(self._groups_by_key("service_key", "cells", "service_key IS NOT NULL"), itemgetter(0))
        key, mine = next(held, (None, iter(())))
        for service in self.service_keys():
            while key is not None and key < service:
                key, mine = next(held, (None, iter(())))
            yield service, (group for _, group in mine) if key == service else iter(())

    def monthly(self) -> list[Monthly]:
        """The ledger by service, model, host and month, each with its group and the output counts of its runs."""
        return list(self.cells())

    def cells(self) -> Iterator[Monthly]:
        """The same, read by blocks in this order: months with other factors or meters are apart."""
        for row in self._engine.stream("SELECT * FROM cells ORDER BY ALL"):
            known: dict[str, Any] = {name: row[name] or None for name in MONTHLY}
            yield Monthly(group=self._cell(row), training=row["training"], **known)

    def cell_count(self) -> int:
        """How many `cells` there are."""
        return int(self._engine.rows("SELECT count(*) AS n FROM cells")[0]["n"])

    @cached_property
    def run_cells(self) -> dict[tuple[tuple[str, str, str, bool], int], tuple[int, int]]:
        """How many runs a service has with a model and a host, trainings apart, by month [yyyymm], and how many of
        these are of unknown electricity."""
        found = coverage.run_cells(self._engine)
        keys = ((row["service_key"], row["model"], row["host"], row["training"]) for row in found)
        return {(key, row["month"]): (row["runs"], row["unknown"]) for key, row in zip(keys, found, strict=True)}

    @cached_property
    def unknown_cells(self) -> dict[tuple[tuple[str, str, str, bool], int], int]:
        """Those of unknown electricity; no entry without any."""
        return {cell: unknown for cell, (_, unknown) in self.run_cells.items() if unknown}

    def unknown_runs_of(self, services: Collection[tuple[str, int]]) -> int:
        """How many runs of unknown electricity these months [yyyymm] of services have, at least, each run once."""
        return coverage.unknown_runs_of(self._engine, services)

    def placed_groups(self, since: int) -> list[PlacedGroup]:
        """The lines of `groups` from a month on, unsummed, with what they are estimated at."""
        rows = self._engine.rows("SELECT * FROM estimates WHERE month >= $1 ORDER BY group_id", [since])
        return [PlacedGroup(row, self._cell(row)) for row in rows]

    @cached_property
    def servings(self) -> dict[str, dict[str, Any]]:
        """The ways of serving of the ledger, by name."""
        return {row["serving"]: row for row in self._engine.rows("SELECT * FROM servings")}

    def summed_lines(self, since: int) -> list[dict[str, Any]]:
        """Services by model, host and month from a month on, before their place decides anything: whether they are
        modelled, their card, its count and the bits of a weight as rows say them (empty, 0: unknown), tokens written,
        read and read again."""
        return self._engine.rows(
            "SELECT service_key, COALESCE(model, '') AS model, COALESCE(host, '') AS host, month, modelled,"
            " kind = 'training' AS training, COALESCE(device, '') AS card, COALESCE(device_count, 0) AS cards,"
            " COALESCE(precision, '') AS bits,"
            " fsum(written) AS written, fsum(read_anew) AS read,"
            " fsum(COALESCE(read_again, mean_read_again, 0)) AS again"
            " FROM summed WHERE month >= $1 GROUP BY ALL ORDER BY ALL",
            [since],
        )

    def last_month(self, days: float) -> int | None:
        """The last month [yyyymm] of the runs of at most so many days; None without any."""
        longest = int(days * 86_400e6)
        found = self._engine.rows("SELECT MAX(end_month) AS last FROM runs WHERE end_us - start_us <= $1", [longest])
        return None if found[0]["last"] is None else int(found[0]["last"])

    def located_rows(self, key: Sequence[str | bool], since: int, until: int) -> list[dict[str, Any]]:
        """The rows that count of a service, model and host (empty: unknown), of its training or not, from one month to
        another, where they are placed."""
        return self._engine.rows(f"SELECT * FROM {_OF_SERVICE} ORDER BY row_id", [*key, since, until])

    def read_by_day(self, key: Sequence[str | bool], since: int, until: int) -> list[dict[str, Any]]:
        """Tokens that these rows read, by the day (UTC, since 1970) on which they began, with the longest of them
        [s]."""
        told = "start_us // 86400000000 AS day, SUM(input_tokens) AS tokens, MAX(end_us - start_us) / 1e6 AS longest"
        where = f"{_OF_SERVICE} AND input_tokens > 0"
        return self._engine.rows(f"SELECT {told} FROM {where} GROUP BY day ORDER BY day", [*key, since, until])

    @cached_property
    def host_origins(self) -> dict[tuple[str, str], set[str]]:
        """What the site of a service rests on, by service and site: the run, a rule, the trace, its provider…"""
        found: dict[tuple[str, str], set[str]] = {}
        for row in self._engine.rows(
            "SELECT DISTINCT service_key, host, host_from FROM located WHERE status = 'current' AND host IS NOT NULL"
        ):
            found.setdefault((row["service_key"], row["host"]), set()).add(row["host_from"])
        return found

    @cached_property
    def spans(self) -> dict[tuple[str, str, str, bool], list[tuple[date, date]]]:
        """First and last day (UTC) of the runs that count, by the months that they are of: of each service, model and
        host (empty: unknown), of its training or not."""
        found: dict[tuple[str, str, str, bool], list[tuple[date, date]]] = {}
        for row in self._engine.rows(
            "SELECT service_key, COALESCE(model, '') AS model, COALESCE(host, '') AS host,"
            f" {TRAINING} AS training, MIN(start_us) AS first,"
            " MAX(GREATEST(start_us, end_us - 1)) AS last FROM located WHERE status = 'current'"
            " GROUP BY service_key, model, host, training, start_month, end_month ORDER BY ALL"
        ):
            first, last = (datetime.fromtimestamp(row[end] / 1e6, UTC).date() for end in ("first", "last"))
            found.setdefault((row["service_key"], row["model"], row["host"], row["training"]), []).append((first, last))
        return found

    @cached_property
    def began(self) -> datetime | None:
        """When (UTC) the first run that counts began, that of published groups on the first day of its month; None
        without any."""
        first = self._engine.rows("SELECT MIN(first_us) AS us FROM services")[0]["us"]
        return None if first is None else datetime.fromtimestamp(first / 1e6, UTC)

    def months(self) -> list[int]:
        """The months [yyyymm] of the ledger, first to last."""
        return [row["month"] for row in self._engine.rows("SELECT DISTINCT month FROM cells ORDER BY month")]

    @cached_property
    def shared_time(self) -> list[dict[str, Any]]:
        """Each service that shared the energy of a computer, with the first and last month [yyyymm] of a run of which
        it did, and the same of the one that it shared it with (`beside`)."""
        return self._engine.rows("SELECT * FROM shared_time ORDER BY ALL")

    @cached_property
    def use_of_service(self) -> Mapping[str, tuple[str, str]]:
        """The authority of each service that comes from published groups, and its use there."""
        rows = self._engine.rows("SELECT * FROM merged_services") if self.has_table("merged_services") else []
        return {row["service_key"]: (row["territory"], row["use"]) for row in rows}

    @cached_property
    def authority_of_service(self) -> Mapping[str, str]:
        """The authority of each service that comes from published groups."""
        return {service: authority for service, (authority, _) in self.use_of_service.items()}

    def service_keys(self) -> list[str]:
        """The services of the ledger."""
        return [row["service_key"] for row in self._engine.rows("SELECT service_key FROM services ORDER BY 1")]

    def run_groups(self, row_ids: Sequence[str]) -> dict[str, list[ActivityGroup]]:
        """The groups of each of these runs: one, or one for each of its months."""
        found: dict[str, list[ActivityGroup]] = {row_id: [] for row_id in row_ids}
        for row_id, group in self._groups_by_key(
            "row_id", "bound_slices", "list_contains($1, row_id)", [list(row_ids)]
        ):
            found[row_id].append(group)
        return found

    def _groups_by_key(
        self, key: str, relation: str, where: str, parameters: Sequence[Any] = ()
    ) -> Iterator[tuple[Any, ActivityGroup]]:
        return ((row["key"], self._cell(row)) for row in self._summed(key, relation, where, parameters))

    def _summed(
        self, key: str, relation: str, where: str, parameters: Sequence[Any], also: Sequence[str] = ()
    ) -> Iterator[dict[str, Any]]:
        """Sums of the rows of a relation by key and set of selected factors. also: columns that are no activity."""
        sets = ", ".join(f"{a}_set" for a in self._attributes)
        sums = ", ".join(f"fsum({a}) AS {a}" for a in (*AMOUNTS, *also))
        sql = (
            f"SELECT {key} AS key, resource_share, {sets}, {sums} FROM {relation} WHERE {where}"
            f" GROUP BY {key}, resource_share, {sets} ORDER BY ALL"
        )
        return self._engine.stream(sql, parameters)

    def _cell(self, row: dict[str, Any]) -> ActivityGroup:
        bounds: dict[str, SelectedFactor] = {}
        for attribute in self._attributes:
            bounds |= self._sets[attribute, row[f"{attribute}_set"]]
        return ActivityGroup({a: row[a] for a in (*AMOUNTS, "resource_share")}, bounds)
