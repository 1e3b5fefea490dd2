"""Identity of a row: its values, whatever the file, the column order or the number format."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np

from estimator.core.digest_files import Pile
from estimator.core.digest_set import SIZE, Digests, of_bytes
from estimator.ingestion.parsing.delimited_text import number_text

_REMEMBERED = 200_000


class Identities:
    """Row ids of one file: hash of the normalised cells and of the count of identical rows before. folder: where the
    digests of a large file lie, beyond a few megabytes, while it is read."""

    def __init__(self, delimiter: str, folder: Path | None = None) -> None:
        self._commas = delimiter != ","
        self._folder = folder
        self._texts: dict[str, str] = {}
        self._seen: Counter[bytes] = Counter()
        self._until = -math.inf  # the last moment of rows read by column
        self._pile: Pile | None = None  # of their digests, while each block is later than all those before
        self._many: Digests | None = None

    def normal(self, cell: str) -> str:
        """A trimmed cell, a number in its shortest form: `1`, `1.0` and ` 1.00` are equal."""
        known = self._texts.get(cell)
        if known is None:
            text = cell.strip()
            try:
                known = repr(float(number_text(text) if self._commas else text))
            except ValueError:
                known = text
            if len(self._texts) >= _REMEMBERED:
                self._texts.clear()
            self._texts[cell] = known
        return known

    def text_of(self, columns: Sequence[tuple[str, int]], cells: Sequence[str]) -> str:
        """Text of these (name, place) columns, in the order given; empty cells are omitted."""
        normal, texts = self.normal, self._texts
        parts = []
        for name, place in columns:
            cell = cells[place]
            if cell:
                text = texts.get(cell)
                if text is None:
                    text = normal(cell)
                if text:
                    parts.append(f"{name}\x1e{text}")
        return "\x1f".join(parts)

    def of_text(self, text: str) -> str:
        """Id of a row with this text."""
        return self.of_bytes(text.encode("utf-8", "surrogatepass"))

    def of_bytes(self, said: bytes) -> str:
        """Id of a row with these bytes."""
        content = blake2b(said, digest_size=SIZE)
        occurrence = self._occurrence(content.digest())
        if occurrence:
            content.update(occurrence_bytes(occurrence))
        return content.hexdigest()

    def occurrences(self, digests: Sequence[bytes], moments: np.ndarray) -> dict[int, int]:
        """Count of identical earlier rows, by position, for the few that are repeats, from digests of row
        texts and the times that these say: where all are later than those above, none can repeat one. Only digests are
        held."""
        said = of_bytes(b"".join(digests))
        halves = np.sort(said[:, 0])
        twice = np.any(halves[1:] == halves[:-1])
        later, self._until = moments.min() > self._until, max(self._until, moments.max())
        if later and not twice and not self._seen and self._many is None:
            self._pile = self._pile or Pile(self._folder)
            self._pile.add(said)
            return {}
        alike = np.zeros(len(digests), bool)
        if twice:
            count = Counter(digests)
            alike = np.array([count[digest] > 1 for digest in digests])
        alike[~alike] = self._above().meet(said[~alike] if alike.any() else said)
        places = np.flatnonzero(alike).tolist()
        counts = [self._occurrence(digests[place]) for place in places]
        return {place: count for place, count in zip(places, counts, strict=True) if count}

    def _above(self) -> Digests:
        """Those of all rows so far, from when one is looked for."""
        if self._many is None:
            self._many = Digests(of_bytes(b"".join(self._seen)), self._folder)
            for some in self._pile.taken() if self._pile else ():
                self._many.add(some)
        return self._many

    def _occurrence(self, digest: bytes) -> int:
        occurrence = self._seen[digest]
        if (self._pile or self._many is not None) and not occurrence:
            occurrence = int(self._above().holds_one(digest.hex()))
            self._above().add_one(digest.hex())
        self._seen[digest] = occurrence + 1
        return occurrence

    def of_cells(self, cells: Iterable[str]) -> str:
        """Id of a row whose cells may be shifted from their columns."""
        return self.of_text("\x1f".join(f"#{place}\x1e{self.normal(cell)}" for place, cell in enumerate(cells)))


def occurrence_bytes(occurrence: int) -> bytes:
    """Bytes of the identity of a row for this count of identical earlier rows."""
    return f"\x1f#{occurrence}".encode()
