"""Reader of the counter that codecarbon pushes to Prometheus: energy of each project, between readings."""

from estimator.ingestion.parsing import prometheus
from estimator.ingestion.parsing.energy_counters import Counters, counter_reader
from estimator.ingestion.parsing.prometheus import SeriesSample
from estimator.ingestion.parsing.row_parts import JOULES_PER_KWH

_COUNTER = "codecarbon_energy_total"  # [kWh]; its gauges are those of the last interval


def sniff(name: str, head: str) -> bool:
    """Whether the counter is present."""
    return _COUNTER in prometheus.names(head)


def _subject(sample: SeriesSample) -> tuple[str, str] | None:
    source = sample.labels.get("instance", sample.labels.get("job", ""))
    return (sample.labels.get("project_name", ""), source) if sample.name == _COUNTER else None


# One row a project; how its energy was read is not said there.
READER = counter_reader(
    "codecarbon_counter", 1, sniff, Counters((_COUNTER,), JOULES_PER_KWH, _subject, "other", "mode/unknown", ())
)
