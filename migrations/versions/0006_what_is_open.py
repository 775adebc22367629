"""What is open is found without walking through a county's history.

Sorted by when they are due, all forms that ever were stood before the few that are still awaited: an officer's home page
took 50 ms of the database with 100,000 children, and more each year.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OPEN = {
    "ix_form_awaited_advice": "kind = 'advice' AND state IN ('asked', 'draft', 'returned')",
    "ix_form_undecided_requests": "kind = 'request' AND state IN ('accepted', 'returned', 'submitted')",
}
IN_DOUBT = "possible_duplicate_of_id IS NOT NULL"


def upgrade() -> None:
    """Go forward."""
    for name, criterion in OPEN.items():
        words = sa.text(criterion)
        op.create_index(name, "form", ["due_on", "id"], sqlite_where=words, postgresql_where=words)
    doubt = sa.text(IN_DOUBT)
    op.create_index(
        "ix_child_in_doubt", "child", ["merged_into_id", "id"], sqlite_where=doubt, postgresql_where=doubt
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_child_in_doubt", "child")
    for name in OPEN:
        op.drop_index(name, "form")
