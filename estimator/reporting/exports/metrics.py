"""The results of a home as gauges: for Prometheus, beside the counters of the collector, and for OpenTelemetry."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector as MetricSource

from estimator.assessment.impacts import FIGURES, SUPPLEMENTARY
from estimator.catalogue.published_figures import figure_label
from estimator.core.errors import LANGUAGES, SobriaError, say
from estimator.core.language import OF_PROGRAMS
from estimator.governance.indicators.told_results import ToldResults
from estimator.ingestion.http.endpoints import Reply
from estimator.reporting.exports.current import CurrentResults
from estimator.reporting.exports.electricity_by_place import place_of, proof_shares_by_place, unknown_runs_by_place
from estimator.reporting.summary.standing import outside_text
from estimator.results.totals import Outside

LEVELS, BOUNDS = ("total", "service"), ("low", "central", "high")
IMPACTS = FIGURES + SUPPLEMENTARY
ABOUT = ("impact", "level", "service")
RATIO = "1"  # unit of a share, of a count, and of what only says that it is there


class ResultMetrics(MetricSource):
    """Gauges of the current build. A value that is not known is absent, never 0, and `sobria_unknown` says why."""

    def __init__(self, results: CurrentResults) -> None:
        self._results = results

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Every gauge; none where nothing was built yet."""
        try:
            yield from self._results.read(_gauges)
        except SobriaError as error:
            if error.code != "nothing_built":
                raise


def metrics_text(registry: CollectorRegistry) -> Reply:
    """What Prometheus scrapes: the counters of this process, and the gauges of the current build."""
    return Reply(generate_latest(registry).decode(), CONTENT_TYPE_LATEST)


def opentelemetry(told: ToldResults, lang: str) -> bytes:
    """The same gauges as OpenTelemetry metrics, in JSON, as a collector takes them at `/v1/metrics`: of the day of the
    build, each with its unit."""
    at = str(int(datetime.fromisoformat(told.build.meta["made_at"]).timestamp() * 1e9))
    metrics = []
    for gauge in (gauge for gauge in _gauges(told) if gauge.samples):
        points = [_attributes(one.labels) | {"timeUnixNano": at, "asDouble": one.value} for one in gauge.samples]
        about = {"name": gauge.name, "description": gauge.documentation, "unit": gauge.unit}
        metrics.append(about | {"gauge": {"dataPoints": points}})
    scope = {"scope": {"name": "sobria", "version": told.build.meta["formulas_version"]}, "metrics": metrics}
    marks = {"mark": sample_mark(told, lang), "lacks_rows": lost_text(told, lang)}
    resource = _attributes({"service.name": "sobria"} | {name: text for name, text in marks.items() if text})
    export = {"resourceMetrics": [{"resource": resource, "scopeMetrics": [scope]}]}
    return json.dumps(export, ensure_ascii=False).encode()


def sample_mark(told: ToldResults, lang: str) -> str:
    """What says that a home is made up; empty for any other."""
    return say("report", "mark", lang) if told.build.sample else ""


def lost_text(told: ToldResults, lang: str) -> str:
    """What says that the ledger lacks rows; empty where it has all."""
    return outside_text(Outside(lacks_rows=told.build.lacks_rows), lang)


def _attributes(told: Mapping[str, str]) -> dict[str, Any]:
    return {"attributes": [{"key": name, "value": {"stringValue": text}} for name, text in told.items()]}


def _gauges(told: ToldResults) -> list[GaugeMetricFamily]:
    """Each impact by service and in all, with its bounds and coverage; the proof of the electricity; the build."""
    values = {figure.id: _impact_gauge(figure.id, figure.unit) for figure in IMPACTS}
    covered, unknown = _gauge("covered_ratio", ABOUT), _gauge("unknown", (*ABOUT, "reason"))
    proofs = _gauge("proof_ratio", ("level", "service", "proof"))
    runs, rounded, rough = (_gauge(name, ABOUT[1:]) for name in ("unknown_runs", "rounded", "covered_roughly"))
    build = _gauge("build_info", ("build", "factors", "mark"))
    shares, left_out = proof_shares_by_place(told), unknown_runs_by_place(told)
    for row in told.table.to_pylist():
        impact, place = row["impact"], [row["level"], row["service"] or ""]
        if row["level"] not in LEVELS or impact not in values:
            continue
        if impact == "energy":
            for proof, share in shares.get((place_of(row), impact), {}).items():
                proofs.add_metric([*place, proof], share)
            if (count := left_out[place_of(row)]) is not None:
                runs.add_metric(place, count)
            rounded.add_metric(place, told.is_rounded(row))
            rough.add_metric(place, told.is_rough(row))
        if row["missing"]:
            unknown.add_metric([impact, *place, row["missing"]], 1)
            continue
        if row["coverage"] is not None:
            covered.add_metric([impact, *place], row["coverage"])
        for bound in BOUNDS:
            values[impact].add_metric([*place, bound], row[bound])
    mark = " / ".join(sample_mark(told, lang) for lang in LANGUAGES) if told.build.sample else ""
    build.add_metric([told.build.id, told.build.factors_version, mark], 1)
    withheld, lacking = _gauge("withheld", ()), _gauge("lacks_rows", ())
    withheld.add_metric([], bool(told.withheld))
    lacking.add_metric([], told.build.lacks_rows)
    return [*values.values(), covered, rough, unknown, runs, rounded, proofs, build, withheld, lacking]


def _impact_gauge(impact: str, unit: str) -> GaugeMetricFamily:
    """« sobria_gwp_kgco2e »."""
    name = f"sobria_{impact}_{unit}".replace(".", "_").lower()
    help = say("metrics", "impact", OF_PROGRAMS, figure=figure_label(impact, OF_PROGRAMS), unit=unit)
    gauge = GaugeMetricFamily(name, help, labels=("level", "service", "bound"))
    gauge.unit = unit  # given at once, it would end the name a second time
    return gauge


def _gauge(name: str, labels: Sequence[str]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(f"sobria_{name}", say("metrics", name, OF_PROGRAMS), labels=labels)
    gauge.unit = RATIO
    return gauge
