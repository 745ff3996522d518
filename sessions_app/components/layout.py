"""Page templates: what stands around a page's own content.

Templates know the navigation and nothing of the state: a page passes a ``Visitor`` made of vars (or plain
values) and its own children. Public and student pages use ``page``, the wizard ``wizard_page``, one-column
pages (sign-in, confirmation) ``focus_page``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import reflex as rx
from reflex.style import set_color_mode
from reflex_components_core.core.banner import has_connection_errors

from sessions_app.components import ui
from sessions_app.components.brand import logo, wordmark
from sessions_app.components.ui.links import current_page
from sessions_app.settings import load_settings

Place = Literal["home", "discover", "courses", "instructors", "book", "messages", "help", "account", ""]

MAIN = "main"
COLUMN = "mx-auto max-w-[76rem] px-(--gutter)"
FOOT_ITEM = (
    "relative flex h-14 flex-col items-center justify-center gap-0.5 text-xs text-ink-3 "
    "aria-[current=page]:font-medium aria-[current=page]:text-accent-text"
)


@dataclass(frozen=True)
class Visitor:
    """Who looks at the page, as vars: what the frame shows of them and nothing else.

    ``ready`` is false until the browser has heard from the server; the account corner stays empty so long, so
    that nobody signed in sees "Sign in" flash. ``role`` is student, guardian, instructor, assistant or admin;
    ``colour`` 1 to 8; ``unread`` counts new notifications, ``messages`` unread messages.
    """

    ready: ui.Flag = True
    signed_in: ui.Flag = False
    name: ui.Text = ""
    initials: ui.Text = ""
    colour: ui.Number = 1
    role: ui.Text = ""
    photo: ui.Text = ""
    unread: ui.Number | None = None
    messages: ui.Number | None = None


ANYONE = Visitor()


def people_label() -> str:
    """What instructors are called in the navigation ("Instructors"); the word itself is a setting."""
    return f"{load_settings().instructor_label}s"


def home_of(role: ui.Text) -> ui.Text:
    """The first page of a signed-in person."""
    if isinstance(role, str):
        homes = {"instructor": "/instructor", "assistant": "/assistant", "admin": "/assistant"}
        return homes.get(role, "/dashboard")
    return rx.match(
        role,
        ("instructor", "/instructor"),
        ("assistant", "/assistant"),
        ("admin", "/assistant"),
        "/dashboard",
    )


def page(
    *children: ui.Children,
    visitor: Visitor = ANYONE,
    current: Place = "",
    width: str = COLUMN,
    toasts: rx.Component | None = None,
    zone: ui.Text = "",
    class_name: str = "pb-28 sm:pb-16",
) -> rx.Component:
    """A public or student page: top bar, content 1216 px wide at most, footer, and the tab bar on phones."""
    return frame(
        _top_bar(visitor, current),
        rx.el.main(
            *children,
            custom_attrs={"id": MAIN},
            tab_index=-1,
            class_name=["w-full flex-1 outline-none", width, class_name],
        ),
        _footer(zone),
        _choose(visitor.signed_in, _tab_bar(visitor, current)),
        toasts=toasts,
    )


def focus_page(
    *children: ui.Children,
    visitor: Visitor = ANYONE,
    wide: bool = False,
    bare: bool = True,
    fresh: bool = False,
    toasts: rx.Component | None = None,
    class_name: str = "",
) -> rx.Component:
    """One column: 384 px for signing in and the like, 640 when ``wide``.

    ``bare`` leaves only the brand above it, whose link loads the start page anew where ``fresh``; ``class_name``
    replaces the width.
    """
    column = "py-8 pb-20 sm:py-12" if wide else "pt-6 pb-16 sm:pt-14"
    measure = class_name or ("max-w-[40rem]" if wide else "max-w-[24rem]")
    header = (
        rx.el.header(home_link("/", fresh=fresh), class_name="px-(--gutter) py-5 sm:px-8")
        if bare
        else _top_bar(visitor, "")
    )
    return frame(
        header,
        rx.el.main(
            *children,
            custom_attrs={"id": MAIN},
            tab_index=-1,
            class_name=f"mx-auto w-full flex-1 px-(--gutter) outline-none {column} {measure}",
        ),
        toasts=toasts,
    )


def wizard_page(
    *children: ui.Children,
    heading: ui.Text,
    context: ui.Children,
    back: rx.Component,
    step_names: list[str] | rx.Var[list[str]],
    step: ui.Number,
    toasts: rx.Component | None = None,
    class_name: str = "flex-1 sm:mx-auto sm:w-full sm:max-w-[72rem] sm:px-(--gutter) sm:py-8",
) -> rx.Component:
    """A step of a wizard: a bare header with ``back`` (``wizard_back``), heading, context and progress.

    On phones the content reaches the edges: each step sets its own gutter.
    """
    label = "Booking progress"
    header = rx.el.header(
        rx.el.div(
            rx.el.div(
                back,
                rx.el.div(
                    rx.el.h1(
                        heading, class_name="truncate text-base leading-5 font-semibold tracking-[-.01em]"
                    ),
                    rx.el.p(context, class_name="truncate text-xs text-ink-3"),
                    class_name="min-w-0",
                ),
                ui.steps(label, step_names, step, class_name="ml-auto"),
                class_name="flex min-h-16 items-center gap-2 py-2 max-sm:min-h-14",
            ),
            ui.step_bars(label, step_names, step, class_name="pb-3"),
            class_name="mx-auto max-w-[72rem] px-(--gutter)",
        ),
        class_name="border-b border-line bg-bg",
        custom_attrs={"data-noprint": "true"},
    )
    return frame(
        header,
        rx.el.main(
            *children, custom_attrs={"id": MAIN}, tab_index=-1, class_name=["outline-none", class_name]
        ),
        toasts=toasts,
    )


def wizard_back(label: ui.Text, *, on_click: ui.Handler = None, href: ui.Text = "") -> rx.Component:
    """The arrow at the head of a wizard: an event, or a link where a page lies behind it."""
    if on_click is not None:
        return ui.icon_button("chevron-left", label, on_click=on_click, size="size-5", class_name="-ml-2.5")
    return ui.icon_link("chevron-left", label, href, size="size-5", class_name="-ml-2.5")


def page_heading(
    heading: ui.Children, lead: ui.Children | None = None, *, action: ui.Children | None = None
) -> rx.Component:
    """A page's ``h1`` with one line below it, and the action of the page at the far end."""
    return rx.el.div(
        rx.el.div(
            rx.el.h1(heading, class_name="text-xl font-semibold"),
            *([rx.el.p(lead, class_name="mt-1 text-sm text-ink-2")] if lead is not None else []),
        ),
        *([action] if action is not None else []),
        class_name="flex flex-wrap items-end justify-between gap-4 pt-8 pb-6",
    )


