"""Resolution of a request: zone, host, machine, device and network, each a subject of the tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from estimator.catalogue.default_subjects import (
    ANY_CARD,
    ANY_NETWORK,
    ANY_STORAGE,
    DESK,
    DESKS,
    FLEET,
    UNKNOWN_SITE,
    machine_at,
)
from estimator.catalogue.load import load as load_catalogue
from estimator.catalogue.models import is_of_api, known
from estimator.catalogue.models import load as load_models
from estimator.catalogue.products import find as find_product
from estimator.catalogue.providers import Provider
from estimator.catalogue.providers import find as find_provider
from estimator.catalogue.providers import load as all_providers
from estimator.catalogue.resolver import zone_of
from estimator.catalogue.selection import SelectedFactor, given, select_factor
from estimator.catalogue.tables import Catalogue
from estimator.core.errors import LANGUAGES, SobriaError, listed, say, sentences
from estimator.core.number_format import pair_text, sentences_with
from estimator.places.supplier_answers import SupplierAnswer, answered_bounds
from estimator.workloads.inference.serving import by_convention, exact
from estimator.workloads.request import Request

OF_TASK = ("audio_s", "images", "input_tokens", "output_tokens", "calls", "fresh_share")


class SubjectUnknown(SobriaError):
    """A host, device or machine that is not in the catalogue."""


@dataclass(frozen=True)
class ResolvedRequest:
    """A request with its subjects resolved; assumptions are in `warnings`.

    sites: zones where the providers that say so serve, for one that does not say where; empty where the zone is known.
    lengths: factors of the tokens of a use, where its task gives some; uses: how many, each of its calls.
    answered: what the supplier of the host answered, in place of the factors of the tables.
    spreads: of the lengths of a search that are supposed, their ends over their value.
    """

    request: Request
    catalogue: Catalogue
    day: date
    trained: bool
    subjects: dict[str, str | None]
    warnings: list[dict[str, str]]
    sites: tuple[str, ...] = ()
    lengths: Mapping[str, SelectedFactor] = field(default_factory=dict)
    uses: float = 0.0
    answered: Mapping[str, SelectedFactor] = field(default_factory=dict)
    spreads: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def bound(self, quantity: str, subject: str | None) -> SelectedFactor:
        """The selected factor of a quantity for a subject on the day of the request, or the reason of its absence."""
        if self.sites and self.catalogue.quantities[quantity].hangs_on == "zone":
            return over_sites(quantity, self.sites, self.catalogue, self.day)
        return select_factor(self.catalogue, quantity, subject, self.day)

    def bounds(self, *quantities: str) -> dict[str, SelectedFactor]:
        """Selected factors of these quantities for the resolved subjects: user-supplied values first, then answers of
        the supplier."""
        names = {name: self.subjects.get(self.catalogue.quantities[name].hangs_on) for name in quantities}
        stated = {**self.answered, **self.given}
        return {name: stated[name] if name in stated else self.bound(name, subject) for name, subject in names.items()}

    @cached_property
    def given(self) -> dict[str, SelectedFactor]:
        """A user-supplied value in place of a factor. given_value_refused outside the plausible range."""
        request = self.request
        fields = {"pue": "pue", f"wue_{request.wue_basis}": "wue", "device_load": "load"}
        for owner in ("device", "machine"):
            fields |= {f"{owner}_lifetime": "lifetime_years", f"{owner}_occupancy": "occupancy"}
        bounds: dict[str, SelectedFactor] = {}
        for name, field_ in fields.items():
            if (value := getattr(request, field_)) is not None:
                bounds[name] = given(self.catalogue, name, value)
        if request.wue is not None:
            other = "wue_site" if request.wue_basis == "it" else "wue_it"
            bounds[other] = SelectedFactor(other, "given", None, missing="not_applicable")
        return bounds

    @property
    def desk(self) -> bool:
        return self.subjects["host"] == DESK or self.subjects["machine"] in DESKS

    @property
    def reserved(self) -> bool:
        """Whether hours of accelerators are given, idle ones included."""
        return self.request.device_hours is not None


def resolve(
    request: Request,
    catalogue: Catalogue,
    day: date,
    trained: bool = False,
    supplied: Sequence[SupplierAnswer] = (),
) -> ResolvedRequest:
    """The subjects of a request; supplied: what suppliers had answered on the day, of any host. SubjectUnknown,
    ProviderUnknown, ProductUnknown."""
    request = of_product(request)
    warnings: list[dict[str, str]] = []
    host = resolve_subject(request.host, ("host",), catalogue) or _served_at(request, warnings)
    zone = _zone(request.zone, catalogue, warnings) or (catalogue.subjects[host].zone or None if host else None)
    hardware = resolve_subject(request.device, ("device", "machine"), catalogue)
    sites = sites_of_providers(catalogue) if request.provider and not zone else ()
    device = hardware if hardware and catalogue.subjects[hardware].kind == "device" else None
    machine = None if device else hardware
    if not host and machine in DESKS:
        host = DESK
    if host in (None, UNKNOWN_SITE) and is_of_api(request.model):
        host = FLEET
        warnings.append(sentences("served", "fleet_assumed"))
    if not host:
        host = UNKNOWN_SITE
        warnings.append(sentences("served", "site_assumed"))
    warnings += _apart(host, zone, catalogue)
    modelled = bool(request.retrieval or (request.model and request.it_energy_kwh is None))
    if machine is None and (device or modelled):
        machine = machine_at(host)
    if device is None and modelled and machine not in DESKS:
        device = ANY_CARD
    network = resolve_subject(request.network, ("network",), catalogue)
    if request.data_gb and not network:
        network = ANY_NETWORK
        warnings.append(sentences("warnings", "network_assumed"))
    storage = resolve_subject(request.storage, ("storage",), catalogue) or ANY_STORAGE
    subjects = {"zone": zone, "host": host, "device": device, "machine": machine, "network": network}
    subjects |= {"storage": storage, "seat": request.product, "task": _task(request, catalogue)}
    answered = answered_bounds(supplied, host) if host else {}
    found = ResolvedRequest(request, catalogue, day, trained, subjects, warnings, sites, answered=answered)
    if kept := [name for name, bound in answered.items() if bound.factor and name not in found.given]:
        told = {"code": "supplier_answers"}
        for lang in LANGUAGES:
            names = listed((catalogue.quantities[n].label(lang) for n in kept), lang)
            told[lang] = say("served", "supplier_answers", lang, host=catalogue.label(host or "", lang), list=names)
        warnings.append(told)
    return found


def _apart(host: str | None, zone: str | None, catalogue: Catalogue) -> list[dict[str, str]]:
    """That the zone said of a site is not its own, if so."""
    site = catalogue.zone_apart(host, zone)
    return [sentences("warnings", "zone_apart", host=host, site=site, zone=zone)] if site else []


def over_sites(quantity: str, sites: tuple[str, ...], catalogue: Catalogue, day: date) -> SelectedFactor:
    """The factor of a zone quantity over several sites, one of which served: median, lowest and highest of theirs."""
    rows = [item for zone in sites if (item := select_factor(catalogue, quantity, zone, day).factor)]
    rows = [item for item in rows if item.value is not None]
    if not rows:
        return SelectedFactor(quantity, "", None, missing="no_zone")
    middle = sorted(rows, key=lambda item: item.value or 0.0)[(len(rows) - 1) // 2]
    ends = {"low": min(item.low or 0.0 for item in rows), "high": max(item.high or 0.0 for item in rows)}
    named = {"id": f"{middle.id}/sites", "bounds_kind": "rival_sources", "bounds_rule": "", "family": ""}
    return SelectedFactor(quantity, middle.subject, middle.model_copy(update=ends | named))


def sites_of_providers(catalogue: Catalogue) -> tuple[str, ...]:
    """The zone of each provider whose site is declared or assumed, one each."""
    hosts = (catalogue.subjects[provider.host] for provider in all_providers().providers if provider.host)
    return tuple(host.zone for host in hosts if host.zone)


def of_product(request: Request) -> Request:
    """A request with the model, the provider and the task of its product where it states none. ProductUnknown."""
    if request.product is None:
        return request
    product = find_product(request.product)
    usual: dict[str, str | None] = {"model": product.model, "task": product.task}
    usual |= {} if request.host else {"provider": product.provider or None}
    supposed = {name: value for name, value in usual.items() if getattr(request, name) is None}
    return request.model_copy(update=supposed | {"product": product.id})


class Lengths(NamedTuple):
    """Tokens of a task where a request states none: factors, the uses that they are of, of no seat; both in words.
    spreads: of those of a search, their ends over their value."""

    lengths: Mapping[str, SelectedFactor]
    uses: float
    told: list[dict[str, str]]
    spreads: Mapping[str, tuple[float, float]] = MappingProxyType({})


def of_task(request: Request, catalogue: Catalogue, day: date) -> tuple[Request, Lengths]:
    """A request with the tokens of its task where it states none, and these lengths, whose doubt is drawn; those of a
    product bought by the seat are factors already. Of a task of several calls, each is a request; of one of sound or
    images, the seconds or images of one act. SubjectUnknown."""
    if request.task is None or request.product is not None:
        return request, Lengths({}, 0.0, [])
    subject = _task(request, catalogue)
    request, told, spreads = _of_search(request, subject, catalogue, day)
    none = Lengths({}, 0.0, told, spreads)
    row = {name: select_factor(catalogue, f"task_{name}", subject, day) for name in OF_TASK}
    made = {n: f.value for n in ("audio_s", "images") if (f := row[n].factor) is not None}
    if made:
        return request.model_copy(update={n: v for n, v in made.items() if getattr(request, n) is None}), none
    facts: dict[str, float] = {}
    for way in ("input", "output"):
        item = row[f"{way}_tokens"].factor
        assert item and item.value and item.low and item.high
        facts |= {f"{way}_{end}": getattr(item, end) for end in ("value", "low", "high")}
    ways = ("input_tokens", "output_tokens")
    supposed = {n: facts[f"{n[:-7]}_value"] for n in ways if getattr(request, n) is None}
    if not supposed:
        return request, none
    named = {lang: catalogue.label(subject or "", lang) for lang in LANGUAGES}
    stated: dict[str, float] = {n: getattr(request, n) for n in ways if n not in supposed}
    said = "task_lengths" if not stated else "task_written" if "input_tokens" in stated else "task_read"
    told = [*told, sentences_with("warnings", said, **facts, **stated, task=named) | {"code": "task_lengths"}]
    if request.cached_tokens:
        stated["fresh_share"] = 1 - request.cached_tokens / (supposed | stated)["input_tokens"]
    calls, fresh = row["calls"].factor, row["fresh_share"].factor
    more: dict[str, float] = {}
    if len(supposed) == len(ways) and calls and calls.value and fresh and fresh.value and calls.value > 1:
        stated.clear()
        more = {name: value / calls.value for name, value in supposed.items()}
        more |= {"cached_tokens": more["input_tokens"] * (1 - fresh.value), "requests": request.requests * calls.value}
        told.append(sentences_with("warnings", "task_calls", calls=calls.value, kept=100 * (1 - fresh.value)))
    factors = {f"task_{n}": row[n] for n in (*ways, "calls", "fresh_share")}
    ones = ("seat_active_share", "seat_worked_share", "seat_uses_per_day")
    factors |= {n: by_convention(n) for n in (*ones, *(() if more else ("task_calls", "task_fresh_share")))}
    factors |= {f"task_{n}": exact(f"task_{n}", f"task_{n}", value) for n, value in stated.items()}
    if request.reasoning_tokens:
        factors["task_output_tokens"] = _longer(factors["task_output_tokens"], request.reasoning_tokens)
    return request.model_copy(update=supposed | more), Lengths(factors, request.requests, told, spreads)


def with_lengths(resolved: ResolvedRequest, lengths: Lengths) -> ResolvedRequest:
    """The request, of uses whose lengths its task gives."""
    return replace(resolved, lengths=lengths.lengths, uses=lengths.uses, spreads=lengths.spreads)


def _longer(bound: SelectedFactor, tokens: float) -> SelectedFactor:
    """A length with so many tokens more, of the same draws."""
    item = bound.factor
    assert item is not None
    ends = {end: (getattr(item, end) or 0.0) + tokens for end in ("low", "value", "high")}
    return replace(bound, factor=item.model_copy(update=ends | {"id": f"{item.id}/longer", "drawn_as": item.doubt}))


def _task(request: Request, catalogue: Catalogue) -> str | None:
    task = None if request.task is None else f"task/{request.task.removeprefix('task/')}"
    return resolve_subject(task, ("task",), catalogue)


def _of_search(
    request: Request, subject: str | None, catalogue: Catalogue, day: date
) -> tuple[Request, list[dict[str, str]], dict[str, tuple[float, float]]]:
    """A request whose search in documents has the lengths of the task where it states none, and these in words, with
    their ends over their value; a share that changes is one of them where it is that of the task."""
    asked = request.retrieval
    if asked is None:
        return request, [], {}
    names = (*asked.missing, *(("changed_share",) if asked.reindexings else ()))
    rows = {n: item for n in names if (item := select_factor(catalogue, f"task_{n}", subject, day).factor)}
    supposed = {name: rows[name].value for name in asked.missing if name in rows}
    spreads = {n: (r.low / r.value, r.high / r.value) for n, r in rows.items() if r.low and r.value and r.high}
    if "changed_share" in rows and rows["changed_share"].value != asked.changed_share:
        del spreads["changed_share"]
    if not supposed:
        return request, [], spreads
    said = {
        lang: ", ".join(
            pair_text(catalogue.quantities[f"task_{n}"].label(lang), f"{v:g}", lang) for n, v in supposed.items()
        )
        for lang in LANGUAGES
    }
    told = sentences("warnings", "task_search", listed=said)
    return request.model_copy(update={"retrieval": asked.model_copy(update=supposed)}), [told], spreads


def resolve_subject(subject: str | None, kinds: tuple[str, ...], catalogue: Catalogue) -> str | None:
    """The subject of one of these kinds of this id or alias, or None when not stated. SubjectUnknown lists the
    nearest."""
    if subject is None:
        return None
    name = catalogue.named(subject)
    found = catalogue.subjects.get(name)
    if found is None or found.kind not in kinds:
        raise SubjectUnknown(subject=subject, near=", ".join(catalogue.nearest(subject, *kinds)))
    return name


def _served_at(request: Request, warnings: list[dict[str, str]]) -> str | None:
    """The site of the provider, when no host is given: declared by it, or assumed, with a warning."""
    if request.provider is None:
        return None
    provider: Provider = find_provider(request.provider)
    key = f"provider_{provider.basis}"
    told = {
        lang: {"host": load_catalogue().label(provider.host or "-", lang), "note": provider.told(lang)}
        for lang in LANGUAGES
    }
    said = {lang: say("served", key, lang, provider=provider.name, **told[lang]) for lang in LANGUAGES}
    warnings.append({"code": key} | said)
    if not request.zone and not (provider.host and load_catalogue().subjects[provider.host].zone):
        warnings.append(sentences("served", "over_sites", provider=provider.name))
    model = known(request.model)
    if model and not provider.serves(model):
        publisher = load_models().publishers[model.publisher].name
        facts = {"provider": provider.name, "model": model.name, "publisher": publisher}
        warnings.append(sentences("served", "not_served", **facts))
    return provider.host


def _zone(zone: str | None, catalogue: Catalogue, warnings: list[dict[str, str]]) -> str | None:
    if not zone or zone in catalogue.zones:
        return zone
    found = zone_of(zone)
    key = "zone_read_as" if found else "unknown_zone"
    warnings.append(sentences("warnings", key, zone=zone, used=found or ""))
    return found or zone
