"""The user guides: ``docs/guides/*.md``, turned into pages when the app is compiled.

Figures in the texts (``$free_hours`` …) come from the settings and the rules, so a guide never contradicts them. A
guide that names an unknown figure stops the compilation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from string import Template

import reflex as rx
from markdown_it import MarkdownIt

from sessions_app.components import layout, ui
from sessions_app.components.bound import toasts, visitor
from sessions_app.services import reviews
from sessions_app.services.queries import board, wished_hours
from sessions_app.settings import Settings, load_settings

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "guides"
ORDER = (
    "booking",
    "payment-and-cancelling",
    "joining",
    "holding",
    "today",
    "hours",
    "schedule",
    "offerings",
    "board",
    "time-zones",
    "account",
)


@dataclass(frozen=True, slots=True)
class Guide:
    """One guide: where it is, what it is called, its one-line summary and its text as HTML."""

    slug: str
    title: str
    summary: str
    html: str

    @property
    def route(self) -> str:
        """The address of the guide."""
        return f"/help/{self.slug}"


def figures(settings: Settings) -> dict[str, str]:
    """What the guides may quote from the settings and the rules."""
    return {
        "instructor": settings.instructor_label.lower(),
        "support_email": settings.support_email,
        "hold_minutes": str(settings.hold_minutes),
        "lead_hours": str(settings.min_lead_time_hours),
        "horizon_days": str(settings.max_ahead_days),
        "request_hours": str(settings.request_ttl_hours),
        "free_hours": str(settings.free_cancellation_hours),
        "partial_hours": str(settings.partial_refund_hours),
        "partial_percent": str(settings.partial_refund_percent),
        "reschedule_limit": str(settings.reschedule_limit),
        "reschedule_hours": str(settings.reschedule_notice_hours),
        "join_minutes": str(settings.join_early_minutes),
        "pay_hours": str(settings.pay_after_accept_hours),
        "cutoff_hours": str(settings.group_minimum_cutoff_hours),
        "material_mb": str(settings.max_material_mb),
        "no_show_minutes": str(settings.no_show_wait_minutes),
        "dispute_hours": str(settings.dispute_window_hours),
        "enough_reviews": str(reviews.ENOUGH),
        "worth_saying": str(wished_hours.WORTH_SAYING),
        "near_hours": str(board.NEAR_EXPIRY // timedelta(hours=1)),
        "soon_minutes": str(board.SOON // timedelta(minutes=1)),
    }


def read_guide(slug: str, settings: Settings) -> Guide:
    """Read one guide: a head of ``title`` and ``summary``, then Markdown without raw HTML.

    Raises KeyError for a figure that ``figures`` does not know.
    """
    source = (FOLDER / f"{slug}.md").read_text(encoding="utf-8")
    _, head, body = source.split("---\n", 2)
    fields = dict(line.split(": ", 1) for line in head.strip().splitlines())
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    text = Template(body).substitute(figures(settings))
    return Guide(slug, fields["title"], fields["summary"], markdown.render(text))


@lru_cache(maxsize=1)
def guides() -> tuple[Guide, ...]:
    """The guides in reading order."""
    return tuple(read_guide(slug, load_settings()) for slug in ORDER)


def index() -> rx.Component:
    """What help there is, and where to write when it is not enough."""
    support = load_settings().support_email
    return layout.page(
        layout.page_heading("Help", "Short answers, in the order you are likely to need them."),
        rx.el.ul(
            *(
                rx.el.li(
                    ui.card_link(
                        rx.el.h2(guide.title, class_name="text-base font-semibold"),
                        rx.el.p(guide.summary, class_name="mt-1 text-sm text-ink-2"),
                        href=guide.route,
                        class_name="h-full p-5",
                    )
                )
                for guide in guides()
            ),
            class_name="grid grid-cols-1 gap-3 sm:grid-cols-2 lg:grid-cols-3",
        ),
        rx.el.p(
            "Not what you were looking for? Write to ",
            ui.text_link(support, f"mailto:{support}", inline=True, external=True),
            ".",
            class_name="mt-8 text-sm text-ink-2",
        ),
        visitor=visitor(),
        toasts=toasts(),
        current="help",
    )


def guide_page(guide: Guide) -> rx.Component:
    """One guide beside the list of all of them."""
    others = rx.el.nav(
        rx.el.ul(
            *(rx.el.li(ui.nav_link(other.title, other.route, current=other is guide)) for other in guides()),
            class_name="space-y-0.5 lg:-ml-3",
        ),
        aria_label="Guides",
        class_name="max-lg:mt-10 max-lg:border-t max-lg:border-line max-lg:pt-6 max-lg:order-last "
        "lg:sticky lg:top-24 lg:self-start",
    )
    return layout.page(
        rx.el.div(
            others,
            rx.el.article(
                rx.el.h1(guide.title, class_name="text-xl font-semibold"),
                rx.el.p(guide.summary, class_name="mt-2 mb-6 text-base text-ink-2"),
                ui.prose(guide.html),
            ),
            class_name="grid grid-cols-[minmax(0,1fr)] pt-8 lg:grid-cols-[14rem_minmax(0,1fr)] lg:gap-12 lg:pt-12",
        ),
        visitor=visitor(),
        toasts=toasts(),
        current="help",
    )
