"""Products bought by the seat: who publishes them, which models they may serve, for which task; look-up by any name."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib import resources

from pydantic import Field

from estimator.catalogue.csv_tables import records
from estimator.catalogue.load import shipped
from estimator.catalogue.model_names import squeeze
from estimator.catalogue.schema import TableRow
from estimator.core.errors import SobriaError
from estimator.core.language import LANGUAGES

OTHER = "seat/other"


class ProductUnknown(SobriaError):
    """No product of the table has this name."""


class Product(TableRow):
    """A product. publisher, provider: empty where unknown; model: a model, or the set of those that it may serve."""

    id: str = Field(pattern=r"^seat/[a-z0-9-]+$")
    publisher: str
    provider: str
    model: str
    task: str
    source: str
    locator: str
    review_by: date
    note: str

    def label(self, lang: str) -> str:
        return shipped().label(self.id, lang)

    @property
    def names(self) -> Iterator[str]:
        """Every name of this row, squeezed."""
        subject = shipped().subjects[self.id]
        for name in (
            self.id,
            self.id.partition("/")[2],
            *map(subject.label, LANGUAGES),
            *subject.aliases.split("|"),
        ):
            yield squeeze(name)


@cache
def products() -> tuple[Product, ...]:
    """The products, in the order of the table."""
    return tuple(found for _, found in records(resources.files("factors"), "products.csv", Product))


@cache
def _by_name() -> dict[str, Product]:
    return {name: product for product in products() for name in product.names}


def find(text: str) -> Product:
    """The product with this name. ProductUnknown, with every name."""
    found = _by_name().get(squeeze(text))
    if found is None:
        raise ProductUnknown(product=text.strip(), known=", ".join(p.id.partition("/")[2] for p in products()))
    return found
