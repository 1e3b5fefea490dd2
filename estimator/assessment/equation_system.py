"""Formulas checked together and ordered: one system for the whole ledger, one case, or draws."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from estimator.assessment.expressions import Formula, FormulaRefused, degree, directions, to_sql, unit_of
from estimator.assessment.units import parse


@dataclass(frozen=True)
class System:
    """Formulas checked together, in topological order."""

    formulas: tuple[Formula, ...]  # in source order
    inputs: tuple[str, ...]
    signs: Mapping[str, Mapping[str, int]]  # result -> base input -> direction

    def reduced(self, columns: Collection[str], wanted: Collection[str]) -> tuple[Formula, ...]:
        """The formulas that compute these results from these inputs, as far as the inputs allow.

        Of several alternatives for one quantity, the computable ones remain.
        """
        known, found = set(columns), []
        for item in self.formulas:
            ways = tuple(i for i in item.inputs if i in known)
            if len(ways) == len(item.inputs) or (item.first_known_of and ways):
                known.add(item.name)
                found.append(replace(item, inputs=ways))
        used = set(wanted)
        for item in reversed(found):
            used |= set(item.inputs) if item.name in used else set()
        return tuple(f for f in found if f.name in used)

    @cached_property
    def _unknown(self) -> Mapping[str, None]:
        return dict.fromkeys(self.inputs)

    def evaluate(self, given: Mapping[str, Any], wanted: Collection[str] | None = None) -> dict[str, Any]:
        """Every result (or those wanted) from floats or arrays; None where an input is None or a float divisor is zero.

        A result that is itself an input is used as given. `wanted` must include the intermediate results.
        """
        values: dict[str, Any] = {**self._unknown, **given}
        for item in self.formulas:
            if item.name in given or (wanted is not None and item.name not in wanted):
                continue
            args = [values[i] for i in item.inputs]
            unknown = False
            if not item.first_known_of:
                for value in args:
                    if value is None:
                        unknown = True
                        break
            try:
                values[item.name] = None if unknown else item.function(*args)
            except ZeroDivisionError:
                values[item.name] = None
        return values


def sql(formulas: Sequence[Formula], relation: str) -> str:
    """SQL with one CTE a level, over a relation with every input of these formulas as a DOUBLE column."""
    steps, source = [], relation
    for number, level in enumerate(_levels(formulas), 1):
        columns = ",\n    ".join(f"{to_sql(f.tree)} AS {f.name}" for f in level)
        steps.append(f"level_{number} AS (\n  SELECT *,\n    {columns}\n  FROM {source}\n)")
        source = f"level_{number}"
    return "WITH " + ",\n".join(steps) + f"\nSELECT * FROM {source}"


def system(formulas: Sequence[Formula], units: Mapping[str, str], extensive: Mapping[str, bool]) -> System:
    """Check formulas against the dictionary of quantities, and order them.

    units: quantity -> unit text; extensive: quantity -> whether it adds up over rows.
    FormulaRefused on an unknown or duplicate name, a cycle, a unit, an input of two signs, or a degree
    other than one for an extensive result (zero for an intensive one).
    """
    by_name = {f.name: f for f in formulas}
    if len(by_name) < len(formulas):
        twice = next(f.name for f in formulas if [g.name for g in formulas].count(f.name) > 1)
        raise FormulaRefused(formula=twice, reason="two formulas have this name")
    for item in formulas:
        for name in (item.name, *item.inputs):
            if name not in units:
                raise FormulaRefused(formula=item.name, reason=f"{name} is not in the dictionary of quantities")
    parsed = {name: parse(text) for name, text in units.items()}
    degrees = {name: int(flag) for name, flag in extensive.items()}
    for item in formulas:
        found = unit_of(item.tree, parsed, item.name)
        if found != item.unit or item.unit != parsed[item.name]:
            raise FormulaRefused(
                formula=item.name,
                reason=f"it gives {found}, says {item.unit}, and the dictionary says {parsed[item.name]}",
            )
        if degree(item.tree, degrees, item.name) != degrees[item.name]:
            raise FormulaRefused(
                formula=item.name, reason="its degree in the extensive inputs is not the one of its result"
            )
    _levels(formulas)
    signs = _base_signs(formulas)
    inputs = dict.fromkeys(i for f in formulas for i in f.inputs if i not in by_name)
    return System(tuple(formulas), tuple(inputs), signs)


def _levels(formulas: Sequence[Formula]) -> tuple[tuple[Formula, ...], ...]:
    """Formulas by depth. FormulaRefused when one uses a result that is defined after it in the source."""
    names = {f.name for f in formulas}
    depth: dict[str, int] = {}
    for item in formulas:
        late = [i for i in item.inputs if i in names and i not in depth]
        if late:
            raise FormulaRefused(formula=item.name, reason=f"it needs {late[0]}, which is not written before it")
        depth[item.name] = 1 + max((depth[i] for i in item.inputs if i in depth), default=0)
    return tuple(tuple(f for f in formulas if depth[f.name] == d) for d in range(1, max(depth.values(), default=0) + 1))


def _base_signs(ordered: Sequence[Formula]) -> dict[str, dict[str, int]]:
    """For each result, the sign of its derivative in each base input."""
    signs: dict[str, dict[str, int]] = {}
    for item in ordered:
        total: dict[str, int] = {}
        for name, sign in directions(item.tree, item.name).items():
            for base, inner in signs.get(name, {name: 1}).items():
                if total.setdefault(base, sign * inner) != sign * inner:
                    raise FormulaRefused(formula=item.name, reason=f"{base} both raises and lowers the result")
        signs[item.name] = total
    return signs
