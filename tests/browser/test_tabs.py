"""The tab that the tests of a browser share: the next one finds nothing of what one has done to it."""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.conftest import Server

LEFT: list[Page] = []
AS_IT_IS = """() => [innerWidth, matchMedia('print').matches, matchMedia('(prefers-reduced-motion: reduce)').matches,
  document.cookie, document.styleSheets.length + document.adoptedStyleSheets.length]"""


def test_one_leaves_a_tab_that_is_changed(screen: Page, serve: Callable[[str], Server]) -> None:
    screen.goto(f"{serve('empty').address}/sante")
    screen.set_viewport_size({"width": 320, "height": 256})
    screen.emulate_media(media="print", reduced_motion="reduce")
    screen.evaluate("() => { document.cookie = 'left=1'; document.adoptedStyleSheets = [new CSSStyleSheet()]; }")
    assert screen.evaluate(AS_IT_IS) == [320, True, True, "left=1", 1]
    LEFT.append(screen)


def test_the_next_one_has_it_as_new(screen: Page, serve: Callable[[str], Server]) -> None:
    assert screen is LEFT[0]
    screen.goto(f"{serve('empty').address}/sante")
    assert screen.evaluate(AS_IT_IS) == [1280, False, False, "", 0]
    screen.on("console", lambda said: LEFT.append(screen))


def test_who_listens_to_it_is_its_last(screen: Page) -> None:
    assert LEFT[0].is_closed() and screen is not LEFT[0]
