"""Two options on the same draws: which factors move both, and at which corners they are held."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from estimator.assessment.evaluation import ActivityGroup
from estimator.assessment.impacts import amounts, figure_named
from estimator.catalogue.schema import Factor
from estimator.comparison.paired_draws import PairedSides, Side
from tests.support import bounds_of, factor


def test_the_corners_are_those_of_shared_factors_of_a_alone_and_of_b_alone() -> None:
    """10 kWh and 20 kWh on one site (PUE 1.1 to 2.5), each on a grid of its own: 2 × 2 × 2 corners."""
    use = figure_named("gwp.use")
    assert use is not None

    def side(kwh: float, grid: Factor) -> Side:
        bounds, shared = bounds_of(), factor("pue", 1.5, 1.1, 2.5)
        changed = {"pue": shared, "grid_gwp": grid.model_copy(update={"id": f"test/grid/{kwh}"})}
        return Side(
            [ActivityGroup({"it_energy": kwh}, bounds | {n: replace(bounds[n], factor=f) for n, f in changed.items()})]
        )

    a, b = side(10, factor("grid_gwp", 0.05, 0.02, 0.3)), side(20, factor("grid_gwp", 0.5, 0.4, 0.8))
    found = PairedSides(a, b, use).pair().corners
    by_hand = {
        (10 * pue * first, 20 * pue * other) for pue, first, other in product((1.1, 2.5), (0.02, 0.3), (0.4, 0.8))
    }
    assert len(found) == 8
    assert sorted(found) == [pytest.approx(corner) for corner in sorted(by_hand)]


def test_the_value_of_an_option_is_the_median_of_its_draws() -> None:
    """Ten kWh at 0.05 kgCO2e (0.02 to 0.3): half of the draws below, half above, as an estimate prints it."""
    use, bounds = figure_named("gwp.use"), bounds_of(pue=1.5)
    assert use is not None
    grid = replace(bounds["grid_gwp"], factor=factor("grid_gwp", 0.05, 0.02, 0.3))
    side = Side([ActivityGroup({"it_energy": 10.0}, bounds | {"grid_gwp": grid})])
    central = side.central(use)
    assert central == pytest.approx(float(np.median(np.asarray(side.drawn(use)))), rel=1e-3)
    assert central == pytest.approx(amounts(side.groups, (use,))["gwp.use"].central)
