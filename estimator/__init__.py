"""SobrIA's estimator: electricity, water, metals and greenhouse gases of AI workloads, with the proof of each figure.

>>> from estimator import Request, estimate
>>> answer = estimate(Request(it_energy_kwh=100, zone="FRA", pue=1.5, wue=0.4))
>>> answer["indicators"]["water"]["onsite"]["central"]
40.0
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from estimator.assessment.explanation import replay
    from estimator.catalogue.load import load as load_catalogue
    from estimator.core.errors import SobriaError
    from estimator.ingestion.importing import import_paths
    from estimator.ledger.rows import Activity
    from estimator.results.making import build
    from estimator.results.reading import open_current
    from estimator.tracking.tracker import Tracker, tracked
    from estimator.workloads.estimate import estimate
    from estimator.workloads.request import Request

_HOMES = {
    "Activity": "ledger.rows",
    "build": "results.making",
    "load_catalogue": "catalogue.load:load",
    "SobriaError": "core.errors",
    "Request": "workloads.request",
    "estimate": "workloads.estimate",
    "replay": "assessment.explanation",
    "import_paths": "ingestion.importing",
    "open_current": "results.reading",
    "results": "governance.results_by_use_case",  # in `sobria` alone: here it is the name of a room
    "Tracker": "tracking.tracker",
    "tracked": "tracking.tracker",
}
__all__ = [
    "Activity",
    "Request",
    "SobriaError",
    "Tracker",
    "build",
    "estimate",
    "import_paths",
    "load_catalogue",
    "open_current",
    "replay",
    "tracked",
]


def __getattr__(name: str) -> Any:
    """Public names are imported on first use, so that `import estimator` is fast."""
    if name not in _HOMES:
        raise AttributeError(f"module 'estimator' has no attribute {name!r}")
    module, _, inner = _HOMES[name].partition(":")
    return getattr(import_module(f"estimator.{module}"), inner or name)


def __dir__() -> list[str]:
    """The public names, which completion offers before their first use."""
    return sorted({*globals(), *__all__})
