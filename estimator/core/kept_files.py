"""Files kept from one build to the next, each named by what it was made from and by the hash of its own content: what
is stale has another name, what is damaged is not found, and is made again."""

import json
import os
import shutil
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any
from uuid import uuid4

from estimator.core.atomic_files import make_folder, sync_folder

BLOCK = 2**20


class KeptFiles:
    """A folder of files `KEY.KIND.HASH`, listed once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        names = os.listdir(folder) if folder.is_dir() else ()
        split = (name.split(".") for name in names)
        self._held = {(found[0], found[1]): found[2] for found in split if len(found) == 3}
        self._used: set[str] = set()

    def path(self, key: str, kind: str) -> Path | None:
        """The path of a file, its content unread."""
        digest = self._held.get((key, kind))
        if digest is None:
            return None
        self._used.add(f"{key}.{kind}.{digest}")
        return self.folder / f"{key}.{kind}.{digest}"

    def data(self, key: str, kind: str) -> bytes | None:
        """The content of a file; None where there is none, or where it is not the one of its hash."""
        path = self.path(key, kind)
        try:
            content = path.read_bytes() if path else b""
        except OSError:
            return None
        return content if path and path.name.endswith(_digest(content)) else None

    def whole(self, key: str, kind: str) -> Path | None:
        """The path of a file whose content is the one of its hash."""
        path = self.path(key, kind)
        try:
            return path if path and path.name.endswith(_digest_of(path)) else None
        except OSError:
            return None

    def put(self, key: str, kind: str, content: bytes, rest: bytes | memoryview = b"") -> Path:
        """Write a file: it is whole, or what a machine that stopped left of it is not what its name says. It is not
        waited for until it is on disk: it would be made again. rest: what follows in the file, which the content checks
        by itself: the name is not of it."""
        draft = self.draft()
        path = self.folder / self._named(key, kind, _digest(content))
        try:
            with draft.open("wb") as file:
                file.write(content)
                file.write(rest)
            os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)
        return path

    def told(self, key: str, kind: str) -> dict[str, Any]:
        """What a file of JSON tells by name; nothing where there is none that is whole."""
        found: dict[str, Any] = json.loads(self.data(key, kind) or "{}")
        return found

    def tell(self, key: str, kind: str, told: Mapping[str, Any]) -> dict[str, Any]:
        """Write such a file; what it tells."""
        data = json.dumps(told).encode()
        self.put(key, kind, data)
        found: dict[str, Any] = json.loads(data)
        return found

    def draft(self) -> Path:
        """Where to write a large file, or a folder of some, then given their names by `take`."""
        if not self.folder.is_dir():
            make_folder(self.folder)
        return self.folder / f".{uuid4().hex}.tmp"

    def take(self, key: str, kind: str, draft: Path) -> Path:
        """Give its name to a file that was written in full."""
        path = self.folder / self._named(key, kind, _digest_of(draft))
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(draft, path)
        sync_folder(self.folder)
        return path

    def prune(self) -> None:
        """Delete what was neither asked for nor written since the folder was listed, and what killed writers left."""
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if path.name not in self._used:
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def _named(self, key: str, kind: str, digest: str) -> str:
        if path := self.path(key, kind):
            path.unlink(missing_ok=True)
        self._held[key, kind] = digest
        self._used.add(f"{key}.{kind}.{digest}")
        return f"{key}.{kind}.{digest}"


def linked(file: Path, other: Path) -> None:
    """The same file under another name, which outlives its first one."""
    try:
        other.hardlink_to(file)
    except FileExistsError:
        return
    except OSError:  # a disk without links
        shutil.copyfile(file, other)


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()


def _digest_of(path: Path) -> str:
    found = blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            found.update(block)
    return found.hexdigest()
