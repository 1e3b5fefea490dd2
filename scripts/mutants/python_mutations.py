"""The mutations of a Python file: types, decorators and messages are left alone."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import TypeGuard

from scripts.mutants.mutations import SWAPPED, Mutation, nearest

SAYING = {"say", "sentence", "sentences"}  # calls that make a message
NO_NUMBERS = ("folder", "home", "path", "root", "files", "FOLDER", "set")  # how names of places and sets end
TEXTS = (ast.JoinedStr, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.ListComp)
Change = tuple[ast.expr, int, int, str]  # where, from which byte to which, and what stands there instead


class PythonText:
    """A text with its tree, and where its nodes stand."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.tree = ast.parse(text)
        self.starts = [0]
        for row in text.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(row))

    def span(self, node: ast.expr) -> tuple[int, int]:
        """First byte of a node, and the one after it."""
        last, column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return self.starts[node.lineno - 1] + node.col_offset, self.starts[last - 1] + column

    def swapped(self, whole: ast.expr, left: ast.expr, right: ast.expr) -> Change:
        """The operator between two terms, and its opposite."""
        found = re.compile(rb"[<>]=?|[-+*/]").search(self.text, self.span(left)[1], self.span(right)[0])
        assert found is not None
        return whole, *found.span(), SWAPPED[found.group().decode()]

    def arithmetic(self, node: ast.AST) -> Iterator[Change]:
        if _computes(node):
            yield self.swapped(node, node.left, node.right)

    def comparison(self, node: ast.AST) -> Iterator[Change]:
        if isinstance(node, ast.Compare):
            terms = [node.left, *node.comparators]
            for left, operator, right in zip(terms, node.ops, node.comparators, strict=False):
                if isinstance(operator, ast.Lt | ast.LtE | ast.Gt | ast.GtE):
                    yield self.swapped(node, left, right)

    def constant(self, node: ast.AST) -> Iterator[Change]:
        value = node.value if isinstance(node, ast.Constant) else None
        if isinstance(node, ast.Constant) and isinstance(value, int | float) and value and value is not True:
            yield node, *self.span(node), repr(2 * value)

    def dropped_term(self, node: ast.AST) -> Iterator[Change]:
        """A term of an operation, or one of those that a loop goes over."""
        if _computes(node):
            both = isinstance(node.op, ast.Add | ast.Mult)
            for kept in (node.left, node.right) if both else (node.left,):
                yield node, *self.span(node), f"({ast.unparse(kept)})"
        elif isinstance(node, ast.comprehension | ast.For) and isinstance(node.iter, ast.Tuple | ast.List):
            for gone in node.iter.elts if len(node.iter.elts) > 1 else ():
                rest = "".join(f"{ast.unparse(term)}, " for term in node.iter.elts if term is not gone)
                yield node.iter, *self.span(node.iter), f"({rest.rstrip()})"

    def neighbours(self, top: ast.AST) -> Iterator[Change]:
        """For a field, or a key, that a function or a class reads: another that it reads of the same thing."""
        imports = (node for node in self.tree.body if isinstance(node, ast.Import | ast.ImportFrom))
        imported = {name.asname or name.name for node in imports for name in node.names}
        methods = {node.func for node in ast.walk(top) if isinstance(node, ast.Call)}
        reads: dict[str, dict[ast.Attribute | ast.Subscript, str]] = defaultdict(dict)
        for node in _computing(top):
            if not isinstance(node, ast.Attribute | ast.Subscript) or not isinstance(node.ctx, ast.Load):
                continue
            thing, key = ast.unparse(node.value), getattr(getattr(node, "slice", None), "value", None)
            if isinstance(node, ast.Attribute) and node not in methods and thing.partition(".")[0] not in imported:
                reads[f"{thing}.{{}}"][node] = node.attr
            elif isinstance(key, str):
                reads[f'{thing}["{{}}"]'][node] = key
        for form, names in reads.items():
            for read, name in names.items():
                for other in nearest(name, names.values()):
                    yield read, *self.span(read), form.format(other)


def python_mutations(text: bytes) -> Iterator[Mutation]:
    """All of them; none leaves the tree as it was."""
    whole = PythonText(text)
    found: list[tuple[str, Change]] = []
    for top in whole.tree.body:
        for node in _computing(top):
            found += [("arithmetic", change) for change in whole.arithmetic(node)]
            found += [("comparison", change) for change in whole.comparison(node)]
            found += [("constant", change) for change in whole.constant(node)]
            found += [("dropped term", change) for change in whole.dropped_term(node)]
        found += [("neighbour", change) for change in whole.neighbours(top)]
    for family, (node, start, end, after) in found:
        yield Mutation(family, node.lineno, node.end_lineno or node.lineno, start, end, text[start:end].decode(), after)


def _computing(node: ast.AST) -> Iterator[ast.AST]:
    """A node and those below that compute something: no type, no decorator, no message."""
    yield node
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            message = isinstance(child, ast.JoinedStr | ast.Raise) or _called(child) in SAYING
            if isinstance(child, ast.AST) and not message and name not in ("annotation", "returns", "decorator_list"):
                yield from _computing(child)


def _called(node: object) -> str:
    function = node.func if isinstance(node, ast.Call) else None
    return str(getattr(function, "attr", getattr(function, "id", "")))


def _computes(node: ast.AST) -> TypeGuard[ast.BinOp]:
    """Is this an operation, and may it be one of numbers? Not of texts, of lists, of places."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div):
        return False
    return _number(node.left) and _number(node.right)


def _number(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _number(node.left) and _number(node.right)
    name = getattr(node, "attr", getattr(node, "id", _called(node)))
    text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return not (text or isinstance(node, TEXTS) or str(name).endswith(NO_NUMBERS))
