"""An archive of traces is unpacked in its folder and nowhere else; what is none is refused in words."""

import bz2
import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from estimator.core.errors import SobriaError
from estimator.ingestion import archives
from estimator.ingestion.context import reading_context
from estimator.ingestion.dry_run import check_paths
from tests.traces_support import context

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
    """A path that leads out by `..` is one that begins with a dot: it is left out like hidden files, and named."""
    (tmp_path / "in").mkdir()
    assert archives.unpack(content, tmp_path / "in" / name) == ["../../outside.csv"]
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


@pytest.mark.parametrize("name", ["emissions.csv.gz", "t.zip", "t.tar.bz2"])
def test_a_compressed_file_is_said_to_be_so(tmp_path: Path, name: str) -> None:
    """It is no trace with wrong columns."""
    packed = {".gz": gzip.compress(b"a,b"), ".zip": zipped().getvalue(), ".bz2": bz2.compress(b"a,b")}
    (tmp_path / name).write_bytes(packed[Path(name).suffix])
    (file,) = check_paths(tmp_path / "home", [tmp_path / name], context()).files
    assert file.error and file.error.code == "packed_file"
    for lang, told in (("fr", "est compressé"), ("en", "is compressed")):
        assert f"{name} {told}" in file.error.message(lang)


def zipped_first(name: str, data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, data)
    return packed.getvalue()


WORKBOOKS = {
    "releve.xlsx": zipped_first("[Content_Types].xml", b"<Types/>"),
    "releve.ods": zipped_first("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
    "releve.xls": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504),
}


@pytest.mark.parametrize("columns", [(), ("service=Service", "start=Date")], ids=["as it is", "its columns named"])
@pytest.mark.parametrize("name", WORKBOOKS)
def test_a_workbook_is_to_be_saved_as_csv(tmp_path: Path, name: str, columns: tuple[str, ...]) -> None:
    """It is no packed file of which one would give what it holds, nor a table whose columns are to be named."""
    (tmp_path / name).write_bytes(WORKBOOKS[name])
    asked = reading_context(tmp_path / "home", columns=columns)
    (file,) = check_paths(tmp_path / "home", [tmp_path / name], asked).files
    assert file.error and file.error.code == "office_file"
    for lang, told in (("fr", "enregistrez la feuille au format CSV"), ("en", "save the sheet as CSV")):
        assert told in file.error.message(lang) and name in file.error.message(lang)
        assert "PK" not in file.error.message(lang) and "--columns" not in file.error.message(lang)
