"""Text of what a change is made of, in each language."""

import math
from collections.abc import Mapping
from decimal import Decimal

from estimator.comparison.verdict_text import BARE, SAME, number_words
from estimator.core.errors import say
from estimator.core.number_format import tick_text, two_figures
from estimator.core.typography import typeset


def change_words(effects: Mapping[str, float], before: float, lang: str) -> str:
    """« Le total augmente de 40 % ; en points, volume : +85, efficacité : −45. » The total comes first, whatever the
    efficiency effect. effects: of `shapley`, named as in the words [any unit]; before: the total they change [same
    unit]. ValueError: a total before that is not above zero.
    """
    if not before > 0:
        raise ValueError(f"a change in percent needs a total above zero, read {before}")
    total = 100 * math.fsum(effects.values()) / before
    points = _adding_up({name: 100 * effect / before for name, effect in effects.items()}, total)
    shown = [
        say(
            "change",
            "more" if value > 0 else "less",
            lang,
            part=say("change", name, lang),
            points=tick_text(float(abs(value)), BARE, lang),
        )
        for name, value in points.items()
        if value
    ]
    if not shown:
        return typeset(say("change", "nothing", lang), lang)
    key = "steady" if abs(total) < 100 * SAME else "rises" if total > 0 else "falls"
    return typeset(say("change", key, lang, parts=", ".join(shown), total=number_words(total, lang)), lang)


def _adding_up(parts: Mapping[str, float], total: float) -> dict[str, Decimal]:
    """The parts at the last printed figure of the total (of the largest part without any), rounded so that they add up
    to it: what rounding leaves goes to the parts that it moved most."""
    shown = two_figures(total) if abs(total) >= 100 * SAME else Decimal(0)
    widest = shown or two_figures(max(map(abs, parts.values()), default=1.0))
    step = Decimal(1).scaleb(widest.adjusted() - 1)
    exact = {name: Decimal(repr(float(value))) for name, value in parts.items()}
    found = {name: value.quantize(step) for name, value in exact.items()}
    left = int((shown - sum(found.values())) / step)
    for name in sorted(exact, key=lambda n: (exact[n] - found[n]) * (1 if left > 0 else -1), reverse=True)[: abs(left)]:
        found[name] += step if left > 0 else -step
    return found
