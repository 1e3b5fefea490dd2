"""Place and hardware of a trace: names found in traces resolved to zones, hosts, machines and devices of the tables."""

import re
from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from estimator.catalogue.csv_tables import rows
from estimator.catalogue.geography import timezones_of
from estimator.core.errors import SobriaError
from estimator.core.language import DEFAULT, LANGUAGES

_COUNT = re.compile(r"^\s*(\d{1,6})\s*x\s+")  # above it, the number is not a card count
_VENDOR = re.compile(r"\b(nvidia|tesla|amd|instinct|intel)\b")
_NOT_ALNUM = re.compile(r"[^a-z0-9]+")
UNDECIDED = "?"
NEAREST = 5


class PlaceRead(NamedTuple):
    """Location fields of a trace; empty text when absent."""

    country_iso: str = ""
    country_name: str = ""
    region: str = ""
    cloud_provider: str = ""
    cloud_region: str = ""


class ComputerRead(NamedTuple):
    """Hardware fields of a trace; empty text when absent."""

    cpu_model: str = ""
    os: str = ""
    gpu_model: str = ""
    cloud_provider: str = ""


class Computer(NamedTuple):
    """Kind of computer, its hosting class, and whether its graphics are integrated in the processor."""

    machine: str | None
    host: str | None
    integrated: bool


@dataclass(frozen=True)
class RecognitionRule:
    """One line of recognition.csv: `field` matching a pattern identifies a machine, a host or a device."""

    field: str
    expression: str
    machine: str
    host: str
    device: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """As it is searched for: made when a computer is first recognised, for most commands recognise none."""
        return re.compile(self.expression, re.IGNORECASE)


