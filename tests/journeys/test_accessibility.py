"""Every view of the product, judged by axe in light and dark on a desktop and a phone, and for the smallest phone."""

from __future__ import annotations

import inspect

import pytest

from sessions_app.pages import PAGES
from tests.infra.axe import findings
from tests.infra.browser import DESKTOP, PHONE, Screen, Theme
from tests.infra.visitor import NewVisitor
from tests.journeys import scenes
from tests.journeys.backstage import Backstage

SMALLEST = Screen("smallest", 320, 640, is_phone=True)

# A theme changes colours and nothing else, so one theme a screen is asked everything, the other about colours.
ASKED: tuple[tuple[Screen, Theme, tuple[str, ...]], ...] = (
    (DESKTOP, "light", ()),
    (DESKTOP, "dark", ("color-contrast",)),
    (PHONE, "dark", ()),
    (PHONE, "light", ("color-contrast",)),
)

# Colours of what fades from one theme to the other are not those it is seen in, so nothing may fade.
DRAW_IN = """theme => {
  if (!document.adoptedStyleSheets.length) {
    const still = new CSSStyleSheet();
    still.replaceSync('*, *::before, *::after { transition: none !important; animation: none !important }');
    document.adoptedStyleSheets = [still];
  }
  const page = document.documentElement;
  page.classList.remove('light', 'dark');
  page.classList.add(theme);
  page.style.colorScheme = theme;
  return new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(() => drawn(null))));
}"""


@pytest.mark.timeout(400)
@pytest.mark.parametrize("tour", scenes.TOURS, ids=lambda tour: tour.__name__)
def test_axe_finds_nothing_serious_and_nothing_is_wider_than_the_smallest_phone(
    new_visitor: NewVisitor, backstage: Backstage, tour: scenes.Tour
) -> None:
    visitor = new_visitor(screen=DESKTOP)
    page = visitor.page
    wrong: list[str] = []

    def show_on(screen: Screen) -> None:
        page.set_viewport_size({"width": screen.width, "height": screen.height})

    def look(name: str) -> None:
        for screen, theme, rules in ASKED:
            show_on(screen)
            page.evaluate(DRAW_IN, theme)
            found = findings(page, rules=rules)
            wrong.extend(f"{name}, {screen.name}, {theme}: {one}" for one in found)
        show_on(SMALLEST)
        wide = page.evaluate("document.fonts.ready.then(() => document.documentElement.scrollWidth)")
        if wide > SMALLEST.width:
            wrong.append(f"{name}: {wide} px wide on a screen of {SMALLEST.width}")
        show_on(DESKTOP)
        page.evaluate(DRAW_IN, "light")

    tour(visitor, backstage, look)

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("route", [page.route for page in PAGES if "[" in page.route or page.route == "/404"])
def test_a_tour_comes_by_every_route_with_parameters(route: str) -> None:
    assert f'look("{route}")' in inspect.getsource(scenes)
