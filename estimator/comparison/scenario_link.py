"""A scenario in a URL: compressed JSON text, in URL-safe characters."""

import base64
import json
import zlib
from typing import Any

from estimator.comparison.scenario import Scenario, ScenarioRefused, scenario_of

LONGEST_TOKEN = 6_000  # length that browsers, proxies and mail do not truncate
LARGEST_TEXT = 200_000  # bytes of JSON, far above what fits in a token
FORM = "base64url(zlib(JSON))"


def encode(scenario: Scenario) -> str:
    """The token of a scenario, default values omitted. ScenarioRefused: too long for a URL."""
    body = scenario.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    token = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")
    if len(token) > LONGEST_TOKEN:
        raise _refusal(f"{len(token)}", f"<= {LONGEST_TOKEN}")
    return token


def decode(token: str) -> Scenario:
    """The scenario of a token. ScenarioRefused: too long, damaged, or no scenario; never decompresses more than
    LARGEST_TEXT bytes."""
    if len(token) > LONGEST_TOKEN:
        raise _refusal(f"{len(token)}", f"<= {LONGEST_TOKEN}")
    try:
        packed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        data = json.loads(_unpacked(packed).decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError, zlib.error) as error:
        raise _refusal(token[:60], FORM) from error
    return scenario_of(_table(data), "URL")


def _unpacked(packed: bytes) -> bytes:
    """The whole text, if it is one stream that ends with the token and is below the limit. ValueError."""
    stream = zlib.decompressobj()
    text = stream.decompress(packed, LARGEST_TEXT)
    if not stream.eof or stream.unused_data:
        raise ValueError("cut, too large, or followed by something else")
    return text


def _table(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise _refusal(type(data).__name__, FORM)
    return data


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _refusal(read: str, expected: str) -> ScenarioRefused:
    return ScenarioRefused(file="URL", where="-", read=read, expected=expected)
