"""Whether each part that a build reads is the one of its name: another in its place has as whole a footer, and other
rows. Those of a bucket are written whole, once."""

from collections.abc import Sequence
from pathlib import Path

from estimator.builds.parts_elsewhere import is_elsewhere
from estimator.core.errors import SobriaError
from estimator.core.parquet_files import first_torn


def check_parts(files: Sequence[str]) -> None:
    """Read all of these parts of this machine. ledger_torn."""
    if torn := first_torn([Path(file) for file in files if not is_elsewhere(file)]):
        raise SobriaError("ledger_torn", file=torn.name)


def stamp(file: str) -> str:
    """What of a part is no longer the same where another is in its place, without reading it."""
    found = Path(file).stat()
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ino}"
