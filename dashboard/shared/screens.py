"""The screens of the dashboard, each declared once: its address, its name in the words, and its door in the menu."""

from typing import NamedTuple


class Screen(NamedTuple):
    """A screen. address: its file under pages/, and where it is served, but for the home page; name: its key in the
    words of `nav`; door: its part of the menu, none for a screen that is reached from a link of a page."""

    address: str
    name: str
    door: str = ""

    @property
    def path(self) -> str:
        """Its address as links have it: empty for the home page."""
        return "" if self == HOME else self.address


HOME = Screen("accueil", "home")
SCREENS = (
    HOME,
    Screen("synthese", "synthesis", "officials"),
    Screen("leviers", "levers", "officials"),
    Screen("comparer", "compare", "projects"),
    Screen("registre", "register", "projects"),
    Screen("mesures", "measures", "measured"),
    Screen("brancher", "connect", "measured"),
    Screen("lieux", "places", "measured"),
    Screen("facteurs", "factors", "sources"),
    Screen("methode", "method", "sources"),
    Screen("validation", "validation", "sources"),
    Screen("glossaire", "glossary", "sources"),
    Screen("explication", "explain"),
    Screen("accessibilite", "accessibility"),
    Screen("plan", "map"),
)
DOORS = {door: [s for s in SCREENS if s.door == door] for door in dict.fromkeys(s.door for s in SCREENS) if door}
