"""Volume sweep: the comparison at larger volumes, and the volume at which two options cross."""

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any, Literal

from estimator.assessment import uncertainty
from estimator.assessment.impacts import figure_named
from estimator.comparison.answer import Crossing, Grown, Turn, one_program
from estimator.comparison.comparison import Comparator, lead_of, pair_of, pairs_of, undecided
from estimator.comparison.scenario import Option
from estimator.comparison.verdict_rules import UNDECIDED
from estimator.core.interval import Interval

GROWTH = (1.0, 3.0, 10.0)
HALF = 0.5
SAME = 1e-6  # relative difference below which two slopes are those of one program, two volumes one
HELD = 0.9  # of the reserved hours: where they are insufficient, lines are fitted at the volume that takes this share


def growth(work: Comparator, times: Sequence[float] = GROWTH) -> tuple[Grown, ...]:
    """Electricity of each option at each multiple of the volume, its verdict against the reference at that volume.

    An option with insufficient reserved hours is listed in "beyond": its figures are those of too small a server.
    """
    works = [work.at(factor) for factor in times]
    open_ = [(p.a, p.b) for p in pairs_of(works[0], "energy") if p.verdict == UNDECIDED]
    return tuple(_grown(at, open_) for at in works)


def _grown(work: Comparator, open_: Sequence[tuple[str, str]]) -> Grown:
    figure = figure_named("energy")
    assert figure is not None
    lead = lead_of(work)
    told = [{pair.a, pair.b} for pair in lead]
    energy = {}
    for name, evaluated in work.evaluated.items():
        drawn = evaluated.side.drawn(figure)
        energy[name] = Interval(unit=figure.unit) if drawn is None else uncertainty.interval(drawn, figure.unit)
    return Grown(
        times=work.times,
        units=work.units,
        energy=energy,
        beyond=tuple(n for n, w in work.evaluated.items() if w.built.too_small),
        occupancy={n: w.built.occupancy for n, w in work.evaluated.items() if w.built.occupancy},
        reference=work.reference(),
        pairs=lead,
        undecided=tuple(pair_of(work, a, b) for a, b in open_ if {a, b} not in told),
    )


def crossings(work: Comparator) -> tuple[Crossing, ...]:
    """The crossing of each pair of options of known electricity that has one."""
    lines, most = _lines(work)
    found = (_crossing(a, b, lines, most) for a, b in combinations(lines, 2))
    return tuple(one.model_copy(update={"undecided": undecided(work, one.a, one.b)}) for one in found if one)


def turns(work: Comparator) -> tuple[Turn, ...]:
    """Each option on a server kept on for it alone, against each that has none: how many services on this server turn
    their order. The part that waits is then that of each of them, in equal parts; acts are its own. None do in a
    draw where it is full before."""
    import numpy as np

    scenario, (lines, most) = work.scenario, _lines(work)
    kept = {o.id: o for o in scenario.options if o.id in lines and _kept_on(o)}
    found = []
    for name, option in kept.items():
        fixed, slope = lines[name][0]
        if np.max(fixed) <= SAME * np.max(fixed + slope * scenario.need.volume):
            continue  # a service of others: nothing of it waits
        share = (option.use.resource_share if option.use else None) or 1.0
        services = option.alternative.shared_by if option.alternative else 1 / share
        for other in (o for o in lines if o not in kept and not one_program(scenario, name, o)):
            base, each = lines[other][0]
            gap = np.broadcast_to(base + (each - slope) * scenario.need.volume, (uncertainty.DRAWS,))
            with np.errstate(divide="ignore"):
                wanted = np.where(gap > 0, fixed * services / gap, np.inf)
            room = services * most.get(name, math.inf) / scenario.need.volume * (1 + SAME)
            wanted = np.where(wanted <= room, wanted, np.inf)
            turn = _turn(name, other, services, wanted)
            found.append(turn.model_copy(update={"undecided": undecided(work, name, other)}))
    return tuple(found)


def _kept_on(option: Option) -> bool:
    return bool(option.reserved_hours) or (option.alternative is not None and not option.alternative.existing_server)


