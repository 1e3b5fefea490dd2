"""The scenario of a comparison in the URL of its page."""

from typing import Any

from estimator.comparison.scenario import Scenario, ScenarioRefused
from estimator.comparison.scenario_link import encode

NAME, EXAMPLE = "scenario", "exemple"
LONGEST_LINK = 6000  # maximum characters of a token in each link of a page


def plain(scenario: Scenario) -> dict[str, Any]:
    """A scenario as plain values, default values omitted."""
    return scenario.model_dump(mode="json", exclude_defaults=True, exclude_none=True)


def token(scenario: Scenario) -> str:
    """The scenario as a token for a URL; "" when too long."""
    try:
        return encode(scenario)
    except ScenarioRefused:
        return ""
