"""Every page that opens without signing in, judged by axe: light and dark, on a desktop and on a phone."""

from __future__ import annotations

import pytest

from sessions_app.pages import PAGES
from tests.infra.axe import assert_accessible
from tests.infra.browser import DESKTOP, PHONE, Screen, Theme
from tests.journeys.conftest import NewVisitor

ROUTES = [page.route for page in PAGES if "[" not in page.route and page.route != "/404"]


@pytest.mark.parametrize(
    ("screen", "theme"),
    [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light")],
    ids=["desktop-light", "desktop-dark", "phone-light"],
)
@pytest.mark.parametrize("route", ROUTES)
def test_axe_finds_nothing_serious(new_visitor: NewVisitor, route: str, screen: Screen, theme: Theme) -> None:
    person = new_visitor(screen=screen, theme=theme)
    person.open(route)
    assert_accessible(person.page)
