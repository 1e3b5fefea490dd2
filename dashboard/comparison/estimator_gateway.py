"""Gateway to the estimator for the screen « Comparer »: evaluated scenarios, site criteria, lists of names."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from dashboard.shared import estimator_gateway
from estimator.assessment.explanation import ExplainedNumber
from estimator.catalogue import models, providers
from estimator.catalogue.load import load as load_catalogue
from estimator.comparison.answer import Answer, AnsweredOption, Difference
from estimator.comparison.comparison import explain_difference
from estimator.comparison.decision_sheet import comparator_of, decision, explain_option
from estimator.comparison.five_fields import PLACES, answers_of, tasks
from estimator.comparison.option_inventory import ComparisonContext
from estimator.comparison.scenario import LONGEST_LABEL, Scenario, parse_scenario
from estimator.comparison.site_comparison import at_hosts, country_stated
from estimator.core.errors import SobriaError
from estimator.core.home import default_home
from estimator.core.language import DEFAULT
from estimator.governance.indicators.scenarios import ceiling_lines
from estimator.places.criteria import HostingCriterion, criteria
from estimator.places.evidence import distance_class
from estimator.places.journal import PlaceJournal
from estimator.places.placing import answers_on
from estimator.places.questionnaire import SupplierQuestion, questionnaire

REMEMBERED = 100  # comparisons in the cache


class Hosting(NamedTuple):
    """Facts of a site: distance class, RGESN criteria, questions for its supplier."""

    distance: str
    criteria: tuple[HostingCriterion, ...]
    questions: tuple[SupplierQuestion, ...]


@lru_cache(maxsize=2)
def example_scenario(lang: str = DEFAULT) -> Scenario:
    """The shipped example scenario in a language, with comments and marked as an example."""
    return parse_scenario((resources.files(__package__) / f"scenario.{lang}.toml").read_text("utf-8"))


def compared(scenario: Scenario, lang: str = DEFAULT) -> Answer:
    """The comparison of a scenario, its options of one name told apart in a language."""
    return _cached_comparison(scenario, date.today(), str(default_home()), _build(), lang)


def ceilings(answer: Answer, lang: str) -> list[str]:
    """The ceilings voted for the use of a comparison, against its options."""
    return ceiling_lines(default_home(), answer, lang) if answer.scenario.use_case else []


def placed(scenario: Scenario, option: str, hosts: tuple[str, ...], lang: str) -> Answer:
    """One option of the scenario at several hosts, each named as its host, as the command has it. SobriaError."""
    moved = at_hosts(scenario, option, hosts, load_catalogue(), lang)
    names = [estimator_gateway.subject_name(host, lang)[:LONGEST_LABEL] for host in hosts]
    named = tuple(o.model_copy(update={"label": name}) for o, name in zip(moved.options, names, strict=True))
    return compared(moved.model_copy(update={"options": named}), lang)


def difference(scenario: Scenario, a: str, b: str) -> Difference:
    """Decomposition and sensitivity of the electricity difference between two options."""
    return _difference(scenario, (a, b), date.today(), str(default_home()), _build())


def _build() -> str:
    """The ledger for the measured options of a scenario, hosts of one's own, and what suppliers answered."""
    build, journal = estimator_gateway.current(), PlaceJournal(default_home())
    journal.use_hosts()  # another process may have named some
    said = [*(entry.id for entry in journal.hosts()), *(entry.id for entry in journal.answers())]
    return " ".join((build.id if build else "", *said))


@lru_cache(maxsize=REMEMBERED)
def _cached_comparison(scenario: Scenario, today: date, home: str, build: str, lang: str) -> Answer:
    return decision(scenario, Path(home), today=today, lang=lang)


@lru_cache(maxsize=REMEMBERED)
def _difference(scenario: Scenario, pair: tuple[str, str], today: date, home: str, build: str) -> Difference:
    context = ComparisonContext(load_catalogue(), scenario.day or today, Path(home))
    return explain_difference(comparator_of(scenario, context)[0], *pair)


def option_explained(scenario: Scenario, name: str, figure: str) -> ExplainedNumber:
    """Explanation of a figure of an option: its steps, factors and replay data. SobriaError."""
    context = ComparisonContext(load_catalogue(), scenario.day or date.today(), default_home())
    return explain_option(scenario, name, figure, context)


def hosting(host: str, day: date, option: AnsweredOption | None = None, by: tuple[str, str] = ("", "")) -> Hosting:
    """Facts of a hosting site on a day; option: one that runs there, its country is said by a document. SobriaError."""
    said = answers_on(default_home(), day)
    said = country_stated(option, host, day, by, said) if option else said
    near = distance_class(host, answers=said).value
    return Hosting(near, tuple(criteria(host, day, said)), tuple(questionnaire(host, day, said)))


@lru_cache(maxsize=2)
def model_names(modality: str = "") -> Mapping[str, str]:
    """Models of the catalogue by id, sorted by name: all, or those of a kind."""
    found = sorted(models.load().models, key=lambda model: model.name.casefold())
    return {model.id: model.name for model in found if modality in ("", model.modality)}


def model_id(text: str) -> str:
    """The id of the model of this name; the text itself when unknown to the catalogue."""
    try:
        return models.find(text).id
    except SobriaError:
        return text


@lru_cache(maxsize=REMEMBERED)
def asked_models(lang: str, task: str = "") -> Mapping[str, str]:
    """Sets of models, then models that do a task, or that write text, hear sound or make images, by id."""
    catalogue = models.load()
    kinds = answers_of(task.removeprefix("task/")) if task else ("text", "multimodal", "audio", "image")
    used = {m.id: m.name for m in catalogue.models if m.modality in kinds}
    return {s.id: s.label(lang) for s in catalogue.sets} | dict(sorted(used.items(), key=lambda m: m[1].casefold()))


@lru_cache(maxsize=2)
def task_names(lang: str) -> Mapping[str, str]:
    """Tasks whose lengths the tables suppose."""
    return {name: load_catalogue().label(f"task/{name}", lang) for name in tasks()}


def place_names(lang: str) -> Mapping[str, str]:
    """Hosts, the usual kinds of place first."""
    names = subject_names("host", lang)
    return {**{name: names[name] for name in PLACES}, **names}


@lru_cache(maxsize=2)
def program_names(lang: str) -> Mapping[str, str]:
    """Programs without AI that the tables have figures of."""
    priced = names_having("act_energy", lang)
    return {name: text for name, text in subject_names("alternative", lang).items() if name in priced}


def names_having(quantity: str, lang: str) -> Mapping[str, str]:
    """Subjects that have a factor of a quantity, by id."""
    return {name: estimator_gateway.subject_name(name, lang) for name in load_catalogue().having(quantity)}


@lru_cache(maxsize=1)
def provider_names() -> Mapping[str, str]:
    """Model providers by id."""
    return {provider.id: provider.name for provider in providers.load().providers}


def subject_names(kind: str, lang: str) -> Mapping[str, str]:
    """Hosts, devices, networks … by id, in the order of the tables, then the hosts of one's own."""
    return {
        s.id: estimator_gateway.subject_name(s.id, lang) for s in load_catalogue().subjects.values() if s.kind == kind
    }
