"""A tracked workload cannot tell that it is watched, and its trace says honestly how it was metered."""

import csv
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from estimator.tracking import child_process, machine, tracker
from estimator.tracking.counts import VARIABLE
from estimator.tracking.run_command import run_command
from estimator.tracking.spool import deliver
from estimator.tracking.tracker import Tracker, TrackOptions, tracked
from tests.tracking.shelf import Shelf, kept, options

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


# The command


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["true"], 0),
        (["sh", "-c", "exit 3"], 3),
        (["sh", "-c", "kill -KILL $$"], 128 + 9),
        (["sh", "-c", "kill -TERM $$"], 128 + 15),
        (python("raise SystemError"), 1),
    ],
)
def test_the_exit_status_is_the_commands_and_its_trace_is_kept(
    tmp_path: Path, shelf: Shelf, argv: list[str], code: int
) -> None:
    assert run_command(argv, options(tmp_path), shelf) == code
    ((row, side),) = kept(tmp_path)
    assert (row["project_name"], side.exit_code, len(shelf.given)) == (Path(argv[0]).name, code, 1)


@pytest.mark.parametrize(("argv", "code"), [(["/no/such/command"], 127), (["no-such-command"], 127), (["/etc"], 126)])
def test_a_command_that_cannot_start_leaves_a_sentence_and_no_trace(
    tmp_path: Path, shelf: Shelf, capfd: pytest.CaptureFixture[str], argv: list[str], code: int
) -> None:
    assert run_command(argv, options(tmp_path), shelf) == code
    assert Path(argv[0]).name in capfd.readouterr().err
    assert not kept(tmp_path) and not list((tmp_path / "spool").iterdir())


