"""The evaluated scenario of a use case, from `<home>/scenarios`."""

from dataclasses import dataclass
from pathlib import Path

from estimator.catalogue.models import ModelUnknown, find
from estimator.comparison.answer import Answer
from estimator.comparison.decision_sheet import decision
from estimator.comparison.scenario import Scenario, read_scenario
from estimator.core.errors import SobriaError
from estimator.governance.register.schema import UseCase

FOLDER = "scenarios"


@dataclass(frozen=True)
class ScenarioDecision:
    """A scenario and its answer."""

    scenario: Scenario
    answer: Answer

    def present(self, case: UseCase) -> str | None:
        """The first option with the model of the use case, the one in use today."""
        try:
            model = find(case.model).id if case.model else None
            for option in self.scenario.options:
                if model and option.use and option.use.model and find(option.use.model).id == model:
                    return option.id
        except ModelUnknown:
            return None
        return None


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
