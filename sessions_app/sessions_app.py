"""Composition root: builds the app, mounts the API, adds the pages."""

import reflex as rx

from sessions_app.components import document, layout
from sessions_app.pages.error import error_boundary
from sessions_app.pages.not_found import not_found


def index() -> rx.Component:
    """The landing page."""
    return layout.page(layout.page_heading("An hour with someone who can explain it."))


app = rx.App(**document.options(error_boundary))
app.add_page(index, route="/", title=layout.title("Find an instructor"))
app.add_page(not_found, route="/404", title=layout.title("Not found"))