def connection_toast() -> rx.Component:
    """Says that the server cannot be heard: the socket fails, or ``assets/net.js`` saw the device offline."""
    return rx.el.div(
        ui.toast("Connection lost, retrying…", "What you see may be a minute old.", kind="sun", stays=True),
        class_name="net-toast pointer-events-none fixed right-4 bottom-4 z-(--z-toast) w-[calc(100%-2rem)] "
        "max-w-[22rem] max-sm:bottom-[calc(4.5rem+env(safe-area-inset-bottom))]",
        role="status",
        custom_attrs={"data-down": has_connection_errors, "data-noprint": "true"},
    )


def frame(*parts: ui.Children, toasts: rx.Component | None) -> rx.Component:
    """A whole page: the skip link, its parts and the toasts."""
    return rx.el.div(
        ui.link(
            "Skip to content",
            href=f"#{MAIN}",
            external=True,
            class_name="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-(--z-toast) "
            "focus:rounded-control focus:bg-surface focus:px-4 focus:py-3",
        ),
        *parts,
        toasts if toasts is not None else rx.fragment(),
        class_name="flex min-h-dvh flex-col bg-bg text-ink",
    )


def _choose(condition: ui.Flag, shown: rx.Component, otherwise: rx.Component | None = None) -> rx.Component:
    other = otherwise if otherwise is not None else rx.fragment()
    if isinstance(condition, bool):
        return shown if condition else other
    return rx.cond(condition, shown, other)


