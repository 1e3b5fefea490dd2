"""What a home of merged groups, or an empty one, does not know is null with its reason in JSON, and said in words."""

import json
from pathlib import Path

import pytest

from estimator.builds.merged_groups import merge
from estimator.governance.register.register import Register
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.publications.groups_file import published_groups
from estimator.reporting.publications.reen_file import commune_file
from estimator.reporting.publications.reen_rollup import rollup
from estimator.reporting.publications.territory_files import read_merged
from tests.dashboard.test_dashboard_pages import page
from tests.reporting.authority import case, facts, plain, rows_of, run
from tests.reporting.test_groups_in_place import _file
from tests.support import built, sobria

SHARES = ("site_energy", "embodied", "embodied_partly", "impossible")


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the 2 kWh of one commune."""
    alone, home, path = (tmp_path_factory.mktemp(name) for name in ("alone", "home", "files"))
    case(Register(alone), "Courrier", "54010", "courrier")
    built(alone, run("courrier", 2, requests=500.0))
    (path / "a.json").write_text(published_groups(facts(alone, "54010")).model_dump_json(), "utf-8")
    sobria(home, "ledger", "merge", str(path / "a.json"))
    return home


def test_runs_to_mend_of_authorities_are_unknown_and_not_zero(merged: Path, tmp_path: Path) -> None:
    """Their count and their share, in the totals, in an explained number and in the indicators; a home with rows of its
    own alone knows both."""
    cover = json.loads(sobria(merged, "totals", "--json").stdout)["coverage"]
    assert cover["to_check"] is None and cover["impossible"] is None and cover["site_energy"] == 1
    assert set(cover["missing"]) == {"to_check", "impossible"}
    assert "chez les collectivités" in cover["missing"]["to_check"]["fr"]
    for number in ("total.energy", "service.54010:courrier.energy"):
        assert json.loads(sobria(merged, "explain", number, "--json").stdout)["impossible"] is None
    assert json.loads(sobria(merged, "indicators", "--json").stdout)["indicators"]["coverage"]["impossible"] is None
    built(tmp_path, run("siege", 1))
    own = json.loads(sobria(tmp_path, "totals", "--json").stdout)["coverage"]
    assert (own["to_check"], own["impossible"], own["missing"]) == (0, 0.0, {})


def test_shares_of_nothing_are_unknown(tmp_path: Path) -> None:
    body = json.loads(sobria(tmp_path, "totals", "--json").stdout)
    assert set(body["proof"].values()) == {None} and {body["coverage"][name] for name in SHARES} == {None}
    assert set(body["coverage"]["by_figure"].values()) == {None}
    assert {one["code"] for one in body["coverage"]["missing"].values()} == {"no_activity"}
    assert {*SHARES, "by_figure", "proof"} == set(body["coverage"]["missing"])


def test_a_home_of_files_without_a_group_says_whose_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [_file(tmp_path, "54010"), _file(tmp_path, "54011", "2025")]
    home = tmp_path / "home"
    sobria(home, "ledger", "merge", *map(str, files))
    said = plain(sobria(home, "totals").stdout)
    assert "2 collectivités n'y ont publié aucun groupe (année 2025 ; année 2026). Ce n'est pas zéro" in said
    assert "Commune 54010 Mairie : rien dans ce total" in said and "Aucune mesure encore" not in said
    assert "2 authorities published no group there" in sobria(home, "totals", lang="en").stdout
    body = json.loads(sobria(home, "totals", "--json").stdout)
    assert body["coverage"]["to_check"] is None and body["proof"]["measured"] is None
    monkeypatch.setenv("SOBRIA_HOME", str(home))
    assert page("accueil", "fr") and page("mesures", "fr")


def test_levers_say_in_whose_home_a_service_is_attached(merged: Path) -> None:
    """Its own service may be attached here; that of an authority in its own home alone, as its place is said there."""
    said = plain(sobria(merged, "levers").stdout)
    assert "de la collectivité 54010, dont les groupes sont réunis ici. C'est chez elle" in said
    assert "c'est chez la collectivité 54010, dans son dossier, que cela se dit (sobria places)" in said
    assert "page de l'usage" not in said and "la page Lieux" not in said
    english = plain(sobria(merged, "levers", lang="en").stdout)
    assert "of the authority 54010, whose groups are merged here" in english and "page Places" not in english


def test_what_no_use_has_is_of_the_home_and_not_of_the_groups_merged_in_it(merged: Path, tmp_path: Path) -> None:
    """A use of its own, 1 kWh, and the 2 kWh of a commune: nothing of the home is attached to no use. With 4 kWh that
    no use has, these, and not 6. Of the commune in the review, only its own home knows."""
    home = tmp_path / "home"
    case(Register(home), "Siège", "metropole", "siege")
    built(home, run("siege", 1, requests=500.0))
    merge(home, sorted((merged / "authorities").glob("*.json")))
    found = commune_file(facts(home, "metropole")).unattached
    assert (found.central, found.missing) == (0.0, {})
    built(home, run("libre", 4, requests=500.0))
    assert commune_file(facts(home, "metropole")).unattached.central == pytest.approx(4, rel=0.02)
    [file] = read_merged(home).files
    assert file.unattached.central is None and "seul le dossier de la collectivité" in file.unattached.missing["fr"]


def test_what_is_to_mend_is_unknown_beside_runs_of_unknown_electricity(tmp_path: Path) -> None:
    """A commune with a run whose place and model say nothing of its electricity: null in JSON, unknown in words."""
    alone, home, path = tmp_path / "alone", tmp_path / "home", tmp_path / "a.json"
    case(Register(alone), "Courrier", "54010", "courrier")
    silent = {"other_energy_kwh": None, "other_mode": "mode/not_declared", "machine": None, "machine_hours": None}
    built(alone, run("courrier", 2, requests=500.0), run("courrier", 0, "2026-04", requests=900.0, **silent))
    path.write_text(published_groups(facts(alone, "54010")).model_dump_json(), "utf-8")
    sobria(home, "ledger", "merge", str(path))
    assert json.loads(sobria(home, "totals", "--json").stdout)["coverage"]["unknown"]
    said = plain(sobria(home, "totals").stdout)
    assert "inconnu ici, à demander aux collectivités" in said and "Aucun chiffre de ces totaux" not in said
    assert "to be asked of the authorities" in plain(sobria(home, "totals", lang="en").stdout)


def test_the_review_says_what_a_commune_does_not_know(tmp_path: Path) -> None:
    """2 kWh are known, and 2,000 requests of another use are not: said beside the commune, whose share is not 1."""
    alone, home, path = tmp_path / "alone", tmp_path / "home", tmp_path / "a.json"
    case(Register(alone), "Courrier", "54010", "courrier")
    case(Register(alone), "Chat", "54010", "chat")
    built(alone, run("courrier", 2, requests=500.0), run("chat", None, requests=2000.0, other_mode="mode/none"))
    path.write_text(published_groups(facts(alone, "54010")).model_dump_json(), "utf-8")
    sobria(home, "ledger", "merge", str(path))
    review = read_merged(home)
    assert review.files[0].unknown_uses == 1
    assert "d'une activité d'au moins 1 de ses services" in plain(rendered(rollup(review, "fr"), "txt"))
    lines = rows_of(rendered(rollup(review, "fr"), "csv"), ";")
    assert {line["couvre"] for line in lines if line["territoire"] == "54010"} == {""}
