"""Searching the catalogue by name, whatever the kind; what is not found is said, with the nearest names."""

import json
from pathlib import Path

import pytest

from estimator.catalogue.load import load
from tests.support import sobria


@pytest.mark.parametrize(
    ("text", "subject", "kind"),
    [
        ("disque SSD", "part/ssd-tb", "pièce"),
        ("ecran", "terminal/monitor", "terminal"),
        ("stockage ssd", "storage/ssd", "stockage"),
        ("fixed-fra", "network/fixed-fra", "réseau"),
        ("voiture electrique", "equivalence/electric-car-km", "équivalence"),
        ("h100 nvl", "gpu/h100-nvl-94", "carte"),
        ("gravelines", "ovhcloud/gra", "hébergement"),
        ("États-Unis", "openai/usa", "hébergement"),
        ("Unis virginie", "aws/us-east-1", "hébergement"),
    ],
)
def test_every_kind_is_found_and_said(tmp_path: Path, text: str, subject: str, kind: str) -> None:
    lines = sobria(tmp_path, "catalogue", "search", text).stdout.splitlines()
    found = next(line for line in lines if line.startswith(f"{subject}\t"))
    assert found.endswith(f"\t{kind}")


def test_all_of_it_without_a_text(tmp_path: Path) -> None:
    body = json.loads(sobria(tmp_path, "catalogue", "search", "--json").stdout)
    assert [s["id"] for s in body["subjects"]] == list(load().subjects) and body["near"] == []


@pytest.mark.parametrize(
    ("command", "text", "near"),
    [
        ("catalogue", "equivalence/electric-car-kn", "equivalence/electric-car-km"),
        ("devices", "gpu/h101", "gpu/h100"),
        ("hosts", "gravlines", "ovhcloud/gra"),
        ("models", "mistrall 7b", "mistral-ai/"),
    ],
)
def test_a_search_without_result_names_the_nearest(tmp_path: Path, command: str, text: str, near: str) -> None:
    said = sobria(tmp_path, command, "search", text).stdout.splitlines()
    assert said[:2] == ["Rien ne correspond.", "Au plus proche :"] and any(line.startswith(near) for line in said[2:])
    body = json.loads(sobria(tmp_path, command, "search", text, "--json").stdout)
    assert not body.get("subjects") and not body.get("models") and body["near"]


def test_nothing_near_is_said_alone(tmp_path: Path) -> None:
    assert sobria(tmp_path, "catalogue", "search", "zzzzzzzz").stdout == "Rien ne correspond.\n"


def test_a_printed_name_is_read_and_near_names_are_near() -> None:
    """The label of a search names the card, in either language; a wrong size is answered with that card first, and a
    site is read by its label too. An alias of one subject is not taken by the label of another."""
    table = load()
    card = table.subjects["gpu/h100-sxm-80"]
    assert {table.named(name) for name in (card.id, card.label_fr, card.label_en.lower())} == {card.id}
    host = table.subjects["class/server-room"]
    assert table.named(host.label_fr) == host.id
    assert table.nearest("NVIDIA H100 SXM 90 Go", "device")[0] == card.id
    wrong = [
        s.id for s in table.subjects.values() for alias in s.aliases.split("|") if alias and table.named(alias) != s.id
    ]
    assert wrong == []
