"""A migration killed at each of several moments, by `kill -9`, each in a process of its own on a copy of a home."""

import os
import shutil
import signal
import sys
from itertools import count
from pathlib import Path

from estimator.custody.migration import migrate  # noqa: F401 (loaded once, before the processes are made)
from estimator.custody.opening import open_home

CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir"}


def run(home: Path, at: int) -> tuple[int, int]:
    """Migrate a home in a process that kills itself at its n-th change of a file or folder, opening to write included.
    (the signal that ended it, how many changes it made if it ended by itself)"""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        changes = count(1)

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            written = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
            if (event in CHANGES or written) and next(changes) == at:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        open_home(home, lambda key, facts: None)
        os.write(write, str(next(changes) - 1).encode())
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    os.close(write)
    made = os.read(read, 20)
    os.close(read)
    return (os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0), int(made or 0)


def main(home: Path, folder: Path, kills: int) -> None:
    """Copies of a home under `folder`: `whole`, migrated at once, and one for each kill, at even distances."""
    shutil.copytree(home, folder / "whole")
    ended, changes = run(folder / "whole", 0)
    print("whole", ended, changes)
    for rank in range(kills):
        at = 1 + rank * (changes - 1) // (kills - 1)
        shutil.copytree(home, folder / str(at))
        print(at, *run(folder / str(at), at))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
