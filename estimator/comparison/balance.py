"""What the verdict of a pair on electricity hangs on: the supposed values and places that alone turn it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from estimator.assessment import uncertainty
from estimator.assessment.impacts import figure_named
from estimator.catalogue.schema import Factor
from estimator.catalogue.selection import select_factor
from estimator.catalogue.tables import Catalogue
from estimator.comparison.answer import Balance, Hinge, Pair, one_program
from estimator.comparison.comparison import Comparator, factor_labels, pairs_of
from estimator.comparison.five_fields import PLACES, kept_alone
from estimator.comparison.option_inventory import built, host_of
from estimator.comparison.paired_draws import PairedSides, Side
from estimator.comparison.scenario import Option
from estimator.comparison.verdict_rules import LOWER_ALWAYS, UNDECIDED, UNLIKE, compare, decide, shares_of
from estimator.core.errors import LANGUAGES, say

PARTS = 8  # of the draws, in equal number, by rising values of one factor
NOTABLE = 0.05  # by which a share of the draws of a part differs from that of all: below, it may be chance
LEAST = 0.05  # of the draws, at an end: where a value that turns a verdict is looked for last
TOLD = 3  # hinges of a pair
DOUBTS = 2  # factors named of an undecided pair
OWN_SERVER = "own_server"  # the row of a hinge: a server of one's own that is supposed shared, and is not
Moved = tuple[str, float | None, float | None, Side]
TIED = ((1.0, 1.0),)  # a bound case that no option wins: a part of the draws is not « all cases »


def balances(work: Comparator) -> tuple[Balance, ...]:
    """Each pair that has a ratio, the undecided first, with what would give it another verdict; before them, the pairs
    of unlike servers whose order hangs on them."""
    moved = {name: list(_elsewhere(work, evaluated.option)) for name, evaluated in work.evaluated.items()}
    kept = {name: side for name, evaluated in work.evaluated.items() if (side := _kept(work, evaluated.option))}
    pairs = [p for p in pairs_of(work, "energy") if not one_program(work.scenario, p.a, p.b)]
    found = []
    for pair in (p for p in pairs if p.reason == UNLIKE):
        if sharing := list(_by_sharing(work, pair, kept)):  # that alone is told of them
            found.append(Balance(a=pair.a, b=pair.b, verdict=pair.verdict, lower=None, hinges=tuple(sharing)))
    for pair in sorted((p for p in pairs if p.ratio), key=lambda p: p.verdict != UNDECIDED):
        values, places = list(_by_value(work, pair)), list(_by_place(work, pair, moved))
        sharing = list(_by_sharing(work, pair, kept))
        first, then = (values[:DOUBTS], places) if pair.verdict == UNDECIDED else (places, values)
        ordered = [*sharing, *first, *then]
        doubt: dict[str, float] = {}
        if pair.verdict == UNDECIDED and not values and not sharing:
            doubt = dict(list(work.paired(pair.a, pair.b, "energy").matters().items())[:DOUBTS])
        found.append(
            Balance(
                a=pair.a, b=pair.b, verdict=pair.verdict, lower=pair.lower, hinges=tuple(ordered[:TOLD]), doubt=doubt,
                labels=factor_labels(work, doubt),
            )
        )  # fmt: skip
    return tuple(found)


def _by_value(work: Comparator, pair: Pair) -> Iterator[Hinge]:
    """The factors whose lowest or highest values alone give another verdict, those with most such values first.

    Where the draws of a part give it, the values are looked for from which it holds once the factor is known."""
    if pair.verdict == LOWER_ALWAYS:
        return
    import numpy as np

    paired = work.paired(pair.a, pair.b, "energy")
    a, b = (
        np.broadcast_to(np.asarray(side.drawn(paired.figure)), (uncertainty.DRAWS,)) for side in (paired.a, paired.b)
    )
    found: list[Hinge] = []
    for item in paired.doubts():
        row = work.context.catalogue.by_id.get(item.doubt, item)
        drawn = np.asarray(uncertainty.draw(row))
        order = np.argsort(drawn, kind="stable")
        parts = order.reshape(PARTS, -1)
        verdicts = [_verdict_of(a[rows], b[rows], (a, b), pair) for rows in parts]
        for side in (1, -1):
            count = _run(verdicts[::side])
            told = verdicts[::side][0]
            if not count or told is None:
                continue
            least = [n * parts.shape[1] for n in range(count, 0, -1)] + [int(LEAST * uncertainty.DRAWS)]
            for rank in least:
                at = order[::side][rank - 1]
                if _verdict_of(*_fixed(paired, item, at), (a, b), pair) == told:
                    ends = {"high" if side == 1 else "low": float(drawn[at])}
                    words = factor_labels(work, {item.id: 0.0})[item.id]
                    facts = {"row": row.id, "words": words, "unit": row.unit, "share": rank / uncertainty.DRAWS}
                    found.append(Hinge(**facts, verdict=told[0], lower=told[1], **ends))
                    break
    yield from sorted(found, key=lambda hinge: -(hinge.share or 0.0))


def _fixed(paired: PairedSides, item: Factor, at: int) -> tuple[Any, Any]:
    """The draws of both sides with this factor at the value of one draw, as if it were known."""
    import numpy as np

    def choose(_: str, other: Factor) -> Any:
        drawn = np.asarray(uncertainty.draw(other))
        return drawn[at] if other.doubt == item.doubt and drawn.ndim else drawn

    a, b = (np.broadcast_to(side.total(paired.figure, choose), (uncertainty.DRAWS,)) for side in (paired.a, paired.b))
    return a, b


def _verdict_of(a: Any, b: Any, of_all: tuple[Any, Any], pair: Pair) -> tuple[str, str | None] | None:
    """The verdict of these draws and the option that it names; None where it is that of all, or chance."""
    part, whole = shares_of(a, b), shares_of(*of_all)
    if max(abs(one - other) for one, other in zip(vars(part).values(), vars(whole).values(), strict=True)) < NOTABLE:
        return None
    verdict, side = decide(part, TIED)
    lower = {"a": pair.a, "b": pair.b}.get(side or "")
    same = lower == pair.lower if lower or pair.lower else verdict == pair.verdict
    return None if same else (verdict, lower)


def _run(verdicts: Sequence[tuple[str, str | None] | None]) -> int:
    """How many parts from the first one on have one other verdict; none where all do."""
    count = next((n for n, found in enumerate(verdicts) if found is None or found != verdicts[0]), 0)
    return count


def _kept(work: Comparator, option: Option) -> Side | None:
    """A model on a server that is kept on for it alone, where it is supposed to share one of one's own."""
    alone = kept_alone(option, work.scenario.need.years)
    return Side(built(work.scenario, alone, work.context, work.times).groups) if alone else None


