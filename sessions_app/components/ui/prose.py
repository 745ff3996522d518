"""Running text: HTML made from our own Markdown when the page is compiled."""

from __future__ import annotations

import reflex as rx


def prose(html: str) -> rx.Component:
    """Show trusted HTML (our guides) in reading size; the rules are ``.prose`` in ``theme.css``.

    Only for text of ours known at compile time: nothing a person typed may pass through here.
    """
    return rx.el.div(class_name="prose", custom_attrs={"dangerouslySetInnerHTML": {"__html": html}})
