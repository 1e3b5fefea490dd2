"""Fuzzing of every reader, in its own process, guided by coverage; anything but rows that add up, or a SobriaError,
is a failure.

python -m scripts.fuzz [--seconds 60] [--reader NAME …]     needs `pip install atheris`, which is no part of SobrIA

Each starts from the samples of `tests/` and `docs/` that it recognises. A failing input is written to the folder
of --keep. Exit 1 on any.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from estimator.ingestion.readers import READERS


def main(given: Sequence[str] | None = None) -> int:
    """One line a reader, with its failure."""
    names = [reader.name for reader in READERS]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--reader", nargs="+", choices=names, default=names)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "sobria-fuzz")
    options = parser.parse_args(given)
    options.keep.mkdir(parents=True, exist_ok=True)
    failed = 0
    for name in options.reader:
        command = [sys.executable, "-m", "scripts.fuzz.target", name, str(options.seconds), str(options.keep)]
        done = subprocess.run(command, capture_output=True, text=True)
        last = next((line for line in reversed(done.stderr.splitlines()) if line.startswith(("Done", "#"))), "")
        print(f"{name:16} {'ok' if done.returncode == 0 else 'FAILED'}  {last}", flush=True)
        if done.returncode:
            failed += 1
            print(done.stdout[-2000:], done.stderr[-1000:], flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
