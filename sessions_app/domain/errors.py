"""Every way a use case can refuse, as one tree.

    DomainError
    ├── InvalidInput                400/422  the input cannot be understood; ``field`` names where
    ├── Unauthenticated             401
    ├── NotFound                    404      also what the caller may not know of
    ├── NotAllowed                  403
    │   └── NotEnrolled
    ├── Conflict                    409
    │   ├── SlotTaken  SessionFull  StudentBusy  AlreadyBooked  HoldExpired
    │   ├── InstructorUnavailable  OutsideAvailability  InsufficientCredits  PriceChanged
    │   ├── IllegalTransition  TooEarly  TooLate  IdempotencyMismatch  ScheduleChanged
    ├── PaymentProblem              409
    │   └── CardDeclined
    ├── TooLarge                    413
    ├── UnsupportedMediaType        415
    ├── RateLimited                 429      ``details.retry_after`` in seconds
    └── TemporarilyUnavailable      503

The class says which rule refused; ``code`` is stable for programs, ``message`` is a sentence for people and
``details`` carries the facts a screen needs (alternatives, amounts, instants as RFC 3339 strings).
"""

from __future__ import annotations

from typing import Any, ClassVar


class DomainError(Exception):
    """A refusal that a person can understand and a program can branch on."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 409
    default_message: ClassVar[str] = "Unable to do that. Please try again."

    def __init__(self, message: str | None = None, *, field: str | None = None, **details: Any) -> None:
        self.message = message or self.default_message
        self.field = field
        self.details = details
        super().__init__(self.message)


class InvalidInput(DomainError):
    """The input is readable but breaks a rule of its field."""

    code, status, default_message = "invalid_input", 422, "Please check this value."


class Unauthenticated(DomainError):
    """Nobody is signed in, or the proof of it is wrong, expired or revoked."""

    code, status, default_message = "unauthenticated", 401, "Please sign in."


class NotFound(DomainError):
    """There is no such thing, or the caller may not know of it."""

    code, status, default_message = "not_found", 404, "We cannot find that."


class NotAllowed(DomainError):
    """The caller may see the thing but not do this to it."""

    code, status, default_message = "not_allowed", 403, "You may not do that."


class NotEnrolled(NotAllowed):
    """The offering belongs to a course the student is not enrolled in."""

    code, default_message = "not_enrolled", "You must be enrolled to book."


class Conflict(DomainError):
    """The request is understood and allowed, but the world is not in a state for it."""

    code, status = "conflict", 409


class SlotTaken(Conflict):
    """A session, hold, request or its buffer is in the way."""

    code, default_message = "slot_taken", "This time is no longer available. Select another."


class SessionFull(Conflict):
    """Every seat of the group session is taken."""

    code, default_message = "session_full", "This session is full. Select another time."


class StudentBusy(Conflict):
    """The student has another session at this time."""

    code, default_message = "student_busy", "You have another session at this time."


class AlreadyBooked(Conflict):
    """The student already has this very seat."""

    code, default_message = "already_booked", "You have already booked this session."


class HoldExpired(Conflict):
    """The hold ended before the booking was finished."""

    code, default_message = "hold_expired", "Your hold ended. Select a time again."


class InstructorUnavailable(Conflict):
    """The instructor is not active, not qualified or does not offer this."""

    code, default_message = "instructor_unavailable", "This instructor cannot be booked for this."


class OutsideAvailability(Conflict):
    """The time breaks an availability rule; ``details.reason`` is the rule's code."""

    code, default_message = "outside_availability", "This time is not offered. Select another."


class InsufficientCredits(Conflict):
    """The credit account holds less than the price."""

    code, default_message = "insufficient_credits", "Insufficient Credits."


class PriceChanged(Conflict):
    """The price the client agreed to is not the price asked now."""

    code, default_message = "price_changed", "The price has changed. Please check it and book again."


class IllegalTransition(Conflict):
    """The booking or session is in a state that does not allow this event."""

    code, default_message = "invalid_transition", "This is no longer possible."


class TooEarly(Conflict):
    """The moment for this has not come; ``details.opens_at`` says when it does."""

    code, default_message = "too_early", "It is too early for this."


class TooLate(Conflict):
    """The moment for this has passed."""

    code, default_message = "too_late", "It is too late for this."


class IdempotencyMismatch(Conflict):
    """The same Idempotency-Key came with another request."""

    code = "idempotency_mismatch"
    default_message = "This key was already used for another request."


class ScheduleChanged(Conflict):
    """Somebody else saved this schedule after it was opened; nothing was overwritten."""

    code = "schedule_changed"
    default_message = "These hours were changed elsewhere since you opened them. Nothing was overwritten."


class PaymentProblem(Conflict):
    """The payment could not be made; nothing was taken."""

    code, default_message = "payment_failed", "The payment did not go through. Nothing was taken."


class CardDeclined(PaymentProblem):
    """The card was refused by its bank."""

    code, default_message = "card_declined", "Your card was declined."


class TooLarge(DomainError):
    """The request body is larger than accepted."""

    code, status, default_message = "too_large", 413, "This is too large."


class UnsupportedMediaType(DomainError):
    """The request body is of a type that is not read here."""

    code, status, default_message = "unsupported_media_type", 415, "Please send JSON."


class RateLimited(DomainError):
    """Too many tries; ``details.retry_after`` says in how many seconds to come back."""

    code, status, default_message = "rate_limited", 429, "Too many tries. Please wait a little."


class TemporarilyUnavailable(DomainError):
    """A part the request needs does not answer now."""

    code, status = "temporarily_unavailable", 503
    default_message = "Something we need does not answer right now. Please try again."
