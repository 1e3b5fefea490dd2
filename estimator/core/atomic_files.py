"""Atomic writes: a file is complete or absent, whenever the machine stops."""

import os
from pathlib import Path
from uuid import uuid4


def publish(folder: Path, name: str, data: bytes) -> Path:
    """Temporary name in the same folder, bytes on disk, rename, folder on disk. OSError leaves nothing behind."""
    make_folder(folder)
    temporary = folder / f".{name}.{uuid4().hex}.tmp"
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, folder / name)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(folder)
    return folder / name


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
