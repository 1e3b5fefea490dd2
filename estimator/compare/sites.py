"""One option at several sites: where to run this model?"""

from collections.abc import Sequence
from typing import Any

from estimator.catalogue import Catalogue
from estimator.compare.scenario import Option, Scenario
from estimator.question import Question


def at_hosts(scenario: Scenario, option: str, hosts: Sequence[str], catalogue: Catalogue) -> Scenario:
    """The scenario whose options are this one at each host, in their order. ScenarioRefused, SubjectUnknown.

    The zone is that of the host; a host without a zone of its own keeps the zone that the option states.
    """
    base = scenario.option(option)
    moved = tuple(_at(base, host, number, catalogue) for number, host in enumerate(hosts, 1))
    return scenario.model_copy(update={"options": moved})


def _at(option: Option, host: str, number: int, catalogue: Catalogue) -> Option:
    known = catalogue.subjects.get(host)
    use: dict[str, Any] = (option.use or Question()).model_dump(exclude_unset=True)
    use |= {"host": host, "provider": None, "pue": None, "wue": None}
    if known is not None and known.zone:
        use["zone"] = None
    label = f"{option.label}, {catalogue.label(host, 'fr')}"
    changed = {"id": f"site-{number}", "label": label[:80], "use": Question.model_validate(use), "measured": None}
    return option.model_copy(update=changed)
