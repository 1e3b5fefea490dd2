"""The catalogue of models and publishers: look-up by any name, and parameter counts."""

from collections.abc import Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from functools import cache, cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Literal, NamedTuple

from pydantic import Field, model_validator

from estimator.catalogue.csv_tables import records
from estimator.catalogue.model_names import bare, shorter, squeeze, stem, tidy
from estimator.catalogue.schema import TableRow, told_by
from estimator.core.errors import SobriaError, say
from estimator.core.language import DEFAULT, LANGUAGES

NEAREST = 3
SETS = "model_sets.csv"
ARTICLES = ("un", "a", "modèle", "model")


class ModelUnknown(SobriaError):
    """No model of the catalogue has this name."""


class Publisher(TableRow):
    """A publisher of models, and the country of its seat (ISO 3166-1 alpha-3); empty when no source settles it."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    name: str
    country: str = Field(pattern=r"^([A-Z]{3})?$")
    source: str
    locator: str
    note: str

    @model_validator(mode="after")
    def _whole(self) -> "Publisher":
        if not self.country and not self.note:
            raise ValueError("no country and no reason in note")
        return self


class ParameterCount(NamedTuple):
    """Parameters of a model [billions] with their bounds, or the reason code when they are unknown.

    All parameters of a dense model are active: active = total. `guessed`: not published by its makers.
    """

    total: float | None = None
    total_low: float | None = None
    total_high: float | None = None
    active: float | None = None
    active_low: float | None = None
    active_high: float | None = None
    guessed: bool = False
    reason: Literal["size_not_published", "size_not_recorded", ""] = ""

    @property
    def known(self) -> bool:
        return not self.reason

    def why(self, lang: str) -> str:
        """The text of the reason; empty when the size is known."""
        return say("models", self.reason, lang) if self.reason else ""


class Model(TableRow):
    """One architecture, under all its names. Parameters in billions; None where unknown, never zero.

    `modality`: of what it makes or, for "audio", hears; "speech" is sound that it makes from a text;
    "embedding" makes vectors of a text, or orders texts by what they say of a question.
    `confidence`: published by its makers, guessed by a catalogue (always with bounds), or unknown.
    `eco_name`: its entries `provider:name` in EcoLogits, `|` separated, the one with a known throughput first.
    """

    id: str = Field(pattern=r"^[a-z0-9-]+/[a-z0-9.-]+$")
    name: str
    publisher: str
    open_class: Literal["closed", "weights", "open"]
    licence: str
    modality: Literal["text", "multimodal", "image", "video", "audio", "speech", "embedding"]
    architecture: Literal["dense", "moe", "unknown"]
    total_params_b: float | None = Field(gt=0)
    total_low: float | None = Field(gt=0)
    total_high: float | None = Field(gt=0)
    active_params_b: float | None = Field(gt=0)
    active_low: float | None = Field(gt=0)
    active_high: float | None = Field(gt=0)
    confidence: Literal["published", "guessed", "unknown"]
    released: str = Field(pattern=r"^(20\d{2}-(0[1-9]|1[0-2]))?$")
    aliases: str
    eco_name: str
    eco_provider: str
    source: str
    locator: str
    note: str

    @model_validator(mode="after")
    def _whole(self) -> "Model":
        total = (self.total_low, self.total_params_b, self.total_high)
        active = (self.active_low, self.active_params_b, self.active_high)
        for bounds in (total, active):
            known = [value for value in bounds if value is not None]
            if len(known) not in (0, 3):
                raise ValueError("a size needs its value, its low and its high")
            if known != sorted(known):
                raise ValueError(f"low, value, high {known} are not in order")
        if (self.total_params_b is None) != (self.confidence == "unknown"):
            raise ValueError("confidence is unknown without a size, and only then")
        if any(a is not None and (t is None or a > t) for a, t in zip(active, total, strict=True)):
            raise ValueError(f"active parameters {active} exceed the total {total}")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Every name of this row, in lower case."""
        return (self.id, tidy(self.name), *(alias for alias in self.aliases.split("|") if alias))


