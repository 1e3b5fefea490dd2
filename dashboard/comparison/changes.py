"""What a choice on a card changes in a scenario: its model, its program, its place, its task; the rest stays."""

from collections.abc import Sequence
from typing import Any

from dashboard.comparison.scenario_session import BLANK, Values
from dashboard.shared.scenario_url import plain
from dashboard.shared.texts import t
from estimator.catalogue import models
from estimator.catalogue.load import load
from estimator.comparison.five_fields import at_place, model_option, program_at, scenario_from, with_own_ids, without_ai
from estimator.comparison.kept_fields import OF_TASK, as_model, as_programs, on_task
from estimator.comparison.scenario import (
    LONGEST_LABEL,
    MOST_ASKED,
    Asked,
    AskedPlace,
    ModelPlace,
    Option,
    Quality,
    Scenario,
    ScenarioRefused,
    SetAside,
)
from estimator.core.errors import LANGUAGES, say
from estimator.workloads.request import Request


def with_asked(scenario: Scenario, asked: Asked, lang: str) -> dict[str, Any]:
    """The scenario of new answers: its volume and, for another task, its need and what does it without AI; what was
    found of the options on the task before is set aside, and what was on this one is theirs again."""
    values, need = plain(scenario), scenario.need.model_dump(mode="json", exclude_none=True)
    values |= {"asked": asked.model_dump(mode="json"), "need": need | {"volume": asked.volume}}
    before = scenario.asked or asked
    if asked.task == before.task:
        return values
    old, new = (plain(scenario_from(answers, lang)) for answers in (before, asked))
    values["need"] |= {name: new["need"][name] for name in ("task", "unit") if need.get(name) == old["need"].get(name)}
    values["title"] = new["title"] if scenario.title == old["title"] else scenario.title
    gone = {option["id"]: option for option in old["options"] if option["method"] == "none"}
    others = [option for option in values["options"] if option["id"] not in gone]
    held = [option for option in values["options"] if option["id"] in gone]
    first = [option for option in new["options"] if option["method"] == "none"]
    if others and others[0]["method"] == "none" and first[0].get("status") == "not_studied":
        first = []  # nothing is proposed for the task: what was chosen stays
    else:
        was = held[0] if held else {}  # its case on a server kept on for it alone follows it
        proposed = gone.get(was.get("id", ""), {})
        kept = as_programs(first, {n: v for n, v in was.items() if n != "people"}, proposed)  # set aside below
        first = [on_task(made, was, proposed, before.task, asked.task) for made in kept]
    bare = [{name: value for name, value in one.items() if name not in OF_TASK} for one in others]
    others = [on_task(made, one, {}, before.task, asked.task) for made, one in zip(bare, others, strict=True)]
    return values | {"options": with_own_ids([*first, *others])}


def with_aside(scenario: Scenario, group: Sequence[Option], said: SetAside) -> dict[str, Any]:
    """What was found on another task, confirmed for this one."""
    values, ids = plain(scenario), [option.id for option in group]
    for option in values["options"]:
        if option["id"] in ids:
            option |= said.model_dump(mode="json", exclude={"task"}, exclude_defaults=True)
            option["aside"] = [other for other in option["aside"] if other["task"] != said.task]
    return values


def with_program(scenario: Scenario, group: Sequence[Option], program: str, lang: str) -> dict[str, Any]:
    """Another program without AI on a card; its cases, on a server shared or kept on for it, are one card."""
    values, first, asked = plain(scenario), group[0], _answers(scenario, group[0])
    bare = {"id": first.id, "label": first.label, "method": "none"}  # nothing describes what it is
    made = list(without_ai(asked, lang, program)) if program else [bare]
    held = next(option for option in values["options"] if option["id"] == first.id)
    kept = as_programs(made, held, proposed(scenario, first, lang))
    return values | {"options": _replaced(values["options"], group, kept)}


def proposed(scenario: Scenario, option: Option, lang: str) -> Values:
    """An option without AI as the tables propose it; one that describes no known program, with its own name."""
    named = option.alternative.id if option.alternative and option.alternative.id in load().subjects else ""
    return {**next(without_ai(_answers(scenario, option), lang, named)), **({} if named else {"label": option.label})}


def with_model(scenario: Scenario, option: Option, lang: str, **said: Any) -> dict[str, Any]:
    """Another model on a card, another place for it, or another way to keep its server. said: fields of ModelPlace.

    What people said of the option stays, but what is of its model; that of a publisher who alone serves it is there.
    """
    values, asked, before = plain(scenario), _answers(scenario, option), _running(scenario, option)
    after = before.model_copy(update=said)
    if after.model != before.model and models.sole_publisher(after.model):
        after = after.model_copy(update=_rest(asked))
    several = asked.models.count(before.model) > 1
    others = [found for found in asked.at if found.model != before.model or (several and found.place != before.place)]
    moved = [] if after.model_dump(exclude={"model"}) == _rest(asked) else [after]
    named, held = [*asked.models], values["options"][[o.id for o in scenario.options].index(option.id)]
    if before.model in named:
        named[named.index(before.model)] = after.model
    elif after.model not in named:
        named.append(after.model)
    made = model_option(asked, after.model, lang, moved[0] if moved else asked, _years(scenario, after))
    asked = asked.model_copy(update={"models": tuple(named)[:MOST_ASKED], "at": (*others, *moved)})
    was = model_option(asked, before.model, lang, before, _years(scenario, before))["label"]
    if held["label"] == was:
        held["label"] = made["label"]
    elif held["label"] == at_place(held | {"label": was}, lang):  # the place that it was named with
        held["label"] = at_place(made, lang)
    elif after.place != before.place:
        for first in (one for one in values["options"] if _copy_of(one["label"], lang) == held["label"]):
            held["label"] = at_place(made | {"label": first["label"]}, lang)
            first["label"] = at_place(first, lang)
    made = as_model(made, held, after.model != before.model)
    if scenario.asked:
        values["asked"] = asked.model_dump(mode="json")
    return values | {"options": _replaced(values["options"], (option,), [made])}


