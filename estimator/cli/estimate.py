"""`sobria estimate`: every field of a request as an option."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

import typer

from estimator.cli.text import Json, show
from estimator.cli.usage import Usage

OF_ECOLOGITS = {
    "provider",
    "model",
    "output_tokens",
    "zone",
    "latency_s",
}  # what its method reads, whatever else is said
OF_EVERY = {"method", "explain", "json_"}


def estimate(
    context: typer.Context,
    it_energy_kwh: Annotated[float | None, typer.Option(help="it_energy")] = None,
    zone: Annotated[str | None, typer.Option(help="zone")] = None,
    date: Annotated[datetime | None, typer.Option(help="date", formats=["%Y-%m-%d"])] = None,
    host: Annotated[str | None, typer.Option(help="host")] = None,
    pue: Annotated[float | None, typer.Option(help="pue")] = None,
    wue: Annotated[float | None, typer.Option(help="wue")] = None,
    wue_basis: Annotated[Literal["it", "site"], typer.Option(help="wue_basis")] = "it",
    device: Annotated[str | None, typer.Option(help="device")] = None,
    device_hours: Annotated[float | None, typer.Option(help="device_hours")] = None,
    resource_share: Annotated[float | None, typer.Option(help="resource_share")] = None,
    lifetime_years: Annotated[float | None, typer.Option(help="lifetime_years")] = None,
    occupancy: Annotated[float | None, typer.Option(help="occupancy")] = None,
    data_gb: Annotated[float | None, typer.Option(help="data_gb")] = None,
    method: Annotated[Literal["sobria", "ecologits-0.11.3"], typer.Option(help="method")] = "sobria",
    provider: Annotated[str | None, typer.Option(help="provider")] = None,
    model: Annotated[str | None, typer.Option(help="model")] = None,
    task: Annotated[str | None, typer.Option(help="task")] = None,
    product: Annotated[str | None, typer.Option(help="product")] = None,
    seats: Annotated[float, typer.Option(help="seats")] = 1.0,
    seat_days: Annotated[float, typer.Option(help="seat_days")] = 365.0,
    active_share: Annotated[float | None, typer.Option(help="active_share")] = None,
    output_tokens: Annotated[float | None, typer.Option(help="output_tokens")] = None,
    latency_s: Annotated[float | None, typer.Option(help="latency_s")] = None,
    input_tokens: Annotated[float | None, typer.Option(help="input_tokens")] = None,
    requests: Annotated[float, typer.Option(help="requests")] = 1.0,
    concurrency: Annotated[float | None, typer.Option(help="concurrency")] = None,
    precision_bits: Annotated[float | None, typer.Option(help="precision_bits")] = None,
    cached_tokens: Annotated[float, typer.Option(help="cached_tokens")] = 0.0,
    reasoning_tokens: Annotated[float, typer.Option(help="reasoning_tokens")] = 0.0,
    images: Annotated[float | None, typer.Option(help="images")] = None,
    image_side: Annotated[float | None, typer.Option(help="image_side")] = None,
    videos: Annotated[float | None, typer.Option(help="videos")] = None,
    audio_s: Annotated[float | None, typer.Option(help="audio_s")] = None,
    device_count: Annotated[float | None, typer.Option(help="device_count")] = None,
    load: Annotated[float | None, typer.Option(help="load")] = None,
    network: Annotated[str | None, typer.Option(help="network")] = None,
    storage_tb_months: Annotated[float | None, typer.Option(help="storage_tb_months")] = None,
    storage: Annotated[str | None, typer.Option(help="storage")] = None,
    documents: Annotated[float | None, typer.Option(help="documents")] = None,
    document_tokens: Annotated[float | None, typer.Option(help="document_tokens")] = None,
    query_tokens: Annotated[float | None, typer.Option(help="query_tokens")] = None,
    embedding_model: Annotated[str | None, typer.Option(help="embedding_model")] = None,
    reindexings: Annotated[float | None, typer.Option(help="reindexings")] = None,
    changed_share: Annotated[float | None, typer.Option(help="changed_share")] = None,
    rerank_model: Annotated[str | None, typer.Option(help="rerank_model")] = None,
    passages: Annotated[float | None, typer.Option(help="passages")] = None,
    passage_tokens: Annotated[float | None, typer.Option(help="passage_tokens")] = None,
    training_kwh: Annotated[float | None, typer.Option(help="training_kwh")] = None,
    training_device: Annotated[str | None, typer.Option(help="training_device")] = None,
    training_device_hours: Annotated[float | None, typer.Option(help="training_device_hours")] = None,
    training_load: Annotated[float | None, typer.Option(help="training_load")] = None,
    training_extra: Annotated[float, typer.Option(help="training_extra")] = 1.0,
    training_zone: Annotated[str | None, typer.Option(help="training_zone")] = None,
    training_host: Annotated[str | None, typer.Option(help="training_host")] = None,
    uses: Annotated[float | None, typer.Option(help="uses")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="explain_steps")] = False,
    json_: Json = False,
) -> None:
    _answer(context, **{name: value for name, value in locals().items() if name != "context"})


def _answer(context: typer.Context, **stated: Any) -> None:
    """The estimate of the options that were stated, by the method that one of them names."""
    from estimator.builds.current import own_of
    from estimator.cli.estimate_text import estimate_text
    from estimator.workloads.estimate import estimate as answer
    from estimator.workloads.request import Request, request_from, retrieval, training

    given = {name: value for name, value in stated.items() if name in Request.model_fields}
    _refuse_unread(context, stated)
    if stated["method"] == "sobria":
        home = context.obj["home"]  # opened first: it may name the host
        more = {"retrieval": retrieval(stated), "training": training(stated)}
        request = request_from(**given, **more, day=stated["date"].date() if stated["date"] else None)
        found = answer(request, own=own_of(home) if stated["model"] else None, home=home)
        body = found.as_dict() if stated["json_"] or stated["explain"] else found.as_told()
    else:
        from estimator.workloads.ecologits.estimate import estimate_ecologits

        provider, model, written = wanted = [stated[name] for name in ("provider", "model", "output_tokens")]
        if None in wanted:
            raise Usage("method_wants", method=stated["method"])
        body = estimate_ecologits(provider, model, written, stated["zone"], stated["latency_s"])
    show(body, stated["json_"], lambda: estimate_text(body, context.obj["lang"], stated["explain"]))


def _refuse_unread(context: typer.Context, stated: Mapping[str, Any]) -> None:
    """Refuse the options that were typed and that the method does not read."""
    ours = stated["method"] == "sobria"
    read = OF_EVERY | (stated.keys() - {"latency_s"} if ours else OF_ECOLOGITS)
    sources = {name: context.get_parameter_source(name) for name in stated.keys() - read}
    typed = [name for name in stated if (source := sources.get(name)) and source.name == "COMMANDLINE"]
    if unread := [f"--{name}".replace("_", "-") for name in typed]:
        raise Usage("method_unread", method=stated["method"], options=", ".join(unread))
