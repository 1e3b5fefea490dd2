"""Hosting: each RGESN criterion on both sides of its threshold, real sites, the questions, and answers read back."""

import json
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.catalogue.load import load
from estimator.core.errors import words
from estimator.places import evidence as host_facts
from estimator.places.criteria import HostingCriterion, criteria
from estimator.places.evidence import CriterionThreshold, HostUnknown, distance_class, shared, tables
from estimator.places.questionnaire import SupplierQuestion, questionnaire, questionnaire_csv
from estimator.places.requirements import CHOICES, FIELDS, PRIORITIES
from estimator.places.supplier_answers import (
    COLUMNS,
    AnswerRefused,
    AnswersRefused,
    SupplierAnswer,
    answered_bounds,
    read_answers,
)
from tests.support import refuses

DAY = date(2026, 11, 25)
BARE = "class/national-cloud"  # a host of which nothing counts: only answers speak
HOSTS = sorted(s.id for s in load().subjects.values() if s.kind == "host")
HEADER = ";".join(COLUMNS)


def answer(field: str, value: float | str, host: str = BARE, **more: object) -> SupplierAnswer:
    facts = {"host": host, "field": field, "value": value, "unit": FIELDS[field].unit, "date": DAY}
    return SupplierAnswer.model_validate(facts | {"by": "Hébergement", "document": "rapport.pdf"} | more)


def judged(criterion: str, host: str = BARE, day: date = DAY, **answers: float | str) -> HostingCriterion:
    """The criterion of a host of which these fields are answered."""
    said = [answer(field, value, host) for field, value in answers.items()]
    return next(c for c in criteria(host, day, said) if c.id == criterion)


def row(text: str) -> str:
    return f"{HEADER}\n{text}\n"


