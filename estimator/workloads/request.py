"""A request to the estimator, and its validation."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from estimator.catalogue import models
from estimator.catalogue.fault_rules import BY_CODE
from estimator.catalogue.input_faults import facts, faults, of_one
from estimator.catalogue.load import SubjectName, load
from estimator.core.errors import LANGUAGES, SobriaError, say, sentences
from estimator.core.fields import NearDay, Typed
from estimator.core.language import decimal_text
from estimator.core.validation_messages import told

AMOUNT = 1e12  # above any use
COUNTED = tuple(BY_CODE[code] for code in ("answer_length", "request_length"))
RERANKED = ("passages", "passage_tokens")
MOST_INDEXED = 1e15  # documents, all passes included


class RequestRefused(SobriaError):
    """Impossible values: negative, infinite, NaN, above any use; each with its option."""

    code = "question_refused"

    def message(self, lang: str) -> str:
        """Each value at fault, a line each."""
        faults: Any = self.facts["faults"]
        return "\n".join(say("errors", self.code, lang, **fault) for fault in faults)


def plausible(name: str) -> AfterValidator:
    """A number that is given in place of a factor, in the range of its quantity."""

    def checked(value: float | None) -> float | None:
        quantity = load().quantities[name]
        if value is not None and not quantity.floor <= value <= quantity.ceiling:
            facts = {"low": quantity.floor, "high": quantity.ceiling}
            raise PydanticCustomError("out_of_range", "from {low} to {high}", facts)
        return value

    return AfterValidator(checked)


Pue = Annotated[float | None, plausible("pue")]


class TrainingEffort(Typed):
    """Effort of making a model: a training, a fine-tuning, all their repetitions and the research before them."""

    it_energy_kwh: float | None = Field(None, ge=0, le=AMOUNT, description="[kWh]; or else hours of a device")
    device: SubjectName | None = None
    device_hours: float | None = Field(None, gt=0, le=1e10, description="of all devices, of the last run [h]")
    load: float | None = Field(None, gt=0, le=1.2, description="share of the maximum power [1]")
    extra: float = Field(1.0, ge=1, le=1e4, description="all hours, waiting and experiments included, over these [1]")
    zone: str | None = None
    host: SubjectName | None = None
    pue: Pue = None
    uses: float | None = Field(None, gt=0, le=1e18, description="declared over the life of the model")


OF_TRAINING = {name: f"training_{name}" for name in TrainingEffort.model_fields}  # field -> option
NAMED = {"day": "date", "retrieval": "rerank_model"}
OF_TRAINING |= {"it_energy_kwh": "training_kwh", "uses": "uses"}


class Retrieval(Typed):
    """A search in one's own documents, before an answer: vectors of all of them, then of each question, then the order
    of the passages that were found. Tokens are means; those of its task where they are not stated.

    reindexings: passes over the period after the first, which reads every document; changed_share: the documents that
    each of them reads again, all or only those that changed [1].
    """

    documents: float = Field(gt=0, le=AMOUNT)
    document_tokens: float | None = Field(None, gt=0, le=1e9, description="of one document")
    query_tokens: float | None = Field(None, gt=0, le=1e6, description="of one question")
    embedding_model: str
    reindexings: float = Field(0.0, ge=0, le=1e9)
    changed_share: float = Field(1.0, gt=0, le=1)
    rerank_model: str | None = None
    passages: float | None = Field(None, gt=0, le=1e5, description="set in order for one question")
    passage_tokens: float | None = Field(None, gt=0, le=1e6, description="of one passage")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.rerank_model is None and (self.passages is not None or self.passage_tokens is not None):
            raise PydanticCustomError(
                "rerank_parts", "a reranking says its model, its passages and their tokens", {"read": ""}
            )
        if self.indexed > MOST_INDEXED:
            raise PydanticCustomError("index_too_large", "at most {most} documents, all passes", {"most": MOST_INDEXED})
        return self

    @property
    def indexed(self) -> float:
        """Documents read over the period: all of them once, then those of each pass."""
        return self.documents * (1 + self.reindexings * self.changed_share)

    @property
    def missing(self) -> tuple[str, ...]:
        """The numbers that are not stated."""
        wanted = ("document_tokens", "query_tokens", *(RERANKED if self.rerank_model else ()))
        return tuple(name for name in wanted if getattr(self, name) is None)


class Request(Typed):
    """Known data of a use; everything else is defaulted from the factor tables or reported as unknown."""

    it_energy_kwh: float | None = Field(None, ge=0, le=AMOUNT, description="[kWh]; or else a model and its answers")
    model: str | None = None
    task: str | None = Field(None, description="gives the tokens of one request that are not stated")
    product: str | None = Field(None, description="bought by the seat: gives the model, who serves it, and the task")
    seats: float = Field(1.0, gt=0, le=AMOUNT, description="of one request")
    seat_days: float = Field(365.0, gt=0, le=AMOUNT, description="calendar days that each seat is bought")
    active_share: float | None = Field(None, ge=0, le=1, description="of the seats [1]; None: supposed")
    provider: str | None = Field(None, description="who serves the model; its declared or assumed site is the host")
    input_tokens: float | None = Field(None, ge=0, le=AMOUNT, description="of one request")
    cached_tokens: float = Field(0.0, ge=0, le=AMOUNT, description="of those read, how many were kept in cache")
    output_tokens: float | None = Field(None, gt=0, le=AMOUNT, description="of one request")
    reasoning_tokens: float = Field(0.0, ge=0, le=AMOUNT, description="written and not shown, beside output_tokens")
    images: float | None = Field(None, gt=0, le=AMOUNT, description="made by one request")
    image_side: float | None = Field(None, ge=64, le=16384, description="of an image, if not 1,024 [px]")
    videos: float | None = Field(None, gt=0, le=AMOUNT, description="made by one request")
    audio_s: float | None = Field(None, gt=0, le=AMOUNT, description="heard or spoken in one request [s]")
    requests: float = Field(1.0, gt=0, le=1e15)
    concurrency: float | None = Field(None, gt=0, le=1e6, description="mean requests in flight of one replica")
    precision_bits: float | None = Field(None, ge=1, le=64, description="bits of a weight")
    zone: str | None = None
    day: NearDay | None = None
    host: SubjectName | None = None
    pue: Pue = Field(None, description="given by the user [1]")
    wue: Annotated[float | None, plausible("wue_it")] = Field(None, description="given by the user [L/kWh]")
    wue_basis: str = Field("it", pattern="^(it|site)$")
    device: SubjectName | None = None
    device_count: float | None = Field(None, gt=0, le=1e6, description="accelerators of one replica")
    device_hours: float | None = Field(None, gt=0, le=1e9, description="reserved, of all devices, idle included [h]")
    load: Annotated[float | None, plausible("device_load")] = Field(
        None, gt=0, le=1.2, description="mean share of the maximum power, idle included [1]"
    )
    resource_share: float | None = Field(None, gt=0, le=1, description="of the hardware, over device_hours [1]")
    lifetime_years: Annotated[float | None, plausible("device_lifetime")] = Field(
        None, gt=0, le=100, description="[year]"
    )
    occupancy: Annotated[float | None, plausible("device_occupancy")] = Field(None, gt=0, le=1, description="[1]")
    data_gb: float | None = Field(None, ge=0, le=AMOUNT, description="moved [GB]")
    network: SubjectName | None = None
    storage_tb_months: float | None = Field(None, ge=0, le=AMOUNT, description="kept, one copy [TB·month]")
    storage: SubjectName | None = None
    retrieval: Retrieval | None = None
    training: TrainingEffort | None = None

    @property
    def answered(self) -> bool:
        """Whether output of the model is counted."""
        return any(v is not None for v in (self.output_tokens, self.images, self.videos, self.audio_s))

    @property
    def media_alone(self) -> bool:
        """Whether its model makes images or videos, or hears sound, and no text is said to be written."""
        made = any(v is not None for v in (self.images, self.videos, self.audio_s))
        return made and self.output_tokens is None and self.task is None

    @property
    def embeds(self) -> bool:
        """Whether its model makes vectors of the text that it reads: it then writes nothing."""
        known = models.load().known(self.model) if self.model else None
        return known is not None and known.modality == "embedding"

    def checked(self) -> "Request":
        """The request itself. nothing_asked, hours_wanted, share_of_hours, load_of_hours, tokens_wanted,
        read_tokens_wanted, too_many_cached, faulty_request when no estimate can be made of it."""
        stated = (self.it_energy_kwh, self.model, self.device, self.training, self.retrieval, self.product)
        if all(v is None for v in stated) and not self.data_gb and not self.storage_tb_months:
            raise SobriaError("nothing_asked")
        if self.retrieval is not None and (lacking := self.retrieval.missing):
            raise SobriaError("retrieval_incomplete", option=", --".join(lacking).replace("_", "-"))
        modelled = self.model is not None and self.it_energy_kwh is None
        if modelled and not self.answered and not self.product and (self.input_tokens is None or not self.embeds):
            raise SobriaError("read_tokens_wanted" if self.embeds else "tokens_wanted", model=self.model)
        if (self.device_hours is None) != (self.device is None) and not (modelled and self.device):
            raise SobriaError("hours_wanted")
        if self.resource_share is not None and self.device_hours is None:
            raise SobriaError("share_of_hours")
        unused = self.it_energy_kwh is not None or self.model is not None or self.product or self.device_hours is None
        if self.load is not None and unused:
            raise SobriaError("load_of_hours", load=_digits(self.load))
        if self.cached_tokens > (self.input_tokens or 0.0):
            told = {"cached": _digits(self.cached_tokens), "read": _digits(self.input_tokens or 0.0)}
            raise SobriaError("too_many_cached", **told)
        for found in faults(of_one(self._counts(), load()), COUNTED):
            said = sentences("checks", found.code, **facts(found.code, *found.worst))
            raise SobriaError("faulty_request", fault=said)
        return self

    def _counts(self) -> dict[str, float | None]:
        """Tokens of one request, by the names of the rules."""
        written = None if self.output_tokens is None else self.output_tokens + self.reasoning_tokens
        return {"requests": 1.0, "input_tokens": self.input_tokens, "output_tokens": written}


def _digits(value: float) -> dict[str, str]:
    """A number with all its digits, in each language."""
    return {lang: decimal_text(Decimal(f"{value:.12g}"), lang) for lang in LANGUAGES}


def request_from(**given: Any) -> Request:
    """A request from its fields. RequestRefused gives each field at fault, what was read and what was expected."""
    try:
        return Request.model_validate(given)
    except ValidationError as error:
        raise RequestRefused(faults=[_fault(one) for one in error.errors()]) from error


def _fault(one: ErrorDetails) -> dict[str, Any]:
    """The option of a fault, as it is typed; what was read and what was expected."""
    part, name = one["loc"][0], str(one["loc"][-1])
    option = OF_TRAINING[name] if part == "training" else NAMED.get(name, name)
    return {"option": option.replace("_", "-"), **told(one, Request)}


def retrieval(stated: Mapping[str, Any]) -> dict[str, Any] | None:
    """The retrieval fields of a command line (documents, embedding_model …); None without any."""
    found = {name: stated[name] for name in Retrieval.model_fields if stated.get(name) is not None}
    return found or None


def training(stated: Mapping[str, Any]) -> dict[str, Any] | None:
    """The training fields of a command line (training_device, uses …); None without any."""
    usual = {name: field.default for name, field in TrainingEffort.model_fields.items()}
    found = {name: stated[said] for name, said in OF_TRAINING.items() if stated.get(said) not in (None, usual[name])}
    return found or None