def test_output_passes_byte_for_byte(tmp_path: Path, shelf: Shelf, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Every byte value, five million bytes on stdout and half a million on stderr, nothing of ours between them."""
    code = (
        "import sys; block = bytes(range(256)) * 2000;"
        "[sys.stdout.buffer.write(block) for _ in range(10)]; sys.stderr.buffer.write(block)"
    )
    assert run_command(python(code), options(tmp_path), shelf) == 0
    out, err = capfdbinary.readouterr()
    block = bytes(range(256)) * 2000
    assert sha256(out).digest() == sha256(block * 10).digest()
    assert err == block


@pytest.mark.parametrize("disposition", [signal.SIG_IGN, signal.SIG_DFL])
def test_the_child_gets_the_signal_mask_of_a_plain_child(
    tmp_path: Path,
    shelf: Shelf,
    capfd: pytest.CaptureFixture[str],
    disposition: signal.Handlers,
    request: pytest.FixtureRequest,
) -> None:
    """SIGHUP is ignored under nohup, SIGQUIT in the background of a script; neither under a terminal."""
    for number in (signal.SIGHUP, signal.SIGQUIT):
        request.addfinalizer(partial(signal.signal, number, signal.signal(number, disposition)))
    command = ["grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"]
    run_command(command, options(tmp_path), shelf)
    assert capfd.readouterr().out == subprocess.check_output(command, text=True)


def test_a_signal_before_the_command_begins_stops_it(
    tmp_path: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Tracker.start

    def interrupted(self: Tracker, wait: Any) -> Tracker:
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
        return start(self, wait)

    monkeypatch.setattr(Tracker, "start", interrupted)
    monkeypatch.setattr(child_process, "run", lambda *_: pytest.fail("the command was started"))
    assert run_command(["true"], options(tmp_path), shelf) == 128 + signal.SIGTERM
    assert not kept(tmp_path) and not list((tmp_path / "spool").iterdir())


def test_an_ignored_signal_before_the_command_begins_stops_nothing(
    tmp_path: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """A terminal that closes under nohup."""
    request.addfinalizer(partial(signal.signal, signal.SIGHUP, signal.signal(signal.SIGHUP, signal.SIG_IGN)))
    start = Tracker.start

    def interrupted(self: Tracker, wait: Any) -> Tracker:
        signal.pthread_kill(threading.get_ident(), signal.SIGHUP)
        return start(self, wait)

    monkeypatch.setattr(Tracker, "start", interrupted)
    assert run_command(["sh", "-c", "exit 3"], options(tmp_path), shelf) == 3
    assert len(kept(tmp_path)) == 1


def driver(home: Path, command: list[str], before: str = "pass") -> list[str]:
    """Python that tracks a command in a process of its own; its importer takes everything and does nothing."""
    code = (
        "import sys; from pathlib import Path; from estimator.tracking import run_command, tracker;"
        f"{before};options = tracker.TrackOptions(home=Path({str(home)!r}), sampling_s=0.2);"
        f"sys.exit(run_command.run_command({command!r}, options, lambda home, traces: None))"
    )
    return python(code)


ECHO = """
import os, signal, sys, time
def heard(number, frame):  # a handler may come in the middle of a print: it must not print itself
    os.write(1, f"{signal.Signals(number).name}\\n".encode())
    if number == signal.SIGTERM: sys.exit(7)
for name in ("SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGTERM"): signal.signal(signal.Signals[name], heard)
print(sys.stdin.readline().strip(), flush=True)
while True: time.sleep(0.05)
"""


LOOKED_FOR = "from estimator.tracking import child_process; child_process.WAITS = False"  # as on macOS and Windows


@pytest.mark.parametrize("before", ["pass", LOOKED_FOR])
def test_signals_and_standard_input_reach_the_command(tmp_path: Path, before: str) -> None:
    command = driver(tmp_path, python(ECHO), before)
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True, **pipes) as process:
        late = threading.Timer(60, os.killpg, (process.pid, signal.SIGKILL))  # a signal that is lost ends the wait
        late.start()
        assert process.stdin and process.stdout
        process.stdin.write("through stdin\n")
        process.stdin.flush()
        assert process.stdout.readline() == "through stdin\n"
        for name in ("SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGTERM"):
            process.send_signal(signal.Signals[name])
            assert process.stdout.readline() == f"{name}\n"
        assert process.wait(20) == 7
        late.cancel()
    ((_, side),) = kept(tmp_path)
    assert side.exit_code == 7


def test_a_signal_that_another_thread_receives_reaches_the_command(tmp_path: Path) -> None:
    """Threads of a linear-algebra library block nothing: the kernel gives them what the main one is not waiting for.

    Two are ignored, as under nohup and in the background of a script: the command has its own handler for them.
    """
    thread = "import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
    slow = (
        f"{thread}; import signal; [signal.signal(number, signal.SIG_IGN) for number in (1, 3)];"  # HUP, QUIT
        "from estimator.tracking import child_process; wait = signal.sigtimedwait;"
        "signal.sigtimedwait = lambda numbers, wait_s: (time.sleep(0.05), wait(numbers, min(wait_s, 0.01)))[1]"
    )
    with subprocess.Popen(
        driver(tmp_path, python(ECHO), slow),
        cwd=ROOT,
        start_new_session=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        late = threading.Timer(60, os.killpg, (process.pid, signal.SIGKILL))
        late.start()
        assert process.stdin and process.stdout
        process.stdin.write(b"ready\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"ready\n"
        for name in ("SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGTERM"):
            process.send_signal(signal.Signals[name])
            assert process.stdout.readline() == f"{name}\n".encode()
        assert process.wait(20) == 7
        late.cancel()


COUNT = """
import signal, time
heard = []
signal.signal(signal.SIGINT, lambda *_: heard.append(1))
print("ready", flush=True)
end = time.time() + 20
while not heard and time.time() < end: time.sleep(0.01)
time.sleep(0.3)
print("heard", len(heard), flush=True)
"""


@pytest.mark.parametrize("before", ["pass", LOOKED_FOR])
def test_what_the_terminal_sends_is_heard_once(tmp_path: Path, before: str) -> None:
    """Control-C goes to everyone in the terminal's foreground: passing it on would make it two."""
    pid, terminal = os.forkpty()
    if pid == 0:
        os.chdir(ROOT)
        command = driver(tmp_path, python(COUNT), before)
        os.execv(command[0], command)
    said = b""
    while b"heard" not in said:
        said += os.read(terminal, 1024)
        if said.endswith(b"ready\r\n"):
            os.write(terminal, b"\x03")
    while b"SobrIA" not in said:
        said += os.read(terminal, 1024)
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert b"heard 1\r\n" in said
    assert os.waitstatus_to_exitcode(status) == 0


def test_a_tracker_that_is_killed_leaves_what_it_had(tmp_path: Path, shelf: Shelf) -> None:
    """SIGKILL gives no time: the last row written, at most SNAPSHOT_S old, is taken up by the next delivery."""
    sleeper = tmp_path / "sleeper"
    command = driver(tmp_path, ["sh", "-c", f"echo $$ > {sleeper}; exec sleep 60"], before="tracker.SNAPSHOT_S = 0.2")
    process = subprocess.Popen(command, cwd=ROOT)
    end = time.time() + 20
    while not (sleeper.exists() and list((tmp_path / "spool").rglob("*.csv"))) and time.time() < end:
        time.sleep(0.05)
    assert deliver(tmp_path, shelf).brought == []  # it is still being written
    process.kill()
    process.wait()
    os.kill(int(sleeper.read_text()), signal.SIGKILL)
    assert len(deliver(tmp_path, shelf).brought) == 1
    ((row, side),) = kept(tmp_path)
    assert float(row["energy_consumed"]) > 0 and side.exit_code is None and side.modes.ram == "mode/constant"


# The ledger


@pytest.mark.parametrize("why", [OSError("disk full"), ValueError("a torn file"), RuntimeError("locked")])
def test_a_ledger_that_refuses_costs_nothing_but_a_sentence(
    tmp_path: Path, shelf: Shelf, capfd: pytest.CaptureFixture[str], why: Exception
) -> None:
    shelf.refuses = why
    assert run_command(["sh", "-c", "exit 5"], options(tmp_path), shelf) == 5
    said = capfd.readouterr().err
    assert str(why) in said and str(tmp_path / "spool") in said
    assert kept(tmp_path) == [] and len(list((tmp_path / "spool").rglob("*.csv"))) == 1
    shelf.refuses = None
    assert run_command(["true"], options(tmp_path), shelf) == 0
    assert len(kept(tmp_path)) == len(shelf.given) == 2


def test_a_run_that_the_ledger_refuses_does_not_keep_the_others_back(tmp_path: Path, shelf: Shelf) -> None:
    def fussy(home: Path, traces: list[Path]) -> None:
        if any("refused" in trace.read_text("utf-8") for trace in traces):
            raise LookupError("not this one")

    for project in ("first", "refused", "last"):
        Tracker(options(tmp_path, project=project), shelf).start().end()
    delivery = deliver(tmp_path, fussy)
    assert (len(delivery.brought), [why for _, why in delivery.kept]) == (2, ["LookupError: not this one"])
    assert {row["project_name"] for row, _ in kept(tmp_path)} == {"first", "last"}


def test_a_run_that_was_killed_before_its_first_row_is_cleared_away_in_time(tmp_path: Path, shelf: Shelf) -> None:
    old, new = (tmp_path / "spool" / name for name in ("old", "new"))
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / f"{folder.name}.sobria.json").write_text("{}")
    os.utime(old, (0, 0))
    assert deliver(tmp_path, shelf) == ([], [])
    assert [folder.name for folder in (tmp_path / "spool").iterdir()] == ["new"]


