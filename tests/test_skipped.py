"""The last line of the suite counts the tests that were skipped, by what they wanted and did not find."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.skipped import NO_BROWSER, NO_DATA, NO_NGINX, NO_SITE, NO_SPARK, NO_STORES, OTHER

SUITE = """
import pytest
from tests.skipped import NO_BROWSER, NO_DATA, NO_NGINX

def test_that_runs():
    pass

@pytest.mark.parametrize("reason", [NO_DATA, NO_DATA, NO_BROWSER, "a reason of its own"])
def test_that_wants(reason):
    pytest.skip(reason)

@pytest.fixture
def nginx():
    pytest.skip(NO_NGINX)

@pytest.mark.parametrize("n", range(3))
def test_that_wants_a_server(nginx, n):
    pass
"""


def last_line(root: Path, folder: Path, suite: str, *options: str) -> str:
    """The last line of a run of pytest on a suite that has the hook of ours."""
    (folder / "conftest.py").write_text("from tests.skipped import pytest_sessionfinish\n", "utf-8")
    (folder / "test_suite.py").write_text(suite, "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {"PYTHONPATH": str(root), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, str(folder)]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.rstrip("\n").splitlines()[-1]


@pytest.mark.parametrize("options", [("-q",), ("-qq", "-rs"), ("-p", "xdist.plugin", "-n", "2")])
def test_it_comes_last_with_a_count_for_each_reason(root: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    said = f"skipped: 2 ({NO_DATA}); 1 ({NO_BROWSER}); 3 ({NO_NGINX}); 0 ({NO_SITE}); 0 ({NO_SPARK}); 0 ({NO_STORES});"
    said += f" 1 ({OTHER})"
    assert last_line(root, tmp_path, SUITE, *options) == said


def test_where_nothing_is_skipped_it_says_so(root: Path, tmp_path: Path) -> None:
    suite = "def test_that_runs():\n    pass\n"
    wanted = (NO_DATA, NO_BROWSER, NO_NGINX, NO_SITE, NO_SPARK, NO_STORES)
    assert last_line(root, tmp_path, suite) == "skipped: " + "; ".join(f"0 ({each})" for each in wanted)
