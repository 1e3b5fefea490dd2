"""The factor tables, loaded and validated: sources, factors, subjects, zones and the dictionary of quantities."""

import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cache, cached_property
from importlib.resources.abc import Traversable
from typing import Any

from estimator.catalogue.csv_tables import record
from estimator.catalogue.schema import Factor, Quantity, Source, Subject, Zone, told_by
from estimator.core.errors import LANGUAGES, SobriaError, say, texts
from estimator.core.language import DEFAULT

FACTOR_TABLES = (
    "electricity.csv",
    "electricity_yearly.csv",
    "electricity_computed.csv",
    "hosting.csv",
    "devices.csv",
    "measurement.csv",
    "network.csv",
    "power.csv",
    "parts.csv",
    "storage.csv",
    "equivalences.csv",
    "alternatives.csv",
    "tasks.csv",
    "regression.csv",
)
NEAREST, LIKE = 5, 0.7  # subjects that are proposed for one that is unknown, and how alike their spelling is [1]
HOURS = "hours"  # in it: a folder a zone, with its generation by half-hour


@dataclass(frozen=True, eq=False)
class Catalogue:
    """All tables; `version` is the hash of their content."""

    version: str
    factors: tuple[Factor, ...]
    sources: Mapping[str, Source]
    quantities: Mapping[str, Quantity]
    subjects: Mapping[str, Subject]
    zones: Mapping[str, Zone]
    bounds_rules: Mapping[str, Mapping[str, Any]]
    renamed: Mapping[str, str]

    @cached_property
    def by_id(self) -> Mapping[str, Factor]:
        return {f.id: f for f in self.factors}

    @cached_property
    def by_subject(self) -> Mapping[tuple[str, str], tuple[Factor, ...]]:
        """(quantity of the factor tables, subject) -> its factors, default and rival."""
        found: dict[tuple[str, str], list[Factor]] = {}
        for item in self.factors:
            found.setdefault((item.quantity, item.subject), []).append(item)
        return {key: tuple(items) for key, items in found.items()}

    def tables(self) -> dict[str, Any]:
        """Its version and its tables, by name."""
        return {field.name: getattr(self, field.name) for field in fields(Catalogue)}

    def with_factors(self, factors: tuple[Factor, ...]) -> "Catalogue":
        """The same catalogue with other factors, under its own version."""
        digest = hashlib.blake2b(digest_size=8)
        for item in factors:
            digest.update(item.model_dump_json().encode())
        return Catalogue(**self.tables() | {"factors": factors, "version": digest.hexdigest()})

    def with_subjects(self, added: Iterable[Subject]) -> "Catalogue":
        """The same catalogue, under its own version, with these subjects; those that it has stay as they are."""
        found = copy(self)
        found.__dict__.pop("_by_name", None)
        found.__dict__["subjects"] = {**self.subjects, **{s.id: s for s in added if s.id not in self.subjects}}
        return found

    def factor(self, factor_id: str) -> Factor:
        """The factor of this id, or of its new id after a rename. factor_not_found."""
        item = self.by_id.get(self.renamed.get(factor_id, factor_id))
        if item is None:
            asked = factor_id.lower()
            parts = (asked, f"{asked.rpartition('/')[0] or asked}/")  # else those of its quantity and subject
            held = next((ids for part in parts if (ids := [i for i in self.by_id if part in i.lower()])), ())
            near = get_close_matches(factor_id, held or self.by_id, NEAREST, 0.0 if held else LIKE)
            raise SobriaError("factor_not_found", id=factor_id, near=", ".join(near))
        return item

    def named(self, read: str) -> str:
        """The id of the subject whose id, label or alias was read; else what was read."""
        return read if read in self.subjects else self._by_name.get(" ".join(read.lower().split()), read)

    def nearest(self, read: str, *kinds: str) -> tuple[str, ...]:
        """Up to five subjects of these kinds whose id or alias holds the last word of what was read, or with a name
        that is spelt like it, or whose id or alias holds the word before (`class/…`); else the first of the kind."""
        known = {s.id: f"{s.id} {s.aliases}" for s in self.subjects.values() if s.kind in kinds}
        before, _, last = read.lower().rpartition("/")
        held = {part: [name for name, text in known.items() if part and part in text] for part in (last, before)}
        names = {name: subject for name, subject in self._by_name.items() if subject in known}
        spelt = [names[name] for name in get_close_matches(read.lower(), names, n=4 * NEAREST, cutoff=LIKE)]
        near = held[last] or spelt or held[before] or known
        return tuple(dict.fromkeys(near))[:NEAREST]

    @cached_property
    def _by_name(self) -> Mapping[str, str]:
        """Every name of a subject in lower case -> its id: an id before an alias, an alias before a label."""
        each = self.subjects.values()
        names = [(s.id, s.id) for s in each] + [(alias, s.id) for s in each for alias in s.aliases.split("|")]
        names += [(label, s.id) for s in each for label in map(s.label, LANGUAGES)]
        return {name.lower().strip(): subject for name, subject in reversed(names) if name.strip()}

    def having(self, quantity: str) -> list[str]:
        """The subjects that have a factor of a quantity, in the order of the tables."""
        return [subject for name, subject in self.by_subject if name == quantity]

    def rivals(self, item: Factor) -> tuple[Factor, ...]:
        """The other values of the same quantity for the same subject."""
        return tuple(f for f in self.by_subject[item.quantity, item.subject] if f.id != item.id)

    def fallbacks(self, subject: str) -> Iterator[str]:
        """A subject, then its fallback subjects in order."""
        seen: set[str] = set()
        while subject and subject not in seen:
            seen.add(subject)
            yield subject
            subject = (
                self.zones[subject].wider
                if subject in self.zones
                else self.subjects[subject].wider
                if subject in self.subjects
                else ""
            )

    def zone_apart(self, host: str | None, zone: str | None) -> str:
        """The zone of a site, where another one is said of it that neither holds it nor lies in it; else empty."""
        own = self.subjects[host].zone if host and host in self.subjects else ""
        return "" if not zone or zone in self.fallbacks(own) or own in self.fallbacks(zone) else own

    def label(self, subject: str, lang: str) -> str:
        """Label of a subject or zone."""
        if subject in self.subjects:
            return self.subjects[subject].label(lang)
        zone = self.zones.get(subject)
        if zone is None:
            return subject
        return told_by(zone, zone.zone, lang) or _territory(zone.alpha2, lang) or subject

    def bounds_text(self, item: Factor, lang: str) -> str:
        """The rule that the bounds of a factor follow, in words; without one, what they are."""
        rule = self.bounds_rules.get(item.bounds_rule or "")
        if rule is None:
            return say("bounds", str(item.bounds_kind), lang)
        return str(rule.get(lang) or texts("labels", lang).get(item.bounds_rule or "") or rule[DEFAULT])


def content_hash(home: Traversable) -> str:
    """Hash of every table of a folder, and of its generation by half-hour."""
    hours = home / HOURS
    zones = [zone for zone in hours.iterdir() if zone.is_dir()] if hours.is_dir() else []
    folders = [("", home), *sorted((f"{zone.name}/", zone) for zone in zones)]
    files = (
        (at + f.name, f)
        for at, folder in folders
        for f in folder.iterdir()
        if f.name.lower().endswith((".csv", ".toml"))
    )
    digest = hashlib.blake2b(digest_size=8)
    for name, file in sorted(files, key=lambda named: named[0]):
        digest.update(name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def sources(home: Traversable) -> Iterator[Source]:
    """Every source of a folder. FactorsRefused on the first fault."""
    for key, entry in tomllib.loads((home / "sources.toml").read_text("utf-8")).items():
        yield source(key, entry)


def source(key: str, entry: dict[str, Any]) -> Source:
    """One source of a folder. FactorsRefused."""
    return record(Source, {"id": key} | entry, "sources.toml", f"[{key}]")


@cache
def _territory(alpha2: str, lang: str) -> str:
    from babel import Locale

    return str(Locale(lang).territories.get(alpha2, ""))
