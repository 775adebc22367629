"""Accounts keep the names that their owners had before, since a form may name them by one of these.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("ab_user", sa.Column("former_names", sa.Text(), nullable=True))


def downgrade() -> None:
    """Go back: earlier names are known from the audit only."""
    op.drop_column("ab_user", "former_names")
