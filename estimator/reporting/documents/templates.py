"""HTML templates of a package: every value escaped, an unknown name refused, a line break never a space."""

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.ext import Extension


class _OneLine(Extension):
    """A template without its line breaks and its indentation, so that neither is a space on the page."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The source on one line."""
        return "".join(line.strip() for line in source.splitlines())


def environment(package: str) -> Environment:
    """The templates in the folder `templates` of a package."""
    found = Environment(loader=PackageLoader(package), autoescape=True, undefined=StrictUndefined)
    found.add_extension(_OneLine)
    return found
