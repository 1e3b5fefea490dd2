"""Entry point of the command: what its process settles before it reads anything else."""

import atexit
import gc
import signal
import sys
from contextlib import suppress

from estimator.core.own_environment import start_quickly

COLLECTED_AFTER = 250_000  # new objects: more than most commands make, which then look for no garbage in what they read
OF_DUCKDB = "Query interrupted"  # of the RuntimeError by which DuckDB says Ctrl-C


def main() -> None:
    """Answer the command line, then exit: 0 done, 1 refused or failed with one clear message, 2 usage, 130 stopped by
    Ctrl-C, at any moment."""
    gc.set_threshold(COLLECTED_AFTER)
    atexit.register(gc.freeze)  # the memory of a process that ends goes with it: nor is there garbage to look for then
    start_quickly()
    try:
        from estimator.cli.streams import written

        with written():
            from estimator.cli.app import answer

            answer()
    except (KeyboardInterrupt, RuntimeError) as error:
        if isinstance(error, RuntimeError) and str(error) != OF_DUCKDB:
            raise
        _say_interrupted()
        sys.exit(130)


def _say_interrupted() -> None:
    """Say it once, whoever presses Ctrl-C again."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        from estimator.cli.streams import refuse, written
        from estimator.core.errors import SobriaError

        with suppress(SystemExit), written():
            refuse(SobriaError("interrupted").as_dict())
    finally:
        signal.signal(signal.SIGINT, before)
