"""An indicator: the copper of the grid for an electricity, by a factor with its bounds. Its figures are invented."""

from estimator.core.interval import Interval

GRAMS_PER_KWH = Interval.of((0.5, 1.0, 2.0), "gCu/kWh")


def copper(energy: Interval) -> Interval:
    """Copper for an electricity [kWh] -> [gCu]: the doubt of each is its own, so that both widen the interval."""
    return energy.times(GRAMS_PER_KWH)


COPPER = {
    "contract": 1,
    "label": {"fr": "Cuivre du réseau, selon Acme", "en": "Copper of the grid, by Acme"},
    "source": {"fr": "Acme, notice de 2026, page 4 (inventée)", "en": "Acme, notice of 2026, page 4 (invented)"},
    "of": "energy",
    "unit": "gCu",
    "compute": copper,
}