def test_runs_enter_the_ledger_together(tmp_path: Path) -> None:
    """One call for three runs, where a call each would make a service of a thousand windows wait."""
    calls: list[int] = []
    for _ in range(3):
        Tracker(options(tmp_path), lambda home, traces: calls.append(len(traces))).start().end()
    deliver(tmp_path, lambda home, traces: calls.append(len(traces)))
    assert calls == [3] and len(kept(tmp_path)) == 3


def test_a_run_is_in_the_ledger_at_once(tmp_path: Path) -> None:
    from estimator.ledger import Ledger

    ledger = pytest.importorskip("pyarrow.dataset")
    code = run_command(["sh", "-c", "exit 4"], options(tmp_path, project="tri", items=12, host="class/desk"))
    rows = ledger.dataset(Ledger(tmp_path).files("activities"), format="parquet").to_table().to_pylist()
    assert code == 4
    ((_, side),) = kept(tmp_path)
    assert [(row["service_key"], row["run_id"], row["items"], row["host"]) for row in rows] == [
        ("tri", side.run_id, 12.0, "class/desk")
    ]
    assert {row["cpu_mode"] for row in rows} <= {side.modes.cpu, "mode/none"}


# Inside a program


def test_a_context_counts_items_and_passes_exceptions_on(tmp_path: Path, shelf: Shelf) -> None:
    with pytest.raises(ZeroDivisionError), Tracker(options(tmp_path, project="tri"), shelf) as run:
        run.items(3)
        run.items(4)
        _ = 1 / 0
    ((row, side),) = kept(tmp_path)
    assert (row["project_name"], side.items, side.exit_code, run.problem) == ("tri", 7, 1, None)
    assert row["run_id"] == side.run_id == run.run_id


