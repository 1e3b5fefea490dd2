"""Standard output and standard error: what a terminal cannot show, what a disk does not take, what a refusal writes."""

import codecs
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout, suppress
from io import TextIOWrapper
from typing import Any, TextIO

from estimator.cli.global_options import global_options, languages_spoken
from estimator.core.errors import SobriaError, reason_of
from estimator.core.typography import printable

JSON_VERSION = "2"  # of what --json writes: a field that goes or changes its meaning is another version


class OutputRefused(SobriaError):
    """Standard output does not take what is written: a full disk, a device that is gone."""


class Output:
    """Standard output, whose errors are its own: a folder of SobrIA that cannot be written is another fault.

    Nobody reads any more what a closed pipe is given: the command then ends, with code 1, and says nothing.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """As that of a stream. OutputRefused."""
        with self._refusing():
            return self._stream.write(text)

    def flush(self) -> None:
        """As that of a stream. OutputRefused."""
        with self._refusing():
            self._stream.flush()

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            with suppress(OSError):  # what it still holds goes nowhere: Python would try again as it ends, and fail
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
            if isinstance(error, BrokenPipeError):
                sys.exit(1)
            raise OutputRefused(reason=reason_of(error)) from error


@contextmanager
def written() -> Iterator[None]:
    """All that is said is written, whatever the terminal can show: a sign that it has not is « ? », and what standard
    output does not take is told of it. SystemExit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    output: Any = Output(sys.stdout) if sys.stdout else None  # none where it is closed
    with redirect_stdout(output):
        try:
            try:
                yield
            finally:
                if output:
                    output.flush()
        except OutputRefused as error:
            refuse(error.as_dict())
            sys.exit(1)


def json_of(body: Mapping[str, Any], indent: int | None = None) -> str:
    """A body with its version, as JSON; in ASCII for an output that is not UTF-8, where « ? » would be another text."""
    from estimator.core.interval import json_text

    told = json_text({"version": JSON_VERSION, **body}, indent)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    if codecs.lookup(encoding).name == "utf-8":
        return told
    return re.sub(r"[^\x00-\x7f]", lambda sign: json.dumps(sign[0])[1:-1], told)


def refuse(refused: Mapping[str, Any]) -> None:
    """Say a refusal, {"code"} and each language: to people, and as JSON where it is asked for."""
    arguments, said = global_options(sys.argv[1:])
    if "--json" in arguments:
        print(json_of({"error": refused}))
    print(*(printable(refused[lang]) for lang in languages_spoken(said)), sep="\n", file=sys.stderr)
