"""CPU time of one estimate on varied requests, beside EcoLogits in the same run, and of a comparison of 5 options at
20 sites, once tables are loaded.

python -m scripts.bench.estimate [--rounds 7] [--ecologits PYTHON, of an environment where it is installed]
"""

import argparse
import random
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from estimator.assessment.impacts import figure_named
from estimator.catalogue import models
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
ECOLOGITS = """
import logging, random, statistics, time
from ecologits.electricity_mix_repository import electricity_mixes
from ecologits.model_repository import models
from ecologits.tracers.utils import llm_impacts
logging.disable()
chance = random.Random(1)
known = chance.sample([(getattr(m.provider, "value", m.provider), m.name) for m in models.list_models()], 60)
zones, taken = sorted({mix.zone for mix in electricity_mixes.list_electricity_mixes()})[:40], []
for _ in range(450):
    asked = (*chance.choice(known), chance.randint(20, 2000), chance.uniform(1, 20), chance.choice(zones))
    start = time.thread_time()
    llm_impacts(*asked)
    taken.append((time.thread_time() - start) * 1e3)
print(statistics.median(taken[300:]))
"""


def main() -> None:
    """Print medians [ms], and the ratio to EcoLogits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--ecologits", type=Path)
    told = parser.parse_args()
    print(warm_line(told.rounds, told.ecologits))
    scenario = options()
    compare(scenario)
    taken = [cpu_ms(lambda: compare(scenario)) for _ in range(told.rounds)]
    print(f"- {len(scenario.options)} options à {SITES} sites : {statistics.median(taken):.0f} ms")


def warm_line(rounds: int, ecologits: Path | None) -> str:
    """The bar of a warm estimate: medians over rounds that alternate, ours then theirs."""
    chance = random.Random(1)
    named = sorted(m.id for m in models.load().models if m.total_params_b and m.modality in ("text", "multimodal"))
    names, zones = chance.sample(named, 60), [zone for zone in load().zones if len(zone) == 3][:40]

    def one() -> float:
        asked = Request(
            model=chance.choice(names),
            zone=chance.choice(zones),
            output_tokens=chance.randint(20, 2000),
            input_tokens=chance.randint(10, 5000),
        )
        return cpu_ms(lambda: estimate(asked))

    for _ in range(500):
        one()
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(statistics.median(one() for _ in range(150)))
        if ecologits:
            line = [str(ecologits), "-W", "ignore", "-c", ECOLOGITS]
            told = subprocess.run(line, capture_output=True, text=True, check=True).stdout
            theirs.append(float(told.split()[-1]))
    said = f"- `estimate` à chaud, tout varie : {spread(ours)} ms (barre 1)"
    ratios = [a / b for a, b in zip(ours, theirs, strict=False)]
    return said + (f" ; EcoLogits : {spread(theirs)}, rapport {spread(ratios)}" if ratios else "")


def spread(numbers: Sequence[float]) -> str:
    """The median of several rounds, with the least and the most."""
    return f"{statistics.median(numbers):.2f} (de {min(numbers):.2f} à {max(numbers):.2f})"


def cpu_ms(work: Callable[[], object]) -> float:
    """CPU time of a piece of work [ms]."""
    start = time.thread_time()
    work()
    return (time.thread_time() - start) * 1e3


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
        for option in at_hosts(scenario, str(model["id"]), hosts, catalogue, "fr").options
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
