"""Rows of a few kinds, by column: which kind each is of, and the columns of their table."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from estimator.ledger.arrow_schemas import BATCH_SCHEMA

_TYPES = {field.name: field.type for field in BATCH_SCHEMA}
_LARGEST = 2**62  # of a code
_NULLS = 4096  # rows of a block, of which there are so many or twice, three times … as many nulls


def renumbered(codes: np.ndarray) -> np.ndarray:
    """Codes renumbered from 0 in order of first occurrence."""
    numbers: np.ndarray = pa.array(codes).dictionary_encode().indices.to_numpy()
    return numbers.astype(np.int64)


def joint_codes(columns: Iterable[tuple[np.ndarray, int]], count: int) -> np.ndarray:
    """A code of each of so many rows, from those of its values in some columns, given with how many each may have."""
    codes, most = np.zeros(count, np.int64), 1
    for column, many in columns:
        if many > 1 and most * many > _LARGEST:
            codes, most = renumbered(codes), count
        if many > 1:
            codes, most = codes * many + column, most * many
    return codes


def first_of_each(codes: np.ndarray) -> np.ndarray:
    """Where each of these codes, renumbered, stands first."""
    first = np.empty(codes.max(initial=-1) + 1, np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    return first


class OfKinds:
    """The values of some kinds of rows, by column; a text that is the same in all is there once."""

    def __init__(self, values: Mapping[str, Sequence[Any]]) -> None:
        self._each: dict[str, pa.Array] = {}
        self._once: dict[str, pa.Array] = {}
        for name, of_kinds in values.items():
            type_ = _TYPES[name]
            alike = of_kinds.count(of_kinds[0]) == len(of_kinds)
            if alike and of_kinds[0] is None:
                continue
            if alike and pa.types.is_dictionary(type_):
                self._once[name] = pa.array([*of_kinds[:1]], type_.value_type)
            else:
                self._each[name] = pa.array(of_kinds, type_)

    def by_row(self, kind_of: np.ndarray) -> dict[str, Any]:
        """The columns of rows, from the kind of each."""
        places, first = pa.array(kind_of), pa.array(np.zeros(len(kind_of), np.int32))
        once = {name: pa.DictionaryArray.from_arrays(first, value) for name, value in self._once.items()}
        return once | {name: values.take(places) for name, values in self._each.items()}


def in_schema(columns: Mapping[str, Any], count: int) -> pa.Table:
    """A table with the columns of Activity, null where there is no value."""
    nothing = _nothing(-(-count // _NULLS) * _NULLS)
    arrays = [columns[name] if name in columns else nothing[name][:count] for name in _TYPES]
    arrays = [one if one.type == type_ else one.cast(type_) for one, type_ in zip(arrays, _TYPES.values(), strict=True)]
    return pa.Table.from_arrays(arrays, schema=BATCH_SCHEMA)


@lru_cache(maxsize=1)
def _nothing(count: int) -> dict[str, pa.Array]:
    """So many nulls of each column, those of one type held once: blocks share them."""
    of_type = {type_: pa.nulls(count, type_) for type_ in {*_TYPES.values()}}
    return {name: of_type[type_] for name, type_ in _TYPES.items()}
