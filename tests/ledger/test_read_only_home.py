"""A home that is only read: a backup mounted so, or another person's folder."""

import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from estimator.builds.merged_groups import merge
from estimator.core.storage.folder import READERS
from estimator.ledger import Ledger
from estimator.ledger.reconciliation import reconcile
from tests.reporting.test_groups_in_place import _file
from tests.support import activity, append, sobria

WRITES = ("mkdir", "unlink", "replace", "rename", "utime")


@contextmanager
def only_read(place: Path) -> Iterator[None]:
    """Context of a folder whose disk refuses every writing: what the system says, whoever asks."""
    with pytest.MonkeyPatch.context() as patch:
        for name in WRITES:
            patch.setattr(os, name, _refusing(getattr(os, name), place, lambda *_: True))
        patch.setattr(os, "open", _refusing(os.open, place, lambda flags, *_: flags & (os.O_RDWR | os.O_CREAT)))
        patch.setattr(io, "open", _refusing(io.open, place, lambda mode="r", *_: set(mode) & set("wax+")))
        yield


def _refusing(called: Callable[..., Any], place: Path, writes: Callable[..., Any]) -> Callable[..., Any]:
    def refuse(path: Any, *given: Any, **named: Any) -> Any:
        inside = isinstance(path, str | os.PathLike) and Path(os.fspath(path)).is_relative_to(place)
        if inside and writes(*given):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        return called(path, *given, **named)

    return refuse


@pytest.mark.parametrize("locked", [True, False])
def test_what_only_reads_works(tmp_path: Path, locked: bool) -> None:
    """Its lock is there, or was not copied; what a killed writer left stays."""
    home = tmp_path / "home"
    append(Ledger(home), [activity()])
    left = home / "ledger" / ".part.0f.tmp"
    left.touch()
    os.utime(left, (0, 0))
    if not locked:
        (home / "ledger" / READERS).unlink()
    with only_read(home):
        assert "Chaque fichier est celui qui a été écrit" in sobria(home, "ledger", "verify").stdout
        assert "import" in sobria(home, "ledger", "history").stdout
        sobria(home, "ledger", "export", str(tmp_path / "archive.tar"))
    assert left.exists()
    sobria(tmp_path / "back", "ledger", "restore", str(tmp_path / "archive.tar"))
    assert reconcile(Ledger(tmp_path / "back")).accepted == 1


def test_a_merged_home_whose_totals_cannot_be_computed_is_verified(tmp_path: Path) -> None:
    home = tmp_path / "home"
    append(Ledger(home), [activity()])
    merge(home, [_file(tmp_path, "54010")])
    with only_read(home):
        said = sobria(home, "ledger", "verify").stdout
    assert "disque en lecture seule" in said and "1 fichier de groupes" in said


def test_what_writes_says_that_it_cannot(tmp_path: Path, root: Path) -> None:
    home, file = tmp_path / "home", next((root / "tests" / "traces" / "good").glob("*.csv"))
    append(Ledger(home), [activity()])
    with only_read(home):
        for command in (["import", str(file)], ["totals"], ["ledger", "compact"]):
            said = sobria(home, *command, code=1).stderr
            assert "disque en lecture seule" in said and "Traceback" not in said
