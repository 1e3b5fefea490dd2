"""The summary as a page, as Markdown, or as a table, and in a file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from estimator.reporting.project.write import FORMATS, FormatUnknown
from estimator.reporting.summary.one_page import document

AIRY, TIGHT = '<body class="one">', '<body class="one tight">'  # lists take more space than their characters


def render_summary(body: Mapping[str, Any], lang: str, format: str) -> str:
    """The sheet in a format: html, md or csv. FormatUnknown."""
    if format not in FORMATS:
        raise FormatUnknown(read=format, expected=", ".join(FORMATS))
    return FORMATS[format](document(body, lang)).replace(AIRY, TIGHT)


def write(body: Mapping[str, Any], lang: str, out: Path) -> int:
    """Write the sheet in the format of the file's extension. Bytes written. FormatUnknown, OSError.

    A table starts with a byte order mark, for spreadsheets to detect UTF-8.
    """
    format = (out.suffix.lstrip(".") or "html").lower()
    text = render_summary(body, lang, format).encode("utf-8-sig" if format == "csv" else "utf-8")
    out.write_bytes(text)
    return len(text)
