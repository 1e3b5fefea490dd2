"""Components of a figure of an option: servers at work, waiting, cooling and losses, manufacture, network."""

from estimator.assessment.evaluation import ActivityGroup
from estimator.assessment.impacts import FIGURES, applies_to, figure_named, known_result
from estimator.comparison.paired_draws import Side
from estimator.workloads.estimate import waits

NAMES = ("servers", "idle", "overhead", "onsite", "electricity", "making", "network")


def components(side: Side, indicator: str, printed: bool = True) -> dict[str, float]:
    """Components of a figure [its unit], at factor values; scaled to the printed central value,
    to which they add up, unless `printed` is false. Unknown components are absent.

    Site electricity is split into that of the servers and the rest: cooling and losses.
    """
    figure, found = figure_named(indicator), dict[str, float]()
    assert figure is not None
    for group, _ in side.results(figure):
        for name, value in _parts(group, indicator):
            found[name] = found.get(name, 0.0) + value
    whole = sum(found.values())
    scale = (side.central(figure) or 0.0) / whole if printed and whole else 1.0
    return {name: found[name] * scale for name in NAMES if name in found}


def _parts(group: ActivityGroup, indicator: str) -> list[tuple[str, float]]:
    figure = figure_named(indicator)
    assert figure is not None and figure in FIGURES
    found = []
    for part in figure.parts:
        result = known_result(part, group.values) if applies_to(part, group) else None
        if result is None:
            continue
        value = float(group.values[result])
        if part.name in ("site", "use"):
            servers = _servers(group)
            found += [("idle" if waits(group) else "servers", value * servers), ("overhead", value - value * servers)]
        else:
            found.append(("making" if part.name in ("devices", "machines") else part.name, value))
    return found


def _servers(group: ActivityGroup) -> float:
    """Share of the servers in the site electricity [1]."""
    it, site = group.values["it_energy"], group.values["site_energy"]
    return float(it / site) if site else 1.0
