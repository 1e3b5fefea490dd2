"""Published figures of a model beside ours for the same request, with the words that say why they differ."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from statistics import median
from typing import Any

from estimator.assessment.evaluation import ActivityGroup
from estimator.assessment.impacts import amounts, figure_named
from estimator.catalogue import models as model_tables
from estimator.catalogue.providers import find as find_provider
from estimator.catalogue.published_figures import BOUNDARY, PublishedFigure, boundary_text, figures_of
from estimator.catalogue.tables import Catalogue
from estimator.core.errors import LANGUAGES, say, sentences
from estimator.core.interval import Interval
from estimator.core.number_format import range_text, sentences_with
from estimator.workloads.inventory import inventory_of
from estimator.workloads.request import Request
from estimator.workloads.resolution import resolve

KEPT = 256  # our own figures kept in memory: more than the table has
OURS = {"training": "no", "hardware": "yes", "end_of_life": "part", "accounting": "location", "water": "both"}


def models_of(groups: Iterable[ActivityGroup]) -> list[str]:
    """The models whose answers these groups hold."""
    bound = (group.bounds.get("model_parameters") for group in groups)
    return sorted({selected.subject for selected in bound if selected and selected.factor})


def published_beside(
    models: Iterable[str], catalogue: Catalogue, day: date, figure: str | None = None
) -> list[dict[str, Any]]:
    """Every published figure of these models with ours for the same request; those of one indicator only if named."""
    wanted = figure.partition(".")[0] if figure else None
    return [
        _entry(row, model, catalogue, day)
        for model in models
        for row in figures_of(model)
        if wanted in (None, row.figure.partition(".")[0])
    ]


def _entry(row: PublishedFigure, model: str, catalogue: Catalogue, day: date) -> dict[str, Any]:
    found = ours(row, model, catalogue, day)
    return {
        "id": row.id,
        "model": model,
        "phase": row.phase,
        "figure": row.figure,
        "unit": row.unit,
        "value": row.value,
        "ours": found,
        "measured": {lang: row.measured(lang) for lang in LANGUAGES},
        "request": {lang: row.request(lang) for lang in LANGUAGES},
        "boundary": {"published": row.boundary, "ours": _our_boundary(row)},
        "why": [*_within(row, model, catalogue, day), *_why(row, catalogue)],
        "source": catalogue.sources[row.source].shown,
        "locator": row.locator,
        "second_hand": row.reading == "second_hand",
        "note": row.note,
    }


@lru_cache(maxsize=KEPT)
def ours(row: PublishedFigure, model: str, catalogue: Catalogue, day: date) -> Interval:
    """Our figure for the request of a published one, by the engine of every estimate."""
    if row.phase == "life":
        return Interval(unit=row.unit, missing=sentences("published", "life_not_published"))
    place = {"zone": row.zone, "host": row.host, "device": row.device, "device_hours": row.device_hours}
    asked = {"model": model, "output_tokens": row.output_tokens, "input_tokens": row.input_tokens}
    fields = place | (asked | {"provider": row.provider} if row.phase == "use" else {})
    resolved = resolve(Request.model_validate(fields).checked(), catalogue, day, trained=row.phase == "training")
    inventory = inventory_of(resolved)
    wanted = figure_named(row.figure)
    assert wanted is not None, row.figure
    return amounts(inventory.groups, [wanted])[wanted.id]


def ours_of_all(row: PublishedFigure, catalogue: Catalogue, day: date) -> Interval:
    """Our figure for the models that a published one does not tell apart: from the lowest to the highest, the median of
    the medians at the centre; missing where that of one of them is."""
    found = [ours(row, model, catalogue, day) for model in row.model_ids]
    missing = [one for one in found if not one.known]
    if missing or len(found) == 1:
        return (missing or found)[0]
    low, central, high = zip(*(one.ends for one in found), strict=True)
    return Interval.of((min(low), median(central), max(high)), row.unit)


def judged(row: PublishedFigure) -> bool:
    """Whether a published figure and ours may be said inside or outside: not where one counts the electricity that was
    bought and the other that of the grid."""
    return row.accounting != "market"


def _within(row: PublishedFigure, model: str, catalogue: Catalogue, day: date) -> Iterator[dict[str, str]]:
    """Whether a published figure is in our interval for its request; how many times beyond its end if not. One of
    several models is held against ours for all of them, and says so."""
    whole, published = ours_of_all(row, catalogue, day), row.value
    if not whole.known:
        return
    if not judged(row):
        yield sentences("published", "apart")
        return
    if len(row.model_ids) > 1:
        names = {name: model_tables.load().by_id[name].name for name in row.model_ids}
        told = {lang: range_text(whole, lang) for lang in LANGUAGES}
        yield sentences("published", "of_several", models=", ".join(names.values()), model=names[model], ours=told)
    low, _, high = whole.ends
    if low <= published <= high:
        yield sentences("published", "inside")
    else:
        key, times = ("above", published / high) if published > high else ("below", low / published)
        yield sentences_with("published", key, times=float(f"{times:.2g}"))


def _our_boundary(row: PublishedFigure) -> dict[str, str]:
    """Our boundary for the columns that have a meaning for this figure."""
    ours = OURS | ({"training": "only"} if row.phase == "training" else {})
    if row.unit == "L" or row.figure.endswith(".use"):
        ours = ours | {"hardware": "no"}
    if row.figure == "water.onsite":
        ours = ours | {"water": "onsite"}
    return {column: ours[column] if row.boundary[column] else "" for column in BOUNDARY}


def _why(row: PublishedFigure, catalogue: Catalogue) -> Iterator[dict[str, str]]:
    """One sentence a column where the two boundaries differ, then one on what is supposed of the request."""
    ours = _our_boundary(row)
    for column, code in row.boundary.items():
        if code != ours[column]:
            said = {
                lang: say(
                    "published",
                    "differs",
                    lang,
                    column=say("published_boundary", column, lang),
                    theirs=boundary_text(column, code, lang),
                    ours=boundary_text(column, ours[column], lang),
                )
                for lang in LANGUAGES
            }
            yield {"code": f"{column}_{code}"} | said
    if row.tokens == "supposed":
        yield sentences("published", "tokens_supposed", tokens=f"{row.output_tokens:g}")
    if row.place == "supposed":
        served = (find_provider(row.provider).host if row.provider else row.host) or row.zone or ""
        place = {lang: catalogue.label(served, lang) for lang in LANGUAGES}
        yield sentences("published", "place_supposed", place=place)
