"""What every command is given: its language, and its home, opened when first asked for."""

import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from estimator.core.errors import say
from estimator.custody import open_home


class CommandContext(Mapping[str, Any]):
    """{"home", "lang"}. No command reads its home without this; `unopened` only says where it is. home_too_new,
    home_file_torn, and the refusals of a migration."""

    def __init__(self, home: Path, lang: str) -> None:
        self.unopened, self._lang = home, lang

    @cached_property
    def home(self) -> Path:
        """The home, brought to the format of this version if it was older, which is then said."""
        return open_home(self.unopened, self._tell)

    def _tell(self, key: str, facts: dict[str, object]) -> None:
        print(say("custody", key, self._lang, **facts), file=sys.stderr)

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
