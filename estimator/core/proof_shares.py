"""The shares of one whole, side by side: printed as whole percentages that add up to 100."""

import math
from collections.abc import Iterable, Mapping, Sequence

from estimator.core.errors import say
from estimator.core.number_format import share_text

SMALL = 0.01  # below which a share is said to be less than that, and above the rest of which more [1]
EXACT = 1e-6  # by which the sum of the shares of a whole is 1


def parts_of_whole(shares: Sequence[float], lang: str) -> list[str]:
    """Each of these shares [1] as `share_text` has it; where they make one whole, the percentages lost by rounding down
    go to the largest remainders, the first of equal ones. Those under 1 %, or over 99 %, are said to be so."""
    if not is_whole(shares):
        return [share_text(share, lang) for share in shares]
    kept = [not SMALL <= share <= 1 - SMALL for share in shares]
    told = zip(shares, percents_of_whole(shares), kept, strict=True)
    return [share_text(share if keep else percent / 100, lang) for share, percent, keep in told]


def is_whole(shares: Iterable[float]) -> bool:
    """Whether these shares [1] make one whole."""
    return abs(math.fsum(shares) - 1) <= EXACT


def percents_of_whole(shares: Sequence[float]) -> list[int]:
    """The shares of one whole [1] as whole percentages that add up to 100."""
    exact = [round(100 * share, 7) for share in shares]
    whole = [math.floor(percent) for percent in exact]
    order = sorted(range(len(shares)), key=lambda place: whole[place] - exact[place])
    for place in order[: 100 - sum(whole)]:
        whole[place] += 1
    return whole


def proof_words(shares: Mapping[str, float | None], lang: str) -> str:
    """« 60 % mesuré, 40 % estimé »: what an electricity rests on, by proof; empty where it is unknown, or not told."""
    told = {name: share for name, share in shares.items() if share}
    said = zip(parts_of_whole([*told.values()], lang), told, strict=True)
    return ", ".join(f"{share} {say('proofs', name, lang)}" for share, name in said)
