"""The public names of SobrIA, under the name that people install: `from sobria import Request, estimate`."""

from typing import TYPE_CHECKING

from sobria_instrument import instrument as instrument
from sobria_instrument import litellm_callback as litellm_callback

from estimator import __all__ as _shared
from estimator import __getattr__ as __getattr__

if TYPE_CHECKING:
    from estimator import Activity as Activity
    from estimator import Request as Request
    from estimator import SobriaError as SobriaError
    from estimator import Tracker as Tracker
    from estimator import build as build
    from estimator import estimate as estimate
    from estimator import import_paths as import_paths
    from estimator import load_catalogue as load_catalogue
    from estimator import open_current as open_current
    from estimator import replay as replay
    from estimator import tracked as tracked
    from estimator.governance.results_by_use_case import results as results

__all__ = [*_shared, "instrument", "litellm_callback", "results"]  # `estimator.results` is a room


def __dir__() -> list[str]:
    """The public names, which completion offers before their first use."""
    return sorted({*globals(), *__all__})
