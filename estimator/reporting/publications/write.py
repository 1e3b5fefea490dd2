"""The reports by name, and the writing of their files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from estimator.core.atomic_files import publishing, replace_file
from estimator.core.errors import SobriaError
from estimator.reporting.documents.document import Document, Table, TableCell
from estimator.reporting.documents.rendering import FormatUnknown, rendered
from estimator.reporting.publications.beges import beges
from estimator.reporting.publications.boamps import boamps
from estimator.reporting.publications.budget_vert import budget_vert
from estimator.reporting.publications.context import ReportFacts, ReportFiles
from estimator.reporting.publications.forbidden_claims import claimed
from estimator.reporting.publications.groups_file import groups_file
from estimator.reporting.publications.open_data import data
from estimator.reporting.publications.reen import reen
from estimator.reporting.publications.reen_file import reen_file
from estimator.reporting.publications.schema_impact import schema_impact

REPORTS: Mapping[str, Callable[[ReportFacts], ReportFiles]] = {
    "schema-impact": schema_impact,
    "data": data,
    "boamps": boamps,
    "reen": reen,
    "reen-file": reen_file,
    "groups": groups_file,
    "beges": beges,
    "budget-vert": budget_vert,
}


PRINTED, TABLE, FILE = ("html", "md", "txt"), "csv", "json"


class FolderWanted(SobriaError):
    """A report of several files needs a folder, not a file."""

    code = "report_folder_wanted"


@dataclass(frozen=True)
class SavedFiles:
    """Files written, in bytes by path, and what a person should know before publishing; empty: those without a figure
    of what was consumed."""

    files: Mapping[str, int]
    notes: tuple[str, ...]
    empty: frozenset[str]


def write_report(kind: str, facts: ReportFacts, out: Path) -> SavedFiles:
    """Write a report of `REPORTS` to a file, or to a folder when it has several: a document in the format of the file's
    name, a table in its own. FolderWanted, FormatUnknown, OSError."""
    made = REPORTS[kind](facts)
    several = "" not in made.files
    if several and out.exists() and not out.is_dir():
        raise FolderWanted(read=out)
    suffix = "" if several else out.suffix
    bodies = {name: _text(found, suffix) for name, found in made.files.items()}
    if several:
        with publishing(out, {name: body.encode() for name, body in bodies.items()}):
            pass
    else:
        replace_file(out, bodies[""])
    paths = {name: str(out / name) if name else str(out) for name in bodies}
    empty = frozenset(paths[name] for name, found in made.files.items() if not _has_figures(found))
    saved = {paths[name]: len(body.encode()) for name, body in bodies.items()}
    return SavedFiles(saved, (*made.left_out, *claimed(facts)), empty)


def _has_figures(found: Document | str) -> bool:
    """Whether a document draws an amount, or a table has a row under its header; a JSON file says it by itself."""
    if isinstance(found, str):
        return found.startswith("{") or len(found.splitlines()) > 1
    tables = (block for section in found.sections for block in section.blocks if isinstance(block, Table))
    return any(isinstance(cell, TableCell) and cell.bar for table in tables for row in table.rows for cell in row)


def _text(found: Document | str, suffix: str) -> str:
    """A document in the format of a file's name; a table, which has its own, is refused under that of a page."""
    format = suffix.lstrip(".").lower()
    if isinstance(found, Document):
        return rendered(found, format or "html")
    if format in PRINTED:
        raise FormatUnknown(read=format, expected=FILE if found.startswith("{") else TABLE)
    return found
