"""Rules of the UI kit that need no browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import reflex as rx

from sessions_app.components import ui
from sessions_app.components.status import STATUSES, status_badge
from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.pages import PAGES
from sessions_app.pages import help as help_pages
from sessions_app.settings import parse_settings

ROOT = Path(__file__).resolve().parents[2]


def rendered(component: rx.Component) -> str:
    return str(component.render())


def test_an_icon_must_be_known_at_compile_time() -> None:
    with pytest.raises(TypeError):
        ui.icon(rx.Var("name"))


def test_an_unknown_icon_is_refused_rather_than_replaced() -> None:
    with pytest.raises(ValueError, match="no-such-thing"):
        ui.icon("no-such-thing")


def test_initials_never_enter_an_accessible_name() -> None:
    face = rendered(ui.avatar("AL", 1))
    assert "data-i" in face
    assert "aria-hidden" in face
    assert '"contents": \'"AL"' not in face


def test_a_field_says_its_error_to_assistive_technology() -> None:
    shown = rendered(ui.text_field("Email", "email", error="Write the whole address."))
    assert '"aria-invalid":true' in shown
    assert '"aria-describedby":"field-email-note"' in shown
    assert 'htmlFor:"field-email"' in shown


def test_a_field_without_an_error_is_not_marked() -> None:
    shown = rendered(ui.text_field("Email", "email"))
    assert '"aria-invalid":' not in shown
    assert '"aria-describedby":' not in shown


def test_a_link_that_leaves_in_a_new_tab_gives_no_handle_back() -> None:
    assert "noopener" in rendered(ui.text_link("Docs", "/api/docs", external=True, new_tab=True))


def test_an_empty_form_error_leaves_nothing_behind() -> None:
    assert "alert" not in rendered(ui.form_error(""))
    assert "alert" in rendered(ui.form_error("Unable to book. Please try again."))


@pytest.mark.parametrize("status", list(BookingStatus))
def test_every_status_of_a_booking_has_a_badge(status: BookingStatus) -> None:
    words, _, _ = STATUSES[status]
    assert words in rendered(status_badge(status.value))


@pytest.mark.parametrize("slug", help_pages.ORDER)
def test_every_guide_reads_and_quotes_only_known_figures(slug: str) -> None:
    guide = help_pages.read_guide(slug, parse_settings())
    assert guide.title
    assert guide.summary
    assert "$" not in guide.html


def test_every_guide_on_disk_is_reachable() -> None:
    student = {
        path.stem for path in help_pages.FOLDER.glob("*.md") if path.read_text("utf-8").startswith("---")
    }
    assert student == set(help_pages.ORDER)


def test_guides_link_only_to_pages_that_exist() -> None:
    own = {guide.route for guide in help_pages.guides()} | {page.route for page in PAGES}
    for guide in help_pages.guides():
        assert set(re.findall(r'href="(/[^"]*)"', guide.html)) <= own


def test_guides_follow_the_settings() -> None:
    guide = help_pages.read_guide("payment-and-cancelling", parse_settings(free_cancellation_hours=36))
    assert "36 hours before, or earlier" in guide.html


def test_the_two_themes_define_the_same_colours() -> None:
    css = (ROOT / "assets" / "tokens.css").read_text("utf-8")
    light, dark = css.split(".dark {", 1)
    semantic = set(re.findall(r"^\s+(--[\w-]+): #", light.split("/* semantic, light */")[1], re.M))
    assert semantic == set(re.findall(r"^\s+(--[\w-]+): #", dark.split("}")[0], re.M))


def test_the_theme_names_only_tokens_that_exist() -> None:
    tokens = set(re.findall(r"(--[\w-]+):", (ROOT / "assets" / "tokens.css").read_text("utf-8")))
    theme = (ROOT / "assets" / "theme.css").read_text("utf-8")
    assert set(re.findall(r"var\((--[\w-]+)\)", theme)) <= tokens


def test_scripts_need_no_evaluation() -> None:
    for script in (ROOT / "assets").glob("*.js"):
        assert not re.search(r"\beval\(|new Function|innerHTML", script.read_text("utf-8")), script.name
