"""Options side by side: published ratios, paired verdicts, refusals, growth, crossing; by hand."""

import json
from datetime import date
from pathlib import Path

import pytest

from estimator.catalogue.load import load
from estimator.cli.compare_text import compare_text
from estimator.comparison import balance, comparison, decision_sheet
from estimator.comparison.answer import Answer, Crossing, Sufficient
from estimator.comparison.breakdown import components
from estimator.comparison.comparison import Comparator, explain_difference, pair_of
from estimator.comparison.decision_sheet import decision
from estimator.comparison.option_inventory import ComparisonContext, OptionInventory, built
from estimator.comparison.scenario import Option, Quality, Scenario, ScenarioRefused, read_scenario, scenario_of
from estimator.comparison.verdict_text import found_words, smallest_words, told
from estimator.comparison.volume_sweep import crossings, growth
from estimator.workloads.estimate import estimate
from estimator.workloads.request import Request
from tests.core.test_numbers import spaced

DAY = date(2026, 6, 1)
NONE = {"id": "sans-ia", "label": "sans IA", "method": "none", "status": "not_studied"}
SITE = {"zone": "FRA", "host": "class/server-room"}
# Zschache & Hartwig 2025, arXiv 2508.14170, table B1: Wh for 189 texts on an H100 server
PUBLISHED_WH = {"linear": 0.12, "qwen-7b": 5.58, "llama-8b": 5.86, "qwen-72b": 48.66, "ds-llama-70b": 702.06}


def crossing_of(asked: Scenario, context: ComparisonContext, a: str, b: str) -> Crossing | None:
    """The crossing of these two options, of all that a comparison finds."""
    return next((found for found in crossings(Comparator(asked, context)) if {found.a, found.b} == {a, b}), None)


def option(name: str, quality: float | None = 0.9, **more: object) -> dict:
    found = {"id": name, "label": f"l'option {name}", "method": "model", "acceptance": 1.0, **more}
    return found | ({"quality": {"value": quality}} if quality is not None else {})


def scenario(*options: dict, volume: float = 1000, **more: object) -> Scenario:
    need = {"unit": "une réponse", "volume": volume, "output_tokens": 300, "input_tokens": 800}
    return scenario_of({"title": "essai", "day": DAY, "need": need, "options": [NONE, *options], **more})


def worked(*options: dict, **more: object) -> Comparator:
    return Comparator(scenario(*options, **more), ComparisonContext(load(), DAY))


def test_a_published_light_against_large_table_gives_its_ratios() -> None:
    options = [
        option(name, use={"it_energy_kwh": wh / 1000 / 189, "zone": "DEU", "pue": 1.3})
        for name, wh in PUBLISHED_WH.items()
    ]
    body = decision(scenario(*options, volume=189))
    assert body.reference == "linear"
    ratios = {pair.b: pair.ratio for pair in body.lead}
    for name, wh in PUBLISHED_WH.items():
        if name != "linear":
            for point in ("low", "median", "high", "at_factor_values"):
                assert getattr(ratios[name], point) == pytest.approx(wh / 0.12, rel=1e-9)
    assert ratios["ds-llama-70b"].at_factor_values == pytest.approx(5850.5)
    assert {pair.verdict for pair in body.lead} == {"lower_always"}
    total = next(o for o in body.options if o.id == "qwen-72b").service["energy"]["at_factor_values"]
    assert total == pytest.approx(48.66e-3 * 1.3)


def test_the_same_table_from_the_published_cases(shared_data: Path) -> None:
    cases = json.loads((shared_data / "validation" / "cases.json").read_text("utf-8"))
    cases = cases["cases"] if isinstance(cases, dict) else cases
    table = {
        case["id"]: (case["workload"], case["published"][0]["value"])
        for case in cases
        if case["family"].startswith("Zschache") and case["kind"] == "arithmetic"
    }
    assert len(table) > 10
    options = [
        option(f"o{n}", use={"it_energy_kwh": w["hours"] * w["host_power_w"] / 1000 / 189, "zone": "DEU", "pue": 1.3})
        for n, (w, _) in enumerate(table.values())
    ]
    work = worked(*options, volume=189)
    published = [value for _, value in table.values()]
    for n, value in enumerate(published[1:], 1):
        ratio = pair_of(work, "o0", f"o{n}", "energy").ratio.at_factor_values
        assert ratio == pytest.approx(value / published[0], rel=0.03)  # energies are printed to 0.00001 kWh


def test_overlapping_intervals_are_decided_when_pairs_are() -> None:
    """Trap 7: 1 kWh against 1.2 in one country and one server room: intervals overlap, the ratio is always 1.2."""
    body = decision(
        scenario(option("a", use={"it_energy_kwh": 1, **SITE}), option("b", use={"it_energy_kwh": 1.2, **SITE}))
    )
    a, b = (o.service["gwp"] for o in body.options[1:])
    assert b["low"] < a["high"]
    pairs = [pair for indicator in ("energy", "gwp") for pair in body.pairs[indicator] if pair.a == "a"]
    assert [pair.verdict for pair in pairs] == ["lower_always", "lower_always"]
    assert pairs[1].ratio.low == pytest.approx(1.2)
    assert "1,2" in pairs[1].sentence["fr"] or "17" in pairs[1].sentence["fr"]


