"""Generation by half-hour read from éCO2mix: the real file of a day, the other shapes of the same data, bad files."""

from pathlib import Path

import pytest

from estimator.catalogue.hourly_mix import SOURCES, HoursRefused, read, technologies
from tests.core.test_numbers import spaced
from tests.support import refuses, sobria

SOME = "Périmètre Nature Date Heures Fioul Charbon Gaz Nucléaire Eolien Solaire Hydraulique Pompage Bioénergies"
HEAD = SOME.replace(" ", "\t")  # as on RTE's own site
# A day of RTE's real time file (eco2mix-national-tr, Licence Ouverte), by quarter of an hour.
REAL = Path(__file__).resolve().parents[1] / "fixtures" / "hours" / "FRA"
MIDNIGHT = 1_639_954_800 // 1800  # 2021-12-20 00:00 in Paris


def folder(tmp_path: Path, *lines: str, name: str = "a.csv", encoding: str = "utf-8") -> Path:
    (tmp_path / "FRA").mkdir(exist_ok=True)
    (tmp_path / "FRA" / name).write_text("\n".join(lines) + "\n", encoding)
    return tmp_path / "FRA"


def line(day: str, hour: str, gas: object = 100, nature: str = "Données définitives", place: str = "France") -> str:
    return f"{place}\t{nature}\t{day}\t{hour}\t0\t0\t{gas}\t300\t0\t-1\t0\t-50\t0"


def test_the_real_day_has_a_value_for_each_half_hour_the_mean_of_its_quarters() -> None:
    """20 December 2021, 00:00 and 00:15, as written in the file: nuclear, gas, coal, oil, hydro, wind, solar, bio."""
    mix = read(REAL)
    assert mix.halves == tuple(range(MIDNIGHT, MIDNIGHT + 48))
    text = next(REAL.glob("*.csv")).read_text("utf-8").splitlines()
    names = text[0].split(";")
    first, second = (dict(zip(names, row.split(";"), strict=True)) for row in text[1:3])
    assert (first["Heure"], second["Heure"]) == ("00:00", "00:15")
    gas = (float(first["Gaz (MW)"]) + float(second["Gaz (MW)"])) / 2
    nuclear = (float(first["Nucléaire (MW)"]) + float(second["Nucléaire (MW)"])) / 2
    assert mix.power[0][list(SOURCES).index("gaz")] == gas and mix.power[0][0] == nuclear


def test_blank_quarters_of_definitive_files_are_missing_and_never_zero(tmp_path: Path) -> None:
    lines = [HEAD, line("20/12/2021", "00:00"), line("20/12/2021", "00:15", ""), line("20/12/2021", "00:30", "ND")]
    mix = read(folder(tmp_path, *lines, encoding="latin-1"))
    assert mix.halves == (MIDNIGHT,)
    assert dict(zip(SOURCES, mix.power[0], strict=True)) == dict.fromkeys(SOURCES, 0.0) | {"gaz": 100, "nucleaire": 300}


def test_the_hour_that_comes_twice_in_autumn_and_the_one_that_never_comes_in_spring(tmp_path: Path) -> None:
    """25 hours on 26 October 2025, 23 on 30 March 2025."""
    hours = [f"{h:02}:{m}" for h in range(24) for m in ("00", "30")]
    autumn = [*hours[:6], *hours[4:6], *hours[6:]]
    long = read(folder(tmp_path, HEAD, *(line("26/10/2025", h, n) for n, h in enumerate(autumn))))
    assert len(long.halves) == 50 and long.halves[-1] - long.halves[0] == 49
    assert [power[1] for power in long.power] == list(range(50))
    spring = [h for h in hours if not h.startswith("02")]
    short = read(folder(tmp_path, HEAD, *(line("30/03/2025", h) for h in spring)))
    assert len(short.halves) == 46 and short.halves[-1] - short.halves[0] == 45


