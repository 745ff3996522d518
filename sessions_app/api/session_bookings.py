"""Document 000's calls about a booking: create, confirm, reschedule, cancel, and the lists of one person."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from sessions_app.api.answers import Booked, Seats, body_of, booked, sent
from sessions_app.api.dependencies import ActorDep, CallerDep, IdempotencyDep, PlatformDep
from sessions_app.api.errors import refusals
from sessions_app.api.inputs import (
    STUDENT_ID,
    Amount,
    Currency,
    Flag,
    Id,
    PathId,
    PayWithWord,
    SlotId,
    names,
)
from sessions_app.api.schemas import Incoming
from sessions_app.api.sessions import BOOKING_REFUSALS, MADE, ListQuery, seats_of
from sessions_app.domain import instants
from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.errors import (
    AlreadyBooked,
    HoldExpired,
    IdempotencyMismatch,
    IllegalTransition,
    InsufficientCredits,
    NotAllowed,
    NotFound,
    OutsideAvailability,
    PriceChanged,
    SessionFull,
    SlotTaken,
    StudentBusy,
    TooLate,
    Unauthenticated,
)
from sessions_app.domain.permissions import Role
from sessions_app.domain.plain_text import MESSAGE_LIMIT, TOPIC_LIMIT
from sessions_app.services import cancellations, idempotency, intake, payment_intents
from sessions_app.services.bookings import Details
from sessions_app.services.cancellations import Cancelled
from sessions_app.services.idempotency import Answer
from sessions_app.services.intake import AgreedPrice, Receipt, Wanted
from sessions_app.services.slots import parse_slot_id

router = APIRouter(prefix="/api/session-bookings", tags=["bookings"])


class NewBooking(Incoming):
    """What to book: a slot of the slots call. ``agreed_price`` is in minor units."""

    time_slot_id: SlotId = Field(validation_alias=names("time_slot_id", "slot_id"))
    offering_id: Id | None = None
    student_id: Id | None = Field(None, validation_alias=STUDENT_ID)
    pay_with: PayWithWord | None = None
    agreed_price: Amount | None = None
    currency: Currency | None = None
    custom_topic: str | None = Field(None, max_length=TOPIC_LIMIT)
    message: str | None = Field(
        None, max_length=MESSAGE_LIMIT, validation_alias=names("student_message", "message", "notes")
    )
    custom_requirements: str | None = Field(
        None, max_length=MESSAGE_LIMIT, validation_alias=names("custom_requirements", "requirements")
    )
    reminders: Flag | None = None


class Confirmation(Incoming):
    """Which booking, and the payment that was made for it; neither id is needed where no card is."""

    booking_id: Id
    payment_intent_id: Id | None = None
    stripe_session_id: Id | None = Field(None, validation_alias=names("stripe_session_id", "checkout_id"))


class Move(Incoming):
    """Which booking, and the slot to move it to."""

    booking_id: Id
    new_time_slot_id: SlotId = Field(validation_alias=names("new_time_slot_id", "new_slot_id"))
    reason: str | None = Field(None, max_length=MESSAGE_LIMIT)


class Cancellation(Incoming):
    """Which booking. ``process_refund`` false leaves the money, if it is the caller's to leave."""

    booking_id: Id
    reason: str | None = Field(None, max_length=MESSAGE_LIMIT)
    process_refund: Flag | None = None


class Returned(BaseModel):
    """What goes back, in minor units and credits, and how much of what was paid that is."""

    amount: int
    currency: str
    credits: int
    percent: int


class CancelledBooking(BaseModel):
    """The booking after it was cancelled; ``refund`` is null when nothing was paid."""

    booking_id: str
    status: BookingStatus
    refund: Returned | None

    @classmethod
    def of(cls, cancelled: Cancelled) -> CancelledBooking:
        """The cancellation as it is sent."""
        decision = cancelled.refund
        return cls(
            booking_id=cancelled.booking.id,
            status=cancelled.booking.status,
            refund=None
            if decision is None
            else Returned(
                amount=decision.amount.minor,
                currency=decision.amount.currency,
                credits=decision.credits,
                percent=decision.percent,
            ),
        )


