"""Composition root: builds the app, mounts the API, adds the pages."""

from functools import partial

import reflex as rx

from sessions_app.api.http_headers import HttpHeaders
from sessions_app.components import document, layout
from sessions_app.pages import help as help_pages
from sessions_app.pages.dev_kit import dev_kit
from sessions_app.pages.error import error_boundary
from sessions_app.pages.not_found import not_found
from sessions_app.settings import load_settings


def index() -> rx.Component:
    """The landing page."""
    return layout.page(layout.page_heading("An hour with someone who can explain it."))


app = rx.App(
    **document.options(error_boundary),
    # Later ones wrap earlier ones: the headers go around everything.
    api_transformer=[partial(HttpHeaders, settings=load_settings())],
)
document.add_page(app, index, "/", title="Find an instructor")
document.add_page(app, help_pages.index, "/help", title="Help")
for guide in help_pages.guides():
    document.add_page(
        app, partial(help_pages.guide_page, guide), guide.route, title=guide.title, description=guide.summary
    )
document.add_page(app, not_found, "/404", title="Not found")
if not load_settings().is_production:
    document.add_page(app, dev_kit, "/dev/kit", title="Components")
