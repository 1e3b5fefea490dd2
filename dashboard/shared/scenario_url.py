"""The scenario of a comparison in the address of its page."""

from typing import Any

from estimator.comparison.scenario import Scenario, ScenarioRefused
from estimator.comparison.scenario_link import encode

NAME = "scenario"
LONGEST_LINK = 6000  # characters of a token in each link of a page


def plain(scenario: Scenario) -> dict[str, Any]:
    """A scenario as plain values, without what was left at its default."""
    return scenario.model_dump(mode="json", exclude_defaults=True, exclude_none=True)


def token(scenario: Scenario) -> str:
    """The scenario as text for an address; "" when it is too long for one."""
    try:
        return encode(scenario)
    except ScenarioRefused:
        return ""
