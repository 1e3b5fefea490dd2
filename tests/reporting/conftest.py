"""The home that several documents are made from."""

import shutil
from pathlib import Path

import pytest

from tests.reporting.authority import settle


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return settle(tmp_path_factory.mktemp("settled") / "home")


@pytest.fixture
def home(settled: Path, tmp_path: Path) -> Path:
    """A copy of the settled home, which a test may change."""
    return Path(shutil.copytree(settled, tmp_path / "home"))
