"""One option at several sites: the same service, user screens excluded; what tells options of one name apart."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from estimator.catalogue import models
from estimator.catalogue.tables import Catalogue
from estimator.comparison.answer import Answer, AnsweredOption, Pair
from estimator.comparison.five_fields import place_of, with_place
from estimator.comparison.option_inventory import host_of
from estimator.comparison.scenario import LONGEST_LABEL, Option, Scenario, ScenarioRefused
from estimator.places.evidence import country_said
from estimator.places.supplier_answers import SupplierAnswer
from estimator.workloads.request import Request


def at_hosts(scenario: Scenario, option: str, hosts: Sequence[str], catalogue: Catalogue, lang: str) -> Scenario:
    """The scenario with this option at each host, in their order, named in a language. ScenarioRefused, SubjectUnknown.

    The zone is that of the host; a host without a zone keeps the one that was
    said of the option; a supposed one is that of its kind of place. User terminals
    are excluded: they are the same everywhere, and would hide the effect of the site.
    """
    base = scenario.option(option)
    if not placeable(base):
        known = ", ".join(o.id for o in scenario.options if placeable(o))
        raise ScenarioRefused(file=scenario.title, where="options", read=option, expected=known or "options.use")
    moved = tuple(
        _at(base, host, catalogue.label(host, lang), number, catalogue) for number, host in enumerate(hosts, 1)
    )
    return scenario.model_copy(update={"options": moved})


def placeable(option: Option) -> bool:
    """Whether an option describes a model that can run elsewhere."""
    return option.status == "studied" and option.method == "model" and option.use is not None


def told_apart(scenario: Scenario, catalogue: Catalogue, lang: str) -> Scenario:
    """The scenario; options of one name are named with what tells them apart: of their place, the country of its
    electricity, their model and their card, the first that do; their rank where none does."""
    bare = [option.label.removesuffix(f" ({option.id})") for option in scenario.options]
    facts = [_facts(option, catalogue, lang) for option in scenario.options]
    named = []
    for n, (option, label, own) in enumerate(zip(scenario.options, bare, facts, strict=True)):
        alike = [at for at, other in enumerate(bare) if other.casefold() == label.casefold()]
        telling = _telling([facts[at] for at in alike])
        same = [at for at in alike if all(facts[at][kind] == own[kind] for kind in telling)]
        told = [own[kind] for kind in telling if own[kind]] + [str(same.index(n) + 1)] * (len(same) > 1)
        said = with_place(label, ", ".join(told), lang) if told else label
        named.append(option if len(alike) == 1 else option.model_copy(update={"label": said}))
    return scenario.model_copy(update={"options": tuple(named)})


def extremes(answer: Answer, indicator: str) -> Pair | None:
    """The pair of the sites of the lowest and of the highest central value; None where it has no ratio."""
    known = sorted(_ranked(answer, indicator))
    pair = answer.pair(known[0][1], known[-1][1], indicator) if known else None
    return pair if pair and pair.ratio else None


def against_lowest(answer: Answer, indicator: str) -> tuple[str, dict[str, Pair]]:
    """The site of the lowest central value, and each other with the pair that it makes with it; "" where fewer than two
    are known."""
    known = _ranked(answer, indicator)
    if len(known) < 2:
        return "", {}
    lowest = min(known)[1]
    pairs = [pair for pair in answer.pairs[indicator] if lowest in (pair.a, pair.b)]
    return lowest, {pair.other(lowest): pair for pair in pairs}


def country_stated(
    option: AnsweredOption, host: str, day: date, said: tuple[str, str], answers: Sequence[SupplierAnswer]
) -> tuple[SupplierAnswer, ...]:
    """What suppliers answered, and the country that an option states where its site has none; one that is supposed
    proves nothing. said: who says it, and in which document. HostUnknown."""
    stated = "" if option.zone_supposed else option.zone or ""
    return (*answers, *country_said(host, stated, day, said, answers))


def _ranked(answer: Answer, indicator: str) -> list[tuple[float, str]]:
    """Central value and id of the sites that can be retained, or of all where fewer than two can."""
    known = [(v, o) for o in answer.options if (v := o.per_unit[indicator].central) is not None]
    free = [(v, o) for v, o in known if not o.barred]
    return [(v, o.id) for v, o in (free if len(free) > 1 else known)]


def _telling(facts: Sequence[Sequence[str]]) -> list[int]:
    """The kinds of facts, in their order, each of which tells more of these options from each other."""
    kept: list[int] = []
    for kind in range(len(facts[0])):
        apart, before = ({tuple(found[k] for k in kinds) for found in facts} for kinds in ((*kept, kind), kept))
        kept += [kind] if len(apart) > len(before) else []
    return kept


def _facts(option: Option, catalogue: Catalogue, lang: str) -> tuple[str, ...]:
    """Place, country, model and card of an option, "" of what is not said."""
    runs, use, host = option.use or option.alternative, option.use, host_of(option) or ""
    zone = (runs.zone if runs else "") or (catalogue.subjects[host].zone if host in catalogue.subjects else "")
    subjects = (host, zone or "", (use.device if use else "") or "")
    place, country, card = (catalogue.label(name, lang) if name else "" for name in subjects)
    return place.partition(" (")[0], country, models.name_of(use.model, lang) if use and use.model else "", card


def _at(option: Option, host: str, name: str, number: int, catalogue: Catalogue) -> Option:
    known = catalogue.subjects.get(host)
    use: dict[str, Any] = (option.use or Request()).model_dump(exclude_unset=True)
    use |= {"host": host, "provider": None, "pue": None, "wue": None}
    if known is not None and (known.zone or option.zone_supposed):
        use["zone"] = place_of(host).get("zone")
    label = f"{option.label}, {name}"[:LONGEST_LABEL]
    changed = {"id": f"site-{number}", "label": label, "use": Request.model_validate(use), "people": None}
    changed["zone_supposed"] = option.zone_supposed and use["zone"] is not None
    return option.model_copy(update=changed)
