"""How the model of a published case is served: its size, its name in the measurements, what is left out."""

from dataclasses import replace
from functools import cache

from estimator.catalogue import models
from estimator.core.errors import sentences
from estimator.workloads.inference.measurements import TokenTables
from estimator.workloads.inference.measurements import load as measured_tables
from estimator.workloads.inference.serving import ModelSize, Serving, flight_at, size_of
from estimator.workloads.published_case import Workload
from estimator.workloads.validation.case_tables import CaseTables


class NotEstimable(Exception):
    """A figure that cannot be computed: the code of its reason, a key of [missing] or of [models]."""

    def __init__(self, code: str, sentences: dict[str, str] | None = None) -> None:
        self.code = code
        self.sentences = sentences
        super().__init__(code)


def case_serving(workload: Workload, accelerator: str | None, place: str, tables: CaseTables) -> Serving:
    """How the model of a case is served; arrivals per second settle the requests in flight (Little's law)."""
    known = models.known(workload.model)
    serving = Serving(
        known.id if known else workload.model or "uncatalogued",
        case_size(workload),
        measured_name(workload.model),
        accelerator,
        workload.device_count,
        workload.precision_bits,
        workload.concurrency,
        place,
        workload.task or "lm-arena-chat",
    )
    if workload.concurrency is None and workload.request_rate_per_s and workload.output_tokens:
        per_second = workload.request_rate_per_s * workload.output_tokens
        return replace(serving, flight=flight_at(serving, per_second, tables.catalogue, tables.today))
    return serving


def case_size(workload: Workload) -> ModelSize:
    """Parameters as stated, else those of the catalogue of models. NotEstimable when neither knows."""
    known = models.known(workload.model)
    found = size_of(known) if known else None
    if workload.total_params_b is None:
        if found is None:
            code = models.size(known).reason or "no_model_size" if known else "no_model_size"
            raise NotEstimable(code, sentences("models", code) if code != "no_model_size" else None)
        return found
    total, active = workload.total_params_b, workload.active_params_b
    if active is None and found is not None and found.active[1] <= total:
        return ModelSize((total, total, total), found.active, found.guessed)
    return ModelSize((total, total, total), (active or total, active or total, active or total))


def embeds(workload: Workload) -> bool:
    """Whether the model of a case reads and writes nothing: it makes vectors, or orders texts."""
    known = models.known(workload.model)
    return workload.output_tokens == 0 or (known is not None and known.modality == "embedding")


@cache
def measured_name(model: str | None) -> str | None:
    """The name of a model in the measured configurations."""
    if measured_tables().architecture(model):
        return model
    known = models.known(model)
    names = {row.model for row in measured_tables().rows}
    return next((n for n in sorted(names) if known and models.known(n) == known), None)


def measured_table(model: str | None, leave_out: str | None, without: frozenset[str]) -> TokenTables:
    """The measured configurations without these sources, nor the architecture of this model where that is left out."""
    architecture = measured_tables().architecture(measured_name(model)) if leave_out == "architecture" else None
    return _reduced(architecture, without)


@cache
def _reduced(architecture: str | None, without: frozenset[str]) -> TokenTables:
    table = measured_tables()
    table = table.left_out(architecture) if architecture else table
    for source in sorted(without):
        table = table.without(source)
    return table
