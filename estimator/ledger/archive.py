"""Archive of a home, with a hash for each file; atomic restore into an empty one."""

import errno
import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import uuid4

from estimator.core import atomic_files
from estimator.core.errors import SobriaError, sentences
from estimator.core.home import FORMAT_FILE, LEDGER, SPOOL, HomeFile, home_file
from estimator.core.storage.storage import read_one, storage_at
from estimator.core.typography import cut
from estimator.ledger.files import WITHDRAWN, Ledger
from estimator.ledger.reconciliation import Reconciliation, reconcile

MANIFEST = "manifest.json"
VERSIONS = (1, 2)  # 1 held the ledger alone; the last is what is written
MADE_AGAIN = ("builds", SPOOL)  # folders of a home that its ledger gives again, or of runs in progress
TORN = (tarfile.TarError, EOFError, ValueError)


def export(ledger: Ledger, target: Path) -> dict[str, Any]:
    """Write the ledger and all that people said beside it (register, places, commitments, tokens, settings, tables of
    one's own, traces) to a tar file (`.tar`) or a new folder, with a manifest of hashes.

    {"files", "bytes", "account"}. ledger_faulty, archive_exists, archive_inside.
    """
    if target.exists():
        raise SobriaError("archive_exists", file=target)
    if target.resolve().is_relative_to(ledger.home.resolve()):
        raise SobriaError("archive_inside", file=target, home=ledger.home)
    found = reconcile(ledger)
    if found.faults:
        raise SobriaError("ledger_faulty", count=len(found.faults))
    with ledger.reading():
        names = [*_beside(ledger.home), *(f"{LEDGER}/{name}" for name in _names(ledger))]
        with _draft(target) as draft:
            add = _tar_writer(draft) if target.suffix == ".tar" else _folder_writer(draft)
            hashes: dict[str, str] = {}
            size = 0
            with add as put:
                for name in names:
                    data = _content(ledger, name)
                    hashes[name] = hashlib.sha256(data).hexdigest()
                    size += len(data)
                    put(name, data)
                body = {"version": VERSIONS[-1], "account": found.as_dict(), "sha256": hashes}
                put(MANIFEST, (json.dumps(body, indent=1) + "\n").encode())
    return {"files": len(hashes), "bytes": size, "account": found.as_dict()}


