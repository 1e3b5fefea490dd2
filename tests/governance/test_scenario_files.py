"""A comparison that is kept with a use case: its file beside the register, its name in the register."""

from pathlib import Path

import pytest

from estimator.comparison.scenario import Scenario, read_scenario, scenario_of
from estimator.core.errors import SobriaError
from estimator.governance.indicators.scenarios import FOLDER, VOLUME, comparison, draft
from estimator.governance.register.register import Register, author

WHO = author("Vie associative", "comparaison")
FACTS = {"name": "Répondre", "task": "répondre", "unit": "une réponse", "service": "Accueil", "commune": "metropole"}
FACTS |= {"owner_role": "Accueil"}


def scenario(volume: float = 10) -> Scenario:
    option = {"id": "sans-ia", "label": "la page", "method": "none", "status": "not_studied"}
    return scenario_of({"title": "Répondre", "need": {"unit": "une réponse", "volume": volume}, "options": [option]})


def test_a_comparison_is_kept_with_a_new_use_then_with_the_same_one_over_nothing(tmp_path: Path) -> None:
    """Three saves: new, changed, unchanged: two files, the second named in the register, the first still there."""
    case = draft(tmp_path, scenario(), WHO, "", FACTS).keep()
    assert (case.id, case.scenario) == ("repondre", "repondre.toml")
    again = draft(tmp_path, scenario(20), WHO, case.id, {}).keep()
    assert again.scenario == "repondre-2.toml"
    assert draft(tmp_path, scenario(20), WHO, case.id, {}).keep().scenario == "repondre-2.toml"
    files = sorted(path.name for path in (tmp_path / FOLDER).iterdir())
    assert files == ["repondre-2.toml", "repondre.toml"]
    assert read_scenario(tmp_path / FOLDER / "repondre.toml").need.volume == 10
    found = comparison(tmp_path, Register(tmp_path).use_case("repondre"))
    assert found is not None and found.scenario.need.volume == 20


def test_the_volume_of_a_use_is_that_of_the_scenario_kept_last_and_its_history_says_so(tmp_path: Path) -> None:
    """12 167 then 9 125 uses a month; the service stays as it was said first."""
    case = draft(tmp_path, scenario(), WHO, "", FACTS | {"volume_per_month": 12_167}).keep()
    again = draft(tmp_path, scenario(20), WHO, case.id, {"volume_per_month": 9_125, "service": "Courrier"}).keep()
    assert (again.volume_per_month, again.service) == (9_125, "Accueil")
    last = max(Register(tmp_path).history(case.id), key=lambda event: event.at)
    assert last.kind == "changed" and {*last.data} == {"volume_per_month", "scenario"}


@pytest.mark.parametrize("wrong", [{"commune": "Nancy"}, {"service": ""}])
def test_a_refused_use_leaves_nothing_behind(wrong: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(SobriaError):
        draft(tmp_path, scenario(), WHO, "", FACTS | wrong)
    assert not (tmp_path / FOLDER).exists() and Register(tmp_path).use_cases() == []


def test_another_model_that_is_chosen_is_written_with_its_host_and_the_same_one_changes_nothing(tmp_path: Path) -> None:
    """A light set at a regional site; the same again; then a large one of a provider, whose place nobody stated."""
    first = {"model": "set/light", "host": "class/shared-regional"}
    case = draft(tmp_path, scenario(), WHO, "", FACTS | first).keep()
    same = draft(tmp_path, scenario(), WHO, case.id, first).keep()
    assert same.head == case.head, "nothing is new"
    other = draft(tmp_path, scenario(), WHO, case.id, {"model": "set/large"}).keep()
    assert (other.model, other.host) == ("set/large", "")
    none = draft(tmp_path, scenario(), WHO, case.id, {"host": "class/desk", "model": None}).keep()
    assert (none.model, none.host) == ("set/large", "class/desk")


def test_a_host_in_words_of_its_own_is_kept_where_one_option_alone_has_the_model(tmp_path: Path) -> None:
    """« notre salle » stays in the register, beside a comparison at a place that we know; of two places, the chosen
    one is written."""
    use = {"model": "qwen3-8b", "device": "gpu/h100", "concurrency": 16}
    places = ("class/server-room", "class/hyperscale")
    options = [
        {"id": f"o{n}", "label": f"o{n}", "method": "model", "use": use | {"host": place}}
        for n, place in enumerate(places)
    ]
    values = scenario().model_dump(exclude_none=True)
    one, two = (scenario_of(values | {"options": [*values["options"], *options[:n]]}) for n in (1, 2))
    case = draft(tmp_path, one, WHO, "", FACTS | {"model": "qwen3-8b", "host": "notre salle"}).keep()
    chosen = {"model": "qwen3-8b", "host": places[0]}
    assert draft(tmp_path, one, WHO, case.id, chosen).keep().host == "notre salle"
    assert draft(tmp_path, two, WHO, case.id, chosen).keep().host == places[0]


def test_a_volume_is_never_written_without_the_unit_that_it_counts(tmp_path: Path) -> None:
    """2 000 letters, then 208 files closed: of a comparison without a volume of the month, the unit stays."""
    case = draft(tmp_path, scenario(), WHO, "", FACTS | {VOLUME: 2_000}).keep()
    again = draft(tmp_path, scenario(), WHO, case.id, {VOLUME: 208, "unit": "un dossier clos"}).keep()
    assert (again.volume_per_month, again.unit) == (208, "un dossier clos")
    unsaid = draft(tmp_path, scenario(), WHO, case.id, {"unit": "une lettre"}).keep()
    assert (unsaid.volume_per_month, unsaid.unit) == (208, "un dossier clos")
