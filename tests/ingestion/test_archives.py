"""An archive of traces is unpacked in its folder and nowhere else; what is none is refused in words."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from estimator.core.errors import SobriaError
from estimator.ingestion import archives

NAMES = {"a/emissions.csv": b"1", "../../outside.csv": b"2", ".hidden/x.csv": b"3", "__MACOSX/y.csv": b"4"}


def zipped() -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in NAMES.items():
            archive.writestr(name, content)
    return io.BytesIO(out.getvalue())


def tarred() -> io.BytesIO:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in NAMES.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        link = tarfile.TarInfo("link.csv")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return io.BytesIO(out.getvalue())


@pytest.mark.parametrize(("name", "content"), [("t.zip", zipped()), ("t.tar.gz", tarred())])
def test_files_stay_inside_and_hidden_ones_and_links_are_left_out(
    tmp_path: Path, name: str, content: io.BytesIO
) -> None:
    """A path that leads out by `..` is one that begins with a dot: it is left out like hidden files."""
    (tmp_path / "in").mkdir()
    archives.unpack(content, tmp_path / "in" / name)
    found = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert found == [f"in/{name}/a/emissions.csv"]


@pytest.mark.parametrize("name", ["t.zip", "t.tar.gz"])
def test_what_is_no_archive_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SobriaError) as refused:
        archives.unpack(io.BytesIO(b"not an archive"), tmp_path / name)
    assert refused.value.code == "archive_refused" and name in refused.value.message("fr")


def test_an_archive_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a limit of 1 byte, the second one is too much."""
    monkeypatch.setattr(archives, "MOST_BYTES", 1)
    two = io.BytesIO()
    with zipfile.ZipFile(two, "w") as archive:
        archive.writestr("a.csv", b"1")
        archive.writestr("b.csv", b"2")
    with pytest.raises(SobriaError) as refused:
        archives.unpack(io.BytesIO(two.getvalue()), tmp_path / "t.zip")
    assert refused.value.code == "archive_too_large"
