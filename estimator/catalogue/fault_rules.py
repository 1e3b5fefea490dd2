"""Faults of an input, whatever it came by: what a machine, a card, a grid or an answer cannot be, and what two fields
may not say together. One rule a fault, for one input or for the rows of a table; its limits are factor rows."""

import math
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, reduce
from typing import Any, NamedTuple

import numpy as np

Value = Any  # a number, or one a row; NaN where it is not known
WATTS, SECONDS = 1000.0, 3600.0  # in a kWh/h, as many of which are a MW; in an hour
SUMMED, STATED, WHOLE = 0.01, 0.05, 0.001  # tolerances of a sum, of two statements of one quantity, of a whole number
PARTS = ("cpu", "gpu", "ram", "other")
NUMBERS = (
    *(f"{part}_energy_kwh" for part in PARTS),
    *("duration_s", "machine_hours", "device_hours", "device_count", "resource_share", "latency_s", "requests"),
    *("input_tokens", "output_tokens", "cached_tokens", "reported_pue", "reported_gwp_kg", "reported_water_l"),
    "site_energy_kwh",
)
UNKEPT = (  # by some inputs, and not kept in the ledger
    *("cpu_power_w", "gpu_power_w", "ram_power_w", "stated_power_w", "least_energy_kwh", "total_energy_kwh"),
    *(
        "card_use_percent",
        "card_power_w",
        "stated_card_hours",
        "counted_card_hours",
        "wall_hours",
        "stated_hours",
        "it_energy_kwh",
        "site_pue",
    ),
    *("grid_gwp", "grid_water", "wue"),
)
TEXTS = ("machine", "device", "zone", "model", "scope", "reader")


class Stated:
    """What an input states, by the names of Activity, and the limits of its machine, card, zone and model. What is not
    stated is NaN: nothing is held against it. rows: how many the values are of, each an array of as many or one number
    for all, or a function of nothing that makes it when a rule reads it."""

    def __init__(self, values: Mapping[str, Value], rows: int = 1) -> None:
        self._values, self.rows = values, rows

    @cached_property
    def energy(self) -> Value:
        """Electricity of the equipment, or that of the site where it alone is told, as on a bill [kWh]."""
        parts = self.sum(f"{part}_energy_kwh" for part in PARTS)
        return np.where(np.isnan(parts), self["site_energy_kwh"], parts)

    @cached_property
    def site_energy(self) -> Value:
        """The same with the overhead that the input applied [kWh]."""
        return self.energy * np.nan_to_num(self["reported_pue"], nan=1.0)

    @cached_property
    def hours(self) -> Value:
        """Hours that a meter can have counted [h]."""
        hours = self["machine_hours"]
        return _where(hours >= 0, np.fmax(hours, self.metered))

    @cached_property
    def metered(self) -> Value:
        """Time that a meter may count in a shorter run [h]."""
        return self["meter_period_high"] / SECONDS

    @cached_property
    def tokens(self) -> Value:
        """Tokens read and written."""
        return self.sum(("input_tokens", "output_tokens"))

    @cached_property
    def counted(self) -> Value:
        """The same, and what was read from a cache."""
        return self.sum(("input_tokens", "output_tokens", "cached_tokens"))

    @cached_property
    def cards(self) -> Value:
        """Cards, as many as a machine can hold where it is not said."""
        return np.where(np.isnan(self["device_count"]), self["cards_per_machine_high"], self["device_count"])

    def __getitem__(self, name: str) -> Value:
        value = self._values.get(name, math.nan)
        return value() if callable(value) else value

    def sum(self, names: Iterable[str]) -> Value:
        """The sum of those that are stated; NaN when none is."""
        values = [self[name] for name in names]
        unknown = reduce(np.logical_and, map(np.isnan, values))
        return _where(~unknown, sum(map(_known, values)))

    def a_request(self, name: str) -> Value:
        """A count by request."""
        return _where(self["requests"] > 0, self[name] / self["requests"])


class Rule(NamedTuple):
    """What is read must lie between `low` and `high` [unit]. `word`: its family in the published cases. alarm: a total
    of ours reads what the fault doubts; else it is a remark on a figure of the file that is only kept beside ours."""

    code: str
    word: str
    unit: str
    read: Callable[[Stated], Value]
    low: Callable[[Stated], Value] = lambda s: -math.inf
    high: Callable[[Stated], Value] = lambda s: math.inf
    alarm: bool = True


def _known(value: Value) -> Value:
    """Zero where it is not known."""
    return np.where(np.isnan(value), 0.0, value)


def _where(condition: Value, value: Value) -> Value:
    return np.where(condition, value, math.nan)


def _drawn(part: str) -> Callable[[Stated], Value]:
    """Mean power of a component, or its stated power [W]."""
    return lambda s: np.fmax(s[f"{part}_energy_kwh"] / s.hours * WATTS, s[f"{part}_power_w"])


