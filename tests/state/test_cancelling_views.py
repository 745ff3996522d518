"""What the dialog that asks before cancelling says will come back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from sessions_app.domain import refunds
from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.money import Money
from sessions_app.domain.refunds import CancelledBy, RefundPolicy
from sessions_app.services.queries.cancelling import CancelPreview
from sessions_app.state.cancelling_views import cancel_view
from tests.state.seats import EUR, NOW, PARIS, START


def preview(*, at: datetime = NOW, policy: RefundPolicy | None = None, **facts: Any) -> CancelPreview:
    policy = policy or refunds.tiered()
    paid = facts.pop("paid", EUR)
    credits_paid = facts.pop("credits_paid", 0)
    drawn = refunds.bands(policy, starts_at=START) if credits_paid or not paid.is_zero else ()
    usual: dict[str, Any] = {
        "booking_id": "bkg_1",
        "status": BookingStatus.SCHEDULED,
        "starts_at": START,
        "ends_at": START + timedelta(hours=1),
        "title": "Eigenvalues and eigenvectors",
        "instructor_name": "Ada Lindqvist",
        "student_name": None,
        "decision": refunds.refund_due(
            policy, starts_at=START, at=at, by=CancelledBy.STUDENT, paid=paid, credits_paid=credits_paid
        ),
        "paid": paid,
        "credits_paid": credits_paid,
        "reserved": Money.zero("EUR"),
        "method": "Visa •••• 4242",
        "bands": drawn,
        "now_at": 28,
        "can_move": True,
        "now": at,
    }
    return CancelPreview(**(usual | facts))


class TestTheCancelDialog:
    def test_it_names_the_session_and_what_goes_back(self) -> None:
        shown = cancel_view(preview(), PARIS)
        assert (shown.heading, shown.month, shown.day) == ("Cancel this session?", "Dec", "8")
        assert shown.when == "Tuesday, 16:00 – 17:00"
        assert shown.what == "Eigenvalues and eigenvectors, Ada Lindqvist"
        assert (shown.sentence, shown.amount) == ("You get all of it back, to Visa •••• 4242.", "€28.00")
        assert [(band.name, band.until) for band in shown.bands] == [
            ("All", "until Mon 7 Dec, 16:00"),
            ("Half", "Tue 04:00"),
            ("None", "then"),
        ]
        assert shown.bar_label == (
            "Refund by time: all until Monday 7 December 2026 16:00, half until Tuesday 8 December 2026 04:00, "
            "then nothing. Now: all."
        )
        assert shown.reason_label == "Reason, shared with Ada"

    @pytest.mark.parametrize(
        ("at", "sentence", "amount"),
        [
            (START - timedelta(hours=18), "You get half of it back, to Visa •••• 4242.", "€14.00"),
            (
                START - timedelta(hours=2),
                "You get nothing back: that was possible until Tue 8 Dec, 04:00.",
                "€0.00",
            ),
        ],
    )
    def test_later_it_is_less(self, at: datetime, sentence: str, amount: str) -> None:
        shown = cancel_view(preview(at=at), PARIS)
        assert (shown.sentence, shown.amount) == (sentence, amount)

    def test_another_share_is_said_in_per_cent(self) -> None:
        policy = refunds.tiered(partial_percent=40)
        shown = cancel_view(preview(at=START - timedelta(hours=18), policy=policy), PARIS)
        assert shown.sentence == "You get 40 % of it back, to Visa •••• 4242."

    def test_credits_come_back_as_credits(self) -> None:
        nothing = Money.zero("EUR")
        one = cancel_view(preview(paid=nothing, credits_paid=1), PARIS)
        assert (one.sentence, one.amount) == ("You get your credit back.", "1 credit")
        some = cancel_view(preview(paid=nothing, credits_paid=4, at=START - timedelta(hours=18)), PARIS)
        assert (some.sentence, some.amount) == ("You get 2 credits of 4 back.", "2 credits")

    def test_nothing_paid_gives_nothing_back(self) -> None:
        shown = cancel_view(preview(paid=Money.zero("EUR")), PARIS)
        assert shown.sentence == "Nothing was charged, so there is nothing to give back."
        assert shown.bands == ()

    def test_a_request_is_taken_back_and_released(self) -> None:
        shown = cancel_view(
            preview(status=BookingStatus.PENDING, paid=Money.zero("EUR"), reserved=EUR), PARIS
        )
        assert (shown.heading, shown.keep, shown.confirm) == (
            "Cancel this request?",
            "Keep request",
            "Cancel request",
        )
        assert shown.sentence == "Nothing was taken. We release what is reserved on Visa •••• 4242."

    def test_a_policy_that_gives_all_back_has_one_band(self) -> None:
        shown = cancel_view(preview(policy=refunds.FULL), PARIS)
        assert [(band.name, band.until, band.share) for band in shown.bands] == [
            ("All", "until the start", 100)
        ]
