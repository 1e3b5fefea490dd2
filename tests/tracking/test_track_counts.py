"""What a run did is counted from its code, or by lines that a program of any language writes into a file."""

import math
import os
import threading
from pathlib import Path

import pytest

from estimator.ingestion.sidecar import Sidecar
from estimator.tracking.counts import COUNTED, CountsFile, RunCounts
from estimator.tracking.run_command import run_command
from estimator.tracking.tracker import Tracker
from tests.tracking.shelf import Shelf, kept, options


def test_what_can_be_counted_is_what_a_sidecar_holds() -> None:
    assert set(COUNTED) <= set(Sidecar.model_fields)


def test_counts_from_code(tmp_path: Path) -> None:
    """What is never counted stays unknown; what is counted as zero is zero."""
    with Tracker(options(tmp_path), Shelf()) as run:
        run.count(requests=1, output_tokens=212, audio_s=0)
        run.count(requests=2, images=1)
        run.items(4)
    ((_, side),) = kept(tmp_path)
    assert (side.requests, side.output_tokens, side.images, side.items, side.audio_s) == (3, 212, 1, 4, 0)
    assert side.input_tokens is None and side.data_gb is None


@pytest.mark.parametrize(
    "bad", [{"requests": -1}, {"requests": math.nan}, {"tokens": 1}, {"requests": "1"}, {"requests": True}, {}]
)
def test_a_bad_count_is_refused_whole_and_breaks_nothing(bad: dict[str, object]) -> None:
    counts = RunCounts()
    counts.add({"images": 1, **bad} if bad else {})
    assert (counts.so_far(), counts.refused) == ({}, 1)


def test_threads_count_together() -> None:
    counts = RunCounts()
    threads = [threading.Thread(target=lambda: [counts.add({"requests": 1}) for _ in range(500)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts.so_far() == {"requests": 4000}


def test_lines_are_counted_once_each_and_only_when_they_are_whole() -> None:
    counts = RunCounts()
    file = CountsFile(counts)
    try:
        file.path.write_text('{"requests": 1}\n\n{"requests": 1, "output_tok')
        file.take()
        file.take()
        assert (counts.so_far(), counts.refused) == ({"requests": 1}, 0)
        with file.path.open("a") as more:
            more.write('ens": 5}\n{"requests": 7}')
        file.take()
        assert counts.so_far() == {"requests": 2, "output_tokens": 5}
        file.take(ended=True)
        assert counts.so_far() == {"requests": 9, "output_tokens": 5}
        file.path.write_text('{"requests": 1}\n')
        file.take(ended=True)
        assert counts.so_far()["requests"] == 10, "a program that began its file anew"
    finally:
        file.remove()
    assert not file.path.exists()


def test_lines_that_are_no_counts_are_set_aside(tmp_path: Path) -> None:
    counts = RunCounts()
    file = CountsFile(counts)
    long = b'{"items": 1' + b" " * 200_000 + b"}\n"
    lines = [b"hello\n", b"[1]\n", b"\xff\xfe\n", b'{"prompt": "secret"}\n', b'{"items": 1e999}\n', b"[" * 9000 + b"\n"]
    file.path.write_bytes(b"".join(lines) + long + b'{"items": 2}\n')
    file.take()
    file.remove()
    assert counts.so_far() == {"items": 2} and counts.refused >= len(lines) + 1


COUNTING = """
for n in 1 2 3; do echo '{"requests": 1, "output_tokens": 10}' >> "$SOBRIA_COUNTS"; done
echo 'the secret of the mayor' >> "$SOBRIA_COUNTS"
printf '{"items": 2}' >> "$SOBRIA_COUNTS"
echo "$SOBRIA_COUNTS"
exit 4
"""


def test_a_command_of_any_language_counts(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / "home"
    assert run_command(["sh", "-c", COUNTING], options(home), Shelf()) == 4
    ((_, side),) = kept(home)
    assert (side.requests, side.output_tokens, side.items) == (3, 30, 2)
    out, err = capfd.readouterr()
    assert err.count("\n") == 1 and "unreadable counts, not counted: 1." in err and "mayor" not in err
    assert not Path(out.strip()).exists() and "SOBRIA_COUNTS" not in os.environ
    assert not any(b"mayor" in path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_a_command_that_is_not_measured_may_still_write_its_counts(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "a-file"
    home.write_text("")
    assert run_command(["sh", "-c", COUNTING], options(home), Shelf()) == 4
    assert capfd.readouterr().out == "/dev/null\n"
