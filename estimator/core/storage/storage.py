"""Files that are written once, under names that are never given twice: what the rooms ask of the place where they lie.

Nothing is renamed and nothing is changed: a file is put, whole, unless its name is taken, read, and deleted.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from estimator.core.errors import SobriaError
from estimator.core.home import home_file, store_parts


class Patience(NamedTuple):
    """How long others are waited for [s], and what is raised then; they are waited for until they end without it."""

    wait_s: float
    busy: SobriaError


class StoreFailed(SobriaError):
    """What an object storage did not do, and why, for whoever runs it: others are only told that it failed."""

    code = "store_refused"


class OfRange(StoreFailed):
    """The same of a range that was read: an engine quotes it as text, which is then what the store answered."""

    code = StoreFailed.code

    def __str__(self) -> str:
        return f"{self.facts.get('told') or self.facts.get('read', self.code)}"


class Storage(Protocol):
    """A place of such files, named by their path in it, with « / ». OSError, or a refusal that says what was asked."""

    keeps_s: float  # how long what another file replaced stays for who may still read it, there being no read lock [s]
    tears: bool  # whether a machine that stops may leave a file cut

    def __str__(self) -> str:
        """The folder or the address, for people."""

    def below(self, name: str) -> "Storage":
        """The place of the files whose names begin with this one."""

    def ready(self) -> None:
        """What is asked once, before the first write. store_unconditional: no conditional write."""

    def names(self, under: str = "") -> set[str]:
        """Every file below a name, those that begin with a dot apart."""

    def read(self, names: Iterable[str]) -> dict[str, bytes]:
        """The content of files, of those that are there."""

    def opened(self, name: str) -> Any:
        """A file as Arrow reads it, by ranges."""

    def dataset(self, addresses: Sequence[str], schema: Any) -> Any:
        """Parquet files, by their addresses, as an Arrow dataset."""

    def size(self, name: str) -> int:
        """The size of a file [bytes]. FileNotFoundError."""

    def modified(self, name: str) -> float:
        """When a file was put [s since 1970]. FileNotFoundError."""

    def address(self, name: str) -> str:
        """A file as DuckDB names it."""

    def name_of(self, address: str) -> str:
        """The name of a file by its address."""

    def putting(self, files: Mapping[str, bytes]) -> AbstractContextManager[None]:
        """Context at whose end these files are there, and outlive the machine. A name is given once."""

    def check(self, names: Iterable[str]) -> None:
        """Files that a writer left when it was killed outlive the machine from now on."""

    def delete(self, names: Iterable[str]) -> None:
        """Delete files, those that are there."""

    def lease(self, name: str, patience: Patience | None = None) -> AbstractContextManager[None]:
        """Context of a lock that one process holds, on any machine; it ends with its holder."""

    def reading(self) -> AbstractContextManager[None]:
        """Context in which nothing is deleted."""

    def deleting(self, patience: Patience | None = None) -> AbstractContextManager[None]:
        """Context in which nobody is reading."""


def storage_at(home: Path, name: str) -> Storage:
    """The files of a home in this folder of it: on this machine, or where its `home.toml` says that they are. An empty
    name: all of them."""
    from estimator.core.storage.folder import LocalFolder

    if not (url := home_file(home).store):
        return LocalFolder(home / name)
    from estimator.core.storage.objects import ObjectStore  # an extra

    store = ObjectStore(*store_parts(url), home / name)
    return store.below(name) if name else store


def read_one(store: Storage, name: str) -> bytes:
    """The content of a file. FileNotFoundError."""
    found = store.read([name])
    if name not in found:
        raise FileNotFoundError(2, "No such file", store.address(name))
    return found[name]


def put_one(store: Storage, name: str, data: bytes) -> None:
    """Put a file, unless its name is taken."""
    with store.putting({name: data}):
        pass
