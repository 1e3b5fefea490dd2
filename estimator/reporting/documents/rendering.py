"""A document in each of its formats: a page to print, Markdown, text for a terminal, a table for a spreadsheet."""

import re
from collections.abc import Callable
from functools import cache, partial
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape

from estimator.core.atomic_files import replace_file
from estimator.core.errors import SobriaError, say
from estimator.core.language import OFFICIAL
from estimator.core.typography import typeset
from estimator.reporting.documents.csv_table import BYTE_ORDER_MARK, french_table
from estimator.reporting.documents.document import Document, IntervalBar, Table
from estimator.reporting.documents.pictures import FILLS, PATTERNS, band, bar, data_uri, dot, grid, place, svg
from estimator.reporting.documents.templates import environment, text_environment

FORMATS = ("html", "md", "csv", "txt")
WIDE, SAMPLE, STRIP = 120, 22, 12  # widths of a bar and of a sample, their height [px]
ENDS = f'<g id="g">{grid((place(at, 1, WIDE) for at in (0, 1)), STRIP)}</g>'  # of the scale of a bar
DEFS = Markup('<svg width="0" height="0" class="defs" aria-hidden="true"><defs>{}</defs></svg>').format(
    Markup("".join(PATTERNS.values()) + ENDS)  # noqa: S704 (our own pictures)
)
ROOMY = 3500  # maximum characters of one page in larger type, for who does not read such sheets every day
NEEDLESS = re.compile(r"([:;,{}]) | (?=[{}])")  # spaces of a stylesheet
SPECIAL = re.compile(r"([\\`*_\[\]#|~$])")
HTML = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}


class FormatUnknown(SobriaError):
    """A document that is not available in this format."""


def rendered(document: Document, format: str) -> str:
    """The text of a document. FormatUnknown."""
    if format not in FORMATS or (format == "csv" and not document.columns):
        expected = ", ".join(name for name in FORMATS if name != "csv" or document.columns)
        raise FormatUnknown(read=format, expected=expected)
    if format == "csv":
        return BYTE_ORDER_MARK + french_table(document.columns, document.records, document.mark)
    return _page(document) if format == "html" else _text(document, format)


def save(document: Document, out: Path, format: str | None = None) -> int:
    """Write a document; the default format is that of the file's name. Bytes written. FormatUnknown, OSError."""
    return replace_file(out, rendered(document, (format or out.suffix.lstrip(".") or "html").lower()))


def _text(document: Document, format: str) -> str:
    escaped = {"md": _markdown_line, "txt": typeset}[format]
    found = _text_environment(escaped, document.lang).get_template(f"document.{format}").render(vars(document))
    return found.rstrip() + "\n"


@cache
def _text_environment(escaped: Callable[..., str], lang: str) -> Environment:
    found = text_environment("estimator.reporting", partial(escaped, lang=lang))
    found.globals["colon"] = Markup(typeset(say("numbers", "pair", lang, name="", value=""), lang))  # noqa: S704 (a colon)
    return found


def _markdown_line(text: str, lang: str) -> str:
    """A text on one line, escaped for Markdown and HTML."""
    text = SPECIAL.sub(r"\\\1", " ".join(typeset(text, lang).split())).translate(HTML)
    return re.sub(r"^([-+]|\d+[.)])(?= |$)", r"\\\1", text)


def _page(document: Document) -> str:
    """A self-contained HTML page without script, printable on A4; every text is escaped."""
    t, lang = partial(_told, lang=document.lang), document.lang
    tables = [block for part in document.sections for block in part.blocks if isinstance(block, Table)]
    facts: dict[str, Any] = {"t": t, "central": t(say("sheet", "central", lang))}
    facts |= {"blank": t(say("sheet", "blank", lang))}
    facts |= {"drawn_bar": _drawn_bar, "drawn_sample": _drawn_sample, "data_uri": data_uri}
    facts["textures"] = lambda table: {name: say("proofs", name, lang) for name in FILLS if name in table.proofs}
    body = _html("document.html", **vars(document), **facts)
    body = (DEFS if any(table.proofs for table in tables) else Markup()) + body
    window = document.window or " – ".join(filter(None, (document.title, document.about, document.kind)))
    facts = {"style": _style(), "body": body, "name": _classes(document, body), "window": typeset(window, lang)}
    return str(_html("page.html", lang=lang, **facts))


def _told(text: str, lang: str) -> Markup:
    """A text, escaped, the question of the charter marked up as a quotation in its language where it is asked."""
    asked = escape(typeset(say("sheet", "charter_question", OFFICIAL), OFFICIAL))
    return escape(typeset(text, lang)).replace(asked, Markup('<q lang="{}">{}</q>').format(OFFICIAL, asked))


def _drawn_bar(given: IntervalBar) -> Markup:
    """A bar; hidden from screen readers where its text is in the cell."""
    return _drawn('<use href="#g"/>' + bar(given.amount, given.proof, given.top, STRIP, WIDE), WIDE, given.alt)


def _drawn_sample(proof: str = "") -> Markup:
    """A texture, or without any the dot of a central value, for the legend."""
    found = band({proof: 1.0}, ("1px", "20px"), 2, 8) if proof else dot("11px", STRIP / 2, STRIP / 4)
    return _drawn(found, SAMPLE)


def _drawn(body: str, wide: int, alt: str = "") -> Markup:
    read = Markup(' role="img" aria-label="{}"').format(alt) if alt else Markup(' aria-hidden="true"')
    return Markup(svg(body, STRIP, str(wide), f'{read} viewBox="0 0 {wide} {STRIP}"'))  # noqa: S704 (our own pictures, an escaped text)


def _html(template: str, **facts: Any) -> Markup:
    return Markup(_html_environment().get_template(template).render(facts))  # noqa: S704 (autoescaped)


@cache
def _html_environment() -> Environment:
    return environment("estimator.reporting")


@cache
def _style() -> Markup:
    """Our stylesheet, minified."""
    text = (resources.files(__package__) / "page.css").read_text("utf-8")
    return Markup(NEEDLESS.sub(r"\1", "".join(line.strip() for line in text.splitlines())))  # noqa: S704


def _classes(document: Document, body: Markup) -> str:
    """CSS classes of a document: small type, and smaller for one that is to hold on one page."""
    if not document.small:
        return ""
    if document.plain and len(body.striptags()) < ROOMY:
        return "one plain"
    return "one tight" if document.dense else "one"
