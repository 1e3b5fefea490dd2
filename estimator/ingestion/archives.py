"""Archives of traces: the files inside, unpacked into a folder that they cannot leave."""

import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from shutil import copyfileobj
from typing import IO, BinaryIO

from estimator.core.errors import SobriaError

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz")
MOST_FILES, MOST_BYTES = 2_000, 2_000_000_000  # of one archive, once unpacked


def is_archive(name: str) -> bool:
    """Whether a file of this name is unpacked."""
    return name.lower().endswith(SUFFIXES)


def unpack(content: BinaryIO, folder: Path) -> None:
    """The files of an archive into a new folder, without links nor hidden files. archive_refused."""
    folder.mkdir()
    size = 0
    try:
        for count, (name, told, opened) in enumerate(_members(content, folder.name), 1):
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


def _members(content: BinaryIO, name: str) -> Iterator[tuple[str, int, IO[bytes]]]:
    """Name, size [bytes] and content of each plain file, hidden ones left out."""
    if name.lower().endswith(".zip"):
        with zipfile.ZipFile(content) as archive:
            for entry in archive.infolist():
                if not entry.is_dir() and _is_shown(entry.filename):
                    yield entry.filename, entry.file_size, archive.open(entry)
        return
    with tarfile.open(fileobj=content) as packed:
        for member in packed:
            opened = packed.extractfile(member) if member.isfile() and _is_shown(member.name) else None
            if opened:
                yield member.name, member.size, opened


def _is_shown(name: str) -> bool:
    """Whether no folder of a path is hidden, nor its file."""
    return not any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name.replace("\\", "/")).parts)
