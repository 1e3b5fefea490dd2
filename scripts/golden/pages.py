"""The pages of the dashboard as text: the text of each element, in page order."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.messages import ROOT

SECONDS = 120
SKIPPED = {"frame", "__init__"}
ASKED = {"explication": {"id": "total.gwp"}, "facteurs": {"facteur": "grid_gwp/FRA/2025"}}


def page_texts(home: Path, lang: str) -> Iterator[tuple[str, str]]:
    """Name and text of each page on a home; a failing page has its error."""
    os.environ["SOBRIA_HOME"] = str(home)
    from streamlit.testing.v1 import AppTest

    logging.disable(logging.WARNING)
    for file in sorted((ROOT / "dashboard" / "pages").glob("*.py")):
        if file.stem in SKIPPED:
            continue
        app = AppTest.from_file(str(file), default_timeout=SECONDS)
        for name, value in {"lang": lang, **ASKED.get(file.stem, {})}.items():
            app.query_params[name] = value
        app.run()
        yield file.stem, "\n".join(_texts(app)) + "\n"


def _texts(app: Any) -> Iterator[str]:
    for element in app.main:
        yield from _element_texts(element)
    yield from (f"raised: {found.message}" for found in app.exception)


def _element_texts(element: Any) -> Iterator[str]:
    if hasattr(element, "children"):
        for child in element.children.values():
            yield from _element_texts(child)
        return
    proto = getattr(element, "proto", None)
    body = getattr(proto, "body", None) or getattr(element, "value", None)
    yield f"[{element.type}] {getattr(element, 'label', '') or ''} {body if body is not None else ''}".rstrip()
