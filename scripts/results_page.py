"""Documentation page of the table of results, generated from its Arrow schema: levels, columns, how to read it."""

from estimator.core.errors import say
from estimator.results.schema import LEVELS, SCHEMA, VERSION

EXAMPLES = (
    "```python",
    "from sobria import results",
    "",
    'table = results("/path/to/a/home").pandas()  # or .arrow(); without a path, the home of the commands',
    'by_service = table[(table.level == "service") & (table.impact == "gwp")]',
    "```",
    "",
    "```sql",
    "-- DuckDB",
    "SELECT month, low, central, high, unit FROM 'builds/sobria-….parquet'",
    "WHERE level = 'month' AND impact = 'energy' ORDER BY month;",
    "```",
)


def results_page(lang: str, made: str) -> str:
    """What the file is, what adds up, each level and each column once, and two ways to read it."""

    def word(key: str, **facts: object) -> str:
        return say("results_page", key, lang, **facts)

    lines = [f"# {word('title')}", "", made, ""]
    lines += [word("what"), "", word("version", version=VERSION), "", word("add"), ""]
    lines += [f"## {word('levels')}", "", word("levels_note"), "", f"| {word('level_head')} |", "|---|---|"]
    lines += [f"| `{level}` | {say('result_levels', level, lang)} |" for level in LEVELS]
    lines += ["", f"## {word('columns')}", "", f"| {word('column_head')} |", "|---|---|---|---|"]
    for field in SCHEMA:
        empty = word("may_be_empty" if field.nullable else "never_empty")
        lines.append(f"| `{field.name}` | {field.type} | {empty} | {say('result_columns', field.name, lang)} |")
    return "\n".join([*lines, "", f"## {word('examples')}", "", *EXAMPLES]) + "\n"