@pytest.mark.parametrize(
    ("criterion", "answers", "status"),
    [
        ("8.1", {"published_indicators": "yes"}, "met"),
        ("8.1", {"published_indicators": "partly"}, "not_met"),
        ("8.2", {"equipment_life": 8.1}, "met"),  # > 8 years, the example of the text
        ("8.2", {"equipment_life": 8}, "unknown"),  # an example is no duty: the policy settles it
        ("8.2", {"equipment_life": 6, "equipment_policy": "yes"}, "met"),
        ("8.2", {"equipment_life": 10, "equipment_policy": "no"}, "not_met"),
        ("8.3", {"pue": 1.49, "pue_kind": "measured"}, "met"),  # < 1.5
        ("8.3", {"pue": 1.5, "pue_kind": "measured"}, "not_met"),
        ("8.3", {"pue": 1.3, "pue_kind": "by_design", "commissioned": "2026-01-01"}, "met"),  # ≤ 1.3, ten months old
        ("8.3", {"pue": 1.31, "pue_kind": "by_design", "commissioned": "2026-01-01"}, "not_met"),
        ("8.3", {"pue": 1.1, "pue_kind": "by_design", "commissioned": "2024-11-01"}, "unknown"),  # over two years
        ("8.3", {"pue": 1.1, "pue_kind": "by_design"}, "unknown"),
        ("8.3", {"pue": 1.1, "pue_kind": "by_design", "commissioned": "2024"}, "unknown"),  # 1.9 to 2.9 years
        ("8.3", {"pue": 1.2}, "unknown"),  # measured or by design?
        ("8.3", {"pue": 1.6}, "not_met"),  # above both limits
        ("8.3", {"total_energy": 1490, "it_energy": 1000}, "met"),  # 1490 / 1000 = 1.49, metered
        ("8.3", {"total_energy": 1510, "it_energy": 1000}, "not_met"),
        ("8.4", {"wue": 0.4, "wue_basis": "total_energy"}, "met"),  # ≤ 0.4
        ("8.4", {"wue": 0.41, "wue_basis": "total_energy"}, "not_met"),
        ("8.4", {"wue": 0.6, "wue_basis": "it_energy", "pue": 1.5}, "met"),  # 0.6 / 1.5 = 0.4
        ("8.4", {"wue": 0.61, "wue_basis": "it_energy", "pue": 1.5}, "not_met"),
        ("8.4", {"wue": 0.6, "pue": 1.5}, "unknown"),  # 0.4 or 0.6, as the basis goes
        ("8.4", {"wue": 0.4}, "met"),  # at most 0.4 whatever the PUE
        ("8.4", {"wue": 0.41}, "unknown"),
        ("8.4", {"wue": 1.61}, "not_met"),  # 1.61 / 4 = 0.4025, 4 being the greatest plausible PUE
        ("8.5", {"renewable_factor": 0.51, "electricity_contract": "ppa"}, "met"),
        ("8.5", {"renewable_factor": 0.5, "electricity_contract": "ppa"}, "not_met"),
        ("8.5", {"renewable_factor": 1, "electricity_contract": "none"}, "not_met"),
        ("8.5", {"renewable_factor": 1}, "unknown"),
        ("8.6", {"grid_gwp": 0.0999}, "met"),  # < 100 g
        ("8.6", {"grid_gwp": 0.1}, "not_met"),
        ("8.6", {"country": "FR"}, "met"),
        ("8.6", {"country": "POL"}, "not_met"),
        ("8.7", {"heat_reuse": "partly"}, "met"),
        ("8.7", {"heat_reuse": "no", "pue": 1.29, "pue_kind": "measured"}, "met"),  # < 1.3
        ("8.7", {"heat_reuse": "no", "pue": 1.3, "pue_kind": "measured"}, "not_met"),
        ("8.7", {"pue": 1.3, "pue_kind": "measured"}, "unknown"),
        ("8.7", {"heat_reuse": "no", "pue": 1.2, "pue_kind": "by_design", "commissioned": "2026"}, "met"),  # ≤ 1.2
        ("8.7", {"heat_reuse": "no", "pue": 1.21, "pue_kind": "by_design", "commissioned": "2026"}, "not_met"),
    ],
)
def test_each_side_of_each_threshold(criterion: str, answers: dict[str, float | str], status: str) -> None:
    found = judged(criterion, **answers)
    assert found.status == status, found
    assert bool(found.asks) == (status == "unknown")
    assert found.thresholds


@pytest.mark.parametrize(("year", "status"), [(2029, "met"), (2030, "not_met"), (2050, "not_met")])
def test_the_limit_on_electricity_comes_down(year: int, status: str) -> None:
    assert judged("8.6", day=date(year, 6, 1), grid_gwp=0.09).status == status  # 100 g, then 80, then 0
    with refuses("given_value_refused"):  # no electricity emits nothing, whatever its contract says
        judged("8.6", day=date(2050, 1, 1), grid_gwp=0)


@pytest.mark.parametrize(("low", "high", "status"), [(1.2, 1.4, "met"), (1.4, 1.6, "unknown"), (1.5, 1.7, "not_met")])
def test_an_interval_is_met_as_a_whole_or_not_at_all(low: float, high: float, status: str) -> None:
    value = (low + high) / 2
    said = [answer("pue", value, low=low, high=high), answer("pue_kind", "measured")]
    found = next(c for c in criteria(BARE, DAY, said) if c.id == "8.3")
    assert (found.status, found.low, found.high) == (status, low, high)
    if status == "unknown":
        assert (found.reason, found.asks) == ("straddles", ("pue", "pue_kind"))
        assert found.reason_text("fr") == "la valeur publiée ne permet pas de trancher"


NUMBERS = st.floats(0, 4, allow_nan=False)


