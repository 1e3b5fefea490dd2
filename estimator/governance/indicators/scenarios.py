"""The evaluated scenario of a use case, in `<home>/scenarios`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from estimator.assessment.impacts import Amount
from estimator.catalogue.models import known
from estimator.comparison.answer import Answer
from estimator.comparison.decision_sheet import decision
from estimator.comparison.option_inventory import host_of
from estimator.comparison.scenario import Scenario, read_scenario
from estimator.comparison.scenario_toml import scenario_toml
from estimator.core.atomic_files import publish
from estimator.core.errors import SobriaError
from estimator.core.event_log import TrialStore
from estimator.core.fields import Author
from estimator.core.refusals import checked
from estimator.governance.register.register import Register, free_id
from estimator.governance.register.schema import QualityFound, UseCase, UseCaseFacts

FOLDER = "scenarios"


@dataclass(frozen=True)
class ScenarioDecision:
    """A scenario and its answer."""

    scenario: Scenario
    answer: Answer

    def present(self, case: UseCase) -> str | None:
        """The first option with the model of the use case, the one in use today."""
        model = known(case.model)
        options = (option for option in self.scenario.options if model and option.use)
        return next((o.id for o in options if o.use and known(o.use.model) == model), None)


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


def figures_at(home: Path, hosts: Collection[str]) -> dict[tuple[str, str, str], Amount]:
    """Over the period of each scenario kept in a home, the figures of its options that run at these hosts: by file,
    label and indicator; nothing of one that cannot be evaluated."""
    found: dict[tuple[str, str, str], Amount] = {}
    for path in sorted((home / FOLDER).glob("*.toml")):
        try:
            scenario = read_scenario(path)
            there = {option.id for option in scenario.options if host_of(option) in hosts}
            options = decision(scenario, home).options if there else ()
        except SobriaError:
            continue
        kept = (option for option in options if option.id in there)
        found |= {(path.name, o.label, name): amount for o in kept for name, amount in o.service.items()}
    return found


def keep(  # noqa: PLR0913
    home: Path,
    scenario: Scenario,
    author: Author,
    case: str,
    facts: Mapping[str, Any],
    quality: Mapping[str, Any] | None = None,
) -> UseCase:
    """Write a scenario, never over another one, and name it in a use case, or in a new one, with these facts: a use
    case keeps those that it has. quality: tested, recorded once. SobriaError leaves nothing behind."""
    register, text = Register(home), scenario_toml(scenario.model_copy(update={"use_case": ""})).encode()
    before = register.use_case(case) if case else checked(UseCaseFacts, dict(facts))
    new = {name: value for name, value in facts.items() if not case or _unsaid(before, name)}
    stem = free_id(before.name, set())
    names = (f"{stem}.toml" if number == 1 else f"{stem}-{number}.toml" for number in count(1))
    name = next(n for n in names if not (path := home / FOLDER / n).exists() or path.read_bytes() == text)
    trial = TrialStore(register.store)
    tried, said = Register(home, trial, register.now), {**new, "scenario": name}
    kept = tried.change(case, said, author) if case else tried.create(said, author)
    if quality and checked(QualityFound, dict(quality), "quality") not in kept.qualities:
        kept = tried.record_quality(kept.id, quality, author)
    publish(home / FOLDER, name, text)
    trial.keep()
    return kept


def _unsaid(case: UseCaseFacts, name: str) -> bool:
    """Whether nobody stated this fact of a use case yet."""
    if name == "alternative":
        return case.alternative.answer == "non_etudiee"
    return bool(getattr(case, name) == UseCaseFacts.model_fields[name].default)
