"""Every lever of a home: what each possible change would save in a year, by paired draws, the most certain first."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from estimator.assessment.uncertainty import interval
from estimator.builds.build_file import BuildFile
from estimator.builds.supplier_factors import AnsweredFactors
from estimator.catalogue import models
from estimator.catalogue.load import load
from estimator.comparison.paired_draws import Side
from estimator.core.errors import LANGUAGES, say, sentences
from estimator.core.fields import Strict
from estimator.core.interval import Interval
from estimator.core.language import DEFAULT
from estimator.core.number_format import figure, uses_text
from estimator.core.periods import Period
from estimator.core.typography import typeset
from estimator.governance.indicators.footprints import ENERGY
from estimator.governance.indicators.forecast import year_drawn
from estimator.governance.indicators.known_days import SHORT, YEAR, by_use, known_text, past_year, workdays
from estimator.governance.indicators.scope import Sources
from estimator.governance.levers.candidates import CANDIDATES, Around
from estimator.governance.levers.changes import Change, LeverNotComputed, Workshop
from estimator.governance.levers.running import RunningService, StoppedService, running, stopped
from estimator.places.placing import knowledge

Effort = Literal["low", "medium", "high"]
EFFORTS: Mapping[str, Effort] = {
    "shorter": "low", "waiting": "low", "fewer_bits": "medium", "batching": "medium", "smaller": "medium",
    "no_ai": "high", "place": "high", "reread": "medium",
}  # fmt: skip
Words = Mapping[str, str]
Place = tuple[str, str, str, str]  # a name, its service, its model, its host
MODEL, HOST, UNNAMED = 2, 3, "?"


class Lever(Strict):
    """A change of a service, with what it would save.

    gain: in a year [kWh]; known: over the months looked at [kWh], of which `days` are known, which the year is made
    from; after: the number of a lever of the same service that saves more: the two do not add up. named, title,
    sentence, check, effort_why, basis: by language.
    """

    number: int
    kind: str
    service: str
    use_case: str | None
    name: str
    named: Words
    model: str
    host: str
    target: str
    gain: Interval
    known: Interval
    months: tuple[int, ...]
    days: int
    effort: Effort
    after: int | None = None
    title: Words
    sentence: Words
    check: Words
    effort_why: Words
    basis: Words


class NoLever(Strict):
    """A change whose gain is not told: for a service, why."""

    kind: str
    service: str
    name: str
    named: Words
    model: str = ""
    host: str = ""
    why: Words


class Levers(Strict):
    """The levers of a build, the most certain first; those that are not told, with why; the numbers of those that add
    up, the first of each service known for a week at least, or of any where there is none; the names of the others,
    left out; what those that add up save together, what their uses take [kWh a year], and of it their trainings, each
    counted once [kWh]."""

    build: str
    levers: tuple[Lever, ...]
    not_told: tuple[NoLever, ...]
    added: tuple[int, ...]
    left_out: tuple[str, ...]
    together: Interval | None
    used: Interval | None
    once: Interval | None

    def of(self, cases: Collection[str] | None) -> tuple[Lever, ...]:
        """The levers that add up, of these uses of the register alone (None: of any service)."""
        return tuple(
            one for one in self.levers if one.number in self.added and (cases is None or one.use_case in cases)
        )


class FoundLever:
    """A change of a service whose gain is known, with its draws over the months looked at [kWh]."""

    def __init__(self, service: RunningService, change: Change, saved: Any) -> None:
        self.service, self.change, self.saved = service, change, saved
        self.known = interval(saved, "kWh")
        self.gain = interval(saved * service.per_year, "kWh")


def levers(sources: Sources) -> Levers:
    """The levers of a home."""
    every = running(sources)
    services = [service for service in every if not service.is_over]
    told, not_told = ranked(sources, every)
    not_told += [_stopped(service) for service in stopped(sources)]
    names = _told_apart([*every, *not_told])
    not_told = [
        none.model_copy(update={"name": names[_place(none)][DEFAULT], "named": names[_place(none)]})
        for none in not_told
    ]
    first: dict[tuple[str, str, str], int] = {}
    numbered = []
    for number, found in enumerate(told, 1):
        before = first.setdefault((found.service.service, found.service.model, found.service.host), number)
        numbered.append(_lever(number, found, names[_place(found.service)], None if before == number else before))
    best = list(first.values())
    added = [number for number in best if told[number - 1].service.days >= SHORT] or best
    saved = [told[number - 1].saved * told[number - 1].service.per_year for number in added]
    uses = {_use(told[number - 1].service) for number in added}
    held = [service for service in services if _use(service) in uses]
    return Levers(
        build=sources.build.id, levers=tuple(numbered), not_told=tuple(not_told), added=tuple(added),
        left_out=tuple(numbered[number - 1].name for number in best if number not in added),
        together=interval(sum(saved), "kWh") if saved else None,
        used=in_a_year(sources, held), once=in_a_year(sources, [one for one in held if one.training]),
    )  # fmt: skip


def first_text(found: Levers, lang: str) -> str:
    """What to change first, what it saves, how sure that is, and what to check before; that no gain is sure, else."""
    first = next(iter(found.of(None)), None)
    if first is None:
        return say("levers", "nothing", lang)
    low = figure(Interval.exact(first.gain.ends.low, first.gain.unit), lang).central
    return typeset(say("levers", "first", lang, sentence=first.sentence[lang], low=low, check=first.check[lang]), lang)


def together_text(found: Levers, lang: str) -> str:
    """What the levers that add up save together, of what their uses take, and what is left out of it."""
    if found.together is None or found.used is None:
        return say("levers", "nothing", lang)
    facts = {"gain": figure(found.together, lang).interval, "used": figure(found.used, lang).interval}
    once = say("levers", "together_once", lang, once=figure(found.once, lang).interval) if found.once else ""
    told = [say("levers", "together", lang, numbers=", ".join(map(str, found.added)), once=once, **facts)]
    named = {lever.name: lever.named[lang] for lever in found.levers}
    left = ", ".join(named[name] for name in found.left_out)
    told += [say("levers", "left_out", lang, names=left)] if left else []
    return typeset(" ".join(told), lang)


def _use(service: RunningService) -> str:
    """The use of a service, or itself where no use holds it."""
    return service.use_case.id if service.use_case else service.service


def in_a_year(sources: Sources, services: Sequence[RunningService]) -> Interval | None:
    """What services use in a year, where it is known: a year of their use, or of one that no use holds, as its forecast
    has it; trainings once."""
    run = {_use(one) for one in services if not one.training}
    drawn = [year_drawn(sources, rows)[0] for use, rows in by_use(past_year(sources)).items() if use in run]
    drawn += [_now(service) for service in services if service.training]
    known = [year for year in drawn if year is not None]
    return interval(sum(known), "kWh") if known else None


def ranked(sources: Sources, services: Sequence[RunningService]) -> tuple[list[FoundLever], list[NoLever]]:
    """The changes of a home whose gain is known, the most certain first, then those of a service known for less than a
    week, and those that are not told."""
    told: list[FoundLever] = []
    not_told: list[NoLever] = []
    for found in _every(sources, services):
        told.append(found) if isinstance(found, FoundLever) else not_told.append(found)
    certain = sorted(
        told, key=lambda f: (f.service.days < SHORT, -(f.gain.low or 0.0), f.service.service, f.change.kind)
    )
    return certain, not_told


def workshop(home: Path, build: BuildFile) -> Workshop:
    """A build with what its home knows of places."""
    return Workshop(build, AnsweredFactors(load(), knowledge(home)))


def _every(sources: Sources, services: Sequence[RunningService]) -> Iterator[FoundLever | NoLever]:
    work = workshop(sources.home, sources.build)
    ran = (placed.row["host"] for s in services for placed in s.groups if placed.row["host"])
    hosts = tuple(dict.fromkeys((*ran, *knowledge(sources.home).sites())))
    for service in services:
        if service.training or service.is_over:
            yield _no_lever("any", service, LeverNotComputed("lever_over" if service.is_over else "lever_training"))
            continue
        now = _now(service)
        around = Around(sources.build, hosts, sources.compared(service.use_case) if service.use_case else None)
        for kind, candidates in ({} if now is None else CANDIDATES).items():
            try:
                if changes := candidates(service, around):
                    yield _best(work, service, now, changes)
            except LeverNotComputed as refusal:
                yield _no_lever(kind, service, refusal)
        if now is None:
            yield _no_lever("any", service, LeverNotComputed("lever_no_energy"))


def _now(service: RunningService) -> Any:
    """Electricity of a service over the months looked at, by draw [kWh]; None where it is not known."""
    return Side([placed.group for placed in service.groups]).drawn(ENERGY)


def _stopped(service: StoppedService) -> NoLever:
    if service.last is None:
        return _no_lever("any", service, LeverNotComputed("lever_not_yet"))
    month = {lang: Period.over([service.last]).label(lang) for lang in LANGUAGES}
    return _no_lever("any", service, LeverNotComputed("lever_stopped", month=month))


def _no_lever(kind: str, service: RunningService | StoppedService, refusal: LeverNotComputed) -> NoLever:
    why = {lang: typeset(refusal.message(lang), lang) for lang in LANGUAGES}
    place = {"model": service.model, "host": service.host}
    named = dict.fromkeys(LANGUAGES, service.name)
    return NoLever(kind=kind, service=service.service, name=service.name, named=named, why=why, **place)


def _place(one: RunningService | NoLever) -> Place:
    """What tells a service apart."""
    return one.name, one.service, one.model, one.host


def _told_apart(every: Sequence[RunningService | NoLever]) -> dict[Place, Words]:
    """Each name, with its service where it is that of several ones, its model where a service has several, its host
    where a model has several, and the model as read where two are called alike; that none is named is told too."""
    places: dict[Place, tuple[str, ...]] = {}
    for one in every:
        name, service, model, host = _place(one)
        none = UNNAMED if isinstance(one, RunningService) else ""
        places.setdefault(_place(one), (name, service, _label(model, DEFAULT) or none, host or none, model))
    every_size = range(1, 5)
    held = [Counter(key[:size] for key in {p[: size + 1] for p in places.values()} if key[size]) for size in every_size]
    told: dict[Place, Words] = {}
    for place, key in places.items():
        shown = (*key[:1], key[1] if key[1] != key[0] else "", *key[2:])
        apart = [n for n in every_size if shown[n] and held[n - 1][key[:n]] > 1]
        told[place] = {lang: " – ".join(_part(shown, n, place, lang) for n in (0, *apart)) for lang in LANGUAGES}
    return told


def _part(shown: Sequence[str], number: int, place: Place, lang: str) -> str:
    """A part of what tells a service apart, in words: its model and its host as people call them."""
    if shown[number] == UNNAMED:
        return say("levers", "no_model" if number == MODEL else "no_host", lang)
    return _label(place[number], lang) if number in (MODEL, HOST) else shown[number]


def _best(work: Workshop, service: RunningService, now: Any, changes: list[Change]) -> FoundLever:
    """Of several targets, the one whose gain is the most certain. LeverNotComputed."""
    found = [FoundLever(service, change, now - _drawn(work, service, change)) for change in changes]
    best = max(found, key=lambda f: f.gain.low or 0.0)
    if (best.gain.low or 0.0) <= 0:
        raise LeverNotComputed("lever_none" if (best.gain.high or 0.0) <= 0 else "lever_not_certain")
    return best


def _drawn(work: Workshop, service: RunningService, change: Change) -> Any:
    """Electricity of a service after a change, by draw [kWh]. LeverNotComputed: more of it is unknown than now."""
    now, after = Side([placed.group for placed in service.groups]), Side(work.after(service, change))
    drawn = after.drawn(ENERGY)
    if drawn is None or _unknown(after) > _unknown(now):
        why = next((part.why for part in after.lacking(ENERGY).values()), "not_asked")
        raise LeverNotComputed("lever_unknown_after", why=sentences("missing", why))
    return drawn


def _unknown(side: Side) -> int:
    return len(side.groups) - len(side.results(ENERGY))


def _lever(number: int, found: FoundLever, name: Words, after: int | None) -> Lever:
    service, change = found.service, found.change
    target = change.model or change.host or (change.program.id if change.program else "")
    words = {part: _words(f"{change.kind}_{part}", service, name, target) for part in ("title", "check", "why")}
    if target.startswith("set/"):
        words["check"] = _words("set_check", service, name, target)
    return Lever(
        number=number, kind=change.kind, service=service.service, model=service.model, host=service.host,
        use_case=service.use_case.id if service.use_case else None, name=name[DEFAULT], named=name,
        target=target, gain=found.gain, known=found.known, months=service.months, days=service.days,
        basis=_pace(service), effort=EFFORTS[change.kind], after=after, title=words["title"], check=words["check"],
        effort_why=words["why"], sentence=gain_sentence(words["title"], found.gain),
    )  # fmt: skip


def _words(key: str, service: RunningService, name: Words, target: str) -> dict[str, str]:
    facts = {lang: {"name": name[lang], "target": _label(target, lang)} for lang in LANGUAGES}
    more = {lang: {"model": _label(service.model, lang), "host": _label(service.host, lang)} for lang in LANGUAGES}
    return {lang: typeset(say("levers", key, lang, **facts[lang], **more[lang]), lang) for lang in LANGUAGES}


def _label(name: str, lang: str) -> str:
    """A subject, a set of models or a model, as people call it; as read otherwise."""
    return load().label(name, lang) if name in load().subjects else models.name_of(name, lang)


def _pace(service: RunningService) -> dict[str, str]:
    """« 152 jours connus (152 comptés pour 365) »: what the year of a lever is made from."""
    worth = service.worth
    known = known_text(service.days, service.at_least, workdays(service.days, worth))
    days = {lang: {"known": known[lang], "days": uses_text(worth, lang), "year": YEAR} for lang in LANGUAGES}
    return known if worth == YEAR else {lang: say("levers", "pace", lang, **days[lang]) for lang in LANGUAGES}


def gain_sentence(title: Words, gain: Interval) -> dict[str, str]:
    """« …, entre 20 et 90 kWh de moins par an »."""
    return {
        lang: typeset(say("levers", "sentence", lang, title=title[lang], gain=figure(gain, lang).interval), lang)
        for lang in LANGUAGES
    }
