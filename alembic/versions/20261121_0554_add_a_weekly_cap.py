"""add a weekly cap.

Revision ID: 2e2ceb08fbd5
Revises: 8c66dd1863f6
"""

from alembic import op

revision = "2e2ceb08fbd5"
down_revision = "8c66dd1863f6"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In SQL, which is the same on both databases: SQLite takes a column's check only while the column is added.
    op.execute(
        "ALTER TABLE instructor_profile ADD COLUMN week_cap INTEGER "
        "CONSTRAINT ck_instructor_profile_week_cap_not_negative CHECK (week_cap IS NULL OR week_cap >= 0)"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE instructor_profile DROP COLUMN week_cap")
