"""What a person waits for in a real browser, with nobody else on the server: the first sentence of a page, then, once
it is open, the sentence that says that it computes, and its answer.

python -m scripts.bench.waits [--runs 9] [--home H]
"""

import argparse
import os
import shutil
import statistics
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from scripts.bench.pages import start_server
from scripts.demo import metropole

# Moments [ms since the page was asked for], looked for at each frame: the first sentence of any kind, then the title of
# the page; and after an action [ms since it], the sentence that says that it computes, and the end of the run.
WATCH = """
const seen = e => e && e.checkVisibility() && e.textContent.trim() !== '';
const runs = () => document.querySelector(
  '[data-test-script-state]:not([data-test-script-state=notRunning]), [data-stale=true]');
const now = {};
window.moments = now;
const look = () => {
  if (seen(document.querySelector('.loading')) || seen(document.querySelector('h1'))) now.told ??= performance.now();
  if (seen(document.querySelector('h1'))) now.whole ??= performance.now();
  if (now.acted) {
    const says = seen(document.querySelector('.loading.again'));
    if (says) now.said ??= performance.now() - now.acted;
    if (says || runs()) now.ran = true;
    else if (now.ran) now.done ??= performance.now() - now.acted;
  }
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
for (const kind of ['pointerup', 'change']) {
  addEventListener(kind, () => { if (now.armed) now.acted ??= performance.now(); }, true);
}
"""


def open_part(tab: Page) -> None:
    """Open the second part of « Tout voir »."""
    tab.get_by_role("radio").nth(1).click()


def other_period(tab: Page) -> None:
    """Choose the second period of the list."""
    tab.get_by_role("combobox").nth(1).click()
    option = tab.get_by_role("option").nth(1)
    option.wait_for()
    tab.evaluate("moments.armed = true")
    option.click()


def other_number(tab: Page) -> None:
    """Type another number of people, and leave the field."""
    field = tab.get_by_role("textbox").first
    field.click(click_count=3)
    tab.keyboard.type("52000")
    tab.evaluate("moments.armed = true")
    tab.keyboard.press("Tab")


PAGES: dict[str, tuple[str, Callable[[Page], None] | None]] = {
    "Accueil": ("/", None),
    "Synthèse": ("/synthese", other_period),
    "Comparer": ("/comparer?exemple=oui", other_number),
    "Mesures": ("/mesures", open_part),
    "Registre": ("/registre", None),
    "Facteurs": ("/facteurs", None),
}


def visited(browser: Browser, url: str, act: Callable[[Page], None] | None) -> dict[str, float]:
    """One visit with an empty cache: its moments [ms]."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="fr-FR", bypass_csp=True)
    tab = context.new_page()
    tab.add_init_script(WATCH)
    tab.goto(url)
    tab.wait_for_function("moments.whole")
    tab.wait_for_load_state("networkidle")
    if act:
        if act is open_part:
            tab.evaluate("moments.armed = true")
        act(tab)
        tab.wait_for_function("moments.done", timeout=30_000)
    found: dict[str, float] = tab.evaluate("moments")
    context.close()
    return found


def told(name: str, values: Sequence[float]) -> str:
    """« first sentence 120 (from 100 to 150) »"""
    return f"{name} {statistics.median(values):.0f} (from {min(values):.0f} to {max(values):.0f})"


def main() -> None:
    """Serve the invented métropole or a home, and print one line a page [ms]."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = options.home or Path(folder) / "home"
        if options.home is None:
            metropole.fill(home)
        server, port = start_server(home)
        chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        print(f"load {os.getloadavg()[0]:.1f}, {options.runs} visits a page, after one that is not counted")
        try:
            for name, (path, act) in PAGES.items():
                found = [visited(browser, f"http://127.0.0.1:{port}{path}", act) for _ in range(options.runs + 1)][1:]
                moments = (("told", "first sentence"), ("whole", "page"))
                parts = [told(said, [f[key] for f in found if key in f]) for key, said in moments]
                if act:
                    said = [f["said"] for f in found if "said" in f]
                    parts.append(told(f"then computing, {len(said)} times:", said) if said else "then never computing")
                    parts.append(told("answer", [f["done"] for f in found]))
                print(f"{name}: {' ; '.join(parts)}", flush=True)
        finally:
            server.terminate()
            server.wait()
            browser.close()


if __name__ == "__main__":
    main()
