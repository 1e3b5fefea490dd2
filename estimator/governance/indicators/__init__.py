"""The indicators of the elected official: absolute first, each with interval, cover, objective and proof."""

from estimator.governance.indicator_list import INDICATORS
from estimator.governance.indicators.indicators import sheet
from estimator.governance.indicators.scope import Scope

__all__ = ["INDICATORS", "Scope", "sheet"]
