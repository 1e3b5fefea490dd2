"""A request to a language model by the method of EcoLogits 0.11.3: its figures, with its faults as warnings.

Low and high are its minimum and maximum, central their middle, as printed by EcoLogits. They are no 5 - 95 %
confidence interval: they cover the unknown model size and the provider's PUE and WUE, and nothing else.
"""

import math
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from estimator.assessment.impacts import Amount
from estimator.catalogue.load import load as load_catalogue
from estimator.catalogue.resolver import zone_of
from estimator.core.errors import LANGUAGES, SobriaError, say, sentences
from estimator.core.said_number import as_typed
from estimator.core.typography import some_of
from estimator.workloads.ecologits.formulas import EcologitsStep, compute, steps_for
from estimator.workloads.ecologits.tables import (
    WORLD,
    Constant,
    EcologitsModel,
    ElectricityMix,
    Ends,
    Sourced,
    Tables,
    load,
)

ECOLOGITS = "ecologits-0.11.3"
PHYSICAL_MJ = 3.6  # a kilowatt-hour [MJ]: less primary energy than that is not physical
LOW_BITS = re.compile(r"4bit|awq|fp8|int8|gguf|quant", re.IGNORECASE)
WORDS = {" ** ": " ^ ", " * ": " × ", " / ": " ÷ "}
NAMES_SHOWN = 3
NOTHING_SAID = dict.fromkeys(("geography", "boundary", "family", "quality"), "") | {
    "valid_from": None,
    "valid_to": None,
    "fallback_level": 0,
    "share_of_variance": None,
}
SPLIT = ("adpe", "gwp", "primary_energy")
MIX_UNITS = {"gwp": "kgCO2e/kWh", "adpe": "kgSbeq/kWh", "primary_energy": "MJ/kWh", "water": "L/kWh"}
Pair = tuple[Mapping[str, float], Mapping[str, float]]
Warnings = list[dict[str, str]]


class ValueRefused(SobriaError):
    """An impossible number of tokens or duration."""

    code = "ecologits_value_refused"


class Input:
    """A value from a table or from the user, with bounds, and the row that it comes from."""

    def __init__(self, ends: Ends, unit: str, row: Sourced | None = None, about: str = "") -> None:
        self.low, self.high = ends
        self.unit, self.row, self.about = unit, row, about


def estimate_ecologits(
    provider: str, model: str, output_tokens: float, zone: str | None = None, latency_s: float | None = None
) -> dict[str, Any]:
    """Figures of one request: {"indicators", "steps", "factors", "warnings", …}, in the shape of `estimate`.

    output_tokens [1]: tokens of the answer; zone: of the electricity, by default the one that EcoLogits assumes for
    the provider; latency_s [s]: measured time of the request, infinite or None when not measured.
    ProviderUnknown, ModelUnknown, zone_unknown, ValueRefused.
    """
    tables = load()
    measured = _measured_latency(output_tokens, latency_s)
    entry = _model(provider, model, tables)
    warnings = [sentences("warnings", "ecologits_scope"), sentences("warnings", "ecologits_bounds")]
    mix = _mix(zone, entry, tables, warnings)
    warnings += [*_about_model(entry, tables), *_about_mix(mix)]
    inputs = _inputs(entry, mix, tables, measured | {"output_tokens": output_tokens})
    worlds = (compute({n: i.low for n, i in inputs.items()}), compute({n: i.high for n, i in inputs.items()}))
    steps = tuple(step for step in steps_for(inputs) if step.name in worlds[0])
    return {
        "method": {"id": ECOLOGITS} | _sentence("method"),
        "question": {"provider": provider, "model": model, "zone": mix.zone, "output_tokens": output_tokens}
        | {"latency_s": measured.get("request_latency")},
        "indicators": _indicators(worlds),
        "steps": [_step(step, worlds, inputs) for step in steps],
        "groups": [],
        "factors": _factors(inputs, steps),
        "not_counted": [],
        "missing_inputs": [],
        "warnings": warnings,
        "factors_version": tables.version,
    }


def _measured_latency(output_tokens: float, latency_s: float | None) -> dict[str, float]:
    if not (output_tokens > 0 and math.isfinite(output_tokens)):
        raise ValueRefused(option="output-tokens", value=as_typed(output_tokens))
    if latency_s is None or latency_s == math.inf:
        return {}
    if not latency_s > 0:
        raise ValueRefused(option="latency-s", value=as_typed(latency_s))
    return {"request_latency": latency_s}


