"""The example of a third party, installed once."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.plug_ins.installed import EXAMPLE


@pytest.fixture(scope="session")
def acme(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder where pip installed it, as PYTHONPATH."""
    folder = tmp_path_factory.mktemp("site")
    line = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--no-build-isolation", "--quiet"]
    line += ["--disable-pip-version-check", "--target", str(folder), str(EXAMPLE)]
    subprocess.run(line, check=True, capture_output=True)
    assert (folder / "sobria_acme-1.2.0.dist-info" / "entry_points.txt").is_file()
    return str(folder)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder for faulty packages."""
    folder = tmp_path / "site"
    folder.mkdir()
    return folder
