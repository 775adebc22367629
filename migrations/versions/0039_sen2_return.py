"""What the SEN2 return asks about a case.

Revision ID: 0039
Revises: 0038
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

ANSWERS = (
    "sex",
    "ethnicity",
    "youth_accommodation",
    "request_mediation",
    "request_tribunal",
    "assessment_mediation",
    "assessment_tribunal",
    "other_mediation",
    "other_tribunal",
    "primary_need",
    "secondary_need",
    "placement",
    "sen_unit",
    "resourced_provision",
    "residential",
    "work_based",
    "personal_budget",
    "arrangements",
    "direct_payments",
)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "case_return",
        sa.Column("case_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ANSWERS),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["ehc_case.id"], name="fk_case_return_case_id_ehc_case"),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["ab_user.id"], name="fk_case_return_recorded_by_id_ab_user"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_case_return"),
        sa.UniqueConstraint("case_id", name="uq_case_return_case_id"),
    )


def downgrade() -> None:
    """Go back: the answers are lost."""
    op.drop_table("case_return")
