"""SQLModel tables: what is stored, and the constraints that make wrong rows impossible.

Importing this package registers every table, which is what Alembic and ``create_engine`` need.
"""

from sessions_app.models.attendance import (
    AttendanceAmendment,
    AttendanceSeal,
    AttendanceStay,
    InstructorVideo,
    LessonNotes,
    LiveSession,
    RecordingConsent,
    SeatOutcome,
)
from sessions_app.models.availability import AvailabilityOverride, AvailabilityRule, PublishedSlot
from sessions_app.models.bookings import Booking, TeachingSession
from sessions_app.models.catalogue import (
    Course,
    CourseUnit,
    DeferredEnrollment,
    Enrollment,
    InstructorCourse,
    InstructorSubject,
    Material,
    Offering,
    Subject,
)
from sessions_app.models.conversations import Conversation, ConversationMember, Message
from sessions_app.models.messages import InboundEvent, OutboxMessage
from sessions_app.models.money import CreditAccount, GatewayTask, LedgerEntry, Payment, Refund
from sessions_app.models.people import (
    CalendarFeed,
    GuardianLink,
    InstructorProfile,
    LoginSession,
    PasswordReset,
    Person,
    Preference,
    RefreshToken,
)
from sessions_app.models.records import AuditEntry, IdempotencyRecord, ProductEvent
from sessions_app.models.reviews import Review, ReviewReport
from sessions_app.models.sandbox_payments import SandboxPayment, SandboxRefund

__all__ = [
    "AttendanceAmendment",
    "AttendanceSeal",
    "AttendanceStay",
    "AuditEntry",
    "AvailabilityOverride",
    "AvailabilityRule",
    "Booking",
    "CalendarFeed",
    "Conversation",
    "ConversationMember",
    "Course",
    "CourseUnit",
    "CreditAccount",
    "DeferredEnrollment",
    "Enrollment",
    "GatewayTask",
    "GuardianLink",
    "IdempotencyRecord",
    "InboundEvent",
    "InstructorCourse",
    "InstructorProfile",
    "InstructorSubject",
    "InstructorVideo",
    "LedgerEntry",
    "LessonNotes",
    "LiveSession",
    "LoginSession",
    "Material",
    "Message",
    "Offering",
    "OutboxMessage",
    "PasswordReset",
    "Payment",
    "Person",
    "Preference",
    "ProductEvent",
    "PublishedSlot",
    "RecordingConsent",
    "RefreshToken",
    "Refund",
    "Review",
    "ReviewReport",
    "SandboxPayment",
    "SandboxRefund",
    "SeatOutcome",
    "Subject",
    "TeachingSession",
]