@dataclass(frozen=True)
class Places:
    """Look-ups over zones.csv, subjects.csv and recognition.csv. Unknown is None, never an average."""

    zones: tuple[dict[str, str], ...]
    subjects: tuple[dict[str, str], ...]
    rules: tuple[RecognitionRule, ...]

    @classmethod
    def load(cls, folder: Traversable | None = None) -> "Places":
        """Load the three tables of a folder (default: the shipped one)."""
        folder = folder if folder is not None else resources.files("factors")
        rules = tuple(
            RecognitionRule(row["field"], row["pattern"], row["machine"], row["host"], row["device"])
            for _, row in rows(folder, "recognition.csv")
        )
        zones, subjects = (tuple(row for _, row in rows(folder, name)) for name in ("zones.csv", "subjects.csv"))
        return cls(zones, subjects, rules)

    def resolve_zone(self, read: PlaceRead) -> tuple[str | None, str]:
        """Zone and how it was resolved: iso3, alpha2, name, host; or None with absent (no field) or unknown."""
        country, how = self._country(read.country_iso.strip(), read.country_name.strip())
        if country is None:
            host = self.resolve_host(read.cloud_provider, read.cloud_region)
            zone = self._host_zones.get(host or "")
            if zone:
                return zone, "host"
            return None, how
        return self._sub_zones.get((country, read.region.strip().lower()), country), how

    def doubts(self, read: PlaceRead) -> list[str]:
        """Codes of what a place says that does not hold together, or that no table has."""
        stated, _ = self._country(read.country_iso.strip(), "")
        named = self._names.get(read.country_name.strip().lower())
        host = self.resolve_host(read.cloud_provider, read.cloud_region)
        country, part = self._country(read.country_iso.strip(), read.country_name.strip())[0], read.region.strip()
        parted = any(country == whole for whole, _ in self._sub_zones)  # elsewhere a region changes nothing
        found = {
            "unknown_part": part and parted and (country, part.lower()) not in self._sub_zones,
            "two_countries": stated and named and stated != named,
            "unknown_region": read.cloud_region.strip() and host and host == self.resolve_host(read.cloud_provider, ""),
        }
        return [code for code, holds in found.items() if holds]

    def resolve_host(self, cloud_provider: str, cloud_region: str) -> str | None:
        """The hosting site with the alias `provider:region` (or the provider alone)."""
        provider, region = cloud_provider.strip().lower(), cloud_region.strip().lower()
        if not provider:
            return None
        return self._aliases("host").get(f"{provider}:{region}") or self._aliases("host").get(provider)

    def resolve_device(self, gpu_model: str) -> tuple[str | None, int | None]:
        """Accelerator and card count of a text like `8 x NVIDIA L4`; two models in one text are not separated."""
        text = gpu_model.strip().lower()
        if not text:
            return None, None
        parts = [part for part in re.split(r",\s*(?=\d+ x )", text) if part]
        counts = [_COUNT.match(part) for part in parts]
        total = sum(int(found[1]) for found in counts if found) if all(counts) else None
        names = {self._device(_COUNT.sub("", part)) for part in parts}
        return (names.pop() if len(names) == 1 else None), total

    def recognise(self, read: ComputerRead) -> Computer:
        """Apply the rules in file order: the first match for a machine, and the first for a host."""
        machine = host = ""
        integrated = False
        for rule in self.rules:
            if not rule.pattern.search(getattr(read, rule.field)):
                continue
            integrated = integrated or rule.device == "none"
            host = host or rule.host
            machine = machine or rule.machine
            if machine and (host or machine == UNDECIDED):
                break
        return Computer(machine if machine != UNDECIDED and machine else None, host or None, integrated)

    def timezone(self, zone: str | None) -> str | None:
        """The IANA time zone of a zone with only one."""
        while zone:
            row = self._zone_rows.get(zone, {})
            if row.get("timezones"):
                return row["timezones"]
            zone = row.get("wider") if "-" in zone else None
        return None

    def several_timezones(self, zone: str | None, home: str) -> bool:
        """Whether a zone has several time zones, none of which is that of the home."""
        if not zone or self.timezone(zone):
            return False
        zones = timezones_of(self.alpha2(zone))
        return len(zones) > 1 and home not in zones

    def alpha2(self, zone: str) -> str:
        """The alpha-2 code of the country of a zone or sub-zone; empty when it has none."""
        return self._zone_rows.get(zone.split("-")[0], {}).get("alpha2", "")

    def _country(self, iso: str, name: str) -> tuple[str | None, str]:
        code = iso.upper()
        if len(code) == 3 and code in self._zone_rows:
            return code, "iso3"
        if len(code) == 2 and code in self._alpha2:
            return self._alpha2[code], "alpha2"
        if name and not code:
            zone = self._names.get(name.lower())
            return (zone, "name") if zone else (None, "unknown")
        return None, "unknown" if code or name else "absent"

    def _device(self, name: str) -> str | None:
        exact = self._aliases("device").get(name.strip())
        return exact or self._by_squeezed_name.get(_squeeze(name))

    def _aliases(self, kind: str) -> dict[str, str]:
        return self._aliases_by_kind.get(kind, {})

    @cached_property
    def _zone_rows(self) -> dict[str, dict[str, str]]:
        return {row["zone"]: row for row in self.zones}

    @cached_property
    def _alpha2(self) -> dict[str, str]:
        return {row["alpha2"].upper(): row["zone"] for row in self.zones if row["alpha2"] and len(row["zone"]) == 3}

    @cached_property
    def _names(self) -> dict[str, str]:
        """Country names in each language, and the aliases of countries → zone."""
        from babel import Locale

        names: dict[str, str] = {}
        for lang in LANGUAGES:
            territories = Locale(lang).territories
            names |= {str(territories.get(code, code)).lower(): zone for code, zone in self._alpha2.items()}
        for row in self.zones:
            if len(row["zone"]) == 3:
                names |= {alias: row["zone"] for alias in _split(row["aliases"])}
        return names

    @cached_property
    def written(self) -> dict[str, str]:
        """Each way of writing a zone, in lower case → the zone: the surest last, none that several parts share."""
        parts = [row for row in self.zones if "-" in row["zone"]]
        names = {row["zone"]: {*_split(row["aliases"]), row[f"label_{DEFAULT}"].lower()} - {""} for row in self.zones}
        told = [(name, r["zone"]) for r in parts for name in {*names[r["zone"]], r["zone"].split("-")[1].lower()}]
        shared = Counter(name for name, _ in told)
        found = {name: zone for name, zone in told if shared[name] == 1}
        found |= {name: zone for zone in names if "-" not in zone for name in names[zone]} | self._names
        found |= {f"{self.alpha2(row['zone'])}-{row['zone'].split('-')[1]}".lower(): row["zone"] for row in parts}
        found |= {code.lower(): zone for code, zone in self._alpha2.items()}
        return found | self.codes

    @cached_property
    def codes(self) -> dict[str, str]:
        """Each code of a zone, in lower case → the zone."""
        return {zone.lower(): zone for zone in self._zone_rows}

    @cached_property
    def _sub_zones(self) -> dict[tuple[str, str], str]:
        """(country, region name) → sub-zone."""
        return {
            (row["zone"].split("-")[0], alias): row["zone"]
            for row in self.zones
            if "-" in row["zone"]
            for alias in _split(row["aliases"])
        }

    @cached_property
    def _host_zones(self) -> dict[str, str]:
        return {row["id"]: row["zone"] for row in self.subjects if row["kind"] == "host" and row["zone"]}

    @cached_property
    def _aliases_by_kind(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for row in self.subjects:
            for alias in _split(row["aliases"]):
                found.setdefault(row["kind"], {}).setdefault(alias, row["id"])
        return found

    @cached_property
    def _by_squeezed_name(self) -> dict[str, str]:
        return {_squeeze(alias): subject for alias, subject in self._aliases("device").items()}


def zone_of(text: str) -> str | None:
    """The zone that a person wrote: a code (FRA, FR, CAN-QC, US-VA, TX), a name or an alias; None where no table has
    it. A country comes before a part of one."""
    places, name = _shipped(), text.strip().lower()
    return places.codes.get(name) or places.written.get(name)  # names of countries take long to read


@cache
def _shipped() -> Places:
    """The shipped tables, read once: a comparison asks for the zone of each option again."""
    return Places.load()


def nearest_zones(text: str) -> tuple[str, ...]:
    """The zones with a code, a name or an alias most like this text, best first; at most NEAREST."""
    written = _shipped().written
    close = get_close_matches(text.strip().lower(), written, n=4 * NEAREST, cutoff=0.0)
    return tuple(dict.fromkeys(written[name] for name in close))[:NEAREST]


def zone_named(text: str) -> str:
    """The same. zone_unknown."""
    found = zone_of(text)
    if found is None:
        raise SobriaError("zone_unknown", zone=text)
    return found


def is_timezone(name: str) -> bool:
    """Whether this is a zone of the IANA database."""
    try:
        return ZoneInfo(name).key == name
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def _split(aliases: str) -> list[str]:
    return [alias.strip().lower() for alias in aliases.split("|") if alias.strip()]


def _squeeze(name: str) -> str:
    """A card name without vendor words, spaces and dashes."""
    return _NOT_ALNUM.sub("", _VENDOR.sub("", name.lower()))
