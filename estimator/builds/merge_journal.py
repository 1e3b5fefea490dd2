"""Journal of the merges of a home: when each file of groups came, from which authority, and what it replaced."""

from pathlib import Path

from estimator.core.event_log import Kept, RecordFolder
from estimator.core.home import AUTHORITIES
from estimator.core.storage.folder import LocalFolder

FOLDER = "journal"  # inside that of the files


class GroupsMerge(Kept):
    """A file of groups that was merged: its name when given, its digest, and that of the one whose place it took, which
    is empty for none."""

    file: str
    format: str
    territory: str
    administration: str
    period: str
    made_at: str
    digest: str
    replaces: str


def merges(home: Path) -> RecordFolder[GroupsMerge]:
    """The merges of a home, which are where its files are: on this machine, whatever holds its ledger."""
    return RecordFolder(LocalFolder(home / AUTHORITIES / FOLDER), GroupsMerge)
