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
    for name in _LIMITS:
        op.add_column("offering", sa.Column(name, sa.Integer(), nullable=True))
    op.add_column("booking", sa.Column("limits", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("booking", "limits")
    for name in reversed(_LIMITS):
        op.drop_column("offering", name)
