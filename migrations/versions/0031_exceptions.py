"""Exceptions to limits, which officers record, and the exception that a late decision names.

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

NO = sa.false()


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "case_exception",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["ehc_case.id"], name=op.f("fk_case_exception_case_id_ehc_case")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["ab_user.id"], name=op.f("fk_case_exception_recorded_by_id_ab_user")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["ab_user.id"], name=op.f("fk_case_exception_withdrawn_by_id_ab_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_exception")),
    )
    op.create_index(op.f("ix_case_exception_case_id"), "case_exception", ["case_id"])
    for name in ("ehc_case", "duty"):
        op.add_column(name, sa.Column("excused", sa.Boolean(), nullable=False, server_default=NO))
        with op.batch_alter_table(name) as table:
            table.alter_column("excused", existing_type=sa.Boolean(), server_default=None)
    with op.batch_alter_table("decision") as table:
        table.add_column(sa.Column("exception_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("late_reason", sa.Text(), nullable=False, server_default=""))
        table.create_foreign_key(
            "fk_decision_exception_id_case_exception", "case_exception", ["exception_id"], ["id"]
        )
    with op.batch_alter_table("decision") as table:
        table.alter_column("late_reason", existing_type=sa.Text(), server_default=None)


def downgrade() -> None:
    """Go back: exceptions are lost."""
    with op.batch_alter_table("decision") as table:
        table.drop_constraint("fk_decision_exception_id_case_exception", type_="foreignkey")
        table.drop_column("exception_id")
        table.drop_column("late_reason")
    for name in ("ehc_case", "duty"):
        with op.batch_alter_table(name) as table:
            table.drop_column("excused")
    op.drop_table("case_exception")