def _by_sharing(work: Comparator, pair: Pair, kept: Mapping[str, Side]) -> Iterator[Hinge]:
    """That no other service uses the server that an option is supposed to share, where this gives another verdict; both
    are then kept alone where both are supposed shared, and a program on a shared one is not like it."""
    figure, names = figure_named("energy"), (pair.a, pair.b)
    assert figure is not None
    programs = (work.scenario.option(name).alternative for name in names)
    first = next((name for name in names if name in kept), None)
    if first is None or any(program and program.existing_server for program in programs):
        return
    sides = [kept.get(name, work.evaluated[name].side) for name in names]
    found, now = compare(PairedSides(sides[0], sides[1], figure).pair()), work.against(pair.a, pair.b, "energy")
    lower = {"a": pair.a, "b": pair.b}.get(found.lower or "")
    if found.lower != now.lower or (not lower and found.verdict != now.verdict):
        named = work.scenario.option(first).label
        words = {lang: say("balance", OWN_SERVER, lang, option=named) for lang in LANGUAGES}
        yield Hinge(option=first, row=OWN_SERVER, words=words, verdict=found.verdict, lower=lower)


def _by_place(work: Comparator, pair: Pair, moved: dict[str, list[Moved]]) -> Iterator[Hinge]:
    """The other places, or numbers of requests together, at which an option would give the pair another verdict."""
    figure = figure_named("energy")
    assert figure is not None
    for name in (pair.a, pair.b):
        for place, own, flight, side in moved[name]:
            sides = [side if n == name else work.evaluated[n].side for n in (pair.a, pair.b)]
            found = compare(PairedSides(sides[0], sides[1], figure).pair())
            lower = {"a": pair.a, "b": pair.b}.get(found.lower or "")
            if lower == pair.lower and (lower or found.verdict == pair.verdict):
                continue
            words = {lang: work.context.catalogue.label(place, lang) for lang in LANGUAGES}
            yield Hinge(option=name, row=place, words=words, low=own, high=flight, verdict=found.verdict, lower=lower)


def _elsewhere(work: Comparator, option: Option) -> Iterator[Moved]:
    """A model served with others' requests at each other kind of place: the place, its requests together here and
    there (None where its figures do not depend on them), and its groups. A stated site stays; its number of requests
    alone is then that of the place."""
    use, context = option.use, work.context
    if use is None or use.model is None or option.reserved_hours or use.concurrency or use.it_energy_kwh is not None:
        return
    host = host_of(option)
    own = _flight(context.catalogue, host, context.day)
    supposed = use.host is None or use.host.startswith("class/")
    for place in PLACES:
        there = _flight(context.catalogue, place, context.day)
        if own is None or there is None or there.value == own.value or (use.media_alone and not supposed):
            continue
        zone = use.zone or (context.catalogue.subjects[host].zone if host else None) or None
        change = {"host": place, "provider": None, "zone": zone} if supposed else {"concurrency": there.value}
        other = option.model_copy(update={"use": use.model_copy(update=change)})
        groups = built(work.scenario, other, context, work.times).groups
        together = any("requests_in_flight" in group.bounds for group in groups)
        yield place, *((own.value or 1.0, there.value or 1.0) if together else (None, None)), Side(groups)


def _flight(catalogue: Catalogue, place: str | None, day: date) -> Factor | None:
    return select_factor(catalogue, "requests_in_flight", place, day).factor if place else None
