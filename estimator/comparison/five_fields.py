"""Five answers, before anything is measured, made into a scenario: who, how often, which task, which models, where."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from estimator.assessment.units import HOURS_PER_YEAR
from estimator.catalogue import models, providers
from estimator.catalogue.default_subjects import DESK
from estimator.catalogue.load import load
from estimator.catalogue.proposals import proposals
from estimator.catalogue.schema import Proposal
from estimator.catalogue.selection import select_factor
from estimator.catalogue.site_ownership import OWN, owner
from estimator.comparison.scenario import Asked, AskedPlace, Option, Scenario, scenario_of
from estimator.core.errors import LANGUAGES, say, texts
from estimator.core.number_format import exact_text
from estimator.workloads.inference.measurements import REFERENCE
from estimator.workloads.inference_inventory import token_factors
from estimator.workloads.request import Request
from estimator.workloads.resolution import resolve_subject

FRANCE = "FRA"  # the electricity of a place of HOME whose country is not said
HOME = OWN | {"class/shared-regional", "class/national-cloud"}  # of one's own, of one's region or of one's country
NIGHTS = 365.0  # of a year
EMBEDS, RERANKS = "baai/bge-m3", "baai/bge-reranker-v2-m3"  # open, of several languages: named in the scenario
SHARED, ALONE = "shared", "alone"
PLACES = ("class/shared-regional", "class/server-room", "class/national-cloud", "class/hyperscale")
SETS = ("set/light", "set/large")


def scenario_from(asked: Asked, lang: str) -> Scenario:
    """The scenario of five answers: what answers the task without AI first, on a server shared and on one of its own,
    then each model. SubjectUnknown, ModelUnknown, ScenarioRefused."""
    catalogue = load()
    task = resolve_subject(f"task/{asked.task.removeprefix('task/')}", ("task",), catalogue) or ""
    at = tuple(found.model_copy(update={"place": place_id(found.place)}) for found in asked.at)
    asked = asked.model_copy(update={"place": own_site(asked.place), "at": at})
    need = {"unit": say("task_unit", task.removeprefix("task/"), lang), "volume": asked.volume, "task": task}
    body = {
        "title": say("five", "title", lang, task=catalogue.label(task, lang)),
        "asked": asked.model_dump(),
        "need": need | {"period": say("five", "year", lang)},
        "options": with_own_ids([*without_ai(asked, lang), *_model_options(asked, lang)]),
    }
    return scenario_of(body, say("five", "name", lang))


def in_countries(scenario: Scenario, said: Mapping[tuple[str, str], str | None]) -> Scenario:
    """The scenario of five answers with the zones that were said, in place of those supposed. said: by model ("": of
    what has no place of its own) and host or provider."""

    def placed(option: Option) -> Option:
        part = "use" if option.use else "alternative"
        held = option.use or option.alternative
        at = held and (held.host or (option.use.provider if option.use else None))
        zone = said.get((option.use.model or "" if option.use else "", at), said.get(("", at))) if held and at else None
        if not held or zone is None:
            return option
        return option.model_copy(update={part: held.model_copy(update={"zone": zone}), "zone_supposed": False})

    return scenario.model_copy(update={"options": tuple(map(placed, scenario.options))})


def proposal_of(asked: Asked, program: str) -> Proposal | None:
    """The row that proposes a program for the task of the answers."""
    task = f"task/{asked.task.removeprefix('task/')}"
    return next((found for found in proposals(task) if found.alternative == program), None)


def option_without_ai(asked: Asked, named: str, alone: bool, lang: str) -> dict[str, Any]:
    """A program as an option, on a server that exists already or on one kept on for it alone; or a person. Its acts and
    minutes are those proposed for the task, if it is."""
    key, found = named.removeprefix("alternative/"), proposal_of(asked, named)
    owned = load().subjects[named].wider  # kept on by others: neither shared nor alone
    label = _program_label(named, asked.place, asked if alone else None, lang)
    where = {"zone": FRANCE} if is_a_person(named) else place_of(asked.place)
    program = {"id": named, "existing_server": not alone, **where}
    program |= {"acts": found.acts} if found else {}
    program |= {"shared_by": asked.shared_by} if alone else {}
    ids = f"{key}-{ALONE if alone else SHARED}" if owned else key
    option = {"id": ids, "label": label, "method": "none", "alternative": program, **supposes(where)}
    if found and found.minutes is not None:
        option["people"] = {"work_minutes": found.minutes}
    return option


def _program_label(named: str, host: str, alone: AskedPlace | None, lang: str) -> str:
    """A program, with how its server is kept where it has one: not one of others, nor the computer of a person."""
    own = {"label": load().label(named, lang)}  # of a program that a user's table adds, which has no words
    key = named.removeprefix("alternative/")
    name = texts("program", lang).get(key) or say("five", "program_named", lang, **own)
    served = load().subjects[named].wider and (alone or not _is_desk(host))
    return _with_server(name, alone, lang) if served else name


def _with_server(name: str, alone: AskedPlace | None, lang: str) -> str:
    """« … (serveur partagé) », or kept on for it alone, or kept on and shared by so many services."""
    if alone is None:
        return say("five", SHARED, lang, name=name)
    key = ALONE if alone.shared_by == 1 else "kept"
    return say("five", key, lang, name=name, count=exact_text(alone.shared_by, "1", lang))


def is_a_person(program: str) -> bool:
    """Whether nothing of a program runs: a person at their computer, who is in no data centre."""
    factors = load().by_subject.get(("act_energy", program), ())
    return bool(factors) and all(factor.value is None for factor in factors)


def placed_in_france(option: Option) -> str:
    """The place of an option whose electricity is supposed to be that of France, nobody having said the country; ""
    otherwise."""
    placed = option.use or option.alternative
    return placed.host or "" if placed and placed.zone and option.zone_supposed else ""


def place_of(host: str) -> dict[str, Any]:
    """A host, and the electricity of France where it has no country of its own and is of a kind of HOME; a place that
    may be anywhere has none until someone says it."""
    at_home = not load().subjects[host].zone and HOME & set(load().fallbacks(host))
    return {"host": host, "zone": FRANCE} if at_home else {"host": host}


def country_asked(host: str) -> bool:
    """Whether a place may be in any country: it has none of its own, and none is supposed."""
    return host in load().subjects and not load().subjects[host].zone and "zone" not in place_of(host)


def supposes(where: Mapping[str, Any]) -> dict[str, bool]:
    """The mark of an option whose place, as `place_of` gives it, has a supposed country; nothing otherwise."""
    return {"zone_supposed": True} if "host" in where and "zone" in where else {}


def program_at(option: Mapping[str, Any], place: str) -> dict[str, Any]:
    """The option of a program at another site, or at none that is said."""
    held = {name: value for name, value in option["alternative"].items() if name not in ("host", "zone")}
    where = place_of(place) if place else {}
    bare = {name: value for name, value in option.items() if name != "zone_supposed"}
    shared = held["id"] in load().subjects and held["existing_server"]
    for lang in LANGUAGES if shared else ():  # as it is named there, unless by a person
        if option["label"] == _program_label(held["id"], option["alternative"].get("host", ""), None, lang):
            bare["label"] = _program_label(held["id"], place, None, lang)
    return bare | {"alternative": held | where, **supposes(where)}


def without_ai(asked: Asked, lang: str, program: str = "") -> Iterator[dict[str, Any]]:
    """What answers the task without AI, as options: this program, else the first that is proposed."""
    task = f"task/{asked.task.removeprefix('task/')}"
    found = proposal_of(asked, program) if program else next(iter(proposals(task)), None)
    if found is None and not program:
        why = say("five", "no_program", lang)
        yield {"id": "without-ai", "label": say("five", "without_ai", lang), "method": "none", "why": why} | {
            "status": "not_studied"
        }
        return
    program = found.alternative if found else program
    owned = load().subjects[program].wider
    for alone in (asked.alone, not asked.alone) if owned else (asked.alone,):
        yield option_without_ai(asked, program, alone, lang)


@lru_cache(maxsize=100)
def in_language(scenario: Scenario, lang: str) -> Scenario:
    """The scenario with its year and what its answers named said in this language; what people wrote stays."""
    if scenario.asked is None:
        years = {code: say("five", "year", code) for code in LANGUAGES}
        period = years[lang] if scenario.need.period in years.values() else scenario.need.period
        return scenario.model_copy(update={"need": scenario.need.model_copy(update={"period": period})})
    asked, options = scenario.asked, scenario.options
    names = {code: [*_named(scenario_from(asked, code)), *_chosen(asked, options, code)] for code in LANGUAGES}
    said = {old: new for code in LANGUAGES for old, new in zip(names[code], names[lang], strict=True)}
    need = {"unit": said.get(scenario.need.unit, scenario.need.unit)}
    need["period"] = said.get(scenario.need.period, scenario.need.period)
    told = ({name: said.get(text, text) for name, text in (("label", o.label), ("why", o.why))} for o in options)
    options = tuple(o.model_copy(update=names) for o, names in zip(options, told, strict=True))
    now = {"title": said.get(scenario.title, scenario.title), "options": options}
    return scenario.model_copy(update=now | {"need": scenario.need.model_copy(update=need)})


def _named(scenario: Scenario) -> tuple[str, ...]:
    told = (text for option in scenario.options for text in (option.label, option.why))
    return scenario.title, scenario.need.unit, scenario.need.period, *told


def _chosen(asked: Asked, options: Iterable[Option], lang: str) -> Iterator[str]:
    """What the programs of these options are called when they are chosen on a card, which the answers do not name."""
    for found in (option.alternative for option in options):
        if found is not None and found.id in load().subjects:
            kept = asked.model_copy(update={"shared_by": found.shared_by, "place": found.host or asked.place})
            yield option_without_ai(kept, found.id, not found.existing_server, lang)["label"]


def own_site(host: str) -> str:
    """The id of a host, by its id or alias. SubjectUnknown, of a place that is no host."""
    return resolve_subject(host, ("host",), load()) or host


def site_named(place: str) -> dict[str, Any]:
    """The fields of a use at a host, or at the service of a provider, named by its id. SubjectUnknown, with hosts."""
    provider = next((found for found in providers.load().providers if found.id == place.casefold()), None)
    if provider is not None:
        return {"provider": provider.id}
    return place_of(own_site(place))


def place_id(place: str) -> str:
    """The id of a host or of a provider, by its id or alias. SubjectUnknown, with hosts."""
    found = site_named(place)
    return str(found.get("provider") or found["host"])


def with_own_ids(options: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """These options, each with an id that is its own: the first of an id keeps it."""
    kept: list[Mapping[str, Any]] = []
    for option in options:
        taken = {other["id"] for other in kept}
        names = (option["id"], *(f"{option['id'][:36]}-{number}" for number in range(2, len(taken) + 3)))
        kept.append({**option, "id": next(name for name in names if name not in taken)})
    return kept


def _model_options(asked: Asked, lang: str) -> Iterator[dict[str, Any]]:
    """Each model; one at several places is named with each of them."""
    for name, wanted in asked.placed():
        option = model_option(asked, name, lang, wanted)
        yield option | {"label": at_place(option, lang)} if asked.models.count(name) > 1 else option


def at_place(option: Mapping[str, Any], lang: str) -> str:
    """The label of a model with its place, to tell it from the same one elsewhere: « … (Salle informatique) »."""
    use, label = option.get("use", {}), str(option["label"])
    if not {"host", "provider"} & set(use):
        return label
    place = load().label(use["host"], lang) if "host" in use else providers.find(use["provider"]).name
    return with_place(label, place.partition(" (")[0], lang)


def with_place(label: str, place: str, lang: str) -> str:
    """« … (Salle informatique) », « … (serveur partagé, Salle informatique) »: a place after what is said already."""
    bare, opened, said = label.removesuffix(")").rpartition(" (")
    if opened and label.endswith(")"):
        return say("five", "at_place", lang, label=bare, place=f"{said}, {place}")
    return say("five", "at_place", lang, label=label, place=place)


def model_option(asked: Asked, name: str, lang: str, wanted: AskedPlace, years: float = 1.0) -> dict[str, Any]:
    """A model, or a set of them, at a place over so many years, named with how a server of one's own is kept; one that
    its publisher alone serves is there unless another is said."""
    found = models.find(name)
    known = models.load().set_of.get(found.id)
    slug = found.id.rpartition("/")[2].replace(".", "-")[:40].strip("-")
    option: dict[str, Any] = {"id": slug, "label": known.label(lang) if known else found.name, "method": "model"}
    search = {"retrieval": _search(asked, years)} if asked.documents is not None else {}
    publisher = models.sole_publisher(found.id)
    if wanted is asked and publisher:
        listed = providers.load().known(publisher)
        there = {"provider": listed.id} if listed else {}  # of another, nobody says where it runs
        return option | {"use": {"model": found.id, **there, **search}}
    where = site_named(wanted.place)
    use, option = {"model": found.id, **where, **search}, option | supposes(where)
    if not wanted.alone or "provider" in use:
        own = _has_own_server(use.get("host"))  # where nothing says that others use it
        return option | {"use": use} | ({"label": _with_server(option["label"], None, lang)} if own else {})
    use |= {"device": REFERENCE} | ({"resource_share": 1 / wanted.shared_by} if wanted.shared_by > 1 else {})
    option["label"] = _with_server(option["label"], wanted, lang)
    return option | {"use": use, "reserved_hours": years * HOURS_PER_YEAR * _cards(found.id, wanted.place)}


def _has_own_server(host: str | None) -> bool:
    """Whether a place is of one's own and holds servers; a desk holds the computer of a person."""
    return host is not None and owner(host) == "own" and not _is_desk(host)


