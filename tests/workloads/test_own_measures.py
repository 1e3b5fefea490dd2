"""Own measurements first: what a home measured of a model at a place, in estimate, build and comparison alike."""

import math
import re
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from estimator.builds.build import build
from estimator.catalogue.load import load
from estimator.comparison.comparison import Comparator
from estimator.comparison.option_inventory import ComparisonContext
from estimator.core.language import LANGUAGES
from estimator.governance.register.register import author
from estimator.ledger import Ledger
from estimator.ledger.rows import Activity
from estimator.ledger.withdrawals import Target, withdraw
from estimator.results.reading import Results
from estimator.workloads.estimate import estimate
from estimator.workloads.own_measures import ratio_of
from estimator.workloads.request import Request
from tests.comparison.test_compare import option, scenario
from tests.support import activity, append, built, sobria
from tests.workloads.test_modelled import answers

MODEL, HOST, DAY = "alibaba/qwen3-8b", "class/server-room", date(2026, 3, 1)
ASKED = {
    "model": MODEL, "host": HOST, "zone": "FRA", "device": "gpu/h100", "precision_bits": 16, "concurrency": 64,
    "output_tokens": 400, "input_tokens": 200, "requests": 1000, "day": DAY,
}  # fmt: skip


def measured(kwh: float, **more: object) -> Activity:
    """1,000 answers of 400 tokens to prompts of 200, and their electricity, read by a meter."""
    fields: dict[str, object] = {"model": "Qwen/Qwen3-8B", "host": HOST, "device": "gpu/h100", "precision": "16-bit"}
    fields |= {"concurrency": 64.0, "output_tokens": 400_000.0, "input_tokens": 200_000.0, "requests": 1000.0}
    fields |= {"cpu_energy_kwh": None, "cpu_mode": "mode/none", "other_energy_kwh": kwh, "other_mode": "mode/meter"}
    return activity(**fields | {"service_key": "compteur"} | more)


def test_the_ratio_of_the_runs_by_hand() -> None:
    """3 and 5 kWh measured for 1 computed twice: 8 ÷ 2 = 4. Each run is ln(3/4) and ln(5/4) off; beforehand a run has a
    variance of 0.21² + 0.0484². Half of their sum is that of a run, and the mean has half of it again."""
    low, value, high = ratio_of([(3.0, 1.0), (5.0, 1.0)])
    spread = math.sqrt((0.21**2 + 0.0484**2 + math.log(0.75) ** 2 + math.log(1.25) ** 2) / 2 * 1.5)
    assert value == 4
    assert (low, high) == pytest.approx((4 * math.exp(-1.6448536 * spread), 4 * math.exp(1.6448536 * spread)), rel=1e-6)


def test_more_runs_that_agree_are_less_in_doubt() -> None:
    widths = [high / low for low, _, high in (ratio_of([(2.0, 1.0)] * n) for n in (1, 3, 30))]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] == pytest.approx(math.exp(2 * 1.6448536 * math.sqrt(2 * (0.21**2 + 0.0484**2))), rel=1e-6)


def test_the_same_use_is_estimated_as_it_was_measured(tmp_path: Path) -> None:
    """Two readings of 2 and 4 kWh for the same answers: 3 kWh for these, 6 for twice as many, in an estimate, in a
    comparison and in the ledger."""
    own = built(tmp_path, measured(2.0), measured(4.0, start="2026-03-02T10:00:00")).own
    held = own[MODEL, HOST]
    assert (held.runs, held.first_day, held.last_day) == (2, "2026-03-01", "2026-03-02")
    found = estimate(Request(**ASKED), own=own)
    assert found.indicators["energy"].at_factor_values == pytest.approx(3.0 * _pue())
    twice = estimate(Request(**ASKED | {"requests": 2000}), own=own)
    assert twice.indicators["energy"].at_factor_values == pytest.approx(6.0 * _pue())
    told = [w["fr"] for w in found.warnings if w["code"] == "own_measures"]
    assert len(told) == 1 and told[0].startswith("D'après vos mesures")
    assert not [w for w in estimate(Request(**ASKED)).warnings if w["code"] == "own_measures"]
    elsewhere = Request(**ASKED | {"host": "class/hyperscale"})
    assert estimate(elsewhere, own=own).indicators["energy"].central == estimate(elsewhere).indicators["energy"].central


