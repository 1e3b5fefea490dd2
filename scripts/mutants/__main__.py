"""Draws small mutations among the lines that the tests execute, makes each in a copy, prints those that no test sees.

python -m scripts.mutants [--seed N] [--count 120]

As many of each family (see scripts/mutants/mutations.py), in the Python and SQL files of the rooms that make figures.
A mutation is killed when a test fails, of its room or of those that use it, or runs far beyond its time. Exit 1 when
one survives.
"""

import argparse
import random
import sys
import tempfile
from functools import partial
from itertools import zip_longest
from pathlib import Path

from scripts.messages import ROOT
from scripts.mutants.mutations import FAMILIES
from scripts.mutants.trial import Copies, MutationTrial, candidates, recorded, tests_of, tried


def main() -> int:
    """Print the account of the trials."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--count", type=int, default=120)
    options = parser.parse_args()
    return run(ROOT, options.seed, options.count)


def run(root: Path, seed: int, count: int) -> int:
    """The same on any checkout."""
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        copies = Copies(root, Path(folder))
        runs = list(copies.each(recorded, tests_of(root)))
        everything = candidates(root, runs)
        trials = drawn(everything, seed, count)
        print(f"{len(trials)} mutations of {len(everything)}, {len(runs)} test files", flush=True)
        done = []
        for number, trial in enumerate(copies.each(partial(tried, runs=runs), trials), start=1):
            done.append(trial)
            print(f"{number:3} {text(trial)}", flush=True)
    survivors = [trial for trial in done if trial.verdict == "SURVIVED"]
    killed = len(done) - len(survivors)
    print(*("", "survivors:", *map(text, survivors)), sep="\n")
    print(f"killed {killed} of {len(done)} ({100 * killed / len(done):.0f} %), seed {seed}")
    return 1 if survivors else 0


def drawn(trials: list[MutationTrial], seed: int, count: int) -> list[MutationTrial]:
    """As many of each family as there are, in turn."""
    chance = random.Random(seed)
    families = [[trial for trial in trials if trial.mutation.family == name] for name in FAMILIES]
    shuffled = [chance.sample(family, len(family)) for family in families]
    return [trial for turn in zip_longest(*shuffled) for trial in turn if trial][:count]


def text(trial: MutationTrial) -> str:
    """One line: where, what, and by what it was killed."""
    mutation = trial.mutation
    change = " ".join(f"{mutation.before} → {mutation.after or '(nothing)'}".split())
    return f"{trial.file}:{mutation.line}  {mutation.family}: {change}  {trial.verdict}"


if __name__ == "__main__":
    sys.exit(main())
