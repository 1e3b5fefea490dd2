"""Files that hold no date, and the date that a person gives for them."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from estimator.ingestion.context import reading_context
from estimator.ingestion.reader import open_trace
from estimator.ingestion.readers import Trace, read_trace
from estimator.ledger.read_result import ReadResult
from tests.support import refuses, sobria
from tests.traces_support import context

READ_AT = datetime(2026, 3, 1, 11, tzinfo=UTC)
US = 1_000_000
END_US = int(READ_AT.timestamp()) * US
OLLAMA = '{"model": "llama3", "done": true, "total_duration": 5589157167, "prompt_eval_count": 26, "eval_count": 298}'
VLLM = 'vllm:prompt_tokens_total{model_name="m"} 100\nvllm:generation_tokens_total{model_name="m"} 50\n'
ZEUS = "start_time,window_name,elapsed_time,gpu0_energy\n1000,a,10,2924\n1020,b,5,2758\n"
UNDATED = {"ollama.json": OLLAMA, "vllm.prom": VLLM, "zeus.csv": ZEUS}


def read(name: str, text: str, dated: bool = True) -> ReadResult:
    """A file in no folder, read with or without the date of its reading."""
    reading = replace(context(), read_at=READ_AT) if dated else context()
    return read_trace(Trace(name, text.encode(), None), reading)


@pytest.mark.parametrize("name", UNDATED)
def test_a_row_without_date_waits_until_someone_gives_it(name: str) -> None:
    without, given = read(name, UNDATED[name], dated=False), read(name, UNDATED[name])
    assert without.rows == [] and given.refused == []
    assert all("read_at" in row.checks for row in given.rows)
    assert [row.row_id for row in given.rows] == [row.row_id for row in without.refused], "the date is not its identity"


def test_an_answer_ends_at_that_date() -> None:
    row = read("ollama.json", OLLAMA).rows[0]
    assert (row.start_us, row.end_us) == (END_US - round(5_589_157.167), END_US)


def test_windows_of_a_clock_since_start_up_keep_their_distances() -> None:
    # The last ends at 1025 s: the first, at 1010 s, ended 15 s before and lasted 10.
    first, last = read("zeus.csv", ZEUS).rows
    assert (last.start_us, last.end_us) == (END_US - 5 * US, END_US)
    assert (first.start_us, first.end_us) == (END_US - 25 * US, END_US - 15 * US)


def test_a_counter_since_an_unknown_start_counts_no_hours_of_cards() -> None:
    row = read("vllm.prom", "# cards 2 x NVIDIA L40S\n" + VLLM).rows[0]
    assert (row.start_us, row.end_us, row.output_tokens, row.device_hours) == (END_US, END_US, 50, None)
    assert "waiting_not_counted" in row.checks
    dated = read("vllm.prom", "# since 2026-03-01T09:00:00Z\n# cards 2 x NVIDIA L40S\n" + VLLM).rows[0]
    assert dated.device_hours == 4.0, "two hours of two cards"


def test_a_date_of_the_file_comes_first() -> None:
    row = read("ollama.json", OLLAMA[:-1] + ', "created_at": "2026-01-01T00:00:00Z"}').rows[0]
    assert row.end_us == int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * US and "read_at" not in row.checks


def test_rows_of_real_samples_are_no_longer_set_aside(shared_data: Path) -> None:
    names = ("ollama_generate.json", "vllm_metrics_qwen3vl.prom", "vllm_metrics_triton.prom")
    zeus = ("zeus_profile_A40_bert_gpu0.csv", "zeus_profile_A40_resnet50_4gpu.csv")
    dated = replace(context(), read_at=READ_AT)
    counts = [len(read_trace(open_trace(shared_data / "usage_samples" / name), dated).rows) for name in (*names, *zeus)]
    assert counts == [1, 1, 1, 9, 9]


@pytest.mark.parametrize("value", ["demain", "2026-13-01", "2999-01-01", "01/02/2026"])
def test_what_is_not_a_past_date_is_refused(value: str, tmp_path: Path) -> None:
    with refuses("bad_read_at"):
        reading_context(tmp_path, read_at=value)
    (tmp_path / "a.json").write_text(OLLAMA)
    home = tmp_path / "home"
    for lang, word in (("fr", "une date passée était attendue"), ("en", "a past date was expected")):
        told = sobria(home, "import", str(tmp_path / "a.json"), "--read-at", value, code=1, lang=lang)
        assert word in told.stderr
    assert not list(home.rglob("*.parquet"))


def test_a_day_is_its_noon_in_the_time_zone_of_the_home(tmp_path: Path) -> None:
    found = reading_context(tmp_path, "America/Toronto", "2026-03-01").read_at
    assert found == datetime(2026, 3, 1, 17, tzinfo=UTC)
