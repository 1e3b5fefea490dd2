"""Reader of the metrics of Kepler: energy attributed to the containers of each namespace, between readings."""

from estimator.ingestion.parsing import prometheus
from estimator.ingestion.parsing.energy_counters import Counters, counter_reader
from estimator.ingestion.parsing.prometheus import SeriesSample

# Each counter with the label of its namespace: since version 0.10 by pod, before by container.
_COUNTERS = {"kepler_pod_cpu_joules_total": "pod_namespace", "kepler_container_joules_total": "container_namespace"}
_ZONES = ("", "package", "dram")  # the other zones are part of these, or include them
_NAMES = tuple(f'{name}{{zone="{zone}"}}' for name in _COUNTERS for zone in _ZONES[1:])


def sniff(name: str, head: str) -> bool:
    """Whether a joule counter of Kepler is present."""
    return "kepler_" in head and not _COUNTERS.keys().isdisjoint(prometheus.names(head))


def _subject(sample: SeriesSample) -> tuple[str, str] | None:
    label = _COUNTERS.get(sample.name)
    if label is None or sample.labels.get("zone", "") not in _ZONES:
        return None
    return sample.labels.get(label, ""), sample.labels.get("node_name", sample.labels.get("instance", ""))


# One row a namespace.
READER = counter_reader(
    "kepler",
    1,
    sniff,
    Counters(_NAMES, 1.0, _subject, component="other", mode="mode/unknown", checks=("shared_by_time",)),
)
