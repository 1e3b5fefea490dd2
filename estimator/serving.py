"""Start the dashboard as a process of its own: the estimator never imports it."""

import subprocess
import sys
from pathlib import Path


def serve(home: Path, address: str, port: int, lang: str) -> int:
    """Run `python -m dashboard` until it ends; its exit code."""
    command = [
        sys.executable,
        "-m",
        "dashboard",
        "--home",
        str(home),
        "--address",
        address,
        "--port",
        str(port),
        "--lang",
        lang,
    ]
    try:
        return subprocess.call(command)
    except KeyboardInterrupt:
        return 0
