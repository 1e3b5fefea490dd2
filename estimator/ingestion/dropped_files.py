"""Files dropped together on a page, on disk while they are checked and imported."""

from collections.abc import Iterable
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import BinaryIO, NamedTuple

from estimator.ingestion.archives import is_archive, unpack
from estimator.ingestion.sidecar import SUFFIX

LONGEST_NAME = 180  # bytes; the maximum of a file system is 255
UNNAMED = "fichier"


class Dropped(NamedTuple):
    """Files dropped together, on disk as long as this is held: traces, sidecars beside them, archives unpacked.
    outside: paths of what is left of these archives, as it leads out of them; sidecars: how many were dropped."""

    folder: TemporaryDirectory[str]
    names: tuple[str, ...]
    outside: tuple[str, ...] = ()
    sidecars: int = 0

    @property
    def dropped(self) -> int:
        """How many files were dropped."""
        return len(self.names) + self.sidecars

    @property
    def paths(self) -> list[Path]:
        """Each file, or the folder where an archive was unpacked."""
        return [Path(self.folder.name, str(place), name) for place, name in enumerate(self.names)]


def dropped(files: Iterable[tuple[str, BinaryIO]]) -> Dropped:
    """These files on disk, archives unpacked. Those of one name are apart; a sidecar is put beside the trace that it
    names. archive_refused, disk_full."""
    folder = TemporaryDirectory(prefix="sobria-")
    names: list[str] = []
    outside: list[str] = []
    sidecars: list[tuple[str, BinaryIO]] = []
    for name, content in files:
        plain = plain_name(name)
        if plain.endswith(SUFFIX):
            sidecars.append((plain, content))
            continue
        place = Path(folder.name, str(len(names)), plain)
        place.parent.mkdir()
        if is_archive(plain):
            outside += unpack(content, place)
        else:
            with place.open("wb") as out:
                copyfileobj(content, out)
        names.append(plain)
    found = Dropped(folder, tuple(names), tuple(outside), len(sidecars))
    for plain, content in sidecars:
        beside = [path for path in found.paths if plain in (path.name + SUFFIX, path.stem + SUFFIX)] or found.paths[:1]
        for path in beside:
            content.seek(0)
            Path(path.parent, path.name + SUFFIX).write_bytes(content.read())
    return found


def plain_name(name: str) -> str:
    """A safe file name: no folder, no hidden file, no unprintable character."""
    base = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(c if c.isprintable() else "-" for c in base).lstrip(".")
    short = kept.encode("utf-8", "ignore")[-LONGEST_NAME:].decode("utf-8", "ignore").lstrip(".")
    return short or UNNAMED
