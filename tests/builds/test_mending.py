"""What changes a total is told apart from notices, by service, the most electricity first."""

from pathlib import Path

import pytest

from estimator.assessment.explanation import NumberUnknown
from estimator.builds.mending import MENDED_BY, OF_A_MEND
from estimator.builds.queries import ANY, RunFilter
from estimator.core.errors import texts
from tests.support import activity, built


def test_every_code_that_mends_has_its_words_and_one_mend() -> None:
    assert set(MENDED_BY) <= set(texts("checks", "fr")) | {"bad_pue"}
    assert len(MENDED_BY) == len({code for codes in OF_A_MEND.values() for code in codes})


def test_services_to_mend_are_ordered_by_their_electricity_and_notices_are_apart(tmp_path: Path) -> None:
    """« gros » reads 2 x 1 kWh without a country nor a host, « petit » 0.5 kWh without a country, « sans » nothing at
    all: its zero is unknown. The cap of codecarbon's old rate is a notice: it changes no total."""
    nothing = {"cpu_energy_kwh": None, "cpu_mode": "mode/none", "other_mode": "mode/not_declared", "requests": 5.0}
    nowhere = {"zone": None, "checks": ("no_country",)}
    rows = [
        activity(service_key="gros", cpu_energy_kwh=1.0, zone=None, host=None, checks=("no_country", "no_host")),
        activity(service_key="gros", cpu_energy_kwh=1.0, **nowhere),
        activity(service_key="petit", cpu_energy_kwh=0.5, **nowhere),
        activity(service_key="sans", checks=("zero_energy",), **nothing),
        activity(service_key="dit", checks=("rate_in_grams",)),
    ]
    found = built(tmp_path, *rows)
    told = [(e["service_key"], e["runs"], e["unknown"], e["mends"]) for e in found.to_mend()]
    assert told == [("gros", 2, 0, ["host", "zone"]), ("petit", 1, 0, ["zone"]), ("sans", 1, 1, ["file"])]
    large, small, unknown = (entry["kwh"] for entry in found.to_mend())
    assert large == pytest.approx(4 * small) and unknown is None
    assert found.totals().coverage.to_check == found.runs(RunFilter(check=ANY))["total"] == 4
    assert {c["code"]: c["mended_by"] for c in found.checks("dit")} == {"rate_in_grams": None}
    assert [e["service_key"] for e in found.to_mend(rows[2].row_id)] == ["petit"]


def test_runs_are_searched_and_ordered(tmp_path: Path) -> None:
    """0.5, 3 and 1 kWh: by electricity, then those whose service, or the name given to it, holds the text."""
    rows = [activity(service_key=key, cpu_energy_kwh=kwh) for key, kwh in (("a-tri", 0.5), ("b", 3.0), ("c-tri", 1.0))]
    found = built(tmp_path, *rows)

    def keys(asked: RunFilter) -> list[str]:
        return [row["service_key"] for row in found.runs(asked)["rows"]]

    assert keys(RunFilter(order="energy")) == ["b", "c-tri", "a-tri"]
    assert keys(RunFilter(text="TRI", order="service")) == ["a-tri", "c-tri"]
    assert keys(RunFilter(text="courrier", named=("b",))) == ["b"]


def test_a_card_that_takes_the_manufacture_of_a_wider_one_says_so(tmp_path: Path) -> None:
    """The tables have an L4 of its own; the T4 takes a card in general, which is a notice and nothing to mend."""
    rows = [activity(service_key=card, device=f"gpu/{card}", device_count=1, device_hours=1.0) for card in ("l4", "t4")]
    found = built(tmp_path, *rows)
    assert [check["code"] for check in found.checks("l4")] == [] and found.to_mend() == []
    assert {check["code"]: check["mended_by"] for check in found.checks("t4")} == {"card_of_class": None}


def test_a_run_is_explained_by_the_id_that_its_tool_gave(tmp_path: Path) -> None:
    """Two rows of one run, 1 and 2 kWh: its number is their sum, and each row has its own."""
    rows = [activity(run_id="bdd1a2c0", cpu_energy_kwh=kwh) for kwh in (1.0, 2.0)]
    found = built(tmp_path, *rows, activity(run_id="other"))
    opened = found.explain("run.bdd1a2c0.it_energy")
    assert opened.amount.at_factor_values == pytest.approx(3.0) and opened.trace["total"] == 2
    assert found.explain(f"run.{rows[0].row_id}.it_energy").amount.at_factor_values == pytest.approx(1.0)
    assert found.explain("run.bdd1a2c0.gwp").amount.central is not None
    with pytest.raises(NumberUnknown):
        found.explain("run.absent.it_energy")
