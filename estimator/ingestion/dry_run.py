"""What an import would do, without doing it: each file read, and its rows put into a ledger that is thrown away."""

import os
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from estimator.catalogue.load import load
from estimator.catalogue.models import ModelUnknown, find
from estimator.core.errors import SobriaError, sentences
from estimator.ingestion.readers import ReadingContext, ReadResult, find_files, open_results
from estimator.ledger import Account, Ledger
from estimator.ledger.append import Append
from estimator.ledger.files import as_models
from estimator.ledger.rows import COMPONENTS, Activity, Refused

_MODELLED = ("mode/none", "mode/not_declared")
NOT_ESTIMABLE = "not_estimable"


@dataclass(frozen=True)
class FileCheck:
    """One file: the reader that knows it, its rows by the proof of their electricity, or why it is not read."""

    name: str
    reader: str = ""
    read: int = 0
    refused: tuple[Refused, ...] = ()
    left_out: tuple[str, ...] = ()
    proofs: Counter[str] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)
    unknown_models: tuple[str, ...] = ()
    error: SobriaError | None = None

    def as_dict(self) -> dict[str, Any]:
        """All of it, sentences in both languages; the reasons of refusal with their count and first line."""
        groups: dict[str, list[Refused]] = {}
        for refusal in self.refused:
            groups.setdefault(refusal.code, []).append(refusal)
        reasons = [
            sentences("refusals", code, **rows[0].facts) | {"count": len(rows), "line": rows[0].line}
            for code, rows in groups.items()
        ]
        return {
            "name": self.name,
            "reader": self.reader,
            "read": self.read,
            "refused": reasons,
            "left_out": list(self.left_out),
            "proofs": dict(self.proofs),
            "checks": [sentences("checks", code) | {"count": count} for code, count in sorted(self.checks.items())],
            "unknown_models": list(self.unknown_models),
            "error": self.error.as_dict() if self.error else None,
        }


@dataclass(frozen=True)
class DryRun:
    """What an import of these paths would do now."""

    account: Account
    files: tuple[FileCheck, ...]

    def as_dict(self) -> dict[str, Any]:
        """{"account", "files"}"""
        return {"account": self.account.as_dict(), "files": [file.as_dict() for file in self.files]}


def check_paths(home: Path, paths: Sequence[str | Path], context: ReadingContext) -> DryRun:
    """Read files, folders or `-` as an import would, and account for each row against the ledger of this home, in
    which nothing is written."""
    with _copy(home) as ledger:
        posting = Append(ledger)
        files = tuple(_check(path, posting, context) for path in find_files(paths))
        return DryRun(posting.account(), files)


def _check(path: str | Path, posting: Append, context: ReadingContext) -> FileCheck:
    found = RowTally()
    try:
        opened = open_results(path, context)
        posting.take(opened.trace, map(found.look_at, opened.results))
    except SobriaError as error:
        return FileCheck(Path(path).name, read=found.read, error=error)
    return FileCheck(
        opened.trace.name,
        opened.reader.name,
        found.read,
        tuple(found.refused),
        tuple(found.left_out),
        found.proofs,
        found.checks,
        tuple(sorted(found.unknown_models)),
    )


class RowTally:
    """What was seen of the rows of a file so far."""

    def __init__(self) -> None:
        self.read = 0
        self.refused: list[Refused] = []
        self.left_out: dict[str, None] = {}
        self.proofs: Counter[str] = Counter()
        self.checks: Counter[str] = Counter()
        self.unknown_models: set[str] = set()

    def look_at(self, result: ReadResult) -> ReadResult:
        """Count these rows, and give them back."""
        self.read += result.read
        self.refused += result.refused
        self.left_out |= dict.fromkeys(result.unused)
        for row in result.rows:
            self._count(row, 1)
        if result.table is not None:
            for row, count in _kinds(result.table):
                self._count(row, count)
        return result

    def _count(self, row: Activity, times: int) -> None:
        self.proofs.update(dict.fromkeys(_proofs(row), times))
        self.checks.update(dict.fromkeys(row.checks, times))
        if row.model and _modelled(row) and not _is_known_model(row.model):
            self.unknown_models.add(row.model)


def _kinds(rows: pa.Table) -> Iterator[tuple[Activity, int]]:
    """One row of each kind that is told alike, and how many there are of it: a large file has few kinds."""
    told = {name: rows[name] for name in ("model", *(f"{part}_mode" for part in COMPONENTS))}
    told |= {name: pc.is_valid(rows[name]) for name in (f"{part}_energy_kwh" for part in COMPONENTS)}
    told |= {name: pc.sign(rows[name]) for name in ("input_tokens", "output_tokens", "images", "device_hours")}
    told |= {"checks": pc.binary_join(rows["checks"], " "), "place": pa.array(range(len(rows)))}
    places = [("place", "min"), ("place", "count")]
    kinds = pa.table(told).group_by([name for name in told if name != "place"]).aggregate(places)
    found = as_models("activities", rows.take(kinds["place_min"]))
    return zip(found, kinds["place_count"].to_pylist(), strict=True)


def _proofs(row: Activity) -> set[str]:
    """The proofs of the electricity of one row, each once; not_estimable where it has none."""
    subjects = load().subjects
    modes = {getattr(row, f"{part}_mode") for part in COMPONENTS if getattr(row, f"{part}_energy_kwh") is not None}
    found = {str(subjects[mode].proof) for mode in modes if mode in subjects and subjects[mode].proof}
    if not found and _modelled(row) and _is_known_model(row.model or ""):
        found = {"estimated"}
    return found or {NOT_ESTIMABLE}


def _modelled(row: Activity) -> bool:
    """Whether the build would model its electricity from what was made, its model being known."""
    energies = (getattr(row, f"{part}_energy_kwh") for part in COMPONENTS)
    silent = all(kwh is None for kwh in energies) and row.other_mode in _MODELLED
    waited = row.output_tokens == 0 and not row.input_tokens and bool(row.device_hours)
    return silent and bool(row.model) and (waited or bool(row.output_tokens or row.images))


def _is_known_model(model: str) -> bool:
    try:
        find(model)
    except ModelUnknown:
        return False
    return True


@contextmanager
def _copy(home: Path) -> Iterator[Ledger]:
    """A ledger that holds what this one holds, in a folder that is deleted at the end."""
    with TemporaryDirectory(prefix="sobria-") as folder:
        kept = home / "ledger"
        if kept.is_dir():
            hidden = shutil.ignore_patterns(".*")
            shutil.copytree(kept.resolve(), Path(folder, "ledger"), ignore=hidden, copy_function=os.symlink)
        yield Ledger(Path(folder))
