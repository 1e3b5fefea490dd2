"""One option at several sites: the same service, user screens excluded."""

from collections.abc import Sequence
from typing import Any

from estimator.catalogue.tables import Catalogue
from estimator.comparison.scenario import LONGEST_LABEL, Option, Scenario, ScenarioRefused
from estimator.workloads.request import Request


def at_hosts(scenario: Scenario, option: str, hosts: Sequence[str], catalogue: Catalogue, lang: str) -> Scenario:
    """The scenario with this option at each host, in their order, named in a language. ScenarioRefused, SubjectUnknown.

    The zone is that of the host; a host without a zone keeps that of the option. User terminals
    are excluded: they are the same everywhere, and would hide the effect of the site.
    """
    base = scenario.option(option)
    if not placeable(base):
        known = ", ".join(o.id for o in scenario.options if placeable(o))
        raise ScenarioRefused(file=scenario.title, where="options", read=option, expected=known or "options.use")
    moved = tuple(
        _at(base, host, catalogue.label(host, lang), number, catalogue) for number, host in enumerate(hosts, 1)
    )
    return scenario.model_copy(update={"options": moved})


def placeable(option: Option) -> bool:
    """Whether an option describes a model that can run elsewhere."""
    return option.status == "studied" and option.method == "model" and option.use is not None


def _at(option: Option, host: str, name: str, number: int, catalogue: Catalogue) -> Option:
    known = catalogue.subjects.get(host)
    use: dict[str, Any] = (option.use or Request()).model_dump(exclude_unset=True)
    use |= {"host": host, "provider": None, "pue": None, "wue": None}
    if known is not None and known.zone:
        use["zone"] = None
    label = f"{option.label}, {name}"[:LONGEST_LABEL]
    changed = {"id": f"site-{number}", "label": label, "use": Request.model_validate(use), "people": None}
    return option.model_copy(update=changed)
