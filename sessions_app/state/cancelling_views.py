"""What the dialog that asks before cancelling says, and what was done about the money. Pure.

What goes back is stated before anybody decides, in words and on a bar of the spans of notice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sessions_app.domain.local_labels import MONTHS, Viewer
from sessions_app.domain.money import Money, price_label
from sessions_app.domain.plain_text import short_name
from sessions_app.domain.refunds import Band
from sessions_app.services.cancellations import Cancelled
from sessions_app.services.queries.cancelling import CancelPreview


@dataclass(frozen=True)
class BandView:
    """A span of notice on the refund bar, ``share`` per cent wide."""

    name: str
    until: str
    share: int
    level: int


@dataclass(frozen=True)
class CancelView:
    """The dialog that asks before cancelling. ``percent`` is what was stated and must hold."""

    booking_id: str = ""
    heading: str = ""
    month: str = ""
    day: str = ""
    when: str = ""
    what: str = ""
    sentence: str = ""
    amount: str = ""
    percent: int = 100
    bands: tuple[BandView, ...] = ()
    bar_label: str = ""
    now_at: int = 0
    reason_label: str = ""
    can_move: bool = False
    keep: str = "Keep session"
    confirm: str = "Cancel session"
    done: str = "Session cancelled"


CLOSED = CancelView()


def cancel_view(preview: CancelPreview, viewer: Viewer) -> CancelView:
    """The dialog, with the refund stated before anybody decides."""
    local = viewer.local(preview.starts_at)
    weekday = viewer.long_day(preview.starts_at).split()[0]
    sentence, amount = _refund_sentence(preview, viewer)
    thing = "request" if preview.is_request else "session"
    people = [preview.instructor_name, *([f"for {preview.student_name}"] if preview.student_name else [])]
    return CancelView(
        booking_id=preview.booking_id,
        heading=f"Cancel this {thing}?",
        month=MONTHS[local.month - 1][:3],
        day=str(local.day),
        when=f"{weekday}, {viewer.span(preview.starts_at, preview.ends_at)}",
        what=", ".join([preview.title, *people]),
        sentence=sentence,
        amount=amount,
        percent=preview.decision.percent,
        bands=tuple(_bands(preview.bands, viewer)),
        bar_label=_bar_label(preview, viewer),
        now_at=preview.now_at,
        reason_label=f"Reason, shared with {short_name(preview.instructor_name)}",
        can_move=preview.can_move,
        keep=f"Keep {thing}",
        confirm=f"Cancel {thing}",
        done=f"{thing.capitalize()} cancelled",
    )


def cancelled_words(made: Cancelled, method: str) -> str:
    """What was done about the money, after cancelling."""
    if made.refund is None:
        return "Nothing was paid, so nothing is due."
    if made.refund.credits:
        return f"You get {price_label(None, made.refund.credits)} back."
    if made.refund.amount.is_zero:
        return "Nothing goes back, as the policy you booked under says."
    return f"You get {made.refund.amount.label} back{f' to {method}' if method else ''}."


def _refund_sentence(preview: CancelPreview, viewer: Viewer) -> tuple[str, str]:
    """What goes back, as a sentence and as an amount."""
    method = preview.method or "your card"
    if not preview.reserved.is_zero:
        return f"Nothing was taken. We release what is reserved on {method}.", preview.reserved.label
    if preview.credits_paid:
        return _credits_sentence(preview, viewer)
    if preview.paid.is_zero:
        words = "Nothing was charged, so there is nothing to give back."
        return words, "" if preview.is_request else Money.zero(preview.paid.currency).label
    percent, amount = preview.decision.percent, preview.decision.amount
    if percent == 0:
        return _nothing_back(preview, viewer), amount.label
    return f"You get {_share(percent)} of it back, to {method}.", amount.label


def _credits_sentence(preview: CancelPreview, viewer: Viewer) -> tuple[str, str]:
    back = preview.decision.credits
    if not back:
        return _nothing_back(preview, viewer), "0 credits"
    label = price_label(None, back)
    if back == preview.credits_paid:
        return f"You get your {'credit' if back == 1 else 'credits'} back.", label
    return f"You get {label} of {preview.credits_paid} back.", label


def _nothing_back(preview: CancelPreview, viewer: Viewer) -> str:
    ends = [band.ends_at for band in preview.bands if band.percent]
    last = max(ends, default=preview.decision.free_until)
    return f"You get nothing back: that was possible until {viewer.moment(last, now=preview.now)}."


def _share(percent: int) -> str:
    return {100: "all", 50: "half"}.get(percent, f"{percent} %")


def _bands(drawn: Sequence[Band], viewer: Viewer) -> Iterable[BandView]:
    before: datetime | None = None
    for band in drawn:
        is_last = band is drawn[-1]
        near = before is not None and viewer.date_of(band.ends_at) - viewer.date_of(before) <= timedelta(1)
        short = f"{viewer.day(band.ends_at).split()[0]} {viewer.time(band.ends_at)}"
        until = short if near else f"until {viewer.moment(band.ends_at)}"
        if is_last:
            until = "then" if band.percent == 0 else "until the start"
        level = 0 if band.percent == 0 else 2 if band.percent == 100 else 1
        yield BandView(
            _share(band.percent).capitalize() if band.percent else "None", until, band.share, level
        )
        before = band.ends_at


def _bar_label(preview: CancelPreview, viewer: Viewer) -> str:
    if not preview.bands:
        return ""
    parts = [
        f"{_share(band.percent)} until {viewer.long_day(band.ends_at)} {viewer.time(band.ends_at)}"
        for band in preview.bands
        if band.percent
    ]
    if preview.bands[-1].percent == 0:
        parts.append("then nothing")
    now = _share(preview.decision.percent) if preview.decision.percent else "nothing"
    return f"Refund by time: {', '.join(parts)}. Now: {now}."
