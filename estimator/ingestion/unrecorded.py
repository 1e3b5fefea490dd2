"""Rows in no entry of the journal: of an import that was killed, or that may be running."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from estimator.core.errors import say
from estimator.core.locks import READ_ONLY, held
from estimator.core.typography import some_of
from estimator.ingestion.http.endpoints import COLLECTING
from estimator.ledger.files import IMPORTING, Ledger

NAMED = 5  # files in one sentence


class Unrecorded(NamedTuple):
    """Names of the files of imports that did not end, or, where one may be running, of what it may be writing."""

    unfinished: Sequence[str] = ()
    importing: Sequence[str] = ()

    def text(self, lang: str) -> str:
        """Which they are, and what to do; empty without any."""
        told = ((key, files) for key, files in self._asdict().items() if files)
        return " ".join(say("ledger_cli", key, lang, files=some_of(files, NAMED)) for key, files in told)


def unrecorded(ledger: Ledger) -> Unrecorded:
    """Files with rows that no import recorded; what a collector that runs is writing is none of them. Another machine
    may be importing into a bucket: no lock says so."""
    runs = not ledger.store.tears or _maybe_held(ledger.folder / IMPORTING)
    collects = _maybe_held(ledger.folder / COLLECTING)
    left = ledger.unfinished()
    if left and collects:
        from estimator.ingestion.http.sender_rows import sender_in

        left = [name for name in left if not sender_in(name)]
    return Unrecorded(importing=left) if runs else Unrecorded(left)


def _maybe_held(lock: Path) -> bool:
    """Whether a program holds a lock, or may: who only reads cannot tell."""
    try:
        return held(lock)
    except OSError as error:
        if error.errno not in READ_ONLY:
            raise
        return True
