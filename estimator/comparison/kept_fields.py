"""What people said of an option, kept by what replaces it on its card: another model, program or task."""

from collections.abc import Mapping, Sequence
from typing import Any

Values = Mapping[str, Any]  # an option, as plain values

OF_RUN = {"id", "quality", "acceptance", "acceptance_why", "aside"}  # of what runs: another has its own
SERVED = {"precision_bits", "concurrency", "device_count", "device_hours", "load", "it_energy_kwh", "product"}
MADE = {"reasoning_tokens", "audio_s", "images", "image_side", "videos"}  # a model of another kind makes none
OF_MODEL = OF_RUN | SERVED | MADE | {"model", "active_share", "seats", "seat_days", "fine_tuning", "training"}
OF_PROGRAM = OF_RUN | {"method", "alternative", "acts", "existing_server", "host", "zone_supposed"}
OF_TASK = ("quality", "people", "acceptance", "acceptance_why")  # found on one task: another needs its own
WHERE = {"host", "provider", "zone", "device", "resource_share"}  # of a use: what says where it runs
ONCE = {"label", "status", "why", "existing_server"}  # of the first option of a card alone


def as_model(made: Values, held: Values, another: bool) -> dict[str, Any]:
    """The option of a model, or of the same one elsewhere, with what was said of the option that it replaces."""
    there, own = held.get("use", {}), WHERE | {"reserved_hours", "zone_supposed"}
    if all(made["use"].get(name) == there.get(name) for name in ("host", "provider")):
        own -= {"zone", "zone_supposed"}  # of the place, which is the same
    own |= OF_MODEL if another else set()
    use = {n: v for n, v in made["use"].items() if n in own} | {n: v for n, v in there.items() if n not in own}
    kept = {name: value for name, value in held.items() if name not in own}
    return {name: value for name, value in made.items() if name in own} | kept | {"use": use}


def as_programs(made: Sequence[Values], held: Values, was: Values) -> list[dict[str, Any]]:
    """The options of a card without AI with what was said of the one before. was: that one, as it was proposed."""
    said, inner = _said(held, was), _said(held.get("alternative", {}), was.get("alternative", {}))
    found = []
    for index, option in enumerate(made):
        one = dict(option) | {name: value for name, value in said.items() if not index or name not in ONCE}
        if "alternative" in one:
            one["alternative"] = one["alternative"] | inner
        if "zone" in inner:
            one.pop("zone_supposed", None)
        found.append(one)
    return found


def _said(held: Values, was: Values) -> dict[str, Any]:
    return {name: value for name, value in held.items() if name not in OF_PROGRAM and value != was.get(name)}


def on_task(made: Values, held: Values, proposed: Values, before: str, after: str) -> dict[str, Any]:
    """An option for a task, made of `held`: what was found of that one on the task before, but for what the tables
    propose, is set aside; what was found on this task is back."""
    before, after = (task.removeprefix("task/") for task in (before, after))
    found = {name: held[name] for name in OF_TASK if name in held and held[name] != proposed.get(name)}
    acts, own = (one.get("alternative", {}).get("acts") for one in (held, proposed))
    found |= {"acts": acts} if proposed and acts not in (None, own) else {}
    aside = held.get("aside", ())
    back = {n: value for said in aside if said["task"] == after for n, value in said.items() if n != "task"}
    kept = [said for said in aside if said["task"] not in (before, after)] + [{"task": before, **found}] * bool(found)
    if (acts := back.pop("acts", None)) and "alternative" in made:
        back["alternative"] = made["alternative"] | {"acts": acts}
    return {name: value for name, value in made.items() if name != "aside"} | back | ({"aside": kept} if kept else {})
