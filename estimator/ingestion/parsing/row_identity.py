"""Identity of a row: its values, whatever the file, the column order or the number format."""

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np

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

    def occurrences(self, digests: Sequence[bytes]) -> dict[int, int]:
        """Count of identical earlier rows, by position, for the few that are repeats, from digests of row
        texts. Only digests are held."""
        if self._many is None:
            self._many = Digests(of_bytes(b"".join(self._seen)), self._folder)
        said = of_bytes(b"".join(digests))
        alike = np.zeros(len(digests), bool)
        halves = np.sort(said[:, 0])
        if np.any(halves[1:] == halves[:-1]):
            count = Counter(digests)
            alike = np.array([count[digest] > 1 for digest in digests])
        alike[~alike] = self._many.meet(said[~alike] if alike.any() else said)
        places = np.flatnonzero(alike).tolist()
        counts = [self._occurrence(digests[place]) for place in places]
        return {place: count for place, count in zip(places, counts, strict=True) if count}

    def _occurrence(self, digest: bytes) -> int:
        occurrence = self._seen[digest]
        if self._many is not None and not occurrence:
            occurrence = int(self._many.holds_one(digest.hex()))
            self._many.add_one(digest.hex())
        self._seen[digest] = occurrence + 1
        return occurrence

    def of_cells(self, cells: Iterable[str]) -> str:
        """Id of a row whose cells may be shifted from their columns."""
        return self.of_text("\x1f".join(f"#{place}\x1e{self.normal(cell)}" for place, cell in enumerate(cells)))


def occurrence_bytes(occurrence: int) -> bytes:
    """Bytes of the identity of a row for this count of identical earlier rows."""
    return f"\x1f#{occurrence}".encode()
