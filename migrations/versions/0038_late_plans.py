"""Why a final plan was sent after its last day: a recorded exception, or a reason.

Revision ID: 0038
Revises: 0037
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("plan") as table:
        table.add_column(sa.Column("exception_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("late_reason", sa.Text(), nullable=False, server_default=""))
        table.create_foreign_key(
            "fk_plan_exception_id_case_exception", "case_exception", ["exception_id"], ["id"]
        )
    with op.batch_alter_table("plan") as table:
        table.alter_column("late_reason", existing_type=sa.Text(), server_default=None)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("plan") as table:
        table.drop_constraint("fk_plan_exception_id_case_exception", type_="foreignkey")
        table.drop_column("exception_id")
        table.drop_column("late_reason")
