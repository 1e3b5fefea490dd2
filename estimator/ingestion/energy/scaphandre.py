"""Reader of the metrics of Scaphandre: energy of the whole host by RAPL counters, between readings."""

from estimator.ingestion.parsing import prometheus
from estimator.ingestion.parsing.energy_counters import Counters, read_counters
from estimator.ingestion.parsing.prometheus import SeriesSample
from estimator.ingestion.reader import Reader, ReadingContext, Trace
from estimator.ledger.read_result import ReadResult

NAME = "scaphandre"
VERSION = 1
_COUNTER = "scaph_host_energy_microjoules"


def sniff(name: str, head: str) -> bool:
    """Whether the host counter is present."""
    return _COUNTER in head and _COUNTER in prometheus.names(head)


def read(trace: Trace, context: ReadingContext) -> ReadResult:
    """One row a host (rule: read_counters); the process counters are part of it. bad_sidecar, broken_metrics."""
    return read_counters(trace, context, _SCAPHANDRE)


def _subject(sample: SeriesSample) -> tuple[str, str] | None:
    return ("", sample.labels.get("instance", "")) if sample.name == _COUNTER else None


_SCAPHANDRE = Counters(
    reader=NAME,
    version=VERSION,
    joules=1e-6,
    subject_of=_subject,
    energy=lambda kwh: {"cpu_energy_kwh": kwh, "cpu_mode": "mode/rapl", "scope": "machine"},
    checks=("processor_only",),
)
READER = Reader(NAME, VERSION, sniff, read)
