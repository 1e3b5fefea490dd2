"""What a verdict hangs on: the place of a model, the requests that share its machine, a value in its interval."""

from datetime import date

import numpy as np
import pytest

from dashboard.comparison import verdict_sections, volume_growth
from estimator.assessment import uncertainty
from estimator.assessment.impacts import figure_named
from estimator.catalogue.load import load
from estimator.cli.compare_text import compare_text
from estimator.comparison import balance
from estimator.comparison.answer import Answer, Balance
from estimator.comparison.comparison import Comparator
from estimator.comparison.decision_sheet import decision
from estimator.comparison.five_fields import scenario_from
from estimator.comparison.option_inventory import ComparisonContext
from estimator.comparison.scenario import Asked, Scenario
from estimator.comparison.verdict_rules import UNDECIDED
from estimator.comparison.verdict_text import ground_words
from estimator.core.interval import Interval
from estimator.reporting.documents import rendering
from estimator.reporting.project.context import facts_of
from estimator.reporting.project.evaluation import evaluation
from tests.test_one_answer import plain

DAY = date(2026, 6, 1)
TOWN = Asked(
    people=40_000, uses=3, per="month", task="question-rag", models=("mistral-small-3.2", "gpt-5"),
    place="class/national-cloud",
)  # fmt: skip
MODELS = {"mistral-small-3-2", "gpt-5"}


def moved(scenario: Scenario, name: str, **place: str | float | None) -> Scenario:
    """The scenario with one of its models elsewhere."""
    option = scenario.option(name)
    assert option.use is not None
    there = option.model_copy(update={"use": option.use.model_copy(update=place)})
    return scenario.model_copy(update={"options": tuple(there if o.id == name else o for o in scenario.options)})


def asked() -> Scenario:
    return scenario_from(TOWN, "fr").model_copy(update={"day": DAY})


def by_its_provider() -> Scenario:
    """The same model, named by the one who sells it: placed in Sweden, 256 requests together."""
    return moved(asked(), "mistral-small-3-2", provider="mistral", host=None, zone=None)


def of_models(answer: Answer) -> Balance:
    return next(found for found in answer.balances if {found.a, found.b} == MODELS)


def test_the_place_that_turns_a_verdict_is_named_and_turns_it() -> None:
    """Named by its provider, Mistral Small is lower; in a national cloud, 24 requests together, nothing decides: each
    answer names the place of the other, and a scenario with the model there has the verdict that it tells."""
    for scenario, own in ((by_its_provider(), 256), (asked(), 24)):
        answer = decision(scenario, today=DAY)
        places = [hinge for hinge in of_models(answer).hinges if hinge.option]
        assert places and {hinge.low for hinge in places} == {own}
        for hinge in places:
            assert hinge.option is not None
            made = decision(moved(scenario, hinge.option, host=hinge.row, provider=None, zone="FRA"), today=DAY)
            pair = made.pair(*MODELS)
            assert pair is not None and (pair.verdict, pair.lower) == (hinge.verdict, hinge.lower)
    assert "class/national-cloud" in {h.row for h in of_models(decision(by_its_provider(), today=DAY)).hinges}


def test_a_stated_site_stays_and_its_requests_together_are_what_may_turn_the_verdict() -> None:
    scenario = moved(asked(), "mistral-small-3-2", host="azure/swedencentral", zone="SWE")
    found = [h for h in of_models(decision(scenario, today=DAY)).hinges if h.option == "mistral-small-3-2"]
    assert found and {(h.low, h.high) for h in found} <= {(256, 24), (256, 8)}
    for hinge in found:
        made = decision(moved(scenario, "mistral-small-3-2", concurrency=hinge.high), today=DAY).pair(*MODELS)
        assert made is not None and (made.verdict, made.lower) == (hinge.verdict, hinge.lower)


def test_a_value_that_settles_a_pair_does_in_the_draws_that_hold_it() -> None:
    """Beyond 3.1 cards ready for one at work, GPT-5 is lower in 91.5 % of the draws or more; not in the others."""
    scenario, figure = asked(), figure_named("energy")
    found = of_models(decision(scenario, today=DAY))
    values = [hinge for hinge in found.hinges if hinge.option is None]
    work = Comparator(scenario, ComparisonContext(load(), DAY))
    assert found.verdict == UNDECIDED and values and figure is not None
    a, b = (np.asarray(work.evaluated[name].side.drawn(figure)) for name in (found.a, found.b))
    for hinge in values:
        drawn = np.asarray(uncertainty.draw(load().by_id[hinge.row])) if hinge.row in load().by_id else None
        if drawn is None:
            continue
        held = drawn >= hinge.low if hinge.low is not None else drawn <= (hinge.high or 0)
        lower = (a < b) if hinge.lower == found.a else (b < a)
        assert held.mean() == pytest.approx(hinge.share, abs=0.001)
        assert lower[held].mean() >= 0.915 > lower[~held].mean()


def test_every_door_names_what_turns_and_first_what_is_undecided() -> None:
    for scenario, kind in ((by_its_provider(), "turning"), (asked(), "settling")):
        answer = decision(scenario, today=DAY)
        sheet = rendering.rendered(evaluation(facts_of(scenario, "fr")), "csv")
        said = [plain(text) for text in answer.said(kind, "fr")]
        assert any("requêtes ensemble" in text for text in said)
        doors = (compare_text(answer, "fr"), str(verdict_sections.hinges(answer, "fr")), sheet)
        assert all(text in plain(door) for text in said for door in doors)
    pages = (compare_text(answer, "fr"), str(volume_growth.growth(answer, "fr")))
    line = "× 1, × 3, × 10 : mistral small 3.2 / gpt-5 : on ne peut pas trancher."
    for page in (plain(page).casefold() for page in pages):
        assert line in page and page.index(line) < page.index("plus bas dans tous les cas", page.index(line))
    text = plain(compare_text(answer, "fr"))
    assert text.index("Mistral Small 3.2 / GPT-5, on ne peut pas trancher") < text.index(
        "part du doute sur leur rapport"
    )


def test_no_verdict_hangs_on_one_supposition_where_all_cases_agree() -> None:
    """The search on a shared server is a thousand times lower than any model: the answer says that nothing alone turns
    it, in one line."""
    answer = decision(asked(), today=DAY)
    assert all(not found.hinges for found in answer.balances if found.verdict != UNDECIDED)
    assert not answer.said("turning", "fr")
    assert answer.said("firm", "fr") == [
        "Aucun verdict tranché ne tient à une supposition seule, prise dans son intervalle ou ses autres lieux."
    ]


def test_a_model_of_images_has_no_requests_together_to_move() -> None:
    """At a site that somebody named, 24 or 256 requests together change no figure of an image."""
    town = Asked(people=1, uses=200, per="year", task="image", models=("gpt-image-1",), place="class/server-room")
    at_site = {"host": "scaleway/fr-par-1", "task": None, "images": 1.0}
    found = moved(scenario_from(town, "fr").model_copy(update={"day": DAY}), "gpt-image-1", **at_site)
    work = Comparator(found, ComparisonContext(load(), DAY))
    assert [*balance._elsewhere(work, found.option("gpt-image-1"))] == []


@pytest.mark.parametrize(("load", "told"), [(1.0, "1 requête à la fois"), (24.0, "24 requêtes ensemble")])
def test_requests_together_have_the_form_of_their_number(load: float, told: str) -> None:
    placed = next(option for option in decision(asked(), today=DAY).options if option.together)
    assert told in plain(ground_words(placed.model_copy(update={"together": Interval.of((load, load, load))}), "fr"))
