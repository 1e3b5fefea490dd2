"""Verdicts of 1,000 seeds of the distributions of factors, by true share; and seconds for one comparison.

python -m scripts.bench.verdicts [--seeds 1000]
"""

import argparse
import math
import time
from collections import Counter
from statistics import NormalDist

import numpy as np

from estimator.assessment.uncertainty import DRAWS, Z95, draw
from estimator.catalogue.load import load
from estimator.catalogue.schema import Factor
from estimator.comparison.verdict_rules import OptionPair, compare

SHARES = (0.80, 0.885, 0.90, 0.905, 0.91, 0.915, 0.92, 0.925, 0.93, 0.98, 0.9985, 0.9999, 0.9999996)
SPREADS = (1.6, 1.5, 1.3)  # of three factors of only one of the options: 95 % point over median


def _factor(spread: float) -> Factor:
    """A factor of one with symmetric 5 and 95 % points."""
    bounds = {"id": f"bench/{spread}", "value": 1.0, "low": 1 / spread, "high": spread, "bounds_kind": "p5_p95"}
    return load().factors[0].model_copy(update=bounds | {"quantity": "grid_gwp", "correlation_group": ""})


def main() -> None:
    """Print one line a true share: how many seeds gave each verdict."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1_000)
    seeds = parser.parse_args().seeds
    start = time.perf_counter()
    for share in SHARES:
        sigma = math.hypot(*(math.log(spread) for spread in SPREADS)) / Z95
        center = sigma * NormalDist().inv_cdf(share)
        verdicts: Counter[str] = Counter()
        for seed in range(seeds):
            ratio = math.exp(center) * math.prod(np.asarray(draw(_factor(spread), DRAWS, seed)) for spread in SPREADS)
            verdicts[compare(OptionPair(1.0, ratio, 1.0, math.exp(center))).verdict] += 1
        print(f"{share:.5%}", dict(verdicts))
    print(f"{(time.perf_counter() - start) / seeds / len(SHARES) * 1000:.2f} ms a comparison, its draws included")


if __name__ == "__main__":
    main()
