"""A file that a person asked for, on a disk that is full: it stays what it was, and the sentence names it."""

import errno
import io
import os
import stat
import sys
from pathlib import Path
from typing import Any, Self

import pytest

from estimator.core.atomic_files import publish, replace_file
from estimator.core.errors import of_disk

OLD, NEW = "ce qui était publié\n" * 500, "ce qui le remplace\n" * 500
PAGE = 4096


class Full(io.FileIO):
    """A file of a disk that has room for one page."""

    def write(self, data: Any) -> int:
        super().write(bytes(data)[:PAGE])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __enter__(self) -> Self:
        return self


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Path.open

    def write(path: Path, mode: str = "r", *given: Any, **named: Any) -> Any:
        return Full(path, "w") if "w" in mode else opened(path, mode, *given, **named)

    monkeypatch.setattr(Path, "open", write)


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("there", [True, False])
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, there: bool) -> None:
    file = tmp_path / "bilan.html"
    if there:
        os.write(handle := os.open(file, os.O_WRONLY | os.O_CREAT), OLD.encode())
        os.close(handle)
    with pytest.raises(OSError, match="No space") as refused:
        replace_file(file, NEW)
    assert [path.name for path in tmp_path.iterdir()] == ["bilan.html"] * there
    assert not there or file.read_text("utf-8") == OLD
    assert str(file) in of_disk(refused.value, "/the/home").message("fr")
    assert "/the/home" not in of_disk(refused.value, "/the/home").message("fr")


def test_a_link_stays_one_and_what_is_no_file_is_written_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    link = tmp_path / "bilan.md"
    link.symlink_to(tmp_path / "kept/bilan.md")
    assert replace_file(link, NEW) == len(NEW.encode())
    assert link.is_symlink() and (tmp_path / "kept/bilan.md").read_text("utf-8") == NEW
    assert replace_file(Path(os.devnull), NEW) and not Path(os.devnull).is_file()
    with pytest.raises(FileNotFoundError):
        replace_file(tmp_path / "absent/bilan.md", NEW)
    assert not (tmp_path / "absent").exists()


@pytest.mark.skipif(os.name == "nt", reason="no such permissions")
@pytest.mark.parametrize("mode", [0o640, 0o600, 0o664, 0o444])
def test_who_may_read_a_file_is_kept_where_another_takes_its_place(tmp_path: Path, mode: int) -> None:
    file, first = tmp_path / "bilan.html", tmp_path / "new.html"
    file.write_text(OLD, "utf-8")
    file.chmod(mode)
    publish(tmp_path, file.name, NEW.encode())
    assert (stat.S_IMODE(file.stat().st_mode), file.read_text("utf-8")) == (mode, NEW)
    if os.access(file, os.W_OK):
        replace_file(file, OLD)
        assert (stat.S_IMODE(file.stat().st_mode), file.read_text("utf-8")) == (mode, OLD)
    replace_file(first, NEW)
    (tmp_path / "plain.html").write_text(NEW, "utf-8")
    assert first.stat().st_mode == (tmp_path / "plain.html").stat().st_mode, "a new one is as any other"


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is of Linux")
def test_the_device_that_is_full_is_named() -> None:
    with pytest.raises(OSError, match="/dev/full"):
        replace_file(Path("/dev/full"), NEW)
