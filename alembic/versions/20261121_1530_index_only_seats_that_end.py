"""Index only seats that end by themselves

Revision ID: a41c7d90e5b2
Revises: c3e5f27a9014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a41c7d90e5b2"
down_revision = "c3e5f27a9014"
branch_labels = None
depends_on = None

_NAME, _TABLE, _COLUMNS = "ix_booking_frees_at", "booking", ["frees_at"]
_HAS_END = sa.text("frees_at IS NOT NULL")


def upgrade() -> None:
    op.drop_index(_NAME, _TABLE)
    op.create_index(_NAME, _TABLE, _COLUMNS, sqlite_where=_HAS_END, postgresql_where=_HAS_END)


def downgrade() -> None:
    op.drop_index(_NAME, _TABLE)
    op.create_index(_NAME, _TABLE, _COLUMNS)
