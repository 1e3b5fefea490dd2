"""The SQL of a build, beside this module."""

from importlib import resources


def sql_text(name: str) -> str:
    """The text of a file in estimator/builds/sql."""
    return (resources.files(__package__) / "sql" / name).read_text("utf-8")
