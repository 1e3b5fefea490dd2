"""What a hostile tester did once: each harmed, and is refused in words or does no harm."""

import os
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from dashboard.server.security import PackedAssets
from estimator.ingestion.parsing.row_parts import counts_only
from estimator.ingestion.reader import RowRefused, open_trace
from estimator.ingestion.readers import find_files
from tests.ingestion.formats import result_of
from tests.support import activity, built, refuses, sobria

NO_ENERGY = {"cpu_mode": "mode/none", "other_mode": "mode/not_declared", "cpu_energy_kwh": None}
PAGE = """# since 2026-10-05T10:00:00Z
# TYPE vllm:generation_tokens counter
vllm:generation_tokens_total{model_name="mistral-small"} 1000 1793000000
vllm:generation_tokens_total{model_name="mistral-small"} 4000 1793003600
# TYPE vllm:prompt_tokens counter
vllm:prompt_tokens_total{model_name="mistral-small"} 5000 1793000000
vllm:prompt_tokens_total{model_name="mistral-small"} 9000 1793003600
# EOF
"""


def test_a_row_that_no_use_can_have_breaks_no_figure_of_the_others(tmp_path: Path) -> None:
    """2,000 billion tokens in one request, taken by an earlier version: not estimable, and the other row counts."""
    more = {
        "other_energy_kwh": None,
        "model": "mistral-small-latest",
        "requests": 1.0,
        "output_tokens": 2e12,
        "service_key": "poison",
    }
    build = built(tmp_path, activity(zone="FRA", host="class/server-room"), activity(**NO_ENERGY | more))
    services = {entry.service_key: entry.indicators["energy"] for entry in build.services()}
    assert services.pop("poison")["central"] is None
    assert [energy["central"] > 0 for energy in services.values()] == [True]


@pytest.mark.parametrize(("tokens", "requests"), [(2e9, 1.0), (2e9, None), (2e15, 1e7)])
def test_tokens_that_no_use_counts_are_set_aside(tokens: float, requests: float | None) -> None:
    """More than a billion by request, or than a million billion in all."""
    assert counts_only("m", {"output_tokens": 1e9, "requests": 1.0})[0]["output_tokens"] == 1e9
    with pytest.raises(RowRefused) as refused:
        counts_only("m", {"output_tokens": tokens, "requests": requests})
    assert refused.value.code == "beyond_use"


def test_two_readings_of_a_counter_are_not_added() -> None:
    found = result_of(PAGE, "m.prom")
    [row] = found.rows
    assert (row.output_tokens, row.input_tokens) == (4000, 9000)
    assert row.end_us == 1_793_003_600_000_000


def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "z.csv")
    (tmp_path / "a.csv").write_text("x\n")
    assert [Path(path).name for path in find_files([tmp_path]).traces] == ["a.csv"]


def test_a_device_is_refused_in_words(tmp_path: Path) -> None:
    with refuses("not_a_file"):
        open_trace("/dev/zero")
    said = sobria(tmp_path, "import", "/dev/zero", code=1)
    assert "périphérique" in said.stdout + said.stderr


def answered(packed: PackedAssets, path: str) -> Any:
    """What stands for a script that is asked for by this path; None leaves it to Streamlit, which has no such file."""
    return packed._answer({"type": "http", "path": path, "headers": [(b"accept-encoding", b"gzip")]})


def test_an_asset_is_packed_once_however_its_path_is_written() -> None:
    packed = PackedAssets(Starlette())
    name = next((packed._root / "static" / "js").glob("*.js")).name
    assert all(answered(packed, f"/static/{'./' * depth}js/{name}") is not None for depth in range(4))
    assert len(packed._packed) == 1


@pytest.mark.parametrize("path", ["/static/\0.js", f"/static/{'a' * 400}.js"])
def test_a_name_that_no_file_can_have_is_not_found(path: str) -> None:
    found = answered(PackedAssets(Starlette()), path)
    assert found is not None and found.status_code == 404
