"""The documents by name, in the formats in which they are written."""

from collections.abc import Callable, Mapping
from pathlib import Path

from estimator.compare.scenario import Scenario
from estimator.errors import SobriaError
from estimator.sheets.document import Sheet
from estimator.sheets.evaluation import evaluation
from estimator.sheets.facts import Facts, facts_of
from estimator.sheets.page import page
from estimator.sheets.questions import questions
from estimator.sheets.rgesn import rgesn
from estimator.sheets.tender import tender
from estimator.sheets.text import markdown, table

SHEETS: Mapping[str, Callable[[Facts], Sheet]] = {
    "evaluation": evaluation,
    "rgesn": rgesn,
    "tender": tender,
    "questionnaire": questions,
}
FORMATS: Mapping[str, Callable[[Sheet], str]] = {"html": page, "md": markdown, "csv": table}


class FormatUnknown(SobriaError):
    """A document asked in a format in which it is not written."""

    code = "format_unknown"


def evaluation_page(scenario: Scenario, lang: str, home: Path | None = None) -> str:
    """The evaluation sheet as a page. SobriaError of `decision`."""
    return page(evaluation(facts_of(scenario, lang, home)))


def write_sheet(kind: str, facts: Facts, out: Path, format: str | None = None) -> int:
    """Write a document of `SHEETS`; without a format, that of the file's name. Bytes written. FormatUnknown, OSError.

    A table starts with a byte order mark, by which spreadsheets know its letters.
    """
    asked = (format or out.suffix.lstrip(".") or "html").lower()
    if asked not in FORMATS:
        raise FormatUnknown(read=asked, expected=", ".join(FORMATS))
    text = FORMATS[asked](SHEETS[kind](facts)).encode("utf-8-sig" if asked == "csv" else "utf-8")
    out.write_bytes(text)
    return len(text)