@pytest.mark.parametrize(
    ("error", "code"), [(SystemExit(), 0), (SystemExit(9), 9), (SystemExit("words"), 1), (KeyboardInterrupt(), 130)]
)
def test_the_exit_status_of_a_context_is_that_of_its_program(
    tmp_path: Path, shelf: Shelf, error: BaseException, code: int
) -> None:
    with pytest.raises(type(error)), Tracker(options(tmp_path), shelf):
        raise error
    assert kept(tmp_path)[0][1].exit_code == code


def test_each_call_of_a_tracked_function_is_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shelf: Shelf
) -> None:
    monkeypatch.setattr(tracker, "into_ledger", shelf)

    @tracked(home=tmp_path, use_case="uc-1")
    def double(value: int, *, plus: int = 0) -> int:
        """Twice the value."""
        return 2 * value + plus

    assert (double(4), double(5, plus=1), double.__doc__) == (8, 11, "Twice the value.")
    runs = kept(tmp_path)
    assert [(row["project_name"], side.use_case) for row, side in runs] == [("double", "uc-1")] * 2
    assert len({row["run_id"] for row, _ in runs}) == 2


def test_two_runs_at_once_do_not_disturb_each_other(tmp_path: Path, shelf: Shelf) -> None:
    with Tracker(options(tmp_path, project="one"), shelf), Tracker(options(tmp_path, project="two"), shelf):
        time.sleep(0.1)
    assert {row["project_name"] for row, _ in kept(tmp_path)} == {"one", "two"}


# What is written


def test_the_sidecar_says_what_the_trace_does_not(tmp_path: Path, shelf: Shelf) -> None:
    given = options(
        tmp_path, project="tri", use_case="uc", model="m", zone="CAN-QC", host="class/desk", items=5, item_unit="page"
    )
    run = Tracker(given, shelf).start()
    run.stop(exit_code=0)
    ((row, side),) = kept(tmp_path)
    assert (side.use_case, side.model, side.zone, side.host) == ("uc", "m", "CAN-QC", "class/desk")
    assert (side.items, side.item_unit, side.sampling_s, side.exit_code) == (5, "page", 1.0, 0)
    assert (side.timezone, side.machine) == (machine.timezone(), machine.kind())
    assert side.machine_id == machine.identity(tmp_path / "salt")
    assert side.tracker and "codecarbon 3.3.2 (cpu " in side.tracker
    assert (side.overhead_s, side.overhead_cpu_s) == pytest.approx(run.spent, abs=1e-3)
    assert (row["country_iso_code"], row["pue"], row["wue"], row["water_consumed"]) == ("CAN", "1.0", "0.0", "0.0")