def _is_desk(host: str) -> bool:
    return host in load().subjects and DESK in load().fallbacks(host)


def kept_alone(option: Option, years: float | None) -> Option | None:
    """The same model on a server of one's own that is kept on for it alone over so many years; None of an option that
    says how it is served, or that runs on the servers of others."""
    if years is None or not (use := _supposed_shared(option)):
        return None
    hours = years * HOURS_PER_YEAR * _cards(use.model or "", use.host or "")
    return option.model_copy(update={"use": use.model_copy(update={"device": REFERENCE}), "reserved_hours": hours})


def _supposed_shared(option: Option) -> Request | None:
    """What a model runs on, where it is a server of one's own that nobody says is shared or not."""
    use = option.use
    if use is None or use.model is None or option.reserved_hours or not _has_own_server(use.host):
        return None
    return None if use.it_energy_kwh is not None or use.concurrency or use.device else use


def alone_or_shared(scenario: Scenario, *names: str) -> Option | None:
    """The one of two options that keeps a server on for it alone, where the other, a model, is supposed to share one:
    two hypotheses of a server, that nothing says are those of one authority."""
    sides = [scenario.option(name) for name in names]
    return next((o for o in sides if _kept_for_it(o)), None) if any(map(_supposed_shared, sides)) else None


def unlike(scenario: Scenario, *names: str) -> bool:
    """Whether two options are so while the one kept alone is there on a shared server too: like is set against like,
    and no figure of these two against each other."""
    kept = alone_or_shared(scenario, *names)
    others = (o for o in scenario.options if o.status == "studied" and o.id not in names)
    return kept is not None and any(_ran_by(o) == _ran_by(kept) and _is_shared(o) for o in others)


