"""add proposals, topics and the group's minimum.

Revision ID: b41c7d20e9a3
Revises: 2e2ceb08fbd5
"""

import sqlalchemy as sa
from alembic import op

revision = "b41c7d20e9a3"
down_revision = "2e2ceb08fbd5"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Columns only, without constraints: nothing is rebuilt, so the guards on SQLite stay.
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("asked_starts_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("topic_state", sa.String(length=24), server_default="fixed", nullable=False)
        )
    with op.batch_alter_table("offering", schema=None) as batch_op:
        batch_op.add_column(sa.Column("minimum_seats", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("minimum_cutoff_hours", sa.Integer(), nullable=True))
    with op.batch_alter_table("teaching_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("minimum_seats", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("minimum_by", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_teaching_session_minimum_by", "teaching_session", ["minimum_by"])
    op.execute(
        "UPDATE booking SET topic_state = CASE WHEN custom_topic = '' THEN 'open' ELSE 'by_student' END "
        "WHERE offering_id IN (SELECT id FROM offering "
        "WHERE topic_type = 'flexible' AND session_type = 'individual')"
    )


def downgrade() -> None:
    op.drop_index("ix_teaching_session_minimum_by", table_name="teaching_session")
    for table, columns in (
        ("teaching_session", ("minimum_by", "minimum_seats")),
        ("offering", ("minimum_cutoff_hours", "minimum_seats")),
        ("booking", ("topic_state", "asked_starts_at", "proposed_at")),
    ):
        for column in columns:
            # Plain, not in a batch: SQLite would rebuild the table and lose the guards on it.
            op.drop_column(table, column)