def test_build_compare_and_command_start_from_them_too(tmp_path: Path) -> None:
    row = answers(input_tokens=200_000.0, service_key="estime")
    home = built(tmp_path, measured(2.0), measured(4.0), row)
    services = {entry.service_key: entry for entry in home.services()}
    figures = estimate(Request(**ASKED), own=home.own).indicators["energy"]
    ours = services["estime"].indicators["energy"]
    for end in ("at_factor_values", "low", "central", "high"):
        assert ours[end] == pytest.approx(figures[end], rel=1e-9), end
    assert services["estime"].proof["estimated"] == pytest.approx(1)
    use = {name: value for name, value in ASKED.items() if name not in ("requests", "day")}
    asked = scenario(option("a", use=use), option("b", use=use | {"output_tokens": 200}))
    side = Comparator(asked, ComparisonContext(load(), DAY, tmp_path)).evaluated["a"].side
    assert sum(group.values["it_energy"] for group in side.groups) == pytest.approx(3.0)
    said = sobria(
        tmp_path, "estimate", "--model", MODEL, "--host", HOST, "--zone", "FRA", "--device", "gpu/h100",
        "--precision-bits", "16", "--concurrency", "64", "--output-tokens", "400", "--input-tokens", "200",
    )  # fmt: skip
    assert "D'après vos mesures : 2 relevés" in said.stdout.replace("\u202f", " ").replace("\xa0", " ")


SCENARIO = """
title = "Répondre"
[need]
unit = "une réponse"
volume = 1000
period = "mois"
input_tokens = 200
output_tokens = 400
[[options]]
id = "faq"
label = "la FAQ"
method = "none"
status = "studied"
why = "essai"
use = { it_energy_kwh = 0.00001, zone = "FRA" }
[[options]]
id = "modele"
label = "le modèle"
method = "model"
use = { model = "alibaba/qwen3-8b", host = "class/server-room", zone = "FRA", device = "gpu/h100", precision_bits = 16, concurrency = 64 }
"""  # noqa: E501 (lines of TOML)


def test_what_others_read_does_not_say_how_many_readings_nor_their_days(tmp_path: Path) -> None:
    """Three readings, of 4 December to 6 February, may be all that a team of two did: each document of a scenario,
    and each comparison, says that it starts from measures of these years, and no more."""
    built(tmp_path, *(measured(2.0, start=f"{day}T10:00:00") for day in ("2025-12-04", "2026-01-05", "2026-02-06")))
    file = tmp_path / "scenario.toml"
    file.write_text(SCENARIO, "utf-8")
    words = {"fr": "mesures de ce modèle à cet hébergement", "en": "measurements of this model at this hosting"}
    asked = [("sheet", kind, str(file)) for kind in ("evaluation", "questionnaire", "tender", "rgesn")]
    for line, lang in product((*asked, ("compare", str(file)), ("compare", str(file), "--json")), LANGUAGES):
        said = " ".join(sobria(tmp_path, *line, lang=lang).stdout.split())
        assert not re.search(r"[23] (relevés|readings)|4 d[ée]c|6 f[ée][vb]|4 Dec|6 Feb|2025-12-04|2026-02-06", said)
        assert f"{words[lang]} (2025-2026)" in said or line[1] in ("questionnaire", "tender", "rgesn"), line


@pytest.mark.parametrize(
    "aside",
    [{"other_mode": "mode/declared"}, {"requests": 10.0, "hours": 0.1}, {"requests": None}, {"model": "inconnu"}],
)
def test_what_is_not_a_measurement_of_a_service_teaches_nothing(tmp_path: Path, aside: dict[str, object]) -> None:
    assert built(tmp_path, measured(2.0, **aside)).own == {}


def test_withdrawing_the_measurements_restores_the_estimate(tmp_path: Path) -> None:
    row = answers(input_tokens=200_000.0, service_key="estime")
    bare = built(tmp_path / "bare", row).totals().indicators["energy"]
    home = tmp_path / "home"
    reading = measured(2.0, file_name="releve.csv", file_sha="f" * 64)
    append(Ledger(home), [reading, row])
    assert Results(build(home).path).own
    withdraw(Ledger(home), Target("file", "releve.csv"), author("DSI", "compteur mal placé"))
    after = Results(build(home).path)
    assert after.own == {}
    assert after.totals().indicators["energy"].central == bare.central


def _pue() -> float:
    return next(f.value for f in load().by_subject["pue", HOST] if f.role == "default")