def with_place(scenario: Scenario, group: Sequence[Option], place: str) -> dict[str, Any]:
    """Another site for the programs of a card."""
    values, ids = plain(scenario), [option.id for option in group]
    return values | {"options": [program_at(o, place) if o["id"] in ids else o for o in values["options"]]}


def with_new(scenario: Scenario, name: str, lang: str) -> dict[str, Any]:
    """One more model."""
    values = plain(scenario)
    asked = _answers(scenario)
    made = model_option(asked, name, lang, asked, _years(scenario, asked))
    return values | {"options": with_own_ids([*values["options"], made])}


def with_copy(scenario: Scenario, option: Option, lang: str) -> dict[str, Any]:
    """The same option once more, under another label."""
    values = plain(scenario)
    at = [o.id for o in scenario.options].index(option.id)
    *_, copy = with_own_ids([*values["options"], values["options"][at] | {"label": _copy_of(option.label, lang)}])
    return values | {"options": [*values["options"][: at + 1], copy, *values["options"][at + 1 :]]}


def _copy_of(label: str, lang: str) -> str:
    return t("compare_form.copy_of", lang, label=label)[:LONGEST_LABEL]


def test_of_others(scenario: Scenario, option: Option) -> Quality | None:
    """The test of another option, where this one's quality does not say when and by whom it was found."""
    found = option.quality
    if not found or (found.date and found.by):
        return None
    others = (o.quality for o in scenario.options if o.quality and o.quality.date and o.quality.by)
    return next((quality for quality in others if quality.same_test(found)), None)


def with_test(scenario: Scenario, group: Sequence[Option], tested: Quality) -> dict[str, Any]:
    """The qualities of a card, said to be found by the same test."""
    values, ids = plain(scenario), [option.id for option in group]
    for option in values["options"]:
        if option["id"] in ids:
            option["quality"] = tested.model_dump(exclude={"value"}, exclude_none=True) | option["quality"]
    return values


def without(scenario: Scenario, group: Sequence[Option]) -> dict[str, Any]:
    """The scenario without the options of a card."""
    values = plain(scenario)
    return values | {"options": _replaced(values["options"], group, ())}


def _answers(scenario: Scenario, option: Option | None = None) -> Asked:
    """The five answers of a scenario, or those nearest to what it says; where this option runs."""
    need = scenario.need
    asked = scenario.asked or BLANK.model_copy(
        update={"people": need.volume, "per": "year", "task": need.task or BLANK.task}
    )
    program = option.alternative if option else None
    return asked.model_copy(update={"place": program.host}) if program and program.host else asked


def _years(scenario: Scenario, wanted: AskedPlace) -> float:
    """Years of the period over which a server is kept on. ScenarioRefused where its name does not say its length."""
    need = scenario.need
    if need.years is None and wanted.alone:
        known = {code: say("expected", "period_unknown", code, read=need.period) for code in LANGUAGES}
        raise ScenarioRefused(
            file=scenario.title, where="need.period", field="period", read=need.period, expected=known
        )
    return need.years or 1.0


def _rest(asked: Asked) -> dict[str, Any]:
    """Where what is of one's own runs, unless another place is said."""
    return asked.model_dump(include={"place", "alone", "shared_by"})


def _running(scenario: Scenario, option: Option) -> ModelPlace:
    """The model of an option and where it runs."""
    use, asked = option.use or Request(), _answers(scenario, option)
    there = (use.host, use.provider)
    said = next((found for found in asked.at if found.model == use.model and found.place in there), None)
    alone, rest = bool(option.reserved_hours), _rest(asked)
    shared = said.shared_by if said else 1 / use.resource_share if use.resource_share else rest["shared_by"]
    return ModelPlace(
        model=use.model or asked.models[0], place=use.host or use.provider or asked.place, alone=alone, shared_by=shared
    )


def _replaced(options: Sequence[Values], group: Sequence[Option], made: Sequence[Values]) -> list[Values]:
    """The options with those of a group replaced, where the first of them stood."""
    gone = [option.id for option in group]
    at = next(index for index, option in enumerate(options) if option["id"] == gone[0])
    others = [option for option in options if option["id"] not in gone]
    return [*others[:at], *with_own_ids([*others, *made])[len(others) :], *others[at:]]
