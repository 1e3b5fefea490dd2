"""A dry run says of places what the import then says: what a rule, the home or a provider tells is not asked again."""

import json
from pathlib import Path
from typing import Any

import pytest

from estimator.builds.build import build
from estimator.results.reading import Results
from tests.ledger.test_ledger import snapshot
from tests.support import sobria
from tests.traces_support import COLUMNS, text

WHO = ("--who", "DSI", "--why", "essai")
OF_PLACE = {"no_country", "no_host", "unknown_country", "zone_apart", "zone_of_home", "zone_over_sites"}
NOWHERE = {"country_iso_code": "", "country_name": ""}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two runs without a country, of March 2026, in one file."""
    rows = [snapshot(run, 2, 60, 0.0002) | NOWHERE for run in ("a", "b")]
    (tmp_path / "emissions.csv").write_text(text(*rows, columns=COLUMNS), "utf-8")
    return tmp_path / "home"


def file_of(home: Path) -> dict[str, Any]:
    """What the dry run of the file tells of it."""
    said = sobria(home, "check", str(home.parent / "emissions.csv"), "--json").stdout
    found: dict[str, Any] = json.loads(said)["files"][0]
    return found


def ahead(home: Path) -> dict[str, int]:
    """Codes about places of the dry run, with their counts."""
    return {check["code"]: check["count"] for check in file_of(home)["checks"] if check["code"] in OF_PLACE}


def after(home: Path) -> dict[str, int]:
    """The same once the file is imported."""
    sobria(home, "import", str(home.parent / "emissions.csv"))
    checks = Results(build(home).path).checks()
    return {check["code"]: check["count"] for check in checks if check["code"] in OF_PLACE}


def test_a_rule_written_since_gives_the_place_and_the_country_is_not_asked_again(home: Path) -> None:
    """Before: two rows without a country. The service then corrected, the dry run says which place will count."""
    assert ahead(home)["no_country"] == 2 and file_of(home)["placed"] == []
    sobria(home, "places", "add", "--service", "essai", "--zone", "DEU", *WHO)
    assert "no_country" not in ahead(home)
    (placed,) = file_of(home)["placed"]
    assert placed["count"] == 2 and "Allemagne" in placed["fr"] and "Germany" in placed["en"]
    assert "zone=DEU" in placed["fr"]
    shown = sobria(home, "check", str(home.parent / "emissions.csv")).stdout
    assert placed["fr"] in shown


@pytest.mark.parametrize(
    "said",
    [
        ("places", "add", "--service", "*", "--zone", "DEU"),
        ("places", "add", "--service", "*", "--host", "class/server-room"),
        ("places", "add", "--file", "emissions.csv", "--host", "dcml/vandoeuvre", "--zone", "DEU"),
        ("places", "add", "--run", "b", "--zone", "DEU"),
        ("places", "add", "--service", "another", "--zone", "DEU"),
        ("places", "add", "--service", "*", "--zone", "DEU", "--until", "2026-01-01"),
        ("places", "add", "--service", "*", "--zone", "DEU", "--since", "2026-01-01"),
        (),
    ],
)
def test_the_dry_run_says_of_places_what_the_build_says(home: Path, said: tuple[str, ...]) -> None:
    if said:
        sobria(home, *said, *WHO)
    found = ahead(home)
    assert found == after(home)


def test_the_default_place_of_a_home_is_said_before_the_import_too(home: Path) -> None:
    home.mkdir()
    (home / "settings.toml").write_text('zone = "FRA"\n', "utf-8")
    found = ahead(home)
    assert found == after(home) and "zone_of_home" in found and "no_country" not in found
