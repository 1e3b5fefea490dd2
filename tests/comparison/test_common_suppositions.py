"""What a comparison supposes alike of its options: one family of grid factors, as many requests in flight."""

from datetime import date
from typing import Any

import pytest

from estimator.catalogue.load import load
from estimator.comparison.answer import Answer
from estimator.comparison.comparison import Comparator
from estimator.comparison.decision_sheet import decision
from estimator.comparison.option_inventory import ComparisonContext
from estimator.comparison.scenario import scenario_of
from tests.comparison.test_compare import option, scenario

DAY = date(2026, 3, 1)


def placed(*zones: str, catalogue: object = None) -> Comparator:
    """One use of 1,000 kWh in each of these zones."""
    options = [option(z.lower(), use={"it_energy_kwh": 1.0, "zone": z, "pue": 1.0, "wue": 0.0}) for z in zones]
    return Comparator(scenario(*options), ComparisonContext(catalogue or load(), DAY))  # type: ignore[arg-type]


def grid(work: Comparator, zone: str) -> tuple[str, float]:
    """Family and value of the grid factor of an option."""
    factor = work.evaluated[zone.lower()].built.groups[0].bounds["grid_gwp"].factor
    assert factor is not None and factor.value is not None
    return factor.family, factor.value


def codes(work: Comparator, zone: str) -> list[str]:
    return [w["code"] for w in work.evaluated[zone.lower()].built.warnings if w["code"].startswith("grid")]


def test_france_against_sweden_is_one_family_and_names_both_numbers() -> None:
    """Our World in Data, 2024: 44.179 and 35.824 g; ADEME's 46.1 g is named beside."""
    work = placed("FRA", "SWE")
    assert (grid(work, "FRA"), grid(work, "SWE")) == (("owid", 0.044179), ("owid", 0.035824))
    (told,) = [w for w in work.evaluated["fra"].built.warnings if w["code"] == "grid_family"]
    for lang, used, alone in (("fr", "44,18", "46,1"), ("en", "44.18", "46.1")):
        assert used in told[lang] and alone in told[lang] and "ADEME" in told[lang]
    assert codes(work, "SWE") == []


def test_the_year_said_is_that_of_the_factor_of_the_comparison() -> None:
    """France alone takes ADEME's 2025; beside Sweden that of 2024 of Our World in Data, and says so once."""
    for zones, year, other in ((("FRA",), "2025", "2024"), (("FRA", "SWE"), "2024", "2025")):
        said = [w for w in placed(*zones).evaluated["fra"].built.warnings if w["code"] == "year_reused"]
        (told,) = [w for w in said if w["fr"].startswith("Gaz à effet de serre de l'électricité, France")]
        assert [w["fr"].partition(",")[0] for w in said if w != told] == ["Eau"]
        assert all(year in told[lang] and other not in told[lang] for lang in ("fr", "en"))


@pytest.mark.parametrize(("year", "value"), [(2015, 0.0591485), (2018, 0.059924), (2023, 0.055275), (2024, 0.044179)])
def test_france_beside_sweden_is_that_of_the_year_asked(year: int, value: float) -> None:
    """A row of ADEME stands for several years, and its first for all before: neither is the year of the need."""
    asked = scenario(*(option(z.lower(), use={"it_energy_kwh": 1.0, "zone": z}) for z in ("FRA", "SWE")))
    work = Comparator(asked, ComparisonContext(load(), date(year, 6, 15)))
    assert grid(work, "FRA") == ("owid", pytest.approx(value, rel=1e-3))


def test_one_zone_keeps_its_own_family() -> None:
    work = placed("FRA")
    assert grid(work, "FRA") == ("ademe", 0.0461) and codes(work, "FRA") == []


def test_a_part_of_a_country_takes_the_series_of_its_country() -> None:
    """Codecarbon's value of a Nordic bidding zone is of no series that Germany has."""
    work = placed("NOR-NO1", "DEU", "SWE")
    assert {grid(work, zone)[0] for zone in ("NOR-NO1", "DEU", "SWE")} == {"owid"}
    assert codes(work, "NOR-NO1") == ["grid_family"] and codes(work, "DEU") == []


def test_families_without_a_common_series_are_said() -> None:
    rows = tuple(f for f in load().factors if not (f.subject == "FRA" and f.family == "owid"))
    work = placed("FRA", "SWE", catalogue=load().with_factors(rows))
    assert (grid(work, "FRA")[0], grid(work, "SWE")[0]) == ("ademe", "owid")
    assert codes(work, "FRA") == codes(work, "SWE") == ["grid_families"]


@pytest.mark.parametrize("zones", [("FRA", "SWE"), ("SWE", "FRA")])
def test_the_order_of_options_chooses_nothing(zones: tuple[str, str]) -> None:
    assert grid(placed(*zones), "FRA") == ("owid", 0.044179)


def test_requests_in_flight_that_nobody_stated_are_said_to_be_alike() -> None:
    asked = ("mistral-small-latest", "gpt-4o")
    models = [option(n, use={"model": n, "zone": "FRA", "host": "class/hyperscale"}) for n in asked]
    stated = option("stated", use={"model": "gpt-4o", "zone": "FRA", "concurrency": 8})
    both = Comparator(scenario(*models, stated), ComparisonContext(load(), DAY)).evaluated
    told = [name for name, o in both.items() if any(w["code"] == "flight_alike" for w in o.built.warnings)]
    assert told == list(asked)
    alone = Comparator(scenario(models[0], stated), ComparisonContext(load(), DAY)).evaluated
    assert not [w for o in alone.values() for w in o.built.warnings if w["code"] == "flight_alike"]


def test_the_lengths_of_a_task_are_drawn_once_for_all_options() -> None:
    """One model, one task, at PUE 1.2 and at PUE 1.8: whatever the lengths drawn, 1.8 ÷ 1.2 = 1.5 in every draw, while
    each amount is wider than with the lengths stated at their central values."""
    place = {"zone": "FRA", "host": "class/server-room"}

    def answer(**need: Any) -> Answer:
        uses = ({"model": "qwen3-8b", "pue": pue, **place} for pue in (1.2, 1.8))
        options = [{"id": f"m{n}", "label": f"m{n}", "method": "model", "use": use} for n, use in enumerate(uses)]
        without = {"id": "faq", "label": "faq", "method": "none", "status": "rejected", "why": "essai"}
        body = {"title": "t", "need": {"unit": "u", "volume": 10, **need}, "options": [without, *options]}
        return decision(scenario_of(body), today=date(2026, 6, 1))

    drawn, stated = answer(task="summarise"), answer(input_tokens=4300, output_tokens=300)
    for found in (drawn, stated):
        pair = found.pair("m0", "m1")
        assert pair is not None and pair.ratio is not None
        assert (pair.ratio.low, pair.ratio.high) == (pytest.approx(1.5), pytest.approx(1.5))
    ends = [found.option("m0").per_unit["energy"] for found in (drawn, stated)]
    assert ends[0].high / ends[0].low > 1.2 * ends[1].high / ends[1].low
