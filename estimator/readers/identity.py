"""The identity of a row: what it says, whatever the file, the order of its columns or the way numbers are written."""

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import blake2b

from estimator.readers.table import number_text

_REMEMBERED = 200_000


class Identities:
    """Row ids of one file: hash of the normalised cells and of how many identical rows came before."""

    def __init__(self, delimiter: str) -> None:
        self._commas = delimiter != ","
        self._texts: dict[str, str] = {}
        self._seen: Counter[bytes] = Counter()

    def normal(self, cell: str) -> str:
        """A cell trimmed, a number in its shortest form: `1`, `1.0` and ` 1.00` are one."""
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
        """What these (name, place) columns say, in the order given; empty cells say nothing."""
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
        """Id of a row that says this."""
        content = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16)
        seen, digest = self._seen, content.digest()
        occurrence = seen[digest]
        seen[digest] = occurrence + 1
        if occurrence:
            content.update(f"\x1f#{occurrence}".encode())
        return content.hexdigest()

    def of_cells(self, cells: Iterable[str]) -> str:
        """Id of a row whose cells cannot be trusted to stand under their names."""
        return self.of_text("\x1f".join(f"#{place}\x1e{self.normal(cell)}" for place, cell in enumerate(cells)))
