"""The country of an option, said with its place: « class/hyperscale en USA », per model or for all."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support import sobria

ASKED = ("--people", "100", "--uses", "4 mois", "--task", "rewrite")


def options(tmp_path: Path, models: str, place: str, lang: str = "fr") -> dict[str, Any]:
    """Each model of the answer with its zone and whether it is supposed, by id."""
    line = (*ASKED, "--models", models, "--place", place, "--json")
    found = json.loads(sobria(tmp_path / "home", "compare", *line, lang=lang).stdout)["options"]
    return {option["id"]: (option["zone"], option["zone_supposed"]) for option in found if option["method"] == "model"}


@pytest.mark.parametrize("said", ["en USA", "in USA", "en États-Unis", "aux États-Unis", "in the United States"])
def test_a_model_is_said_to_run_in_a_country(tmp_path: Path, said: str) -> None:
    """One may be anywhere, and is said to be in the United States; the other keeps the France that is supposed."""
    found = options(tmp_path, f"light @ class/hyperscale {said}, large", "class/server-room")
    assert found == {"light": ("USA", False), "large": ("FRA", True)}


def test_the_place_of_all_has_a_country_and_a_model_placed_without_one_has_none(tmp_path: Path) -> None:
    """The number of a place, its country, then a server of its own; « en FRA » is stated, though it would be supposed.
    A model that is placed there by itself, without a country, has none."""
    models = "light, large @ class/hyperscale"
    assert options(tmp_path, models, "4 en DEU") == {"light": ("DEU", False), "large": ("", False)}
    assert options(tmp_path, "light", "class/server-room en FRA seul") == {"light": ("FRA", False)}
    assert options(tmp_path, "light", "class/server-room seul en FRA") == {"light": ("FRA", False)}


def test_a_country_that_no_table_has_or_a_model_at_one_place_twice_is_refused(tmp_path: Path) -> None:
    def refused(models: str) -> str:
        line = (*ASKED, "--models", models, "--place", "class/server-room")
        return sobria(tmp_path / "home", "compare", *line, code=1).stderr

    assert "FRAUSA" in refused("light @ class/hyperscale en FRAUSA")
    twice = refused("light @ class/hyperscale en USA, light @ class/hyperscale en FRA")
    assert "nommé deux fois" in twice.replace("\n", " ")


def test_the_scenario_that_is_kept_has_the_country_as_stated(tmp_path: Path) -> None:
    out = tmp_path / "kept.toml"
    line = (*ASKED, "--models", "light", "--place", "class/hyperscale en USA", "--out", str(out))
    said = sobria(tmp_path / "home", "compare", *line).stdout
    kept = out.read_text("utf-8")
    assert 'zone = "USA"' in kept and "zone_supposed" not in kept and "Pays non dit" not in said
    again = json.loads(sobria(tmp_path / "home", "compare", str(out), "--json").stdout)["options"]
    assert {option["zone"] for option in again if option["method"] == "model"} == {"USA"}
