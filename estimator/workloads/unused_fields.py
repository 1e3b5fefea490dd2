"""Fields of a request that no figure would be computed from, beside what else it states: refused, never dropped."""

from collections.abc import Iterable, Mapping

from estimator.core.errors import SobriaError
from estimator.workloads.request import OF_TRAINING, Request, TrainingEffort

ANSWERS = (
    *("input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens"),
    *("images", "image_side", "videos", "audio_s"),
)
MADE = ("images", "videos", "audio_s")  # their electricity is measured for each, whatever else the server does
SERVED = ("concurrency", "precision_bits", "device_count")
SEATS = ("seats", "seat_days", "active_share")
SEARCHED = ("requests", "task")  # a search in documents is counted by them too, whatever else is stated
PLACE = ("zone", "host", "provider", "pue", "wue")
USES = ("it_energy_kwh", "model", "product", "device", "data_gb", "storage_tb_months", "retrieval")
REPLACED = (  # a field, the refusal of those whose place it takes, and them
    ("it_energy_kwh", "unused_beside_energy", (*ANSWERS, *SERVED, *SEATS, *SEARCHED)),
    ("product", "unused_beside_product", ANSWERS),
)
WANTED = (  # fields -> those of which one is needed for them to be read
    (ANSWERS, ("model",)),
    (SERVED, ("model", "product")),
    (SEARCHED, ("model", "product", "retrieval")),
    (SEATS, ("product",)),
    (("image_side",), ("images",)),
    (("wue_basis",), ("wue",)),
    (("network",), ("data_gb",)),
    (("storage",), ("storage_tb_months",)),
    (("lifetime_years", "occupancy"), ("device", "model", "product")),
)
OF_REQUEST = {name: name for name in Request.model_fields} | {"day": "date", "retrieval": "documents"}
MADE_OF = ("it_energy_kwh", "device", "device_hours")  # what a training is estimated from


def refuse_unused(request: Request) -> None:
    """Pass a request all of whose fields are read. A field that has its default value is not stated.

    Raises
    ------
    SobriaError : unused_beside_energy, unused_beside_product, for fields whose place another takes;
        unused_beside_media, for those of tokens, beside images, videos or sound alone;
        unused_without, for those that are read with another alone; unused_place, for the place of a training.
    """
    stated = _stated(request)
    searched = set(SEARCHED) if request.retrieval is not None else set()
    for whole, code, replaced in REPLACED:
        if whole in stated and (unused := stated & set(replaced) - searched):
            raise SobriaError(code, unused=_options(unused))
    if request.media_alone and (unused := stated & {*SERVED, "reasoning_tokens", "cached_tokens"}):
        raise SobriaError("unused_beside_media", unused=_options(unused), media=_options(stated & set(MADE)))
    read = stated - {"model", "product"} if "it_energy_kwh" in stated else stated  # they say no more than where
    for fields, wanted in WANTED:
        if (unused := stated & set(fields)) and not read & set(wanted):
            raise SobriaError("unused_without", unused=_options(unused), wanted=_options(wanted))
    if request.training is None:
        return
    if not (effort := _stated(request.training)) & set(MADE_OF):
        raise SobriaError("unused_without", unused=_options(effort, OF_TRAINING), wanted=_options(MADE_OF, OF_TRAINING))
    if not stated & set(USES) and (unused := stated & set(PLACE)):
        raise SobriaError("unused_place", unused=_options(unused))


def _stated(given: Request | TrainingEffort) -> set[str]:
    """The fields that have another value than their default."""
    return {name for name, field in type(given).model_fields.items() if getattr(given, name) != field.default}


def _options(fields: Iterable[str], names: Mapping[str, str] = OF_REQUEST) -> str:
    """Fields as they are typed, in their order. names: field -> option."""
    asked = set(fields)
    return ", ".join(f"--{option}".replace("_", "-") for field, option in names.items() if field in asked)
