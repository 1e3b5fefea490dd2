"""`sobria compare`: the options of a scenario file, or of five answers given as options or in the terminal."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn, TypeVar

import typer

from estimator.cli.text import Json, show
from estimator.core.errors import LANGUAGES, SobriaError, said_in, say, written
from estimator.core.number_format import pair_text
from estimator.core.said_number import bare_number, readings_told
from estimator.core.typography import printable

if TYPE_CHECKING:
    from estimator.comparison.scenario import Asked
T = TypeVar("T")
TRIES = 3  # times that a question is asked
ALONE = ("seul", "seule", "alone")


class FieldRefused(SobriaError):
    """An answer to one of the five questions that is missing or cannot be read."""

    def message(self, lang: str) -> str:
        facts = said_in(lang, self.facts)
        return say("five", facts.pop("key"), lang, **facts)


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
    documents: Annotated[str, typer.Option(help="ask_documents")] = "",
    reindexed: Annotated[Literal["never", "changed", "all"], typer.Option(help="ask_reindexed")] = "never",
    out: Annotated[Path | None, typer.Option(help="ask_out", metavar="FILE")] = None,
    json_: Json = False,
) -> None:
    from estimator.cli.compare_text import compare_text
    from estimator.cli.documents import tell_lost
    from estimator.comparison.decision_sheet import decision
    from estimator.comparison.five_fields import in_countries, in_language, scenario_from
    from estimator.comparison.scenario import read_scenario
    from estimator.comparison.scenario_toml import scenario_toml
    from estimator.core.atomic_files import replace_file

    lang, home = context.obj["lang"], context.obj["home"]  # opened before anything names one of its hosts
    given = {"people": people, "uses": uses, "task": task, "models": models, "place": place, "documents": documents}
    given["reindexed"] = "" if reindexed == "never" else reindexed
    stated = [f"--{name}" for name, value in (*given.items(), ("ask", ask)) if value]
    if file is not None and stated:
        _wrong("file_and_answers", ", ".join(stated), file=file)
    places = _listed(hosts or "")
    if hosts is not None and not places:
        _wrong("wanted", "--hosts")
    if option and not places:
        _wrong("option_alone", option)
    if file:
        scenario = in_language(read_scenario(file), lang)
    else:
        asked, countries = answers(given, ask, lang)
        scenario = in_countries(scenario_from(asked, lang), countries)
    answer = decision(scenario, home, (option or "", places) if places else None, lang=lang)
    if out is not None:
        replace_file(out, scenario_toml(scenario))
        typer.echo(say("five", "saved", lang, file=out, named=quote(str(out))), err=True)
    if any(one.measured for one in scenario.options):
        tell_lost(home, lang)
    show(answer.model_dump(mode="json"), json_, lambda: compare_text(answer, lang, brief=file is None))
    if any(o.status == "refused" for o in answer.options):
        raise typer.Exit(1)


def answers(given: dict[str, str], ask: bool, lang: str) -> tuple["Asked", dict[tuple[str, str], str | None]]:
    """The five answers, those of the options, the others asked in the terminal; and the zone said of each place, by
    model ("": of all those that have no place of their own) and host. FieldRefused, zone_unknown."""
    from estimator.catalogue import models as catalogue
    from estimator.catalogue.load import load
    from estimator.comparison import five_fields
    from estimator.comparison.scenario import Asked

    tasks, label = five_fields.tasks(), load().label

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

    found: dict[str, Any] = {"people": one("people", lambda text: _number(text, "people"))}
    found["uses"], found["per"] = one("uses", _uses)
    found["task"] = one("task", _task, [pair_text(name, label(f"task/{name}", lang), lang) for name in tasks])
    named = one("models", lambda text: _models(text, found["task"]))
    countries = {(name, str(at["place"])): at.pop("zone") for _, name, at in named if at}
    found |= {"models": [name for _, name, _ in named], "at": [{"model": name, **at} for _, name, at in named if at]}
    found["said"] = [said for said, _, _ in named if catalogue.load().others_named(said)]
    found |= one("place", _place, [pair_text(p, label(p, lang), lang) for p in five_fields.PLACES])
    countries["", found["place"]] = found.pop("zone")
    return Asked.model_validate(found | _search(given, found["task"])), countries


def _task(text: str) -> str:
    from estimator.catalogue.load import load
    from estimator.comparison.five_fields import tasks
    from estimator.workloads.resolution import resolve_subject

    found = _numbered(_labelled(text, [f"task/{name}" for name in tasks()]), tasks()).removeprefix("task/")
    resolve_subject(f"task/{found}", ("task",), load())
    return found


def _models(text: str, task: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Each model as it is said, its id, and its place where one is said of it after « @ »; one at several places, once
    for each."""
    from estimator.comparison.five_fields import place_id
    from estimator.comparison.scenario import MOST_ASKED

    listed = _listed(text) or _wrong("wanted", "--models")
    read = [[part.strip() for part in said.partition("@")] for said in listed]
    at = [(_model(name, task, listed), _place(where, place_id) if where else {}) for name, _, where in read]
    where = [(name, place.get("place")) for name, place in at]
    if twice := [said for said, one in zip(listed, where, strict=True) if where.count(one) > 1]:
        _wrong("twice", ", ".join(twice))
    if len(at) > MOST_ASKED:
        _wrong("too_many", text, count=len(at), most=MOST_ASKED)
    return [(name, id, place) for (name, _, _), (id, place) in zip(read, at, strict=True)]


