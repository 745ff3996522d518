"""Our UI kit: the parts every screen is made of. It knows no domain and imports nothing of ours.

Each function takes plain values or Reflex vars and returns a component. Looks come from ``assets/tokens.css``
(values) and ``assets/theme.css`` (names), so no part has a dark variant. State is written as an ARIA
attribute and the style follows from it: one class string serves every state, and what is seen is what is
announced. Behaviour that must not wait for the server (arrow keys, menus, dialogs, countdowns) is in
``assets/*.js``.
"""

from sessions_app.components.ui.avatars import avatar, avatar_stack
from sessions_app.components.ui.badges import Tone, badge, count_badge, dot, tag
from sessions_app.components.ui.buttons import button, button_link, icon_button, icon_link, submit_button
from sessions_app.components.ui.cards import card, card_link, empty_state, section_heading, well
from sessions_app.components.ui.choice import (
    checkbox,
    chip,
    chip_group,
    choice,
    radio_group,
    segmented,
    switch,
)
from sessions_app.components.ui.feedback import banner, form_error, live_text, toast, toast_region
from sessions_app.components.ui.fields import password_field, select_field, text_area, text_field
from sessions_app.components.ui.icons import icon, spinner
from sessions_app.components.ui.links import link, nav_link, text_button, text_link
from sessions_app.components.ui.overlays import dialog, menu, menu_item, menu_link, menu_separator, popover
from sessions_app.components.ui.prose import prose
from sessions_app.components.ui.skeletons import skeleton, skeletons
from sessions_app.components.ui.tables import Column, cell, row, table
from sessions_app.components.ui.tabs import tab_panel, tabs
from sessions_app.components.ui.time import alarm, countdown, date_tile, progress_bar, step_bars, steps
from sessions_app.components.ui.values import Children, Flag, Handler, Number, Text

__all__ = [
    "Children",
    "Column",
    "Flag",
    "Handler",
    "Number",
    "Text",
    "Tone",
    "alarm",
    "avatar",
    "avatar_stack",
    "badge",
    "banner",
    "button",
    "button_link",
    "card",
    "card_link",
    "cell",
    "checkbox",
    "chip",
    "chip_group",
    "choice",
    "count_badge",
    "countdown",
    "date_tile",
    "dialog",
    "dot",
    "empty_state",
    "form_error",
    "icon",
    "icon_button",
    "icon_link",
    "link",
    "live_text",
    "menu",
    "menu_item",
    "menu_link",
    "menu_separator",
    "nav_link",
    "password_field",
    "popover",
    "progress_bar",
    "prose",
    "radio_group",
    "row",
    "section_heading",
    "segmented",
    "select_field",
    "skeleton",
    "skeletons",
    "spinner",
    "step_bars",
    "steps",
    "submit_button",
    "switch",
    "tab_panel",
    "table",
    "tabs",
    "tag",
    "text_area",
    "text_button",
    "text_field",
    "text_link",
    "toast",
    "toast_region",
    "well",
]
