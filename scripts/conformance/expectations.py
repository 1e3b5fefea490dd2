"""What EcoLogits itself answers, asked of its package, beside `--method ecologits-0.11.3`: equal bounds, same refusals.

python -m scripts.conformance.expectations     needs the network where the package is not installed yet

What is counted is written to scripts/conformance/expectations.csv, then in docs/clients.md by `python -m scripts.docs`.
Exit 1 when one differs.
"""

import csv
import json
import math
import subprocess
import sys
from datetime import UTC, datetime
from itertools import product
from typing import Any

from estimator.core.errors import SobriaError
from estimator.workloads.ecologits.estimate import estimate_ecologits
from scripts.conformance.clients import CLIENTS
from scripts.conformance.environments import installed
from scripts.conformance.results import EXPECTATIONS

MODELS = (
    ("openai", "gpt-4o-mini"),
    ("openai", "gpt-5.5-pro"),
    ("anthropic", "claude-opus-4-6"),
    ("mistralai", "mistral-large-latest"),
    ("google_genai", "gemini-2.5-flash-image"),
)
ANSWERED = [(*model, *more) for model, more in product(MODELS, ((400, None), (1, "FRA"), (2000, "USA")))]
REFUSED = [
    *((provider, f"{model}-unknown", 400, "FRA") for provider, model in MODELS),
    *((*model, 400, zone) for model, zone in product(MODELS, ("XXX", "FR-1"))),
    *(("unknown", model, 400, "FRA") for _, model in MODELS),
]
FIGURES = {"energy": "energy", "gwp": "gwp", "wcf": "water"}  # of the package -> of ours
TOLERANCE, LONG_S = 1e-9, 1e9  # a time that shortens nothing
ASKED = """
import json, sys
from ecologits.tracers.utils import llm_impacts
ends = lambda value: [value.min, value.max] if hasattr(value, "min") else [value, value]
def answer(provider, model, tokens, zone, seconds):
    found = llm_impacts(provider, model, tokens, seconds, zone)
    return None if found.has_errors else {n: ends(getattr(found, n).value) for n in ("energy", "gwp", "wcf")}
json.dump([answer(*one) for one in json.load(sys.stdin)], sys.stdout)
"""


def main() -> int:
    """Count, print and keep; each difference on its line."""
    client = next(one for one in CLIENTS if one.name == "ecologits")
    python = installed(client, client.versions[-1]) / "python"
    asked = json.dumps([(*one, LONG_S) for one in (*ANSWERED, *REFUSED)])
    done = subprocess.run([python, "-c", ASKED], input=asked, capture_output=True, text=True, check=True)
    held, wrong = 0, list[str]()
    for request, theirs in zip((*ANSWERED, *REFUSED), json.loads(done.stdout), strict=True):
        for about, same in _compared(request, theirs):
            held += same
            wrong += [] if same else [f"{request} {about}"]
    day = datetime.now(UTC).date().isoformat()
    with EXPECTATIONS.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerows(
            (("version", "day", "held", "asked"), (client.versions[-1].number, day, held, held + len(wrong)))
        )
    print("\n".join([*wrong, f"EcoLogits {client.versions[-1].number}, {day}: {held} / {held + len(wrong)}"]))
    return 1 if wrong else 0


def _compared(request: tuple[Any, ...], theirs: dict[str, list[float]] | None) -> list[tuple[str, bool]]:
    """Each bound, or the refusal, and whether ours is the same."""
    try:
        found = estimate_ecologits(*request)["indicators"]
    except SobriaError as error:
        return [(error.code, theirs is None)]
    if theirs is None:
        return [("answered", False)]
    return [
        (f"{ours} {end}", math.isclose(found[ours][end], value, rel_tol=TOLERANCE))
        for name, ours in FIGURES.items()
        for end, value in zip(("low", "high"), theirs[name], strict=True)
    ]


if __name__ == "__main__":
    sys.exit(main())
