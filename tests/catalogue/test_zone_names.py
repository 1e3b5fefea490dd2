"""Zones as people write them."""

import pytest

from estimator.catalogue import resolver
from estimator.catalogue.resolver import Places, zone_of


@pytest.mark.parametrize(
    ("zone", "ways"),
    [
        ("EU27", ("EU", "ue27", "EU27", "Union européenne (27)", "european union")),
        ("WORLD", ("monde", "World")),
        ("EUROPE", ("Europe",)),
        ("USA-TX", ("TX", "us-tx", "USA-TX", "texas")),
        ("USA-VA", ("us-va", "Virginie", "virginia")),
        ("USA-CA", ("california", "Californie", "US-CA")),
        ("CAN-QC", ("québec", "Quebec", "ca-qc", "QC")),
        ("CAN", ("CA", "Canada")),  # a country before a state of the same letters
        ("GEO", ("Georgia", "Géorgie", "GE")),
        ("GAB", ("GA",)),
        ("FRA", (" fr ", "FRA", "France")),
        (None, ("zz", "mars", "")),
    ],
)
def test_a_zone_is_found_by_each_of_its_names(zone: str | None, ways: tuple[str, ...]) -> None:
    assert {way: zone_of(way) for way in ways} == dict.fromkeys(ways, zone)


def test_a_code_is_found_without_reading_the_names_of_countries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor are the patterns that recognise computers made for it: a comparison asks for a code at each start."""
    places = Places.load()
    monkeypatch.setattr(resolver, "_shipped", lambda: places)
    assert (zone_of(" fra "), zone_of("can-qc")) == ("FRA", "CAN-QC")
    assert "written" not in vars(places) and not any("pattern" in vars(rule) for rule in places.rules)
    assert zone_of("france") == "FRA" and "written" in vars(places)
