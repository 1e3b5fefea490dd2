"""The SQL of a build as Spark takes it: the same text through sqlglot, and what that leaves. It alone imports that."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import sqlglot
from sqlglot import exp

Query = Any  # a statement of sqlglot, which has no types that agree from one version to the next
Columns = Callable[[Query], list[str]]
NAMED_INSIDE = "named_inside"  # what a query of names gives
_ROUNDED = "CAST(CAST({0} AS FLOAT) AS DOUBLE)"
# Sums of doubles lose a digit every few thousand equal numbers: their first 24 bits add without loss, as do the others.
_EXACT = f"SUM({_ROUNDED}) + SUM({{0}} - {_ROUNDED})"
_NAMED: dict[str, str] = {
    "FSUM": _EXACT,
    "ISFINITE": "(ABS({0}) < CAST('Infinity' AS DOUBLE))",
    "ROUND_EVEN": "BROUND({0}, 0)",
    "LIST_HAS_ALL": "(SIZE(ARRAY_EXCEPT({1}, {0})) = 0)",
    "PARSE_FILENAME": "{0}",  # files are told by their names there
    "PRINTF": "FORMAT_STRING({0}, {1})",
}
logging.getLogger("sqlglot").setLevel(logging.ERROR)  # what it does not know is left to DuckDB


def statements(sql: str) -> Iterator[tuple[str, Query]]:
    """Each statement of a text, as it is written and as it is understood."""
    ends = [token.start for token in sqlglot.tokenize(sql, read="duckdb") if token.text == ";"]
    for start, end in zip([0, *(at + 1 for at in ends)], [*ends, len(sql)], strict=True):
        if sql[start:end].strip():
            yield sql[start:end], sqlglot.parse_one(sql[start:end], read="duckdb")


def relations(query: Query) -> set[str]:
    """The tables and views that a query reads."""
    inner = {cte.alias for cte in query.find_all(exp.CTE)}
    return {table.name for table in query.find_all(exp.Table) if table.name} - inner


def target(tree: Query) -> str:
    """The table or view that a statement makes or changes; empty for a query."""
    return str(tree.find(exp.Table).name) if isinstance(tree, exp.Create | exp.Insert | exp.Delete | exp.Drop) else ""


def reads_files(query: Query) -> bool:
    """Whether a query reads Parquet files."""
    return query.find(exp.ReadParquet) is not None


def with_files(query: Query, named: Callable[[list[str], bool], str]) -> Query:
    """The same query, Parquet files read from tables: `named` tells them, given the paths, and whether rows are told
    their file."""
    query = query.copy()
    for read in [*query.find_all(exp.ReadParquet)]:
        paths = [literal.name for literal in read.expressions[0].find_all(exp.Literal)]
        told = any(option.this.name == "filename" for option in read.expressions[1:])
        read.parent.set("this", exp.to_identifier(named(paths, told)))
    return query


def with_parts(query: Query, named: Callable[[Query, bool], str]) -> Query:
    """The same query, each part that it names read from a table: `named` tells it, given that part and whether it is
    read several times."""
    query = query.copy()
    for clause in [*query.find_all(exp.With)][::-1]:  # what is inside first
        for cte in [*clause.expressions]:
            read = [table for table in clause.parent.find_all(exp.Table) if table.name == cte.alias]
            name = exp.to_identifier(named(cte.this, len(read) > 1))
            for table in read:
                table.set("alias", table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(cte.alias)))
                table.set("this", name.copy())
        clause.pop()
    return query


def hashed(query: Query) -> set[str]:
    """The columns of a query that are the hash of one value: Spark keeps that value in its place."""
    return {
        one.alias
        for one in query.expressions
        if isinstance(one, exp.Alias) and isinstance(one.this, exp.Anonymous) and one.this.name.upper() == "HASH"
    }


def to_spark(query: Query, columns: Columns) -> str:
    """A query, its files replaced by tables, for Spark. columns: those of a part of it."""
    query = query.copy()
    for node in [*query.find_all(exp.Union)][::-1]:
        if node.args.get("by_name"):
            _align(node, columns)
    for node in [*query.find_all(exp.Select)]:
        _unnest(node)
        _whole_windows(node)
    for node in [*query.walk(bfs=True)][::-1]:  # what is inside first
        plain = _plain(node)
        if plain is not node:
            node.replace(plain)
    return str(query.sql("spark", comments=False))


def _align(union: Query, columns: Columns) -> None:
    """UNION ALL BY NAME as UNION ALL of the same columns in one order."""
    sides = [union.left, union.right]
    names = [columns(side) for side in sides]
    every = list(dict.fromkeys([*names[0], *names[1]]))
    for key, side, own in zip(("this", "expression"), sides, names, strict=True):
        told = [exp.column(name) if name in own else exp.alias_(exp.null(), name) for name in every]
        union.set(key, exp.select(*told).from_(exp.Subquery(this=side.copy())))
    union.set("by_name", False)


def _unnest(select: Query) -> None:
    """Lists unnested beside each other, row by row as far as the longest goes."""
    lists = [one for one in select.expressions if isinstance(one.this, exp.Explode | exp.Unnest)]
    if len(lists) < 2:
        return
    told = [one.this.expressions[0] if isinstance(one.this, exp.Unnest) else one.this.this for one in lists]
    zipped = exp.Anonymous(this="ARRAYS_ZIP", expressions=[_or_empty(each) for each in told])
    named = exp.TableAlias(this=exp.to_identifier("zipped"), columns=[exp.to_identifier(one.alias) for one in lists])
    select.append(
        "laterals", exp.Lateral(this=exp.Anonymous(this="INLINE", expressions=[zipped]), view=True, alias=named)
    )
    select.set("expressions", [exp.column(one.alias, "zipped") if one in lists else one for one in select.expressions])


def _or_empty(node: Query) -> Query:
    return exp.Coalesce(this=node.copy(), expressions=[exp.Array(expressions=[])])


def _whole_windows(select: Query) -> None:
    """Windows that begin with a named one, written whole; and those without an order, which Spark wants to be told."""
    named = {window.name: window for window in select.args.get("windows") or ()}
    for window in [node for one in select.expressions for node in one.find_all(exp.Window)]:
        whole = named.get(window.alias)
        if whole is not None:
            window.set("partition_by", [each.copy() for each in whole.args["partition_by"]])
            window.set("order", whole.args["order"].copy())
            window.set("alias", None)
        elif isinstance(window.this, exp.RowNumber) and not window.args.get("order"):
            window.set("order", exp.Order(expressions=[exp.Ordered(this=exp.null())]))
    select.set("windows", None)


def _plain(node: Query) -> Query:
    if isinstance(node, exp.Anonymous | exp.Func) and (text := _NAMED.get(_name(node))):
        told = node.expressions or [node.this]
        return sqlglot.parse_one(text.format(*(one.sql("spark") for one in told)), read="spark")
    if isinstance(node, exp.Anonymous) and node.name.upper() == "HASH":
        first, *others = node.expressions
        return exp.Struct(expressions=[e.copy() for e in node.expressions]) if others else _told(first)
    if isinstance(node, exp.Literal) and not node.is_string and not node.is_int:
        return exp.cast(node.copy(), "DOUBLE")
    if isinstance(node, exp.Length):
        return exp.Anonymous(this="SIZE", expressions=[node.this])
    if isinstance(node, exp.ArrayConcat):
        return exp.ArrayConcat(this=_or_empty(node.this), expressions=[_or_empty(e) for e in node.expressions])
    if isinstance(node, exp.Not) and isinstance(node.this, exp.In) and node.this.args.get("query"):
        return _absent(node.this)
    if isinstance(node, exp.Select):
        return _replaced(node)
    return node


def _told(text: Query) -> Query:
    """A text in place of its hash, which is known of one that is not."""
    return exp.Coalesce(this=text.copy(), expressions=[exp.Literal.string("")])


def _name(node: Query) -> str:
    return str(node.name if isinstance(node, exp.Anonymous) else node.sql_name()).upper()


def _absent(inside: Query) -> Query:
    """NOT IN as NOT EXISTS, which Spark joins by equality; there is no NULL among what these queries name. What they
    name takes a name that nothing else has: one that is also outside would be read there instead."""
    query = inside.args["query"].this.copy()
    (told,) = query.expressions
    query.set("expressions", [exp.alias_(told.unalias(), NAMED_INSIDE)])
    found = exp.select(exp.Literal.number(1)).from_(exp.alias_(exp.Subquery(this=query), "absent", table=True))
    same = exp.EQ(this=exp.column(NAMED_INSIDE, "absent"), expression=inside.this.copy())
    return exp.Not(this=exp.Exists(this=found.where(same)))


def _replaced(select: Query) -> Query:
    """`* REPLACE` as those columns left out and told anew."""
    told = []
    for one in select.expressions:
        star = one.this if isinstance(one, exp.Column) else one
        changed = star.args.get("replace") if isinstance(star, exp.Star) else None
        if changed:
            star.set("replace", None)
            star.set("except_", [*(star.args.get("except_") or ()), *(exp.to_identifier(c.alias) for c in changed)])
        told += [one, *(changed or ())]
    select.set("expressions", told)
    return select


def type_of(kind: str) -> str:
    """The type of a column in Spark."""
    return str(exp.DataType.build(kind, dialect="duckdb").sql("spark"))
