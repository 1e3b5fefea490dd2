"""The algebra refuses what would be wrong, and says one tree in several ways."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.assessment.calculation_steps import in_words
from estimator.assessment.equation_system import sql, system
from estimator.assessment.equations import FORMULAS, cooled_energy, device_lives
from estimator.assessment.expressions import (
    Formula,
    FormulaRefused,
    Node,
    degree,
    directions,
    formula,
    render,
    to_latex,
    to_sql,
    unit_of,
)
from estimator.assessment.units import parse
from estimator.core.duckdb_engine import connect

UNITS = {
    "e": "kWh",
    "f": "kWh",
    "grid": "kgCO2e/kWh",
    "share": "1",
    "life": "h",
    "hours": "h",
    "gwp": "kgCO2e",
    "kwh": "kWh",
    "x": "kWh",
}
EXTENSIVE = {
    "e": True,
    "f": True,
    "grid": False,
    "share": False,
    "life": False,
    "hours": True,
    "gwp": True,
    "kwh": True,
    "x": True,
}


def load(*formulas: Formula) -> object:
    return system(formulas, UNITS, EXTENSIVE)


def named(name: str, function, unit: str) -> Formula:
    function.__name__ = name
    return formula(unit=unit)(function)


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (named("gwp", lambda e, grid: e + grid, "kgCO2e"), "it adds kWh to kgCO2e/kWh"),
        (named("gwp", lambda e, share: e * share, "kgCO2e"), "it gives kWh, says kgCO2e"),
        (named("kwh", lambda e, share: e * share - e, "kWh"), "e both raises and lowers"),
        (named("kwh", lambda e, f: e * f / f, "kWh"), "f both raises and lowers"),
        (named("kwh", lambda e, f, x: e * f / (x * 1.0), "kWh"), None),
        (named("share", lambda e, f: e / f, "1"), None),
        (named("kwh", lambda e, f: e * f, "kWh"), "it gives kWh^2"),
        (named("kwh", lambda e, nobody: e * nobody, "kWh"), "nobody is not in the dictionary"),
        (named("somebody", lambda e: e * 1.0, "kWh"), "somebody is not in the dictionary"),
        (named("kwh", lambda kwh: kwh * 2.0, "kWh"), "it needs kwh, which is not written before it"),
        (named("kwh", lambda e, share: e * 1.0, "kWh"), "it never uses share"),
        (named("kwh", lambda e: 3, "kWh"), "not an expression"),
        (named("kwh", lambda e: e * "2", "kWh"), "built of quantities and numbers"),
    ],
)
def test_load_refuses_what_is_wrong_and_says_why(item: Formula, reason: str | None) -> None:
    if reason is None:
        load(item)
        return
    with pytest.raises(FormulaRefused, match=reason.replace("^", r"\^")):
        load(item)


def test_a_degree_other_than_one_is_refused() -> None:
    item = named("life", lambda hours: hours * 1.0, "h")  # an intensive result of an amount that adds up
    with pytest.raises(FormulaRefused, match="degree"):
        load(item)


def test_a_sum_of_an_amount_and_a_fact_is_refused() -> None:
    with pytest.raises(FormulaRefused, match="adds a term of degree 1 to one of degree 0"):
        load(named("hours", lambda hours, life: hours + life, "h"))


@pytest.mark.parametrize(
    ("ways", "reason"),
    [(("e", "grid"), "its ways have different units"), (("life", "hours"), "its ways have different degrees")],
)
def test_two_ways_to_one_quantity_are_of_one_unit_and_one_degree(ways: tuple[str, str], reason: str) -> None:
    first, second = (Node("name", (way,)) for way in ways)
    either = Node("first_known_of", (first, second))
    with pytest.raises(FormulaRefused, match=reason):
        unit_of(either, {name: parse(unit) for name, unit in UNITS.items()}, "x")
        degree(either, {name: int(adds_up) for name, adds_up in EXTENSIVE.items()}, "x")


def test_an_input_with_a_default_is_refused() -> None:
    with pytest.raises(FormulaRefused, match="has a default"):
        named("kwh", lambda e, f=2.0: e * f, "kWh")


def test_two_formulas_of_one_name_are_refused() -> None:
    item = named("kwh", lambda e: e * 1.0, "kWh")
    with pytest.raises(FormulaRefused, match="two formulas"):
        load(item, item)


def test_two_signs_through_a_chain_are_refused() -> None:
    first = named("share", lambda e, f: e / f, "1")
    with pytest.raises(FormulaRefused, match="f both raises and lowers"):
        load(first, named("kwh", lambda f, share: f * share, "kWh"))


def test_an_unknown_unit_is_named() -> None:
    with pytest.raises(ValueError, match="'kgCO2'"):
        parse("kgCO2/kWh")


def test_carbon_and_antimony_never_add() -> None:
    assert parse("kgCO2e") != parse("kgSbeq")


def test_one_tree_many_readings() -> None:
    tree = device_lives.tree
    assert (
        to_sql(tree) == "((resource_share * reserved_device_hours) / NULLIF((device_life_hours * device_occupancy), 0))"
    )
    words = render(tree, str, repr, {"+": " + ", "-": " - ", "*": " * ", "/": " / "})
    assert words == "resource_share * reserved_device_hours / (device_life_hours * device_occupancy)"
    assert to_latex(cooled_energy.tree, "else") == r"\mathrm{it\_energy} \times \mathrm{pue}"
    assert directions(tree, "x") == {
        "resource_share": 1,
        "reserved_device_hours": 1,
        "device_life_hours": -1,
        "device_occupancy": -1,
    }


def test_the_ways_of_a_first_known_are_told_in_the_language() -> None:
    either = Node("first_known_of", (Node("name", ("a",)), Node("name", ("b",))))
    assert in_words(either, str, "en") == "a; else b"
    assert in_words(either, str, "fr") == "a ; sinon b"
    assert to_latex(either, "else") == r"\mathrm{a}\;\text{, else }\;\mathrm{b}"


def test_a_condition_in_a_formula_is_refused() -> None:
    with pytest.raises(FormulaRefused, match="no condition"):
        load(named("kwh", lambda e: e if e else e, "kWh"))


NUMBER = st.floats(min_value=1e-6, max_value=1e6)


def evaluated(columns: str) -> dict[str, float | None]:
    """Every formula, in SQL, on one row of these columns."""
    from estimator.assessment.evaluation import the_system

    with connect() as connection:
        cursor = connection.execute(sql(the_system().formulas, f"(SELECT {columns})"))
        return dict(zip([c[0] for c in cursor.description], cursor.fetchone(), strict=True))


@given(st.data())
def test_sql_is_python(data: st.DataObject) -> None:
    from estimator.assessment.evaluation import the_system

    whole = the_system()
    given_values = {name: data.draw(NUMBER, label=name) for name in whole.inputs}
    columns = ", ".join(f"CAST({value!r} AS DOUBLE) AS {name}" for name, value in given_values.items())
    row = evaluated(columns)
    for name, value in whole.evaluate(given_values).items():
        assert math.isclose(row[name], value, rel_tol=1e-12), name


def test_sql_and_python_agree_on_unknown_and_on_division_by_zero() -> None:
    from estimator.assessment.evaluation import the_system

    whole = the_system()
    values: dict[str, float | None] = dict.fromkeys(whole.inputs, 2.0)
    values |= {"grid_gwp": None, "device_life_hours": 0.0}
    found = whole.evaluate(values)
    assert found["use_gwp"] is None
    assert found["device_lives"] is None
    assert found["device_embodied_gwp"] is None
    columns = ", ".join(f"CAST({'NULL' if v is None else repr(v)} AS DOUBLE) AS {n}" for n, v in values.items())
    row = evaluated(columns)
    assert {n for n, v in row.items() if v is None} == {n for n, v in found.items() if v is None}


def test_every_formula_is_in_the_system_once() -> None:
    from estimator.assessment.evaluation import the_system

    assert sorted(f.name for f in the_system().formulas) == sorted(f.name for f in FORMULAS)
    assert len(set(f.name for f in FORMULAS)) == len(FORMULAS) == 53
