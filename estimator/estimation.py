"""One estimate from a handful of inputs, without a ledger: figures, steps, factors, warnings."""

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from estimator.binding import Bound, bind, given
from estimator.catalogue import Catalogue, load
from estimator.errors import SobriaError, sentences
from estimator.explain import explain_cells
from estimator.figures import Cell, factor_inputs
from estimator.places import PlaceRead, Places
from estimator.served import Served, Use, served


class SubjectUnknown(SobriaError):
    """A host, device or machine that is not in the catalogue."""

    code = "subject_unknown"


class QuestionRefused(SobriaError):
    """A value that no use can have: negative, infinite, not a number, beyond any use."""

    code = "question_refused"


class NothingAsked(SobriaError):
    """A question with neither energy, nor model, nor hardware."""

    code = "nothing_asked"


class HoursWanted(SobriaError):
    """Hours without hardware, or hardware without hours."""

    code = "hours_wanted"


class TokensWanted(SobriaError):
    """A model without the tokens that it wrote."""

    code = "tokens_wanted"


SERVER_CLASS = "class/server-unknown"


class Question(BaseModel):
    """What is known of a use whose IT energy is known; all else is found in the factor tables or said to be unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    it_energy_kwh: float | None = Field(None, ge=0, le=1e12, description="[kWh]; or else a model and its tokens")
    model: str | None = None
    input_tokens: float | None = Field(None, ge=0, le=1e12, description="of one request")
    output_tokens: float | None = Field(None, gt=0, le=1e12, description="of one request, reasoning included")
    requests: float = Field(1.0, gt=0, le=1e15)
    concurrency: float | None = Field(None, gt=0, le=1e6, description="mean requests in flight of one replica")
    precision_bits: float | None = Field(None, gt=0, le=64, description="bits of a weight")
    zone: str | None = None
    day: date | None = None
    host: str | None = None
    pue: float | None = Field(None, description="given by the user [1]")
    wue: float | None = Field(None, description="given by the user [L/kWh]")
    wue_basis: str = Field("it", pattern="^(it|site)$")
    device: str | None = None
    device_hours: float | None = Field(None, ge=0, le=1e9, description="reserved hours of the device or machine [h]")
    resource_share: float | None = Field(None, ge=0, le=1, description="[1]")
    lifetime_years: float | None = Field(None, gt=0, le=100, description="[year]")
    occupancy: float | None = Field(None, gt=0, le=1, description="[1]")
    data_gb: float | None = Field(None, ge=0, le=1e12, description="[GB]")
    network: str | None = None


def question(**given: Any) -> Question:
    """A question from its fields. QuestionRefused names the field, what was read and what was expected."""
    try:
        return Question.model_validate(given)
    except ValidationError as error:
        fault = error.errors()[0]
        field = str(fault["loc"][0]) if fault["loc"] else "-"
        raise QuestionRefused(option=field.replace("_", "-"), value=fault["input"]) from error


def estimate(question: Question, today: date | None = None) -> dict[str, Any]:
    """Figures of a question: {"indicators", "steps", "factors", "warnings", …}, unknown said and never zero.

    SubjectUnknown for a host or device that is not in the catalogue; GivenValueRefused for an implausible value.
    An unknown zone is no error: what hangs on it is « non estimable ».
    """
    if question.it_energy_kwh is None and question.model is None and question.device is None and not question.data_gb:
        raise NothingAsked()
    if (question.device_hours is None) != (question.device is None) and question.model is None:
        raise HoursWanted()
    catalogue = load()
    warnings: list[dict[str, str]] = []
    day = question.day or today or date.today()
    attributes = _attributes(question, catalogue, warnings)
    answered = _served(question, attributes, catalogue, day)
    if not question.host and question.pue is None and question.wue is None:
        attributes["host"] = SERVER_CLASS
        warnings.append(sentences("served", "site_assumed"))
    bounds = bind(catalogue, attributes, day, factor_inputs()) | _given(question, catalogue)
    amounts = _amounts(question, catalogue)
    if answered:
        bounds["it_energy"] = answered.bound
        warnings += [*answered.warnings, sentences("served", "machines_not_counted")]
        if answered.device_hours is not None:
            amounts.setdefault("device_hours", answered.device_hours)
    cell = Cell(amounts, bounds)
    warnings += [
        sentences("warnings", "wider_subject", asked=b.subject, used=b.factor.subject, quantity=name)
        for name, b in bounds.items()
        if b.factor and b.rung and _used(name, cell)
    ]
    explanation = explain_cells([cell], catalogue)
    if answered:
        explanation["steps"] = answered.steps + explanation["steps"]
        explanation["factors"] = answered.factors + [f for f in explanation["factors"] if f["quantity"] != "it_energy"]
    return explanation | {"warnings": warnings, "date": day.isoformat(), "factors_version": catalogue.version}


def _served(question: Question, attributes: dict[str, str | None], catalogue: Catalogue, day: date) -> Served | None:
    """The electricity of a model's answers; None when the IT energy itself is given, or no model."""
    if question.model is None or question.it_energy_kwh is not None:
        return None
    if question.output_tokens is None:
        raise TokensWanted(model=question.model)
    use = Use(
        model=question.model,
        output_tokens=question.output_tokens,
        input_tokens=question.input_tokens,
        requests=question.requests,
        device=attributes["device"],
        concurrency=question.concurrency,
        precision_bits=question.precision_bits,
        host=attributes["host"],
    )
    return served(use, catalogue, day)


