"""Run a command as a child process with its own streams, signals and exit status, as if it were not tracked."""

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager

WAITS = hasattr(signal, "sigtimedwait")  # else (macOS, Windows) signals are looked for, and not blocked
_KNOWN = {one.name: one for one in signal.Signals}
FORWARDED = tuple(
    _KNOWN[name] for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2") if name in _KNOWN
)
_HELD = frozenset({*FORWARDED, _KNOWN.get("SIGCHLD", signal.SIGTERM)})
# Python ignores these two signals, and a child process would inherit that.
_DEFAULTED = tuple(_KNOWN[name] for name in ("SIGPIPE", "SIGXFSZ") if name in _KNOWN)
CANNOT_RUN, NOT_FOUND = 126, 127
POLL_S = 0.5  # another thread of the calling program may reap the child, for at most [s]
WATCH_S = 0.05  # between two looks of a watcher [s]


_elsewhere: deque[int] = deque()  # signals that another thread of this process received


@contextmanager
def blocked_signals() -> Iterator[set[int]]:
    """Block the signals of a run, for `run` to forward; yields the signal mask for the child.

    Only this thread can block them: a thread of a library (linear algebra starts some) may receive one between two
    waits, so that a handler keeps it. Signals for the child received after its end are dropped at the end of the block.
    """
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD) if WAITS else set()
    former = {number: signal.getsignal(number) for number in FORWARDED}
    _keep(_not_ignored())
    try:
        yield {int(number) for number in mask}
    finally:
        while _next_signal(_HELD, 0) is not None:
            pass
        for number, handler in former.items():
            signal.signal(number, handler)
        if WAITS:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _not_ignored() -> list[signal.Signals]:
    """Signals to forward that this process does not ignore, as nohup and a shell's background jobs have it do."""
    return [number for number in FORWARDED if signal.getsignal(number) is not signal.SIG_IGN]


def _keep(numbers: Collection[int]) -> None:
    """Keep these signals when another thread receives them."""
    for number in numbers:
        signal.signal(number, lambda came, _: _elsewhere.append(came))


def _next_signal(numbers: Collection[int], wait_s: float) -> tuple[int, bool] | None:
    """Next signal, waited for this time [s]: its number, and whether the terminal sent it to the child too."""
    limit = time.monotonic() + wait_s
    while not WAITS and not _elsewhere and time.monotonic() < limit:
        time.sleep(min(WATCH_S, wait_s))
    if _elsewhere:  # its sender is not known
        number = _elsewhere.popleft()
        return number, signal.Signals(number).name in ("SIGINT", "SIGQUIT") and _in_foreground()
    if not WAITS:
        return None
    came = signal.sigtimedwait(numbers, wait_s)
    return (came.si_signo, came.si_code > 0) if came else None


def _in_foreground() -> bool:
    """Whether this process group is the foreground one of its terminal; a Windows console tells all its programs."""
    if sys.platform == "win32":
        return True
    try:
        with open("/dev/tty", "rb") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False


def asked_to_stop(wait_s: float = 0.0) -> int | None:
    """A signal received without a child process, of those blocked and not ignored, or within this time [s]."""
    came = _next_signal(_not_ignored(), wait_s)
    return came[0] if came else None


class InterruptibleWait:
    """A wait interrupted by a signal; `stopped` is that signal."""

    stopped: int | None = None

    def wait(self, seconds: float) -> bool:
        """Wait; True if a signal interrupted it."""
        self.stopped = asked_to_stop(seconds)
        return self.stopped is not None


def run(
    argv: Sequence[str], mask: set[int], environ: Mapping[str, str], watch: Callable[[int], None] | None = None
) -> int:
    """Run to completion, inside `blocked_signals`: the exit status, 128 + n when killed by signal n.

    `watch` is called with the process id as long as it runs, every WATCH_S.
    OSError when it cannot be started; `cannot_start` gives the equivalent exit status of a shell.
    """
    if not WAITS:
        return _run_and_look(argv, environ, watch)
    pid = os.posix_spawnp(argv[0], list(argv), environ, setsigmask=mask, setsigdef=_DEFAULTED)
    _keep(FORWARDED)  # only now: the child process inherits what is ignored, and may have its own handler for it
    while True:
        if watch:
            watch(pid)
        came = _next_signal(_HELD, WATCH_S if watch else POLL_S)
        if came is None or came[0] == signal.SIGCHLD:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended == pid:
                code = os.waitstatus_to_exitcode(status)
                return code if code >= 0 else 128 - code
        elif not came[1]:
            os.kill(pid, came[0])


def _run_and_look(argv: Sequence[str], environ: Mapping[str, str], watch: Callable[[int], None] | None) -> int:
    """The same where signals cannot be waited for."""
    with subprocess.Popen(argv, env=environ) as child:
        _keep(FORWARDED)
        while (code := child.poll()) is None:
            if watch:
                watch(child.pid)
            came = _next_signal(_HELD, WATCH_S)
            if came and not came[1]:
                child.send_signal(came[0])
        return code if code >= 0 else 128 - code


def cannot_start(error: OSError) -> int:
    """Exit status of a shell for a command that is missing or not executable."""
    return NOT_FOUND if isinstance(error, FileNotFoundError) else CANNOT_RUN
