"""Columns of codecarbon output: every name ever used, the position of each in a file, private columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

PREFIX = "codecarbon_"
COORDINATES = ("longitude", "latitude")
PRIVATE = frozenset(COORDINATES)
NUMBERS = (
    *("duration", "emissions", "emissions_rate", "energy_consumed", "water_consumed"),
    *("cpu_power", "gpu_power", "ram_power", "cpu_energy", "gpu_energy", "ram_energy"),
    *("cpu_count", "gpu_count", "ram_total_size", "cpu_utilization_percent", "gpu_utilization_percent"),
    *("ram_utilization_percent", "ram_used_gb", "pue", "wue"),
)
TEXTS = (
    *("task_name", "timestamp", "project_name", "run_id", "experiment_id", "country_name", "country_iso_code"),
    *("region", "cloud_provider", "cloud_region", "on_cloud", "os", "python_version", "codecarbon_version"),
    *("cpu_model", "gpu_model", "tracking_mode"),
)
SHARED = (
    *("project_name", "country_name", "country_iso_code", "region", "cloud_provider", "cloud_region", "os"),
    *("cpu_count", "cpu_model", "gpu_count", "gpu_model", "ram_total_size", "tracking_mode", "codecarbon_version"),
    "pue",
)
OF_A_ROW = tuple(sorted(frozenset(NUMBERS) - frozenset(SHARED)))  # numbers that vary between the rows of a run
KNOWN = frozenset(NUMBERS) | frozenset(TEXTS)
ENERGIES = ("cpu_energy", "gpu_energy", "ram_energy", "energy_consumed")
SYNONYMS = {"emissions_sum": "emissions"}
EXPORTED = frozenset({"emissions_sum", "team_id", "organization_id", "project_id"})
OTHER_TOOLS = {"eco2AI": frozenset({"power_consumption(kwh)", "co2_emissions(kg)", "duration(s)"})}


@dataclass(frozen=True)
class Columns:
    """One parsed header: position of each known column, and the private columns.

    `coordinates`: positions of longitude and latitude, empty unless both exist."""

    names: tuple[str, ...]
    at: dict[str, int]
    shared: tuple[tuple[str, int], ...]
    words: tuple[tuple[str, int], ...]
    private: tuple[int, ...]
    unknown: tuple[str, ...]
    exported: bool
    other_tool: str | None
    coordinates: tuple[int, ...] = ()

    @property
    def places(self) -> tuple[int, ...]:
        """Columns that decide the facts of a row."""
        return (*self.coordinates, *(place for _, place in self.shared))

    @property
    def width(self) -> int:
        """Count of cells of a row."""
        return len(self.names)

    @property
    def is_trace(self) -> bool:
        """Whether this is a codecarbon header, with or without energy."""
        return {"timestamp", "duration"} <= self.at.keys() and bool({"emissions", *ENERGIES} & self.at.keys())

    @property
    def has_energy(self) -> bool:
        """Whether any column is an energy."""
        return any(name in self.at for name in ENERGIES)

    @property
    def is_task_file(self) -> bool:
        """Whether each row is a task of a run."""
        return "task_name" in self.at

    def safe_header(self) -> list[str]:
        """Column names as written, private columns removed."""
        return [name for place, name in enumerate(self.names) if place not in self.private]


def understand(header: Sequence[str]) -> Columns:
    """Column positions by name, whatever the order, padding or prefix; the first of two columns of one name is used."""
    return _understand(tuple(header))


@lru_cache(maxsize=256)
def _understand(header: tuple[str, ...]) -> Columns:
    names = tuple(name.strip().strip("\ufeff").strip() for name in header)
    lowered = [name.lower() for name in names]
    at: dict[str, int] = {}
    private = []
    at_private: dict[str, int] = {}
    used = set()
    for canonical in (_canonical_name, _name_after_prefix):
        for place, name in enumerate(lowered):
            known = canonical(name)
            if known in PRIVATE:
                private.append(place)
                at_private.setdefault(known, place)
            elif known in KNOWN and known not in at:
                at[known] = place
                used.add(place)
    unknown = tuple(
        dict.fromkeys(name for place, name in enumerate(names) if name and place not in used and place not in private)
    )
    return Columns(
        names=names,
        at=at,
        shared=tuple((name, at[name]) for name in SHARED if name in at),
        words=tuple((name, place) for name, place in sorted(at.items()) if name in TEXTS and name not in SHARED),
        private=tuple(sorted(private)),
        coordinates=tuple(at_private[name] for name in COORDINATES) if len(at_private) == len(COORDINATES) else (),
        unknown=unknown,
        exported="run_id" in at and bool(EXPORTED & set(lowered)) and "codecarbon_version" not in at,
        other_tool=next((tool for tool, signs in OTHER_TOOLS.items() if signs <= set(lowered)), None),
    )


def is_header(cells: list[str]) -> bool:
    """Whether a record in the middle of a file is a repeated header."""
    names = {name.strip().lower().removeprefix(PREFIX) for name in cells}
    return "timestamp" in names and "duration" in names


def _canonical_name(name: str) -> str:
    return SYNONYMS.get(name, name)


def _name_after_prefix(name: str) -> str:
    return name[len(PREFIX) :] if name.startswith(PREFIX) and name not in KNOWN else ""
