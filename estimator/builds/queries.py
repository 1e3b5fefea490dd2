"""Queries of a finished build: proof, runs, checks; read-only."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from glob import escape
from shlex import quote
from typing import TYPE_CHECKING, Any, NamedTuple

from estimator.assessment.evaluation import ActivityGroup, as_read
from estimator.assessment.explanation import NumberUnknown
from estimator.assessment.impacts import amounts, figure_named, figures
from estimator.builds import coverage, mended_runs
from estimator.builds.build_file import BuildFile
from estimator.builds.mending import AT_LEAST, PART_OF
from estimator.builds.parts_elsewhere import within_parts_of
from estimator.builds.remarks import CHECKS_OF_ALL, CHECKS_OF_ROWS, NAMED, NAMED_OF_ALL
from estimator.builds.service_runs import CountedGroup, RunsOf, ServiceRuns, service_runs
from estimator.catalogue.schema import PROOFS
from estimator.core.errors import SobriaError, one_of, sentences, texts
from estimator.core.home import SAMPLE_MARK as SAMPLE_MARK
from estimator.core.language import DEFAULT
from estimator.core.searched_text import searched, searched_sql
from estimator.ledger.rows import COMPONENTS
from estimator.places.journal import PlaceEntry, PlaceRule
from estimator.places.named_rules import place_told

if TYPE_CHECKING:
    from estimator.builds.gone_rows import GoneRow
    from estimator.ledger import Ledger

ANY, NO_PROOF = "any", "none"


class NoBuild(SobriaError):
    """Nothing has been built in this home yet."""


class RunFilter(NamedTuple):
    """Filter of runs: of a service, with a check (ANY: with some that is mended by saying it), with electricity of a
    proof (NO_PROOF: of unknown electricity), with a text, as `searched` reads it, in its service, model, device or
    file, or of one of the services `named`; None for all. order: a key of ORDERS."""

    service: str | None = None
    check: str | None = None
    proof: str | None = None
    text: str | None = None
    named: tuple[str, ...] = ()
    order: str = "date"


ORDERS: Mapping[str, str] = {
    "date": "end_us DESC",
    "energy": "(SELECT fsum(it_energy) FROM run_energy WHERE run_energy.row_id = runs.row_id) DESC NULLS LAST",
    "duration": "duration_s DESC NULLS LAST",
    "service": "service_key",
    "model": "model NULLS LAST",
}


STATED: Mapping[str, str] = {  # what a rule of places says, for each mend that it is
    "zone": "--zone …",
    "host": "--host …",
    "cards": "--device … --cards …",
    "size": "--vcpus …",
    "load": "--load …",
}
NOT_OF: Mapping[str, tuple[str, ...]] = {  # what of a check, by its mend or its part, is not in a figure
    "zone": ("energy", "it_energy"),
    "host": ("it_energy",),
    "made": ("energy", "it_energy", "water"),
}
MOST_DRAWN = 2_000  # runs whose doubts are drawn to put them in order
_OF_MACHINES = tuple(filter(None, [figure_named("it_energy")]))
_CHECK = "code, mended_by, read_value, low, high"
# Of the services that several files share without a name of their own: the file that has each check most often.
_FILES = f"""SELECT run_checks.code, run_checks.service_key, MODE(runs.file_name) AS file_name
FROM run_checks JOIN runs USING (row_id)
WHERE run_checks.service_key IN (SELECT service_key FROM run_checks WHERE code = 'default_project')
  AND (mended_by NOT IN {mended_runs.PLACE} OR {mended_runs.FED})
