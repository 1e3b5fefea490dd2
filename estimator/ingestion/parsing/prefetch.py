"""Prefetch: the next items are computed in another thread while one is used."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def prefetch(items: Iterator[T], depth: int = 1) -> Iterator[T]:
    """The same items in the same order, at most this many computed ahead. Raises what their computation raises."""
    end: Any = object()
    with ThreadPoolExecutor(1) as worker:
        waiting: deque[Future[T]] = deque(worker.submit(next, items, end) for _ in range(depth))
        while (item := waiting.popleft().result()) is not end:
            waiting.append(worker.submit(next, items, end))
            yield item
