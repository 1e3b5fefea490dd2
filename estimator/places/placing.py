"""Where runs ran: the order in which what is known of their place counts."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase
from itertools import combinations
from pathlib import Path
from typing import Any, Literal, NamedTuple

from estimator.catalogue.default_subjects import FLEET, UNKNOWN_SITE
from estimator.catalogue.load import load
from estimator.catalogue.models import is_of_api
from estimator.catalogue.provider_addresses import host_in, is_private, is_provider, usual_host
from estimator.catalogue.resolver import zone_named
from estimator.core.home import settings
from estimator.places.evidence import site
from estimator.places.journal import HARDWARE, MATCHED, STATED, OwnHost, PlaceEntry, PlaceJournal, PlaceRule
from estimator.places.supplier_answers import ENERGIES, SupplierAnswer, energies_ratio, latest, latest_pue

# In their order: said of the run, by a rule, by the trace, usual of its provider, default of the home.
Basis = Literal["run", "rule", "trace", "provider", "home", "unknown"]


class Seen(NamedTuple):
    """What rows say of their place, and what rules may match. inferred: an older version took the host from the table
    of providers; unread: the trace names a place that is not in the tables."""

    run: str | None
    service: str
    model: str | None
    sender: str | None
    served_at: str | None
    provider: str | None
    host: str | None
    zone: str | None
    inferred: bool
    unread: bool
    file: str | None = None


class Placed(NamedTuple):
    """Host, zone and hardware of rows (None: as read), where host and zone come from, the ids of the rules that count,
    spaced, each with what of it does where it is not all (`ID:device,load`), and the code of what a person should look
    at. No zone, from the provider: one of those where providers serve."""

    host: str | None
    zone: str | None
    host_from: Basis
    zone_from: Basis
    rules: str
    code: str | None
    machine: str | None = None
    device: str | None = None
    cards: int | None = None
    vcpus: float | None = None
    load: float | None = None


class HomePlace(NamedTuple):
    """Default place of a home, where its settings state one."""

    host: str | None
    zone: str | None

    @property
    def told(self) -> list[str]:
        return [f"settings.toml → {name}={value}" for name, value in self._asdict().items() if value]


class Knowledge(NamedTuple):
    """What a home knows of places: rules, answers and hosts in force, oldest first, and its default."""

    rules: Sequence[PlaceEntry[PlaceRule]]
    answers: Sequence[PlaceEntry[SupplierAnswer]]
    home: HomePlace
    hosts: Sequence[PlaceEntry[OwnHost]] = ()

    def days(self) -> list[date]:
        """The days from which something else counts."""
        ends = {day for entry in self.rules for day in (entry.said.since, entry.said.until) if day}
        return sorted(ends | {entry.said.date for entry in self.answers if entry.said.field == "country"})

    def by_run(self) -> bool:
        """Whether where a run was hangs on its name or on its day."""
        return bool(self.days()) or any(entry.said.run for entry in self.rules)

    def said_of(self, host: str, day: date) -> list[SupplierAnswer]:
        """What the supplier of a site had answered on a day, in order of writing."""
        there = host in load().subjects  # answers of a host that was withdrawn wait until it is back
        return [e.said for e in self.answers if there and e.said.host == host and e.said.date <= day]

    def answered_before(self, said: SupplierAnswer) -> list[SupplierAnswer]:
        """The answers that counted before this one: to its question, or those that gave the same PUE."""
        older = latest_pue(latest([a for a in self.said_of(said.host, said.date) if a.date < said.date], said.host))
        of_pue = said.field in ("pue", *ENERGIES)
        names = (said.field,) if not of_pue else ("pue",) if "pue" in older else ENERGIES
        return [older[name] for name in names if older.keys() >= {*names}]

    def sites(self) -> list[str]:
        """The hosts that the home names, or that answered or that a rule names, as far as the catalogue has them."""
        ruled = (entry.said.host for entry in self.rules if entry.said.host)
        told = (*(entry.said.name for entry in self.hosts), *(entry.said.host for entry in self.answers), *ruled)
        return [host for host in told if host in load().subjects]

    def inputs(self) -> list[str]:
        """What of it determines figures, as texts."""
        return [*(entry.id for entry in self.said()), *self.home.told]

    def said(self) -> list[PlaceEntry[Any]]:
        """Hosts, rules, then answers."""
        return [*self.hosts, *self.rules, *self.answers]

    def replaced(self) -> Iterator[tuple[PlaceEntry[Any], PlaceEntry[Any]]]:
        """Each answer and rule in force, with the one that counts in its place: the next answer to the same question, a
        rule that may be about the same runs and days, more precise or written later. That the rule of one run counts
        before those of several is not told."""
        answers = sorted(self.answers, key=lambda entry: entry.said.date)  # of one day, in the order of writing
        for place, old in enumerate(answers):
            asked = old.said.host, old.said.field
            after = [entry for entry in answers[place + 1 :] if (entry.said.host, entry.said.field) == asked]
            if after:
                yield old, [entry for entry in after if entry.said.date == after[0].said.date][-1]
        for pair in combinations(self.rules, 2):
            rule, stronger = sorted(pair, key=_rank)
            if stronger.said.stands_for(rule.said) and bool(rule.said.run) == bool(stronger.said.run):
                yield rule, stronger

    def ratios(self) -> Iterator[tuple[SupplierAnswer, Mapping[str, SupplierAnswer]]]:
        """The PUE of each site that is the ratio of its two energies, with its latest answers; a PUE answered since, or
        of that day, counts instead."""
        for host in dict.fromkeys(e.said.host for e in self.answers if e.said.host in load().subjects):
            last = latest([entry.said for entry in self.answers], host)
            ratio, said = energies_ratio(last), last.get("pue")
            if ratio and (said is None or ratio.date > said.date):
                yield ratio, last

    def without_host(self) -> list[PlaceEntry[PlaceRule]]:
        """The rules whose host was withdrawn: they no longer say any."""
        return [entry for entry in self.rules if entry.said.host and entry.said.host not in load().subjects]


def knowledge(home: Path) -> Knowledge:
    """What a home knows of places. places_torn, settings_refused, host_unknown, zone_unknown."""
    journal, said = PlaceJournal(home), settings(home)
    journal.use_hosts()
    site(said.host, date.today()) if said.host else None
    default = HomePlace(said.host, zone_named(said.zone) if said.zone else None)
    return Knowledge(journal.rules(), journal.answers(), default, journal.hosts())


def answers_on(home: Path | None, day: date) -> tuple[SupplierAnswer, ...]:
    """What suppliers had answered on a day, in order of writing; nothing without a home. places_torn."""
    if home is None:
        return ()
    journal = PlaceJournal(home)
    journal.use_hosts()
    said = journal.answers()
    return tuple(entry.said for entry in said if entry.said.date <= day)


def placed(seen: Seen, known: Knowledge, day: date) -> Placed:
    """The place of rows on a day: correction of the run, rule on service, file, model, address or sender (the most
    precise first, then the last written, field by field), what the trace says, usual place of the provider, a fleet for
    a model served by API alone, default of the home."""
    rules = sorted((r for r in known.rules if matches(r.said, seen, day)), key=_rank, reverse=True)
    at_host = next((r for r in rules if r.said.host and r.said.host in load().subjects), None)
    at_zone = next((r for r in rules if r.said.zone or _zone_of(r.said.host, known, day)), None)
    told = seen.host not in (None, UNKNOWN_SITE) and not seen.inferred
    usual, code = usual_host(seen.provider or "", seen.served_at or "")
    if seen.inferred and not seen.provider:
        usual, code = seen.host, "host_of_provider"
    own = known.home if _is_of_home(seen) else HomePlace(None, None)
    hosts: list[tuple[str | None, Basis]] = [
        (at_host.said.host if at_host else None, _basis(at_host)),
        (seen.host if told else None, "trace"),
        (usual, "provider"),
        (FLEET if is_of_api(seen.model) and not seen.served_at else None, "provider"),
        (own.host, "home"),
    ]
    host, host_from = _first(hosts, seen.host)
    zones: list[tuple[str | None, Basis]] = [
        ((at_zone.said.zone or _zone_of(at_zone.said.host, known, day)) if at_zone else None, _basis(at_zone)),
        (None if seen.inferred else seen.zone, "trace"),
        (None if seen.unread else _zone_of(host, known, day), host_from),
        (None if seen.unread else own.zone, "home"),
    ]
    zone, zone_from = _first(zones, None)
    if zone is None and not seen.unread and (host_from == "provider" or _of_any_site(seen, host_from, code)):
        zone_from = "provider"
    counting = {"host": at_host, "zone": at_zone}
    counting |= {n: next((r for r in rules if getattr(r.said, n) is not None), None) for n in HARDWARE}
    hardware: dict[str, Any] = {n: (rule := counting[n]) and getattr(rule.said, n) for n in HARDWARE}
    apart = "zone_apart" if load().zone_apart(host, zone) else None
    code = apart or (code if host_from in ("provider", "home", "unknown") else None)
    return Placed(host, zone, host_from, zone_from, _counting(rules, counting), code, **hardware)


def _counting(rules: Sequence[PlaceEntry[PlaceRule]], counting: Mapping[str, PlaceEntry[PlaceRule] | None]) -> str:
    """The rules of which something counts, as `Placed.rules` has them."""
    told = []
    for rule in rules:
        stated = [name for name in STATED if getattr(rule.said, name) is not None]
        of_it = [name for name in stated if counting[name] is rule]
        if of_it or counting["zone"] is rule:  # that of its host
            told.append(rule.id if of_it == stated else f"{rule.id}:{','.join(of_it or ['host'])}")
    return " ".join(told)


def rules_in(told: str) -> list[str]:
    """The ids of the rules of `Placed.rules`."""
    return [one.partition(":")[0] for one in told.split()]


def _of_any_site(seen: Seen, host_from: Basis, code: str | None) -> bool:
    """Whether a provider of the tables served, whose place nobody knows: a site of those that say theirs."""
    named = filter(None, (seen.provider, seen.served_at))
    return host_from == "unknown" and code is None and any(map(is_provider, named))


def _first(told: Sequence[tuple[str | None, Basis]], otherwise: str | None) -> tuple[str | None, Basis]:
    return next(((name, basis) for name, basis in told if name), (otherwise, "unknown"))


def _basis(entry: PlaceEntry[PlaceRule] | None) -> Basis:
    return "run" if entry and entry.said.run else "rule"


def _rank(entry: PlaceEntry[PlaceRule]) -> tuple[tuple[bool, bool, int], str, str]:
    return entry.said.precision, entry.at, entry.id


def matches(rule: PlaceRule, seen: Seen, day: date) -> bool:
    """Whether a rule is about rows that say this and start on a day."""
    if (rule.since and day < rule.since) or (rule.until and day >= rule.until):
        return False
    texts = ((getattr(rule, name), getattr(seen, name)) for name in MATCHED if name != "address")
    if not all(wanted is None or fnmatchcase(read or "", wanted) for wanted, read in texts):
        return False
    if rule.address is None:
        return True
    at = seen.served_at or ""
    return any(fnmatchcase(name, rule.address.lower()) for name in (at, at.rpartition(":")[0]) if name)


def _is_of_home(seen: Seen) -> bool:
    """Whether the default of a home may stand for the place of rows: not where they name a provider outside."""
    if seen.served_at:
        return is_private(host_in(seen.served_at) or "")
    return not (seen.provider and is_provider(seen.provider))


def _zone_of(host: str | None, known: Knowledge, day: date) -> str | None:
    """Zone of a host, else the country that its supplier answered."""
    subject = load().subjects.get(host or "")
    if subject is None or subject.zone:
        return subject.zone if subject else None
    said = latest([a for a in known.said_of(host or "", day) if a.field == "country"], host or "")
    return str(said["country"].value) if said else None
