"""What a home says of where rows ran, before they are imported: the place that will count, and what is then left to
look at, as `sql/row_checks.sql` says it of rows that count."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from estimator.builds.locations import OF_HOST, OF_READING, OF_ZONE, seen_columns, seen_of
from estimator.builds.supplier_factors import day_us
from estimator.ingestion.checked_file import PlacedRows
from estimator.ingestion.dry_run import DryRun, check_paths
from estimator.ingestion.readers import ReadingContext
from estimator.places.placing import Knowledge, Placed, knowledge, placed, rules_in

SAID = ("run", "rule")  # where a host or a zone comes from that a person said of these rows


class PlacesAhead:
    """The places of rows that are not in the ledger, by what a home knows of places."""

    def __init__(self, known: Knowledge) -> None:
        self._known = known
        self._days = [date.min, *known.days()]
        moments = [day_us(day) for day in self._days[1:]]
        day = f"LEN(LIST_FILTER({moments}::BIGINT[], lambda moment: moment <= start_us)) AS seen_day"
        self.columns: Sequence[str] = [*(f"{sql} AS seen_{name}" for name, sql in seen_columns(known).items()), day]

    def of(self, kind: Mapping[str, Any]) -> PlacedRows:
        """What is left to look at in rows that say this, and the place that a rule gives them."""
        read = {name.removeprefix("seen_"): value for name, value in kind.items() if name.startswith("seen_")}
        found = placed(seen_of(read), self._known, self._days[read["day"]])
        checks = [code.replace("_not_sent", "_not_told") for code in kind["checks"] if _stands(code, found)]
        checks += ["zone_of_home"] if found.zone_from == "home" else []
        checks += ["zone_over_sites"] if _is_over_sites(found) else []
        return PlacedRows([*checks, *([found.code] if found.code else [])], self._said(found))

    def _said(self, found: Placed) -> tuple[tuple[str, ...], str] | None:
        """The host and the zone that people said of these rows, and the rules that say them; None without any."""
        both = ((found.host, found.host_from), (found.zone, found.zone_from))
        named = tuple(name for name, basis in both if name and basis in SAID)
        if not named:
            return None
        rules = ", ".join(e.said.told for e in self._known.rules if e.id in rules_in(found.rules))
        return named, rules


def check_in_home(home: Path, paths: Sequence[str | Path], context: ReadingContext) -> DryRun:
    """`check_paths`, with the places that this home says. places_torn, settings_refused, host_unknown, zone_unknown."""
    return check_paths(home, paths, context, PlacesAhead(knowledge(home)))


def _stands(code: str, found: Placed) -> bool:
    """Whether a check of a row as read still stands where it is placed so."""
    known_host, known_zone = (basis not in ("trace", "unknown") for basis in (found.host_from, found.zone_from))
    gone = (
        known_host and code in OF_HOST,
        found.host_from in SAID and code == "host_unread",
        (known_zone or _is_over_sites(found)) and code in OF_ZONE,
        found.device is not None and code == "unknown_device",
        found.vcpus is not None and code == "vm_size_unknown",
        code in OF_READING,
    )
    return not any(gone)


def _is_over_sites(found: Placed) -> bool:
    return found.zone is None and found.zone_from == "provider"
