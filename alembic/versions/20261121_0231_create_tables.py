"""create tables.

Revision ID: 8c66dd1863f6
Revises:
"""

import sqlalchemy as sa
from alembic import op

from sessions_app.models.guards import create_guards, drop_guards

revision = "8c66dd1863f6"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=True),
        sa.Column("actor_role", sa.String(length=16), nullable=False),
        sa.Column("on_behalf_of_id", sa.String(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject_type", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_at"), ["at"], unique=False)
        batch_op.create_index("ix_audit_entry_subject", ["subject_id", "id"], unique=False)

    op.create_table(
        "idempotency_record",
        sa.Column("caller", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_idempotency_record")),
    )
    with op.batch_alter_table("idempotency_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_record_created_at"), ["created_at"], unique=False)

    op.create_table(
        "inbound_event",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(length=24), nullable=False),
        sa.Column("external_id", sa.String(length=120), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_token", sa.String(length=32), nullable=True),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('new', 'handled', 'parked')", name=op.f("ck_inbound_event_state_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_event")),
        sa.UniqueConstraint("source", "external_id", name="uq_inbound_event_once"),
    )
    with op.batch_alter_table("inbound_event", schema=None) as batch_op:
        batch_op.create_index("ix_inbound_event_due", ["state", "available_at"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("hour_cycle", sa.String(length=3), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("avatar_url", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deactivated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('student', 'guardian', 'instructor', 'assistant', 'admin')",
            name=op.f("ck_person_role_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "product_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("properties", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_event")),
    )
    with op.batch_alter_table("product_event", schema=None) as batch_op:
        batch_op.create_index("ix_product_event_name", ["name", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_product_event_person_id"), ["person_id"], unique=False)

    op.create_table(
        "sandbox_payment",
        sa.Column("checkout_id", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("intent_id", sa.String(length=60), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("captures_later", sa.Boolean(), nullable=False),
        sa.Column("captured_minor", sa.Integer(), nullable=False),
        sa.Column("refunded_minor", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("declines", sa.Integer(), nullable=False),
        sa.Column("return_url", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('open', 'processing', 'authorised', 'paid', 'voided', 'expired')",
            name=op.f("ck_sandbox_payment_status_known"),
        ),
        sa.CheckConstraint(
            "refunded_minor BETWEEN 0 AND captured_minor",
            name=op.f("ck_sandbox_payment_refunds_within_captured"),
        ),
        sa.PrimaryKeyConstraint("checkout_id", name=op.f("pk_sandbox_payment")),
        sa.UniqueConstraint("intent_id", name=op.f("uq_sandbox_payment_intent_id")),
        sa.UniqueConstraint("key", name=op.f("uq_sandbox_payment_key")),
        sa.UniqueConstraint("token", name=op.f("uq_sandbox_payment_token")),
    )
    with op.batch_alter_table("sandbox_payment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sandbox_payment_reference"), ["reference"], unique=False)

    op.create_table(
        "subject",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject")),
        sa.UniqueConstraint("name", name=op.f("uq_subject_name")),
    )
    op.create_table(
        "availability_override",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("instructor_id", sa.String(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=True),
        sa.Column("end_minute", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(start_minute IS NULL AND end_minute IS NULL) OR (start_minute >= 0 AND end_minute <= 1440 AND start_minute < end_minute)",
            name=op.f("ck_availability_override_minutes_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["person.id"], name=op.f("fk_availability_override_instructor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability_override")),
    )
    with op.batch_alter_table("availability_override", schema=None) as batch_op:
        batch_op.create_index(
            "ix_availability_override_instructor", ["instructor_id", "on_date"], unique=False
        )

    op.create_table(
        "availability_rule",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("instructor_id", sa.String(), nullable=False),
        sa.Column("day_of_week", sa.Integer(), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=False),
        sa.Column("end_minute", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "day_of_week BETWEEN 0 AND 6", name=op.f("ck_availability_rule_day_of_week_range")
        ),
        sa.CheckConstraint(
            "start_minute >= 0 AND end_minute <= 1440 AND start_minute < end_minute",
            name=op.f("ck_availability_rule_minutes_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["person.id"], name=op.f("fk_availability_rule_instructor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability_rule")),
    )
    with op.batch_alter_table("availability_rule", schema=None) as batch_op:
        batch_op.create_index(
            "ix_availability_rule_instructor", ["instructor_id", "day_of_week"], unique=False
        )

    op.create_table(
        "course",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("session_count", sa.Integer(), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "price_minor IS NULL OR price_minor >= 0", name=op.f("ck_course_price_not_negative")
        ),
        sa.CheckConstraint("session_count >= 0", name=op.f("ck_course_session_count_not_negative")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_course_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
    )
    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_course_position"), ["position"], unique=False)
        batch_op.create_index(batch_op.f("ix_course_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "credit_account",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("student_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["student_id"], ["person.id"], name=op.f("fk_credit_account_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_account")),
        sa.UniqueConstraint("student_id", name=op.f("uq_credit_account_student_id")),
    )
    op.create_table(
        "guardian_link",
        sa.Column("guardian_id", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=False),
        sa.Column("can_book", sa.Boolean(), nullable=False),
        sa.Column("can_pay", sa.Boolean(), nullable=False),
        sa.Column("can_view", sa.Boolean(), nullable=False),
        sa.Column("can_cancel", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["person.id"], name=op.f("fk_guardian_link_child_id")),
        sa.ForeignKeyConstraint(["guardian_id"], ["person.id"], name=op.f("fk_guardian_link_guardian_id")),
        sa.PrimaryKeyConstraint("guardian_id", "child_id", name=op.f("pk_guardian_link")),
    )
    with op.batch_alter_table("guardian_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guardian_link_child_id"), ["child_id"], unique=False)

    op.create_table(
        "instructor_profile",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("headline", sa.String(length=160), nullable=False),
        sa.Column("bio", sa.String(), nullable=False),
        sa.Column("hourly_rate_minor", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("buffer_minutes", sa.Integer(), nullable=True),
        sa.Column("notice_minutes", sa.Integer(), nullable=True),
        sa.Column("horizon_days", sa.Integer(), nullable=True),
        sa.Column("step_minutes", sa.Integer(), nullable=True),
        sa.Column("day_cap", sa.Integer(), nullable=True),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.Column("calendar_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "buffer_minutes IS NULL OR buffer_minutes BETWEEN 0 AND 240",
            name=op.f("ck_instructor_profile_buffer_range"),
        ),
        sa.CheckConstraint(
            "day_cap IS NULL OR day_cap >= 0", name=op.f("ck_instructor_profile_day_cap_not_negative")
        ),
        sa.CheckConstraint(
            "horizon_days IS NULL OR horizon_days BETWEEN 1 AND 730",
            name=op.f("ck_instructor_profile_horizon_range"),
        ),
        sa.CheckConstraint(
            "hourly_rate_minor IS NULL OR hourly_rate_minor >= 0",
            name=op.f("ck_instructor_profile_hourly_rate_not_negative"),
        ),
        sa.CheckConstraint(
            "notice_minutes IS NULL OR notice_minutes BETWEEN 0 AND 43200",
            name=op.f("ck_instructor_profile_notice_range"),
        ),
        sa.CheckConstraint(
            "step_minutes IS NULL OR step_minutes BETWEEN 5 AND 240",
            name=op.f("ck_instructor_profile_step_range"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_instructor_profile_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_instructor_profile")),
    )
    op.create_table(
        "instructor_subject",
        sa.Column("instructor_id", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["person.id"], name=op.f("fk_instructor_subject_instructor_id")
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name=op.f("fk_instructor_subject_subject_id")
        ),
        sa.PrimaryKeyConstraint("instructor_id", "subject_id", name=op.f("pk_instructor_subject")),
    )
    with op.batch_alter_table("instructor_subject", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_instructor_subject_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "login_session",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_login_session_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_session_token_hash")),
    )
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_session_person_id"), ["person_id"], unique=False)

    op.create_table(
        "password_reset",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_password_reset_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_reset")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_password_reset_token_hash")),
    )
    with op.batch_alter_table("password_reset", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_password_reset_person_id"), ["person_id"], unique=False)

    op.create_table(
        "preference",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_preference_person_id")),
        sa.PrimaryKeyConstraint("person_id", "name", name=op.f("pk_preference")),
    )
    op.create_table(
        "refresh_token",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("family_id", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_refresh_token_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_refresh_token_token_hash")),
    )
    with op.batch_alter_table("refresh_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refresh_token_family_id"), ["family_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_refresh_token_person_id"), ["person_id"], unique=False)

    op.create_table(
        "sandbox_refund",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("checkout_id", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkout_id"], ["sandbox_payment.checkout_id"], name=op.f("fk_sandbox_refund_checkout_id")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sandbox_refund")),
    )
    with op.batch_alter_table("sandbox_refund", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sandbox_refund_checkout_id"), ["checkout_id"], unique=False)

    op.create_table(
        "course_unit",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("summary", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_unit_course_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_unit")),
    )
    with op.batch_alter_table("course_unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_course_unit_course_id"), ["course_id"], unique=False)

    op.create_table(
        "enrollment",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_enrollment_course_id")),
        sa.ForeignKeyConstraint(["student_id"], ["person.id"], name=op.f("fk_enrollment_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollment")),
        sa.UniqueConstraint("student_id", "course_id", name="uq_enrollment_once"),
    )
    with op.batch_alter_table("enrollment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enrollment_course_id"), ["course_id"], unique=False)

    op.create_table(
        "instructor_course",
        sa.Column("instructor_id", sa.String(), nullable=False),
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_instructor_course_course_id")),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["person.id"], name=op.f("fk_instructor_course_instructor_id")
        ),
        sa.PrimaryKeyConstraint("instructor_id", "course_id", name=op.f("pk_instructor_course")),
    )
    with op.batch_alter_table("instructor_course", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_instructor_course_course_id"), ["course_id"], unique=False)

    op.create_table(
        "offering",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("instructor_id", sa.String(), nullable=False),
        sa.Column("course_id", sa.String(), nullable=True),
        sa.Column("subject_id", sa.String(), nullable=True),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("requirements", sa.String(), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("session_type", sa.String(length=24), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("topic_type", sa.String(length=24), nullable=False),
        sa.Column("booking_mode", sa.String(length=24), nullable=False),
        sa.Column("modality", sa.String(length=24), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=True),
        sa.Column("cancellation_policy", sa.String(length=20), nullable=False),
        sa.Column("requires_enrollment", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "booking_mode IN ('instant', 'request')", name=op.f("ck_offering_booking_mode_known")
        ),
        sa.CheckConstraint(
            "modality IN ('online', 'in_person', 'hybrid')", name=op.f("ck_offering_modality_known")
        ),
        sa.CheckConstraint(
            "session_type = 'group' OR capacity = 1", name=op.f("ck_offering_individual_has_one_seat")
        ),
        sa.CheckConstraint(
            "session_type IN ('individual', 'group')", name=op.f("ck_offering_session_type_known")
        ),
        sa.CheckConstraint("topic_type IN ('fixed', 'flexible')", name=op.f("ck_offering_topic_type_known")),
        sa.CheckConstraint("capacity BETWEEN 1 AND 20", name=op.f("ck_offering_capacity_range")),
        sa.CheckConstraint("credits IS NULL OR credits > 0", name=op.f("ck_offering_credits_positive")),
        sa.CheckConstraint("duration_minutes BETWEEN 5 AND 1440", name=op.f("ck_offering_duration_range")),
        sa.CheckConstraint(
            "price_minor IS NULL OR price_minor >= 0", name=op.f("ck_offering_price_not_negative")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_offering_course_id")),
        sa.ForeignKeyConstraint(["instructor_id"], ["person.id"], name=op.f("fk_offering_instructor_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_offering_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offering")),
    )
    with op.batch_alter_table("offering", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_offering_course_id"), ["course_id"], unique=False)
        batch_op.create_index(
            "ix_offering_instructor", ["instructor_id", "is_active", "position"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_offering_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "deferred_enrollment",
        sa.Column("enrollment_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("proposed_instructor_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('waiting', 'notified', 'scheduled', 'abandoned')",
            name=op.f("ck_deferred_enrollment_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["enrollment.id"], name=op.f("fk_deferred_enrollment_enrollment_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_instructor_id"],
            ["person.id"],
            name=op.f("fk_deferred_enrollment_proposed_instructor_id"),
        ),
        sa.PrimaryKeyConstraint("enrollment_id", name=op.f("pk_deferred_enrollment")),
    )
    op.create_table(
        "published_slot",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("instructor_id", sa.String(), nullable=False),
        sa.Column("offering_id", sa.String(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_type", sa.String(length=24), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "session_type IN ('individual', 'group')", name=op.f("ck_published_slot_session_type_known")
        ),
        sa.CheckConstraint("seats BETWEEN 1 AND 20", name=op.f("ck_published_slot_seats_range")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_published_slot_times_in_order")),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["person.id"], name=op.f("fk_published_slot_instructor_id")
        ),
        sa.ForeignKeyConstraint(["offering_id"], ["offering.id"], name=op.f("fk_published_slot_offering_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_slot")),
    )
    with op.batch_alter_table("published_slot", schema=None) as batch_op:
        batch_op.create_index("ix_published_slot_instructor", ["instructor_id", "starts_at"], unique=False)

    op.create_table(
        "teaching_session",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("instructor_id", sa.String(), nullable=False),
        sa.Column("offering_id", sa.String(), nullable=False),
        sa.Column("course_id", sa.String(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("session_type", sa.String(length=24), nullable=False),
        sa.Column("modality", sa.String(length=24), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("seats_taken", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("frees_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "modality IN ('online', 'in_person', 'hybrid')", name=op.f("ck_teaching_session_modality_known")
        ),
        sa.CheckConstraint(
            "session_type IN ('individual', 'group')", name=op.f("ck_teaching_session_session_type_known")
        ),
        sa.CheckConstraint(
            "status IN ('tentative', 'scheduled', 'in_progress', 'completed', 'cancelled')",
            name=op.f("ck_teaching_session_status_known"),
        ),
        sa.CheckConstraint("blocked_until >= ends_at", name=op.f("ck_teaching_session_buffer_not_negative")),
        sa.CheckConstraint("capacity BETWEEN 1 AND 20", name=op.f("ck_teaching_session_capacity_range")),
        sa.CheckConstraint(
            "seats_taken BETWEEN 0 AND capacity", name=op.f("ck_teaching_session_seats_within_capacity")
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_teaching_session_times_in_order")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_teaching_session_course_id")),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["person.id"], name=op.f("fk_teaching_session_instructor_id")
        ),
        sa.ForeignKeyConstraint(
            ["offering_id"], ["offering.id"], name=op.f("fk_teaching_session_offering_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teaching_session")),
        sa.UniqueConstraint("id", "starts_at", "ends_at", name="uq_teaching_session_times"),
    )
    with op.batch_alter_table("teaching_session", schema=None) as batch_op:
        batch_op.create_index("ix_teaching_session_instructor", ["instructor_id", "starts_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_teaching_session_offering_id"), ["offering_id"], unique=False)
        batch_op.create_index("ix_teaching_session_starts", ["starts_at"], unique=False)

    op.create_table(
        "booking",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("session_id", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("instructor_id", sa.String(), nullable=False),
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("booked_by_id", sa.String(), nullable=False),
        sa.Column("offering_id", sa.String(), nullable=False),
        sa.Column("course_id", sa.String(), nullable=True),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("hold_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("respond_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pay_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frees_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pay_with", sa.String(length=24), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("quote", sa.JSON(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("custom_topic", sa.String(length=200), nullable=False),
        sa.Column("student_message", sa.String(), nullable=False),
        sa.Column("requirements", sa.String(), nullable=False),
        sa.Column("instructor_response", sa.String(), nullable=False),
        sa.Column("reminders", sa.Boolean(), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("wall_start", sa.String(length=16), nullable=False),
        sa.Column("reschedule_count", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("cancelled_by", sa.String(length=16), nullable=True),
        sa.Column("cancel_reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("pay_with IN ('free', 'card', 'credits')", name=op.f("ck_booking_pay_with_known")),
        sa.CheckConstraint(
            "status IN ('held', 'pending', 'accepted', 'scheduled', 'confirmed', 'in_progress', 'completed', 'no_show', 'rejected', 'expired', 'cancelled')",
            name=op.f("ck_booking_status_known"),
        ),
        sa.CheckConstraint("credits >= 0", name=op.f("ck_booking_credits_not_negative")),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_booking_price_not_negative")),
        sa.CheckConstraint("reschedule_count >= 0", name=op.f("ck_booking_reschedule_count_not_negative")),
        sa.ForeignKeyConstraint(["booked_by_id"], ["person.id"], name=op.f("fk_booking_booked_by_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_booking_course_id")),
        sa.ForeignKeyConstraint(["instructor_id"], ["person.id"], name=op.f("fk_booking_instructor_id")),
        sa.ForeignKeyConstraint(["offering_id"], ["offering.id"], name=op.f("fk_booking_offering_id")),
        sa.ForeignKeyConstraint(
            ["session_id", "starts_at", "ends_at"],
            ["teaching_session.id", "teaching_session.starts_at", "teaching_session.ends_at"],
            name="fk_booking_session_times",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["student_id"], ["person.id"], name=op.f("fk_booking_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
    )
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_booking_booked_by_id"), ["booked_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_booking_course_id"), ["course_id"], unique=False)
        batch_op.create_index("ix_booking_frees_at", ["frees_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_booking_instructor_id"), ["instructor_id"], unique=False)
        batch_op.create_index("ix_booking_session", ["session_id", "starts_at", "ends_at"], unique=False)
        batch_op.create_index("ix_booking_student", ["student_id", "starts_at"], unique=False)
        batch_op.create_index(
            "uq_booking_one_seat",
            ["session_id", "student_id"],
            unique=True,
            sqlite_where=sa.text(
                "status IN ('accepted', 'confirmed', 'held', 'in_progress', 'pending', 'scheduled')"
            ),
            postgresql_where=sa.text(
                "status IN ('accepted', 'confirmed', 'held', 'in_progress', 'pending', 'scheduled')"
            ),
        )

    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.Column("booking_id", sa.String(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_ledger_entry_amount_not_zero")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["credit_account.id"], name=op.f("fk_ledger_entry_account_id")
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_ledger_entry_booking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("reason", name=op.f("uq_ledger_entry_reason")),
    )
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_entry_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_entry_booking_id"), ["booking_id"], unique=False)

    op.create_table(
        "outbox_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=200), nullable=False),
        sa.Column("stream", sa.String(length=320), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("recipient_id", sa.String(), nullable=True),
        sa.Column("to_address", sa.String(length=254), nullable=False),
        sa.Column("booking_id", sa.String(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_token", sa.String(length=32), nullable=True),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'sent', 'stale', 'failed')", name=op.f("ck_outbox_message_state_known")
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_outbox_message_booking_id")),
        sa.ForeignKeyConstraint(["recipient_id"], ["person.id"], name=op.f("fk_outbox_message_recipient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_message_dedupe_key")),
    )
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_message_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index("ix_outbox_message_due", ["state", "available_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_message_recipient_id"), ["recipient_id"], unique=False)
        batch_op.create_index("ix_outbox_message_stream", ["stream", "id"], unique=False)

    op.create_table(
        "payment",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("booking_id", sa.String(), nullable=False),
        sa.Column("payer_id", sa.String(), nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("captured_minor", sa.Integer(), nullable=False),
        sa.Column("refunded_minor", sa.Integer(), nullable=False),
        sa.Column("captures_later", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("checkout_id", sa.String(length=120), nullable=True),
        sa.Column("intent_id", sa.String(length=120), nullable=True),
        sa.Column("page_url", sa.String(), nullable=True),
        sa.Column("page_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("return_url", sa.String(), nullable=False),
        sa.Column("method_label", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('creating', 'open', 'processing', 'authorised', 'paid', 'voided', 'expired', 'lost_race', 'review')",
            name=op.f("ck_payment_status_known"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_amount_positive")),
        sa.CheckConstraint(
            "captured_minor BETWEEN 0 AND amount_minor", name=op.f("ck_payment_captured_within_amount")
        ),
        sa.CheckConstraint(
            "refunded_minor BETWEEN 0 AND captured_minor", name=op.f("ck_payment_refunds_within_captured")
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_payment_booking_id")),
        sa.ForeignKeyConstraint(["payer_id"], ["person.id"], name=op.f("fk_payment_payer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("checkout_id", name=op.f("uq_payment_checkout_id")),
        sa.UniqueConstraint("intent_id", name=op.f("uq_payment_intent_id")),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payment_payer_id"), ["payer_id"], unique=False)

    op.create_table(
        "refund",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("payment_id", sa.String(), nullable=False),
        sa.Column("booking_id", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("gateway_ref", sa.String(length=120), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('requested', 'done', 'failed')", name=op.f("ck_refund_status_known")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_refund_amount_positive")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_refund_booking_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_refund_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
    )
    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refund_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_refund_payment_id"), ["payment_id"], unique=False)

    op.create_table(
        "gateway_task",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("payment_id", sa.String(), nullable=False),
        sa.Column("refund_id", sa.String(), nullable=True),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('capture', 'void', 'refund')", name=op.f("ck_gateway_task_kind_known")),
        sa.CheckConstraint("state IN ('todo', 'done', 'parked')", name=op.f("ck_gateway_task_state_known")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_gateway_task_payment_id")),
        sa.ForeignKeyConstraint(["refund_id"], ["refund.id"], name=op.f("fk_gateway_task_refund_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_gateway_task")),
    )
    with op.batch_alter_table("gateway_task", schema=None) as batch_op:
        batch_op.create_index("ix_gateway_task_due", ["state", "available_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_gateway_task_payment_id"), ["payment_id"], unique=False)

    create_guards(op.get_bind())


def downgrade() -> None:
    drop_guards(op.get_bind())
    with op.batch_alter_table("gateway_task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_gateway_task_payment_id"))
        batch_op.drop_index("ix_gateway_task_due")

    op.drop_table("gateway_task")
    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_refund_payment_id"))
        batch_op.drop_index(batch_op.f("ix_refund_booking_id"))

    op.drop_table("refund")
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payment_payer_id"))
        batch_op.drop_index(batch_op.f("ix_payment_booking_id"))

    op.drop_table("payment")
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_message_stream")
        batch_op.drop_index(batch_op.f("ix_outbox_message_recipient_id"))
        batch_op.drop_index("ix_outbox_message_due")
        batch_op.drop_index(batch_op.f("ix_outbox_message_booking_id"))

    op.drop_table("outbox_message")
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_entry_booking_id"))
        batch_op.drop_index(batch_op.f("ix_ledger_entry_account_id"))

    op.drop_table("ledger_entry")
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_booking_one_seat",
            sqlite_where=sa.text(
                "status IN ('accepted', 'confirmed', 'held', 'in_progress', 'pending', 'scheduled')"
            ),
            postgresql_where=sa.text(
                "status IN ('accepted', 'confirmed', 'held', 'in_progress', 'pending', 'scheduled')"
            ),
        )
        batch_op.drop_index("ix_booking_student")
        batch_op.drop_index("ix_booking_session")
        batch_op.drop_index(batch_op.f("ix_booking_instructor_id"))
        batch_op.drop_index("ix_booking_frees_at")
        batch_op.drop_index(batch_op.f("ix_booking_course_id"))
        batch_op.drop_index(batch_op.f("ix_booking_booked_by_id"))

    op.drop_table("booking")
    with op.batch_alter_table("teaching_session", schema=None) as batch_op:
        batch_op.drop_index("ix_teaching_session_starts")
        batch_op.drop_index(batch_op.f("ix_teaching_session_offering_id"))
        batch_op.drop_index("ix_teaching_session_instructor")

    op.drop_table("teaching_session")
    with op.batch_alter_table("published_slot", schema=None) as batch_op:
        batch_op.drop_index("ix_published_slot_instructor")

    op.drop_table("published_slot")
    op.drop_table("deferred_enrollment")
    with op.batch_alter_table("offering", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_offering_subject_id"))
        batch_op.drop_index("ix_offering_instructor")
        batch_op.drop_index(batch_op.f("ix_offering_course_id"))

    op.drop_table("offering")
    with op.batch_alter_table("instructor_course", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_instructor_course_course_id"))

    op.drop_table("instructor_course")
    with op.batch_alter_table("enrollment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enrollment_course_id"))

    op.drop_table("enrollment")
    with op.batch_alter_table("course_unit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_unit_course_id"))

    op.drop_table("course_unit")
    with op.batch_alter_table("sandbox_refund", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sandbox_refund_checkout_id"))

    op.drop_table("sandbox_refund")
    with op.batch_alter_table("refresh_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_refresh_token_person_id"))
        batch_op.drop_index(batch_op.f("ix_refresh_token_family_id"))

    op.drop_table("refresh_token")
    op.drop_table("preference")
    with op.batch_alter_table("password_reset", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_password_reset_person_id"))

    op.drop_table("password_reset")
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_session_person_id"))

    op.drop_table("login_session")
    with op.batch_alter_table("instructor_subject", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_instructor_subject_subject_id"))

    op.drop_table("instructor_subject")
    op.drop_table("instructor_profile")
    with op.batch_alter_table("guardian_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guardian_link_child_id"))

    op.drop_table("guardian_link")
    op.drop_table("credit_account")
    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_subject_id"))
        batch_op.drop_index(batch_op.f("ix_course_position"))

    op.drop_table("course")
    with op.batch_alter_table("availability_rule", schema=None) as batch_op:
        batch_op.drop_index("ix_availability_rule_instructor")

    op.drop_table("availability_rule")
    with op.batch_alter_table("availability_override", schema=None) as batch_op:
        batch_op.drop_index("ix_availability_override_instructor")

    op.drop_table("availability_override")
    op.drop_table("subject")
    with op.batch_alter_table("sandbox_payment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sandbox_payment_reference"))

    op.drop_table("sandbox_payment")
    with op.batch_alter_table("product_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_event_person_id"))
        batch_op.drop_index("ix_product_event_name")

    op.drop_table("product_event")
    op.drop_table("person")
    with op.batch_alter_table("inbound_event", schema=None) as batch_op:
        batch_op.drop_index("ix_inbound_event_due")

    op.drop_table("inbound_event")
    with op.batch_alter_table("idempotency_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_idempotency_record_created_at"))

    op.drop_table("idempotency_record")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_subject")
        batch_op.drop_index(batch_op.f("ix_audit_entry_at"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_actor_id"))

    op.drop_table("audit_entry")
