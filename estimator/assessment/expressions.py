"""A formula as an expression tree, and its renderings: SQL, words, LaTeX, signs, degree and units."""

import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from estimator.assessment.units import Unit, parse
from estimator.core.errors import SobriaError

PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 3}


class FormulaRefused(SobriaError):
    """An invalid formula: unknown name, unit, two signs, degree, shape."""


@dataclass(frozen=True)
class Node:
    """A leaf (name or number) or an operation on two nodes. Arithmetic on nodes builds larger nodes."""

    op: str  # "name", "number", one of + - * / **, or "first_known_of" over names
    args: tuple[Any, ...]

    def __add__(self, other: Any) -> "Node":
        return Node("+", (self, node(other)))

    def __radd__(self, other: Any) -> "Node":
        return Node("+", (node(other), self))

    def __sub__(self, other: Any) -> "Node":
        return Node("-", (self, node(other)))

    def __rsub__(self, other: Any) -> "Node":
        return Node("-", (node(other), self))

    def __mul__(self, other: Any) -> "Node":
        return Node("*", (self, node(other)))

    def __rmul__(self, other: Any) -> "Node":
        return Node("*", (node(other), self))

    def __truediv__(self, other: Any) -> "Node":
        return Node("/", (self, node(other)))

    def __rtruediv__(self, other: Any) -> "Node":
        return Node("/", (node(other), self))

    def __pow__(self, other: Any) -> "Node":
        return Node("**", (self, node(other)))

    def __bool__(self) -> bool:
        raise TypeError("a formula holds no condition: choose the case when factors are bound")


def node(value: Any) -> Node:
    """A Node from a Node or a plain number. TypeError on anything else."""
    if isinstance(value, Node):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Node("number", (float(value),))
    raise TypeError(f"a formula is built of quantities and numbers, not of {value!r}")


@dataclass(frozen=True)
class Formula:
    """One named formula; its inputs are the parameters of its function.

    reference: the key, in the words of `[references]`, of the standard or rule that it follows.
    """

    name: str
    inputs: tuple[str, ...]
    unit: Unit
    reference: str
    function: Callable[..., Any]
    first_known_of: bool = False  # its inputs are alternatives: the first known one gives the value

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    @cached_property
    def tree(self) -> Node:
        """The function called with symbols as arguments."""
        if self.first_known_of:
            return Node("first_known_of", tuple(Node("name", (i,)) for i in self.inputs))
        try:
            tree = self.function(*(Node("name", (i,)) for i in self.inputs))
        except TypeError as error:
            raise FormulaRefused(formula=self.name, reason=str(error)) from error
        if not isinstance(tree, Node):
            raise FormulaRefused(formula=self.name, reason=f"it returned {tree!r} and not an expression of its inputs")
        unused = set(self.inputs) - set(names(tree))
        if unused:
            raise FormulaRefused(formula=self.name, reason=f"it never uses {', '.join(sorted(unused))}")
        return tree


def formula(
    unit: str, reference: str = "ours", first_known_of: bool = False
) -> Callable[[Callable[..., Any]], Formula]:
    """Decorator: a plain function of quantities becomes a Formula with a result in this unit.

    reference: a key of `[references]` in the words. first_known_of: the parameters are alternatives for one quantity;
    the first known one gives the value.
    """

    def wrap(function: Callable[..., Any]) -> Formula:
        parameters = inspect.signature(function).parameters.values()
        odd = [p.name for p in parameters if p.kind is not p.POSITIONAL_OR_KEYWORD or p.default is not p.empty]
        if odd:
            raise FormulaRefused(
                formula=function.__name__, reason=f"input {odd[0]} has a default or is not a plain one"
            )
        inputs = tuple(p.name for p in parameters)
        return Formula(
            function.__name__,
            inputs,
            parse(unit),
            reference,
            first_known if first_known_of else function,
            first_known_of,
        )

    return wrap


def first_known(*ways: Any) -> Any:
    """The first alternative that is not None."""
    return next((way for way in ways if way is not None), None)


def collect(namespace: Mapping[str, Any]) -> tuple[Formula, ...]:
    """The formulas of a module, in source order."""
    return tuple(value for value in namespace.values() if isinstance(value, Formula))


def names(tree: Node, zeros: Collection[str] = ()) -> tuple[str, ...]:
    """Names in a tree, in reading order, each once; of a product with one of `zeros`, this one alone."""
    if tree.op == "name":
        return (str(tree.args[0]),)
    if tree.op == "number":
        return ()
    nothing = [part for part in tree.args if _is_nothing(part, zeros)] if tree.op == "*" else []
    return tuple(dict.fromkeys(name for part in nothing or tree.args for name in names(part, zeros)))


def _is_nothing(tree: Node, zeros: Collection[str]) -> bool:
    if tree.op == "*":
        return any(_is_nothing(part, zeros) for part in tree.args)
    return tree.op == "name" and tree.args[0] in zeros


