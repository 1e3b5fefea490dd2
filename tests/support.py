"""What several tests need: factors made for the occasion, cells, small ledgers."""

import asyncio
import hashlib
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from estimator.activity import Activity
from estimator.binding import Bound
from estimator.building import Built, build
from estimator.catalogue import Factor, load
from estimator.ledger import Ledger
from estimator.ledger_formulas import ledger_factors
from estimator.reading import Build

T = TypeVar("T")


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
    for index, name in enumerate(ledger_factors()):
        quantity = load().quantities[name]
        low, high = max(quantity.floor, quantity.ceiling * 1e-5), quantity.ceiling
        value = values.get(quantity.id, min(max(low * (1.5 + 0.1 * index), low * spread), high / spread))
        item = factor(quantity.id, value, max(value / spread, quantity.floor), min(value * spread, high))
        found[quantity.id] = Bound(quantity.id, "test", item)
    return found


NUMBERS = count()


def moment(text: str) -> int:
    """Microseconds of a UTC date such as 2026-01-31T23:00:00."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


def activity(start: str = "2026-03-01T10:00:00", hours: float = 1.0, **more: object) -> Activity:
    """A run in France on a server of unknown hosting, 1 kWh read from an unknown meter, unless said otherwise."""
    start_us = moment(start)
    end_us = start_us + round(hours * 3.6e9)
    months = [int(datetime.fromtimestamp(us / 1e6, UTC).strftime("%Y%m")) for us in (start_us, end_us)]
    fields: dict[str, object] = {
        "row_id": hashlib.blake2b(str(next(NUMBERS)).encode(), digest_size=16).hexdigest(),
        "start_us": start_us,
        "end_us": end_us,
        "start_month": months[0],
        "end_month": months[1],
        "duration_s": hours * 3600,
        "time_basis": "offset",
        "file_name": "test.csv",
        "file_sha": "0",
        "line": 2,
        "reader": "test",
        "reader_version": 1,
        "service_key": "essai",
        "zone": "FRA",
        "host": "class/server-unknown",
        "machine": "machine/rack-server",
        "cpu_energy_kwh": 1.0,
        "cpu_mode": "mode/unknown",
        "machine_hours": hours,
        "resource_share": 1.0,
    }
    fields |= more
    fields.setdefault("run_key", fields["row_id"])
    return Activity.model_validate(fields)


def built(home: Path, *rows: Activity) -> Build:
    """The build of a ledger that holds these rows."""
    Ledger(home).append(rows, [])
    made: Built = build(home)
    return Build(made.path)


def waited(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine, run in a thread of its own: browser tests leave a loop running in theirs."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()
