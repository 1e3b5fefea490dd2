"""The screens of the dashboard, each declared once, in screens.toml: its name, its door in the menu, its address."""

import tomllib
from pathlib import Path
from typing import NamedTuple


class Screen(NamedTuple):
    """A screen. address: its file under pages/, and where it is served, but for the home page."""

    address: str
    name: str
    door: str = ""

    @property
    def path(self) -> str:
        """Its address as links have it: empty for the home page."""
        return "" if self == HOME else self.address


_SAID = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
SCREENS = tuple(Screen(address, said["name"], said.get("door", "")) for address, said in _SAID.items())
ASKED: dict[str, dict[str, str]] = {address: said.get("asked", {}) for address, said in _SAID.items()}
HOME = SCREENS[0]
DOORS = {door: [s for s in SCREENS if s.door == door] for door in dict.fromkeys(s.door for s in SCREENS) if door}
