"""add student limits.

Revision ID: c3e5f27a9014
Revises: 7d3e52a90c1f
"""

import sqlalchemy as sa
from alembic import op

revision = "c3e5f27a9014"
down_revision = "7d3e52a90c1f"
branch_labels = None
depends_on = None

_LIMITS = ("cancel_notice_hours", "reschedule_notice_hours", "reschedule_limit")


def upgrade() -> None:
    # In SQL, which is the same on both databases: SQLite takes a column's check only while the column is added.
    for name in _LIMITS:
        op.execute(
            f"ALTER TABLE offering ADD COLUMN {name} INTEGER "
            f"CONSTRAINT ck_offering_{name}_not_negative CHECK ({name} IS NULL OR {name} >= 0)"
        )
    op.add_column("booking", sa.Column("limits", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("booking", "limits")
    for name in reversed(_LIMITS):
        op.execute(f"ALTER TABLE offering DROP COLUMN {name}")