def home_link(
    href: ui.Text, *, fresh: bool = False, bare: bool = False, class_name: str = ""
) -> rx.Component:
    """The brand as the way home; ``bare`` is its mark alone, ``fresh`` loads that page anew."""
    name = load_settings().app_name
    return ui.link(
        logo() if bare else wordmark(name),
        href=href,
        external=fresh,
        aria_label=f"{name}, home",
        class_name=["inline-flex min-h-11 items-center rounded-control", class_name],
    )


def _navigation(visitor: Visitor, current: Place) -> list[rx.Component]:
    guest = ui.nav_link("Discover", "/", current=current == "discover")
    own = ui.nav_link("Home", home_of(visitor.role), current=current == "home")
    return [
        _choose(visitor.signed_in, own, guest),
        ui.nav_link("Courses", "/courses", current=current == "courses"),
        ui.nav_link(people_label(), "/instructors", current=current == "instructors"),
        _choose(visitor.signed_in, _messages_link(visitor, current)),
        ui.nav_link("Help", "/help", current=current == "help"),
    ]


def _messages_link(visitor: Visitor, current: Place) -> rx.Component:
    return ui.nav_link(
        rx.el.span("Messages", _new_messages(visitor.messages)),
        "/messages",
        current=current == "messages",
    )


def _new_messages(count: ui.Number | None) -> rx.Component:
    """How many messages are new, as a small figure that follows the word."""
    if count is None or isinstance(count, int):
        return rx.fragment()
    return rx.cond(
        count > 0,
        rx.el.span(
            rx.el.span(count),
            rx.el.span(" unread", class_name="sr-only"),
            class_name="ml-1.5 inline-flex h-5 min-w-5 items-center justify-center rounded-full bg-sun-soft px-1.5 "
            "text-xs font-medium tabular-nums text-sun-text",
        ),
    )


def _top_bar(visitor: Visitor, current: Place) -> rx.Component:
    return rx.el.header(
        rx.el.div(
            home_link("/"),
            rx.el.nav(
                *_navigation(visitor, current),
                aria_label="Main",
                class_name="hidden gap-1 sm:flex max-lg:gap-0",
            ),
            rx.el.div(
                _choose(visitor.ready, _choose(visitor.signed_in, account_corner(visitor), _sign_in())),
                class_name="ml-auto flex min-h-(--control) items-center gap-1.5",
            ),
            class_name="mx-auto flex h-16 max-w-[76rem] items-center gap-6 px-(--gutter) max-lg:gap-3 "
            "max-sm:h-14",
        ),
        class_name="sticky top-0 z-(--z-nav) border-b border-line bg-bg/92 backdrop-blur-sm",
        custom_attrs={"data-noprint": "true"},
    )


def _sign_in() -> rx.Component:
    return rx.fragment(
        ui.button_link("Sign in", "/login", variant="ghost"),
        ui.button_link("Sign up", "/signup", class_name="max-[380px]:hidden"),
    )


def account_corner(visitor: Visitor) -> rx.Component:
    """The bell and the account menu of somebody signed in."""
    bell = (
        []
        if visitor.unread is None
        else [
            ui.icon_link(
                "bell",
                _choose_text(visitor.unread),
                "/notifications",
                count=visitor.unread,
            )
        ]
    )
    trigger = rx.el.button(
        ui.avatar(visitor.initials, visitor.colour, size="sm", photo=visitor.photo),
        type="button",
        aria_label=_joined("Account menu, ", visitor.name),
        class_name="ml-1 inline-flex size-(--control) cursor-pointer items-center justify-center "
        "rounded-full",
    )
    return rx.fragment(
        *bell,
        ui.menu(
            trigger,
            rx.el.div(
                visitor.name,
                class_name="truncate px-2.5 py-2 text-sm font-medium",
                role="presentation",
            ),
            ui.menu_separator(),
            ui.menu_link("Home", home_of(visitor.role), lead="house"),
            ui.menu_link("Settings", "/settings", lead="settings"),
            ui.menu_link("Help", "/help", lead="circle-help"),
            ui.menu_separator(),
            sign_out(),
            id="account-menu",
            label="Account",
        ),
    )


