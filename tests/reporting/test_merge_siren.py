"""Several métropoles in one total: each file has the SIREN of its authority, where all say « metropole » at home."""

import json
from pathlib import Path

import pytest

from estimator.builds.merged_groups import merged_files
from estimator.core.communes import is_siren
from estimator.governance.register.register import Register
from tests.reporting.authority import case, plain, run
from tests.support import built, sobria

SIRENS = {"245400676": 2.0, "243300316": 3.0, "246700488": 5.0}  # Nancy, Bordeaux, Strasbourg, with their kWh here
FIRST, OTHER = list(SIRENS)[:2]


def test_the_key_of_a_siren_is_that_of_luhn() -> None:
    """2-4-5-4-0-0-6-7-6, each second digit doubled: 2+8+5+8+0+0+6+5+6 = 40, of which 10 is a factor."""
    assert all(map(is_siren, SIRENS)) and not any(map(is_siren, ("245400677", "000000000", "24540067", "metropole")))


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Three métropoles, each with a use of « metropole » in March 2026."""
    found = {siren: tmp_path_factory.mktemp(siren) for siren in SIRENS}
    for siren, home in found.items():
        case(Register(home), "Courrier", "metropole", "courrier")
        built(home, run("courrier", SIRENS[siren], requests=500.0))
    return found


def _file(home: Path, territory: str, out: Path, by: str = "", kind: str = "groups") -> str:
    asked = ("--territory", territory, "--administration", by, "--period", "2026", "--out", str(out))
    return plain(sobria(home, "report", kind, *asked).stdout)


def test_three_metropoles_are_in_one_total_and_in_its_review(homes: dict[str, Path], tmp_path: Path) -> None:
    """2 + 3 + 5 kWh of machines."""
    files = [tmp_path / f"{siren}.json" for siren in SIRENS]
    for siren, path in zip(SIRENS, files, strict=True):
        assert "SIREN" not in _file(homes[siren], siren, path)
    home = tmp_path / "national"
    sobria(home, "ledger", "merge", *map(str, files))
    assert [one.territory for one in merged_files(home)] == sorted(SIRENS)
    asked = ("report", "reen-rollup", "--period", "2026", "--communes", ",".join(SIRENS))
    body = json.loads(sobria(home, *asked, "--json").stdout)
    assert body["communes"] == sorted(SIRENS) and not body["missing"] and not body["unexpected"]
    assert f"Collectivité {FIRST}" in plain(sobria(home, *asked).stdout)
    shares = json.loads(sobria(home, "explain", "total.energy", "--json").stdout)["trace"]["authorities"]
    assert {part["territory"]: part["share"] for part in shares} == {
        siren: pytest.approx(kwh / 10) for siren, kwh in SIRENS.items()
    }


def test_files_of_reviews_take_it_too(homes: dict[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for siren, home in homes.items():
        _file(home, siren, folder / f"{siren}.json", kind="reen-file")
    (folder / "attendues.txt").write_text("\n".join(SIRENS), "utf-8")
    told = json.loads(sobria(homes[FIRST], "report", "reen-rollup", str(folder), "--json").stdout)
    assert told["communes"] == sorted(SIRENS) and not told["missing"]


def test_a_second_metropole_is_asked_for_its_siren_and_none_is_left_out(homes: dict[str, Path], tmp_path: Path) -> None:
    """Old files stay readable: one alone is merged, with a word to who writes it."""
    one, two = tmp_path / "a.json", tmp_path / "b.json"
    assert "--territory SIREN" in _file(homes[FIRST], "metropole", one, "Nancy")
    _file(homes[OTHER], "metropole", two, "Bordeaux")
    home = tmp_path / "national"
    said = plain(sobria(home, "ledger", "merge", str(one), str(two), code=1).stderr)
    assert "rien ne dit que c'est la même métropole" in said and "--territory SIREN" in said
    assert "Gardez un seul des deux" not in said and not home.exists()
    sobria(home, "ledger", "merge", str(one))
    assert "--territory SIREN" in plain(sobria(home, "ledger", "merge", str(two), code=1).stderr)


def test_its_file_under_its_siren_takes_the_place_of_that_under_the_word(
    homes: dict[str, Path], tmp_path: Path
) -> None:
    """Both would count the same 2 kWh twice."""
    old, new, home = tmp_path / "old.json", tmp_path / "new.json", tmp_path / "national"
    _file(homes[FIRST], "metropole", old, "Nancy")
    _file(homes[FIRST], FIRST, new, "Nancy")
    sobria(home, "ledger", "merge", str(old))
    assert "--replace" in plain(sobria(home, "ledger", "merge", str(new), code=1).stderr)
    sobria(home, "ledger", "merge", str(new), "--replace")
    assert [one.territory for one in merged_files(home)] == [FIRST]


def test_a_siren_with_a_wrong_key_is_refused_before_any_file(homes: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "a.json"
    asked = ("--territory", "245400677", "--out", str(out))
    assert "n'est pas un SIREN" in plain(sobria(homes[FIRST], "report", "groups", *asked, code=1).stderr)
    assert not out.exists()
