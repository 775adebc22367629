"""Officers cover for each other, and what was sent in is listed in the order in which it was sent.

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

PEOPLE = ("person_id", "covered_by_id", "arranged_by_id")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "absence",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("covered_by_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("arranged_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        *[
            sa.ForeignKeyConstraint([name], ["ab_user.id"], name=op.f(f"fk_absence_{name}_ab_user"))
            for name in PEOPLE
        ],
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_person_id"), "absence", ["person_id"])
    op.create_index("ix_absence_covered_by_id", "absence", ["covered_by_id", "last_day"])
    words = sa.text("state = 'submitted' AND kind IN ('request', 'advice')")
    op.create_index(
        "ix_form_to_read", "form", ["submitted_at", "id"], sqlite_where=words, postgresql_where=words
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_form_to_read", "form")
    op.drop_table("absence")
