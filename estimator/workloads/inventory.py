"""Inventory of a resolved request: activity groups by origin of electricity, with amounts and selected factors."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from estimator.assessment.evaluation import ActivityGroup
from estimator.catalogue import models
from estimator.catalogue.default_subjects import UNKNOWN_SITE
from estimator.catalogue.load import far_values
from estimator.catalogue.selection import SelectedFactor, widened, years_reused
from estimator.catalogue.tables import Catalogue
from estimator.core.errors import LANGUAGES, SobriaError, listed, say, sentences
from estimator.core.language import DEFAULT
from estimator.core.number_format import sentences_with
from estimator.workloads.inference.measurements import ANY
from estimator.workloads.inference.serving import waiting
from estimator.workloads.inference_inventory import inference_inventory
from estimator.workloads.own_measures import Own, as_measured
from estimator.workloads.request import RERANKED, Request, Retrieval
from estimator.workloads.resolution import Lengths, ResolvedRequest

PLACE = (
    "pue", "wue_it", "wue_site", "grid_gwp", "grid_adpe", "grid_primary_energy", "grid_water_intensity",
    "grid_reservoir_water_intensity",
)  # fmt: skip
OF_SITE = ("pue", "wue", "wue_basis")  # what a request states of its site, for each of its lines
MADE = ("gwp", "adpe", "primary_energy")
DEVICE = (*(f"device_{x}" for x in MADE), "device_lifetime", "device_occupancy")
MACHINE = (*(f"machine_{x}" for x in MADE), "machine_lifetime", "machine_occupancy", "machine_share")
SEATS = (
    *("seat_active_share", "seat_worked_share", "seat_uses_per_day"),
    *("task_input_tokens", "task_output_tokens", "task_calls", "task_fresh_share"),
)
DEFAULTED = (
    "seat_worked_share",
    *(n for n in (*DEVICE, *MACHINE) if n.endswith(("_lifetime", "_occupancy", "_share"))),
)  # of any subject
NETWORK = tuple(f"network_{x}_per_gb" for x in MADE)
HARDWARE = {"machine_hours", "device_hours", "hosted_hours", "resource_share"}  # nothing counts without electricity
GB_YEARS_PER_TB_MONTH = 1000 / 12


@dataclass
class Inventory:
    """The groups of a resolved request; rows used, warnings."""

    groups: list[ActivityGroup] = field(default_factory=list)
    rows: tuple[str, ...] = ()
    warnings: list[dict[str, str]] = field(default_factory=list)


def inventory_of(resolved: ResolvedRequest, own: Own | None = None) -> Inventory:
    """The main group (electricity, manufacture, network), then waiting hours and storage, if any.

    own: what a home measured; an estimate of the same model at the same host starts from it.
    """
    request, inventory = resolved.request, Inventory(warnings=list(resolved.warnings))
    amounts: dict[str, float] = {}
    bounds = resolved.bounds(*PLACE)
    if request.it_energy_kwh is not None:
        amounts["it_energy"] = request.it_energy_kwh
    elif request.model is not None:
        _answers(resolved, inventory, amounts, bounds, own or {})
    elif resolved.reserved and resolved.subjects["device"]:
        amounts["working_hours"] = _reserved_hours(resolved)
        bounds |= _working(resolved, _load(resolved))
    _hardware(resolved, amounts, bounds)
    if request.data_gb is not None:
        amounts["data_gb"] = request.data_gb
        bounds |= resolved.bounds(*NETWORK)
    if amounts:
        inventory.groups.insert(0, ActivityGroup(amounts, bounds))
    if request.retrieval is not None:
        _search(resolved, request.retrieval, inventory)
    if request.storage_tb_months is not None:
        kept = resolved.bounds(*PLACE, "storage_energy", "storage_replication")
        inventory.groups.append(
            ActivityGroup({"stored_gb_years": request.storage_tb_months * GB_YEARS_PER_TB_MONTH}, kept)
        )
        inventory.warnings.append(sentences("served", "storage_without_manufacture"))
    counted = [group for group in inventory.groups if group.amounts.keys() - HARDWARE]
    if inventory.groups and not counted:
        named = {lang: resolved.catalogue.label(resolved.subjects["machine"] or "", lang) for lang in LANGUAGES}
        inventory.warnings.append(sentences("served", "machine_hours_alone", name=named))
    inventory.warnings += _wider(counted, resolved.catalogue)
    inventory.warnings += years_reused(bounds, resolved.day.year, resolved.catalogue) if counted else []
    used = (bound.factor for group in counted for bound in group.bounds.values() if bound.factor)
    inventory.warnings += [far.told() for far in far_values(used)]
    inventory.warnings = list({warning[DEFAULT]: warning for warning in inventory.warnings}.values())
    return inventory


def _search(resolved: ResolvedRequest, asked: Retrieval, inventory: Inventory) -> None:
    """The lines of a search before an answer, where the answer is made: index, query and reranking."""
    count, lines = resolved.request.requests, dict[str, tuple[str, float, float]]()
    of = {"index": ("document_tokens", "changed_share"), "query": ("query_tokens",), "rerank": RERANKED}
    lines["index"] = (asked.embedding_model, asked.document_tokens or 0.0, asked.indexed)
    lines["query"] = (asked.embedding_model, asked.query_tokens or 0.0, count)
    if asked.rerank_model is not None:
        lines["rerank"] = (asked.rerank_model, (asked.passages or 0.0) * (asked.passage_tokens or 0.0), count)
    site = {name: getattr(resolved.request, name) for name in OF_SITE}
    for part, (model, tokens, times) in lines.items():
        if (known := models.find(model)).modality != "embedding":
            makes = {lang: say("models", f"makes_{known.modality}", lang) for lang in LANGUAGES}
            raise SobriaError("not_of_search", model=known.name, makes=makes)
        line = Request(model=model, input_tokens=tokens, requests=times, **site).checked()
        found = inventory_of(replace(resolved, request=line, warnings=[], lengths={}))
        spreads = [resolved.spreads[name] for name in of[part] if name in resolved.spreads]
        inventory.groups += [replace(group, part=part, bounds=_wide(group, spreads)) for group in found.groups]
        inventory.rows = tuple(dict.fromkeys((*inventory.rows, *found.rows)))
        inventory.warnings += [_of_search(warning) for warning in found.warnings]
    again = "index_once" if not asked.reindexings else "index_full" if asked.changed_share == 1 else "index_changed"
    facts = {"documents": asked.documents, "times": asked.reindexings, "share": 100 * asked.changed_share}
    read_by = models.find(asked.embedding_model).name
    inventory.warnings.append(sentences_with("served", again, **facts, model=read_by))


def _of_search(warning: Mapping[str, str]) -> dict[str, str]:
    """What is told of the cards of a line of a search, and not of those of the answer."""
    if not warning["code"].startswith(("embedding_", "media_")):
        return {**warning}
    told = {lang: warning[lang][:1].lower() + warning[lang][1:] for lang in LANGUAGES}
    return {**warning} | {lang: say("served", "of_search", lang, told=told[lang]) for lang in LANGUAGES}


def _wide(group: ActivityGroup, spreads: Sequence[tuple[float, float]]) -> Mapping[str, SelectedFactor]:
    """The factors of a line of a search, with the doubt of its lengths in that of a token."""
    return {n: widened(item, spreads) if n == "media_energy" else item for n, item in group.bounds.items()}


def _answers(
    resolved: ResolvedRequest,
    inventory: Inventory,
    amounts: dict[str, float],
    bounds: dict[str, SelectedFactor],
    own: Own,
) -> None:
    """What a model answered: on reserved accelerators with their waiting hours, or on a shared service."""
    device, host = resolved.subjects["device"], resolved.subjects["host"] or UNKNOWN_SITE
    found = inference_inventory(resolved.request, device, host, resolved.catalogue, resolved.day)
    amounts |= _seats(resolved.request) or task_uses(resolved) or found.amounts
    bounds |= resolved.bounds(*SEATS) if resolved.request.product else resolved.lengths
    bounds |= found.bounds | {"host_ratio": resolved.bound("host_ratio", resolved.subjects["machine"])}
    if not resolved.reserved and not resolved.desk:
        bounds |= waiting(resolved.catalogue, host, resolved.day)
    measure = own.get((models.find(resolved.request.model or "").id, host))
    if measure and not resolved.reserved and {"output_tokens", "stated_uses"} & amounts.keys():
        bounds |= as_measured(found.bounds, measure)
        inventory.warnings.append(measure.said())
    inventory.rows = found.rows
    inventory.warnings += found.warnings
    inventory.warnings += _of_a_fleet(resolved, found.bounds.get("serving_software"))
    if resolved.reserved:
        spreads = _of_a_set(resolved, inventory, found.cards)
        _add_waiting_hours(resolved, inventory, ActivityGroup(amounts, bounds), spreads)
        inverse = [(1 / high, 1 / low) for low, high in spreads]
        lives = resolved.bounds("device_lifetime", "machine_lifetime") if spreads else {}
        bounds |= {name: widened(item, inverse, "cards_of_a_set") for name, item in lives.items()}


def _of_a_fleet(resolved: ResolvedRequest, software: SelectedFactor | None) -> list[dict[str, str]]:
    """A sentence where a card is stated at a place that has software of its own: that of a fleet, not of one's card."""
    if not resolved.request.device or not software or not software.factor or software.subject == ANY:
        return []
    key = "fleet_reserved" if resolved.reserved else "fleet_shared"
    return [sentences_with("served", key, software=software.factor.value or 1.0)]


