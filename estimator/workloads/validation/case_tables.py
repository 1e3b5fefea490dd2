"""Factor tables of a published case: without the sources left out, its devices found by name, its site by class."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from statistics import median

from estimator.catalogue.default_subjects import AI_SERVER, ANY_CARD, DESKS
from estimator.catalogue.load import load
from estimator.catalogue.resolver import ComputerRead, Places
from estimator.catalogue.schema import Factor
from estimator.catalogue.selection import SelectedFactor, select_factor
from estimator.catalogue.tables import Catalogue

SINGLE = "single_assumption"
MAKERS = ("nvidia geforce", "nvidia", "nvidia rtx", "amd instinct", "google")  # left out of many a name
_MEMORY = re.compile(r"[-\s]*\b\d+\s*g(i?b)?\b", re.IGNORECASE)
_FORM = re.compile(r"[-\s]*\b(sxm\d?|pcie?|pci-e|nvl|hbm\d?e?|oam|tesla|geforce)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Device:
    """A resolved hardware name: an accelerator or a server, and the kind of computer that holds it.

    An unrecognised name is any accelerator: its bounds are the minimum and maximum over all known ones.
    """

    name: str
    accelerator: str | None
    server: str | None
    machine: str

    @property
    def desk(self) -> bool:
        return self.machine in DESKS


class CaseTables:
    """Factor selection by subject and day, without the excluded sources."""

    def __init__(self, catalogue: Catalogue, today: date) -> None:
        self.catalogue = catalogue
        self.today = today

    def bound(self, quantity: str, subject: str | None, day: date | None = None) -> SelectedFactor:
        """The selected factor of a quantity for a subject on a day (default: today), or the reason of its absence."""
        return select_factor(self.catalogue, quantity, subject, day or self.today)

    def device(self, name: str | None) -> Device:
        """The hardware of this name; a workstation card makes a workstation, any other an accelerator server."""
        if not name:
            return Device("", None, None, AI_SERVER)
        accelerator = self._accelerator(name)
        server = self._server(name)
        accelerator = ANY_CARD if accelerator is None and server is None else accelerator
        recognised = self._places.recognise(ComputerRead(gpu_model=name)).machine
        return Device(name, accelerator, server, recognised if recognised in DESKS else AI_SERVER)

    def zone(self, zone: str | None) -> str | None:
        """The zone as stated, or its country when the tables lack that sub-zone."""
        if zone and zone not in self.catalogue.zones and zone.split("-")[0] in self.catalogue.zones:
            return zone.split("-")[0]
        return zone

    def computer(self, cpu_model: str) -> str | None:
        """The kind of computer that holds this processor, when its name identifies one."""
        return self._places.recognise(ComputerRead(cpu_model=cpu_model)).machine

    def _accelerator(self, name: str) -> str | None:
        """The card of this name, or of this name without its memory size, then without its form factor."""
        for pattern in (None, _MEMORY, _FORM):
            name = pattern.sub(" ", name) if pattern else name
            found, _ = self._places.resolve_device(" ".join(name.split()))
            if found:
                return found
        bare = " ".join(name.lower().replace("nvidia", " ").split())
        made = (self._places.resolve_device(f"{maker} {bare}")[0] for maker in MAKERS)
        return next((found for found in made if found), None)

    def _server(self, name: str) -> str | None:
        found = [(len(alias), subject) for alias, subject in self.aliases("machine") if name.lower().startswith(alias)]
        return max(found)[1] if found else None

    def aliases(self, kind: str) -> list[tuple[str, str]]:
        """Other names of the subjects of a kind, in small letters, each with its subject."""
        subjects = [s for s in self.catalogue.subjects.values() if s.kind == kind]
        return [(alias, s.id) for s in subjects for alias in s.aliases.lower().split("|") if alias]

    @cached_property
    def _places(self) -> Places:
        return Places.load()


@lru_cache(maxsize=8)
def case_tables(without_source: frozenset[str], today: date) -> CaseTables:
    """The tables without these sources; a removed default is replaced from the values of rival sources."""
    catalogue = load()
    if without_source:
        catalogue = catalogue.with_factors(tuple(_allowed_factors(catalogue, without_source)))
    return CaseTables(catalogue, today)


def _allowed_factors(catalogue: Catalogue, without: Collection[str]) -> Iterable[Factor]:
    for rows in catalogue.by_subject.values():
        left = [f for f in rows if f.source not in without]
        had = any(f.role == "default" and f.value is not None for f in rows)
        has = any(f.role == "default" and f.value is not None for f in left)
        rivals = [f for f in left if f.role == "rival" and f.value is not None]
        if had and not has and rivals:
            yield _promoted_default(rivals)
        yield from left


def _promoted_default(rivals: list[Factor]) -> Factor:
    """Rival values as a default: their median with their extremes as bounds; bounds of half and twice for one value."""
    values = [f.value for f in rivals if f.value is not None]
    lows = [f.low for f in rivals if f.low is not None]
    highs = [f.high for f in rivals if f.high is not None]
    low, central, high = min(lows), median(values), max(highs)
    fields: dict[str, object] = {"id": f"{rivals[0].id}/promoted", "role": "default", "value": central}
    fields |= {"low": low, "high": high}
    fields |= {"valid_from": None, "valid_to": None}
    if low == high and central:
        rule: dict[str, object] = {
            "bounds_kind": "rule",
            "bounds_rule": SINGLE,
            "low": central / 2,
            "high": central * 2,
        }
        return rivals[0].model_copy(update=fields | rule)
    return rivals[0].model_copy(update=fields | {"bounds_kind": "rival_sources", "bounds_rule": ""})
