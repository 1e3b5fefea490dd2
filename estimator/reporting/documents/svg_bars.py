"""SVG interval bars for a printed page: from zero, with proof textures and a dot at the central value."""

import math
from collections.abc import Iterable, Mapping

from markupsafe import Markup

from estimator.reporting.documents.document import IntervalBar

WIDE, HIGH, BAND, EDGE = 120, 12, 8, 5  # width of a picture, of its bar, and margin for a dot at its ends [px]
NARROWEST = 1.5  # height of a bar [px]
INK, LINE, ACCENT, WHITE = "#1b1f24", "#d8dee4", "#0b5cad", "#ffffff"
FILLS = {"measured": ACCENT, "estimated": "url(#e)", "declared": WHITE, "unknown": "url(#u)"}
ROUND = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
SMALL = 20  # ratio of largest to smallest central value above which the small ones are also drawn enlarged
PATTERNS = Markup(
    '<svg width="0" height="0" class="defs" aria-hidden="true"><defs>'
    '<pattern id="e" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<rect width="5" height="5" fill="{WHITE}"/><rect width="2" height="5" fill="{ACCENT}"/></pattern>'
    '<pattern id="u" width="4" height="4" patternUnits="userSpaceOnUse">'
    f'<rect width="4" height="4" fill="{WHITE}"/><path d="M1 1h2v2h-2z" fill="{ACCENT}"/></pattern>'
    f'<path id="g" d="M{EDGE} 0v{HIGH}M{WIDE - EDGE} 0v{HIGH}" stroke="{LINE}"/></defs></svg>'
)


def bar_svg(bar: IntervalBar) -> Markup:
    """The SVG of a bar; hidden from screen readers since its text is in the cell."""
    low, middle, high = (_at(bar.amount[end], bar.top) for end in ("low", "central", "high"))
    wide = max(high - low, NARROWEST)
    return _svg('<use href="#g"/>' + _bands(bar.proof, low, wide) + _dot(middle), WIDE)


def sample(proof: str) -> Markup:
    """Sample of a proof texture, for the legend."""
    return _svg(_bands({proof: 1.0}, 1, 20), 22)


def dot() -> Markup:
    """Sample of the central dot, for the legend."""
    return _svg(_dot(5), 10)


def round_top(value: float) -> float:
    """The round number at or above a value, as end of the axis."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next((step * power for step in ROUND if step * power >= value * (1 - 1e-9)), 10 * power)


def small_ones(values: Iterable[float]) -> frozenset[float]:
    """The values more than twenty times smaller than the largest one."""
    known = list(values)
    return frozenset(v for v in known if v * SMALL < max(known))


def _bands(proof: Mapping[str, float], left: float, wide: float) -> str:
    """The bands of a bar by proof, measured on top."""
    shares = [(name, proof[name]) for name in FILLS if proof.get(name, 0) > 0] or [("unknown", 1.0)]
    whole, top, parts = sum(share for _, share in shares), (HIGH - BAND) / 2, []
    for name, share in shares:
        tall = round(BAND * share / whole, 2)
        parts.append(f'<rect x="{left:.1f}" y="{top:g}" width="{wide:.1f}" height="{tall:g}" fill="{FILLS[name]}"/>')
        top += tall
    return "".join(parts)


def _dot(middle: float) -> str:
    return f'<circle cx="{middle:.1f}" cy="{HIGH / 2:g}" r="3"/>'


def _at(value: float, top: float) -> float:
    return EDGE + (WIDE - 2 * EDGE) * value / top


def _svg(body: str, wide: int) -> Markup:
    return Markup(f'<svg width="{wide}" height="{HIGH}" aria-hidden="true">{body}</svg>')  # noqa: S704
