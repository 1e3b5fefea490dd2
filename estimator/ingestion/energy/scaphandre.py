"""Reader of the metrics of Scaphandre: energy of the whole host by RAPL counters, between readings."""

from estimator.ingestion.parsing import prometheus
from estimator.ingestion.parsing.energy_counters import Counters, counter_reader
from estimator.ingestion.parsing.prometheus import SeriesSample

_COUNTER = "scaph_host_energy_microjoules"


def sniff(name: str, head: str) -> bool:
    """Whether the host counter is present."""
    return _COUNTER in head and _COUNTER in prometheus.names(head)


def _subject(sample: SeriesSample) -> tuple[str, str] | None:
    return ("", sample.labels.get("instance", "")) if sample.name == _COUNTER else None


# One row a host; the process counters are part of it.
READER = counter_reader(
    "scaphandre",
    1,
    sniff,
    Counters((_COUNTER,), 1e-6, _subject, "cpu", "mode/rapl", checks=("processor_only",), fields={"scope": "machine"}),
)
