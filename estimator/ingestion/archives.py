"""Archives of traces: the files inside, unpacked into a folder that they cannot leave."""

import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from shutil import copyfileobj
from typing import IO, BinaryIO

from estimator.core.errors import SobriaError
from estimator.core.typography import printable

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz")
MOST_FILES, MOST_BYTES = 2_000, 2_000_000_000  # of one archive, once unpacked


def is_archive(name: str) -> bool:
    """Whether a file of this name is unpacked."""
    return name.lower().endswith(SUFFIXES)


def unpack(content: BinaryIO, folder: Path) -> list[str]:
    """The files of an archive into a new folder, without links nor hidden files; the paths of those that are left, as
    they lead out of it. archive_refused."""
    folder.mkdir()
    size, outside = 0, list[str]()
    try:
        for count, (name, told, opened) in enumerate(_members(content, folder.name, outside), 1):
            size += told
            if count > MOST_FILES or size > MOST_BYTES:
                raise SobriaError(
                    "archive_too_large", file=folder.name, files=MOST_FILES, gigabytes=MOST_BYTES // 10**9
                )
            place = folder / PurePosixPath(name.lstrip("/"))  # `..` begins with a dot, hence is hidden
            place.parent.mkdir(parents=True, exist_ok=True)
            with opened, place.open("xb") as out:
                copyfileobj(opened, out)
    except (zipfile.BadZipFile, tarfile.TarError, RuntimeError, NotImplementedError, OSError, EOFError) as error:
        raise SobriaError("archive_refused", file=folder.name, reason=str(error).partition("\n")[0]) from error
    return outside


def _members(content: BinaryIO, name: str, outside: list[str]) -> Iterator[tuple[str, int, IO[bytes]]]:
    """Name, size [bytes] and content of each plain file, hidden ones left out. outside: takes the names of those whose
    path leads out."""
    if name.lower().endswith(".zip"):
        with zipfile.ZipFile(content) as archive:
            for entry in archive.infolist():
                if not entry.is_dir() and _is_shown(entry.filename, outside):
                    yield entry.filename, entry.file_size, archive.open(entry)
        return
    with tarfile.open(fileobj=content) as packed:
        for member in packed:
            opened = packed.extractfile(member) if member.isfile() and _is_shown(member.name, outside) else None
            if opened:
                yield member.name, member.size, opened


def _is_shown(name: str, outside: list[str]) -> bool:
    """Whether no folder of a path is hidden, nor its file, and it stays inside; outside: takes one that does not."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if ".." in parts:
        outside.append(printable(name))
    return not any(part.startswith((".", "__MACOSX")) for part in parts)
