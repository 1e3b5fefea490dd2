"""Rows of the home that merges whose service has the name that a merged use would have: they stay its own."""

import json
from pathlib import Path
from typing import Any

import pytest

from estimator.results.reading import current_results
from tests.reporting.authority import letters_file, run
from tests.support import built, kept, sobria

CODE, USE = "54010", "courrier"
SERVICE = f"{CODE}:{USE}"
READ = {"cpu_energy_kwh": 5.0, "cpu_mode": "mode/meter", "other_energy_kwh": None, "other_mode": "mode/none"}
TOKENS = {
    "other_energy_kwh": None,
    "other_mode": "mode/none",
    "model": "mistral-small-3.1",
    "host": "class/server-room",
}
TOKENS |= {
    "machine": None,
    "machine_hours": None,
    "resource_share": None,
    "output_tokens": 1e9,
    "input_tokens": 1e9,
    "requests": 1e6,
}
ROWS = {"read": READ, "declared": {"other_energy_kwh": None, "site_energy_kwh": 77.0}, "tokens": TOKENS}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A commune with 2 kWh in March 2026."""
    return letters_file(tmp_path_factory.mktemp("communes") / "commune", CODE)


def _told(home: Path) -> list[Any]:
    """What the home says of the commune, on each surface."""
    explained = json.loads(sobria(home, "explain", f"sheet.{CODE}.2026.energy", "--json").stdout)["amount"]
    review = json.loads(sobria(home, "report", "reen-rollup", "--period", "2026", "--json").stdout)
    sheet = [explained[end] for end in ("low", "central", "high")]
    return [sheet, review["indicators"]["energy"], review["communes"]]


@pytest.mark.parametrize(
    ("what", "first"),
    kept([(a, b) for a in ROWS for b in (True, False)], ("tokens", True), ("read", False), ("declared", False)),
)
def test_a_service_of_the_name_of_a_merged_use_is_one_of_the_home(
    file: Path, tmp_path: Path, what: str, first: bool
) -> None:
    """One run of the home, one of the commune: two services, and what is told of the commune is what it was."""
    alone, both, row = tmp_path / "alone", tmp_path / "both", run(SERVICE, 0, **ROWS[what])
    sobria(alone, "ledger", "merge", str(file))
    if first:
        built(both, row)
    sobria(both, "ledger", "merge", str(file))
    if not first:
        built(both, row)
    assert _told(both) == _told(alone)
    found, mine = current_results(both), current_results(alone).totals().indicators["energy"]
    own = built(tmp_path / "own", row)
    assert found.totals().coverage.runs == 2 and found.totals().coverage.services == 2
    by_name = {one.service_key: one.indicators["energy"].at_factor_values for one in found.services()}
    assert by_name[SERVICE] == pytest.approx(own.totals().indicators["energy"].at_factor_values, rel=1e-12)
    [merged] = found.authority_of_service
    assert merged != SERVICE and by_name[merged] == pytest.approx(mine.at_factor_values, rel=1e-12)
