"""Paying: the hosted page of document 004, and document 000's intents and refunds on the same payments."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from sessions_app.api.answers import body_of, confirmation_page, sent
from sessions_app.api.dependencies import ActorDep, IdempotencyDep, PlatformDep
from sessions_app.api.errors import refusals
from sessions_app.api.inputs import INSTRUCTOR_ID, STUDENT_ID, Amount, Currency, Id, names
from sessions_app.api.schemas import Incoming
from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.errors import (
    HoldExpired,
    IdempotencyMismatch,
    IllegalTransition,
    InvalidInput,
    NotAllowed,
    NotFound,
    PriceChanged,
    Unauthenticated,
)
from sessions_app.domain.money import Money
from sessions_app.domain.permissions import Action
from sessions_app.models import Refund
from sessions_app.models.money import PaymentStatus, RefundStatus
from sessions_app.services import access, checkout, idempotency, payment_intents
from sessions_app.services.idempotency import Answer
from sessions_app.services.payment_intents import Claimed, Intent
from sessions_app.services.payment_state import PaymentState
from sessions_app.services.unit_of_work import Platform, UnitOfWork

router = APIRouter(prefix="/api", tags=["payments"])

GatewayId = Annotated[str, Field(min_length=1, max_length=120)]
ReturnUrl = Annotated[str, Field(min_length=1, max_length=500)]


class CheckoutRequest(Incoming):
    """What to pay: the caller's seat in a session, or a booking. The gateway returns to a page of this site."""

    session_id: Id | None = None
    booking_id: Id | None = None
    return_url: ReturnUrl | None = None


class Checkout(BaseModel):
    """Where to send the payer, and the gateway's id of the page."""

    url: str
    checkout_id: str


class IntentRequest(Incoming):
    """Which booking is to be paid. Everything else is only compared with it."""

    booking_id: Id
    amount: Amount
    currency: Currency
    student_id: Id | None = Field(None, validation_alias=STUDENT_ID)
    instructor_id: Id | None = Field(None, validation_alias=INSTRUCTOR_ID)


class IntentCheck(Incoming):
    """Which payment to look at."""

    payment_intent_id: GatewayId = Field(validation_alias=names("payment_intent_id", "checkout_id"))
    return_url: ReturnUrl | None = None


class IntentAnswer(BaseModel):
    """A payment as the gateway tells it now; ``url`` is where it can be paid, null once it cannot."""

    payment_intent_id: str | None
    checkout_id: str | None
    url: str | None
    amount: int
    currency: str
    status: PaymentStatus
    booking_id: str
    booking_status: BookingStatus
    payment_status: PaymentState


class RefundRequest(Incoming):
    """How much of a payment to give back, in minor units; everything that is left when not said."""

    payment_intent_id: GatewayId = Field(validation_alias=names("payment_intent_id", "checkout_id"))
    amount: Amount | None = None
    reason: str | None = Field(None, max_length=500)


class RefundAnswer(BaseModel):
    """A refund on its way."""

    refund_id: str
    booking_id: str
    amount: int
    currency: str
    status: RefundStatus


@router.post(
    "/checkout/session",
    response_model=Checkout,
    responses=refusals(
        Unauthenticated, NotFound, NotAllowed, HoldExpired, IllegalTransition, IdempotencyMismatch
    ),
)
def open_checkout(
    body: CheckoutRequest,
    platform: PlatformDep,
    actor: ActorDep,
    idempotent: IdempotencyDep,
    request: Request,
) -> JSONResponse:
    """Open the payment page of a held booking. The first one moves the end of the hold."""
    _check_return(body, platform)

    def perform() -> Answer:
        booking_id, session_id = platform.read(_payable, actor, body)
        page = checkout.open_page(
            platform,
            actor,
            booking_id=booking_id,
            return_url=body.return_url or confirmation_page(session_id),
        )
        url = _absolute(page.url, request, platform)
        return Answer(200, body_of(Checkout(url=url, checkout_id=page.checkout_id)))

    answer = idempotency.once_in_steps(platform, actor, idempotent, perform)
    return sent(answer)