def restore(archive: Path, home: Path) -> Reconciliation:
    """Restore an archive into an empty home, which has the format of the archive. home_not_empty, restore_in_store;
    archive_torn, home_too_new leave nothing behind."""
    if home.is_dir() and (address := home_file(home).store):
        raise SobriaError("restore_in_store", address=address)
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise SobriaError("home_not_empty", home=home)
    atomic_files.make_folder(home.parent)
    draft = home.parent / f".{home.name}.{uuid4().hex}.tmp"
    try:
        _unpack(archive, draft)
        found = reconcile(Ledger(draft))
        if found.faults:
            raise SobriaError("archive_torn", file=archive.name, reason=found.faults[0].as_dict())
        home.mkdir(exist_ok=True)
        try:
            os.rename(draft, home)  # onto an empty folder, else an error
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST):  # another restoration was first
                raise SobriaError("home_not_empty", home=home) from error
            raise
        atomic_files.sync_folder(home.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return found


def _beside(home: Path) -> list[str]:
    """Files of a home outside its ledger that nothing makes again, here or where its ledger is."""
    names = {path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()}
    names |= storage_at(home, "").names() if home_file(home).store else set()
    return [name for name in sorted(names) if not name.startswith(f"{LEDGER}/") and _is_kept(name)]


def _is_kept(name: str) -> bool:
    """Whether an archive holds a file of this name: no way out of the home, no lock, no draft."""
    parts = PurePosixPath(name).parts
    return (
        bool(parts)
        and parts[0] not in MADE_AGAIN
        and "\0" not in name
        and not any(part.startswith((".", "/")) for part in parts)
    )


def _names(ledger: Ledger) -> list[str]:
    """Files of the ledger, journal first: the parts that an entry names exist before it, and are copied after it."""
    records = [
        name
        for folder in ("imports", "withdrawals", "compactions")
        for name in sorted(ledger.store.names(folder))
        if name.endswith(".json")
    ]
    gone = sorted(name for name in ledger.store.names(WITHDRAWN) if name.endswith(".parquet"))
    return [*records, *gone, *ledger.parts()]


def _content(ledger: Ledger, name: str) -> bytes:
    """A file of a home, which is where its ledger is if it is not here; a home restored from it has its ledger here."""
    path = ledger.home / name
    if name == FORMAT_FILE and (said := home_file(ledger.home)).store:
        return HomeFile(format=said.format).text().encode()
    return path.read_bytes() if path.exists() else read_one(storage_at(ledger.home, ""), name)


def _unpack(archive: Path, draft: Path) -> None:
    """Extract the files of an archive and verify them against its manifest. archive_torn."""
    manifest: bytes | None = None
    hashes: dict[str, str] = {}
    for name, data in _members(archive):
        if name == MANIFEST:
            manifest = data
            continue
        if not _is_kept(name):
            raise _torn(archive, "outside", file=name)
        hashes[name] = hashlib.sha256(data).hexdigest()
        atomic_files.publish((draft / name).parent, PurePosixPath(name).name, data)
    if manifest is None:
        raise _torn(archive, "no_manifest", read=len(hashes), manifest=MANIFEST)
    told = _hashes_told(archive, manifest)
    for name in sorted(hashes.keys() | told.keys()):
        if hashes.get(name) != told.get(name):
            key = "missing" if name not in hashes else "unexpected" if name not in told else "changed"
            raise _torn(archive, key, file=name, manifest=MANIFEST)


def _hashes_told(archive: Path, manifest: bytes) -> dict[str, Any]:
    """The hash of each file, as a manifest says. archive_torn."""
    try:
        found = json.loads(manifest)
    except (ValueError, RecursionError) as error:
        raise _torn(archive, "bad_manifest", manifest=MANIFEST) from error
    if not isinstance(found, dict) or not isinstance(told := found.get("sha256"), dict):
        raise _torn(archive, "bad_manifest", manifest=MANIFEST)
    if (version := found.get("version")) not in VERSIONS:
        expected = ", ".join(map(str, VERSIONS))
        raise _torn(archive, "version", read=cut(json.dumps(version)), expected=expected, manifest=MANIFEST)
    return told


def _torn(archive: Path, why: str, **facts: object) -> SobriaError:
    return SobriaError("archive_torn", file=archive.name, reason=sentences("torn_archives", why, **facts))


def _members(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file of an archive. archive_torn."""
    if archive.is_dir():
        for path in sorted(p for p in archive.rglob("*") if p.is_file()):
            yield path.relative_to(archive).as_posix(), path.read_bytes()
        return
    read = 0
    try:
        with tarfile.open(archive, "r:") as tar:
            for member in tar:
                file = tar.extractfile(member) if member.isreg() else None
                if file is None:
                    raise _torn(archive, "no_file", file=member.name)
                data = file.read()
                read += 1
                yield member.name, data
    except TORN as error:
        raise _torn(archive, "unreadable", read=read) from error


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """A temporary path in the target's folder, renamed to the target at the end, or deleted."""
    draft = target.with_name(f".{target.name}.{uuid4().hex}.tmp")
    try:
        yield draft
        os.rename(draft, target)
        atomic_files.sync_folder(target.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        if draft.is_file():
            draft.unlink()


@contextmanager
def _tar_writer(draft: Path) -> Iterator[Any]:
    with draft.open("wb") as file:
        with tarfile.open(fileobj=file, mode="w") as tar:

            def put(name: str, data: bytes) -> None:
                member = tarfile.TarInfo(name)
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))

            yield put
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _folder_writer(draft: Path) -> Iterator[Any]:
    def put(name: str, data: bytes) -> None:
        place = draft / name
        atomic_files.publish(place.parent, place.name, data)

    yield put
