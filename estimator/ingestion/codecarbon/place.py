"""Location stated in a codecarbon row, and whether codecarbon could know it."""

import math
from typing import NamedTuple

from estimator.catalogue.geography import far_from, timezone_near
from estimator.catalogue.resolver import PlaceRead, Places
from estimator.ingestion.parsing.delimited_text import number_or_nan

Coordinates = tuple[str, str]  # longitude and latitude as written: compared here, never stored

# Default location of codecarbon, in every version: external/geography.py.
_COUNTRY = frozenset({"CAN", "Canada"})
_REGION = "quebec"
_LONGITUDE, _LATITUDE = -71.2, 46.8


class ResolvedPlace(NamedTuple):
    """A zone, None when unknown, and checks for a person."""

    zone: str | None
    checks: tuple[str, ...]


def find(read: PlaceRead, coordinates: Coordinates | None, places: Places) -> ResolvedPlace:
    """The zone of a place. `coordinates` is None when the file has no such columns: the default place of codecarbon
    cannot then be distinguished from a true one. Empty coordinates: the place was given by a person."""
    if _is_supposed(read, coordinates):
        zone, _ = places.resolve_zone(read._replace(country_iso="", country_name="", region=""))
        return ResolvedPlace(zone, ("supposed_place",))
    zone, how = places.resolve_zone(read)
    codes = {"absent": "no_country", "unknown": "unknown_country", "alpha2": "alpha2_country"}
    checks = [*([codes[how]] if how in codes else []), *places.doubts(read)]
    if zone and how != "host" and _is_elsewhere(places.alpha2(zone), coordinates):
        checks.append("place_elsewhere")
    return ResolvedPlace(zone, tuple(checks))


def off_the_globe(coordinates: Coordinates | None) -> bool:
    """Whether a latitude or a longitude is of no place."""
    longitude, latitude = map(number_or_nan, coordinates or ("", ""))
    return abs(longitude) > 180 or abs(latitude) > 90


def timezone_of(zone: str | None, coordinates: Coordinates | None, places: Places) -> str | None:
    """The time zone of a zone: its only one, else that of the town of its country nearest to the point."""
    only = places.timezone(zone)
    longitude, latitude = _position(coordinates)
    if only or not zone or longitude is None or latitude is None:
        return only
    return timezone_near(places.alpha2(zone), latitude, longitude)


def _is_supposed(read: PlaceRead, coordinates: Coordinates | None) -> bool:
    country = read.country_iso.upper() or read.country_name
    if country not in _COUNTRY or read.region.lower() != _REGION:
        return False
    return coordinates is None or tuple(map(number_or_nan, coordinates)) == (_LONGITUDE, _LATITUDE)


def _is_elsewhere(alpha2: str, coordinates: Coordinates | None) -> bool:
    longitude, latitude = _position(coordinates)
    return longitude is not None and latitude is not None and far_from(alpha2, latitude, longitude)


def _position(coordinates: Coordinates | None) -> tuple[float, float] | tuple[None, None]:
    """Longitude and latitude [degrees]; none where absent, or 0, 0: what codecarbon writes for a configured country."""
    longitude, latitude = map(number_or_nan, coordinates or ("", ""))
    known = (longitude or latitude) and not (math.isnan(longitude + latitude) or off_the_globe(coordinates))
    return (longitude, latitude) if known else (None, None)
