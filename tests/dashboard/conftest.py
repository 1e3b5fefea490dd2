"""What the tests that run a page share."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest


@pytest.fixture(scope="session", autouse=True)
def no_package_is_searched() -> Iterator[None]:
    """Each page that a test opens searches all installed packages for components of Streamlit, a tenth of a second: we
    have none."""
    with patch("streamlit.components.v2.manifest_scanner.scan_component_manifests", list):
        yield
