"""Every lever of a home: what each possible change would save in a year, by paired draws, the most certain first."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from estimator.assessment.impacts import figure_named
from estimator.assessment.uncertainty import interval
from estimator.builds.build_file import BuildFile
from estimator.builds.supplier_factors import AnsweredFactors
from estimator.catalogue import models
from estimator.catalogue.load import load
from estimator.comparison.paired_draws import Side
from estimator.core.errors import LANGUAGES, say
from estimator.core.fields import Strict
from estimator.core.interval import Interval
from estimator.core.number_format import figure
from estimator.core.periods import Period
from estimator.core.typography import typeset
from estimator.governance.indicators.known_days import SHORT, known_text
from estimator.governance.indicators.scope import Sources
from estimator.governance.levers.candidates import CANDIDATES, Around
from estimator.governance.levers.changes import Change, LeverNotComputed, Workshop
from estimator.governance.levers.running import RunningService, StoppedService, running, stopped
from estimator.places.placing import knowledge

Effort = Literal["low", "medium", "high"]
EFFORTS: Mapping[str, Effort] = {
    "shorter": "low", "waiting": "low", "fewer_bits": "medium", "batching": "medium", "smaller": "medium",
    "no_ai": "high", "place": "high",
}  # fmt: skip
Words = Mapping[str, str]


class Lever(Strict):
    """A change of a service, with what it would save.

    gain: in a year [kWh]; known: over the months looked at [kWh], of which `days` are known, which the year is made
    from; after: the number of a lever of the same service that saves more: the two do not add up. title, sentence,
    check, effort_why, basis: by language.
    """

    number: int
    kind: str
    service: str
    use_case: str | None
    name: str
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
    model: str = ""
    why: Words


class Levers(Strict):
    """The levers of a build, the most certain first; those that are not told, with why; the best of each service
    together, what the services that run use [kWh a year], and of it their trainings, each counted once [kWh]."""

    build: str
    levers: tuple[Lever, ...]
    not_told: tuple[NoLever, ...]
    together: Interval | None
    used: Interval | None
    once: Interval | None

    def of(self, cases: Collection[str] | None) -> tuple[Lever, ...]:
        """The first lever of each service, of these uses of the register alone (None: of any service)."""
        return tuple(one for one in self.levers if one.after is None and (cases is None or one.use_case in cases))


class FoundLever:
    """A change of a service whose gain is known, with its draws over the months looked at [kWh]."""

    def __init__(self, service: RunningService, change: Change, saved: Any) -> None:
        self.service, self.change, self.saved = service, change, saved
        self.known = interval(saved, "kWh")
        self.gain = interval(saved * service.per_year, "kWh")


def levers(sources: Sources) -> Levers:
    """The levers of a home."""
    services = running(sources)
    told, not_told = ranked(sources, services)
    not_told = _told_apart([*not_told, *(_stopped(service) for service in stopped(sources))], services)
    first: dict[tuple[str, str, str], int] = {}
    numbered = []
    for number, found in enumerate(told, 1):
        best = first.setdefault((found.service.service, found.service.model, found.service.host), number)
        numbered.append(_lever(number, found, None if best == number else best))
    best_draws = [told[number - 1] for number in first.values()]
    together = interval(sum(f.saved * f.service.per_year for f in best_draws), "kWh") if best_draws else None
    return Levers(
        build=sources.build.id, levers=tuple(numbered), not_told=tuple(not_told), together=together,
        used=_in_a_year(services), once=_in_a_year([service for service in services if service.training]),
    )  # fmt: skip


def _in_a_year(services: Sequence[RunningService]) -> Interval | None:
    """What services use in a year, where it is known."""
    drawn = [(_now(service), service.per_year) for service in services]
    known = [now * years for now, years in drawn if now is not None]
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
        if service.training:
            yield _no_lever("any", service, LeverNotComputed("lever_training"))
            continue
        now = _now(service)
        around = Around(hosts, sources.compared(service.use_case) if service.use_case else None)
        for kind, candidates in ({} if now is None else CANDIDATES).items():
            try:
                yield _best(work, service, now, candidates(service, around))
            except LeverNotComputed as refusal:
                yield _no_lever(kind, service, refusal)
        if now is None:
            yield _no_lever("any", service, LeverNotComputed("lever_no_energy"))


def _now(service: RunningService) -> Any:
    """Electricity of a service over the months looked at, by draw [kWh]; None where it is not known."""
    return Side([placed.group for placed in service.groups]).drawn(_energy())


def _stopped(service: StoppedService) -> NoLever:
    if service.last is None:
        return _no_lever("any", service, LeverNotComputed("lever_not_yet"))
    label = Period(f"{service.last // 100}-{service.last % 100:02}").label
    return _no_lever("any", service, LeverNotComputed("lever_stopped", month_fr=label("fr"), month_en=label("en")))


def _no_lever(kind: str, service: RunningService | StoppedService, refusal: LeverNotComputed) -> NoLever:
    why = {lang: typeset(refusal.message(lang), lang) for lang in LANGUAGES}
    return NoLever(kind=kind, service=service.service, name=service.name, model=service.model, why=why)


def _told_apart(not_told: Sequence[NoLever], services: Sequence[RunningService]) -> list[NoLever]:
    """The same, a name with its service where it is that of several ones, and its model where a service has several."""
    every = {(each.name, each.service, each.model) for each in services}
    every |= {(each.name, each.service, each.model) for each in not_told}
    held = Counter(name for name, _ in {(name, service) for name, service, _ in every})
    lines = Counter((name, service) for name, service, model in every if model)
    told = []
    for none in not_told:
        more = [none.service] if held[none.name] > 1 and none.service != none.name else []
        more += [_label(none.model, LANGUAGES[0])] if none.model and lines[none.name, none.service] > 1 else []
        told.append(none.model_copy(update={"name": " – ".join([none.name, *more])}))
    return told


def _best(work: Workshop, service: RunningService, now: Any, changes: list[Change]) -> FoundLever:
    """Of several targets, the one whose gain is the most certain. LeverNotComputed."""
    found = [FoundLever(service, change, now - _drawn(work, service, change)) for change in changes]
    if not found:
        raise LeverNotComputed("lever_no_place")
    best = max(found, key=lambda f: f.gain.low or 0.0)
    if (best.gain.low or 0.0) <= 0:
        raise LeverNotComputed("lever_none" if (best.gain.high or 0.0) <= 0 else "lever_not_certain")
    return best


def _drawn(work: Workshop, service: RunningService, change: Change) -> Any:
    after = Side(work.after(service, change)).drawn(_energy())
    if after is None:
        raise LeverNotComputed("lever_no_size")
    return after


def _energy() -> Any:
    return figure_named("energy")


def _lever(number: int, found: FoundLever, after: int | None) -> Lever:
    service, change = found.service, found.change
    target = change.model or change.host or (change.program.id if change.program else "")
    words = {part: _words(f"{change.kind}_{part}", service, target) for part in ("title", "check", "why")}
    if target.startswith("set/"):
        words["check"] = _words("set_check", service, target)
    return Lever(
        number=number, kind=change.kind, service=service.service, model=service.model, host=service.host,
        use_case=service.use_case.id if service.use_case else None, name=service.name, target=target, gain=found.gain,
        known=found.known, months=service.months, days=service.days, basis=known_text(service.days),
        effort=EFFORTS[change.kind], after=after, title=words["title"], check=words["check"], effort_why=words["why"],
        sentence=gain_sentence(words["title"], found.gain),
    )  # fmt: skip


def _words(key: str, service: RunningService, target: str) -> dict[str, str]:
    facts = {lang: {"name": service.name, "target": _label(target, lang)} for lang in LANGUAGES}
    more = {lang: {"model": _label(service.model, lang), "host": _label(service.host, lang)} for lang in LANGUAGES}
    return {lang: typeset(say("levers", key, lang, **facts[lang], **more[lang]), lang) for lang in LANGUAGES}


def _label(name: str, lang: str) -> str:
    """A subject, a set of models or a model, as people call it; as read otherwise."""
    known = models.load()
    for found in known.sets:
        if found.id == name:
            return found.label(lang)
    model = known.known(name) if name else None
    return model.name if model else load().label(name, lang) if name in load().subjects else name


def gain_sentence(title: Words, gain: Interval) -> dict[str, str]:
    """« … : entre 20 et 90 kWh de moins par an »."""
    return {
        lang: typeset(say("levers", "sentence", lang, title=title[lang], gain=figure(gain, lang).interval), lang)
        for lang in LANGUAGES
    }
