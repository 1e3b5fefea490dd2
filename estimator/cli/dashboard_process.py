"""Launch of the dashboard, which the estimator does not import, as a replacement of this process."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn


def serve(home: Path, lang: str, options: Iterable[tuple[str, object]]) -> NoReturn:
    """Replace this process by `python -m dashboard`, with its options. OSError when it cannot be started."""
    options = [("--home", home), ("--lang", lang), *options]
    command = [sys.executable, "-m", "dashboard", *(str(part) for option in options for part in option)]
    sys.stdout.flush()
    os.execv(command[0], command)
