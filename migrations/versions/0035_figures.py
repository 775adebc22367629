"""Published figures for the manager's page, and indexes in which its own figures are counted.

Revision ID: 0035
Revises: 0033
"""

from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0033"
branch_labels = None
depends_on = None

ENTERED = datetime.fromisoformat("2026-12-01T00:00:00")
SOURCE = (
    "Department for Education, Education, health and care plans, reporting year 2025."
    " Open Government Licence v3.0"
)
ENGLAND = {"decided": "84.8", "plan_without_exceptions": "46.4"}
"""The figures of the calendar year 2024."""
DONE = sa.text("ending = 'done'")
IS_CORRECTION = sa.text("correction_reason != ''")
IS_DUE = sa.text("due_on IS NOT NULL")


def upgrade() -> None:
    """Go forward."""
    figure = op.create_table(
        "published_figure",
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(40), nullable=False),
        sa.Column("percentage", sa.Numeric(4, 1), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_figure")),
        sa.UniqueConstraint("area", "year", "measure", name=op.f("uq_published_figure_area_year_measure")),
    )
    op.bulk_insert(
        figure,
        [
            {
                "area": "England",
                "year": 2024,
                "measure": measure,
                "percentage": Decimal(value),
                "source": SOURCE,
                "created_at": ENTERED,
            }
            for measure, value in ENGLAND.items()
        ],
    )
    op.create_index(
        "ix_duty_done",
        "duty",
        ["key", "ended_on", "due_on", "excused"],
        sqlite_where=DONE,
        postgresql_where=DONE,
    )
    op.create_index(
        "ix_ehc_case_figures",
        "ehc_case",
        ["due_on", "received_on", "owner_id", "state", "excused"],
        sqlite_where=IS_DUE,
        postgresql_where=IS_DUE,
    )
    op.create_index(
        "ix_decision_decided_on", "decision", ["decided_on", "basis", "outcome", "case_id", "number"]
    )
    op.create_index(
        "ix_decision_corrections",
        "decision",
        ["case_id", "number"],
        sqlite_where=IS_CORRECTION,
        postgresql_where=IS_CORRECTION,
    )


def downgrade() -> None:
    """Go back: published figures that were entered are lost."""
    op.drop_index("ix_decision_corrections", table_name="decision")
    op.drop_index("ix_decision_decided_on", table_name="decision")
    op.drop_index("ix_ehc_case_figures", table_name="ehc_case")
    op.drop_index("ix_duty_done", table_name="duty")
    op.drop_table("published_figure")
