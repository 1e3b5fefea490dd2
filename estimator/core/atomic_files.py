"""Atomic writes: a file is complete or absent, whenever the machine stops."""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4


def publish(folder: Path, name: str, data: bytes | Iterable[bytes]) -> Path:
    """Temporary name in the same folder, bytes on disk, rename, folder on disk. OSError leaves nothing behind."""
    with publishing(folder, {name: data}):
        return folder / name


@contextmanager
def publishing(folder: Path, files: Mapping[str, bytes | Iterable[bytes]]) -> Iterator[None]:
    """Context of files, by name, that are on disk from its start and take their names together at its end: none of
    them where it fails. One that takes the place of another keeps who may read and write it. OSError leaves nothing
    behind."""
    make_folder(folder)
    held = {folder / f".{name}.{uuid4().hex}.tmp": name for name in files}
    try:
        for temporary, name in held.items():
            with _naming(folder / name), temporary.open("wb") as file:
                with suppress(FileNotFoundError):
                    temporary.chmod(stat.S_IMODE((folder / name).stat().st_mode))
                content = files[name]
                file.writelines([content] if isinstance(content, bytes) else content)
                file.flush()
                os.fsync(file.fileno())
        yield
        for temporary, name in held.items():
            os.replace(temporary, folder / name)
    finally:
        for temporary in held:
            temporary.unlink(missing_ok=True)
    sync_folder(folder)


def replace_file(path: Path, text: str) -> int:
    """Write a file where a person asked: it is whole, or as it was. What is no file (a pipe, a folder) and what may not
    be written is opened as it is. Bytes written. OSError, with that path."""
    data, place = text.encode(), path.resolve()
    with _naming(path):
        if os.access(place, os.W_OK) if place.is_file() else place.parent.is_dir() and not place.exists():
            publish(place.parent, place.name, data)
        else:
            path.write_bytes(data)
    return len(data)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """An OSError has this path, not that of a temporary file, or none as where a disk is full."""
    try:
        yield
    except OSError as error:
        error.filename = str(path)
        raise


def make_folder(folder: Path) -> None:
    """A folder, on disk with those above it."""
    missing = [place for place in (folder, *folder.parents) if not place.is_dir()]
    folder.mkdir(parents=True, exist_ok=True)
    for place in missing:
        sync_folder(place.parent)


def sync_folder(folder: Path) -> None:
    """The names of a folder, on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
