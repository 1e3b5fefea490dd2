"""One option at several sites: where to run this model? What is compared is the service, people's screens aside."""

from collections.abc import Sequence
from typing import Any

from estimator.catalogue.tables import Catalogue
from estimator.comparison.scenario import Option, Scenario, ScenarioRefused
from estimator.workloads.request import Request


def at_hosts(scenario: Scenario, option: str, hosts: Sequence[str], catalogue: Catalogue) -> Scenario:
    """The scenario whose options are this one at each host, in their order. ScenarioRefused, SubjectUnknown.

    The zone is that of the host; a host without a zone of its own keeps the zone that the option states. The terminals
    of people are left out: they are the same everywhere, and would hide what the choice of a site changes.
    """
    base = scenario.option(option)
    if not placeable(base):
        known = ", ".join(o.id for o in scenario.options if placeable(o))
        raise ScenarioRefused(file=scenario.title, where="options", read=option, expected=known or "options.use")
    moved = tuple(_at(base, host, number, catalogue) for number, host in enumerate(hosts, 1))
    return scenario.model_copy(update={"options": moved})


def placeable(option: Option) -> bool:
    """Does an option describe a model that can be run elsewhere?"""
    return option.status == "studied" and option.method == "model" and option.use is not None


def _at(option: Option, host: str, number: int, catalogue: Catalogue) -> Option:
    known = catalogue.subjects.get(host)
    use: dict[str, Any] = (option.use or Request()).model_dump(exclude_unset=True)
    use |= {"host": host, "provider": None, "pue": None, "wue": None}
    if known is not None and known.zone:
        use["zone"] = None
    label = f"{option.label}, {catalogue.label(host, 'fr')}"
    changed = {"id": f"site-{number}", "label": label[:80], "use": Request.model_validate(use), "people": None}
    return option.model_copy(update=changed)
