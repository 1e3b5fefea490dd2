"""One use, one figure: what an option of a comparison shows is what `estimate` answers for the same use."""

import random

import numpy as np
import pytest

from estimator.assessment.evaluation import values_of
from estimator.assessment.impacts import FIGURES, amounts
from estimator.catalogue import models
from estimator.catalogue.load import load
from estimator.comparison.comparison import pair_of
from estimator.workloads.estimate import estimate
from estimator.workloads.inference.serving import size_of
from estimator.workloads.request import Request
from tests.comparison.test_compare import DAY, option, worked
from tests.core.test_numbers import spaced

USES = 200
VOLUME = 1000  # of the need that `worked` compares for


def random_uses() -> list[dict[str, object]]:
    draw = random.Random(43)
    texts = sorted(m.id for m in models.load().models if m.modality == "text" and size_of(m))
    hosts = sorted(s.id for s in load().subjects.values() if s.kind == "host")
    return [
        {
            "model": draw.choice(texts),
            "host": draw.choice(hosts),
            "zone": "FRA",
            "output_tokens": draw.randint(1, 4000),
            "input_tokens": draw.randint(0, 9000),
        }
        for _ in range(USES)
    ]


def test_an_option_shows_the_figures_of_an_estimate_of_the_same_use() -> None:
    """Centre, interval and exact value, of every figure, to 1e-9: the draws of a factor are its own, whoever asks."""
    for use in random_uses():
        work = worked(option("a", use=use))
        found = amounts(work.evaluated["a"].built.groups, FIGURES)
        alone = estimate(Request(**use, requests=VOLUME, day=DAY)).indicators
        for name, amount in found.items():
            for end in ("low", "central", "high", "at_factor_values"):
                assert amount[end] == pytest.approx(alone[name][end], rel=1e-9), (use, name, end)


def flight_told(work, name: str) -> list[str]:  # type: ignore[no-untyped-def]
    return [w["fr"] for w in work.evaluated[name].built.warnings if w["code"].startswith("flight")]


def test_one_model_at_two_hosts_of_a_class_differs_by_the_sites_only() -> None:
    """The same requests in flight in every draw: electricity of the equipment is the same, that of the sites is in the
    ratio of their PUE."""
    use = {"model": "mistral-small-latest"}
    hosts = {"paris": "scaleway/fr-par-1", "dc2": "scaleway/dc2"}
    work = worked(*(option(name, use=use | {"host": host}) for name, host in hosts.items()))
    sides = [work.evaluated[name].built.groups[0] for name in hosts]
    energies = [values_of(group, "draws")["it_energy"] for group in sides]
    assert np.array_equal(*energies)
    assert flight_told(work, "paris") == flight_told(work, "dc2")


def test_one_model_at_hosts_of_two_classes_says_what_is_supposed_at_each() -> None:
    """256 requests at a time at a large provider, one at a desk: the difference is said beside both."""
    use = {"model": "mistral-small-latest", "zone": "FRA"}
    work = worked(
        option("large", use=use | {"host": "class/hyperscale"}), option("desk", use=use | {"host": "class/desk"})
    )
    (large,), (desk,) = flight_told(work, "large"), flight_told(work, "desk")
    assert "256 à la fois (de 64 à 1 024)" in spaced(large) and "1 à la fois (de 1 à 2)" in spaced(desk)
    pair = pair_of(work, "desk", "large")
    assert pair.verdict == "lower_mostly" and pair.lower == "large"
