"""The landing page as a person meets it first."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.infra.visitor import NewVisitor, Visitor
from tests.journeys.conftest import Site


def test_the_landing_page_opens_alive_and_quiet(visitor: Visitor) -> None:
    answer = visitor.open("/")
    assert answer.status == 200
    expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_the_page_is_alive_under_either_name_of_this_machine(
    new_visitor: NewVisitor, site: Site, host: str
) -> None:
    port = urlsplit(site.url).port
    assert port != 8000, (
        "the pages are built for 8000, so another port proves that the socket follows the page"
    )
    person = new_visitor(f"http://{host}:{port}")
    person.open("/")


def test_an_unknown_address_is_really_not_found(visitor: Visitor) -> None:
    visitor.allow("404")
    assert visitor.open("/nowhere").status == 404
