"""Estimate requests, drawn from the catalogue with a stated seed."""

import random
from collections.abc import Iterator

SEED, COUNT = 20_261_126, 40


def requests(seed: int, count: int) -> Iterator[list[str]]:
    """Options of `sobria estimate`: models, tokens, places, hardware and electricity of every kind."""
    from estimator.catalogue import models
    from estimator.catalogue.load import load

    chance = random.Random(seed)
    tables = load()
    hosts = sorted(s.id for s in tables.subjects.values() if s.kind == "host")
    cards = sorted(s.id for s in tables.subjects.values() if s.kind == "device")
    names, zones = sorted(m.id for m in models.load().models), sorted(tables.zones)
    for _ in range(count):
        day = f"{chance.randint(2021, 2026)}-{chance.randint(1, 12):02}-15"
        place = ["--zone", chance.choice([*zones, "FRA", "FRA"]), "--host", chance.choice(hosts), "--date", day]
        kind = chance.random()
        if kind < 0.2:
            yield [*place, "--it-energy-kwh", f"{chance.uniform(0.001, 1e5):.6g}"]
        elif kind < 0.35:
            yield [*place, "--device", chance.choice(cards), "--device-hours", f"{chance.uniform(1, 9e3):.6g}"]
        else:
            used = ["--model", chance.choice(names), "--requests", str(chance.randint(1, 10**6))]
            used += ["--output-tokens", str(chance.randint(1, 4000)), "--input-tokens", str(chance.randint(0, 20_000))]
            if chance.random() < 0.5:
                used += ["--concurrency", str(2 ** chance.randint(0, 9))]
            if chance.random() < 0.4:
                used += ["--precision-bits", chance.choice(["4", "8", "16"])]
            if chance.random() < 0.4:
                used += ["--device", chance.choice(cards)]
            yield [*used, *place]