GROUP BY run_checks.code, run_checks.service_key"""


class Build(BuildFile):
    """Queries of one build file, answered as figures and texts."""

    def proof(self, service: str | None = None) -> dict[str, float]:
        """Share of the IT electricity by proof; the estimated gap counts as estimated."""
        rows = self._engine.rows(
            "SELECT proof, fsum(kwh) AS kwh FROM proof_energy WHERE $1 IS NULL OR service_key = $1 GROUP BY proof",
            [service],
        )
        return _shares({row["proof"]: row["kwh"] for row in rows})

    def proof_by_service(self) -> dict[str, dict[str, float]]:
        """The same for each service."""
        kwh: dict[str, dict[str, float]] = {key: {} for key in self.service_keys()}
        for row in self._engine.rows(
            "SELECT service_key, proof, fsum(kwh) AS kwh FROM proof_energy GROUP BY service_key, proof"
        ):
            kwh[row["service_key"]][row["proof"]] = row["kwh"]
        return {key: _shares(found) for key, found in kwh.items()}

    def runs_by_place_rule(self) -> dict[str, int]:
        """Runs that each rule of place, or answer, decides something of; none for those that decide nothing."""
        rows = self._engine.rows("SELECT said, COUNT(DISTINCT row_id) AS n FROM place_basis GROUP BY said")
        return {row["said"]: row["n"] for row in rows}

    def runs_about(self, rule: PlaceEntry[PlaceRule]) -> tuple[int, int]:
        """Runs that a rule is about, whether or not it decides something of them; and those that it would be about, had
        they not started before its first day."""
        from estimator.builds.locations import runs_about  # with arrays, which totals do without

        return runs_about(self._engine, rule)

    def runs_at(self, host: str) -> int:
        """Runs that count as run at a host."""
        return int(self._engine.rows("SELECT COUNT(*) AS n FROM runs WHERE host = $1", [host])[0]["n"])

    def service_runs(self, asked: RunsOf) -> ServiceRuns | None:
        """How many runs of a service there are, when, and what they count; None without any."""
        return service_runs(self._engine, asked)

    def groups_of(self, asked: RunsOf) -> list[CountedGroup]:
        """Sums of activity of these runs, by set of selected factors, and what they count."""
        relation, where, given = "bound_slices", *asked.rows
        if asked.every:
            relation, where, given = "cells", "service_key = $1", [asked.service]
        found = self._summed("NULL", relation, where, given, CountedGroup._fields[1:])
        return [CountedGroup(self._cell(row), row["items"] or 0.0, row["requests"] or 0.0) for row in found]

    def runs(self, asked: RunFilter | None = None, offset: int = 0, limit: int = 50) -> dict[str, Any]:
        """{"rows", "total"}: a page of the selected runs, in their order, each with its IT and site electricity; by
        electricity, that of the printed values, of more than `MOST_DRAWN` runs that of the values of factors."""
        asked = asked or RunFilter()
        where, given = _filter(asked)
        total = self._engine.rows(f"SELECT COUNT(*) AS n FROM runs WHERE {where}", given)[0]["n"]
        order = f"{ORDERS[asked.order]}, end_us DESC, row_id"
        if asked.order == "energy" and total <= MOST_DRAWN:
            found = self._engine.rows(f"SELECT row_id FROM runs WHERE {where} ORDER BY {order}", given)
            ids = self._largest_first([row["row_id"] for row in found])[offset : offset + limit]
            where, order, given, offset = "LIST_CONTAINS(?, row_id)", "LIST_POSITION(?, row_id)", [ids, ids], 0
        page = f"SELECT * EXCLUDE (held_in) FROM runs WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?"
        return {"rows": self._run_entries(self._engine.rows(page, [*given, limit, offset])), "total": total}

    def _largest_first(self, ids: Sequence[str]) -> list[str]:
        """These runs by the central value of their IT electricity, as it is printed; those of none last."""
        for row_id, groups in self.run_groups([row_id for row_id in ids if row_id not in self._centres]).items():
            self._centres[row_id] = amounts(groups, _OF_MACHINES)["it_energy"].central
        return sorted(ids, key=lambda row_id: -1.0 if (kwh := self._centres[row_id]) is None else kwh, reverse=True)

    @cached_property
    def _centres(self) -> dict[str, float | None]:
        return {}

    def run(self, row_id: str) -> dict[str, Any]:
        """One run: its fields, figures, proof, difference between our figure and the file's own, account of its file.
        NumberUnknown."""
        with within_parts_of(self._engine, self.path, row_id):
            rows = self._engine.rows("SELECT * EXCLUDE (held_in) FROM runs WHERE row_id = $1", [row_id])
            if not rows:
                raise NumberUnknown(id=f"run.{row_id}")
            found = amounts(self.run_groups([row_id])[row_id])
            run = self._run_entries(rows)[0] | {"indicators": figures(found)}
            run["places_told"] = self.places_told("row_id = $1", [row_id])
        ours, theirs = found["gwp"].parts["use"].central, rows[0]["reported_gwp_kg"]
        run["reported"] = {"gwp_kg": theirs, "ours_use_kg": ours, "ratio": ours / theirs if ours and theirs else None}
        return run | {"file": coverage.file_account(self._engine, run["file_sha"])}

    def gone(self, ledger: "Ledger", row_id: str) -> "GoneRow | None":
        """What became of a row that no longer counts. ledger_torn."""
        from estimator.builds.gone_rows import gone_row  # with arrays, which totals do without

        return gone_row(self._engine, self.path, ledger, row_id)

    def places_told(self, where: str, parameters: Sequence[Any]) -> list[dict[str, str]]:
        """Where runs ran, as far as it is said otherwise than by their traces, most of them first: by which rule, or by
        what default, each a sentence."""
        if not self.has_table("place_said"):
            return []
        found = self._engine.rows(
            "SELECT said, told, who, said_on, part, COUNT(*) AS count FROM place_basis"
            f" LEFT JOIN place_said ON id = said WHERE {where} GROUP BY ALL ORDER BY count DESC, said",
            parameters,
        )
        return [place_told(row) for row in found]

    def _run_entries(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        ids = [row["row_id"] for row in rows]
        groups = self.run_groups(ids)
        found = self._engine.rows(
            f"SELECT row_id, {_CHECK} FROM run_checks WHERE list_contains($1, row_id) ORDER BY code", [ids]
        )
        checks: dict[str, list[dict[str, Any]]] = {}
        for row in found:
            checks.setdefault(row.pop("row_id"), []).append(row)
        return [self._run(row | {"checks": checks.get(row["row_id"], [])}, groups[row["row_id"]]) for row in rows]

    def _run(self, row: dict[str, Any], groups: Sequence[ActivityGroup]) -> dict[str, Any]:
        energy = amounts(groups, (*_OF_MACHINES, *filter(None, [figure_named("energy")])))
        times = {"start": iso(row["start_us"], "seconds"), "end": iso(row["end_us"], "seconds")}
        times |= {"last": last_day(row["end_us"]), "told": row["told_us"] and iso(row["told_us"], "seconds")}
        if row["other_energy_kwh"] is None and row["site_energy_kwh"] and energy["it_energy"].central is not None:
            row["other_energy_kwh"] = sum(map(as_read, groups)) / row["charge_share"]  # of its machines
        proofs = {c: self._proof_of[row[f"{c}_mode"]] for c in COMPONENTS if row[f"{c}_energy_kwh"]}
        run = "run", row["row_id"]
        named = {"unknown_model": row["model"]}
        kwh = energy["it_energy"].central
        said = [
            {
                **_mend(mended_runs.weighed(check["mended_by"], kwh), *run),
                **_said(check, named.get(check["code"], row["zone_as_read"])),
            }
            for check in row["checks"]
        ]
        mended = mended_runs.where_mended({check["mended_by"] for check in said})
        return row | times | {"indicators": figures(energy), "checks": said, "proofs": proofs, "mended": mended}

    @cached_property
    def _proof_of(self) -> dict[str, str]:
        return {row["mode"]: row["proof"] for row in self._engine.rows("SELECT mode, proof FROM modes")}

    def weight_of(self, row_ids: Sequence[str]) -> dict[str, Any]:
        """{"runs", "figure", "amount"}: how many of these rows count, and their electricity, of the machines alone
        where their sites are not known."""
        runs = "SELECT row_id FROM runs WHERE row_id IN (SELECT UNNEST($1))"
        count = self._engine.rows(f"SELECT COUNT(*) AS n FROM ({runs})", [row_ids])[0]["n"]
        groups = self._groups_by_key("NULL", "bound_slices", f"row_id IN ({runs})", [row_ids])
        found = figures(amounts([group for _, group in groups]))
        name = "energy" if found["energy"].known else "it_energy"
        return {"runs": count, "figure": name, "amount": found[name]}

    def quarantine(self, offset: int = 0, limit: int = 50) -> dict[str, Any]:
        """{"rows", "total"}: quarantined rows, each with its text."""
        rows = self._engine.rows(
            "SELECT row_id, file_name, line, code, facts, text, header FROM refused"
            " QUALIFY ROW_NUMBER() OVER (PARTITION BY row_id ORDER BY file_name, file_sha, line) = 1"
            " ORDER BY file_name, line LIMIT $1 OFFSET $2",
            [limit, offset],
        )
        for row in rows:
            facts = row["facts"]
            row |= sentences(
                "refusals", row["code"], **(json.loads(facts) if isinstance(facts, str) else dict(facts or {}))
            )
        return {"rows": rows, "total": self.quarantine_count()}

    def quarantine_count(self) -> int:
        """Count of quarantined rows."""
        return int(self._engine.rows("SELECT COUNT(DISTINCT row_id) AS n FROM refused")[0]["n"])

    def checks(self, service: str | None = None) -> list[dict[str, Any]]:
        """Checks for a person, of a service if given, most frequent first: each code with its count, its services, its
        text and what mends it, as a command for the service that has it most often, or for one of the files that a
        project without a name merges. What a place mends is a notice, apart, of runs without electricity."""
        return self._checks("$1 IS NULL OR service_key = $1", [service], lambda: self._here)

    def behind(self, figure: str, where: str, given: Sequence[Any]) -> tuple[dict[str, Any], ...]:
        """The checks of these rows that a figure rests on, or that say that electricity is not in it (`at_least`)."""
        apart = [mend for mend, figures in NOT_OF.items() if figure.partition(".")[0] in figures]
        return tuple(
            check | {"at_least": check["code"] in AT_LEAST}
            for check in self._checks(where, given)
            if check["code"] in AT_LEAST
            or (check["mended_by"] and not {check["mended_by"], PART_OF.get(check["code"])} & {*apart})
        )

    @cached_property
    def unread(self) -> list[dict[str, Any]]:
        """{"service_key", "start_month", "end_month"} of runs of which a part of the electricity was not read."""
        told = "SELECT row_id FROM run_checks WHERE LIST_CONTAINS($1, code)"
        sql = f"SELECT DISTINCT service_key, start_month, end_month FROM runs WHERE row_id IN ({told})"
        return list(self._engine.rows(sql, [list(AT_LEAST)]))

    @cached_property
    def impossible(self) -> dict[tuple[str, int], float]:
        """What was read and cannot be, of every row, from mended_runs.impossible."""
        return mended_runs.impossible(self._engine)

    def _checks(
        self, where: str, given: Sequence[Any], here: Callable[[], Sequence[Mapping[str, Any]]] | None = None
    ) -> list[dict[str, Any]]:
        """The checks of the rows of which an SQL condition holds. here: where that is of their services alone, what
        `by_service` tells: what a place mends is told apart of rows without electricity."""
        of, names = (CHECKS_OF_ALL, NAMED_OF_ALL) if here else (CHECKS_OF_ROWS, NAMED)
        rows = self._engine.rows(of.format(where=where), given)
        told = mended_runs.parted(rows, here) if here else ((row, row["by"]) for row in rows)
        named = {row["code"]: ", ".join(row["names"]) for row in self._engine.rows(names.format(where=where), given)}
        merged = any(row["code"] == "default_project" for row in rows)
        files = self._engine.rows(_FILES) if merged else []
        alone = {(row["code"], row["service_key"]): ("file", row["file_name"]) for row in files}
        found = []
        for row, by in told:
            if count := sum(by.values()):
                most = max(by, key=by.__getitem__)
                mend = _mend(row["mended_by"], *alone.get((row["code"], most), ("service", most)))
                found.append({"count": count, "services": len(by)} | mend | _said(row, named.get(row["code"]), count))
        return sorted(found, key=lambda check: (-check["count"], check["code"]))

    @cached_property
    def _here(self) -> list[dict[str, Any]]:
        return mended_runs.by_service(self._engine, None)

    def to_mend(self, row_id: str | None = None, in_file: bool = False) -> list[dict[str, Any]]:
        """What a person may mend by service, or of one run, from mended_runs.by_service; in_file: what only a corrected
        file mends."""
        return self._here if row_id is None and not in_file else mended_runs.by_service(self._engine, row_id, in_file)

    def mends(self) -> mended_runs.Mends:
        """How many runs are to mend: here, in their files, by what sent them."""
        return mended_runs.mends(self._engine, self._here)

    def unknown_runs(self) -> int:
        """Count of runs of unknown electricity: they are in no figure."""
        return coverage.unknown_runs(self._engine)

    def unknown_by_service(self) -> dict[str, int]:
        """The same for each service."""
        return {key: found["unknown"] for key, found in coverage.by_service(self._engine).items()}

    def coverage_by_month(self) -> list[dict[str, Any]]:
        """Runs and IT electricity [kWh] by service, month and proof, from coverage.by_month."""
        return coverage.by_month(self._engine)


def _mend(mend: str | None, matched: str, name: str) -> dict[str, str | None]:
    return {"mended_by": mend, "command": command(mend, matched, name)}


def _said(check: Mapping[str, Any], named: str | None, count: int = 1) -> dict[str, str]:
    """The text of a check, a fault with what was read and what is possible: the worst of that count."""
    if "{read}" not in texts("checks", DEFAULT)[check["code"]]:
        return sentences("checks", check["code"], model=named, place=named)
    from estimator.catalogue.input_faults import facts  # numpy, which few homes need here

    told = (math.nan if check[name] is None else check[name] for name in ("read_value", "low", "high"))
    return one_of(count, "at_worst", sentences("checks", check["code"], **facts(check["code"], *told)))


def _shares(kwh: Mapping[str, float]) -> dict[str, float]:
    """Share of each proof; 0 for each when no electricity is known."""
    whole = sum(kwh.values())
    return {p: kwh.get(p, 0.0) / whole if whole else 0.0 for p in PROOFS}


def _filter(asked: RunFilter) -> tuple[str, list[Any]]:
    """SQL condition of a run filter, and its parameters; a view is used only when the filter needs it."""
    asks: list[tuple[str, list[Any]]] = [("TRUE", [])]
    if asked.service is not None:
        asks.append(("service_key = ?", [asked.service]))
    if asked.check == ANY:
        asks.append((f"({mended_runs.MENDABLE})", []))
    elif asked.check is not None:
        asks.append(("row_id IN (SELECT row_id FROM run_checks WHERE code = ?)", [asked.check]))
    if asked.proof == NO_PROOF:
        asks.append(("row_id IN (SELECT row_id FROM unknown_energy)", []))
    elif asked.proof is not None:
        asks.append(("row_id IN (SELECT row_id FROM run_proofs WHERE proof = ?)", [asked.proof]))
    if asked.text is not None:
        held = searched_sql("CONCAT_WS(' ', service_key, model, device, device_as_read, file_name)")
        names = [searched(asked.text) or None, list(asked.named)]  # of marks alone, nothing is found
        asks.append((f"(CONTAINS({held}, ?::VARCHAR) OR LIST_CONTAINS(?, service_key))", names))
    return " AND ".join(sql for sql, _ in asks), [value for _, values in asks for value in values]


def last_day(end_us: int | None) -> str | None:
    """The last day before an exclusive end: a month ends on its last day."""
    return None if end_us is None else iso(end_us - 1)


def iso(moment_us: int | None, timespec: str = "date") -> str | None:
    """A UTC moment [us] as an ISO day, or to the second."""
    if moment_us is None:
        return None
    moment = datetime.fromtimestamp(moment_us / 1e6, UTC)
    return moment.date().isoformat() if timespec == "date" else moment.isoformat(timespec="seconds")


def command(mend: str | None, matched: str, name: str) -> str | None:
    """The command that mends runs of the service, file or run of that name; None where it is no rule of places."""
    if mend is None or mend not in STATED:
        return None
    return f"sobria places add --{matched} {quote(escape(name))} {STATED[mend]} --who … --why …"
