"""A folder of this machine, as a storage: atomic renames, and locks that the system releases."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from estimator.core.atomic_files import publishing, sync_folder
from estimator.core.locks import file_lock, reader_lock, waited_lock
from estimator.core.storage.storage import Patience

READERS = ".reading"


def _not_shown(error: OSError) -> None:
    """A folder that is not there holds nothing; of one that may not be read, what it holds is not known."""
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise error


class LocalFolder:
    """The files below a folder, which is made by the first write."""

    keeps_s = 0.0
    tears = True

    def __init__(self, folder: Path, root: Path | None = None) -> None:
        self.folder, self._root = folder, root or folder

    def __str__(self) -> str:
        return str(self.folder)

    def below(self, name: str) -> "LocalFolder":
        return LocalFolder(self.folder / name, self._root)

    def ready(self) -> None:
        """Nothing is asked of a disk."""

    def names(self, under: str = "") -> set[str]:
        found, top = set(), str(self.folder / under)
        for place, folders, files in os.walk(top, onerror=_not_shown):
            folders[:] = [name for name in folders if not name.startswith(".")]
            inside = f"{under}{place[len(top) :].replace(os.sep, '/')}".strip("/")
            prefix = f"{inside}/" if inside else ""
            unread = (name for name in folders if "." in name)  # a folder in the place of a file
            found |= {f"{prefix}{name}" for name in (*files, *unread) if not name.startswith(".")}
        return found

    def read(self, names: Iterable[str]) -> dict[str, bytes]:
        found = {}
        for name in names:
            with suppress(FileNotFoundError):
                found[name] = (self.folder / name).read_bytes()
        return found

    def opened(self, name: str) -> Path:
        return self.folder / name

    def dataset(self, addresses: Sequence[str], schema: Any) -> Any:
        import pyarrow.dataset as ds  # imports pandas: one second that an import without withdrawals avoids

        return ds.dataset(list(addresses), schema=schema, format="parquet")

    def size(self, name: str) -> int:
        return (self.folder / name).stat().st_size

    def modified(self, name: str) -> float:
        return (self.folder / name).stat().st_mtime

    def address(self, name: str) -> str:
        return str(self.folder / name)

    def name_of(self, address: str) -> str:
        return address.removeprefix(f"{self.folder}{os.sep}").replace(os.sep, "/")

    def holds(self, name: str) -> bool:
        """Whether a file is there."""
        return (self.folder / name).exists()

    @contextmanager
    def putting(self, files: Mapping[str, bytes]) -> Iterator[None]:
        """They take their names together, or none of them. Content that is there already is written again: a machine
        that stopped may have left it cut."""
        folders: dict[Path, dict[str, bytes]] = {}
        for name, data in files.items():
            place = self.folder / name
            folders.setdefault(place.parent, {})[place.name] = data
        with ExitStack() as stack:
            for folder, inside in folders.items():
                stack.enter_context(publishing(folder, inside))
            yield

    def check(self, names: Iterable[str]) -> None:
        for folder in {(self.folder / name).parent for name in names}:
            sync_folder(folder)

    def delete(self, names: Iterable[str]) -> None:
        for name in names:
            (self.folder / name).unlink(missing_ok=True)

    @contextmanager
    def lease(self, name: str, patience: Patience | None = None) -> Iterator[None]:
        lock = self._root / f".{name}"
        with waited_lock(lock, *patience) if patience else file_lock(lock):
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        with reader_lock(self._root / READERS):
            yield

    @contextmanager
    def deleting(self, patience: Patience | None = None) -> Iterator[None]:
        lock = self._root / READERS
        with waited_lock(lock, *patience) if patience else file_lock(lock):
            yield
