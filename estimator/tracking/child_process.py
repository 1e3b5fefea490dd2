"""Run a command as a child that cannot tell it is watched: its streams, its signals and its exit status are its own."""

import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
_HELD = frozenset({*FORWARDED, signal.SIGCHLD})
# Python ignores these two for itself, and what is ignored would be inherited.
_DEFAULTED = (signal.SIGPIPE, signal.SIGXFSZ)
CANNOT_RUN, NOT_FOUND = 126, 127
POLL_S = 0.5  # other threads of a program that calls this may take the news of the child's end [s]


@contextmanager
def held_signals() -> Iterator[set[int]]:
    """Keep the signals of a run for `run` to pass on; yields the mask that the child is to have.

    Those that came for the child after its end are dropped when the block ends.
    """
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD)
    try:
        yield {int(number) for number in mask}
    finally:
        while signal.sigtimedwait(_HELD, 0) is not None:
            pass
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def asked_to_stop(wait_s: float = 0.0) -> int | None:
    """A signal that came while there is no child to pass it to, taken from the held ones, or that comes by then [s]."""
    came = signal.sigtimedwait(FORWARDED, wait_s)
    return came.si_signo if came else None


class InterruptibleWait:
    """A wait that a signal cuts short; `stopped` is that signal."""

    stopped: int | None = None

    def wait(self, seconds: float) -> bool:
        """Wait; True when a signal came."""
        self.stopped = asked_to_stop(seconds)
        return self.stopped is not None


def run(argv: Sequence[str], mask: set[int], environ: Mapping[str, str]) -> int:
    """Run to its end, inside `held_signals`: its exit status, 128 + n when signal n killed it.

    OSError when it cannot be started; `cannot_start` gives the status that a shell would give for it.
    """
    pid = os.posix_spawnp(argv[0], list(argv), environ, setsigmask=mask, setsigdef=_DEFAULTED)
    while True:
        came = signal.sigtimedwait(_HELD, POLL_S)
        if came is None or came.si_signo == signal.SIGCHLD:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended == pid:
                code = os.waitstatus_to_exitcode(status)
                return code if code >= 0 else 128 - code
        elif came.si_code <= 0:  # sent by a process; what the terminal sends, the child has received like us
            os.kill(pid, came.si_signo)


def cannot_start(error: OSError) -> int:
    """Exit status of a shell for a command that is not there, or that may not be run."""
    return NOT_FOUND if isinstance(error, FileNotFoundError) else CANNOT_RUN
