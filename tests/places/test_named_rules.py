"""Rules and hosts in names: what a form offers, in place of the ids that the journal holds."""

from typing import Any

import pytest

from estimator.places.journal import OwnHost, PlaceRule
from estimator.places.named_rules import in_names
from estimator.places.supplier_answers import SupplierAnswer


@pytest.mark.parametrize(
    ("said", "french", "english"),
    [
        (
            {"service": "codecarbon", "host": "class/hyperscale"},
            "service « codecarbon » → Grand centre de données (hyperscale)",
            "service “codecarbon” → Hyperscale data centre",
        ),
        (
            {"service": "aide en ligne [[]v2]", "host": "class/server-room", "zone": "POL"},
            "service « aide en ligne [v2] » → Salle informatique, Pologne",
            "service “aide en ligne [v2]” → Server room, Poland",
        ),
        (
            {"model": "mistral*", "since": "2026-03-01", "device": "gpu/l4", "cards": 2},
            "modèle « mistral* », à partir du 1er mars 2026 → NVIDIA L4, cartes : 2",
            "model “mistral*”, from 1 March 2026 → NVIDIA L4, cards: 2",
        ),
    ],
)
def test_a_rule_is_told_by_the_names_of_what_it_says(said: dict[str, str], french: str, english: str) -> None:
    told = PlaceRule.model_validate(said).told
    assert (in_names(told, "fr"), in_names(told, "en")) == (french, english)


def test_a_host_and_what_stands_beside_a_rule_are_kept() -> None:
    """The class of a host of one's own; an id, a sentence and an author around a rule; several rules in one text."""
    host = OwnHost(name="ville/baie", wider="class/server-room", zone="FRA")
    assert in_names(host.told, "fr") == "ville/baie → mêmes valeurs que « Salle informatique », France"
    assert in_names("32bccc2c  service=a → zone=FRA (DSI, 2026-11-27)", "fr") == (
        "32bccc2c  service « a » → France (DSI, 27/11/2026)"
    )
    assert in_names("dit : service=a → zone=FRA ; service=b → zone=POL.", "fr") == (
        "dit : service « a » → France ; service « b » → Pologne."
    )
    told = "service=releves_2026-03-01 → zone=FRA"
    assert in_names(told, "fr") == "service « releves_2026-03-01 » → France", "a day in a name is kept"


@pytest.mark.parametrize(
    ("field", "value", "french", "english"),
    [
        ("pue", 1.2, "Efficacité énergétique du site (PUE), Salle informatique : 1,2", "(PUE), Server room: 1.2"),
        ("electricity_contract", "none", "Contrat d'électricité, Salle informatique : aucun", "Server room: none"),
        ("country", "POL", "Pays de traitement, Salle informatique : Pologne", "Server room: Poland"),
        ("commissioned", "2023-10-02", "Mise en service, Salle informatique : 02/10/2023", "Server room: 2 Oct 2023"),
    ],
)
def test_an_answer_is_told_by_the_name_of_what_was_asked(field: str, value: Any, french: str, english: str) -> None:
    """« class/server-room: pue=1.2 (2026-01-01) » is what the journal holds."""
    told = SupplierAnswer.model_validate(
        {"host": "class/server-room", "field": field, "value": value, "by": "x", "document": "y", "date": "2026-01-01"}
    ).told
    assert in_names(f"dit : {told}, et {told}", "fr") == f"dit : {french} (01/01/2026), et {french} (01/01/2026)"
    assert in_names(told, "en").replace("\u00a0", " ").endswith(f"{english} (1 Jan 2026)")
