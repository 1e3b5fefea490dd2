"""Locks between processes on files and folders, released when their holder ends, however it ends."""

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from estimator.core.errors import SobriaError

READ_ONLY = (errno.EACCES, errno.EPERM, errno.EROFS)  # what a system says to who may read and not write

if sys.platform == "win32":
    import ctypes
    import msvcrt

    _ALONE, _AT_ONCE = 2, 1  # LOCKFILE_EXCLUSIVE_LOCK, LOCKFILE_FAIL_IMMEDIATELY

    def _open(path: Path) -> int:
        """A folder cannot be opened there: its lock is a file beside it."""
        return os.open(path.with_name(f"{path.name}.lock") if path.is_dir() else path, os.O_RDWR | os.O_CREAT)

    def _take(handle: int, shared: bool, wait: bool) -> None:
        how = (0 if shared else _ALONE) | (0 if wait else _AT_ONCE)
        place = (ctypes.c_ulonglong * 4)()  # an OVERLAPPED at its start
        if not ctypes.windll.kernel32.LockFileEx(msvcrt.get_osfhandle(handle), how, 0, 1, 0, ctypes.byref(place)):
            raise BlockingIOError
else:
    import fcntl

    def _open(path: Path) -> int:
        return os.open(path, os.O_RDONLY | os.O_DIRECTORY if path.is_dir() else os.O_RDWR | os.O_CREAT, 0o666)

    def _take(handle: int, shared: bool, wait: bool) -> None:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))


def take(path: Path, shared: bool = False, wait: bool = True) -> int:
    """Lock a folder, or a file, made if it is not there: the descriptor that holds it. BlockingIOError when another
    holds it and it is not waited for."""
    handle = _open(path)
    try:
        _take(handle, shared, wait)
    except OSError:
        os.close(handle)
        raise
    return handle


def held(path: Path) -> bool:
    """Whether a program holds this lock file, which is not made where it is not there."""
    try:
        if path.exists():
            os.close(take(path, wait=False))
    except BlockingIOError:
        return True
    return False


@contextmanager
def lock_if_free(path: Path) -> Iterator[bool]:
    """Hold a lock alone where nobody else does: whether it is held."""
    try:
        handle = take(path, wait=False)
    except BlockingIOError:
        yield False
        return
    try:
        yield True
    finally:
        os.close(handle)


@contextmanager
def file_lock(path: Path, shared: bool = False) -> Iterator[None]:
    """Hold a lock file, alone or with others that share it."""
    handle = take(path, shared)
    try:
        yield
    finally:
        os.close(handle)


@contextmanager
def reader_lock(path: Path) -> Iterator[None]:
    """Share a lock file, as who may not write there does too; none is held where none is there nor can be made: in a
    copy that is only read, of which nobody deletes."""
    with ExitStack() as held:
        try:
            held.enter_context(file_lock(path, shared=True))
        except OSError as error:
            if error.errno not in READ_ONLY:
                raise
            with suppress(FileNotFoundError):
                handle = os.open(path, os.O_RDONLY)
                held.callback(os.close, handle)
                _take(handle, shared=True, wait=True)
        yield


@contextmanager
def waited_lock(path: Path, wait_s: float, busy: SobriaError | Callable[[float | None], SobriaError]) -> Iterator[None]:
    """Hold a lock file alone, `busy` being raised where another program still holds it after that time [s]; or what it
    makes of how long that one has held it [s], None where clocks disagree."""
    limit = time.monotonic() + wait_s
    while True:
        try:
            handle = take(path, wait=False)
            break
        except BlockingIOError:
            if time.monotonic() > limit:
                raise (busy(_age(path)) if callable(busy) else busy) from None
            time.sleep(0.02)
    os.utime(path)
    try:
        yield
    finally:
        os.close(handle)


def _age(path: Path) -> float | None:
    """How long ago a lock file was taken [s], by the clock of its disk."""
    age = time.time() - path.stat().st_mtime
    return age if age >= 0 else None