def _card_drawn(s: Stated) -> Value:
    """The same of one card: over the hours of the cards, else over as many cards as a machine can hold [W]."""
    most = s.hours * s["cards_per_machine_high"]
    hours = np.where(s["device_hours"] > 0, np.fmax(s["device_hours"], s.metered), most)
    return np.fmax(s["gpu_energy_kwh"] / hours * WATTS, s["gpu_power_w"] / s.cards)


def _card_most(s: Stated) -> Value:
    return s["max_power_high"] * s["card_reading_high"] * WATTS


def _machine_drawn(s: Stated) -> Value:
    """Mean power of a machine [W], where its processor or the whole was read."""
    return _where((_known(s["cpu_energy_kwh"]) + _known(s["other_energy_kwh"])) > 0, s.energy / s.hours * WATTS)


def _machine_least(s: Stated) -> Value:
    """Least power of a whole machine and of the cards read in it [W]; none of a part of one, or of a short run."""
    cards = _known(s["device_count"]) * (_known(s["gpu_energy_kwh"]) > 0)
    least = s["machine_power_low"] + cards * s["max_power_low"] * s["card_reading_low"]
    return least * WATTS * ((s["part_of_machine"] == 0) & (s["machine_hours"] >= s.metered))


def _declared_drawn(s: Stated) -> Value:
    """Mean power over its period of what states no hours of a machine [MW]."""
    return _where(np.isnan(s["machine_hours"]), s.energy / np.maximum(s["duration_s"] / SECONDS, s.metered) / WATTS)


def _emitted(s: Stated) -> Value:
    """Stated emissions over electricity [kgCO2e/kWh]; a zero is a contract, not a grid."""
    return _where(s["reported_gwp_kg"] != 0, s["reported_gwp_kg"] / s.site_energy)


def _of_a_grid(s: Stated, rate: Value) -> Value:
    """What some electricity emits [kgCO2e/kWh]; beyond, another rule doubts the unit, and no zone is in question."""
    most = s["possible_gwp_high"] * s["stated_grid_ratio_high"]
    return _where((rate >= s["possible_gwp_low"]) & np.greater_equal(most, rate), rate)


def _pace(s: Stated) -> Value:
    seconds = np.fmin(s["latency_s"], s["duration_s"])
    return _where((s["requests"] == 1) & (seconds > 0), s["output_tokens"] / seconds)


def _waiting(s: Stated) -> Value:
    """Electricity by token of a machine that waits for requests during the whole period [kWh]."""
    return s["machine_power_value"] * _known(s["duration_s"]) / SECONDS / s.tokens


def _zone(s: Stated, bound: str) -> Value:
    return s[f"zone_gwp_{bound}"] * s[f"stated_grid_ratio_{bound}"]