def _attributes(question: Question, catalogue: Catalogue, warnings: list[dict[str, str]]) -> dict[str, str | None]:
    zone = question.zone
    if zone and zone not in catalogue.zones:
        found, _ = Places.load().resolve_zone(PlaceRead(zone, zone))
        key = "zone_read_as" if found else "unknown_zone"
        warnings.append(sentences("warnings", key, zone=zone, used=found or ""))
        zone = found or zone
    host = _known(question.host, "host", catalogue)
    if host and not question.zone:
        zone = catalogue.subjects[host].zone or None
    subject = _known(question.device, ("device", "machine"), catalogue)
    kind = catalogue.subjects[subject].kind if subject else ""
    if question.data_gb and not question.network:
        warnings.append(sentences("warnings", "network_assumed"))
    network = _known(question.network or ("network/fixed-fra" if question.data_gb else None), "network", catalogue)
    return {
        "zone": zone,
        "host": host,
        "device": subject if kind == "device" else None,
        "machine": subject if kind == "machine" else None,
        "network": network,
    }


def _known(subject: str | None, kinds: str | tuple[str, ...], catalogue: Catalogue) -> str | None:
    if subject is None:
        return None
    found = catalogue.subjects.get(subject)
    if found is None or found.kind not in kinds:
        word = subject.lower().split("/")[-1]
        alike = [s.id for s in catalogue.subjects.values() if s.kind in kinds and (word in s.id or word in s.aliases)]
        near = ", ".join(alike[:5] or [s.id for s in catalogue.subjects.values() if s.kind in kinds][:5])
        raise SubjectUnknown(subject=subject, near=near)
    return subject


def _given(question: Question, catalogue: Catalogue) -> dict[str, Bound]:
    values = {"pue": question.pue, f"wue_{question.wue_basis}": question.wue}
    for owner in ("device", "machine"):
        values |= {f"{owner}_lifetime": question.lifetime_years, f"{owner}_occupancy": question.occupancy}
    bounds = {name: given(catalogue, name, value) for name, value in values.items() if value is not None}
    if question.wue is not None:
        other = "wue_site" if question.wue_basis == "it" else "wue_it"
        bounds[other] = Bound(other, "given", None, missing="not_applicable")
    return bounds


def _amounts(question: Question, catalogue: Catalogue) -> dict[str, float]:
    machine = bool(question.device) and catalogue.subjects[question.device or ""].kind == "machine"
    found = {
        "it_energy": question.it_energy_kwh,
        "machine_hours" if machine else "device_hours": question.device_hours,
        "resource_share": question.resource_share if question.resource_share is not None else 1.0,
        "data_gb": question.data_gb,
    }
    return {name: value for name, value in found.items() if value is not None}


def _used(name: str, cell: Cell) -> bool:
    if name.startswith("device_"):
        return "device_hours" in cell.amounts
    if name.startswith("machine_"):
        return "machine_hours" in cell.amounts
    if name.startswith("network_"):
        return "data_gb" in cell.amounts
    return not name.endswith("_ratio")
