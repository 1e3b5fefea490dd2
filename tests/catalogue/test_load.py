"""The shipped tables, whose rows are read when they are asked for, against the same tables read whole."""

import shutil
from importlib import resources
from pathlib import Path

import pytest

from estimator.catalogue import load as loading
from estimator.catalogue.csv_tables import FactorsRefused, records
from estimator.catalogue.load import load
from estimator.catalogue.schema import Factor, Subject, Zone
from estimator.catalogue.tables import FACTOR_TABLES, Catalogue, sources


def test_every_row_read_alone_is_that_of_its_table_read_whole() -> None:
    home, book = resources.files("factors"), load()
    whole = [item for name in FACTOR_TABLES for _, item in records(home, name, Factor)]
    assert list(book.factors) == whole
    assert dict(book.sources) == {item.id: item for item in sources(home)}
    assert dict(book.subjects) == {item.id: item for _, item in records(home, "subjects.csv", Subject)}
    assert dict(book.zones) == {item.zone: item for _, item in records(home, "zones.csv", Zone)}
    plain = Catalogue(**book.tables())
    assert dict(book.by_id) == plain.by_id
    assert dict(book.by_subject) == plain.by_subject
    assert "nothing" not in book.by_id and ("pue", "nothing") not in book.by_subject


def test_a_row_of_a_shipped_table_is_refused_with_its_line_when_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third row of a copy has low over its value: rows before it are read, it is not."""
    with resources.as_file(resources.files("factors")) as shipped:
        shutil.copytree(shipped, tmp_path, dirs_exist_ok=True)
    header, *told = (tmp_path / "power.csv").read_text("utf-8").splitlines()
    cells = told[2].split(",")
    cells[5] = "1e9"
    told[2] = ",".join(cells)
    (tmp_path / "power.csv").write_text("\n".join([header, *told]), "utf-8")
    monkeypatch.setattr(loading._Shipped, "_home", tmp_path)
    book = loading._Shipped()
    assert book.factor(told[1].split(",")[0]).quantity == told[1].split(",")[1]
    with pytest.raises(FactorsRefused) as refused:
        book.factor(cells[0])
    assert refused.value.facts["file"] == "power.csv" and refused.value.facts["line"] == 4