def _model(provider: str, name: str, tables: Tables) -> EcologitsModel:
    if provider not in tables.hypotheses:
        raise SobriaError(
            "ecologits_provider_unknown",
            provider=provider,
            near=_near(provider, tables.hypotheses) or ", ".join(tables.hypotheses),
        )
    entry = tables.models.get((provider, name))
    if entry is None:
        here = [n for p, n in tables.models if p == provider]
        elsewhere = [f"{n} ({p})" for p, n in tables.models if n.lower() == name.lower()]
        near = ", ".join(filter(None, [*elsewhere, _near(name, here)])) or ", ".join(sorted(here)[:NAMES_SHOWN])
        raise SobriaError("ecologits_model_unknown", model=name, provider=provider, near=near)
    return entry


def _near(text: str, names: Iterable[str]) -> str:
    """The names most similar to a text, or those that contain it, whatever the case."""
    plain = {n.lower(): n for n in names}
    text = text.lower()
    close = get_close_matches(text, plain, NAMES_SHOWN) or [n for n in plain if text and (text in n or n in text)]
    return ", ".join(plain[n] for n in close[:NAMES_SHOWN])


def _mix(zone: str | None, model: EcologitsModel, tables: Tables, warnings: Warnings) -> ElectricityMix:
    """The electricity of a zone; assumptions and fallbacks are reported. zone_unknown."""
    if zone is None:
        supposed = tables.hypotheses[model.provider]["zone"].zone or WORLD
        warnings.append(sentences("warnings", "ecologits_zone_supposed", zone=supposed, provider=model.provider))
        return tables.mixes[supposed]
    if zone in tables.mixes:
        return tables.mixes[zone]
    known = [z for z in load_catalogue().fallbacks(zone_of(zone) or zone) if z in tables.mixes]
    found = WORLD if zone.upper() == "WORLD" else known[0] if known else None
    if found is None:
        near = _near(zone, tables.mixes) or WORLD
        raise SobriaError("ecologits_zone_unknown", zone=zone, near=near, world=WORLD)
    warnings.append(sentences("warnings", "zone_read_as", zone=zone, used=found))
    return tables.mixes[found]


def _about_model(model: EcologitsModel, tables: Tables) -> Warnings:
    said = [sentences("warnings", f"ecologits_{code}") for code in _codes(model.cautions)]
    others = tables.at_another_pace(model)
    if others:
        names = some_of(others, NAMES_SHOWN)
        said.append(sentences("warnings", "ecologits_other_pace", model=model.name, others=names))
    if LOW_BITS.search(model.name):
        bits = f"{tables.constants['quantization_bits'].ends[0]:g}"
        said.append(sentences("warnings", "ecologits_bits_not_read", model=model.name, bits=bits))
    return said


def _about_mix(mix: ElectricityMix) -> Warnings:
    said = [sentences("warnings", "ecologits_pe_is_fossil"), sentences("warnings", "ecologits_reservoirs")]
    said += [sentences("warnings", f"ecologits_{code}", zone=mix.zone) for code in _codes(mix.cautions)]
    if mix.zone == WORLD:
        said.append(sentences("warnings", "ecologits_world_row"))
    if mix.pe_mj_per_kwh is not None and mix.pe_mj_per_kwh < PHYSICAL_MJ:
        facts = {"zone": mix.zone, "value": mix.pe_mj_per_kwh, "floor": PHYSICAL_MJ}
        said.append(sentences("warnings", "ecologits_pe_below_physical", **facts))
    return said


def _codes(cautions: str | None) -> list[str]:
    return [code.replace("-", "_") for code in (cautions or "").split("|") if code]


def _inputs(model: EcologitsModel, mix: ElectricityMix, tables: Tables, typed: Mapping[str, float]) -> dict[str, Input]:
    hypotheses = tables.hypotheses[model.provider]
    found = {name: Input(c.ends, c.unit, c) for name, c in tables.constants.items()}
    found |= {n: Input(hypotheses[n].ends, hypotheses[n].unit, hypotheses[n], model.provider) for n in ("pue", "wue")}
    about = f"{model.provider}:{model.name}"
    sizes = {
        "active_parameters": (model.active_low, model.active_high, "1"),
        "total_parameters": (model.total_low, model.total_high, "1"),
        "tokens_per_second": (model.tokens_per_second, model.tokens_per_second, "token/s"),
        "time_to_first_token": (model.time_to_first_token_s, model.time_to_first_token_s, "s"),
    }
    found |= {
        n: Input((low, high), unit, model, about)
        for n, (low, high, unit) in sizes.items()
        if low is not None and high is not None
    }
    values: dict[str, float | None] = {"gwp": mix.gwp_kgco2e_per_kwh, "adpe": mix.adpe_kgsbeq_per_kwh}
    values |= {"primary_energy": mix.pe_mj_per_kwh, "water": mix.water_l_per_kwh}
    shipped = {name: value for name, value in values.items() if value is not None}
    found |= {f"grid_{x}": Input((v, v), MIX_UNITS[x], mix, mix.zone) for x, v in shipped.items()}
    return found | {n: Input((v, v), "s" if n == "request_latency" else "1") for n, v in typed.items()}