def _model(name: str, task: str, listed: Sequence[str]) -> str:
    """The id of a model that does the task."""
    from estimator.catalogue import models
    from estimator.catalogue.load import load
    from estimator.comparison.five_fields import answers_of

    kinds = {word.casefold(): s.id for s in models.load().sets for word in (s.id, *s.names)}
    try:
        known = models.find(kinds.get(name.casefold()) or name)
    except SobriaError:
        _wrong("not_a_model" if len(listed) == 1 else "not_a_model_of", name, listed=" ; ".join(listed))
    if known.modality not in answers_of(task):
        done = {code: load().label(f"task/{task}", code) for code in LANGUAGES}
        makes = {code: say("models", f"makes_{known.modality}", code) for code in LANGUAGES}
        _wrong("not_of_task", name, makes=makes, task=done)
    return known.id


def _place(text: str, check: Callable[[str], str] | None = None) -> dict[str, Any]:
    """« class/server-room seul », « 2 partagé par 5 », « class/hyperscale en USA »: the id of a place that exists, how
    its server is shared, and its zone, None where nobody says it."""
    from estimator.catalogue.resolver import zone_named
    from estimator.comparison.five_fields import PLACES, own_site

    shared = re.compile(rf"\b(?:{written('shared_by')}) (\S+)", re.IGNORECASE)
    count = shared.search(text)
    words = shared.sub(ALONE[0], text, count=1).split()
    said = " ".join(w for w in words if w.casefold() not in ALONE) or _wrong("wanted", "--place")
    named, *country = re.split(rf" (?:{written('in_country')}) ", said, maxsplit=1, flags=re.IGNORECASE)
    found = (check or own_site)(_numbered(_labelled(named, PLACES), PLACES))
    alone = any(word.casefold() in ALONE for word in words)
    told = {"place": found, "alone": alone, "zone": zone_named(country[0]) if country else None}
    return told | ({"shared_by": _number(count[1], "shared_by")} if count else {})


def _search(given: dict[str, str], task: str) -> dict[str, object]:
    """The documents searched before each answer, if any."""
    from estimator.comparison.five_fields import searches, tasks

    if not given["documents"]:
        return _wrong("wanted", "--documents") if given["reindexed"] else {}
    if not searches(task):
        _wrong("no_search", task, tasks=", ".join(filter(searches, tasks())))
    return {"documents": _number(given["documents"], "documents"), "reindexed": given["reindexed"] or "never"}


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _asked(name: str, listed: Sequence[str], ask: bool, lang: str) -> str:
    if not ask:
        _wrong("wanted", f"--{name}")
    choices = "".join(f"\n  {n}. {text}" for n, text in enumerate(listed, 1))
    typer.echo(say("five", f"ask_{name}", lang) + choices + "\n> ", nl=False, err=True)  # JSON alone on the output
    try:
        return input()
    except EOFError:
        raise typer.Abort from None


def _wrong(key: str, read: str, **facts: object) -> NoReturn:
    raise FieldRefused(key=key, read=printable(read), **facts)


def _numbered(text: str, choices: Sequence[str]) -> str:
    """The choice of this number, else the text itself."""
    return choices[int(text) - 1] if text.isdecimal() and 0 < int(text) <= len(choices) else text


def _labelled(text: str, choices: Sequence[str]) -> str:
    """The choice of this label, in either language, else the text itself."""
    from estimator.catalogue.load import load

    wanted, label = " ".join(text.split()).casefold().replace("’", "'"), load().label
    return next(
        (n for n in choices if wanted in {label(n, lang).casefold().replace("’", "'") for lang in LANGUAGES}), text
    )


def _number(text: str, field: str) -> float:
    """A number that this field of the answers can hold. FieldRefused: no number, two readings, out of its bounds."""
    from pydantic import FiniteFloat, TypeAdapter, ValidationError

    from estimator.comparison.scenario import Asked
    from estimator.core.validation_messages import expected

    if readings := readings_told(text):
        raise FieldRefused(key="two_readings", read=text, **readings)
    try:
        return TypeAdapter(Annotated[FiniteFloat, Asked.model_fields[field]]).validate_python(float(bare_number(text)))
    except ValidationError as error:
        fault = error.errors()[0]
        _wrong("out_of_bounds", text, field=field, expected={code: expected(fault, code) for code in LANGUAGES})
    except ValueError:
        _wrong("not_a_number", text)


def _uses(text: str) -> tuple[float, str]:
    """« 3 par mois », « 3 mois », « 3/month »."""
    from estimator.comparison.period import PER_YEAR, period_named

    per = re.compile(rf"\s*/\s*|\s+(?:{written('per')})\s+", re.IGNORECASE)
    number, _, word = per.sub(" ", text.strip()).rpartition(" ")
    period = period_named(word)
    if period not in PER_YEAR:
        _wrong("not_a_period", text)
    return _number(number or text, "uses"), str(period)