def test_truly_overlapping_options_are_not_decided() -> None:
    """Two models of the same size and unknown concurrency: nothing says which is lower."""
    work = worked(option("a", use={"model": "qwen3-8b", **SITE}), option("b", use={"model": "llama-3.1-8b", **SITE}))
    assert work.pair("a", "b", "energy").verdict == "undecided"


def test_what_two_options_share_does_not_blur_their_ratio() -> None:
    """The same model at two sites: energy per token, host ratio and waiting cancel; the ratio is that of the PUE."""
    sites = {"a": "scaleway/fr-par-2", "b": "scaleway/nl-ams-1"}
    work = worked(*(option(n, use={"model": "qwen3-8b", "host": host}) for n, host in sites.items()))
    pue = [load().by_subject[("pue", host)][0].value for host in sites.values()]
    found = work.pair("a", "b", "energy").ratio
    assert found is not None and found.at_factor_values == pytest.approx(pue[1] / pue[0])
    assert found.high / found.low < 1.2


def test_figures_are_per_accepted_answer() -> None:
    """Half of the answers accepted, two attempts each: four times the electricity, whatever the volume."""
    easy = option("a", use={"it_energy_kwh": 1, **SITE})
    hard = option("b", use={"it_energy_kwh": 1, **SITE}, acceptance=0.5, attempts=2)
    found = worked(easy, hard).pair("a", "b", "energy").ratio
    assert found is not None and found.at_factor_values == pytest.approx(4)


def test_an_option_is_its_own_estimate() -> None:
    """To the digit at the values of factors; its draws are those of a model that is served alike at every site."""
    use = {"model": "qwen3-8b", "device": "gpu/h100", "concurrency": 16, **SITE}
    body = decision(scenario(option("a", use=use)))
    alone = estimate(Request(**use, output_tokens=300, input_tokens=800, requests=1000, day=DAY))
    option_, estimate_ = body.options[1].service["gwp"], alone["indicators"]["gwp"]
    for end, within in (("at_factor_values", 1e-12), ("low", 0.02), ("central", 0.02), ("high", 0.02)):
        assert option_[end] == pytest.approx(estimate_[end], rel=within), end


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"unit": "une page"}, "other_service"),
        ({"use": {"it_energy_kwh": 2, "data_gb": 1, **SITE}}, "other_boundary"),
    ],
)
def test_what_cannot_be_compared_is_refused(change: dict, reason: str) -> None:
    other = option("b", **{"use": {"it_energy_kwh": 2, **SITE}} | change)
    work = worked(option("a", use={"it_energy_kwh": 1, **SITE}), other)
    pair = pair_of(work, "a", "b", "gwp")
    assert (pair.verdict, pair.reason) == ("not_comparable", reason)
    assert pair.words["fr"].startswith("non comparable") and "Non comparable" in told(pair, "fr")


def test_an_untested_option_is_compared_and_said_to_be_untested() -> None:
    """1 kWh against 2, nobody tested: a half, quality to be checked; tested on one side, the other is told."""
    sides = [option(n, None, use={"it_energy_kwh": kwh, **SITE}) for n, kwh in (("a", 1), ("b", 2))]
    pair = decision(scenario(*sides)).lead[0]
    assert pair.verdict == "lower_always" and pair.ratio.median == pytest.approx(2)
    assert "qualité à vérifier : non testée" in spaced(pair.sentence["fr"])
    assert "quality to be checked: not tested" in pair.sentence["en"]
    half = decision(scenario(sides[0] | {"quality": {"value": 0.9}}, sides[1])).lead[0]
    assert "(qualité : 90 % contre non testée)" in spaced(half.sentence["fr"])


def test_near_options_read_as_much_within_a_tenth() -> None:
    """1 kWh against 1.02: no ratio of percents is said where the verdict is that both are the same."""
    sides = [option(n, use={"it_energy_kwh": kwh, **SITE}) for n, kwh in (("a", 1), ("b", 1.02))]
    pair = decision(scenario(*sides)).lead[0]
    assert pair.verdict == "equivalent"
    assert spaced(pair.sentence["fr"]).startswith("L'option a : autant d'électricité que l'option b, à 10 % près (")
    assert pair.sentence["en"].startswith("L’option a: as much electricity as l’option b, within 10%")


def test_manufacture_counted_on_one_side_only_is_another_boundary() -> None:
    work = worked(
        option("a", use={"it_energy_kwh": 1, **SITE}),
        option("b", use={"it_energy_kwh": 2, "device": "gpu/h100", **SITE}, reserved_hours=3),
    )
    assert work.pair("a", "b", "gwp").reason == "other_boundary"
    for names in (("a", "b"), ("b", "a")):
        assert "la fabrication du matériel, pour l'option b seulement" in spaced(
            pair_of(work, *names, "gwp").words["fr"]
        )
    assert work.pair("a", "b", "energy").verdict == "lower_always"


