"""An index of the messages that people wrote, apart from the notices of the portal.

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

FROM_PEOPLE = sa.text("letter IS NULL")


def upgrade() -> None:
    """Go forward."""
    op.create_index(
        "ix_message_from_people",
        "message",
        ["id"],
        sqlite_where=FROM_PEOPLE,
        postgresql_where=FROM_PEOPLE,
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_message_from_people", "message")