@given(st.sampled_from([t for t in tables().thresholds if t.value is not None]), NUMBERS, NUMBERS)
def test_a_side_holds_for_every_point_of_the_interval(limit: CriterionThreshold, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert limit.value is not None
    compare = {"lt": limit.value.__gt__, "le": limit.value.__ge__, "gt": limit.value.__lt__}[limit.comparison]
    ends = {bool(compare(low)), bool(compare(high))}
    assert limit.side(low, high) == (ends.pop() if len(ends) == 1 else None)


@pytest.mark.parametrize("host", [h for h in HOSTS if h.startswith("class/")])
def test_a_class_proves_nothing(host: str) -> None:
    found = criteria(host, DAY)
    assert [c.id for c in found] == list(PRIORITIES)
    assert {c.status for c in found} == {"unknown"}
    assert {c.value for c in found} == {None}


def statuses(host: str) -> dict[str, str]:
    return {c.id: c.status for c in criteria(host, DAY)}


def test_dcml_reuses_its_heat_and_publishes_nothing_else() -> None:
    assert statuses("dcml/vandoeuvre") == {
        **dict.fromkeys(("8.1", "8.2", "8.3", "8.4", "8.5"), "unknown"),
        **{"8.6": "met", "8.7": "met"},
    }
    heat = judged("8.7", "dcml/vandoeuvre")
    assert [(e.source, e.date, e.declared) for e in heat.evidence] == [("dcml_dcmag", "2024", False)]
    assert judged("8.3", "dcml/vandoeuvre").reason == "average"


def test_a_site_of_ovhcloud_is_judged_on_the_values_of_its_group() -> None:
    """PUE 1.28 from 1.1 to 1.3; WUE 0.17 to 0.29 of unknown basis: from 0.17 / 1.3 = 0.1308 to 0.29."""
    pue, water = judged("8.3", "ovhcloud/sbg"), judged("8.4", "ovhcloud/sbg")
    assert (pue.status, pue.factors, pue.found) == ("met", ("pue/ovhcloud/group/2023",), "measured")
    assert {e.about for e in pue.evidence} == {"ovhcloud/group"}
    assert water.status == "met"
    assert (water.low, water.high) == (pytest.approx(0.17 / 1.3), 0.29)
    assert judged("8.7", "ovhcloud/sbg").reason == "straddles"  # 1.3 is not below 1.3


def test_scaleway_fr_par_2_is_short_of_one_word_on_its_pue() -> None:
    """PUE 1.16 (1.128 to 1.2), measured or by design unsaid; WUE 0.214 / 1.16 = 0.1845, at most 0.321."""
    pue, water = judged("8.3", "scaleway/fr-par-2"), judged("8.4", "scaleway/fr-par-2")
    assert (pue.status, pue.reason, pue.asks) == ("unknown", "kind_unknown", ("pue_kind", "commissioned"))
    assert judged("8.3", "scaleway/fr-par-2", pue_kind="measured").status == "met"
    assert (water.status, water.value, water.high) == ("met", pytest.approx(0.214 / 1.16), 0.321)
    assert judged("8.6", "scaleway/nl-ams-1").status == "not_met"
    assert judged("8.3", "scaleway/dc2").reason == "straddles"  # 1.44 to 1.6875


def test_the_assumption_of_a_tool_is_no_evidence() -> None:
    assert {judged(c, "openai/usa").reason for c in ("8.3", "8.4", "8.7")} == {"assumed"}
    assert judged("8.6", "openai/usa").status == "not_met"


@pytest.mark.parametrize("host", HOSTS)
def test_every_unknown_has_its_question_and_every_answer_settles_it(host: str) -> None:
    """Good answers, then bad ones: each criterion that was unknown is then known, and nothing is left to ask."""
    asked = {q.field: q for q in questionnaire(host, DAY)}
    for c in criteria(host, DAY):
        assert set(c.asks) <= asked.keys()
        assert bool(c.asks) == (c.status == "unknown")
        assert all(c.id in asked[field].criteria for field in c.asks)
    numbers = {"total_energy": (1300.0, 1600.0), "it_energy": (1000.0, 1000.0), "pue": (1.2, 1.6), "wue": (0.1, 3.0)}
    numbers |= {"grid_gwp": (0.05, 0.4), "renewable_factor": (0.9, 0.1)}
    forms = {"country": "DEU", "region": "FRA-GES", "year": "2026", "text": "Nancy"}
    for side, status in ((0, "met"), (-1, "not_met")):
        said = []
        for field in asked:
            choice = CHOICES.get(field, ("",))
            value = forms.get(FIELDS[field].kind) or choice[0 if field in ("pue_kind", "wue_basis") else side]
            numeric = FIELDS[field].kind == "number"
            said.append(answer(field, numbers.get(field, (0.9, 0.9))[side] if numeric else value, host))
        before, after = criteria(host, DAY), criteria(host, DAY, said)
        assert [c.id for c in after if c.status == "unknown"] == []
        open_ids = {c.id for c in before if c.status == "unknown"} - {"8.6"}  # the country answered is Germany
        assert {c.status for c in after if c.id in open_ids} == {status}
        assert questionnaire(host, DAY, said) == []


def test_a_pue_that_is_known_is_not_asked_again_for_the_water() -> None:
    """8.3 prints it: 8.4 asks for the water alone, and for the PUE where nobody published one."""
    assert judged("8.4", pue=1.3).asks == ("wue", "wue_basis")
    assert judged("8.4").asks == ("wue", "wue_basis", "pue")


def test_the_questions_of_the_charter_are_asked_of_a_site_that_says_nothing() -> None:
    asked = {q.field: q for q in questionnaire(BARE, DAY)}
    assert set(asked) == set(FIELDS) - {"grid_gwp"}
    assert (asked["pue"].name, asked["pue"].factor, asked["pue"].criteria) == (
        "PUE = E_DC / E_IT",
        "pue",
        ("8.3", "8.4", "8.7"),
    )
    assert asked["training_energy"].name == "Annex XI, 1, 2(e)"
    assert "commune" not in {q.field for q in questionnaire("dcml/vandoeuvre", DAY)}
    assert "shared" not in {q.field for q in questionnaire("dcml/vandoeuvre", DAY)}


def test_a_filled_questionnaire_is_read_back() -> None:
    """The supplier fills four cells of the PUE row in a spreadsheet: decimal comma, French date."""
    header, *rows = questionnaire_csv(["dcml/vandoeuvre"], DAY).splitlines()
    assert read_answers("\n".join([header, *rows])) == []  # nothing filled
    (pue,) = (r for r in rows if r.startswith("dcml/vandoeuvre;pue;"))
    cells = pue.split(";")
    for name, text in {"valeur": "1,32", "date": "03/11/2026", "repondant": "DCML", "document": "relevé"}.items():
        cells[header.split(";").index(name)] = text
    (read,) = read_answers("\ufeff" + "\n".join([header, ";".join(cells)]))
    assert (read.value, read.unit, read.date, read.by) == (1.32, "1", date(2026, 11, 3), "DCML")


@pytest.mark.parametrize(
    ("cells", "readings"),
    [("1.200;MWh;;", "1200 ou 1,2"), ("1.200 %;;;", "1200 % ou 1,2 %"), ("9;MWh;1.200;", "1200 ou 1,2")],
)
def test_a_number_of_two_readings_is_asked_again(cells: str, readings: str) -> None:
    """« 1.200 » of a French supplier was 1.2: its table has commas before decimals, and 1,200 is one and a fifth there.
    In a table parted by commas, as in a number of JSON, a point stands before decimals."""
    value, unit, low, high = cells.split(";")
    line = f"{BARE};it_energy;{value};{unit};2026-01-02;S;d;{low};{high}"
    with pytest.raises(AnswersRefused) as refused:
        read_answers(row(line))
    said = refused.value.message("fr")
    assert f"« {low or value} » peut se lire {readings}" in said and "ligne 2" in said
    told = {"hote": BARE, "champ": "pue", "unite": "1", "date": "2026-01-02", "repondant": "S", "document": "d"}
    for text in (row(f"{BARE};pue;1,200;1;2026-01-02;S;d;;"), json.dumps([told | {"valeur": 1.234}])):
        assert read_answers(text)[0].value in (1.2, 1.234)
    with pytest.raises(AnswersRefused):
        read_answers(json.dumps([told | {"valeur": "1.200"}]))


def test_commas_points_units_and_zero() -> None:
    commas = ",".join(COLUMNS) + f"\n{BARE},wue,0.2,L/kWh,2026-01-02,S,d,0,0.3\n"
    (read,) = read_answers(commas)
    assert (read.value, read.low, read.high) == (0.2, 0.0, 0.3)
    (gram,) = read_answers(row(f"{BARE};grid_gwp;46,1;gCO2e/kWh;2026-01-02;S;d;;"))
    assert (gram.value, gram.unit) == (pytest.approx(0.0461), "kgCO2e/kWh")  # 46.1 g × 0.001
    (share,) = read_answers(row(f"{BARE};renewable_factor;78;%;2026-01-02;S;d;;"))
    assert share.value == pytest.approx(0.78)
    (signed,) = read_answers(row(f"{BARE};renewable_factor;78,5 %;1;2026-01-02;S;d;70 %;90 %"))
    assert (signed.value, signed.low, signed.high) == pytest.approx((0.785, 0.7, 0.9))
    (country,) = read_answers(row(f"{BARE};country;Allemagne;;2026-01-02;S;d;;"))
    assert country.value == "DEU"
    (energy,) = read_answers(row(f"{BARE};it_energy;1 234,5;MWh;2026-01-02;S;d;;"))
    assert energy.value == 1_234_500.0


@pytest.mark.parametrize(
    ("line", "french", "english"),
    [
        (f"{BARE};debit;1;;2026-01-02;S;d;;", "« debit » n'est pas un champ", "“debit” is no field"),
        (
            "nulle/part;pue;1,2;1;2026-01-02;S;d;;",
            "« nulle/part » n'est pas un hébergement",
            "“nulle/part” is no hosting",
        ),
        (
            f"{BARE};pue;environ 1,2;1;2026-01-02;S;d;;",
            "« environ 1,2 » a été lu, un nombre",
            "“environ 1,2” was read, a number",
        ),
        (f"{BARE};pue;1,2;kWh;2026-01-02;S;d;;", "l'unité « kWh » a été lue, « 1 »", "the unit “kWh” was read, “1”"),
        (f"{BARE};pue;12;1;2026-01-02;S;d;;", "une valeur entre 1 et 4", "between 1 and 4"),
        (f"{BARE};renewable_factor;78;1;2026-01-02;S;d;;", "une valeur entre 0 et 1", "between 0 and 1"),
        (f"{BARE};pue;1,2;1;2026-01-02;S;d;1,3;", "1.3, 1.2, 1.2", "1.3, 1.2, 1.2"),
        (
            f"{BARE};heat_reuse;un peu;;2026-01-02;S;d;;",
            "partly (en partie / partly), no",
            "partly (en partie / partly), no",
        ),
        (f"{BARE};country;Atlantide;;2026-01-02;S;d;;", "« Atlantide »", "“Atlantide”"),
        (f"{BARE};pue;1,2;1;hier;S;d;;", "colonne « date » : « hier »", "column “date”: “hier”"),
        (f"{BARE};pue;1,2;1;2026-01-02;;d;;", "colonne « repondant »", "column “repondant”"),
        (f"{BARE};pue;1,2;1;2026-01-02;S;;;", "colonne « document »", "column “document”"),
        (f"{BARE};pue;1,2;1;2026-01-02;S;d;peu;", "colonne « bas » : « peu »", "column “bas”: “peu”"),
    ],
)
def test_a_bad_row_is_refused_with_its_line(line: str, french: str, english: str) -> None:
    with pytest.raises(AnswersRefused) as refused:
        read_answers(row(line))
    assert french in refused.value.message("fr") and "ligne 2 : " in refused.value.message("fr")
    assert english in refused.value.message("en") and "line 2: " in refused.value.message("en")


def test_every_bad_row_is_listed_and_a_header_without_its_columns_is_refused() -> None:
    bad = f"{BARE};pue;12;1;2026-01-02;S;d;;"
    with pytest.raises(AnswersRefused, match="2 to correct"):
        read_answers(row(f"{bad}\n{bad}"))
    with pytest.raises(AnswersRefused) as refused:
        read_answers("hote;champ;valeur\n")
    assert "unite, date, repondant, document" in refused.value.message("fr")


def test_answers_give_declared_factors() -> None:
    host = "dcml/vandoeuvre"
    old = answer("pue", 1.5, host, date=date(2025, 1, 1))
    said = [
        answer("pue", 1.3, host, low=1.25, high=1.4),
        old,
        answer("wue", 0.1, host),
        answer("equipment_life", 7, host),
    ]
    found = answered_bounds([*said, answer("pue", 1.9, BARE)], host)
    assert set(found) == {"pue", "wue_it", "wue_site", "machine_lifetime"}
    assert found["wue_site"].missing == "not_applicable"
    pue, life = found["pue"].factor, found["machine_lifetime"].factor
    assert pue is not None and life is not None
    assert (pue.id, pue.source, pue.subject, pue.bounds_kind) == (
        f"answer/{host}/pue/2026-11-25",
        "supplier_answer",
        host,
        "min_max",
    )
    assert (pue.low, pue.value, pue.high) == (1.25, 1.3, 1.4)
    assert pue.locator == "rapport.pdf, Hébergement, 2026-11-25"
    assert (life.quantity, life.bounds_kind, life.low, life.high) == ("lifetime", "exact", 7.0, 7.0)
    total = [answer("wue", 0.1, host), answer("wue_basis", "total_energy", host)]
    assert {n: b.missing for n, b in answered_bounds(total, host).items()} == {
        "wue_site": None,
        "wue_it": "not_applicable",
    }


def test_the_basis_of_a_published_wue_may_be_answered_alone() -> None:
    """0.214 L/kWh of Scaleway fr-par-2, supposed over IT energy, are over all of it: × 1.156, the PUE, more for an IT
    kWh. Over IT energy, nothing moves; a site without a WUE of its own has none to move."""
    site = "scaleway/fr-par-2"
    found = answered_bounds([answer("wue_basis", "total_energy", site)], site)
    item = found["wue_site"].factor
    assert item is not None and item.value == 0.214 and found["wue_it"].missing == "not_applicable"
    assert answered_bounds([answer("wue_basis", "it_energy", site)], site) == {}
    assert answered_bounds([answer("wue_basis", "total_energy", "dcml/vandoeuvre")], "dcml/vandoeuvre") == {}


def test_an_implausible_answer_is_refused() -> None:
    for wrong in (answer("pue", 0.9), answer("pue", 1.2, high=5.0), answer("renewable_factor", 1.1)):
        with refuses("given_value_refused") as refused:
            answered_bounds([wrong], BARE)
        assert "Vérifiez l'unité" in refused.value.message("fr")
    with refuses("given_value_refused"):  # 5000 / 1000 = 5, above 4
        answered_bounds([answer("total_energy", 5000), answer("it_energy", 1000)], BARE)
    with pytest.raises(AnswerRefused, match="> 0 kWh"):
        answered_bounds([answer("total_energy", 5000), answer("it_energy", 0)], BARE)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("dcml/vandoeuvre", "territory"),
        ("ovhcloud/sbg", "region"),
        ("ovhcloud/rbx", "country"),
        ("azure/francecentral", "country"),  # region unsaid: in France at least
        ("gcp/europe-west3", "eu"),
        ("infomaniak/d4", "outside_eu"),
        ("azure/uksouth", "outside_eu"),
        ("aws/us-east-1", "outside_eu"),
        ("class/national-cloud", "unknown"),
    ],
)
def test_how_near_a_site_is(host: str, expected: str) -> None:
    assert distance_class(host).value == expected
    assert (distance_class(host).evidence is None) == (expected == "unknown")


