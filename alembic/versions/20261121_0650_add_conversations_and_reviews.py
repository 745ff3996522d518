"""Add conversations with their messages, and reviews with their reports.

Revision ID: 46cdff93544f
Revises: 98332a1f04ec
"""

import sqlalchemy as sa
from alembic import op

revision = "46cdff93544f"
down_revision = "98332a1f04ec"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("instructor_id", sa.String(), nullable=False),
        sa.Column("student_id", sa.String(), nullable=True),
        sa.Column("session_id", sa.String(), nullable=True),
        sa.Column("allows_replies", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_message_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(student_id IS NULL) <> (session_id IS NULL)", name=op.f("ck_conversation_pair_or_group")
        ),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_conversation_closed_by_id")),
        sa.ForeignKeyConstraint(["instructor_id"], ["person.id"], name=op.f("fk_conversation_instructor_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["teaching_session.id"], name=op.f("fk_conversation_session_id")
        ),
        sa.ForeignKeyConstraint(["student_id"], ["person.id"], name=op.f("fk_conversation_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
        sa.UniqueConstraint("instructor_id", "student_id", name="uq_conversation_pair"),
        sa.UniqueConstraint("session_id", name="uq_conversation_session"),
    )
    op.create_index("ix_conversation_moved", "conversation", ["moved_at", "id"], unique=False)
    op.create_index("ix_conversation_student", "conversation", ["student_id"], unique=False)

    op.create_table(
        "conversation_member",
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("read_up_to", sa.Integer(), nullable=False),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_conversation_member_conversation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_conversation_member_person_id")),
        sa.PrimaryKeyConstraint("conversation_id", "person_id", name=op.f("pk_conversation_member")),
    )
    op.create_index("ix_conversation_member_person", "conversation_member", ["person_id"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("author_id", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("client_key", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_message_author_id")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_message_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("conversation_id", "author_id", "client_key", name="uq_message_sent_once"),
    )
    op.create_index(op.f("ix_message_author_id"), "message", ["author_id"], unique=False)
    op.create_index("ix_message_thread", "message", ["conversation_id", "id"], unique=False)

    op.create_table(
        "review",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("booking_id", sa.String(), nullable=False),
        sa.Column("author_id", sa.String(), nullable=False),
        sa.Column("written_by_id", sa.String(), nullable=False),
        sa.Column("instructor_id", sa.String(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_review_rating_range")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_review_author_id")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_review_booking_id")),
        sa.ForeignKeyConstraint(["instructor_id"], ["person.id"], name=op.f("fk_review_instructor_id")),
        sa.ForeignKeyConstraint(["written_by_id"], ["person.id"], name=op.f("fk_review_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("booking_id", "author_id", name="uq_review_once"),
    )
    op.create_index(op.f("ix_review_author_id"), "review", ["author_id"], unique=False)
    op.create_index(
        "ix_review_instructor", "review", ["instructor_id", "hidden_at", "created_at"], unique=False
    )

    op.create_table(
        "review_report",
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("reporter_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_review_report_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["reporter_id"], ["person.id"], name=op.f("fk_review_report_reporter_id")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_review_report_review_id")),
        sa.PrimaryKeyConstraint("review_id", "reporter_id", name=op.f("pk_review_report")),
    )
    op.create_index("ix_review_report_open", "review_report", ["decided_at", "created_at"], unique=False)
    op.create_index(op.f("ix_review_report_reporter_id"), "review_report", ["reporter_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_review_report_reporter_id"), "review_report")
    op.drop_index("ix_review_report_open", "review_report")

    op.drop_table("review_report")
    op.drop_index("ix_review_instructor", "review")
    op.drop_index(op.f("ix_review_author_id"), "review")

    op.drop_table("review")
    op.drop_index("ix_message_thread", "message")
    op.drop_index(op.f("ix_message_author_id"), "message")

    op.drop_table("message")
    op.drop_index("ix_conversation_member_person", "conversation_member")

    op.drop_table("conversation_member")
    op.drop_index("ix_conversation_student", "conversation")
    op.drop_index("ix_conversation_moved", "conversation")

    op.drop_table("conversation")
