"""Run a command as a child process with its own streams, signals and exit status, as if it were not tracked."""

import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
_HELD = frozenset({*FORWARDED, signal.SIGCHLD})
# Python ignores these two signals, and a child process would inherit that.
_DEFAULTED = (signal.SIGPIPE, signal.SIGXFSZ)
CANNOT_RUN, NOT_FOUND = 126, 127
POLL_S = 0.5  # another thread of the calling program may reap the child, for at most [s]


@contextmanager
def blocked_signals() -> Iterator[set[int]]:
    """Block the signals of a run, for `run` to forward; yields the signal mask for the child.

    Signals for the child received after its end are dropped at the end of the block.
    """
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD)
    try:
        yield {int(number) for number in mask}
    finally:
        while signal.sigtimedwait(_HELD, 0) is not None:
            pass
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def asked_to_stop(wait_s: float = 0.0) -> int | None:
    """A signal received without a child process, from the blocked ones, or within this time [s]."""
    came = signal.sigtimedwait(FORWARDED, wait_s)
    return came.si_signo if came else None


class InterruptibleWait:
    """A wait interrupted by a signal; `stopped` is that signal."""

    stopped: int | None = None

    def wait(self, seconds: float) -> bool:
        """Wait; True if a signal interrupted it."""
        self.stopped = asked_to_stop(seconds)
        return self.stopped is not None


def run(argv: Sequence[str], mask: set[int], environ: Mapping[str, str]) -> int:
    """Run to completion, inside `held_signals`: the exit status, 128 + n when killed by signal n.

    OSError when it cannot be started; `cannot_start` gives the equivalent exit status of a shell.
    """
    pid = os.posix_spawnp(argv[0], list(argv), environ, setsigmask=mask, setsigdef=_DEFAULTED)
    while True:
        came = signal.sigtimedwait(_HELD, POLL_S)
        if came is None or came.si_signo == signal.SIGCHLD:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended == pid:
                code = os.waitstatus_to_exitcode(status)
                return code if code >= 0 else 128 - code
        elif came.si_code <= 0:  # sent by a process; a signal of the terminal has reached the child too
            os.kill(pid, came.si_signo)


def cannot_start(error: OSError) -> int:
    """Exit status of a shell for a command that is missing or not executable."""
    return NOT_FOUND if isinstance(error, FileNotFoundError) else CANNOT_RUN
