"""add reminders.

Revision ID: 7d3e52a90c1f
Revises: 7d21c0e94b58
"""

import sqlalchemy as sa
from alembic import op

revision = "7d3e52a90c1f"
down_revision = "7d21c0e94b58"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A column only, without constraints: nothing is rebuilt, so the guards on SQLite stay.
    with op.batch_alter_table("teaching_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_teaching_session_remind_at", "teaching_session", ["remind_at"])
    # What is booked already is due to be looked at, which finds its next reminder.
    op.execute(
        "UPDATE teaching_session SET remind_at = created_at WHERE status IN ('tentative', 'scheduled')"
    )


def downgrade() -> None:
    op.drop_index("ix_teaching_session_remind_at", table_name="teaching_session")
    op.drop_column("teaching_session", "remind_at")