def _kept_for_it(option: Option) -> bool:
    program, use = option.alternative, option.use
    if program is not None:
        return not program.existing_server and program.shared_by == 1 and bool(load().subjects[program.id].wider)
    return bool(option.reserved_hours) and (not use or (use.resource_share or 1.0) == 1)


def _is_shared(option: Option) -> bool:
    program = option.alternative
    return program.existing_server if program else _supposed_shared(option) is not None


def _ran_by(option: Option) -> str | None:
    """The program or the model of an option."""
    return option.alternative.id if option.alternative else option.use.model if option.use else None


def _search(asked: Asked, years: float) -> dict[str, Any]:
    """The search in documents before an answer, by the models of EMBEDS and RERANKS."""
    search = {"documents": asked.documents, "embedding_model": EMBEDS, "rerank_model": RERANKS}
    if asked.reindexed == "never":
        return search
    task = f"task/{asked.task.removeprefix('task/')}"
    share = select_factor(load(), "task_changed_share", task, date.today()).factor
    changed = share.value if share is not None and asked.reindexed == "changed" else 1.0
    return search | {"reindexings": NIGHTS * years, "changed_share": changed}


def _cards(model: str, place: str) -> float:
    """Cards that hold the weights of a model."""
    found = token_factors(load(), date.today(), model, device=REFERENCE, place=place).bounds.get("replica_cards")
    return (found and found.factor and found.factor.value) or 1.0


def answers_of(task: str) -> tuple[str, ...]:
    """The kinds of models that can do a task: some write, some hear, some draw."""
    kinds = {"audio_s": "audio", "images": "image"}
    made = [k for n, k in kinds.items() if select_factor(load(), f"task_{n}", f"task/{task}", date.today()).factor]
    return tuple(made) or ("text", "multimodal")


def supposed_tokens(name: str, task: str | None, lang: str) -> str:
    """How many tokens the tables suppose of a task where nobody says it, « 450 »; "" of none. name: in a need."""
    if task is None or name not in ("input_tokens", "output_tokens"):
        return ""
    found = select_factor(load(), f"task_{name}", task, date.today()).factor
    return exact_text(found.value, "1", lang) if found and found.value else ""


def searches(task: str) -> bool:
    """Whether the tables suppose the lengths of a search in documents before an answer to this task."""
    return select_factor(load(), "task_document_tokens", f"task/{task}", date.today()).factor is not None


def tasks() -> tuple[str, ...]:
    """The tasks of the tables, without their prefix."""
    return tuple(s.id.removeprefix("task/") for s in load().subjects.values() if s.kind == "task")