@pytest.mark.parametrize(("zone", "country"), [("FRA", "FRA"), ("USA-CA", "USA"), ("WORLD", ""), ("EUROPE", "")])
def test_codecarbon_is_told_a_country_only_where_there_is_one(zone: str, country: str) -> None:
    assert TrackOptions(home=Path(), zone=zone).country == country


def test_the_zone_is_that_of_the_home_unless_another_is_told(tmp_path: Path, shelf: Shelf) -> None:
    (tmp_path / "settings.toml").write_text('zone = "BEL"')
    for given in ({"project": "a"}, {"project": "b", "zone": "DEU"}):
        with Tracker(options(tmp_path, **given), shelf):
            pass
    assert {row["project_name"]: (side.zone, row["country_iso_code"]) for row, side in kept(tmp_path)} == {
        "a": ("BEL", "BEL"),
        "b": ("DEU", "DEU"),
    }


def test_no_country_is_supposed_of_a_run_that_nothing_places(tmp_path: Path, shelf: Shelf) -> None:
    """Neither an option nor the settings say one: wherever the machine is, it was written as France."""
    with Tracker(options(tmp_path, project="a", zone=""), shelf):
        pass
    ((row, side),) = kept(tmp_path)
    assert side.zone is None and row["country_iso_code"] == ""


def test_nothing_private_is_written_anywhere(tmp_path: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither arguments, nor what goes through the streams, nor variables, nor the command's folder, nor a position."""
    monkeypatch.setenv("A_SECRET", "from-the-environment-90210")
    secrets = ("--prompt=argument-of-marie-4711", "printed-4712", "from-the-environment-90210", "private-folder-4713")
    command = tmp_path / "elsewhere" / secrets[3] / "work"
    command.parent.mkdir(parents=True)
    command.write_text(f"#!/bin/sh\necho {secrets[1]} $A_SECRET\nexit 2\n")
    command.chmod(0o755)
    home = tmp_path / "home"
    assert run_command([str(command), secrets[0], "4714-positional"], options(home), shelf) == 2
    written = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    names = " ".join(str(path.relative_to(home)) for path in home.rglob("*"))
    for secret in (*secrets, "4714-positional", str(tmp_path)):
        assert secret.encode() not in written and secret not in names
    ((row, _),) = kept(home)
    assert (row["project_name"], row["longitude"], row["latitude"]) == ("work", "", "")


def test_a_command_has_the_variables_that_it_has_on_its_own(tmp_path: Path) -> None:
    """All but the file of its counts: with SobrIA's own, numpy would compute on one core, and be measured so."""
    own = {**os.environ, "PYDANTIC_DISABLE_PLUGINS": "of-the-person"}
    for name in ("OPENBLAS_NUM_THREADS", "ARROW_DEFAULT_MEMORY_POOL"):
        own.pop(name, None)
    code = "import json, os, sys; json.dump(dict(os.environ), open(sys.argv[1], 'w'))"
    for name, before in (
        ("alone", []),
        ("tracked", [sys.executable, "-m", "estimator.cli", "--home", str(tmp_path), "track", "--"]),
    ):
        subprocess.run([*before, *python(code), str(tmp_path / name)], env=own, check=True, capture_output=True)
    alone, seen = (json.loads((tmp_path / name).read_text()) for name in ("alone", "tracked"))
    assert seen.pop(VARIABLE) and seen == alone


def test_a_trace_is_a_codecarbon_file_of_the_version_in_use(tmp_path: Path, shelf: Shelf) -> None:
    from codecarbon.output_methods.emissions_data import EmissionsData

    with Tracker(options(tmp_path), shelf):
        pass
    header, row = shelf.given[0].splitlines()
    assert header.split(",") == list(EmissionsData.__dataclass_fields__)
    assert len(next(csv.reader([row]))) == 38


# No network, no one else's settings


def test_nobody_is_called_whatever_the_users_settings_say(
    tmp_path: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """codecarbon's own settings may hold an address to post to, tokens, a PUE: none of them counts here."""
    lines = {"emissions_endpoint": "http://127.0.0.1:9", "api_key": "k", "co2_signal_api_token": "t", "pue": "2"}
    lines |= {"save_to_api": "true", "output_methods": "api,csv", "electricitymaps_api_token": "t", "wue": "3"}
    lines |= {"force_cpu_power": "500", "tracking_mode": "process", "force_carbon_intensity_g_co2e_kwh": "9999"}
    settings = "[codecarbon]\n" + "\n".join(f"{name} = {value}" for name, value in lines.items())
    (tmp_path / ".codecarbon.config").write_text(settings)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for name, value in lines.items():
        monkeypatch.setenv(f"CODECARBON_{name.upper()}", value)

    def called(*_: Any, **__: Any) -> None:
        raise AssertionError("the network was used")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, called)
    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, name, called)
    with Tracker(options(tmp_path / "home"), shelf) as run:
        time.sleep(0.1)
    assert run.problem is None
    ((row, side),) = kept(tmp_path / "home")
    assert (row["pue"], row["wue"], row["tracking_mode"], side.scope) == ("1.0", "0.0", "machine", "machine")
    assert float(row["emissions"]) < 1000 * float(row["energy_consumed"]) * 9.999e-3
    assert {path.name for path in tmp_path.iterdir()} == {".codecarbon.config", "home"}


