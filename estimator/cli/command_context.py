"""What every command is given: its language, and its home, opened when first asked for."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from estimator.core.home import home_file


class CommandContext(Mapping[str, Any]):
    """{"home", "lang"}. No command reads its home without this check. HomeTooNew, HomeFileTorn."""

    def __init__(self, home: Path, lang: str) -> None:
        self._home, self._lang = home, lang

    @cached_property
    def home(self) -> Path:
        """The home, of the format of this version."""
        home_file(self._home)
        return self._home

    def __getitem__(self, name: str) -> Any:
        if name not in self:
            raise KeyError(name)
        return self.home if name == "home" else self._lang

    def __contains__(self, name: object) -> bool:
        return name in ("home", "lang")

    def __iter__(self) -> Iterator[str]:
        return iter(("home", "lang"))

    def __len__(self) -> int:
        return 2