def test_nearness_from_another_place_and_from_answers() -> None:
    assert distance_class("ovhcloud/rbx", "FRA-HDF/lille").value == "region"
    assert distance_class("gcp/europe-west3", "DEU-HE/kassel").value == "country"
    said = [answer("country", "FRA"), answer("region", "FRA-GES")]
    assert distance_class(BARE, answers=said).value == "region"
    assert distance_class(BARE, answers=said[:1]).value == "country"


def test_where_one_site_of_an_operator_stands_says_nothing_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    said = host_facts.HostFact(
        host="aws/global", fact="region", value="FRA-GES", source="epoch", locator="-", date="", note=""
    )
    altered = tables().model_copy(update={"facts": {**tables().facts, ("aws/global", "region"): said}})
    monkeypatch.setattr(host_facts, "tables", lambda: altered)
    assert distance_class("aws/eu-west-3").value == "country"


def test_shared_is_said_or_unknown() -> None:
    known = shared("dcml/vandoeuvre")
    assert known is not None and known.evidence is not None
    assert (known.value, known.evidence.source) == ("yes", "dcml_dcmag")
    assert shared("ovhcloud/gra") is None
    told = shared("ovhcloud/gra", [answer("shared", "no", "ovhcloud/gra")])
    assert told is not None and told.evidence is not None
    assert (told.value, told.evidence.declared, told.evidence.title) == ("no", True, "rapport.pdf")