def _turn(option: str, other: str, shared_by: float, wanted: Any) -> Turn:
    """wanted: services on the server at which the two use as much, infinite where they never do, by draw [1]."""
    import numpy as np

    services, share = _far(wanted), float(np.isfinite(wanted).mean())
    if services is None:
        return Turn(option=option, other=other, shared_by=shared_by, status="never", share=share)
    status: Literal["alone", "shared"] = "alone" if (services.central or 0.0) <= 1 else "shared"
    return Turn(option=option, other=other, shared_by=shared_by, status=status, services=services, share=share)


def _far(wanted: Any) -> Interval | None:
    """The interval of draws where an order turns, infinite where it never does: None in half of them, no upper end in
    one of twenty."""
    import numpy as np

    low, central, high = (float(v) for v in np.quantile(wanted, (0.05, 0.5, 0.95), method="higher"))
    return (
        Interval(low=low, central=central, high=high if math.isfinite(high) else None) if central < math.inf else None
    )


def _lines(work: Comparator) -> tuple[dict[str, list[tuple[Any, Any]]], dict[str, float]]:
    """Fixed part and slope by unit of each option of known electricity: of its draws, then at factor values; maximum
    units of the reserved hours of each.

    Lines are fitted at a volume that every reserved server can handle: above its hours an option is not linear.
    """
    figure = figure_named("energy")
    assert figure is not None
    at = work.at(1.0)
    taken = {name: w.built.occupancy.central or 0.0 for name, w in at.evaluated.items() if w.built.occupancy}
    most = {name: at.units / share for name, share in taken.items() if share}
    fullest = max(taken.values(), default=0.0)
    if fullest > 1:
        at = work.at(HELD / fullest)
    half = work.at(at.times * HALF)
    found = {}
    for name in at.evaluated:
        sides = [volume.evaluated[name].side for volume in (at, half)]
        ends = zip(*((side.drawn(figure), side.at_factor_values(figure)) for side in sides), strict=True)
        if sides[0].at_factor_values(figure) is not None:
            found[name] = [_line(full, part, at.units) for full, part in ends]
    return found, most


def _crossing(
    a: str, b: str, lines: Mapping[str, Sequence[tuple[Any, Any]]], most: Mapping[str, float]
) -> Crossing | None:
    """The volume at which options A and B use the same electricity; a draw without crossing counts as infinitely far.

    Electricity of an option has a part independent of the volume (an idle reserved server, storage)
    and a part proportional to it. None when neither has a fixed part, and above
    the maximum output of the reserved hours, where the described server is insufficient.
    """
    import numpy as np

    (fixed_a, slope_a), (fixed_b, slope_b) = lines[a][1], lines[b][1]
    if math.isclose(slope_a, slope_b, rel_tol=SAME):
        return None
    meeting = _meeting(fixed_b - fixed_a, slope_a - slope_b)
    drawn = [np.broadcast_to(np.asarray(v, dtype=float), (uncertainty.DRAWS,)) for n in (a, b) for v in lines[n][0]]
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (drawn[2] - drawn[0]) / (drawn[1] - drawn[3])
    room = min(most.get(a, math.inf), most.get(b, math.inf)) * (1 + SAME)  # some draws meet where it is full
    real = np.isfinite(found) & (found > 0) & (found <= room)
    units = _far(np.where(real, found, np.inf))
    if meeting is None or not 1 <= meeting <= room or units is None:
        return None
    below = a if fixed_a < fixed_b else b
    return Crossing(a=a, b=b, units=units, share=float(real.mean()), below=below)


def _line(full: Any, part: Any, units: float) -> tuple[Any, Any]:
    """Fixed part and slope of a function affine in the volume, from its value at the volume and at half of it."""
    slope = (full - part) / (units * (1 - HALF))
    fixed = full - slope * units
    if isinstance(fixed, float) and abs(fixed) < 1e-9 * abs(full):
        fixed = 0.0
    return fixed, slope


def _meeting(gap: float, slope: float) -> float | None:
    """Positive volume at which two lines cross."""
    units = gap / slope if slope else math.inf
    return units if 0 < units < math.inf else None