RULES = (
    Rule("negative_energy", "negative_energy", "kWh", lambda s: s["least_energy_kwh"], low=lambda s: 0.0),
    Rule(
        "sum_of_parts",
        "component_sum",
        "kWh",
        lambda s: s["total_energy_kwh"],
        lambda s: s.energy * (1 - SUMMED),
        lambda s: s.energy * (1 + SUMMED),
    ),
    Rule(
        "processor_power",
        "impossible_component_power",
        "W",
        _drawn("cpu"),
        high=lambda s: s["processor_power_high"] * WATTS,
    ),
    Rule(
        "memory_power", "impossible_component_power", "W", _drawn("ram"), high=lambda s: s["memory_power_high"] * WATTS
    ),
    Rule("card_power", "impossible_component_power", "W", _card_drawn, high=_card_most),
    Rule(
        "machine_power",
        "unit_error",
        "W",
        _machine_drawn,
        _machine_least,
        lambda s: s["machine_power_high"] * WATTS + s.cards * (_known(s["gpu_energy_kwh"]) > 0) * _card_most(s),
    ),
    Rule(
        "declared_power",
        "unit_error",
        "MW",
        _declared_drawn,
        high=lambda s: s["cluster_cards_high"] * s["any_machine_high"] / s["cards_per_machine_value"] / WATTS,
    ),
    Rule(
        "power_and_time",
        "unit_error",
        "kWh",
        lambda s: _where(s["machine_hours"] >= s.metered, s.energy),
        lambda s: s["stated_power_w"] * s.hours / WATTS * s["card_reading_low"],
        lambda s: s["stated_power_w"] * s.hours / WATTS / s["card_reading_low"],
    ),
    Rule(
        "any_grid",
        "unit_error",
        "kgCO2e/kWh",
        _emitted,
        lambda s: s["possible_gwp_low"],
        lambda s: s["possible_gwp_high"] * s["stated_grid_ratio_high"],
    ),
    Rule(
        "grid_of_zone",
        "obsolete_grid_factor",
        "kgCO2e/kWh",
        lambda s: _where(s["of_meter"] == 1, _of_a_grid(s, _emitted(s))),
        lambda s: _zone(s, "low"),
        lambda s: _zone(s, "high"),
        alarm=False,
    ),
    Rule(
        "declared_gases",
        "obsolete_grid_factor",
        "kgCO2e/kWh",
        lambda s: _where(s["of_meter"] == 0, _of_a_grid(s, _emitted(s))),
        lambda s: _zone(s, "low"),
        lambda s: _zone(s, "high"),
        alarm=False,
    ),
    Rule(
        "water_by_energy",
        "unit_error",
        "L/kWh",
        lambda s: s["reported_water_l"] / s.site_energy,
        low=lambda s: 0.0,
        high=lambda s: s["any_water_high"],
        alarm=False,
    ),
    Rule("pue_odd", "unit_error", "1", lambda s: s["reported_pue"], lambda s: s["pue_low"], lambda s: s["pue_high"]),
    Rule(
        "answer_length",
        "unit_error",
        "1",
        lambda s: _where(s["output_tokens"] > 0, s.a_request("output_tokens")),
        lambda s: s["answer_tokens_low"],
        lambda s: s["answer_tokens_high"],
    ),
    Rule(
        "request_length",
        "unit_error",
        "1",
        lambda s: s.a_request("input_tokens"),
        high=lambda s: s["request_tokens_high"],
    ),
    Rule(
        "part_of_token",
        "unit_error",
        "1",
        lambda s: s.counted,
        lambda s: np.round(s.counted) - WHOLE,
        lambda s: np.round(s.counted) + WHOLE,
    ),
    Rule(
        "cached_beyond_read",
        "not_reproducible",
        "1",
        lambda s: _where(s["cached_tokens"] > 0, s["cached_tokens"]),
        high=lambda s: _known(s["input_tokens"]),
    ),
    Rule("answer_pace", "unit_error", "1", _pace, high=lambda s: s["answer_pace_high"]),
    Rule(
        "card_pace",
        "unit_error",
        "1",
        lambda s: s["output_tokens"] / s["device_hours"] / SECONDS,
        high=lambda s: s["max_power_high"] / s["token_energy_low"] / SECONDS,
    ),
    Rule(
        "token_energy",
        "unit_error",
        "kWh",
        lambda s: _where(s.energy > 0, s.energy / s.tokens),
        lambda s: s["token_energy_low"] * (1 - _known(s["cached_tokens"]) / s.tokens),
        lambda s: s["token_energy_high"] + _waiting(s),
    ),
    Rule(
        "request_energy",
        "scope_mismatch",
        "kWh",
        lambda s: _where(s["requests"] > 0, s.energy / s["requests"]),
        high=lambda s: s["answer_energy_high"],
    ),
    Rule("card_use", "metadata_mismatch", "%", lambda s: s["card_use_percent"], lambda s: 0.0, lambda s: 100.0),
    Rule(
        "card_hours",
        "not_reproducible",
        "h",
        lambda s: s["stated_card_hours"],
        lambda s: s["counted_card_hours"] * (1 - STATED),
        lambda s: s["counted_card_hours"] * (1 + STATED),
    ),
    Rule(
        "stated_card_power",
        "unit_error",
        "W",
        lambda s: s["card_power_w"],
        lambda s: s["max_power_low"] * s["card_reading_low"] * WATTS,
        _card_most,
    ),
    Rule(
        "stated_grid",
        "unit_error",
        "kgCO2e/kWh",
        lambda s: s["grid_gwp"],
        lambda s: s["possible_gwp_low"],
        lambda s: s["possible_gwp_high"] * s["stated_grid_ratio_high"],
    ),
    Rule(
        "stated_grid_of_zone",
        "wrong_zone",
        "kgCO2e/kWh",
        lambda s: _of_a_grid(s, s["grid_gwp"]),
        lambda s: _zone(s, "low"),
        lambda s: _zone(s, "high"),
    ),
    Rule(
        "stated_water",
        "unit_error",
        "L/kWh",
        lambda s: np.fmax(s["wue"], s["grid_water"]),
        high=lambda s: s["any_water_high"],
    ),
    Rule(
        "two_durations",
        "not_reproducible",
        "h",
        lambda s: s["wall_hours"],
        lambda s: s["stated_hours"] * (1 - STATED),
        lambda s: s["stated_hours"] * (1 + STATED),
    ),
    Rule(
        "two_energies",
        "not_reproducible",
        "kWh",
        lambda s: s["it_energy_kwh"],
        lambda s: s["total_energy_kwh"] * (1 - STATED),
        lambda s: s["total_energy_kwh"] * (1 + STATED),
    ),
    Rule(
        "energy_of_site",
        "not_reproducible",
        "kWh",
        lambda s: s["site_energy_kwh"],
        lambda s: s["it_energy_kwh"] * s["site_pue"] * (1 - STATED),
        lambda s: s["it_energy_kwh"] * s["site_pue"] * (1 + STATED),
    ),
)
BY_CODE = {rule.code: rule for rule in RULES}
