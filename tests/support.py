"""What several tests need: factors made for the occasion, cells, small ledgers."""

from estimator.binding import Bound
from estimator.catalogue import Factor, load


def factor(name: str, value: float, low: float, high: float, **more: object) -> Factor:
    """A factor of the quantity `name` that exists for a test only."""
    fields: dict[str, object] = {field: "" for field in Factor.model_fields}
    fields |= {
        "id": f"test/{name}",
        "quantity": name,
        "subject": "test",
        "role": "default",
        "unit": "1",
        "source": "test",
    }
    fields |= {"value": value, "low": low, "high": high, "bounds_kind": "min_max", "quality": "1/1/1/1", "locator": "-"}
    fields |= {"valid_from": None, "valid_to": None, "review_by": None, "missing_reason": None}
    return Factor.model_validate(fields | more)


def bounds_of(spread: float = 1.2, **values: float) -> dict[str, Bound]:
    """Every factor quantity bound to an arbitrary value within its plausible range, bounds at × and ÷ spread."""
    found = {}
    for index, quantity in enumerate(q for q in load().quantities.values() if q.kind == "factor"):
        low, high = max(quantity.floor, quantity.ceiling * 1e-5), quantity.ceiling
        value = values.get(quantity.id, min(max(low * (1.5 + 0.1 * index), low * spread), high / spread))
        item = factor(quantity.id, value, max(value / spread, quantity.floor), min(value * spread, high))
        found[quantity.id] = Bound(quantity.id, "test", item)
    return found