def _seats(request: Request) -> dict[str, float]:
    """Days of the seats of a product, of active people where their share is stated; nothing without a product."""
    if request.product is None:
        return {}
    days, share = request.requests * request.seats * request.seat_days, request.active_share
    stated = {"seat_days": days if share is None else 0.0, "active_seat_days": days * (share or 0.0)}
    return stated | {"stated_uses": 0.0}


def task_uses(asked: ResolvedRequest | Lengths) -> dict[str, float]:
    """Uses whose lengths are those of a task; nothing where tokens are stated."""
    return {"stated_uses": asked.uses, "seat_days": 0.0, "active_seat_days": 0.0} if asked.lengths else {}


def _of_a_set(resolved: ResolvedRequest, inventory: Inventory, cards: tuple[float, ...]) -> list[tuple[float, float]]:
    """How far the cards of a set of models, whose hours are those of its usual size, are from those of its members."""
    known = models.load().set_of.get(models.find(resolved.request.model or "").id)
    fewest, usual, most = cards
    if known is None or fewest == most or resolved.request.device_count:
        return []
    inventory.warnings.append(sentences_with("served", "cards_of_a_set", fewest=fewest, usual=usual, most=most))
    return [(fewest / usual, most / usual)]


def _add_waiting_hours(
    resolved: ResolvedRequest, inventory: Inventory, answers: ActivityGroup, spreads: Sequence[tuple[float, float]]
) -> None:
    """Reserved hours that no answer takes, in a group of their own: charged once, at the power of a waiting card. Where
    the time of an answer is not known, the least that it can be: its electricity at the full power of the card."""
    hours, made = _reserved_hours(resolved), answers.values
    busy, energy = made["answering_hours"], made["answering_energy"]
    power = resolved.bound("max_power", resolved.subjects["device"]).factor
    if busy is None and energy is not None and power and power.value:
        busy = energy / power.value
        inventory.warnings.append(sentences("served", "waiting_supposed"))
    if busy is None:
        inventory.warnings.append(sentences("served", "waiting_unknown"))
    elif busy > hours:
        inventory.warnings.append(sentences_with("served", "hours_too_few", hours=hours, busy=busy))
    else:
        load = replace(widened(resolved.bound("token_idle_share", ANY), spreads), quantity="device_load")
        group = ActivityGroup({"working_hours": hours - busy}, resolved.bounds(*PLACE) | _working(resolved, load))
        inventory.groups.append(group)
        occupied = 100 * busy / hours if hours else 0.0
        inventory.warnings.append(sentences_with("served", "waiting_charged", hours=hours - busy, share=occupied))


