"""The twelve indicators of the elected official: absolute first, each with interval, cover, objective and proof."""

from estimator.governance.indicators.indicators import INDICATORS, sheet
from estimator.governance.indicators.scope import Scope

__all__ = ["INDICATORS", "Scope", "sheet"]
