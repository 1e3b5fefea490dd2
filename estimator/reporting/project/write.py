"""The project documents by name, and their formats."""

from collections.abc import Callable, Mapping
from pathlib import Path

from estimator.core.errors import SobriaError
from estimator.reporting.documents.document import Sheet
from estimator.reporting.documents.html import page
from estimator.reporting.documents.markdown_csv import markdown, table
from estimator.reporting.project.context import SheetFacts
from estimator.reporting.project.evaluation import evaluation
from estimator.reporting.project.questionnaire import questions
from estimator.reporting.project.rgesn import rgesn
from estimator.reporting.project.tender import tender

SHEETS: Mapping[str, Callable[[SheetFacts], Sheet]] = {
    "evaluation": evaluation,
    "rgesn": rgesn,
    "tender": tender,
    "questionnaire": questions,
}
FORMATS: Mapping[str, Callable[[Sheet], str]] = {"html": page, "md": markdown, "csv": table}


class FormatUnknown(SobriaError):
    """A document that is not available in this format."""


def render_sheet(kind: str, facts: SheetFacts, format: str) -> bytes:
    """A document of `SHEETS` in a format of `FORMATS`. FormatUnknown, and the refusals of the document.

    A table starts with a byte order mark, for spreadsheets to detect UTF-8.
    """
    if format not in FORMATS:
        raise FormatUnknown(read=format, expected=", ".join(FORMATS))
    return FORMATS[format](SHEETS[kind](facts)).encode("utf-8-sig" if format == "csv" else "utf-8")


def write_sheet(kind: str, facts: SheetFacts, out: Path, format: str | None = None) -> int:
    """Write a document; the default format is that of the file's name. Bytes written. As `render_sheet`, OSError."""
    text = render_sheet(kind, facts, (format or out.suffix.lstrip(".") or "html").lower())
    out.write_bytes(text)
    return len(text)