def test_people_stand_beside_the_service_and_never_change_a_verdict() -> None:
    """6 min of a workstation at 0.0765 kWh/h for an answer = 7.65 Wh, beside; the form makes nothing run that is
    described: unknown, never zero. Sixty minutes more on the lower side change no verdict."""
    form = {"id": "formulaire", "label": "le formulaire", "method": "none", "quality": {"value": 0.95}}
    people = {"screen_minutes": 6, "work_minutes": 9}
    models = [option(n, use={"it_energy_kwh": kwh, **SITE}) for n, kwh in (("a", 0.001), ("b", 0.002))]

    def answer(minutes: float) -> Answer:
        first = models[0] | {"people": {"screen_minutes": minutes, "work_minutes": 4}}
        need = {"unit": "une réponse", "volume": 1000}
        given = {"title": "essai", "day": DAY, "need": need, "options": [form | {"people": people}, first, models[1]]}
        return decision(scenario_of(given))

    body = answer(3)
    power = next(f.value for f in load().by_subject[("terminal_power", "terminal/laptop-with-screen")])
    beside = body.options[0].people["energy"]
    assert beside.low < 6 / 60 * power < beside.high
    assert [o.minutes for o in body.options] == [9, 4, None]
    assert body.options[0].service["energy"].central is None
    assert "n'est pas décrit" in spaced(body.options[0].service["energy"].missing["fr"]).replace("’", "'")
    assert body.pair("formulaire", "a").reason == "a_not_estimable"
    assert answer(63).pairs == body.pairs and answer(63).options[1].service == body.options[1].service


def test_components_add_up_to_the_figure_and_their_split_to_the_difference() -> None:
    use = {"model": "qwen3-8b", "device": "gpu/h100", "concurrency": 16, "data_gb": 0.001, **SITE}
    far = use | {"host": "scaleway/pl-waw-2", "zone": None, "model": "mistral-large-latest"}
    work = worked(option("a", use=use), option("b", use=far))
    for indicator in ("energy", "water", "adpe", "gwp", "primary_energy"):
        sides = [work.evaluated[name].side for name in ("a", "b")]
        figure = work.paired("a", "b", indicator).figure
        for side in sides:
            assert sum(components(side, indicator).values()) == pytest.approx(side.central(figure), rel=1e-12)
        totals = [side.at_factor_values(figure) for side in sides]
        split = explain_difference(work, "a", "b", indicator).split
        assert sum(split.values()) == pytest.approx(totals[1] - totals[0], rel=1e-12)


def test_the_doubt_comes_from_what_is_not_shared() -> None:
    use = {"device": "gpu/h100", "concurrency": 16, **SITE}
    work = worked(
        option("a", use=use | {"model": "qwen3-8b"}), option("b", use=use | {"model": "mistral-large-latest"})
    )
    found = explain_difference(work, "a", "b", "energy")
    assert sum(found.matters.values()) == pytest.approx(1)
    assert all(key.startswith("token_") for key in list(found.matters)[:3])
    ends = found.tornado[next(k for k in found.tornado if k.startswith("pue/"))]
    assert ends[0] == pytest.approx(ends[1])  # the shared PUE moves both alike


def test_a_reserved_server_and_a_shared_service_cross_where_their_lines_do() -> None:
    """Shared: a kWh each. Reserved: f kWh whatever happens, then b < a each. They meet at f / (a - b)."""
    use = {"model": "qwen3-8b", "device": "gpu/h100", "device_count": 1, "concurrency": 16, **SITE}
    asked = scenario(option("partage", use=use), option("reserve", use=use, reserved_hours=8766), volume=1e6)
    context = ComparisonContext(load(), DAY)
    found = crossing_of(asked, context, "partage", "reserve")
    assert found is not None and found.below == "partage"

    def kwh(name: str, times: float) -> float:
        work = Comparator(asked, context, times)
        total = work.evaluated[name].side.at_factor_values(work.paired(name, name, "energy").figure)
        assert total is not None
        return total

    each = kwh("partage", 1) / 1e6
    slope = (kwh("reserve", 1) - kwh("reserve", 0.5)) / 0.5e6
    fixed = kwh("reserve", 1) - slope * 1e6
    assert fixed == pytest.approx(8766 * 0.7 * 0.15 * 1.43 * 2.26, rel=1e-6)  # hours × kW × idle share × host × PUE
    assert found.units["central"] == pytest.approx(fixed / (each - slope), rel=0.5)
    at = fixed / (each - slope) / 1e6
    assert kwh("partage", at) == pytest.approx(kwh("reserve", at))
    assert found.units["low"] <= found.units["central"] <= found.units["high"]


def test_two_proportional_options_never_cross() -> None:
    asked = scenario(option("a", use={"it_energy_kwh": 1, **SITE}), option("b", use={"it_energy_kwh": 2, **SITE}))
    assert crossing_of(asked, ComparisonContext(load(), DAY), "a", "b") is None


def test_growth_says_when_a_reserved_server_no_longer_suffices() -> None:
    use = {"model": "qwen3-8b", "device": "gpu/h100", "device_count": 1, "concurrency": 16, **SITE}
    asked = scenario(option("reserve", use=use, reserved_hours=100), volume=1e6)
    grown = growth(Comparator(asked, ComparisonContext(load(), DAY)))
    assert [g.times for g in grown] == [1, 3, 10]
    assert [g.beyond for g in grown] == [(), (), ("reserve",)] or grown[-1].beyond == ("reserve",)
    assert grown[0].energy["reserve"]["central"] < grown[1].energy["reserve"]["central"]


