"""A mail remembers which request it stems from.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward. The request of mail that waits in the outbox was not recorded."""
    op.add_column("outbox", sa.Column("request_id", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Go back."""
    op.drop_column("outbox", "request_id")