def test_of_two_rows_of_one_moment_the_more_final_is_kept(tmp_path: Path) -> None:
    folder(tmp_path, HEAD, line("20/12/2021", "00:00", 7, "Données définitives"), name="a.csv")
    found = folder(tmp_path, HEAD, line("20/12/2021", "00:00", 9, "Données temps réel"), name="b.csv")
    assert read(found).power[0][1] == 7


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("zone;value", "FRA;3"), ("line 1", "« zone;value »", "nucleaire")),
        ((HEAD, line("20/12/2021", "00:00", "beaucoup")), ("line 2", "« beaucoup »", "« gaz »")),
        ((HEAD, line("20/12/2021", "00:00", "40 000")), ("line 2", "« 40 000 »", "« gaz »")),
        ((HEAD, line("20/12/2021", "00:00", "nan")), ("line 2", "« nan »", "« gaz »")),
        ((HEAD,), ("line 2", "«  »", "(nucleaire, gaz, charbon, fioul, hydraulique, eolien, solaire, bioenergies)")),
        ((HEAD, line("20/12/2021", "00:00", "ND")), ("line 2", "«  »", "ND")),
        ((HEAD, line("01/01/2999", "00:00")), ("line 2", "« 2999-01-01 00:00 »")),
        ((HEAD, line("20/12/2021", "00:00", 0).replace("300", "0")), ("line 2", "« 0 ; 0 ;")),
        ((HEAD, line("20/12/2021", "25:00")), ("line 2", "« 2021-12-20 25:00 »", "date_heure")),
        ((HEAD, line("20/12/2021", "00:00", place="Bretagne")), ("line 2", "« Bretagne »", "perimetre")),
    ],
)
def test_a_bad_file_is_refused_with_its_line_and_what_was_expected(
    tmp_path: Path, lines: tuple[str, ...], said: tuple[str, ...]
) -> None:
    with pytest.raises(HoursRefused) as refused:
        read(folder(tmp_path, *lines))
    french, english = refused.value.message("fr"), refused.value.message("en")
    assert "a.csv" in french and all(word.replace("line", "ligne") in french for word in said)
    assert all(word.replace("« ", '"').replace(" »", '"') in english for word in said)


def test_a_day_to_come_is_refused_as_it_has_not_been_and_a_place_without_clock_as_its_offset_is_not_known(
    tmp_path: Path,
) -> None:
    with pytest.raises(HoursRefused, match="an hour that has passed was expected"):
        read(folder(tmp_path, HEAD, line("01/01/2999", "00:00")))
    with pytest.raises(HoursRefused, match="its time zone was expected"):
        read(folder(tmp_path, HEAD, line("20/12/2021", "00:00")).rename(tmp_path / "DEU"))


def test_a_table_in_capitals_is_read_and_a_folder_of_no_zone_refused(tmp_path: Path) -> None:
    found = folder(tmp_path, HEAD, line("20/12/2021", "00:00"), name="A.CSV")
    assert read(found).halves == (MIDNIGHT,)
    with refuses("hours_of_no_zone") as refused:
        read(found.rename(tmp_path / "fra"))
    assert "hours/fra" in refused.value.message("fr") and "hours/fra" in refused.value.message("en")


@pytest.mark.parametrize("asked", [("factors", "check"), ("build",), ("when", "--hours", "2")])
def test_a_table_by_half_hour_is_refused_by_each_command_that_reads_it(tmp_path: Path, asked: tuple[str, ...]) -> None:
    (tmp_path / "factors" / "hours").mkdir(parents=True)
    folder(tmp_path / "factors" / "hours", "zone;value", "FRA;3")
    assert "Table demi-horaire refusée : a.csv, ligne 1" in spaced(sobria(tmp_path, *asked, code=1).stderr)


def test_each_source_of_the_file_has_a_life_cycle_factor() -> None:
    assert list(technologies()) == list(SOURCES.values())
    assert technologies()["gas"].value == 0.49 and technologies()["nuclear"].value == 0.012
