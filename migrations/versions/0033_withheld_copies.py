"""What was sent to the family in the portal is withheld from the moment in which an address becomes secret.

What was sent before this version, about children of whom an address is secret already, is left as it is: the SEN team
sent it with the warning on the page, or can withhold it by marking the address again.

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

TABLES = ("document_reader", "notice_copy")


def upgrade() -> None:
    """Go forward."""
    for table in TABLES:
        op.add_column(table, sa.Column("withheld_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    """Go back."""
    for table in TABLES:
        op.drop_column(table, "withheld_at")