@router.post(
    "/payments/create-payment-intent",
    response_model=IntentAnswer,
    responses=refusals(
        Unauthenticated,
        NotFound,
        NotAllowed,
        PriceChanged,
        HoldExpired,
        IllegalTransition,
        IdempotencyMismatch,
    ),
)
def create_intent(
    body: IntentRequest,
    platform: PlatformDep,
    actor: ActorDep,
    idempotent: IdempotencyDep,
    request: Request,
) -> JSONResponse:
    """Open the payment of a held booking; its amount is the booking's, whatever was sent."""

    def perform() -> Answer:
        _, session_id = platform.read(_payable, actor, CheckoutRequest(booking_id=body.booking_id))
        intent = payment_intents.open_intent(
            platform,
            actor,
            booking_id=body.booking_id,
            amount=Money(body.amount, body.currency.upper()),
            claimed=Claimed(student_id=body.student_id, instructor_id=body.instructor_id),
            return_url=confirmation_page(session_id),
        )
        return Answer(200, body_of(_intent(intent, request, platform)))

    answer = idempotency.once_in_steps(platform, actor, idempotent, perform)
    return sent(answer)


@router.post(
    "/payments/confirm-payment",
    response_model=IntentAnswer,
    responses=refusals(Unauthenticated, NotFound, NotAllowed, IdempotencyMismatch),
)
def confirm_payment(
    body: IntentCheck,
    platform: PlatformDep,
    actor: ActorDep,
    idempotent: IdempotencyDep,
    request: Request,
) -> JSONResponse:
    """Read a payment at the gateway and let its booking follow. Cards are entered on the gateway's page alone."""
    _check_return(body, platform)

    def perform() -> Answer:
        intent = payment_intents.refresh_intent(platform, actor, intent_id=body.payment_intent_id)
        return Answer(200, body_of(_intent(intent, request, platform)))

    answer = idempotency.once_in_steps(platform, actor, idempotent, perform)
    return sent(answer)


@router.post(
    "/payments/refund",
    response_model=RefundAnswer,
    responses=refusals(Unauthenticated, NotFound, NotAllowed, IllegalTransition, IdempotencyMismatch),
)
def refund(
    body: RefundRequest, platform: PlatformDep, actor: ActorDep, idempotent: IdempotencyDep
) -> JSONResponse:
    """Give money back, as staff. An Idempotency-Key is required; more than the policy gives is audited."""
    if idempotent.key is None:
        raise InvalidInput("Please send an Idempotency-Key with a refund.", field="Idempotency-Key")
    answer = idempotency.once(
        platform,
        actor,
        idempotent,
        _refunded,
        payment_intents.give_back,
        intent_id=body.payment_intent_id,
        amount_minor=body.amount,
        reason=body.reason or "",
    )
    return sent(answer)


def _check_return(body: CheckoutRequest | IntentCheck, platform: Platform) -> None:
    """Raises InvalidInput (``return_url``) for a page that is none of ours."""
    if body.return_url is not None:
        checkout.check_return_url(body.return_url, platform.settings)


def _payable(work: UnitOfWork, body: CheckoutRequest) -> tuple[str, str]:
    """The booking and session that are meant. Raises InvalidInput (``session_id``), NotFound, NotAllowed."""
    if body.booking_id is not None:
        booking = access.load_booking(work, body.booking_id, action=Action.PAY).booking
    elif body.session_id is not None:
        booking = access.seat_in(work, body.session_id, action=Action.PAY).booking
    else:
        raise InvalidInput("Please say which session is to be paid.", field="session_id")
    return booking.id, booking.session_id


def _intent(intent: Intent, request: Request, platform: Platform) -> IntentAnswer:
    return IntentAnswer(
        payment_intent_id=intent.intent_id,
        checkout_id=intent.checkout_id,
        url=None if intent.url is None else _absolute(intent.url, request, platform),
        amount=intent.amount.minor,
        currency=intent.amount.currency,
        status=intent.status,
        booking_id=intent.seat.booking_id,
        booking_status=intent.seat.status,
        payment_status=intent.seat.payment_status,
    )


def _refunded(refund: Refund) -> Answer:
    return Answer(
        200,
        body_of(
            RefundAnswer(
                refund_id=refund.id,
                booking_id=refund.booking_id,
                amount=refund.amount_minor,
                currency=refund.currency,
                status=refund.status,
            )
        ),
    )


def _absolute(url: str, request: Request, platform: Platform) -> str:
    """The test gateway's page is one of ours: its address on the own origin the caller came by."""
    if urlsplit(url).scheme:
        return url
    came_by = f"{request.url.scheme}://{request.url.netloc}"
    origin = came_by if came_by in platform.settings.own_origins else platform.settings.public_url
    return f"{origin}{url}"
