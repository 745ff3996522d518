"""The session's video: in the page, in a window of its own, or in an app of its own."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import ui

_FRAME_ALLOW = "camera; microphone; display-capture; fullscreen; autoplay; clipboard-write"


def video_call(frame_url: Any, window_url: Any) -> rx.Component:
    """The video in the page, with the way to a window of its own."""
    return rx.el.section(
        rx.el.iframe(
            src=frame_url,
            title="Video of the session",
            allow=_FRAME_ALLOW,
            custom_attrs={"data-call": "true"},
            class_name="h-[min(70dvh,44rem)] w-full rounded-card border border-line bg-stage max-sm:h-[60dvh]",
        ),
        rx.el.p(
            "Screen sharing and chat are in the video's own bar. ",
            "Trouble with the video? ",
            ui.text_link("Open in a new window", window_url, external=True, new_tab=True, inline=True),
            class_name="mt-3 text-sm text-ink-2",
        ),
        aria_label="Video",
        class_name="min-w-0",
    )


def meeting_link(frame_url: Any, window_url: Any, *, is_in: Any) -> rx.Component:
    """The way to a video that has no place in the page, for those who are in."""
    return rx.cond(
        is_in & (frame_url == "") & (window_url != ""),
        ui.button_link(
            "Open the meeting",
            window_url,
            variant="primary",
            size="lg",
            lead="external-link",
            external=True,
            new_tab=True,
            class_name="w-full",
        ),
    )


def channel_line(channel: Any) -> rx.Component:
    """What to look for in an app that has no address; nothing without a ``channel``."""
    return rx.cond(
        channel != "",
        rx.el.p(
            "Open the video app of this platform; your session is the channel ",
            rx.el.code(channel, class_name="text-xs break-all"),
            ".",
            class_name="text-sm text-ink-2",
        ),
    )