class ModelSet(TableRow):
    """A set of models: none stands for it, its bounds are those of its members.

    By their size [1e9 parameters]: weights says whether theirs are published (None: or not), since the month from which
    they were released; or by name, as the publisher of a product lists them in `models`, `|` separated.
    """

    id: str = Field(pattern=r"^set/[a-z0-9-]+$")
    label_fr: str
    label_en: str
    weights: Literal["yes"] | None
    total_low: float | None = Field(gt=0)
    total_high: float | None = Field(gt=0)
    since: str = Field(pattern=r"^(20\d{2}-\d{2})?$")
    models: str = ""
    source: str
    locator: str
    review_by: date
    note: str

    def label(self, lang: str) -> str:
        return told_by(self, self.id, lang)

    @property
    def names(self) -> tuple[str, ...]:
        """What people may call it: « léger », "light", or whole."""
        labels = [self.label(lang) for lang in LANGUAGES]
        kinds = (word for label in labels for word in label.split() if not self.models)
        return (*labels, *(word for word in kinds if word not in ARTICLES))

    def holds(self, model: Model) -> bool:
        """Whether a model is of this set."""
        if self.total_low is None or self.total_high is None:
            return model.id in self.models.split("|")
        size = model.total_params_b
        fits = size is not None and self.total_low <= size <= self.total_high
        published = self.weights is None or model.open_class != "closed"
        return fits and published and model.modality in ("text", "multimodal") and model.released >= self.since

    def spanned(self, members: Sequence[Model]) -> Model:
        """The set as a model of unknown size: from the smallest of its members to the largest, around their median."""
        totals = sorted(m.total_params_b or 0.0 for m in members)
        actives = sorted(m.active_params_b or m.total_params_b or 0.0 for m in members)
        total, active = ((found[0], found[len(found) // 2], found[-1]) for found in (totals, actives))
        names = ("low", "params_b", "high")
        sizes = {f"total_{n}": v for n, v in zip(names, total, strict=True)}
        sizes |= {f"active_{n}": v for n, v in zip(names, active, strict=True)}
        where = f"factors/model_sets.csv : {len(members)} modèles ; {self.locator}"
        blank = dict.fromkeys(("publisher", "licence", "released", "aliases", "eco_name", "eco_provider"), "")
        kinds = {"open_class": "closed", "modality": "text", "architecture": "unknown", "confidence": "guessed"}
        told = {"id": self.id, "name": self.label(DEFAULT), "source": self.source, "locator": where, "note": self.note}
        return Model.model_validate(blank | kinds | sizes | told)


class Models(TableRow):
    """The catalogue, loaded and indexed."""

    models: tuple[Model, ...]
    publishers: Mapping[str, Publisher]
    sets: tuple[ModelSet, ...] = ()

    def find(self, text: str) -> Model:
        """The model with this name. Rules in order, the first match wins:

        1. an id, a name or an alias, exact but for case;
        2. the same without the host's prefix (`org/`, `eu.anthropic.`), separators and `.` ignored;
        3. the same, suffixes removed one by one: precision and file format (-awq, -fp8, :q4_K_M, -gguf),
           rolling names (-latest, -preview), tuning (-instruct, -it, -chat), then dates (-2407, -2024-05-13, -0613);
        4. the name without any suffix, when all catalogue names with this stem are one model:
           an unknown date never chooses between two architectures.

        ModelUnknown, with the nearest names.
        """
        found = self.known(text)
        if found is None:
            raise ModelUnknown(model=text.strip(), near=", ".join(self.nearest(text)))
        return found

    def known(self, text: str) -> Model | None:
        """The model with this name, by the rules of `find`; None when there is none."""
        name = tidy(text)
        if name in self._spans:
            return self._spans[name]
        if name in self._exact:
            return self._exact[name]
        for short, dated in shorter(bare(text)):
            found = self._by_squeezed_name.get(squeeze(short))
            if found is not None and not (dated and len(self._alike(text)) > 1):
                return found
        alike = self._alike(text)
        return alike[0] if len(alike) == 1 else None

    def of_id(self, subject: str) -> Model | None:
        """The model, or the set as one, that factors are kept under; None for a subject of another kind."""
        return self._spans.get(subject) or self.by_id.get(subject)

    def _alike(self, text: str) -> tuple[Model, ...]:
        return self._stems.get(stem(text), ())

    def nearest(self, text: str) -> tuple[str, ...]:
        """The ids with the most similar names, best first; at most NEAREST."""
        siblings = [model.id for model in self._stems.get(stem(text), ())]
        close = get_close_matches(squeeze(bare(text)), list(self._by_squeezed_name), n=4 * NEAREST, cutoff=0.6)
        holding = [model.id for model in self.search(text)] if text.strip() else []
        return tuple(dict.fromkeys([*siblings, *(self._by_squeezed_name[key].id for key in close), *holding]))[:NEAREST]

    def others_named(self, text: str) -> tuple[Model, ...]:
        """The other models of the same publisher whose names begin with this one, where it is no whole name of the one
        that `find` takes: « Mistral Small » is Mistral Small 4, and there are 3, 3.1 and 3.2."""
        found = self.known(text)
        if found is None or squeeze(bare(text)) in (squeeze(bare(found.name)), squeeze(bare(found.id))):
            return ()
        alike = (m for m in self.models if m.publisher == found.publisher and m.id != found.id)
        return tuple(m for m in alike if squeeze(bare(m.name)).startswith(stem(text)))

    def search(self, text: str) -> list[Model]:
        """The models of which one name contains every word of the text, by id. All models for an empty text, none
        for marks alone."""
        words = [squeeze(word) for word in text.split()]
        return [
            m
            for m in self.models
            if (any(words) or not words)
            and any(all(word in squeeze(name) for word in words) for name in _searched_names(m, self))
        ]

    @cached_property
    def by_id(self) -> dict[str, Model]:
        return {model.id: model for model in self.models}

    @cached_property
    def set_of(self) -> dict[str, ModelSet]:
        """Each set by its id."""
        return {found.id: found for found in self.sets}

    def members(self, name: str) -> tuple[Model, ...]:
        """The models of a set. KeyError."""
        return tuple(model for model in self.models if self.set_of[name].holds(model))

    @cached_property
    def _spans(self) -> dict[str, Model]:
        return {found.id: found.spanned(self.members(found.id)) for found in self.sets}

    @cached_property
    def _exact(self) -> dict[str, Model]:
        return {name: model for model in self.models for name in model.names}

    @cached_property
    def _by_squeezed_name(self) -> dict[str, Model]:
        return {squeeze(bare(name)): model for model in self.models for name in model.names}

    @cached_property
    def _stems(self) -> dict[str, tuple[Model, ...]]:
        """Stem of a name -> models that share it."""
        found: dict[str, dict[str, Model]] = {}
        for model in self.models:
            for name in model.names:
                found.setdefault(stem(name), {})[model.id] = model
        return {key: tuple(models.values()) for key, models in found.items()}


def size(model: Model) -> ParameterCount:
    """Parameters with their bounds [billions], or the reason why they are unknown."""
    if model.total_params_b is None:
        return ParameterCount(reason="size_not_published" if model.open_class == "closed" else "size_not_recorded")
    total = (model.total_params_b, model.total_low, model.total_high)
    active = (model.active_params_b, model.active_low, model.active_high)
    return ParameterCount(*total, *active, guessed=model.confidence == "guessed")


def find(text: str) -> Model:
    """The model of the shipped catalogue with this name (rules: Models.find). ModelUnknown."""
    return load().find(text)


def known(text: str | None) -> Model | None:
    """The model of the shipped catalogue with this name; None when there is none, or no name."""
    return load().known(text) if text else None


def name_of(read: str, lang: str) -> str:
    """How people call a model, or a set of models; what was read, where it is neither."""
    found, of_set = known(read), load().set_of.get(read)
    return of_set.label(lang) if of_set else found.name if found else read


def is_of_api(text: str | None) -> bool:
    """Whether this is the name of a model whose weights nobody published: the fleets of its publisher and of those it
    licenses serve it, nobody else. A set of models is not one."""
    found = known(text)
    return found is not None and found.open_class == "closed" and found.publisher != ""


def sole_publisher(text: str) -> str:
    """The publisher who alone serves a model, or every model of a set; "" without one. ModelUnknown."""
    found, catalogue = find(text), load()
    members = catalogue.members(found.id) if found.id in catalogue.set_of else (found,)
    publishers = {model.publisher if model.open_class == "closed" else "" for model in members}
    return publishers.pop() if len(publishers) == 1 else ""


def is_of(text: str | None, modality: str) -> bool:
    """Whether this is the name of a model of the shipped catalogue, of a kind."""
    found = known(text)
    return found is not None and found.modality == modality


def search(text: str) -> list[Model]:
    """The models of the shipped catalogue whose names contain every word of the text."""
    return load().search(text)


@cache
def load(folder: Traversable | None = None) -> Models:
    """Load and validate models.csv and publishers.csv of a folder (default: the shipped one). FactorsRefused."""
    home = folder if folder is not None else resources.files("factors")
    publishers = {p.id: p for _, p in records(home, "publishers.csv", Publisher)}
    models = tuple(model for _, model in records(home, "models.csv", Model))
    sets = tuple(found for _, found in records(home, SETS, ModelSet)) if (home / SETS).is_file() else ()
    return Models(models=models, publishers=publishers, sets=sets)


def _searched_names(model: Model, models: Models) -> tuple[str, ...]:
    """Names of a model with its publisher's, so that a search matches both."""
    publisher = models.publishers[model.publisher].name
    return tuple(f"{publisher} {name}" for name in model.names)
