"""The twelve indicators of the elected official: absolute first, each with interval, cover, objective and proof."""

from estimator.indicators.scope import Scope
from estimator.indicators.sheet import INDICATORS, sheet

__all__ = ["INDICATORS", "Scope", "sheet"]