def theme_choice() -> rx.Component:
    """Light, dark or as the device says; kept by the browser, no round trip."""
    return ui.segmented(
        "Colours",
        [("system", "Device"), ("light", "Light"), ("dark", "Dark")],
        value=rx.color_mode,
        on_change=set_color_mode,
    )


def sign_out() -> rx.Component:
    """The button "Sign out" of a menu."""
    return sign_out_form(ui.menu_item("Sign out", lead="log-out", type="submit"))


def sign_out_form(button: rx.Component) -> rx.Component:
    """``button`` signs out: a form POST, so that the server ends the login session and its cookie."""
    return rx.el.form(
        button,
        action="/api/auth/logout",
        method="post",
        on_submit=None,
    )


def _choose_text(unread: ui.Number) -> ui.Text:
    if isinstance(unread, int):
        return f"Notifications, {unread} unread" if unread else "Notifications"
    return rx.cond(unread > 0, f"Notifications, {unread} unread", "Notifications")


def _joined(words: str, name: ui.Text) -> ui.Text:
    return words + name


def _tab_bar(visitor: Visitor, current: Place) -> rx.Component:
    tabs: list[tuple[Place, str, str, ui.Text]] = [
        ("home", "Home", "house", home_of(visitor.role)),
        ("courses", "Courses", "book-open", "/courses"),
        ("book", "Book", "calendar-plus", "/instructors"),
        ("messages", "Messages", "message-square", "/messages"),
        ("account", "Account", "user", "/settings"),
    ]

    return foot_bar(
        *(
            foot_link(
                words,
                name,
                href,
                current=current == key or (key == "book" and current == "instructors"),
                count=visitor.messages if key == "messages" else None,
            )
            for key, words, name, href in tabs
        ),
        class_name="sm:hidden",
    )


def foot_bar(*items: rx.Component, class_name: str) -> rx.Component:
    """The navigation at the foot of small screens; ``class_name`` says up to which width it is shown."""
    return rx.el.nav(
        rx.el.ul(*items, class_name="mx-auto flex h-14 max-w-md"),
        aria_label="Main, phone",
        class_name=[
            "fixed inset-x-0 bottom-0 z-(--z-nav) border-t border-line bg-surface "
            "pb-[env(safe-area-inset-bottom)]",
            class_name,
        ],
        custom_attrs={"data-noprint": "true"},
    )


def foot_link(
    words: str, name: str, href: ui.Text, *, current: bool, count: ui.Number | None = None
) -> rx.Component:
    """One place of the bar at the foot, with how much is new there."""
    return rx.el.li(
        ui.link(
            ui.icon(name, "size-5"),
            rx.el.span(words),
            *([ui.count_badge(count, "absolute top-1.5 left-1/2 ml-1.5")] if count is not None else []),
            href=href,
            class_name=FOOT_ITEM,
            **current_page(current),
        ),
        class_name="flex-1",
    )


def _footer(zone: ui.Text) -> rx.Component:
    def entry(words: str, href: str, **attrs: Any) -> rx.Component:
        return ui.link(
            words,
            href=href,
            class_name="-mx-2.5 inline-flex min-h-11 items-center px-2.5 hover:text-ink",
            **attrs,
        )

    return rx.el.footer(
        rx.el.div(
            rx.el.span(f"{load_settings().app_name}, self-hosted"),
            entry("Courses", "/courses", custom_attrs={"data-phone": "true"}),
            entry("Help", "/help"),
            entry("Cancellation rules", "/help/payment-and-cancelling"),
            entry("API", "/api/docs", external=True),
            *(
                [rx.el.span("All times in ", zone, class_name="tabular-nums sm:ml-auto")]
                if not (isinstance(zone, str) and zone == "")
                else []
            ),
            class_name=f"{COLUMN} flex flex-wrap items-center gap-x-6 gap-y-1 py-6 text-sm text-ink-3",
        ),
        class_name="border-t border-line max-sm:pb-14",
        custom_attrs={"data-noprint": "true"},
    )
