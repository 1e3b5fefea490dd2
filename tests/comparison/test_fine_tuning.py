"""A fine-tuning week on four cards against a larger model prompted: by hand, on the command line's answer."""

from datetime import date

import pytest

from estimator.comparison.decision_sheet import decision
from estimator.comparison.scenario import ScenarioRefused, parse_scenario
from estimator.comparison.scenario_toml import scenario_toml

DAY = date(2026, 6, 1)
SCENARIO = """
title = "Trier le courrier : affiner un petit modèle, ou interroger un grand"
[need]
unit = "un courrier trié"
volume = 200000
task = "classify"
[[options]]
id = "regles"
label = "le jeu de règles"
method = "none"
alternative = {id = "alternative/keyword-rules", existing_server = true, host = "class/server-room", zone = "FRA"}
[[options]]
id = "affine"
label = "le modèle de 8 milliards affiné"
method = "model"
use = {model = "llama-3.1-8b", host = "class/server-room", zone = "FRA"}
fine_tuning = {device = "gpu/h100-sxm-80", device_hours = 672, host = "class/server-room", zone = "FRA"}
[[options]]
id = "grand"
label = "le modèle de 70 milliards interrogé"
method = "model"
use = {model = "llama-3.3-70b", input_tokens = 2000, output_tokens = 8, host = "class/server-room", zone = "FRA"}
"""
# 4 cards × 168 h × 0.7 kW × 70 % of it, × 1.43 for the server, × PUE 2.26
TUNING = 4 * 168 * 0.7 * 0.7 * 1.43 * 2.26


def test_a_week_on_four_cards_is_a_line_of_the_service() -> None:
    """672 card hours: 1,064 kWh; with the answers, the whole of the option; the larger model has one line, its answers.
    Beside, the publisher's training is of the answers alone: the same with and without the week of tuning."""
    rules, tuned, large = decision(parse_scenario(SCENARIO), today=DAY).options
    assert tuned.parts.keys() == {"fine_tuning", "answer"} and not large.parts and not rules.parts
    whole = tuned.service["energy"]["at_factor_values"]
    alone = parse_scenario(SCENARIO.replace("fine_tuning =", "# fine_tuning ="))
    untuned = decision(alone, today=DAY).option("affine")
    assert whole == pytest.approx(TUNING + untuned.service["energy"]["at_factor_values"])
    assert tuned.publisher is not None and tuned.publisher == untuned.publisher
    assert large.publisher is not None and rules.publisher is None
    assert tuned.components["energy"].get("idle", 0.0) == 0.0


def test_the_larger_model_prompted_uses_less_until_the_volume_pays_the_tuning() -> None:
    found = decision(parse_scenario(SCENARIO), today=DAY)
    pair = found.pair("affine", "grand")
    assert pair is not None and pair.lower == "grand"
    more = decision(parse_scenario(SCENARIO.replace("200000", "200000000")), today=DAY).pair("affine", "grand")
    assert more is not None and more.lower == "affine"


def test_a_fine_tuning_is_written_and_read_again_and_wants_a_use() -> None:
    scenario = parse_scenario(SCENARIO)
    assert parse_scenario(scenario_toml(scenario)) == scenario
    with pytest.raises(ScenarioRefused) as refused:
        parse_scenario(SCENARIO.replace('use = {model = "llama-3.1-8b", host', 'measured = {service = "x"} # {host'))
    assert "affine" in refused.value.message("fr")
