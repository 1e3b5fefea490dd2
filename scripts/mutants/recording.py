"""Runs one test file and writes down the lines of the code under test that it executes.

python -m scripts.mutants.recording OUT TEST PREFIX…     a SQL file that is opened counts as executed, whole
"""

import json
import sys
import threading
import time
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

LEFT: dict[CodeType, set[int]] = {}  # lines that were not executed yet
OPENED: set[str] = set()


def lines_of(code: CodeType) -> set[int]:
    """Lines of a function or a module, but the one that names it."""
    return {
        line for *_, line in code.co_lines() if line and (line != code.co_firstlineno or code.co_name == "<module>")
    }


def main(out: str, test: str, *prefixes: str) -> int:
    """What pytest says; OUT holds {"seconds", "lines": {file: [line]}}."""

    def entered(frame: FrameType, event: str, _: Any) -> Any:
        code = frame.f_code
        if not code.co_filename.startswith(prefixes):
            return None
        return executed if LEFT.setdefault(code, lines_of(code)) else None

    def executed(frame: FrameType, event: str, _: Any) -> Any:
        LEFT[frame.f_code].discard(frame.f_lineno)
        return executed

    def opened(event: str, facts: tuple[Any, ...]) -> None:
        if event == "open" and str(facts[0]).startswith(prefixes) and str(facts[0]).endswith(".sql"):
            OPENED.add(str(facts[0]))

    sys.addaudithook(opened)
    threading.settrace(entered)
    sys.settrace(entered)
    began = time.monotonic()
    failed = pytest.main(["-q", "-x", "-p", "no:cacheprovider", "--hypothesis-seed=0", test])
    sys.settrace(None)
    lines = {name: list(range(1, Path(name).read_text("utf-8").count("\n") + 2)) for name in OPENED}
    for code, left in LEFT.items():
        lines.setdefault(code.co_filename, []).extend(lines_of(code) - left)
    Path(out).write_text(json.dumps({"seconds": time.monotonic() - began, "lines": lines}), "utf-8")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
