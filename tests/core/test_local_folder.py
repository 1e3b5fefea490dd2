"""A folder of this machine as a storage: the names of its files, however it is named itself."""

from pathlib import Path

import pytest

from estimator.core.storage.folder import LocalFolder


@pytest.mark.parametrize("named", ["{}", ".", "../there", "{}/a/.."])
def test_names_are_those_below_the_folder(named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hidden files and folders are not told; a folder with a dot stands in the place of a file."""
    there = tmp_path / "there"
    for name in ("top", ".hidden", "a/one", "a/month=1/two", "a/.hidden/three", "a/part.x/four"):
        (there / name).parent.mkdir(parents=True, exist_ok=True)
        (there / name).touch()
    monkeypatch.chdir(there)
    folder = LocalFolder(Path(named.format(there)))
    below = {"a/one", "a/month=1/two", "a/part.x", "a/part.x/four"}
    assert folder.names() == {"top"} | below
    assert folder.names("a") == below
    assert folder.names("a/month=1") == folder.names("a/month=1/") == {"a/month=1/two"}
    assert folder.below("a").names("month=1") == {"month=1/two"}
    assert folder.names("none") == set()
