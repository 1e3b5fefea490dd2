"""How a model is served at a place, as selected factors: nothing of a single request is in them."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Literal

from estimator.assessment.coefficients import below, evaluate
from estimator.assessment.uncertainty import Z95
from estimator.catalogue import models
from estimator.catalogue.default_subjects import DESK, DESK_CARD, UNKNOWN_SITE
from estimator.catalogue.schema import Factor
from estimator.catalogue.selection import SelectedFactor, select_factor
from estimator.catalogue.tables import Catalogue
from estimator.workloads.inference.measurements import ANY, REFERENCE, TokenTables, load
from estimator.workloads.inference.residual import Configuration, residual

MOST_AT_A_DESK = 4  # cards that a workstation holds: beyond, it is told
METHOD = ("step", "weights", "compute", "context", "sparse", "prefill")
SUPPOSED = ("token_prompt_chat", "token_default_output", "context_spread", "token_time_residual")
WAITING = ("provisioning_factor", "waiting_ratio")  # of a shared service whose waiting hours are not counted
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9_./-]")


@dataclass(frozen=True)
class ModelSize:
    """Parameters of a model [1e9] with their bounds; `guessed` when nobody published them."""

    total: tuple[float, float, float]
    active: tuple[float, float, float]
    guessed: bool = False
    source: str = "given"
    locator: str = "-"


@dataclass(frozen=True)
class Serving:
    """A model at a place. None is unknown: a factor row takes its place.

    model: what its draws are named after; measured: its name in the measured configurations.
    place: the host: how many requests are in flight there is that of its class, whoever asks.
    """

    model: str
    size: ModelSize
    measured: str | None = None
    device: str | None = None
    device_count: float | None = None
    precision_bits: float | None = None
    flight: float | None = None
    place: str = UNKNOWN_SITE
    task: str = "lm-arena-chat"


@dataclass(frozen=True)
class ServingFactors:
    """The factors of the token coefficients; codes of what to tell; ids of rows of the measured tables; the fewest
    cards that hold its weights; those that are supposed to, for its least, usual and largest size."""

    bounds: dict[str, SelectedFactor]
    warnings: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    fewest: int = 1
    cards: tuple[float, ...] = (1.0, 1.0, 1.0)

    @cached_property
    def flight_effect(self) -> dict[str, float]:
        """The fewest and the most requests in flight supposed, and how many times more electricity a token written
        takes at the fewest, other factors at their values."""
        supposed = self.bounds["requests_in_flight"].factor
        assert supposed is not None and supposed.low is not None and supposed.high is not None
        values = {name: _value(bound) for name, bound in self.bounds.items()}
        flights = ({**values, "requests_in_flight": flight} for flight in (supposed.low, supposed.high))
        most, least = (evaluate(given, below(("output_energy",)))["output_energy"] for given in flights)
        return {"low": supposed.low, "high": supposed.high, "times": float(f"{most / least:.2g}")}


def size_of(model: models.Model) -> ModelSize | None:
    """The size of a model of the catalogue; None when it is not known."""
    known = models.size(model)
    if known.total is None:
        return None
    total = (known.total_low or known.total, known.total, known.total_high or known.total)
    active = total
    if known.active is not None and known.active <= known.total:
        active = (known.active_low or known.active, known.active, known.active_high or known.active)
    return ModelSize(total, active, known.guessed, model.source, model.locator)


@lru_cache(maxsize=2048)
def serving_factors(
    serving: Serving, catalogue: Catalogue, day: date, table: TokenTables | None = None
) -> ServingFactors:
    """Every factor that the energy and the time of tokens of this model at this place are computed from."""
    table = table or load()
    warnings: list[str] = ["size_supposed"] if serving.size.total[0] < serving.size.total[2] else []
    bounds = {name: select_factor(catalogue, name, ANY, day) for name in _method_names()}
    if table.left:
        bounds |= dict(_refitted(bounds, table))
    bounds |= {name: select_factor(catalogue, name, ANY, day) for name in SUPPOSED}
    sheet = table.sheet(serving.device)
    supposed = DESK_CARD if serving.place == DESK else REFERENCE
    card = serving.device if sheet and serving.device else supposed
    for name in ("card_power", "card_bandwidth", "card_compute"):
        bounds[name] = select_factor(catalogue, name, card, day)
    if sheet or card == DESK_CARD:
        bounds |= {name: select_factor(catalogue, name, card, day) for name in ("card_ratio", "card_time_ratio")}
    else:
        unknown = table.find("token_device_unknown")
        bounds |= {name: SelectedFactor(name, ANY, unknown) for name in ("card_ratio", "card_time_ratio")}
    warnings += [] if sheet else ["device_unknown"]
    bounds["serving_software"] = at_place(catalogue, "serving_software", serving.place, day)
    bits_there = at_place(catalogue, "weight_bits", serving.place, day)
    bounds["weight_bits"] = _stated("weight_bits", serving.precision_bits) or bits_there
    warnings += [] if serving.precision_bits else ["precision_supposed"]
    if serving.flight is None:
        warnings.append("concurrency_unknown")
        there = select_factor(catalogue, "requests_in_flight", serving.place, day)
        anywhere = select_factor(catalogue, "requests_in_flight", UNKNOWN_SITE, day)
        bounds["requests_in_flight"] = there if there.factor else anywhere  # a host that the tables do not have
    else:
        bounds["requests_in_flight"] = exact("requests_in_flight", "serving_flight", max(serving.flight, 1.0))
    bounds |= _size(serving)
    bits, in_flight = (_value(bounds[name]) for name in ("weight_bits", "requests_in_flight"))
    memory = table.value("device_memory", serving.device or supposed)
    room = bits / 8 * table.value("replica_memory") / memory
    cards = tuple(2.0 ** max(0, math.ceil(math.log2(total * room))) for total in serving.size.total)
    count = serving.device_count or cards[1]
    bounds["replica_cards"] = _stated("replica_cards", serving.device_count) or _supposed_cards(count)
    least_bits = bounds["weight_bits"].factor.low if bounds["weight_bits"].factor else None
    fewest = math.ceil(serving.size.total[0] * (least_bits or bits) / 8 / memory)
    warnings += ["too_few_cards"] if serving.device_count and serving.device_count < fewest else []
    warnings += ["too_large_for_a_desk"] if serving.place == DESK and count > MOST_AT_A_DESK else []
    at = Configuration(
        serving.measured or serving.model,
        table.architecture(serving.measured) or "",
        serving.size.active[1] < serving.size.total[1],
        serving.device if sheet else None,
        count,
        bits,
        in_flight,
        serving.task,
    )
    found = residual(at, table)
    beyond = _beyond(serving.size.active[1] * 1e9, table)
    warnings += ["outside_active"] if beyond else []
    own = math.hypot(found.own, beyond * math.log(table.regression.outside) / Z95)
    bounds |= _residual(serving, found.mean, found.common, own)
    mine = serving.measured is not None
    rows = tuple(r.id for r in table.rows if mine and r.model == serving.measured and r.unit == "J/output token")
    return ServingFactors(bounds, tuple(dict.fromkeys(warnings)), rows, fewest, cards)


def at_place(catalogue: Catalogue, quantity: str, place: str, day: date) -> SelectedFactor:
    """How models are served at a place, by its class; anywhere, where its class has no row of its own."""
    found = select_factor(catalogue, quantity, place or UNKNOWN_SITE, day)
    return found if found.factor else select_factor(catalogue, quantity, ANY, day)


def waiting(catalogue: Catalogue, place: str, day: date) -> dict[str, SelectedFactor]:
    """Electricity and hours of the cards that wait for requests at a place, over those of the answers."""
    return {name: at_place(catalogue, name, place, day) for name in WAITING}


def flight_at(serving: Serving, tokens_per_second: float, catalogue: Catalogue, day: date) -> float:
    """Requests in flight at which what is written and the time that it takes agree (Little's law), at least one."""

    def held(flight: float) -> float:
        bounds = serving_factors(replace(serving, flight=flight), catalogue, day).bounds
        values = {name: _value(bound) for name, bound in bounds.items()}
        seconds = evaluate(values, below(("output_hours",)))["output_hours"] * 3600
        return float(tokens_per_second * seconds * flight / values["replica_cards"])

    low, high = 1.0, max(row.concurrency for row in load().rows)  # of one replica, the most that was measured
    for _ in range(40):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if held(middle) > middle else (low, middle)
    return low


def computed(
    identity: str, quantity: str, ends: tuple[float, float, float], source: str, locator: str, **more: Any
) -> Factor:
    """A factor that no table holds, computed from those that do: value, 5 and 95 % points [unit of its quantity]."""
    low, value, high = ends
    blank = dict.fromkeys(("bounds_rule", "geography", "technology", "family", "correlation_group", "note"), "")
    none = dict.fromkeys(("valid_from", "valid_to", "review_by", "missing_reason"))
    kind: Literal["exact", "p5_p95"] = "exact" if low == high else "p5_p95"
    fields: dict[str, Any] = {"unit": "1", "boundary": "use", "quality": "2/2/3/2", "role": "default", "subject": ANY}
    fields |= {"quantity": quantity, "low": low, "value": value, "high": high, "bounds_kind": kind}
    fields |= {"id": safe(identity), "source": source, "locator": locator}
    return Factor(**blank | none | fields | more)


def safe(identity: str) -> str:
    """An id of letters, digits and `_./-`."""
    return _NOT_IN_ID.sub("-", identity)


def _digits(value: float) -> str:
    return f"{value:.12g}"


def exact(name: str, quantity: str, value: float) -> SelectedFactor:
    """A stated value of a quantity, under the name that the equations give it, without uncertainty."""
    item = computed(
        f"given/{quantity}/{_digits(value)}", quantity, (value, value, value), "given", "-", quality="1/1/1/3"
    )
    return SelectedFactor(name, "given", item)


CONVENTION = "convention/"  # before the name of what is one by convention, of no table


def by_convention(name: str) -> SelectedFactor:
    """One, of a use that is counted as it is: nobody typed it."""
    where = "convention : un usage compté tel quel, sans siège, est un appel qui lit tout de nouveau"
    return SelectedFactor(name, CONVENTION, computed(f"{CONVENTION}{name}", name, (1.0,) * 3, "sobria_expert", where))


def _supposed_cards(count: float) -> SelectedFactor:
    """As many cards as hold the weights of the central size: a convention that no draw of the size changes, and
    never a value that someone typed."""
    where = "poids × 1,2 ÷ mémoire de la carte, à la puissance de deux au-dessus, à la taille centrale du modèle"
    ends, kind = (count,) * 3, {"bounds_kind": "convention"}
    item = computed(f"replica_cards/{_digits(count)}", "replica_cards", ends, "sobria_expert", where, **kind)
    return SelectedFactor("replica_cards", ANY, item)


def _stated(name: str, value: float | None) -> SelectedFactor | None:
    return None if value is None else exact(name, name, value)


def _size(serving: Serving) -> dict[str, SelectedFactor]:
    """Total parameters, and the share of them at work; what is not published moves with all that was guessed."""
    size, name = serving.size, serving.model
    alike = "guessed-sizes" if size.guessed else ""
    more = {"source": size.source, "locator": size.locator, "correlation_group": alike, "subject": ANY}
    share = [min(a / t, 1.0) for a, t in zip(size.active, size.total, strict=True)]
    total = computed(f"model_parameters/{name}", "model_parameters", size.total, **more)
    ends = (min(share), share[1], max(share))
    active = computed(f"model_active_share/{name}", "model_active_share", ends, **more)
    return {
        "model_parameters": SelectedFactor("model_parameters", name, total),
        "model_active_share": SelectedFactor("model_active_share", name, active),
    }


def _residual(serving: Serving, mean: float, common: float, own: float) -> dict[str, SelectedFactor]:
    """The two parts of the residual: that of all models has one name of draws everywhere, that of the model its own."""
    where = ("sobria_fit", "factors/residual_components.csv, factors/model_energy.csv")
    ends = (math.exp(-Z95 * common), 1.0, math.exp(Z95 * common))
    shared = computed(
        f"token_residual_common/{_digits(common)}", "token_residual_common", ends, *where,
        drawn_as="token_residual_common",
    )  # fmt: skip
    middle = math.exp(mean)
    ends = (middle * math.exp(-Z95 * own), middle, middle * math.exp(Z95 * own))
    alone = computed(
        f"token_residual_model/{serving.model}/{_digits(mean)}-{_digits(own)}", "token_residual_model", ends, *where,
        drawn_as=f"token_residual_model/{serving.model}",
    )  # fmt: skip
    return {
        "token_residual_common": SelectedFactor("token_residual_common", ANY, shared),
        "token_residual_model": SelectedFactor("token_residual_model", serving.model, alone),
    }


def _method_names() -> Iterator[str]:
    for name in METHOD:
        yield f"token_energy_{name}"
        yield f"token_time_{name}"


def _refitted(bounds: dict[str, SelectedFactor], table: TokenTables) -> Iterator[tuple[str, SelectedFactor]]:
    """The coefficients of a fit without an architecture, with the doubt of those that ship."""
    for kind, values in (("energy", table.regression.energy), ("time", table.regression.time)):
        for name in METHOD:
            item = bounds[f"token_{kind}_{name}"].factor
            if item is not None and item.value and name in values:
                ratio = values[name] / item.value
                ends = {end: getattr(item, end) * ratio for end in ("low", "value", "high")}
                other = item.model_copy(update=ends | {"id": f"{item.id}/{table.left}", "drawn_as": item.id})
                yield f"token_{kind}_{name}", SelectedFactor(f"token_{kind}_{name}", ANY, other)


def _beyond(active: float, table: TokenTables) -> float:
    """How far the active parameters lie outside the measured range [log]; 0 inside."""
    low, high = table.regression.active
    gap = max(math.log(low / active), math.log(active / high), 0.0)
    return gap if gap > 0.05 else 0.0


def _value(bound: SelectedFactor) -> float:
    assert bound.factor is not None and bound.factor.value is not None
    return bound.factor.value
