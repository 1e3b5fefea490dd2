"""A run whose hours are known takes the ratio of its hours to their year, where a table by half-hour is added."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from estimator.assessment.explanation import UsedFactor
from estimator.builds.build import build
from estimator.catalogue.load import load
from estimator.ledger import Ledger
from estimator.results.reading import open_current
from tests.support import activity, append

FRENCH_2025 = 0.0461  # [kgCO2e/kWh], ADEME
# Each hour of 2025 has a half-hour of nuclear with a tenth of gas (0.9 × 12 + 0.1 × 490 = 59.8 g), then one of nuclear
# alone (12 g): 35.9 g over the year, as much being produced in each.
GASSY, CLEAN = 59.8 / 35.9, 12 / 35.9


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    (folder / "hours" / "FRA").mkdir(parents=True)
    head = "perimetre;nature;date_heure;fioul;charbon;gaz;nucleaire;eolien;solaire;hydraulique;bioenergies"
    first = datetime(2025, 1, 1, tzinfo=UTC)
    lines = (
        f"France;Données définitives;{(first + timedelta(minutes=30 * n)).isoformat()};0;0;"
        + ("0;100;0;0;0;0" if n % 2 else "10;90;0;0;0;0")
        for n in range(48 * 365)
    )
    (folder / "hours" / "FRA" / "eco2mix.csv").write_text("\n".join([head, *lines]), "utf-8")
    return folder


@pytest.fixture
def with_hours(tables: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SOBRIA_FACTORS", str(tables))
    yield


def grid(folder: Path, *rows: Any) -> list[UsedFactor]:
    """The factor of electricity of each of these runs, in a home that holds them all."""
    append(Ledger(folder), rows)
    build(folder)
    explained = [open_current(folder).explain(f"run.{row.row_id}.gwp") for row in rows]
    return [next(f for f in body.factors if f.quantity == "grid_gwp") for body in explained]


@pytest.mark.usefixtures("with_hours")
def test_the_hours_of_a_run_multiply_the_factor_of_its_year(tmp_path: Path) -> None:
    """Half an hour of gas, one without, both, and a quarter of the first with the whole of the second: (15 × 59.8 +
    30 × 12) ÷ 45 ÷ 35.9."""
    half = "2025-03-03T10:00:00", "2025-03-03T10:30:00"
    rows = [activity(half[0], 0.5), activity(half[1], 0.5), activity(half[0], 1), activity("2025-03-03T10:15:00", 0.75)]
    found = grid(tmp_path, *rows)
    ratios = (GASSY, CLEAN, 1, (15 * 59.8 + 30 * 12) / 45 / 35.9)
    for factor, ratio in zip(found, ratios, strict=True):
        assert factor.value == pytest.approx(FRENCH_2025 * round(ratio, 2))
        assert factor.low < factor.value < factor.high
        assert "éco2mix" in factor.note and f"× {ratio:.2f}" in factor.note
    opened = open_current(tmp_path)
    parts = [opened.explain(f"run.{row.row_id}.gwp").amount.at_factor_values or 0 for row in rows]
    assert opened.explain("total.gwp").amount.at_factor_values == pytest.approx(sum(parts))


@pytest.mark.usefixtures("with_hours")
def test_other_runs_keep_the_factor_of_their_year(tmp_path: Path) -> None:
    """Three days in one row, a row declared by days, one before the table, one in another country."""
    found = grid(
        tmp_path,
        activity("2025-03-03T10:00:00", 72),
        activity("2025-03-03T00:00:00", 24, time_basis="day"),
        activity("2024-03-03T10:00:00", 1),
        activity("2025-03-03T10:00:00", 0.5, zone="DEU"),
    )
    assert [factor.id for factor in found] == [
        "grid_gwp/FRA/2025", "grid_gwp/FRA/2025", "grid_gwp/FRA/2022", "grid_gwp/DEU/2024"
    ]  # fmt: skip


def test_another_table_is_another_build(tmp_path: Path, tables: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = load().version
    monkeypatch.setenv("SOBRIA_FACTORS", str(tables))
    assert load().version != before