def test_an_unknown_host_is_refused() -> None:
    with pytest.raises(HostUnknown) as refused:
        criteria("ovhcloud/paris", DAY)
    assert "ovhcloud/gra" in refused.value.message("fr") and "ovhcloud/gra" in refused.value.message("en")
    with pytest.raises(HostUnknown):
        criteria("gpu/h100-sxm-80", DAY)


def test_every_row_has_a_source_and_a_subject() -> None:
    catalogue, found = load(), tables()
    rows = [*found.facts.values(), *found.thresholds, *found.memberships, *found.names.values()]
    assert [r for r in rows if r.source not in catalogue.sources or not r.locator] == []
    assert [f for f in found.facts.values() if catalogue.subjects[f.host].kind != "host"] == []
    members = {m.zone for m in found.memberships if m.group == host_facts.EU}
    assert len(members) == 27 and members <= catalogue.zones.keys()
    for limit in found.thresholds:
        quantity = catalogue.quantities.get(limit.quantity)
        assert quantity is None or quantity.unit == limit.unit
        assert (limit.value is None) == (limit.comparison == "is")
    assert found.names.keys() <= FIELDS.keys()
    assert {a.quantity for a in FIELDS.values()} <= {"", *catalogue.quantities}


def test_every_word_that_can_be_said_is_written() -> None:
    kinds = {a.kind for a in FIELDS.values()} - {"choice"}
    choices = {c for values in CHOICES.values() for c in values}
    for lang, (section, keys) in product(
        ("fr", "en"),
        {
            "hosting_fields": set(FIELDS),
            "hosting_questions": set(FIELDS),
            "hosting_choices": choices,
            "hosting_units": kinds,
            "hosting_periods": {a.period for a in FIELDS.values()},
            "hosting_proofs": {a.proof for a in FIELDS.values()},
        }.items(),
    ):
        assert set(words(lang)[section]) == keys
    for c, lang in product([c for host in HOSTS for c in criteria(host, DAY)], ("fr", "en")):
        assert c.title(lang) and c.reason_text(lang) and c.status_text(lang)
    question: SupplierQuestion = questionnaire(BARE, DAY)[0]
    assert question.unit_text("fr") == "nombre sans unité"
    assert {name for name, field in FIELDS.items() if field.kind == "choice"} == set(CHOICES)
