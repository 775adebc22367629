"""Store what moved when two records were merged, so that a merge can be undone; the same page adds one child.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("child", sa.Column("add_key", sa.Text(), nullable=True))
    op.create_index("uq_child_add_key", "child", ["added_by_id", "add_key"], unique=True)
    op.create_table(
        "child_merge",
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("merged_child_id", sa.Integer(), nullable=False),
        sa.Column("merged_by_id", sa.Integer(), nullable=False),
        sa.Column("moved", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_child_merge_child_id_child")),
        sa.ForeignKeyConstraint(
            ["merged_child_id"], ["child.id"], name=op.f("fk_child_merge_merged_child_id_child")
        ),
        sa.ForeignKeyConstraint(
            ["merged_by_id"], ["ab_user.id"], name=op.f("fk_child_merge_merged_by_id_ab_user")
        ),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["ab_user.id"], name=op.f("fk_child_merge_undone_by_id_ab_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child_merge")),
    )
    op.create_index(op.f("ix_child_merge_child_id"), "child_merge", ["child_id"])
    op.create_index(op.f("ix_child_merge_merged_child_id"), "child_merge", ["merged_child_id"])


def downgrade() -> None:
    """Go back. Merges stay done, and can no longer be undone."""
    op.drop_table("child_merge")
    op.drop_index("uq_child_add_key", "child")
    op.drop_column("child", "add_key")
