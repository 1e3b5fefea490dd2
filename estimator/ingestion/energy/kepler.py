"""Reader of the metrics of Kepler: energy attributed to the containers of each namespace, between readings."""

from estimator.ingestion.parsing import prometheus
from estimator.ingestion.parsing.energy_counters import Counters, read_counters
from estimator.ingestion.parsing.prometheus import SeriesSample
from estimator.ingestion.reader import Reader, ReadingContext, Trace
from estimator.ledger.read_result import ReadResult

NAME = "kepler"
VERSION = 1
# Each counter with the label of its namespace: since version 0.10 by pod, before by container.
_COUNTERS = {"kepler_pod_cpu_joules_total": "pod_namespace", "kepler_container_joules_total": "container_namespace"}
_ZONES = ("", "package", "dram")  # the other zones are part of these, or include them


def sniff(name: str, head: str) -> bool:
    """Whether a joule counter of Kepler is present."""
    return "kepler_" in head and not _COUNTERS.keys().isdisjoint(prometheus.names(head))


def read(trace: Trace, context: ReadingContext) -> ReadResult:
    """One row a namespace (rule: read_counters). bad_sidecar, broken_metrics."""
    return read_counters(trace, context, _KEPLER)


def _subject(sample: SeriesSample) -> tuple[str, str] | None:
    label = _COUNTERS.get(sample.name)
    if label is None or sample.labels.get("zone", "") not in _ZONES:
        return None
    return sample.labels.get(label, ""), sample.labels.get("node_name", sample.labels.get("instance", ""))


_KEPLER = Counters(
    reader=NAME,
    version=VERSION,
    joules=1.0,
    subject_of=_subject,
    energy=lambda kwh: {"other_energy_kwh": kwh, "other_mode": "mode/unknown"},
    checks=("shared_by_time",),
)
READER = Reader(NAME, VERSION, sniff, read)
