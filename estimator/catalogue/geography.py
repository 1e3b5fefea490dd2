"""The reference towns of the time zone database: whether a place lies in its stated country, and its time zone."""

import math
import re
from functools import cache
from importlib import resources

FAR_KM = 3000.0  # maximum distance of any point of a country to its nearest reference town
EARTH_KM = 6371.0
_POINT = re.compile(r"([+-])(\d{2})(\d{2})(?:\d{2})?([+-])(\d{3})(\d{2})(?:\d{2})?$")


def far_from(alpha2: str, latitude: float, longitude: float) -> bool:
    """Whether a point is far from every reference town of a country; False for a country without any."""
    towns = _towns().get(alpha2.upper(), ())
    return bool(towns) and min(_distance(latitude, longitude, *town[:2]) for town in towns) > FAR_KM


def timezones_of(alpha2: str) -> tuple[str, ...]:
    """The IANA time zones of a country; none for an unknown one."""
    return tuple(town[2] for town in _towns().get(alpha2.upper(), ()))


def timezone_near(alpha2: str, latitude: float, longitude: float) -> str | None:
    """The time zone of the reference town of a country that is nearest to a point; None for an unknown country."""
    towns = _towns().get(alpha2.upper(), ())
    return min(towns, key=lambda town: _distance(latitude, longitude, *town[:2]))[2] if towns else None


@cache
def _towns() -> dict[str, tuple[tuple[float, float, str], ...]]:
    """(latitude, longitude, time zone) of the reference towns, by country: each territory overseas has its own."""
    found: dict[str, list[tuple[float, float, str]]] = {}
    text = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    for line in text.splitlines():
        cells = line.split("\t")
        point = _POINT.match(cells[1]) if len(cells) > 2 and not line.startswith("#") else None
        if point:
            latitude = float(f"{point[1]}1") * (int(point[2]) + int(point[3]) / 60)
            longitude = float(f"{point[4]}1") * (int(point[5]) + int(point[6]) / 60)
            found.setdefault(cells[0], []).append((latitude, longitude, cells[2]))
    return {country: tuple(towns) for country, towns in found.items()}


def _distance(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance between two points in degrees [km]."""
    a, b, c, d = map(math.radians, (lat1, lon1, lat2, lon2))
    part = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, part)))
