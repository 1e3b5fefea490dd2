"""Energy of an image, a video, a second of sound heard or an embedded token, at the accelerators: of its model where it
was measured, else of all that were."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from estimator.catalogue.default_subjects import DESKS
from estimator.catalogue.load import load as catalogue
from estimator.catalogue.schema import Factor
from estimator.workloads.inference.measurements import ANY, MEDIA, MeasuredConfiguration, MediaKind, TokenTables, load
from estimator.workloads.inference.serving import computed, safe

JOULES_PER_KWH = 3.6e6
MEASURED_SIDE = 1024.0  # of the images of the measured configurations [px]
HEARD: dict[MediaKind, tuple[str, ...]] = {
    "image": (),
    "video": (),
    "sound": ("sound_computed",),
    "embedding": ("embedding_computed",),
}  # what is always told


@dataclass(frozen=True)
class MediaEnergy:
    """Electricity of one image, video, second of sound or token [kWh], the rows behind it, codes of what to tell."""

    factor: Factor
    rows: tuple[str, ...]
    warnings: tuple[str, ...]


def media_energy(
    kind: MediaKind,
    model: str | None,
    device: str | None,
    table: TokenTables | None = None,
    size: tuple[float, float, float] = (1.0, 1.0, 1.0),
) -> MediaEnergy:
    """Electricity of the accelerators for one image, one video, one second of sound that a model hears, or one token
    that it embeds.

    device: an accelerator, or a computer of the desk. size: least, usual and most parameters [billions], for the kinds
    whose value for models not measured is by billion of them.
    """
    table = table or load()
    of_kind = [r for r in table.rows if r.unit == MEDIA[kind]]
    rows = [r for r in of_kind if r.model == model]
    if not rows:
        item = table.find(f"{kind}_energy")
        rests_on = tuple(r.id for r in of_kind) if kind == "embedding" else (item.id,)
        if model is not None:  # what is not known of a model is its own: it does not cancel against another
            item = item.model_copy(update={"id": safe(f"{item.id}/{model}")})
        if size[1] != 1.0:
            item = _times(item, size, f"{item.id}/{size[1]:g}")
        found = MediaEnergy(item, rests_on, (*_unmeasured(kind, device, of_kind), *HEARD[kind]))
        return at_a_desk(found, device, table) if kind == "sound" and device in DESKS else found
    here = [r for r in rows if _covers(device, r.device)]
    used = here or rows
    value = math.exp(sum(math.log(r.energy_j) for r in used) / len(used))
    low, high = min(r.energy_low_j or r.energy_j for r in used), max(r.energy_high_j or r.energy_j for r in used)
    ids = tuple(r.id for r in used)
    if kind == "sound" and device in DESKS:
        middle = computed(
            f"media_energy/{model}",
            "media_energy",
            (value / JOULES_PER_KWH,) * 3,
            used[0].source,
            used[0].locator,
            unit="kWh",
        )
        return at_a_desk(MediaEnergy(middle, ids, HEARD[kind]), device, table)
    if not here:
        ratio = table.find("token_energy_device", ANY)
        assert ratio.low and ratio.value and ratio.high
        low, high, ids = low * ratio.low / ratio.value, high * ratio.high / ratio.value, (*ids, ratio.id)
    ends = (low / JOULES_PER_KWH, value / JOULES_PER_KWH, high / JOULES_PER_KWH)
    where = f"{model}/{device or ANY}".replace(" ", "-")
    item = computed(f"media_energy/{where}", "media_energy", ends, used[0].source, used[0].locator, unit="kWh")
    apart = f"{kind}_device_unknown" if HEARD[kind] else "media_device_unknown"
    return MediaEnergy(item, ids, (*(() if here else (apart,)), *HEARD[kind]))


def at_a_desk(found: MediaEnergy, device: str, table: TokenTables) -> MediaEnergy:
    """Sound heard by a computer of the desk, from what the card of the trials takes for it."""
    ratio = table.find("sound_desk_ratio", device)
    assert ratio.low and ratio.value and ratio.high
    item = _times(found.factor, (ratio.low, ratio.value, ratio.high), f"{found.factor.id}/{device}", device)
    item = item.model_copy(update={"locator": f"{item.locator} ; × {ratio.id} : {ratio.source}, {ratio.locator}"})
    told = [code for code in found.warnings if code not in HEARD["sound"]]
    return MediaEnergy(item, (*found.rows, ratio.id), (*told, "sound_at_a_desk"))


def of_side(found: MediaEnergy, side: float, table: TokenTables | None = None) -> MediaEnergy:
    """An image of another side [px] than MEASURED_SIDE: its electricity times what each doubling costs."""
    each = (table or load()).find("image_doubling")
    assert each.low and each.value and each.high
    doublings = math.log2(side / MEASURED_SIDE)
    low, value, high = sorted(end**doublings for end in (each.low, each.value, each.high))
    item = _times(found.factor, (low, value, high), f"{found.factor.id}/{side:g}px")
    return MediaEnergy(item, (*found.rows, each.id), (*found.warnings, "image_side"))


def _times(item: Factor, ends: tuple[float, float, float], name: str, subject: str = ANY) -> Factor:
    """A factor times another number, by their ends, for a subject."""
    assert item.low is not None and item.value is not None and item.high is not None
    scaled = (item.low * ends[0], item.value * ends[1], item.high * ends[2])
    more = {"unit": "kWh", "subject": subject}
    return computed(name.replace(" ", "-"), "media_energy", scaled, item.source, item.locator, **more)


def _unmeasured(kind: MediaKind, device: str | None, rows: Sequence[MeasuredConfiguration]) -> tuple[str, ...]:
    """What is told of a model that was not measured, and of a card that is not the one of the only model that was."""
    if kind != "embedding":
        return ("model_unknown",)
    here = any(_covers(device, r.device) for r in rows)
    return ("embedding_model_unknown", *(() if here else ("embedding_other_card",)))


def _covers(asked: str | None, had: str) -> bool:
    """Is the device of a measurement the one asked for, or one of the class asked for?"""
    return asked is not None and asked != ANY and asked in set(catalogue().fallbacks(had))
