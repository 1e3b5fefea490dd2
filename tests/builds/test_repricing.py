"""The log of factor changes: the same activity before and after, and nothing else."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.shared.texts import t
from estimator.assessment.impacts import FIGURES
from estimator.builds.build import build
from estimator.builds.current import BuildResult, current
from estimator.builds.recalculation import ChangeUnreadable, changes, effect, effect_text, factors_text
from estimator.catalogue.load import load
from estimator.catalogue.tables import Catalogue
from estimator.core.duckdb_engine import DuckDB
from estimator.ledger import Ledger
from estimator.results.reading import Results, open_current
from tests.dashboard.test_dashboard_pages import LANGUAGES, page
from tests.home import copied
from tests.support import activity, append, examples, kept, sobria

GRID = "grid_gwp/FRA/2025"


def doubled() -> Catalogue:
    """The tables that ship, with twice the carbon of a French kWh."""
    more = {"value": 2.0, "high": 2.0}
    return load().with_factors(
        tuple(
            f.model_copy(update={k: getattr(f, k) * times for k, times in more.items()}) if f.id == GRID else f
            for f in load().factors
        )
    )


def ledger(folder: Path, *rows: Any) -> BuildResult:
    append(Ledger(folder), rows or [activity()])
    return build(folder)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of one run and its build, to be copied."""
    folder = tmp_path_factory.mktemp("once")
    ledger(folder)
    return folder


