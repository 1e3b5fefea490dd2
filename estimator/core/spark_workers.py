"""Whether workers of Apache Spark take what they are given: it waits for them without limit, and says nothing."""

import math
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from estimator.core.errors import SobriaError

WAIT = "SOBRIA_SPARK_WAIT"  # environment variable: how long workers are waited for [s]
WAIT_S = 60.0  # without it [s]
LEAST_S = 20.0  # what Spark tells of a task that began may be as late as two beats of its executor [s]
LOOK_S = 1.0


def workers_wait() -> float:
    """How long workers are waited for [s]. spark_wait."""
    read = os.environ.get(WAIT, "").strip() or str(WAIT_S)
    with suppress(ValueError):
        if LEAST_S <= (seconds := float(read)) < math.inf:
            return seconds
    raise SobriaError("spark_wait", read=read, name=WAIT, least=f"{LEAST_S:g}")


@contextmanager
def watched(context: Any, master: str, limit: float) -> Iterator[None]:
    """Context in which what Spark is asked for is cancelled once no worker has taken any of it for `limit` [s].
    context: that of Spark. spark_no_worker."""
    over, given_up = threading.Event(), threading.Event()
    looking = threading.Thread(target=_look, args=(context, limit, over, given_up), daemon=True)
    looking.start()
    try:
        yield
    finally:
        over.set()
        looking.join()
        if given_up.is_set():  # whatever the cancelled work raised
            raise SobriaError("spark_no_worker", read=master, seconds=f"{limit:g}", name=WAIT)


def _look(context: Any, limit: float, over: threading.Event, given_up: threading.Event) -> None:
    last, since = None, time.monotonic()
    with suppress(Exception):  # Java stopped: what waits for it says so
        while not over.wait(LOOK_S):
            state, now = _state(context.statusTracker()), time.monotonic()
            if state != last or not _waits(state):
                last, since = state, now
            elif now - since >= limit:
                given_up.set()
                context.setLogLevel("OFF")  # what it would tell of this, in a page, is said in a sentence
                context.cancelAllJobs()


def _state(tracker: Any) -> list[tuple[int, int, int, int]]:
    """Of each stage that was given to workers: its number, and its tasks that run, are done, and failed."""
    found = [(stage, tracker.getStageInfo(stage)) for stage in sorted(tracker.getActiveStageIds())]
    return [(n, one.numActiveTasks, one.numCompletedTasks, one.numFailedTasks) for n, one in found if one]


def _waits(state: list[tuple[int, int, int, int]]) -> bool:
    return bool(state) and not any(running for _, running, *_ in state)
