"""Composition root: builds the app, mounts the API, adds the pages."""

import reflex as rx


def index() -> rx.Component:
    """The landing page."""
    return rx.el.main(rx.el.h1("Sessions"))


app = rx.App()
app.add_page(index, route="/", title="Sessions")
