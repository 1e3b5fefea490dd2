"""The evaluated scenario of a use case, from `<home>/scenarios`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from estimator.comparison.decision_sheet import decision
from estimator.comparison.scenario import Scenario, read_scenario
from estimator.core.errors import SobriaError
from estimator.governance.register.schema import UseCase

FOLDER = "scenarios"


@dataclass(frozen=True)
class ScenarioDecision:
    """A scenario and the body of its `decision`."""

    scenario: Scenario
    body: Mapping[str, Any]


def comparison(home: Path, case: UseCase) -> ScenarioDecision | None:
    """The evaluated scenario; None when the use case has none, or when it is missing or cannot be evaluated."""
    path = home / FOLDER / case.scenario
    if not case.scenario or not path.is_file():
        return None
    try:
        scenario = read_scenario(path)
        return ScenarioDecision(scenario, decision(scenario, home))
    except SobriaError:
        return None
