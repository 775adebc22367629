"""The holidays of schools and early years settings.

Revision ID: 0040
Revises: 0039
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "school_holiday",
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_school_holiday_organisation_id_organisation"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_school_holiday"),
    )
    op.create_index("ix_school_holiday_organisation_id", "school_holiday", ["organisation_id", "first_day"])


def downgrade() -> None:
    """Go back: the holidays are lost."""
    op.drop_table("school_holiday")
