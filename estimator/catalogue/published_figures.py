"""Figures that publishers gave for the same thing with another boundary; shown beside ours, read by no equation."""

from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Literal

from pydantic import model_validator

from estimator.catalogue.csv_tables import records
from estimator.catalogue.schema import TableRow, told_by
from estimator.core.errors import say

TABLE = "published_figures.csv"
BOUNDARY = ("training", "hardware", "end_of_life", "accounting", "water")  # its columns, in the order of the screens

Counted = Literal["yes", "no", "unknown", ""]  # empty: has no meaning for this figure


class PublishedFigure(TableRow):
    """One published value [unit of its figure], what it measures, and its boundary column by column.

    models: ids of the catalogue joined by `|`. phase: a use, the training alone, or both together (life). tokens,
    place: whether the length of the request and its place are published, or supposed here. reading: whether the source
    itself was opened.
    """

    id: str
    models: str
    phase: Literal["use", "training", "life"]
    figure: str
    value: float
    unit: str
    measured_fr: str
    measured_en: str
    request_fr: str
    request_en: str
    output_tokens: float | None
    input_tokens: float | None
    tokens: Literal["published", "supposed", ""]
    place: Literal["published", "supposed", ""]
    provider: str | None
    host: str | None
    zone: str | None
    device: str | None
    device_hours: float | None
    training: Literal["yes", "no", "only", "unknown"]
    hardware: Counted
    end_of_life: Counted
    accounting: Literal["location", "market", "unknown", ""]
    water: Literal["onsite", "life_cycle", "unknown", ""]
    source: str
    locator: str
    reading: Literal["opened", "second_hand"]
    note: str

    @model_validator(mode="after")
    def _whole(self) -> "PublishedFigure":
        if (self.phase == "use") != (self.output_tokens is not None):
            raise ValueError("a use has a length, and nothing else has")
        if self.phase == "training" and self.device_hours is None or self.phase == "life" and self.device_hours:
            raise ValueError("a training has hours of a device, a use may have those reserved for it")
        return self

    @property
    def model_ids(self) -> tuple[str, ...]:
        return tuple(self.models.split("|"))

    @property
    def boundary(self) -> dict[str, str]:
        """Its boundary by column, as codes."""
        return {column: getattr(self, column) for column in BOUNDARY}

    def measured(self, lang: str) -> str:
        return told_by(self, f"{self.id}.measured", lang, "measured")

    def request(self, lang: str) -> str:
        return told_by(self, f"{self.id}.request", lang, "request")


@cache
def load() -> tuple[PublishedFigure, ...]:
    """The whole table. FactorsRefused on the first fault."""
    return tuple(row for _, row in records(resources.files("factors"), TABLE, PublishedFigure))


def figures_of(model: str) -> Iterator[PublishedFigure]:
    """The published figures of one model, by its id in the catalogue."""
    return (row for row in load() if model in row.model_ids)


def boundary_text(column: str, code: str, lang: str) -> str:
    """A cell of the boundary in words."""
    return say("published_boundary", f"{column}_{code or 'none'}", lang)


def figure_label(figure: str, lang: str) -> str:
    """« Eau consommée (eau du site) »."""
    name, _, part = figure.partition(".")
    return say("figures", name, lang) + (f" ({say('parts', part, lang)})" if part else "")
