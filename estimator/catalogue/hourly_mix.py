"""Generation by half-hour and source, read from the éco2mix files of RTE that a user adds: docs/tables-personnelles.md.

Files lie in `hours/ZONE/*.csv` of the user's own tables, as they are downloaded (Licence Ouverte). Values are mean
power [MW]: quarters of an hour are averaged by half-hour, a blank one is missing and never zero.
"""

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any
from unicodedata import combining, normalize
from zoneinfo import ZoneInfo

from estimator.catalogue.csv_tables import csv_files, rows
from estimator.catalogue.resolver import zone_of
from estimator.catalogue.schema import Factor
from estimator.catalogue.tables import HOURS
from estimator.core.errors import LANGUAGES, SobriaError, say
from estimator.core.home import own_tables

HALF_HOUR = 1800  # [s]
SOURCES = {
    "nucleaire": "nuclear", "gaz": "gas", "charbon": "coal", "fioul": "oil", "hydraulique": "hydroelectricity",
    "eolien": "wind", "solaire": "solar", "bioenergies": "biofuel",
}  # fmt: skip
STAMPS = ("date_heure", "date_et_heure")
CLOCK = {"FRA": ZoneInfo("Europe/Paris")}  # of files whose hours have no offset
RANKS = {"definitives": 2, "consolidees": 1}  # of the nature of a row: the highest is kept
BLANK = ("", "nd", "-")


class HoursRefused(SobriaError):
    """A file of generation by half-hour that cannot be read: what was read, what was expected."""

    def __init__(self, expected: str, column: str = "", **read: object) -> None:
        told = {lang: say("hours_expected", expected, lang, column=column) for lang in LANGUAGES}
        super().__init__(**read, expected=told)


@dataclass(frozen=True, eq=False)
class HourlyMix:
    """Half-hours since 1970 [1], in order, and the power of each source in each [MW], in the order of SOURCES."""

    zone: str
    halves: tuple[int, ...]
    power: tuple[tuple[float, ...], ...]


def own_hours() -> dict[str, HourlyMix]:
    """The generation by half-hour of each zone that the user added. HoursRefused."""
    return _hours(own_tables())


@cache
def _hours(own: str) -> dict[str, HourlyMix]:
    folders = (Path(own) / HOURS).iterdir() if own and (Path(own) / HOURS).is_dir() else iter(())
    return {folder.name: read(folder) for folder in sorted(folders) if folder.is_dir() and csv_files(folder)}


def read(folder: Path) -> HourlyMix:
    """The files of a zone as one series. Of two rows for one moment, that of the more final nature is kept.
    hours_of_no_zone, HoursRefused."""
    if zone_of(folder.name) != folder.name:
        raise SobriaError("hours_of_no_zone", folder=folder.name)
    kept: dict[int, tuple[int, tuple[float, ...]]] = {}
    for name in csv_files(folder):
        for second, rank, power in _rows(folder / name, folder.name):
            if second not in kept or kept[second][0] <= rank:
                kept[second] = rank, power
    if not kept:
        raise HoursRefused("rows", ", ".join(SOURCES), file=", ".join(csv_files(folder)), line=2, read="")
    halves: dict[int, list[tuple[float, ...]]] = {}
    for second, (_, power) in kept.items():
        halves.setdefault(second // HALF_HOUR, []).append(power)
    ordered = tuple(sorted(halves))
    means = (tuple(sum(column) / len(column) for column in zip(*halves[half], strict=True)) for half in ordered)
    return HourlyMix(folder.name, ordered, tuple(means))


def technologies() -> dict[str, Factor]:
    """Greenhouse gases of a kWh by source of generation, life cycle [kgCO2e/kWh], from technologies.csv."""
    found = {}
    for _, row in rows(resources.files("factors"), "technologies.csv"):
        if row["indicator"] == "gwp" and row["technology"] in SOURCES.values():
            ends = {name: float(row[name]) for name in ("value", "low", "high")}
            found[row["technology"]] = Factor(
                id=f"technologies/gwp/{row['technology']}", quantity="grid_gwp", subject=row["technology"],
                role="default", bounds_kind="min_max", bounds_rule="", unit=row["unit"], valid_from=None, valid_to=None,
                geography="", technology=row["technology"], boundary="cycle de vie", family="", correlation_group="",
                source=row["source"], locator=row["locator"], quality="3/2/3/2", review_by=None, missing_reason=None,
                note=row["note"], **ends,
            )  # fmt: skip
    return {source: found[source] for source in SOURCES.values()}


def _rows(file: Path, zone: str) -> Iterator[tuple[int, int, tuple[float, ...]]]:
    """(second since 1970, rank of the nature, power by source) of each row that has every source."""
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")  # the files of RTE's own site
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(";\t,", key=first.count))
    names = [_name(cell) for cell in next(reader, [])]
    missing = [column for column in SOURCES if column not in names]
    if missing or not ({*STAMPS} & {*names} or {"date", "heures"} <= {*names} or {"date", "heure"} <= {*names}):
        raise HoursRefused("column", ", ".join(missing) or "date_heure", file=file.name, line=1, read=first[:120])
    seen: set[str] = set()
    for cells in reader:
        row = dict(zip(names, cells, strict=False))
        values = [row.get(column, "").strip() for column in SOURCES]
        if any(value.lower() in BLANK for value in values):
            continue
        where: dict[str, Any] = {"file": file.name, "line": reader.line_num}
        if _name(row.get("perimetre", "france")) != "france":
            raise HoursRefused("country", **where, read=row["perimetre"])
        stamp = next((row[name].strip() for name in STAMPS if row.get(name)), "")
        if not stamp:
            stamp = f"{_day(row['date'])} {(row.get('heures') or row.get('heure') or '').strip()}"
        second = _second(stamp, int(stamp in seen), zone, where)  # seen: the hour that comes twice in autumn
        seen.add(stamp)
        power = tuple(_power(value, column, where) for value, column in zip(values, SOURCES, strict=True))
        if not any(power):
            raise HoursRefused("some_power", **where, read=" ; ".join(values))
        yield second, _rank(row), power


def _second(stamp: str, fold: int, zone: str, where: Mapping[str, Any]) -> int:
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError as error:
        raise HoursRefused("date", **where, read=stamp) from error
    if moment.tzinfo is None:
        if zone not in CLOCK:
            raise HoursRefused("offset", **where, read=stamp)
        moment = moment.replace(tzinfo=CLOCK[zone], fold=fold)
    if moment > datetime.now(UTC) + timedelta(days=1):
        raise HoursRefused("past", **where, read=stamp)
    return int(moment.timestamp())


def _power(text: str, column: str, where: Mapping[str, Any]) -> float:
    """Power of a source [MW]; what a plant takes while it waits is no generation."""
    try:
        power = float(text.replace(",", "."))
    except ValueError:
        power = math.nan
    if not math.isfinite(power):
        raise HoursRefused("power", column, **where, read=text)
    return max(power, 0.0)


def _rank(row: Mapping[str, str]) -> int:
    return next((rank for word, rank in RANKS.items() if word in _name(row.get("nature", ""))), 0)


def _day(text: str) -> str:
    """« 31/12/2019 » as 2019-12-31."""
    return "-".join(reversed(text.strip().split("/"))) if "/" in text else text.strip()


def _name(cell: str) -> str:
    """A column without accents, unit and punctuation: « Nucléaire (MW) » is nucleaire, « Date - Heure » date_heure."""
    plain = "".join(c for c in normalize("NFKD", cell.partition("(")[0].lower()) if not combining(c))
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
