"""A storage on top of another one, which is not written to: for what would be done, and is not."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from estimator.core.storage.folder import LocalFolder
from estimator.core.storage.storage import Patience, Storage


class DraftStore:
    """The files of another storage as it is first listed, which is not even locked, with those put since in a folder of
    this machine."""

    keeps_s = 0.0

    def __init__(self, base: Storage, folder: Path) -> None:
        self._base, self._mine, self._gone = base, LocalFolder(folder), set[str]()
        self._there: dict[str, set[str]] = {}
        self.tears = base.tears

    def __str__(self) -> str:
        return str(self._mine)

    def below(self, name: str) -> "DraftStore":
        return DraftStore(self._base.below(name), self._mine.folder / name)

    def ready(self) -> None:
        """Nothing is asked of what is not written to."""

    def names(self, under: str = "") -> set[str]:
        if under not in self._there:
            self._there[under] = self._base.names(under)
        return self._there[under] - self._gone | self._mine.names(under)

    def read(self, names: Iterable[str]) -> dict[str, bytes]:
        asked = list(names)
        mine = self._mine.read(asked)
        rest = [name for name in asked if name not in mine and name not in self._gone]
        return mine | (self._base.read(rest) if rest else {})

    def opened(self, name: str) -> Any:
        return self._of(name).opened(name)

    def dataset(self, addresses: Sequence[str], schema: Any) -> Any:
        import pyarrow.dataset as ds

        by_place: dict[bool, list[str]] = {}
        for address in addresses:
            by_place.setdefault(self._mine.holds(self._mine.name_of(address)), []).append(address)
        both = {True: self._mine, False: self._base}
        return ds.dataset([both[mine].dataset(some, schema) for mine, some in by_place.items()])

    def size(self, name: str) -> int:
        return self._of(name).size(name)

    def modified(self, name: str) -> float:
        return self._of(name).modified(name)

    def address(self, name: str) -> str:
        return self._of(name).address(name)

    def name_of(self, address: str) -> str:
        return self._base.name_of(self._mine.name_of(address))

    def putting(self, files: Mapping[str, bytes]) -> AbstractContextManager[None]:
        return self._mine.putting(files)

    def check(self, names: Iterable[str]) -> None:
        """Nothing outlives a draft."""

    def delete(self, names: Iterable[str]) -> None:
        held = list(names)
        self._mine.delete(held)
        self._gone |= set(held)

    def lease(self, name: str, patience: Patience | None = None) -> AbstractContextManager[None]:
        return self._mine.lease(name, patience)

    def reading(self) -> AbstractContextManager[None]:
        return self._mine.reading()

    def deleting(self, patience: Patience | None = None) -> AbstractContextManager[None]:
        return self._mine.deleting(patience)

    def _of(self, name: str) -> Storage:
        return self._mine if self._mine.holds(name) else self._base
