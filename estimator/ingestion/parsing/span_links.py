"""Spans of a trace that count nothing, by the one that each is a part of: a collector keeps them from a sending to the
next, so that two tellings of a call are one although the span between them came in another."""

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock

SpanId = tuple[str, str]  # its trace, and its own id there
MOST = 20_000  # spans held; beyond, the traces of which nothing came for longest are forgotten


class SpanLinks:
    """The spans that each source told lately, in memory alone. A source sees what it told, and nothing of another."""

    def __init__(self, most: int = MOST) -> None:
        self._traces: OrderedDict[tuple[str, str], dict[SpanId, SpanId]] = OrderedDict()
        self._most, self._held, self._lock = most, 0, Lock()

    def joined(self, source: str, told: Mapping[SpanId, SpanId], traces: set[str]) -> dict[SpanId, SpanId]:
        """Remember these links; all that are known of these traces, with them."""
        with self._lock:
            for span, above in ((span, above) for span, above in told.items() if all(span)):
                links = self._traces.setdefault((source, span[0]), {})
                self._held += span not in links
                links[span] = above
                self._traces.move_to_end((source, span[0]))
            while self._held > self._most:
                self._held -= len(self._traces.popitem(last=False)[1])
            known = (self._traces.get((source, trace), {}) for trace in traces)
            return {span: above for links in known for span, above in links.items()} | dict(told)
