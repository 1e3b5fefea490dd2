"""A host that a home names is one of the catalogue: its own answers alone, the past repriced, its withdrawal said."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from estimator.builds.build import build as make_build
from estimator.builds.recalculation import changes, factors_text
from estimator.catalogue.load import load, name_hosts
from estimator.catalogue.selection import select_factor
from estimator.places.journal import PlaceJournal, PlaceRefused
from estimator.places.placing import knowledge
from tests.builds.test_places import SAID, WHO, home_of, run, said, site_kwh, totals
from tests.core.test_numbers import spaced
from tests.support import activity, refuses, sobria

RACK = {"name": "ville/baie", "wider": "class/server-room", "zone": "FR"}
ADD = ("places", "host", "add", "ville/baie", "--class", "class/server-room", "--zone", "FRA", *SAID)


@pytest.fixture(autouse=True)
def _none_left() -> Iterator[None]:
    """A process works on one home; the next test has another."""
    yield
    name_hosts(())


def pue_of_class() -> float:
    found = select_factor(load(), "pue", "class/server-room", date(2026, 6, 1)).factor
    assert found is not None and found.value is not None
    return found.value


def test_an_answer_on_a_host_of_ones_own_is_its_own_alone(tmp_path: Path) -> None:
    """1 kWh of machines in the rack, 1 kWh in an unnamed server room, of default PUE p: 2 p at the sites. Named and not
    answered for: 2 p still. The rack answers 1.2: p + 1.2. Withdrawn: the rule no longer says where, and that kWh is
    at an unknown site."""
    rows = [activity(service_key="baie"), activity(service_key="autre", host="class/server-room")]
    home = home_of(tmp_path / "home", *rows)
    sobria(home, "places", "add", "--service", "baie", "--host", "class/server-room", "--zone", "FRA", *SAID)
    default = pue_of_class()
    before = totals(home)
    assert site_kwh(home) == pytest.approx(2 * default, rel=1e-12)
    assert "ville/baie → class=class/server-room zone=FRA" in sobria(home, *ADD).stdout
    sobria(home, "places", "add", "--service", "baie", "--host", "ville/baie", *SAID)
    assert run(home, rows[0].row_id)["host"] == "ville/baie" and run(home, rows[0].row_id)["zone"] == "FRA"
    assert site_kwh(home) == pytest.approx(2 * default, rel=1e-12)
    assert {n: a.at_factor_values for n, a in totals(home).items()} == pytest.approx(
        {n: a.at_factor_values for n, a in before.items()}, rel=1e-12
    )
    file = tmp_path / "reponses.csv"
    head = "hote;champ;valeur;unite;date;repondant;document\n"
    file.write_text(head + "ville/baie;pue;1,2;1;2026-01-01;Ville;compteurs\n", "utf-8")
    sobria(home, "places", "answers", str(file), *SAID)
    assert site_kwh(home) == pytest.approx(default + 1.2, rel=1e-12)
    assert run(home, rows[0].row_id)["indicators"]["energy"]["at_factor_values"] == pytest.approx(1.2)
    assert run(home, rows[1].row_id)["indicators"]["energy"]["at_factor_values"] == pytest.approx(default)
    assert "ville/baie: pue=1.2 (2026-01-01)" in factors_text(changes(home)[0], "fr")

    gone = spaced(sobria(home, "places", "host", "withdraw", "ville/baie", *SAID).stdout)
    assert "nomme un hébergement retiré et ne dit plus où : service=baie → host=ville/baie" in gone
    assert "Réponses du fournisseur de ville/baie encore en vigueur, sans effet" in gone
    assert "ville/baie → class=class/server-room zone=FRA" in factors_text(changes(home)[0], "fr")
    assert run(home, rows[0].row_id)["host"] == "class/server-room", "what an earlier rule says counts again"
    assert site_kwh(home) == pytest.approx(2 * default, rel=1e-12)
    assert "nomme un hébergement retiré" in sobria(home, "places", "list").stdout
    sobria(home, *ADD)
    assert site_kwh(home) == pytest.approx(default + 1.2, rel=1e-12), "named again, its answers count again"


@pytest.mark.long
def test_rows_whose_file_names_a_withdrawn_host_are_counted(tmp_path: Path) -> None:
    """A bill of 100 kWh of machines in the rack: 100 p at the site, then unknown, never the value of another site."""
    home = home_of(tmp_path / "home")
    sobria(home, *ADD)
    file = tmp_path / "declare.csv"
    file.write_text(
        "service,start,end,energy_kwh,energy_boundary,energy_basis,document,host\n"
        "calcul,2026-06-01,2026-07-01,100,it,measured,facture,ville/baie\n",
        "utf-8",
    )
    sobria(home, "import", str(file))
    assert site_kwh(home) == pytest.approx(100 * pue_of_class(), rel=1e-12)
    done = spaced(sobria(home, "places", "host", "withdraw", "ville/baie", *SAID).stdout)
    assert "Mesures dont le fichier nomme encore ville/baie, désormais sans les valeurs d'un site : 1." in done
    assert totals(home)["energy"].missing


def test_it_is_given_wherever_a_host_is(tmp_path: Path) -> None:
    """An estimate of 10 kWh of machines there: 10 p at the site; a token, the questionnaire, the search name it too."""
    home = home_of(tmp_path, activity())
    sobria(home, *ADD, "--label", "Baie de la mairie")
    name_hosts(())  # as a process that has opened no home yet
    told = sobria(home, "estimate", "--it-energy-kwh", "10", "--host", "ville/baie", "--json").stdout
    assert json.loads(told)["indicators"]["energy"]["at_factor_values"] == pytest.approx(10 * pue_of_class())
    sobria(home, "collect", "token", "add", "urbanisme", "--host", "ville/baie")
    assert PlaceJournal(home).rules()[-1].said.host == "ville/baie"
    asked = json.loads(sobria(home, "places", "questions", "ville/baie", "--json").stdout)["questions"]
    assert {row["hote"] for row in asked} == {"ville/baie"} and "pue" in {row["champ"] for row in asked}
    assert "Baie de la mairie" in sobria(home, "hosts", "search", "mairie").stdout
    listed = json.loads(sobria(home, "places", "host", "list", "--json").stdout)["hosts"]
    assert [(h["name"], h["wider"], h["zone"], h["who"]) for h in listed] == [
        ("ville/baie", "class/server-room", "FRA", WHO.who)
    ]


def test_five_answers_and_a_scenario_take_it_with_its_own_answers(tmp_path: Path) -> None:
    """A search alone on its server costs as in its class; once it answers a PUE of 1.1, then of 1.65, the second is 1.5
    times the first, from the same electricity of machines, and the class costs what it did."""
    home, written = tmp_path / "home", str(tmp_path / "scenario.toml")
    sobria(home, *ADD)
    five = ("--people", "1000", "--uses", "3 mois", "--task", "chat", "--models", "mistral-small-3.1")

    def search(*asked: str) -> float:
        name_hosts(())  # as a process that has opened no home yet
        options = json.loads(sobria(home, "compare", *asked, "--json").stdout)["options"]
        (found,) = (o for o in options if o["id"] == "text-search-alone")
        return float(found["per_unit"]["energy"]["central"])

    classed = search(*five, "--place", "class/server-room")
    assert search(*five, "--place", "ville/baie", "--out", written) == classed
    answers = [said("pue", pue, f"2026-0{month}-01", host="ville/baie") for month, pue in ((1, 1.1), (2, 1.65))]
    PlaceJournal(home).add_answers(answers[:1], WHO)
    first = search(written)
    PlaceJournal(home).add_answers(answers[1:], WHO)
    assert search(written) == pytest.approx(1.5 * first, rel=1e-12) and first < classed
    assert search(*five, "--place", "class/server-room") == classed


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("ville/baie", "ville/baie"),  # named already
        ("ovhcloud/gra", "ovhcloud/gra"),  # a row of the tables
        ("fr-par-1", "scaleway/fr-par-1"),  # an alias of one
        ("mistral", "mistral/swe"),  # a provider, whose usual place it would hide
    ],
)
def test_a_name_that_is_known_is_refused(tmp_path: Path, name: str, taken: str) -> None:
    PlaceJournal(tmp_path).add_host(RACK, WHO)
    with refuses("host_taken") as refused:
        PlaceJournal(tmp_path).add_host(RACK | {"name": name}, WHO)
    for lang in ("fr", "en"):
        assert f"({taken})" in refused.value.message(lang)
    assert len(PlaceJournal(tmp_path).hosts()) == 1


def test_what_names_no_host_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    journal = PlaceJournal(tmp_path)
    with pytest.raises(PlaceRefused) as refused:
        journal.add_host(RACK | {"name": "Baie de la mairie"}, WHO)
    assert "minuscules" in refused.value.message("fr") and "lower-case" in refused.value.message("en")
    with refuses("host_unknown") as unknown:
        journal.add_host(RACK | {"wider": "server-room"}, WHO)
    assert "class/server-room" in unknown.value.message("fr")
    with refuses("zone_unknown"):
        journal.add_host(RACK | {"zone": "Atlantide"}, WHO)
    assert not (tmp_path / "places").exists()
    journal.add_host(RACK, WHO)
    with refuses("host_unknown"):  # a class is one of the tables: it is not withdrawn
        journal.add_host(RACK | {"name": "ville/salle", "wider": "ville/baie"}, WHO)


def test_the_default_host_of_a_home_is_not_withdrawn(tmp_path: Path) -> None:
    journal = PlaceJournal(tmp_path)
    journal.add_host(RACK, WHO)
    (tmp_path / "settings.toml").write_text('host = "ville/baie"\n')
    assert knowledge(tmp_path).home.host == "ville/baie"
    with refuses("host_of_settings"):
        journal.withdraw("ville/baie", WHO)
    assert len(journal.hosts()) == 1


def test_a_home_has_its_own_hosts_alone(tmp_path: Path) -> None:
    """Its build, then that of another home: the catalogue has the hosts of the one at work, under one version."""
    bare = load().version
    one, two = home_of(tmp_path / "one", activity()), home_of(tmp_path / "two", activity())
    PlaceJournal(one).add_host(RACK, WHO)
    make_build(one)
    assert load().label("ville/baie", "fr") == "ville/baie" and load().version == bare
    make_build(two)
    assert "ville/baie" not in load().subjects
    with refuses("answer_refused"):
        PlaceJournal(two).add_answers([said("pue", 1.2, "2026-06-16", host="ville/baie")], WHO)


def test_an_answer_that_names_no_model_is_said_to_enter_nothing(tmp_path: Path) -> None:
    file = tmp_path / "reponses.csv"
    head = "hote;champ;valeur;unite;date;repondant;document\n"
    file.write_text(head + "class/server-room;model_energy;0,4;Wh/1000 tokens;2026-01-01;Ville;rapport\n", "utf-8")
    done = spaced(sobria(tmp_path / "home", "places", "answers", str(file), *SAID).stdout)
    assert "Noté, n'entre dans aucun chiffre ni critère : le modèle n'est pas dit (model_energy)." in done
    assert "servent aux critères" not in done
