"""How far what lasts has come, on standard error."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from threading import Event, Thread
from time import monotonic

from estimator.core.errors import say
from estimator.core.progress import Progress
from estimator.core.typography import printable

FIRST_LINE_S, LINES_APART_S = 10.0, 30.0  # where standard error is no terminal


@contextmanager
def shown(key: str, lang: str) -> Iterator[Progress]:
    """A bar on stderr with the time left, gone at the end; where it is no terminal, a line now and then of what
    lasts."""
    with (_bar if sys.stderr.isatty() else _lines)(key, lang) as step:
        yield step


@contextmanager
def _bar(key: str, lang: str) -> Iterator[Progress]:
    with ExitStack() as opened:

        @cache
        def update() -> Callable[..., None]:
            from rich.console import Console
            from rich.progress import Progress as Bar

            bar = opened.enter_context(Bar(console=Console(stderr=True), transient=True))
            return partial(bar.update, bar.add_task(say("cli", key, lang), total=None))

        yield lambda done, total: update()(completed=done, total=total or None)


@contextmanager
def _lines(key: str, lang: str) -> Iterator[Progress]:
    """Written by a thread of its own: one statement of SQL may last."""
    over, began, told = Event(), monotonic(), [0, 0]

    def write() -> None:
        wait_s = FIRST_LINE_S
        while not over.wait(wait_s):
            wait_s, (done, total) = LINES_APART_S, told
            facts = {"what": say("cli", key, lang), "seconds": round(monotonic() - began)}
            share = say("cli", "so_far", lang, percent=100 * done // total) if total else ""
            print(printable(say("cli", "still", lang, share=share, **facts)), file=sys.stderr, flush=True)

    def step(done: int, total: int) -> None:
        told[:] = done, total

    writer = Thread(target=write, daemon=True)
    writer.start()
    try:
        yield step
    finally:
        over.set()
        writer.join()
