"""The one kit of pictures, for screens and for paper: bars from zero with the texture of their proof, and no word.

Every place is a share of the width, so that a picture stretches with its page.
"""

import base64
import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from estimator.catalogue.schema import PROOFS
from estimator.core.interval import Interval
from estimator.core.number_format import DisplayUnit

INK, LINE, ACCENT, WHITE = "#1b1f24", "#d8dee4", "#0b5cad", "#ffffff"
STRIP, BAND = 20, 0.7  # height of the picture of a row [px], the dot included, and the share of it that its bar takes
EDGE = 6  # room left and right of the scale, so that a dot at zero is whole [px]
NARROWEST = 0.002  # share of the scale of a bar without width
ROUND_STEPS = (1, 2, 2.5, 5, 10)
TICKS = 5
ROUND = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
SMALL = 20  # ratio of largest to smallest central value above which the small ones are also drawn enlarged
PATTERNS = {  # of the fills that are textures
    "url(#e)": f'<pattern id="e" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<rect width="6" height="6" fill="{WHITE}"/><rect width="2.5" height="6" fill="{ACCENT}"/></pattern>',
    "url(#u)": f'<pattern id="u" width="5" height="5" patternUnits="userSpaceOnUse">'
    f'<rect width="5" height="5" fill="{WHITE}"/><circle cx="2.5" cy="2.5" r="1.1" fill="{ACCENT}"/></pattern>',
}
FILLS = {"measured": ACCENT, "estimated": "url(#e)", "declared": WHITE, "unknown": "url(#u)", "untold": LINE}


def svg(body: str, height: float, width: str = "100%", space: str = ' xmlns="http://www.w3.org/2000/svg"') -> str:
    """A picture that stretches with the page; space: of its names, which a picture inside HTML does without."""
    return f'<svg{space} width="{width}" height="{height}">{body}</svg>'


def textured(body: str, width: str, height: float) -> str:
    """A picture that stands alone, with the textures of the proofs that it draws."""
    used = "".join(pattern for fill, pattern in PATTERNS.items() if fill in body)
    return svg(f'<defs>{used}</defs><g stroke-linejoin="round">{body}</g>', height, width)


def data_uri(picture: str) -> str:
    """A picture that travels inside the page."""
    return "data:image/svg+xml;base64," + base64.b64encode(picture.encode()).decode()


def place(value: float, top: float, wide: float = 0) -> str:
    """Position of a value between the two edges of a chart, whatever its width; wide: that width, if known [px]."""
    share = value / top if top else 0.0
    if wide:
        return f"{EDGE + (wide - 2 * EDGE) * share:.1f}px"
    return f"calc({EDGE}px + (100% - {2 * EDGE}px)*{share:.5f})"


def _placed(**where: str) -> str:
    """Attributes, which stay when a page has no style; what is computed from a width that is not known needs one."""
    if any(value.startswith("calc") for value in where.values()):
        return 'style="{}"'.format(";".join(f"{name}:{value}" for name, value in where.items()))
    return " ".join(f'{name}="{value}"' for name, value in where.items())


def grid(places: Iterable[str], height: int) -> str:
    """A line at each place, the height of a picture [px]."""
    return "".join(f'<rect {_placed(x=x)} width="1" height="{height}" fill="{LINE}"/>' for x in places)


def bar_svg(amount: Interval, proof: Mapping[str, float], top: float, ticks: Sequence[float] = ()) -> str:
    """One bar from its low to its high value, with a dot at its central one, on a scale from 0 to `top`."""
    lines = grid((place(v, top) for v in ticks), STRIP)
    return textured(lines + bar(amount, proof, top), "100%", STRIP)


def bar(amount: Interval, proof: Mapping[str, float], top: float, high: int = STRIP, wide: float = 0) -> str:
    """The same without its frame nor its scale; high, wide: height and, if known, width of the picture [px]."""
    if not amount.known:
        return ""
    low, central, most = amount.ends
    share = max((most - low) / top if top else 0.0, NARROWEST)
    long = f"{(wide - 2 * EDGE) * share:.1f}px" if wide else f"calc((100% - {2 * EDGE}px)*{share:.5f})"
    drawn = band(proof, (place(low, top, wide), long), high * (1 - BAND) / 2, high * BAND)
    return drawn + dot(place(central, top, wide), high / 2, high / 4)


def band(proof: Mapping[str, float], extent: tuple[str, str], above: float, high: float) -> str:
    """A bar split in height by proof, measured on top; extent: its place and width, above: what is over it [px]."""
    shares = drawn_proofs(proof)
    whole, drawn, y = sum(shares.values()), [], above
    for name, share in shares.items():
        height = high * share / whole
        drawn.append(rect(extent, y, height, name))
        y += height
    return "".join(drawn)


def drawn_proofs(proof: Mapping[str, float]) -> dict[str, float]:
    """The shares that a bar draws, by texture; a bar whose proof is not told has the texture of none."""
    return {p: proof[p] for p in PROOFS if (proof.get(p) or 0) > 0} or {"untold": 1.0}


def rect(extent: tuple[str, str], y: float, height: float, proof: str) -> str:
    """A rectangle with the texture of a proof; extent: its place and width."""
    x, width = extent
    tall = f'y="{round(y, 2):g}" height="{round(height, 2):g}"'
    edge = ACCENT if proof in PROOFS else INK
    return f'<rect {_placed(x=x, width=width)} {tall} fill="{FILLS[proof]}" stroke="{edge}"/>'


def dot(x: str, y: float, radius: float = STRIP / 4) -> str:
    """A central value."""
    return f'<circle {_placed(cx=x)} cy="{y:g}" r="{radius:g}" fill="{WHITE}" stroke="{INK}" stroke-width="2"/>'


def round_top(value: float) -> float:
    """The round number at or above a value, as end of the axis."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next((step * power for step in ROUND if step * power >= value * (1 - 1e-9)), 10 * power)


def nice_ticks(top: float) -> list[float]:
    """Round tick values from zero to at least `top`, about five of them."""
    if top <= 0:
        return [0.0]
    rough = top / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(s * power for s in ROUND_STEPS if s * power >= rough * 0.999999)
    count = math.ceil(top / step - 1e-9)
    return [float(Decimal(repr(step)) * n) for n in range(count + 1)]


def ticks_of(step: DisplayUnit, highest: float) -> list[float]:
    """Round values in the unit that is shown, from zero, which cover the highest."""
    return [v * float(step.worth) for v in nice_ticks(highest / float(step.worth))]


def small_ones(values: Iterable[float]) -> frozenset[float]:
    """The values more than twenty times smaller than the largest one."""
    known = list(values)
    return frozenset(v for v in known if v * SMALL < max(known))