# When codecarbon fails


def absent(patch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "codecarbon"]:
        patch.delitem(sys.modules, name)
    patch.setitem(sys.modules, "codecarbon", None)


def failing_at_start(patch: pytest.MonkeyPatch) -> None:
    from codecarbon.core.resource_tracker import ResourceTracker

    def fail(self: Any) -> None:
        raise RuntimeError("no sensor today")

    patch.setattr(ResourceTracker, "set_CPU_GPU_ram_tracking", fail)


def failing_at_birth(patch: pytest.MonkeyPatch) -> None:
    from codecarbon.emissions_tracker import BaseEmissionsTracker

    def fail(self: Any, **_: Any) -> None:
        raise OSError("no room")

    patch.setattr(BaseEmissionsTracker, "_init_output_methods", fail)


def failing_at_the_end(patch: pytest.MonkeyPatch) -> None:
    from codecarbon.emissions_tracker import BaseEmissionsTracker

    def fail(self: Any) -> None:
        raise ValueError("no result")

    patch.setattr(BaseEmissionsTracker, "_prepare_emissions_data", fail)


FAILING = {
    "codecarbon": absent,
    "no sensor today": failing_at_start,
    "no room": failing_at_birth,
    "no result": failing_at_the_end,
}


@pytest.mark.parametrize("why", FAILING)
def test_a_failure_to_measure_never_breaks_the_workload(
    tmp_path: Path,
    shelf: Shelf,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    why: str,
) -> None:
    """The command runs, its status is passed on, and one sentence says that nothing was metered and why."""
    with monkeypatch.context() as patch:
        FAILING[why](patch)
        assert run_command(["sh", "-c", "echo done; exit 6"], options(tmp_path), shelf) == 6
    said = capfd.readouterr()
    assert said.out == "done\n"
    assert said.err.count("\n") == 1 and "metered nothing" in said.err and why in said.err
    assert not kept(tmp_path) and not any((tmp_path / "spool").rglob("*.csv"))
    assert logging.getLogger("codecarbon").filters == []


def test_a_home_that_cannot_be_written_never_breaks_the_workload(
    tmp_path: Path, shelf: Shelf, capfd: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "a-file"
    home.write_text("")
    assert run_command(["sh", "-c", "exit 6"], options(home), shelf) == 6
    assert "metered nothing" in capfd.readouterr().err
