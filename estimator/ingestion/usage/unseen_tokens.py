"""Tokens that a usage tells in its total, as its reasoning or of a cache, and neither as its input nor as its output:
some gateways to Gemini or xAI call output the visible answer alone; some to Anthropic, input what no cache has."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from estimator.ingestion.parsing.row_parts import MOST_BY_REQUEST

TOTAL, THOUGHT, BESIDE = NAMES = ("total_tokens", "reasoning_tokens", "cache_beside")


class TokensTold(NamedTuple):
    """Values of a usage, as they are written: tokens read, written, in all, and of reasoning; those that a cache gave,
    then those that it took, which may be beside what was read; what tells that sound was read: its tokens may be in the
    total alone."""

    read: Any
    written: Any
    total: Any = None
    thought: Any = None
    cached: Sequence[Any] = ()
    sound: Any = None


class Unseen(NamedTuple):
    """Tokens of a call that its input and its output leave out, checks for a person, and the fields that told them: the
    usage that leaves none out keeps none."""

    read: float = 0.0
    written: float = 0.0
    checks: tuple[str, ...] = ()
    told: dict[str, Any] = {}  # noqa: RUF012

    def with_them(self, counts: Mapping[str, float | None]) -> dict[str, float | None]:
        """Counts of a row, with these tokens."""
        more = {"input_tokens": self.read, "output_tokens": self.written}
        return {**counts, **{name: (counts[name] or 0.0) + count for name, count in more.items() if count}}


NOTHING = Unseen()


def unseen(usage: TokensTold) -> Unseen:
    """What a usage leaves out; no count is ever lowered."""
    read, written, total, thought = map(amount, usage[:4])
    if read is None and written is None:
        return NOTHING  # a total alone is of nobody knows which
    written, thought = written or 0.0, thought or 0.0
    inside, beside = _cached(read, [amount(value) or 0.0 for value in usage.cached])
    read = (read or 0.0) + sum(beside)
    over = None if total is None else max(total - read - written, 0.0)
    found = NOTHING
    if over or thought > written:
        elsewhere = not read or bool(amount(usage.sound))
        found = _of(over, written, thought, {0.0, *inside, sum(inside)}, elsewhere)
    elif not beside:
        return NOTHING
    told = zip(NAMES, (usage.total, usage.thought, sum(beside) or None), strict=True)
    return found._replace(read=found.read + sum(beside), told=dict(told))


def _cached(read: float | None, counts: Sequence[float]) -> tuple[Sequence[float], Sequence[float]]:
    """The counts of a cache that what is read may hold, and those beside it: it cannot hold more than it is, and what
    leaves out one leaves out the next."""
    held = 0.0
    for rank, count in enumerate(counts):
        held += count
        if read is not None and held > read:
            return counts[:rank], counts[rank:]
    return counts, ()


def _of(over: float | None, written: float, thought: float, cached: set[float], elsewhere: bool) -> Unseen:
    """over: tokens of the total that are neither input nor output, None without a total; cached: how many of them may
    be of a cache; elsewhere: they may be input all the same."""
    apart = thought if thought > written else 0.0  # which cannot be among those written
    if over is None:
        return Unseen(written=apart)
    if apart > over:  # by its total, all is told: reasoning was estimated, or is not in it
        return Unseen(written=max(over, thought - written), checks=("reasoning_beyond_total",))
    left = over - apart
    held = sorted((count for count in cached if count <= left), reverse=True)
    for count in held:
        if left - count in (0.0, thought - apart):
            return Unseen(count, apart + left - count)
    if elsewhere:
        return Unseen(written=apart, checks=("total_unexplained",))
    if thought:
        return Unseen(written=apart or (thought if thought <= left else 0.0), checks=("total_unexplained",))
    return Unseen(written=left - held[0], checks=("output_from_total",))


def all_seen(counts: Mapping[str, pa.Array], beside: Sequence[pa.Array]) -> np.ndarray | bool:
    """Which usages, by column, tell all as their input or their output; `unseen` says what the others do. beside: their
    total, their reasoning, and what a cache took."""
    if all(column.null_count == len(column) for column in (counts["cached_tokens"], *beside)):
        return True
    total, thought, made = beside
    counted = *(counts[name] for name in ("input_tokens", "output_tokens", "cached_tokens")), made
    read, written, gave, took = (pc.fill_null(column, 0) for column in counted)
    over = pc.greater(total, pc.add(read, written)), pc.greater(thought, written), pc.greater(pc.add(gave, took), read)
    seen: np.ndarray = ~np.any([pc.fill_null(one, False).to_numpy(zero_copy_only=False) for one in over], axis=0)
    return seen


def amount(value: Any) -> float | None:
    """A count of tokens of one call, also written as text; None for what is none."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= MOST_BY_REQUEST else None