def render(tree: Node, leaf: Callable[[str], str], number: Callable[[float], str], signs: Mapping[str, str]) -> str:
    """The tree as infix text with minimal brackets; `signs` gives the text of each operator."""

    def write(part: Node, above: int, right: bool) -> str:
        if part.op == "name":
            return leaf(part.args[0])
        if part.op == "number":
            return number(part.args[0])
        if part.op == "first_known_of":
            return signs["first_known_of"].join(write(way, 0, False) for way in part.args)
        level = PRECEDENCE[part.op]
        text = (
            write(part.args[0], level, False) + signs[part.op] + write(part.args[1], level, part.op in ("-", "/", "**"))
        )
        return f"({text})" if level < above or (right and level == above) else text

    return write(tree, 0, False)


def to_sql(tree: Node) -> str:
    """SQL of a tree: only + - * /; division by zero gives NULL on every engine."""
    if tree.op == "name":
        return str(tree.args[0])
    if tree.op == "number":
        return f"CAST({tree.args[0]!r} AS DOUBLE)"
    if tree.op == "first_known_of":
        return f"COALESCE({', '.join(to_sql(way) for way in tree.args)})"
    left, right = to_sql(tree.args[0]), to_sql(tree.args[1])
    return f"({left} / NULLIF({right}, 0))" if tree.op == "/" else f"({left} {tree.op} {right})"


def to_latex(tree: Node, or_else: str) -> str:
    """LaTeX of a tree, names in upright type; `or_else`, a word of the language, stands before each next way."""
    if tree.op == "name":
        return r"\mathrm{" + str(tree.args[0]).replace("_", r"\_") + "}"
    if tree.op == "number":
        return f"{tree.args[0]:g}"
    if tree.op == "first_known_of":
        return rf"\;\text{{, {or_else} }}\;".join(to_latex(way, or_else) for way in tree.args)
    left, right = (to_latex(a, or_else) for a in tree.args)
    if tree.op == "/":
        return rf"\frac{{{left}}}{{{right}}}"
    if tree.op == "*":
        left, right = (
            rf"\left({t}\right)" if a.op in ("+", "-") else t for t, a in zip((left, right), tree.args, strict=True)
        )
        return rf"{left} \times {right}"
    right = rf"\left({right}\right)" if tree.op == "-" and tree.args[1].op in ("+", "-") else right
    return f"{left} {tree.op} {right}"


def unit_of(tree: Node, units: Mapping[str, Unit], name: str) -> Unit:
    """Unit of a tree. FormulaRefused when a sum mixes units."""
    if tree.op == "name":
        return units[tree.args[0]]
    if tree.op == "number":
        return Unit()
    if tree.op == "first_known_of":
        found = {unit_of(way, units, name) for way in tree.args}
        if len(found) > 1:
            raise FormulaRefused(formula=name, reason="its ways have different units")
        return found.pop()
    left, right = (unit_of(a, units, name) for a in tree.args)
    if tree.op == "*":
        return left * right
    if tree.op == "/":
        return left / right
    if left != right:
        raise FormulaRefused(formula=name, reason=f"it adds {left} to {right}")
    return left


def directions(tree: Node, name: str) -> dict[str, int]:
    """Sign of each input: +1 raises the result, -1 lowers it, all quantities being positive.

    FormulaRefused on an input with both signs: the bounds would be too wide.
    """
    if tree.op == "name":
        return {str(tree.args[0]): 1}
    if tree.op == "number":
        return {}
    if tree.op == "first_known_of":
        return {str(way.args[0]): 1 for way in tree.args}
    left, right = (directions(a, name) for a in tree.args)
    flipped = {n: -s for n, s in right.items()} if tree.op in "-/" else right
    both = [n for n in left.keys() & flipped.keys() if left[n] != flipped[n]]
    if both:
        raise FormulaRefused(formula=name, reason=f"{both[0]} both raises and lowers the result")
    return left | flipped


def degree(tree: Node, degrees: Mapping[str, int], name: str) -> int:
    """Degree of a tree in the extensive inputs. FormulaRefused when a sum mixes degrees."""
    if tree.op == "name":
        return degrees[tree.args[0]]
    if tree.op == "number":
        return 0
    if tree.op == "first_known_of":
        found = {degree(way, degrees, name) for way in tree.args}
        if len(found) > 1:
            raise FormulaRefused(formula=name, reason="its ways have different degrees in the extensive inputs")
        return found.pop()
    left, right = (degree(a, degrees, name) for a in tree.args)
    if tree.op == "*":
        return left + right
    if tree.op == "/":
        return left - right
    if left != right:
        raise FormulaRefused(
            formula=name, reason=f"it adds a term of degree {left} to one of degree {right} in the extensive inputs"
        )
    return left
