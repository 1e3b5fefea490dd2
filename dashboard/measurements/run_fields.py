"""Raw fields of a run, by group (run_fields.toml): each non-empty column of the ledger, as read."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dashboard.shared import estimator_gateway
from dashboard.shared.dates import day_text, duration_text, moment_text, month_text
from dashboard.shared.texts import both, known_text, sentence, t
from estimator.core.number_format import count_text, exact_text
from estimator.ledger.rows import COMPONENTS

_SAID: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
GROUPS = {group: names.split() for group, names in _SAID["groups"].items()}
SUBJECTS = ("zone", "host", "machine", "device", "gap", "product", "task", "network", "storage")
CODED = ("scope", "time_basis", "phase")
MOMENTS, MIDNIGHT = {"start_us": "start", "end_us": "end", "told_us": "told"}, "00:00:00"


def field_groups(run: Mapping[str, Any], lang: str) -> dict[str, list[tuple[str, Any]]]:
    """Every field of a run, under the name of its group; without the groups that are all empty."""
    groups = {}
    for group, names in GROUPS.items():
        pairs = [(t(f"fields.{name}", lang), _value(name, run, lang)) for name in names]
        if group == "energy":
            pairs = [(sentence(t(f"run.components.{c}", lang)), _energy(c, run, lang)) for c in COMPONENTS] + pairs
            pairs.append((t("run.modelled", lang), t("proof.estimated", lang) if modelled(run) else ""))
        if group == "place":
            pairs += [(t("run.place_told", lang), both(told, lang)) for told in run["places_told"]]
        groups[group] = pairs
    return {group: pairs for group, pairs in groups.items() if any(value not in (None, "") for _, value in pairs)}


def modelled(run: Mapping[str, Any]) -> bool:
    """Whether its electricity is known, from counts and not from any reading."""
    return bool(run["modelled"]) and run["indicators"]["it_energy"]["central"] is not None


def whole_days(run: Mapping[str, Any]) -> bool:
    """Whether its trace has days only: from the start of one to the end of one."""
    start, end = run["start"], run["end"]
    return bool(start[11:19] == end[11:19] == MIDNIGHT and start != end)


def mode_name(mode: str | None, lang: str) -> str:
    """« Compteur de la carte (NVML) »"""
    return estimator_gateway.subject_name(mode, lang) if mode else ""


def _energy(component: str, run: Mapping[str, Any], lang: str) -> str:
    """Energy and its metering mode, or the mode when there is no energy."""
    kwh, mode = run.get(f"{component}_energy_kwh"), run.get(f"{component}_mode")
    if kwh is None:
        return "" if mode in (None, "mode/none") else t("run.no_energy", lang, mode=mode_name(mode, lang))
    return t("run.read_by", lang, value=exact_text(kwh, "kWh", lang), mode=mode_name(mode, lang))


def _value(name: str, run: Mapping[str, Any], lang: str) -> Any:
    """A field in readable form: label of a code or subject, formatted number, other values unchanged."""
    value = run.get(name)
    if value is None:
        return None
    if name in MOMENTS:
        return _moment(name, run, lang)
    if name in ("start_month", "end_month"):
        return month_text(value, lang)
    if name == "duration_s":
        return duration_text(value, lang)
    if name == "cumulative":
        return t("run.yes" if value else "run.no", lang)
    if name in CODED and (told := known_text(f"codes.{value}", lang)):
        return told
    if name == "model":
        return estimator_gateway.model_name(value, lang)
    if name in SUBJECTS:
        return estimator_gateway.subject_name(value, lang)
    return _number(value, _SAID["units"].get(name, "1"), lang)


def _moment(name: str, run: Mapping[str, Any], lang: str) -> str:
    """A time, or a day when the trace has days only; the end is then the last day included."""
    if whole_days(run) and name != "told_us":
        return day_text(run["start"] if name == "start_us" else run["last"], lang)
    return moment_text(run[MOMENTS[name]], lang)


def _number(value: Any, unit: str, lang: str) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if unit == "1" and float(value).is_integer():
        return count_text(int(value), lang)
    return exact_text(float(value), unit, lang)
