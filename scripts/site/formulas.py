"""A hook of MkDocs: the formulas of a page as MathML, which a browser draws without a script."""

import re
from typing import Any

from latex2mathml.converter import convert

FORMULA = re.compile(r"^\$\$(.+)\$\$$", re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Each line between two `$$` in the place where it stands."""
    return FORMULA.sub(lambda found: f"<div style='overflow-x: auto'>{mathml(found[1])}</div>", markdown)


def mathml(formula: str) -> str:
    """A formula in the notation of LaTeX, as a block."""
    return str(convert(formula, display="block"))