def test_an_answer_evaluates_each_option_once_a_volume(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, three and ten times the volume for the sweep, half of it for the lines that cross: what cannot be computed
    is found on the way, and none of it is evaluated again. An option on a shared server is also tried elsewhere."""
    seen: list[tuple[Option, float]] = []

    def noted(scenario: Scenario, option: Option, context: ComparisonContext, times: float = 1.0) -> OptionInventory:
        seen.append((option, times))
        return built(scenario, option, context, times)

    for module in (comparison, decision_sheet, balance):
        monkeypatch.setattr(module, "built", noted)
    asked = read_scenario(Path("docs/scenario.toml"))
    answer = decision(asked)
    studied = [option for option in asked.options if option.status == "studied"]
    own = [(option.id, times) for option, times in seen if option in studied]
    assert sorted(own) == sorted((option.id, times) for option in studied for times in (0.5, 1, 3, 10))
    assert {g.times for g in answer.growth} == {1, 3, 10} and answer.crossings


def test_a_model_that_embeds_is_compared_whatever_the_need_writes() -> None:
    """300 tokens read, as an estimate of them alone, beside a need of 60 tokens written, or of a task; one that says
    nothing of what it reads is told so."""
    use = {"model": "bge-m3", **SITE}
    asked = {"unit": "une recherche", "volume": 1}
    alone = estimate(Request(**use, input_tokens=300, day=DAY))["indicators"]["energy"]
    for need in ({"output_tokens": 60}, {"task": "question-rag"}):
        body = decision(scenario(option("a", use=use | {"input_tokens": 300}), need=asked | need))
        assert body.options[1].service["energy"]["at_factor_values"] == pytest.approx(alone["at_factor_values"]), need
        assert not [s for s in body.suppositions if s.kind == "task"], need
    [_, bare] = decision(scenario(option("a", use=use), need=asked | {"output_tokens": 60})).options
    assert (
        bare.status == "refused" and "--input-tokens" in bare.refusal["fr"] and "--input-tokens" in bare.refusal["en"]
    )


def test_the_smallest_model_that_suffices() -> None:
    """The light one misses the threshold of 0.9, the middle one reaches it, the large one is not needed."""
    marks = {"leger": (0.8, 1), "moyen": (0.92, 3), "grand": (0.95, 40)}
    options = [option(n, q, use={"it_energy_kwh": kwh, **SITE}) for n, (q, kwh) in marks.items()]
    body = decision(scenario(*options, constraints={"quality": {"value": 0.9}}))
    assert body.smallest_sufficient == Sufficient(status="found", id="moyen", threshold=0.9)
    more = [*options, option("non-teste", None, use={"it_energy_kwh": 2, **SITE})]
    more.append(options[0] | {"id": "autre", "label": "autre", "quality": {"value": 0.95, "test": "un autre"}})
    more[:3] = [o | {"quality": o["quality"] | {"test": "relus"}} for o in options]
    for wanted, status in ((0.9, "found"), (0.99, "to_check")):
        asked = scenario(*more, constraints={"quality": {"value": wanted, "test": "relus"}})
        found = decision(asked).smallest_sufficient
        assert (found.status, found.untested) == (status, ("non-teste", "autre")), wanted
    assert [o.meets_threshold for o in body.options] == [None, False, True, True]
    assert body.reference == "moyen"


def test_all_that_suffice_are_named_beside_the_one_that_uses_the_least() -> None:
    """Both servers of the program and the large model reach 0.85 by 100 cases; 88 of 100 do not assure it."""
    program = {"id": "alternative/text-search", "host": "class/server-room", "zone": "FRA"}
    servers = [{"method": "none", "alternative": program | {"existing_server": shared}} for shared in (True, False)]
    runs = {"partage": servers[0], "seul": servers[1]} | dict.fromkeys(
        ("grand", "juste"), {"use": {"it_energy_kwh": 1, **SITE}}
    )
    found = zip(runs.items(), (96, 96, 94, 88), strict=True)
    options = [option(n, None, **more) | {"quality": {"value": f"{right} sur 100"}} for (n, more), right in found]
    body = decision(scenario(*options, constraints={"quality": {"value": 0.85}}))
    said = spaced(smallest_words(body, "fr"))
    assert said.startswith("Suffisent sans IA : l'option partage, l'option seul.")
    assert "Suffit aussi : l'option grand." in said and "L'option juste : 88 %" in said


def test_the_same_option_at_several_sites() -> None:
    asked = scenario(option("a", use={"model": "qwen3-8b", "host": "class/server-room", "zone": "FRA"}))
    body = decision(asked, sites=("a", ["scaleway/fr-par-2", "scaleway/pl-waw-2"]))
    france, poland = body.options
    assert poland.service["gwp"].at_factor_values > 5 * france.service["gwp"].at_factor_values
    assert "Scaleway" in france.label


def test_a_measured_service_stands_for_an_option(tmp_path: Path) -> None:
    from tests.support import activity, built

    home = tmp_path / "home"
    built(home, activity(service_key="regles", other_energy_kwh=2.0, items=100.0))
    asked = scenario({**option("m"), "measured": {"service": "regles"}}, volume=1000)
    body = decision(asked, home)
    assert body.options[1].proof
    figure = body.options[1].service["energy"].at_factor_values
    from estimator.results.reading import open_current

    build = open_current(home)
    assert build is not None
    assert figure == pytest.approx(10 * build.totals().indicators["energy"].at_factor_values)


def test_an_option_computed_elsewhere_than_where_it_must_is_shown_and_never_chosen() -> None:
    """The lower option runs in Poland though France is required; the Union holds both; the Moon cannot be checked."""
    options = (
        option("a", use={"it_energy_kwh": 1, "zone": "POL", "pue": 1.2}),
        option("b", use={"it_energy_kwh": 9, "zone": "FRA", "pue": 1.2}),
    )
    for wanted, leads, said in (
        ("FRA", "b", ["outside_location"]),
        ("Lune", "a", ["location_unread"]),
        ("EU27", "a", []),
        ("Pologne", "a", []),
        ("France", "b", ["outside_location"]),
        ("", "a", []),
    ):
        limits = {"location": wanted, "quality": {"value": 0.9}}
        body = decision(scenario(*options, constraints=limits))
        assert body.smallest_sufficient.id == leads, wanted
        found = next(o for o in body.options if o.id == "a")
        assert [w["code"] for w in found.warnings if "location" in w["code"]] == said


def test_a_quality_of_zero_is_not_that_of_all_answers() -> None:
    """No answer was accepted: 0 is not « not given », which is taken as all of them; a stated share stands."""
    use = {"it_energy_kwh": 1, **SITE}
    stated = {"acceptance": 0.5, "acceptance_why": "relevé d'un mois"}
    body = decision(scenario(option("a", 0, use=use, acceptance=None), option("b", 0, use=use, **stated)))
    a, b = body.options[1:]
    assert (a.status, a.refusal["code"], a.service, b.accepted) == ("refused", "nothing_accepted", {}, 0.5)


@pytest.mark.parametrize(
    ("kwh", "quality", "accepted", "supposed"),
    [
        (0.9, None, None, True),  # 0.9 against 1 / 0.6: lower as long as nobody counts its refused answers
        (0.9, 14, None, True),  # a mark says nothing of the share
        (1 / 0.6, None, None, True),  # equivalent on the same condition
        (2.0, None, None, False),  # higher anyway: refused answers would only raise it
        (0.9, None, 1.0, False),  # somebody says so
        (0.9, 1.0, None, False),
    ],
)
def test_a_verdict_that_rests_on_an_untested_quality_says_so(
    kwh: float, quality: float | None, accepted: float | None, supposed: bool
) -> None:
    """One option is divided by the 60 % that a test found, the other by nothing."""
    tested = option("a", 0.6, use={"it_energy_kwh": 1, **SITE}, acceptance=None)
    other = option("b", quality, use={"it_energy_kwh": kwh, **SITE}, acceptance=accepted)
    pair = next(p for p in decision(scenario(tested, other)).pairs["energy"] if {p.a, p.b} == {"a", "b"})
    assert ("si toutes les réponses de « l'option b » sont acceptées" in spaced(pair.words["fr"])) is supposed
    assert ("which is not tested" in pair.words["en"]) is supposed


def test_a_zone_said_of_a_site_moves_it_nowhere(tmp_path: Path) -> None:
    """The lower option is said « in France » at a site of the United States: it counts the French electricity that was
    asked for, says so, and does not keep the place that is wanted. The same of a program, and of what was measured."""
    from tests.support import activity, built

    built(tmp_path, activity(service_key="chat", host="openai/usa", zone="FRA", items=100.0))
    program = {"id": "alternative/static-page", "existing_server": True, "host": "openai/usa", "zone": "FRA"}
    options = (
        option("a", use={"it_energy_kwh": 1, "host": "openai/usa", "zone": "France"}),
        option("p", method="none", alternative=program),
        {**option("m"), "measured": {"service": "chat"}},
        option("b", use={"it_energy_kwh": 9, "host": "ovhcloud/gra", "zone": "FRA"}),
    )
    body = decision(scenario(*options, constraints={"location": "FRA"}), tmp_path)
    told = {
        o.id: [w["code"] for w in o.warnings if w["code"] in ("zone_apart", "outside_location")] for o in body.options
    }
    apart = ["zone_apart", "outside_location"]
    assert (told["a"], told["p"], told["b"]) == (apart, apart, [])
    assert [body.option(name).barred for name in "apmb"] == [*[("outside",)] * 3, ()]
    near = [
        ("openai/usa", "USA-VA"),
        ("aws/us-east-1", "USA"),
        ("class/desk", "FRA"),
        (None, "FRA"),
        ("openai/usa", None),
    ]
    assert not any(load().zone_apart(host, zone) for host, zone in near)


def test_a_refused_answer_is_asked_again_by_people_too() -> None:
    """60 minutes of work for one answer, 80 % accepted: 1.25 hours for one unit, of a terminal and of a person, who are
    told together; none accepted, no figure and no hours."""
    shares = {1.0: (1000, "1 000"), 0.8: (1250, "1 300"), 0.5: (2000, "2 000")}
    for share, (hours, said) in shares.items():
        made = option("a", use={"it_energy_kwh": 1, **SITE}, acceptance=share, people={"work_minutes": 60})
        body, [desk] = decision(scenario(made)), worked(made).evaluated["a"].built.people
        assert desk.amounts["terminal_hours"] == pytest.approx(hours) == body.hours(body.option("a"))
        assert f"60 min par réponse, {said} h par an" in spaced(compare_text(body, "fr"))
    none = option("a", 0.0, use={"it_energy_kwh": 1, **SITE}, people={"work_minutes": 60}) | {"acceptance": None}
    assert " h par an" not in compare_text(decision(scenario(none)), "fr")


def test_minutes_of_work_are_minutes_of_a_screen_unless_others_are_stated() -> None:
    """By one rule for a person and for a model: 60 min for each of 1,000 answers is 1,000 h of a terminal, 30 stated is
    500 h, 0 stated is 0 kWh, and nothing stated is unknown. It is said; and that some is counted otherwise."""
    person = {"id": "alternative/by-hand", "existing_server": True, "zone": "FRA"}
    minutes = {"a": {}, "b": {"screen_minutes": 30}, "c": {"screen_minutes": 0}}
    made = [option("p", method="none", alternative=person, people={"work_minutes": 60})]
    made += [option(n, use={"it_energy_kwh": 1, **SITE}, people={"work_minutes": 60} | m) for n, m in minutes.items()]
    made.append(option("d", use={"it_energy_kwh": 1, **SITE}))
    found = {name: e.built.people for name, e in worked(*made).evaluated.items()}
    hours = {name: groups[0].amounts["terminal_hours"] if groups else None for name, groups in found.items()}
    assert hours == {"p": 1000, "a": 1000, "b": 500, "c": 0, "d": None}
    body = decision(scenario(*made))
    assert body.option("c").people["energy"].central == 0 and not body.option("d").people
    assert body.option("p").people_period == body.option("a").people_period
    [own], [alike] = body.said("desk", "fr"), decision(scenario(*made[:2])).said("desk", "fr")
    assert "sauf mention contraire" in own and "pour chaque option" in alike
    assert own in compare_text(body, "fr") and not decision(scenario(made[-1])).said("desk", "fr")


def test_without_a_threshold_no_model_suffices() -> None:
    """Nobody said how good is good enough: the model of least electricity is not « le plus petit qui suffit »."""
    options = [option(n, 0.9, use={"it_energy_kwh": kwh, **SITE}) for n, kwh in (("leger", 1), ("grand", 40))]
    body = decision(scenario(*options))
    assert body.smallest_sufficient is None
    for lang, never in (("fr", "qui suffi"), ("en", "that suffices")):
        told = compare_text(body, lang)
        assert never not in told and smallest_words(body, lang) in told
    assert "Sans seuil de qualité" in smallest_words(body, "fr")
    reached = decision(scenario(*options, constraints={"quality": {"value": 0.95}}))
    assert reached.smallest_sufficient == Sufficient(status="none", threshold=0.95, reason="suffices")
    assert "Aucune option étudiée" in smallest_words(reached, "fr")


@pytest.mark.parametrize(
    ("value", "ends", "assured"),
    [("42 sur 50", (0.7377, 0.9075), False), ("45/50", (0.8085, 0.9505), True), (0.84, None, None)],
)
def test_a_threshold_is_assured_by_all_that_the_test_leaves_possible(
    value: object, ends: object, assured: object
) -> None:
    """Wilson at 90 %, z = 1.645, z² = 2.706: of 42 in 50, (0.84 + 0.02706 ± 1.645 √(0.84 × 0.16/50 + 2.706/10000))
    / 1.0541 = 0.8226 ± 0.0849; 45 of 50 is 0.8795 ± 0.0710. Against 0.8."""
    made = option("leger", None, use={"it_energy_kwh": 1, **SITE}) | {"quality": {"value": value}}
    body = decision(scenario(made, constraints={"quality": {"value": 0.8}}))
    found, said = body.option("leger"), spaced(smallest_words(body, "fr"))
    assert found.assured is assured and (found.tested is None) is (ends is None)
    if ends:
        assert (found.tested.low, found.tested.high) == pytest.approx(ends, abs=1e-4)
        assert found.quality.cases == 50
    assert ("qui semblent suffire" in said) is (assured is not True)
    assert ("84 %, soit 42 sur 50, entre 74 et 91 %, le seuil n'est pas assuré" in said.replace("’", "'")) is (
        assured is False
    )
    assert ("Sans essai connu" in said.replace("’", "'")) is (ends is None)
    assert ("sur 50, entre" in spaced(compare_text(body, "fr"))) is (ends is not None)


def test_a_test_too_small_is_told_once_beside_its_option() -> None:
    """Two options that use the same: 42 of 50 does not assure 80 %, 100 of 100 does. 47.4 of 60 is no count."""
    light, same = ({"id": n, "use": {"it_energy_kwh": 1, **SITE}} for n in ("leger", "autre"))
    made = [option(o.pop("id"), None, **o) for o in (light, same)]
    made[0] |= {"quality": {"value": "42 sur 50"}}
    made[1] |= {"quality": {"value": "100 sur 100"}}
    said = spaced(smallest_words(decision(scenario(*made, constraints={"quality": {"value": 0.8}})), "fr"))
    assert said.count("le seuil n'est pas assuré") == 1 and said.count("soit 42 sur 50") == 1
    assert spaced(found_words(Quality(value=0.79, cases=60), "fr")).startswith("79 % de 60 cas, entre")


@pytest.mark.parametrize("quality", [{"value": "52 sur 50"}, {"value": "42/50", "cases": 60}, {"value": "42 sur 0"}])
def test_a_count_that_is_no_share_or_is_said_twice_is_refused(quality: dict) -> None:
    with pytest.raises(ScenarioRefused):
        scenario(option("leger", None, use={"it_energy_kwh": 1, **SITE}) | {"quality": quality})


def test_a_model_that_cannot_be_told_from_another_is_not_called_the_smallest() -> None:
    options = [option(n, 0.9, use={"model": n, **SITE}) for n in ("qwen3-8b", "llama-3.1-8b")]
    body = decision(scenario_with_ids(options))
    assert body.smallest_sufficient.tied
    assert "le moins" not in smallest_words(body, "fr") and "the least" not in smallest_words(body, "en")


def scenario_with_ids(options: list[dict]) -> Scenario:
    """Models named by their catalogue name, with a threshold that they reach."""
    named = [o | {"id": f"o{n}"} for n, o in enumerate(options)]
    return scenario(*named, constraints={"quality": {"value": 0.9}})


def test_the_sentence_says_the_quality_as_quality_and_what_figures_were_divided_by() -> None:
    """Quality 85 % with every answer counted as accepted; then 80 % accepted, said beside."""
    use = {"it_energy_kwh": 1, **SITE}
    sides = (option("a", 0.85, use=use), option("b", 0.9, use=use | {"it_energy_kwh": 3}))
    said = decision(scenario(*sides)).lead[0].sentence
    assert spaced(said["fr"]).endswith("(qualité indiquée : 85 % contre 90 %).")
    assert "accept" not in said["fr"] and "accept" not in said["en"]
    given = decision(scenario(sides[0] | {"acceptance": 0.8}, sides[1])).lead[0].sentence
    assert "réponses acceptées : 80 % contre toutes, par hypothèse" in spaced(given["fr"])
    assert "answers accepted: 80% against all of them, by assumption" in given["en"]


def test_a_quality_of_all_answers_is_said_in_percent() -> None:
    """Quality is a share up to 1, which is 100 %; above, a mark."""
    use = {"it_energy_kwh": 1, **SITE}
    sides = (option("a", 1.0, use=use), option("b", 12.0, use=use | {"it_energy_kwh": 3}))
    said = decision(scenario(*sides)).lead[0].sentence
    assert spaced(said["fr"]).endswith("(qualité indiquée : 100 % contre 12).")


def test_sites_are_compared_on_the_service_without_the_screens_of_people() -> None:
    """A minute of a laptop weighs a thousand times the answer: left in, it hides that Poland emits 20 times France."""
    people = {"screen_minutes": 60, "work_minutes": 60}
    asked = scenario(option("a", use={"model": "qwen3-8b", "host": "class/server-room", "zone": "FRA"}, people=people))
    hosts = ["scaleway/fr-par-2", "scaleway/pl-waw-2"]
    body = decision(asked, sites=("a", hosts))
    assert body.pairs["gwp"][0].verdict == "lower_always"
    assert all(not o.people for o in body.options) and body.place_of == "l'option a"
    assert "sans les postes de travail" in compare_text(body, "fr") and "suffi" not in compare_text(body, "fr")


def test_an_option_that_nothing_places_is_refused_with_those_that_can_be() -> None:
    asked = scenario(option("a", use={"model": "qwen3-8b", **SITE}))
    with pytest.raises(ScenarioRefused) as refused:
        decision(asked, sites=("sans-ia", ["scaleway/fr-par-2"]))
    assert refused.value.facts["read"] == "sans-ia" and refused.value.facts["expected"] == "a"


def test_the_text_of_a_comparison_has_no_empty_nor_doubled_sentence_and_no_english_number() -> None:
    untested = [option(n, None, use={"it_energy_kwh": kwh, **SITE}) for n, kwh in (("a", 1), ("b", 2))]
    text = spaced(compare_text(decision(scenario(*untested)), "fr"))
    assert "× 1, × 3, × 10 : plus bas dans tous les cas étudiés : l'option a (contre : l'option b)." in text
    assert " : ." not in text
    half = [option("a", use={"it_energy_kwh": 1, **SITE}, people={"work_minutes": 0.5})]
    half += [option("b", None, use={"it_energy_kwh": 2, **SITE}, people={"work_minutes": 0.5})]
    text = spaced(compare_text(decision(scenario(*half)), "fr"))
    assert "0,5 min" in text and "0.5" not in text
    assert all(line.lower().count("non comparable") < 2 for line in text.splitlines())


def test_an_impact_unknown_in_one_option_has_no_verdict_and_says_why() -> None:
    """Servers without a country: their manufacture is known, their electricity's impacts are not: no verdict on the sum
    of what is known."""
    model = {"model": "qwen3-8b", "host": "class/shared-regional", "device": "gpu/h100"}
    there = option("ici", use=model | {"zone": "POL"})
    work = worked(option("nulle-part", use=model), option("aussi", use=model), there)
    for figure in ("water", "adpe", "gwp", "primary_energy"):
        one, both = pair_of(work, "nulle-part", "ici", figure), pair_of(work, "nulle-part", "aussi", figure)
        assert (one.verdict, one.reason, one.ratio) == ("not_comparable", "a_not_estimable", None)
        assert "le pays du calcul n’est pas indiqué, ou n’est pas dans les tables" in one.words["fr"]
        assert (both.verdict, both.reason) == ("not_comparable", "neither_estimable")
        assert components(work.evaluated["nulle-part"].side, figure) == {}
    assert pair_of(work, "nulle-part", "ici").reason is None


def test_a_part_unknown_in_both_is_said_and_bars_the_verdict_where_it_weighs_otherwise() -> None:
    """No source gives the metals of a network: 1 GB on both sides is said, 1 GB against 2 GB or another network is not
    compared."""

    def sent(name: str, gb: float, network: str = "network/fixed-fra") -> dict:
        use = {"model": "qwen3-8b", "device": "gpu/h100", **SITE, "data_gb": gb, "network": network}
        return option(name, use=use, attempts=1 + len(name) / 1000)

    work = worked(sent("a", 1), sent("bb", 1), sent("ccc", 2), sent("dddd", 1, "network/mobile-fra"))
    alike = pair_of(work, "a", "bb", "adpe")
    assert alike.verdict == "equivalent"
    assert spaced(alike.words["fr"]) == "équivalents (sans le réseau : valeur inconnue des deux côtés)"
    assert {pair_of(work, "a", b, "adpe").reason for b in ("ccc", "dddd")} == {"other_unknown_part"}
    assert "le réseau, pas en même quantité des deux côtés (" in spaced(pair_of(work, "a", "ccc", "adpe").words["fr"])
    assert "réseau" not in pair_of(work, "a", "ccc", "gwp").words["fr"]


def test_the_tested_quality_is_the_share_that_is_accepted_unless_another_is_stated() -> None:
    """0.001 kWh × 1000 × PUE 1.5: ÷ 0.8 tested; ÷ 0.5 stated, both then printed; a mark of 14 divides nothing."""
    use = {"it_energy_kwh": 0.001, "zone": "FRA", "pue": 1.5}
    stated = {"acceptance": 0.5, "acceptance_why": "relevé d'un mois"}
    asked = [option("a", 0.8, use=use), option("b", 0.8, use=use, **stated), option("c", 14, use=use)]
    for made in (asked[0], asked[2]):
        made["acceptance"] = None
    body = decision(scenario(*asked))
    found = [o.service["energy"].at_factor_values for o in body.options[1:]]
    assert found == pytest.approx([1.5 / 0.8, 1.5 / 0.5, 1.5])
    told = next(p for p in body.pairs["energy"] if {p.a, p.b} == {"a", "b"}).sentence["fr"].replace("\u00a0", " ")
    assert "qualité indiquée : 80" in told and "réponses acceptées : 80" in told and "50" in told


def test_an_option_of_another_test_stands_beside_the_one_that_suffices() -> None:
    """One reaches the threshold of the test; the other, lower, was judged by another test: it is to be checked."""
    quality = {"value": 0.9, "test": "courrier", "date": "2026-01-31"}
    options = [option("a", None, use={"it_energy_kwh": 1, **SITE}) | {"quality": quality | {"test": "autre"}}]
    options += [option("b", None, use={"it_energy_kwh": 2, **SITE}) | {"quality": quality}]
    body = decision(scenario(*options, constraints={"quality": {"value": 0.8, "test": "courrier"}}))
    assert body.smallest_sufficient is not None and body.smallest_sufficient.id == "b"
    told = {lang: spaced(smallest_words(body, lang)).replace("’", "'") for lang in ("fr", "en")}
    assert "À vérifier, sans qualité par cet essai : l'option a." in told["fr"]
    assert "To be checked, without a quality by this test: l'option a." in told["en"]


@pytest.mark.parametrize(("day", "taken"), [("2026-01-31", True), ("9999-12-31", False), ("au printemps", True)])
def test_a_test_of_a_day_to_come_is_refused(day: str, taken: bool) -> None:
    tested = option("a", None, use={"it_energy_kwh": 1, **SITE}) | {"quality": {"value": 0.9, "date": day}}
    if taken:
        assert scenario(tested)
        return
    with pytest.raises(ScenarioRefused) as refused:
        scenario(tested)
    assert "Une date passée était attendue" in refused.value.message("fr")
    assert day in refused.value.message("en") and "no result" in refused.value.message("en")


def test_an_option_of_another_service_suffices_for_nothing() -> None:
    """Page views are no answers, whatever their quality: never retained, and their unit is said."""
    reached = {"quality": {"value": 0.8}}
    options = (
        option("vues", quality=0.95, unit="une page vue", use={"it_energy_kwh": 1, "zone": "FRA"}),
        option("reponses", quality=0.9, use={"it_energy_kwh": 9, "zone": "FRA"}),
        option("basse", quality=0.5, use={"it_energy_kwh": 2, "zone": "FRA"}),
    )
    body = decision(scenario(*options, constraints=reached))
    assert body.smallest_sufficient is not None and body.smallest_sufficient.id == "reponses"
    assert body.option("vues").barred == ("other_service",) and body.right_sized("vues") is False
    assert "« une page vue »" in spaced(compare_text(body, "fr"))
    alone = decision(scenario(options[0], options[2], constraints=reached)).smallest_sufficient
    assert alone is not None and (alone.status, alone.reason) == ("none", "suffices")
