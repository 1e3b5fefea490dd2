"""Become the dashboard, in a process that the estimator does not import: what stops the one stops the other."""

import os
import sys
from pathlib import Path
from typing import NoReturn


def serve(home: Path, address: str, port: int, lang: str) -> NoReturn:
    """Replace this process by `python -m dashboard`. OSError when it cannot be started."""
    options = {"--home": str(home), "--address": address, "--port": str(port), "--lang": lang}
    command = [sys.executable, "-m", "dashboard", *(part for option in options.items() for part in option)]
    sys.stdout.flush()
    os.execv(command[0], command)
