"""Workers say that they are at work, and mail that was given up is found fast.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "worker_seen",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_seen")),
        sa.UniqueConstraint("name", name=op.f("uq_worker_seen_name")),
    )
    given_up = sa.text("dead_at IS NOT NULL")
    op.create_index(
        "ix_outbox_given_up", "outbox", ["dead_at"], sqlite_where=given_up, postgresql_where=given_up
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_outbox_given_up", "outbox")
    op.drop_table("worker_seen")
