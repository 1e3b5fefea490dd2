"""Time of one estimate with its explanation, and of a comparison of 5 options at 20 sites, once tables are loaded.

python -m scripts.bench.estimate [--runs 200]
"""

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import date

import numpy as np

from estimator.assessment.impacts import figure_named
from estimator.catalogue.load import load
from estimator.comparison.comparison import INDICATORS, Comparator, pair_of
from estimator.comparison.option_inventory import ComparisonContext
from estimator.comparison.scenario import Scenario, scenario_of
from estimator.comparison.site_comparison import at_hosts
from estimator.workloads.estimate import estimate
from estimator.workloads.request import Request

DAY = date(2026, 6, 1)
MODELS = ("qwen3-8b", "mistral-small-latest", "llama-3.3-70b-instruct", "gpt-4o", "mistral-large-latest")
SITES = 20


def main() -> None:
    """Print medians [ms] and the ratio to a plain copy of one set of draws."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    runs = parser.parse_args().runs
    draws = np.ones(10_000)
    base = median(lambda: draws.copy(), runs)
    energy = Request(it_energy_kwh=100, zone="FRA", pue=1.5, wue=0.4)
    served = Request(model="qwen3-8b", device="gpu/h100", concurrency=64, zone="FRA", output_tokens=400, requests=1000)
    for name, asked in (("energy given", energy), ("tokens of a model", served)):
        taken = median(lambda asked=asked: estimate(asked), runs)  # type: ignore[misc]
        print(f"estimate, {name}: {taken:.2f} ms ({taken / base:.0f} copies of 10,000 numbers)")
    scenario = options()
    work: Callable[[], None] = lambda: compare(scenario)  # noqa: E731
    print(f"{len(scenario.options)} options at sites: {median(work, 5):.0f} ms")


def median(work: Callable[[], object], runs: int) -> float:
    """Median time of a piece of work, after one run that fills the caches [ms]."""
    work()
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1e3)
    return statistics.median(taken)


def options() -> Scenario:
    """Five models at twenty sites."""
    catalogue = load()
    hosts = [s.id for s in catalogue.subjects.values() if s.kind == "host" and s.zone][:SITES]
    base = [{"id": "sans-ia", "label": "sans IA", "method": "none", "status": "not_studied"}]
    models = [
        {"id": f"m{n}", "label": name, "method": "model", "quality": {"value": 0.9}, "use": {"model": name}}
        for n, name in enumerate(MODELS)
    ]
    need = {"unit": "une réponse", "volume": 1e5, "input_tokens": 800, "output_tokens": 300}
    scenario = scenario_of({"title": "banc", "day": DAY, "need": need, "options": base + models})
    placed = [
        option.model_copy(update={"id": f"{model['id']}-{option.id}"})
        for model in models
        for option in at_hosts(scenario, str(model["id"]), hosts, catalogue).options
    ]
    return scenario.model_copy(update={"options": (scenario.options[0], *placed)})


def compare(scenario: Scenario) -> None:
    """Draws of every option on every indicator, and each option against the reference on electricity."""
    work = Comparator(scenario, ComparisonContext(load(), DAY))
    for evaluated in work.evaluated.values():
        for name in INDICATORS:
            figure = figure_named(name)
            assert figure is not None
            evaluated.side.drawn(figure)
    reference = work.reference()
    assert reference is not None
    for name in work.evaluated:
        if name != reference:
            pair_of(work, reference, name)


if __name__ == "__main__":
    main()
