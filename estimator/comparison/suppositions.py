"""What an answer supposes, each with the row of a table that it came from: lengths, acts, sets, places, factors."""

from collections.abc import Callable, Iterator, Sequence

from estimator.assessment.impacts import FIGURES
from estimator.catalogue import models, providers
from estimator.catalogue.products import find as find_product
from estimator.catalogue.schema import Factor, Proposal
from estimator.catalogue.selection import select_factor
from estimator.comparison.answer import Supposition
from estimator.comparison.comparison import Comparator, EvaluatedOption
from estimator.comparison.five_fields import FRANCE, placed_in_france, proposal_of
from estimator.comparison.scenario import Option
from estimator.core.errors import LANGUAGES, say
from estimator.core.number_format import as_computed, exact_text
from estimator.core.typography import typeset
from estimator.places.supplier_answers import SOURCE
from estimator.workloads.estimate import publisher_training
from estimator.workloads.inference.measurements import ANY
from estimator.workloads.inference.serving import CONVENTION

SAID = ("given", SOURCE)  # sources of what a person or a supplier stated


def suppositions(work: Comparator) -> tuple[Supposition, ...]:
    """Every supposition once, with the options that rest on it: those of the five answers, then those of factors."""
    merged: dict[str, Supposition] = {}
    for name, evaluated in work.evaluated.items():
        for found in (*_of_answers(work, evaluated), *_of_factors(work, evaluated)):
            known = merged.setdefault(found.row, found)
            merged[found.row] = known.model_copy(update={"options": (*known.options, name)})
    return tuple(sorted(merged.values(), key=lambda found: found.kind == "factor"))


def _of_answers(work: Comparator, evaluated: EvaluatedOption) -> Iterator[Supposition]:
    option, asked = evaluated.option, work.scenario.asked
    yield from _lengths(work, option)
    if publisher_training(evaluated.built.powered, work.context.catalogue, work.context.day):
        beside = select_factor(work.context.catalogue, "publisher_training", ANY, work.context.day).factor
        assert beside is not None
        yield _of_row(work, "publisher_training", beside, "publisher")
    use = option.use
    model = use and (find_product(use.product).model if use.product and not use.model else use.model)
    yield from _taken(model or None, asked.said if asked else ())
    wanted = models.load().set_of.get(model or "")
    if wanted is not None and (asked is not None or (use and use.product)):
        yield _set(wanted)
    if place := placed_in_france(option):
        words = _words("zone", lambda lang: {"place": work.context.catalogue.label(place, lang)})
        yield Supposition(row=place, kind="place", words=words, source="sobria_expert", locator=FRANCE)
    if asked is None:
        return
    if option.alternative is not None and (row := proposal_of(asked, option.alternative.id)):
        label = work.context.catalogue.label
        words = _words(
            "acts", lambda lang: {"acts": exact_text(row.acts, "1", lang), "program": label(row.alternative, lang)}
        )
        if row.minutes is None or row.acts != 1:
            yield Supposition(row=row.row, kind="acts", words=words, value=row.acts, **_origin(row))
        if row.minutes is not None:
            spent = _words("minutes", lambda lang: {"minutes": exact_text(row.minutes or 0.0, "1", lang)})
            yield Supposition(row=f"{row.row}/minutes", kind="minutes", words=spent, value=row.minutes, **_origin(row))
    if use and use.provider:
        served = providers.find(use.provider)
        words = _words("provider", lambda _: {"name": served.name})
        origin = {"source": served.source or "", "locator": served.locator, "note": served.note}
        yield Supposition(row=served.id, kind="provider", words=words, **origin)


def _lengths(work: Comparator, option: Option) -> Iterator[Supposition]:
    """Tokens of the task, where nobody stated any and it is of text."""
    need = work.scenario.need
    if not need.task or option.use is None or option.use.model is None or option.use.embeds:
        return
    stated = {"task_input_tokens": need.input_tokens, "task_output_tokens": need.output_tokens}
    if not any(stated.values()):
        stated |= {"task_calls": None, "task_fresh_share": None}
    search = option.use.retrieval.missing if option.use.retrieval else ()
    search += (
        ("changed_share",) if search and work.scenario.asked and work.scenario.asked.reindexed == "changed" else ()
    )
    for name in (*(f"task_{n}" for n in search), *(name for name, value in stated.items() if value is None)):
        task = f"task/{need.task.removeprefix('task/')}"
        item = select_factor(work.context.catalogue, name, task, work.context.day).factor
        if item is not None and not (item.bounds_kind == "exact" and item.value == 1):
            yield _of_row(work, name, item, "task")


def _set(found: models.ModelSet) -> Supposition:
    sizes = sorted(m.total_params_b or 0.0 for m in models.load().members(found.id))

    def facts(lang: str) -> dict[str, str]:
        ends = {"low": exact_text(sizes[0], "1", lang), "high": exact_text(sizes[-1], "1", lang)}
        return {"set": found.label(lang), "count": str(len(sizes)), **ends}

    return Supposition(row=found.id, kind="set", words=_words("set", facts), **_origin(found))


def _taken(model: str | None, said: Sequence[str]) -> Iterator[Supposition]:
    """The model that was taken for a name with which those of others begin too. said: in the five answers."""
    found = models.known(model)
    names = [name for name in (model or "", *said) if found and models.known(name) == found]
    read, others = next(((name, more) for name in names if (more := models.load().others_named(name))), ("", ()))
    if found is None or not others:
        return

    def facts(lang: str) -> dict[str, str]:
        return {"read": read, "taken": _sized(found, lang), "others": ", ".join(_sized(m, lang) for m in others)}

    yield Supposition(row=found.id, kind="model", words=_words("model", facts), **_origin(found))


def _sized(model: models.Model, lang: str) -> str:
    if model.total_params_b is None:
        return model.name
    return say("supposed", "sized", lang, name=model.name, size=exact_text(model.total_params_b, "1", lang))


def _origin(row: models.ModelSet | models.Model | Proposal) -> dict[str, str]:
    return {"source": row.source, "locator": row.locator, "note": row.note}


def _of_factors(work: Comparator, evaluated: EvaluatedOption) -> Iterator[Supposition]:
    """The rows that the figures of an option are computed from, but for what a person stated."""
    rows = {key: pair for figure in FIGURES for key, pair in evaluated.side.factors(figure).items()}
    for name, item in rows.values():
        if item.source not in SAID and not item.id.startswith(CONVENTION):
            yield _of_row(work, name, item, "factor")


def _of_row(work: Comparator, name: str, item: Factor, kind: str) -> Supposition:
    catalogue = work.context.catalogue
    quantity = catalogue.quantities[name]

    def facts(lang: str) -> dict[str, str]:
        value = as_computed(item.value or 0.0, item.low, item.high, item.unit, lang)
        return {"quantity": quantity.label(lang), "subject": catalogue.label(item.subject, lang), "value": value}

    words = _words("factor", facts)
    ends = {"low": item.low, "value": item.value, "high": item.high}
    return Supposition(
        row=item.id, kind=kind, words=words, unit=item.unit, source=item.source, locator=item.locator, note=item.note,
        **ends,
    )  # fmt: skip


def _words(key: str, facts: Callable[[str], dict[str, str]]) -> dict[str, str]:
    return {lang: typeset(say("supposed", key, lang, **facts(lang)), lang) for lang in LANGUAGES}
