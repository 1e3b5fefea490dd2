"""The formulas of EcoLogits 0.11.3 for one request to a language model, step by step.

Reference: EcoLogits 0.11.3, impacts/llm.py, functions named in each step. Every function takes and
returns plain numbers; parameters of a model are in billions; [1] is a pure number.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

FILE = "EcoLogits 0.11.3, impacts/llm.py, "


def gpu_energy_per_token(alpha: float, beta: float, gamma: float, batch_size: float, active_parameters: float) -> float:
    """Energy of one card for one output token [kWh/token].

    alpha [Wh/token per 10⁹ parameters], beta [1], gamma [Wh/token], batch_size [1], active_parameters [10⁹].
    """
    return (alpha * math.exp(beta * batch_size) * active_parameters + gamma) / 1000


def gpu_energy(output_tokens: float, energy_per_token: float) -> float:
    """Energy of one card for the whole answer [kWh] from tokens [1] and energy [kWh/token]. Prompt tokens are free."""
    return output_tokens * energy_per_token


def fitted_time_per_token(
    alpha: float, active_parameters: float, beta: float, batch_size: float, gamma: float
) -> float:
    """Time between two tokens by regression [s/token].

    alpha [s/token per 10⁹ parameters], active_parameters [10⁹], beta [s/token], batch_size [1], gamma [s/token].
    """
    return alpha * active_parameters + beta * batch_size + gamma


def stated_time_per_token(tokens_per_second: float) -> float:
    """Time between two tokens [s/token] when the catalogue gives a speed [token/s]."""
    return 1 / tokens_per_second


def generation_time(output_tokens: float, time_per_token: float, first_token: float = 0.0) -> float:
    """Time of the whole answer [s] from tokens [1], time per token [s/token] and time before the first one [s]."""
    return output_tokens * time_per_token + first_token


def generation_latency(generation_time: float, request_latency: float = math.inf) -> float:
    """Time for which the servers are occupied [s]: the computed one, or the measured one if shorter."""
    return min(request_latency, generation_time)


def model_memory(overhead: float, total_parameters: float, quantization_bits: float) -> float:
    """Memory of a model [GB]: overhead [1], total_parameters [10⁹], bits of each [1]."""
    return overhead * total_parameters * quantization_bits / 8


def gpu_count(model_memory: float, gpu_memory: float) -> float:
    """Cards needed for a model [1], rounded up to a power of two, from its memory and that of a card [GB]."""
    return float(2 ** math.ceil(math.log2(math.ceil(model_memory / gpu_memory))))


def server_energy(latency: float, power: float, gpu_count: float, server_gpu_count: float, batch_size: float) -> float:
    """Energy of the server without its cards [kWh]: latency [s], power [kW], cards used and of a server, batch [1]."""
    return (latency / 3600) * power * (gpu_count / server_gpu_count) * (1 / batch_size)


def it_energy(server_energy: float, gpu_count: float, gpu_energy: float) -> float:
    """IT energy of the request [kWh]."""
    return server_energy + gpu_count * gpu_energy


def product(energy: float, factor: float) -> float:
    """Energy [kWh] times a factor per kWh: PUE [1], impact [unit/kWh], water [L/kWh]."""
    return energy * factor


def electricity_water(it_energy: float, pue: float, grid_water: float) -> float:
    """Water of the electricity [L]: it_energy [kWh], pue [1], grid_water [L/kWh]."""
    return it_energy * pue * grid_water


def water(it_energy: float, wue: float, pue: float, grid_water: float) -> float:
    """Water of the request [L]: it_energy [kWh], wue [L/kWh of IT energy], pue [1], grid_water [L/kWh]."""
    return it_energy * (wue + pue * grid_water)


def hardware(server: float, gpu: float, gpu_count: float, server_gpu_count: float) -> float:
    """Embodied impact of the cards used and their share of the server [unit of `server` and `gpu`]; counts are [1]."""
    return (gpu_count / server_gpu_count) * server + gpu_count * gpu


def embodied(latency: float, hardware: float, lifetime: float, batch_size: float) -> float:
    """Share of that impact for the request [unit of `hardware`]: latency and lifetime [s], batch_size [1]."""
    return latency * hardware / (lifetime * batch_size)


def total(use: float, embodied: float) -> float:
    """Use and manufacture together [unit of both]."""
    return use + embodied


@dataclass(frozen=True)
class EcologitsStep:
    """A step of the method: `inputs` are the names of the arguments of `function`, in order.

    text: the same calculation over these names, for the explanation; reference: function of the source.
    """

    name: str
    unit: str
    inputs: tuple[str, ...]
    text: str
    function: Callable[..., float]
    reference: str


def _impact(x: str, unit: str, source: str) -> tuple[EcologitsStep, ...]:
    """Use, embodied and total of one impact category."""
    made, share = f"hardware_{x}", f"embodied_{x}"
    server, gpu = f"server_embodied_{x}", f"gpu_embodied_{x}"
    parts = (server, gpu, "gpu_count", "server_gpu_count")
    text = f"(gpu_count / server_gpu_count) * {server} + gpu_count * {gpu}"
    spread = f"generation_latency * {made} / (server_lifetime * batch_size)"
    held = ("generation_latency", made, "server_lifetime", "batch_size")
    grid = ("site_energy", f"grid_{x}")
    return (
        EcologitsStep(f"use_{x}", unit, grid, f"site_energy * grid_{x}", product, f"{FILE}request_usage_{source}"),
        EcologitsStep(made, unit, parts, text, hardware, f"{FILE}server_gpu_embodied_{source}"),
        EcologitsStep(share, unit, held, spread, embodied, f"{FILE}request_embodied_{source}"),
        EcologitsStep(x, unit, (f"use_{x}", share), f"use_{x} + {share}", total, f"{FILE}compute_llm_impacts"),
    )


ENERGY_PER_TOKEN = EcologitsStep(
    "gpu_energy_per_token",
    "kWh/token",
    ("gpu_energy_alpha", "gpu_energy_beta", "gpu_energy_gamma", "batch_size", "active_parameters"),
    "(gpu_energy_alpha * exp(gpu_energy_beta * batch_size) * active_parameters + gpu_energy_gamma) / 1000",
    gpu_energy_per_token,
    f"{FILE}gpu_energy",
)
GPU_ENERGY = EcologitsStep(
    "gpu_energy",
    "kWh",
    ("output_tokens", "gpu_energy_per_token"),
    "output_tokens * gpu_energy_per_token",
    gpu_energy,
    f"{FILE}gpu_energy",
)
FITTED_TIME = EcologitsStep(
    "time_per_token",
    "s/token",
    ("latency_alpha", "active_parameters", "latency_beta", "batch_size", "latency_gamma"),
    "latency_alpha * active_parameters + latency_beta * batch_size + latency_gamma",
    fitted_time_per_token,
    f"{FILE}generation_latency",
)
STATED_TIME = EcologitsStep(
    "time_per_token",
    "s/token",
    ("tokens_per_second",),
    "1 / tokens_per_second",
    stated_time_per_token,
    f"{FILE}generation_latency",
)
HARDWARE = (
    EcologitsStep(
        "model_memory",
        "GB",
        ("memory_overhead", "total_parameters", "quantization_bits"),
        "memory_overhead * total_parameters * quantization_bits / 8",
        model_memory,
        f"{FILE}model_required_memory",
    ),
    EcologitsStep(
        "gpu_count",
        "1",
        ("model_memory", "gpu_memory"),
        "2 ** ceil(log2(ceil(model_memory / gpu_memory)))",
        gpu_count,
        f"{FILE}gpu_required_count",
    ),
    EcologitsStep(
        "server_energy",
        "kWh",
        ("generation_latency", "server_power", "gpu_count", "server_gpu_count", "batch_size"),
        "generation_latency / 3600 * server_power * (gpu_count / server_gpu_count) * (1 / batch_size)",
        server_energy,
        f"{FILE}server_energy",
    ),
    EcologitsStep(
        "it_energy",
        "kWh",
        ("server_energy", "gpu_count", "gpu_energy"),
        "server_energy + gpu_count * gpu_energy",
        it_energy,
        f"{FILE}request_it_energy",
    ),
)
USE = (
    EcologitsStep("site_energy", "kWh", ("it_energy", "pue"), "it_energy * pue", product, f"{FILE}request_energy"),
    EcologitsStep("onsite_water", "L", ("it_energy", "wue"), "it_energy * wue", product, f"{FILE}request_usage_wcf"),
    EcologitsStep(
        "electricity_water",
        "L",
        ("it_energy", "pue", "grid_water"),
        "it_energy * pue * grid_water",
        electricity_water,
        f"{FILE}request_usage_wcf",
    ),
    EcologitsStep(
        "water",
        "L",
        ("it_energy", "wue", "pue", "grid_water"),
        "it_energy * (wue + pue * grid_water)",
        water,
        f"{FILE}request_usage_wcf",
    ),
    *_impact("gwp", "kgCO2e", "gwp"),
    *_impact("adpe", "kgSbeq", "adpe"),
    *_impact("primary_energy", "MJ", "pe"),
)


def steps_for(known: Iterable[str]) -> tuple[EcologitsStep, ...]:
    """The steps of a request, by which of tokens_per_second, time_to_first_token and request_latency are known."""
    known = set(known)
    time = "output_tokens * time_per_token"
    inputs: tuple[str, ...] = ("output_tokens", "time_per_token")
    if "time_to_first_token" in known:
        time, inputs = f"{time} + time_to_first_token", (*inputs, "time_to_first_token")
    held = "generation_time"
    bounds: tuple[str, ...] = ("generation_time",)
    if "request_latency" in known:
        held, bounds = "min(generation_time, request_latency)", ("generation_time", "request_latency")
    return (
        ENERGY_PER_TOKEN,
        GPU_ENERGY,
        STATED_TIME if "tokens_per_second" in known else FITTED_TIME,
        EcologitsStep("generation_time", "s", inputs, time, generation_time, f"{FILE}generation_latency"),
        EcologitsStep("generation_latency", "s", bounds, held, generation_latency, f"{FILE}generation_latency"),
        *HARDWARE,
        *USE,
    )


def compute(given: Mapping[str, float]) -> dict[str, float]:
    """Every value of a request from its inputs: constants, model, provider, electricity, tokens, latency.

    What needs an input that is not given is absent.
    """
    values = dict(given)
    for step in steps_for(given):
        if all(name in values for name in step.inputs):
            values[step.name] = step.function(*(values[name] for name in step.inputs))
    return values