@pytest.fixture(scope="module")
def twice(once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the build that doubled factors make, to be copied."""
    folder = copied(once, tmp_path_factory.mktemp("twice"))
    build(folder, doubled())
    return folder


def edited(built: BuildResult, sql: str) -> None:
    """A build as another version of SobrIA could have left it."""
    if built.opened:
        built.opened.close()  # to be written, the file is not held open for reading
    engine = DuckDB.create(built.path)
    engine.run(sql)
    engine.close()


def entry(folder: Path) -> dict[str, Any]:
    (found,) = changes(folder)
    return found


def test_twice_the_carbon_of_a_kwh_is_twice_the_carbon_of_use(once: Path, twice: Path) -> None:
    before = Results(current(once)).totals().indicators  # type: ignore[arg-type]
    made, found = current(twice), entry(twice)
    assert found["from"]["factors"] == load().version and found["to"]["factors"] == doubled().version
    assert made and found["to"]["build"] in made.name and found["from"]["formulas"] == found["to"]["formulas"]
    assert found["factors"]["added"] == found["factors"]["removed"] == 0
    (changed,) = found["factors"]["changed"]
    assert changed["id"] == GRID and changed["after"]["value"] == 2 * changed["before"]["value"]
    gwp = found["figures"]["gwp"]
    whole, use = before["gwp"]["at_factor_values"], before["gwp"]["use"]["at_factor_values"]
    assert gwp["before"] == {name: before["gwp"][name] for name in ("low", "central", "high", "at_factor_values")}
    assert gwp["after"]["at_factor_values"] == pytest.approx(whole + use)
    assert effect(gwp) == pytest.approx(gwp["after"]["central"] / gwp["before"]["central"] - 1)
    assert [name for name, figure in found["figures"].items() if effect(figure)] == ["gwp"]
    assert list(found["figures"]) == [figure.id for figure in FIGURES]


def test_a_figure_of_a_year_that_nobody_published_says_which_stands_for_it(tmp_path: Path) -> None:
    """Rows of 2024 have their own year; with one of 2025, the total and that run say that 2024 stands for it."""
    ledger(tmp_path, activity("2024-03-01T00:00:00", zone="DEU"))
    opened = open_current(tmp_path)
    assert opened.explain("total.gwp").supposed == ()
    late = activity("2025-03-01T00:00:00", zone="DEU")
    ledger(tmp_path, late)
    opened = open_current(tmp_path)
    said = opened.explain("total.gwp").supposed
    assert [entry["fr"] for entry in said] == [
        "Gaz à effet de serre de l'électricité, Allemagne : la source retenue n'a pas de valeur propre à 2025 ;"
        " celle de 2024, sa dernière, est employée."
    ]
    assert opened.explain(f"run.{late.row_id}.gwp").supposed == said
    assert opened.explain("total.energy").supposed == ()


def test_what_is_measured_meanwhile_is_no_effect_of_the_method(once: Path, tmp_path: Path) -> None:
    old = Results(current(copied(once, tmp_path))).totals().indicators  # type: ignore[arg-type]
    append(Ledger(tmp_path), [activity(cpu_energy_kwh=1000.0)])
    new = Results(build(tmp_path, doubled()).path).totals().indicators
    found = entry(tmp_path)["figures"]
    assert found["energy"]["after"] == found["energy"]["before"]
    assert found["gwp"]["after"]["at_factor_values"] == pytest.approx(
        old["gwp"]["at_factor_values"] + old["gwp"]["use"]["at_factor_values"]
    )
    assert new["gwp"]["central"] > 100 * found["gwp"]["after"]["central"]


row = st.fixed_dictionaries(
    {
        "cpu_energy_kwh": st.floats(0.001, 1000),
        "zone": st.sampled_from(["FRA", "POL", "USA", None]),
        "host": st.sampled_from(["class/server-unknown", "class/desk", None]),
        "start": st.sampled_from(["2024-12-31T23:30:00", "2026-03-01T10:00:00"]),
        "service_key": st.sampled_from(["a", "b"]),
    }
)


@examples(2, 30)
@given(st.lists(row, min_size=4, max_size=16))
def test_the_same_values_under_another_version_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]
) -> None:
    """Cells made again from the groups give the totals of the build, where some are unknown too."""
    folder = tmp_path_factory.mktemp("home")
    ledger(folder, *(activity(**fields) for fields in rows))
    build(folder, load().with_factors(load().factors))
    found = entry(folder)
    assert found["factors"] == {"changed": [], "added": 0, "removed": 0}
    for figure in found["figures"].values():
        for name, value in figure["before"].items():
            assert figure["after"][name] == (None if value is None else pytest.approx(value, rel=1e-9))


@pytest.mark.long
def test_factors_that_come_and_go_are_counted_apart(tmp_path: Path) -> None:
    """The French row under another name: one comes, one goes; no row for Poland any more: another one goes."""
    ledger(tmp_path, activity(), activity(zone="POL", service_key="b"))
    kept = [f for f in load().factors if (f.quantity, f.subject) != ("grid_gwp", "POL")]
    renamed = tuple(f.model_copy(update={"id": "grid_gwp/FRA/x"}) if f.id == GRID else f for f in kept)
    build(tmp_path, load().with_factors(renamed))
    assert entry(tmp_path)["factors"] == {"changed": [], "added": 1, "removed": 2}
    build(tmp_path)
    back = changes(tmp_path)[0]
    assert back["factors"] == {"changed": [], "added": 2, "removed": 1}
    assert factors_text(back, "fr") == "facteurs employés : 0 changé, 2 ajoutés, 1 retiré"


def test_nothing_is_logged_without_a_change_of_factors(once: Path, tmp_path: Path) -> None:
    assert ledger(copied(once, tmp_path), activity()).fresh
    assert changes(tmp_path) == [] and not (tmp_path / "changes").exists()


def test_going_back_is_a_change_too_and_the_newest_is_first(twice: Path, tmp_path: Path) -> None:
    again = build(copied(twice, tmp_path))
    assert not again.fresh and current(tmp_path) == again.path
    newest, oldest = changes(tmp_path)
    assert newest["from"] == oldest["to"] and newest["to"] == oldest["from"]
    assert (1 + (effect(newest["figures"]["gwp"]) or 0)) * (1 + (effect(oldest["figures"]["gwp"]) or 0)) == (
        pytest.approx(1)
    )
    assert [file.suffix for file in (tmp_path / "changes").iterdir()] == [".json", ".json"]


def test_an_old_build_that_cannot_be_opened_is_no_error(once: Path, tmp_path: Path) -> None:
    current(copied(once, tmp_path)).write_bytes(b"no database")  # type: ignore[union-attr]
    made = build(tmp_path, doubled())
    assert current(tmp_path) == made.path and changes(tmp_path) == []


def test_other_formulas_compare_values_at_those_of_the_factors(tmp_path: Path) -> None:
    made = ledger(tmp_path, activity(), activity(host=None, service_key="b"))
    old = Results(made.path).totals().indicators
    edited(made, "UPDATE meta SET value = 'older' WHERE name = 'formulas_version'")
    edited(made, "UPDATE estimates SET site_energy = site_energy * 3")
    build(tmp_path, doubled())
    found = entry(tmp_path)
    assert found["figures"]["gwp"]["before"] == {
        "low": None, "central": None, "high": None, "at_factor_values": pytest.approx(old["gwp"]["at_factor_values"])
    }  # fmt: skip
    energy = found["figures"]["energy"]
    assert energy["before"]["at_factor_values"] == pytest.approx(3 * old["energy"]["at_factor_values"])
    assert effect(energy) == pytest.approx(-2 / 3) and effect_text(energy, "fr") == "−67\u00a0%"
    assert factors_text(found, "fr").startswith("formules changées ; ")


def test_a_figure_whose_result_did_not_exist_is_not_comparable(once: Path, tmp_path: Path) -> None:
    made = build(copied(once, tmp_path))
    edited(made, "UPDATE meta SET value = 'older' WHERE name = 'formulas_version'")
    edited(made, "ALTER TABLE estimates DROP COLUMN site_energy")
    build(tmp_path, doubled())
    found = entry(tmp_path)["figures"]
    assert found["energy"]["before"]["central"] is None and effect(found["energy"]) is None
    assert effect_text(found["energy"], "en") == "not comparable" and effect(found["gwp"])


def test_groups_that_lack_a_column_are_said_not_to_compare(once: Path, tmp_path: Path) -> None:
    made = build(copied(once, tmp_path))
    edited(made, "UPDATE meta SET value = 'older' WHERE name = 'formulas_version'")
    edited(made, "ALTER TABLE groups DROP COLUMN network")
    build(tmp_path, doubled())
    found = entry(tmp_path)
    assert found["factors"] is None and found["figures"] == {}
    assert found["missing"]["fr"] == "comparaison impossible : l'ancien calcul n'a pas les colonnes network"
    assert factors_text(found, "en").endswith("comparison not possible: the old build lacks the columns network")
    assert effect_text(found["figures"].get("gwp"), "fr") == "non comparable"


@pytest.mark.parametrize(
    ("before", "after", "french", "english"),
    [
        (1.0, 1.0, "sans effet", "no effect"),
        (1.0, 1.0 + 1e-9, "sans effet", "no effect"),
        (0.0, 0.0, "sans effet", "no effect"),
        (0.0, 1.0, "non comparable", "not comparable"),
        (None, 1.0, "non comparable", "not comparable"),
        (1.0, None, "non comparable", "not comparable"),
        (200.0, 206.8, "+3,4\u00a0%", "+3.4%"),
        (1.0, 3.0, "+200\u00a0%", "+200%"),
        (1.0, 0.5, "−50\u00a0%", "−50%"),
    ],
)
def test_an_effect_is_said_in_two_figures(before: float | None, after: float | None, french: str, english: str) -> None:
    figure = {"before": {"central": before}, "after": {"central": after}}
    assert (effect_text(figure, "fr"), effect_text(figure, "en")) == (french, english)


def test_a_damaged_file_of_the_log_is_named(tmp_path: Path) -> None:
    (tmp_path / "changes").mkdir()
    (tmp_path / "changes" / "x.json").write_text("{", "utf-8")
    with pytest.raises(ChangeUnreadable) as refusal:
        changes(tmp_path)
    assert "x.json" in refusal.value.message("fr") and "x.json" in refusal.value.message("en")


def test_the_command_says_what_a_change_did(once: Path, twice: Path) -> None:
    assert "Aucun changement de facteurs" in sobria(once, "factors", "changes").stdout
    text = sobria(twice, "factors", "changes").stdout
    assert "facteurs employés : 1 changé, 0 ajouté, 0 retiré" in text and "Gaz à effet de serre" in text
    assert text.count("sans effet") == 4 and text.count("+") == 2  # one of the two is that of UTC
    assert json.loads(sobria(twice, "factors", "changes", "--json").stdout)["changes"] == changes(twice)


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_the_method_page_shows_the_log(empty_home: Path, twice: Path, lang: str) -> None:
    assert t("changes.none", lang) in page("methode", lang)
    copied(twice, empty_home)
    text = page("methode", lang).split(t("method.part_changes", lang), 1)[1].split("</table>")[0]
    assert "facteurs?" in text and "facteur=grid_gwp%2FFRA%2F2025" in text
    assert text.count({"fr": "sans effet", "en": "no effect"}[lang]) == 4
    assert effect_text(changes(empty_home)[0]["figures"]["gwp"], lang) in text


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_a_place_that_was_said_is_no_factor_on_the_method_page(empty_home: Path, lang: str) -> None:
    """It leads to the places, by the names that their form offers."""
    ledger(empty_home, activity(zone="POL"))
    assert sobria(
        empty_home, "places", "add", "--service", "essai", "--zone", "FRA", "--who", "DSI", "--why", "x"
    ).stdout
    text = page("methode", lang).split(t("method.part_changes", lang), 1)[1].split("</table>")[0].replace("\u00a0", " ")
    named = {"fr": "dit des lieux : service « essai » → France", "en": "said of places: service “essai” → France"}
    assert re.search(f'href="lieux[^"]*">{named[lang]}', text) and "facteurs?" not in text
    assert {"fr": "lieux", "en": "places"}[lang] in t("method.part_changes", lang)
