"""Five answers, before anything is measured, made into a scenario: who, how often, which task, which models, where."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from estimator.catalogue import models, providers
from estimator.catalogue.load import load
from estimator.catalogue.proposals import Proposal, proposals
from estimator.catalogue.selection import select_factor
from estimator.comparison.scenario import Asked, Scenario, scenario_of
from estimator.core.errors import say
from estimator.core.number_format import exact_text
from estimator.workloads.inference.measurements import REFERENCE
from estimator.workloads.inference_inventory import token_factors
from estimator.workloads.resolution import resolve_subject

FRANCE = "FRA"  # the electricity of a place whose country is not said
YEAR_HOURS = 8766.0
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
    own_site(asked.place)
    for found in asked.at:
        site_named(found.place)
    need = {"unit": say("task_unit", task.removeprefix("task/"), lang), "volume": asked.volume, "task": task}
    body = {
        "title": say("five", "title", lang, task=catalogue.label(task, lang)),
        "asked": asked.model_dump(),
        "need": need | {"period": say("five", "year", lang)},
        "options": [*_without_ai(asked, task, lang), *(_model(asked, name, lang) for name in asked.models)],
    }
    return scenario_of(body, say("five", "name", lang))


def proposal_of(asked: Asked, program: str) -> Proposal | None:
    """The row that proposes a program for the task of the answers."""
    task = f"task/{asked.task.removeprefix('task/')}"
    return next((found for found in proposals(task) if found.alternative == program), None)


def option_without_ai(asked: Asked, found: Proposal, alone: bool, lang: str) -> dict[str, Any]:
    """A program as an option, on a server that exists already or on one kept on for it alone; or a person."""
    key = found.alternative.removeprefix("alternative/")
    owned = load().subjects[found.alternative].wider  # kept on by others: neither shared nor alone
    name = say("program", key, lang)
    kept = ALONE if asked.shared_by == 1 else "kept"
    facts = {"name": name, "count": exact_text(asked.shared_by, "1", lang)}
    label = say("five", kept if alone else SHARED, lang, **facts) if owned else name
    program = {"id": found.alternative, "existing_server": not alone, "acts": found.acts, **place_of(asked.place)}
    program |= {"shared_by": asked.shared_by} if alone else {}
    ids = f"{key}-{ALONE if alone else SHARED}" if owned else key
    option = {"id": ids, "label": label, "method": "none", "alternative": program}
    if found.minutes is not None:
        option["people"] = {"screen_minutes": found.minutes, "work_minutes": found.minutes}
    return option


def place_of(host: str) -> dict[str, Any]:
    """A host, and the electricity of France where it has no country of its own."""
    return {"host": host} if load().subjects[host].zone else {"host": host, "zone": FRANCE}


def _without_ai(asked: Asked, task: str, lang: str) -> Iterator[dict[str, Any]]:
    found = proposals(task)
    if not found:
        why = say("five", "no_program", lang)
        yield {"id": "without-ai", "label": say("five", "without_ai", lang), "method": "none", "why": why} | {
            "status": "not_studied"
        }
        return
    owned = load().subjects[found[0].alternative].wider
    for alone in (asked.alone, not asked.alone) if owned else (asked.alone,):
        yield option_without_ai(asked, found[0], alone, lang)


def own_site(host: str) -> None:
    """SubjectUnknown, of a place that is no host."""
    resolve_subject(host, ("host",), load())


def site_named(place: str) -> dict[str, Any]:
    """The fields of a use at a host, or at the service of a provider, named by its id. SubjectUnknown, with hosts."""
    provider = next((found for found in providers.load().providers if found.id == place.casefold()), None)
    if provider is not None:
        return {"provider": provider.id}
    resolve_subject(place, ("host",), load())
    return place_of(place)


def _model(asked: Asked, name: str, lang: str) -> dict[str, Any]:
    """A model, or a set of them, at its place; one that its publisher alone serves is there unless another is said."""
    found, wanted = models.find(name), asked.place_of(name)
    known = next((s for s in models.load().sets if s.id == found.id), None)
    slug = found.id.rpartition("/")[2].replace(".", "-")[:40].strip("-")
    option: dict[str, Any] = {"id": slug, "label": known.label(lang) if known else found.name, "method": "model"}
    search = {"retrieval": _search(asked)} if asked.documents is not None else {}
    if wanted is asked and known is None and found.open_class == "closed":
        return option | {"use": {"model": found.id, "provider": served_by(found), **search}}
    use = {"model": found.id, **site_named(wanted.place), **search}
    if not wanted.alone or "provider" in use:
        return option | {"use": use}
    use |= {"device": REFERENCE} | ({"resource_share": 1 / wanted.shared_by} if wanted.shared_by > 1 else {})
    return option | {"use": use, "reserved_hours": YEAR_HOURS * _cards(found.id, wanted.place)}


def _search(asked: Asked) -> dict[str, Any]:
    """The search in documents before an answer, by the models of EMBEDS and RERANKS."""
    search = {"documents": asked.documents, "embedding_model": EMBEDS, "rerank_model": RERANKS}
    if asked.reindexed == "never":
        return search
    task = f"task/{asked.task.removeprefix('task/')}"
    share = select_factor(load(), "task_changed_share", task, date.today()).factor
    changed = share.value if share is not None and asked.reindexed == "changed" else 1.0
    return search | {"reindexings": NIGHTS, "changed_share": changed}


def served_by(model: models.Model) -> str:
    """The provider of a model whose weights are not published: its publisher. ProviderUnknown."""
    return providers.find(model.publisher).id


def _cards(model: str, place: str) -> float:
    """Cards that hold the weights of a model."""
    found = token_factors(load(), date.today(), model, device=REFERENCE, place=place).bounds.get("replica_cards")
    return (found and found.factor and found.factor.value) or 1.0


def tasks() -> tuple[str, ...]:
    """The tasks of the tables, without their prefix."""
    return tuple(s.id.removeprefix("task/") for s in load().subjects.values() if s.kind == "task")
