"""Migration of a home to the format of this version: nothing is deleted before the new ledger is verified.

The new ledger is made in a draft beside the old one, and verified. `home.toml` then says that the swap has begun, the
old ledger is moved aside, the draft takes its place, what a program wrote meanwhile is carried over, and the old one is
deleted once the new one is verified in place. Each step can be killed: the next command goes on from there.
"""

import errno
import os
import shutil
from pathlib import Path

from estimator.core.atomic_files import make_folder, sync_folder
from estimator.core.errors import SobriaError
from estimator.core.home import FORMAT, LEDGER, HomeFile, home_file
from estimator.core.locks import waited_lock
from estimator.custody.ledger_copy import LedgerCopy
from estimator.custody.opening import Tell
from estimator.custody.sender_marks import SenderMarks
from estimator.ledger.files import Ledger
from estimator.ledger.reconciliation import reconcile

DRAFT, FORMER = ".ledger-new", ".ledger-old"  # folders of a home, that of a ledger and that of those moved aside
VERIFIED = ".ledger-gone"  # those moved aside, once none of their rows is needed
WAIT_S = 60.0
TRIES = 3  # a program may write between the copy and its verification


def migrate(home: Path, tell: Tell) -> None:
    """Bring a home of an older format to this one. The caller holds the lock. home_busy, migration_failed,
    sender_torn."""
    marks = SenderMarks(home)
    if not home_file(home).migrating:
        _make_draft(home, marks)
        busy = SobriaError("home_busy", home=home, format=FORMAT, seconds=round(WAIT_S))
        with waited_lock(home / LEDGER / ".reading", WAIT_S, busy):
            HomeFile(format=FORMAT, migrating=True).write(home)
            _swap(home)
    _swap(home)
    for former in sorted((home / FORMER).glob("*")):
        LedgerCopy(Ledger(former), Ledger(home), marks).run()
    found = reconcile(Ledger(home))
    if not found.faults:
        _delete_former(home)
    shutil.rmtree(home / DRAFT, ignore_errors=True)
    HomeFile(format=FORMAT).write(home)
    tell("migrated_with_faults" if found.faults else "migrated", {"home": home, "format": FORMAT, "rows": found.read})


def _make_draft(home: Path, marks: SenderMarks) -> None:
    """A copy of the ledger in the new format, with the same account as the old one. migration_failed."""
    old, draft = Ledger(home), Ledger(home / DRAFT)
    for _ in range(TRIES):
        LedgerCopy(old, draft, marks).run()
        before, after = reconcile(old), reconcile(draft)
        if before == after:
            return
    shutil.rmtree(home / DRAFT)
    raise SobriaError("migration_failed", home=home, format=FORMAT, before=before.as_dict(), after=after.as_dict())


def _swap(home: Path) -> None:
    """The draft takes the place of the ledger, which is moved aside; so is one that a program makes in between."""
    draft, ledger = home / DRAFT / LEDGER, home / LEDGER
    while draft.exists():
        if ledger.exists():
            rank = len(list((home / FORMER).glob("*")))
            make_folder(home / FORMER / str(rank))
            os.rename(ledger, home / FORMER / str(rank) / LEDGER)
            sync_folder(home / FORMER / str(rank))
        try:
            os.rename(draft, ledger)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
        sync_folder(home)


def _delete_former(home: Path) -> None:
    """Delete the ledgers moved aside. They change name first: one half deleted is never read again."""
    shutil.rmtree(home / VERIFIED, ignore_errors=True)
    if (home / FORMER).exists():
        os.rename(home / FORMER, home / VERIFIED)
        sync_folder(home)
        shutil.rmtree(home / VERIFIED)
