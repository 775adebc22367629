"""Organisations keep the names that they had before, since a form may name them by one of these.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("organisation", sa.Column("former_names", sa.Text(), nullable=True))


def downgrade() -> None:
    """Go back: earlier names are known from the audit only."""
    op.drop_column("organisation", "former_names")
