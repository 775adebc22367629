"""Every order of the SEN team's lists, and each of their ready-made views, is read by an index.

Sorted by a date, PostgreSQL gathered the ten thousand forms of one day to put them in order, and read each to see what
kind it is; messages to the team had no index at all in PostgreSQL, for which "is null" is no value to go by. With a
million children a list took up to three seconds.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TO_TEAM = "recipient_id IS NULL"
UNREAD = "read_at IS NULL"


def upgrade() -> None:
    """Go forward."""
    for name, column in (("ix_form_due_on", "due_on"), ("ix_form_received_on", "received_on")):
        op.drop_index(name, "form")
        op.create_index(name, "form", [column, "id", "kind"])
    op.drop_index("ix_message_unread", "message")
    _create("ix_message_unread", ["recipient_id"], UNREAD)
    _create("ix_message_team", ["id"], TO_TEAM)
    _create("ix_message_team_unread", ["id"], f"{TO_TEAM} AND {UNREAD}")


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_message_team_unread", "message")
    op.drop_index("ix_message_team", "message")
    op.drop_index("ix_message_unread", "message")
    op.create_index("ix_message_unread", "message", ["recipient_id", "read_at"])
    for name, column in (("ix_form_due_on", "due_on"), ("ix_form_received_on", "received_on")):
        op.drop_index(name, "form")
        op.create_index(name, "form", [column])


def _create(name: str, columns: list[str], criterion: str) -> None:
    words = sa.text(criterion)
    op.create_index(name, "message", columns, sqlite_where=words, postgresql_where=words)
