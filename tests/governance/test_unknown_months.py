"""A month of which less is known than of the one that it is compared with is no fall, no rise, and no lower path."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from estimator.cli.indicators_text import indicators_text
from estimator.core.errors import LANGUAGES
from estimator.core.periods import Period
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.indicators.known_months import before
from estimator.governance.indicators.projection import Pace
from estimator.governance.indicators.scope import Scope, Sources
from estimator.governance.indicators.trend import change
from estimator.governance.register.register import Register
from estimator.governance.register.schema import WHOLE
from estimator.reporting.summary.change_sentences import its_own_over, over_text
from estimator.reporting.summary.summary import synthesis
from tests.dashboard.test_coverage import COUNTS_ALONE
from tests.reporting.authority import case, run
from tests.support import activity, built

TODAY = date(2026, 12, 2)


def _scope(home: Path, *rows: Any) -> Scope:
    sources = Sources(built(home, *rows), Register(home), Commitments(home), home, TODAY)
    return Scope(sources, WHOLE, Period("2026"))


def _runs(name: str, kwh: float, year: int, months: Any, **more: Any) -> list[Any]:
    return [run(name, kwh, f"{year}-{month:02}", requests=400.0, **more) for month in months]


def _unknown(name: str, month: str) -> Any:
    return activity(f"{month}-05T10:00:00", service_key=name, **COUNTS_ALONE | {"requests": 400.0})


def _compared(home: Path, *rows: Any, indicator: str = "energy") -> dict[str, Any]:
    now = _scope(home, *rows)
    return change(now, before(now), indicator)


@pytest.mark.parametrize("year", [2025, 2026])
@pytest.mark.parametrize("registered", [True, False])
def test_a_month_of_unknown_electricity_is_compared_in_neither_year(
    tmp_path: Path, year: int, registered: bool
) -> None:
    """50 kWh and 400 requests in each month of January to November of both years, July of one of them unknown: of ten
    months each, 500 kWh and 500; not 500 against 550, 9.1 % less for a volume that is the same. A service in no use
    too."""
    if registered:
        case(Register(tmp_path), "Voirie")
    months = [month for month in range(1, 12) if month != 7]
    rows = _runs("voirie", 50, year, months) + _runs("voirie", 50, 4051 - year, range(1, 12))
    found = _compared(tmp_path, *rows, _unknown("voirie", f"{year}-07"))
    assert found["before"] == found["after"] == pytest.approx(500, rel=1e-6)
    assert found["effects"] == pytest.approx(dict.fromkeys(found["effects"], 0.0), abs=1e-6)
    assert not found["established"]
    assert [(one["name"].lower(), one["periods"]) for one in found["left_out"]] == [("voirie", [f"{year}-07"])]


def test_a_few_runs_unknown_in_one_of_two_months_are_compared(tmp_path: Path) -> None:
    """One run in twenty-one: 4.8 %, under the twentieth by which two months may differ; with a second one, 2 in 22."""
    case(Register(tmp_path), "Voirie")
    rows = [run("voirie", 5, f"{year}-03", requests=400.0) for year in (2025, 2026) for _ in range(20)]
    found = _compared(tmp_path, *rows, _unknown("voirie", "2026-03"))
    assert (found["months"], found["left_out"]) == (1, [])
    case(Register(tmp_path / "b"), "Voirie")
    found = _compared(tmp_path / "b", *rows, *(_unknown("voirie", "2026-03") for _ in range(2)))
    assert found["months"] == 0 and found["missing"]["code"] == "compared_gaps"


def test_a_use_of_which_less_is_known_is_not_said_to_be_without_data(tmp_path: Path) -> None:
    """March of both years: roads have 20 runs of 5 kWh each, and 10 more in 2026 whose electricity is unknown, so 20 of
    30 are known, a third less; letters have 20 in both, and none in April 2025. Roads have data in March 2026, where
    « faute de données » was said of them."""
    for name in ("Courrier", "Voirie"):
        case(Register(tmp_path), name)
    rows = [run(name, 5, f"{year}-03", requests=400.0) for name in ("courrier", "voirie") for year in (2025, 2026)] * 20
    rows += [_unknown("voirie", "2026-03") for _ in range(10)]
    rows += [run("courrier", 5, f"{year}-{month}", requests=400.0) for year in (2025, 2026) for month in ("02", "05")]
    rows += [run("courrier", 5, "2026-04", requests=400.0)]
    rows += _runs("autre", 5, 2025, (4,)) + _runs("autre", 5, 2026, (4,))
    body = synthesis(_scope(tmp_path, *rows))
    found = body["indicators"]["energy"]["change"]["left_out"]
    assert [(one["use_case"], one["periods"], one["partly"]) for one in found] == [
        ("courrier", ["2025-04"], False),
        ("voirie", ["2026-03"], True),
    ]
    told = {lang: " ".join(over_text(body, lang).replace("’", "'").split()) for lang in LANGUAGES}
    less = "données moins complètes dans l'une : Voirie (mars 2026)"
    assert f"deux périodes, faute de données dans l'une : Courrier (avril 2025) ; {less}" in told["fr"]
    less = "with less complete data in one: Voirie (March 2026)"
    assert f"left out of both periods, for lack of data in one: Courrier (April 2025); {less}" in told["en"]


def test_a_month_of_unknown_place_is_compared_for_electricity_alone(tmp_path: Path) -> None:
    """The country of July 2026 is not known: electricity is compared over three months, and its gases over two."""
    case(Register(tmp_path), "Voirie")
    rows = _runs("voirie", 50, 2025, (6, 7, 8)) + _runs("voirie", 50, 2026, (6, 8))
    rows += _runs("voirie", 50, 2026, (7,), zone=None)
    assert _compared(tmp_path, *rows)["months"] == 3
    gases = _compared(tmp_path, *rows, indicator="gwp")
    assert gases["months"] == 2 and not gases["established"]
    assert gases["left_out"][0]["periods"] == ["2026-07"]


def test_what_is_left_out_is_said_beside_the_indicator_that_it_is_left_out_of(tmp_path: Path) -> None:
    """The same: July is left out of the gases and the metals, which say so, and not of the electricity."""
    case(Register(tmp_path), "Voirie")
    rows = _runs("voirie", 50, 2025, (6, 7, 8)) + _runs("voirie", 50, 2026, (6, 8))
    body = synthesis(_scope(tmp_path, *rows, *_runs("voirie", 50, 2026, (7,), zone=None)))
    told = {key: its_own_over(body, "fr", key).replace("\u00a0", " ") for key in ("energy", "adpe", "gwp")}
    assert told["energy"] == "" and "laissés de côté" not in over_text(body, "fr")
    assert told["adpe"] == told["gwp"] and "laissés de côté" in told["gwp"] and "juillet 2026" in told["gwp"]
    lines = [line.strip() for line in indicators_text(body, "fr").splitlines() if "laissés de côté" in line]
    assert {line.partition(",")[0] for line in lines} == {"évolution non établie"}


def _hole(home: Path) -> list[Any]:
    """Small: 20 kWh a month. Large: 100 in 2025, of which February to August lack, and 80 in 2026."""
    return [
        *(one for year in (2025, 2026) for one in _runs("petit", 20, year, range(1, 12))),
        *_runs("grand", 100, 2025, (1, 9, 10, 11)),
        *_runs("grand", 80, 2026, range(1, 12)),
    ]


def test_months_between_two_of_a_service_in_no_use_are_lacking(tmp_path: Path) -> None:
    """620 kWh of 2025 (11 × 20 + 4 × 100) against 540 (11 × 20 + 4 × 80): 12.9 % less, and not 77 % more."""
    found = _compared(tmp_path, *_hole(tmp_path))
    assert (found["before"], found["after"]) == (pytest.approx(620, rel=1e-6), pytest.approx(540, rel=1e-6))
    lacking = {"use_case": "service/grand", "name": "grand", "periods": ["2025-02..2025-08"], "partly": False}
    assert found["left_out"] == [lacking]


def test_a_service_that_no_use_holds_and_that_stops_may_have_stopped(tmp_path: Path) -> None:
    """Nothing tells that its last months are lacking: 6 months of 10 kWh less."""
    rows = _runs("a", 10, 2025, range(1, 12)) + _runs("a", 10, 2026, range(1, 12)) + _runs("b", 10, 2025, range(1, 12))
    found = _compared(tmp_path, *rows, *_runs("b", 10, 2026, range(1, 6)))
    assert found["before"] - found["after"] == pytest.approx(60, rel=1e-6)


def test_a_path_starts_from_a_year_in_which_each_use_counts_as_many_days(tmp_path: Path) -> None:
    """From 5 January to 5 November, 305 days, of which the large one has 27 + 30 + 31 + 5 = 93: 220 + 400 × 305 ÷ 93 =
    1 531.8 kWh, less a tenth 1 378.6. 2026, of the same days: 220 + 880 = 1 100, under it; not over 0.9 × 620 = 558."""
    for name in ("Petit", "Grand"):
        case(Register(tmp_path), name)
    vote = {"indicator": "energy", "change_percent": -10, "reference_year": 2025, "due_year": 2026, "unit": "kWh"}
    vote |= {"territory": "all", "by": "Conseil", "date": "2026-01-15", "document": "délibération 1"}
    Commitments(tmp_path).vote_objective(vote, voter("Secrétariat", "vote"))
    found = Pace(_scope(tmp_path, *_hole(tmp_path))).against_path("energy")
    assert found is not None and found["filled"]
    assert found["reference"] == pytest.approx(1531.8, rel=1e-4) and found["path"] == pytest.approx(1378.6, rel=1e-4)
    assert found["span"] == 305 and found["projected"]["central"] == pytest.approx(1100, rel=1e-3)
    assert found["verdict"] == "under"
