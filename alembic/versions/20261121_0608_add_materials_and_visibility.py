"""Add files to offerings, and who may see an offering.

Revision ID: ebe6e3f459b9
Revises: b41c7d20e9a3
"""

import sqlalchemy as sa
from alembic import op

revision = "ebe6e3f459b9"
down_revision = "b41c7d20e9a3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "material",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("offering_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_as", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_material_size_positive")),
        sa.ForeignKeyConstraint(["offering_id"], ["offering.id"], name=op.f("fk_material_offering_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material")),
    )
    op.create_index("ix_material_offering", "material", ["offering_id", "created_at"], unique=False)
    op.create_index(op.f("ix_material_stored_as"), "material", ["stored_as"], unique=False)

    # The default is for the rows that are there; new ones say who may see them.
    with op.batch_alter_table("offering") as batch:
        batch.add_column(
            sa.Column("visibility", sa.String(length=24), nullable=False, server_default="everyone")
        )
    with op.batch_alter_table("offering") as batch:
        batch.alter_column("visibility", server_default=None, existing_type=sa.String(length=24))
        batch.create_check_constraint(
            op.f("ck_offering_minimum_seats_range"), "minimum_seats BETWEEN 1 AND capacity"
        )
        batch.create_check_constraint(
            op.f("ck_offering_visibility_known"), "visibility IN ('everyone', 'enrolled', 'link')"
        )


def downgrade() -> None:
    with op.batch_alter_table("offering") as batch:
        batch.drop_constraint(op.f("ck_offering_visibility_known"), type_="check")
        batch.drop_constraint(op.f("ck_offering_minimum_seats_range"), type_="check")
        batch.drop_column("visibility")
    op.drop_index(op.f("ix_material_stored_as"), "material")
    op.drop_index("ix_material_offering", "material")
    op.drop_table("material")
