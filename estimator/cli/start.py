"""Entry point of the command: what its process settles before it reads anything else."""

import atexit
import gc

from estimator.core.own_environment import start_quickly

COLLECTED_AFTER = 250_000  # new objects: more than most commands make, which then look for no garbage in what they read


def main() -> None:
    """Answer the command line, then exit: 0 done, 1 refused or failed with one clear message, 2 usage."""
    gc.set_threshold(COLLECTED_AFTER)
    atexit.register(gc.freeze)  # the memory of a process that ends goes with it: nor is there garbage to look for then
    start_quickly()
    from estimator.cli.app import answer

    answer()