def _middle(low: float, high: float) -> float:
    """The value that EcoLogits prints for a range: the mean of its ends."""
    return (low + high) / 2


def _indicators(worlds: Pair) -> dict[str, Any]:
    def amount(name: str, unit: str) -> dict[str, Any]:
        if name not in worlds[0]:
            return Amount(unit=unit, missing=sentences("missing", "licence")).as_dict()
        low, high = (world[name] for world in worlds)
        middle = _middle(low, high)
        return Amount(
            unit=unit, low=low, central=middle, high=high, at_factor_values=middle, envelope=(low, high), covers=1.0
        ).as_dict()

    parts = {"onsite": amount("onsite_water", "L"), "electricity": amount("electricity_water", "L")}
    body: dict[str, Any] = {"energy": amount("site_energy", "kWh"), "water": amount("water", "L") | parts}
    for name in SPLIT:
        unit = MIX_UNITS[name].partition("/")[0]
        body[name] = amount(name, unit) | {
            "use": amount(f"use_{name}", unit),
            "embodied": amount(f"embodied_{name}", unit),
        }
    return body | {"it_energy": amount("it_energy", "kWh")}


def _step(step: EcologitsStep, worlds: Pair, inputs: Mapping[str, Input]) -> dict[str, Any]:
    low, high = (world[step.name] for world in worlds)
    numbers = [_step_text(step, {n: f"{world[n]:.15g}" for n in step.inputs}) for world in worlds]
    texts = {lang: _step_text(step, {n: _name(n, lang) for n in step.inputs}, lang) for lang in LANGUAGES}
    formula = texts | {"expression": step.text, "numbers": " | ".join(dict.fromkeys(numbers))}
    return {
        "name": step.name,
        "label": {lang: _name(step.name, lang) for lang in LANGUAGES},
        "formula": formula,
        "unit": step.unit,
        "value": _middle(low, high),
        "low": low,
        "high": high,
        "reference": dict.fromkeys(LANGUAGES, step.reference),
        "inputs": [
            {"name": n, "value": _middle(worlds[0][n], worlds[1][n]), "unit": inputs[n].unit if n in inputs else None}
            for n in step.inputs
        ],
    }


def _step_text(step: EcologitsStep, texts: Mapping[str, str], lang: str = "") -> str:
    """The text of a step with names or numbers for its variables, and typographic operators."""
    text = step.text
    for sign, shown in WORDS.items():
        text = text.replace(sign, shown)
    functions = {n: say("ecologits", n, lang) for n in ("ceil", "min")} if lang else {}
    return re.sub(r"[a-z_]+", lambda m: texts.get(m.group(), functions.get(m.group(), m.group())), text)


def _name(name: str, lang: str) -> str:
    return say("ecologits", name, lang)


def _sentence(key: str) -> dict[str, str]:
    return {lang: _name(key, lang) for lang in LANGUAGES}


def _factors(inputs: Mapping[str, Input], steps: Iterable[EcologitsStep]) -> list[dict[str, Any]]:
    """Rows used by the steps, with their sources."""
    used = {name for step in steps for name in step.inputs}
    sources = load_catalogue().sources
    shown = {"id", "title", "publisher", "year", "url", "licence", "accessed"}
    found = []
    for name, item in inputs.items():
        if name not in used or item.row is None:
            continue
        kind = "exact" if item.low == item.high else "min_max"
        found.append(
            {
                "id": "/".join(filter(None, ("ecologits", name, item.about))),
                "value": _middle(item.low, item.high),
                "low": item.low,
                "high": item.high,
                "unit": item.unit,
                "bounds_kind": kind,
                "bounds": {lang: say("bounds", kind, lang) for lang in LANGUAGES},
                "locator": item.row.locator,
                "note": (item.row.note or "") if isinstance(item.row, Constant) else "",
                "quantity": name,
                "label": _sentence(name),
                "subject": {"id": item.about or ECOLOGITS} | {lang: item.about or ECOLOGITS for lang in LANGUAGES},
                "source": sources[item.row.source].model_dump(mode="json", include=shown),
                "stated_sources": _split(item.row),
                "asked": item.about or ECOLOGITS,
            }
            | NOTHING_SAID
        )
    return found


def _split(row: Sourced) -> list[str]:
    return (row.stated_sources or "").split("|") if isinstance(row, EcologitsModel) and row.stated_sources else []
