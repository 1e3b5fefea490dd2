"""What tracking itself takes: counted, written beside the run, and no more than it must be."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from estimator.cli import main
from estimator.cli.track import seconds_of
from estimator.tracking.overhead import Overhead, OverheadMeter, since_start
from estimator.tracking.tracker import Tracker
from tests.support import refuses
from tests.tracking.shelf import Shelf, kept, options


def test_the_overhead_counts_the_start_the_end_and_the_delivery(tmp_path: Path) -> None:
    def slow(home: Path, traces: list[Path]) -> None:
        time.sleep(0.3)

    run = Tracker(options(tmp_path), slow, before=Overhead(100.0, 10.0))
    began = time.perf_counter()
    run.start()
    started = time.perf_counter() - began
    time.sleep(0.5)
    assert run.spent.wall_s == pytest.approx(100 + started, abs=0.3), "the start, and not the workload"
    run.end()
    ended = run.spent.wall_s
    run.deliver()
    ((_, side),) = kept(tmp_path)
    assert ended > 100 and run.spent.wall_s >= ended + 0.3
    assert (side.overhead_s, side.overhead_cpu_s) == pytest.approx(run.spent, abs=1e-3)
    assert 10 <= (side.overhead_cpu_s or 0) < run.spent.wall_s, "to the millisecond, which a start may take less than"


def test_each_window_counts_its_own_overhead(tmp_path: Path) -> None:
    with Tracker(options(tmp_path), Shelf(), before=Overhead(100.0, 10.0)) as run:
        run.next_window()
    first, second = sorted((side for _, side in kept(tmp_path)), key=lambda side: side.window or 0)
    assert (first.overhead_s or 0) > 100 > (second.overhead_s or 0)
    assert (first.overhead_s or 0) + (second.overhead_s or 0) == pytest.approx(run.spent.wall_s, abs=2e-3)


def test_own_time_counts_what_is_inside_and_the_programs_waited_for() -> None:
    own = OverheadMeter()
    time.sleep(0.05)
    with own.counted():
        subprocess.run([sys.executable, "-S", "-c", "sum(range(4_000_000))"], check=True)
    assert own.spent.wall_s + 0.02 >= own.spent.cpu_s > 0.02  # that of a child is counted in ticks of 10 ms
    own.mark()
    own.add(1.0, 0.5)
    assert own.since_mark() == pytest.approx((1.0, 0.5))


def test_the_time_since_a_process_began() -> None:
    code = "import time; time.sleep(0.3); sum(range(5_000_000))\n"  # more than a tick of the processor's clock
    code += "from estimator.tracking.overhead import since_start; print(*since_start())"
    wall, cpu = map(float, subprocess.check_output([sys.executable, "-c", code], text=True).split())
    assert 0.28 < wall < 20 and 0 < cpu < wall
    assert since_start().wall_s > 0.3


# The command


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("15min", 900), ("1h", 3600), ("1.5 h", 5400), ("2d", 172800), ("2j", 172800)]
)
def test_a_length_of_window(text: str, seconds: float) -> None:
    assert seconds_of(text, 5.0) == seconds


@pytest.mark.parametrize("text", ["1", "h", "one hour", "-1h", "4s", "0h", "1w"])
def test_a_length_that_cannot_be_read_says_what_was_expected(text: str) -> None:
    with refuses("bad_window") as refused:
        seconds_of(text, 5.0)
    for lang in ("fr", "en"):
        assert text in refused.value.message(lang) and "15min" in refused.value.message(lang)


def test_items_and_windows_are_not_told_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["sobria", "track", "--home", str(tmp_path), "--lang", "en", "--window", "1h", "--items", "3"]
    monkeypatch.setattr(sys, "argv", [*arguments, "--", "false"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1 and "SOBRIA_COUNTS" in capsys.readouterr().err