@router.post("/create", status_code=201, response_model=Booked, responses=MADE | refusals(*BOOKING_REFUSALS))
def create(body: NewBooking, platform: PlatformDep, actor: ActorDep, request: IdempotencyDep) -> JSONResponse:
    """Book a slot; answered as ``POST /api/sessions``."""
    instructor_id, starts_at, minutes = parse_slot_id(body.time_slot_id)
    answer = idempotency.once(
        platform,
        actor,
        request,
        booked,
        intake.book,
        wanted=Wanted(
            instructor_id=instructor_id,
            offering_id=body.offering_id,
            minutes=instants.length_asked(
                starts_at,
                None,
                minutes,
                shortest=platform.settings.min_session_duration,
                longest=platform.settings.max_session_duration,
            ),
        ),
        starts_at=starts_at,
        student_id=body.student_id,
        pay_with=body.pay_with,
        agreed=AgreedPrice(
            amount_minor=body.agreed_price, currency=body.currency.upper() if body.currency else None
        ),
        details=Details(
            message=body.message or "",
            topic=body.custom_topic or "",
            requirements=body.custom_requirements or "",
            reminders=body.reminders is not False,
        ),
    )
    return sent(answer)


@router.post(
    "/confirm",
    response_model=Booked,
    responses=refusals(
        Unauthenticated,
        NotFound,
        NotAllowed,
        PriceChanged,
        HoldExpired,
        IllegalTransition,
        InsufficientCredits,
        IdempotencyMismatch,
    ),
)
def confirm(
    body: Confirmation, platform: PlatformDep, actor: ActorDep, request: IdempotencyDep
) -> JSONResponse:
    """Finish a booking. What was paid is read at the gateway, so the order of this call and the webhook is free."""
    answer = idempotency.once_in_steps(
        platform,
        actor,
        request,
        lambda: _ok(
            payment_intents.confirm_booking(
                platform,
                actor,
                booking_id=body.booking_id,
                gateway_id=body.payment_intent_id or body.stripe_session_id,
            )
        ),
    )
    return sent(answer)


@router.post(
    "/reschedule",
    response_model=Booked,
    responses=refusals(
        Unauthenticated, NotFound, NotAllowed, IllegalTransition, TooLate, AlreadyBooked,
        OutsideAvailability, SessionFull, SlotTaken, StudentBusy, IdempotencyMismatch,
    ),
)  # fmt: skip
def reschedule(body: Move, platform: PlatformDep, actor: ActorDep, request: IdempotencyDep) -> JSONResponse:
    """Move a booking to another slot of the same offering; its id, price and payment stay."""
    answer = idempotency.once(
        platform,
        actor,
        request,
        _ok,
        intake.reschedule,
        booking_id=body.booking_id,
        slot_id=body.new_time_slot_id,
        reason=body.reason or "",
    )
    return sent(answer)


@router.post(
    "/cancel",
    response_model=CancelledBooking,
    responses=refusals(Unauthenticated, NotFound, NotAllowed, IllegalTransition, IdempotencyMismatch),
)
def cancel(
    body: Cancellation, platform: PlatformDep, actor: ActorDep, request: IdempotencyDep
) -> JSONResponse:
    """Cancel a booking: the student's side their seat, its instructor the session; by the policy frozen on it."""
    answer = idempotency.once(
        platform,
        actor,
        request,
        lambda cancelled: Answer(200, body_of(CancelledBooking.of(cancelled))),
        cancellations.cancel,
        booking_id=body.booking_id,
        reason=body.reason or "",
        waives_refund=body.process_refund is False,
    )
    return sent(answer)


@router.get("/student/{student_id}", responses=refusals(Unauthenticated, NotFound))
def of_student(
    student_id: PathId, query: Annotated[ListQuery, Query()], platform: PlatformDep, caller: CallerDep
) -> Seats:
    """The bookings of a student, for themselves, their guardian and staff; for an instructor those with them."""
    return seats_of(platform, caller, query, person_id=student_id, as_role=Role.STUDENT)


@router.get("/instructor/{instructor_id}", responses=refusals(Unauthenticated, NotFound))
def of_instructor(
    instructor_id: PathId, query: Annotated[ListQuery, Query()], platform: PlatformDep, caller: CallerDep
) -> Seats:
    """The bookings with an instructor, for themselves and staff."""
    return seats_of(platform, caller, query, person_id=instructor_id, as_role=Role.INSTRUCTOR)


def _ok(receipt: Receipt) -> Answer:
    return Answer(200, body_of(Booked.of(receipt.seat)))
