"""`sobria compare`: the options of a scenario file, or of five answers given as options or in the terminal."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Literal, NoReturn, TypeVar

import typer

from estimator.cli.text import Json, show
from estimator.core.errors import SobriaError, say
from estimator.core.number_format import two_readings

T = TypeVar("T")
TRIES = 3  # times that a question is asked
PERIODS = {"day": ("jour", "day"), "week": ("semaine", "week"), "month": ("mois", "month"), "year": ("an", "year")}
MOST_USES = 1e6  # of one person in a period
ALONE = ("seul", "seule", "alone")
SHARED = re.compile(r"\b(?:partagé|shared) (?:par|by) (\S+)", re.IGNORECASE)


class FieldRefused(SobriaError):
    """An answer to one of the five questions that is missing or cannot be read."""

    def message(self, lang: str) -> str:
        facts = dict(self.facts)
        return say("five", str(facts.pop("key")), lang, **facts)


def compare(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="scenario", metavar="FILE")] = None,
    hosts: Annotated[str | None, typer.Option(help="compare_hosts")] = None,
    option: Annotated[str | None, typer.Option(help="compare_option")] = None,
    ask: Annotated[bool, typer.Option("--ask", help="ask")] = False,
    people: Annotated[str, typer.Option(help="ask_people")] = "",
    uses: Annotated[str, typer.Option(help="ask_uses")] = "",
    task: Annotated[str, typer.Option(help="ask_task")] = "",
    models: Annotated[str, typer.Option(help="ask_models")] = "",
    place: Annotated[str, typer.Option(help="ask_place")] = "",
    documents: Annotated[float | None, typer.Option(help="ask_documents")] = None,
    reindexed: Annotated[Literal["never", "changed", "all"], typer.Option(help="ask_reindexed")] = "never",
    out: Annotated[Path | None, typer.Option(help="ask_out", metavar="FILE")] = None,
    json_: Json = False,
) -> None:
    from estimator.cli.compare_text import compare_text
    from estimator.comparison.decision_sheet import decision
    from estimator.comparison.five_fields import scenario_from
    from estimator.comparison.scenario import Asked, read_scenario
    from estimator.comparison.scenario_toml import scenario_toml

    lang, home = context.obj["lang"], context.obj["home"]  # opened before anything names one of its hosts
    given = {"people": people, "uses": uses, "task": task, "models": models, "place": place}
    search = {"documents": documents, "reindexed": reindexed}
    if file is None or ask:
        scenario = scenario_from(Asked.model_validate(answers(given, ask, lang) | search), lang)
    else:
        scenario = read_scenario(file)
    answer = decision(scenario, home, (option or "", hosts.split(",")) if hosts else None)
    if out is not None:
        out.write_text(scenario_toml(scenario), "utf-8")
        typer.echo(say("five", "saved", lang, file=out), err=True)
    show(answer.model_dump(mode="json"), json_, lambda: compare_text(answer, lang, brief=file is None))
    if any(o.status == "refused" for o in answer.options):
        raise typer.Exit(1)


def answers(given: dict[str, str], ask: bool, lang: str) -> dict[str, object]:
    """The five answers: those of the options, the others asked in the terminal. FieldRefused."""
    from estimator.catalogue import models as catalogue
    from estimator.catalogue.load import load
    from estimator.comparison import five_fields
    from estimator.workloads.resolution import resolve_subject

    tasks, label = five_fields.tasks(), load().label
    kinds = {word.casefold(): s.id for s in catalogue.load().sets for word in (s.id, *s.names)}

    def task(text: str) -> str:
        found = _numbered(text, tasks).removeprefix("task/")
        resolve_subject(f"task/{found}", ("task",), load())
        return found

    def models(text: str) -> list[tuple[str, dict[str, object]]]:
        """Each model, and its place where one is said of it after « @ »; one at several places, once for each."""
        read = [[part.strip() for part in said.partition("@")] for said in text.split(",") if said.strip()]
        found = dict.fromkeys((kinds.get(name.casefold()) or model(name), where) for name, _, where in read)
        at = [(name, place(where, five_fields.site_named) if where else {}) for name, where in found]
        return at or _wrong("wanted", "--models")

    def model(name: str) -> str:
        try:
            return catalogue.find(name).id
        except SobriaError:
            _wrong("not_a_model", name)

    def place(text: str, check: Callable[[str], object] = five_fields.own_site) -> dict[str, object]:
        found = _place(text, five_fields.PLACES)
        check(str(found["place"]))
        return found

    def one(name: str, read: Callable[[str], T], listed: Sequence[str] = ()) -> T:
        for left in range(TRIES, -1, -1):
            text = given[name] or _asked(name, listed, ask, lang)
            try:
                return read(text)
            except SobriaError as error:
                if given[name] or not left:
                    raise
                typer.echo(error.message(lang), err=True)
        raise AssertionError

    found: dict[str, object] = {"people": one("people", _number)}
    found["uses"], found["per"] = one("uses", _uses)
    found["task"] = one("task", task, [f"{name} : {label(f'task/{name}', lang)}" for name in tasks])
    named = one("models", models)
    found |= {"models": [name for name, _ in named], "at": [{"model": name, **at} for name, at in named if at]}
    return found | one("place", place, [f"{p} : {label(p, lang)}" for p in five_fields.PLACES])


def _place(text: str, choices: Sequence[str]) -> dict[str, object]:
    """« class/server-room seul », « 2 partagé par 5 »: a place, and how its server is shared."""
    count = SHARED.search(text)
    words = SHARED.sub(ALONE[0], text, count=1).split()
    named = " ".join(w for w in words if w.casefold() not in ALONE) or _wrong("wanted", "--place")
    kept = any(word.casefold() in ALONE for word in words)
    found = {"place": _numbered(named, choices), "alone": kept}
    return found | ({"shared_by": max(_number(count[1]), 1.0)} if count else {})


def _asked(name: str, listed: Sequence[str], ask: bool, lang: str) -> str:
    if not ask:
        _wrong("wanted", f"--{name}")
    choices = "".join(f"\n  {n}. {text}" for n, text in enumerate(listed, 1))
    typer.echo(say("five", f"ask_{name}", lang) + choices + "\n> ", nl=False, err=True)  # JSON alone on the output
    try:
        return input()
    except EOFError:
        raise typer.Abort from None


def _wrong(key: str, read: str) -> NoReturn:
    raise FieldRefused(key=key, read=read)


def _numbered(text: str, choices: Sequence[str]) -> str:
    """The choice of this number, else the text itself."""
    return choices[int(text) - 1] if text.isdecimal() and 0 < int(text) <= len(choices) else text


def _number(text: str) -> float:
    if readings := two_readings(text.strip()):
        raise FieldRefused(key="two_readings", read=text, whole=readings[0], part=readings[1])
    bare = re.sub(r"[\s\u00a0\u202f]", "", text).replace(",", ".")
    try:
        value = float(bare)
    except ValueError:
        value = 0.0
    if not 0 < value <= 1e10:
        _wrong("not_a_number", text)
    return value


def _uses(text: str) -> tuple[float, str]:
    """« 3 mois », « 3/month »."""
    number, _, word = text.strip().replace("/", " ").rpartition(" ")
    period = next((name for name, words in PERIODS.items() if word.casefold() in words), None)
    if period is None:
        _wrong("not_a_period", text)
    count = _number(number or text)
    return (count if count <= MOST_USES else _wrong("too_many", text)), str(period)