def _working(resolved: ResolvedRequest, load: SelectedFactor) -> dict[str, SelectedFactor]:
    power, ratio = resolved.bounds("max_power", "host_ratio").values()
    return {"max_power": power, "device_load": load, "host_ratio": ratio}


def _load(resolved: ResolvedRequest) -> SelectedFactor:
    """The load as given, else that of a training or of a service."""
    stated = resolved.given.get("device_load")
    name = "training_load" if resolved.trained else "serving_load"
    return stated or replace(resolved.bound(name, ANY), quantity="device_load")


def _hardware(resolved: ResolvedRequest, amounts: dict[str, float], bounds: dict[str, SelectedFactor]) -> None:
    """Manufacture of the accelerators and their servers, or of the given machine."""
    request, device, machine = resolved.request, resolved.subjects["device"], resolved.subjects["machine"]
    answering = bool({"output_tokens", "media_outputs", "stated_uses"} & amounts.keys())
    if device is None and not answering:
        if machine is not None and request.device_hours is not None:
            amounts |= {"machine_hours": request.device_hours, "resource_share": _share(resolved)}
            bounds |= resolved.bounds(*MACHINE)
        return
    if request.device_hours is not None:
        amounts |= {"device_hours": request.device_hours, "hosted_hours": request.device_hours}
    elif not answering:
        return
    amounts["resource_share"] = _share(resolved)
    bounds |= {**resolved.bounds(*DEVICE, *MACHINE, "devices_per_server"), **bounds}


def _share(resolved: ResolvedRequest) -> float:
    return 1.0 if resolved.request.resource_share is None else resolved.request.resource_share


def _reserved_hours(resolved: ResolvedRequest) -> float:
    """Hours of whole accelerators [h]: those of a part of one count for its share, as they do in manufacture."""
    return _share(resolved) * (resolved.request.device_hours or 0.0)


def _wider(groups: Iterable[ActivityGroup], catalogue: Catalogue) -> list[dict[str, str]]:
    """A warning for each subject with fallback factors; lifetimes, how a class of places serves and the server that a
    machine is a share of are so by design."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for group in groups:
        for name, bound in group.bounds.items():
            if not bound.factor or not bound.fallback_level or name in DEFAULTED:
                continue
            share = group.bounds.get("machine_share") if name in MACHINE else None
            a_share = share is not None and share.factor is not None and not share.fallback_level
            if not a_share and catalogue.quantities[name].hangs_on != "serving":
                found.setdefault((bound.subject, bound.factor.subject), {})[name] = None
    told = []
    for (asked, used), names in found.items():
        body = {"code": "wider_subject"}
        for lang in LANGUAGES:
            facts = {"asked": catalogue.label(asked, lang), "used": catalogue.label(used, lang)}
            quantities = listed((catalogue.quantities[n].label(lang) for n in names), lang)
            body[lang] = say("warnings", "wider_subject", lang, quantities=quantities, **facts)
        told.append(body)
    return told
