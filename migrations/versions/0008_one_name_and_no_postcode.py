"""Record that a child has no surname, and why a child has no UK postcode.

Both are added without rebuilding the table child, so that its triggers (revision 0005) stay on SQLite.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two columns."""
    op.add_column(
        "child", sa.Column("has_no_surname", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("child", sa.Column("postcode_missing_reason", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop the two columns."""
    op.drop_column("child", "postcode_missing_reason")
    op.drop_column("child", "has_no_surname")
