"""The screens of the dashboard, each declared once: its address, its name in the words, and whether the menu has it."""

from typing import NamedTuple


class Screen(NamedTuple):
    """A screen. address: its file under pages/, and where it is served, but for the home page; name: its key in the
    words of `nav`; in_menu: the others are reached from a link of a page."""

    address: str
    name: str
    in_menu: bool = True

    @property
    def path(self) -> str:
        """Its address as links have it: empty for the home page."""
        return "" if self == HOME else self.address


HOME = Screen("accueil", "home")
SCREENS = (
    HOME,
    Screen("synthese", "synthesis"),
    Screen("comparer", "compare"),
    Screen("registre", "register"),
    Screen("mesures", "measures"),
    Screen("facteurs", "factors"),
    Screen("methode", "method"),
    Screen("validation", "validation", in_menu=False),
    Screen("explication", "explain", in_menu=False),
    Screen("leviers", "levers", in_menu=False),
    Screen("brancher", "connect", in_menu=False),
    Screen("lieux", "places", in_menu=False),
    Screen("accessibilite", "accessibility", in_menu=False),
)
