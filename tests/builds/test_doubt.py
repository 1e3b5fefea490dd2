"""The doubt about tokens is one a model and a host, and a printed central value is the median of what is drawn."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from estimator.assessment.evaluation import values_of
from estimator.catalogue import models
from estimator.results.reading import Results
from tests.comparison.test_compare import SITE, option, worked
from tests.support import activity, built

HOST = {"zone": "FRA", "host": "class/server-room", "machine": None, "machine_hours": None, "resource_share": None}
UNMETERED = {
    "cpu_mode": "mode/none",
    "cpu_energy_kwh": None,
    "other_energy_kwh": None,
    "other_mode": "mode/not_declared",
}


def answers(model: str, output: float | None = None, **more: object) -> Any:
    """One request of a model, of which nothing but the tokens is known."""
    return activity(**UNMETERED | HOST | {"model": model, "requests": 1.0, "output_tokens": output} | more)


def sized(count: int) -> list[str]:
    """Models of the catalogue that write text and whose size is known."""
    known = [model for model in models.load().models if models.size(model).total is not None]
    found = [model.id for model in known if model.modality in ("text", "multimodal")]
    return found[:count]


def many(count: int, rows: int) -> list[Any]:
    """Rows of so many models in turn, no two of the same length."""
    names = sized(count)
    return [answers(names[n % count], 50.0 + 7.0 * n, service_key=f"s{n % 3}") for n in range(rows)]


def amounts_in(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every amount of a tree of figures that is known."""
    if body.get("central") is not None:
        yield body
    for value in body.values():
        if isinstance(value, dict):
            yield from amounts_in(value)


@pytest.fixture(scope="module")
def twenty(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """600 rows of 20 models."""
    return built(tmp_path_factory.mktemp("twenty"), *many(20, 600))


def test_600_rows_of_20_models_hold_every_central_value_inside_its_interval(twenty: Results) -> None:
    indicators = [said.model_dump()["indicators"] for said in (twenty.totals(), *twenty.services())]
    found = [amount for body in indicators for amount in amounts_in(body)]
    assert len(found) > 60
    assert all(amount["low"] <= amount["central"] <= amount["high"] for amount in found)


def test_a_central_value_is_the_median_of_the_draws_of_what_is_printed(twenty: Results) -> None:
    """Drawn again here, cell by cell, and added up before the median is taken."""
    drawn = sum(values_of(group, "draws")["site_energy"] for group in twenty.groups())
    energy = twenty.totals().indicators["energy"]
    assert energy["central"] == pytest.approx(float(np.median(drawn)), rel=1e-12)
    at_values = sum(group.values["site_energy"] for group in twenty.groups())
    assert energy["at_factor_values"] == pytest.approx(at_values, rel=1e-12)
    assert energy["at_factor_values"] != pytest.approx(energy["central"], rel=0.01)


def test_200_requests_of_one_model_at_one_host_are_in_doubt_as_one_is(tmp_path: Path) -> None:
    """Lengths of 200 to 399 tokens: were each in doubt by itself, the interval would shrink by a third or more."""
    model = sized(1)[0]
    widths = []
    for name, rows in (("one", [answers(model, 300.0)]), ("all", [answers(model, 200.0 + n) for n in range(200)])):
        energy = built(tmp_path / name, *rows).totals().indicators["energy"]
        widths.append(energy["high"] / energy["low"])
    assert widths[1] == pytest.approx(widths[0], rel=0.05)


def test_one_model_at_two_hosts_is_one_model_served_in_two_ways(tmp_path: Path) -> None:
    """The residual of the model is one; requests in flight are those of each place."""
    model = sized(1)[0]
    rows = [answers(model, 300.0), answers(model, 300.0, host="class/hyperscale")]
    found = built(tmp_path, *rows).groups()
    names = ("token_residual_model", "requests_in_flight")
    doubts = [{b.factor.doubt for g in found if (b := g.bounds[name]).factor} for name in names]
    assert doubts[0] == {f"token_residual_model/{model}"}
    assert doubts[1] == {f"serving_flight/class/{place}/2026" for place in ("server-room", "hyperscale")}
    low, high = np.array([values_of(c, "draws")["answering_energy"] for c in found])
    assert 0.2 < np.corrcoef(np.log(low), np.log(high))[0, 1] < 0.8


@pytest.mark.parametrize(
    ("fewer", "more"),
    [
        pytest.param({"output_tokens": 150}, {"output_tokens": 300}, id="answers half as long"),
        pytest.param({"output_tokens": 300}, {"output_tokens": 300, "reasoning_tokens": 300}, id="no reasoning"),
    ],
)
def test_half_the_tokens_of_one_model_are_fewer_in_every_case(fewer: dict[str, Any], more: dict[str, Any]) -> None:
    use = {"model": "mistral-small-latest", "input_tokens": 300, **SITE}
    work = worked(option("court", use=use | fewer), option("long", use=use | more))
    found = work.pair("court", "long", "energy")
    assert (found.verdict, found.lower) == ("lower_always", "a")
