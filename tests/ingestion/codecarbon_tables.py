"""What the installed codecarbon says of each country, region and cloud that it knows, asked of its own functions."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from codecarbon.core.emissions import _NORDIC_REGIONS_BY_COUNTRY, Emissions
from codecarbon.core.units import Energy
from codecarbon.external.geography import GeoMetadata
from codecarbon.input import DataSource


class Said(NamedTuple):
    """A place and the emissions of 1 kWh there [kgCO2e]."""

    country: str
    region: str
    kg: float


@cache
def countries() -> tuple[Said, ...]:
    """Every country of its energy mixes."""
    return tuple(said(code) for code in sorted(DataSource().get_global_energy_mix_data()))


@cache
def regions() -> tuple[Said, ...]:
    """Every state, province and bidding zone of which it has a value of its own."""
    return tuple(said(country, region) for country, region in sorted(_named()))


def said(country: str, region: str = "") -> Said:
    """What it says of a place, a code that is none included."""
    kg = Emissions(DataSource()).get_private_infra_emissions(
        Energy.from_energy(kWh=1.0), GeoMetadata(country, country, region or None)
    )
    return Said(country, region, kg)


@cache
def clouds() -> tuple[tuple[str, str, str], ...]:
    """(provider, region, ISO code of the country) of every cloud region; the code is empty where it has none."""
    table = DataSource().get_cloud_emissions_data()
    codes = table["countryIsoCode"].fillna("")
    return tuple(zip(table["provider"], table["region"], codes, strict=True))


def _named() -> Iterator[tuple[str, str]]:
    source = DataSource()
    for state, facts in source.get_country_emissions_data("usa").items():
        if isinstance(facts, dict) and "emissions" in facts:
            yield "USA", state
    for province in source.get_country_energy_mix_data("can"):
        yield "CAN", province.lower()
    for province in source.get_china_provincial_emissions_data()["data"].values():
        yield from (("CHN", name) for name in province["names"])
    for country, zones in _NORDIC_REGIONS_BY_COUNTRY.items():
        yield from ((country, zone.lower()) for zone in zones)
