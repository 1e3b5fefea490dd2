"""The page of a town's question, from five fields to the printed sheet: every number is computed as it is written."""

from datetime import date
from importlib import resources

from estimator.catalogue.load import load
from estimator.cli.compare_text import compare_text
from estimator.comparison.answer import Answer
from estimator.comparison.decision_sheet import decision
from estimator.comparison.five_fields import scenario_from
from estimator.comparison.scenario import Asked, Scenario
from estimator.core.number_format import count_text, exact_text, interval_text
from scripts.messages import sentence_in

DAY = date(2026, 11, 27)
TOWN = Asked(
    people=40_000, uses=3, per="month", task="question-rag", models=("mistral-small-3.2", "gpt-5"),
    place="class/shared-regional",
)  # fmt: skip
SHARED, ALONE, LIGHT, LARGE = OPTIONS = ("text-search-shared", "text-search-alone", "mistral-small-3-2", "gpt-5")
ACT, WAIT = "act_energy/alternative/text-search/2026", "standby_energy/alternative/own-program/2026"
PUE, SEARCHES = "pue/class/shared-regional/2023", 2  # for one question: factors/proposals.csv
TESTED: dict[str, object] = {"quality": {"value": 0.8, "test": "200 questions", "date": "2026-11-20"}}
REFINED: dict[str, dict[str, object]] = {
    "none": {},
    "tested": TESTED,
    "people": {"people": {"screen_minutes": 5, "work_minutes": 5}},
    "hyperscale": {"use": {"model": "mistral-small-3.2", "host": "class/hyperscale", "zone": "FRA"}},
}


def town(lang: str, made: str) -> str:
    """The question, the five answers, the result, the same by hand, the refinements, the sheet."""
    scenario = scenario_from(TOWN, lang).model_copy(update={"day": DAY})
    answer = decision(scenario)
    result = compare_text(answer, lang, brief=True).replace("\u202f", " ").replace("\u00a0", " ")
    refined = "\n".join(_refined(scenario, name, more, lang) for name, more in REFINED.items())
    page = (resources.files(__package__) / "words" / f"ville.{lang}.md").read_text("utf-8")
    return page.format(made=made, result=result, refined=refined, **by_hand(scenario.need.volume, answer, lang))


def by_hand(volume: float, answer: Answer, lang: str) -> dict[str, str]:
    """Both cases from the numbers of the tables alone, and what the answer has at factor values."""
    act, wait, pue = (load().factor(name).value or 0.0 for name in (ACT, WAIT, PUE))
    acts = volume * SEARCHES * act * pue
    whole = acts + wait * pue
    found = {name: answer.option(name).service["energy"] for name in OPTIONS}
    light, large = (found[name].at_factor_values or 0.0 for name in (LIGHT, LARGE))
    energies = {"act": act, "acts": acts, "acts_each": acts / volume, "wait": wait, "waiting": wait * pue}
    energies |= {"whole": whole, "whole_each": whole / volume, "light": light, "large": large}
    counts = {"volume": volume, "searches": volume * SEARCHES, "turn": wait * pue / ((light - acts) / volume)}
    counts |= {"light_shared": light / acts, "light_alone": light / whole}
    counts |= {"large_shared": large / acts, "large_alone": large / whole}
    rows = "\n".join(
        f"| {answer.label(name)} | {_kwh(amount.at_factor_values or 0.0, lang)} | {interval_text(amount, lang)} |"
        for name, amount in found.items()
    )
    told = {name: _kwh(value, lang) for name, value in energies.items()} | {
        "pue": exact_text(pue, "1", lang),
        "rows": rows,
    }
    return told | {name: count_text(round(value), lang) for name, value in counts.items()}


def _refined(scenario: Scenario, name: str, more: dict[str, object], lang: str) -> str:
    """What is said of the light model once more is known of it."""
    body = scenario.model_dump(exclude_unset=True)
    body["options"] = [option | (more if option["id"] == LIGHT else {}) for option in body["options"]]
    answer = decision(Scenario.model_validate(body))
    pair = answer.pair(SHARED, LIGHT)
    energy = interval_text(answer.option(LIGHT).per_unit["energy"], lang)
    said = sentence_in(lang, "town_page", name)
    return f"| {said} | {energy} | {pair.words[lang] if pair else ''} |"


def _kwh(value: float, lang: str) -> str:
    return exact_text(value, "kWh", lang)
