"""What is asked about tokens, images and videos, and what is answered."""

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from estimator.catalogue.schema import Factor
from estimator.core.errors import say
from estimator.workloads.inference.measurements import ANY

JOULES_PER_KWH = 3.6e6
Method = Literal["measured", "regression", "other_models"]


class InferenceValue(BaseModel):
    """A value of this module: never changed, no field beyond its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SizeBounds(InferenceValue):
    """A number of parameters, with its bounds when it is not published [1e9]."""

    central: float = Field(gt=0)
    low: float | None = Field(None, gt=0)
    high: float | None = Field(None, gt=0)

    @model_validator(mode="after")
    def _ordered(self) -> "SizeBounds":
        if not (self.low or self.central) <= self.central <= (self.high or self.central):
            raise ValueError(f"low {self.low}, central {self.central}, high {self.high} are not in order")
        return self


class TokenRequest(InferenceValue):
    """What a token is made with. None is unknown: a stated hypothesis takes its place and widens the interval."""

    model: str | None = Field(None, description="name in the measured configurations, like Qwen/Qwen3-14B")
    total_params: SizeBounds
    active_params: SizeBounds | None = Field(None, description="those at work for one token; None: all of them")
    device: str | None = Field(None, description="accelerator, a subject gpu/…")
    device_count: float | None = Field(None, gt=0, description="accelerators of one replica; None: as many as hold it")
    precision_bits: float | None = Field(None, gt=0, le=64, description="bits of a weight")
    concurrency: float | None = Field(None, gt=0, description="mean requests in flight of one replica")
    request_rate: float | None = Field(
        None, gt=0, description="arrivals at one replica, read if concurrency is None [1/s]"
    )
    output_tokens: float | None = Field(None, gt=0, description="written for one request, reasoning included")
    input_tokens: float | None = Field(None, ge=0, description="read for one request, without those kept in cache")
    task: str | None = Field(None, description="benchmark task, like lm-arena-chat")


class MediaRequest(InferenceValue):
    """What an image or a video is made with."""

    kind: Literal["image", "video"]
    model: str | None = None
    device: str | None = None


class InferenceStep(InferenceValue):
    """A step of the computation: a sentence of the words files, and the numbers that fill it."""

    code: str
    facts: Mapping[str, float | str]

    def text(self, lang: str) -> str:
        return say("token", self.code, lang, **{k: _value_text(v, lang) for k, v in self.facts.items()})


class TokenEnergy(InferenceValue):
    """Energy of one output token, image or video, accelerators only, 5 to 95 % [J], and how it was found."""

    low: float
    central: float
    high: float
    unit: Literal["J/output token", "J/image", "J/video"]
    method: Method
    steps: tuple[InferenceStep, ...]
    factors: tuple[str, ...] = Field(description="ids of the factors and of the measured configurations")
    warnings: tuple[str, ...] = ()
    concurrency: float | None = Field(None, description="requests in flight that were supposed or found")
    device_seconds: tuple[float, float, float] | None = Field(
        None, description="accelerator time of one output token: low, central, high [s]"
    )
    name: str = Field(description="what its draws are named after")
    kin: str = Field(description="results of one kin vary together: those of one architecture")

    def factor(self) -> Factor:
        """The same value as a factor row that no table holds, ready to be bound [kWh]."""
        low, value, high = (v / JOULES_PER_KWH for v in (self.low, self.central, self.high))
        blank = dict.fromkeys(("bounds_rule", "geography", "technology", "note"), "")
        none = dict.fromkeys(("valid_from", "valid_to", "review_by", "missing_reason"))
        return Factor(
            id=self.name, quantity="token_energy", subject=ANY, role="default", value=value, low=low, high=high,
            bounds_kind="p5_p95", unit="kWh", boundary="use", family="", correlation_group=self.kin, source="mlenergy",
            locator=", ".join(self.factors[:3]), quality="2/2/3/2", **blank, **none,
        )  # fmt: skip


def named(request: TokenRequest | MediaRequest) -> str:
    """Name of the draws of a request: the same request, the same draws."""
    digest = hashlib.blake2b(request.model_dump_json().encode(), digest_size=8).hexdigest()
    return f"token_energy/{digest}"


def _value_text(value: float | str, lang: str) -> str:
    """A number with three significant figures; a text as it is."""
    from babel.numbers import format_decimal

    if isinstance(value, str):
        return value
    return str(format_decimal(Decimal(f"{value:.3g}"), format="#,##0.##########", locale=lang))
