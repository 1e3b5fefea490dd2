"""What is asked of a site, each declared once: the criteria of the RGESN, and the fields of the questionnaire."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# The criteria that are about a site, in their order, and the priority that the text gives them. Their thresholds are in
# factors/thresholds.csv.
PRIORITIES: Mapping[str, Literal["high", "middle"]] = {
    "8.1": "high",
    "8.2": "high",
    "8.3": "high",
    "8.4": "middle",
    "8.5": "middle",
    "8.6": "middle",
    "8.7": "middle",
}


@dataclass(frozen=True)
class QuestionnaireField:
    """A field of the questionnaire. kind: a number [unit], one of some words, or text of a form.

    quantity: the factor that a number gives; period and proof: keys of the words; choices: the words among which to
    choose.
    """

    kind: Literal["number", "choice", "country", "region", "year", "text"]
    unit: str = ""
    quantity: str = ""
    period: str = "now"
    proof: str = "document"
    ceiling: float = float("inf")
    choices: tuple[str, ...] = ()


FIELDS: Mapping[str, QuestionnaireField] = {
    "pue": QuestionnaireField("number", "1", "pue", "year", "meter"),
    "pue_kind": QuestionnaireField("choice", quantity="pue", proof="meter", choices=("measured", "by_design")),
    "commissioned": QuestionnaireField("year"),
    "total_energy": QuestionnaireField("number", "kWh", "pue", "year", "meter"),
    "it_energy": QuestionnaireField("number", "kWh", "pue", "year", "meter"),
    "wue": QuestionnaireField("number", "L/kWh", "wue_it", "year", "meter"),
    "wue_basis": QuestionnaireField(
        "choice", quantity="wue_it", proof="meter", choices=("it_energy", "total_energy", "freshwater_it")
    ),
    "country": QuestionnaireField("country", quantity="grid_gwp"),
    "region": QuestionnaireField("region"),
    "commune": QuestionnaireField("text"),
    "grid_gwp": QuestionnaireField("number", "kgCO2e/kWh", "grid_gwp", "year"),
    "renewable_factor": QuestionnaireField("number", "1", period="year", proof="contract", ceiling=1.0),
    "electricity_contract": QuestionnaireField(
        "choice", period="year", proof="contract", choices=("ppa", "on_site", "guarantees_of_origin", "none")
    ),
    "heat_reuse": QuestionnaireField("choice", period="year", proof="meter", choices=("yes", "partly", "no")),
    "equipment_policy": QuestionnaireField("choice", proof="policy", choices=("yes", "no")),
    "equipment_life": QuestionnaireField("number", "year", "machine_lifetime", proof="policy"),
    "occupancy": QuestionnaireField("number", "1", "machine_occupancy", "year", "meter"),
    "shared": QuestionnaireField("choice", choices=("yes", "no")),
    "published_indicators": QuestionnaireField(
        "choice", period="year", proof="policy", choices=("yes", "partly", "no")
    ),
    "model_energy": QuestionnaireField("number", "Wh/1000 tokens", period="model", proof="model"),
    "training_energy": QuestionnaireField("number", "MWh", period="model", proof="model"),
}
CHOICES: Mapping[str, tuple[str, ...]] = {name: field.choices for name, field in FIELDS.items() if field.choices}
# The fields that those who answer a tender fill, in their order.
OF_BIDDERS = (
    "country", "pue", "pue_kind", "wue", "wue_basis", "electricity_contract", "heat_reuse", "equipment_life",
    "model_energy", "training_energy",
)  # fmt: skip
