"""What is read over HTTP of a home, by address: its metrics, its API, the document of that API."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from prometheus_client import CollectorRegistry

from estimator.core.interval import json_text
from estimator.ingestion.http.endpoints import Reading, Reply
from estimator.reporting.exports.api import ADDRESSES, PREFIX, NothingAsked, answer, asked_of
from estimator.reporting.exports.current import CurrentResults
from estimator.reporting.exports.metrics import ResultMetrics, metrics_text
from estimator.reporting.exports.openapi import openapi


def readings(home: Path, counters: CollectorRegistry) -> dict[str, Reading]:
    """The answer of each address to the query of a request. counters: those of the server, told with the metrics.

    A reading raises SobriaError: api_query, api_missing, nothing_built, number_unknown, figure_unknown,
    api_number, build_locked, results_preparing.
    """
    results = CurrentResults(home)
    counters.register(ResultMetrics(results))
    return {
        "/metrics": _unasked(lambda: metrics_text(counters)),
        f"{PREFIX}/openapi.json": _unasked(lambda: Reply(json_text(openapi()))),
        **{path: partial(answer, results, address) for path, address in ADDRESSES.items()},
    }


def _unasked(told: Callable[[], Reply]) -> Reading:
    """A reading of which nothing is asked. api_query."""

    def reading(query: Mapping[str, str]) -> Reply:
        asked_of(NothingAsked, query)
        return told()

    return reading
