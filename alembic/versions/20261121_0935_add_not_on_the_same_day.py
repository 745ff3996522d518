"""add not on the same day.

Revision ID: 7d21c0e94b58
Revises: 5f0a7c31be42
"""

import sqlalchemy as sa
from alembic import op

revision = "7d21c0e94b58"
down_revision = "5f0a7c31be42"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "instructor_profile",
        sa.Column("not_same_day", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("instructor_profile", "not_same_day")
