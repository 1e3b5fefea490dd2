"""The script of yearly electricity: what it adds for the states of a country, and for the Union and the world."""

from scripts.refresh_grid_years import intensities, rows_of, states_of


def test_the_union_is_read_by_its_name_and_its_values_of_2014_are_not() -> None:
    """World rows have no code in this file: 473.007 g is 0.473007 kg; 0.473007 ÷ 1.4 = 0.337862."""
    text = "country,iso_code,year,carbon_intensity_elec\nWorld,,2014,544\nWorld,,2024,473.007\nAsia,,2024,500\n"
    found = intensities(text, frozenset({"WORLD", "FRA"}))
    assert found == {"WORLD": {2024: 0.473007}}
    (row,) = rows_of("WORLD", found["WORLD"])
    assert (row["low"], row["locator"]) == ("0.337862", "owid-energy-data.csv, World, 2024, carbon_intensity_elec")


def test_a_state_is_the_year_of_its_country_times_its_share_of_direct_emissions() -> None:
    """California 2024: 0.383549 × 394.769 ÷ 770.884 lb/MWh = 0.19641; low ÷ 1.4, high × 2."""
    rows = {(row["subject"], row["id"]): row for row in states_of({2023: 0.392848, 2024: 0.383549})}
    row = rows["USA-CA", "grid_gwp/USA-CA/2024/owid"]
    assert [float(row[name]) for name in ("low", "value", "high")] == [0.140296, 0.196415, 0.39283]
    assert (row["family"], row["valid_from"], row["valid_to"]) == ("owid", "2024-01-01", "")
    assert len({subject for subject, _ in rows}) == 51 and max(float(r["high"]) for r in rows.values()) <= 1.7
