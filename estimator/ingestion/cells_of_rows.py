"""Cells of many rows, by their hashes, and those of each row by which it is found among the others soonest."""

from array import array
from collections.abc import Collection

import numpy as np


class CellsOfRows:
    """Hashes of the cells of rows, each with the place of its row."""

    def __init__(self) -> None:
        self._cells, self._rows = array("q"), array("q")

    def add(self, at: int, cells: Collection[str]) -> None:
        """Add those of one row."""
        self._cells.extend(map(hash, cells))
        self._rows.extend([at] * len(cells))

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """The hashes, and the places."""
        return np.array(self._cells, np.int64), np.array(self._rows, np.int64)

    def rarest(self, counted: tuple[np.ndarray, np.ndarray], most: int) -> tuple[np.ndarray, np.ndarray]:
        """So many cells of each row, those of the lowest counts. counted: hashes, sorted, and in how many rows each."""
        cells, rows = self.arrays()
        counts = np.append(counted[1], 0)[np.searchsorted(counted[0], cells)]
        order = np.lexsort((counts, rows))
        cells, rows = cells[order], rows[order]
        kept = np.arange(len(rows)) - np.searchsorted(rows, rows) < most
        return cells[kept], rows[kept]
