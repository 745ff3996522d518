"""What several routers answer with: instants, money, people, bookings and sessions as contract.md shapes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, WithJsonSchema

from sessions_app.domain.booking_lifecycle import UPCOMING, BookingStatus
from sessions_app.domain.permissions import Action
from sessions_app.domain.pricing import PayWith
from sessions_app.models.catalogue import Modality, SessionType
from sessions_app.services.calendar_files import join_page
from sessions_app.services.idempotency import Answer
from sessions_app.services.intake import Receipt
from sessions_app.services.payment_state import PaymentState
from sessions_app.services.queries import bookings
from sessions_app.services.queries.bookings import SeatView, SessionView
from sessions_app.services.slots import rfc3339
from sessions_app.settings import Settings

Instant = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
"""RFC 3339 in UTC, whole seconds, Z."""


def sent(answer: Answer) -> JSONResponse:
    """The use case's answer as it is sent."""
    return JSONResponse(answer.body, status_code=answer.status)


def instant(at: datetime | None) -> str | None:
    """An instant as it is sent; None stays None."""
    return None if at is None else rfc3339(at)


class Party(BaseModel):
    """The instructor or the student."""

    id: str
    name: str

    @classmethod
    def of(cls, party: bookings.Party) -> Party:
        """The party as it is sent."""
        return cls(id=party.id, name=party.name)


class Price(BaseModel):
    """Integer minor units of an ISO currency, or credits. Amount 0 without credits is free."""

    amount: int
    currency: str
    credits: int | None

    @classmethod
    def of(cls, seat: SeatView) -> Price:
        """What the seat costs."""
        return cls(amount=seat.amount_minor, currency=seat.currency, credits=seat.credits)


class Seat(BaseModel):
    """One booking."""

    booking_id: str
    session_id: str
    status: BookingStatus
    start: Instant
    end: Instant
    title: str
    instructor: Party
    student: Party
    price: Price
    payment_status: PaymentState

    @classmethod
    def of(cls, seat: SeatView) -> Seat:
        """The booking as a list shows it."""
        return cls(
            booking_id=seat.booking_id,
            session_id=seat.session_id,
            status=seat.status,
            start=rfc3339(seat.starts_at),
            end=rfc3339(seat.ends_at),
            title=seat.title,
            instructor=Party.of(seat.instructor),
            student=Party.of(seat.student),
            price=Price.of(seat),
            payment_status=seat.payment_status,
        )


class Seats(BaseModel):
    """A page of bookings."""

    items: list[Seat]
    next_cursor: str | None


class Session(BaseModel):
    """A session as the caller sees it.

    Of a group, its instructor and staff see the session's status and, in ``seats``, each booking; everybody else
    sees their own booking and ``seats`` is null. ``can`` names what the caller could do now. ``rating`` (1 to 5) and
    ``feedback`` are the student's review once there is one.
    """

    session_id: str
    booking_id: str | None
    status: BookingStatus
    start: Instant
    end: Instant
    title: str
    instructor: Party
    student: Party | None
    price: Price | None
    payment_status: PaymentState | None
    timezone: str
    course_id: str | None
    offering_id: str
    session_type: SessionType
    modality: Modality
    place: str
    hold_expires_at: Instant | None
    respond_by: Instant | None
    message: str | None
    custom_topic: str | None
    instructor_response: str | None
    join_url: str | None
    can: list[Action]
    rating: int | None
    feedback: str | None
    seats: list[Seat] | None

    @classmethod
    def of(cls, view: SessionView, settings: Settings) -> Session:
        """The session as it is sent. The join address is there while the session is to come or under way."""
        seat = view.seat
        meets_online = view.status in UPCOMING and view.modality is not Modality.IN_PERSON
        return cls(
            session_id=view.session_id,
            booking_id=seat.booking_id if seat else None,
            status=view.status,
            start=rfc3339(view.starts_at),
            end=rfc3339(view.ends_at),
            title=view.title,
            instructor=Party.of(view.instructor),
            student=Party.of(seat.student) if seat else None,
            price=Price.of(seat) if seat else None,
            payment_status=seat.payment_status if seat else None,
            timezone=view.timezone,
            course_id=view.course_id,
            offering_id=view.offering_id,
            session_type=view.session_type,
            modality=view.modality,
            place=view.place,
            hold_expires_at=instant(seat.hold_expires_at) if seat else None,
            respond_by=instant(seat.respond_by) if seat else None,
            message=seat.message if seat else None,
            custom_topic=seat.custom_topic if seat else None,
            instructor_response=seat.instructor_response if seat else None,
            join_url=join_page(settings, view.session_id) if meets_online else None,
            can=list(view.can),
            rating=seat.rating if seat else None,
            feedback=seat.feedback or None if seat else None,
            seats=None if view.seats is None else [Seat.of(one) for one in view.seats],
        )


class Confirmation(BaseModel):
    """What a confirmation page shows. The addresses are paths of this site."""

    message: str
    title: str
    instructor: Party
    student: Party
    price: Price
    pay_with: PayWith
    payment_status: PaymentState
    timezone: str
    respond_by: Instant | None
    page_url: str
    calendar_url: str


class Booked(BaseModel):
    """A booking that was made, moved or finished. ``hold_expires_at`` is set while it is only held."""

    session_id: str
    booking_id: str
    status: BookingStatus
    start: Instant
    end: Instant
    hold_expires_at: Instant | None
    confirmation: Confirmation

    @classmethod
    def of(cls, seat: SeatView) -> Booked:
        """The booking as it stands."""
        return cls(
            session_id=seat.session_id,
            booking_id=seat.booking_id,
            status=seat.status,
            start=rfc3339(seat.starts_at),
            end=rfc3339(seat.ends_at),
            hold_expires_at=instant(seat.hold_expires_at),
            confirmation=Confirmation(
                message=_MESSAGES.get(seat.status, "Session Booked!"),
                title=seat.title,
                instructor=Party.of(seat.instructor),
                student=Party.of(seat.student),
                price=Price.of(seat),
                pay_with=seat.pay_with,
                payment_status=seat.payment_status,
                timezone=seat.timezone,
                respond_by=instant(seat.respond_by),
                page_url=confirmation_page(seat.session_id),
                calendar_url=f"/api/sessions/{seat.session_id}/calendar-export?format=ics",
            ),
        )


_MESSAGES = {
    BookingStatus.HELD: "This time is held for you until it is paid.",
    BookingStatus.PENDING: "Request sent.",
}


def confirmation_page(session_id: str) -> str:
    """The page that shows a booking after it was made, and where the payment page leads back to."""
    return f"/booking/confirmation?session={session_id}"


def booked(receipt: Receipt) -> Answer:
    """201 for a new booking; 200 for a hold that the student had already."""
    return Answer(201 if receipt.is_new else 200, body_of(Booked.of(receipt.seat)))


def body_of(model: BaseModel) -> dict[str, Any]:
    """The model as a JSON object."""
    return model.model_dump(mode="json")
