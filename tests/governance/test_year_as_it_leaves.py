"""The year of a territory, whose uses are all told one by one, is the same number within and where it leaves.

In the example, small uses of the métropole ran in 2025 and none of them in 2026: the year 2025 leaves rounded, and
2026 as it is. Path of 2026: 5,199.8 kWh × 0.95, as much as 275 of 365 days, on twelve months: 546.4 kWh.
"""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from estimator.governance.indicators.indicators import sheet
from estimator.governance.indicators.open_scope import scope_of
from estimator.reporting.summary.months import history_of
from estimator.reporting.summary.months_text import value_text


def both(home: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What leaves, and what is read within."""
    out, inside = (
        sheet(scope_of(home, "metropole", "2026", today=date(2026, 11, 30), inside=within)) for within in (False, True)
    )
    return out, inside


def test_what_is_used_of_a_ceiling_is_one_number(metropole: Path) -> None:
    out, inside = (body["indicators"]["energy"] for body in both(metropole))
    assert out["path"]["reference"] == 5200 != inside["path"]["reference"], "2025 leaves rounded"
    assert out["value"].ends == inside["value"].ends == out["budget"]["spent"].ends, "2026 does not"
    for name in ("spent", "projected"):
        assert out["budget"][name].ends == inside["budget"][name].ends, name
    assert out["budget"]["used"] == inside["budget"]["used"]
    assert out["budget"]["used"]["low"] == pytest.approx(out["value"].ends.low / out["budget"]["ceiling"], abs=0.005)
    assert out["path"]["projected"].ends == inside["path"]["projected"].ends


def test_a_month_of_the_path_is_one_number(metropole: Path) -> None:
    """Made of 4,900 kWh, the path as it leaves, it would be 541 kWh, printed 540 beside 550."""
    out, inside = (history_of(body, "energy") for body in both(metropole))
    assert out.limit == pytest.approx(5200 * 0.95 * 365 / 275 / 12) != inside.limit
    assert {value_text(found, found.limit or 0.0, "fr").split()[0] for found in (out, inside)} == {"550"}
