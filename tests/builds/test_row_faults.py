"""The faults of a build's rows, and the marks that readers of before left on them."""

from pathlib import Path

import pytest

from tests.support import activity, built


@pytest.mark.parametrize("mark", [(), ("pue_odd",)])
def test_a_mark_left_by_a_reader_is_said_once_with_what_was_read(tmp_path: Path, mark: tuple[str, ...]) -> None:
    row = activity(cpu_energy_kwh=1.0, cpu_mode="mode/unknown", reported_pue=0.5, checks=mark)
    checks = built(tmp_path, row).runs()["rows"][0]["checks"]
    found = [check for check in checks if check["code"] == "pue_odd"]
    assert len(found) == 1
    assert "0,5" in found[0]["fr"]
